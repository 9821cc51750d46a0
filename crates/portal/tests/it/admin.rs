//! What an administrator sees and does of other people's accounts.

use axum::http::{Method, StatusCode};
use portal::admin;
use serde_json::json;
use wire::{
    Address,
    claims::Claim,
    ids::AccountId,
    mailbox::Notification,
    people::{AccountState, ManagedAccount, ManagedAccountDetails},
    sessions::{AccountKind, ActivityKind},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Reply, Writes},
    test_portal::TestPortal,
};

on_both_engines![
    a_claim_for_somebody_is_confirmed_by_whoever_reads_the_address,
    only_a_professional_in_use_has_addresses_claimed_for_it,
    an_account_is_shown_from_near,
    an_absorbed_account_is_shown_and_stays_as_it_is,
    disabling_cancels_claims,
    the_last_administrator_is_not_disabled,
    an_account_is_found_by_its_addresses,
];

async fn administrator(test: &TestPortal) -> Person<'_> {
    test.person("Ada", "ada@example.test", AccountKind::Professional, true)
        .await
}

async fn claim_for(ada: &Person<'_>, account: AccountId, address: &str) -> Reply {
    let path = format!("/admin/accounts/{account}/claims");
    ada.call(Method::POST, &path, json!({ "address": address })).await
}

async fn details(ada: &Person<'_>, account: AccountId) -> ManagedAccountDetails {
    ada.get(&format!("/admin/accounts/{account}")).await.ok().json()
}

async fn disable(ada: &Person<'_>, account: AccountId, disabled: bool) -> Reply {
    let path = format!("/admin/accounts/{account}/disabled");
    ada.call(Method::PUT, &path, json!({ "disabled": disabled })).await
}

async fn a_claim_for_somebody_is_confirmed_by_whoever_reads_the_address(test: TestPortal) {
    let ada = administrator(&test).await;
    let anna = test.professional("anna").await;
    let reply = claim_for(&ada, anna.id(), "anna@new.test").await;
    assert_eq!(reply.status, StatusCode::CREATED);
    let claim: Claim = reply.json();
    assert_eq!((claim.number, claim.by_administrator), (None, true));
    let earlier = test.confirmation("anna@new.test").await;

    let path = format!("/admin/accounts/{}/claims/{}/mail", anna.id(), claim.id);
    let again: Claim = ada.call(Method::POST, &path, json!(null)).await.ok().json();
    assert_eq!(again.number, None);
    assert_eq!(test.inspect(&earlier, None).await.problem(), "link-replaced");
    let token = test.confirmation("anna@new.test").await;

    // Anna sees it with its number; the administrator's session confirms nothing.
    let own = anna.aliases().await.claims.remove(0);
    assert!(own.by_administrator);
    let click = json!({ "kind": "click" });
    assert_eq!(test.confirm(&token, click, Some(&ada)).await.problem(), "claim-changed");
    let number = json!({ "kind": "number", "number": own.number.unwrap() });
    test.confirm(&token, number, None).await.ok();
    assert_eq!(anna.addresses().await, ["anna@example.test", "anna@new.test"]);
    let activity = details(&ada, anna.id()).await.activity;
    let added = activity
        .iter()
        .find(|one| one.kind == ActivityKind::ClaimAdded)
        .unwrap();
    assert!(added.by_administrator);

    let path = format!("/admin/accounts/{}/claims/{}/mail", ada.id(), claim.id);
    let others = ada.call(Method::POST, &path, json!(null)).await;
    assert_eq!(others.problem(), "not-found", "it is another account's");
}

async fn only_a_professional_in_use_has_addresses_claimed_for_it(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let carl = test.professional("carl").await;
    let gina = test.guest("gina").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    anna.absorb("ben@example.test", PASSWORD).await;
    disable(&ada, carl.id(), true).await.ok();
    let waits: Address = "waits@partner.test".parse().unwrap();
    let waits = admin::find(&test.portal, &waits).await.unwrap();
    for account in [ben.id(), carl.id(), gina.id(), waits] {
        assert_eq!(claim_for(&ada, account, "new@new.test").await.problem(), "not-allowed");
        assert_eq!(details(&ada, account).await.claims, []);
    }
    let nobody = AccountId(test.portal.entropy.id(0));
    assert_eq!(claim_for(&ada, nobody, "new@new.test").await.problem(), "not-found");
}

