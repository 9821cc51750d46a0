//! From a session to its open vault: what the portal serves is compared with what this client saw last.

use std::fmt;

use reqwest::Method;
use vault::{TakenUp, Vault, VaultKey};
use wire::{
    Address,
    ids::AccountId,
    sessions::SignedIn,
    vaults::{PastVault, SealedPastVault, VaultHead, VaultWritten},
};

use crate::{
    Client, Error, Session,
    client::blocking,
    http::{Ask, InSession},
    session::KnownVault,
};

impl Client {
    /// Opens the vault that the portal serves for an account, and keeps it as the last one that was seen. One that was
    /// joined of two is kept once it is stored.
    pub(crate) async fn take_up(
        &self,
        served: &wire::sessions::Vault,
        account: AccountId,
        key: &VaultKey,
    ) -> Result<(TakenUp, KnownVault), Error> {
        let (client, key, served) = (self.clone(), key.clone(), served.clone());
        blocking(move || {
            let sealed = served.sealed.as_ref();
            ensure_named(sealed, served.version)?;
            let last = client.last_seen(account)?;
            let taken_up = Vault::take_up(sealed, last.as_deref(), account, &key)?;
            if !taken_up.joined {
                client.keep_seen(account, sealed)?;
            }
            let known = match last {
                Some(_) => KnownVault::Before,
                None => KnownVault::Never(served.written),
            };
            Ok((taken_up, known))
        })
        .await?
    }

    /// Opens a vault that the person chose, in place of a served one that is older than the one seen last, or does not
    /// open.
    async fn accept(
        &self,
        chosen: Vec<u8>,
        served: &wire::sessions::Vault,
        account: AccountId,
        key: &VaultKey,
    ) -> Result<Vault, Error> {
        let (client, key, served) = (self.clone(), key.clone(), served.clone());
        blocking(move || {
            ensure_named(served.sealed.as_ref(), served.version)?;
            let last = client.last_seen(account)?;
            Ok(Vault::accept_vault(
                &chosen,
                served.sealed.as_ref(),
                last.as_deref(),
                account,
                &key,
            )?)
        })
        .await?
    }

    fn last_seen(&self, account: AccountId) -> Result<Option<Vec<u8>>, Error> {
        self.seen
            .last(self.url(), account)
            .map_err(Error::file("the last keyring that was seen"))
    }

    /// Knows that this is stored, and that none before it is to be taken for it.
    pub(crate) fn keep_seen(&self, account: AccountId, sealed: &[u8]) -> Result<(), Error> {
        self.seen
            .keep(self.url(), account, sealed)
            .map_err(Error::file("the last keyring that was seen"))
    }

    /// Begins a session with the vault that the portal serves.
    pub(crate) async fn begin(&self, signed_in: SignedIn, key: VaultKey) -> Result<Session, Error> {
        let account = signed_in.session.account.id;
        let (taken_up, known) = self.take_up(&signed_in.vault, account, &key).await?;
        self.begin_with(signed_in, key, taken_up, known).await
    }

    pub(crate) async fn begin_with(
        &self,
        signed_in: SignedIn,
        key: VaultKey,
        taken_up: TakenUp,
        known: KnownVault,
    ) -> Result<Session, Error> {
        let (account, joined) = (signed_in.session.account.clone(), taken_up.joined);
        let session = Session::new(self.clone(), signed_in, key, taken_up, known)?;
        // A certificate that could not be signed anew keeps nobody from reading; where a message is refused for it, that
        // is tried again.
        let _ = session.settle(account).await;
        if joined {
            session.store().await?;
        }
        session.take_parcels_in().await?;
        Ok(session)
    }
}

/// A portal that says another version than stands in the vault would have the next one written in place of the wrong one.
fn ensure_named(sealed: &[u8], version: i64) -> Result<(), Error> {
    let (head, _) = VaultHead::split(sealed).map_err(vault::Error::from)?;
    match head.revision == version {
        true => Ok(()),
        false => Err(Error::Answer("a vault of another version than it says")),
    }
}

/// A session that was begun by the password, and whose vault is not open yet: where the portal serves one that is older
/// than the one seen last, or that does not open, its person decides.
pub struct LockedSession {
    client: Client,
    signed_in: SignedIn,
    key: VaultKey,
}

