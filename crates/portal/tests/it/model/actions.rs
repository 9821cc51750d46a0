//! What people do, and the operations that it takes: a claim needs its mail before it can be confirmed, a message needs
//! its recipients prepared.

use std::collections::BTreeSet;

use proptest::{collection::vec, prelude::*};
use wire::Millis;

use super::{
    names::{Activation, Addr, ClaimName, Link, Proof, Session, Who},
    reference::{By, Handed, Model, Op, Outcome},
    world::State,
};

/// One step of a sequence. Who and what is meant is counted among those that there are then.
#[derive(Clone, Debug)]
pub struct Step {
    /// Since the step before.
    pub wait: Millis,
    pub action: Action,
    pub how: How,
}

#[derive(Clone, Debug)]
pub enum How {
    Alone,
    /// Each of its operations fails at the write after so many, and is done again.
    Crashing(u8),
    /// The same at its first write, its second, and so on.
    CrashingEverywhere,
    /// The answer of the last operation is lost, and it is done again.
    Twice,
    /// The last operations of both at once, the second one as the first has waited so often.
    Beside(Action, u8),
}

#[derive(Clone, Debug)]
pub enum Action {
    /// All that it takes to have an address.
    Acquire {
        by: u8,
        address: Addr,
        moving: bool,
        /// In a browser where the claimant is not signed in.
        elsewhere: bool,
    },
    Claim {
        by: u8,
        on: Addr,
    },
    ClaimFor {
        of: u8,
        on: Addr,
    },
    MailAgain {
        claim: u8,
    },
    Cancel {
        claim: u8,
    },
    Mail {
        claim: u8,
    },
    Inspect {
        claim: u8,
        older: u8,
        by: u8,
    },
    Prove {
        claim: u8,
        older: u8,
    },
    Confirm {
        claim: u8,
        older: u8,
        way: Way,
    },
    Refuse {
        claim: u8,
        older: u8,
    },
    /// Takes back what a claim took over; or what was never taken over.
    Separate {
        claim: u8,
        address: Addr,
    },
    /// The sweep, when it is time, or before.
    Join {
        claim: u8,
        due: bool,
    },
    Promote {
        by: u8,
        alias: u8,
        tell: bool,
        forgetful: bool,
    },
    Remove {
        by: u8,
        alias: u8,
    },
    /// Promotes or removes an address, whoever has it.
    PromoteAny {
        by: u8,
        address: Addr,
    },
    RemoveAny {
        by: u8,
        address: Addr,
    },
    /// Asks for what sealing to an address takes.
    LookUp {
        by: u8,
        address: Addr,
    },
    Send {
        by: u8,
        to: Vec<Addr>,
        careless: bool,
    },
    Certify {
        by: u8,
    },
    SetDisabled {
        who: u8,
        disabled: bool,
    },
    Invite {
        address: Addr,
        professional: bool,
    },
    Register {
        who: u8,
    },
    SignIn {
        who: u8,
    },
    BeginSignIn {
        who: u8,
    },
    SignOut {
        session: u8,
    },
    /// Somebody goes on with a session that has ended.
    GoOn {
        session: u8,
        address: Addr,
        what: u8,
    },
    TakeIn {
        who: u8,
    },
    Alarm {
        who: u8,
    },
    Activate {
        who: u8,
        forgetful: bool,
    },
    /// A program begins a session, and perhaps does something that it may not.
    UseActivation {
        activation: u8,
        what: u8,
    },
    Block {
        activation: u8,
        blocked: bool,
        portal: bool,
    },
    RemoveActivation {
        activation: u8,
        by: u8,
    },
}

/// How a claim is confirmed, whatever its address is.
#[derive(Clone, Copy, Debug)]
pub enum Way {
    Click,
    ClickByAnother(u8),
    Number,
    WrongNumber,
    Absorb,
    /// With the proof that was given last, whenever that was.
    AbsorbByOldProof,
    /// The other account's vault is written in between.
    AbsorbOldVault,
    /// One address fewer than there are.
    AbsorbHalf,
    Move,
    MoveByOldProof,
    /// Without a session, or in somebody else's.
    AbsorbAsStranger(u8),
    MoveAsStranger(u8),
}

