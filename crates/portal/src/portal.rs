//! One portal: its settings, its secrets, and the services that it reaches into.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wire::{Millis, ids::AccountId};

use crate::{
    Secrets, Settings,
    ports::{blobs::Blobs, clock, custody::Custody, relay::Relay, wakes::Wakes},
    storage::{Key as _, Store, StoreError, Unit},
};

/// What security events are logged under, to be chosen or sent elsewhere by it: `RUST_LOG=warn,restante::security=info`.
pub const SECURITY_LOG: &str = "restante::security";

/// Why somebody was kept out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeptOut {
    /// It was not the password, or the attempt was over or used before.
    Refused,
    /// Too many tries: further ones wait.
    LockedOut,
}

impl KeptOut {
    /// What the security log calls it.
    fn name(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::LockedOut => "locked-out",
        }
    }
}

/// One portal: what it was set up with, and the services that it reaches into. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Services>);

/// What a [`Portal`] dereferences to.
pub struct Services {
    /// What the administrator chose.
    pub settings: Settings,
    /// The portal's own secrets, kept outside the database.
    pub secrets: Secrets,
    /// The database.
    pub store: Store,
    /// The sealed files.
    pub blobs: Blobs,
    /// The keys of invited accounts.
    pub custody: Box<dyn Custody>,
    /// The way out for basic mail.
    pub relay: Box<dyn Relay>,
    /// Time.
    pub clock: Box<dyn clock::Clock>,
    /// Randomness.
    pub entropy: clock::Entropy,
    /// Who waits for what.
    pub wakes: Wakes,
}

impl Portal {
    /// A portal of these services.
    pub fn new(services: Services) -> Self {
        Self(Arc::new(services))
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// The link to a page that takes a secret: in the fragment, which no server log and no referrer has.
    pub(crate) fn link(&self, page: &str, secret: &[u8; 32]) -> String {
        let secret = URL_SAFE_NO_PAD.encode(secret);
        format!("{}/{page}#{secret}", self.settings.public_url)
    }

    /// Begins a unit of work that no session stands behind: its commit asks nobody. What is done for a caller begins by
    /// [`Caller::begin`](crate::http::Caller::begin) instead; `tests/it/house/guarded.rs` lists the handlers that do not, with
    /// the reason of each.
    ///
    /// # Errors
    /// `Unavailable` where no connection is to be had.
    pub async fn begin_unguarded(&self) -> Result<UnguardedUnit, StoreError> {
        Ok(UnguardedUnit {
            unit: self.store.begin().await?,
            portal: self.clone(),
        })
    }

    /// Makes a unit of work durable, then wakes whoever waits for what it did. For the units that know whose they are.
    pub(crate) async fn commit(&self, unit: Unit) -> Result<(), StoreError> {
        let done = unit.commit().await?;
        for account in done.woken {
            self.wakes.wake(account);
        }
        for event in done.events {
            let account = self.log_name(event.account);
            let by_administrator = event.by_administrator;
            tracing::info!(target: SECURITY_LOG, event = %event.name, %account, by_administrator, "security event");
        }
        Ok(())
    }

    /// What the security log calls an account by.
    pub fn log_name(&self, account: AccountId) -> String {
        self.secrets.pseudonym(account.key())
    }

    /// Writes into the security log that somebody was kept out: `subject` is what the try was at, an account or the keyed
    /// hash of an address that has none, `network` the keyed hash of where it came from.
    pub(crate) fn log_kept_out(&self, event: KeptOut, subject: &[u8], network: &[u8]) {
        let [account, network] = [subject, network].map(|of| self.secrets.pseudonym(of));
        let event = event.name();
        tracing::warn!(target: SECURITY_LOG, event, %account, %network, "security event");
    }
}

impl Deref for Portal {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// A unit of work that no session stands behind: somebody who has none yet, a link from a mail, or the portal itself.
pub struct UnguardedUnit {
    unit: Unit,
    portal: Portal,
}

impl UnguardedUnit {
    /// Makes the unit durable, then wakes whoever waits for what it did.
    ///
    /// # Errors
    /// `Unavailable` where nothing of it happened.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.portal.commit(self.unit).await
    }

    /// Undoes the unit. Dropping it does the same, in the background.
    pub async fn rollback(self) {
        self.unit.rollback().await;
    }
}

impl Deref for UnguardedUnit {
    type Target = Unit;

    fn deref(&self) -> &Unit {
        &self.unit
    }
}

impl DerefMut for UnguardedUnit {
    fn deref_mut(&mut self) -> &mut Unit {
        &mut self.unit
    }
}
