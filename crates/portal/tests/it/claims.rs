//! Claims: adding, mailing, cancelling and refusing them, their links and numbers, and what nobody learns from any of it.

use std::sync::{Mutex, OnceLock};

use axum::http::{Method, header};
use portal::aliases;
use serde_json::{Value, json};
use tracing::{
    Event, Instrument as _, Subscriber,
    field::{Field, Visit},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt as _},
    registry::LookupSpan,
};
use wire::{
    Bytes,
    claims::{Asks, Claim, ClaimShown, Confirmed, Outcome},
    mailbox::{Change, Changes, Notification},
    sessions::{AccountKind, ActivityKind},
};

use crate::{
    certificates::add_address,
    on_both_engines,
    people::{PASSWORD, Person, Reply, Writes, link, text},
    test_portal::{NOW, Refuses, TestPortal},
};

const HOUR: i64 = 3_600_000;

on_both_engines![
    adding_says_and_does_the_same_whatever_the_address_is,
    a_claim_is_listed_until_it_is_cancelled,
    a_claim_is_its_owners_alone,
    adding_again_mails_again_and_the_older_link_is_dead_at_once,
    a_link_lives_for_a_day,
    what_is_refused_when_adding,
    three_mails_an_hour_go_to_an_address,
    mails_of_others_put_a_mail_off_in_silence,
    five_are_pending_and_ten_added_a_day,
    the_page_shows_what_will_happen_and_asks_for_one_thing,
    the_right_number_confirms_and_three_wrong_ones_end_the_claim,
    a_click_counts_in_the_claimants_session_alone,
    whoever_reads_the_address_may_refuse,
    confirming_twice_is_once,
    the_first_of_two_to_confirm_wins,
    two_who_confirm_at_once_are_one_who_does,
    a_link_that_was_never_given_out_opens_nothing,
    disabling_the_claimant_ends_its_claims,
    a_get_changes_nothing,
    a_claim_shows_how_its_mail_fares,
    what_has_ended_is_swept,
];

/// Notes what the database is asked inside a span of the name `asked`, and in which.
struct Asked;

static ASKED: Mutex<Vec<(u64, String)>> = Mutex::new(Vec::new());

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Asked {
    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        if event.metadata().target() != "sqlx::query" {
            return;
        }
        let span = context
            .event_scope(event)
            .and_then(|mut scope| scope.find(|span| span.name() == "asked"));
        if let Some(span) = span {
            let mut text = Text(String::new());
            event.record(&mut text);
            ASKED.lock().unwrap().push((span.id().into_u64(), text.0));
        }
    }
}

struct Text(String);

impl Visit for Text {
    fn record_debug(&mut self, _: &Field, _: &dyn std::fmt::Debug) {}

    fn record_str(&mut self, field: &Field, value: &str) {
        if ["summary", "db.statement"].contains(&field.name()) {
            self.0.push_str(value);
        }
    }
}

/// The statements that some work asks of the database: what it takes, whatever the clock says.
pub async fn asked<T>(work: impl Future<Output = T>) -> (T, Vec<String>) {
    static LISTENING: OnceLock<()> = OnceLock::new();
    LISTENING.get_or_init(|| {
        tracing::subscriber::set_global_default(tracing_subscriber::registry().with(Asked)).unwrap();
    });
    let span = tracing::info_span!("asked");
    let id = span.id().unwrap().into_u64();
    let answer = work.instrument(span).await;
    let all = ASKED.lock().unwrap();
    // A connection that happens to be opened for it is not asked for by it.
    let of_this = all
        .iter()
        .filter(|(span, text)| *span == id && !text.starts_with("PRAGMA"));
    (answer, of_this.map(|(_, text)| text.clone()).collect())
}

/// An answer with what must differ taken out.
fn masked(reply: &Reply, address: &str) -> Value {
    let mut body: Value = reply.json();
    assert_eq!(body["address"], address);
    for field in ["id", "number", "address"] {
        assert!(body[field].take().is_string());
    }
    json!({ "status": reply.status.as_u16(), "body": body })
}