fn addr() -> impl Strategy<Value = Addr> {
    (0..6u8).prop_map(Addr)
}

fn way() -> impl Strategy<Value = Way> {
    use Way::*;
    prop_oneof![
        3 => Just(Click),
        1 => any::<u8>().prop_map(ClickByAnother),
        2 => Just(Number),
        2 => Just(WrongNumber),
        3 => Just(Absorb),
        2 => Just(AbsorbByOldProof),
        1 => Just(AbsorbOldVault),
        1 => Just(AbsorbHalf),
        2 => Just(Move),
        2 => Just(MoveByOldProof),
        3 => any::<u8>().prop_map(AbsorbAsStranger),
        2 => any::<u8>().prop_map(MoveAsStranger),
    ]
}

fn action() -> BoxedStrategy<Action> {
    use Action::*;
    // Mostly the newest.
    let older = || prop_oneof![6 => Just(0u8), 1 => Just(1), 1 => 0..4u8];
    let few = any::<u8>;
    prop_oneof![
        10 => (any::<u8>(), addr(), any::<bool>(), any::<bool>())
            .prop_map(|(by, address, moving, elsewhere)| Acquire { by, address, moving, elsewhere }),
        4 => (any::<u8>(), addr()).prop_map(|(by, on)| Claim { by, on }),
        1 => (any::<u8>(), addr()).prop_map(|(of, on)| ClaimFor { of, on }),
        1 => few().prop_map(|claim| MailAgain { claim }),
        1 => few().prop_map(|claim| Cancel { claim }),
        1 => few().prop_map(|claim| Mail { claim }),
        2 => (few(), older(), any::<u8>()).prop_map(|(claim, older, by)| Inspect { claim, older, by }),
        2 => (few(), older()).prop_map(|(claim, older)| Prove { claim, older }),
        6 => (few(), older(), way()).prop_map(|(claim, older, way)| Confirm { claim, older, way }),
        1 => (few(), older()).prop_map(|(claim, older)| Refuse { claim, older }),
        3 => (few(), addr()).prop_map(|(claim, address)| Separate { claim, address }),
        3 => (few(), prop::bool::weighted(0.7)).prop_map(|(claim, due)| Join { claim, due }),
        4 => (any::<u8>(), any::<u8>(), any::<bool>(), prop::bool::weighted(0.1))
            .prop_map(|(by, alias, tell, forgetful)| Promote { by, alias, tell, forgetful }),
        3 => (any::<u8>(), any::<u8>()).prop_map(|(by, alias)| Remove { by, alias }),
        1 => (any::<u8>(), addr()).prop_map(|(by, address)| PromoteAny { by, address }),
        1 => (any::<u8>(), addr()).prop_map(|(by, address)| RemoveAny { by, address }),
        7 => (any::<u8>(), vec(addr(), 1..3), prop::bool::weighted(0.1))
            .prop_map(|(by, to, careless)| Send { by, to, careless }),
        2 => (any::<u8>(), addr()).prop_map(|(by, address)| LookUp { by, address }),
        1 => any::<u8>().prop_map(|by| Certify { by }),
        3 => (any::<u8>(), any::<bool>()).prop_map(|(who, disabled)| SetDisabled { who, disabled }),
        1 => (addr(), any::<bool>()).prop_map(|(address, professional)| Invite { address, professional }),
        3 => any::<u8>().prop_map(|who| Register { who }),
        1 => any::<u8>().prop_map(|who| SignIn { who }),
        2 => any::<u8>().prop_map(|who| BeginSignIn { who }),
        1 => any::<u8>().prop_map(|session| SignOut { session }),
        1 => (any::<u8>(), addr(), 0..6u8).prop_map(|(session, address, what)| GoOn { session, address, what }),
        3 => any::<u8>().prop_map(|who| TakeIn { who }),
        1 => any::<u8>().prop_map(|who| Alarm { who }),
        2 => (any::<u8>(), prop::bool::weighted(0.1)).prop_map(|(who, forgetful)| Activate { who, forgetful }),
        3 => (any::<u8>(), 0..8u8).prop_map(|(activation, what)| UseActivation { activation, what }),
        1 => (any::<u8>(), any::<bool>(), prop::bool::weighted(0.3))
            .prop_map(|(activation, blocked, portal)| Block { activation, blocked, portal }),
        1 => (any::<u8>(), any::<u8>()).prop_map(|(activation, by)| RemoveActivation { activation, by }),
    ]
    .boxed()
}

