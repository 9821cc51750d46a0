//! The outer form of what is sealed: as much of it as can be checked by whoever cannot open it.

use pgp::{
    crypto::public_key::PublicKeyAlgorithm,
    packet::{Packet, PacketParser, PacketTrait as _, PublicKeyEncryptedSessionKey},
    types::{Fingerprint as PgpFingerprint, KeyDetails as _, PkeskBytes},
};

use crate::{Fingerprint, profile};

/// The packet type of encrypted data (RFC 9580 section 5.13).
pub const ENCRYPTED_DATA_TYPE: u8 = 18;

/// How encrypted data begins: version 2, AES-256, OCB, chunks of 2^(10+6) octets. No other is written or read.
pub const ENCRYPTED_DATA_HEAD: [u8; 4] = [2, 9, 2, 10];

/// How many bytes of salt follow the head.
pub const SALT_BYTES: usize = 32;

/// How many bytes of plaintext are authenticated together, and how many bytes long each authentication is.
const AEAD_CHUNK_BYTES: u64 = 1 << 16;
const AEAD_TAG_BYTES: u64 = 16;

/// Why bytes are not sealed as everything here is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealedFormError {
    /// Not exactly one packet of the kind, in its one spelling.
    #[error("it is not one OpenPGP packet of what is sealed")]
    Malformed,
    /// Of another version, cipher, mode or chunk size.
    #[error("it is sealed in another way than the one that is taken")]
    Unsupported,
    /// It ends early.
    #[error("it is cut short")]
    Truncated,
    /// A key packet for another key.
    #[error("the key packet is for another key than the recipient's current one")]
    OtherKey,
    /// A key packet whose secret anybody knows: its point is of small order.
    #[error("the key packet hides nothing")]
    WeakPoint,
}

/// The length of a piece of a packet's body (RFC 9580 section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PieceLength {
    /// How many octets it has.
    pub octets: u64,
    /// Whether the body ends with it.
    pub is_last: bool,
}

impl PieceLength {
    /// Reads one from wherever octets come from.
    ///
    /// # Errors
    /// Where none came.
    pub fn read<E>(mut octet: impl FnMut() -> Result<u8, E>) -> Result<Self, E> {
        let first = octet()?;
        let octets = match first {
            0..192 => first.into(),
            192..224 => ((u64::from(first) - 192) << 8) + u64::from(octet()?) + 192,
            224..255 => 1 << (first & 0x1F),
            255 => {
                let mut length = 0;
                for _ in 0..4 {
                    length = length << 8 | u64::from(octet()?);
                }
                length
            }
        };
        let is_last = !(224..255).contains(&first);
        Ok(Self { octets, is_last })
    }
}

/// Looks at encrypted data as it arrives: one packet of the one suite, framed to its end, as long as its chunks make it.
/// What is inside nobody can tell who lacks the key.
#[derive(Debug, Default)]
pub struct SealedForm {
    has_type: bool,
    /// The octets so far of a length that has not arrived whole.
    length: Vec<u8>,
    piece: Option<PieceLength>,
    /// How much of the body has arrived.
    body: u64,
}

impl SealedForm {
    /// Takes what arrived next.
    ///
    /// # Errors
    /// As soon as it cannot be sealed.
    pub fn take(&mut self, mut bytes: &[u8]) -> Result<(), SealedFormError> {
        while let Some((&first, rest)) = bytes.split_first() {
            if !self.has_type {
                if first != 0xC0 | ENCRYPTED_DATA_TYPE {
                    return Err(SealedFormError::Malformed);
                }
                (self.has_type, bytes) = (true, rest);
                continue;
            }
            match &mut self.piece {
                Some(PieceLength {
                    octets: 0,
                    is_last: true,
                }) => return Err(SealedFormError::Malformed),
                Some(PieceLength { octets, .. }) if *octets > 0 => {
                    let here = bytes.len().min(usize::try_from(*octets).unwrap_or(usize::MAX));
                    *octets -= here as u64;
                    let (piece, after) = bytes.split_at(here);
                    self.look_at(piece)?;
                    bytes = after;
                }
                _ => {
                    self.length.push(first);
                    bytes = rest;
                    let mut octets = self.length.iter().copied();
                    if let Ok(piece) = PieceLength::read(|| octets.next().ok_or(())) {
                        self.piece = Some(piece);
                        self.length.clear();
                    }
                }
            }
        }
        Ok(())
    }

    fn look_at(&mut self, piece: &[u8]) -> Result<(), SealedFormError> {
        let from = usize::try_from(self.body).unwrap_or(usize::MAX);
        let head = ENCRYPTED_DATA_HEAD.get(from..).unwrap_or_default();
        if head.iter().zip(piece).any(|(wanted, is)| wanted != is) {
            return Err(SealedFormError::Unsupported);
        }
        self.body += piece.len() as u64;
        Ok(())
    }

