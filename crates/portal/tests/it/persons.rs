//! What a person reads and may do once an account was absorbed, an address promoted, moved or removed: the tables are
//! set as those leave them, and everything is read through the routes.

use axum::http::Method;
use portal::{
    admin, changes, keys,
    storage::{Key, Unit},
};
use serde_json::{Value, json};
use vault::{Certificate, Sight};
use wire::{
    Address, Bytes,
    ids::{AccountId, ClaimId},
    mailbox::{Change, Changes, Delivery, Folder, OpenDelivery, Page, Participant, Role},
    people::{Correspondent, Recipient, RecipientKind},
};

use crate::{
    certificates::{add_address, id},
    on_both_engines,
    people::{Person, Writes},
    test_portal::{NOW, TestPortal},
};

on_both_engines![
    what_an_absorbed_account_had_is_its_holders,
    its_correspondents_see_the_holder_and_write_to_it,
    what_was_blind_stays_blind_to_all_but_the_two_who_are_one,
    whoever_was_dealt_with_is_listed_once_and_found_by_either_address,
    a_guest_may_write_to_whom_an_absorbed_account_dealt_with,
    changes_of_an_absorbed_account_reach_its_holder,
    files_of_an_absorbed_account_are_the_holders_to_name,
    an_address_that_passed_to_a_stranger_leads_nowhere,
    an_alias_that_moves_takes_nothing_along,
    who_is_disabled_is_not_told_of,
];

async fn run(unit: &mut Unit, sql: &'static str, bound: &[&dyn Key]) {
    let query = bound.iter().fold(sqlx::query(sql), |query, key| query.bind(key.key()));
    query.execute(&mut **unit).await.unwrap();
}

