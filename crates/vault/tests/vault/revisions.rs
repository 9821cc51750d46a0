//! Revisions of a vault: which one is taken for the newest, and what becomes of two that came of one.

use std::collections::{BTreeSet, HashMap};

use hkdf::Hkdf;
use pgp::packet::{Packet, PacketParser};
use proptest::prelude::*;
use rand::RngCore as _;
use vault::{Error, Fingerprint, Sight, TakenUp, Vault, VaultKey};
use wire::{
    ids::AccountId,
    vaults::{MAX_REVISION_LEAP, VaultHead},
};

use crate::people::{NOW, absorbed, address, claim, owner, person, rng};

/// The key that the fuzz target of vaults opens with, and its bytes.
pub fn known_vault_key() -> (VaultKey, [u8; 32]) {
    let mut bytes = [0; 32];
    rng(1).fill_bytes(&mut bytes);
    (VaultKey::generate(&mut rng(1)), bytes)
}

/// What is inside a sealed vault, by docs/formats.md and no code of ours.
pub fn inside(sealed: &[u8], key: &[u8; 32]) -> Vec<u8> {
    let (head, packet) = sealed.split_at(25);
    let mut derived = [0; 32];
    let info = [b"restante/vault/v3", head].concat();
    Hkdf::<sha2::Sha512>::new(None, key)
        .expand(&info, &mut derived)
        .unwrap();
    let Some(Ok(Packet::SymEncryptedProtectedData(packet))) = PacketParser::new(packet).next() else {
        panic!()
    };
    packet.decrypt(&derived, None, Default::default()).unwrap()
}

fn key() -> VaultKey {
    known_vault_key().0
}

/// Seals the next revision, as the portal then has it.
fn store(vault: &mut Vault) -> Vec<u8> {
    let sealed = vault.lock(&key(), &mut rng(50)).unwrap();
    vault.was_stored(&sealed).unwrap();
    sealed
}

fn revision(sealed: &[u8]) -> i64 {
    VaultHead::split(sealed).unwrap().0.revision
}

fn take_up(served: &[u8], last_seen: &[u8]) -> Result<TakenUp, Error> {
    Vault::take_up(served, Some(last_seen), owner(), &key())
}

/// What a program of the account can write without opening anything: a fitting head, and noise.
fn noise(revision: i64) -> Vec<u8> {
    let mut noise = [0; 64];
    rng(51).fill_bytes(&mut noise);
    [
        &VaultHead {
            account: owner(),
            revision,
        }
        .to_bytes()[..],
        &noise,
    ]
    .concat()
}

/// A parcel from somebody else for Anna.
fn parcel(anna: &Vault, seed: u64) -> Vec<u8> {
    person("giver", seed)
        .hand_over(anna.certificate(), claim(), NOW, &mut rng(52))
        .unwrap()
}

#[test]
fn the_form_is_the_documented_one() {
    let mut anna = person("anna", 1);
    let first = store(&mut anna);
    assert_eq!(first[..17], [&[3][..], owner().0.as_bytes()].concat());
    assert_eq!(first[17..25], [0, 0, 0, 0, 0, 0, 0, 1]);
    let json: serde_json::Value = serde_json::from_slice(&inside(&store(&mut anna), &known_vault_key().1)).unwrap();
    let members: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "former_keys",
            "keys",
            "marks",
            "own_key",
            "seen",
            "settings",
            "slots",
            "unconfirmed",
            "v"
        ]
    );
    let mark = wire::Sha256::of(&first).0[..16].to_vec();
    let encoded = wire::Bytes(mark);
    assert_eq!(json["marks"], serde_json::json!([[1, encoded]]));
    assert_eq!(json["v"], 4);
}

