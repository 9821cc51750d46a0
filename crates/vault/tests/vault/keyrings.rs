//! The account's own key under new addresses, and keyrings handed over whole.

use std::slice;

use proptest::prelude::*;
use vault::{AccountKey, Certificate, CertificateError, Error, Letter, SealedMessage, Vault, VaultKey, seal_parcel};
use wire::Address;

use crate::people::{
    self, NOW, absorbed, address, claim, correspondent, invited, letter, message, owner, person, readers, rng,
};

fn again(vault: &Vault) -> Vault {
    let key = VaultKey::generate(&mut rng(90));
    Vault::unlock(&vault.lock(&key, &mut rng(91)).unwrap(), owner(), &key).unwrap()
}

fn names(certificate: &Certificate) -> Vec<&str> {
    certificate.user_ids().collect()
}

fn addresses(list: &[&str]) -> Vec<Address> {
    list.iter().map(|text| address(text)).collect()
}

/// A letter from one to another, under the sender's own name.
fn seal(from: &Vault, sender: &Address, to: &Vault, id: u8) -> Result<SealedMessage, Error> {
    let mut from_whom = correspondent("anna");
    from_whom.address = sender.clone();
    let letter = Letter {
        from: from_whom,
        ..letter()
    };
    from.seal(
        &letter,
        message(id),
        "",
        &readers(from, &[to.certificate()]),
        NOW,
        &mut rng(80),
    )
}

fn opens(vault: &Vault, id: u8, sealed: &SealedMessage, sender: &Certificate) -> Result<(), Error> {
    vault
        .open_body(message(id), &sealed.key_packets[0].packet, &sealed.body, sender, NOW)
        .map(drop)
}

#[test]
fn the_same_key_stands_for_new_addresses() {
    let (mut anna, ben) = (person("anna", 1), person("ben", 2));
    let before = anna.certificate().clone();
    let new = address("Anna@New.test");
    assert_eq!(seal(&anna, &new, &ben, 1).unwrap_err(), Error::WrongSender);

    let certified = anna
        .certify(
            &addresses(&["Anna@New.test", "anna@example.test"]),
            NOW + 1000,
            &mut rng(3),
        )
        .unwrap();
    assert_eq!(names(&certified), ["Anna@New.test", "anna@example.test"]);
    assert_eq!(anna.certificate(), &certified);
    assert_eq!(Certificate::parse(&certified.to_bytes()).unwrap(), certified);
    // The key, and what it says of itself, stay: only User IDs and their certifications are other ones.
    assert_eq!(certified.without_user_ids(), before.without_user_ids());
    assert_eq!(certified.created_at(), before.created_at());

    for sender in ["anna@new.test", "anna@example.test"] {
        let sealed = seal(&anna, &address(sender), &ben, 1).unwrap();
        assert_eq!(opens(&ben, 1, &sealed, &certified), Ok(()));
        // Whoever knows her under one address alone cannot be written to from the other.
        let other = certified
            .reduced_to(names(&certified)[usize::from(sender == "anna@new.test")])
            .unwrap();
        assert_eq!(opens(&ben, 1, &sealed, &other), Err(Error::WrongSender));
    }
    // What was sealed to her before is still hers, in a vault that was stored meanwhile too.
    let sealed = seal(&ben, &address("ben@example.test"), &anna, 2).unwrap();
    assert_eq!(opens(&again(&anna), 2, &sealed, ben.certificate()), Ok(()));
    assert_eq!(again(&anna).certificate(), &certified);

    let back = anna
        .certify(&addresses(&["anna@example.test"]), NOW, &mut rng(4))
        .unwrap();
    assert_eq!(names(&back), ["anna@example.test"]);
    assert_eq!(seal(&anna, &new, &ben, 1).unwrap_err(), Error::WrongSender);
}

#[test]
fn only_the_first_address_is_the_primary_one() {
    let mut anna = person("anna", 1);
    let certified = anna
        .certify(&addresses(&["a@x.test", "b@x.test", "c@x.test"]), NOW, &mut rng(3))
        .unwrap();
    let primary: Vec<_> = pgp::packet::PacketParser::new(&certified.to_bytes()[..])
        .filter_map(|packet| match packet.unwrap() {
            pgp::packet::Packet::Signature(signature) => Some(signature),
            _ => None,
        })
        .filter(|signature| signature.typ() == Some(pgp::packet::SignatureType::CertPositive))
        .map(|signature| signature.is_primary())
        .collect();
    assert_eq!(primary, [true, false, false]);
}

