//! Several who want the same at once: one has it, the others are told so, and every account is whole after.
//!
//! The requests are made before, and begin together, each in a task of its own. Where it matters who waits for whom, a
//! unit stands open until the others wait for it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::Body,
    http::{Method, Request},
};
use http_body_util::BodyExt as _;
use portal::{
    UnguardedUnit, aliases,
    ports::relay::Mail,
    storage::{Engine, Key as _, RowExt as _},
};
use serde_json::{Value, json};
use tokio::{sync::Barrier, task::JoinSet};
use tower::ServiceExt as _;
use vault::{Certificate, Vault, VaultKey, password::Registration};
use wire::{
    Bytes,
    claims::{Claim, ConfirmBy},
    ids::{DeliveryId, MessageId},
    mailbox::{Change, Changes, Delivery, Folder},
    people::Recipient,
    sessions::{Carrier, RegistrationStarted, SignedIn},
};

use crate::{
    people::{PASSWORD, Person, Reply, Writes, asked, known_portal, link, request, text, token},
    test_portal::{NOW, TestPortal},
};

/// One test a line, each on both engines, on as many threads as requests need to be at once.
macro_rules! on_both_engines_at_once {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_portal::TestPortal::sqlite().await).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_portal::TestPortal::postgres().await).await })*
        }
    };
}

on_both_engines_at_once![
    of_two_who_claim_and_confirm_an_address_at_once_one_has_it,
    of_those_who_claim_an_address_at_once_three_mail_it_within_the_hour,
    an_account_is_promoted_or_absorbed_and_never_half_of_each,
    a_claimant_promotes_and_absorbs_at_once,
    of_two_who_absorb_each_other_one_is_left,
    of_two_who_absorb_a_third_one_has_it,
    a_message_to_an_account_that_is_absorbed_meanwhile_lies_with_its_holder,
    messages_that_wait_for_an_absorb_do_not_wait_for_each_other,
    a_message_to_an_alias_that_moves_meanwhile_lies_with_one_of_both,
    a_message_to_an_alias_that_is_removed_meanwhile_arrives_or_is_refused,
    a_message_to_an_address_whose_mail_joins_meanwhile_arrives_or_is_refused,
    an_alias_is_removed_while_who_claims_it_asks_for_another_mail,
    an_alias_is_removed_or_promoted_and_never_both,
    an_alias_is_removed_or_moved_and_never_both,
    a_click_counts_before_a_removal_for_nothing_and_after_it_for_all,
    a_link_confirms_or_is_replaced_and_never_both,
    an_invitation_is_accepted_or_its_mail_joins_and_never_both,
    an_address_is_never_invited_and_had_at_once,
    no_session_of_an_absorbed_account_begins,
    no_session_from_before_a_promotion_lives,
    no_key_is_lost_between_a_write_of_the_vault_and_an_absorb,
    a_certificate_names_the_addresses_of_one_moment,
    an_alarm_stops_whoever_holds_the_account,
    an_expired_link_is_renewed_three_times_an_hour_however_many_ask_at_once,
];

const ROUNDS: usize = 8;

const HOUR: i64 = 3_600_000;

pub fn ask(method: Method, path: &str, by: Option<&Person<'_>>, body: &Value) -> Request<Body> {
    let bearer = by.map(|by| by.bearer());
    asked(method, &format!("/api/v1{path}"), bearer, body)
}

fn post(path: &str, by: Option<&Person<'_>>, body: &Value) -> Request<Body> {
    ask(Method::POST, path, by, body)
}

fn confirms(token: &Bytes, by: &Value, session: Option<&Person<'_>>) -> Request<Body> {
    post("/claims/confirm", session, &json!({ "token": token, "by": by }))
}

fn promotes(person: &Person<'_>, address: &str) -> Request<Body> {
    let body = json!({ "address": address, "tell_correspondents": true });
    post("/aliases/promote", Some(person), &body)
}

fn removes(person: &Person<'_>, address: &str) -> Request<Body> {
    post("/aliases/remove", Some(person), &json!({ "address": address }))
}

/// A message, sealed now and sent whenever the request is made.
pub async fn sends(person: &mut Person<'_>, to: &[&str]) -> (MessageId, Request<Body>) {
    let writes = Writes::to(to);
    let recipients: Vec<Recipient> = person.prepare(&writes).await.ok().json();
    let message = person.seal(&writes, &recipients);
    let sending = request(Method::POST, "/api/v1/messages", Some(person.bearer()))
        .header("idempotency-key", message.id.to_string())
        .body(Body::from(serde_json::to_vec(&message).unwrap()))
        .unwrap();
    (message.id, sending)
}

/// Requests that begin together.
struct Running {
    tasks: JoinSet<(usize, Reply)>,
    count: usize,
    finished: Arc<AtomicUsize>,
}