/// Two at once: mostly such as have to do with each other.
fn beside() -> impl Strategy<Value = (Action, Action)> {
    use Action::*;
    let rival = |address| {
        prop_oneof![
            4 => (any::<u8>(), any::<bool>(), any::<bool>())
                .prop_map(move |(by, moving, elsewhere)| Acquire { by, address, moving, elsewhere }),
            1 => any::<u8>().prop_map(move |claim| Separate { claim, address }),
            1 => any::<u8>().prop_map(move |claim| Join { claim, due: true }),
            1 => any::<u8>().prop_map(move |who| Register { who }),
            1 => any::<u8>().prop_map(move |by| Send { by, to: vec![address], careless: false }),
            1 => any::<u8>().prop_map(move |by| RemoveAny { by, address }),
            1 => any::<u8>().prop_map(move |by| PromoteAny { by, address }),
            1 => (any::<u8>(), way()).prop_map(move |(claim, way)| Confirm { claim, older: 0, way }),
            1 => any::<bool>().prop_map(move |professional| Invite { address, professional }),
            1 => any::<u8>().prop_map(move |activation| UseActivation { activation, what: 7 }),
            1 => any::<u8>().prop_map(move |who| Activate { who, forgetful: false }),
        ]
        .boxed()
    };
    prop_oneof![
        3 => addr().prop_flat_map(move |address| (rival(address), rival(address))),
        2 => (action(), action()),
    ]
}

pub fn step() -> BoxedStrategy<Step> {
    const MINUTE: Millis = 60_000;
    let wait = prop_oneof![
        10 => Just(1),
        4 => Just(6 * MINUTE),
        1 => Just(11 * MINUTE),
        3 => Just(61 * MINUTE),
        1 => Just(13 * 60 * MINUTE),
        1 => Just(25 * 60 * MINUTE),
        1 => Just(73 * 60 * MINUTE),
    ];
    let done = prop_oneof![
        5 => action().prop_map(|action| (action, How::Alone)),
        4 => (action(), 0..16u8).prop_map(|(action, after)| (action, How::Crashing(after))),
        1 => action().prop_map(|action| (action, How::Twice)),
        3 => (beside(), 0..12u8).prop_map(|((one, other), after)| (one, How::Beside(other, after))),
    ];
    (wait, done)
        .prop_map(|(wait, (action, how))| Step { wait, action, how })
        .boxed()
}

/// Numbers for what the test makes.
#[derive(Clone, Debug)]
pub struct Numbers(u32);

impl Numbers {
    pub fn new() -> Self {
        Self(100)
    }

    pub fn next(&mut self) -> u32 {
        self.0 += 1;
        self.0
    }
}

/// Finds out what an action takes, by trying it out on the model.
pub struct Plan<'a> {
    model: Model,
    numbers: &'a mut Numbers,
    ops: Vec<Op>,
}

/// One of these, counted round.
fn pick<T: Copy>(these: &[T], number: u8) -> Option<T> {
    (!these.is_empty()).then(|| these[usize::from(number) % these.len()])
}

/// The operations of an action; none where there is nothing to do it with.
pub fn plan(model: &Model, action: &Action, numbers: &mut Numbers) -> Vec<Op> {
    let mut plan = Plan {
        model: model.clone(),
        numbers,
        ops: Vec::new(),
    };
    let _ = plan.action(action);
    plan.ops
}

