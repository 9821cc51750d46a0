//! A Restante portal: it stores sealed things and moves them to the right mailbox; it cannot read them.
//!
//! A room a capability, each with its rules (plain functions), its SQL and its routes; and the rooms that serve all:
//! [`storage`], [`http`] and [`workers`]. Data flows handler, rule, store; never back.

pub mod accounts;
pub mod activations;
pub mod addresses;
pub mod admin;
pub mod changes;
pub mod clock;
pub mod custody;
pub mod files;
pub mod http;
pub mod mailbox;
pub mod notices;
pub mod outlook;
pub mod sessions;
mod settings;
pub mod slips;
pub mod storage;
pub mod workers;

use std::{ops::Deref, sync::Arc};

use wire::Millis;

pub use settings::{Secrets, Settings};

/// One portal: what it was set up with, and the rooms it reaches into. Cheap to clone.
#[derive(Clone)]
pub struct Portal(Arc<Rooms>);

/// What a [`Portal`] dereferences to.
pub struct Rooms {
    /// What the administrator chose.
    pub settings: Settings,
    /// The portal's own secrets, kept outside the database.
    pub secrets: Secrets,
    /// The database.
    pub store: storage::Store,
    /// The sealed files.
    pub blobs: files::Blobs,
    /// The keys of invited accounts.
    pub custody: Box<dyn custody::Custody>,
    /// The way out for basic mail.
    pub relay: Box<dyn notices::Relay>,
    /// Time.
    pub clock: Box<dyn clock::Clock>,
    /// Randomness.
    pub entropy: clock::Entropy,
    /// Who waits for what.
    pub wakes: changes::Wakes,
}

impl Portal {
    /// Opens the house.
    pub fn new(rooms: Rooms) -> Self {
        Self(Arc::new(rooms))
    }

    /// Now.
    pub fn now(&self) -> Millis {
        self.clock.now()
    }

    /// Makes a unit of work durable, then wakes whoever waits for what it did.
    ///
    /// # Errors
    /// `Unavailable` where nothing of it happened.
    pub async fn commit(&self, unit: storage::Unit) -> Result<(), storage::StoreError> {
        for account in unit.commit().await? {
            self.wakes.wake(account);
        }
        Ok(())
    }
}

impl Deref for Portal {
    type Target = Rooms;

    fn deref(&self) -> &Rooms {
        &self.0
    }
}
