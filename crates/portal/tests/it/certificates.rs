//! What an account's certificate says, what others get of it, and what follows what.

#[path = "../../../certificate/tests/certificate/maker.rs"]
#[allow(dead_code, reason = "made for the tests of certificates, of which there are more")]
mod maker;

use maker::{Maker, bytes, lives_for, signs};
use portal::{
    admin, keys,
    storage::{Key as _, StoreError},
};
use serde_json::json;
use vault::{Certificate, Vault};
use wire::{
    Address, Bytes,
    claims::FoundCertificate,
    ids::AccountId,
    mailbox::{Change, Changes},
    people::Recipient,
};

use crate::{
    on_both_engines,
    people::{Person, Writes},
    test_portal::{NOW, TestPortal},
};

on_both_engines![
    a_certificate_is_replaced_by_one_that_names_the_addresses_of_now,
    what_does_not_name_them_is_refused_and_changes_nothing,
    what_the_key_says_of_itself_stays_as_it_was,
    nothing_is_sent_from_an_address_that_the_certificate_does_not_name,
    an_address_leads_to_no_other,
    a_professional_finds_the_certificate_of_an_address,
    predecessors_are_followed_and_end,
];

/// Gives an account another confirmed address, as confirming a claim does.
pub async fn add_address(test: &TestPortal, account: AccountId, address: &str, master: bool) {
    let address: Address = address.parse().unwrap();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    if master {
        sqlx::query("UPDATE addresses SET master = 0 WHERE account = $1")
            .bind(account.key())
            .execute(&mut **unit)
            .await
            .unwrap();
    }
    sqlx::query("INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(address.canonical())
        .bind(address.as_typed())
        .bind(account.key())
        .bind(i64::from(master))
        .bind(NOW)
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
}

pub fn id(person: &Person<'_>) -> AccountId {
    person.signed_in.session.account.id
}

fn addresses(typed: &[&str]) -> Vec<Address> {
    typed.iter().map(|typed| typed.parse().unwrap()).collect()
}

fn user_ids(certificate: &Bytes) -> Vec<String> {
    let certificate = Certificate::parse(certificate.as_ref()).unwrap();
    certificate.user_ids().map(str::to_owned).collect()
}

/// The stored certificate, and the number of the last change.
async fn stored(person: &Person<'_>) -> (Bytes, Changes) {
    let session: wire::sessions::Session = person.get("/session").await.ok().json();
    (
        session.account.certificate,
        person.get("/changes?since=0").await.ok().json(),
    )
}

async fn a_certificate_is_replaced_by_one_that_names_the_addresses_of_now(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let before = stored(&anna).await;
    add_address(&test, id(&anna), "Anna@New.test", true).await;
    add_address(&test, id(&anna), "third@new.test", false).await;
    // The Master first; in which order the aliases stand is the client's.
    let named = addresses(&["Anna@New.test", "third@new.test", "anna@example.test"]);
    let certificate = anna.vault.certify(&named, NOW, &mut anna.rng).unwrap().to_bytes();
    anna.put_certificate(&certificate).await.ok();
    let after = stored(&anna).await;
    assert_eq!(after.0.as_ref(), certificate);
    assert_eq!(after.1.changes.len(), before.1.changes.len() + 1);
    assert_eq!(after.1.changes.last(), Some(&Change::Account));
    // Twice is once.
    anna.put_certificate(&certificate).await.ok();
    assert_eq!(stored(&anna).await, after);
    // An address that is taken off leaves the certificate, and what was sent under it can still be verified.
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    sqlx::query("DELETE FROM addresses WHERE canonical = 'third@new.test'")
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    anna.certify().await;
    assert_eq!(user_ids(&stored(&anna).await.0), ["Anna@New.test", "anna@example.test"]);
    let fingerprint = anna.vault.certificate().fingerprint().to_string();
    let mut db = test.portal.store.read().await.unwrap();
    for (address, user_id) in [("third@new.test", "third@new.test"), ("anna@new.test", "Anna@New.test")] {
        let address = address.parse().unwrap();
        let one = keys::certificate_of(&mut db, &fingerprint, &address).await.unwrap();
        assert_eq!(user_ids(&one.unwrap()), [user_id]);
    }
    let nobody = "nobody@new.test".parse().unwrap();
    assert_eq!(
        keys::certificate_of(&mut db, &fingerprint, &nobody).await.unwrap(),
        None
    );
    let none = keys::certificate_for(&mut db, &"0".repeat(64), &nobody).await;
    assert!(matches!(none, Err(StoreError::NotFound)));
}

async fn what_does_not_name_them_is_refused_and_changes_nothing(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    add_address(&test, id(&anna), "anna@new.test", false).await;
    let before = stored(&anna).await;
    let (old, new, other) = ("anna@example.test", "anna@new.test", "other@example.test");
    let mut wrong: Vec<(&str, Vec<u8>)> = Vec::new();
    for (what, named) in [
        ("an address that is not confirmed", vec![old, new, other]),
        ("one instead of the other", vec![old, other]),
        ("a confirmed address is missing", vec![old]),
        ("the Master is missing", vec![new]),
        ("the Master is not the first", vec![new, old]),
        ("not as typed", vec!["Anna@example.test", new]),
    ] {
        let certificate = anna.vault.certify(&addresses(&named), NOW, &mut anna.rng).unwrap();
        wrong.push((what, certificate.to_bytes()));
    }
    let mut stranger = Vault::create(anna.id(), &old.parse().unwrap(), NOW, &mut anna.rng).unwrap();
    let strangers = stranger.certify(&addresses(&[old, new]), NOW, &mut anna.rng).unwrap();
    wrong.push(("another key", strangers.to_bytes()));
    let right = anna.vault.certify(&addresses(&[old, new]), NOW, &mut anna.rng).unwrap();
    wrong.push(("no User ID", right.without_user_ids().to_bytes()));
    let right = right.to_bytes();
    let mut flipped = right.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    wrong.push(("damaged", flipped));
    wrong.push(("cut off", right[..right.len() - 1].to_vec()));
    wrong.push(("something behind it", [&right[..], &[0]].concat()));
    wrong.push(("garbage", vec![7; 100]));
    wrong.push(("nothing", Vec::new()));
    for (what, certificate) in wrong {
        assert_eq!(
            anna.put_certificate(&certificate).await.problem(),
            "unacceptable",
            "{what}"
        );
    }
    assert_eq!(stored(&anna).await, before);
    let mut db = test.portal.store.read().await.unwrap();
    let fingerprint = anna.vault.certificate().fingerprint().to_string();
    for address in [new, other] {
        let address = address.parse().unwrap();
        let named = keys::certificate_of(&mut db, &fingerprint, &address).await;
        assert_eq!(named.unwrap(), None);
    }
    drop(db);
    anna.put_certificate(&right).await.ok();
}

async fn what_the_key_says_of_itself_stays_as_it_was(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut key = Maker::new(1);
    let certificate = |key: &mut Maker, life: Option<u64>| {
        let mut packets = key.certificate(&["anna@example.test"]);
        if let Some(life) = life {
            packets[1] = key.about(vec![signs(), lives_for(life)]);
        }
        bytes(&packets)
    };
    // Clients make none that expires: this account has a key of another make.
    let first = Certificate::parse(&certificate(&mut key, None)).unwrap();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let fingerprint = keys::add_certificate(&mut unit, id(&anna), &first, NOW).await.unwrap();
    sqlx::query("UPDATE accounts SET fingerprint = $1 WHERE id = $2")
        .bind(fingerprint.to_string())
        .bind(id(&anna).key())
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    // Whoever holds the key for an hour could else make it worthless for ever: over already, or in ten years.
    for life in [1, 10 * 365 * 86_400] {
        let expires = certificate(&mut key, Some(life));
        assert_eq!(anna.put_certificate(&expires).await.problem(), "unacceptable");
    }
    assert_eq!(stored(&anna).await.0.as_ref(), first.to_bytes());
    anna.put_certificate(&first.to_bytes()).await.ok();
}

async fn nothing_is_sent_from_an_address_that_the_certificate_does_not_name(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    add_address(&test, id(&anna), "alias@example.test", false).await;
    anna.certify().await;
    let writes = Writes::to(&["ben@example.test"]);
    let recipients: Vec<Recipient> = anna.prepare(&writes).await.ok().json();
    let sent_from = async |anna: &mut Person<'_>, from: &str| {
        anna.address = from.parse().unwrap();
        let message = anna.seal(&writes, &recipients);
        anna.post_message(from, &message).await
    };
    // An alias, however well certified.
    let refused = sent_from(&mut anna, "alias@example.test").await;
    assert_eq!(refused.problem(), "sender-changed");
    // A Master that the certificate does not name yet; nor does the one that was go on.
    add_address(&test, id(&anna), "new@example.test", true).await;
    let message = {
        anna.address = "anna@example.test".parse().unwrap();
        anna.seal(&writes, &recipients)
    };
    let mut relabelled = message.clone();
    relabelled.from = "new@example.test".parse().unwrap();
    for message in [&message, &relabelled] {
        assert_eq!(anna.post_message("early", message).await.problem(), "sender-changed");
    }
    assert!(anna.list(wire::mailbox::Folder::Sent).await.is_empty());
    anna.certify().await;
    sent_from(&mut anna, "NEW@example.test").await.ok();
    let inbox = ben.list(wire::mailbox::Folder::Inbox).await;
    assert_eq!(inbox[0].sender.address.as_typed(), "new@example.test");
    ben.open(&inbox[0]).await;
}