impl Client {
    /// As [`Client::sign_in`], without opening the vault.
    ///
    /// # Errors
    /// [`Error::is_wrong_password`], `too-many-attempts`, `account-disabled`.
    pub async fn sign_in_locked(&self, address: &Address, password: &str) -> Result<LockedSession, Error> {
        let (signed_in, key) = self.prove(address, password).await?;
        Ok(LockedSession {
            client: self.clone(),
            signed_in,
            key,
        })
    }
}

impl LockedSession {
    /// Opens the vault that the portal serves.
    ///
    /// # Errors
    /// [`vault::Error::OlderVault`] and [`vault::Error::UnreadableVault`], which [`LockedSession::accept`] gets over;
    /// [`vault::Error::ForeignVault`], [`vault::Error::VaultLeapt`], [`vault::Error::ForkedVault`].
    pub async fn open(&self) -> Result<Session, Error> {
        self.client.begin(self.signed_in.clone(), self.key.clone()).await
    }

    /// When the served vault was written, and by what.
    pub fn written(&self) -> &VaultWritten {
        &self.signed_in.vault.written
    }

    /// The vaults that were replaced and that the portal keeps, newest first.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn past_vaults(&self) -> Result<Vec<PastVault>, Error> {
        self.client.http.get(self.ask(Method::GET, "/vaults")?).await
    }

    /// Opens the served vault although it is older than the one seen last, or a past one in place of one that does not
    /// open; joins what was seen last, and stores it as the newest. Ask the person before.
    ///
    /// # Errors
    /// Where the chosen vault does not open, or the portal does not take what came of it.
    pub async fn accept(&self, past: Option<i64>) -> Result<Session, Error> {
        let (account, served) = (self.signed_in.session.account.id, &self.signed_in.vault);
        let chosen = match past {
            None => served.sealed.0.clone(),
            Some(version) => {
                let past: SealedPastVault = self
                    .client
                    .http
                    .get(self.ask(Method::GET, &format!("/vaults/{version}"))?)
                    .await?;
                past.sealed.0
            }
        };
        let vault = self.client.accept(chosen, served, account, &self.key).await?;
        let taken_up = TakenUp { vault, joined: true };
        let (signed_in, key) = (self.signed_in.clone(), self.key.clone());
        self.client
            .begin_with(signed_in, key, taken_up, KnownVault::Before)
            .await
    }

    /// Ends the session.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn sign_out(self) -> Result<(), Error> {
        self.client.http.tell(self.ask(Method::DELETE, "/session")?).await
    }

    fn ask<'a>(&'a self, method: Method, path: &'a str) -> Result<Ask<'a>, Error> {
        let bearer = self.signed_in.bearer.clone();
        Ok(Ask::new(method, path).in_session(InSession {
            bearer: bearer.ok_or(Error::Answer("a session without a secret"))?.into(),
            account: Some(self.signed_in.session.account.id),
        }))
    }
}

impl fmt::Debug for LockedSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LockedSession({})", self.signed_in.session.account.id)
    }
}

impl Session {
    /// The vaults that were replaced and that the portal keeps, newest first: in a session that the password was given in.
    ///
    /// # Errors
    /// `not-allowed` or `password-needed` where it was not.
    pub async fn past_vaults(&self) -> Result<Vec<PastVault>, Error> {
        self.get(self.ask(Method::GET, "/vaults")).await
    }

    /// Takes the keys of a past vault into this one: they open, and nothing else of it counts. Whether any was new.
    ///
    /// # Errors
    /// As [`Session::past_vaults`], and where it does not open.
    pub async fn join_past_vault(&self, version: i64) -> Result<bool, Error> {
        let past: SealedPastVault = self.get(self.ask(Method::GET, &format!("/vaults/{version}"))).await?;
        let (sealed, key) = (past.sealed.0, self.0.key.clone());
        let joined = self.change(move |vault| match vault.join_keys(&sealed, &key) {
            Ok(any) => (any, Ok(any)),
            Err(error) => (false, Err(error)),
        });
        Ok(joined.await??)
    }
}
