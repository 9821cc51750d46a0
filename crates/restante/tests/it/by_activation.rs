//! Sessions that begin without the password: by an activation, and by a hand-over.

use client::{KeptActivation, Outgoing, Session};
use wire::{
    Address, ProblemType,
    activations::{ActivationState, Program, Version},
    mailbox::Folder,
    sessions::{AccountKind, ActivityKind},
};

use crate::site::{PASSWORD, Running, Site};

const VERSION: Version = Version([1, 2, 0]);

struct Office {
    site: Site,
    _running: Running,
    ada: Session,
    anna: Session,
    ben: Session,
}

async fn office() -> Office {
    let site = Site::found(None).await;
    let running = site.serve().await;
    let ada = site.administrator().await;
    let register = async |name, address| site.register(&ada, name, address, AccountKind::Professional).await;
    let anna = register("Anna Berg", "anna@clinic.test").await;
    let ben = register("Ben Ortiz", "ben@lawyers.test").await;
    Office {
        site,
        _running: running,
        ada,
        anna,
        ben,
    }
}

fn outlook() -> Program {
    Program::OUTLOOK.parse().unwrap()
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

async fn activate(session: &Session) -> KeptActivation {
    session
        .activate(outlook(), VERSION, "Outlook on the web")
        .await
        .unwrap()
}

impl Office {
    async fn begin(&self, kept: &KeptActivation) -> Result<Session, client::Error> {
        self.site.client().begin_by_activation(kept, VERSION).await
    }

    /// The problem that whoever holds an activation is told.
    async fn refused(&self, kept: &KeptActivation) -> Option<ProblemType> {
        self.begin(kept).await.unwrap_err().problem()
    }
}

async fn ended(session: &Session) -> bool {
    let current = session.current().await;
    current.is_err_and(|error| error.problem() == Some(ProblemType::SignedOut))
}

#[tokio::test]
async fn an_activation_reads_and_writes_and_changes_nothing_of_the_account() {
    let office = office().await;
    let Office { anna, ben, .. } = &office;
    let kept = activate(anna).await;
    assert_eq!((kept.address(), kept.account()), (&anna.address(), anna.account().id));
    // As it was kept, in another process.
    let kept: KeptActivation = serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
    let program = office.begin(&kept).await.unwrap();
    assert_eq!(program.fingerprint(), anna.fingerprint());
    program
        .send(Outgoing::new("By the program").to(ben.address()).text("Ten."))
        .await
        .unwrap();
    let listed = ben.list(Folder::Inbox, None, 10).await.unwrap().entries;
    let received = ben.open(listed[0].delivery.id).await.unwrap();
    assert_eq!(received.letter.text, "Ten.");
    // What it remembers of others is in the vault that everybody of hers has.
    assert!(ben.send(Outgoing::new("Thanks").to(anna.address())).await.is_ok());
    let listed = program.list(Folder::Inbox, None, 10).await.unwrap().entries;
    assert_eq!(
        program.open(listed[0].delivery.id).await.unwrap().letter.subject,
        "Thanks"
    );

    let activations = program.activations().await.unwrap();
    let [activation] = &activations[..] else {
        panic!("one activation");
    };
    assert_eq!((activation.id, activation.current), (kept.id(), true));
    assert_eq!(
        (activation.version, activation.state),
        (VERSION, ActivationState::Active)
    );
    assert!(!anna.activations().await.unwrap()[0].current);

    let other = activate(anna).await;
    let new = address("anna.winter@clinic.test");
    let refusals = [
        program.claim(&new).await.map(drop),
        program.aliases().await.map(drop),
        program.promote(&new, false).await,
        program.remove(&new).await,
        program.activate(outlook(), VERSION, "x").await.map(drop),
        program.set_blocked(other.id(), true).await,
        program.set_blocked(kept.id(), false).await,
        program.remove_activation(other.id()).await,
        program.give_password(PASSWORD).await,
        program.programs().await.map(drop),
    ];
    for (at, refused) in refusals.into_iter().enumerate() {
        assert_eq!(refused.unwrap_err().problem(), Some(ProblemType::NotAllowed), "{at}");
    }
    let elsewhere = client::Client::new("http://127.0.0.1:1").unwrap();
    let elsewhere = elsewhere.begin_by_activation(&kept, VERSION).await;
    assert!(matches!(elsewhere, Err(client::Error::Url(_))));
    program.remove_activation(kept.id()).await.unwrap();
    assert!(ended(&program).await);
    assert_eq!(office.refused(&kept).await, Some(ProblemType::ActivationUnknown));
    assert!(office.begin(&other).await.is_ok());
}

#[tokio::test]
async fn what_joined_the_account_is_there_when_a_program_begins() {
    let office = office().await;
    let Office { anna, ben, site, .. } = &office;
    let kept = activate(anna).await;
    let zoe = address("zoe@home.test");
    ben.send(Outgoing::new("Waits").to(zoe.clone()).text("for Zoe"))
        .await
        .unwrap();
    // Somebody confirms where she is not signed in: no client of hers has taken keys in, or certified the address.
    let number = anna.claim(&zoe).await.unwrap().number.unwrap();
    let beginning = format!("{}/confirm#", site.url);
    let link = site.sink.mail_to(zoe.as_typed(), &beginning).await.link(&beginning);
    site.client().confirm_claim(&link, &number).await.unwrap();

    let program = office.begin(&kept).await.unwrap();
    let listed = program.list(Folder::Inbox, None, 10).await.unwrap().entries;
    assert_eq!(
        program.open(listed[0].delivery.id).await.unwrap().letter.text,
        "for Zoe"
    );
    let account = program.current().await.unwrap().account;
    let certificate = vault::Certificate::parse(account.certificate.as_ref()).unwrap();
    let user_ids: Vec<&str> = certificate.user_ids().collect();
    assert_eq!(user_ids, ["anna@clinic.test", "zoe@home.test"]);
}

#[tokio::test]
async fn what_is_blocked_removed_or_superseded_opens_nothing_and_what_it_began_ends() {
    let office = office().await;
    let Office { ada, anna, site, .. } = &office;
    let account = anna.account().id;
    let kept = activate(anna).await;

    let program = office.begin(&kept).await.unwrap();
    anna.set_blocked(kept.id(), true).await.unwrap();
    assert!(ended(&program).await);
    assert_eq!(office.refused(&kept).await, Some(ProblemType::ActivationBlocked));
    anna.set_blocked(kept.id(), false).await.unwrap();

    let program = office.begin(&kept).await.unwrap();
    ada.set_activation_blocked(account, kept.id(), true).await.unwrap();
    assert!(ended(&program).await);
    for refused in [
        anna.set_blocked(kept.id(), false).await,
        anna.remove_activation(kept.id()).await,
        anna.activate(outlook(), VERSION, "x").await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().problem(), Some(ProblemType::BlockedByPortal));
    }
    let details = ada.account_details(account).await.unwrap();
    assert_eq!(details.activations[0].state, ActivationState::BlockedByPortal);
    ada.set_activation_blocked(account, kept.id(), false).await.unwrap();

    ada.set_least_version(&outlook(), Some(Version([1, 10, 0])))
        .await
        .unwrap();
    assert_eq!(office.refused(&kept).await, Some(ProblemType::ProgramOutdated));
    let programs = ada.programs().await.unwrap();
    assert_eq!(programs[0].least_version, Some(Version([1, 10, 0])));
    assert_eq!(programs[0].versions[0].version, VERSION);
    let newer = site.client().begin_by_activation(&kept, Version([1, 10, 0])).await;
    assert!(newer.is_ok());
    ada.set_least_version(&outlook(), None).await.unwrap();

    let program = office.begin(&kept).await.unwrap();
    let new = address("anna.winter@clinic.test");
    anna.claim(&new).await.unwrap();
    let beginning = format!("{}/confirm#", site.url);
    let link = site.sink.mail_to(new.as_typed(), &beginning).await.link(&beginning);
    anna.confirm_claim(&link).await.unwrap();
    assert!(!ended(&program).await);
    anna.promote(&new, false).await.unwrap();
    assert!(ended(&program).await);
    assert_eq!(office.refused(&kept).await, Some(ProblemType::NeedsReactivation));
    anna.remove_activation(kept.id()).await.unwrap();
    assert_eq!(office.refused(&kept).await, Some(ProblemType::ActivationUnknown));
    let again = activate(anna).await;
    assert_eq!(again.address(), &new);
    assert_eq!(office.begin(&again).await.unwrap().address(), new);
}

