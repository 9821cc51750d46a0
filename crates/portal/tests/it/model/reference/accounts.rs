//! How an account comes to be, and what an administrator does with one.

use std::collections::BTreeSet;

use wire::ProblemType;

use super::{
    super::{
        names::{Addr, Contents, Key, Session, Who},
        world::{Account, Parcel, State},
    },
    Done, Model, refuse,
};

impl Model {
    pub(super) fn make_invited(&mut self, address: Addr) -> Who {
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

    pub(super) fn invite(&mut self, address: Addr, professional: bool) -> Done {
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

    pub(super) fn register(&mut self, who: Who, session: Session) -> Done {
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
        self.world.confirmed.insert(address, self.now);
        self.world.vaults.insert(who, (1, BTreeSet::from([own])));
        self.world.waiting_keys.remove(&who);
        let parcel = Parcel {
            of: who,
            to: own,
            keys: BTreeSet::from([Key::Waiting(who)]),
            acknowledged: false,
        };
        self.world.parcels.insert(Contents::WaitingKey(who), parcel);
        self.record(who, "registered", None);
        self.record(who, "waiting-key-handed-over", None);
        self.begin_session(who, session);
        Ok(())
    }

    pub(super) fn certify(&mut self, who: Who, addresses: &[Addr]) -> Done {
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

    pub(super) fn set_disabled(&mut self, caller: Who, who: Who, disabled: bool) -> Done {
        if caller == who {
            refuse!(NotAllowed);
        }
        let account = self.account(who);
        if matches!(account.state, State::Invited | State::Joining) || account.absorbed_into.is_some() {
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
            match disabled {
                true => self.cancel_claims(who),
                false => self.end_sessions(who, None),
            }
            self.record(who, what, None);
        }
        Ok(())
    }
}
