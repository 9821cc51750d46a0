//! What goes to whom while addresses are added, moved, promoted and removed, and what *This wasn't me* does.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use portal::{
    Portal, Secrets, Services,
    ports::{blobs::Blobs, relay::Mail, wakes::Wakes},
    storage::Key as _,
    workers,
};
use serde_json::{Value, json};
use wire::{
    Address, Bytes,
    claims::{AlarmShown, Claim},
    mailbox::{Folder, Notification},
    sessions::{AccountKind, ActivityKind},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Writes, link, token},
    test_portal::{NOW, Refuses, TestPortal},
};

on_both_engines![
    each_step_is_told_to_each_address_in_words_of_its_own,
    what_is_withheld_is_told_in_words_of_its_own,
    a_claim_that_has_ended_is_not_mailed,
    a_claim_mailed_again_before_it_went_out_is_mailed_once,
    a_claims_mail_is_put_off_where_others_claim_the_address_too,
    an_alarm_ends_sessions_sign_ins_and_claims_once,
    an_alarm_spends_every_link_that_went_to_its_address,
    an_alarm_of_an_absorbed_accounts_address_stops_its_holder,
    an_alarm_link_works_for_seven_days,
    everybody_whom_an_account_dealt_with_is_told_once,
    what_is_no_longer_so_is_told_to_nobody,
    telling_goes_on_after_a_crash_and_follows_a_second_promotion,
    mails_that_ended_long_ago_are_forgotten_unless_something_shows_them,
];

const WEEK: wire::Millis = 7 * 86_400_000;

/// A mail as its reader's program has it, without what differs each time.
fn shown(mail: &Mail) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.message).unwrap();
    let text = parsed.body_text(0).unwrap();
    let html = parsed.body_html(0).unwrap();
    let subject = parsed.subject().unwrap();
    format!("To: {}\nSubject: {subject}\n\n{text}\n\n----\n{html}", mail.to).replace('\r', "")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"(confirm|alarm)#[A-Za-z0-9_-]+", "$1#TOKEN");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The mails that are due, by their readers; nobody gets two.
async fn mails(test: &TestPortal) -> BTreeMap<String, Mail> {
    let mails = test.mails().await;
    let count = mails.len();
    let by_reader: BTreeMap<String, Mail> = mails.into_iter().map(|mail| (mail.to.to_string(), mail)).collect();
    assert_eq!(by_reader.len(), count);
    by_reader
}

/// Compares each reader's mail with its snapshot. But for the reader's address all of a kind are alike, and none names
/// another address of anybody's.
fn compare(mails: &BTreeMap<String, Mail>, expected: &[(&str, &str)]) {
    let readers: Vec<&str> = mails.keys().map(String::as_str).collect();
    let mut wanted: Vec<&str> = expected.iter().map(|(reader, _)| *reader).collect();
    wanted.sort_unstable();
    assert_eq!(readers, wanted);
    for (reader, name) in expected {
        let text = shown(&mails[*reader]).replace(reader, "READER");
        snapshot(name, &text);
        for other in ["@", "anna", "ben", "carl", "dora"] {
            assert!(!text.contains(other), "{name}: {text}");
        }
    }
}

async fn administrator(test: &TestPortal) -> Person<'_> {
    test.person("Ada", "ada@example.test", AccountKind::Professional, true)
        .await
}

