//! What takes an account for its Master takes the one that it has now: after a promotion each place names the new one,
//! but for what was put down before. Every place is listed in docs/master.md.

use portal::{admin, ports::relay::Mail};
use serde_json::json;
use vault::Certificate;
use wire::{
    claims::{Claim, ClaimShown, Confirmed},
    mailbox::{Change, Changes, Folder},
    people::{AccountState, ManagedAccount, ManagedAccountDetails},
    sessions::{AccountKind, ActivityKind, Invitation, OwnAddress},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Writes, link, text, token},
    test_portal::{Refuses, TestPortal},
};

on_both_engines![
    an_invitation_names_whoever_invited_under_the_master_of_now,
    a_claims_mail_and_its_page_name_the_claimants_master_of_now,
    keys_are_handed_to_a_certificate_that_names_the_claimants_master,
    a_mail_that_waits_goes_where_it_was_to_go,
    whoever_is_told_a_new_master_is_told_at_their_own,
    lists_begin_with_the_master,
    every_client_is_told_and_the_activity_says_so,
    what_was_sent_stays_under_the_master_of_its_time,
];

/// Somebody who has another Master than the one they registered under.
async fn promoted<'a>(test: &'a TestPortal, name: &str) -> Person<'a> {
    let mut person = test.professional(name).await;
    let new = format!("{name}@new.test");
    person.add(&new).await;
    person.promote(&new, false).await.ok();
    person.certify().await;
    test.mails().await;
    person
}

async fn mail_to(test: &TestPortal, address: &str) -> Mail {
    let mails = test.mails().await;
    mails.into_iter().find(|mail| mail.to.as_typed() == address).unwrap()
}

async fn an_invitation_names_whoever_invited_under_the_master_of_now(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    let invited = json!({ "token": token(&link(&mail_to(&test, "waits@partner.test").await)) });
    let inviter = async || {
        let reply = test.post("/api/v1/invitations/inspect", &invited).await.ok();
        reply.json::<Invitation>().invited_by.unwrap().address.to_string()
    };
    assert_eq!(inviter().await, "anna@example.test");
    anna.add("anna@new.test").await;
    assert_eq!(inviter().await, "anna@example.test");
    anna.promote("anna@new.test", false).await.ok();
    assert_eq!(inviter().await, "anna@new.test");
}

async fn a_claims_mail_and_its_page_name_the_claimants_master_of_now(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    test.mails().await;
    // Claimed under one Master, mailed under the next.
    let claim: Claim = anna.claim("third@new.test").await.ok().json();
    let path = format!("/admin/accounts/{}/claims", anna.id());
    ada.post(&path, json!({ "address": "fourth@new.test" })).await.ok();
    anna.promote("anna@new.test", false).await.ok();
    let mails = test.mails().await;
    let of = |address: &str| mails.iter().find(|mail| mail.to.as_typed() == address).unwrap();
    for address in ["third@new.test", "fourth@new.test"] {
        let text = text(of(address));
        assert!(text.contains("anna (anna@new.test)"), "{text}");
        assert!(!text.contains("anna@example.test"), "{text}");
    }
    // The page and the answer say who the claimant is by then.
    let third = token(&link(of("third@new.test")));
    for master in ["anna@new.test", "anna@example.test"] {
        anna.promote(master, false).await.ok();
        let shown: ClaimShown = test.inspect(&third, None).await.ok().json();
        assert_eq!(shown.claimant.address.as_typed(), master);
    }
    let number = json!({ "kind": "number", "number": claim.number });
    let confirmed: Confirmed = test.confirm(&third, number, None).await.ok().json();
    assert_eq!(confirmed.claimant.address.as_typed(), "anna@example.test");
}

async fn keys_are_handed_to_a_certificate_that_names_the_claimants_master(test: TestPortal) {
    let mut anna = promoted(&test, "anna").await;
    let _ben = test.professional("ben").await;
    let _carl = promoted(&test, "carl").await;
    let given = async |token: &wire::Bytes, address: &str| {
        let other = test.prove(token, address, PASSWORD).await.unwrap();
        let certificate = Certificate::parse(other.proved.claimant_certificate.as_ref()).unwrap();
        let own: Vec<_> = other
            .proved
            .addresses
            .iter()
            .map(|own| own.address.to_string())
            .collect();
        (certificate, own)
    };
    let (_, token) = anna.claimed("ben@example.test").await;
    let (certificate, own) = given(&token, "ben@example.test").await;
    assert_eq!(certificate.fingerprint(), anna.vault.certificate().fingerprint());
    assert_eq!(certificate.user_ids().collect::<Vec<_>>(), ["anna@new.test"]);
    assert_eq!(own, ["ben@example.test"]);
    // Proved under any of its addresses, the other account's are told Master first.
    let (_, token) = anna.claimed("carl@new.test").await;
    let (_, own) = given(&token, "carl@example.test").await;
    assert_eq!(own, ["carl@new.test", "carl@example.test"]);
    // Until the client has put a new Master on it, the key alone.
    anna.add("anna.third@new.test").await;
    anna.sign_in_again().await;
    anna.promote("anna.third@new.test", false).await.ok();
    let (_, token) = anna.claimed("ben@example.test").await;
    let (certificate, _) = given(&token, "ben@example.test").await;
    assert_eq!(certificate.fingerprint(), anna.vault.certificate().fingerprint());
    assert_eq!(certificate.user_ids().len(), 0);
}

