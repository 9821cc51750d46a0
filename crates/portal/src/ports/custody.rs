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
    /// Makes the key pair that mail for an invited address waits under. Its User ID is that address, and its secret half is
    /// bound to that address and that account.
    ///
    /// # Errors
    /// Where the key cannot be made or locked.
    fn make_waiting_key(
        &self,
        invited: InvitedAddress<'_>,
        now: Millis,
        rng: &mut dyn Rng,
    ) -> Result<WaitingKey, CustodyError>;

    /// Opens the waiting key of an invited account and seals it to a certificate: a keyring parcel, signed by that key, that
    /// says what it comes of ([`InvitedAddress::origin`]). The caller destroys the waiting key and records the use, in the
    /// transaction that stores the parcel.
    ///
    /// # Errors
    /// Where `locked` is not the waiting key of that address and that account, where the certificate of who registers does
    /// not name the address, or where it cannot be sealed to.
    fn hand_over(
        &self,
        locked: &[u8],
        invited: InvitedAddress<'_>,
        to: Receiver<'_>,
        now: Millis,
        rng: &mut dyn Rng,
    ) -> Result<Vec<u8>, CustodyError>;
}

/// An address that was invited, with the account that waits for its person.
#[derive(Clone, Copy, Debug)]
pub struct InvitedAddress<'a> {
    /// The invited account.
    pub account: AccountId,
    /// The address that was proved: the invitation's, or the confirmed claim's.
    pub address: &'a Address,
}

impl InvitedAddress<'_> {
    /// What a parcel with its waiting key comes of.
    pub fn origin(self) -> ParcelOrigin {
        ParcelOrigin::Invitation {
            account: self.account,
            address: self.address.clone(),
        }
    }
}

/// Who a waiting key is handed to.
#[derive(Clone, Copy, Debug)]
pub enum Receiver<'a> {
    /// The person who registers under the invited address: the certificate names that address.
    Registrant(&'a Certificate),
    /// An account that confirmed a claim on the address, which its certificate will name.
    Claimant(&'a Certificate),
}

impl<'a> Receiver<'a> {
    /// What is sealed to.
    pub fn certificate(self) -> &'a Certificate {
        match self {
            Self::Registrant(certificate) | Self::Claimant(certificate) => certificate,
        }
    }
}

/// The key pair of an invited account.
pub struct WaitingKey {
    /// The public half.
    pub certificate: Certificate,
    /// The secret half, locked under custody's own secret, the account and the address.
    pub locked: Vec<u8>,
}

/// Custody could not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CustodyError {
    /// The key could not be made.
    #[error("the waiting key could not be made")]
    Making,
    /// What was to be opened is another account's or another address's key, was locked by another custody, or is damaged.
    #[error("the waiting key is not the one of this address and account")]
    Opening,
    /// The certificate of who registers does not name the invited address.
    #[error("the certificate does not name the invited address")]
    WrongCertificate,
    /// The certificate cannot be sealed to.
    #[error("the parcel could not be sealed")]
    Sealing,
}