impl Running {
    fn start(test: &TestPortal, requests: Vec<Request<Body>>) -> Self {
        let (count, finished) = (requests.len(), Arc::new(AtomicUsize::new(0)));
        let (mut tasks, barrier) = (JoinSet::new(), Arc::new(Barrier::new(count)));
        for (n, request) in requests.into_iter().enumerate() {
            let (router, barrier, finished) = (test.router.clone(), barrier.clone(), finished.clone());
            tasks.spawn(async move {
                barrier.wait().await;
                let (parts, body) = router.oneshot(request).await.unwrap().into_parts();
                let body = body.collect().await.unwrap().to_bytes().to_vec();
                finished.fetch_add(1, Ordering::SeqCst);
                let (status, headers) = (parts.status, parts.headers);
                (n, Reply { status, headers, body })
            });
        }
        Self { tasks, count, finished }
    }

    /// Until each has its answer or waits for a lock. (SQLite has one writer: they wait at its door, unseen.)
    async fn wait(&self, test: &TestPortal) {
        if test.portal.store.engine() == Engine::Sqlite {
            return;
        }
        let mut db = test.portal.store.read().await.unwrap();
        let waiting = "SELECT COUNT(*) AS n FROM pg_stat_activity \
                       WHERE datname = current_database() AND wait_event_type = 'Lock'";
        loop {
            let row = sqlx::query(waiting).fetch_one(&mut *db).await.unwrap();
            let waiting = usize::try_from(row.int("n").unwrap()).unwrap();
            if waiting + self.finished.load(Ordering::SeqCst) >= self.count {
                return;
            }
        }
    }

    /// The answers in the order of the requests. None is the portal's fault.
    async fn replies(self) -> Vec<Reply> {
        let mut replies = self.tasks.join_all().await;
        replies.sort_by_key(|(n, _)| *n);
        for (n, reply) in &replies {
            assert!(reply.status.as_u16() < 500, "{n}: {reply:?}");
        }
        replies.into_iter().map(|(_, reply)| reply).collect()
    }
}

/// All at once; whoever is listed first has no advantage in every round.
async fn at_once<const N: usize>(test: &TestPortal, round: usize, requests: [Request<Body>; N]) -> [Reply; N] {
    let mut requests = Vec::from(requests);
    requests.rotate_left(round % N);
    let mut replies = Running::start(test, requests).replies().await;
    replies.rotate_right(round % N);
    replies.try_into().unwrap()
}

/// All begin while the unit stands, and it is committed once they wait for it.
async fn behind<const N: usize>(test: &TestPortal, unit: UnguardedUnit, requests: [Request<Body>; N]) -> [Reply; N] {
    let running = Running::start(test, Vec::from(requests));
    running.wait(test).await;
    unit.commit().await.unwrap();
    running.replies().await.try_into().unwrap()
}

/// Sees that one was done and the other was refused, as one of these problems. Which one was done.
#[track_caller]
fn one_of(replies: &[Reply; 2], problems: [&[&str]; 2]) -> usize {
    let done: Vec<_> = replies.iter().map(|reply| reply.status.is_success()).collect();
    assert_eq!(done.iter().filter(|done| **done).count(), 1, "{replies:?}");
    let lost = usize::from(done[0]);
    let problem = replies[lost].problem();
    assert!(problems[lost].contains(&&*problem), "{problem}");
    1 - lost
}

/// Sees that every account is whole, and that nothing of one that was absorbed is left.
async fn whole(test: &TestPortal) {
    let mut db = test.portal.store.read().await.unwrap();
    for broken in [
        "SELECT a.id FROM accounts a WHERE a.state = 'active' \
         AND (SELECT COUNT(*) FROM addresses d WHERE d.account = a.id AND d.master = 1) <> 1",
        "SELECT a.id FROM accounts a WHERE a.state = 'active' AND (a.password IS NULL \
         OR NOT EXISTS (SELECT 1 FROM vaults v WHERE v.account = a.id) \
         OR NOT EXISTS (SELECT 1 FROM mailboxes m WHERE m.account = a.id))",
        "SELECT a.id FROM accounts a JOIN accounts h ON h.id = a.absorbed_into \
         WHERE h.absorbed_into IS NOT NULL OR h.state <> 'active' OR a.state <> 'disabled'",
        "SELECT d.account FROM addresses d JOIN invitations i ON i.canonical = d.canonical",
        "SELECT i.account FROM invitations i JOIN accounts a ON a.id = i.account WHERE a.state <> 'invited'",
        "SELECT a.id FROM accounts a WHERE a.state = 'invited' AND (\
         (SELECT COUNT(*) FROM invitations i WHERE i.account = a.id) <> 1 \
         OR (SELECT COUNT(*) FROM waiting_keys k WHERE k.account = a.id) <> 1)",
        "SELECT k.account FROM waiting_keys k JOIN accounts a ON a.id = k.account WHERE a.state <> 'invited'",
        "SELECT a.id FROM accounts a WHERE a.absorbed_into IS NOT NULL AND (a.administrator = 1 \
         OR EXISTS (SELECT 1 FROM addresses d WHERE d.account = a.id) \
         OR EXISTS (SELECT 1 FROM mailboxes m WHERE m.account = a.id) \
         OR EXISTS (SELECT 1 FROM sessions s WHERE s.account = a.id) \
         OR EXISTS (SELECT 1 FROM parcels p WHERE p.account = a.id) \
         OR EXISTS (SELECT 1 FROM claims c WHERE c.account = a.id AND c.ended IS NULL))",
        "SELECT c.id FROM claims c JOIN addresses d ON d.canonical = c.canonical AND d.account = c.account \
         WHERE c.ended IS NULL",
    ] {
        let rows = sqlx::query(broken).fetch_all(&mut *db).await.unwrap();
        assert!(rows.is_empty(), "{broken}");
    }
}

