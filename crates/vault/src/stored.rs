//! The form in which a vault is sealed.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use wire::{
    ids::{AccountId, SlotId},
    sessions::SlotKind,
    vaults::VaultHead,
};
use zeroize::Zeroizing;

use crate::{
    Error, Vault, VaultKey,
    keyring::AccountKey,
    marks::{Mark, Marks},
    memory::{Memory, SeenKey},
    own_key::OwnKey,
    parcel,
};

const VERSION: u8 = 4;

/// What is sealed, as JSON. A later form has another `v`, so that no older client drops what it does not know.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    v: u8,
    /// Transferable secret keys in base64, the account's own first.
    keys: Vec<Zeroizing<String>>,
    /// Fingerprints by canonical address, the newest last.
    seen: BTreeMap<String, Vec<String>>,
    /// Those among them that nobody has confirmed, in the same order.
    unconfirmed: BTreeMap<String, Vec<String>>,
    slots: Vec<StoredSlot>,
    /// 32 bytes in base64.
    own_key: Zeroizing<String>,
    former_keys: Vec<Zeroizing<String>>,
    /// Revision and hash in base64, lowest revision first.
    marks: Vec<(i64, String)>,
    settings: BTreeMap<String, Value>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredSlot {
    id: SlotId,
    kind: SlotKind,
}

#[derive(Deserialize)]
struct Version {
    v: u8,
}

impl Stored {
    fn of(vault: &Vault) -> Self {
        let key = |key: &AccountKey| Zeroizing::new(STANDARD.encode(&*key.to_bytes()));
        let fingerprints = |keys: &mut dyn Iterator<Item = &SeenKey>| -> Vec<String> {
            keys.map(|key| key.fingerprint.to_string()).collect()
        };
        let seen = |(address, known): (&String, &Vec<SeenKey>)| (address.clone(), fingerprints(&mut known.iter()));
        let unconfirmed = |(address, known): (&String, &Vec<SeenKey>)| {
            let some = fingerprints(&mut known.iter().filter(|key| !key.confirmed));
            (!some.is_empty()).then(|| (address.clone(), some))
        };
        Self {
            v: VERSION,
            keys: vault.keys.iter().map(key).collect(),
            seen: vault.seen.iter().map(seen).collect(),
            unconfirmed: vault.seen.iter().filter_map(unconfirmed).collect(),
            slots: vault.slots().map(|(id, kind)| StoredSlot { id, kind }).collect(),
            own_key: vault.own_key.to_base64(),
            former_keys: vault.former_keys.iter().map(OwnKey::to_base64).collect(),
            marks: vault
                .marks
                .iter()
                .map(|mark| (mark.revision, STANDARD.encode(mark.hash)))
                .collect(),
            settings: vault.settings.clone(),
        }
    }

    fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
        let keys: usize = self.keys.iter().chain(&self.former_keys).map(|key| key.len() + 8).sum();
        let seen: usize = self
            .seen
            .iter()
            .chain(&self.unconfirmed)
            .map(|(address, known)| 2 * address.len() + 70 * known.len() + 10)
            .sum();
        let listed = 96 * self.slots.len() + 64 * self.marks.len();
        let mut json = Zeroizing::new(Vec::with_capacity(keys + seen + listed + 256));
        serde_json::to_writer(&mut *json, self).map_err(|_| Error::Malformed)?;
        Ok(json)
    }

    fn from_json(json: &[u8]) -> Result<Self, Error> {
        let Version { v } = serde_json::from_slice(json).map_err(|_| Error::Malformed)?;
        match v {
            VERSION => serde_json::from_slice(json).map_err(|_| Error::Malformed),
            _ => Err(Error::Unsupported),
        }
    }

    fn into_vault(self, account: AccountId) -> Result<Vault, Error> {
        let keys = self
            .keys
            .iter()
            .map(|key| parcel::decode(key))
            .collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::Malformed);
        }
        let seen = restored(self.seen, self.unconfirmed).ok_or(Error::Malformed)?;
        let (count, slots) = (
            self.slots.len(),
            self.slots.into_iter().map(|slot| (slot.id, slot.kind)),
        );
        let slots: BTreeMap<_, _> = slots.collect();
        let marks = self.marks.iter().map(|(revision, hash)| {
            let hash = STANDARD.decode(hash).ok()?.try_into().ok()?;
            Some(Mark {
                revision: *revision,
                hash,
            })
        });
        let marks = marks
            .collect::<Option<Vec<_>>>()
            .and_then(Marks::restore)
            .ok_or(Error::Malformed)?;
        if slots.len() != count {
            return Err(Error::Malformed);
        }
        Ok(Vault {
            account,
            keys,
            seen,
            slots,
            own_key: OwnKey::from_base64(&self.own_key)?,
            former_keys: self
                .former_keys
                .iter()
                .map(|key| OwnKey::from_base64(key))
                .collect::<Result<_, _>>()?,
            marks,
            settings: self.settings,
        })
    }
}

