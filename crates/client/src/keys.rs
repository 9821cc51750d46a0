//! The vault while it is open: what it remembers of correspondents, and storing it.

use std::sync::{Arc, PoisonError, RwLockReadGuard, RwLockWriteGuard};

use reqwest::{Method, header::IF_MATCH};
use vault::{ChangedKey, Fingerprint, Sight, TakenUp, Vault, parse_predecessors};
use wire::{
    Address, ProblemType,
    claims::Predecessor,
    sessions::{VaultVersion, WriteVault},
};

use crate::{Error, Session, account::dress, client::blocking};

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
const MAX_ROUNDS: usize = 5;

impl Session {
    /// How a certificate compares with those seen under that address: what to think of a letter that it signed.
    pub fn sight(&self, address: &Address, fingerprint: Fingerprint) -> Sight {
        self.sight_of_writer(address, fingerprint, &[])
    }

    /// As [`Session::sight`], of a certificate that the address' earlier ones may name as their successor.
    pub(crate) fn sight_of_writer(&self, address: &Address, now: Fingerprint, before: &[Predecessor]) -> Sight {
        let vault = self.vault();
        match vault.certificate().fingerprint() == now {
            // Oneself is no stranger.
            true => Sight::Same,
            false => vault.seen(address, now, &parse_predecessors(before)),
        }
    }

    /// Accepts a fingerprint as that of whoever is behind an address, in place of the one last seen. Ask them first.
    ///
    /// # Errors
    /// Where the vault could not be stored.
    pub async fn accept(&self, address: &Address, fingerprint: Fingerprint) -> Result<(), Error> {
        self.remember(vec![(address.clone(), fingerprint)]).await
    }

    /// Stores the vault where it holds something that the portal's copy does not.
    pub(crate) async fn store(&self) -> Result<(), Error> {
        self.change(|_| (false, ())).await
    }

    /// Accepts keys that changed as those of the people whom a message is to go to. Ask them first.
    ///
    /// # Errors
    /// Where the vault could not be stored.
    pub async fn accept_changed(&self, keys: Vec<ChangedKey>) -> Result<(), Error> {
        self.change(move |vault| {
            let mut any = false;
            for key in &keys {
                any |= vault.accept(key);
            }
            (any, ())
        })
        .await
    }

    /// Remembers whose key is whose.
    pub(crate) async fn remember(&self, seen: Vec<(Address, Fingerprint)>) -> Result<(), Error> {
        self.change(move |vault| {
            let mut any = false;
            for (address, fingerprint) in &seen {
                any |= vault.remember(address, *fingerprint);
            }
            (any, ())
        })
        .await
    }

    /// Keeps what an opened message shows of its signer's key, so that another one is noticed.
    pub(crate) async fn saw(
        &self,
        address: &Address,
        fingerprint: Fingerprint,
        before: &[Predecessor],
    ) -> Result<(), Error> {
        let (address, before) = (address.clone(), parse_predecessors(before));
        self.change(move |vault| (vault.saw(&address, fingerprint, &before), ()))
            .await
    }

    /// Changes the vault and stores it where that changed anything. Where another client stored one meanwhile, the change
    /// is made again on that one. Answers what the change did to the vault that is stored.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        change: impl Fn(&mut Vault) -> (bool, T) + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let change = Arc::new(change);
        let _turn = self.0.in_turn.lock().await;
        let mut rounds = 0;
        loop {
            let (done, to_store) = self.changed(change.clone()).await?;
            let Some((sealed, version)) = to_store else {
                return Ok(done);
            };
            let ask = self
                .ask(Method::PUT, "/vault")
                .header(IF_MATCH, format!("\"{version}\""));
            let request = WriteVault { sealed: sealed.into() };
            let written = self.get::<VaultVersion>(ask.json(&request)?).await;
            rounds += 1;
            match written {
                Ok(VaultVersion { version }) => {
                    self.was_stored(request.sealed.0, version).await?;
                    return Ok(done);
                }
                Err(error) if error.problem() == Some(ProblemType::VersionConflict) && rounds < MAX_ROUNDS => {
                    self.reload().await?;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Knows that the portal has the vault as it was sealed, and goes back behind it no more.
    async fn was_stored(&self, sealed: Vec<u8>, version: i64) -> Result<(), Error> {
        let (session, account) = (self.clone(), self.account().id);
        blocking(move || {
            let mut held = session.vault_mut();
            held.vault.was_stored(&sealed)?;
            if held.vault.revision() != version {
                return Err(Error::Answer("a vault of another version than was stored"));
            }
            held.version = version;
            held.unsaved = false;
            drop(held);
            session.0.client.keep_seen(account, &sealed)
        })
        .await?
    }

    /// What a change did, and the vault after it, locked, with the version that it replaces: nothing where there is
    /// nothing to store.
    async fn changed<T: Send + 'static>(
        &self,
        change: Arc<impl Fn(&mut Vault) -> (bool, T) + Send + Sync + 'static>,
    ) -> Result<(T, Option<(Vec<u8>, i64)>), Error> {
        let (held, key) = (self.0.held.clone(), self.0.key.clone());
        let mut rng = self.0.client.environment.rng();
        blocking(move || {
            let mut held = held.write().unwrap_or_else(PoisonError::into_inner);
            let (any, done) = change(&mut held.vault);
            held.unsaved |= any;
            if !held.unsaved {
                return Ok((done, None));
            }
            let sealed = held.vault.lock(&key, &mut rng)?;
            Ok((done, Some((sealed, held.version))))
        })
        .await?
    }

    /// Takes the vault as another client stored it, where that is not the one at hand.
    pub(crate) async fn take_up_vault(&self, version: i64) -> Result<(), Error> {
        let _turn = self.0.in_turn.lock().await;
        if self.held().version < version {
            self.reload().await?;
        }
        Ok(())
    }

    /// Takes the vault as the portal has it.
    async fn reload(&self) -> Result<(), Error> {
        let stored: wire::sessions::Vault = self.get(self.ask(Method::GET, "/vault")).await?;
        let version = stored.version;
        let (account, environment) = (self.account(), self.0.client.environment.clone());
        let (taken_up, _) = self.0.client.take_up(&stored, account.id, &self.0.key).await?;
        let TakenUp { mut vault, joined } = taken_up;
        let vault = blocking(move || {
            // Certificates are not stored in it. One that is made here was handed to the portal before, or will be.
            dress(&mut vault, &account, &environment)?;
            Ok::<_, vault::Error>(vault)
        })
        .await??;
        *self.vault_mut() = Held {
            vault,
            version,
            unsaved: joined,
        };
        Ok(())
    }

    /// For moments only: nothing waits while it is held.
    pub(crate) fn vault(&self) -> Reading<'_> {
        Reading(self.held())
    }

    fn held(&self) -> RwLockReadGuard<'_, Held> {
        self.0.held.read().unwrap_or_else(PoisonError::into_inner)
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