async fn adding_says_and_does_the_same_whatever_the_address_is(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["invited@partner.test"])).await;
    ben.add("alias@example.test").await;
    let dora = test.professional("dora").await;
    let disabled = format!("/admin/accounts/{}/disabled", dora.id());
    ada.call(Method::PUT, &disabled, json!({ "disabled": true })).await.ok();
    let gina = test.guest("gina").await;
    let carl = test.professional("carl").await;
    carl.claim("claimed@partner.test").await.ok();
    test.mails().await;

    let anna = test.professional("anna").await;
    let mut answers = Vec::new();
    for address in [
        "unknown@partner.test",
        "invited@partner.test",
        "ben@example.test",
        "alias@example.test",
        "dora@example.test",
        "gina@example.test",
        "claimed@partner.test",
        "other@partner.test",
    ] {
        let (reply, statements) = asked(anna.claim(address)).await;
        assert!(statements.len() > 5, "{statements:?}");
        let headers: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
        let mails = test.mails().await;
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to.as_typed(), address);
        let text = text(&mails[0])
            .replace(address, "ADDRESS")
            .replace(link(&mails[0]).as_str(), "LINK");
        answers.push((masked(&reply, address), headers, statements, text));
        let claim = format!("/claims/{}", reply.json::<Claim>().id);
        anna.call(Method::DELETE, &claim, Value::Null).await.ok();
    }
    for other in &answers[1..] {
        assert_eq!(*other, answers[0]);
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| insta::assert_snapshot!("claim_added", format!("{:#}", answers[0].0)));
    assert_eq!(gina.account().await.addresses.len(), 1);
}

async fn a_claim_is_listed_until_it_is_cancelled(test: TestPortal) {
    let anna = test.professional("anna").await;
    let claim: Claim = anna.claim("Anna.Weber@Partner.test").await.ok().json();
    assert_eq!(claim.address.as_typed(), "Anna.Weber@Partner.test");
    let number = claim.number.clone().unwrap();
    assert!(number.len() == 4 && number.bytes().all(|digit| digit.is_ascii_digit()));
    assert_eq!((claim.created_at, claim.expires_at), (NOW, NOW + 24 * HOUR));
    assert!(!claim.by_administrator);
    let aliases = anna.aliases().await;
    assert_eq!(aliases.claims, std::slice::from_ref(&claim));
    assert_eq!(aliases.addresses, anna.account().await.addresses);
    // While it is pending the Master works as before.
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    let token = test.confirmation("anna.weber@partner.test").await;
    let path = format!("/claims/{}", claim.id);
    for _ in 0..2 {
        let reply = anna.call(Method::DELETE, &path, Value::Null).await.ok();
        assert_eq!(reply.status.as_u16(), 204);
    }
    assert_eq!(anna.aliases().await.claims, []);
    for reply in [
        test.inspect(&token, Some(&anna)).await,
        test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await,
        anna.post(&format!("{path}/mail"), Value::Null).await,
    ] {
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (410, "claim-ended"));
    }
    let about = Some("Anna.Weber@Partner.test".to_owned());
    for kind in [ActivityKind::ClaimAdded, ActivityKind::ClaimCancelled] {
        assert!(anna.activity().await.contains(&(kind, about.clone())));
    }
    // Every step is told to the account's clients.
    let changes: Changes = anna.get("/changes?since=0").await.ok().json();
    assert!(
        changes
            .changes
            .iter()
            .filter(|change| **change == Change::Account)
            .count()
            >= 3
    );
    // A mail that had not gone out yet does not any more.
    let claim: Claim = anna.claim("anna.weber@partner.test").await.ok().json();
    anna.call(Method::DELETE, &format!("/claims/{}", claim.id), Value::Null)
        .await
        .ok();
    assert!(test.mails().await.is_empty());
}

async fn a_claim_is_its_owners_alone(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (claim, _) = anna.claimed("new@partner.test").await;
    let path = format!("/claims/{}", claim.id);
    assert_eq!(
        ben.call(Method::DELETE, &path, Value::Null).await.problem(),
        "not-found"
    );
    assert_eq!(
        ben.post(&format!("{path}/mail"), Value::Null).await.problem(),
        "not-found"
    );
    assert_eq!(ben.aliases().await.claims, []);
    assert_eq!(anna.aliases().await.claims.len(), 1);
}

