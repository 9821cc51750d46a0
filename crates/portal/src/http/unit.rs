//! A unit of work for a caller: what ended the session meanwhile ends this too.

use std::ops::{Deref, DerefMut};

use super::Caller;
use crate::{Portal, Result, accounts, storage::Unit};

/// A unit of work that a session stands behind.
///
/// A request is let in by its head, and what it asks may be long in coming. So the unit's commit looks at the session again,
/// and does nothing where it stands no more.
pub(crate) struct CallerUnit {
    unit: Unit,
    portal: Portal,
    /// Whose session is to stand when this is made durable; nobody's where what is done needs none.
    guard: Option<Caller>,
}

impl CallerUnit {
    /// Begins a unit for whoever asks, who for a few routes may have no session. Where there is a caller for sure,
    /// [`Caller::begin`] says so.
    pub(crate) async fn begin(portal: &Portal, caller: Option<Caller>) -> Result<Self> {
        Ok(Self {
            unit: portal.store.begin().await?,
            portal: portal.clone(),
            guard: caller,
        })
    }

    /// Locks the caller's account until the unit ends, and looks whether the session still stands: what ends sessions may
    /// have been quicker. Since all that ends sessions locks their account first, this one stands until the unit has
    /// ended, and the commit need not look again.
    pub(crate) async fn lock_account(&mut self) -> Result<()> {
        if let Some(caller) = self.guard {
            accounts::lock_accounts(&mut self.unit, &[caller.account]).await?;
            caller.look_again(&mut self.unit, self.portal.now()).await?;
            self.guard = None;
        }
        Ok(())
    }

    /// Makes the unit durable where the session still stands, then wakes whoever waits for what it did.
    pub(crate) async fn commit(mut self) -> Result<()> {
        if let Some(caller) = self.guard {
            caller.look_again(&mut self.unit, self.portal.now()).await?;
        }
        Ok(self.portal.commit(self.unit).await?)
    }

    /// Undoes the unit. Dropping it does the same, in the background.
    pub(crate) async fn rollback(self) {
        self.unit.rollback().await;
    }
}

impl Deref for CallerUnit {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        &self.unit
    }
}

impl DerefMut for CallerUnit {
    fn deref_mut(&mut self) -> &mut Unit {
        &mut self.unit
    }
}
