//! Account keys with their secret halves, as OpenPGP transferable secret keys (RFC 9580 section 10.2).

use std::fmt;

use certificate::{Certificate, CertificateError, Fingerprint};
use pgp::{
    composed::KeyType,
    crypto::{aead::AeadAlgorithm, hash::HashAlgorithm, sym::SymmetricKeyAlgorithm},
    packet::{
        Features, KeyFlags, Packet, PacketParser, PacketTrait as _, PubKeyInner, PublicKey, PublicSubkey, SecretKey,
        SecretSubkey, SignatureConfig, SignatureType, Subpacket, SubpacketData, UserId,
    },
    ser::Serialize as _,
    types::{KeyDetails as _, KeyVersion, Password, PlainSecretParams, PublicParams, SecretParams, Tag, Timestamp},
};
use rand::{CryptoRng, RngCore};
use wire::{Address, Millis};
use zeroize::Zeroizing;

use crate::Error;

/// How many keys a parcel holds at most. A key comes with each account absorbed, and with each address that mail waited
/// for, and an account has at most [`MAX_ADDRESSES`] at a time.
pub(crate) const MAX_KEYS: usize = 256;

/// How many addresses an account has at most.
const MAX_ADDRESSES: usize = 50;

/// One account key: certificate and secret halves. rPGP wipes the latter when they are dropped.
pub struct AccountKey {
    primary: SecretKey,
    subkey: SecretSubkey,
    certificate: Certificate,
}

impl AccountKey {
    /// Makes a key for `address`.
    pub fn generate(address: &Address, now: Millis, rng: &mut (impl CryptoRng + RngCore)) -> Result<Self, Error> {
        make(address, timestamp(now)?, rng).map_err(|_| Error::Unsupported)?
    }

    /// Its public half.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Reads a transferable secret key, and checks that both secret halves fit the certificate.
    pub fn parse(bytes: &[u8]) -> Result<Self, Error> {
        let packets = PacketParser::new(bytes).collect::<Result<Vec<_>, _>>();
        let key = Self::from_packets(packets.map_err(|_| Error::Malformed)?)?;
        // Nothing that the parser skipped, nothing spelled in two ways, no second key.
        match *key.to_bytes() == bytes {
            true => Ok(key),
            false => Err(Error::Malformed),
        }
    }

    fn from_packets(packets: Vec<Packet>) -> Result<Self, Error> {
        let (mut primary, mut subkey) = (None, None);
        let public = packets
            .into_iter()
            .map(|packet| match packet {
                Packet::SecretKey(key) => {
                    let public = Packet::PublicKey(key.public_key().clone());
                    primary = Some(key);
                    Ok(public)
                }
                Packet::SecretSubkey(key) => {
                    let public = Packet::PublicSubkey(key.public_key().clone());
                    subkey = Some(key);
                    Ok(public)
                }
                Packet::Signature(_) | Packet::UserId(_) => Ok(packet),
                _ => Err(Error::Malformed),
            })
            .collect::<Result<Vec<_>, _>>()?;
        let (Some(primary), Some(subkey)) = (primary, subkey) else {
            return Err(Error::Malformed);
        };
        let key = Self {
            primary,
            subkey,
            certificate: Certificate::from_packets(public)?,
        };
        let fits = halves_fit(key.primary.secret_params(), key.primary.public_params())
            && halves_fit(key.subkey.secret_params(), key.subkey.public_params());
        if fits { Ok(key) } else { Err(Error::Malformed) }
    }

