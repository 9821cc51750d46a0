//! What is sealed, from outside: its one form, and all that only looks like it or does not.

use certificate::{
    Certificate, CertificateError, Fingerprint, SealedForm, SealedFormError, ensure_key_packet_for, ensure_sealed,
    ensure_sealed_for, subkey_of_verified,
};
use pgp::{
    composed::RawSessionKey,
    packet::{PacketTrait as _, PubKeyInner, PublicKeyEncryptedSessionKey, PublicSubkey, SignatureType},
    types::{Fingerprint as PgpFingerprint, KeyDetails as _, PublicParams},
};
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use crate::maker::{Maker, bytes, encrypts};

/// Every encoding of a point of Curve25519 whose order is small: 0, 1, the two of order 8, -1; and those not reduced by the
/// prime, or with the bit set that is not looked at.
fn small_order_points() -> Vec<[u8; 32]> {
    let minus = |last: u8| -> [u8; 32] {
        let mut point = [0xff; 32];
        (point[0], point[31]) = (last, 0x7f);
        point
    };
    let plus = |first: u8| -> [u8; 32] {
        let mut point = [0; 32];
        point[0] = first;
        point
    };
    let eighth = [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09,
        0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
    ];
    let other_eighth = [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44,
        0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57,
    ];
    let points = [
        plus(0),
        plus(1),
        eighth,
        other_eighth,
        minus(0xec),
        minus(0xed),
        minus(0xee),
    ];
    let high = points.map(|mut point| {
        point[31] |= 0x80;
        point
    });
    [points, high].concat()
}

fn key_packet(subkey: &PublicSubkey) -> Vec<u8> {
    let mut packet = Vec::new();
    PublicKeyEncryptedSessionKey::from_session_key_v6(
        ChaCha20Rng::seed_from_u64(5),
        &RawSessionKey::from(&[7; 32][..]),
        subkey,
    )
    .and_then(|key| key.to_writer_with_header(&mut packet))
    .unwrap();
    packet
}

fn fingerprint(subkey: &PublicSubkey) -> Fingerprint {
    match subkey.fingerprint() {
        PgpFingerprint::V6(bytes) => Fingerprint(bytes),
        _ => unreachable!(),
    }
}

/// Encrypted data with a body of that many bytes, its last pieces after some of 2^16.
fn sealed(body: usize) -> Vec<u8> {
    let content: Vec<u8> = [2, 9, 2, 10]
        .into_iter()
        .chain(std::iter::repeat(7))
        .take(body)
        .collect();
    let mut packet = vec![0xC0 | 18];
    let mut pieces = content.chunks_exact(1 << 16);
    for piece in pieces.by_ref() {
        packet.push(224 + 16);
        packet.extend(piece);
    }
    let last = pieces.remainder();
    packet.push(255);
    packet.extend(u32::try_from(last.len()).unwrap().to_be_bytes());
    packet.extend(last);
    packet
}

#[test]
fn what_is_not_sealed_is_refused() {
    for body in [52, 69, 100, 36 + 65_536 + 32, 36 + 65_536 + 16 + 17 + 16, 300_000] {
        assert_eq!(ensure_sealed(&sealed(body)), Ok(()), "{body}");
    }
    // No plaintext makes so many: a tag without anything that it authenticates.
    for body in [0, 4, 36, 51, 53, 68, 36 + 65_536 + 16 + 16 + 16] {
        assert_eq!(ensure_sealed(&sealed(body)), Err(SealedFormError::Truncated), "{body}");
    }
    assert_eq!(ensure_sealed(b""), Err(SealedFormError::Truncated));
    for plain in [&b"hello"[..], b"%PDF-1.7", b"{\"v\":1}", &[0; 100]] {
        assert_eq!(ensure_sealed(plain), Err(SealedFormError::Malformed));
    }
    let right = sealed(100);
    for (at, value) in [(6, 1), (7, 7), (8, 1), (8, 3), (9, 6), (9, 16)] {
        let mut other = right.clone();
        other[at] = value;
        assert_eq!(ensure_sealed(&other), Err(SealedFormError::Unsupported), "{at}");
    }
    for kind in [9, 20, 1, 8, 11] {
        let mut other = right.clone();
        other[0] = 0xC0 | kind;
        assert_eq!(ensure_sealed(&other), Err(SealedFormError::Malformed));
    }
    assert_eq!(
        ensure_sealed(&[&right[..], b"more"].concat()),
        Err(SealedFormError::Malformed)
    );
    assert_eq!(
        ensure_sealed(&[&right[..], &right].concat()),
        Err(SealedFormError::Malformed)
    );
}