/// The memory of keys; none where the two lists do not go together.
fn restored(seen: BTreeMap<String, Vec<String>>, mut unconfirmed: BTreeMap<String, Vec<String>>) -> Option<Memory> {
    let mut memory = Memory::default();
    for (address, known) in seen {
        let mut unconfirmed = unconfirmed.remove(&address).map(|some| some.into_iter().peekable());
        // No empty list is written.
        if unconfirmed.as_mut().is_some_and(|some| some.peek().is_none()) {
            return None;
        }
        let key = |text: &String| {
            let next = unconfirmed.as_mut().and_then(|some| some.next_if_eq(text));
            Some(SeenKey {
                fingerprint: text.parse().ok()?,
                confirmed: next.is_none(),
            })
        };
        let keys = known.iter().map(key).collect::<Option<Vec<_>>>()?;
        if unconfirmed.is_some_and(|mut some| some.next().is_some()) {
            return None;
        }
        memory.restore(address, keys)?;
    }
    unconfirmed.is_empty().then_some(memory)
}

impl Vault {
    /// Seals the vault for the portal to store, as the revision after the highest that it came of. Once the portal has
    /// it, say so by [`Vault::was_stored`].
    pub fn lock(&self, key: &VaultKey, rng: &mut (impl CryptoRng + RngCore)) -> Result<Vec<u8>, Error> {
        let revision = self.revision().checked_add(1).ok_or(Error::VaultLeapt)?;
        let head = VaultHead {
            account: self.account,
            revision,
        };
        key.lock_vault(head, &Stored::of(self).to_json()?, rng)
    }

    /// Knows that the portal has this state, which [`Vault::lock`] sealed.
    pub fn was_stored(&mut self, sealed: &[u8]) -> Result<(), Error> {
        self.marks.add(Mark::of(sealed)?);
        Ok(())
    }

    /// Opens what [`Vault::lock`] made. [`Error::ForeignVault`] where it is another account's.
    ///
    /// Clients open what a portal serves by [`Vault::take_up`], which compares it with what they saw last.
    pub fn unlock(sealed: &[u8], account: AccountId, key: &VaultKey) -> Result<Self, Error> {
        let mark = marked(sealed, account)?;
        let mut vault = Stored::from_json(&key.unlock_vault(sealed)?)?.into_vault(account)?;
        // Its own mark cannot stand in it, and nothing in it comes after it.
        if mark.revision <= vault.revision() {
            return Err(Error::Malformed);
        }
        vault.marks.add(mark);
        Ok(vault)
    }
}

/// The mark of an account's sealed vault.
pub(crate) fn marked(sealed: &[u8], account: AccountId) -> Result<Mark, Error> {
    let (head, _) = VaultHead::split(sealed)?;
    match head.account == account {
        true => Mark::of(sealed),
        false => Err(Error::ForeignVault),
    }
}

#[cfg(test)]
mod tests {
    use certificate::Fingerprint;
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;
    use uuid::Uuid;

    use super::*;

