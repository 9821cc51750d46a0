//! Signing in, and what a stranger learns from trying.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use wire::{
    Bytes,
    sessions::{Session, SignInStarted, SignedIn},
};

use crate::{
    claims::asked,
    on_both_engines,
    people::{ORIGIN, PASSWORD, Writes, known_portal, request},
    test_portal::TestPortal,
};

on_both_engines![
    the_password_opens_the_account_and_its_vault,
    an_unknown_address_cannot_be_told_from_a_known_one,
    guessing_is_slowed_down_and_a_success_forgives,
    who_tries_an_address_does_not_see_its_owner_sign_in,
    a_try_takes_the_same_whatever_the_address_is,
    one_network_cannot_try_many_addresses_fast,
    an_office_behind_one_network_signs_in_as_often_as_it_likes,
    an_attempt_is_good_once_and_for_a_minute,
    a_session_ends_with_its_time_and_by_signing_out,
    a_cookie_is_good_for_pages_of_the_portal_alone,
    a_disabled_account_is_told_so_only_with_its_password,
    every_address_is_answered_with_the_origin_the_setup_and_the_stretching,
    a_record_without_a_setup_opens_nothing,
    strangers_without_end_do_not_keep_out_who_was_there_before,
    a_device_has_tries_of_its_own_and_for_its_own_account_alone,
    what_was_not_me_ends_every_device,
    a_browser_keeps_its_token_in_a_cookie,
    tries_that_had_to_wait_count_against_their_network,
];

async fn the_password_opens_the_account_and_its_vault(test: TestPortal) {
    let anna = test.professional("anna").await;
    // As typed elsewhere: another case is the same address.
    let signed_in = test.try_sign_in("ANNA@example.test", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.account.id, anna.signed_in.session.account.id);
    assert_eq!(signed_in.vault.slots.len(), 1);
    assert_ne!(signed_in.session.reload_key, anna.signed_in.session.reload_key);
    let wrong = test
        .try_sign_in("anna@example.test", "another password")
        .await
        .unwrap_err();
    assert_eq!(wrong.problem(), "wrong-credentials");
}

async fn an_unknown_address_cannot_be_told_from_a_known_one(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&crate::people::Writes::to(&["invited@partner.test"])).await;
    let known = test.try_sign_in("anna@example.test", "wrong").await.unwrap_err();
    let unknown = test.try_sign_in("nobody@example.test", "wrong").await.unwrap_err();
    let invited = test.try_sign_in("invited@partner.test", "wrong").await.unwrap_err();
    for other in [&unknown, &invited] {
        assert_eq!(known.body, other.body);
        assert_eq!(known.headers, other.headers);
    }
    // The first answers are of one length, and an address without an account is, to one who asks twice, as constant as
    // one with: the same masking, another OPRF evaluation only where the request differs.
    let mut lengths = Vec::new();
    for address in ["anna@example.test", "nobody@example.test", "invited@partner.test"] {
        let started = start(&test, address).await;
        lengths.push(started.credential_response.0.len());
        let again = start(&test, address).await;
        assert_eq!(
            started.credential_response.0[..32],
            again.credential_response.0[..32],
            "{address}"
        );
    }
    assert!(lengths.iter().all(|&length| length == lengths[0]));
}

/// The first half of a sign-in with a guess, the same each time.
fn first_half(address: &str) -> Request<Body> {
    request(Method::POST, "/api/v1/sign-ins", None)
        .body(Body::from(first_half_body(address).to_string()))
        .unwrap()
}

pub fn first_half_body(address: &str) -> Value {
    use rand::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let (_, guess) = vault::password::SignIn::start("a guess", &mut rng).unwrap();
    json!({ "address": address, "credential_request": Bytes(guess) })
}

async fn start(test: &TestPortal, address: &str) -> SignInStarted {
    test.request(first_half(address)).await.ok().json()
}