impl Plan<'_> {
    /// `None` where it does not go on.
    fn then(&mut self, op: Op) -> Option<()> {
        let outcome = self.model.apply(&op);
        self.ops.push(op);
        (outcome == Outcome::Done).then_some(())
    }

    fn accounts(&self, which: impl Fn(Who) -> bool) -> Vec<Who> {
        self.model
            .world
            .accounts
            .keys()
            .copied()
            .filter(|who| which(*who))
            .collect()
    }

    fn active(&self) -> Vec<Who> {
        self.accounts(|who| self.model.account(who).state == State::Active)
    }

    fn professionals(&self) -> Vec<Who> {
        let mut these = self.active();
        these.retain(|who| self.model.account(*who).professional);
        these
    }

    fn registered(&self) -> Vec<Who> {
        self.accounts(|who| {
            let account = self.model.account(who);
            account.state != State::Invited && account.absorbed_into.is_none()
        })
    }

    /// A session of an account, begun if need be; with `recent` one in which the password was given just now.
    fn session(&mut self, who: Who, recent: bool) -> Option<Session> {
        let now = self.model.now;
        let mut sessions = self.model.world.sessions.iter();
        let good = sessions.find(|(_, known)| {
            known.of == who
                && known.by.is_none()
                && known.expires_at > now
                && (!recent || known.password_at + 300_000 > now)
        });
        if let Some((session, _)) = good {
            return Some(*session);
        }
        let session = self.numbers.next();
        self.then(Op::SignIn { who, session })?;
        Some(session)
    }

    /// An activation, made where there is none.
    fn activation(&mut self, number: u8) -> Option<Activation> {
        if self.model.world.activations.is_empty() {
            let by = pick(&self.active(), number)?;
            let by = self.session(by, true)?;
            let activation = self.numbers.next();
            self.then(Op::Activate { by, activation })?;
        }
        let these: Vec<_> = self.model.world.activations.keys().copied().collect();
        pick(&these, number)
    }

    fn administrator(&mut self, not: Option<Who>) -> Option<Session> {
        let mut these = self.active();
        these.retain(|who| self.model.account(*who).administrator);
        let who = these.iter().find(|who| Some(**who) != not).or(these.first())?;
        self.session(*who, false)
    }

    /// A pending claim, made where there is none; now and then one that has ended.
    fn claim(&mut self, number: u8) -> Option<ClaimName> {
        let (which, ended) = (number / 8, number.is_multiple_of(8));
        let claims = self.model.world.claims.iter();
        let mut claims: Vec<_> = claims.filter(|(_, claim)| claim.ended.is_some() == ended).collect();
        claims.sort_by_key(|(name, claim)| (std::cmp::Reverse(claim.created_at), **name));
        if ended || !claims.is_empty() {
            return pick(&claims, which).map(|(name, _)| *name);
        }
        let of = pick(&self.professionals(), number)?;
        let others: Vec<_> = Addr::ALL
            .into_iter()
            .filter(|address| self.model.owner(*address) != Some(of))
            .collect();
        let on = pick(&others, which)?;
        let by = self.session(of, true)?;
        self.then(Op::Claim { by, on })?;
        let mut claims = self.model.world.claims.iter();
        claims
            .find(|(name, claim)| name.of == of && name.on == on && claim.ended.is_none())
            .map(|(name, _)| *name)
    }

    fn link(&self, claim: ClaimName, older: u8) -> Option<Link> {
        let made = self.model.links(claim);
        let newest = made.checked_sub(1)?;
        Some((claim, newest.saturating_sub(older)))
    }

    /// The newest link of a claim, mailed if need be.
    fn mailed(&mut self, claim: ClaimName) -> Option<Link> {
        if self.model.mail_is_due(claim) {
            self.then(Op::Mail { claim })?;
        }
        self.link(claim, 0)
    }

    fn prove(&mut self, link: Link) -> Option<Proof> {
        let of = self.model.owner(link.0.on).unwrap_or(link.0.of);
        let proof = self.numbers.next();
        self.then(Op::Prove { link, of, proof })?;
        Some(proof)
    }

    /// What the one who opened an account's vault hands over.
    fn handed(&self, claim: ClaimName) -> Handed {
        let other = self.model.owner(claim.on).unwrap_or(claim.of);
        let (version, keys) = self
            .model
            .world
            .vaults
            .get(&other)
            .cloned()
            .unwrap_or((1, BTreeSet::new()));
        Handed {
            version,
            to: self.model.account(claim.of).key,
            keys,
            addresses: self.model.addresses(other),
        }
    }

    #[allow(clippy::too_many_lines, reason = "an arm an action")]
    fn action(&mut self, action: &Action) -> Option<()> {
        match *action {
            Action::Acquire {
                by,
                address,
                moving,
                elsewhere,
            } => {
                let who = pick(&self.professionals(), by)?;
                self.acquire(who, address, moving, elsewhere)
            }
            Action::Separate { claim, address } => {
                let withheld: Vec<_> = self.model.world.withheld.values().collect();
                let (who, address) = match withheld.get(usize::from(claim) % (withheld.len() + 1)) {
                    Some(withheld) => (withheld.of, *withheld.addresses.keys().next()?),
                    None => (pick(&self.registered(), claim)?, address),
                };
                self.then(Op::Separate { who, address })
            }
            Action::Join { claim, due } => {
                let now = self.model.now;
                let withheld = self.model.world.withheld.iter();
                let withheld = withheld.filter(|(_, withheld)| !due || withheld.until <= now);
                let claims: Vec<_> = withheld.map(|(name, _)| *name).collect();
                let claim = pick(&claims, claim)?;
                self.then(Op::Join { claim })
            }
            Action::Claim { by, on } => {
                let who = pick(&self.professionals(), by)?;
                let by = self.session(who, true)?;
                self.then(Op::Claim { by, on })
            }
            Action::ClaimFor { of, on } => {
                let of = pick(&self.accounts(|_| true), of)?;
                let by = self.administrator(None)?;
                self.then(Op::ClaimFor { by, of, on })
            }
            Action::MailAgain { claim } => {
                let claim = self.claim(claim)?;
                let by = self.session(claim.of, false)?;
                self.then(Op::MailAgain { by, claim })
            }
            Action::Cancel { claim } => {
                let claim = self.claim(claim)?;
                let by = self.session(claim.of, false)?;
                self.then(Op::Cancel { by, claim })
            }
            Action::Mail { claim } => {
                let claim = self.claim(claim)?;
                self.then(Op::Mail { claim })
            }
            Action::Inspect { claim, older, by } => {
                let claim = self.claim(claim)?;
                self.mailed(claim);
                let link = self.link(claim, older)?;
                let sessions: Vec<_> = self.model.world.sessions.keys().copied().collect();
                let by = pick(&sessions, by).filter(|_| by % 2 == 0);
                self.then(Op::Inspect { link, by })
            }
            Action::Prove { claim, older } => {
                let claim = self.claim(claim)?;
                self.mailed(claim);
                let link = self.link(claim, older)?;
                self.prove(link).map(|_| ())
            }
            Action::Confirm { claim, older, way } => {
                let mut proved = self.model.world.claims.iter();
                let proved = proved.find(|(_, claim)| claim.proof.is_some() && claim.ended.is_none());
                let claim = match (way, proved) {
                    (Way::AbsorbByOldProof | Way::MoveByOldProof, Some((name, _))) => *name,
                    _ => self.claim(claim)?,
                };
                self.mailed(claim);
                let link = self.link(claim, older)?;
                self.confirm(link, way)
            }
            Action::Refuse { claim, older } => {
                let claim = self.claim(claim)?;
                self.mailed(claim);
                let link = self.link(claim, older)?;
                self.then(Op::Refuse { link })
            }
            Action::Promote {
                by,
                alias,
                tell,
                forgetful,
            } => {
                // Mostly somebody who has an alias.
                let mut these = self.professionals();
                these.sort_by_key(|who| self.model.addresses(*who).len() == 1);
                let with_aliases = these.iter().filter(|who| self.model.addresses(**who).len() > 1).count();
                these.truncate(with_aliases.max(1));
                let who = pick(&these, by)?;
                let own = self.model.addresses(who);
                let to = pick(
                    own.get(1..).filter(|aliases| !aliases.is_empty()).unwrap_or(&own),
                    alias,
                )?;
                let by = self.session(who, !forgetful)?;
                self.then(Op::Promote { by, to, tell })
            }
            Action::Remove { by, alias } => {
                let who = pick(&self.professionals(), by)?;
                let own = self.model.addresses(who);
                let alias = pick(
                    own.get(1..).filter(|aliases| !aliases.is_empty()).unwrap_or(&own),
                    alias,
                )?;
                let by = self.session(who, true)?;
                self.then(Op::Remove { by, alias })
            }
            Action::PromoteAny { by, address } => {
                let who = self.owner_or(by, address)?;
                let by = self.session(who, true)?;
                self.then(Op::Promote {
                    by,
                    to: address,
                    tell: false,
                })
            }
            Action::RemoveAny { by, address } => {
                let who = self.owner_or(by, address)?;
                let by = self.session(who, false)?;
                self.then(Op::Remove { by, alias: address })
            }
            Action::LookUp { by, address } => {
                let who = pick(&self.active(), by)?;
                let by = self.session(who, false)?;
                self.then(Op::Prepare { by, to: address })
            }
            Action::Send { by, ref to, careless } => self.send(by, to, careless),
            Action::Certify { by } => {
                let who = pick(&self.active(), by)?;
                let by = self.session(who, false)?;
                self.then(Op::Certify {
                    by,
                    who,
                    addresses: self.model.addresses(who),
                })
            }
            Action::SetDisabled { who, disabled } => {
                let mut these = self.accounts(|_| true);
                if !disabled {
                    // Mostly one that is.
                    these.sort_by_key(|who| {
                        let account = self.model.account(*who);
                        account.state != State::Disabled || account.absorbed_into.is_some()
                    });
                }
                let who = pick(&these, if disabled { who } else { who % 2 })?;
                let by = self.administrator(Some(who))?;
                self.then(Op::SetDisabled { by, who, disabled })
            }
            Action::Invite { address, professional } => {
                let by = self.administrator(None)?;
                self.then(Op::Invite {
                    by,
                    address,
                    professional,
                })
            }
            Action::Register { who } => {
                let these: Vec<_> = self.model.world.invitations.values().copied().collect();
                let who = pick(&these, who)?;
                let session = self.numbers.next();
                self.then(Op::Register { who, session })
            }
            Action::SignIn { who } => {
                let who = pick(&self.registered(), who)?;
                let session = self.numbers.next();
                self.then(Op::SignIn { who, session })
            }
            Action::BeginSignIn { who } => {
                let who = pick(&self.registered(), who)?;
                let number = self.numbers.next();
                self.then(Op::BeginSignIn { who, number })
            }
            Action::SignOut { session } => {
                // Mostly of one that goes on.
                let (now, any) = (self.model.now, session.is_multiple_of(4));
                let sessions = self.model.world.sessions.iter();
                let sessions = sessions.filter(|(_, known)| any || known.expires_at > now);
                let sessions: Vec<_> = sessions.map(|(session, _)| *session).collect();
                let by = pick(&sessions, session)?;
                self.then(Op::SignOut { by })
            }
            Action::GoOn { session, address, what } => {
                let ended: Vec<_> = self.model.ended_sessions();
                let (by, who) = pick(&ended, session)?;
                self.then(match what {
                    0 => Op::Promote {
                        by,
                        to: address,
                        tell: false,
                    },
                    1 => Op::Claim { by, on: address },
                    2 => Op::Remove { by, alias: address },
                    3 => Op::Certify {
                        by,
                        who,
                        addresses: vec![address],
                    },
                    4 => Op::Prepare { by, to: address },
                    _ => Op::WriteVault {
                        by,
                        of: who,
                        version: 1,
                        keys: BTreeSet::new(),
                    },
                })
            }
            Action::TakeIn { who } => {
                let who = pick(&self.active(), who)?;
                self.take_in(who)
            }
            Action::Alarm { who } => {
                let who = pick(&self.accounts(|_| true), who)?;
                let holder = self.model.holder(who);
                let mut withheld = self.model.world.withheld.values();
                let withheld = withheld.find(|withheld| withheld.of == holder);
                let withheld = withheld.and_then(|withheld| withheld.addresses.keys().next().copied());
                let at = self.model.master(holder).or(withheld)?;
                let number = self.numbers.next();
                self.then(Op::Alarm { who, at, number })
            }
            Action::Activate { who, forgetful } => {
                let by = pick(&self.active(), who)?;
                let by = self.session(by, !forgetful)?;
                let activation = self.numbers.next();
                self.then(Op::Activate { by, activation })
            }
            Action::UseActivation { activation, what } => {
                let activation = self.activation(activation)?;
                let session = self.numbers.next();
                self.then(Op::BeginByActivation { activation, session })?;
                let of = self.model.world.activations[&activation].of;
                let master = self.model.master(of)?;
                let op = match what {
                    0 => Op::Claim {
                        by: session,
                        on: Addr(5),
                    },
                    1 => Op::Promote {
                        by: session,
                        to: master,
                        tell: false,
                    },
                    2 => Op::Activate {
                        by: session,
                        activation: self.numbers.next(),
                    },
                    3 => Op::Prepare {
                        by: session,
                        to: master,
                    },
                    4 => Op::SetBlocked {
                        by: session,
                        activation,
                        blocked: true,
                        portal: false,
                    },
                    5 => Op::RemoveActivation {
                        by: session,
                        activation,
                    },
                    6 => Op::SignOut { by: session },
                    _ => return Some(()),
                };
                self.then(op)
            }
            Action::Block {
                activation,
                blocked,
                portal,
            } => {
                let activation = self.activation(activation)?;
                let of = self.model.world.activations[&activation].of;
                let by = match portal {
                    true => self.administrator(None)?,
                    false => self.session(of, false)?,
                };
                self.then(Op::SetBlocked {
                    by,
                    activation,
                    blocked,
                    portal,
                })
            }
            Action::RemoveActivation { activation, by } => {
                let activation = self.activation(activation)?;
                let of = self.model.world.activations[&activation].of;
                let by = match by % 8 {
                    0 => pick(&self.active(), by)?,
                    _ => of,
                };
                let by = self.session(by, false)?;
                self.then(Op::RemoveActivation { by, activation })
            }
        }
    }

    /// Mostly whoever has the address.
    fn owner_or(&self, by: u8, address: Addr) -> Option<Who> {
        let owner = self
            .model
            .owner(address)
            .filter(|who| self.model.account(*who).state == State::Active);
        owner
            .filter(|_| !by.is_multiple_of(8))
            .or_else(|| pick(&self.professionals(), by))
    }

    fn acquire(&mut self, who: Who, address: Addr, moving: bool, elsewhere: bool) -> Option<()> {
        let pending = |model: &Model| {
            let mut claims = model.world.claims.iter();
            claims
                .find(|(name, claim)| name.of == who && name.on == address && claim.ended.is_none())
                .map(|(name, _)| *name)
        };
        let usable = pending(&self.model).filter(|name| {
            let claim = &self.model.world.claims[name];
            self.model.mail_is_due(*name) || (claim.newest.is_some() && claim.expires_at > self.model.now)
        });
        if usable.is_none() {
            let by = self.session(who, true)?;
            self.then(Op::Claim { by, on: address })?;
        }
        let link = self.mailed(pending(&self.model)?)?;
        let way = match self.model.world.addresses.get(&address) {
            None if moving => Way::Number,
            None => Way::Click,
            Some((_, false)) if moving && elsewhere => Way::MoveAsStranger(0),
            Some(_) if elsewhere => Way::AbsorbAsStranger(0),
            Some((_, false)) if moving => Way::Move,
            Some(_) => Way::Absorb,
        };
        self.confirm(link, way)
    }

    fn confirm(&mut self, link: Link, way: Way) -> Option<()> {
        let claim = link.0;
        let last = self.model.world.claims[&claim].proof.map_or(0, |(proof, ..)| proof);
        let by = match way {
            Way::Click => By::Click(self.session(claim.of, false)?),
            Way::ClickByAnother(who) => {
                let who = pick(&self.active(), who)?;
                By::Click(self.session(who, false)?)
            }
            Way::Number => By::Number { right: true },
            Way::WrongNumber => By::Number { right: false },
            Way::Absorb | Way::AbsorbHalf | Way::AbsorbAsStranger(_) => {
                let proof = self.prove(link)?;
                let mut handed = self.handed(claim);
                if matches!(way, Way::AbsorbHalf) {
                    handed.addresses.pop();
                }
                let session = self.claimants_or_not(claim, way)?;
                By::Absorb { proof, handed, session }
            }
            Way::AbsorbByOldProof => By::Absorb {
                proof: last,
                handed: self.handed(claim),
                session: self.claimants_or_not(claim, way)?,
            },
            Way::AbsorbOldVault => {
                let proof = self.prove(link)?;
                let handed = self.handed(claim);
                let other = self.model.owner(claim.on)?;
                let by = self.session(other, false)?;
                self.then(Op::WriteVault {
                    by,
                    of: other,
                    version: handed.version,
                    keys: handed.keys.clone(),
                })?;
                let session = self.claimants_or_not(claim, way)?;
                By::Absorb { proof, handed, session }
            }
            Way::Move | Way::MoveAsStranger(_) => By::Move {
                proof: self.prove(link)?,
                session: self.claimants_or_not(claim, way)?,
            },
            Way::MoveByOldProof => By::Move {
                proof: last,
                session: self.claimants_or_not(claim, way)?,
            },
        };
        self.then(Op::Confirm { link, by })
    }

    /// The session that a confirmation by the password comes from: the claimant's, nobody's, or somebody else's.
    fn claimants_or_not(&mut self, claim: ClaimName, way: Way) -> Option<Option<Session>> {
        match way {
            Way::AbsorbAsStranger(who) | Way::MoveAsStranger(who) => {
                let mut others = self.active();
                others.retain(|other| *other != claim.of);
                let stranger = pick(&others, who / 2).filter(|_| !who.is_multiple_of(2));
                Some(match stranger {
                    Some(stranger) => Some(self.session(stranger, false)?),
                    None => None,
                })
            }
            _ => Some(Some(self.session(claim.of, false)?)),
        }
    }

    fn send(&mut self, by: u8, to: &[Addr], careless: bool) -> Option<()> {
        let who = pick(&self.active(), by)?;
        let by = self.session(who, false)?;
        let mut to = to.to_vec();
        to.dedup();
        if !careless {
            for address in to.clone() {
                if self.model.behind(address).is_none() {
                    self.then(Op::Prepare { by, to: address })?;
                }
            }
        }
        let own = self.model.account(who).key;
        let from = self.model.master(who)?;
        if !careless && !self.model.world.named.contains(&(own, from)) {
            self.then(Op::Certify {
                by,
                who,
                addresses: self.model.addresses(who),
            })?;
        }
        let reached = to.iter().filter_map(|address| self.model.behind(*address));
        let packets = reached
            .chain([who])
            .map(|who| (who, self.model.account(who).key))
            .collect();
        let message = self.numbers.next();
        self.then(Op::Send {
            by,
            from,
            to,
            packets,
            message,
        })
    }

    /// A client takes in what parcels it can open, stores the vault, and says so of each.
    fn take_in(&mut self, who: Who) -> Option<()> {
        let by = self.session(who, false)?;
        let (version, mut keys) = self.model.world.vaults.get(&who)?.clone();
        let mut taken = Vec::new();
        loop {
            let mut parcels = self.model.world.parcels.iter();
            let next = parcels.find(|(contents, parcel)| {
                let is_open = parcel.of == who && !parcel.acknowledged && keys.contains(&parcel.to);
                is_open && !taken.contains(*contents)
            });
            let Some((contents, parcel)) = next else { break };
            taken.push(*contents);
            keys.extend(parcel.keys.iter().copied());
        }
        self.then(Op::WriteVault {
            by,
            of: who,
            version,
            keys,
        })?;
        for contents in taken {
            self.then(Op::DropParcel { by, contents })?;
        }
        Some(())
    }
}
