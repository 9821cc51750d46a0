//! Parcels: secret keys sealed to a certificate, handed into a keyring.

use certificate::Certificate;
use pgp::packet::{Packet, PacketParser};
use pgp::ser::Serialize as _;
use rand::{CryptoRng, RngCore};
use wire::Millis;
use zeroize::Zeroizing;

use crate::{
    Error,
    keyring::{AccountKey, MAX_KEYS},
    seipd,
    session::{SessionKey, key_packet, open_key_packet},
    signed::{read_literal, write_literal},
};

/// Seals keys to the owner of `recipient`: an OpenPGP message that holds their transferable secret keys, one after the
/// other.
///
/// Not signed. A parcel can only add keys that open more, and nobody is harmed by being able to open more.
pub fn seal_parcel(
    keys: &[AccountKey],
    recipient: &Certificate,
    now: Millis,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    if keys.len() > MAX_KEYS {
        return Err(Error::TooManyKeys);
    }
    let session_key = SessionKey::generate(rng);
    let mut parcel = key_packet(&session_key, recipient, now, rng)?;
    let secrets = keys
        .iter()
        .map(AccountKey::to_short_bytes)
        .collect::<Result<Vec<_>, _>>()?;
    // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
    let length = secrets.iter().map(|secret| secret.len()).sum();
    let mut together = Zeroizing::new(Vec::with_capacity(length));
    for secret in &secrets {
        together.extend_from_slice(secret);
    }
    let mut literal = Zeroizing::new(Vec::with_capacity(length + 64));
    write_literal(&together, &mut literal).map_err(|_| Error::Unsupported)?;
    parcel.append(&mut seipd::encrypt(&session_key.0, &literal, rng)?);
    Ok(parcel)
}

/// Opens a parcel with whichever of `keys` it was sealed to. One key in it that cannot be used fails the whole.
pub fn open_parcel(keys: &[AccountKey], parcel: &[u8]) -> Result<Vec<AccountKey>, Error> {
    let packet = PacketParser::new(parcel).next();
    let Some(Ok(pkesk @ Packet::PublicKeyEncryptedSessionKey(_))) = packet else {
        return Err(Error::Malformed);
    };
    let (key_packet, data) = parcel.split_at_checked(pkesk.write_len()).ok_or(Error::Malformed)?;
    let session_key = open_key_packet(keys, key_packet)?;
    AccountKey::parse_all(&read_literal(&seipd::decrypt(&session_key.0, data)?)?)
}
