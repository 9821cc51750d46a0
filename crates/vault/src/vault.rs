use std::{collections::BTreeMap, fmt};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certificate::{Certificate, Fingerprint};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use wire::{Address, Millis};
use zeroize::Zeroizing;

use crate::{Error, Sight, VaultKey, keyring::AccountKey, memory::Memory, parcel};

/// An open vault: the keyring, and small private settings.
///
/// The first key is the account's own: it signs, and its certificate is the account's. The others came in parcels and
/// only open: whoever made a parcel may hold its keys too.
pub struct Vault {
    keys: Vec<AccountKey>,
    seen: Memory,
}

/// The form in which a vault is sealed. A later form has another `v`, so that no older client drops what it does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u8,
    /// Transferable secret keys in base64.
    keys: Vec<Zeroizing<String>>,
    /// Fingerprints by canonical address, the newest last.
    seen: BTreeMap<String, Vec<String>>,
}

/// The first form, which remembers one fingerprint an address.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredV1 {
    v: u8,
    keys: Vec<Zeroizing<String>>,
    seen: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Version {
    v: u8,
}

const VERSION: u8 = 2;

impl Stored {
    fn from_json(json: &[u8]) -> Result<Self, Error> {
        let Version { v } = serde_json::from_slice(json).map_err(|_| Error::Malformed)?;
        match v {
            VERSION => serde_json::from_slice(json).map_err(|_| Error::Malformed),
            1 => {
                let StoredV1 { keys, seen, .. } = serde_json::from_slice(json).map_err(|_| Error::Malformed)?;
                let seen = seen.into_iter().map(|(address, one)| (address, vec![one])).collect();
                Ok(Self { v, keys, seen })
            }
            _ => Err(Error::Unsupported),
        }
    }
}

