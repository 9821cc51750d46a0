//! What the portal may ask of custody, the one part of a server that holds a key of its own.
//!
//! The portal knows custody as this trait alone; the binary wires the real one in (`crates/custody`).

use certificate::Certificate;
use rand::{CryptoRng, RngCore};
use wire::{Address, Millis, ids::AccountId, sessions::ParcelOrigin};

/// Randomness as custody takes it.
pub trait Rng: RngCore + CryptoRng {}
impl<T: RngCore + CryptoRng> Rng for T {}

/// Keys of invited accounts, until they register.
pub trait Custody: Send + Sync {
    /// Makes the key pair that mail for the address of an invited account waits under. Its User ID is that address, and
    /// what is sealed is bound to both.
    ///
    /// # Errors
    /// Where the key cannot be made or sealed.
    fn make_waiting_key(
        &self,
        account: AccountId,
        address: &Address,
        now: Millis,
        rng: &mut dyn Rng,
    ) -> Result<WaitingKey, CustodyError>;

    /// Opens a waiting key and seals it to the certificate of the person who has registered: a keyring parcel, signed by
    /// that key. The caller destroys the waiting key and records the use, in the transaction that stores the parcel.
    ///
    /// # Errors
    /// Where `sealed` is not a waiting key of this custody for what `origin` names, or `to` cannot be sealed to.
    fn hand_over(
        &self,
        sealed: &[u8],
        origin: &ParcelOrigin,
        to: &Certificate,
        now: Millis,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, CustodyError>;
}

/// The key pair of an invited account.
pub struct WaitingKey {
    /// Whose it is.
    pub account: AccountId,
    /// The public half.
    pub certificate: Certificate,
    /// The secret half, sealed to custody's own key.
    pub sealed: Vec<u8>,
}

/// Custody could not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodyError {
    /// The key could not be made.
    #[error("the waiting key could not be made")]
    Making,
    /// What was to be opened was not sealed to this custody key for that account and address, or is damaged.
    #[error("the waiting key is not one of this custody")]
    Opening,
    /// The certificate cannot be sealed to.
    #[error("the parcel could not be sealed")]
    Sealing,
}
