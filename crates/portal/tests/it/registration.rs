//! From an invitation to an account.

use serde_json::json;
use wire::{
    mailbox::Folder,
    people::Invite,
    sessions::{AccountKind, Activity, ActivityKind, Invitation, Parcel},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Writes, known_portal, link, token},
    test_portal::TestPortal,
};

on_both_engines![
    mail_that_waited_is_read_after_registration,
    every_link_of_an_address_works_until_one_is_used,
    a_link_expires_and_is_renewed_by_mail_alone,
    of_two_registrations_with_one_link_one_wins,
    the_address_in_a_certificate_must_be_the_invited_one,
    only_the_link_that_the_command_line_printed_registers_an_administrator,
    a_waiting_key_put_beside_another_invitation_is_not_handed_over,
];

const DAY: i64 = 86_400_000;

async fn mail_that_waited_is_read_after_registration(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["Gina@Partner.test"])).await;
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to.as_typed(), "Gina@Partner.test");

    let token = token(&link(&mails[0]));
    let said: Invitation = test
        .post("/api/v1/invitations/inspect", json!({ "token": token }))
        .await
        .ok()
        .json();
    assert_eq!((said.waiting, said.kind), (1, AccountKind::Guest));
    assert_eq!(said.invited_by.unwrap().name.as_deref(), Some("anna"));

    let gina = test.register("Gina", "Gina@Partner.test", token.clone()).await;
    let inbox = gina.list(Folder::Inbox).await;
    assert_eq!(inbox.len(), 1);
    assert_eq!(gina.open(&inbox[0]).await.1.letter.text.trim_end(), "All is well.");

    // The parcel was taken in and is gone; the use of custody stands where she sees it.
    assert!(gina.get("/parcels").await.ok().json::<Vec<Parcel>>().is_empty());
    let activity: Vec<Activity> = gina.get("/activity").await.ok().json();
    assert!(
        activity
            .iter()
            .any(|entry| entry.kind == ActivityKind::WaitingKeyHandedOver)
    );

    let used = test
        .post("/api/v1/invitations/inspect", json!({ "token": token }))
        .await;
    assert_eq!(used.problem(), "invitation-used");
}

async fn every_link_of_an_address_works_until_one_is_used(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let mails = test.mails().await;
    let tokens: Vec<_> = mails.iter().map(|mail| token(&link(mail))).collect();
    assert_eq!(tokens.len(), 2);
    assert_ne!(tokens[0], tokens[1]);
    let gina = test.register("Gina", "gina@partner.test", tokens[0].clone()).await;
    assert_eq!(gina.list(Folder::Inbox).await.len(), 2);
    let second = test
        .post("/api/v1/invitations/inspect", json!({ "token": tokens[1] }))
        .await;
    assert_eq!(second.problem(), "invitation-used");
}

async fn a_link_expires_and_is_renewed_by_mail_alone(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let old = token(&link(&test.mails().await[0]));
    let renew = json!({ "token": old });
    let early = test.post("/api/v1/invitations/renew", &renew).await;
    assert_eq!((early.problem().as_str(), test.mails().await.len()), ("not-allowed", 0));
    test.clock.pass(31 * DAY);
    for path in ["/api/v1/invitations/inspect", "/api/v1/registrations/start"] {
        let body = match path.ends_with("start") {
            true => json!({ "token": old, "registration_request": "" }),
            false => json!({ "token": old }),
        };
        assert_eq!(test.post(path, body).await.problem(), "invitation-expired");
    }
    for _ in 0..3 {
        test.post("/api/v1/invitations/renew", json!({ "token": old }))
            .await
            .ok();
    }
    let too_often = test.post("/api/v1/invitations/renew", json!({ "token": old })).await;
    assert_eq!(too_often.problem(), "too-many-requests");
    let mails = test.mails().await;
    assert_eq!(mails.len(), 3);
    assert!(mails.iter().all(|mail| mail.to.as_typed() == "gina@partner.test"));
    let gina = test
        .register("Gina", "gina@partner.test", token(&link(&mails[2])))
        .await;
    assert_eq!(gina.list(Folder::Inbox).await.len(), 1);

    let unknown = test
        .post(
            "/api/v1/invitations/renew",
            json!({ "token": wire::Bytes(vec![1; 32]) }),
        )
        .await;
    assert_eq!(unknown.problem(), "invitation-unknown");
}

async fn of_two_registrations_with_one_link_one_wins(test: TestPortal) {
    let invite = Invite {
        address: "gina@partner.test".parse().unwrap(),
        kind: AccountKind::Guest,
    };
    let token = token(
        &portal::admin::invitation_link(&test.portal, &invite, false)
            .await
            .unwrap(),
    );
    let gina = test.register("Gina", "gina@partner.test", token.clone()).await;
    let start = json!({ "token": token, "registration_request": "" });
    assert_eq!(
        test.post("/api/v1/registrations/start", start).await.problem(),
        "invitation-used"
    );
    assert!(test.try_sign_in("gina@partner.test", PASSWORD).await.is_ok());
    drop(gina);
}