async fn each_step_is_told_to_each_address_in_words_of_its_own(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let _carl = test.professional("carl").await;
    let dora = test.professional("dora").await;
    anna.send(&Writes::to(&["dora@example.test", "waits@partner.test"]))
        .await;
    ben.add("ben.alias@example.test").await;
    test.mails().await;

    // A program that is let in.
    ben.activate().await;
    compare(
        &mails(&test).await,
        &[
            ("ben@example.test", "activated"),
            ("ben.alias@example.test", "activated"),
        ],
    );

    // A claim, by the claimant and by an administrator.
    anna.claim("anna@new.test").await.ok();
    let mail = mails(&test).await.remove("anna@new.test").unwrap();
    snapshot("claim", &shown(&mail));
    let path = format!("/admin/accounts/{}/claims", anna.id());
    let body = json!({ "address": "anna.third@new.test" });
    ada.call(Method::POST, &path, body).await.ok();
    let mail_by_administrator = shown(&mails(&test).await["anna.third@new.test"]);
    snapshot("claim-by-administrator", &mail_by_administrator);

    let click = json!({ "kind": "click" });
    test.confirm(&token(&link(&mail)), click, Some(&anna)).await.ok();
    compare(
        &mails(&test).await,
        &[("anna@new.test", "joined"), ("anna@example.test", "alias-added")],
    );

    let (_, link) = anna.claimed("ben.alias@example.test").await;
    let mut other = test.prove(&link, "ben.alias@example.test", PASSWORD).await.unwrap();
    test.confirm(&link, other.move_over("ben.alias@example.test"), Some(&anna))
        .await
        .ok();
    compare(
        &mails(&test).await,
        &[
            ("ben.alias@example.test", "moved"),
            ("ben@example.test", "alias-moved-away"),
            ("anna@example.test", "alias-added"),
            ("anna@new.test", "alias-added"),
        ],
    );

    anna.absorb("carl@example.test", PASSWORD).await;
    compare(
        &mails(&test).await,
        &[
            ("carl@example.test", "absorbed"),
            ("anna@example.test", "account-absorbed"),
            ("anna@new.test", "account-absorbed"),
            ("ben.alias@example.test", "account-absorbed"),
        ],
    );

    anna.promote("anna@new.test", true).await.ok();
    let mut promoted = mails(&test).await;
    let told = promoted.remove("dora@example.test").unwrap();
    snapshot("new-address", &shown(&told));
    assert!(!String::from_utf8_lossy(&told.message).contains("alarm#"));
    assert!(shown(&promoted.remove("waits@partner.test").unwrap()).contains("from anna@new.test."));
    compare(
        &promoted,
        &[
            ("anna@new.test", "promoted"),
            ("anna@example.test", "demoted"),
            ("ben.alias@example.test", "master-changed"),
            ("carl@example.test", "master-changed"),
        ],
    );

    let body = json!({ "address": "ben.alias@example.test" });
    anna.post("/aliases/remove", body).await.ok();
    compare(
        &mails(&test).await,
        &[
            ("ben.alias@example.test", "removed"),
            ("anna@example.test", "alias-removed"),
            ("anna@new.test", "alias-removed"),
            ("carl@example.test", "alias-removed"),
        ],
    );
    assert_eq!(dora.list(Folder::Inbox).await.len(), 1);
}

async fn what_is_withheld_is_told_in_words_of_its_own(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("ben.alias@example.test").await;
    test.professional("carl").await;
    mails(&test).await;

    anna.absorb_elsewhere("carl@example.test").await;
    let told = mails(&test).await;
    compare(
        &told,
        &[
            ("carl@example.test", "joining"),
            ("anna@example.test", "account-joining"),
        ],
    );
    test.separate("carl@example.test", PASSWORD).await.ok();
    compare(
        &mails(&test).await,
        &[
            ("carl@example.test", "separated"),
            ("anna@example.test", "separated-from"),
        ],
    );

    anna.move_elsewhere("ben.alias@example.test").await;
    compare(
        &mails(&test).await,
        &[
            ("ben.alias@example.test", "moving"),
            ("ben@example.test", "alias-moving-away"),
            ("anna@example.test", "alias-added"),
        ],
    );
}

async fn newest_mail(person: &Person<'_>) -> Notification {
    person.aliases().await.claims.last().unwrap().mail
}

async fn a_claim_that_has_ended_is_not_mailed(test: TestPortal) {
    let anna = test.professional("anna").await;
    test.relay.refuse(Refuses::Everything);
    let claim: Claim = anna.claim("anna@new.test").await.ok().json();
    assert!(test.mails().await.is_empty());
    let path = format!("/claims/{}", claim.id);
    anna.call(Method::DELETE, &path, Value::Null).await.ok();
    test.relay.refuse(None);
    test.clock.pass(60_000);
    assert!(test.mails().await.is_empty());
    assert_eq!(workers::send_due(&test.portal).await.unwrap(), None, "nothing waits");
}

async fn a_claim_mailed_again_before_it_went_out_is_mailed_once(test: TestPortal) {
    let anna = test.professional("anna").await;
    test.relay.refuse(Refuses::Everything);
    let claim: Claim = anna.claim("anna@new.test").await.ok().json();
    assert!(test.mails().await.is_empty());
    assert_eq!(newest_mail(&anna).await, Notification::Waiting { attempts: 1 });
    let path = format!("/claims/{}/mail", claim.id);
    // Which of two mails of one moment is the newer, nobody says.
    test.clock.pass(1);
    anna.post(&path, Value::Null).await.ok();
    assert_eq!(newest_mail(&anna).await, Notification::Waiting { attempts: 0 });
    test.relay.refuse(None);
    test.clock.pass(60_000);
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(newest_mail(&anna).await, Notification::Sent { at: test.portal.now() });
    let click = json!({ "kind": "click" });
    test.confirm(&token(&link(&mails[0])), click, Some(&anna)).await.ok();
}