#[test]
fn revisions_count_up_and_no_client_goes_back() {
    let mut anna = person("anna", 1);
    assert_eq!(anna.revision(), 0);
    let [first, second, third] = [0; 3].map(|_| store(&mut anna));
    assert_eq!([&first, &second, &third].map(|sealed| revision(sealed)), [1, 2, 3]);
    assert_eq!(take_up(&first, &second).unwrap_err(), Error::OlderVault);
    for (served, last_seen) in [(&second, &second), (&third, &second), (&third, &first)] {
        let taken_up = take_up(served, last_seen).unwrap();
        assert_eq!((taken_up.joined, taken_up.vault.revision()), (false, revision(served)));
    }
    // A fresh device has nothing to compare with.
    assert!(Vault::take_up(&first, None, owner(), &key()).is_ok());
}

#[test]
fn a_leap_is_refused() {
    let mut anna = person("anna", 1);
    let first = store(&mut anna);
    let far = noise(1 + MAX_REVISION_LEAP);
    // As far as it may lie ahead, what it is stands to reason only once it is opened.
    assert_eq!(take_up(&far, &first).unwrap_err(), Error::UnreadableVault);
    for revision in [2 + MAX_REVISION_LEAP, i64::MAX] {
        assert_eq!(take_up(&noise(revision), &first).unwrap_err(), Error::VaultLeapt);
    }
    let last = Vault::accept_vault(&first, &noise(i64::MAX), None, owner(), &key()).unwrap();
    assert_eq!(last.lock(&key(), &mut rng(1)).unwrap_err(), Error::VaultLeapt);
}

#[test]
fn a_foreign_vault_is_neither_opened_nor_compared_with() {
    let other = AccountId(uuid::Uuid::max());
    let mut anna = person("anna", 1);
    let mut eve = Vault::create(other, &address("eve@example.test"), NOW, &mut rng(2)).unwrap();
    let (annas, eves) = (store(&mut anna), store(&mut eve));
    assert_eq!(take_up(&eves, &annas).unwrap_err(), Error::ForeignVault);
    assert_eq!(anna.join_keys(&eves, &key()).unwrap_err(), Error::ForeignVault);
    let accepted = Vault::accept_vault(&eves, &annas, None, owner(), &key());
    assert_eq!(accepted.unwrap_err(), Error::ForeignVault);
    let accepted = Vault::accept_vault(&annas, &eves, None, owner(), &key());
    assert_eq!(accepted.unwrap_err(), Error::ForeignVault);
    // What a shared browser kept of somebody else says nothing of this account.
    assert!(!take_up(&annas, &eves).unwrap().joined);
}

/// A program's session wrote 64 random bytes, and the owner was locked out for ever.
#[test]
fn noise_in_place_of_the_vault_loses_nothing() {
    let mut anna = person("anna", 1);
    let mut stored = vec![store(&mut anna)];
    for seed in [10, 11] {
        assert_eq!(anna.take_in(&parcel(&anna, seed), &absorbed()), Ok(true));
        stored.push(store(&mut anna));
    }
    let noise = noise(4);
    assert_eq!(take_up(&noise, &stored[2]).unwrap_err(), Error::UnreadableVault);
    // By an earlier keyring on a fresh device, and by any with what this client saw last.
    for (chosen, last_seen, keys) in [(2, None, 3), (1, None, 2), (0, Some(&stored[2]), 3)] {
        let last_seen = last_seen.map(Vec::as_slice);
        let mut accepted = Vault::accept_vault(&stored[chosen], &noise, last_seen, owner(), &key()).unwrap();
        assert_eq!(format!("{accepted:?}"), format!("Vault({keys} keys, 0 correspondents)"));
        assert_eq!(accepted.certificate(), anna.certificate());
        let next = store(&mut accepted);
        assert_eq!(revision(&next), 5);
        // Another client, which saw a later one than was chosen, brings the rest.
        let elsewhere = take_up(&next, &stored[2]).unwrap();
        assert_eq!(format!("{:?}", elsewhere.vault), "Vault(3 keys, 0 correspondents)");
    }
}