async fn adding_again_mails_again_and_the_older_link_is_dead_at_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let (claim, first) = anna.claimed("new@partner.test").await;
    test.clock.pass(HOUR);
    anna.sign_in_again().await;
    let again: Claim = anna.claim("NEW@partner.test").await.ok().json();
    assert_eq!(
        (again.id, &again.number, &again.address),
        (claim.id, &claim.number, &claim.address)
    );
    assert_eq!(again.expires_at, NOW + 25 * HOUR);
    // At once: before the next mail is made, too.
    assert_eq!(test.inspect(&first, None).await.problem(), "link-replaced");
    // To the address as it was typed first.
    let mails = test.mails().await;
    assert_eq!(mails[0].to.as_typed(), "new@partner.test");
    let second = crate::people::token(&link(&mails[0]));
    let reply = test.confirm(&first, json!({ "kind": "click" }), Some(&anna)).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (410, "link-replaced"));
    let resent = anna.post(&format!("/claims/{}/mail", claim.id), Value::Null).await.ok();
    assert_eq!(resent.json::<Claim>().id, claim.id);
    let third = test.confirmation("new@partner.test").await;
    assert_eq!(test.inspect(&second, None).await.problem(), "link-replaced");
    test.confirm(&third, json!({ "kind": "click" }), Some(&anna)).await.ok();
    assert_eq!(test.inspect(&second, None).await.problem(), "claim-confirmed");
    let mailed = (ActivityKind::ClaimMailed, Some("new@partner.test".to_owned()));
    assert_eq!(anna.activity().await.iter().filter(|one| **one == mailed).count(), 2);
}

async fn a_link_lives_for_a_day(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let (claim, token) = anna.claimed("new@partner.test").await;
    test.clock.pass(24 * HOUR - 1);
    test.inspect(&token, None).await.ok();
    test.clock.pass(1);
    anna.sign_in_again().await;
    for reply in [
        test.inspect(&token, None).await,
        test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await,
    ] {
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (410, "link-expired"));
    }
    // It stays in the list, and is mailed again from there.
    assert_eq!(anna.aliases().await.claims.len(), 1);
    anna.post(&format!("/claims/{}/mail", claim.id), Value::Null).await.ok();
    let token = test.confirmation("new@partner.test").await;
    test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await.ok();
    assert_eq!(anna.addresses().await, ["anna@example.test", "new@partner.test"]);
}

async fn what_is_refused_when_adding(test: TestPortal) {
    let anna = test.professional("anna").await;
    let gina = test.guest("gina").await;
    for (method, path, body) in [
        (Method::GET, "/aliases", Value::Null),
        (Method::POST, "/claims", json!({ "address": "new@partner.test" })),
        (
            Method::POST,
            "/aliases/promote",
            json!({ "address": "new@partner.test", "tell_correspondents": false }),
        ),
        (
            Method::POST,
            "/aliases/remove",
            json!({ "address": "new@partner.test" }),
        ),
    ] {
        assert_eq!(gina.call(method, path, body).await.problem(), "not-allowed");
    }
    // Nor by another way in.
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let address = "new@partner.test".parse().unwrap();
    let refused = aliases::claim(&test.portal, &mut unit, gina.id(), &address, true)
        .await
        .unwrap_err();
    assert_eq!(refused.problem().kind.slug(), "not-allowed");
    unit.rollback().await;
    assert_eq!(anna.claim("ANNA@example.test").await.problem(), "address-yours");
    anna.add("alias@partner.test").await;
    assert_eq!(anna.claim("alias@partner.test").await.problem(), "address-yours");
    assert_eq!(anna.claim("not an address").await.problem(), "malformed");
    for n in 0..48 {
        add_address(&test, anna.id(), &format!("alias{n}@partner.test"), false).await;
    }
    assert_eq!(anna.claim("new@partner.test").await.problem(), "too-many-addresses");
}

async fn three_mails_an_hour_go_to_an_address(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let (claim, _) = anna.claimed("new@partner.test").await;
    test.clock.pass(60_000);
    for _ in 0..2 {
        anna.claim("new@partner.test").await.ok();
        assert_eq!(test.mails().await.len(), 1);
    }
    for path in ["/claims".to_owned(), format!("/claims/{}/mail", claim.id)] {
        let reply = anna.post(&path, json!({ "address": "new@partner.test" })).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (429, "too-many-requests"));
        assert_eq!(reply.headers[header::RETRY_AFTER], "3540");
    }
    // Nor by way of another claim on the same address.
    anna.call(Method::DELETE, &format!("/claims/{}", claim.id), Value::Null)
        .await
        .ok();
    assert_eq!(anna.claim("new@partner.test").await.problem(), "too-many-requests");
    anna.claim("other@partner.test").await.ok();
    test.clock.pass(HOUR - 60_000);
    anna.sign_in_again().await;
    anna.claim("new@partner.test").await.ok();
    assert_eq!(anna.claim("new@partner.test").await.problem(), "too-many-requests");
}