async fn an_account_is_shown_from_near(test: TestPortal) {
    let ada = administrator(&test).await;
    let anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    anna.claim("anna.third@new.test").await.ok();
    let shown = details(&ada, anna.id()).await;
    assert_eq!(shown.account.state, AccountState::Active);
    let addresses: Vec<_> = shown
        .account
        .addresses
        .iter()
        .map(|own| own.address.as_typed())
        .collect();
    assert_eq!(addresses, ["anna@example.test", "anna@new.test"]);
    assert_eq!(shown.claims.len(), 1);
    assert_eq!(shown.claims[0].number, None);
    assert_eq!(shown.claims[0].mail, Notification::Waiting { attempts: 0 });
    let of_claim = |kind| shown.activity.iter().filter(|one| one.kind == kind).count();
    assert_eq!(
        (of_claim(ActivityKind::ClaimAdded), of_claim(ActivityKind::AliasAdded)),
        (2, 1)
    );
    let nobody = AccountId(test.portal.entropy.id(0));
    assert_eq!(
        ada.get(&format!("/admin/accounts/{nobody}")).await.problem(),
        "not-found"
    );
}

async fn an_absorbed_account_is_shown_and_stays_as_it_is(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    anna.absorb("ben@example.test", PASSWORD).await;
    let (_, token) = anna.claimed("waits@partner.test").await;
    test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await.ok();

    let listed: Vec<ManagedAccount> = ada.get("/admin/accounts").await.ok().json();
    let absorbed: Vec<_> = listed
        .iter()
        .filter(|account| account.state == AccountState::Absorbed)
        .collect();
    assert_eq!(absorbed.len(), 2);
    assert!(absorbed.iter().all(|account| account.addresses.is_empty()));
    let shown = details(&ada, ben.id()).await;
    assert_eq!(shown.account.state, AccountState::Absorbed);
    assert!(shown.activity.iter().any(|one| one.kind == ActivityKind::AbsorbedInto));

    for account in absorbed {
        for disabled in [true, false] {
            assert_eq!(disable(&ada, account.id, disabled).await.problem(), "not-found");
        }
    }
    assert_eq!(details(&ada, ben.id()).await, shown);

    // What happened to it, whoever holds it now sees.
    let activity = anna.activity().await;
    assert!(activity.contains(&(ActivityKind::AbsorbedInto, Some("ben@example.test".into()))));
    assert_eq!(
        activity
            .iter()
            .filter(|(kind, _)| *kind == ActivityKind::Registered)
            .count(),
        2
    );
}

async fn disabling_cancels_claims(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let (_, token) = anna.claimed("anna@new.test").await;
    disable(&ada, anna.id(), true).await.ok();
    assert_eq!(test.inspect(&token, None).await.problem(), "claim-ended");
    assert_eq!(details(&ada, anna.id()).await.claims, []);
    disable(&ada, anna.id(), false).await.ok();
    anna.signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    assert_eq!(anna.aliases().await.claims, []);
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
}

async fn the_last_administrator_is_not_disabled(test: TestPortal) {
    let ada = administrator(&test).await;
    let bob = test
        .person("Bob", "bob@example.test", AccountKind::Professional, true)
        .await;
    disable(&bob, ada.id(), true).await.ok();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let refused = admin::set_disabled(&test.portal, &mut unit, bob.id(), true).await;
    assert_eq!(refused.unwrap_err().problem().kind.slug(), "only-administrator");
}

async fn an_account_is_found_by_its_addresses(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    let found = async |address: &str| admin::find(&test.portal, &address.parse().unwrap()).await;
    assert_eq!(found("Anna@NEW.test").await.unwrap(), anna.id());
    assert_ne!(found("waits@partner.test").await.unwrap(), anna.id());
    assert!(found("nobody@new.test").await.is_err());
    let first = admin::accounts(&test.portal, None, 1).await.unwrap();
    let rest = admin::accounts(&test.portal, Some(first[0].id), 10).await.unwrap();
    assert_eq!((first.len(), rest.len()), (1, 1));
    assert!(rest[0].id < first[0].id);
}
