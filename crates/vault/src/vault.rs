use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certificate::{Certificate, Fingerprint};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use wire::{Address, Millis};
use zeroize::{Zeroize as _, Zeroizing};

use crate::{Error, VaultKey, keyring::AccountKey, parcel};

/// An open vault: the keyring, and small private settings.
///
/// The first key is the account's own: it signs, and its certificate is the account's. The others came in parcels and
/// only open.
pub struct Vault {
    keys: Vec<AccountKey>,
    seen: BTreeMap<String, Fingerprint>,
}

/// How a correspondent's certificate compares with the one last seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// Nothing was ever seen of this address.
    First,
    /// The same.
    Same,
    /// Another one: the person registered anew, or somebody stands between.
    Changed {
        /// The one last seen.
        before: Fingerprint,
    },
}

/// The form in which a vault is sealed. A later form has another `v`, so that no older client drops what it does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u8,
    /// Transferable secret keys in base64.
    keys: Vec<Zeroizing<String>>,
    /// Fingerprints by canonical address.
    seen: BTreeMap<String, String>,
}

const VERSION: u8 = 1;

impl Vault {
    /// Makes a vault with a new account key for `address`.
    pub fn create(address: &Address, now: Millis, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, Error> {
        Ok(Self {
            keys: vec![AccountKey::generate(address, now, rng)?],
            seen: BTreeMap::new(),
        })
    }

    /// The account's certificate as it was made. The portal's copy may by now name more addresses.
    pub fn certificate(&self) -> &Certificate {
        self.own().certificate()
    }

    /// Seals the vault for the portal to store.
    pub fn lock(&self, key: &VaultKey, rng: &mut (impl CryptoRng + RngCore)) -> Result<Vec<u8>, Error> {
        let stored = Stored {
            v: VERSION,
            keys: self
                .keys
                .iter()
                .map(|key| Zeroizing::new(STANDARD.encode(&*key.to_bytes())))
                .collect(),
            seen: self
                .seen
                .iter()
                .map(|(address, fingerprint)| (address.clone(), fingerprint.to_string()))
                .collect(),
        };
        // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
        let keys: usize = stored.keys.iter().map(|key| key.len() + 8).sum();
        let seen: usize = stored.seen.keys().map(|address| 2 * address.len() + 80).sum();
        let mut json = Zeroizing::new(Vec::with_capacity(keys + seen + 64));
        serde_json::to_writer(&mut *json, &stored).map_err(|_| Error::Malformed)?;
        key.lock_vault(&json, rng)
    }

    /// Opens what [`Vault::lock`] made.
    pub fn unlock(sealed: &[u8], key: &VaultKey) -> Result<Self, Error> {
        let json = key.unlock_vault(sealed)?;
        let stored: Stored = serde_json::from_slice(&json).map_err(|_| Error::Malformed)?;
        if stored.v != VERSION {
            return Err(Error::Unsupported);
        }
        let keys = stored
            .keys
            .iter()
            .map(|key| AccountKey::parse(&Zeroizing::new(STANDARD.decode(&**key).map_err(|_| Error::Malformed)?)))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::Malformed);
        }
        let seen = stored
            .seen
            .into_iter()
            .map(|(address, fingerprint)| Ok((address, fingerprint.parse().map_err(|_| Error::Malformed)?)))
            .collect::<Result<_, Error>>()?;
        Ok(Self { keys, seen })
    }

    /// Takes the key in a parcel into the keyring. Doing it again changes nothing.
    pub fn take_in(&mut self, sealed: &[u8]) -> Result<(), Error> {
        let key = parcel::open_parcel(&self.keys, sealed)?;
        if self.keys.iter().all(|known| known.fingerprint() != key.fingerprint()) {
            self.keys.push(key);
        }
        Ok(())
    }

    /// Compares a correspondent's certificate with the one last seen under that address.
    pub fn seen(&self, address: &Address, fingerprint: Fingerprint) -> Sight {
        match self.seen.get(address.canonical()) {
            None => Sight::First,
            Some(&before) if before == fingerprint => Sight::Same,
            Some(&before) => Sight::Changed { before },
        }
    }

    /// Remembers that certificate for the address. The vault then wants to be stored.
    pub fn remember(&mut self, address: &Address, fingerprint: Fingerprint) {
        self.seen.insert(address.canonical().to_owned(), fingerprint);
    }

    pub(crate) fn own(&self) -> &AccountKey {
        // Neither `create` nor `unlock` makes a vault without keys.
        &self.keys[0]
    }

    pub(crate) fn keys(&self) -> &[AccountKey] {
        &self.keys
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({} keys, {} correspondents)", self.keys.len(), self.seen.len())
    }
}

impl Drop for Vault {
    /// Keys wipe themselves; who somebody writes to is theirs alone too.
    fn drop(&mut self) {
        while let Some((mut address, _)) = self.seen.pop_first() {
            address.zeroize();
        }
    }
}
