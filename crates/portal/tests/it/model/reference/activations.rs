//! Programs that were let in.

use wire::ProblemType;

use super::{
    super::{
        names::{Activation, Session, Who},
        world::{Activated, State},
    },
    Done, HOUR, Model, Outcome, refuse,
};

impl Model {
    pub(super) fn own_activation(&self, who: Who, activation: Activation) -> Result<&Activated, Outcome> {
        match self.world.activations.get(&activation) {
            Some(known) if known.of == who => Ok(known),
            _ => Err(ProblemType::NotFound.into()),
        }
    }

    pub(super) fn activate(&mut self, who: Who, activation: Activation) -> Done {
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
            superseded_at: None,
            slot: true,
        };
        self.record(who, "activated", Some(activated.under));
        self.mail(who, "activated", &self.addresses(who));
        self.world.activations.insert(activation, activated);
        Ok(())
    }

    pub(super) fn begin_by_activation(&mut self, activation: Activation, session: Session) -> Done {
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
        if known.superseded_at.is_some() {
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

    pub(super) fn set_blocked(&mut self, of: Who, activation: Activation, blocked: bool, portal: bool) -> Done {
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
    pub(super) fn remove_activations(&mut self, who: Who) {
        self.world
            .activations
            .retain(|_, known| known.of != who || known.blocked_by_portal);
        self.supersede(who);
    }

    pub(super) fn supersede(&mut self, who: Who) {
        for known in self.world.activations.values_mut().filter(|known| known.of == who) {
            known.superseded_at = known.superseded_at.or(Some(self.now));
            known.slot = false;
        }
    }
}
