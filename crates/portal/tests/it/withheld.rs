//! What is absorbed or moved where its claimant is not signed in is withheld for three days, and the password of whoever had it
//! takes it back.

use axum::http::Method;
use portal::workers;
use serde_json::{Value, json};
use wire::{
    Problem,
    claims::{AlarmShown, ClaimShown},
    people::{Recipient, RecipientKind},
    sessions::{AccountKind, ActivityKind, Parcel},
};

use crate::{
    activations::VERSION,
    on_both_engines,
    people::{PASSWORD, Person, Reply, Writes, link, token},
    test_portal::{NOW, TestPortal},
};

const HOUR: i64 = 3_600_000;
const WITHHELD_FOR: i64 = 72 * HOUR;

on_both_engines![
    an_account_that_joins_elsewhere_is_withheld_and_then_whole,
    until_then_its_password_separates_the_two_whole,
    a_moved_alias_is_taken_back,
    a_moved_alias_stays_in_the_end,
    the_former_master_is_the_master_again,
    what_may_go_back_does_not_leave,
    nothing_else_is_taken_back,
    a_sign_in_for_one_purpose_serves_no_other,
    a_claimant_who_is_disabled_waits,
    a_guest_goes_on_writing_to_the_address_of_whoever_joins,
    a_clock_that_was_ahead_withholds_no_longer,
];

/// Three days later.
async fn pass_the_time(test: &TestPortal) {
    test.clock.pass(WITHHELD_FOR + 1);
    workers::sweep(&test.portal).await.unwrap();
}

/// How many keys an address had before, as whoever writes to it is told.
async fn predecessors(of: &Person<'_>, address: &str) -> usize {
    let recipients: Vec<Recipient> = of.prepare(&Writes::to(&[address])).await.ok().json();
    assert_eq!(recipients[0].standing, RecipientKind::Registered);
    recipients[0].predecessors.len()
}

fn ends_in(reply: &Reply) -> Option<u32> {
    assert_eq!(reply.problem(), "still-separable");
    reply.json::<Problem>().retry_after
}

