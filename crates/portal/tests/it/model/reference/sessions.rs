//! Who is signed in.

use wire::ProblemType;

use super::{
    super::{
        names::{Session, Who},
        world::{SignedIn, State},
    },
    Done, HOUR, Model, refuse,
};

impl Model {
    pub(super) fn still_signed_in(&self, session: Session) -> Done {
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

    pub(super) fn begin_session(&mut self, who: Who, session: Session) {
        let signed_in = SignedIn {
            of: who,
            by: None,
            password_at: self.now,
            expires_at: self.now + 12 * HOUR,
        };
        self.world.sessions.insert(session, signed_in);
        self.begun.insert(session, who);
    }

    /// Sessions that are no more, and whose they were.
    pub fn ended_sessions(&self) -> Vec<(Session, Who)> {
        let begun = self
            .begun
            .iter()
            .filter(|(session, _)| !self.world.sessions.contains_key(*session));
        begun.map(|(session, who)| (*session, *who)).collect()
    }

    pub(super) fn end_sessions(&mut self, who: Who, except: Option<Session>) {
        self.world
            .sessions
            .retain(|session, known| known.of != who || Some(*session) == except);
        self.world.sign_ins.retain(|_, of| *of != who);
    }
}
