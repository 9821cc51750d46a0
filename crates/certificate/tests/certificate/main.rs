//! What a certificate is, and all that is none.
#![allow(clippy::unwrap_used)]

mod maker;
mod sealed;

use certificate::{Certificate, CertificateError, Fingerprint};
use maker::{MADE, Maker, bytes, encrypts, lives_for, signs, user_id};
use pgp::{
    composed::KeyType,
    crypto::hash::HashAlgorithm,
    packet::{KeyFlags, Packet, PacketHeader, Padding, Signature, SignatureType, Subpacket, SubpacketData},
    types::{KeyDetails as _, KeyVersion, Password},
};
use proptest::prelude::*;

const ANNA: &str = "anna@example.test";

fn error_of(packets: &[Packet]) -> CertificateError {
    Certificate::parse(&bytes(packets)).unwrap_err()
}

#[test]
fn a_certificate_comes_back_as_it_was() {
    let mut anna = Maker::new(1);
    let written = bytes(&anna.certificate(&[ANNA, "Anna@Other.test"]));
    let certificate = Certificate::parse(&written).unwrap();
    assert_eq!(certificate.to_bytes(), written);
    assert_eq!(certificate.user_ids().collect::<Vec<_>>(), [ANNA, "Anna@Other.test"]);
    assert_eq!(
        pgp::types::Fingerprint::V6(certificate.fingerprint().0),
        anna.key.fingerprint()
    );
    assert_eq!(certificate.expires_at(), None);
    assert_eq!(
        format!("{certificate:?}"),
        format!("Certificate({})", certificate.fingerprint())
    );
    let again: Fingerprint = certificate.fingerprint().to_string().parse().unwrap();
    assert_eq!(again, certificate.fingerprint());
}

#[test]
fn reduced_to_one_address_it_tells_of_no_other() {
    let certificate = Certificate::parse(&bytes(&Maker::new(1).certificate(&[ANNA, "secret@other.test"]))).unwrap();
    let reduced = certificate.reduced_to(ANNA).unwrap();
    assert_eq!(reduced.fingerprint(), certificate.fingerprint());
    let written = reduced.to_bytes();
    assert!(!written.windows(6).any(|window| window == b"secret"));
    assert_eq!(Certificate::parse(&written).unwrap(), reduced);
    assert_eq!(
        certificate.reduced_to("ben@example.test").unwrap_err(),
        CertificateError::NoSuchUserId
    );
}

#[test]
fn a_foreign_subkey_is_refused() {
    let (mut anna, mut eve) = (Maker::new(1), Maker::new(2));
    let mut packets = anna.certificate(&[ANNA]);
    // Eve's key, bound by Eve; bound by nobody; and under the binding of Anna's own.
    let subkey = eve.subkey.public_key().clone();
    packets[4] = eve.public_subkey();
    assert_eq!(error_of(&packets), CertificateError::ForeignSubkey);
    packets[5] = eve.binds(&subkey, SignatureType::SubkeyBinding, vec![encrypts()]);
    assert_eq!(error_of(&packets), CertificateError::ForeignSubkey);
    packets.truncate(5);
    assert_eq!(error_of(&packets), CertificateError::ForeignSubkey);

    let mut two = anna.certificate(&[ANNA]);
    let second = anna.binds(&subkey, SignatureType::SubkeyBinding, vec![encrypts()]);
    two.extend([eve.public_subkey(), second]);
    assert_eq!(error_of(&two), CertificateError::Unsupported);
}

#[test]
fn a_user_id_that_is_not_bound_is_refused() {
    let (mut anna, mut eve) = (Maker::new(1), Maker::new(2));
    let packets = anna.certificate(&[ANNA]);
    let eves = user_id("eve@example.test");

    let mut unsigned = packets.clone();
    unsigned.insert(4, eves.clone().into());
    assert_eq!(error_of(&unsigned), CertificateError::UnboundUserId);
    let mut changed = packets.clone();
    changed[2] = eves.clone().into();
    assert_eq!(error_of(&changed), CertificateError::UnboundUserId);
    let mut by_eve = packets.clone();
    by_eve[3] = eve.certifies(anna.key.public_key(), &user_id(ANNA), SignatureType::CertPositive);
    assert_eq!(error_of(&by_eve), CertificateError::UnboundUserId);
}

#[test]
fn the_key_alone_tells_of_no_address_and_is_nobodys_own() {
    let mut packets = Maker::new(1).certificate(&[ANNA, "secret@other.test"]);
    let certificate = Certificate::parse(&bytes(&packets)).unwrap();
    packets.drain(2..6);
    let alone = certificate.without_user_ids();
    assert_eq!(alone.to_bytes(), bytes(&packets));
    assert_eq!(Certificate::parse(&bytes(&packets)).unwrap(), alone);
    assert_eq!(
        (alone.fingerprint(), alone.user_ids().len()),
        (certificate.fingerprint(), 0)
    );
    assert_eq!(alone.encryption_key(), certificate.encryption_key());
    assert_eq!(
        Certificate::from_packets(packets.clone()).unwrap_err(),
        CertificateError::UnboundUserId
    );
    // Nor does it make up for a certification that is missing.
    packets.insert(2, user_id(ANNA).into());
    assert_eq!(error_of(&packets), CertificateError::UnboundUserId);
}

