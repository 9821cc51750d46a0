use std::{collections::BTreeMap, fmt};

use certificate::{Certificate, Fingerprint};
use rand::{CryptoRng, RngCore};
use serde_json::Value;
use uuid::Builder;
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, SlotId},
    sessions::{ParcelOrigin, SlotKind},
};

use crate::{Error, Sight, keyring::AccountKey, marks::Marks, memory::Memory, own_key::OwnKey, parcel};

/// An open vault: the keyring, the ways in, and small private settings.
///
/// The first key is the account's own: it signs, and its certificate is the account's. The others came in parcels and
/// only open: whoever made a parcel may hold its keys too.
pub struct Vault {
    pub(crate) account: AccountId,
    pub(crate) keys: Vec<AccountKey>,
    pub(crate) seen: Memory,
    pub(crate) slots: BTreeMap<SlotId, SlotKind>,
    pub(crate) own_key: OwnKey,
    pub(crate) former_keys: Vec<OwnKey>,
    pub(crate) marks: Marks,
    pub(crate) settings: BTreeMap<String, Value>,
}

impl Vault {
    /// Makes an account's vault, with a new account key for `address`.
    pub fn create(
        account: AccountId,
        address: &Address,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Self, Error> {
        Ok(Self {
            account,
            keys: vec![AccountKey::generate(address, now, rng)?],
            seen: Memory::default(),
            slots: BTreeMap::new(),
            own_key: OwnKey::generate(rng),
            former_keys: Vec::new(),
            marks: Marks::default(),
            settings: BTreeMap::new(),
        })
    }

    /// Whose vault it is.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The highest revision that it came of; 0 before it was stored. [`Vault::lock`] seals the next one.
    pub fn revision(&self) -> i64 {
        self.marks.revision()
    }

    /// The account's certificate: as the vault was stored with it, until another is [made](Vault::certify) or
    /// [taken](Vault::adopt). The portal's copy may by now name other addresses.
    pub fn certificate(&self) -> &Certificate {
        self.own().certificate()
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

    /// Seals the whole keyring to the owner of `receiver`, who absorbs this account by that claim and opens with it
    /// whatever this vault opens.
    pub fn hand_over(
        &self,
        receiver: &Certificate,
        claim: ClaimId,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<u8>, Error> {
        parcel::seal_parcel(&self.keys, &ParcelOrigin::Claim { claim }, receiver, now, rng)
    }

    /// Takes the keys in a parcel into the keyring: all that are new, or none where one of them cannot be used, or where
    /// its giver did not sign it as what it is said to come of. Whether any was new.
    pub fn take_in(&mut self, sealed: &[u8], origin: &ParcelOrigin) -> Result<bool, Error> {
        let given = parcel::open_parcel(&self.keys, sealed, origin)?;
        Ok(self.add_keys(given))
    }

    /// Adds those that are not there yet, behind the others. Whether any was new.
    pub(crate) fn add_keys(&mut self, keys: impl IntoIterator<Item = AccountKey>) -> bool {
        let before = self.keys.len();
        for key in keys {
            if self.keys.iter().all(|known| known.fingerprint() != key.fingerprint()) {
                self.keys.push(key);
            }
        }
        self.keys.len() > before
    }

    /// Enters a new way in into the list of them.
    pub fn make_slot(&mut self, kind: SlotKind, now: Millis, rng: &mut (impl CryptoRng + RngCore)) -> SlotId {
        let mut random = [0; 10];
        rng.fill_bytes(&mut random);
        let id = Builder::from_unix_timestamp_millis(now.max(0).unsigned_abs(), &random).into_uuid();
        self.slots.insert(SlotId(id), kind);
        SlotId(id)
    }

    /// The ways in. A row of the portal's that is not among them was made by somebody who did not have the vault open.
    pub fn slots(&self) -> impl Iterator<Item = (SlotId, SlotKind)> {
        self.slots.iter().map(|(&slot, &kind)| (slot, kind))
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

    /// Remembers that key as the newest of the address, because the account's owner did something that says whose it is:
    /// wrote to it, or accepted it. Where this changed anything, the vault wants to be stored.
    pub fn remember(&mut self, address: &Address, fingerprint: Fingerprint) -> bool {
        self.seen.remember(address, fingerprint)
    }

    /// Keeps what a message that was opened shows of its signer's key, so that another key is noticed: nothing that is
    /// received makes a key known. Where this changed anything, the vault wants to be stored. `predecessors` as for
    /// [`Vault::seen`].
    pub fn saw(
        &mut self,
        address: &Address,
        fingerprint: Fingerprint,
        predecessors: &[(Certificate, Vec<u8>)],
    ) -> bool {
        self.seen.saw(address, fingerprint, predecessors)
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