async fn an_account_that_joins_elsewhere_is_withheld_and_then_whole(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    carl.send(&Writes::to(&["ben@example.test"]).about("Before")).await;
    let (_, token) = anna.claimed("ben@example.test").await;
    let shown: ClaimShown = test.inspect(&token, None).await.ok().json();
    assert!(!shown.by_claimant);
    let shown: ClaimShown = test.inspect(&token, Some(&anna)).await.ok().json();
    assert!(shown.by_claimant);
    let confirmed = anna.absorb_elsewhere("ben@example.test").await;
    assert_eq!(confirmed.separable_until, Some(NOW + WITHHELD_FOR));

    // The address is hers, and what is sent to it. What was is not, nor are the keys, nor what the former key says.
    assert_eq!(anna.addresses().await, ["anna@example.test", "ben@example.test"]);
    let own = anna.account().await.addresses;
    assert_eq!(own[1].separable_until, confirmed.separable_until);
    carl.send(&Writes::to(&["ben@example.test"]).about("After")).await;
    assert_eq!(anna.readable().await, ["After"]);
    assert!(anna.get("/parcels").await.ok().json::<Vec<Parcel>>().is_empty());
    assert_eq!(predecessors(&carl, "ben@example.test").await, 0);
    assert_eq!(ben.get("/session").await.problem(), "signed-out");
    let path = format!("/admin/accounts/{}/disabled", ben.id());
    let ada = test
        .person("Ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let reply = ada.call(Method::PUT, &path, json!({ "disabled": true })).await;
    assert_eq!(reply.problem(), "not-found");

    // A sweep before the time changes nothing.
    test.clock.pass(WITHHELD_FOR - 1);
    workers::sweep(&test.portal).await.unwrap();
    anna.sign_in_again().await;
    assert_eq!(anna.readable().await, ["After"]);
    test.clock.pass(1);
    workers::sweep(&test.portal).await.unwrap();
    anna.take_parcels_in().await;
    let mut readable = anna.readable().await;
    readable.sort();
    assert_eq!(readable, ["After", "Before"]);
    carl.sign_in_again().await;
    assert_eq!(predecessors(&carl, "ben@example.test").await, 1);
    assert_eq!(anna.account().await.addresses[1].separable_until, None);
    let recorded = anna.activity().await;
    for kind in [ActivityKind::AccountJoining, ActivityKind::AccountAbsorbed] {
        assert!(recorded.contains(&(kind, Some("ben@example.test".into()))), "{kind:?}");
    }
    assert_eq!(
        test.separate("ben@example.test", PASSWORD).await.problem(),
        "wrong-credentials"
    );
}

async fn until_then_its_password_separates_the_two_whole(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    ben.add("shared@example.test").await;
    carl.send(&Writes::to(&["ben@example.test"]).about("Before")).await;
    let kept = ben.activate().await;
    let before = ben.account().await;
    anna.absorb_elsewhere("ben@example.test").await;
    carl.send(&Writes::to(&["ben@example.test"]).about("Meanwhile")).await;
    // His program has to wait, too.
    let reply = test.begin_by(&kept.pass, VERSION).await;
    assert_eq!(reply.problem(), "account-disabled");

    let reply = test.separate("ben@example.test", "not his password").await;
    assert_eq!(reply.problem(), "wrong-credentials");
    assert_eq!(anna.addresses().await.len(), 3);
    // By any of his addresses.
    let reply = test.separate("shared@example.test", PASSWORD).await.ok();
    let addresses = json!({ "addresses": ["ben@example.test", "shared@example.test"] });
    assert_eq!(reply.json::<Value>(), addresses);

    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    assert_eq!(anna.readable().await, ["Meanwhile"]);
    ben.sign_in_again().await;
    assert_eq!(ben.account().await, before);
    assert_eq!(ben.readable().await, ["Before"]);
    test.begin_by(&kept.pass, VERSION).await.ok();
    carl.send(&Writes::to(&["ben@example.test"]).about("Later")).await;
    ben.sign_in_again().await;
    assert_eq!(ben.readable().await.len(), 2);
    assert!(
        ben.activity()
            .await
            .iter()
            .any(|(kind, _)| *kind == ActivityKind::Separated)
    );
    assert!(
        anna.activity()
            .await
            .iter()
            .any(|(kind, _)| *kind == ActivityKind::SeparatedFrom)
    );

    // Nothing of it is left that comes true later.
    pass_the_time(&test).await;
    anna.sign_in_again().await;
    ben.sign_in_again().await;
    assert!(anna.get("/parcels").await.ok().json::<Vec<Parcel>>().is_empty());
    assert_eq!(ben.account().await, before);
    assert_eq!(anna.readable().await, ["Meanwhile"]);
    assert_eq!(
        test.separate("ben@example.test", PASSWORD).await.problem(),
        "wrong-credentials"
    );
}

async fn a_moved_alias_is_taken_back(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("shared@example.test").await;
    let before = ben.account().await;
    let confirmed = anna.move_elsewhere("shared@example.test").await;
    assert_eq!(confirmed.separable_until, Some(NOW + WITHHELD_FOR));
    // He goes on as he was but for it.
    assert_eq!(ben.addresses().await, ["ben@example.test"]);
    assert_eq!(predecessors(&anna, "shared@example.test").await, 0);
    // His own password, at the address that is not his now; and at the one that is, nothing is to be had back.
    assert_eq!(
        test.separate("ben@example.test", PASSWORD).await.problem(),
        "wrong-credentials"
    );
    test.separate("shared@example.test", PASSWORD).await.ok();
    assert_eq!(ben.account().await, before);
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    anna.sign_in_again().await;
}

async fn a_moved_alias_stays_in_the_end(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("shared@example.test").await;
    anna.move_elsewhere("shared@example.test").await;
    pass_the_time(&test).await;
    anna.sign_in_again().await;
    assert_eq!(predecessors(&anna, "shared@example.test").await, 1);
    assert_eq!(anna.account().await.addresses[1].separable_until, None);
    let reply = test.separate("shared@example.test", PASSWORD).await;
    assert_eq!(reply.problem(), "wrong-credentials");
}

async fn the_former_master_is_the_master_again(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    test.professional("ben").await;
    test.clock.pass(1);
    anna.add("later@example.test").await;
    let kept = anna.activate().await;
    anna.absorb_elsewhere("ben@example.test").await;
    anna.promote("ben@example.test", false).await.ok();
    test.separate("ben@example.test", PASSWORD).await.ok();
    // As where another is promoted: whatever was let in under the Master of before works no more.
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    let reply = test.begin_by(&kept.pass, VERSION).await;
    assert_eq!(reply.problem(), "needs-reactivation");
    anna.sign_in_again().await;
    assert_eq!(anna.addresses().await, ["anna@example.test", "later@example.test"]);
}

async fn what_may_go_back_does_not_leave(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let carl = test.professional("carl").await;
    ben.add("shared@example.test").await;
    anna.add("own@example.test").await;
    anna.absorb_elsewhere("ben@example.test").await;
    let all = anna.addresses().await;

    let remove = |address: &str| json!({ "address": address });
    let reply = anna.post("/aliases/remove", remove("shared@example.test")).await;
    assert_eq!(ends_in(&reply), Some(259_201));
    // Nor the last of her own: she would be left with none.
    anna.promote("ben@example.test", false).await.ok();
    anna.post("/aliases/remove", remove("own@example.test")).await.ok();
    let reply = anna.post("/aliases/remove", remove("anna@example.test")).await;
    assert!(ends_in(&reply).is_some());
    // Nobody takes it on to where Ben's password does not reach.
    for address in ["shared@example.test", "ben@example.test"] {
        let (_, token) = carl.claimed(address).await;
        let mut other = test.prove(&token, address, PASSWORD).await.unwrap();
        let reply = test.confirm(&token, other.absorb(), Some(&carl)).await;
        assert!(ends_in(&reply).is_some(), "{address}");
    }
    let (_, token) = carl.claimed("shared@example.test").await;
    let mut other = test.prove(&token, "shared@example.test", PASSWORD).await.unwrap();
    let reply = test
        .confirm(&token, other.move_over("shared@example.test"), Some(&carl))
        .await;
    assert!(ends_in(&reply).is_some());
    assert_eq!(anna.addresses().await.len(), all.len() - 1);
    assert_eq!(carl.addresses().await.len(), 1);
    test.separate("ben@example.test", PASSWORD).await.ok();
}

async fn nothing_else_is_taken_back(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    test.professional("ben").await;
    test.professional("carl").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    anna.absorb_elsewhere("carl@example.test").await;
    // An attempt that is good is spent, and changes nothing, where another address is named.
    for address in ["ben@example.test", "anna@example.test", "nobody@example.test"] {
        let (mut body, _) = test.half_sign_in_for("carl@example.test", PASSWORD, true).await;
        body["address"] = json!(address);
        let reply = test.post("/api/v1/separations", &body).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.problem()),
            (409, "not-separable"),
            "{address}"
        );
        body["address"] = json!("carl@example.test");
        let again = test.post("/api/v1/separations", &body).await;
        assert_eq!(again.problem(), "wrong-credentials");
        assert_eq!(test.separate(address, PASSWORD).await.problem(), "wrong-credentials");
    }
    assert_eq!(anna.addresses().await.len(), 3);
    // The page behind *This wasn't me* says where something can be.
    let mails = test.mails().await;
    for (address, until) in [
        ("carl@example.test", Some(NOW + WITHHELD_FOR)),
        ("ben@example.test", None),
    ] {
        let mut of = mails.iter().filter(|mail| mail.to.as_typed() == address).map(link);
        let secret = token(&of.rfind(|link| link.contains("/alarm#")).unwrap());
        let shown: AlarmShown = test
            .post("/api/v1/alarms/inspect", json!({ "token": secret }))
            .await
            .ok()
            .json();
        assert_eq!(shown.separable_until, until, "{address}");
    }
}