async fn mails_of_others_put_a_mail_off_in_silence(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    for _ in 0..3 {
        ben.claim("new@partner.test").await.ok();
        test.mails().await;
    }
    test.clock.pass(60_000);
    let usual = masked(&anna.claim("other@partner.test").await, "other@partner.test");
    test.mails().await;
    let reply = anna.claim("new@partner.test").await;
    let mut claim: Value = reply.json();
    for field in ["id", "number", "address"] {
        claim[field].take();
    }
    assert_eq!(json!({ "status": reply.status.as_u16(), "body": claim }), usual);
    assert!(test.mails().await.is_empty());
    test.clock.pass(HOUR - 60_000);
    let token = test.confirmation("new@partner.test").await;
    let shown: ClaimShown = test.inspect(&token, None).await.ok().json();
    assert_eq!(shown.claimant.address.as_typed(), "anna@example.test");
    // Its link lives as long as any.
    assert_eq!(shown.expires_at, NOW + HOUR + 24 * HOUR);
}

async fn five_are_pending_and_ten_added_a_day(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut added = 0;
    while added < 10 {
        for _ in 0..5 {
            anna.claim(&format!("new{added}@partner.test")).await.ok();
            added += 1;
        }
        let more = anna.claim("more@partner.test").await;
        assert_eq!((more.status.as_u16(), &*more.problem()), (429, "too-many-requests"));
        for claim in anna.aliases().await.claims {
            anna.call(Method::DELETE, &format!("/claims/{}", claim.id), Value::Null)
                .await
                .ok();
        }
        test.clock.pass(HOUR);
        anna.sign_in_again().await;
    }
    let more = anna.claim("more@partner.test").await;
    assert_eq!(more.problem(), "too-many-requests");
    assert_eq!(more.headers[header::RETRY_AFTER], (22 * 3600).to_string());
    test.clock.pass(22 * HOUR);
    anna.sign_in_again().await;
    anna.claim("more@partner.test").await.ok();
}

async fn the_page_shows_what_will_happen_and_asks_for_one_thing(test: TestPortal) {
    let mut ben = test.professional("ben").await;
    ben.add("alias@example.test").await;
    ben.send(&Writes::to(&["invited@partner.test"])).await;
    ben.send(&Writes::to(&["invited@partner.test"])).await;
    test.mails().await;
    let anna = test.professional("anna").await;
    for (address, outcome, signed_out, signed_in) in [
        ("new@partner.test", Outcome::Joins, Asks::Number, Asks::Click),
        (
            "Invited@partner.test",
            Outcome::MailJoins { waiting: 2 },
            Asks::Number,
            Asks::Click,
        ),
        ("ben@example.test", Outcome::Absorbs, Asks::Password, Asks::Password),
        (
            "alias@example.test",
            Outcome::MovesOrAbsorbs,
            Asks::Password,
            Asks::Password,
        ),
    ] {
        let (claim, token) = anna.claimed(address).await;
        for (by, asks) in [(None, signed_out), (Some(&ben), signed_out), (Some(&anna), signed_in)] {
            let shown: ClaimShown = test.inspect(&token, by).await.ok().json();
            assert_eq!((shown.outcome, shown.asks), (outcome, asks), "{address}");
            assert_eq!(shown.address.as_typed(), address);
            assert_eq!(shown.claimant.name.as_deref(), Some("anna"));
            assert_eq!(shown.claimant.address.as_typed(), "anna@example.test");
            assert_eq!(shown.expires_at, claim.expires_at);
        }
    }
    // A session that has ended counts as none.
    let (_, token) = anna.claimed("last@partner.test").await;
    anna.call(Method::DELETE, "/session", Value::Null).await.ok();
    let shown: ClaimShown = test.inspect(&token, Some(&anna)).await.ok().json();
    assert_eq!(shown.asks, Asks::Number);
}

