//! What confirming a claim, promoting and removing do: nothing that could be read is lost, nobody sees what is not
//! theirs, and what is refused leaves both accounts as they were.

use axum::{body::Body, http::Method};
use certificate::Fingerprint;
use portal::{
    aliases,
    storage::{Key as _, RowExt as _},
};
use serde_json::{Value, json};
use wire::{
    Address, Bytes,
    claims::{ClaimShown, Confirmed, Outcome},
    mailbox::{Change, Changes, Folder},
    sessions::{AccountKind, ActivityKind, Invitation, Parcel, PasswordGiven, Session},
};

use crate::{
    certificates::add_address,
    claiming::Other,
    on_both_engines,
    people::{PASSWORD, Person, Writes, link, request, token},
    stationery,
    test_portal::{NOW, TestPortal},
};

const MINUTE: i64 = 60_000;

on_both_engines![
    an_address_that_nobody_has_joins,
    mail_that_waits_joins_and_custody_hands_its_key_over,
    an_invitation_is_used_once_whichever_way,
    an_account_is_absorbed_with_all_that_it_can_open,
    what_is_absorbed_can_be_absorbed_again,
    an_account_that_took_waiting_mail_in_is_absorbed_with_it,
    one_alias_moves_and_leaves_the_rest,
    a_master_does_not_move,
    a_wrong_password_changes_nothing,
    a_proof_is_for_one_claim_one_account_and_ten_minutes,
    what_changed_since_the_proof_is_told,
    a_disabled_account_is_not_absorbed,
    the_only_administrator_is_not_absorbed,
    what_does_not_fit_is_refused_whole,
    the_absorbed_vault_stays_until_its_keyring_was_taken_in,
    registering_and_claiming_an_address_at_once_ends_in_one_of_both,
    two_who_absorb_each_other_at_once_are_one_account_after,
    two_who_absorb_the_same_account_at_once_do_it_once,
    two_administrators_are_not_both_absorbed_at_once,
    promoting_takes_the_password_of_just_now,
    promoting_ends_all_that_went_before,
    promoting_twice_is_once_and_only_ones_own,
    from_then_on_mail_goes_to_the_new_master_and_from_it,
    those_dealt_with_are_told_three_times_a_day,
    removing_leaves_the_mail_and_frees_the_address,
    the_master_cannot_be_removed,
    a_sign_in_begun_under_an_address_that_left_yields_nothing,
    the_password_of_another_account_is_not_given_here,
    writing_the_vault_tells_the_other_clients,
    all_of_it_from_one_address_to_another,
];

/// All that is of an account in the database, but for the attempts of others to prove its password.
async fn state(test: &TestPortal, person: &Person<'_>) -> Vec<String> {
    let mut state = Vec::new();
    let mut db = test.portal.store.read().await.unwrap();
    let account = person.id();
    for (sql, columns) in [
        (
            "SELECT typed, master FROM addresses WHERE account = $1 ORDER BY typed",
            &["typed"][..],
        ),
        ("SELECT state, change_seq FROM accounts WHERE id = $1", &["state"]),
    ] {
        for row in sqlx::query(sql).bind(account.key()).fetch_all(&mut *db).await.unwrap() {
            state.extend(columns.iter().map(|column| row.text(column).unwrap()));
        }
    }
    for (table, sql) in [
        (
            "masters",
            "SELECT COUNT(*) AS n FROM addresses WHERE account = $1 AND master = 1",
        ),
        ("mailboxes", "SELECT COUNT(*) AS n FROM mailboxes WHERE account = $1"),
        ("sessions", "SELECT COUNT(*) AS n FROM sessions WHERE account = $1"),
        ("parcels", "SELECT COUNT(*) AS n FROM parcels WHERE account = $1"),
        ("vaults", "SELECT COUNT(*) AS n FROM vaults WHERE account = $1"),
        (
            "passwords",
            "SELECT COUNT(*) AS n FROM accounts WHERE id = $1 AND password IS NOT NULL",
        ),
        (
            "absorbed",
            "SELECT COUNT(*) AS n FROM accounts WHERE absorbed_into = $1",
        ),
        (
            "absorbed into",
            "SELECT COUNT(*) AS n FROM accounts WHERE id = $1 AND absorbed_into IS NOT NULL",
        ),
        (
            "claims",
            "SELECT COUNT(*) AS n FROM claims WHERE account = $1 AND ended IS NULL",
        ),
        ("changes", "SELECT COUNT(*) AS n FROM changes WHERE account = $1"),
    ] {
        let row = sqlx::query(sql).bind(account.key()).fetch_one(&mut *db).await.unwrap();
        state.push(format!("{table} {}", row.int("n").unwrap()));
    }
    state
}

fn click() -> Value {
    json!({ "kind": "click" })
}

async fn an_address_that_nobody_has_joins(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let (_, token) = anna.claimed("Anna@new.test").await;
    let confirmed: Confirmed = test.confirm(&token, click(), Some(&anna)).await.ok().json();
    assert_eq!(confirmed.address.as_typed(), "Anna@new.test");
    assert_eq!(anna.addresses().await, ["anna@example.test", "Anna@new.test"]);
    assert_eq!(anna.aliases().await.claims, []);
    assert!(
        anna.activity()
            .await
            .contains(&(ActivityKind::AliasAdded, Some("Anna@new.test".into())))
    );
    // Both addresses are told, each of itself alone.
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["Anna@new.test", "anna@example.test"]);
    // Mail to either lands in the same Inbox, one delivery for both.
    ben.send(&Writes::to(&["anna@new.test"]).about("To the new")).await;
    ben.send(&Writes::to(&["anna@example.test", "anna@new.test"]).about("To both"))
        .await;
    assert_eq!(anna.readable().await, ["To both", "To the new"]);
    // And either signs in.
    let signed_in = test.try_sign_in("anna@new.test", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.account.id, anna.id());
}