#[test]
fn a_key_packet_is_for_the_key_that_it_is_to_be_for() {
    let (mut anna, ben) = (Maker::new(1), Maker::new(2));
    let (annas, bens) = (anna.subkey.public_key().clone(), ben.subkey.public_key().clone());
    let packet = key_packet(&annas);
    assert_eq!(ensure_key_packet_for(&packet, fingerprint(&annas)), Ok(()));
    assert_eq!(
        ensure_key_packet_for(&packet, fingerprint(&bens)),
        Err(SealedFormError::OtherKey)
    );
    // Not for the primary key, nor for nobody.
    let PgpFingerprint::V6(primary) = anna.key.fingerprint() else {
        unreachable!()
    };
    assert_eq!(
        ensure_key_packet_for(&packet, Fingerprint(primary)),
        Err(SealedFormError::OtherKey)
    );
    for other in [
        &b"hello"[..],
        b"",
        &packet[..100],
        &[&packet[..], &packet].concat(),
        &sealed(100),
    ] {
        let refused = ensure_key_packet_for(other, fingerprint(&annas)).unwrap_err();
        assert_eq!(refused, SealedFormError::Malformed);
    }
    let whole = bytes(&anna.certificate(&["anna@example.test"]));
    assert_eq!(subkey_of_verified(&whole), Some(fingerprint(&annas)));
    assert_eq!(subkey_of_verified(&packet), None);

    let parcel = [&packet[..], &sealed(100)].concat();
    assert_eq!(ensure_sealed_for(&parcel, fingerprint(&annas)), Ok(()));
    assert_eq!(
        ensure_sealed_for(&parcel, fingerprint(&bens)),
        Err(SealedFormError::OtherKey)
    );
    for other in [
        &packet[..],
        b"",
        b"hello",
        &[&packet[..], b"hello"].concat(),
        &sealed(100),
    ] {
        assert!(ensure_sealed_for(other, fingerprint(&annas)).is_err());
    }
}

#[test]
fn a_point_of_small_order_hides_nothing() {
    let points = small_order_points();
    assert_eq!(points.len(), 14);
    for point in points {
        let mut anna = Maker::new(1);
        let (kept, made) = (anna.subkey.public_key().clone(), anna.subkey.created_at());
        let PublicParams::MlKem768X25519(mut params) = kept.public_params().clone() else {
            unreachable!()
        };
        params.x25519_key = point.into();
        let inner = PubKeyInner::new(
            kept.version(),
            kept.algorithm(),
            made,
            None,
            PublicParams::MlKem768X25519(params),
        );
        let weak = PublicSubkey::from_inner(inner.unwrap()).unwrap();
        let mut packets = anna.certificate(&["anna@example.test"]);
        packets[5] = anna.binds(&weak, SignatureType::SubkeyBinding, vec![encrypts()]);
        packets[4] = weak.into();
        assert_eq!(
            Certificate::parse(&bytes(&packets)).unwrap_err(),
            CertificateError::Unsupported,
            "{point:?}"
        );

        // Head of three bytes, version, length of what follows, version of the key, its fingerprint, algorithm.
        let mut packet = key_packet(&kept);
        packet[39..71].copy_from_slice(&point);
        assert_eq!(
            ensure_key_packet_for(&packet, fingerprint(&kept)),
            Err(SealedFormError::WeakPoint),
            "{point:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However it arrives, and however it is framed.
    #[test]
    fn it_is_told_alike_in_pieces(
        body in prop_oneof![0_usize..200, 65_500_usize..65_700, 131_000_usize..131_300],
        cuts: Vec<prop::sample::Index>,
        noise: Vec<u8>,
        flip: Option<(prop::sample::Index, u8)>,
    ) {
        let mut bytes = sealed(body);
        bytes.extend(&noise);
        if let Some((at, bit)) = flip {
            let at = at.index(bytes.len());
            bytes[at] ^= bit;
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let mut form = SealedForm::default();
        let taken = cuts.windows(2).try_for_each(|cut| form.take(&bytes[cut[0]..cut[1]]));
        prop_assert_eq!(taken.and_then(|()| form.end()), ensure_sealed(&bytes));
    }
}