async fn a_sign_in_for_one_purpose_serves_no_other(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("shared@example.test").await;
    anna.move_elsewhere("shared@example.test").await;
    // Ben's password, to take back: it begins no session of his.
    let (mut body, _) = test.half_sign_in_for("shared@example.test", PASSWORD, true).await;
    body["carrier"] = json!("bearer");
    assert_eq!(test.post("/api/v1/sessions", body).await.problem(), "wrong-credentials");
    // Anna's, who has it now.
    let (mut body, _) = test.half_sign_in("shared@example.test", PASSWORD).await;
    body["address"] = json!("shared@example.test");
    let reply = test.post("/api/v1/separations", body).await;
    assert_eq!(reply.problem(), "wrong-credentials");
    assert_eq!(anna.addresses().await.len(), 2);
}

async fn a_guest_goes_on_writing_to_the_address_of_whoever_joins(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut gina = test.guest("gina").await;
    ben.send(&Writes::to(&["gina@example.test"]).about("From Ben")).await;
    assert_eq!(gina.readable().await, ["From Ben"]);
    anna.absorb_elsewhere("ben@example.test").await;
    gina.send(&Writes::to(&["ben@example.test"]).about("Answer")).await;
    assert_eq!(anna.readable().await, ["Answer"]);
    // And not to anything else of hers.
    let reply = gina.prepare(&Writes::to(&["carl@example.test"])).await;
    assert_eq!(reply.problem(), "recipients-not-allowed");
    anna.sign_in_again().await;
}

