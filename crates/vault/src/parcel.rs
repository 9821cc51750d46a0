//! Parcels: secret keys sealed to a certificate, handed into a keyring.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certificate::{Certificate, Fingerprint};
use pgp::packet::{Packet, PacketParser};
use pgp::ser::Serialize as _;
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use wire::{Address, Millis, sessions::ParcelOrigin};
use zeroize::Zeroizing;

use crate::{
    Error,
    keyring::{AccountKey, MAX_KEYS},
    seipd,
    session::{SessionKey, key_packet, open_key_packet},
    signed,
};

const VERSION: u8 = 1;
const KIND: &str = "parcel";

/// What a giver signs. Nothing else that is signed can be taken for it, nor it for anything else.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Json {
    v: u8,
    kind: String,
    origin: ParcelOrigin,
    /// The fingerprint of the certificate that it is sealed to.
    receiver: String,
    /// Transferable secret keys in base64, the giver's own first.
    keys: Vec<Zeroizing<String>>,
}

/// Seals keys to the owner of `receiver`: an OpenPGP message that holds their transferable secret keys, signed by the
/// first of them, which is the giver's own. The signature says what the parcel comes of and whom it is for, so that none
/// is passed off as another.
pub fn seal_parcel(
    keys: &[AccountKey],
    origin: &ParcelOrigin,
    receiver: &Certificate,
    now: Millis,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Vec<u8>, Error> {
    if keys.len() > MAX_KEYS {
        return Err(Error::TooManyKeys);
    }
    let giver = keys.first().ok_or(Error::Malformed)?;
    let encoded = |key: &AccountKey| Ok(Zeroizing::new(STANDARD.encode(&*key.to_short_bytes()?)));
    let json = Json {
        v: VERSION,
        kind: KIND.to_owned(),
        origin: origin.clone(),
        receiver: receiver.fingerprint().to_string(),
        keys: keys.iter().map(encoded).collect::<Result<_, Error>>()?,
    };
    // Long enough from the start: a growing Vec leaves copies behind that nobody wipes.
    let length: usize = json.keys.iter().map(|key| key.len() + 3).sum();
    let mut document = Zeroizing::new(Vec::with_capacity(length + 1024));
    serde_json::to_writer(&mut *document, &json).map_err(|_| Error::Malformed)?;
    let session_key = SessionKey::generate(rng);
    let signed = signed::sign(&document, giver, now, rng)?;
    let mut parcel = key_packet(&session_key, receiver, now, rng)?;
    parcel.append(&mut seipd::encrypt(&session_key.0, &signed, rng)?);
    Ok(parcel)
}

/// Opens a parcel with whichever of `keys` it was sealed to. One key in it that cannot be used fails the whole.
/// [`Error::ForeignParcel`] where its giver did not sign it, or did for another origin or receiver.
pub fn open_parcel(keys: &[AccountKey], parcel: &[u8], origin: &ParcelOrigin) -> Result<Vec<AccountKey>, Error> {
    let packet = PacketParser::new(parcel).next();
    let Some(Ok(pkesk @ Packet::PublicKeyEncryptedSessionKey(_))) = packet else {
        return Err(Error::Malformed);
    };
    let (key_packet, data) = parcel.split_at_checked(pkesk.write_len()).ok_or(Error::Malformed)?;
    let session_key = open_key_packet(keys, key_packet)?;
    let signed = seipd::decrypt(&session_key.0, data)?;
    let own = |fingerprint: Fingerprint| keys.iter().any(|key| key.fingerprint() == fingerprint);
    read(&signed, origin, own)
}

/// Reads what is inside a parcel.
pub(crate) fn read(
    signed: &[u8],
    origin: &ParcelOrigin,
    is_own: impl Fn(Fingerprint) -> bool,
) -> Result<Vec<AccountKey>, Error> {
    let document = signed::document(signed)?;
    let json: Json = serde_json::from_slice(&document).map_err(|_| Error::Malformed)?;
    if json.v != VERSION || json.kind != KIND {
        return Err(Error::Unsupported);
    }
    if json.keys.len() > MAX_KEYS {
        return Err(Error::TooManyKeys);
    }
    let given = json.keys.iter().map(|key| decode(key)).collect::<Result<Vec<_>, _>>()?;
    let giver = given.first().ok_or(Error::Malformed)?;
    signed::verify(signed, giver.certificate()).map_err(|error| match error {
        Error::BadSignature | Error::UnknownSenderKey => Error::ForeignParcel,
        other => other,
    })?;
    let receiver: Fingerprint = json.receiver.parse().map_err(|_| Error::Malformed)?;
    let stands_for_address = match &json.origin {
        ParcelOrigin::Claim { .. } => true,
        // However whoever invited, and whoever claimed it since, spelled it.
        ParcelOrigin::Invitation { address, .. } => giver
            .certificate()
            .user_ids()
            .all(|user_id| user_id.parse::<Address>().is_ok_and(|own| own == *address)),
    };
    if json.origin != *origin || !is_own(receiver) || !stands_for_address {
        return Err(Error::ForeignParcel);
    }
    Ok(given)
}

/// One key, as a parcel and a vault hold it.
pub(crate) fn decode(key: &str) -> Result<AccountKey, Error> {
    AccountKey::parse(&Zeroizing::new(STANDARD.decode(key).map_err(|_| Error::Malformed)?))
}