async fn mail_that_waits_joins_and_custody_hands_its_key_over(test: TestPortal) {
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["anna@new.test"]).about("Waits")).await;
    let invited = token(&link(&test.mails().await[0]));
    let mut anna = test.professional("anna").await;
    ben.send(&Writes::to(&["anna@example.test"]).about("Arrived")).await;
    let (claim, token) = anna.claimed("Anna@new.test").await;
    let before = anna.get("/changes?since=0").await.ok().json::<Changes>().latest;
    let number = json!({ "kind": "number", "number": claim.number });
    test.confirm(&token, number, None).await.ok();
    let changes: Changes = anna.get(&format!("/changes?since={before}")).await.ok().json();
    assert!(changes.changes.contains(&Change::Account) && changes.changes.contains(&Change::Mailboxes));
    anna.take_parcels_in().await;
    assert_eq!(anna.readable().await, ["Arrived", "Waits"]);
    let kinds: Vec<_> = anna.activity().await.into_iter().map(|(kind, _)| kind).collect();
    let handed_over = kinds
        .iter()
        .filter(|kind| **kind == ActivityKind::WaitingKeyHandedOver)
        .count();
    // Once for her own invitation, once for this one.
    assert_eq!(handed_over, 2);
    assert!(kinds.contains(&ActivityKind::AliasAdded));
    // The address is as it was proved now, not as it was invited.
    assert_eq!(anna.addresses().await, ["anna@example.test", "Anna@new.test"]);
    // The invitation's link is not a way in any more, and custody has no key.
    let inspected = test
        .post("/api/v1/invitations/inspect", json!({ "token": invited }))
        .await;
    assert_eq!(inspected.problem(), "invitation-used");
    let mut db = test.portal.store.read().await.unwrap();
    let row = sqlx::query("SELECT COUNT(*) AS n FROM waiting_keys")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(row.int("n").unwrap(), 0);
    // What ben sent is to him what it was.
    assert_eq!(ben.readable().await, ["Arrived", "Waits"]);
    // The next message needs no invitation.
    ben.send(&Writes::to(&["anna@new.test"]).about("Next")).await;
    assert_eq!(anna.readable().await, ["Arrived", "Next", "Waits"]);
}

async fn an_invitation_is_used_once_whichever_way(test: TestPortal) {
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["anna@new.test"])).await;
    let invited = token(&link(&test.mails().await[0]));
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("anna@new.test").await;
    // Somebody registers while the claim is pending: from then on it takes their password.
    let _other = test.register("other", "anna@new.test", invited).await;
    let taken = test.confirm(&token, click(), Some(&anna)).await;
    assert_eq!(taken.problem(), "address-taken");
    let shown: ClaimShown = test.inspect(&token, Some(&anna)).await.ok().json();
    assert_eq!(shown.outcome, Outcome::Absorbs);
    // Whoever invited and was absorbed since is shown as who they are now.
    let mut carl = test.professional("carl").await;
    ben.send(&Writes::to(&["later@new.test"])).await;
    let invited = crate::people::token(&link(
        &test
            .mails()
            .await
            .into_iter()
            .find(|mail| mail.to.as_typed() == "later@new.test")
            .unwrap(),
    ));
    carl.absorb("ben@example.test", PASSWORD).await;
    let invitation: Invitation = test
        .post("/api/v1/invitations/inspect", json!({ "token": invited }))
        .await
        .ok()
        .json();
    let inviter = invitation.invited_by.unwrap();
    assert_eq!(
        (inviter.name.as_deref(), inviter.address.as_typed()),
        (Some("carl"), "carl@example.test")
    );
}

async fn an_account_is_absorbed_with_all_that_it_can_open(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.guest("ben").await;
    let mut carl = test.professional("carl").await;
    carl.send(&Writes::to(&["ben@example.test"]).about("For ben")).await;
    ben.send(&Writes::to(&["carl@example.test"]).about("From ben")).await;
    carl.send(&Writes::to(&["anna@example.test"]).about("For anna")).await;
    let slip = |deliveries: Vec<wire::mailbox::Delivery>| deliveries[0].id;
    let bens = slip(ben.list(Folder::Inbox).await);
    let recipient_slip = ben.open(&ben.list(Folder::Inbox).await[0]).await.0.slip;
    let (carls, carls_readable) = (carl.list(Folder::Sent).await, carl.readable().await);
    let pending = ben.test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();

    let (_, token) = anna.claimed("Ben@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    assert_eq!(other.proved.account, ben.id());
    let own = other.claimant.user_ids().collect::<Vec<_>>();
    assert_eq!(
        own,
        ["anna@example.test"],
        "of the claimant's addresses the Master alone"
    );
    test.mails().await;
    let by = other.absorb();
    let confirmed: Confirmed = test.confirm(&token, by.clone(), Some(&anna)).await.ok().json();
    // As its owner typed it, which is where mail is known to arrive.
    assert_eq!(confirmed.address.as_typed(), "ben@example.test");
    assert_eq!(confirmed.claimant.address.as_typed(), "anna@example.test");
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["anna@example.test", "ben@example.test"]);
    // Once more with the same link is the same success.
    assert_eq!(test.confirm(&token, by, None).await.ok().json::<Confirmed>(), confirmed);

    // Its sessions are dead, and it does not sign in by itself: its address opens the account that has it now.
    assert_eq!(ben.get("/session").await.problem(), "signed-out");
    let get = request(Method::GET, "/api/v1/session", pending.bearer.as_deref());
    assert_eq!(
        test.request(get.body(Body::empty()).unwrap()).await.problem(),
        "signed-out"
    );
    let signed_in = test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();
    assert_eq!(signed_in.session.account.id, anna.id());

    let account = anna.account().await;
    assert_eq!(account.kind, AccountKind::Professional);
    assert!(!account.administrator);
    assert_eq!(anna.addresses().await, ["anna@example.test", "ben@example.test"]);
    anna.take_parcels_in().await;
    assert_eq!(anna.readable().await, ["For anna", "For ben", "From ben"]);
    // A delivery keeps its id, and its slip its text.
    let mut slip_now = anna
        .open(
            &anna
                .list(Folder::Inbox)
                .await
                .into_iter()
                .find(|one| one.id == bens)
                .unwrap(),
        )
        .await
        .0
        .slip;
    for participant in &mut slip_now.participants {
        assert_eq!(
            participant.now.take().map(|now| now.to_string()).as_deref(),
            Some("anna@example.test")
        );
        assert_eq!(participant.address.as_typed(), "ben@example.test");
    }
    assert_eq!(slip_now.participants.len(), recipient_slip.participants.len());
    // To the other side nothing has changed.
    assert_eq!(carl.readable().await, carls_readable);
    let now = carl.list(Folder::Sent).await;
    assert_eq!(
        now.iter().map(|one| (one.id, one.sent_at)).collect::<Vec<_>>(),
        carls.iter().map(|one| (one.id, one.sent_at)).collect::<Vec<_>>()
    );
    // Both addresses lead to one Inbox.
    carl.send(&Writes::to(&["ben@example.test"]).about("Later")).await;
    assert!(anna.readable().await.contains(&"Later".to_owned()));
    assert_eq!(
        anna.activity()
            .await
            .iter()
            .filter(|(kind, _)| *kind == ActivityKind::AccountAbsorbed)
            .count(),
        1
    );
}