/// Somebody new, whose id is greater than that of everybody before.
async fn somebody<'a>(test: &'a TestPortal, name: &str, round: usize) -> Person<'a> {
    test.clock.pass(1);
    test.professional(&format!("{name}{round}")).await
}

/// Somebody who claims another's alias, the claim and its link.
async fn wanted_alias(test: &TestPortal, round: usize) -> (Person<'_>, Person<'_>, String, Claim, Bytes) {
    let (anna, ben) = (somebody(test, "anna", round).await, somebody(test, "ben", round).await);
    let alias = format!("alias{round}@example.test");
    ben.add(&alias).await;
    let (claim, token) = anna.claimed(&alias).await;
    (anna, ben, alias, claim, token)
}

/// A claim on an address of somebody's, with the proof of their password and all that absorbing them takes.
async fn absorbs(claimant: &Person<'_>, of: &Person<'_>) -> (Bytes, Value) {
    let (_, token) = claimant.claimed(of.address.as_typed()).await;
    let mut other = claimant
        .test
        .prove(&token, of.address.as_typed(), PASSWORD)
        .await
        .unwrap();
    (token, other.absorb())
}

/// The link that a claimant was mailed.
fn mailed_for(mails: &[Mail], claimant: &Person<'_>) -> Bytes {
    let name = claimant.signed_in.session.account.name.clone();
    let of = mails.iter().find(|mail| text(mail).contains(&name)).unwrap();
    token(&link(of))
}

async fn of_two_who_claim_and_confirm_an_address_at_once_one_has_it(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let (anna, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let address = format!("wanted{round}@partner.test");
        // Now one that nobody has, now one that mail waits for.
        if round % 2 == 1 {
            sam.send(&Writes::to(&[&address])).await;
        }
        test.mails().await;
        let claims = [&anna, &ben].map(|person| post("/claims", Some(person), &json!({ "address": address })));
        let [_, bens_claim] = at_once(&test, round, claims)
            .await
            .map(|reply| reply.ok().json::<Claim>());
        let mails = test.mails().await;
        let [annas, bens] = [&anna, &ben].map(|person| mailed_for(&mails, person));
        let number = json!({ "kind": "number", "number": bens_claim.number });
        let requests = [
            confirms(&annas, &json!({ "kind": "click" }), Some(&anna)),
            confirms(&bens, &number, None),
        ];
        let replies = at_once(&test, round, requests).await;
        let won = one_of(&replies, [&["address-taken", "claim-changed"]; 2]);
        whole(&test).await;
        let (winner, loser) = if won == 0 { (&anna, &ben) } else { (&ben, &anna) };
        assert_eq!(winner.addresses().await, [winner.address.to_string(), address]);
        assert_eq!(loser.addresses().await, [loser.address.to_string()]);
        assert_eq!(
            (winner.aliases().await.claims.len(), loser.aliases().await.claims.len()),
            (0, 1)
        );
    }
}

async fn of_those_who_claim_an_address_at_once_three_mail_it_within_the_hour(test: TestPortal) {
    let mut people = Vec::new();
    for name in ["anna", "ben", "carl", "dora", "emil"] {
        people.push(test.professional(name).await);
    }
    for round in 0..ROUNDS {
        let address = format!("wanted{round}@partner.test");
        let claims = [0, 1, 2, 3, 4].map(|n| post("/claims", Some(&people[n]), &json!({ "address": address })));
        let claims = at_once(&test, round, claims)
            .await
            .map(|reply| reply.ok().json::<Claim>());
        assert_eq!(test.mails().await.len(), 3);
        test.clock.pass(HOUR);
        assert_eq!(test.mails().await.len(), 2);
        for (person, claim) in people.iter_mut().zip(claims) {
            let path = format!("/claims/{}", claim.id);
            person.call(Method::DELETE, &path, Value::Null).await.ok();
            person.sign_in_again().await;
        }
    }
}

async fn an_account_is_promoted_or_absorbed_and_never_half_of_each(test: TestPortal) {
    for round in 0..ROUNDS {
        // By either order of their ids.
        let (anna, ben) = match round % 2 {
            0 => (
                somebody(&test, "anna", round).await,
                somebody(&test, "ben", round).await,
            ),
            _ => {
                let ben = somebody(&test, "ben", round).await;
                (somebody(&test, "anna", round).await, ben)
            }
        };
        let alias = format!("alias{round}@example.test");
        ben.add(&alias).await;
        let (token, by) = absorbs(&anna, &ben).await;
        let requests = [confirms(&token, &by, Some(&anna)), promotes(&ben, &alias)];
        let replies = at_once(&test, round, requests).await;
        let done = one_of(&replies, [&["password-needed", "claim-changed"], &["signed-out"]]);
        whole(&test).await;
        let bens = [ben.address.to_string(), alias];
        if done == 0 {
            assert_eq!(anna.addresses().await.len(), 3);
            assert_eq!(ben.get("/session").await.problem(), "signed-out");
        } else {
            assert_eq!(anna.addresses().await, [anna.address.to_string()]);
            assert_eq!(ben.addresses().await, [bens[1].clone(), bens[0].clone()]);
        }
    }
}

