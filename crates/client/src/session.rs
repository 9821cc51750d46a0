use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicBool, AtomicUsize},
    },
};

use reqwest::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use vault::{Fingerprint, TakenUp, VaultKey};
use wire::{
    Address, Bytes,
    people::Correspondent,
    sessions::{Account, Activity, SignedIn},
    vaults::VaultWritten,
};
use zeroize::Zeroizing;

use crate::{
    Client, Error,
    http::{Ask, InSession},
    keys::{Held, WrittenInTurn},
};

/// A signed-in person's session, with the open vault. Cheap to clone; all clones are one session.
#[derive(Clone)]
pub struct Session(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) client: Client,
    /// Another one after each [`Session::give_password`].
    bearer: RwLock<Zeroizing<String>>,
    known: RwLock<Known>,
    reload_key: Zeroizing<Vec<u8>>,
    device_token: Option<Bytes>,
    pub(crate) key: VaultKey,
    pub(crate) held: Arc<RwLock<Held>>,
    pub(crate) in_turn: WrittenInTurn,
    pub(crate) in_person: AtomicBool,
    /// At the last look.
    pub(crate) refused_parcels: AtomicUsize,
    known_vault: KnownVault,
}

/// Whether this client had seen a vault of the account before.
pub(crate) enum KnownVault {
    Before,
    /// It had not: nothing tells whether the one that was served is the newest.
    Never(VaultWritten),
}

/// What the session knows of its account, until it is told otherwise.
struct Known {
    account: Arc<Account>,
    master: Address,
}

/// What goes on with a session in another process, without the password. It holds the session's secret: whoever reads it
/// is signed in, until the session ends. The vault key in it is wrapped under a key that the portal alone has.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptSession {
    pub(crate) portal: String,
    pub(crate) bearer: Zeroizing<String>,
    pub(crate) wrapped_key: Bytes,
}

impl Known {
    fn new(account: Account) -> Result<Self, Error> {
        let master = account.addresses.iter().find(|own| own.master);
        let master = master
            .ok_or(Error::Answer("an account without a Master"))?
            .address
            .clone();
        Ok(Self {
            account: Arc::new(account),
            master,
        })
    }
}

impl Session {
    pub(crate) fn new(
        client: Client,
        signed_in: SignedIn,
        key: VaultKey,
        taken_up: TakenUp,
        known_vault: KnownVault,
    ) -> Result<Self, Error> {
        Ok(Self(Arc::new(Inner {
            client,
            in_person: AtomicBool::new(signed_in.session.in_person),
            refused_parcels: AtomicUsize::new(0),
            known_vault,
            bearer: RwLock::new(Zeroizing::new(
                signed_in.bearer.ok_or(Error::Answer("a session without a secret"))?,
            )),
            known: RwLock::new(Known::new(signed_in.session.account)?),
            reload_key: Zeroizing::new(signed_in.session.reload_key.0),
            device_token: signed_in.device_token,
            key,
            held: Arc::new(RwLock::new(Held {
                vault: taken_up.vault,
                version: signed_in.vault.version,
                unsaved: taken_up.joined,
            })),
            in_turn: WrittenInTurn::default(),
        })))
    }

    /// The account as it was last [taken up](Session::refresh).
    pub fn account(&self) -> Arc<Account> {
        self.known().account.clone()
    }

    /// Knows the account as this from now on.
    pub(crate) fn set_account(&self, account: Account) -> Result<(), Error> {
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Known::new(account)?;
        Ok(())
    }

    /// The Master, which messages are sent from.
    pub fn address(&self) -> Address {
        self.known().master.clone()
    }

    fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.0.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The fingerprint of the account's own key, to be read out to those who ask.
    pub fn fingerprint(&self) -> Fingerprint {
        self.vault().certificate().fingerprint()
    }

    /// Where this client had never seen a vault of the account before: when the served one was written, and by what. Show
    /// it: nothing else would tell its person that it is an older one.
    pub fn first_sight(&self) -> Option<&VaultWritten> {
        match &self.0.known_vault {
            KnownVault::Never(written) => Some(written),
            KnownVault::Before => None,
        }
    }

    /// What the portal knows this device by from now on, to be kept beyond the session and given to the [client of the next
    /// sign-in](Client::device_token). Nothing where the device brought one that is good.
    pub fn device_token(&self) -> Option<Bytes> {
        self.0.device_token.clone()
    }

    /// The client that it was begun with.
    pub fn client(&self) -> &Client {
        &self.0.client
    }

    /// What [`Client::resume`] goes on with.
    ///
    /// # Errors
    /// [`Error::Answer`] where the portal gave no key for it.
    pub fn keep(&self) -> Result<KeptSession, Error> {
        let reload_key = <&[u8; 32]>::try_from(self.0.reload_key.as_slice())
            .map_err(|_| Error::Answer("a reload key of another size"))?;
        let wrapped_key = self
            .0
            .key
            .wrap_for_reload(reload_key, &mut self.0.client.environment.rng())?;
        Ok(KeptSession {
            portal: self.0.client.url().to_owned(),
            bearer: self.bearer(),
            wrapped_key: wrapped_key.into(),
        })
    }

    /// Ends the session: its secret, and what was kept of it, are worth nothing from now on.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn sign_out(self) -> Result<(), Error> {
        match self.tell(self.ask(Method::DELETE, "/session")).await {
            // An answer that was lost: it has ended.
            Err(error) if error.problem() == Some(wire::ProblemType::SignedOut) => Ok(()),
            other => other,
        }
    }

    /// The session and its account as they are now.
    ///
    /// # Errors
    /// `signed-out` where it has ended.
    pub async fn current(&self) -> Result<wire::sessions::Session, Error> {
        self.get(self.ask(Method::GET, "/session")).await
    }

    /// What happened to the account, newest first: at most a hundred.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn activity(&self) -> Result<Vec<Activity>, Error> {
        self.get(self.ask(Method::GET, "/activity")).await
    }

    /// At most twenty of those whom messages were exchanged with, latest first, whose name or address begins so.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn correspondents(&self, prefix: &str) -> Result<Vec<Correspondent>, Error> {
        let prefix: String = reqwest::Url::parse_with_params("query:", [("prefix", prefix)])
            .map(|url| url.query().unwrap_or_default().to_owned())
            .unwrap_or_default();
        self.get(self.ask(Method::GET, &format!("/correspondents?{prefix}")))
            .await
    }

    pub(crate) fn ask<'a>(&'a self, method: Method, path: &'a str) -> Ask<'a> {
        Ask::new(method, path).in_session(self.in_session())
    }

    /// The session as it is now.
    pub(crate) fn in_session(&self) -> InSession {
        InSession {
            bearer: self.bearer(),
            account: Some(self.account().id),
        }
    }

    /// The session's secret as it is now.
    fn bearer(&self) -> Zeroizing<String> {
        self.0.bearer.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes on with this secret: the one before is worth nothing any more.
    pub(crate) fn set_bearer(&self, bearer: String) {
        *self.0.bearer.write().unwrap_or_else(PoisonError::into_inner) = Zeroizing::new(bearer);
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, ask: Ask<'_>) -> Result<T, Error> {
        self.0.client.http.get(ask).await
    }

    pub(crate) async fn tell(&self, ask: Ask<'_>) -> Result<(), Error> {
        self.0.client.http.tell(ask).await
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({})", self.account().id)
    }
}

impl fmt::Debug for KeptSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptSession({})", self.portal)
    }
}