#[tokio::test]
async fn a_hand_over_is_good_once_and_ends_with_the_activation_that_it_came_from() {
    let office = office().await;
    let Office { anna, ben, site, .. } = &office;
    ben.send(Outgoing::new("Hello").to(anna.address())).await.unwrap();
    let kept = activate(anna).await;
    let program = office.begin(&kept).await.unwrap();
    let link = program.hand_over().await.unwrap();
    assert!(link.starts_with(&format!("{}/hand-over#", site.url)));
    let shown = site.client().inspect_hand_over(&link).await.unwrap();
    assert_eq!((shown.name.as_str(), shown.address), ("Anna Berg", anna.address()));
    let webmail = site.client().take_hand_over(&link).await.unwrap();
    let listed = webmail.list(Folder::Inbox, None, 10).await.unwrap().entries;
    assert_eq!(
        webmail.open(listed[0].delivery.id).await.unwrap().letter.subject,
        "Hello"
    );
    for used in [
        site.client().inspect_hand_over(&link).await.map(drop),
        site.client().take_hand_over(&link).await.map(drop),
    ] {
        assert_eq!(used.unwrap_err().problem(), Some(ProblemType::LinkUnknown));
    }
    let activity = anna.activity().await.unwrap();
    assert_eq!(activity[0].kind, ActivityKind::HandedOver);

    // Two that stand when it is blocked: one that was taken, and one that was not yet.
    let open = program.hand_over().await.unwrap();
    anna.set_blocked(kept.id(), true).await.unwrap();
    assert!(ended(&webmail).await && ended(&program).await);
    let refused = site.client().take_hand_over(&open).await.unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemType::LinkUnknown));

    // Nobody but a program hands over; a browser that took one does what takes the password once that is given.
    assert_eq!(
        anna.hand_over().await.unwrap_err().problem(),
        Some(ProblemType::NotAllowed)
    );
    anna.set_blocked(kept.id(), false).await.unwrap();
    let program = office.begin(&kept).await.unwrap();
    let link = program.hand_over().await.unwrap();
    let webmail = site.client().take_hand_over(&link).await.unwrap();
    let too_late = webmail.activate(outlook(), VERSION, "x").await.unwrap_err();
    assert_eq!(too_late.problem(), Some(ProblemType::PasswordNeeded));
    webmail.give_password(PASSWORD).await.unwrap();
    assert!(webmail.activate(outlook(), VERSION, "x").await.is_ok());
}