async fn a_claimant_promotes_and_absorbs_at_once(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let alias = format!("alias{round}@example.test");
        anna.add(&alias).await;
        let (token, by) = absorbs(&anna, &ben).await;
        let requests = [confirms(&token, &by, None), promotes(&anna, &alias)];
        for reply in at_once(&test, round, requests).await {
            reply.ok();
        }
        whole(&test).await;
        let addresses = anna.addresses().await;
        assert_eq!((addresses.len(), &addresses[0]), (3, &alias));
    }
}

async fn of_two_who_absorb_each_other_one_is_left(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let (mut anna, mut ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let both = [anna.address.to_string(), ben.address.to_string()];
        sam.send(&Writes::to(&[&both[0], &both[1]])).await;
        let (annas, by_anna) = absorbs(&anna, &ben).await;
        let (bens, by_ben) = absorbs(&ben, &anna).await;
        let requests = [
            confirms(&annas, &by_anna, Some(&anna)),
            confirms(&bens, &by_ben, Some(&ben)),
        ];
        let replies = at_once(&test, round, requests).await;
        let won = one_of(
            &replies,
            [&["claim-ended", "claim-changed", "password-needed", "signed-out"]; 2],
        );
        whole(&test).await;
        let left = if won == 0 { &mut anna } else { &mut ben };
        left.take_parcels_in().await;
        assert_eq!(left.readable().await.len(), 2);
        assert_eq!(left.addresses().await.len(), 2);
    }
}

async fn of_two_who_absorb_a_third_one_has_it(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, dora, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "dora", round).await,
            somebody(&test, "ben", round).await,
        );
        let (annas, by_anna) = absorbs(&anna, &dora).await;
        let (bens, by_ben) = absorbs(&ben, &dora).await;
        let requests = [
            confirms(&annas, &by_anna, Some(&anna)),
            confirms(&bens, &by_ben, Some(&ben)),
        ];
        let replies = at_once(&test, round, requests).await;
        let won = one_of(&replies, [&["claim-changed", "password-needed"]; 2]);
        whole(&test).await;
        let (winner, loser) = if won == 0 { (&anna, &ben) } else { (&ben, &anna) };
        assert_eq!(winner.addresses().await.len(), 2);
        assert_eq!(loser.addresses().await.len(), 1);
        let parcels: Vec<Value> = winner.get("/parcels").await.ok().json();
        assert_eq!(parcels.len(), 1);
    }
}

/// The deliveries of a message into Inboxes.
async fn arrived(test: &TestPortal, message: MessageId) -> Vec<DeliveryId> {
    let mut db = test.portal.store.read().await.unwrap();
    let rows = sqlx::query("SELECT id FROM deliveries WHERE message = $1 AND folder = 'inbox'")
        .bind(message.key())
        .fetch_all(&mut *db)
        .await
        .unwrap();
    rows.iter().map(|row| row.key("id").unwrap()).collect()
}

/// Whether a delivery lies in somebody's Inbox.
async fn lies_with(person: &Person<'_>, id: DeliveryId) -> bool {
    let inbox: Vec<Delivery> = person.list(Folder::Inbox).await;
    inbox.iter().any(|one| one.id == id)
}

/// Whether the feed of the account of old tells of a delivery: the message came before the absorb.
async fn was_told_before(test: &TestPortal, absorbed: &Person<'_>, id: DeliveryId) -> bool {
    let mut db = test.portal.store.read().await.unwrap();
    let changes = sqlx::query("SELECT change FROM changes WHERE account = $1").bind(absorbed.id().key());
    let rows = changes.fetch_all(&mut *db).await.unwrap();
    rows.iter()
        .any(|row| row.json::<Change>("change").unwrap() == Change::Delivery { id })
}

/// Whether a delivery lies in somebody's Inbox; if so, their change feed tells of it.
async fn has(person: &Person<'_>, id: DeliveryId) -> bool {
    let feed: Changes = person.get("/changes?since=0").await.ok().json();
    let lies = lies_with(person, id).await;
    assert!(!lies || feed.changes.contains(&Change::Delivery { id }));
    lies
}

async fn a_message_to_an_account_that_is_absorbed_meanwhile_lies_with_its_holder(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let (mut anna, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let (token, by) = absorbs(&anna, &ben).await;
        let mut messages = Vec::new();
        for _ in 0..3 {
            messages.push(sends(&mut sam, &[ben.address.as_typed()]).await);
        }
        let (ids, sending): (Vec<_>, Vec<_>) = messages.into_iter().unzip();
        let [one, two, three] = <[_; 3]>::try_from(sending).unwrap();
        let [absorbed, sent @ ..] = at_once(&test, round, [confirms(&token, &by, Some(&anna)), one, two, three]).await;
        absorbed.ok();
        whole(&test).await;
        anna.take_parcels_in().await;
        let mut opened = 0;
        for (id, reply) in ids.iter().zip(&sent) {
            let arrived = arrived(&test, *id).await;
            match reply.status.is_success() {
                true => {
                    assert_eq!(arrived.len(), 1);
                    assert!(lies_with(&anna, arrived[0]).await);
                    // Her feed tells of it, or of the mailbox that it came with.
                    let feed: Changes = anna.get("/changes?since=0").await.ok().json();
                    let told = match was_told_before(&test, &ben, arrived[0]).await {
                        true => Change::Mailboxes,
                        false => Change::Delivery { id: arrived[0] },
                    };
                    assert!(feed.changes.contains(&told), "{told:?}");
                    opened += 1;
                }
                false => assert_eq!((reply.problem().as_str(), arrived.len()), ("recipients-changed", 0)),
            }
        }
        assert_eq!(anna.readable().await.len(), opened);
    }
}

