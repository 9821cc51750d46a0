//! Parcels: secret keys sealed to a certificate, handed into a keyring.

use certificate::Certificate;
use pgp::packet::{Packet, PacketParser};
use pgp::ser::Serialize as _;
use rand::{CryptoRng, RngCore};
use wire::Millis;
use zeroize::Zeroizing;

use crate::{
    Error,
    keyring::AccountKey,
    seipd,
    session::{SessionKey, key_packet, open_key_packet},
    signed::{read_literal, write_literal},
};

/// Seals a key to the owner of `recipient`: an OpenPGP message that holds its transferable secret key.
///
/// Not signed. A parcel can only add a key that opens more, and nobody is harmed by being able to open more.
pub fn seal_parcel(
    key: &AccountKey,
    recipient: &Certificate,
    now: Millis,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    let session_key = SessionKey::generate(rng);
    let mut parcel = key_packet(&session_key, recipient, now, rng)?.packet;
    let secret = key.to_bytes();
    let mut literal = Zeroizing::new(Vec::with_capacity(secret.len() + 64));
    write_literal(&secret, &mut literal).map_err(|_| Error::Unsupported)?;
    parcel.append(&mut seipd::encrypt(&session_key.0, &literal, rng)?);
    Ok(parcel)
}

/// Opens a parcel with whichever of `keys` it was sealed to.
pub fn open_parcel(keys: &[AccountKey], parcel: &[u8]) -> Result<AccountKey, Error> {
    let packet = PacketParser::new(parcel).next();
    let Some(Ok(pkesk @ Packet::PublicKeyEncryptedSessionKey(_))) = packet else {
        return Err(Error::Malformed);
    };
    let (key_packet, data) = parcel.split_at_checked(pkesk.write_len()).ok_or(Error::Malformed)?;
    let session_key = open_key_packet(keys, key_packet)?;
    AccountKey::parse(&read_literal(&seipd::decrypt(&session_key.0, data)?)?)
}
