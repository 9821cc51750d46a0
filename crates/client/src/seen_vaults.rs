//! The last vault of each account that a client saw, by which an older one is told from the newest.

use std::{
    collections::HashMap,
    io,
    sync::{Mutex, PoisonError},
};

use wire::{ids::AccountId, vaults::VaultHead};

/// Keeps the last vault of each account that was seen, sealed as it is. It outlives sessions: whoever signs out and in
/// again must not be served an older one.
pub trait SeenVaults: Send + Sync {
    /// The last one of that portal's account.
    ///
    /// # Errors
    /// Where it cannot be read. Nothing is opened then.
    fn last(&self, portal: &str, account: AccountId) -> io::Result<Option<Vec<u8>>>;

    /// Keeps this one in place of the one before, unless that is of a [later revision](is_later).
    ///
    /// # Errors
    /// Where it cannot be written.
    fn keep(&self, portal: &str, account: AccountId, sealed: &[u8]) -> io::Result<()>;
}

/// Whether a vault that was kept is of a later revision than another: one that another process saw meanwhile.
pub fn is_later(kept: &[u8], sealed: &[u8]) -> bool {
    let revision = |sealed| VaultHead::split(sealed).map_or(0, |(head, _)| head.revision);
    revision(kept) > revision(sealed)
}

/// For as long as the process runs.
#[derive(Default)]
pub(crate) struct InMemory(Mutex<HashMap<(String, AccountId), Vec<u8>>>);

impl SeenVaults for InMemory {
    fn last(&self, portal: &str, account: AccountId) -> io::Result<Option<Vec<u8>>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.get(&(portal.to_owned(), account)).cloned())
    }

    fn keep(&self, portal: &str, account: AccountId, sealed: &[u8]) -> io::Result<()> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = all.entry((portal.to_owned(), account)).or_default();
        if !is_later(kept, sealed) {
            *kept = sealed.to_vec();
        }
        Ok(())
    }
}
