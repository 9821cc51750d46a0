//! Who may write to whom, and what sending does.

use std::collections::{BTreeMap, BTreeSet};

use wire::ProblemType;

use super::{
    super::{
        names::{Addr, Key, Message, Who},
        world::{Delivery, Folder, State},
    },
    Done, Model, Outcome, refuse,
};

impl Model {
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
            let mut others = self.person(behind);
            // Whoever knew the account that joins goes on knowing who has its address.
            if let Some((_, withheld)) = self.withheld(to).filter(|(_, withheld)| withheld.parcel.is_some()) {
                others.extend(self.person(withheld.of));
            }
            self.world
                .dealt
                .keys()
                .any(|(one, other)| own.contains(one) && others.contains(other))
        };
        known.state != State::Disabled && (professional || behind == writer || (known.professional && dealt()))
    }

    /// Whether it invited the address.
    pub(super) fn prepare(&mut self, writer: Who, to: Addr) -> Result<bool, Outcome> {
        if !self.may_write(writer, to) {
            refuse!(RecipientsNotAllowed);
        }
        let invites = self.behind(to).is_none();
        if invites {
            self.make_invited(to);
        }
        Ok(invites)
    }

    pub(super) fn send(
        &mut self,
        sender: Who,
        from: Addr,
        to: &[Addr],
        packets: &BTreeMap<Who, Key>,
        message: Message,
    ) -> Done {
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

    /// The address that a message was sent from, and the sender's Master of now where that is another.
    pub fn sender(&self, message: Message) -> (Addr, Option<Addr>) {
        let (sender, from) = self.sent[&message];
        let holder = self.holder(sender);
        let active = self.account(holder).state == State::Active;
        let now = self.master(holder).filter(|master| active && *master != from);
        (from, now)
    }
}