async fn guessing_is_slowed_down_and_a_success_forgives(test: TestPortal) {
    let _anna = test.professional("anna").await;
    for address in ["anna@example.test", "nobody@example.test"] {
        for _ in 0..5 {
            let wrong = test.try_sign_in(address, "wrong").await.unwrap_err();
            assert_eq!(wrong.problem(), "wrong-credentials");
        }
        let slowed = test.try_sign_in(address, PASSWORD).await.unwrap_err();
        assert_eq!(slowed.problem(), "too-many-attempts");
        assert_eq!(slowed.headers[header::RETRY_AFTER], "5");
    }
    test.clock.pass(5_000);
    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    for _ in 0..4 {
        test.try_sign_in("anna@example.test", "wrong").await.unwrap_err();
    }
    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
}

async fn who_tries_an_address_does_not_see_its_owner_sign_in(test: TestPortal) {
    let anna = test.professional("anna").await;
    let elsewhere = ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 443)));
    let mut seen = Vec::new();
    for address in ["anna@example.test", "nobody@example.test"] {
        let tries = async |times: usize| {
            let mut answers = Vec::new();
            for _ in 0..times {
                let mut request = first_half(address);
                request.extensions_mut().insert(elsewhere);
                let reply = test.request(request).await;
                answers.push((reply.status, reply.headers.get(header::RETRY_AFTER).cloned()));
            }
            answers
        };
        let before = tries(6).await;
        test.clock.pass(5_000);
        if address == anna.address.as_typed() {
            test.try_sign_in(address, "mistyped").await.unwrap_err();
            test.clock.pass(10_000);
            test.try_sign_in(address, PASSWORD).await.unwrap();
        }
        test.clock.pass(60_000);
        seen.push((before, tries(3).await));
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        seen[0].1.iter().map(|(status, _)| status.as_u16()).collect::<Vec<_>>(),
        [200, 429, 429]
    );
}

async fn a_try_takes_the_same_whatever_the_address_is(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    anna.send(&Writes::to(&["invited@partner.test"])).await;
    let mut taken = Vec::new();
    for address in [
        "anna@example.test",
        "alias@example.test",
        "invited@partner.test",
        "nobody@example.test",
    ] {
        let (reply, statements) = asked(test.request(first_half(address))).await;
        reply.ok();
        assert!(statements.len() > 5, "{statements:?}");
        taken.push(statements);
    }
    assert!(taken.iter().all(|statements| *statements == taken[0]), "{taken:?}");
}

async fn one_network_cannot_try_many_addresses_fast(test: TestPortal) {
    for n in 0..100 {
        let reply = test
            .try_sign_in(&format!("person{n}@example.test"), "wrong")
            .await
            .unwrap_err();
        assert_eq!(reply.problem(), "wrong-credentials");
    }
    let reply = test.try_sign_in("person100@example.test", "wrong").await.unwrap_err();
    assert_eq!(reply.problem(), "too-many-attempts");
}

async fn an_office_behind_one_network_signs_in_as_often_as_it_likes(test: TestPortal) {
    let _anna = test.professional("anna").await;
    for _ in 0..150 {
        test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    }
}

async fn an_attempt_is_good_once_and_for_a_minute(test: TestPortal) {
    use rand::SeedableRng as _;
    let _anna = test.professional("anna").await;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let mut finish = async || {
        let (sign_in, request) = vault::password::SignIn::start(PASSWORD, &mut rng).unwrap();
        let body = json!({ "address": "anna@example.test", "credential_request": Bytes(request) });
        let started: SignInStarted = test.post("/api/v1/sign-ins", body).await.ok().json();
        let (finalization, _) = sign_in
            .finish(
                started.credential_response.as_ref(),
                &started.setup,
                &known_portal(),
                &mut rng,
            )
            .unwrap();
        json!({ "sign_in": started.sign_in, "credential_finalization": Bytes(finalization), "carrier": "bearer" })
    };
    let body = finish().await;
    test.post("/api/v1/sessions", body.clone()).await.ok();
    assert_eq!(test.post("/api/v1/sessions", body).await.problem(), "wrong-credentials");
    let late = finish().await;
    test.clock.pass(60_000);
    assert_eq!(test.post("/api/v1/sessions", late).await.problem(), "wrong-credentials");
}