/// Who counts up the feed of an account that was absorbed while it waited counts up the holder's then, which others may
/// hold who wait for what it holds itself.
async fn messages_that_wait_for_an_absorb_do_not_wait_for_each_other(test: TestPortal) {
    for round in 0..ROUNDS {
        // Feeds are counted up in the order of their accounts: the holder's first, the absorbed one's last.
        let mut anna = somebody(&test, "anna", round).await;
        let mut sam = somebody(&test, "sam", round).await;
        let mut ben = somebody(&test, "ben", round).await;
        let (token, by) = absorbs(&anna, &ben).await;
        let (to_ben, sams) = sends(&mut sam, &[ben.address.as_typed()]).await;
        let (to_sam, annas) = sends(&mut anna, &[sam.address.as_typed()]).await;
        let (from_ben, bens) = sends(&mut ben, &[sam.address.as_typed()]).await;
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        let by: ConfirmBy = serde_json::from_value(by).unwrap();
        aliases::confirm(&test.portal, &mut unit, token.as_ref(), Some(anna.id()), by)
            .await
            .unwrap();
        let [first, second, third] = behind(&test, unit, [sams, annas, bens]).await;
        whole(&test).await;
        let waited = test.portal.store.engine() == Engine::Postgres;
        // On SQLite they come after the absorb, and are told so.
        assert_eq!(first.status.is_success(), waited, "{first:?}");
        second.ok();
        // Whose session ended with the account sends nothing more.
        let problem = third.problem();
        assert!(["signed-out", "sender-changed"].contains(&&*problem), "{problem}");
        for delivery in arrived(&test, to_ben).await {
            assert!(has(&anna, delivery).await);
        }
        for delivery in arrived(&test, to_sam).await {
            assert!(has(&sam, delivery).await);
        }
        assert!(arrived(&test, from_ben).await.is_empty());
    }
}

async fn a_message_to_an_alias_that_moves_meanwhile_lies_with_one_of_both(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let (anna, ben, alias, _, token) = wanted_alias(&test, round).await;
        let mut other = test.prove(&token, &alias, PASSWORD).await.unwrap();
        let (message, sending) = sends(&mut sam, &[&alias]).await;
        let requests = [confirms(&token, &other.move_over(&alias), None), sending];
        let [moved, sent] = at_once(&test, round, requests).await;
        moved.ok();
        whole(&test).await;
        let arrived = arrived(&test, message).await;
        if sent.status.is_success() {
            assert_eq!(arrived.len(), 1);
            assert!(has(&ben, arrived[0]).await, "it was sealed to ben");
            assert!(!has(&anna, arrived[0]).await);
        } else {
            assert_eq!((sent.problem().as_str(), arrived.len()), ("recipients-changed", 0));
        }
    }
}

async fn a_message_to_an_alias_that_is_removed_meanwhile_arrives_or_is_refused(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let ben = somebody(&test, "ben", round).await;
        let alias = format!("alias{round}@example.test");
        ben.add(&alias).await;
        let (message, sending) = sends(&mut sam, &[&alias]).await;
        let [removed, sent] = at_once(&test, round, [removes(&ben, &alias), sending]).await;
        removed.ok();
        whole(&test).await;
        let arrived = arrived(&test, message).await;
        if sent.status.is_success() {
            assert_eq!(arrived.len(), 1);
            assert!(has(&ben, arrived[0]).await);
        } else {
            assert_eq!((sent.problem().as_str(), arrived.len()), ("recipients-changed", 0));
        }
    }
}

async fn a_message_to_an_address_whose_mail_joins_meanwhile_arrives_or_is_refused(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let mut anna = somebody(&test, "anna", round).await;
        let address = format!("wanted{round}@partner.test");
        sam.send(&Writes::to(&[&address])).await;
        let (_, token) = anna.claimed(&address).await;
        let (message, sending) = sends(&mut sam, &[&address]).await;
        let click = confirms(&token, &json!({ "kind": "click" }), Some(&anna));
        let [joined, sent] = at_once(&test, round, [click, sending]).await;
        joined.ok();
        whole(&test).await;
        let arrived = arrived(&test, message).await;
        match sent.status.is_success() {
            true => assert!(lies_with(&anna, arrived[0]).await),
            false => assert_eq!((&*sent.problem(), arrived.len()), ("recipients-changed", 0)),
        }
        anna.take_parcels_in().await;
        assert_eq!(anna.readable().await.len(), 1 + arrived.len());
    }
}

