//! The reference: what each operation does to the world, by the rules of address migration, and what it answers. Nothing
//! here knows how the portal does it.

mod accounts;
mod activations;
mod addresses;
mod claims;
mod operation;
mod sending;
mod sessions;
mod withheld;

use std::collections::{BTreeMap, BTreeSet};

use wire::{Millis, ProblemType};

use self::claims::told;
pub use self::operation::{By, Entry, Handed, Op, Outcome};
use super::{
    names::{Addr, ClaimName, Message, Session, Who},
    world::{Account, Ended, State, Withheld, World},
};

const MINUTE: Millis = 60_000;
const HOUR: Millis = 60 * MINUTE;
const DAY: Millis = 24 * HOUR;

#[derive(Clone, Debug)]
pub struct Model {
    pub world: World,
    pub now: Millis,
    /// Who told those it has dealt with of a promotion, and when.
    told: Vec<(Who, Millis)>,
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
use refuse;

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
            told: Vec::new(),
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
                State::Invited | State::Joining => Err(ProblemType::SignedOut),
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
            SignOut { by } | WriteVault { by, .. } => caller(by, |_| true),
            // A program might never have stored what it took in.
            DropParcel { by, .. } => in_person(by, |_| true),
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
            Confirm {
                by: By::Click(by) | By::Absorb { session: Some(by), .. } | By::Move { session: Some(by), .. },
                ..
            }
            | Inspect { by: Some(by), .. } => {
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
            | Separate { .. }
            | Join { .. }
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
            Op::Prepare { by, to } => {
                if self.prepare(caller(), *to)? {
                    self.still_signed_in(*by)?;
                }
            }
            Op::Send {
                by,
                from,
                to,
                packets,
                message,
            } => {
                self.send(caller(), *from, to, packets, *message)?;
                self.still_signed_in(*by)?;
            }
            Op::Certify { by, addresses, .. } => {
                self.still_signed_in(*by)?;
                self.certify(caller(), addresses)?;
            }
            Op::Claim { by, on } => {
                if self.now >= password_at + 30 * MINUTE {
                    refuse!(PasswordNeeded);
                }
                self.claim(caller(), *on, false)?;
                self.still_signed_in(*by)?;
            }
            Op::ClaimFor { by, of, on } => {
                self.claim(*of, *on, true)?;
                self.still_signed_in(*by)?;
            }
            Op::MailAgain { by, claim } => {
                self.own_claim(caller(), *claim)?;
                self.mail_again(*claim, false)?;
                self.still_signed_in(*by)?;
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
            Op::Confirm { link, by } => {
                let outcome = self.confirm(*link, by, who)?;
                match by {
                    By::Click(session) if who.is_some() => self.still_signed_in(*session)?,
                    By::Absorb { session: Some(by), .. } | By::Move { session: Some(by), .. }
                        if who == Some(link.0.of) =>
                    {
                        self.still_signed_in(*by)?;
                    }
                    _ => {}
                }
                return Ok(outcome);
            }
            Op::Separate { who, address } => self.separate(*who, *address)?,
            Op::Join { claim } => self.join(*claim),
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
                if self.now >= password_at + 30 * MINUTE {
                    refuse!(PasswordNeeded);
                }
                self.still_signed_in(*by)?;
                self.remove(caller(), *alias)?;
            }
            Op::SetDisabled { by, who, disabled } => {
                self.set_disabled(caller(), *who, *disabled)?;
                self.still_signed_in(*by)?;
            }
            Op::Invite {
                by,
                address,
                professional,
            } => {
                self.invite(*address, *professional)?;
                self.still_signed_in(*by)?;
            }
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
                let of = self.world.activations.get(activation).map(|known| known.of);
                let Some(of) = of else { refuse!(NotFound) };
                self.set_blocked(of, *activation, *blocked, true)?;
                self.still_signed_in(*by)?;
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
            Op::WriteVault { by, version, keys, .. } => {
                self.still_signed_in(*by)?;
                let vault = self.world.vaults.get_mut(&caller()).unwrap();
                if vault.0 != *version {
                    refuse!(VersionConflict);
                }
                *vault = (version + 1, keys.clone());
            }
            Op::DropParcel { by, contents } => {
                // It stays, and so does the vault of the account that it came of, until days have passed.
                let own = caller();
                match self.world.parcels.get_mut(contents) {
                    Some(parcel) if parcel.of == own && !parcel.acknowledged => parcel.acknowledged = true,
                    _ => refuse!(NotFound),
                }
                self.still_signed_in(*by)?;
            }
            Op::Alarm { who, at, number } => {
                if self.alarms.insert(*number) {
                    let holder = self.holder(*who);
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

    /// Who holds what an account held: itself, or who absorbed it.
    pub fn holder(&self, who: Who) -> Who {
        self.account(who).absorbed_into.unwrap_or(who)
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

    /// The claim that took an address over, while that can be undone.
    pub fn withheld(&self, address: Addr) -> Option<(ClaimName, &Withheld)> {
        let mut all = self.world.withheld.iter();
        all.find(|(_, withheld)| withheld.addresses.contains_key(&address))
            .map(|(claim, withheld)| (*claim, withheld))
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
}