async fn an_address_leads_to_no_other(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    add_address(&test, id(&ben), "alias@other.test", false).await;
    let prepare = async |anna: &Person<'_>, address: &str| {
        let reply = anna.prepare(&Writes::to(&[address])).await.ok();
        let mut recipients: Vec<Recipient> = reply.json();
        recipients.remove(0)
    };
    let fingerprint = ben.vault.certificate().fingerprint();
    // Ben's client has not seen the alias yet: the key alone, and yet mail arrives and opens.
    let early = prepare(&anna, "alias@other.test").await;
    assert_eq!(user_ids(&early.certificate), [""; 0]);
    assert_eq!(
        Certificate::parse(early.certificate.as_ref()).unwrap().fingerprint(),
        fingerprint
    );
    anna.send(&Writes::to(&["alias@other.test"])).await;
    let inbox = ben.list(wire::mailbox::Folder::Inbox).await;
    ben.open(&inbox[0]).await;
    // From then on each address with itself, in whatever spelling it is asked for.
    ben.certify().await;
    for (asked, user_id) in [
        ("Alias@Other.test", "alias@other.test"),
        ("ben@example.test", "ben@example.test"),
    ] {
        let recipient = prepare(&anna, asked).await;
        assert_eq!(user_ids(&recipient.certificate), [user_id]);
        assert_eq!(recipient.address.as_typed(), asked);
    }
    let both: Vec<Recipient> = anna
        .prepare(&Writes::to(&["ben@example.test", "alias@other.test"]))
        .await
        .ok()
        .json();
    let seen: Vec<_> = both.iter().map(|one| user_ids(&one.certificate)).collect();
    assert_eq!(seen, [["ben@example.test"], ["alias@other.test"]]);
    assert_eq!(both[0].account, both[1].account);
}

