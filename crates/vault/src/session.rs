//! Session keys and the key packets that carry them to their recipients.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certificate::{Certificate, Fingerprint, SealedFormError, parse_key_packet};
use pgp::{
    composed::{PlainSessionKey, RawSessionKey},
    packet::{PacketTrait as _, PublicKeyEncryptedSessionKey},
    types::{DecryptionKey as _, EskType},
};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use wire::{Millis, ids::AccountId};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::{
    Error,
    keyring::{AccountKey, no_password},
};

/// The 256-bit key of one message (cover and body) or of one file.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub struct SessionKey(pub(crate) [u8; 32]);

impl SessionKey {
    /// A fresh one.
    pub fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    /// The key as text, to be kept in sealed things only.
    pub fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    /// Reads [`SessionKey::to_base64`].
    pub fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| Error::Malformed)?);
        Self::from_slice(&bytes)
    }

    pub(crate) fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        let mut key = Self([0; 32]);
        if bytes.len() != key.0.len() {
            return Err(Error::Malformed);
        }
        key.0.copy_from_slice(bytes);
        Ok(key)
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey(…)")
    }
}

impl Serialize for SessionKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_base64())
    }
}

impl<'de> Deserialize<'de> for SessionKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = String::deserialize(deserializer)?;
        let key = Self::from_base64(&text).map_err(de::Error::custom);
        text.zeroize();
        key
    }
}

/// What lets one certificate open a sealed message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPacket {
    /// The account that it is for.
    pub account: AccountId,
    /// The certificate it was made for.
    pub fingerprint: Fingerprint,
    /// An OpenPGP version 6 public-key encrypted session key packet (RFC 9580 section 5.1.2).
    pub packet: Vec<u8>,
}

/// Hands `key` to the owner of `certificate`, unless it has expired by `now` or is of a later time. For readers who were
/// checked, and parcels.
pub(crate) fn key_packet(
    key: &SessionKey,
    certificate: &Certificate,
    now: Millis,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    certificate.check_at(now)?;
    // Also the own one's: what is signed by a clock that is before the key, no reader takes.
    certificate.ensure_made_before(now)?;
    let raw = RawSessionKey::from(&key.0[..]);
    let mut packet = Vec::with_capacity(1280);
    PublicKeyEncryptedSessionKey::from_session_key_v6(rng, &raw, certificate.encryption_key())
        .and_then(|pkesk| pkesk.to_writer_with_header(&mut packet))
        .map_err(|_| Error::Unsupported)?;
    Ok(packet)
}

/// Takes the session key out of a key packet with whichever of `keys` it was made for.
pub(crate) fn open_key_packet(keys: &[AccountKey], packet: &[u8]) -> Result<SessionKey, Error> {
    let pkesk = parse_key_packet(packet).map_err(|error| match error {
        SealedFormError::Malformed | SealedFormError::Truncated => Error::Malformed,
        SealedFormError::Unsupported | SealedFormError::OtherKey | SealedFormError::WeakPoint => Error::Unsupported,
    })?;
    let key = keys
        .iter()
        .find(|key| pkesk.match_identity(key.decryption_key().public_key()))
        .ok_or(Error::WrongKey)?;
    let values = pkesk.values().map_err(|_| Error::Unsupported)?;
    let opened = key.decryption_key().decrypt(&no_password(), values, EskType::V6);
    match opened {
        Ok(Ok(PlainSessionKey::V6 { ref key })) => SessionKey::from_slice(key.as_ref()),
        _ => Err(Error::Damaged),
    }
}