async fn a_claims_mail_is_put_off_where_others_claim_the_address_too(test: TestPortal) {
    for name in ["anna", "ben", "carl"] {
        test.professional(name).await.claim("shared@new.test").await.ok();
    }
    let dora = test.professional("dora").await;
    assert_eq!(test.mails().await.len(), 3);
    dora.claim("shared@new.test").await.ok();
    assert!(test.mails().await.is_empty());
    assert_eq!(newest_mail(&dora).await, Notification::Waiting { attempts: 0 });
    test.clock.pass(3_600_000);
    assert_eq!(test.mails().await.len(), 1);
}

/// The secret of the newest *This wasn't me* that was mailed to an address.
async fn alarm(test: &TestPortal, address: &str) -> Bytes {
    let address: Address = address.parse().unwrap();
    let mails = test.mails().await;
    let mut links = mails.iter().filter(|mail| mail.to == address).map(link);
    token(&links.rfind(|link| link.contains("/alarm#")).unwrap())
}

async fn raise(test: &TestPortal, token: &Bytes) -> crate::people::Reply {
    test.post("/api/v1/alarms", json!({ "token": token })).await
}

async fn an_alarm_ends_sessions_sign_ins_and_claims_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    anna.claim("anna.third@new.test").await.ok();
    let token = alarm(&test, "anna@example.test").await;
    let (mut begun, _) = test.half_sign_in("anna@example.test", PASSWORD).await;

    let body = json!({ "token": token });
    let shown: AlarmShown = test.post("/api/v1/alarms/inspect", &body).await.ok().json();
    assert_eq!(shown.address.as_typed(), "anna@example.test");
    assert_eq!((shown.expires_at, shown.raised_at), (NOW + WEEK, None));
    anna.get("/session").await.ok();

    assert_eq!(raise(&test, &token).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    begun["carrier"] = json!("bearer");
    assert_eq!(
        test.post("/api/v1/sessions", begun).await.problem(),
        "wrong-credentials"
    );

    anna.signed_in = test.try_sign_in("anna@new.test", PASSWORD).await.unwrap();
    assert_eq!(anna.aliases().await.claims, []);
    let raised = (ActivityKind::AlarmRaised, Some("anna@example.test".to_owned()));
    assert!(anna.activity().await.contains(&raised));

    // Whoever follows the link again is told when it was done, and nobody is signed out by it.
    test.clock.pass(60_000);
    let shown: AlarmShown = test.post("/api/v1/alarms/inspect", &body).await.ok().json();
    assert_eq!(shown.raised_at, Some(NOW));
    assert_eq!(raise(&test, &token).await.status, StatusCode::NO_CONTENT);
    let activity = anna.activity().await;
    assert_eq!(activity.iter().filter(|one| **one == raised).count(), 1);
}

/// The secrets of every *This wasn't me* among some mails to an address.
fn alarms(mails: &[Mail], address: &str) -> Vec<Bytes> {
    let links = mails.iter().filter(|mail| mail.to.as_typed() == address).map(link);
    links
        .filter(|link| link.contains("/alarm#"))
        .map(|link| token(&link))
        .collect()
}

