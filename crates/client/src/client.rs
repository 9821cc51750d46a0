use std::{fmt, sync::Arc, time::Duration};

use reqwest::Method;
use vault::password::KnownPortal;
use wire::{Bytes, sessions::Portal};

use crate::{
    Environment, Error, Progress,
    http::{Ask, Http},
};

/// A portal, as a program reaches it. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    pub(crate) http: Http,
    pub(crate) environment: Environment,
    pub(crate) known: KnownPortal,
    pub(crate) device_token: Option<Bytes>,
    watcher: Option<Watcher>,
}

type Watcher = Arc<dyn Fn(Progress<'_>) + Send + Sync>;

/// How long a client is patient unless told.
const MAX_CONNECT_DURATION: Duration = Duration::from_secs(10);

impl Client {
    /// The portal at that URL: `https://portal.example.org`. Without TLS only on this machine.
    ///
    /// # Errors
    /// [`Error::Url`].
    pub fn new(portal: &str) -> Result<Self, Error> {
        let http = Http::new(portal, MAX_CONNECT_DURATION)?;
        Ok(Self {
            known: KnownPortal::at(http.portal())?,
            http,
            environment: Environment::system(),
            device_token: None,
            watcher: None,
        })
    }

    /// With a clock and randomness other than the system's.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
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