    /// Whether all has arrived.
    ///
    /// # Errors
    /// Where it has not, or where no plaintext makes so many bytes.
    pub fn end(self) -> Result<(), SealedFormError> {
        let is_whole = matches!(
            self.piece,
            Some(PieceLength {
                octets: 0,
                is_last: true
            })
        );
        let before = (ENCRYPTED_DATA_HEAD.len() + SALT_BYTES) as u64 + AEAD_TAG_BYTES;
        let chunks = self.body.checked_sub(before).filter(|_| is_whole);
        let last = chunks.ok_or(SealedFormError::Truncated)? % (AEAD_CHUNK_BYTES + AEAD_TAG_BYTES);
        match last == 0 || last > AEAD_TAG_BYTES {
            true => Ok(()),
            false => Err(SealedFormError::Truncated),
        }
    }
}

/// Sees that bytes are encrypted data of the one suite, as far as that can be seen from outside.
///
/// # Errors
/// Where they are not.
pub fn ensure_sealed(bytes: &[u8]) -> Result<(), SealedFormError> {
    let mut form = SealedForm::default();
    form.take(bytes)?;
    form.end()
}

/// Sees that bytes are a parcel from outside: one key packet for the key of that fingerprint, and encrypted data behind it.
///
/// # Errors
/// Where they are not.
pub fn ensure_sealed_for(bytes: &[u8], subkey: Fingerprint) -> Result<(), SealedFormError> {
    let data = data_behind_key_packet(bytes)?;
    ensure_key_packet_for(&bytes[..bytes.len() - data.len()], subkey)?;
    ensure_sealed(data)
}

/// What follows a key packet. One of another length form than a key packet has in its one spelling is refused with it.
fn data_behind_key_packet(bytes: &[u8]) -> Result<&[u8], SealedFormError> {
    let mut octets = bytes.get(1..).unwrap_or_default().iter();
    let length = PieceLength::read(|| octets.next().copied().ok_or(SealedFormError::Truncated))?;
    let rest = octets.as_slice();
    let end = usize::try_from(length.octets).ok().filter(|_| length.is_last);
    rest.get(end.ok_or(SealedFormError::Malformed)?..)
        .ok_or(SealedFormError::Truncated)
}

/// Reads a key packet of the one kind: version 6, ML-KEM-768+X25519, for a named key, in its one spelling.
///
/// # Errors
/// Where it is none, or where its point is one that gives everybody the same secret.
pub fn parse_key_packet(bytes: &[u8]) -> Result<PublicKeyEncryptedSessionKey, SealedFormError> {
    let mut packets = PacketParser::new(bytes);
    let (Some(Ok(Packet::PublicKeyEncryptedSessionKey(packet))), None) = (packets.next(), packets.next()) else {
        return Err(SealedFormError::Malformed);
    };
    // Padding, trailing bytes and second spellings are refused with everything else that nobody writes.
    let mut canonical = Vec::with_capacity(bytes.len());
    if packet.to_writer_with_header(&mut canonical).is_err() || canonical != bytes {
        return Err(SealedFormError::Malformed);
    }
    match &packet {
        PublicKeyEncryptedSessionKey::V6 {
            fingerprint: Some(_),
            pk_algo: PublicKeyAlgorithm::MlKem768X25519,
            values: PkeskBytes::MlKem768X25519 { ecdh_ciphertext, .. },
            ..
        } if profile::is_of_small_order(ecdh_ciphertext) => Err(SealedFormError::WeakPoint),
        PublicKeyEncryptedSessionKey::V6 {
            fingerprint: Some(_),
            pk_algo: PublicKeyAlgorithm::MlKem768X25519,
            ..
        } => Ok(packet),
        _ => Err(SealedFormError::Unsupported),
    }
}

/// Sees that bytes are a key packet for the key of that fingerprint.
///
/// # Errors
/// Where they are none, or one for another key.
pub fn ensure_key_packet_for(bytes: &[u8], subkey: Fingerprint) -> Result<(), SealedFormError> {
    match parse_key_packet(bytes)? {
        PublicKeyEncryptedSessionKey::V6 {
            fingerprint: Some(PgpFingerprint::V6(named)),
            ..
        } if named == subkey.0 => Ok(()),
        _ => Err(SealedFormError::OtherKey),
    }
}

/// The fingerprint of the subkey in the bytes of a certificate that was verified when it was stored. Nothing is verified
/// here: this is for looking at many of one's own.
pub fn subkey_of_verified(certificate: &[u8]) -> Option<Fingerprint> {
    let mut packets = PacketParser::new(certificate);
    packets.find_map(|packet| match packet {
        Ok(Packet::PublicSubkey(subkey)) => match subkey.fingerprint() {
            PgpFingerprint::V6(bytes) => Some(Fingerprint(bytes)),
            _ => None,
        },
        _ => None,
    })
}
