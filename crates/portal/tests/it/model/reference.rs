//! The reference: what each operation does to the world, by the rules of address migration, and what it answers. Nothing
//! here knows how the portal does it.

use std::collections::{BTreeMap, BTreeSet};

use wire::{Millis, ProblemType};

use super::{
    names::{Activation, Addr, ClaimName, Contents, Key, Link, Message, Proof, Session, Who},
    world::{Account, Activated, Claim, Delivery, Ended, Folder, Parcel, SignedIn, State, World},
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

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
    Number { right: bool },
    Absorb { proof: Proof, handed: Handed },
    Move { proof: Proof },
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
    pub const KINDS: [&str; 32] = [
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
        "Mail → Done",
        "MailAgain → Done",
        "Prepare → Done",
        "Promote → Done",
        "Prove → Done",
        "Refuse → Done",
        "Register → Done",
        "Remove → Done",
        "RemoveActivation → Done",
        "Send → Done",
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

#[derive(Clone, Debug)]
pub struct Model {
    pub world: World,
    pub now: Millis,
    /// Who promoted, and when.
    promotions: Vec<(Who, Millis)>,
    /// Who sent which message, and as whom.
    sent: BTreeMap<Message, (Who, Addr)>,
    alarms: BTreeSet<u32>,
    /// How many links were mailed for a claim.
    links: BTreeMap<ClaimName, u8>,
    /// Sessions that there ever were.
    begun: BTreeMap<Session, Who>,
}

type Done = Result<(), Outcome>;

macro_rules! refuse {
    ($problem:ident) => {
        return Err(ProblemType::$problem.into())
    };
}

impl Model {
    pub fn new(world: World, now: Millis) -> Self {
        let begun = world
            .sessions
            .iter()
            .map(|(session, known)| (*session, known.of))
            .collect();
        Self {
            world,
            now,
            promotions: Vec::new(),
            sent: BTreeMap::new(),
            alarms: BTreeSet::new(),
            links: BTreeMap::new(),
            begun,
        }
    }

    /// A step begins: what was recorded and mailed before is no news.
    pub fn pass(&mut self, by: Millis) {
        self.now += by;
        self.world.recorded.clear();
        self.world.mailed.clear();
    }

    pub fn apply(&mut self, op: &Op) -> Outcome {
        let entry = self.enter(op);
        self.act(op, &entry)
    }

    /// What is decided by the session alone.
    pub fn enter(&self, op: &Op) -> Entry {
        use Op::*;
        let signed_in = |session: &Session| -> Result<(Who, Millis), ProblemType> {
            let known = self
                .world
                .sessions
                .get(session)
                .filter(|known| known.expires_at > self.now);
            let known = known.ok_or(ProblemType::SignedOut)?;
            match self.account(known.of).state {
                State::Active => Ok((known.of, known.password_at)),
                State::Disabled => Err(ProblemType::AccountDisabled),
                State::Invited => Err(ProblemType::SignedOut),
            }
        };
        let caller = |session: &Session, allowed: fn(&Account) -> bool| match signed_in(session) {
            Err(problem) => Entry::Refused(problem),
            Ok((who, _)) if !allowed(self.account(who)) => Entry::Refused(ProblemType::NotAllowed),
            Ok((who, password_at)) => Entry::Caller(who, password_at),
        };
        // An activated program may read and write.
        let program = |session: &Session| self.world.sessions.get(session).and_then(|known| known.by);
        let in_person = |session: &Session, allowed: fn(&Account) -> bool| match (signed_in(session), program(session))
        {
            (Ok(_), Some(_)) => Entry::Refused(ProblemType::NotAllowed),
            _ => caller(session, allowed),
        };
        match op {
            Prepare { by, .. } | Send { by, .. } | Certify { by, .. } => caller(by, |_| true),
            SignOut { by } | WriteVault { by, .. } | DropParcel { by, .. } => caller(by, |_| true),
            Claim { by, .. } | MailAgain { by, .. } | Cancel { by, .. } => {
                in_person(by, |account| account.professional)
            }
            Promote { by, .. } | Remove { by, .. } => in_person(by, |account| account.professional),
            ClaimFor { by, .. } | SetDisabled { by, .. } | Invite { by, .. } => {
                in_person(by, |account| account.administrator)
            }
            SetBlocked { by, portal: true, .. } => in_person(by, |account| account.administrator),
            Activate { by, .. } => in_person(by, |_| true),
            // It may stop itself.
            SetBlocked {
                by,
                activation,
                blocked: true,
                ..
            }
            | RemoveActivation { by, activation }
                if program(by) == Some(*activation) =>
            {
                caller(by, |_| true)
            }
            SetBlocked { by, .. } | RemoveActivation { by, .. } => in_person(by, |_| true),
            Confirm { by: By::Click(by), .. } | Inspect { by: Some(by), .. } => {
                Entry::Maybe(signed_in(by).ok().filter(|_| program(by).is_none()).map(|(who, _)| who))
            }
            Confirm { .. } | Inspect { by: None, .. } => Entry::Maybe(None),
            Mail { .. }
            | Prove { .. }
            | Refuse { .. }
            | Register { .. }
            | SignIn { .. }
            | BeginSignIn { .. }
            | BeginByActivation { .. }
            | Alarm { .. } => Entry::Open,
        }
    }

    /// The rest.
    pub fn act(&mut self, op: &Op, entry: &Entry) -> Outcome {
        let before = self.clone();
        match self.try_act(op, entry) {
            Ok(outcome) => outcome,
            Err(outcome) => {
                *self = before;
                outcome
            }
        }
    }

    fn try_act(&mut self, op: &Op, entry: &Entry) -> Result<Outcome, Outcome> {
        let (who, password_at) = match entry {
            Entry::Refused(problem) => return Err((*problem).into()),
            Entry::Caller(who, password_at) => (Some(*who), *password_at),
            Entry::Maybe(who) => (*who, 0),
            Entry::Open => (None, 0),
        };
        let caller = || who.unwrap();
        match op {
            Op::Prepare { to, .. } => self.prepare(caller(), *to)?,
            Op::Send {
                from,
                to,
                packets,
                message,
                ..
            } => self.send(caller(), *from, to, packets, *message)?,
            Op::Certify { addresses, .. } => self.certify(caller(), addresses)?,
            Op::Claim { by, on } => {
                self.still_signed_in(*by)?;
                self.claim(caller(), *on, false)?;
            }
            Op::ClaimFor { of, on, .. } => self.claim(*of, *on, true)?,
            Op::MailAgain { by, claim } => {
                self.still_signed_in(*by)?;
                self.own_claim(caller(), *claim)?;
                self.mail_claim(*claim)?;
            }
            Op::Cancel { by, claim } => {
                self.still_signed_in(*by)?;
                match self.own_claim(caller(), *claim) {
                    Err(_) if self.world.claims[claim].ended == Some(Ended::Cancelled) => {}
                    other => {
                        other?;
                        self.end_claim(*claim, Ended::Cancelled);
                        self.record(claim.of, "claim-cancelled", Some(claim.on));
                    }
                }
            }
            Op::Mail { claim } => self.make_mail(*claim),
            Op::Inspect { link, .. } => return self.inspect(*link, who),
            Op::Prove { link, of, proof } => self.prove(*link, *of, *proof)?,
            Op::Confirm { link, by } => return self.confirm(*link, by, who),
            Op::Refuse { link } => match self.world.claims[&link.0].ended {
                Some(Ended::Refused) => {}
                Some(ended) => return Err(told(ended).into()),
                None => {
                    self.end_claim(link.0, Ended::Refused);
                    self.record(link.0.of, "claim-refused", Some(link.0.on));
                }
            },
            Op::Promote { by, to, tell } => {
                if self.now >= password_at + 5 * MINUTE {
                    refuse!(PasswordNeeded);
                }
                self.still_signed_in(*by)?;
                self.promote(caller(), *to, *tell, *by)?;
            }
            Op::Remove { by, alias } => {
                self.still_signed_in(*by)?;
                self.remove(caller(), *alias)?;
            }
            Op::SetDisabled { who, disabled, .. } => self.set_disabled(caller(), *who, *disabled)?,
            Op::Invite {
                by: _,
                address,
                professional,
            } => self.invite(*address, *professional)?,
            Op::Register { who, session } => self.register(*who, *session)?,
            Op::SignIn { who, session } => {
                if self.account(*who).state != State::Active {
                    refuse!(AccountDisabled);
                }
                self.begin_session(*who, *session);
            }
            Op::BeginSignIn { who, number } => {
                self.world.sign_ins.insert(*number, *who);
            }
            Op::Activate { by, activation } => {
                if self.now >= password_at + 5 * MINUTE {
                    refuse!(PasswordNeeded);
                }
                self.still_signed_in(*by)?;
                self.activate(caller(), *activation)?;
            }
            Op::BeginByActivation { activation, session } => self.begin_by_activation(*activation, *session)?,
            Op::SetBlocked {
                by,
                activation,
                blocked,
                portal: true,
            } => {
                let _ = by;
                let of = self.world.activations.get(activation).map(|known| known.of);
                let Some(of) = of else { refuse!(NotFound) };
                self.set_blocked(of, *activation, *blocked, true)?;
            }
            Op::SetBlocked {
                by,
                activation,
                blocked,
                ..
            } => {
                self.still_signed_in(*by)?;
                self.set_blocked(caller(), *activation, *blocked, false)?;
            }
            Op::RemoveActivation { by, activation } => {
                self.still_signed_in(*by)?;
                let known = self.own_activation(caller(), *activation)?.clone();
                if known.blocked_by_portal {
                    refuse!(BlockedByPortal);
                }
                self.world.activations.remove(activation);
                self.world.sessions.retain(|_, known| known.by != Some(*activation));
                self.record(caller(), "activation-removed", Some(known.under));
            }
            Op::SignOut { by } => {
                self.world.sessions.remove(by);
            }
            Op::WriteVault { by, version, keys } => {
                self.still_signed_in(*by)?;
                let vault = self.world.vaults.get_mut(&caller()).unwrap();
                if vault.0 != *version {
                    refuse!(VersionConflict);
                }
                *vault = (version + 1, keys.clone());
            }
            Op::DropParcel { contents, .. } => {
                match self.world.parcels.get(contents) {
                    Some(parcel) if parcel.of == caller() => {}
                    _ => refuse!(NotFound),
                }
                self.world.parcels.remove(contents);
                // Until then the vault and its password were the only other place of those keys.
                if let Contents::Keyring(of) = contents {
                    self.world.vaults.remove(of);
                    self.account_mut(*of).password = false;
                }
            }
            Op::Alarm { who, at, number } => {
                if self.alarms.insert(*number) {
                    let holder = self.account(*who).absorbed_into.unwrap_or(*who);
                    self.end_sessions(holder, None);
                    self.remove_activations(holder);
                    self.cancel_claims(holder);
                    self.record(holder, "alarm-raised", Some(*at));
                }
            }
        }
        Ok(Outcome::Done)
    }

    pub fn account(&self, who: Who) -> &Account {
        &self.world.accounts[&who]
    }

    pub fn account_mut(&mut self, who: Who) -> &mut Account {
        self.world.accounts.get_mut(&who).unwrap()
    }

    /// What an address is: whose, and whether it is the Master; or who was invited.
    pub fn standing(&self, address: Addr) -> (Option<(Who, bool)>, Option<Who>) {
        let (addresses, invitations) = (&self.world.addresses, &self.world.invitations);
        (addresses.get(&address).copied(), invitations.get(&address).copied())
    }

    /// The account behind an address, registered or invited.
    pub fn behind(&self, address: Addr) -> Option<Who> {
        self.owner(address)
            .or_else(|| self.world.invitations.get(&address).copied())
    }

    /// The registered account that has an address.
    pub fn owner(&self, address: Addr) -> Option<Who> {
        self.world.addresses.get(&address).map(|(who, _)| *who)
    }

    /// An account's addresses, the Master first.
    pub fn addresses(&self, who: Who) -> Vec<Addr> {
        let of = |master| {
            let these = self
                .world
                .addresses
                .iter()
                .filter(move |(_, has)| **has == (who, master));
            these.map(|(address, _)| *address)
        };
        of(true).chain(of(false)).collect()
    }

    pub fn master(&self, who: Who) -> Option<Addr> {
        self.addresses(who)
            .first()
            .copied()
            .filter(|address| self.world.addresses[address].1)
    }

    /// The accounts of a person: this one and those that it absorbed.
    fn person(&self, who: Who) -> BTreeSet<Who> {
        let absorbed = self
            .world
            .accounts
            .iter()
            .filter(|(_, account)| account.absorbed_into == Some(who));
        absorbed.map(|(absorbed, _)| *absorbed).chain([who]).collect()
    }

    /// The address that a message was sent from, and the sender's Master of now where that is another.
    pub fn sender(&self, message: Message) -> (Addr, Option<Addr>) {
        let (sender, from) = self.sent[&message];
        let holder = self.account(sender).absorbed_into.unwrap_or(sender);
        let active = self.account(holder).state == State::Active;
        let now = self.master(holder).filter(|master| active && *master != from);
        (from, now)
    }

    /// The keys that an address had before one, as far as one named the next.
    pub fn predecessors(&self, key: Key, address: Addr) -> BTreeSet<Key> {
        let mut found = BTreeSet::from([key]);
        loop {
            let had = found.len();
            let before = self
                .world
                .successions
                .iter()
                .filter(|((_, on), after)| *on == address && found.contains(after));
            let before: Vec<_> = before.map(|((before, _), _)| *before).collect();
            found.extend(before);
            if found.len() == had {
                found.remove(&key);
                return found;
            }
        }
    }

    fn administrators(&self) -> Vec<Who> {
        let these = self.world.accounts.iter();
        let these = these.filter(|(_, account)| account.administrator && account.state == State::Active);
        these.map(|(who, _)| *who).collect()
    }

    fn record(&mut self, who: Who, what: &str, about: Option<Addr>) {
        self.record_by(who, what, about, false);
    }

    fn record_by(&mut self, who: Who, what: &str, about: Option<Addr>, by_administrator: bool) {
        *self
            .world
            .recorded
            .entry((who, what.to_owned(), about, by_administrator))
            .or_default() += 1;
        self.world.totals.0 += 1;
    }

    fn mail(&mut self, about: Who, kind: &str, to: &[Addr]) {
        for address in to {
            *self.world.mailed.entry((about, kind.to_owned(), *address)).or_default() += 1;
            self.world.totals.1 += 1;
        }
    }

    fn still_signed_in(&self, session: Session) -> Done {
        let known = self
            .world
            .sessions
            .get(&session)
            .filter(|known| known.expires_at > self.now);
        let Some(known) = known else { refuse!(SignedOut) };
        match self.account(known.of).state {
            State::Active => Ok(()),
            _ => refuse!(AccountDisabled),
        }
    }

    fn begin_session(&mut self, who: Who, session: Session) {
        let signed_in = SignedIn {
            of: who,
            by: None,
            password_at: self.now,
            expires_at: self.now + 12 * HOUR,
        };
        self.world.sessions.insert(session, signed_in);
        self.begun.insert(session, who);
    }

    // Programs that were let in.

    fn own_activation(&self, who: Who, activation: Activation) -> Result<&Activated, Outcome> {
        match self.world.activations.get(&activation) {
            Some(known) if known.of == who => Ok(known),
            _ => Err(ProblemType::NotFound.into()),
        }
    }

    fn activate(&mut self, who: Who, activation: Activation) -> Done {
        match self.world.activations.get(&activation) {
            Some(known) if known.of == who => return Ok(()),
            Some(_) => refuse!(Unacceptable),
            None => {}
        }
        let mut own = self.world.activations.values().filter(|known| known.of == who);
        if own.any(|known| known.blocked_by_portal) {
            refuse!(BlockedByPortal);
        }
        let activated = Activated {
            of: who,
            under: self.master(who).unwrap(),
            blocked_by_owner: false,
            blocked_by_portal: false,
            outlived_at: None,
            slot: true,
        };
        self.record(who, "activated", Some(activated.under));
        self.mail(who, "activated", &self.addresses(who));
        self.world.activations.insert(activation, activated);
        Ok(())
    }

    fn begin_by_activation(&mut self, activation: Activation, session: Session) -> Done {
        let Some(known) = self.world.activations.get(&activation) else {
            refuse!(ActivationUnknown)
        };
        let of = known.of;
        if self.account(of).state != State::Active {
            refuse!(AccountDisabled);
        }
        if known.blocked_by_portal {
            refuse!(BlockedByPortal);
        }
        if known.outlived_at.is_some() {
            refuse!(NeedsReactivation);
        }
        if known.blocked_by_owner {
            refuse!(ActivationBlocked);
        }
        self.begin_session(of, session);
        let begun = self.world.sessions.get_mut(&session).unwrap();
        begun.by = Some(activation);
        begun.password_at = 0;
        begun.expires_at = self.now + HOUR;
        Ok(())
    }

    fn set_blocked(&mut self, of: Who, activation: Activation, blocked: bool, portal: bool) -> Done {
        let known = self.own_activation(of, activation)?.clone();
        if !portal && !blocked && known.blocked_by_portal {
            refuse!(BlockedByPortal);
        }
        let known = self.world.activations.get_mut(&activation).unwrap();
        let flag = match portal {
            true => &mut known.blocked_by_portal,
            false => &mut known.blocked_by_owner,
        };
        if std::mem::replace(flag, blocked) == blocked {
            return Ok(());
        }
        let under = known.under;
        if blocked {
            self.world.sessions.retain(|_, known| known.by != Some(activation));
        }
        let kind = if blocked {
            "activation-blocked"
        } else {
            "activation-unblocked"
        };
        self.record_by(of, kind, Some(under), portal);
        Ok(())
    }

    /// Those that the portal blocked stay, and open nothing.
    fn remove_activations(&mut self, who: Who) {
        self.world
            .activations
            .retain(|_, known| known.of != who || known.blocked_by_portal);
        self.outlive(who);
    }

    fn outlive(&mut self, who: Who) {
        for known in self.world.activations.values_mut().filter(|known| known.of == who) {
            known.outlived_at = known.outlived_at.or(Some(self.now));
            known.slot = false;
        }
    }

    /// Sessions that are no more, and whose they were.
    pub fn ended_sessions(&self) -> Vec<(Session, Who)> {
        let begun = self
            .begun
            .iter()
            .filter(|(session, _)| !self.world.sessions.contains_key(*session));
        begun.map(|(session, who)| (*session, *who)).collect()
    }

    /// How many links were mailed for a claim.
    pub fn links(&self, claim: ClaimName) -> u8 {
        self.links.get(&claim).copied().unwrap_or_default()
    }

    fn end_sessions(&mut self, who: Who, except: Option<Session>) {
        self.world
            .sessions
            .retain(|session, known| known.of != who || Some(*session) == except);
        self.world.sign_ins.retain(|_, of| *of != who);
    }

    // Sending.

    /// A Professional writes to anybody; a Guest to itself and to Professionals whom it has dealt with; nobody to an
    /// account that is disabled.
    fn may_write(&self, writer: Who, to: Addr) -> bool {
        let professional = self.account(writer).professional;
        let Some(behind) = self.behind(to) else {
            return professional;
        };
        let known = self.account(behind);
        let own = self.person(writer);
        let dealt = || {
            let others = self.person(behind);
            self.world
                .dealt
                .keys()
                .any(|(one, other)| own.contains(one) && others.contains(other))
        };
        known.state != State::Disabled && (professional || behind == writer || (known.professional && dealt()))
    }

    fn make_invited(&mut self, address: Addr) -> Who {
        let made = |who: &&Who| matches!(who, Who::Invited(of, _) if *of == address);
        let who = Who::Invited(
            address,
            u8::try_from(self.world.accounts.keys().filter(made).count()).unwrap(),
        );
        let account = Account {
            state: State::Invited,
            professional: false,
            administrator: false,
            password: false,
            absorbed_into: None,
            key: Key::Waiting(who),
        };
        self.world.accounts.insert(who, account);
        self.world.named.insert((Key::Waiting(who), address));
        self.world.waiting_keys.insert(who);
        self.world.mailboxes.insert(who, 1);
        self.world.invitations.insert(address, who);
        who
    }

    fn prepare(&mut self, writer: Who, to: Addr) -> Done {
        if !self.may_write(writer, to) {
            refuse!(RecipientsNotAllowed);
        }
        if self.behind(to).is_none() {
            self.make_invited(to);
        }
        Ok(())
    }

    fn send(&mut self, sender: Who, from: Addr, to: &[Addr], packets: &BTreeMap<Who, Key>, message: Message) -> Done {
        if self.sent.contains_key(&message) {
            return Ok(());
        }
        let own = self.account(sender).key;
        if self.master(sender) != Some(from) || !self.world.named.contains(&(own, from)) {
            refuse!(SenderChanged);
        }
        if to.iter().any(|address| !self.may_write(sender, *address)) {
            refuse!(RecipientsNotAllowed);
        }
        let Some(reached) = to
            .iter()
            .map(|address| self.behind(*address))
            .collect::<Option<Vec<_>>>()
        else {
            refuse!(RecipientsChanged)
        };
        let mut wanted = BTreeMap::from([(sender, own)]);
        wanted.extend(reached.iter().map(|who| (*who, self.account(*who).key)));
        if *packets != wanted {
            refuse!(RecipientsChanged);
        }
        self.sent.insert(message, (sender, from));
        let folders = [(Folder::Sent, sender)].into_iter();
        for (folder, holder) in folders.chain(reached.iter().map(|who| (Folder::Inbox, *who))) {
            self.world.deliveries.insert(Delivery {
                message,
                folder,
                holder,
                key: wanted[&holder],
            });
        }
        let mut addressed = BTreeSet::new();
        for (position, (address, who)) in to.iter().zip(&reached).enumerate() {
            self.world
                .participants
                .insert((message, u32::try_from(position).unwrap()), (*address, *who));
            if *who == sender || !addressed.insert(*who) {
                continue;
            }
            self.world.dealt.insert((sender, *who), *address);
            self.world.dealt.insert((*who, sender), from);
            let (kind, destination) = match self.account(*who).state {
                State::Invited => ("invitation", *address),
                _ => ("notification", self.master(*who).unwrap()),
            };
            self.mail(*who, kind, &[destination]);
        }
        Ok(())
    }

    fn certify(&mut self, who: Who, addresses: &[Addr]) -> Done {
        let mut own = self.addresses(who);
        let (master, mut named) = (own.first().copied(), addresses.to_vec());
        own.sort_unstable();
        named.sort_unstable();
        if master != addresses.first().copied() || own != named {
            refuse!(Unacceptable);
        }
        let key = self.account(who).key;
        self.world.named.extend(addresses.iter().map(|address| (key, *address)));
        Ok(())
    }

    // Claims.

    fn claim(&mut self, of: Who, on: Addr, by_administrator: bool) -> Done {
        let account = self.account(of);
        if account.state != State::Active || !account.professional {
            refuse!(NotAllowed);
        }
        if self.owner(on) == Some(of) {
            refuse!(AddressYours);
        }
        let claims: Vec<_> = self.world.claims.iter().filter(|(name, _)| name.of == of).collect();
        if let Some((name, _)) = claims
            .iter()
            .find(|(name, claim)| name.on == on && claim.ended.is_none())
        {
            let name = **name;
            return self.mail_claim(name);
        }
        if claims.iter().filter(|(_, claim)| claim.ended.is_none()).count() >= 5 {
            refuse!(TooManyRequests);
        }
        if claims
            .iter()
            .filter(|(_, claim)| claim.created_at > self.now - DAY)
            .count()
            >= 10
        {
            refuse!(TooManyRequests);
        }
        let before = claims.iter().filter(|(name, _)| name.on == on).count();
        let name = ClaimName {
            of,
            on,
            before: u8::try_from(before).unwrap(),
        };
        let claim = Claim {
            created_at: self.now,
            by_administrator,
            ended: None,
            wrong_numbers: 0,
            newest: None,
            expires_at: 0,
            proof: None,
        };
        self.world.claims.insert(name, claim);
        self.record_by(of, "claim-added", Some(on), by_administrator);
        self.mail_claim(name)
    }

    /// Sees that a claim is an account's own and pending.
    fn own_claim(&self, who: Who, name: ClaimName) -> Done {
        match self.world.claims.get(&name) {
            Some(claim) if name.of == who => match claim.ended {
                Some(ended) => Err(told(ended).into()),
                None => Ok(()),
            },
            _ => refuse!(NotFound),
        }
    }

    /// At most three mails go to an address in an hour. Who asked for those three alone is told so; else the mail waits.
    fn mail_claim(&mut self, name: ClaimName) -> Done {
        let now = self.now;
        let free_at = |whose: Option<Who>| {
            let mails = self.world.claim_mails.iter().filter(|(claim, ..)| claim.on == name.on);
            let mails = mails.filter(|(claim, ..)| whose.is_none_or(|who| claim.of == who));
            let at =
                |&(_, made, next, sent): &(_, Millis, Option<Millis>, Option<Millis>)| sent.or(next).unwrap_or(made);
            let mut times: Vec<_> = mails.map(at).filter(|&at| at > now - HOUR).collect();
            times.sort_unstable();
            times
                .iter()
                .rev()
                .nth(2)
                .map(|third| third + HOUR)
                .filter(|&at| at > now)
        };
        if free_at(Some(name.of)).is_some() {
            refuse!(TooManyRequests);
        }
        let goes_out = free_at(None).unwrap_or(now);
        // Those that have not gone out never will.
        for (claim, _, next, _) in &mut self.world.claim_mails {
            if *claim == name {
                *next = None;
            }
        }
        self.world.claim_mails.push((name, now, Some(goes_out), None));
        self.world.claim_mails.sort();
        self.mail(name.of, "claim", &[name.on]);
        let claim = self.world.claims.get_mut(&name).unwrap();
        claim.newest = None;
        claim.proof = None;
        claim.expires_at = now + DAY;
        Ok(())
    }

    /// Whether a claim's mail waits to be made and may be by now.
    pub fn mail_is_due(&self, name: ClaimName) -> bool {
        let due = |(claim, _, next, _): &(ClaimName, _, Option<Millis>, _)| {
            *claim == name && next.is_some_and(|next| next <= self.now)
        };
        self.world.claim_mails.iter().any(due)
    }

    fn make_mail(&mut self, name: ClaimName) {
        let now = self.now;
        let pending = self.world.claims[&name].ended.is_none();
        for (claim, _, next, sent) in &mut self.world.claim_mails {
            if *claim == name && next.is_some_and(|next| next <= now) {
                *next = None;
                if pending {
                    *sent = Some(now);
                    let claim = self.world.claims.get_mut(&name).unwrap();
                    let made = self.links.entry(name).or_default();
                    claim.newest = Some(*made);
                    claim.expires_at = now + DAY;
                    *made += 1;
                }
            }
        }
        self.world.claim_mails.sort();
    }

    fn end_claim(&mut self, name: ClaimName, how: Ended) {
        let claim = self.world.claims.get_mut(&name).unwrap();
        claim.ended.get_or_insert(how);
    }

    fn cancel_claims(&mut self, of: Who) {
        for (name, claim) in &mut self.world.claims {
            if name.of == of {
                claim.ended.get_or_insert(Ended::Cancelled);
            }
        }
        self.forget_proofs(of);
    }

    fn forget_proofs(&mut self, of: Who) {
        for claim in self.world.claims.values_mut() {
            claim.proof.take_if(|(_, proved, _)| *proved == of);
        }
    }

    // Links.

    fn open(&self, link: Link) -> Done {
        let claim = &self.world.claims[&link.0];
        match claim.ended {
            Some(ended) => Err(told(ended).into()),
            None if claim.newest != Some(link.1) => refuse!(LinkReplaced),
            None if claim.expires_at <= self.now => refuse!(LinkExpired),
            None => Ok(()),
        }
    }

    fn inspect(&self, link: Link, by: Option<Who>) -> Result<Outcome, Outcome> {
        self.open(link)?;
        let name = link.0;
        if self.account(name.of).state != State::Active {
            refuse!(ClaimEnded);
        }
        let outcome = match (self.world.addresses.get(&name.on), self.world.invitations.get(&name.on)) {
            (Some((who, _)), _) if *who == name.of => refuse!(AddressYours),
            (Some((_, true)), _) => "absorbs, asks password".to_owned(),
            (Some((_, false)), _) => "moves-or-absorbs, asks password".to_owned(),
            (None, invited) => {
                let what = match invited {
                    None => "joins".to_owned(),
                    Some(who) => {
                        let waiting = self.world.deliveries.iter().filter(|one| one.holder == *who).count();
                        format!("mail-joins {waiting}")
                    }
                };
                format!("{what}, asks {}", if by == Some(name.of) { "click" } else { "number" })
            }
        };
        Ok(Outcome::Shown(outcome))
    }

    fn prove(&mut self, link: Link, of: Who, proof: Proof) -> Done {
        self.open(link)?;
        if self.owner(link.0.on) != Some(of) || of == link.0.of {
            refuse!(ClaimChanged);
        }
        let until = self.now + 10 * MINUTE;
        self.world.claims.get_mut(&link.0).unwrap().proof = Some((proof, of, until));
        Ok(())
    }

    fn confirm(&mut self, link: Link, by: &By, session: Option<Who>) -> Result<Outcome, Outcome> {
        let name = link.0;
        let (claimant, on) = (name.of, name.on);
        let claim = self.world.claims[&name].clone();
        let newest = claim.newest == Some(link.1) && claim.expires_at > self.now;
        if claim.ended == Some(Ended::Confirmed) && newest && self.owner(on) == Some(claimant) {
            return Ok(Outcome::Done);
        }
        self.open(link)?;
        if self.account(claimant).state != State::Active {
            refuse!(ClaimEnded);
        }
        let had = self.world.addresses.get(&on).copied();
        match (had, by) {
            (Some((who, _)), _) if who == claimant => refuse!(AddressYours),
            (Some(_), By::Click(_) | By::Number { .. }) => refuse!(AddressTaken),
            (Some((_, true)), By::Move { .. }) | (None, By::Move { .. } | By::Absorb { .. }) => refuse!(ClaimChanged),
            _ => {}
        }
        match by {
            By::Click(_) if session != Some(claimant) => refuse!(ClaimChanged),
            By::Number { right: false } => return Ok(self.wrong_number(name)),
            _ => {}
        }
        let before = self.addresses(claimant);
        let mut kind = ("alias-added", "alias-added");
        match (had, by) {
            (Some((other, _)), &By::Absorb { proof, ref handed }) => {
                self.check_proof(&claim, proof, other)?;
                self.absorb(other, claimant, on, handed)?;
                kind = ("account-absorbed", "account-absorbed");
            }
            (Some((other, _)), &By::Move { proof }) => {
                self.check_proof(&claim, proof, other)?;
                self.succeed(other, claimant, on);
                self.world.addresses.insert(on, (claimant, false));
                let kept = self.addresses(other);
                self.record(other, "alias-moved-away", Some(on));
                self.mail(other, "moved", &[on]);
                self.mail(other, "alias-moved-away", &kept);
            }
            _ => {
                if let Some(invited) = self.world.invitations.remove(&on) {
                    self.world.waiting_keys.remove(&invited);
                    let parcel = Parcel {
                        of: claimant,
                        to: self.account(claimant).key,
                        keys: BTreeSet::from([Key::Waiting(invited)]),
                    };
                    self.world.parcels.insert(Contents::WaitingKey(invited), parcel);
                    self.record(claimant, "waiting-key-handed-over", None);
                    self.hand_over(invited, claimant);
                }
                self.world.addresses.insert(on, (claimant, false));
                self.mail(claimant, "joined", &[on]);
            }
        }
        for (other, claim) in &mut self.world.claims {
            if other.of == claimant
                && self
                    .world
                    .addresses
                    .get(&other.on)
                    .is_some_and(|(who, _)| *who == claimant)
            {
                claim.ended.get_or_insert(Ended::Confirmed);
            }
        }
        self.record(claimant, kind.0, Some(on));
        self.mail(claimant, kind.1, &before);
        Ok(Outcome::Done)
    }

    fn wrong_number(&mut self, name: ClaimName) -> Outcome {
        let claim = self.world.claims.get_mut(&name).unwrap();
        claim.wrong_numbers += 1;
        match 3 - claim.wrong_numbers {
            0 => {
                self.end_claim(name, Ended::Guessed);
                self.record(name.of, "claim-guessed", Some(name.on));
                ProblemType::ClaimEnded.into()
            }
            left => Outcome::WrongNumber { left },
        }
    }

    fn check_proof(&self, claim: &Claim, proof: Proof, of: Who) -> Done {
        match claim.proof {
            Some((given, whose, until)) if given == proof && whose == of && until > self.now => {}
            _ => refuse!(PasswordNeeded),
        }
        match self.account(of).state {
            State::Active => Ok(()),
            _ => refuse!(AccountDisabled),
        }
    }

    fn absorb(&mut self, other: Who, claimant: Who, on: Addr, handed: &Handed) -> Done {
        if self.administrators() == [other] {
            refuse!(OnlyAdministrator);
        }
        if self.world.vaults[&other].0 != handed.version {
            refuse!(VersionConflict);
        }
        let joining = self.addresses(other);
        if joining.iter().collect::<BTreeSet<_>>() != handed.addresses.iter().collect() {
            refuse!(ClaimChanged);
        }
        for address in &joining {
            self.succeed(other, claimant, *address);
        }
        self.end_sessions(other, None);
        self.remove_activations(other);
        self.cancel_claims(other);
        for address in &joining {
            self.world.addresses.insert(*address, (claimant, false));
        }
        self.hand_over(other, claimant);
        let parcel = Parcel {
            of: claimant,
            to: handed.to,
            keys: handed.keys.clone(),
        };
        self.world.parcels.insert(Contents::Keyring(other), parcel);
        self.record(other, "absorbed-into", Some(on));
        self.mail(other, "absorbed", &joining);
        Ok(())
    }

    /// All that an account holds is another's from now on. What went from and to it stays as it is written.
    fn hand_over(&mut self, other: Who, to: Who) {
        let deliveries = std::mem::take(&mut self.world.deliveries);
        let moved = deliveries.into_iter().map(|one| match one.holder == other {
            true => Delivery { holder: to, ..one },
            false => one,
        });
        self.world.deliveries = moved.collect();
        let mailboxes = self.world.mailboxes.remove(&other).unwrap_or_default();
        *self.world.mailboxes.entry(to).or_default() += mailboxes;
        for parcel in self.world.parcels.values_mut().filter(|parcel| parcel.of == other) {
            parcel.of = to;
        }
        for account in self
            .world
            .accounts
            .values_mut()
            .filter(|account| account.absorbed_into == Some(other))
        {
            account.absorbed_into = Some(to);
        }
        let account = self.account_mut(other);
        account.absorbed_into = Some(to);
        account.state = State::Disabled;
        account.administrator = false;
    }

    fn succeed(&mut self, before: Who, after: Who, address: Addr) {
        let (before, after) = (self.account(before).key, self.account(after).key);
        self.world.successions.insert((before, address), after);
    }

    // What an account does with its addresses.

    fn promote(&mut self, who: Who, to: Addr, tell: bool, keep: Session) -> Done {
        if self.owner(to) != Some(who) {
            refuse!(NotFound);
        }
        let old = self.master(who).unwrap();
        if old == to {
            return Ok(());
        }
        let today = |(of, at): &&(Who, Millis)| *of == who && *at >= self.now - DAY;
        if tell && self.promotions.iter().filter(today).count() >= 3 {
            refuse!(TooManyRequests);
        }
        self.promotions.push((who, self.now));
        self.world.addresses.insert(old, (who, false));
        self.world.addresses.insert(to, (who, true));
        self.end_sessions(who, Some(keep));
        self.outlive(who);
        self.forget_proofs(who);
        self.record(who, "promoted", Some(to));
        let others: Vec<_> = self
            .addresses(who)
            .into_iter()
            .filter(|address| *address != to && *address != old)
            .collect();
        self.mail(who, "promoted", &[to]);
        self.mail(who, "demoted", &[old]);
        self.mail(who, "master-changed", &others);
        if tell {
            self.world.tellings.insert(who, to);
        }
        Ok(())
    }

    fn remove(&mut self, who: Who, alias: Addr) -> Done {
        match self.world.addresses.get(&alias) {
            Some((owner, master)) if *owner == who => {
                if *master {
                    refuse!(MasterStays);
                }
            }
            _ => refuse!(NotFound),
        }
        self.world.addresses.remove(&alias);
        self.record(who, "alias-removed", Some(alias));
        let kept = self.addresses(who);
        self.mail(who, "removed", &[alias]);
        self.mail(who, "alias-removed", &kept);
        Ok(())
    }

    // What an administrator does, and what begins an account.

    fn set_disabled(&mut self, caller: Who, who: Who, disabled: bool) -> Done {
        if caller == who {
            refuse!(NotAllowed);
        }
        let account = self.account(who);
        if account.state == State::Invited || account.absorbed_into.is_some() {
            refuse!(NotFound);
        }
        if disabled && self.administrators() == [who] {
            refuse!(OnlyAdministrator);
        }
        let (from, to, what) = match disabled {
            true => (State::Active, State::Disabled, "disabled"),
            false => (State::Disabled, State::Active, "enabled"),
        };
        if self.account(who).state == from {
            self.account_mut(who).state = to;
            if disabled {
                self.cancel_claims(who);
            }
            self.record(who, what, None);
        }
        Ok(())
    }

    fn invite(&mut self, address: Addr, professional: bool) -> Done {
        if self.owner(address).is_some() {
            refuse!(InvitationUsed);
        }
        let who = match self.world.invitations.get(&address) {
            Some(who) => *who,
            None => self.make_invited(address),
        };
        self.account_mut(who).professional = professional;
        self.mail(who, "invitation", &[address]);
        Ok(())
    }

    fn register(&mut self, who: Who, session: Session) -> Done {
        let Some((address, _)) = self.world.invitations.iter().find(|(_, invited)| **invited == who) else {
            refuse!(InvitationUsed)
        };
        let (address, own) = (*address, Key::Own(who));
        self.world.invitations.remove(&address);
        let account = self.account_mut(who);
        account.state = State::Active;
        account.password = true;
        account.key = own;
        self.world.named.insert((own, address));
        self.world.addresses.insert(address, (who, true));
        self.world.vaults.insert(who, (1, BTreeSet::from([own])));
        self.world.waiting_keys.remove(&who);
        let parcel = Parcel {
            of: who,
            to: own,
            keys: BTreeSet::from([Key::Waiting(who)]),
        };
        self.world.parcels.insert(Contents::WaitingKey(who), parcel);
        self.record(who, "registered", None);
        self.record(who, "waiting-key-handed-over", None);
        self.begin_session(who, session);
        Ok(())
    }
}

fn told(ended: Ended) -> ProblemType {
    match ended {
        Ended::Confirmed => ProblemType::ClaimConfirmed,
        Ended::Cancelled | Ended::Refused | Ended::Guessed => ProblemType::ClaimEnded,
    }
}