    /// A program that does not know a form fails on it, and drops nothing of it. Each member has one spelling.
    #[test]
    fn only_the_form_itself_is_read() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let account = AccountId(Uuid::from_u128(1));
        let (key, address) = (VaultKey::generate(rng), "anna@example.test".parse().unwrap());
        let mut anna = Vault::create(account, &address, 1_764_000_000_000, rng).unwrap();
        anna.remember(&address, Fingerprint([7; 32]));
        let ben = "ben@example.test".parse().unwrap();
        anna.saw(&ben, Fingerprint([8; 32]), &[]);
        anna.slots.insert(SlotId(Uuid::from_u128(2)), SlotKind::Password);
        let first = anna.lock(&key, rng).unwrap();
        anna.was_stored(&first).unwrap();
        let sealed = anna.lock(&key, rng).unwrap();
        let (head, _) = VaultHead::split(&sealed).unwrap();
        assert_eq!(head, VaultHead { account, revision: 2 });
        let json = key.unlock_vault(&sealed).unwrap();
        let text = std::str::from_utf8(&json).unwrap();
        let unlocked = |from: &str, to: &str| {
            assert!(text.contains(from), "{from}");
            let json = text.replacen(from, to, 1);
            let sealed = key.lock_vault(head, json.as_bytes(), &mut ChaCha20Rng::seed_from_u64(2));
            Vault::unlock(&sealed.unwrap(), account, &key).map(drop)
        };
        assert_eq!(unlocked("\"v\":4", "\"v\":4"), Ok(()));
        for other in ["\"v\":1", "\"v\":2", "\"v\":3"] {
            assert_eq!(unlocked("\"v\":4", other), Err(Error::Unsupported));
        }
        let slot = format!("{{\"id\":\"{}\",\"kind\":\"password\"}}", Uuid::from_u128(2));
        let fingerprint = format!("[\"{}\"]", Fingerprint([7; 32]));
        let unconfirmed = format!("{{\"ben@example.test\":[\"{}\"]}}", Fingerprint([8; 32]));
        assert!(text.contains(&format!("\"unconfirmed\":{unconfirmed}")), "{text}");
        for (from, to) in [
            ("\"v\":4", "\"v\":4,\"more\":[]"),
            ("\"v\":4", "\"v\":\"4\""),
            ("\"former_keys\":[],", ""),
            ("\"settings\":{}", "\"settings\":[]"),
            ("\"own_key\":\"", "\"own_key\":\"AAAA"),
            ("\"marks\":[[1,", "\"marks\":[[2,"),
            ("\"marks\":[[1,\"", "\"marks\":[[1,\"AAAA"),
            ("\"marks\":[[1,", "\"marks\":[[0,"),
            (&format!(",\"unconfirmed\":{unconfirmed}"), ""),
            (&unconfirmed, "{\"ben@example.test\":[]}"),
            (&unconfirmed, &unconfirmed.replace("ben@", "eve@")),
            (&unconfirmed, &unconfirmed.replace("08", "09")),
            (&slot, &format!("{slot},{slot}")),
            ("[\"07", "[\"7"),
            (&fingerprint, "[]"),
            (
                &fingerprint,
                &fingerprint.replace("\"]", &format!("\",{}", &fingerprint[1..])),
            ),
        ] {
            assert_eq!(unlocked(from, to), Err(Error::Malformed), "{from} {to}");
        }
    }

    /// What stands in the clear opens the vault with itself and nothing else.
    #[test]
    fn the_head_is_bound() {
        let rng = &mut ChaCha20Rng::seed_from_u64(1);
        let [account, other] = [1, 2].map(|n| AccountId(Uuid::from_u128(n)));
        let (key, address) = (VaultKey::generate(rng), "anna@example.test".parse().unwrap());
        let sealed = Vault::create(account, &address, 0, rng)
            .unwrap()
            .lock(&key, rng)
            .unwrap();
        let (head, content) = VaultHead::split(&sealed).unwrap();
        assert!(Vault::unlock(&sealed, account, &key).is_ok());
        assert_eq!(Vault::unlock(&sealed, other, &key).map(drop), Err(Error::ForeignVault));
        for (head, account) in [
            (VaultHead { account: other, ..head }, other),
            (VaultHead { revision: 2, ..head }, account),
        ] {
            let sealed = [&head.to_bytes()[..], content].concat();
            assert_eq!(Vault::unlock(&sealed, account, &key).map(drop), Err(Error::Damaged));
        }
    }
}