async fn the_right_number_confirms_and_three_wrong_ones_end_the_claim(test: TestPortal) {
    let anna = test.professional("anna").await;
    let number = |number: &str| json!({ "kind": "number", "number": number });
    let wrong = |claim: &Claim| {
        if claim.number.as_deref() == Some("0000") {
            "1111"
        } else {
            "0000"
        }
    };
    let (claim, token) = anna.claimed("new@partner.test").await;
    for left in [2, 1] {
        let reply = test.confirm(&token, number(wrong(&claim)), None).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (403, "wrong-number"));
        assert_eq!(reply.json::<wire::Problem>().tries_left, Some(left));
    }
    let confirmed: Confirmed = test
        .confirm(&token, number(claim.number.as_deref().unwrap()), None)
        .await
        .ok()
        .json();
    assert_eq!(confirmed.address.as_typed(), "new@partner.test");
    assert_eq!(confirmed.claimant.address.as_typed(), "anna@example.test");
    assert_eq!(anna.addresses().await, ["anna@example.test", "new@partner.test"]);

    let (claim, token) = anna.claimed("other@partner.test").await;
    // A resend brings no new tries; nor does the page of the older link.
    test.confirm(&token, number("12345"), None).await;
    anna.claim("other@partner.test").await.ok();
    let token = test.confirmation("other@partner.test").await;
    test.confirm(&token, number(""), None).await;
    let third = test.confirm(&token, number(wrong(&claim)), None).await;
    assert_eq!((third.status.as_u16(), &*third.problem()), (410, "claim-ended"));
    let late = test
        .confirm(&token, number(claim.number.as_deref().unwrap()), None)
        .await;
    assert_eq!(late.problem(), "claim-ended");
    assert_eq!(anna.aliases().await.claims, []);
    let guessed = (ActivityKind::ClaimGuessed, Some("other@partner.test".into()));
    assert!(anna.activity().await.contains(&guessed));
    assert_eq!(anna.addresses().await.len(), 2);
}

async fn a_click_counts_in_the_claimants_session_alone(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (claim, token) = anna.claimed("new@partner.test").await;
    for session in [None, Some(&ben)] {
        let reply = test.confirm(&token, json!({ "kind": "click" }), session).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "claim-changed"));
    }
    assert_eq!(anna.addresses().await.len(), 1);
    assert_eq!(ben.addresses().await.len(), 1);
    // The number does, wherever it is typed: the address becomes the claimant's.
    let number = json!({ "kind": "number", "number": claim.number });
    test.confirm(&token, number, Some(&ben)).await.ok();
    assert_eq!(anna.addresses().await.len(), 2);
    assert_eq!(ben.addresses().await.len(), 1);
}

async fn whoever_reads_the_address_may_refuse(test: TestPortal) {
    let anna = test.professional("anna").await;
    let (_, first) = anna.claimed("new@partner.test").await;
    anna.claim("new@partner.test").await.ok();
    let second = test.confirmation("new@partner.test").await;
    // By an older mail's link, too: it was found in the same inbox.
    for _ in 0..2 {
        assert_eq!(test.refuse(&first).await.ok().status.as_u16(), 204);
    }
    test.refuse(&second).await.ok();
    let reply = test.confirm(&second, json!({ "kind": "click" }), Some(&anna)).await;
    assert_eq!(reply.problem(), "claim-ended");
    let refused = |activity: &[(ActivityKind, Option<String>)]| {
        activity
            .iter()
            .filter(|(kind, _)| *kind == ActivityKind::ClaimRefused)
            .count()
    };
    assert_eq!(refused(&anna.activity().await), 1);
    assert_eq!(anna.aliases().await.claims, []);
    anna.add("alias@partner.test").await;
    let (claim, token) = anna.claimed("gone@partner.test").await;
    anna.call(Method::DELETE, &format!("/claims/{}", claim.id), Value::Null)
        .await
        .ok();
    assert_eq!(test.refuse(&token).await.problem(), "claim-ended");
    let (_, token) = anna.claimed("kept@partner.test").await;
    test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await.ok();
    assert_eq!(test.refuse(&token).await.problem(), "claim-confirmed");
    assert_eq!(anna.addresses().await.len(), 3);
}