async fn what_is_absorbed_can_be_absorbed_again(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let mut dora = test.professional("dora").await;
    for to in ["anna@example.test", "ben@example.test", "carl@example.test"] {
        dora.send(&Writes::to(&[to]).about(format!("For {to}"))).await;
    }
    // Ben does not look before he is absorbed himself: anna's keyring is still on its way to him.
    ben.absorb("anna@example.test", PASSWORD).await;
    carl.absorb("ben@example.test", PASSWORD).await;
    let parcels: Vec<Parcel> = carl.get("/parcels").await.ok().json();
    assert_eq!(parcels.len(), 2);
    carl.take_parcels_in().await;
    assert_eq!(
        carl.readable().await,
        ["For anna@example.test", "For ben@example.test", "For carl@example.test"]
    );
    let mut addresses = carl.addresses().await;
    assert_eq!(addresses[0], "carl@example.test");
    addresses.sort();
    assert_eq!(
        addresses,
        ["anna@example.test", "ben@example.test", "carl@example.test"]
    );
    // Never at another that points further.
    let mut db = test.portal.store.read().await.unwrap();
    for person in [&anna, &ben] {
        let row = sqlx::query("SELECT absorbed_into FROM accounts WHERE id = $1").bind(person.id().key());
        let row = row.fetch_one(&mut *db).await.unwrap();
        assert_eq!(row.maybe_key("absorbed_into").unwrap(), Some(carl.id()));
    }
    drop(db);
    // No vault is left behind but carl's, once it is sure that he has their keys.
    test.clock.pass(30 * 24 * 3_600_000);
    portal::workers::sweep(&test.portal).await.unwrap();
    carl.sign_in_again().await;
    dora.sign_in_again().await;
    for person in [&anna, &ben] {
        assert!(state(&test, person).await.contains(&"vaults 0".to_owned()));
    }
    dora.send(&Writes::to(&["anna@example.test"]).about("Later")).await;
    assert!(carl.readable().await.contains(&"Later".to_owned()));
}

async fn an_account_that_took_waiting_mail_in_is_absorbed_with_it(test: TestPortal) {
    let mut dora = test.professional("dora").await;
    dora.send(&Writes::to(&["waits@new.test"]).about("Waits")).await;
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    test.mails().await;
    // Anna has not taken the waiting key in when she is absorbed.
    anna.add("waits@new.test").await;
    ben.absorb("anna@example.test", PASSWORD).await;
    ben.take_parcels_in().await;
    assert_eq!(ben.readable().await, ["Waits"]);
    let mut addresses = ben.addresses().await;
    addresses.sort();
    assert_eq!(addresses, ["anna@example.test", "ben@example.test", "waits@new.test"]);
}

async fn one_alias_moves_and_leaves_the_rest(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    ben.add("shared@example.test").await;
    ben.add("other@example.test").await;
    carl.send(&Writes::to(&["shared@example.test"]).about("Before")).await;
    let (_, token) = anna.claimed("shared@example.test").await;
    let shown: ClaimShown = test.inspect(&token, Some(&anna)).await.ok().json();
    assert_eq!(shown.outcome, Outcome::MovesOrAbsorbs);
    // By the password of the account, whichever of its addresses is typed.
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    test.mails().await;
    test.confirm(&token, other.move_over("shared@example.test"), Some(&anna))
        .await
        .ok();
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(
        told,
        [
            "anna@example.test",
            "ben@example.test",
            "other@example.test",
            "shared@example.test"
        ]
    );
    assert_eq!(anna.addresses().await, ["anna@example.test", "shared@example.test"]);
    // Ben goes on as he was, signed in and with what was delivered.
    assert_eq!(ben.addresses().await, ["ben@example.test", "other@example.test"]);
    assert_eq!(ben.readable().await, ["Before"]);
    assert!(anna.readable().await.is_empty());
    assert!(
        ben.activity()
            .await
            .contains(&(ActivityKind::AliasMovedAway, Some("shared@example.test".into())))
    );
    carl.send(&Writes::to(&["shared@example.test"]).about("After")).await;
    assert_eq!(anna.readable().await, ["After"]);
    assert_eq!(ben.readable().await, ["Before"]);
    assert_eq!(
        test.try_sign_in("shared@example.test", PASSWORD)
            .await
            .unwrap()
            .session
            .account
            .id,
        anna.id()
    );
    // And back again.
    let (_, token) = ben.claimed("shared@example.test").await;
    let mut other = test.prove(&token, "shared@example.test", PASSWORD).await.unwrap();
    test.confirm(&token, other.move_over("shared@example.test"), Some(&ben))
        .await
        .ok();
    assert_eq!(ben.addresses().await.len(), 3);
    // The whole account can be had by its alias, too. (An address gets three mails an hour.)
    test.clock.pass(60 * MINUTE);
    anna.sign_in_again().await;
    let (_, token) = anna.claimed("shared@example.test").await;
    let mut other = test.prove(&token, "shared@example.test", PASSWORD).await.unwrap();
    test.confirm(&token, other.absorb(), Some(&anna)).await.ok();
    assert_eq!(anna.addresses().await.len(), 4);
}