#[test]
fn an_honest_restore_is_accepted_and_loses_nothing() {
    let mut anna = person("anna", 1);
    let old = store(&mut anna);
    anna.take_in(&parcel(&anna, 10), &absorbed()).unwrap();
    let new = store(&mut anna);
    assert_eq!(take_up(&old, &new).unwrap_err(), Error::OlderVault);
    let mut accepted = Vault::accept_vault(&old, &old, Some(&new), owner(), &key()).unwrap();
    assert_eq!(format!("{accepted:?}"), "Vault(2 keys, 0 correspondents)");
    let next = store(&mut accepted);
    assert_eq!(revision(&next), 3);
    assert!(!take_up(&next, &new).unwrap().joined);
    // Where what was seen last opens no more, the old one is all there is.
    let accepted = Vault::accept_vault(&old, &old, Some(&noise(2)), owner(), &key()).unwrap();
    assert_eq!(format!("{accepted:?}"), "Vault(1 keys, 0 correspondents)");
}

#[test]
fn forks_are_joined_or_refused() {
    let mut anna = person("anna", 1);
    let first = store(&mut anna);
    let mut other = Vault::unlock(&first, owner(), &key()).unwrap();
    anna.take_in(&parcel(&anna, 10), &absorbed()).unwrap();
    anna.remember(
        &address("ben@example.test"),
        person("ben", 2).certificate().fingerprint(),
    );
    other.take_in(&parcel(&other, 11), &absorbed()).unwrap();
    other.remember(
        &address("carol@example.test"),
        person("carol", 3).certificate().fingerprint(),
    );
    // Each has seen one of these two keys, and the other one knows it.
    let [met, known] = [("dora@example.test", 7), ("emil@example.test", 8)];
    for (seen, key) in [(&mut anna, met), (&mut other, known)] {
        seen.saw(&address(key.0), Fingerprint([key.1; 32]), &[]);
    }
    for (knows, key) in [(&mut anna, known), (&mut other, met)] {
        knows.remember(&address(key.0), Fingerprint([key.1; 32]));
    }
    let (annas, others) = (store(&mut anna), store(&mut other));
    assert_eq!(revision(&annas), revision(&others));
    // Of one revision, and where the fork lies further back.
    for served in [others.clone(), store(&mut other)] {
        let taken_up = take_up(&served, &annas).unwrap();
        assert!(taken_up.joined);
        assert_eq!(format!("{:?}", taken_up.vault), "Vault(3 keys, 4 correspondents)");
        for (name, key) in [met, known] {
            let sight = taken_up.vault.seen(&address(name), Fingerprint([key; 32]), &[]);
            assert_eq!(sight, Sight::Same);
        }
        let mut joined = taken_up.vault;
        let next = store(&mut joined);
        assert_eq!(revision(&next), revision(&served) + 1);
        for seen in [&annas, &others, &served] {
            assert!(!take_up(&next, seen).unwrap().joined);
        }
    }
    assert_eq!(take_up(&others, &noise(2)).unwrap_err(), Error::ForkedVault);
}

#[test]
fn an_earlier_keyring_brings_keys_that_open_and_nothing_else() {
    let mut anna = person("anna", 1);
    let mut earlier = Vault::unlock(&store(&mut anna), owner(), &key()).unwrap();
    earlier.take_in(&parcel(&earlier, 10), &absorbed()).unwrap();
    earlier.remember(
        &address("ben@example.test"),
        person("ben", 2).certificate().fingerprint(),
    );
    earlier.make_slot(wire::sessions::SlotKind::Password, NOW, &mut rng(60));
    let earlier = store(&mut earlier);
    let own = anna.certificate().clone();
    assert_eq!(anna.join_keys(&earlier, &key()), Ok(true));
    assert_eq!(anna.join_keys(&earlier, &key()), Ok(false));
    assert_eq!(format!("{anna:?}"), "Vault(2 keys, 0 correspondents)");
    assert_eq!((anna.certificate(), anna.slots().count()), (&own, 0));
}

thread_local! {
    /// Parcels for `person("anna", 1)`, of one key each.
    static PARCELS: Vec<Vec<u8>> = (0..4).map(|n| parcel(&person("anna", 1), 70 + n)).collect();
}

