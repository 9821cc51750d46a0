//! Clocks that are wrong: the server's for a moment, and a client's.

use axum::http::Method;
use portal::workers;
use rand::SeedableRng as _;
use serde_json::json;
use vault::{Vault, VaultKey, password::Registration};
use wire::{
    Bytes,
    claims::Claim,
    people::Invite,
    sessions::{AccountKind, RegistrationStarted},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Reply, Writes, known_portal, token},
    test_portal::{NOW, Refuses, TestPortal},
};

on_both_engines![
    no_wait_outlasts_a_clock_that_was_ahead,
    nothing_that_began_ahead_lasts_longer_than_what_begins_now,
    a_key_from_the_future_is_refused,
];

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// A server without a battery for its clock, or one that was asleep.
const AHEAD: i64 = 3653 * DAY;

/// The case from the field: wrong passwords and a relay that is down, while the clock is ten years ahead.
async fn no_wait_outlasts_a_clock_that_was_ahead(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    test.clock.pass(AHEAD);
    for _ in 0..7 {
        test.try_sign_in("ben@example.test", "wrong").await.unwrap_err();
    }
    anna.signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    anna.send(&Writes::to(&["new@partner.test"])).await;
    test.relay.refuse(Refuses::Everything);
    assert!(test.mails().await.is_empty());
    for n in 0..10 {
        let claimed: Claim = anna.claim(&format!("{n}@partner.test")).await.ok().json();
        anna.call(Method::DELETE, &format!("/claims/{}", claimed.id), json!(null))
            .await
            .ok();
    }
    let too_many = json!({ "address": "more@partner.test" });
    assert_eq!(
        anna.call(Method::POST, "/claims", too_many).await.problem(),
        "too-many-requests"
    );
    test.clock.pass(-AHEAD);
    test.relay.refuse(None);
    workers::sweep(&test.portal).await.unwrap();

    // Ben waits no longer than anybody may.
    let slowed = test.try_sign_in("ben@example.test", PASSWORD).await.unwrap_err();
    let problem: wire::Problem = slowed.json();
    assert!(problem.retry_after.unwrap() <= 15 * 60, "{problem:?}");
    test.clock.pass(15 * MINUTE);
    test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();
    // The mail goes out within the longest wait between two tries.
    test.clock.pass(4 * HOUR);
    let mails = test.mails().await;
    assert!(
        mails.iter().any(|mail| mail.to.as_typed() == "new@partner.test"),
        "{}",
        mails.len()
    );
    // What was counted then counts no more.
    anna.signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    anna.claim("later@partner.test").await.ok();
}

async fn nothing_that_began_ahead_lasts_longer_than_what_begins_now(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    test.clock.pass(AHEAD);
    let ahead = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    test.clock.pass(-AHEAD);
    workers::sweep(&test.portal).await.unwrap();
    anna.signed_in = ahead;
    anna.get("/session").await.ok();
    // The password was given at a time that has not come: that is not just now.
    assert_eq!(
        anna.promote("alias@example.test", false).await.problem(),
        "password-needed"
    );
    test.clock.pass(12 * HOUR);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
}

/// What one client makes, every client would refuse later: its messages are older than their key.
async fn a_key_from_the_future_is_refused(test: TestPortal) {
    for (days, is_taken) in [(3, false), (1, false), (0, true)] {
        let reply = registers_with_clock(&test, NOW + days * DAY).await;
        match is_taken {
            true => drop(reply.ok()),
            false => assert_eq!(reply.problem(), "unacceptable"),
        }
    }
}

/// Somebody whose clock says that registers.
async fn registers_with_clock(test: &TestPortal, now: i64) -> Reply {
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(9);
    let invite = Invite {
        address: "gina@partner.test".parse().unwrap(),
        kind: AccountKind::Guest,
    };
    let invitation = portal::admin::invitation_link(&test.portal, &invite, false)
        .await
        .unwrap();
    let token = token(&invitation);
    let (registration, request) = Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut rng).unwrap();
    let body = json!({ "token": token, "registration_request": Bytes(request) });
    let started: RegistrationStarted = test.post("/api/v1/registrations/start", body).await.ok().json();
    let (upload, export_key) = registration
        .finish(
            started.registration_response.as_ref(),
            &started.setup,
            &known_portal(),
            &mut rng,
        )
        .unwrap();
    let mut vault = Vault::create(started.account, &invite.address, now, &mut rng).unwrap();
    let slot = vault.make_slot(wire::sessions::SlotKind::Password, now, &mut rng);
    let key = VaultKey::generate(&mut rng);
    let body = json!({
        "token": token,
        "name": "Gina",
        "registration_upload": Bytes(upload),
        "password_setup": started.setup.number,
        "certificate": Bytes(vault.certificate().to_bytes()),
        "vault": {
            "sealed": Bytes(vault.lock(&key, &mut rng).unwrap()),
            "slot": slot,
            "password_slot": Bytes(key.wrap_for_password(&export_key, &mut rng).unwrap()),
        },
        "carrier": "bearer",
    });
    test.post("/api/v1/registrations", body).await
}
