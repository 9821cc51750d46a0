//! The unmodified command line before a portal that lies: each lie ends in its named error, and nothing is sealed to it.

mod keys;

use std::process::Output;

use client::{Outgoing, Session};
use liar::{DeliveryLie, Liar, Lie, RecipientLie};
use tempfile::TempDir;
use tokio::process::Command;
use wire::{Address, ids::DeliveryId, mailbox::Folder, sessions::AccountKind};

use crate::site::{Running, Site, free_address, said};

const ANNA: &str = "anna@clinic.test";
const BEN: &str = "ben@lawyers.test";
const EVE: &str = "eve@evil.test";

/// Anna and Ben know each other's keys; Eve has an account, and somebody who can alter the portal's answers.
struct Lied {
    site: Site,
    _running: Running,
    liar: Liar,
    anna: Session,
    ben: Session,
    eve: Session,
    /// Ben's letter in Anna's Inbox.
    letter: DeliveryId,
    /// What Anna's computer has seen.
    computer: TempDir,
}

async fn lied() -> Lied {
    // What people open is the liar's address: a client signs in under the one that the portal says it has, and no other.
    let listen = free_address();
    let liar = Liar::before(&format!("http://{listen}")).await.unwrap();
    let site = Site::found_at(liar.url(), listen, None).await;
    let running = site.serve().await;
    let administrator = site.administrator().await;
    let mut people = Vec::new();
    for (name, address) in [("Anna Berg", ANNA), ("Ben Ortiz", BEN), ("Eve Stone", EVE)] {
        people.push(
            site.register(&administrator, name, address, AccountKind::Professional)
                .await,
        );
    }
    let [anna, ben, eve] = people.try_into().ok().unwrap();
    ben.send(Outgoing::new("Hello").to(address(ANNA))).await.unwrap();
    let letter = newest(&anna).await;
    // She has opened it, and so notices another key.
    anna.open(letter).await.unwrap();
    Lied {
        liar,
        site,
        _running: running,
        anna,
        ben,
        eve,
        letter,
        computer: tempfile::tempdir().unwrap(),
    }
}