#[test]
fn lists_that_no_account_has_are_refused() {
    let mut anna = person("anna", 1);
    let before = anna.certificate().clone();
    let many: Vec<_> = (0..51).map(|n| address(&format!("a{n}@x.test"))).collect();
    for list in [&[][..], &addresses(&["a@x.test", "b@x.test", "A@X.test"]), &many] {
        assert_eq!(anna.certify(list, NOW, &mut rng(3)).unwrap_err(), Error::Malformed);
    }
    assert_eq!(anna.certificate(), &before);
    let longest: Vec<_> = (0..50)
        .map(|n| address(&format!("{n:064}@{0}.{0}.{0}.test", "x".repeat(58))))
        .collect();
    let certified = anna.certify(&longest, NOW, &mut rng(3)).unwrap();
    assert_eq!(Certificate::parse(&certified.to_bytes()).unwrap(), certified);
}

#[test]
fn only_a_certificate_of_the_own_key_is_adopted() {
    let (mut anna, eve) = (person("anna", 1), person("anna", 9));
    let before = anna.certificate().clone();
    assert_eq!(anna.adopt(eve.certificate()), Err(Error::WrongCertificate));
    // The key alone stands for no address: with it, nothing could be sealed or stored.
    assert_eq!(anna.adopt(&before.without_user_ids()), Err(Error::WrongCertificate));
    assert_eq!(anna.certificate(), &before);

    let served = person("anna", 1)
        .certify(&addresses(&["new@x.test", "anna@example.test"]), NOW, &mut rng(3))
        .unwrap();
    anna.adopt(&served).unwrap();
    assert_eq!(anna.certificate(), &served);
    assert!(seal(&anna, &address("new@x.test"), &person("ben", 2), 1).is_ok());
}

#[test]
fn a_keyring_goes_over_whole_and_the_own_key_stays_first() {
    let (mut anna, mut ben) = (person("anna", 1), person("ben", 2));
    let waiting = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(3)).unwrap();
    let parcel = seal_parcel(
        slice::from_ref(&waiting),
        &invited("ben"),
        ben.certificate(),
        NOW,
        &mut rng(4),
    )
    .unwrap();
    ben.take_in(&parcel, &invited("ben")).unwrap();
    ben.certify(&addresses(&["ben@example.test", "secret@x.test"]), NOW, &mut rng(5))
        .unwrap();

    let parcel = ben.hand_over(anna.certificate(), claim(), NOW, &mut rng(6)).unwrap();
    let own = anna.certificate().clone();
    for _ in 0..2 {
        anna.take_in(&parcel, &absorbed()).unwrap();
        assert_eq!(format!("{anna:?}"), "Vault(3 keys, 0 correspondents)");
        anna = again(&anna);
        assert_eq!(anna.certificate(), &own);
    }
    // Handed back to where they came from, nothing is doubled.
    ben.take_in(
        &anna.hand_over(ben.certificate(), claim(), NOW, &mut rng(7)).unwrap(),
        &absorbed(),
    )
    .unwrap();
    assert_eq!(format!("{ben:?}"), "Vault(3 keys, 0 correspondents)");
    assert_eq!(names(ben.certificate()), ["ben@example.test", "secret@x.test"]);
}

#[test]
fn a_parcel_of_many_keys_is_whole_or_refused() {
    let (mut anna, mut ben) = (person("anna", 1), person("ben", 2));
    ben.take_in(
        &person("carol", 3)
            .hand_over(ben.certificate(), claim(), NOW, &mut rng(4))
            .unwrap(),
        &absorbed(),
    )
    .unwrap();
    let parcel = ben.hand_over(anna.certificate(), claim(), NOW, &mut rng(5)).unwrap();
    for length in (0..parcel.len()).step_by(7).chain([parcel.len() - 1]) {
        let error = anna.take_in(&parcel[..length], &absorbed()).unwrap_err();
        assert!(matches!(error, Error::Malformed | Error::Truncated), "{length}");
        let mut damaged = parcel.clone();
        damaged[length] ^= 1;
        assert!(anna.take_in(&damaged, &absorbed()).is_err(), "{length}");
    }
    let mut trailing = parcel.clone();
    trailing.push(0);
    assert_eq!(anna.take_in(&trailing, &absorbed()), Err(Error::Malformed));
    assert_eq!(ben.take_in(&parcel, &absorbed()), Err(Error::WrongKey));
    assert_eq!(format!("{anna:?}"), "Vault(1 keys, 0 correspondents)");

    let none = seal_parcel(&[], &absorbed(), anna.certificate(), NOW, &mut rng(1));
    assert_eq!(none, Err(Error::Malformed));
}

#[test]
fn more_keys_than_a_parcel_holds_are_refused() {
    let mut anna = person("anna", 1);
    let key = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(3)).unwrap();
    let copies = |count| -> Vec<_> {
        (0..count)
            .map(|_| AccountKey::parse(&key.to_bytes()).unwrap())
            .collect()
    };
    let parcel = seal_parcel(&copies(256), &absorbed(), anna.certificate(), NOW, &mut rng(4)).unwrap();
    assert!(parcel.len() < 1 << 20, "{}", parcel.len());
    anna.take_in(&parcel, &absorbed()).unwrap();
    let refused = seal_parcel(&copies(257), &absorbed(), anna.certificate(), NOW, &mut rng(4));
    assert_eq!(refused.unwrap_err(), Error::TooManyKeys);
}