async fn a_mail_that_waits_goes_where_it_was_to_go(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.add("anna@new.test").await;
    test.mails().await;
    test.relay.refuse(Refuses::Everything);
    ben.send(&Writes::to(&["anna@new.test"])).await;
    test.mails().await;
    anna.promote("anna@new.test", false).await.ok();
    ben.send(&Writes::to(&["anna@example.test"])).await;
    test.relay.refuse(None);
    test.clock.pass(60_000);
    let mails = test.mails().await;
    let mut told: Vec<_> = mails
        .iter()
        .filter(|mail| text(mail).contains("has sent you a secure message"))
        .map(|mail| mail.to.as_typed())
        .collect();
    told.sort_unstable();
    assert_eq!(told, ["anna@example.test", "anna@new.test"]);
}

async fn whoever_is_told_a_new_master_is_told_at_their_own(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    ben.add("ben@new.test").await;
    ben.promote("ben@new.test", false).await.ok();
    ben.certify().await;
    anna.add("anna@new.test").await;
    test.mails().await;
    anna.promote("anna@new.test", true).await.ok();
    let mails = test.mails().await;
    let told: Vec<_> = mails
        .iter()
        .filter(|mail| text(mail).contains("now writes secure messages"))
        .collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to.as_typed(), "ben@new.test");
    assert!(text(told[0]).contains("from anna@new.test."));
}

fn shown(addresses: &[OwnAddress]) -> Vec<(&str, bool)> {
    addresses
        .iter()
        .map(|own| (own.address.as_typed(), own.master))
        .collect()
}

async fn lists_begin_with_the_master(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = promoted(&test, "anna").await;
    let expected = [("anna@new.test", true), ("anna@example.test", false)];
    assert_eq!(shown(&anna.account().await.addresses), expected);
    assert_eq!(shown(&anna.aliases().await.addresses), expected);
    for address in ["anna@example.test", "Anna@NEW.test"] {
        let signed_in = test.try_sign_in(address, PASSWORD).await.unwrap();
        assert_eq!(shown(&signed_in.session.account.addresses), expected);
    }
    let listed: Vec<ManagedAccount> = ada.get("/admin/accounts").await.ok().json();
    let one = listed.iter().find(|account| account.id == anna.id()).unwrap();
    assert_eq!(shown(&one.addresses), expected);
    let path = format!("/admin/accounts/{}", anna.id());
    let details: ManagedAccountDetails = ada.get(&path).await.ok().json();
    assert_eq!(shown(&details.account.addresses), expected);
    for address in ["anna@example.test", "anna@new.test"] {
        let found = admin::find(&test.portal, &address.parse().unwrap()).await.unwrap();
        assert_eq!(found, anna.id());
    }
    // Who has not registered has the address that mail waits for.
    anna.send(&Writes::to(&["Waits@partner.test"])).await;
    let listed: Vec<ManagedAccount> = ada.get("/admin/accounts").await.ok().json();
    let waits = listed
        .iter()
        .find(|account| account.state == AccountState::Invited)
        .unwrap();
    assert_eq!(shown(&waits.addresses), [("Waits@partner.test", true)]);
}

async fn every_client_is_told_and_the_activity_says_so(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    test.clock.pass(1);
    let before: Changes = anna.get("/changes?since=0").await.ok().json();
    anna.promote("anna@new.test", false).await.ok();
    let path = format!("/changes?since={}", before.latest);
    let after: Changes = anna.get(&path).await.ok().json();
    assert_eq!(after.changes, [Change::Account]);
    let newest = anna.activity().await.remove(0);
    assert_eq!(newest, (ActivityKind::Promoted, Some("anna@new.test".to_owned())));
}

async fn what_was_sent_stays_under_the_master_of_its_time(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let writes = Writes::to(&["ben@example.test", "anna@example.test"]);
    anna.send(&writes).await;
    anna.add("anna@new.test").await;
    anna.promote("anna@new.test", false).await.ok();
    // What was sealed as from the former Master is not taken any more.
    let recipients: Vec<wire::people::Recipient> = anna.prepare(&writes).await.ok().json();
    let sealed_before = anna.seal(&writes, &recipients);
    assert_eq!(
        anna.post_message("before", &sealed_before).await.problem(),
        "sender-changed"
    );
    for (person, folder) in [(&anna, Folder::Sent), (&anna, Folder::Inbox), (&ben, Folder::Inbox)] {
        let deliveries = person.list(folder).await;
        assert_eq!(deliveries.len(), 1);
        let (open, opened) = person.open(&deliveries[0]).await;
        assert_eq!(open.delivery.sender.address.as_typed(), "anna@example.test");
        assert_eq!(opened.letter.from.address.as_typed(), "anna@example.test");
        let now = open.delivery.sender_now.as_ref().map(wire::Address::as_typed);
        assert_eq!(now, Some("anna@new.test"));
        let to: Vec<_> = open
            .slip
            .participants
            .iter()
            .map(|one| one.address.as_typed())
            .collect();
        assert_eq!(to, ["ben@example.test", "anna@example.test"]);
        let now = open.slip.participants[1].now.as_ref().map(wire::Address::as_typed);
        assert_eq!(now, Some("anna@new.test"));
    }
    anna.certify().await;
    anna.send(&writes).await;
    let newest = ben.list(Folder::Inbox).await;
    assert!(
        newest
            .iter()
            .any(|one| one.sender.address.as_typed() == "anna@new.test")
    );
}