impl Lied {
    /// Anna's command line before the liar.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.site.as_person(ANNA);
        command
            .env("RESTANTE_PORTAL", self.liar.url())
            .env("RESTANTE_ACTIVATIONS", self.computer.path().join("activations.json"))
            .args(arguments);
        command
    }

    /// What Anna's command line says before the liar, and whether it succeeds.
    async fn runs(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().await.unwrap()
    }

    /// What it says that is wrong, where it fails over that lie; nobody has got anything.
    async fn fails_over(&self, lie: impl Into<Lie>, arguments: &[&str]) -> String {
        self.liar.tell(lie.into());
        let said = self.fails(&mut self.command(arguments)).await;
        self.liar.tell(None);
        said
    }

    /// What somebody's command line says that is wrong, where it fails over what it is told; nobody has got anything.
    async fn fails(&self, command: &mut Command) -> String {
        let before = (self.inboxes().await, self.liar.told(), self.liar.messages_handed_over());
        let Output { status, stderr, .. } = command.output().await.unwrap();
        let stderr = String::from_utf8(stderr).unwrap();
        assert!(!status.success(), "a lie was believed: {stderr}");
        assert!(self.liar.told() > before.1, "no lie was told: {stderr}");
        assert_eq!(
            (self.inboxes().await, self.liar.messages_handed_over()),
            (before.0, before.2),
            "{stderr}"
        );
        stderr
    }

    async fn inboxes(&self) -> Vec<usize> {
        let mut sizes = Vec::new();
        for session in [&self.anna, &self.ben, &self.eve] {
            sizes.push(session.list(Folder::Inbox, None, 100).await.unwrap().entries.len());
        }
        sizes
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

async fn newest(session: &Session) -> DeliveryId {
    let inbox = session.list(Folder::Inbox, None, 1).await.unwrap();
    inbox.entries[0].delivery.id
}

const TO_BEN: [&str; 7] = ["send", "--to", BEN, "--subject", "Plan", "--text", "here"];
const TO_BOTH: [&str; 9] = [
    "send",
    "--to",
    BEN,
    "--to",
    "ada@clinic.test",
    "--subject",
    "Plan",
    "--text",
    "",
];

#[tokio::test]
async fn each_lie_about_recipients_ends_in_its_own_error() {
    let lied = lied().await;
    let accomplice = || address(EVE);
    let cases: [(RecipientLie, &[&str], &str); 10] = [
        (
            RecipientLie::Add {
                accomplice: accomplice(),
            },
            &TO_BEN,
            "the portal names eve@evil.test as a recipient, whom you did not write to",
        ),
        (
            RecipientLie::Rename {
                accomplice: accomplice(),
            },
            &TO_BEN,
            "the portal names eve@evil.test as a recipient, whom you did not write to",
        ),
        (
            RecipientLie::Drop,
            &TO_BOTH,
            "the portal says nothing of ada@clinic.test, whom you wrote to",
        ),
        (
            RecipientLie::Redirect {
                accomplice: accomplice(),
            },
            &TO_BEN,
            "the key that the portal names for ben@lawyers.test belongs to another address",
        ),
        (
            RecipientLie::AnswerTwice,
            &TO_BEN,
            "the portal names ben@lawyers.test twice",
        ),
        (
            RecipientLie::ClaimOwn,
            &TO_BEN,
            "the portal says that ben@lawyers.test is an address of yours, and your key does not say so",
        ),
        (
            RecipientLie::ClaimOwnAccount,
            &TO_BEN,
            "the portal names another key than yours as that of your own account, for ben@lawyers.test",
        ),
        (
            RecipientLie::ShareAccount,
            &TO_BOTH,
            "the portal names two keys for one account, or one key for two, for ada@clinic.test",
        ),
        (
            RecipientLie::RedirectBare {
                accomplice: accomplice(),
            },
            &TO_BEN,
            "keys are not the ones last seen",
        ),
        (RecipientLie::SwapKey, &TO_BEN, "keys are not the ones last seen"),
    ];
    for (lie, arguments, expected) in cases {
        let named = format!("{lie:?}");
        let said = lied.fails_over(Lie::Recipients(lie), arguments).await;
        assert!(
            said.contains("nothing was sent") && said.contains(expected),
            "{named}: {said}"
        );
    }
    // The portal that tells the truth is not in the way.
    let Output { status, stderr, .. } = lied.runs(&TO_BEN).await;
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    assert_eq!(lied.inboxes().await, [1, 1, 0]);
}

#[tokio::test]
async fn a_lie_about_standing_does_not_take_a_known_key_away() {
    let lied = lied().await;
    let held = lied
        .fails_over(Lie::Recipients(RecipientLie::SwapKeyOfInvited), &TO_BEN)
        .await;
    assert!(held.contains("keys are not the ones last seen"), "{held}");
    // Called invited, and under the right key: the known key is what it is sealed to, and is known afterwards.
    lied.liar.tell(Lie::Recipients(RecipientLie::CallInvited));
    let Output { status, stderr, .. } = lied.runs(&TO_BEN).await;
    let said = String::from_utf8(stderr).unwrap();
    assert!(status.success() && !said.contains("has not registered"), "{said}");
    assert_eq!(lied.inboxes().await, [1, 1, 0]);
    // Of somebody of whom no key is known, nothing can be noticed, and so it is said each time.
    let to_eve = ["send", "--to", EVE, "--subject", "Plan", "--text", ""];
    for _ in 0..2 {
        let said = lied.runs(&to_eve).await.stderr;
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("eve@evil.test has not registered"), "{said}");
    }
}

#[tokio::test]
async fn first_contact_is_named_before_anything_is_sealed() {
    let lied = lied().await;
    let to_eve = ["send", "--to", EVE, "--subject", "Plan", "--text", ""];
    lied.liar.tell(Lie::Recipients(RecipientLie::SwapKey));
    let handed_over = lied.liar.messages_handed_over();
    let named = String::from_utf8(lied.runs(&to_eve).await.stderr).unwrap();
    let expected = "You have no key of eve@evil.test yet: it is sealed to the one that the portal names, ";
    assert!(named.contains(expected), "{named}");
    // It cannot be noticed, and was handed over; the honest portal behind does not take it, which one that lies in earnest
    // would. From then on the right key is the one that changed.
    assert!(lied.liar.messages_handed_over() > handed_over);
    lied.liar.tell(None);
    let Output { status, stderr, .. } = lied.runs(&to_eve).await;
    let held = String::from_utf8(stderr).unwrap();
    let right = lied.eve.fingerprint().to_string();
    assert!(
        !status.success() && held.contains("keys are not the ones last seen") && held.contains(&right),
        "{held}"
    );
}