async fn confirming_twice_is_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let (_, token) = anna.claimed("new@partner.test").await;
    let click = json!({ "kind": "click" });
    let first = test.confirm(&token, click.clone(), Some(&anna)).await.ok();
    test.mails().await;
    let activity = anna.activity().await;
    let again = test.confirm(&token, click.clone(), Some(&anna)).await.ok();
    assert_eq!(first.json::<Confirmed>(), again.json());
    assert!(test.mails().await.is_empty());
    assert_eq!(anna.activity().await, activity);
    assert_eq!(test.inspect(&token, Some(&anna)).await.problem(), "claim-confirmed");
    // Once the address is given up, or the link's day is over, it tells nothing of its claimant any more.
    anna.post("/aliases/remove", json!({ "address": "new@partner.test" }))
        .await
        .ok();
    assert_eq!(
        test.confirm(&token, click.clone(), Some(&anna)).await.problem(),
        "claim-confirmed"
    );
    let (_, token) = anna.claimed("other@partner.test").await;
    test.confirm(&token, click.clone(), Some(&anna)).await.ok();
    test.clock.pass(24 * HOUR);
    anna.sign_in_again().await;
    assert_eq!(
        test.confirm(&token, click, Some(&anna)).await.problem(),
        "claim-confirmed"
    );
}

async fn the_first_of_two_to_confirm_wins(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, annas) = anna.claimed("new@partner.test").await;
    let (bens_claim, bens) = ben.claimed("new@partner.test").await;
    test.confirm(&bens, json!({ "kind": "click" }), Some(&ben)).await.ok();
    for by in [
        json!({ "kind": "click" }),
        json!({ "kind": "number", "number": bens_claim.number }),
    ] {
        let reply = test.confirm(&annas, by, Some(&anna)).await;
        assert_eq!((reply.status.as_u16(), &*reply.problem()), (409, "address-taken"));
    }
    // The page says what else could be done.
    let shown: ClaimShown = test.inspect(&annas, Some(&anna)).await.ok().json();
    assert_eq!((shown.outcome, shown.asks), (Outcome::MovesOrAbsorbs, Asks::Password));
    assert_eq!(anna.addresses().await.len(), 1);
    assert_eq!(anna.aliases().await.claims.len(), 1);
}

async fn two_who_confirm_at_once_are_one_who_does(test: TestPortal) {
    let mut people = Vec::new();
    for n in 0..4 {
        people.push(test.professional(&format!("person{n}")).await);
    }
    let mut tokens = Vec::new();
    for person in &people {
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        let address = "new@partner.test".parse().unwrap();
        let id = aliases::claim(&test.portal, &mut unit, person.id(), &address, false)
            .await
            .unwrap();
        let secret = aliases::issue_claim_link(&test.portal, &mut unit, id)
            .await
            .unwrap()
            .unwrap();
        unit.commit().await.unwrap();
        tokens.push(Bytes(secret.to_vec()));
    }
    // Each twice.
    let confirming = people.iter().zip(&tokens).flat_map(|pair| [pair, pair]);
    let click = async |(person, token): (&Person<'_>, &Bytes)| {
        test.confirm(token, json!({ "kind": "click" }), Some(person)).await
    };
    let replies = futures_util::future::join_all(confirming.map(click)).await;
    let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status.is_success());
    assert_eq!((won.len(), lost.len()), (2, 6));
    assert!(lost.iter().all(|reply| reply.problem() == "address-taken"));
    let mut have = 0;
    for person in &people {
        have += person.addresses().await.len() - 1;
    }
    assert_eq!(have, 1);
}

async fn a_link_that_was_never_given_out_opens_nothing(test: TestPortal) {
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("new@partner.test").await;
    let mut near = token.clone();
    near.0[31] ^= 1;
    for token in [
        Bytes(vec![]),
        Bytes(vec![0; 32]),
        near,
        Bytes([&token.0[..], &[0]].concat()),
    ] {
        let proof = json!({ "token": token, "sign_in": "0199ad0e-1f7a-7000-8000-000000000001",
            "credential_finalization": Bytes(vec![1]) });
        for reply in [
            test.inspect(&token, Some(&anna)).await,
            test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await,
            test.refuse(&token).await,
            test.post_as("/claims/prove", None, &proof).await,
        ] {
            assert_eq!((reply.status.as_u16(), &*reply.problem()), (404, "link-unknown"));
        }
    }
    // The database knows the hash alone.
    let mut db = test.portal.store.read().await.unwrap();
    for column in [
        "SELECT COUNT(*) AS n FROM claims WHERE token = $1",
        "SELECT COUNT(*) AS n FROM claim_tokens WHERE hash = $1",
    ] {
        let row = sqlx::query(column).bind(&token.0).fetch_one(&mut *db).await.unwrap();
        assert_eq!(portal::storage::RowExt::int(&row, "n").unwrap(), 0);
    }
}