#[test]
fn others_certifications_are_refused() {
    let (mut anna, mut eve) = (Maker::new(1), Maker::new(2));
    let mut packets = anna.certificate(&[ANNA]);
    let vouched = eve.certifies(anna.key.public_key(), &user_id(ANNA), SignatureType::CertPositive);
    packets.insert(4, vouched);
    assert_eq!(error_of(&packets), CertificateError::Unsupported);
}

#[test]
fn another_version_or_algorithm_is_refused() {
    for (version, primary, subkey) in [
        (KeyVersion::V4, KeyType::Ed25519, KeyType::MlKem768X25519),
        (KeyVersion::V4, KeyType::Ed25519Legacy, KeyType::X25519),
        (KeyVersion::V6, KeyType::Ed448, KeyType::MlKem768X25519),
        (KeyVersion::V6, KeyType::Ed25519, KeyType::X25519),
    ] {
        let packets = Maker::with(1, version, primary, subkey).certificate(&[ANNA]);
        assert_eq!(error_of(&packets), CertificateError::Unsupported);
    }
    for hash in [HashAlgorithm::Sha3_512, HashAlgorithm::Sha384, HashAlgorithm::Sha224] {
        let mut anna = Maker::new(1);
        anna.hash = hash;
        // rPGP makes no Ed25519 signature over less than 256 bits at all.
        let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| anna.certificate(&[ANNA])));
        if let Ok(packets) = made {
            assert_eq!(error_of(&packets), CertificateError::Unsupported);
        }
    }
}

#[test]
fn a_key_is_used_only_for_what_it_is_for() {
    let mut anna = Maker::new(1);
    let mut everything = KeyFlags::default();
    everything.set_certify(true);
    everything.set_sign(true);
    everything.set_encrypt_comms(true);
    everything.set_encrypt_storage(true);
    let subkey = anna.subkey.public_key().clone();
    let packets = anna.certificate(&[ANNA]);

    let mut does_all = packets.clone();
    does_all[1] = anna.about(vec![SubpacketData::KeyFlags(everything.clone())]);
    assert_eq!(error_of(&does_all), CertificateError::Unsupported);
    let mut does_nothing = packets.clone();
    does_nothing[1] = anna.about(vec![]);
    assert_eq!(error_of(&does_nothing), CertificateError::Unsupported);
    for flags in [vec![], vec![signs()], vec![SubpacketData::KeyFlags(everything)]] {
        let mut packets = packets.clone();
        packets[5] = anna.binds(&subkey, SignatureType::SubkeyBinding, flags);
        assert_eq!(error_of(&packets), CertificateError::NoEncryptionSubkey);
    }
    assert_eq!(error_of(&packets[..4]), CertificateError::NoEncryptionSubkey);
}

#[test]
fn a_revocation_anywhere_is_heeded() {
    let mut anna = Maker::new(1);
    let packets = anna.certificate(&[ANNA]);
    let subkey = anna.subkey.public_key().clone();
    let whole = anna.key_signature(SignatureType::KeyRevocation, vec![]);
    let of_user_id = anna.certifies_own(&user_id(ANNA), SignatureType::CertRevocation);
    let of_subkey = anna.binds(&subkey, SignatureType::SubkeyRevocation, vec![]);
    for (at, revocation) in [
        (1, whole.clone()),
        (2, whole),
        (3, of_user_id.clone()),
        (4, of_user_id),
        (5, of_subkey.clone()),
        (6, of_subkey),
    ] {
        let mut packets = packets.clone();
        packets.insert(at, revocation);
        assert_eq!(error_of(&packets), CertificateError::Revoked, "{at}");
    }
}

#[test]
fn what_ends_has_ended() {
    let mut anna = Maker::new(1);
    let made = i64::from(MADE) * 1000;
    let subkey = anna.subkey.public_key().clone();
    let mut packets = anna.certificate(&[ANNA]);
    packets[1] = anna.about(vec![signs(), lives_for(1000)]);
    packets[5] = anna.binds(&subkey, SignatureType::SubkeyBinding, vec![encrypts(), lives_for(10)]);
    let certificate = Certificate::parse(&bytes(&packets)).unwrap();
    assert_eq!(certificate.expires_at(), Some(made + 10_000));
    assert_eq!(certificate.check_at(made + 9_999), Ok(()));
    assert_eq!(certificate.check_at(made + 10_000), Err(CertificateError::Expired));
}

