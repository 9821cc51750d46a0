//! Keys that mail for invited addresses waits under, as custody keeps them: locked, and bound to address and account.

use std::fmt;

use rand::{CryptoRng, RngCore};
use wire::{Address, ids::AccountId};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{
    Error,
    keyring::AccountKey,
    slots::{lock, unlock},
};

/// The first bytes of what [`CustodySecret::to_bytes`] gives.
const HEADING: &[u8] = b"restante custody 2\n";

/// What custody locks waiting keys under.
///
/// Nothing is sealed to a public key: whoever can write into the database could make what is sealed, and cannot make what
/// is locked.
#[derive(ZeroizeOnDrop)]
pub struct CustodySecret([u8; 32]);

impl CustodySecret {
    /// A fresh one.
    pub fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut secret = Self([0; 32]);
        rng.fill_bytes(&mut secret.0);
        secret
    }

    /// To be stored.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(HEADING.len() + self.0.len()));
        bytes.extend_from_slice(HEADING);
        bytes.extend_from_slice(&self.0);
        bytes
    }

    /// From stored bytes. [`Error::Malformed`] where they are anything else.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Error> {
        let secret = bytes.strip_prefix(HEADING).ok_or(Error::Malformed)?;
        Ok(Self(secret.try_into().map_err(|_| Error::Malformed)?))
    }

    /// Locks a waiting key, which opens again for this account and this address alone.
    pub fn lock(
        &self,
        key: &AccountKey,
        account: AccountId,
        address: &Address,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        lock(&self.0, &label(account, address), &key.to_bytes(), rng)
    }

    /// Opens the waiting key of this account and this address. [`Error::Malformed`] where the key in it is another
    /// address's.
    pub fn unlock(&self, locked: &[u8], account: AccountId, address: &Address) -> Result<AccountKey, Error> {
        let key = AccountKey::parse(&unlock(&self.0, &label(account, address), locked)?)?;
        match is_of(&key, address) {
            true => Ok(key),
            false => Err(Error::Malformed),
        }
    }
}

impl fmt::Debug for CustodySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustodySecret(…)")
    }
}

/// Neither part holds a zero byte.
fn label(account: AccountId, address: &Address) -> String {
    format!("restante/waiting-key/v2\0{account}\0{}", address.canonical())
}

/// Whether a key's one User ID is that address.
fn is_of(key: &AccountKey, address: &Address) -> bool {
    let user_ids: Vec<&str> = key.certificate().user_ids().collect();
    matches!(user_ids[..], [one] if one.parse::<Address>().is_ok_and(|named| named == *address))
}