async fn an_alias_is_removed_while_who_claims_it_asks_for_another_mail(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben, alias, claim, earlier) = wanted_alias(&test, round).await;
        let resend = post(&format!("/claims/{}/mail", claim.id), Some(&anna), &Value::Null);
        let replies = at_once(&test, round, [removes(&ben, &alias), resend]).await;
        assert!(replies.iter().all(|reply| reply.status.is_success()), "{replies:?}");
        whole(&test).await;
        let newest = mailed_for(&test.mails().await, &anna);
        assert_eq!(test.inspect(&earlier, None).await.problem(), "link-replaced");
        // Nobody has it by now, whichever came first.
        let click = json!({ "kind": "click" });
        test.confirm(&newest, click, Some(&anna)).await.ok();
        assert_eq!(anna.addresses().await, [anna.address.to_string(), alias]);
        assert_eq!(ben.addresses().await, [ben.address.to_string()]);
    }
}

async fn an_alias_is_removed_or_promoted_and_never_both(test: TestPortal) {
    for round in 0..ROUNDS {
        let anna = somebody(&test, "anna", round).await;
        let alias = format!("alias{round}@example.test");
        anna.add(&alias).await;
        let replies = at_once(&test, round, [removes(&anna, &alias), promotes(&anna, &alias)]).await;
        let done = one_of(&replies, [&["master-stays"], &["not-found"]]);
        whole(&test).await;
        let addresses = anna.addresses().await;
        match done {
            0 => assert_eq!(addresses, [anna.address.to_string()]),
            _ => assert_eq!(addresses, [alias, anna.address.to_string()]),
        }
    }
}

async fn an_alias_is_removed_or_moved_and_never_both(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben, alias, _, token) = wanted_alias(&test, round).await;
        let mut other = test.prove(&token, &alias, PASSWORD).await.unwrap();
        let requests = [removes(&ben, &alias), confirms(&token, &other.move_over(&alias), None)];
        let replies = at_once(&test, round, requests).await;
        let done = one_of(&replies, [&["not-found"], &["claim-changed"]]);
        whole(&test).await;
        assert_eq!(ben.addresses().await.len(), 1);
        assert_eq!(anna.addresses().await.len(), 1 + done);
    }
}

async fn a_click_counts_before_a_removal_for_nothing_and_after_it_for_all(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben, alias, _, token) = wanted_alias(&test, round).await;
        let click = confirms(&token, &json!({ "kind": "click" }), Some(&anna));
        let [removed, confirmed] = at_once(&test, round, [removes(&ben, &alias), click]).await;
        removed.ok();
        whole(&test).await;
        assert_eq!(ben.addresses().await.len(), 1);
        let joined = confirmed.status.is_success();
        if !joined {
            let problem = confirmed.problem();
            assert!(["address-taken", "claim-changed"].contains(&&*problem), "{problem}");
        }
        assert_eq!(anna.addresses().await.len(), 1 + usize::from(joined));
    }
}

async fn a_link_confirms_or_is_replaced_and_never_both(test: TestPortal) {
    for round in 0..ROUNDS {
        let anna = somebody(&test, "anna", round).await;
        let address = format!("wanted{round}@partner.test");
        let (claim, token) = anna.claimed(&address).await;
        let requests = [
            confirms(&token, &json!({ "kind": "click" }), Some(&anna)),
            post(&format!("/claims/{}/mail", claim.id), Some(&anna), &Value::Null),
        ];
        let replies = at_once(&test, round, requests).await;
        let done = one_of(&replies, [&["link-replaced"], &["claim-confirmed"]]);
        whole(&test).await;
        assert_eq!(anna.addresses().await.len(), 2 - done);
        assert_eq!(anna.aliases().await.claims.len(), done);
    }
}

/// All of a registration but its last request, which is given.
async fn registers(test: &TestPortal, address: &str, token: &Bytes) -> Request<Body> {
    use rand::SeedableRng as _;
    let mut rng = rand_chacha::ChaCha20Rng::from_seed(wire::Sha256::of(address.as_bytes()).0);
    let (registration, start) = Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut rng).unwrap();
    let body = json!({ "token": token, "registration_request": Bytes(start) });
    let started: RegistrationStarted = test.post("/api/v1/registrations/start", body).await.ok().json();
    let (response, setup) = (started.registration_response, started.setup);
    let finished = registration.finish(response.as_ref(), &setup, &known_portal(), &mut rng);
    let (upload, export_key) = finished.unwrap();
    let mut vault = Vault::create(started.account, &address.parse().unwrap(), NOW, &mut rng).unwrap();
    let slot = vault.make_slot(wire::sessions::SlotKind::Password, NOW, &mut rng);
    let key = VaultKey::generate(&mut rng);
    let body = json!({
        "token": token,
        "name": "new",
        "registration_upload": Bytes(upload),
        "password_setup": setup.number,
        "certificate": Bytes(vault.certificate().to_bytes()),
        "vault": {
            "sealed": Bytes(vault.lock(&key, &mut rng).unwrap()),
            "slot": slot,
            "password_slot": Bytes(key.wrap_for_password(&export_key, &mut rng).unwrap()),
        },
        "carrier": Carrier::Bearer,
    });
    post("/registrations", None, &body)
}