async fn an_alarm_spends_every_link_that_went_to_its_address(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    ben.add("ben@new.test").await;
    let of_ben = alarms(&test.mails().await, "ben@example.test");
    anna.add("anna@new.test").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    test.clock.pass(1);
    anna.post("/aliases/remove", json!({ "address": "ben@example.test" }))
        .await
        .ok();
    let mails = test.mails().await;
    let to_the_removed: Vec<_> = of_ben.into_iter().chain(alarms(&mails, "ben@example.test")).collect();
    let to_another = alarms(&mails, "anna@example.test");
    assert_eq!((to_the_removed.len(), to_another.len()), (3, 2));
    // A notice of before that is late.
    test.relay.refuse(Refuses::Mail("ben@example.test".parse().unwrap()));
    let late = format!(
        "INSERT INTO outbox (id, kind, address, account, created_at, next_at) \
         SELECT $1, 'removed', 'ben@example.test', id, {created_at}, {created_at} FROM accounts WHERE id = $2",
        created_at = test.portal.now(),
    );
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let late = sqlx::query(sqlx::AssertSqlSafe(late));
    late.bind(vec![9; 16])
        .bind(anna.id().key())
        .execute(&mut **unit)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    test.mails().await;
    test.relay.refuse(None);

    // Whichever it is: the removed notice's own link works, and so did that of before the account was absorbed.
    test.clock.pass(1);
    assert_eq!(raise(&test, &to_the_removed[2]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    anna.signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    test.clock.pass(60_000);
    let late = alarms(&test.mails().await, "ben@example.test");
    assert_eq!(late.len(), 1);
    for spent in to_the_removed.iter().chain(&late) {
        assert_eq!(raise(&test, spent).await.status, StatusCode::NO_CONTENT);
        anna.get("/session").await.ok();
        let shown = test.post("/api/v1/alarms/inspect", json!({ "token": spent })).await;
        assert_eq!(shown.ok().json::<AlarmShown>().raised_at, Some(NOW + 2));
    }

    // What went to another address is another's to say, and what is told of later has a link that works.
    assert_eq!(raise(&test, &to_another[0]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    anna.signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    test.clock.pass(1);
    anna.add("anna.third@new.test").await;
    let later = alarms(&test.mails().await, "anna@example.test");
    assert_eq!(raise(&test, &later[0]).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
}

async fn an_alarm_of_an_absorbed_accounts_address_stops_its_holder(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    let token = alarm(&test, "ben@example.test").await;
    assert_eq!(raise(&test, &token).await.status, StatusCode::NO_CONTENT);
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    assert_eq!(ben.get("/session").await.problem(), "signed-out");
    anna.signed_in = test.try_sign_in("ben@example.test", PASSWORD).await.unwrap();
    let raised = (ActivityKind::AlarmRaised, Some("ben@example.test".to_owned()));
    assert!(anna.activity().await.contains(&raised));
}

async fn an_alarm_link_works_for_seven_days(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    let token = alarm(&test, "anna@new.test").await;
    let body = json!({ "token": token });
    test.clock.pass(WEEK - 1);
    test.post("/api/v1/alarms/inspect", &body).await.ok();
    test.clock.pass(1);
    for path in ["/api/v1/alarms/inspect", "/api/v1/alarms"] {
        assert_eq!(test.post(path, &body).await.problem(), "link-expired");
        let unknown = json!({ "token": Bytes(vec![7; 32]) });
        assert_eq!(test.post(path, unknown).await.problem(), "link-unknown");
    }
    test.clock.pass(90 * 86_400_000);
    workers::sweep(&test.portal).await.unwrap();
    test.clock.pass(1);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(test.post("/api/v1/alarms", &body).await.problem(), "link-unknown");
}

/// Those whom mails tell of a new address, in order.
fn told(mails: &[Mail]) -> Vec<String> {
    let of_new_address = |mail: &&Mail| shown(mail).contains("has a new address");
    let mut told: Vec<_> = mails
        .iter()
        .filter(of_new_address)
        .map(|mail| mail.to.to_string())
        .collect();
    told.sort();
    told
}

async fn everybody_whom_an_account_dealt_with_is_told_once(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let dora = test.professional("dora").await;
    let _eve = test.professional("eve").await;
    let _stranger = test.professional("stranger").await;
    // To herself, to somebody who joins another of them, to one who is disabled, to one who has not registered.
    anna.send(&Writes::to(&[
        "anna@example.test",
        "carl@example.test",
        "dora@example.test",
        "eve@example.test",
        "waits@partner.test",
    ]))
    .await;
    ben.send(&Writes::to(&[
        "carl@example.test",
        "frank@partner.test",
        "anna@example.test",
    ]))
    .await;
    carl.absorb("eve@example.test", PASSWORD).await;
    anna.absorb("ben@example.test", PASSWORD).await;
    let path = format!("/admin/accounts/{}/disabled", dora.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    anna.add("anna@new.test").await;
    test.mails().await;

    anna.promote("anna@new.test", true).await.ok();
    let expected = ["carl@example.test", "frank@partner.test", "waits@partner.test"];
    assert_eq!(told(&test.mails().await), expected);
    anna.promote("anna@example.test", false).await.ok();
    assert_eq!(told(&test.mails().await), [] as [&str; 0]);
}

async fn what_is_no_longer_so_is_told_to_nobody(test: TestPortal) {
    let ada = administrator(&test).await;
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    anna.add("anna@new.test").await;
    // Another Master before anybody was told.
    anna.promote("anna@new.test", true).await.ok();
    anna.promote("anna@example.test", false).await.ok();
    assert_eq!(told(&test.mails().await), [] as [&str; 0]);
    // Disabled before anybody was told.
    anna.promote("anna@new.test", true).await.ok();
    let path = format!("/admin/accounts/{}/disabled", anna.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    assert_eq!(told(&test.mails().await), [] as [&str; 0]);
    assert_eq!(rows(&test, "SELECT account FROM announcements").await, 0);
}

/// The same portal as another process has it.
fn another_process(test: &TestPortal, seed: u64) -> Portal {
    Portal::new(Services {
        settings: test.portal.settings.clone(),
        secrets: Secrets::from_bytes(&test.portal.secrets.to_bytes()).unwrap(),
        store: test.portal.store.clone(),
        blobs: Blobs::new(std::sync::Arc::new(object_store::memory::InMemory::new())),
        custody: Box::new(custody::CustodyKey::generate(&mut test.portal.entropy.rng())),
        relay: Box::new(test.relay.clone()),
        clock: Box::new(test.clock.clone()),
        entropy: portal::ports::clock::Entropy::seeded(seed),
        wakes: Wakes::default(),
    })
}

async fn telling_goes_on_after_a_crash_and_follows_a_second_promotion(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let everybody: Vec<String> = (0..230).map(|n| format!("n{n:03}@partner.test")).collect();
    for some in everybody.chunks(100) {
        let some: Vec<&str> = some.iter().map(String::as_str).collect();
        anna.send(&Writes::to(&some)).await;
    }
    anna.add("anna@new.test").await;
    anna.add("anna.third@new.test").await;
    test.mails().await;

    // A process that is told to stop puts the first hundred in, and sends none.
    let first = another_process(&test, 8);
    first.wakes.close();
    anna.promote("anna@new.test", true).await.ok();
    workers::send_due(&first).await.unwrap();
    assert!(test.relay.empty().is_empty());
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let waiting = sqlx::query("SELECT 1 AS one FROM outbox WHERE kind = 'new-address' AND next_at IS NOT NULL");
    assert_eq!(waiting.fetch_all(&mut **unit).await.unwrap().len(), 100);
    drop(unit);
    // The next one goes on where it stopped.
    workers::send_due(&another_process(&test, 9)).await.unwrap();
    assert_eq!(told(&test.relay.empty()), everybody);

    // A second promotion in the middle of a telling: all are told the second, and nobody the first after that.
    anna.promote("anna.third@new.test", true).await.ok();
    workers::send_due(&first).await.unwrap();
    anna.promote("anna@example.test", true).await.ok();
    let mails = test.mails().await;
    let of = |address: &str| -> Vec<Mail> {
        let says = format!("from {address}.");
        mails
            .iter()
            .filter(|mail| shown(mail).contains(&says))
            .cloned()
            .collect()
    };
    assert_eq!(told(&of("anna.third@new.test")).len(), 100);
    assert_eq!(told(&of("anna@example.test")), everybody);
    assert_eq!(told(&test.mails().await), [] as [&str; 0]);
}

async fn rows(test: &TestPortal, sql: &'static str) -> usize {
    let mut db = test.portal.store.read().await.unwrap();
    sqlx::query(sql).fetch_all(&mut *db).await.unwrap().len()
}

async fn mails_that_ended_long_ago_are_forgotten_unless_something_shows_them(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    anna.send(&Writes::to(&["ben@example.test"])).await;
    anna.add("anna@new.test").await;
    anna.claim("anna.third@new.test").await.ok();
    test.relay.refuse(Refuses::Everything);
    test.mails().await;
    test.relay.refuse(None);
    test.clock.pass(60_000);
    test.mails().await;
    let all = rows(&test, "SELECT id FROM outbox").await;
    assert_eq!(all, 5, "a notification, two claims, two notices");
    test.clock.pass(89 * 86_400_000);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(rows(&test, "SELECT id FROM outbox").await, all);
    test.clock.pass(86_400_000);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(rows(&test, "SELECT id FROM outbox").await, 1);
    assert_eq!(rows(&test, "SELECT id FROM outbox WHERE delivery IS NOT NULL").await, 1);
    assert_eq!(rows(&test, "SELECT id FROM claims").await, 0);
}