async fn a_master_does_not_move(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, token) = anna.claimed("ben@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let before = state(&test, &ben).await;
    let reply = test
        .confirm(&token, other.move_over("ben@example.test"), Some(&anna))
        .await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "claim-changed"));
    for by in [click(), json!({ "kind": "number", "number": "0000" })] {
        assert_eq!(test.confirm(&token, by, Some(&anna)).await.problem(), "address-taken");
    }
    assert_eq!(state(&test, &ben).await, before);
}

async fn a_wrong_password_changes_nothing(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, token) = anna.claimed("ben@example.test").await;
    let before = (state(&test, &anna).await, state(&test, &ben).await);
    // Tries count as those of a sign-in do, whatever page they come from.
    for _ in 0..5 {
        let Err(reply) = test.prove(&token, "ben@example.test", "a wrong one").await else {
            panic!()
        };
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (401, "wrong-credentials"));
    }
    assert_eq!((state(&test, &anna).await, state(&test, &ben).await), before);
    assert_eq!(
        test.try_sign_in("ben@example.test", PASSWORD)
            .await
            .unwrap_err()
            .problem(),
        "too-many-attempts"
    );
    test.clock.pass(MINUTE);
    // The right one forgives.
    test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    for _ in 0..4 {
        test.try_sign_in("ben@example.test", "a wrong one").await.unwrap_err();
    }
    test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();
    // The claimant's own password proves nothing of ben's account.
    let Err(reply) = test.prove(&token, "anna@example.test", PASSWORD).await else {
        panic!()
    };
    assert_eq!(reply.problem(), "claim-changed");
    // An attempt is good once.
    let (mut body, _) = test.half_sign_in("ben@example.test", PASSWORD).await;
    body["token"] = json!(token);
    test.post("/api/v1/claims/prove", body.clone()).await.ok();
    assert_eq!(
        test.post("/api/v1/claims/prove", body).await.problem(),
        "wrong-credentials"
    );
}

async fn a_proof_is_for_one_claim_one_account_and_ten_minutes(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let eve = test.professional("eve").await;
    let (_, annas) = anna.claimed("ben@example.test").await;
    let (_, eves) = eve.claimed("ben@example.test").await;
    let mut other = test.prove(&annas, "ben@example.test", PASSWORD).await.unwrap();
    let by = other.absorb();
    let before = state(&test, &ben).await;
    // Not for another claim, nor a made-up one.
    for (token, proof) in [
        (&eves, by["proof"].clone()),
        (&annas, json!(Bytes(vec![0; 32]))),
        (&annas, json!(Bytes(vec![]))),
    ] {
        let mut by = by.clone();
        by["proof"] = proof;
        let reply = test.confirm(token, by, Some(&eve)).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (403, "password-needed"));
    }
    // The newest counts.
    let newer = test.prove(&annas, "ben@example.test", PASSWORD).await.unwrap().absorb();
    assert_eq!(test.confirm(&annas, by, None).await.problem(), "password-needed");
    test.clock.pass(10 * MINUTE);
    assert_eq!(test.confirm(&annas, newer, None).await.problem(), "password-needed");
    // A mail that replaces the link takes the proof with it.
    let newest = test.prove(&annas, "ben@example.test", PASSWORD).await.unwrap().absorb();
    anna.claim("ben@example.test").await.ok();
    let resent = test.confirmation("ben@example.test").await;
    assert_eq!(
        test.confirm(&annas, newest.clone(), None).await.problem(),
        "link-replaced"
    );
    assert_eq!(test.confirm(&resent, newest, None).await.problem(), "password-needed");
    // And so does whatever ends ben's sessions.
    ben.add("bens@example.test").await;
    test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();
    let (body, _) = test.half_sign_in("ben@example.test", PASSWORD).await;
    ben.give(body).await.ok();
    let proved = test
        .prove(&resent, "ben@example.test", PASSWORD)
        .await
        .unwrap()
        .absorb();
    ben.promote("bens@example.test", false).await.ok();
    ben.promote("ben@example.test", false).await.ok();
    assert_eq!(test.confirm(&resent, proved, None).await.problem(), "password-needed");
    ben.post("/aliases/remove", json!({ "address": "bens@example.test" }))
        .await
        .ok();
    let after: Vec<_> = state(&test, &ben)
        .await
        .into_iter()
        .filter(|line| !line.starts_with("changes") && !line.starts_with("sessions"))
        .collect();
    let before: Vec<_> = before
        .into_iter()
        .filter(|line| !line.starts_with("changes") && !line.starts_with("sessions"))
        .collect();
    assert_eq!(after, before);
}

async fn what_changed_since_the_proof_is_told(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let (_, token) = anna.claimed("ben@example.test").await;
    // The vault was written: the keyring that was handed over may lack a key.
    let by = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap().absorb();
    ben.store_vault().await;
    let reply = test.confirm(&token, by, None).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (412, "version-conflict"));
    // An alias came: its succession is not among those that were signed.
    let by = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap().absorb();
    ben.add("more@example.test").await;
    assert_eq!(test.confirm(&token, by, None).await.problem(), "claim-changed");
    // The address became another's.
    let by = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap().absorb();
    let mut carl = test.professional("carl").await;
    carl.absorb("ben@example.test", PASSWORD).await;
    assert_eq!(
        test.confirm(&token, by.clone(), None).await.problem(),
        "password-needed"
    );
    carl.add("carls@example.test").await;
    carl.promote("carls@example.test", false).await.ok();
    carl.post("/aliases/remove", json!({ "address": "ben@example.test" }))
        .await
        .ok();
    assert_eq!(test.confirm(&token, by, None).await.problem(), "claim-changed");
    test.confirm(&token, click(), Some(&anna)).await.ok();
    assert_eq!(anna.addresses().await, ["anna@example.test", "ben@example.test"]);
}

