//! Activations and hand-overs: what a program may do that was activated, and that its secret opens nothing once it was
//! blocked, removed, or superseded by another Master.

use axum::http::Method;
use portal::{activations, admin};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use vault::{Pass, Purpose, Vault};
use wire::{
    Bytes, Sha256,
    activations::{Activation, ActivationState, HandOver, HandedOver, ProgramInUse},
    ids::ActivationId,
    mailbox::Folder,
    people::ManagedAccountDetails,
    sessions::{AccountKind, ActivityKind, PasswordGiven, SignedIn, SlotKind},
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Reply, Writes, link, request, session_begun, token},
    test_portal::TestPortal,
};

on_both_engines![
    a_program_reads_and_writes_without_the_password,
    a_program_changes_nothing_of_the_account,
    a_browser_that_took_a_hand_over_gives_nothing_that_takes_the_password,
    to_activate_takes_a_password_given_just_now,
    what_is_blocked_opens_nothing_until_it_is_unblocked,
    what_an_administrator_blocked_its_owner_cannot_unblock,
    what_was_removed_opens_nothing,
    what_a_promotion_superseded_opens_nothing_ever_again,
    an_alarm_removes_activations,
    an_absorbed_accounts_activations_open_neither_account,
    a_disabled_account_shuts_its_programs_out,
    a_version_that_is_too_old_is_refused,
    a_session_sees_no_slot_but_its_own,
    a_hand_over_begins_one_session,
    a_hand_over_ends_with_what_it_came_from,
    what_is_no_activation_is_refused_and_nothing_is_stored,
    a_program_has_few_sessions_at_once,
    a_stolen_pass_changes_no_address_without_the_password,
    giving_the_password_leaves_the_former_secret_behind,
];

pub const VERSION: &str = "1.2.0";

/// What a program keeps.
pub struct Kept {
    pub id: ActivationId,
    pub pass: Pass,
}

impl Person<'_> {
    fn new_pass(&mut self, purpose: Purpose) -> (Pass, Value, Value) {
        let pass = Pass::generate(purpose, &mut self.rng);
        let wrapped = Bytes(pass.wrap(&self.key, &mut self.rng).unwrap());
        let token = Bytes(pass.token().unwrap().to_vec());
        (pass, json!(token), json!(wrapped))
    }

    pub async fn try_activate(&mut self, program: &str) -> (Pass, Reply) {
        let (pass, token, slot) = self.new_pass(Purpose::Activation);
        let body = json!({ "program": program, "version": VERSION, "device": "A desk", "token": token, "slot": slot });
        (pass, self.call(Method::POST, "/activations", body).await)
    }

    pub async fn activate(&mut self) -> Kept {
        let (pass, reply) = self.try_activate("outlook").await;
        let id = reply.ok().json::<Activation>().id;
        Kept { id, pass }
    }

    pub async fn activations(&self) -> Vec<Activation> {
        self.get("/activations").await.ok().json()
    }

    async fn set_blocked(&self, id: ActivationId, blocked: bool) -> Reply {
        let path = format!("/activations/{id}/blocked");
        self.call(Method::PUT, &path, json!({ "blocked": blocked })).await
    }

    async fn remove_activation(&self, id: ActivationId) -> Reply {
        self.call(Method::DELETE, &format!("/activations/{id}"), Value::Null)
            .await
    }

    async fn prepare_hand_over(&mut self) -> (Pass, Reply) {
        let (pass, token, wrapped) = self.new_pass(Purpose::HandOver);
        let body = json!({ "token": token, "wrapped": wrapped });
        (pass, self.call(Method::POST, "/hand-overs", body).await)
    }

    /// Gives the password again, and goes on with the secret that comes of it.
    pub async fn give(&mut self, password: Value) -> Reply {
        let reply = self.call(Method::POST, "/session/password", password).await;
        if reply.status.is_success() {
            self.signed_in.bearer = reply.json::<PasswordGiven>().bearer;
            session_begun(self.bearer(), self.id());
        }
        reply
    }

    async fn did(&self, kind: ActivityKind) -> usize {
        let activity: Vec<wire::sessions::Activity> = self.get("/activity").await.ok().json();
        activity.iter().filter(|each| each.kind == kind).count()
    }
}

