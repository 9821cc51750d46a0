//! Keys that the liar has made itself: whoever gets one used reads what is sealed to it.

use std::time::SystemTime;

use anyhow::Result;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use vault::Vault;
use wire::{Address, ids::AccountId};

/// When they say that they were made: long ago for whoever looks at them.
const MADE_AT: wire::Millis = 1_764_000_000_000;

/// When they seal something.
#[expect(clippy::disallowed_methods, reason = "a test part has no other clock")]
pub(crate) fn now() -> Result<wire::Millis> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(since.as_millis().try_into()?)
}

/// A key of the liar's under somebody else's address: each time the same one for the same address.
pub(crate) fn key_for(address: &Address) -> Result<Vault> {
    let seed = address
        .canonical()
        .bytes()
        .fold(17_u64, |seed, byte| seed.wrapping_mul(31).wrapping_add(u64::from(byte)));
    Ok(Vault::create(
        AccountId(Default::default()),
        address,
        MADE_AT,
        &mut ChaCha20Rng::seed_from_u64(seed),
    )?)
}
