use std::{fmt, sync::Arc};

use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use wire::Millis;

/// Where a client takes time and randomness from.
#[derive(Clone)]
pub struct Environment {
    clock: Arc<dyn Fn() -> Millis + Send + Sync>,
    entropy: Arc<dyn Fn() -> [u8; 32] + Send + Sync>,
}

impl Environment {
    /// The machine's clock and the operating system's randomness.
    pub fn system() -> Self {
        Self::new(system_clock, || {
            let mut seed = [0; 32];
            rand::rngs::OsRng.fill_bytes(&mut seed);
            seed
        })
    }

    /// A clock and a source of seeds. Each seed becomes one generator; two that are alike make keys that are alike, so
    /// only a test's source may repeat itself.
    pub fn new(
        clock: impl Fn() -> Millis + Send + Sync + 'static,
        entropy: impl Fn() -> [u8; 32] + Send + Sync + 'static,
    ) -> Self {
        Self {
            clock: Arc::new(clock),
            entropy: Arc::new(entropy),
        }
    }

    /// Now.
    pub fn now(&self) -> Millis {
        (self.clock)()
    }

    /// A generator for one purpose.
    pub fn rng(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_seed((self.entropy)())
    }

    /// A UUIDv7 (RFC 9562 section 5.7) of this moment.
    pub(crate) fn id(&self) -> Uuid {
        let mut random = [0; 10];
        self.rng().fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(self.now().max(0).unsigned_abs(), &random).into_uuid()
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Environment(…)")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place where this crate reads the machine's clock"
)]
fn system_clock() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis().try_into().unwrap_or(Millis::MAX))
}
