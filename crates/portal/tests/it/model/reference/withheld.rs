//! What claims take over without a session of their claimant's, and how that is undone or becomes final.

use std::collections::{BTreeMap, BTreeSet};

use wire::ProblemType;

use super::{
    super::{
        names::{Addr, ClaimName, Key, Who},
        world::{State, Withheld},
    },
    DAY, Done, Model, refuse,
};

impl Model {
    /// The addresses are the claimant's, and what comes with them is withheld.
    pub(super) fn withhold(&mut self, claim: ClaimName, of: Who, moved: &[Addr], parcel: Option<(Key, BTreeSet<Key>)>) {
        let was = |address: &Addr| {
            (
                *address,
                (self.world.addresses[address].1, self.world.confirmed[address]),
            )
        };
        let addresses: BTreeMap<_, _> = moved.iter().map(was).collect();
        for address in moved {
            self.world.addresses.insert(*address, (claim.of, false));
        }
        let withheld = Withheld {
            claimant: claim.of,
            of,
            parcel,
            until: self.now + 3 * DAY,
            addresses,
        };
        self.world.withheld.insert(claim, withheld);
    }

    /// Of an account's addresses none leaves it that may be taken back, nor the last that may not.
    pub(super) fn ensure_may_leave(&self, who: Who, address: Addr) -> Done {
        let mut others = self.addresses(who);
        others.retain(|other| *other != address);
        let only_withheld = !others.is_empty() && others.iter().all(|other| self.withheld(*other).is_some());
        if self.withheld(address).is_some() || only_withheld {
            refuse!(StillSeparable);
        }
        Ok(())
    }

    pub(super) fn separate(&mut self, who: Who, address: Addr) -> Done {
        let Some((claim, withheld)) = self.withheld(address).filter(|(_, withheld)| withheld.of == who) else {
            refuse!(NotSeparable)
        };
        let withheld = withheld.clone();
        if self.account(who).state == State::Disabled {
            refuse!(AccountDisabled);
        }
        let claimant = withheld.claimant;
        let returning: Vec<Addr> = self.masters_first(&withheld);
        let mut kept = self.addresses(claimant);
        kept.retain(|own| !returning.contains(own));
        if !kept.iter().any(|own| self.world.addresses[own].1) {
            let own = kept.iter().filter(|own| self.withheld(**own).is_none());
            let next = *own
                .min_by_key(|own| (self.world.confirmed[own], own.typed().to_lowercase()))
                .unwrap();
            self.replace_master(claimant, next, None);
            self.mail(claimant, "promoted", &[next]);
            let aliases: Vec<_> = kept.iter().copied().filter(|own| *own != next).collect();
            self.mail(claimant, "master-changed", &aliases);
        }
        for (address, (master, confirmed_at)) in &withheld.addresses {
            self.world.addresses.insert(*address, (who, *master));
            self.world.confirmed.insert(*address, *confirmed_at);
        }
        if withheld.parcel.is_some() {
            self.account_mut(who).state = State::Active;
        }
        self.world.withheld.remove(&claim);
        self.record(who, "separated", Some(address));
        self.mail(who, "separated", &returning);
        self.record(claimant, "separated-from", Some(address));
        self.mail(claimant, "separated-from", &kept);
        Ok(())
    }

    /// As the account had them.
    fn masters_first(&self, withheld: &Withheld) -> Vec<Addr> {
        let mut addresses: Vec<_> = withheld.addresses.iter().collect();
        addresses.sort_by_key(|(address, (master, at))| (!master, *at, address.typed().to_lowercase()));
        addresses.into_iter().map(|(address, _)| *address).collect()
    }

    pub(super) fn join(&mut self, claim: ClaimName) {
        let Some(withheld) = self.world.withheld.get(&claim).cloned() else {
            return;
        };
        let (claimant, other) = (withheld.claimant, withheld.of);
        if withheld.until > self.now || self.account(claimant).state != State::Active {
            return;
        }
        for address in withheld.addresses.keys() {
            self.succeed(other, claimant, *address);
        }
        self.world.withheld.remove(&claim);
        let joined = self.masters_first(&withheld);
        let Some((to, keys)) = withheld.parcel else { return };
        self.join_whole(other, claimant, to, keys);
        let mut kept = self.addresses(claimant);
        kept.retain(|own| !joined.contains(own));
        self.record(other, "absorbed-into", Some(joined[0]));
        self.mail(other, "absorbed", &joined);
        self.record(claimant, "account-absorbed", Some(joined[0]));
        self.mail(claimant, "account-absorbed", &kept);
    }
}