async fn a_claimant_who_is_disabled_waits(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let ada = test
        .person("Ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    anna.absorb_elsewhere("ben@example.test").await;
    let path = format!("/admin/accounts/{}/disabled", anna.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    pass_the_time(&test).await;
    // What a disabled account took over is not lost to whoever had it.
    test.separate("ben@example.test", PASSWORD).await.ok();
    ben.sign_in_again().await;
    assert_eq!(ben.addresses().await, ["ben@example.test"]);
    let reply = test.try_sign_in("anna@example.test", PASSWORD).await.err().unwrap();
    assert_eq!(reply.problem(), "account-disabled");
    anna.address = "ben@example.test".parse().unwrap();
}

async fn a_clock_that_was_ahead_withholds_no_longer(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    test.professional("ben").await;
    let (_, token) = anna.claimed("ben@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let absorb = other.absorb();
    // By a minute more than a proof lives it would be refused.
    const AHEAD: i64 = 9 * 60_000;
    test.clock.pass(AHEAD);
    test.confirm(&token, absorb, None).await.ok();
    test.clock.pass(-AHEAD);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(
        anna.account().await.addresses[1].separable_until,
        Some(NOW + WITHHELD_FOR)
    );
    pass_the_time(&test).await;
    anna.sign_in_again().await;
    assert_eq!(anna.account().await.addresses[1].separable_until, None);
}

#[tokio::test]
async fn a_fault_in_the_middle_of_taking_back_changes_nothing() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    test.professional("ben").await;
    anna.absorb_elsewhere("ben@example.test").await;
    let run = async |sql: &'static str| {
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        sqlx::raw_sql(sql).execute(&mut **unit).await.unwrap();
        unit.commit().await.unwrap();
    };
    // Its last write but one.
    run("CREATE TRIGGER fault BEFORE DELETE ON withheld BEGIN SELECT RAISE(ABORT, 'fault'); END;").await;
    assert_eq!(test.separate("ben@example.test", PASSWORD).await.status.as_u16(), 500);
    assert_eq!(anna.addresses().await.len(), 2);
    run("DROP TRIGGER fault;").await;
    test.separate("ben@example.test", PASSWORD).await.ok();
    assert_eq!(anna.addresses().await.len(), 1);
}