async fn a_disabled_account_is_not_absorbed(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("alias@example.test").await;
    let (_, token) = anna.claimed("alias@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let path = format!("/admin/accounts/{}/disabled", ben.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    let before = state(&test, &ben).await;
    // Whether disabling forgot the proof or not, it is refused.
    for by in [other.absorb(), other.move_over("alias@example.test")] {
        let refused = test.confirm(&token, by, None).await.problem();
        assert!(
            ["account-disabled", "password-needed"].contains(&&*refused),
            "{refused}"
        );
    }
    // Only who knows the password learns why.
    let Err(reply) = test.prove(&token, "ben@example.test", "a wrong one").await else {
        panic!()
    };
    assert_eq!(reply.problem(), "wrong-credentials");
    let Err(reply) = test.prove(&token, "ben@example.test", PASSWORD).await else {
        panic!()
    };
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (403, "account-disabled"));
    assert_eq!(state(&test, &ben).await, before);
    // Nor by a proof that came about in another way.
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let proof = aliases::proved(&test.portal, &mut unit, &token.0, ben.id())
        .await
        .unwrap();
    unit.commit().await.unwrap();
    let mut by = other.absorb();
    by["proof"] = json!(Bytes(proof.to_vec()));
    assert_eq!(test.confirm(&token, by, None).await.problem(), "account-disabled");
    assert_eq!(anna.addresses().await.len(), 1);
}

async fn the_only_administrator_is_not_absorbed(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("ada@example.test").await;
    let before = state(&test, &ada).await;
    let by = test.prove(&token, "ada@example.test", PASSWORD).await.unwrap().absorb();
    let sessions = |state: Vec<String>| {
        state
            .into_iter()
            .filter(|line| !line.starts_with("sessions"))
            .collect::<Vec<_>>()
    };
    let reply = test.confirm(&token, by.clone(), None).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "only-administrator"));
    assert_eq!(sessions(state(&test, &ada).await), sessions(before));
    ada.get("/session").await.ok();
    // One who was invited and has not registered does not count; one who has does.
    let invite = wire::people::Invite {
        address: "bea@example.test".parse().unwrap(),
        kind: AccountKind::Professional,
    };
    let invitation = portal::admin::invitation_link(&test.portal, &invite, true)
        .await
        .unwrap();
    assert_eq!(
        test.confirm(&token, by.clone(), None).await.problem(),
        "only-administrator"
    );
    let bea = test
        .register("bea", "bea@example.test", crate::people::token(&invitation))
        .await;
    test.confirm(&token, by, None).await.ok();
    // The claimant's rights stay as they are.
    assert!(!anna.account().await.administrator);
    assert_eq!(anna.get("/admin/accounts").await.problem(), "not-allowed");
    bea.get("/admin/accounts").await.ok();
}