async fn disabling_the_claimant_ends_its_claims(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    let (claim, token) = anna.claimed("new@partner.test").await;
    let path = format!("/admin/accounts/{}/disabled", anna.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    let number = json!({ "kind": "number", "number": claim.number });
    assert_eq!(test.inspect(&token, None).await.problem(), "claim-ended");
    assert_eq!(
        test.confirm(&token, number.clone(), None).await.problem(),
        "claim-ended"
    );
    ada.call(Method::PUT, &path, json!({ "disabled": false })).await.ok();
    assert_eq!(test.confirm(&token, number, None).await.problem(), "claim-ended");
    assert_eq!(
        test.try_sign_in("anna@example.test", PASSWORD)
            .await
            .unwrap()
            .session
            .account
            .addresses
            .len(),
        1
    );
}

async fn a_get_changes_nothing(test: TestPortal) {
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("new@partner.test").await;
    for path in [
        "/claims/inspect",
        "/claims/confirm",
        "/claims/refuse",
        "/claims/prove",
        "/aliases/promote",
        "/aliases/remove",
    ] {
        assert_eq!(anna.get(path).await.problem(), "method-not-allowed", "{path}");
    }
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let page = format!("/confirm?token={}", URL_SAFE_NO_PAD.encode(&token.0));
    let get = crate::people::request(Method::GET, &page, Some(anna.bearer()));
    test.request(get.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(anna.addresses().await.len(), 1);
    assert_eq!(anna.aliases().await.claims.len(), 1);
    let changes = anna.get("/changes?since=0").await.body;
    anna.aliases().await;
    test.inspect(&token, Some(&anna)).await.ok();
    assert_eq!(anna.get("/changes?since=0").await.body, changes);
}

async fn a_claim_shows_how_its_mail_fares(test: TestPortal) {
    let anna = test.professional("anna").await;
    let claim: Claim = anna.claim("new@partner.test").await.ok().json();
    assert_eq!(claim.mail, Notification::Waiting { attempts: 0 });
    test.relay.refuse(Refuses::Address("new@partner.test".parse().unwrap()));
    test.mails().await;
    assert_eq!(
        anna.aliases().await.claims[0].mail,
        Notification::Failed { at: NOW, refused: true }
    );
    test.relay.refuse(None);
    anna.claim("new@partner.test").await.ok();
    test.mails().await;
    assert_eq!(anna.aliases().await.claims[0].mail, Notification::Sent { at: NOW });
}

async fn what_has_ended_is_swept(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let (_, confirmed) = anna.claimed("new@partner.test").await;
    test.confirm(&confirmed, json!({ "kind": "click" }), Some(&anna))
        .await
        .ok();
    let (_, expired) = anna.claimed("other@partner.test").await;
    let day = 24 * HOUR;
    test.clock.pass(30 * day - 1);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert_eq!(test.inspect(&confirmed, None).await.problem(), "claim-confirmed");
    assert_eq!(test.inspect(&expired, None).await.problem(), "link-expired");
    test.clock.pass(day + 1);
    portal::workers::sweep(&test.portal).await.unwrap();
    for token in [&confirmed, &expired] {
        assert_eq!(test.inspect(token, None).await.problem(), "link-unknown");
    }
    anna.sign_in_again().await;
    assert_eq!(anna.aliases().await.claims, []);
    assert_eq!(anna.addresses().await.len(), 2);
    // The rows go with the mails that name them.
    test.clock.pass(91 * day);
    for _ in 0..2 {
        portal::workers::sweep(&test.portal).await.unwrap();
    }
    let mut db = test.portal.store.read().await.unwrap();
    let row = sqlx::query("SELECT COUNT(*) AS n FROM claims")
        .fetch_one(&mut *db)
        .await
        .unwrap();
    assert_eq!(portal::storage::RowExt::int(&row, "n").unwrap(), 0);
}