async fn the_address_in_a_certificate_must_be_the_invited_one(test: TestPortal) {
    use rand::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(9);
    let invite = Invite {
        address: "gina@partner.test".parse().unwrap(),
        kind: AccountKind::Guest,
    };
    let token = token(
        &portal::admin::invitation_link(&test.portal, &invite, false)
            .await
            .unwrap(),
    );
    let (registration, request) =
        vault::password::Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut rng).unwrap();
    let body = json!({ "token": token, "registration_request": wire::Bytes(request) });
    let started: wire::sessions::RegistrationStarted = test.post("/api/v1/registrations/start", body).await.ok().json();
    let (upload, _) = registration
        .finish(
            started.registration_response.as_ref(),
            &started.setup,
            &known_portal(),
            &mut rng,
        )
        .unwrap();
    let other = vault::Vault::create(
        started.account,
        &"other@partner.test".parse().unwrap(),
        crate::test_portal::NOW,
        &mut rng,
    )
    .unwrap();
    let body = json!({
        "token": token, "name": "Gina", "registration_upload": wire::Bytes(upload), "carrier": "bearer",
        "password_setup": 1,
        "certificate": wire::Bytes(other.certificate().to_bytes()),
        "vault": { "sealed": "AAAA", "slot": started.account, "password_slot": "AAAA" },
    });
    assert_eq!(
        test.post("/api/v1/registrations", body.clone()).await.problem(),
        "unacceptable"
    );
    let mut garbled = body;
    garbled["certificate"] = json!("AAAA");
    assert_eq!(
        test.post("/api/v1/registrations", garbled).await.problem(),
        "unacceptable"
    );
    // Nothing was lost: the link still works.
    test.register("Gina", "gina@partner.test", token).await;
}

/// Whoever reads the address, or any server on the way of a mail to it, has the links of its mails.
async fn only_the_link_that_the_command_line_printed_registers_an_administrator(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let invite = Invite {
        address: "ada@example.test".parse().unwrap(),
        kind: AccountKind::Professional,
    };
    let mailed_before = {
        anna.send(&Writes::to(&["ada@example.test"])).await;
        token(&link(&test.mails().await[0]))
    };
    let expired = portal::admin::invitation_link(&test.portal, &invite, true).await;
    anna.send(&Writes::to(&["ada@example.test"])).await;
    let mailed_after = token(&link(&test.mails().await[0]));
    for mailed in [&mailed_before, &mailed_after] {
        for path in ["/api/v1/invitations/inspect", "/api/v1/invitations/renew"] {
            let refused = test.post(path, json!({ "token": mailed })).await;
            assert_eq!(refused.problem(), "printed-link-needed", "{path}");
        }
        let refused = test.try_register("Mallory", "ada@example.test", mailed.clone()).await;
        assert_eq!(refused.err().unwrap().problem(), "printed-link-needed");
    }
    // An expired one is not renewed by mail either; the command line prints another.
    test.clock.pass(31 * DAY);
    let expired = token(&expired.unwrap());
    let renewed = test
        .post("/api/v1/invitations/renew", json!({ "token": expired }))
        .await;
    assert_eq!(
        (renewed.problem().as_str(), test.mails().await.len()),
        ("printed-link-needed", 0)
    );
    let printed = portal::admin::invitation_link(&test.portal, &invite, true)
        .await
        .unwrap();
    let ada = test.register("Ada", "ada@example.test", token(&printed)).await;
    assert!(ada.signed_in.session.account.administrator);
    assert_eq!(ada.list(Folder::Inbox).await.len(), 2);
}

/// Whoever can write into the database wants to read what waits for somebody else.
async fn a_waiting_key_put_beside_another_invitation_is_not_handed_over(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    anna.send(&Writes::to(&["mallory@partner.test"])).await;
    let mails = test.mails().await;
    let swap = "UPDATE waiting_keys SET sealed = (SELECT w.sealed FROM waiting_keys w JOIN invitations i \
        ON i.account = w.account WHERE i.canonical = 'gina@partner.test') \
        WHERE account = (SELECT account FROM invitations WHERE canonical = 'mallory@partner.test')";
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    sqlx::query(swap).execute(&mut **unit).await.unwrap();
    unit.commit().await.unwrap();
    let of = |address: &str| {
        let mail = mails.iter().find(|mail| mail.to.as_typed() == address).unwrap();
        token(&link(mail))
    };
    let refused = test
        .try_register("Mallory", "mallory@partner.test", of("mallory@partner.test"))
        .await;
    assert_eq!(refused.err().unwrap().problem(), "internal");
    let gina = test
        .register("Gina", "gina@partner.test", of("gina@partner.test"))
        .await;
    assert_eq!(gina.list(Folder::Inbox).await.len(), 1);
}
