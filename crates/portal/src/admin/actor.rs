//! Who does what an administrator may.

use wire::ids::AccountId;

use crate::{
    Portal, Result,
    http::{Caller, CallerUnit},
};

/// Who does what an administrator may.
#[derive(Clone, Copy, Debug)]
pub enum Actor {
    /// Whoever has the server itself: its command line, the demonstration.
    Server,
    /// An administrator, in a session of theirs.
    Administrator(Caller),
}

impl Actor {
    pub(super) fn account(self) -> Option<AccountId> {
        self.caller().map(|caller| caller.account)
    }

    /// Begins a unit of work, which an administrator's session has to stand behind until it is durable.
    pub(super) async fn begin(self, portal: &Portal) -> Result<CallerUnit> {
        CallerUnit::begin(portal, self.caller()).await
    }

    fn caller(self) -> Option<Caller> {
        match self {
            Self::Server => None,
            Self::Administrator(caller) => Some(caller),
        }
    }
}
