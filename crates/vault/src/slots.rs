//! The vault key, and the slots that wrap it.

use std::fmt;

use hkdf::Hkdf;
use rand::{CryptoRng, RngCore};
use sha2::Sha512;
use wire::vaults::{VaultHead, VaultHeadError};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::{Error, password::ExportKey, seipd, session::SessionKey};

/// The first byte of every wrapped key. Another format gets another byte, and other labels.
const FORMAT: u8 = 1;

const VAULT: &[u8] = b"restante/vault/v3";
const PASSWORD_SLOT: &str = "restante/slot/password/v1";
const RELOAD: &str = "restante/reload/v1";

/// The random key under which a vault is sealed. Only slots hold it at rest.
#[derive(Clone, ZeroizeOnDrop)]
pub struct VaultKey([u8; 32]);

impl VaultKey {
    /// A fresh one.
    pub fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// The `password` slot: the key wrapped under what OPAQUE gives to whoever knows the password.
    pub fn wrap_for_password(&self, key: &ExportKey, rng: &mut (impl CryptoRng + RngCore)) -> Result<Vec<u8>, Error> {
        self.wrap(key.as_bytes(), PASSWORD_SLOT, rng)
    }

    /// Opens the `password` slot.
    pub fn unwrap_with_password(slot: &[u8], key: &ExportKey) -> Result<Self, Error> {
        Self::unwrap(slot, key.as_bytes(), PASSWORD_SLOT)
    }

    /// For a browser to keep across a reload: neither this nor the session's `reload_key` opens anything alone.
    pub fn wrap_for_reload(
        &self,
        reload_key: &[u8; 32],
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        self.wrap(reload_key, RELOAD, rng)
    }

    /// Undoes [`VaultKey::wrap_for_reload`].
    pub fn unwrap_for_reload(wrapped: &[u8], reload_key: &[u8; 32]) -> Result<Self, Error> {
        Self::unwrap(wrapped, reload_key, RELOAD)
    }

    pub(crate) fn wrap(
        &self,
        secret: &[u8],
        label: &str,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        lock(secret, label, &self.0, rng)
    }

    /// Seals a vault behind a head that it opens with and no other: the head is in the derivation of the key.
    pub(crate) fn lock_vault(
        &self,
        head: VaultHead,
        vault: &[u8],
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        let mut sealed = head.to_bytes().to_vec();
        sealed.append(&mut seipd::encrypt(&self.for_vault(head)?.0, vault, rng)?);
        Ok(sealed)
    }

    pub(crate) fn unlock_vault(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let (head, content) = VaultHead::split(sealed)?;
        seipd::decrypt(&self.for_vault(head)?.0, content)
    }

    fn for_vault(&self, head: VaultHead) -> Result<SessionKey, Error> {
        derive_bytes(&self.0, &[VAULT, &head.to_bytes()].concat())
    }

    pub(crate) fn unwrap(wrapped: &[u8], secret: &[u8], label: &str) -> Result<Self, Error> {
        let bytes = unlock(secret, label, wrapped)?;
        let mut key = Self([0; 32]);
        if bytes.len() != key.0.len() {
            return Err(Error::Malformed);
        }
        key.0.copy_from_slice(&bytes);
        Ok(key)
    }
}

impl fmt::Debug for VaultKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultKey(…)")
    }
}

/// Encrypts `content` under `secret`. The label keeps what was locked for one purpose from being taken for another.
pub(crate) fn lock(
    secret: &[u8],
    label: &str,
    content: &[u8],
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    let key = derive(secret, label)?;
    let mut locked = vec![FORMAT];
    locked.append(&mut seipd::encrypt(&key.0, content, rng)?);
    Ok(locked)
}

pub(crate) fn unlock(secret: &[u8], label: &str, locked: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    match locked.split_first() {
        Some((&FORMAT, packet)) => seipd::decrypt(&derive(secret, label)?.0, packet),
        Some(_) => Err(Error::Unsupported),
        None => Err(Error::Truncated),
    }
}

pub(crate) fn derive(secret: &[u8], label: &str) -> Result<SessionKey, Error> {
    derive_bytes(secret, label.as_bytes())
}

fn derive_bytes(secret: &[u8], info: &[u8]) -> Result<SessionKey, Error> {
    let mut key = SessionKey([0; 32]);
    Hkdf::<Sha512>::new(None, secret)
        .expand(info, &mut key.0)
        .map_err(|_| Error::Unsupported)?;
    Ok(key)
}

impl From<VaultHeadError> for Error {
    fn from(error: VaultHeadError) -> Self {
        match error {
            VaultHeadError::Truncated => Self::Truncated,
            VaultHeadError::Form => Self::Unsupported,
            VaultHeadError::Revision => Self::Malformed,
        }
    }
}