    /// Makes the certificate anew for these addresses, the first of them the primary one. Key, subkey and what the key
    /// says of itself stay as they are, and so does the fingerprint.
    pub(crate) fn certify(
        &mut self,
        addresses: &[Address],
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(), Error> {
        let repeated = |(at, address): (usize, &Address)| addresses[..at].contains(address);
        if addresses.is_empty() || addresses.len() > MAX_ADDRESSES || addresses.iter().enumerate().any(repeated) {
            return Err(Error::Malformed);
        }
        let now = timestamp(now)?;
        // Key and direct-key signature, User IDs and their certifications, subkey and binding.
        let mut packets: Vec<Packet> = PacketParser::new(&self.certificate.to_bytes()[..]).flatten().collect();
        let subkey = packets.split_off(packets.len().saturating_sub(2));
        packets.truncate(2);
        for (at, address) in addresses.iter().enumerate() {
            let certified = certified(&self.primary, address, at == 0, now, rng).map_err(|_| Error::Unsupported)?;
            packets.extend(certified);
        }
        packets.extend(subkey);
        self.certificate = Certificate::from_packets(packets)?;
        Ok(())
    }

    /// Takes a certificate of this very key, as the portal has it, in place of the one here, for its User IDs. Not the key
    /// alone: an owner's certificate stands for an address.
    pub(crate) fn adopt(&mut self, certificate: &Certificate) -> Result<(), Error> {
        let same = certificate.without_user_ids() == self.certificate.without_user_ids();
        if !same || certificate.user_ids().len() == 0 {
            return Err(Error::WrongCertificate);
        }
        self.certificate = certificate.clone();
        Ok(())
    }

    /// The transferable secret key.
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        self.write(&self.certificate)
    }

    /// The transferable secret key with its first User ID alone, which keeps a keyring of many keys small.
    pub(crate) fn to_short_bytes(&self) -> Result<Zeroizing<Vec<u8>>, Error> {
        let first = self.certificate.user_ids().next().unwrap_or_default();
        Ok(self.write(&self.certificate.reduced_to(first)?))
    }

    fn write(&self, certificate: &Certificate) -> Zeroizing<Vec<u8>> {
        let public = certificate.to_bytes();
        let mut bytes = Zeroizing::new(Vec::with_capacity(public.len() + 256));
        for packet in PacketParser::new(&public[..]).flatten() {
            let written = match packet {
                Packet::PublicKey(_) => self.primary.to_writer_with_header(&mut *bytes),
                Packet::PublicSubkey(_) => self.subkey.to_writer_with_header(&mut *bytes),
                other => other.to_writer(&mut *bytes),
            };
            debug_assert!(written.is_ok(), "a Vec takes all that is written to it");
        }
        bytes
    }

    /// The secret half that signs.
    pub(crate) fn signing_key(&self) -> &SecretKey {
        &self.primary
    }

    /// The secret half that decrypts.
    pub(crate) fn decryption_key(&self) -> &SecretSubkey {
        &self.subkey
    }

    /// The certificate's fingerprint.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountKey({})", self.certificate.fingerprint())
    }
}

/// OpenPGP counts whole seconds in 32 bits.
pub(crate) fn timestamp(now: Millis) -> Result<Timestamp, Error> {
    u32::try_from(now.div_euclid(1000))
        .map(Timestamp::from_secs)
        .map_err(|_| Error::Unsupported)
}

/// OpenPGP keys may be locked with a password of their own; these lie in a sealed vault instead.
pub(crate) fn no_password() -> Password {
    Password::empty()
}

fn make(
    address: &Address,
    now: Timestamp,
    rng: &mut (impl CryptoRng + RngCore),
) -> pgp::errors::Result<Result<AccountKey, Error>> {
    let (public, secret) = KeyType::Ed25519.generate(&mut *rng)?;
    let inner = PubKeyInner::new(KeyVersion::V6, KeyType::Ed25519.to_alg(), now, None, public)?;
    let primary = SecretKey::new(PublicKey::from_inner(inner)?, secret)?;

    let (public, secret) = KeyType::MlKem768X25519.generate(&mut *rng)?;
    let inner = PubKeyInner::new(KeyVersion::V6, KeyType::MlKem768X25519.to_alg(), now, None, public)?;
    let subkey = SecretSubkey::new(PublicSubkey::from_inner(inner)?, secret)?;

    let public = primary.public_key();
    let about = self_signature(&primary, now, SignatureType::Key, about_the_key()?, rng)?.sign_key(
        &primary,
        &no_password(),
        public,
    )?;
    let [user_id, certification] = certified(&primary, address, true, now, rng)?;
    let binding = self_signature(&primary, now, SignatureType::SubkeyBinding, about_the_subkey()?, rng)?
        .sign_subkey_binding(&primary, public, &no_password(), subkey.public_key())?;

    let packets: [Packet; 6] = [
        Packet::PublicKey(public.clone()),
        Packet::Signature(about),
        user_id,
        certification,
        Packet::PublicSubkey(subkey.public_key().clone()),
        Packet::Signature(binding),
    ];
    Ok(Certificate::from_packets(packets)
        .map(|certificate| AccountKey {
            primary,
            subkey,
            certificate,
        })
        .map_err(|error: CertificateError| error.into()))
}