async fn a_professional_finds_the_certificate_of_an_address(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let gina = test.guest("gina").await;
    let find = async |person: &Person<'_>, address: &str| {
        let body = json!({ "address": address });
        person.call(axum::http::Method::POST, "/certificates/find", body).await
    };
    let found: FoundCertificate = find(&anna, "GINA@example.test").await.ok().json();
    assert_eq!(found.address.as_typed(), "GINA@example.test");
    assert_eq!(user_ids(&found.certificate), ["gina@example.test"]);
    assert_eq!(find(&gina, "anna@example.test").await.problem(), "not-allowed");
    // Invited, unknown, disabled, confirmed but not on the certificate yet: all alike.
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    admin::set_disabled(&test.portal, &mut unit, id(&ben), true)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    add_address(&test, id(&gina), "alias@other.test", false).await;
    let mut answers = Vec::new();
    for address in [
        "waits@partner.test",
        "nobody@partner.test",
        "ben@example.test",
        "alias@other.test",
    ] {
        let reply = find(&anna, address).await;
        answers.push((reply.problem(), reply.body));
    }
    assert_eq!(answers[0].0, "not-found");
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

async fn predecessors_are_followed_and_end(test: TestPortal) {
    let address: Address = "moves@example.test".parse().unwrap();
    let mut people = Vec::new();
    for n in 0..12 {
        people.push(test.professional(&format!("person{n}")).await);
    }
    let fingerprints: Vec<String> = people
        .iter()
        .map(|person| person.vault.certificate().fingerprint().to_string())
        .collect();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    // From 0 by 1 and so on to 11; 3 came straight from 0 too, but its word for 1 was replaced; and back to 5.
    for (before, after) in (0..11).map(|n| (n, n + 1)).chain([(11, 5)]) {
        let statement = Bytes(vec![before as u8; 2048]);
        keys::add_succession(
            &mut unit,
            &fingerprints[before],
            &address,
            &fingerprints[after],
            &statement,
        )
        .await
        .unwrap();
    }
    let more = Bytes(vec![0; 2049]);
    let too_large = keys::add_succession(&mut unit, &fingerprints[0], &address, &fingerprints[1], &more).await;
    assert!(too_large.is_err());
    unit.commit().await.unwrap();
    let mut db = test.portal.store.read().await.unwrap();
    let mut before = async |of: usize, address: &Address| -> Vec<u8> {
        let found = keys::predecessors(&mut db, &fingerprints[of], address).await.unwrap();
        for predecessor in &found {
            let certificate = Certificate::parse(predecessor.certificate.as_ref()).unwrap();
            let n = usize::from(predecessor.statement.0[0]);
            assert_eq!(certificate.fingerprint().to_string(), fingerprints[n]);
            // None of their own addresses.
            assert_eq!(certificate.user_ids().len(), 0);
        }
        found.iter().map(|predecessor| predecessor.statement.0[0]).collect()
    };
    assert_eq!(before(3, &address).await, [2, 1, 0]);
    assert_eq!(before(0, &address).await, [0; 0]);
    // The nearest first: 4 and 11 are one step away, and of those the younger comes first.
    let of_five = before(5, &address).await;
    assert_eq!(of_five.len(), 8);
    assert_eq!(
        of_five.iter().take(2).collect::<std::collections::BTreeSet<_>>().len(),
        2
    );
    assert!(of_five[..2].contains(&4) && of_five[..2].contains(&11));
    assert_eq!(before(11, &address).await, [10, 9, 8, 7, 6, 5, 4, 3]);
    // Each address has its own.
    let other = "other@example.test".parse().unwrap();
    assert_eq!(before(3, &other).await, [0; 0]);
}