impl TestPortal {
    pub async fn begin_by(&self, pass: &Pass, version: &str) -> Reply {
        let body = json!({ "token": Bytes(pass.token().unwrap().to_vec()), "version": version });
        self.post("/api/v1/activations/sessions", body).await
    }

    async fn hand_over(&self, verb: &str, pass: &Pass) -> Reply {
        let mut body = json!({ "token": Bytes(pass.token().unwrap().to_vec()) });
        if verb == "take" {
            body["carrier"] = json!("bearer");
        }
        self.post(&format!("/api/v1/hand-overs/{verb}"), body).await
    }

    /// The program, once it has begun a session and opened the vault with what it kept and got.
    async fn program(&self, of: &Person<'_>, kept: &Kept) -> Person<'_> {
        let signed_in: SignedIn = self.begin_by(&kept.pass, VERSION).await.ok().json();
        let [slot] = &signed_in.vault.slots[..] else {
            panic!("{:?}", signed_in.vault.slots)
        };
        assert_eq!(slot.kind, SlotKind::Activation);
        let key = kept.pass.unwrap(slot.wrapped.as_ref()).unwrap();
        let vault = Vault::unlock(signed_in.vault.sealed.as_ref(), of.id(), &key).unwrap();
        Person {
            test: self,
            address: of.address.clone(),
            rng: ChaCha20Rng::from_seed(Sha256::of(signed_in.bearer.as_ref().unwrap().as_bytes()).0),
            signed_in,
            vault,
            key,
        }
    }

    /// A browser that took a hand-over from the program.
    pub async fn handed_over(&self, of: &Person<'_>, kept: &Kept) -> Person<'_> {
        let mut program = self.program(of, kept).await;
        let (pass, reply) = program.prepare_hand_over().await;
        reply.ok();
        let taken: HandedOver = self.hand_over("take", &pass).await.ok().json();
        self.browser(of, &pass, taken)
    }

    /// A browser that took a hand-over.
    fn browser(&self, of: &Person<'_>, pass: &Pass, taken: HandedOver) -> Person<'_> {
        let key = pass.unwrap(taken.wrapped.as_ref()).unwrap();
        let vault = Vault::unlock(taken.signed_in.vault.sealed.as_ref(), of.id(), &key).unwrap();
        Person {
            test: self,
            address: of.address.clone(),
            signed_in: taken.signed_in,
            vault,
            key,
            rng: of.rng.clone(),
        }
    }
}

/// Asks for everything that a secret could open.
async fn opens_nothing(test: &TestPortal, kept: &Kept, problem: &str) {
    assert_eq!(test.begin_by(&kept.pass, VERSION).await.problem(), problem);
    let pass = Pass::from_bytes(Purpose::HandOver, kept.pass.as_bytes()).unwrap();
    assert_eq!(test.hand_over("take", &pass).await.problem(), "link-unknown");
}

async fn a_program_reads_and_writes_without_the_password(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    test.mails().await;
    let kept = anna.activate().await;
    // Every address is told, and of nobody else's.
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to.as_typed(), "anna@example.test");
    let subject = mail_parser::MessageParser::default().parse(&mails[0].message).unwrap();
    assert_eq!(
        subject.subject(),
        Some("A program was activated for your Secure Account")
    );

    test.clock.pass(60_000);
    let mut program = test.program(&anna, &kept).await;
    let inbox = program.list(Folder::Inbox).await;
    assert_eq!(program.open(&inbox[0]).await.1.letter.text, "All is well.");
    program.send(&Writes::to(&["ben@example.test"])).await;
    assert_eq!(ben.list(Folder::Inbox).await.len(), 1);

    let seen = program.activations().await;
    assert_eq!(seen.len(), 1);
    assert!(seen[0].current && seen[0].state == ActivationState::Active);
    assert_eq!(seen[0].address.as_typed(), "anna@example.test");
    assert_eq!(seen[0].last_used_at, seen[0].created_at + 60_000);
    assert!(!anna.activations().await[0].current);
    assert_eq!(anna.did(ActivityKind::Activated).await, 1);
}

async fn a_program_changes_nothing_of_the_account(test: TestPortal) {
    let mut ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let kept = ada.activate().await;
    let mut program = test.program(&ada, &kept).await;
    let refused = [
        (Method::GET, "/aliases", Value::Null),
        (Method::POST, "/claims", json!({ "address": "new@partner.test" })),
        (
            Method::POST,
            "/aliases/promote",
            json!({ "address": "ada@example.test", "tell_correspondents": false }),
        ),
        (Method::GET, "/admin/accounts", Value::Null),
        (Method::GET, "/admin/programs", Value::Null),
        (
            Method::POST,
            "/session/password",
            json!({ "sign_in": kept.id, "credential_finalization": Bytes(vec![1]) }),
        ),
    ];
    for (method, path, body) in refused {
        assert_eq!(
            program.call(method, path, body).await.problem(),
            "not-allowed",
            "{path}"
        );
    }
    // Nor does it let another program in, or let one go on that was stopped.
    assert_eq!(program.try_activate("command-line").await.1.problem(), "not-allowed");
    let other = ada.activate().await;
    assert_eq!(program.set_blocked(other.id, true).await.problem(), "not-allowed");
    assert_eq!(program.remove_activation(other.id).await.problem(), "not-allowed");
    ada.set_blocked(other.id, true).await.ok();
    assert_eq!(program.set_blocked(other.id, false).await.problem(), "not-allowed");
    assert_eq!(ada.activations().await.len(), 2);
}

async fn a_browser_that_took_a_hand_over_gives_nothing_that_takes_the_password(test: TestPortal) {
    let mut ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let kept = ada.activate().await;
    let mut program = test.program(&ada, &kept).await;
    // Nobody but a program hands over, and it adds no address by a click.
    assert_eq!(ada.prepare_hand_over().await.1.problem(), "not-allowed");
    let (_, link) = ada.claimed("new@partner.test").await;
    let click = json!({ "kind": "click" });
    let clicked = test.confirm(&link, click, Some(&program)).await;
    assert!(!clicked.status.is_success(), "{clicked:?}");
    assert_eq!(ada.addresses().await, ["ada@example.test"]);

    let (pass, reply) = program.prepare_hand_over().await;
    reply.ok();
    let taken: HandedOver = test.hand_over("take", &pass).await.ok().json();
    let mut browser = test.browser(&ada, &pass, taken);
    assert_eq!(browser.prepare_hand_over().await.1.problem(), "not-allowed");
    assert_eq!(browser.get("/admin/accounts").await.problem(), "password-needed");
    assert_eq!(browser.try_activate("outlook").await.1.problem(), "password-needed");
    let other = ada.activate().await;
    browser.set_blocked(other.id, true).await.ok();
    assert_eq!(browser.set_blocked(other.id, false).await.problem(), "password-needed");
    let (password, _) = test.half_sign_in("ada@example.test", PASSWORD).await;
    browser.give(password).await.ok();
    browser.get("/admin/accounts").await.ok();
    browser.set_blocked(other.id, false).await.ok();
}

async fn to_activate_takes_a_password_given_just_now(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    test.clock.pass(5 * 60_000);
    assert_eq!(anna.try_activate("outlook").await.1.problem(), "password-needed");
    assert!(anna.activations().await.is_empty());
    anna.sign_in_again().await;
    anna.activate().await;
}

async fn what_is_blocked_opens_nothing_until_it_is_unblocked(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let other = test.professional("other").await;
    let kept = anna.activate().await;
    let program = test.program(&anna, &kept).await;
    assert_eq!(other.set_blocked(kept.id, true).await.problem(), "not-found");
    for _ in 0..2 {
        anna.set_blocked(kept.id, true).await.ok();
    }
    assert_eq!(program.get("/deliveries?folder=inbox").await.problem(), "signed-out");
    opens_nothing(&test, &kept, "activation-blocked").await;
    assert_eq!(anna.activations().await[0].state, ActivationState::Blocked);
    assert_eq!(anna.did(ActivityKind::ActivationBlocked).await, 1);
    anna.set_blocked(kept.id, false).await.ok();
    let program = test.program(&anna, &kept).await;
    // What was found at its own computer it may stop, and not start.
    program.set_blocked(kept.id, true).await.ok();
    opens_nothing(&test, &kept, "activation-blocked").await;
}

async fn what_an_administrator_blocked_its_owner_cannot_unblock(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let account = anna.signed_in.session.account.id;
    let path = format!("/admin/accounts/{account}/activations/{}/blocked", kept.id);
    ada.call(Method::PUT, &path, json!({ "blocked": true })).await.ok();
    opens_nothing(&test, &kept, "blocked-by-portal").await;
    assert_eq!(anna.set_blocked(kept.id, false).await.problem(), "blocked-by-portal");
    // Nor is there a way round it: not by removing it, nor by another one of that program, nor by blocking it herself.
    assert_eq!(anna.remove_activation(kept.id).await.problem(), "blocked-by-portal");
    assert_eq!(anna.try_activate("outlook").await.1.problem(), "blocked-by-portal");
    anna.set_blocked(kept.id, true).await.ok();
    assert_eq!(anna.set_blocked(kept.id, false).await.problem(), "blocked-by-portal");
    promote(&mut anna, "anna@new.test").await;
    opens_nothing(&test, &kept, "blocked-by-portal").await;
    assert_eq!(anna.activations().await[0].state, ActivationState::BlockedByPortal);

    let details: ManagedAccountDetails = ada.get(&format!("/admin/accounts/{account}")).await.ok().json();
    assert_eq!(details.activations[0].state, ActivationState::BlockedByPortal);
    let blocked = |each: &&wire::sessions::Activity| each.kind == ActivityKind::ActivationBlocked;
    assert!(
        details
            .activity
            .iter()
            .filter(blocked)
            .any(|each| each.by_administrator)
    );
    ada.call(Method::PUT, &path, json!({ "blocked": false })).await.ok();
    opens_nothing(&test, &kept, "needs-reactivation").await;
    anna.remove_activation(kept.id).await.ok();
    let stranger = format!("/admin/accounts/{}/activations/{}/blocked", kept.id, kept.id);
    let reply = ada.call(Method::PUT, &stranger, json!({ "blocked": true })).await;
    assert_eq!(reply.problem(), "not-found");
}

async fn what_was_removed_opens_nothing(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let other = test.professional("other").await;
    let kept = anna.activate().await;
    let program = test.program(&anna, &kept).await;
    assert_eq!(other.remove_activation(kept.id).await.problem(), "not-found");
    anna.remove_activation(kept.id).await.ok();
    assert_eq!(program.get("/session").await.problem(), "signed-out");
    opens_nothing(&test, &kept, "activation-unknown").await;
    assert_eq!(anna.remove_activation(kept.id).await.problem(), "not-found");
    assert_eq!(anna.did(ActivityKind::ActivationRemoved).await, 1);
    // And a program may take itself away.
    let kept = anna.activate().await;
    let program = test.program(&anna, &kept).await;
    program.remove_activation(kept.id).await.ok();
    opens_nothing(&test, &kept, "activation-unknown").await;
    assert!(anna.activations().await.is_empty());
}

/// Adds an address and promotes it.
async fn promote(person: &mut Person<'_>, address: &str) {
    person.add(address).await;
    person.promote(address, false).await.ok();
    person.certify().await;
}

async fn what_a_promotion_superseded_opens_nothing_ever_again(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    let kept = anna.activate().await;
    let mut program = test.program(&anna, &kept).await;
    let delivery = program.list(Folder::Inbox).await.remove(0);
    let (hand_over, reply) = program.prepare_hand_over().await;
    reply.ok();
    promote(&mut anna, "anna@new.test").await;
    assert_eq!(
        program.get(&format!("/deliveries/{}", delivery.id)).await.problem(),
        "signed-out"
    );
    assert_eq!(test.hand_over("take", &hand_over).await.problem(), "link-unknown");
    opens_nothing(&test, &kept, "needs-reactivation").await;
    assert_eq!(anna.activations().await[0].state, ActivationState::NeedsReactivation);
    // Its slot is gone for good: promoting the address of before does not bring it back, nor does unblocking.
    anna.set_blocked(kept.id, true).await.ok();
    anna.set_blocked(kept.id, false).await.ok();
    anna.promote("anna@example.test", false).await.ok();
    opens_nothing(&test, &kept, "needs-reactivation").await;
    // Removed and activated again, it works, under the Master of now.
    anna.remove_activation(kept.id).await.ok();
    let again = anna.activate().await;
    assert_eq!(anna.activations().await[0].address.as_typed(), "anna@example.test");
    assert_eq!(test.program(&anna, &again).await.list(Folder::Inbox).await.len(), 1);
}

async fn an_alarm_removes_activations(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let program = test.program(&anna, &kept).await;
    let alarm = token(&link(&test.mails().await[0]));
    test.post("/api/v1/alarms", json!({ "token": alarm })).await.ok();
    assert_eq!(program.get("/session").await.problem(), "signed-out");
    opens_nothing(&test, &kept, "activation-unknown").await;
    anna.sign_in_again().await;
    assert!(anna.activations().await.is_empty());
    // One that the portal blocked stays blocked, and opens nothing when it is unblocked.
    let kept = anna.activate().await;
    let path = format!("/admin/accounts/{}/activations/{}/blocked", anna.id(), kept.id);
    ada.call(Method::PUT, &path, json!({ "blocked": true })).await.ok();
    let alarm = token(&link(&test.mails().await[0]));
    test.post("/api/v1/alarms", json!({ "token": alarm })).await.ok();
    opens_nothing(&test, &kept, "blocked-by-portal").await;
    ada.call(Method::PUT, &path, json!({ "blocked": false })).await.ok();
    opens_nothing(&test, &kept, "needs-reactivation").await;
}

async fn an_absorbed_accounts_activations_open_neither_account(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let kept = ben.activate().await;
    let program = test.program(&ben, &kept).await;
    anna.absorb("ben@example.test", PASSWORD).await;
    assert_eq!(program.get("/session").await.problem(), "signed-out");
    opens_nothing(&test, &kept, "activation-unknown").await;
    assert!(anna.activations().await.is_empty());
}

async fn a_disabled_account_shuts_its_programs_out(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let mut program = test.program(&anna, &kept).await;
    let (hand_over, reply) = program.prepare_hand_over().await;
    reply.ok();
    let path = format!("/admin/accounts/{}/disabled", anna.signed_in.session.account.id);
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    opens_nothing(&test, &kept, "account-disabled").await;
    for verb in ["inspect", "take"] {
        assert_eq!(test.hand_over(verb, &hand_over).await.problem(), "account-disabled");
    }
    assert_eq!(program.get("/session").await.problem(), "account-disabled");
    ada.call(Method::PUT, &path, json!({ "disabled": false })).await.ok();
    test.program(&anna, &kept).await;
}

async fn a_version_that_is_too_old_is_refused(test: TestPortal) {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let path = "/admin/programs/outlook/least-version";
    let set = |least: Value| ada.call(Method::PUT, path, json!({ "least_version": least }));
    set(json!("1.10.0")).await.ok();
    for version in ["1.2.0", "1.9.9"] {
        let reply = test.begin_by(&kept.pass, version).await;
        assert_eq!(reply.problem(), "program-outdated");
        assert!(reply.json::<wire::Problem>().detail.unwrap().contains("1.10.0"));
    }
    assert_eq!(anna.try_activate("outlook").await.1.problem(), "program-outdated");
    // Another program's versions are its own.
    anna.try_activate("command-line").await.1.ok();
    test.begin_by(&kept.pass, "1.10.0").await.ok();
    let programs: Vec<ProgramInUse> = ada.get("/admin/programs").await.ok().json();
    let shown: Vec<_> = programs
        .iter()
        .map(|each| {
            let versions: Vec<_> = each
                .versions
                .iter()
                .map(|one| (one.version.to_string(), one.activations))
                .collect();
            let least = each.least_version.map(|version| version.to_string());
            (each.program.as_str(), least, versions)
        })
        .collect();
    assert_eq!(
        shown,
        [
            ("command-line", None, vec![("1.2.0".to_owned(), 1)]),
            ("outlook", Some("1.10.0".to_owned()), vec![("1.10.0".to_owned(), 1)]),
        ]
    );
    set(Value::Null).await.ok();
    test.begin_by(&kept.pass, "0.0.1").await.ok();
    let bad = ada.call(Method::PUT, path, json!({ "least_version": "1.2" })).await;
    assert_eq!(bad.problem(), "malformed");
    let nothing = ada
        .call(Method::PUT, "/admin/programs/No_Such/least-version", json!({}))
        .await;
    assert_eq!(nothing.problem(), "not-found");
}

async fn a_session_sees_no_slot_but_its_own(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    anna.activate().await;
    let mut program = test.program(&anna, &kept).await;
    let slots = async |person: &Person<'_>| {
        let vault: wire::sessions::Vault = person.get("/vault").await.ok().json();
        vault.slots.iter().map(|slot| slot.kind).collect::<Vec<_>>()
    };
    assert_eq!(slots(&anna).await, [SlotKind::Password]);
    assert_eq!(slots(&program).await, [SlotKind::Activation]);
    let signed_in = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    assert_eq!(signed_in.vault.slots.len(), 1);
    let (pass, reply) = program.prepare_hand_over().await;
    reply.ok();
    let taken: HandedOver = test.hand_over("take", &pass).await.ok().json();
    assert!(taken.signed_in.vault.slots.is_empty());
    let browser = test.browser(&anna, &pass, taken);
    assert!(slots(&browser).await.is_empty());
}

async fn a_hand_over_begins_one_session(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    test.clock.pass(5 * 60_000);
    let mut program = test.program(&anna, &kept).await;
    let (pass, reply) = program.prepare_hand_over().await;
    reply.ok();
    let shown: HandOver = test.hand_over("inspect", &pass).await.ok().json();
    assert_eq!(
        (shown.name.as_str(), shown.address.as_typed()),
        ("anna", "anna@example.test")
    );
    let taken: HandedOver = test.hand_over("take", &pass).await.ok().json();
    for verb in ["inspect", "take"] {
        assert_eq!(test.hand_over(verb, &pass).await.problem(), "link-unknown");
    }
    let browser = test.browser(&anna, &pass, taken);
    let [one, other] = [&browser, &anna].map(|person| person.vault.certificate().fingerprint());
    assert_eq!(one, other);
    // The whole Secure Webmail, but for what takes the password.
    browser.get("/aliases").await.ok();
    assert_eq!(
        browser.promote("anna@example.test", false).await.problem(),
        "password-needed"
    );
    assert_eq!(anna.did(ActivityKind::HandedOver).await, 1);

    // In time, or not at all; the newest few, and no more.
    let (late, reply) = program.prepare_hand_over().await;
    reply.ok();
    test.clock.pass(2 * 60_000);
    for verb in ["inspect", "take"] {
        assert_eq!(test.hand_over(verb, &late).await.problem(), "link-expired");
    }
    let mut prepared = Vec::new();
    for _ in 0..7 {
        test.clock.pass(1);
        prepared.push(program.prepare_hand_over().await.0);
    }
    let mut good = 0;
    for pass in &prepared {
        good += usize::from(test.hand_over("inspect", pass).await.status.is_success());
    }
    assert_eq!(good, 5);
    test.hand_over("inspect", &prepared[6]).await.ok();
}

async fn a_hand_over_ends_with_what_it_came_from(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    for end in ["block", "remove", "sign out"] {
        let kept = anna.activate().await;
        let mut program = test.program(&anna, &kept).await;
        let (taken, reply) = program.prepare_hand_over().await;
        reply.ok();
        let (waiting, reply) = program.prepare_hand_over().await;
        reply.ok();
        let browser: HandedOver = test.hand_over("take", &taken).await.ok().json();
        let browser = test.browser(&anna, &taken, browser);
        match end {
            "block" => anna.set_blocked(kept.id, true).await.ok(),
            "remove" => anna.remove_activation(kept.id).await.ok(),
            _ => program.call(Method::DELETE, "/session", Value::Null).await.ok(),
        };
        assert_eq!(
            test.hand_over("take", &waiting).await.problem(),
            "link-unknown",
            "{end}"
        );
        let session = browser.get("/session").await;
        // A browser goes on when the window in Outlook is closed.
        assert_eq!(session.status.is_success(), end == "sign out", "{end}");
    }
    // Where the password was given since, it stands on its own.
    let kept = anna.activate().await;
    let mut program = test.program(&anna, &kept).await;
    let (pass, reply) = program.prepare_hand_over().await;
    reply.ok();
    let browser: HandedOver = test.hand_over("take", &pass).await.ok().json();
    let mut browser = test.browser(&anna, &pass, browser);
    let (password, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    browser.give(password).await.ok();
    anna.remove_activation(kept.id).await.ok();
    browser.get("/session").await.ok();
}

async fn what_is_no_activation_is_refused_and_nothing_is_stored(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let good = json!({
        "program": "outlook", "version": "1.2.0", "device": "A desk",
        "token": Bytes(vec![1; 32]), "slot": Bytes(vec![2; 100]),
    });
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, problem) in [
        (with("program", json!("Outlook")), "malformed"),
        (with("program", json!("x".repeat(33))), "malformed"),
        (with("version", json!("1.2")), "malformed"),
        (with("version", json!("01.2.3")), "malformed"),
        (with("device", json!(" ")), "malformed"),
        (with("device", json!("a\nb")), "malformed"),
        (with("device", json!("a".repeat(101))), "malformed"),
        (with("token", json!(Bytes(vec![1; 31]))), "malformed"),
        (with("token", json!("not base64")), "malformed"),
        (with("slot", json!(Bytes(vec![2; 1025]))), "too-large"),
        (with("slot", json!("")), "unacceptable"),
        (with("more", json!(1)), "malformed"),
    ] {
        assert_eq!(
            anna.call(Method::POST, "/activations", body.clone()).await.problem(),
            problem,
            "{body}"
        );
    }
    assert!(anna.activations().await.is_empty());
    // Twice is once, where an answer was lost.
    for _ in 0..2 {
        anna.call(Method::POST, "/activations", good.clone()).await.ok();
    }
    assert_eq!(anna.activations().await.len(), 1);
    // A token that is known already, whoever makes it.
    let other = test.professional("other").await;
    let reply = other.call(Method::POST, "/activations", good).await;
    assert_eq!(reply.problem(), "unacceptable");
    for body in [json!({ "token": Bytes(vec![9; 32]), "version": "1.2.0" })] {
        let reply = test.post("/api/v1/activations/sessions", body).await;
        assert_eq!(reply.problem(), "activation-unknown");
    }
    for body in [
        json!({ "token": Bytes(vec![9; 32]) }),
        json!({ "token": 1, "version": "1.2.0" }),
    ] {
        let reply = test.post("/api/v1/activations/sessions", body).await;
        assert_eq!(reply.problem(), "malformed");
    }
    let kept = anna.activate().await;
    let program = test.program(&anna, &kept).await;
    let body = json!({ "token": Bytes(vec![9; 31]), "wrapped": Bytes(vec![1]) });
    assert_eq!(
        program.call(Method::POST, "/hand-overs", body).await.problem(),
        "malformed"
    );
    let body = json!({ "token": Bytes(vec![9; 32]), "wrapped": Bytes(vec![1; 1025]) });
    assert_eq!(
        program.call(Method::POST, "/hand-overs", body).await.problem(),
        "too-large"
    );
    for _ in anna.activations().await.len()..50 {
        anna.activate().await;
    }
    assert_eq!(anna.try_activate("outlook").await.1.problem(), "too-many-activations");
}

async fn a_program_has_few_sessions_at_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let kept = anna.activate().await;
    let first = test.program(&anna, &kept).await;
    let mut others = Vec::new();
    for _ in 0..20 {
        test.clock.pass(1);
        others.push(test.program(&anna, &kept).await);
    }
    assert_eq!(first.get("/session").await.problem(), "signed-out");
    for other in &others {
        other.get("/session").await.ok();
    }
    // An hour, and not half a day.
    test.clock.pass(3_600_000);
    assert_eq!(others[19].get("/session").await.problem(), "signed-out");
    portal::workers::sweep(&test.portal).await.unwrap();
    anna.get("/session").await.ok();
    // The server's own command line may block it as well.
    let account = admin::find(&test.portal, &anna.address).await.unwrap();
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    activations::set_blocked_by_portal(&test.portal, &mut unit, account, kept.id, true)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    opens_nothing(&test, &kept, "blocked-by-portal").await;
}