async fn a_session_ends_with_its_time_and_by_signing_out(test: TestPortal) {
    let anna = test.professional("anna").await;
    let session: Session = anna.get("/session").await.ok().json();
    assert_eq!(session.reload_key, anna.signed_in.session.reload_key);
    anna.call(Method::DELETE, "/session", Value::Null).await.ok();
    assert_eq!(anna.get("/session").await.problem(), "signed-out");

    let again: SignedIn = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    test.clock.pass(again.session.expires_at - crate::test_portal::NOW);
    let get = request(Method::GET, "/api/v1/session", again.bearer.as_deref())
        .body(Body::empty())
        .unwrap();
    assert_eq!(test.request(get).await.problem(), "signed-out");
}

async fn a_cookie_is_good_for_pages_of_the_portal_alone(test: TestPortal) {
    use rand::SeedableRng as _;
    let anna = test.professional("anna").await;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let (sign_in, message) = vault::password::SignIn::start(PASSWORD, &mut rng).unwrap();
    let body = json!({ "address": "anna@example.test", "credential_request": Bytes(message) });
    let started: SignInStarted = test.post("/api/v1/sign-ins", body).await.ok().json();
    let (finalization, _) = sign_in
        .finish(
            started.credential_response.as_ref(),
            &started.setup,
            &known_portal(),
            &mut rng,
        )
        .unwrap();
    let body = json!({
        "sign_in": started.sign_in, "credential_finalization": Bytes(finalization), "carrier": "cookie",
    });
    let reply = test.post("/api/v1/sessions", body).await.ok();
    let set = reply.headers[header::SET_COOKIE].to_str().unwrap();
    for part in [
        "__Host-restante=",
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Secure",
    ] {
        assert!(set.contains(part), "{set}");
    }
    assert_eq!(reply.json::<SignedIn>().bearer, None);
    let cookie = set.split(';').next().unwrap();
    let with = |method: Method, origin: Option<&str>| {
        let mut builder = Request::builder()
            .method(method)
            .uri("/api/v1/session")
            .header(header::COOKIE, cookie)
            .header(wire::ACCOUNT_HEADER, anna.id().to_string());
        if let Some(origin) = origin {
            builder = builder.header(header::ORIGIN, origin);
        }
        builder.body(Body::empty()).unwrap()
    };
    test.request(with(Method::GET, None)).await.ok();
    for foreign in [None, Some("https://evil.test"), Some("null")] {
        assert_eq!(
            test.request(with(Method::DELETE, foreign)).await.problem(),
            "foreign-origin"
        );
    }
    test.request(with(Method::DELETE, Some(ORIGIN))).await.ok();
    assert_eq!(test.request(with(Method::GET, None)).await.problem(), "signed-out");
}

async fn a_disabled_account_is_told_so_only_with_its_password(test: TestPortal) {
    let ada = test
        .person(
            "ada",
            "ada@example.test",
            wire::sessions::AccountKind::Professional,
            true,
        )
        .await;
    let anna = test.professional("anna").await;
    let path = format!("/admin/accounts/{}/disabled", anna.signed_in.session.account.id);
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    assert_eq!(anna.get("/session").await.problem(), "account-disabled");
    let wrong = test.try_sign_in("anna@example.test", "wrong").await.unwrap_err();
    assert_eq!(wrong.problem(), "wrong-credentials");
    let right = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap_err();
    assert_eq!(right.problem(), "account-disabled");
    ada.call(Method::PUT, &path, json!({ "disabled": false })).await.ok();
    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    let own = format!("/admin/accounts/{}/disabled", ada.signed_in.session.account.id);
    assert_eq!(
        ada.call(Method::PUT, &own, json!({ "disabled": true })).await.problem(),
        "not-allowed"
    );
}