/// Anna's addresses, in any number and order, each once.
fn any_addresses() -> impl Strategy<Value = Vec<Address>> {
    let one = (
        "[a-z0-9]{1,12}([.+][A-Zäöé]{1,5})?",
        "[a-z]{1,10}|bücher",
        "test|example",
    );
    let typed = one.prop_map(|(local, domain, top)| address(&format!("{local}@{domain}.{top}")));
    prop::collection::vec(typed, 1..=50).prop_map(|list| {
        let mut seen = std::collections::BTreeSet::new();
        list.into_iter()
            .filter(|one| seen.insert(one.canonical().to_owned()))
            .collect()
    })
}

thread_local! {
    /// Five accounts, and a letter to each that its keys alone open.
    static FIVE: Vec<(Vec<u8>, SealedMessage)> = (0..5).map(|n| {
        let (sender, vault) = (person("anna", 1), person(&format!("p{n}"), 10 + n));
        let sealed = seal(&sender, &address("anna@example.test"), &vault, u8::try_from(n).unwrap()).unwrap();
        (vault.lock(&stored(), &mut rng(20 + n)).unwrap(), sealed)
    }).collect();
}

fn stored() -> VaultKey {
    VaultKey::generate(&mut rng(92))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What one client certifies, another of the same account takes up, and both seal from each address.
    #[test]
    fn what_is_certified_is_adopted(list in any_addresses(), then in any_addresses()) {
        let (mut one, mut other, ben) = (person("anna", 1), person("anna", 1), person("ben", 2));
        one.certify(&list, NOW, &mut rng(3)).unwrap();
        let served = one.certify(&then, NOW + 5_000, &mut rng(4)).unwrap();
        other.adopt(&Certificate::parse(&served.to_bytes()).unwrap()).unwrap();
        let typed: Vec<_> = then.iter().map(Address::as_typed).collect();
        prop_assert_eq!(names(other.certificate()), typed);
        prop_assert_eq!(one.certificate(), other.certificate());
        prop_assert_eq!(served.fingerprint(), person("anna", 1).certificate().fingerprint());
        for vault in [&one, &other] {
            let sealed = seal(vault, then.last().unwrap(), &ben, 1).unwrap();
            let reduced = served.reduced_to(then.last().unwrap().as_typed()).unwrap();
            prop_assert_eq!(opens(&ben, 1, &sealed, &reduced), Ok(()));
        }
        for gone in list.iter().filter(|address| !then.contains(address)) {
            prop_assert_eq!(seal(&other, gone, &ben, 1).unwrap_err(), Error::WrongSender);
        }
    }

    /// Accounts absorb each other in any order, over up to four absorbs in a row. Whatever either opened before, the one
    /// that is left opens after; nobody else opens more than before.
    #[test]
    fn what_was_readable_is_readable_after_every_absorb(turns in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 4)) {
        FIVE.with(|five| {
            let sender = person("anna", 1);
            let mut holders: Vec<(Vault, Vec<usize>)> = five
                .iter()
                .enumerate()
                .map(|(n, (sealed, _))| (Vault::unlock(sealed, owner(), &stored()).unwrap(), vec![n]))
                .collect();
            for (absorbed, claimant) in turns {
                let (absorbed, mut its) = holders.swap_remove(absorbed.index(holders.len()));
                let claimant = claimant.index(holders.len());
                let (vault, holds) = &mut holders[claimant];
                let own = vault.certificate().clone();
                let parcel = absorbed.hand_over(vault.certificate(), claim(), NOW, &mut rng(93)).unwrap();
                vault.take_in(&parcel, &people::absorbed()).unwrap();
                holds.append(&mut its);
                *vault = again(vault);
                prop_assert_eq!(vault.certificate(), &own);
                for (vault, holds) in &holders {
                    for (n, (_, sealed)) in five.iter().enumerate() {
                        let opened = opens(vault, u8::try_from(n).unwrap(), sealed, sender.certificate());
                        let expected = if holds.contains(&n) { Ok(()) } else { Err(Error::WrongKey) };
                        prop_assert_eq!(opened, expected);
                    }
                }
            }
            Ok(())
        })?;
    }
}

#[test]
fn a_secret_key_stands_for_an_address() {
    // A key alone is good for sealing to, and no keyring takes it.
    let key = AccountKey::generate(&address("ben@example.test"), NOW, &mut rng(3)).unwrap();
    let bytes = key.to_bytes();
    let packets: Vec<_> = pgp::packet::PacketParser::new(&bytes[..]).flatten().collect();
    let mut alone = Vec::new();
    for (at, packet) in packets.iter().enumerate() {
        if at != 2 && at != 3 {
            pgp::ser::Serialize::to_writer(packet, &mut alone).unwrap();
        }
    }
    let refused = AccountKey::parse(&alone).unwrap_err();
    assert_eq!(refused, Error::Certificate(CertificateError::UnboundUserId));
}
