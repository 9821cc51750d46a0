//! The vault while it is open: what it remembers of correspondents, parcels that come, and storing it.

use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};

use reqwest::{Method, header::IF_MATCH};
use vault::{Fingerprint, Sight, Vault};
use wire::{
    Address, ProblemType,
    sessions::{Parcel, VaultVersion, WriteVault},
};

use crate::{Error, Session, client::blocking};

/// The open vault, and the stored version that it came from.
pub(crate) struct Held {
    pub(crate) vault: Vault,
    pub(crate) version: i64,
    /// Whether it holds something that the portal's copy does not.
    pub(crate) unsaved: bool,
}

/// Writes of one session's vault go one after the other.
pub(crate) type WrittenInTurn = tokio::sync::Mutex<()>;

/// How often a write starts over because another client wrote meanwhile.
const ROUNDS: usize = 5;

/// A change to the vault, and whether it changed anything. Made again on the newer vault where another client wrote.
type Change = Arc<dyn Fn(&mut Vault) -> bool + Send + Sync>;

impl Session {
    /// How a certificate compares with the one last seen under that address.
    pub fn sight(&self, address: &Address, fingerprint: Fingerprint) -> Sight {
        let vault = self.vault();
        // Oneself is no stranger.
        if vault.certificate().fingerprint() == fingerprint {
            Sight::Same
        } else {
            vault.seen(address, fingerprint)
        }
    }

    /// Accepts a fingerprint as that of whoever is behind an address, in place of the one last seen. Ask them first.
    ///
    /// # Errors
    /// Where the vault could not be stored.
    pub async fn accept(&self, address: &Address, fingerprint: Fingerprint) -> Result<(), Error> {
        self.remember(vec![(address.clone(), fingerprint)]).await
    }

    /// Takes keys that were handed to the account into its vault. Done at sign-in; again when
    /// [changes](Session::changes) tell of the account. A parcel that no key here opens is left where it is.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn take_parcels_in(&self) -> Result<(), Error> {
        let parcels: Vec<Parcel> = self.get(self.ask(Method::GET, "/parcels")).await?;
        if parcels.is_empty() {
            return Ok(());
        }
        let parcels = Arc::new(parcels);
        let taking = parcels.clone();
        // Stored even if all of them were in it: the write before may be the one whose answer was lost.
        self.change(Arc::new(move |vault| {
            let taken = taking
                .iter()
                .filter(|parcel| vault.take_in(parcel.sealed.as_ref()).is_ok());
            taken.count() > 0
        }))
        .await?;
        for parcel in parcels.iter() {
            // Taking it in again changes nothing, and says whether it is in.
            if self.vault_mut().vault.take_in(parcel.sealed.as_ref()).is_err() {
                continue;
            }
            match self
                .tell(self.ask(Method::DELETE, &format!("/parcels/{}", parcel.id)))
                .await
            {
                // Another client was faster, or the answer to an earlier try was lost.
                Err(error) if error.problem() == Some(ProblemType::NotFound) => {}
                other => other?,
            }
        }
        Ok(())
    }

    /// Remembers whose key is whose.
    pub(crate) async fn remember(&self, seen: Vec<(Address, Fingerprint)>) -> Result<(), Error> {
        self.change(Arc::new(move |vault| {
            let mut any = false;
            for (address, fingerprint) in &seen {
                if vault.seen(address, *fingerprint) != Sight::Same {
                    vault.remember(address, *fingerprint);
                    any = true;
                }
            }
            any
        }))
        .await
    }

    /// Changes the vault and stores it. Where another client stored one meanwhile, the change is made on that one.
    async fn change(&self, change: Change) -> Result<(), Error> {
        let _turn = self.0.in_turn.lock().await;
        let mut rounds = 0;
        loop {
            let Some((sealed, version)) = self.changed(change.clone()).await? else {
                return Ok(());
            };
            let ask = self
                .ask(Method::PUT, "/vault")
                .header(IF_MATCH, format!("\"{version}\""));
            let written = self
                .get::<VaultVersion>(ask.json(&WriteVault { sealed: sealed.into() })?)
                .await;
            rounds += 1;
            match written {
                Ok(VaultVersion { version }) => {
                    let mut held = self.vault_mut();
                    held.version = version;
                    held.unsaved = false;
                    return Ok(());
                }
                Err(error) if error.problem() == Some(ProblemType::VersionConflict) && rounds < ROUNDS => {
                    self.reload().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// The vault after a change, locked, with the version that it replaces; nothing where there is nothing to store.
    async fn changed(&self, change: Change) -> Result<Option<(Vec<u8>, i64)>, Error> {
        let (held, key) = (self.0.held.clone(), self.0.key.clone());
        let mut rng = self.0.client.environment.rng();
        blocking(move || {
            let mut held = held.write().unwrap_or_else(PoisonError::into_inner);
            held.unsaved |= change(&mut held.vault);
            if !held.unsaved {
                return Ok(None);
            }
            let sealed = held.vault.lock(&key, &mut rng)?;
            Ok(Some((sealed, held.version)))
        })
        .await?
    }

    /// Takes the vault as the portal has it.
    async fn reload(&self) -> Result<(), Error> {
        let stored: wire::sessions::Vault = self.get(self.ask(Method::GET, "/vault")).await?;
        let vault = Vault::unlock(stored.sealed.as_ref(), &self.0.key)?;
        *self.vault_mut() = Held {
            vault,
            version: stored.version,
            unsaved: false,
        };
        Ok(())
    }

    /// For moments only: nothing waits while it is held.
    pub(crate) fn vault(&self) -> Reading<'_> {
        Reading(self.0.held.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn vault_mut(&self) -> RwLockWriteGuard<'_, Held> {
        self.0.held.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Works with the vault where that holds nobody up.
    pub(crate) async fn with_vault<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Vault) -> T + Send + 'static,
    ) -> Result<T, Error> {
        let held = self.0.held.clone();
        blocking(move || work(&held.read().unwrap_or_else(PoisonError::into_inner).vault)).await
    }
}

/// The vault, to look something up in.
pub(crate) struct Reading<'a>(RwLockReadGuard<'a, Held>);

impl std::ops::Deref for Reading<'_> {
    type Target = Vault;

    fn deref(&self) -> &Vault {
        &self.0.vault
    }
}