async fn every_address_is_answered_with_the_origin_the_setup_and_the_stretching(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let known = start(&test, "anna@example.test").await.setup;
    assert_eq!((known.origin.as_str(), known.number), (crate::test_portal::URL, 1));
    assert_eq!(start(&test, "nobody@example.test").await.setup, known);
    // What a portal of the tests asks for, no client but theirs takes.
    use rand::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let (sign_in, _) = vault::password::SignIn::start(PASSWORD, &mut rng).unwrap();
    let real = vault::password::KnownPortal::at(crate::test_portal::URL).unwrap();
    let refused = sign_in.finish(&[], &known, &real, &mut rng);
    assert_eq!(refused.unwrap_err(), vault::Error::WeakStretching);
}

/// Of a version that stretched passwords less, or of a setup that is no more.
async fn a_record_without_a_setup_opens_nothing(test: TestPortal) {
    let _anna = test.professional("anna").await;
    for setup in ["NULL", "7"] {
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        let forget = format!("UPDATE accounts SET password_setup = {setup}");
        sqlx::query(sqlx::AssertSqlSafe(forget))
            .execute(&mut **unit)
            .await
            .unwrap();
        unit.commit().await.unwrap();
        let refused = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap_err();
        assert_eq!(refused.problem(), "wrong-credentials", "{setup}");
    }
}

/// A sign-in that brings a device's token along; `Err` is the problem that ended it.
pub async fn sign_in_from(test: &TestPortal, address: &str, password: &str, token: &Bytes) -> Result<SignedIn, String> {
    use rand::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(5);
    let (sign_in, request) = vault::password::SignIn::start(password, &mut rng).unwrap();
    let body = json!({ "address": address, "credential_request": Bytes(request), "device_token": token });
    let reply = test.post("/api/v1/sign-ins", body).await;
    if !reply.status.is_success() {
        return Err(reply.problem());
    }
    let started: SignInStarted = reply.json();
    let response = started.credential_response.as_ref();
    let finished = sign_in.finish(response, &started.setup, &known_portal(), &mut rng);
    let finalization = finished.map_or(vec![7; 64], |(finalization, _)| finalization);
    let body = json!({
        "sign_in": started.sign_in, "credential_finalization": Bytes(finalization), "carrier": "bearer",
    });
    let reply = test.post("/api/v1/sessions", body).await;
    match reply.status.is_success() {
        true => Ok(reply.json()),
        false => Err(reply.problem()),
    }
}

/// So many tries at an address from one connection of somebody else.
pub async fn strangers_try(test: &TestPortal, address: &str, times: usize) {
    let elsewhere = ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 443)));
    for _ in 0..times {
        let mut request = first_half(address);
        request.extensions_mut().insert(elsewhere);
        test.request(request).await;
    }
}

async fn strangers_without_end_do_not_keep_out_who_was_there_before(test: TestPortal) {
    let anna = test.professional("anna").await;
    let token = anna.signed_in.device_token.clone().unwrap();
    // A day of 33 tries a second, as far as it matters: whenever the address may be tried, they are there first.
    for _ in 0..12 {
        strangers_try(&test, "anna@example.test", 33).await;
        test.clock.pass(15 * 60_000 + 1);
    }
    strangers_try(&test, "anna@example.test", 33).await;
    let kept_out = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap_err();
    assert_eq!(kept_out.problem(), "too-many-attempts");
    let signed_in = sign_in_from(&test, "anna@example.test", PASSWORD, &token)
        .await
        .unwrap();
    // It has its token, and gets no other.
    assert_eq!(signed_in.device_token, None);
    sign_in_from(&test, "anna@example.test", PASSWORD, &token)
        .await
        .unwrap();
}