async fn what_does_not_fit_is_refused_whole(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("alias@example.test").await;
    let (_, token) = anna.claimed("alias@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let (absorb, move_over) = (other.absorb(), other.move_over("alias@example.test"));
    let before = (state(&test, &anna).await, state(&test, &ben).await);
    let with = |by: &Value, field: &str, value: Value| {
        let mut by = by.clone();
        by[field] = value;
        by
    };
    let successions = absorb["successions"].as_array().unwrap().clone();
    let twice = [successions.clone(), vec![successions[0].clone()]].concat();
    let foreign = other_succession(&mut other, "foreign@example.test");
    let to_nobody = [
        stationery::key_packet(Fingerprint([7; 32]), b""),
        stationery::enclose(b""),
    ]
    .concat();
    for (by, problem) in [
        (with(&absorb, "parcel", json!("")), "not-sealed"),
        (
            with(&absorb, "parcel", json!(Bytes(b"every key".to_vec()))),
            "not-sealed",
        ),
        // A keyring that the claimant cannot open, and the account would be gone.
        (with(&absorb, "parcel", json!(Bytes(to_nobody))), "not-sealed"),
        (
            with(&absorb, "parcel", json!(Bytes(vec![0; (1 << 20) + 1]))),
            "too-large",
        ),
        (with(&absorb, "vault_version", json!(99)), "version-conflict"),
        (with(&absorb, "successions", json!([])), "claim-changed"),
        (with(&absorb, "successions", json!([successions[0]])), "claim-changed"),
        (with(&absorb, "successions", json!(twice)), "claim-changed"),
        (
            with(&absorb, "successions", json!([successions[0], foreign])),
            "claim-changed",
        ),
        (with(&move_over, "succession", successions[0].clone()), "claim-changed"),
        (with(&move_over, "succession", foreign.clone()), "claim-changed"),
        (json!({ "kind": "absorb" }), "malformed"),
        (json!({ "kind": "steal" }), "malformed"),
    ] {
        assert_eq!(test.confirm(&token, by, None).await.problem(), problem);
        assert_eq!(
            (state(&test, &anna).await, state(&test, &ben).await),
            before,
            "{problem}"
        );
    }
    for n in 0..48 {
        add_address(&test, anna.id(), &format!("alias{n}@example.test"), false).await;
    }
    let before = (state(&test, &anna).await, state(&test, &ben).await);
    assert_eq!(
        test.confirm(&token, absorb, Some(&anna)).await.problem(),
        "too-many-addresses"
    );
    assert_eq!((state(&test, &anna).await, state(&test, &ben).await), before);
    // One fits.
    test.confirm(&token, move_over, Some(&anna)).await.ok();
    assert_eq!(anna.addresses().await.len(), 50);
}

fn other_succession(other: &mut Other, address: &str) -> Value {
    other.move_over(address)["succession"].clone()
}

async fn the_absorbed_vault_stays_until_its_keyring_was_taken_in(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    assert!(state(&test, &ben).await.contains(&"vaults 1".to_owned()));
    // With what a password proves itself against: without that nobody could open the copy.
    assert!(state(&test, &ben).await.contains(&"passwords 1".to_owned()));
    anna.take_parcels_in().await;
    assert!(state(&test, &ben).await.contains(&"vaults 1".to_owned()));
    test.clock.pass(30 * 24 * 3_600_000);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert!(state(&test, &ben).await.contains(&"passwords 0".to_owned()));
    assert!(state(&test, &ben).await.contains(&"vaults 0".to_owned()));
    assert!(state(&test, &anna).await.contains(&"vaults 1".to_owned()));
    let mut db = test.portal.store.read().await.unwrap();
    let slots = sqlx::query("SELECT COUNT(*) AS n FROM unlock_slots WHERE account = $1").bind(ben.id().key());
    assert_eq!(slots.fetch_one(&mut *db).await.unwrap().int("n").unwrap(), 0);
}

async fn registering_and_claiming_an_address_at_once_ends_in_one_of_both(test: TestPortal) {
    let mut ben = test.professional("ben").await;
    let mut anna = test.professional("anna").await;
    for n in 0..4 {
        let address = format!("new{n}@partner.test");
        ben.send(&Writes::to(&[&address]).about(format!("Waits {n}"))).await;
        let invited = token(&link(
            &test
                .mails()
                .await
                .into_iter()
                .find(|mail| mail.to.as_typed() == address)
                .unwrap(),
        ));
        let (_, token) = anna.claimed(&address).await;
        let register = test.try_register("new", &address, invited);
        let confirm = test.confirm(&token, click(), Some(&anna));
        // Either may be the first to be asked.
        let (registered, confirmed) = match n % 2 {
            0 => futures_util::join!(register, confirm),
            _ => {
                let (confirmed, registered) = futures_util::join!(confirm, register);
                (registered, confirmed)
            }
        };
        anna.take_parcels_in().await;
        let waited = format!("Waits {n}");
        match registered {
            Ok(new) => {
                assert!(["address-taken", "claim-changed"].contains(&&*confirmed.problem()));
                assert_eq!(new.readable().await, [waited]);
            }
            Err(refused) => {
                assert_eq!(refused.problem(), "invitation-used");
                confirmed.ok();
                assert!(anna.readable().await.contains(&waited));
            }
        }
    }
}

async fn two_who_absorb_each_other_at_once_are_one_account_after(test: TestPortal) {
    let mut dora = test.professional("dora").await;
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    dora.send(&Writes::to(&["anna@example.test", "ben@example.test"]).about("For both"))
        .await;
    let (_, annas) = anna.claimed("ben@example.test").await;
    let (_, bens) = ben.claimed("anna@example.test").await;
    let by_anna = test.prove(&annas, "ben@example.test", PASSWORD).await.unwrap().absorb();
    let by_ben = test.prove(&bens, "anna@example.test", PASSWORD).await.unwrap().absorb();
    let replies = futures_util::join!(
        test.confirm(&annas, by_anna, Some(&anna)),
        test.confirm(&bens, by_ben, Some(&ben))
    );
    let (won, lost) = match replies.0.status.is_success() {
        true => (&mut anna, replies.1),
        false => (&mut ben, replies.0),
    };
    let told = ["claim-ended", "claim-changed", "signed-out"];
    assert!(told.contains(&&*lost.problem()), "{lost:?}");
    won.take_parcels_in().await;
    assert_eq!(won.readable().await, ["For both", "For both"]);
    assert_eq!(won.addresses().await.len(), 2);
}

async fn two_who_absorb_the_same_account_at_once_do_it_once(test: TestPortal) {
    let claimants = [
        test.professional("anna").await,
        test.professional("ben").await,
        test.professional("carl").await,
    ];
    let dora = test.professional("dora").await;
    dora.add("alias@example.test").await;
    let mut confirming = Vec::new();
    for (claimant, address) in claimants
        .iter()
        .zip(["dora@example.test", "alias@example.test", "dora@example.test"])
    {
        let (_, token) = claimant.claimed(address).await;
        let by = test
            .prove(&token, "dora@example.test", PASSWORD)
            .await
            .unwrap()
            .absorb();
        confirming.push((token, by));
    }
    let confirming = confirming
        .iter()
        .map(|(token, by)| test.confirm(token, by.clone(), None));
    let replies = futures_util::future::join_all(confirming).await;
    let lost: Vec<_> = replies
        .iter()
        .filter(|reply| !reply.status.is_success())
        .map(|reply| reply.problem())
        .collect();
    assert_eq!(lost.len(), 2);
    assert!(
        lost.iter()
            .all(|problem| ["claim-changed", "password-needed"].contains(&&**problem)),
        "{lost:?}"
    );
    let mut all = 0;
    for claimant in &claimants {
        all += claimant.addresses().await.len();
    }
    assert_eq!(all, 5);
}

async fn two_administrators_are_not_both_absorbed_at_once(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let bea = test
        .person("bea", "bea@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, annas) = anna.claimed("ada@example.test").await;
    let (_, bens) = ben.claimed("bea@example.test").await;
    let by_anna = test.prove(&annas, "ada@example.test", PASSWORD).await.unwrap().absorb();
    let by_ben = test.prove(&bens, "bea@example.test", PASSWORD).await.unwrap().absorb();
    let (one, other) = futures_util::join!(
        test.confirm(&annas, by_anna, Some(&anna)),
        test.confirm(&bens, by_ben, Some(&ben))
    );
    let (lost, stays) = match one.status.is_success() {
        true => (other, &bea),
        false => (one, &ada),
    };
    assert_eq!(lost.problem(), "only-administrator");
    stays.get("/admin/accounts").await.ok();
}

async fn promoting_takes_the_password_of_just_now(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("new@example.test").await;
    let session: Session = anna.get("/session").await.ok().json();
    assert_eq!(session.password_until, NOW + 5 * MINUTE);
    test.clock.pass(5 * MINUTE);
    let reply = anna.promote("new@example.test", false).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (403, "password-needed"));
    assert_eq!(anna.addresses().await[0], "anna@example.test");
    let (body, _) = test.half_sign_in("anna@example.test", "a wrong one").await;
    assert_eq!(anna.give(body).await.problem(), "wrong-credentials");
    assert_eq!(
        anna.promote("new@example.test", false).await.problem(),
        "password-needed"
    );
    let (body, _) = test.half_sign_in("new@example.test", PASSWORD).await;
    let given: PasswordGiven = anna.give(body.clone()).await.ok().json();
    assert_eq!(given.password_until, NOW + 10 * MINUTE);
    assert_eq!(
        anna.get("/session").await.ok().json::<Session>().password_until,
        given.password_until
    );
    // For this session alone, and once.
    assert_eq!(anna.give(body).await.problem(), "wrong-credentials");
    test.clock.pass(5 * MINUTE - 1);
    anna.promote("new@example.test", false).await.ok();
    assert_eq!(anna.addresses().await, ["new@example.test", "anna@example.test"]);
}

async fn promoting_ends_all_that_went_before(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("new@example.test").await;
    let elsewhere = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    // One in a cookie, and one that has only begun.
    let (mut cookie, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    cookie["carrier"] = json!("cookie");
    let reply = test.post("/api/v1/sessions", cookie).await.ok();
    let cookie = reply.headers["set-cookie"]
        .to_str()
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let (mut begun, _) = test.half_sign_in("new@example.test", PASSWORD).await;
    begun["carrier"] = json!("bearer");
    anna.promote("new@example.test", true).await.ok();
    let with_cookie = || {
        axum::http::Request::get("/api/v1/session")
            .header("cookie", &cookie)
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(test.request(with_cookie()).await.problem(), "signed-out");
    for path in ["/api/v1/session", "/api/v1/vault", "/api/v1/events"] {
        let get = request(Method::GET, path, elsewhere.bearer.as_deref());
        assert_eq!(
            test.request(get.body(Body::empty()).unwrap()).await.problem(),
            "signed-out",
            "{path}"
        );
    }
    assert_eq!(
        test.post("/api/v1/sessions", begun).await.problem(),
        "wrong-credentials"
    );
    // The one that promoted goes on, and so does signing in, with any confirmed address.
    anna.get("/session").await.ok();
    for address in ["anna@example.test", "new@example.test"] {
        test.try_sign_in(address, PASSWORD).await.unwrap();
    }
    // The reload keys went with the sessions.
    let mut db = test.portal.store.read().await.unwrap();
    let row =
        sqlx::query("SELECT COUNT(*) AS n FROM sessions WHERE reload_key = $1").bind(&elsewhere.session.reload_key.0);
    assert_eq!(row.fetch_one(&mut *db).await.unwrap().int("n").unwrap(), 0);
}

async fn promoting_twice_is_once_and_only_ones_own(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.add("new@example.test").await;
    anna.add("third@example.test").await;
    test.mails().await;
    for _ in 0..2 {
        assert_eq!(anna.promote("NEW@example.test", false).await.ok().status.as_u16(), 204);
        let kept = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
        // The second time ends nothing.
        assert!(kept.bearer.is_some());
    }
    assert!(state(&test, &anna).await.contains(&"sessions 3".to_owned()));
    // Each of its addresses is told once.
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["anna@example.test", "new@example.test", "third@example.test"]);
    for address in ["new@example.test", "unknown@example.test", "anna@example.test"] {
        assert_eq!(ben.promote(address, false).await.problem(), "not-found");
        assert_eq!(
            ben.post("/aliases/remove", json!({ "address": address }))
                .await
                .problem(),
            "not-found"
        );
    }
    // A pending address is not one's own yet.
    let _pending = anna.claimed("pending@example.test").await;
    assert_eq!(anna.promote("pending@example.test", false).await.problem(), "not-found");
    assert_eq!(
        anna.addresses().await,
        ["new@example.test", "anna@example.test", "third@example.test"]
    );
}

async fn from_then_on_mail_goes_to_the_new_master_and_from_it(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.add("new@example.test").await;
    anna.send(&Writes::to(&["ben@example.test"]).about("Before")).await;
    anna.promote("new@example.test", false).await.ok();
    anna.certify().await;
    test.mails().await;
    test.clock.pass(1);
    anna.send(&Writes::to(&["ben@example.test"]).about("After")).await;
    ben.send(&Writes::to(&["anna@example.test"]).about("To the old")).await;
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["ben@example.test", "new@example.test"]);
    let from: Vec<_> = ben
        .list(Folder::Inbox)
        .await
        .iter()
        .map(|one| one.sender.address.to_string())
        .collect();
    assert_eq!(from, ["new@example.test", "anna@example.test"]);
    assert_eq!(anna.readable().await, ["After", "Before", "To the old"]);
}

async fn those_dealt_with_are_told_three_times_a_day(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    anna.add("new@example.test").await;
    test.mails().await;
    let told = async || {
        test.mails()
            .await
            .iter()
            .filter(|mail| mail.to.as_typed() == "ben@example.test")
            .count()
    };
    let (old, new) = ("anna@example.test", "new@example.test");
    // What told nobody is not counted.
    for (address, tell) in [(new, true), (old, false), (new, true), (old, true)] {
        test.clock.pass(1);
        anna.promote(address, tell).await.ok();
        assert_eq!(told().await, usize::from(tell));
    }
    let reply = anna.promote(new, true).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (429, "too-many-requests"));
    assert_eq!(anna.addresses().await[0], old);
    anna.promote(new, false).await.ok();
    assert_eq!(told().await, 0);
    test.clock.pass(24 * 60 * MINUTE);
    anna.sign_in_again().await;
    anna.promote(old, true).await.ok();
    assert_eq!(told().await, 1);
    let tellings = anna.activity().await.into_iter();
    let tellings = tellings.filter(|(kind, _)| *kind == ActivityKind::CorrespondentsTold);
    assert_eq!(tellings.count(), 4);
}