async fn an_invitation_is_accepted_or_its_mail_joins_and_never_both(test: TestPortal) {
    let mut sam = test.professional("sam").await;
    for round in 0..ROUNDS {
        let mut anna = somebody(&test, "anna", round).await;
        let address = format!("wanted{round}@partner.test");
        sam.send(&Writes::to(&[&address])).await;
        let mails = test.mails().await;
        let invitation = mails.iter().find(|mail| mail.to.as_typed() == address).unwrap();
        let register = registers(&test, &address, &token(&link(invitation))).await;
        let (_, token) = anna.claimed(&address).await;
        let click = confirms(&token, &json!({ "kind": "click" }), Some(&anna));
        let replies = at_once(&test, round, [register, click]).await;
        let problems = [&["invitation-used"][..], &["address-taken", "claim-changed"]];
        let done = one_of(&replies, problems);
        whole(&test).await;
        anna.take_parcels_in().await;
        assert_eq!(anna.readable().await.len(), done);
        let had = test.try_sign_in(&address, PASSWORD).await.unwrap();
        assert_eq!(had.session.account.id == anna.id(), done == 1);
    }
}

async fn an_address_is_never_invited_and_had_at_once(test: TestPortal) {
    let sam = test.professional("sam").await;
    let tom = test.professional("tom").await;
    for round in 0..ROUNDS {
        let anna = somebody(&test, "anna", round).await;
        let (wanted, other) = (
            format!("wanted{round}@partner.test"),
            format!("other{round}@partner.test"),
        );
        let (_, token) = anna.claimed(&wanted).await;
        let invites =
            |by: &Person<'_>, addresses: [&str; 2]| post("/recipients", Some(by), &json!({ "addresses": addresses }));
        let requests = [
            confirms(&token, &json!({ "kind": "click" }), Some(&anna)),
            invites(&sam, [&wanted, &other]),
            invites(&tom, [&other, &wanted]),
        ];
        let [confirmed, sams, toms] = at_once(&test, round, requests).await;
        confirmed.ok();
        whole(&test).await;
        assert_eq!(anna.addresses().await, [anna.address.to_string(), wanted.clone()]);
        // One account each, whoever asks.
        let others: Vec<Recipient> = [sams, toms]
            .map(|reply| reply.ok().json::<Vec<Recipient>>())
            .concat()
            .into_iter()
            .filter(|one| one.address.as_typed() == other)
            .collect();
        assert_eq!((others.len(), others[0].account), (2, others[1].account));
        let found: Vec<Recipient> = sam.prepare(&Writes::to(&[&wanted])).await.ok().json();
        assert_eq!(found[0].account, anna.id());
    }
}

/// The last request of a sign-in.
async fn signs_in(test: &TestPortal, address: &str) -> Request<Body> {
    let (mut body, _) = test.half_sign_in(address, PASSWORD).await;
    body["carrier"] = json!("bearer");
    post("/sessions", None, &body)
}

async fn no_session_of_an_absorbed_account_begins(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let (token, by) = absorbs(&anna, &ben).await;
        let sign_in = signs_in(&test, ben.address.as_typed()).await;
        let [absorbed, began] = at_once(&test, round, [confirms(&token, &by, None), sign_in]).await;
        absorbed.ok();
        whole(&test).await;
        if began.status.is_success() {
            let bearer = began.json::<SignedIn>().bearer.unwrap();
            let get = request(Method::GET, "/api/v1/session", Some(&bearer));
            let reply = test.request(get.body(Body::empty()).unwrap()).await;
            assert_eq!(reply.problem(), "signed-out");
        } else {
            assert_eq!(began.problem(), "wrong-credentials");
        }
    }
}

async fn no_session_from_before_a_promotion_lives(test: TestPortal) {
    for round in 0..ROUNDS {
        let anna = somebody(&test, "anna", round).await;
        let alias = format!("alias{round}@example.test");
        anna.add(&alias).await;
        let sign_in = signs_in(&test, anna.address.as_typed()).await;
        let [promoted, began] = at_once(&test, round, [promotes(&anna, &alias), sign_in]).await;
        promoted.ok();
        whole(&test).await;
        if !began.status.is_success() {
            assert_eq!(began.problem(), "wrong-credentials");
        }
        // The one that promoted, whichever was the first.
        let mut db = test.portal.store.read().await.unwrap();
        let sessions = sqlx::query("SELECT COUNT(*) AS n FROM sessions WHERE account = $1").bind(anna.id().key());
        assert_eq!(sessions.fetch_one(&mut *db).await.unwrap().int("n").unwrap(), 1);
        drop(db);
        anna.get("/session").await.ok();
    }
}

async fn no_key_is_lost_between_a_write_of_the_vault_and_an_absorb(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, mut ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        let (token, by) = absorbs(&anna, &ben).await;
        let sealed = ben.seal_vault();
        let write = ben.writes_vault(sealed);
        let replies = at_once(&test, round, [confirms(&token, &by, None), write]).await;
        one_of(&replies, [&["version-conflict"], &["signed-out"]]);
        whole(&test).await;
    }
}