#[derive(Clone, Debug)]
enum Step {
    /// A client takes a parcel in, on the vault that the portal serves.
    Write { client: usize, parcel: usize },
    /// The portal is restored to some earlier state.
    Restore { to: prop::sample::Index },
    /// Somebody writes noise.
    Noise,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..3_usize, 0..4_usize).prop_map(|(client, parcel)| Step::Write { client, parcel }),
        1 => any::<prop::sample::Index>().prop_map(|to| Step::Restore { to }),
        1 => Just(Step::Noise),
    ]
}

/// A portal that keeps what it was given, and which keys are in what.
struct Portal {
    stored: Vec<Vec<u8>>,
    keys: HashMap<Vec<u8>, BTreeSet<usize>>,
    draws: u64,
}

impl Portal {
    fn served(&self) -> &[u8] {
        self.stored.last().unwrap()
    }

    fn store(&mut self, vault: &mut Vault, keys: BTreeSet<usize>) -> Vec<u8> {
        self.draws += 1;
        let sealed = vault.lock(&key(), &mut rng(1000 + self.draws)).unwrap();
        assert!(revision(&sealed) > revision(self.served()));
        vault.was_stored(&sealed).unwrap();
        assert_eq!(
            format!("{vault:?}"),
            format!("Vault({} keys, 0 correspondents)", keys.len() + 1)
        );
        self.keys.insert(sealed.clone(), keys);
        self.stored.push(sealed.clone());
        sealed
    }

    /// What a client of a person does before it goes on: takes up what is served, and accepts it where that is refused.
    fn look(&mut self, seen: &mut Vec<u8>) -> (Vault, BTreeSet<usize>) {
        let served = self.served().to_vec();
        let mut keys = self.keys.get(&served).cloned().unwrap_or_default();
        let (mut vault, changed) = match take_up(&served, seen) {
            Ok(TakenUp { vault, joined }) => (vault, joined),
            Err(Error::OlderVault) => (
                Vault::accept_vault(&served, &served, Some(seen), owner(), &key())
                    .or_else(|_| Vault::accept_vault(seen, &served, Some(seen), owner(), &key()))
                    .unwrap(),
                true,
            ),
            Err(Error::UnreadableVault) => (
                Vault::accept_vault(seen, &served, Some(seen), owner(), &key()).unwrap(),
                true,
            ),
            Err(other) => panic!("{other}"),
        };
        if changed {
            keys.extend(&self.keys[seen]);
            *seen = self.store(&mut vault, keys.clone());
        } else {
            assert!(revision(&served) >= revision(seen));
            *seen = served;
        }
        (vault, keys)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Three clients of one account, a portal that is restored, and noise: no client goes back, and whatever one has seen
    /// is in the vault once each has looked again.
    #[test]
    fn no_client_goes_back_and_no_key_is_lost(steps in prop::collection::vec(any_step(), 1..14)) {
        let mut anna = person("anna", 1);
        let first = store(&mut anna);
        let keys = HashMap::from([(first.clone(), BTreeSet::new())]);
        let mut portal = Portal { stored: vec![first.clone()], keys, draws: 0 };
        let mut seen = [first.clone(), first.clone(), first];
        for step in steps {
            match step {
                Step::Write { client, parcel } => {
                    let before = revision(&seen[client]);
                    let (mut vault, mut keys) = portal.look(&mut seen[client]);
                    PARCELS.with(|parcels| vault.take_in(&parcels[parcel], &absorbed()).unwrap());
                    keys.insert(parcel);
                    seen[client] = portal.store(&mut vault, keys);
                    prop_assert!(revision(&seen[client]) > before);
                }
                Step::Restore { to } => {
                    let to = to.index(portal.stored.len());
                    portal.stored.truncate(to + 1);
                }
                Step::Noise => {
                    let noise = noise(revision(portal.served()) + 1);
                    portal.stored.push(noise);
                }
            }
        }
        let expected: BTreeSet<usize> = seen.iter().flat_map(|sealed| portal.keys[sealed].clone()).collect();
        for client in [0, 1, 2] {
            portal.look(&mut seen[client]);
        }
        let (_, keys) = portal.look(&mut seen[0]);
        prop_assert!(keys.is_superset(&expected), "{keys:?} {expected:?}");
    }
}
