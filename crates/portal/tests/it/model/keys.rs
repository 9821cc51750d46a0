//! Keys are slow to make, and which one it is decides nothing: each is made once and used in every sequence.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, LazyLock, Mutex},
};

use certificate::{Certificate, Fingerprint, subkey_of_verified};
use portal::ports::custody::{Custody, CustodyError, InvitedAddress, Receiver, Rng, WaitingKey};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use vault::Vault;
use wire::{Address, Millis, Sha256, ids::AccountId, vaults::VaultHead};

use super::names::{Addr, Who};
use crate::{stationery, test_portal::NOW};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Own(Who),
    /// The key that custody makes for an address, by how many it made before.
    Waiting(Addr, u32),
}

pub struct Made {
    vault: Vault,
    pub certificate: Certificate,
    pub fingerprint: String,
    subkey: Fingerprint,
    certified: BTreeMap<Vec<Addr>, Vec<u8>>,
}

static KEYS: LazyLock<Mutex<BTreeMap<Slot, Made>>> = LazyLock::new(Mutex::default);

fn with<T>(slot: Slot, address: Addr, use_it: impl FnOnce(&mut Made) -> T) -> T {
    let mut keys = KEYS.lock().unwrap();
    let made = keys.entry(slot).or_insert_with(|| {
        let seed = Sha256::of(format!("{slot:?}").as_bytes());
        let account = AccountId(uuid::Uuid::nil());
        let vault = Vault::create(account, &address.address(), NOW, &mut ChaCha20Rng::from_seed(seed.0)).unwrap();
        let certificate = vault.certificate().clone();
        let fingerprint = certificate.fingerprint().to_string();
        let subkey = subkey_of_verified(&certificate.to_bytes()).unwrap();
        Made {
            vault,
            certificate,
            fingerprint,
            subkey,
            certified: BTreeMap::new(),
        }
    });
    use_it(made)
}

/// The certificate that somebody registers with, and its fingerprint.
pub fn own(who: Who) -> (Vec<u8>, String) {
    let (Who::First(address) | Who::Invited(address, _)) = who;
    with(Slot::Own(who), address, |made| {
        (made.certificate.to_bytes(), made.fingerprint.clone())
    })
}

/// The certificate of an account's key with these addresses on it.
pub fn certified(who: Who, addresses: &[Addr]) -> Vec<u8> {
    let (Who::First(first) | Who::Invited(first, _)) = who;
    with(Slot::Own(who), first, |made| {
        if !made.certified.contains_key(addresses) {
            let typed: Vec<Address> = addresses.iter().map(|address| address.address()).collect();
            let certificate = made
                .vault
                .certify(&typed, NOW, &mut ChaCha20Rng::from_seed([9; 32]))
                .unwrap();
            made.certified.insert(addresses.to_vec(), certificate.to_bytes());
        }
        made.certified[addresses].clone()
    })
}

/// What stands for a key packet for the key of that fingerprint, which stands in it as a note.
pub fn packet_for(fingerprint: &str) -> Vec<u8> {
    let keys = KEYS.lock().unwrap();
    let made = keys.values().find(|made| made.fingerprint == fingerprint);
    stationery::key_packet(made.unwrap().subkey, fingerprint.as_bytes())
}

/// For the key of which fingerprint a [key packet](packet_for) is.
pub fn noted_in(packet: &[u8]) -> &str {
    std::str::from_utf8(&packet[stationery::NOTE_AT..][..64]).unwrap()
}

/// What stands for something sealed: to whom, and what keys are in it. The portal opens neither.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// A fingerprint; none where it is a vault.
    pub to: Option<String>,
    /// Fingerprints.
    pub keys: Vec<String>,
}

impl Sealed {
    fn enclose(&self) -> Vec<u8> {
        stationery::enclose(&serde_json::to_vec(self).unwrap())
    }

    fn parse(sheet: &[u8]) -> Self {
        serde_json::from_slice(stationery::enclosed(sheet)).unwrap()
    }

    pub fn to_parcel(&self) -> Vec<u8> {
        [packet_for(self.to.as_ref().unwrap()), self.enclose()].concat()
    }

    pub fn parse_parcel(bytes: &[u8]) -> Self {
        Self::parse(stationery::split_parcel(bytes).1)
    }

    /// As a vault, behind the head that the portal reads.
    pub fn to_vault(&self, account: AccountId, revision: i64) -> Vec<u8> {
        let head = VaultHead { account, revision };
        [&head.to_bytes()[..], &self.enclose()].concat()
    }

    pub fn parse_vault(bytes: &[u8]) -> Self {
        Self::parse(VaultHead::split(bytes).unwrap().1)
    }
}

/// Custody that makes no keys of its own, and seals nothing.
#[derive(Clone, Default)]
pub struct Keeper(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    made: BTreeMap<Addr, u32>,
    /// For which address a key was made, by its fingerprint.
    made_for: HashMap<String, Addr>,
}

impl Keeper {
    /// Begins again with the first key of each address. The first was used up by those who have registered.
    pub fn begin(&self, made: u32) {
        let mut state = self.0.lock().unwrap();
        state.made = Addr::ALL.iter().map(|address| (*address, made)).collect();
    }

    pub fn made_for(&self, fingerprint: &str) -> Option<Addr> {
        self.0.lock().unwrap().made_for.get(fingerprint).copied()
    }
}

impl Custody for Keeper {
    fn make_waiting_key(
        &self,
        invited: InvitedAddress<'_>,
        _: Millis,
        _: &mut dyn Rng,
    ) -> Result<WaitingKey, CustodyError> {
        let address = Addr::of(invited.address.as_typed());
        let mut state = self.0.lock().unwrap();
        let made = state.made.entry(address).or_default();
        let slot = Slot::Waiting(address, *made);
        *made += 1;
        let (certificate, fingerprint) = with(slot, address, |made| {
            (made.certificate.clone(), made.fingerprint.clone())
        });
        state.made_for.insert(fingerprint.clone(), address);
        Ok(WaitingKey {
            certificate,
            locked: fingerprint.into_bytes(),
        })
    }

    fn hand_over(
        &self,
        locked: &[u8],
        _: InvitedAddress<'_>,
        to: Receiver<'_>,
        _: Millis,
        _: &mut dyn Rng,
    ) -> Result<Vec<u8>, CustodyError> {
        let parcel = Sealed {
            to: Some(to.certificate().fingerprint().to_string()),
            keys: vec![String::from_utf8(locked.to_vec()).map_err(|_| CustodyError::Opening)?],
        };
        Ok(parcel.to_parcel())
    }
}