async fn a_certificate_names_the_addresses_of_one_moment(test: TestPortal) {
    for round in 0..ROUNDS {
        let mut anna = somebody(&test, "anna", round).await;
        let alias = format!("alias{round}@example.test");
        anna.add(&alias).await;
        anna.certify().await;
        let elsewhere = test.try_sign_in(&alias, PASSWORD).await.unwrap().bearer.unwrap();
        let named = [anna.address.clone(), alias.parse().unwrap()];
        // Another one that says the same.
        let certificate = anna.vault.certify(&named, NOW + 1000, &mut anna.rng).unwrap();
        let put = |bearer: &str| {
            let body = json!({ "certificate": Bytes(certificate.to_bytes()) });
            let put = request(Method::PUT, "/api/v1/certificate", Some(bearer));
            put.body(Body::from(body.to_string())).unwrap()
        };
        let before = anna.account().await.certificate;
        let changes = match round % 2 {
            0 => removes(&anna, &alias),
            _ => promotes(&anna, &alias),
        };
        let requests = [changes, put(anna.bearer()), put(&elsewhere)];
        let [changed, own, others] = at_once(&test, round, requests).await;
        changed.ok();
        whole(&test).await;
        for reply in [&own, &others] {
            if !reply.status.is_success() {
                let problem = reply.problem();
                assert!(["unacceptable", "signed-out"].contains(&&*problem), "{problem}");
            }
        }
        // What came too late names what is no longer so, and is not taken.
        let stored = anna.account().await.certificate;
        let taken = own.status.is_success() || others.status.is_success();
        assert_eq!(stored.as_ref() == certificate.to_bytes(), taken);
        assert_eq!(stored == before, !taken);
        anna.certify().await;
        let stored = Certificate::parse(anna.account().await.certificate.as_ref()).unwrap();
        assert_eq!(
            stored.user_ids().map(str::to_owned).collect::<Vec<_>>(),
            anna.addresses().await
        );
    }
}

async fn an_alarm_stops_whoever_holds_the_account(test: TestPortal) {
    for round in 0..ROUNDS {
        let (anna, ben) = (
            somebody(&test, "anna", round).await,
            somebody(&test, "ben", round).await,
        );
        ben.add(&format!("alias{round}@example.test")).await;
        let mails = test.mails().await;
        let notice = mails.iter().find(|mail| mail.to == ben.address).unwrap();
        let alarm = post("/alarms", None, &json!({ "token": token(&link(notice)) }));
        // The claim and the password came after: what the alarm is about is older.
        let (token, by) = absorbs(&anna, &ben).await;
        let mut requests = [confirms(&token, &by, Some(&anna)), alarm];
        if round % 2 == 1 {
            requests.swap(0, 1);
        }
        let mut replies = at_once(&test, 0, requests).await;
        if round % 2 == 1 {
            replies.swap(0, 1);
        }
        let [absorbed, raised] = replies;
        raised.ok();
        whole(&test).await;
        assert_eq!(ben.get("/session").await.problem(), "signed-out");
        let annas = anna.get("/session").await;
        match absorbed.status.is_success() {
            true => assert_eq!(annas.problem(), "signed-out"),
            false => {
                assert_eq!(absorbed.problem(), "password-needed");
                annas.ok();
            }
        }
    }
}

async fn an_expired_link_is_renewed_three_times_an_hour_however_many_ask_at_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    for round in 0..ROUNDS {
        let address = format!("waits{round}@partner.test");
        anna.send(&Writes::to(&[&address])).await;
        let expired = token(&link(&test.mails().await[0]));
        test.clock.pass(test.portal.settings.invitation_lifetime);
        let renew = || post("/invitations/renew", None, &json!({ "token": expired }));
        let replies = at_once(&test, round, [(); 6].map(|()| renew())).await;
        let (renewed, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status.is_success());
        assert_eq!(renewed.len(), 3);
        for reply in refused {
            assert_eq!(reply.problem(), "too-many-requests");
        }
        assert_eq!(test.mails().await.len(), 3);
        anna.signed_in = test.try_sign_in(anna.address.as_typed(), PASSWORD).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_takes_no_more_invitations_than_a_day_allows() {
    no_more_invitations_than_a_day_allows(TestPortal::sqlite_with(|settings| settings.invitations_a_day = 2).await)
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_takes_no_more_invitations_than_a_day_allows() {
    no_more_invitations_than_a_day_allows(TestPortal::postgres_with(|settings| settings.invitations_a_day = 2).await)
        .await;
}

async fn no_more_invitations_than_a_day_allows(test: TestPortal) {
    for round in 0..ROUNDS {
        let anna = somebody(&test, "anna", round).await;
        let asks = |n: usize| {
            let address = format!("round{round}n{n}@partner.test");
            post("/recipients", Some(&anna), &json!({ "addresses": [address] }))
        };
        let replies = at_once(&test, round, [asks(0), asks(1), asks(2), asks(3)]).await;
        let (invited, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status.is_success());
        assert_eq!(invited.len(), 2);
        for reply in refused {
            assert_eq!(reply.problem(), "too-many-requests");
        }
    }
}