/// An address as a User ID, and the key's certification of it.
fn certified(
    primary: &SecretKey,
    address: &Address,
    is_primary: bool,
    now: Timestamp,
    rng: &mut (impl CryptoRng + RngCore),
) -> pgp::errors::Result<[Packet; 2]> {
    let user_id = UserId::from_str(Default::default(), address.as_typed())?;
    let about = match is_primary {
        true => vec![Subpacket::regular(SubpacketData::IsPrimary(true))?],
        false => vec![],
    };
    let certification = self_signature(primary, now, SignatureType::CertPositive, about, rng)?.sign_certification(
        primary,
        primary.public_key(),
        &no_password(),
        Tag::UserId,
        &user_id,
    )?;
    Ok([user_id.into(), certification.into()])
}

/// Capabilities and preferences stand in the direct-key signature (RFC 9580 section 10.1.1).
fn about_the_key() -> pgp::errors::Result<Vec<Subpacket>> {
    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    flags.set_sign(true);
    let mut features = Features::default();
    features.set_seipd_v2(true);
    Ok(vec![
        Subpacket::critical(SubpacketData::KeyFlags(flags))?,
        Subpacket::regular(SubpacketData::Features(features))?,
        Subpacket::regular(SubpacketData::PreferredSymmetricAlgorithms(
            [SymmetricKeyAlgorithm::AES256][..].into(),
        ))?,
        Subpacket::regular(SubpacketData::PreferredHashAlgorithms(
            [HashAlgorithm::Sha512][..].into(),
        ))?,
        Subpacket::regular(SubpacketData::PreferredAeadAlgorithms(
            [(SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb)][..].into(),
        ))?,
    ])
}

fn about_the_subkey() -> pgp::errors::Result<Vec<Subpacket>> {
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
    Ok(vec![Subpacket::critical(SubpacketData::KeyFlags(flags))?])
}

fn self_signature(
    primary: &SecretKey,
    now: Timestamp,
    kind: SignatureType,
    subpackets: Vec<Subpacket>,
    rng: &mut (impl CryptoRng + RngCore),
) -> pgp::errors::Result<SignatureConfig> {
    let mut config = signature_config(primary, now, kind, rng)?;
    config.hashed_subpackets.extend(subpackets);
    Ok(config)
}

/// A signature of this kind by `primary`: SHA-512, its time and its issuer and nothing else.
pub(crate) fn signature_config(
    primary: &SecretKey,
    now: Timestamp,
    kind: SignatureType,
    rng: &mut (impl CryptoRng + RngCore),
) -> pgp::errors::Result<SignatureConfig> {
    let mut config = SignatureConfig::v6(rng, kind, primary.algorithm(), HashAlgorithm::Sha512)?;
    config.hashed_subpackets = vec![
        Subpacket::critical(SubpacketData::SignatureCreationTime(now))?,
        Subpacket::regular(SubpacketData::IssuerFingerprint(primary.fingerprint()))?,
    ];
    Ok(config)
}

/// A secret half that does not belong to its public half could make signatures that betray the key (the "KOpenPGP"
/// attack), and rPGP does not compare them.
fn halves_fit(secret: &SecretParams, public: &PublicParams) -> bool {
    match (secret, public) {
        (SecretParams::Plain(PlainSecretParams::Ed25519(secret)), PublicParams::Ed25519(public)) => {
            pgp::types::Ed25519PublicParams::from(secret) == *public
        }
        (SecretParams::Plain(PlainSecretParams::MlKem768X25519(secret)), PublicParams::MlKem768X25519(public)) => {
            pgp::types::MlKem768X25519PublicParams::from(secret) == *public
        }
        _ => false,
    }
}