impl Vault {
    /// Makes a vault with a new account key for `address`.
    pub fn create(address: &Address, now: Millis, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, Error> {
        Ok(Self {
            keys: vec![AccountKey::generate(address, now, rng)?],
            seen: Memory::default(),
        })
    }

    /// The account's certificate: as the vault was stored with it, until another is [made](Vault::certify) or
    /// [taken](Vault::adopt). The portal's copy may by now name other addresses.
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
                .map(|(address, known)| (address.clone(), known.iter().map(Fingerprint::to_string).collect()))
                .collect(),
        };
        // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
        let keys: usize = stored.keys.iter().map(|key| key.len() + 8).sum();
        let seen: usize = stored
            .seen
            .iter()
            .map(|(address, known)| 2 * address.len() + 70 * known.len() + 10)
            .sum();
        let mut json = Zeroizing::new(Vec::with_capacity(keys + seen + 64));
        serde_json::to_writer(&mut *json, &stored).map_err(|_| Error::Malformed)?;
        key.lock_vault(&json, rng)
    }

    /// Opens what [`Vault::lock`] made.
    pub fn unlock(sealed: &[u8], key: &VaultKey) -> Result<Self, Error> {
        let json = key.unlock_vault(sealed)?;
        let stored = Stored::from_json(&json)?;
        let keys = stored
            .keys
            .iter()
            .map(|key| AccountKey::parse(&Zeroizing::new(STANDARD.decode(&**key).map_err(|_| Error::Malformed)?)))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::Malformed);
        }
        let mut seen = Memory::default();
        for (address, known) in stored.seen {
            let known = known.iter().map(|text| text.parse()).collect::<Result<_, _>>();
            known
                .ok()
                .and_then(|known| seen.restore(address, known))
                .ok_or(Error::Malformed)?;
        }
        Ok(Self { keys, seen })
    }

    /// Makes the account's certificate anew for its confirmed addresses, the Master first: the same key and fingerprint,
    /// each address certified by it. Nothing of this needs to be stored in the vault; the portal is given the certificate.
    pub fn certify(
        &mut self,
        addresses: &[Address],
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Certificate, Error> {
        let own = self.own_mut();
        own.certify(addresses, now, rng)?;
        Ok(own.certificate().clone())
    }

    /// Takes the certificate that the portal has of the account's key, so that letters can be sealed from each address
    /// that it stands for. [`Error::WrongCertificate`] where it is of another key.
    pub fn adopt(&mut self, certificate: &Certificate) -> Result<(), Error> {
        self.own_mut().adopt(certificate)
    }

    /// Seals the whole keyring to the owner of `recipient`, who opens with it whatever this vault opens.
    pub fn hand_over(
        &self,
        recipient: &Certificate,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        parcel::seal_parcel(&self.keys, recipient, now, rng)
    }

    /// Takes the keys in a parcel into the keyring: all that are new, or none where one of them cannot be used. Doing it
    /// again changes nothing.
    pub fn take_in(&mut self, sealed: &[u8]) -> Result<(), Error> {
        for key in parcel::open_parcel(&self.keys, sealed)? {
            if self.keys.iter().all(|known| known.fingerprint() != key.fingerprint()) {
                self.keys.push(key);
            }
        }
        Ok(())
    }

    /// Compares the key that signed something received with those seen under that address. `predecessors` are
    /// certificates that the address had before, with their statements of [succession](Vault::succession), in any order;
    /// the first 8 are looked at.
    pub fn seen(&self, address: &Address, fingerprint: Fingerprint, predecessors: &[(Certificate, Vec<u8>)]) -> Sight {
        self.seen.when_opening(address, fingerprint, predecessors)
    }

    /// As [`Vault::seen`], for a key that something is about to be sealed to: an older key than the newest has
    /// [changed](Sight::Changed) too.
    pub fn seen_for_sealing(
        &self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> Sight {
        self.seen.when_sealing(address, fingerprint, predecessors)
    }

    /// Remembers that key as the newest of the address. Where this changed anything, the vault wants to be stored.
    pub fn remember(&mut self, address: &Address, fingerprint: Fingerprint) -> bool {
        self.seen.remember(address, fingerprint)
    }

    pub(crate) fn newest_seen(&self, address: &Address) -> Option<Fingerprint> {
        self.seen.newest(address)
    }

    pub(crate) fn own(&self) -> &AccountKey {
        // Neither `create` nor `unlock` makes a vault without keys.
        &self.keys[0]
    }

    fn own_mut(&mut self) -> &mut AccountKey {
        &mut self.keys[0]
    }

    pub(crate) fn keys(&self) -> &[AccountKey] {
        &self.keys
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Vault({} keys, {} correspondents)",
            self.keys.len(),
            self.seen.iter().len()
        )
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    /// An older program fails on a newer vault, and drops nothing of it; so does this one on a later form.
    #[test]
    fn each_form_is_read_by_who_knows_it() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let (key, address) = (VaultKey::generate(rng), "anna@example.test".parse().unwrap());
        let mut anna = Vault::create(&address, 1_764_000_000_000, rng).unwrap();
        for remembered in [false, true] {
            if remembered {
                anna.remember(&address, Fingerprint([7; 32]));
            }
            let json = key.unlock_vault(&anna.lock(&key, rng).unwrap()).unwrap();
            let as_before = serde_json::from_slice::<StoredV1>(&json);
            assert!(as_before.is_err() || as_before.is_ok_and(|stored| stored.v != 1));
            let unlocked = |from: &str, to: &str| {
                let text = std::str::from_utf8(&json).unwrap();
                let sealed = key.lock_vault(
                    text.replacen(from, to, 1).as_bytes(),
                    &mut ChaCha20Rng::seed_from_u64(2),
                );
                Vault::unlock(&sealed.unwrap(), &key).map(drop)
            };
            assert_eq!(unlocked("", ""), Ok(()));
            assert_eq!(unlocked("\"v\":2", "\"v\":3"), Err(Error::Unsupported));
            assert_eq!(unlocked("\"v\":2", "\"v\":2,\"more\":[]"), Err(Error::Malformed));
            assert_eq!(unlocked("\"v\":2", "\"v\":\"2\""), Err(Error::Malformed));
            if remembered {
                assert_eq!(unlocked("\"v\":2", "\"v\":1"), Err(Error::Malformed));
                assert_eq!(unlocked("[\"07", "[\"7"), Err(Error::Malformed));
                let one = format!("[\"{}\"]", Fingerprint([7; 32]));
                assert_eq!(unlocked(&one, "[]"), Err(Error::Malformed));
                let twice = one.replace("\"]", &format!("\",{}", &one[1..]));
                assert_eq!(unlocked(&one, &twice), Err(Error::Malformed));
            }
        }
    }
}