async fn a_device_has_tries_of_its_own_and_for_its_own_account_alone(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let [annas, bens] = [&anna, &ben].map(|person| person.signed_in.device_token.clone().unwrap());
    assert_ne!(annas, bens);
    // Whoever has the device does not guess without end either, nor keep others out.
    for _ in 0..5 {
        let wrong = sign_in_from(&test, "anna@example.test", "wrong", &annas).await;
        assert_eq!(wrong.unwrap_err(), "wrong-credentials");
    }
    let slowed = sign_in_from(&test, "anna@example.test", PASSWORD, &annas).await;
    assert_eq!(slowed.unwrap_err(), "too-many-attempts");
    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    test.clock.pass(5_000);
    sign_in_from(&test, "anna@example.test", PASSWORD, &annas)
        .await
        .unwrap();
    // Another account's token, one that never was, and what is none count for nothing.
    strangers_try(&test, "anna@example.test", 33).await;
    for token in [bens, Bytes(vec![7; 32]), Bytes(vec![7; 3]), Bytes(vec![])] {
        let slowed = sign_in_from(&test, "anna@example.test", PASSWORD, &token).await;
        assert_eq!(slowed.unwrap_err(), "too-many-attempts", "{token:?}");
    }
    // Twenty of them, and the one that was used longest ago gives way.
    test.clock.pass(60 * 60_000);
    for _ in 0..20 {
        test.clock.pass(1);
        test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    }
    strangers_try(&test, "anna@example.test", 33).await;
    let given_way = sign_in_from(&test, "anna@example.test", PASSWORD, &annas).await;
    assert_eq!(given_way.unwrap_err(), "too-many-attempts");
}

async fn what_was_not_me_ends_every_device(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let token = anna.signed_in.device_token.clone().unwrap();
    anna.activate().await;
    let notice = test.mails().await.remove(0);
    let link = crate::people::text(&notice);
    let link = link.split_whitespace().find(|word| word.contains("/alarm#")).unwrap();
    let body = json!({ "token": crate::people::token(link) });
    test.post("/api/v1/alarms", body).await.ok();
    strangers_try(&test, "anna@example.test", 33).await;
    let ended = sign_in_from(&test, "anna@example.test", PASSWORD, &token).await;
    assert_eq!(ended.unwrap_err(), "too-many-attempts");
}

/// A flood at one address makes its own connection wait, not the address wait longer.
async fn tries_that_had_to_wait_count_against_their_network(test: TestPortal) {
    let _anna = test.professional("anna").await;
    strangers_try(&test, "anna@example.test", 150).await;
    let elsewhere = ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 443)));
    let mut other = first_half("nobody-they-tried@example.test");
    other.extensions_mut().insert(elsewhere);
    assert_eq!(test.request(other).await.problem(), "too-many-attempts");
    // From elsewhere the address waits for what was let through, and no longer.
    test.clock.pass(5_000);
    test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
}

async fn a_browser_keeps_its_token_in_a_cookie(test: TestPortal) {
    use rand::SeedableRng as _;
    let _anna = test.professional("anna").await;
    let (mut body, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    body["carrier"] = json!("cookie");
    let reply = test.post("/api/v1/sessions", body).await.ok();
    assert_eq!(reply.json::<SignedIn>().device_token, None);
    let set: Vec<&str> = reply
        .headers
        .get_all(header::SET_COOKIE)
        .iter()
        .map(|set| set.to_str().unwrap())
        .collect();
    let device = set
        .iter()
        .find(|set| set.starts_with("__Host-restante-device="))
        .unwrap();
    for part in [
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Secure",
        "; Max-Age=34560000",
    ] {
        assert!(device.contains(part), "{device}");
    }
    strangers_try(&test, "anna@example.test", 33).await;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(1);
    let (_, guess) = vault::password::SignIn::start(PASSWORD, &mut rng).unwrap();
    let start = |cookie: &str| {
        let body = json!({ "address": "anna@example.test", "credential_request": Bytes(guess.clone()) });
        let post = request(Method::POST, "/api/v1/sign-ins", None)
            .header(header::COOKIE, cookie)
            .header(header::ORIGIN, ORIGIN);
        test.request(post.body(Body::from(body.to_string())).unwrap())
    };
    start(device.split(';').next().unwrap()).await.ok();
    assert_eq!(
        start("__Host-restante-device=AAAA").await.problem(),
        "too-many-attempts"
    );
}
