//! What an account does with its addresses: absorbing another, promoting, removing.

use std::collections::BTreeSet;

use wire::{Millis, ProblemType};

use super::{
    super::{
        names::{Addr, ClaimName, Contents, Key, Session, Who},
        world::{Delivery, Parcel, State},
    },
    DAY, Done, Handed, Model, refuse,
};

impl Model {
    pub(super) fn absorb(&mut self, name: ClaimName, other: Who, handed: &Handed, at_once: bool) -> Done {
        let (claimant, on) = (name.of, name.on);
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
        let mut withheld = self.world.withheld.values();
        if withheld.any(|withheld| withheld.claimant == other || withheld.of == other) {
            refuse!(StillSeparable);
        }
        if !at_once {
            self.withhold(name, other, &joining, Some((handed.to, handed.keys.clone())));
            self.end_sessions(other, None);
            self.cancel_claims(other);
            self.account_mut(other).state = State::Joining;
            self.record(other, "joining-into", Some(on));
            self.mail(other, "joining", &joining);
            return Ok(());
        }
        for address in &joining {
            self.succeed(other, claimant, *address);
        }
        for address in &joining {
            self.world.addresses.insert(*address, (claimant, false));
        }
        self.join_whole(other, claimant, handed.to, handed.keys.clone());
        self.record(other, "absorbed-into", Some(on));
        self.mail(other, "absorbed", &joining);
        Ok(())
    }

    /// What an account has besides addresses is the claimant's.
    pub(super) fn join_whole(&mut self, other: Who, claimant: Who, to: Key, keys: BTreeSet<Key>) {
        self.end_sessions(other, None);
        self.remove_activations(other);
        self.cancel_claims(other);
        self.hand_over(other, claimant);
        let parcel = Parcel {
            of: claimant,
            to,
            keys,
            acknowledged: false,
        };
        self.world.parcels.insert(Contents::Keyring(other), parcel);
    }

    /// All that an account holds is another's from now on. What went from and to it stays as it is written.
    pub(super) fn hand_over(&mut self, other: Who, to: Who) {
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

    pub(super) fn succeed(&mut self, before: Who, after: Who, address: Addr) {
        let (before, after) = (self.account(before).key, self.account(after).key);
        self.world.successions.insert((before, address), after);
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

    pub(super) fn promote(&mut self, who: Who, to: Addr, tell: bool, keep: Session) -> Done {
        if self.owner(to) != Some(who) {
            refuse!(NotFound);
        }
        let old = self.master(who).unwrap();
        if old == to {
            return Ok(());
        }
        let today = |(of, at): &&(Who, Millis)| *of == who && *at >= self.now - DAY;
        if tell && self.told.iter().filter(today).count() >= 3 {
            refuse!(TooManyRequests);
        }
        self.replace_master(who, to, Some(keep));
        let others: Vec<_> = self
            .addresses(who)
            .into_iter()
            .filter(|address| *address != to && *address != old)
            .collect();
        self.mail(who, "promoted", &[to]);
        self.mail(who, "demoted", &[old]);
        self.mail(who, "master-changed", &others);
        if tell {
            self.told.push((who, self.now));
            self.record(who, "correspondents-told", Some(to));
            self.world.tellings.insert(who, to);
        }
        Ok(())
    }

    /// Another address is the Master, and nothing works that was let in under the former.
    pub(super) fn replace_master(&mut self, who: Who, to: Addr, keep: Option<Session>) {
        if let Some(old) = self.master(who) {
            self.world.addresses.insert(old, (who, false));
        }
        self.world.addresses.insert(to, (who, true));
        self.end_sessions(who, keep);
        self.supersede(who);
        self.forget_proofs(who);
        self.record(who, "promoted", Some(to));
    }

    pub(super) fn remove(&mut self, who: Who, alias: Addr) -> Done {
        match self.world.addresses.get(&alias) {
            Some((owner, master)) if *owner == who => {
                if *master {
                    refuse!(MasterStays);
                }
            }
            _ => refuse!(NotFound),
        }
        self.ensure_may_leave(who, alias)?;
        self.world.addresses.remove(&alias);
        self.world.confirmed.remove(&alias);
        self.record(who, "alias-removed", Some(alias));
        let kept = self.addresses(who);
        self.mail(who, "removed", &[alias]);
        self.mail(who, "alias-removed", &kept);
        Ok(())
    }
}
