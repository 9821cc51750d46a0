//! Claims on addresses: their mails, their links, and the ways to confirm one.

use std::collections::BTreeSet;

use wire::{Millis, ProblemType};

use super::{
    super::{
        names::{Addr, ClaimName, Contents, Key, Link, Proof, Who},
        world::{Claim, Ended, Parcel, State},
    },
    By, DAY, Done, HOUR, MINUTE, Model, Outcome, refuse,
};

impl Model {
    pub(super) fn claim(&mut self, of: Who, on: Addr, by_administrator: bool) -> Done {
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
            return self.mail_again(name, by_administrator);
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
    pub(super) fn own_claim(&self, who: Who, name: ClaimName) -> Done {
        match self.world.claims.get(&name) {
            Some(claim) if name.of == who => match claim.ended {
                Some(ended) => Err(told(ended).into()),
                None => Ok(()),
            },
            _ => refuse!(NotFound),
        }
    }

    pub(super) fn mail_again(&mut self, name: ClaimName, by_administrator: bool) -> Done {
        self.mail_claim(name)?;
        self.record_by(name.of, "claim-mailed", Some(name.on), by_administrator);
        Ok(())
    }

    /// At most three mails go to an address in an hour. Who asked for those three alone is told so; else the mail waits.
    pub(super) fn mail_claim(&mut self, name: ClaimName) -> Done {
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

    /// How many links were mailed for a claim.
    pub fn links(&self, claim: ClaimName) -> u8 {
        self.links.get(&claim).copied().unwrap_or_default()
    }

    /// Whether a claim's mail waits to be made and may be by now.
    pub fn mail_is_due(&self, name: ClaimName) -> bool {
        let due = |(claim, _, next, _): &(ClaimName, _, Option<Millis>, _)| {
            *claim == name && next.is_some_and(|next| next <= self.now)
        };
        self.world.claim_mails.iter().any(due)
    }

    pub(super) fn make_mail(&mut self, name: ClaimName) {
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

    pub(super) fn end_claim(&mut self, name: ClaimName, how: Ended) {
        let claim = self.world.claims.get_mut(&name).unwrap();
        claim.ended.get_or_insert(how);
    }

    pub(super) fn cancel_claims(&mut self, of: Who) {
        for (name, claim) in &mut self.world.claims {
            if name.of == of {
                claim.ended.get_or_insert(Ended::Cancelled);
            }
        }
        self.forget_proofs(of);
    }

    pub(super) fn forget_proofs(&mut self, of: Who) {
        for claim in self.world.claims.values_mut() {
            claim.proof.take_if(|(_, proved, _)| *proved == of);
        }
    }

    fn open(&self, link: Link) -> Done {
        let claim = &self.world.claims[&link.0];
        match claim.ended {
            Some(ended) => Err(told(ended).into()),
            None if claim.newest != Some(link.1) => refuse!(LinkReplaced),
            None if claim.expires_at <= self.now => refuse!(LinkExpired),
            None => Ok(()),
        }
    }

    pub(super) fn inspect(&self, link: Link, by: Option<Who>) -> Result<Outcome, Outcome> {
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

    pub(super) fn prove(&mut self, link: Link, of: Who, proof: Proof) -> Done {
        self.open(link)?;
        if self.owner(link.0.on) != Some(of) || of == link.0.of {
            refuse!(ClaimChanged);
        }
        let until = self.now + 10 * MINUTE;
        self.world.claims.get_mut(&link.0).unwrap().proof = Some((proof, of, until));
        Ok(())
    }

    pub(super) fn confirm(&mut self, link: Link, by: &By, session: Option<Who>) -> Result<Outcome, Outcome> {
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
        let at_once = session == Some(claimant);
        let mut kind = ("alias-added", "alias-added");
        match (had, by) {
            (Some((other, _)), &By::Absorb { proof, ref handed, .. }) => {
                self.check_proof(&claim, proof, other)?;
                self.absorb(name, other, handed, at_once)?;
                let what = if at_once { "account-absorbed" } else { "account-joining" };
                kind = (what, what);
            }
            (Some((other, _)), &By::Move { proof, .. }) => {
                self.check_proof(&claim, proof, other)?;
                self.ensure_may_leave(other, on)?;
                let (moved, away) = match at_once {
                    true => ("moved", "alias-moved-away"),
                    false => ("moving", "alias-moving-away"),
                };
                match at_once {
                    true => self.succeed(other, claimant, on),
                    false => self.withhold(name, other, &[on], None),
                }
                self.world.addresses.insert(on, (claimant, false));
                self.world.confirmed.insert(on, self.now);
                let kept = self.addresses(other);
                self.record(other, "alias-moved-away", Some(on));
                self.mail(other, moved, &[on]);
                self.mail(other, away, &kept);
            }
            _ => {
                if let Some(invited) = self.world.invitations.remove(&on) {
                    self.world.waiting_keys.remove(&invited);
                    let parcel = Parcel {
                        of: claimant,
                        to: self.account(claimant).key,
                        keys: BTreeSet::from([Key::Waiting(invited)]),
                        acknowledged: false,
                    };
                    self.world.parcels.insert(Contents::WaitingKey(invited), parcel);
                    self.record(claimant, "waiting-key-handed-over", None);
                    self.hand_over(invited, claimant);
                }
                self.world.addresses.insert(on, (claimant, false));
                self.world.confirmed.insert(on, self.now);
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
}

pub(super) fn told(ended: Ended) -> ProblemType {
    match ended {
        Ended::Confirmed => ProblemType::ClaimConfirmed,
        Ended::Cancelled | Ended::Refused | Ended::Guessed => ProblemType::ClaimEnded,
    }
}