#[tokio::test]
async fn an_answer_goes_to_the_key_that_was_known_under_the_address_in_the_letter() {
    let lied = lied().await;
    let letter = lied.letter.to_string();
    let answer = ["send", "--reply-to", &letter, "--text", "Agreed."];
    // Eve is a correspondent of Anna's, too.
    lied.eve
        .send(Outgoing::new("Good day").to(address(ANNA)))
        .await
        .unwrap();
    lied.anna.open(newest(&lied.anna).await).await.unwrap();
    let sender_now = || DeliveryLie::SenderNow { address: address(EVE) };

    // Nobody is there to say whether Ben has moved.
    let asked = lied.fails_over(Lie::Deliveries(sender_now()), &answer).await;
    let question = "In the letter it is ben@lawyers.test; the portal says that this person is at eve@evil.test now.";
    assert!(
        asked.contains("It goes to eve@evil.test.")
            && asked.contains(question)
            && asked.contains("say it with --accept-address eve@evil.test"),
        "{asked}"
    );
    // Somebody was talked into it; the key still has to be Ben's, or to follow his.
    let accepting = [&answer[..], &["--accept-address", EVE]].concat();
    let held = lied.fails_over(Lie::Deliveries(sender_now()), &accepting).await;
    assert!(
        held.contains("keys are not the ones last seen") && held.contains("whom you know as ben@lawyers.test"),
        "{held}"
    );

    // The portal that tells the truth says before where it goes.
    let Output { status, stderr, .. } = lied.runs(&answer).await;
    let said = String::from_utf8(stderr).unwrap();
    assert!(
        status.success() && said.contains("It goes to ben@lawyers.test."),
        "{said}"
    );
}

#[tokio::test]
async fn a_letter_that_is_another_or_somebody_elses_is_not_answered() {
    let lied = lied().await;
    let letter = lied.letter.to_string();
    lied.eve
        .send(Outgoing::new("Good day").to(address(ANNA)))
        .await
        .unwrap();
    let other = newest(&lied.anna).await;
    let answer = ["send", "--reply-to", &letter, "--text", "Agreed."];
    for arguments in [&answer[..], &["read", &letter]] {
        let cases = [
            (
                DeliveryLie::From { address: address(EVE) },
                "the sender's key does not belong to the address it was sent from",
            ),
            (
                DeliveryLie::SwapSenderKey,
                "this was signed by another key than the sender's",
            ),
            (
                DeliveryLie::Replay { delivery: other },
                "the portal gave another message than the one that was asked for",
            ),
        ];
        for (lie, expected) in cases {
            let named = format!("{lie:?}");
            let said = lied.fails_over(Lie::Deliveries(lie), arguments).await;
            assert!(said.contains(expected), "{named}: {said}");
        }
    }
    // Under the id that was asked for, a genuine letter of Eve's cannot be told from the one that was meant. Whom the
    // answer goes to is said.
    lied.liar
        .tell(Lie::Deliveries(DeliveryLie::ReplayUnderItsId { delivery: other }));
    let Output { stderr, .. } = lied.runs(&answer).await;
    let said = String::from_utf8(stderr).unwrap();
    assert!(said.contains("It goes to eve@evil.test."), "{said}");
}

/// The portal's word for who somebody is, and the sender's own: both are told, each as what it is.
#[tokio::test]
async fn a_name_that_is_not_the_one_in_the_letter_stands_beside_it() {
    let lied = lied().await;
    let letter = lied.letter.to_string();
    let name = "The Administrator".to_owned();
    lied.liar.tell(Lie::Deliveries(DeliveryLie::Rename { name }));
    let Output { status, stdout, .. } = lied.runs(&["read", &letter]).await;
    let said = String::from_utf8(stdout).unwrap();
    assert!(
        status.success() && said.contains("From:       The Administrator <ben@lawyers.test>\nSigned as:  Ben Ortiz\n"),
        "{said}"
    );
    // Nothing that he sends makes his key known; that she writes to him does.
    assert!(said.contains("seen before, NOT CONFIRMED"), "{said}");
    lied.liar.tell(None);
    lied.runs(&TO_BEN).await;
    let Output { stdout, .. } = lied.runs(&["read", &letter]).await;
    let said = String::from_utf8(stdout).unwrap();
    assert!(
        !said.contains("Signed as:") && said.contains("(the one last seen)"),
        "{said}"
    );
}

#[tokio::test]
async fn the_liar_tells_the_truth_until_it_is_told_to_lie() {
    let lied = lied().await;
    let inbox = said(
        lied.site
            .as_person(ANNA)
            .env("RESTANTE_PORTAL", lied.liar.url())
            .args(["--json", "inbox"]),
    )
    .await;
    assert!(inbox.contains(&lied.letter.to_string()), "{inbox}");
    assert_eq!(lied.liar.told(), 0);
}