#[test]
fn subpackets_nobody_writes_are_refused() {
    let mut anna = Maker::new(1);
    let packets = anna.certificate(&[ANNA]);
    for odd in [
        vec![SubpacketData::SignatureExpirationTime(Default::default())],
        vec![SubpacketData::Experimental(101, b"x"[..].into())],
        vec![SubpacketData::Revocable(false)],
        vec![SubpacketData::SignersUserID(b"x"[..].into())],
        // Twice: one reader takes the first, another the last.
        vec![signs()],
    ] {
        let mut packets = packets.clone();
        let all = [vec![signs()], odd].concat();
        packets[1] = anna.about(all);
        assert_eq!(error_of(&packets), CertificateError::Unsupported);
    }
    let Packet::Signature(mut about) = packets[1].clone() else {
        unreachable!()
    };
    about
        .unhashed_subpacket_push(Subpacket::regular(SubpacketData::Revocable(true)).unwrap())
        .unwrap();
    let mut packets = packets;
    packets[1] = about.into();
    assert_eq!(error_of(&packets), CertificateError::Unsupported);
}

#[test]
fn a_critical_subpacket_is_not_passed_over() {
    let mut anna = Maker::new(1);
    let mut packets = anna.certificate(&[ANNA]);
    let mut config = anna.config(SignatureType::Key, vec![signs()]);
    let odd = SubpacketData::Experimental(110, b"x"[..].into());
    config.hashed_subpackets.push(Subpacket::critical(odd).unwrap());
    packets[1] = config
        .sign_key(&anna.key, &Password::empty(), anna.key.public_key())
        .unwrap()
        .into();
    assert_eq!(error_of(&packets), CertificateError::Unsupported);
}

#[test]
fn other_packets_and_other_orders_are_refused() {
    let mut anna = Maker::new(1);
    let packets = anna.certificate(&[ANNA]);
    for (at, _) in packets.iter().enumerate() {
        let mut missing = packets.clone();
        missing.remove(at);
        assert!(Certificate::parse(&bytes(&missing)).is_err(), "without {at}");
        let mut twice = packets.clone();
        twice.insert(at, packets[at].clone());
        assert!(Certificate::parse(&bytes(&twice)).is_err(), "twice {at}");
        let header = PacketHeader::new_fixed(pgp::types::Tag::Padding, 4);
        let padding = Padding::try_from_reader(header, &b"abcd"[..]).unwrap();
        let mut padded = packets.clone();
        padded.insert(at + 1, padding.into());
        assert!(Certificate::parse(&bytes(&padded)).is_err(), "padding after {at}");
    }
    let mut doubled = bytes(&packets);
    doubled.extend_from_slice(&bytes(&packets));
    assert!(Certificate::parse(&doubled).is_err());
    assert_eq!(Certificate::parse(&[]).unwrap_err(), CertificateError::Malformed);
    assert_eq!(
        Certificate::parse(&vec![0; 1 << 20]).unwrap_err(),
        CertificateError::Malformed
    );
}

#[test]
fn a_document_is_verified_with_its_time() {
    let (mut anna, mut eve) = (Maker::new(1), Maker::new(2));
    let certificate = Certificate::parse(&bytes(&anna.certificate(&[ANNA]))).unwrap();
    let sign = |maker: &mut Maker, more: Vec<SubpacketData>| -> Signature {
        let config = maker.config(SignatureType::Binary, more);
        config.sign(&maker.key, &Password::empty(), &b"document"[..]).unwrap()
    };
    let made = i64::from(MADE) * 1000;
    let signature = sign(&mut anna, vec![]);
    assert_eq!(certificate.verify(&signature, b"document"), Ok(made));
    let day = 24 * 60 * 60 * 1000;
    for now in [made - day, made, made + 10_000 * day] {
        assert_eq!(certificate.verify_at(&signature, b"document", now), Ok(made), "{now}");
    }
    for now in [made - day - 1, 0, i64::MIN] {
        let verified = certificate.verify_at(&signature, b"document", now);
        assert_eq!(verified, Err(CertificateError::SignedLater), "{now}");
    }
    assert_eq!(
        certificate.verify(&signature, b"Document"),
        Err(CertificateError::BadSignature)
    );
    assert_eq!(
        certificate.verify(&sign(&mut eve, vec![]), b"document"),
        Err(CertificateError::OtherSigner)
    );
    let odd = sign(&mut anna, vec![signs()]);
    assert_eq!(
        certificate.verify(&odd, b"document"),
        Err(CertificateError::Unsupported)
    );

    anna.at = MADE - 2 * 24 * 60 * 60;
    let early = sign(&mut anna, vec![]);
    assert_eq!(
        certificate.verify(&early, b"document"),
        Err(CertificateError::BadSignature)
    );
    // A certification is no signature of a document.
    let Packet::Signature(other) = anna.about(vec![]) else {
        unreachable!()
    };
    assert_eq!(
        certificate.verify(&other, b"document"),
        Err(CertificateError::Unsupported)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bit_can_be_flipped_and_nothing_panics(bit: prop::sample::Index, cut: prop::sample::Index, noise: Vec<u8>) {
        let mut written = bytes(&Maker::new(1).certificate(&[ANNA]));
        prop_assert!(Certificate::parse(&written[..cut.index(written.len())]).is_err());
        let bit = bit.index(written.len() * 8);
        written[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Certificate::parse(&written).is_err());
        prop_assert!(Certificate::parse(&noise).is_err());
    }
}