/// What confirming a claim with the other account's password leaves.
async fn absorb(into: &mut Person<'_>, other: &mut Person<'_>) {
    let (test, holder, absorbed) = (into.test, id(into), id(other));
    let parcel = other
        .vault
        .hand_over(
            into.vault.certificate(),
            ClaimId(uuid::Uuid::nil()),
            NOW,
            &mut other.rng,
        )
        .unwrap();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    succeed(&mut unit, into, other, &other.address.clone()).await;
    run(
        &mut unit,
        "UPDATE mailboxes SET account = $1 WHERE account = $2",
        &[&holder, &absorbed],
    )
    .await;
    let addresses = "UPDATE addresses SET account = $1, master = 0 WHERE account = $2";
    run(&mut unit, addresses, &[&holder, &absorbed]).await;
    run(&mut unit, "DELETE FROM sessions WHERE account = $1", &[&absorbed]).await;
    let accounts = "UPDATE accounts SET absorbed_into = $1, state = 'disabled', password = NULL \
        WHERE id = $2 OR absorbed_into = $2";
    run(&mut unit, accounts, &[&holder, &absorbed]).await;
    sqlx::query("INSERT INTO parcels (id, account, sealed, claim, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(absorbed.key())
        .bind(holder.key())
        .bind(parcel)
        .bind(ClaimId(uuid::Uuid::nil()).key())
        .bind(NOW)
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    into.take_parcels_in().await;
}

/// The one key's word for the other.
async fn succeed(unit: &mut Unit, into: &Person<'_>, other: &mut Person<'_>, address: &Address) {
    let (before, after) = (
        other.vault.certificate().fingerprint(),
        into.vault.certificate().fingerprint(),
    );
    let statement = other.vault.succession(address, after, NOW, &mut other.rng).unwrap();
    keys::add_succession(
        unit,
        &before.to_string(),
        address,
        &after.to_string(),
        &Bytes(statement),
    )
    .await
    .unwrap();
}

/// Makes one of the account's addresses the Master.
async fn promote(person: &Person<'_>, address: &str) {
    let address: Address = address.parse().unwrap();
    let mut unit = person.test.portal.begin_unguarded().await.unwrap();
    run(
        &mut unit,
        "UPDATE addresses SET master = 0 WHERE account = $1",
        &[&id(person)],
    )
    .await;
    sqlx::query("UPDATE addresses SET master = 1 WHERE canonical = $1")
        .bind(address.canonical())
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

async fn remove(test: &TestPortal, address: &str) {
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    sqlx::query("DELETE FROM addresses WHERE canonical = $1")
        .bind(address)
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

fn typed(address: Option<&Address>) -> Option<&str> {
    address.map(Address::as_typed)
}

/// Address as addressed, name, and Master of now.
fn told(participants: &[Participant]) -> Vec<(&str, Option<&str>, Option<&str>)> {
    participants
        .iter()
        .map(|one| (one.address.as_typed(), one.name.as_deref(), typed(one.now.as_ref())))
        .collect()
}

async fn only(person: &Person<'_>, folder: Folder) -> Delivery {
    let mut list = person.list(folder).await;
    assert_eq!(list.len(), 1);
    list.remove(0)
}

async fn correspondents(person: &Person<'_>, prefix: &str) -> Vec<Correspondent> {
    person
        .get(&format!("/correspondents?prefix={prefix}"))
        .await
        .ok()
        .json()
}

async fn what_an_absorbed_account_had_is_its_holders(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    test.clock.pass(1);
    anna.send(&Writes::to(&["carl@example.test"])).await;
    absorb(&mut carl, &mut ben).await;
    for folder in [Folder::Inbox, Folder::Sent] {
        for delivery in carl.list(folder).await {
            let (_, opened) = carl.open(&delivery).await;
            assert_eq!(opened.letter.subject, "Results");
        }
    }
    assert_eq!(carl.list(Folder::Inbox).await.len(), 2);
    let sent = only(&carl, Folder::Sent).await;
    assert_eq!(
        (sent.sender.address.as_typed(), typed(sent.sender_now.as_ref())),
        ("ben@example.test", Some("carl@example.test"))
    );
    // As the sender, it is told how the notification fares.
    let (open, _) = carl.open(&sent).await;
    assert!(open.slip.participants[0].notification.is_some());
    // Each page's certificates tell of the address that was sent from, and of no other.
    carl.certify().await;
    let page: Page = carl.get("/deliveries?folder=sent").await.ok().json();
    let key = format!("{} ben@example.test", ben.vault.certificate().fingerprint());
    assert_eq!(page.deliveries[0].certificate_key, key);
    let certificate = Certificate::parse(page.certificates[&key].as_ref()).unwrap();
    assert_eq!(certificate.user_ids().collect::<Vec<_>>(), ["ben@example.test"]);
    // Read states are the holder's to set.
    let path = format!("/deliveries/{}/read", carl.list(Folder::Inbox).await[1].id);
    carl.call(Method::PUT, &path, json!({ "read": true })).await.ok();
    assert!(carl.list(Folder::Inbox).await[1].read_at.is_some());
}

async fn its_correspondents_see_the_holder_and_write_to_it(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    anna.send(&Writes::to(&["Ben@example.test"])).await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    let ben_at = "ben@example.test".parse().unwrap();
    anna.vault.remember(&ben_at, ben.vault.certificate().fingerprint());
    absorb(&mut carl, &mut ben).await;
    let (open, _) = anna.open(&only(&anna, Folder::Sent).await).await;
    assert_eq!(
        told(&open.slip.participants),
        [("Ben@example.test", Some("ben"), Some("carl@example.test"))]
    );
    assert_eq!(open.slip.participants[0].standing, RecipientKind::Registered);
    let received = only(&anna, Folder::Inbox).await;
    assert_eq!(typed(received.sender_now.as_ref()), Some("carl@example.test"));
    let (open, _) = anna.open(&received).await;
    assert_eq!(typed(open.delivery.sender_now.as_ref()), Some("carl@example.test"));
    assert!(open.predecessors.is_empty());

    // Before the holder's client has the address on its certificate, and after: the new key, vouched for by the old.
    for certified in [false, true] {
        if certified {
            carl.certify().await;
        }
        let writes = Writes::to(&["ben@example.test", "carl@example.test"]);
        let recipients: Vec<Recipient> = anna.prepare(&writes).await.ok().json();
        let certificate = Certificate::parse(recipients[0].certificate.as_ref()).unwrap();
        assert_eq!(recipients[0].account, id(&carl));
        assert!(certificate.user_ids().all(|one| one == "ben@example.test"));
        assert_eq!(certificate.user_ids().len(), usize::from(certified));
        assert!(recipients[1].predecessors.is_empty());
        let predecessors: Vec<_> = recipients[0]
            .predecessors
            .iter()
            .map(|one| {
                let certificate = Certificate::parse(one.certificate.as_ref()).unwrap();
                assert_eq!(certificate.user_ids().collect::<Vec<_>>(), ["ben@example.test"]);
                (certificate, one.statement.0.clone())
            })
            .collect();
        let sight = anna
            .vault
            .seen_for_sealing(&ben_at, certificate.fingerprint(), &predecessors);
        let before = ben.vault.certificate().fingerprint();
        assert_eq!(sight, Sight::Succeeded { before });
        test.clock.pass(1);
        anna.send(&writes).await;
        let inbox = carl.list(Folder::Inbox).await;
        assert_eq!(inbox.len(), 2 + usize::from(certified));
        let (open, _) = carl.open(&inbox[0]).await;
        // Both addresses are the reader's.
        assert_eq!(open.slip.participants.len(), 2);
    }
    // From the holder's Master, told under which key the address was known.
    test.clock.pass(1);
    promote(&carl, "ben@example.test").await;
    carl.certify().await;
    carl.send(&Writes::to(&["anna@example.test"])).await;
    let newest = anna.list(Folder::Inbox).await[0].clone();
    assert_eq!(newest.sender.address.as_typed(), "ben@example.test");
    let (open, _) = anna.open(&newest).await;
    assert_eq!(open.predecessors.len(), 1);
    assert_eq!(newest.sender_now, None);
}

async fn what_was_blind_stays_blind_to_all_but_the_two_who_are_one(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let dora = test.professional("dora").await;
    let to_carl = |bcc: &str| Writes {
        bcc: vec![bcc.into()],
        ..Writes::to(&["carl@example.test"])
    };
    anna.send(&to_carl("ben@example.test")).await;
    test.clock.pass(1);
    ben.send(&to_carl("dora@example.test")).await;
    let roles = async |person: &Person<'_>, delivery: &Delivery| {
        let open: OpenDelivery = person.get(&format!("/deliveries/{}", delivery.id)).await.ok().json();
        open.slip.participants.iter().map(|one| one.role).collect::<Vec<_>>()
    };
    for delivery in carl.list(Folder::Inbox).await {
        assert_eq!(roles(&carl, &delivery).await, [Role::To]);
    }
    absorb(&mut carl, &mut ben).await;
    // Its own Bcc, and that of what it sent.
    for delivery in carl.list(Folder::Inbox).await {
        assert_eq!(roles(&carl, &delivery).await, [Role::To, Role::Bcc]);
    }
    assert_eq!(
        roles(&dora, &only(&dora, Folder::Inbox).await).await,
        [Role::To, Role::Bcc]
    );
    // To a third person nothing more shows than before.
    let mut eve = test.professional("eve").await;
    absorb(&mut eve, &mut anna).await;
    let mut fred = test.professional("fred").await;
    let writes = Writes {
        bcc: vec!["carl@example.test".into()],
        ..Writes::to(&["fred@example.test"])
    };
    eve.send(&writes).await;
    assert_eq!(roles(&fred, &only(&fred, Folder::Inbox).await).await, [Role::To]);
    let reply = fred.prepare(&Writes::to(&["carl@example.test"])).await.ok();
    assert_eq!(reply.json::<Vec<Recipient>>().len(), 1);
    fred.send(&Writes::to(&["eve@example.test"])).await;
}

async fn whoever_was_dealt_with_is_listed_once_and_found_by_either_address(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let mut dora = test.professional("dora").await;
    for address in ["carl@example.test", "dora@example.test", "Ben@example.test"] {
        test.clock.pass(1);
        anna.send(&Writes::to(&[address])).await;
    }
    test.clock.pass(1);
    ben.send(&Writes::to(&["dora@example.test"])).await;
    test.clock.pass(1);
    ben.send(&Writes::to(&["carl@example.test"])).await;
    absorb(&mut carl, &mut ben).await;
    let seen = |list: &[Correspondent]| -> Vec<(String, Option<String>)> {
        let one = |known: &Correspondent| {
            let formerly = typed(known.formerly.as_ref()).map(str::to_owned);
            (known.address.as_typed().to_owned(), formerly)
        };
        list.iter().map(one).collect()
    };
    let pair = |address: &str, formerly: Option<&str>| (address.to_owned(), formerly.map(str::to_owned));
    // The latest first, and ben and carl are one, last dealt with as Ben.
    assert_eq!(
        seen(&correspondents(&anna, "").await),
        [
            pair("carl@example.test", Some("Ben@example.test")),
            pair("dora@example.test", None)
        ]
    );
    for prefix in ["be", "ca"] {
        assert_eq!(correspondents(&anna, prefix).await.len(), 1, "{prefix}");
    }
    // The holder has both accounts' correspondents, each once, and not itself.
    assert_eq!(
        seen(&correspondents(&carl, "").await),
        [pair("dora@example.test", None), pair("anna@example.test", None)]
    );
    // Dealt with as carl again, the other address is no longer how anna knows them.
    test.clock.pass(1);
    carl.certify().await;
    carl.send(&Writes::to(&["anna@example.test"])).await;
    assert_eq!(
        seen(&correspondents(&anna, "").await)[0],
        pair("carl@example.test", None)
    );
    // And yet out of habit; then the answer says why.
    assert_eq!(
        seen(&correspondents(&anna, "ben").await),
        [pair("carl@example.test", Some("Ben@example.test"))]
    );
    // In another spelling it is no other address.
    test.clock.pass(1);
    anna.send(&Writes::to(&["CARL@example.test"])).await;
    assert_eq!(correspondents(&anna, "ben").await.len(), 1);
    // After a promotion everybody is listed under the new Master, as the one that was.
    add_address(&test, id(&dora), "dora@new.test", true).await;
    dora.certify().await;
    assert_eq!(
        seen(&correspondents(&anna, "dora@e").await),
        [pair("dora@new.test", Some("dora@example.test"))]
    );
    dora.send(&Writes::to(&["anna@example.test"])).await;
    assert_eq!(
        seen(&correspondents(&anna, "dora").await),
        [pair("dora@new.test", None)]
    );
}

async fn a_guest_may_write_to_whom_an_absorbed_account_dealt_with(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let mut gina = test.guest("gina").await;
    let mut hugo = test.guest("hugo").await;
    let mut ida = test.guest("ida").await;
    ben.send(&Writes {
        cc: vec!["ida@example.test".into()],
        ..Writes::to(&["gina@example.test"])
    })
    .await;
    anna.send(&Writes::to(&["hugo@example.test"])).await;
    let may = async |person: &Person<'_>, address: &str, in_reply_to: Option<&Delivery>| {
        let writes = Writes {
            in_reply_to: in_reply_to.map(|delivery| delivery.id),
            ..Writes::to(&[address])
        };
        person.prepare(&writes).await.status.is_success()
    };
    assert!(!may(&gina, "carl@example.test", None).await);
    assert!(!may(&gina, "anna@example.test", None).await);
    absorb(&mut carl, &mut ben).await;
    // Who dealt with ben has dealt with carl.
    assert!(may(&gina, "carl@example.test", None).await);
    gina.send(&Writes::to(&["carl@example.test"])).await;
    absorb(&mut gina, &mut hugo).await;
    // Whom hugo dealt with, gina has.
    assert!(may(&gina, "anna@example.test", None).await);
    // A Guest only in answer: to the one that was addressed, who is another now.
    let asked = gina.list(Folder::Inbox).await;
    let of_ben = asked
        .iter()
        .find(|one| one.sender.name.as_deref() == Some("ben"))
        .unwrap();
    assert!(!may(&gina, "ida@example.test", None).await);
    assert!(may(&gina, "ida@example.test", Some(of_ben)).await);
    let mut kim = test.guest("kim").await;
    absorb(&mut kim, &mut ida).await;
    assert!(may(&gina, "kim@example.test", Some(of_ben)).await);
    assert!(!may(&gina, "kim@example.test", None).await);
    // By sending without having prepared nothing is learnt either: who is here is refused as who is not.
    let recipients: Vec<Recipient> = gina.prepare(&Writes::to(&["anna@example.test"])).await.ok().json();
    let message = gina.seal(&Writes::to(&["anna@example.test"]), &recipients);
    for (n, stranger) in ["kim@example.test", "nobody@example.test"].iter().enumerate() {
        let mut message = message.clone();
        message.to = vec![stranger.parse().unwrap()];
        assert_eq!(
            gina.post_message(&format!("guess{n}"), &message).await.problem(),
            "recipients-not-allowed"
        );
    }
}

async fn changes_of_an_absorbed_account_reach_its_holder(test: TestPortal) {
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let _anna = test.professional("anna").await;
    let sent = ben.send(&Writes::to(&["anna@example.test"])).await;
    absorb(&mut carl, &mut ben).await;
    let changes_of = async |person: &Person<'_>| -> Changes { person.get("/changes?since=0").await.ok().json() };
    let before = changes_of(&carl).await;
    // The notification goes out now, which changes the slip of what ben sent.
    assert_eq!(test.mails().await.len(), 1);
    let after = changes_of(&carl).await;
    assert_eq!(
        after.changes[before.changes.len()..],
        [Change::Delivery { id: sent.delivery }]
    );
    let (open, _) = carl.open(&only(&carl, Folder::Sent).await).await;
    assert!(matches!(
        open.slip.participants[0].notification,
        Some(wire::mailbox::Notification::Sent { .. })
    ));
    // And it is the holder's clients who are woken.
    let mut unit = test.portal.store.begin().await.unwrap();
    changes::append(&mut unit, id(&ben), Change::Account).await.unwrap();
    assert_eq!(unit.commit().await.unwrap().woken, [id(&carl)]);
    assert_eq!(changes_of(&carl).await.changes.last(), Some(&Change::Account));
}

async fn files_of_an_absorbed_account_are_the_holders_to_name(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let received = anna.upload_file("received.bin", &[1; 1000]).await;
    anna.send(&Writes {
        files: vec![received.clone()],
        ..Writes::to(&["ben@example.test"])
    })
    .await;
    let uploaded = ben.upload_file("uploaded.bin", &[2; 1000]).await;
    let writes = Writes {
        files: vec![received.clone(), uploaded.clone()],
        ..Writes::to(&["anna@example.test"])
    };
    let recipients: Vec<Recipient> = carl.prepare(&writes).await.ok().json();
    let message = carl.seal(&writes, &recipients);
    assert_eq!(carl.post_message("early", &message).await.problem(), "file-unknown");
    absorb(&mut carl, &mut ben).await;
    let delivery = only(&carl, Folder::Inbox).await;
    let path = format!("/deliveries/{}/files/{}", delivery.id, received.sha256);
    carl.get(&path).await.ok();
    carl.send(&writes).await;
    assert_eq!(only(&anna, Folder::Inbox).await.files, 2);
}

async fn an_address_that_passed_to_a_stranger_leads_nowhere(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    add_address(&test, id(&ben), "ben@new.test", true).await;
    ben.certify().await;
    remove(&test, "ben@example.test").await;
    ben.certify().await;
    let now = async |anna: &Person<'_>| {
        let (open, _) = anna.open(&only(anna, Folder::Sent).await).await;
        let received = only(anna, Folder::Inbox).await;
        // What was sent under it is still verified.
        anna.open(&received).await;
        (
            typed(open.slip.participants[0].now.as_ref()).map(str::to_owned),
            typed(received.sender_now.as_ref()).map(str::to_owned),
        )
    };
    let bens = (Some("ben@new.test".to_owned()), Some("ben@new.test".to_owned()));
    assert_eq!(now(&anna).await, bens);
    let stranger = test
        .person(
            "stranger",
            "BEN@example.test",
            wire::sessions::AccountKind::Professional,
            false,
        )
        .await;
    assert_eq!(now(&anna).await, bens);
    assert_eq!(
        typed(correspondents(&anna, "ben").await[0].formerly.as_ref()),
        Some("ben@example.test")
    );
    assert!(stranger.list(Folder::Inbox).await.is_empty());
    // Nothing of its past comes with the address.
    let recipients: Vec<Recipient> = anna.prepare(&Writes::to(&["ben@example.test"])).await.ok().json();
    let certificate = Certificate::parse(recipients[0].certificate.as_ref()).unwrap();
    assert_eq!(certificate.fingerprint(), stranger.vault.certificate().fingerprint());
    assert_eq!(recipients[0].account, id(&stranger));
    assert!(recipients[0].predecessors.is_empty());
    assert!(correspondents(&stranger, "").await.is_empty());
    anna.send(&Writes::to(&["ben@example.test"])).await;
    stranger.open(&only(&stranger, Folder::Inbox).await).await;
    assert_eq!(ben.list(Folder::Inbox).await.len(), 1);
}