/// A thief has what a program kept, hands a session over to a browser of their own, and reads one mail of theirs.
async fn a_stolen_pass_changes_no_address_without_the_password(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    let (pending, link) = anna.claimed("pending@example.test").await;
    let kept = anna.activate().await;
    let other = anna.activate().await;
    let thief = test.handed_over(&anna, &kept).await;

    let claim = |address: &str| thief.call(Method::POST, "/claims", json!({ "address": address }));
    assert_eq!(claim("thief@partner.test").await.problem(), "password-needed");
    let remove = json!({ "address": "alias@example.test" });
    let removed = thief.call(Method::POST, "/aliases/remove", remove.clone()).await;
    assert_eq!(removed.problem(), "password-needed");
    let path = format!("/claims/{}", pending.id);
    let cancelled = thief.call(Method::DELETE, &path, Value::Null).await;
    assert_eq!(cancelled.problem(), "password-needed");
    let mailed = thief.call(Method::POST, &format!("{path}/mail"), Value::Null).await;
    assert_eq!(mailed.problem(), "password-needed");
    assert_eq!(thief.remove_activation(other.id).await.problem(), "password-needed");
    let clicked = test.confirm(&link, json!({ "kind": "click" }), Some(&thief)).await;
    assert_eq!(clicked.problem(), "claim-changed");
    assert_eq!(anna.addresses().await, ["anna@example.test", "alias@example.test"]);

    // The owner, in a browser that a program of hers handed over to.
    let (password, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    let mut browser = test.handed_over(&anna, &kept).await;
    browser.give(password).await.ok();
    let claim = async |browser: &Person<'_>, address: &str| {
        browser
            .call(Method::POST, "/claims", json!({ "address": address }))
            .await
    };
    claim(&browser, "new@partner.test").await.ok();
    // Half an hour, and not longer: for whoever finds the screen unlocked.
    test.clock.pass(30 * 60_000 - 1);
    claim(&browser, "newer@partner.test").await.ok();
    test.clock.pass(1);
    assert_eq!(claim(&browser, "late@partner.test").await.problem(), "password-needed");
    let late = browser.call(Method::POST, "/aliases/remove", remove.clone()).await;
    assert_eq!(late.problem(), "password-needed");
    let (password, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    browser.give(password).await.ok();
    browser.call(Method::POST, "/aliases/remove", remove).await.ok();
}

/// Whoever found a session's secret before, in a cookie jar or a log, has nothing any more.
async fn giving_the_password_leaves_the_former_secret_behind(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let former = anna.bearer().to_owned();
    let reload_key = anna.signed_in.session.reload_key.clone();
    let (password, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    anna.give(password).await.ok();
    assert_ne!(anna.bearer(), former);
    let session: wire::sessions::Session = anna.get("/session").await.ok().json();
    assert_eq!(session.reload_key, reload_key);
    let get = request(Method::GET, "/api/v1/session", Some(&former));
    let refused = test.request(get.body(axum::body::Body::empty()).unwrap()).await;
    assert_eq!(refused.problem(), "signed-out");

    let account = anna.id().to_string();
    // The same in a cookie: the answer sets another, and holds no secret that a script could read.
    let (mut cookie, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    cookie["carrier"] = json!("cookie");
    let begun = test.post("/api/v1/sessions", cookie).await.ok();
    let of = |reply: &Reply| {
        let cookie = reply.headers["set-cookie"].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    };
    let with = |method: Method, path: &str, cookie: &str, body: Value| {
        let builder = axum::http::Request::builder()
            .method(method)
            .uri(path)
            .header("cookie", cookie)
            .header("origin", crate::people::ORIGIN)
            .header(wire::ACCOUNT_HEADER, &account)
            .header("content-type", "application/json");
        test.request(builder.body(axum::body::Body::from(body.to_string())).unwrap())
    };
    let (password, _) = test.half_sign_in("anna@example.test", PASSWORD).await;
    let given = with(Method::POST, "/api/v1/session/password", &of(&begun), password)
        .await
        .ok();
    assert!(given.json::<PasswordGiven>().bearer.is_none());
    assert_ne!(of(&given), of(&begun));
    let attributes = given.headers["set-cookie"].to_str().unwrap();
    for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Max-Age=43200"] {
        assert!(attributes.contains(attribute), "{attributes}");
    }
    with(Method::GET, "/api/v1/session", &of(&given), Value::Null)
        .await
        .ok();
    let refused = with(Method::GET, "/api/v1/session", &of(&begun), Value::Null).await;
    assert_eq!(refused.problem(), "signed-out");
}
