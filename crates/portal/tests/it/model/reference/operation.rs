//! What is asked of the portal, with all that the client sends, and what can come of it.

use std::collections::{BTreeMap, BTreeSet};

use wire::{Millis, ProblemType};

use super::super::names::{Activation, Addr, ClaimName, Contents, Key, Link, Message, Proof, Session, Who};

/// One transaction of the portal, with all that the client sends.
#[derive(Clone, Debug)]
pub enum Op {
    /// Asks for what sealing to an address takes, which invites one that nobody has.
    Prepare {
        by: Session,
        to: Addr,
    },
    Send {
        by: Session,
        from: Addr,
        to: Vec<Addr>,
        packets: BTreeMap<Who, Key>,
        message: Message,
    },
    /// Puts these addresses on the account's certificate.
    Certify {
        by: Session,
        who: Who,
        addresses: Vec<Addr>,
    },
    Claim {
        by: Session,
        on: Addr,
    },
    /// An administrator does.
    ClaimFor {
        by: Session,
        of: Who,
        on: Addr,
    },
    MailAgain {
        by: Session,
        claim: ClaimName,
    },
    Cancel {
        by: Session,
        claim: ClaimName,
    },
    /// The outbox makes a claim's mail, if one is due.
    Mail {
        claim: ClaimName,
    },
    /// Looks at the page behind a link.
    Inspect {
        link: Link,
        by: Option<Session>,
    },
    /// Gives the password of an account for a claim.
    Prove {
        link: Link,
        of: Who,
        proof: Proof,
    },
    Confirm {
        link: Link,
        by: By,
    },
    Refuse {
        link: Link,
    },
    /// Takes an address back, with the password of the account that had it.
    Separate {
        who: Who,
        address: Addr,
    },
    /// The sweep hands over what was withheld of a claim.
    Join {
        claim: ClaimName,
    },
    Promote {
        by: Session,
        to: Addr,
        tell: bool,
    },
    Remove {
        by: Session,
        alias: Addr,
    },
    /// An administrator disables or enables an account.
    SetDisabled {
        by: Session,
        who: Who,
        disabled: bool,
    },
    /// An administrator invites.
    Invite {
        by: Session,
        address: Addr,
        professional: bool,
    },
    /// Whoever was invited registers.
    Register {
        who: Who,
        session: Session,
    },
    SignIn {
        who: Who,
        session: Session,
    },
    /// The first half of a sign-in.
    BeginSignIn {
        who: Who,
        number: u32,
    },
    SignOut {
        by: Session,
    },
    WriteVault {
        by: Session,
        of: Who,
        version: i64,
        keys: BTreeSet<Key>,
    },
    /// Says that a parcel is in the stored vault.
    DropParcel {
        by: Session,
        contents: Contents,
    },
    /// Lets a client program in.
    Activate {
        by: Session,
        activation: Activation,
    },
    /// It begins a session.
    BeginByActivation {
        activation: Activation,
        session: Session,
    },
    /// Its owner blocks or unblocks it, or an administrator does.
    SetBlocked {
        by: Session,
        activation: Activation,
        blocked: bool,
        portal: bool,
    },
    RemoveActivation {
        by: Session,
        activation: Activation,
    },
    /// *This wasn't me* in a notice about an account to an address.
    Alarm {
        who: Who,
        at: Addr,
        number: u32,
    },
}

/// How a claim is confirmed.
#[derive(Clone, Debug)]
pub enum By {
    Click(Session),
    Number {
        right: bool,
    },
    /// With a session, or without one: what a session of the claimant's brings at once is withheld else.
    Absorb {
        proof: Proof,
        handed: Handed,
        session: Option<Session>,
    },
    Move {
        proof: Proof,
        session: Option<Session>,
    },
}

/// What the browser hands over that opened an account's vault.
#[derive(Clone, Debug)]
pub struct Handed {
    pub version: i64,
    pub to: Key,
    pub keys: BTreeSet<Key>,
    pub addresses: Vec<Addr>,
}

impl Op {
    /// What every test of all of them is to have done with success.
    pub const KINDS: [&str; 36] = [
        "Activate → Done",
        "Alarm → Done",
        "BeginByActivation → Done",
        "BeginByActivation → Refused(NeedsReactivation)",
        "BeginSignIn → Done",
        "Cancel → Done",
        "Certify → Done",
        "Claim → Done",
        "ClaimFor → Done",
        "Confirm by Absorb → Done",
        "Confirm by Click → Done",
        "Confirm by Move → Done",
        "Confirm by Number → Done",
        "Confirm by Number → WrongNumber",
        "DropParcel → Done",
        "Inspect → Shown",
        "Invite → Done",
        "Join → Done",
        "Mail → Done",
        "MailAgain → Done",
        "Prepare → Done",
        "Promote → Done",
        "Prove → Done",
        "Refuse → Done",
        "Register → Done",
        "Remove → Done",
        "Remove → Refused(StillSeparable)",
        "RemoveActivation → Done",
        "Send → Done",
        "Separate → Done",
        "Separate → Refused(NotSeparable)",
        "SetBlocked → Done",
        "SetDisabled → Done",
        "SignIn → Done",
        "SignOut → Done",
        "WriteVault → Done",
    ];

    /// Its name, and the way of a confirmation.
    pub fn kind(&self) -> String {
        let name = |text: String| text.split([' ', '(']).next().unwrap_or_default().to_owned();
        match self {
            Self::Confirm { by, .. } => format!("Confirm by {}", name(format!("{by:?}"))),
            other => name(format!("{other:?}")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// What is shown behind a link.
    Shown(String),
    Refused(ProblemType),
    WrongNumber {
        left: u32,
    },
}

impl From<ProblemType> for Outcome {
    fn from(problem: ProblemType) -> Self {
        Self::Refused(problem)
    }
}

/// What the request's session was worth as the request came in. Where two come in at once, that may be before the other
/// one did anything.
#[derive(Clone, Debug)]
pub enum Entry {
    /// It needs none.
    Open,
    Caller(Who, Millis),
    /// It may come with one.
    Maybe(Option<Who>),
    Refused(ProblemType),
}