async fn an_alias_that_moves_takes_nothing_along(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    add_address(&test, id(&ben), "shared@example.test", false).await;
    ben.certify().await;
    anna.send(&Writes::to(&["shared@example.test"])).await;
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    succeed(&mut unit, &carl, &mut ben, &"shared@example.test".parse().unwrap()).await;
    let moves = "UPDATE addresses SET account = $1 WHERE canonical = 'shared@example.test'";
    run(&mut unit, moves, &[&id(&carl)]).await;
    unit.commit().await.unwrap();
    carl.certify().await;
    assert_eq!(ben.list(Folder::Inbox).await.len(), 1);
    assert!(carl.list(Folder::Inbox).await.is_empty());
    let (open, _) = anna.open(&only(&anna, Folder::Sent).await).await;
    assert_eq!(
        told(&open.slip.participants),
        [("shared@example.test", Some("ben"), Some("ben@example.test"))]
    );
    let recipients: Vec<Recipient> = anna.prepare(&Writes::to(&["shared@example.test"])).await.ok().json();
    assert_eq!(
        (recipients[0].account, recipients[0].predecessors.len()),
        (id(&carl), 1)
    );
    anna.send(&Writes::to(&["shared@example.test"])).await;
    carl.open(&only(&carl, Folder::Inbox).await).await;
    // Known as two, who are two.
    let known: Vec<_> = correspondents(&anna, "shared").await;
    let known: Vec<_> = known.iter().map(|one| one.address.as_typed()).collect();
    assert_eq!(known.len(), 2);
    assert!(known.contains(&"ben@example.test") && known.contains(&"carl@example.test"));
}

async fn who_is_disabled_is_not_told_of(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    add_address(&test, id(&ben), "ben@new.test", true).await;
    let disable = async |ben: AccountId| {
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        admin::set_disabled(&test.portal, &mut unit, ben, true).await.unwrap();
        unit.commit().await.unwrap();
    };
    disable(id(&ben)).await;
    assert_eq!(only(&anna, Folder::Inbox).await.sender_now, None);
    let (open, _) = anna.open(&only(&anna, Folder::Sent).await).await;
    assert_eq!(told(&open.slip.participants), [("ben@example.test", Some("ben"), None)]);
    assert!(correspondents(&anna, "").await.is_empty());
    for address in ["ben@example.test", "ben@new.test"] {
        let refused = anna.prepare(&Writes::to(&[address])).await;
        assert_eq!(refused.problem(), "recipients-not-allowed");
    }
    let me = anna
        .call(Method::POST, "/recipients", json!({ "addresses": [] }))
        .await
        .ok();
    assert_eq!(me.json::<Value>(), json!([]));
}