async fn removing_leaves_the_mail_and_frees_the_address(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.add("old@example.test").await;
    ben.send(&Writes::to(&["old@example.test"]).about("To the old")).await;
    test.mails().await;
    anna.post("/aliases/remove", json!({ "address": "OLD@example.test" }))
        .await
        .ok();
    let mut told: Vec<_> = test.mails().await.iter().map(|mail| mail.to.to_string()).collect();
    told.sort();
    assert_eq!(told, ["anna@example.test", "old@example.test"]);
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    assert_eq!(anna.readable().await, ["To the old"]);
    assert!(
        anna.activity()
            .await
            .contains(&(ActivityKind::AliasRemoved, Some("old@example.test".into())))
    );
    assert_eq!(
        anna.post("/aliases/remove", json!({ "address": "old@example.test" }))
            .await
            .problem(),
        "not-found"
    );
    assert_eq!(
        test.try_sign_in("old@example.test", PASSWORD)
            .await
            .unwrap_err()
            .problem(),
        "wrong-credentials"
    );
    // The next message invites whoever reads it, into a mailbox that knows nothing of before.
    ben.send(&Writes::to(&["old@example.test"]).about("Later")).await;
    let invited = test
        .mails()
        .await
        .into_iter()
        .find(|mail| mail.to.as_typed() == "old@example.test")
        .unwrap();
    let stranger = test
        .register("stranger", "old@example.test", token(&link(&invited)))
        .await;
    assert_ne!(stranger.id(), anna.id());
    assert_eq!(stranger.readable().await, ["Later"]);
    assert_eq!(anna.readable().await, ["To the old"]);
}

