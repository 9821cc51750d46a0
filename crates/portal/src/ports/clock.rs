//! Time and randomness, passed in: a test sets both.

use std::sync::{Mutex, PoisonError};

use rand::{RngCore as _, SeedableRng as _};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use wire::Millis;

/// Where the portal takes the time from.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Millis;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
    fn now(&self) -> Millis {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| since.as_millis().try_into().unwrap_or(Millis::MAX))
    }
}

/// Where the portal takes randomness from: the operating system, or in tests a seed.
#[derive(Debug)]
pub struct Entropy(Source);

#[derive(Debug)]
enum Source {
    System,
    Seeded(Box<Mutex<ChaCha20Rng>>),
}

impl Entropy {
    /// The operating system's.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A stream that is the same each time.
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(Box::new(Mutex::new(ChaCha20Rng::seed_from_u64(seed)))))
    }

    /// A generator for one purpose.
    pub fn rng(&self) -> ChaCha20Rng {
        let mut seed = [0; 32];
        match &self.0 {
            Source::System => rand::rngs::OsRng.fill_bytes(&mut seed),
            Source::Seeded(stream) => stream
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .fill_bytes(&mut seed),
        }
        ChaCha20Rng::from_seed(seed)
    }

    /// 32 bytes that nobody can guess.
    pub fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        self.rng().fill_bytes(&mut secret);
        secret
    }

    /// A UUIDv7 (RFC 9562 section 5.7) of that moment.
    pub fn id(&self, now: Millis) -> Uuid {
        let mut random = [0; 10];
        self.rng().fill_bytes(&mut random);
        uuid::Builder::from_unix_timestamp_millis(now.max(0).unsigned_abs(), &random).into_uuid()
    }
}
