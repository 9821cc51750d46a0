use std::{fmt, sync::Arc, time::Duration};

use reqwest::Method;
use vault::password::KnownPortal;
use wire::{Bytes, Millis, sessions::Portal};

use crate::{
    Environment, Error, Progress,
    http::{Ask, Http},
    seen_vaults::{InMemory, SeenVaults},
};

/// A portal, as a program reaches it. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) http: Http,
    pub(crate) environment: Environment,
    pub(crate) known: KnownPortal,
    pub(crate) device_token: Option<Bytes>,
    watcher: Option<Watcher>,
    pub(crate) seen: Arc<dyn SeenVaults>,
}

type Watcher = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// How long a client is patient unless told.
const DEFAULT_PATIENCE: Duration = Duration::from_secs(10);

/// How far this machine's clock may be from the portal's, in milliseconds: half of what readers allow between a key and what
/// it signed, so that two people's clocks may be wrong in opposite directions.
const MAX_CLOCK_DIFFERENCE: Millis = 12 * 3_600_000;

impl Client {
    /// The portal at that URL: `https://portal.example.org`. Without TLS only on this machine.
    ///
    /// # Errors
    /// [`Error::Url`].
    pub fn new(portal: &str) -> Result<Self, Error> {
        let http = Http::new(portal, DEFAULT_PATIENCE, Environment::system())?;
        Ok(Self {
            known: KnownPortal::at(http.portal())?,
            http,
            environment: Environment::system(),
            device_token: None,
            watcher: None,
            seen: Arc::new(InMemory::default()),
        })
    }

    /// With a clock and randomness other than the system's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.http.environment = environment.clone();
        self.environment = environment;
        self
    }

    /// Where the last vault of each account that was seen is kept: for as long as the process runs, unless told. A program
    /// that ends keeps it where the next one finds it, or is served an older vault without noticing.
    #[must_use]
    pub fn seen_vaults(mut self, seen: impl SeenVaults + 'static) -> Self {
        self.seen = Arc::new(seen);
        self
    }

    /// With what the portal gave to this device at a [sign-in before](crate::Session::device_token): it need not wait where
    /// strangers try the address.
    #[must_use]
    pub fn device_token(mut self, token: Option<Bytes>) -> Self {
        self.device_token = token;
        self
    }

    /// For how long requests that may be repeated are, while the portal cannot be reached; ten seconds unless told.
    #[must_use]
    pub fn patience(mut self, patience: Duration) -> Self {
        self.http.patience = patience;
        self
    }

    /// The longest wait between two tries; two seconds unless told. They begin at 50 ms and double.
    #[must_use]
    pub fn longest_wait(mut self, wait: Duration) -> Self {
        self.http.longest_wait = wait;
        self
    }

    /// Tells how far files have come, a few times a megabyte. It is called while they move, so it must not block.
    #[must_use]
    pub fn watch(mut self, watcher: impl Fn(Progress<'_>) + Send + Sync + 'static) -> Self {
        self.watcher = Some(Arc::new(watcher));
        self
    }

    /// Where the portal is.
    pub fn url(&self) -> &str {
        self.http.portal()
    }

    /// What anybody may know of the portal.
    ///
    /// # Errors
    /// Where it cannot be reached.
    pub async fn portal(&self) -> Result<Portal, Error> {
        self.http.get(Ask::new(Method::GET, "/portal")).await
    }

    /// Now, to date what is sealed or made with. What was dated wrongly nobody would ever open.
    ///
    /// # Errors
    /// [`Error::Clock`] where this machine's clock and the portal's are too far apart.
    pub(crate) fn sealing_time(&self) -> Result<Millis, Error> {
        let now = self.environment.now();
        match self.http.ahead() {
            Some(ahead) if ahead.abs() > MAX_CLOCK_DIFFERENCE => Err(Error::Clock {
                here: now,
                there: now - ahead,
            }),
            _ => Ok(now),
        }
    }

    pub(crate) fn tell(&self, progress: Progress<'_>) {
        if let Some(watcher) = &self.watcher {
            watcher(progress);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.url())
    }
}

/// Does what takes the processor for long where it holds nobody up.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|ended| match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Error::Ending,
        })
}