async fn the_master_cannot_be_removed(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("new@example.test").await;
    let reply = anna
        .post("/aliases/remove", json!({ "address": "anna@example.test" }))
        .await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "master-stays"));
    anna.promote("new@example.test", false).await.ok();
    anna.post("/aliases/remove", json!({ "address": "anna@example.test" }))
        .await
        .ok();
    assert_eq!(anna.addresses().await, ["new@example.test"]);
}

async fn a_sign_in_begun_under_an_address_that_left_yields_nothing(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("shared@example.test").await;
    ben.add("gone@example.test").await;
    let (_, token) = anna.claimed("shared@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let mut begun = Vec::new();
    for address in ["shared@example.test", "gone@example.test", "ben@example.test"] {
        let (mut body, _) = test.half_sign_in(address, PASSWORD).await;
        body["carrier"] = json!("bearer");
        begun.push(body);
    }
    test.confirm(&token, other.move_over("shared@example.test"), Some(&anna))
        .await
        .ok();
    ben.post("/aliases/remove", json!({ "address": "gone@example.test" }))
        .await
        .ok();
    for body in &begun[..2] {
        assert_eq!(
            test.post("/api/v1/sessions", body.clone()).await.problem(),
            "wrong-credentials"
        );
    }
    test.post("/api/v1/sessions", begun[2].clone()).await.ok();
}

async fn the_password_of_another_account_is_not_given_here(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.add("new@example.test").await;
    test.clock.pass(5 * MINUTE);
    let (body, _) = test.half_sign_in("ben@example.test", PASSWORD).await;
    assert_eq!(anna.give(body).await.problem(), "wrong-credentials");
    assert_eq!(
        anna.promote("new@example.test", false).await.problem(),
        "password-needed"
    );
    // A session that ended meanwhile takes none.
    let (body, _) = test.half_sign_in("ben@example.test", PASSWORD).await;
    ben.call(Method::DELETE, "/session", Value::Null).await.ok();
    assert_eq!(ben.post("/session/password", body).await.problem(), "signed-out");
}

async fn writing_the_vault_tells_the_other_clients(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let before = anna.get("/changes?since=0").await.ok().json::<Changes>().latest;
    let version = anna.signed_in.vault.version;
    anna.store_vault().await;
    let changes: Changes = anna.get(&format!("/changes?since={before}")).await.ok().json();
    assert_eq!(changes.changes, [Change::Vault { version: version + 1 }]);
}

async fn all_of_it_from_one_address_to_another(test: TestPortal) {
    let mut anna = test
        .person("Anna Berg", "anna.berg@old.test", AccountKind::Professional, false)
        .await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    ben.send(&Writes::to(&["anna.berg@old.test"]).about("Old, to old"))
        .await;
    anna.send(&Writes::to(&["ben@example.test"]).about("Old, from old"))
        .await;
    carl.send(&Writes::to(&["anna.weber@new.test"]).about("Waiting at new"))
        .await;
    let mail = test
        .mails()
        .await
        .into_iter()
        .find(|mail| mail.to.as_typed() == "anna.weber@new.test")
        .unwrap();
    // Somebody at the new organisation had her register there already.
    let mut other = test
        .register("Anna Weber", "anna.weber@new.test", token(&link(&mail)))
        .await;
    other.send(&Writes::to(&["carl@example.test"]).about("From new")).await;
    let mut union = [anna.readable().await, other.readable().await].concat();
    union.sort();

    anna.absorb("anna.weber@new.test", PASSWORD).await;
    anna.promote("anna.weber@new.test", true).await.ok();
    anna.take_parcels_in().await;
    anna.certify().await;
    anna.post("/aliases/remove", json!({ "address": "anna.berg@old.test" }))
        .await
        .ok();
    anna.certify().await;
    assert_eq!(anna.readable().await, union);
    assert_eq!(anna.addresses().await, ["anna.weber@new.test"]);
    test.mails().await;
    anna.send(&Writes::to(&["ben@example.test", "carl@example.test"]).about("New"))
        .await;
    ben.send(&Writes::to(&["anna.weber@new.test"]).about("To new")).await;
    assert_eq!(ben.readable().await, ["New", "Old, from old", "Old, to old", "To new"]);
    assert!(anna.readable().await.contains(&"To new".to_owned()));
    let sent: Address = "anna.berg@old.test".parse().unwrap();
    let old = ben
        .list(Folder::Inbox)
        .await
        .into_iter()
        .find(|one| one.sender.address == sent)
        .unwrap();
    assert_eq!(
        old.sender_now.map(|now| now.to_string()).as_deref(),
        Some("anna.weber@new.test")
    );
}
