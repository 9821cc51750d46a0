//! Makes certificates of every shape, right and wrong.

use pgp::{
    composed::KeyType,
    crypto::hash::HashAlgorithm,
    packet::{
        KeyFlags, Packet, PubKeyInner, PublicKey, PublicSubkey, SecretKey, SecretSubkey, SignatureConfig,
        SignatureType, Subpacket, SubpacketData, UserId,
    },
    ser::Serialize as _,
    types::{Duration, KeyDetails as _, KeyVersion, Password, Tag, Timestamp},
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

/// When every key here was made.
pub const MADE: u32 = 1_764_000_000;

/// Somebody who certifies.
pub struct Maker {
    pub key: SecretKey,
    pub subkey: SecretSubkey,
    rng: ChaCha20Rng,
    pub hash: HashAlgorithm,
    pub at: u32,
}

impl Maker {
    pub fn new(seed: u64) -> Self {
        Self::with(seed, KeyVersion::V6, KeyType::Ed25519, KeyType::MlKem768X25519)
    }

    pub fn with(seed: u64, version: KeyVersion, primary: KeyType, subkey: KeyType) -> Self {
        let mut rng = ChaCha20Rng::seed_from_u64(seed);
        let made = Timestamp::from_secs(MADE);
        let (public, secret) = primary.generate(&mut rng).unwrap();
        let inner = PubKeyInner::new(version, primary.to_alg(), made, None, public).unwrap();
        let key = SecretKey::new(PublicKey::from_inner(inner).unwrap(), secret).unwrap();
        let (public, secret) = subkey.generate(&mut rng).unwrap();
        let inner = PubKeyInner::new(version, subkey.to_alg(), made, None, public).unwrap();
        let subkey = SecretSubkey::new(PublicSubkey::from_inner(inner).unwrap(), secret).unwrap();
        Self {
            key,
            subkey,
            rng,
            hash: HashAlgorithm::Sha512,
            at: MADE,
        }
    }

    pub fn public(&self) -> Packet {
        Packet::PublicKey(self.key.public_key().clone())
    }

    pub fn public_subkey(&self) -> Packet {
        Packet::PublicSubkey(self.subkey.public_key().clone())
    }

    pub fn config(&mut self, kind: SignatureType, more: Vec<SubpacketData>) -> SignatureConfig {
        let mut config = match self.key.version() {
            KeyVersion::V6 => SignatureConfig::v6(&mut self.rng, kind, self.key.algorithm(), self.hash).unwrap(),
            _ => SignatureConfig::v4(kind, self.key.algorithm(), self.hash),
        };
        let mut all = vec![
            SubpacketData::SignatureCreationTime(Timestamp::from_secs(self.at)),
            SubpacketData::IssuerFingerprint(self.key.fingerprint()),
        ];
        all.extend(more);
        config.hashed_subpackets = all.into_iter().map(|data| Subpacket::regular(data).unwrap()).collect();
        config
    }

    pub fn about(&mut self, more: Vec<SubpacketData>) -> Packet {
        self.key_signature(SignatureType::Key, more)
    }

    pub fn key_signature(&mut self, kind: SignatureType, more: Vec<SubpacketData>) -> Packet {
        let config = self.config(kind, more);
        config
            .sign_key(&self.key, &Password::empty(), self.key.public_key())
            .unwrap()
            .into()
    }

    /// A certification of somebody's User ID.
    pub fn certifies(&mut self, whose: &PublicKey, id: &UserId, kind: SignatureType) -> Packet {
        let config = self.config(kind, vec![]);
        config
            .sign_certification(&self.key, whose, &Password::empty(), Tag::UserId, id)
            .unwrap()
            .into()
    }

    pub fn certifies_own(&mut self, id: &UserId, kind: SignatureType) -> Packet {
        let own = self.key.public_key().clone();
        self.certifies(&own, id, kind)
    }

    pub fn binds(&mut self, subkey: &PublicSubkey, kind: SignatureType, more: Vec<SubpacketData>) -> Packet {
        let config = self.config(kind, more);
        let own = self.key.public_key().clone();
        config
            .sign_subkey_binding(&self.key, &own, &Password::empty(), subkey)
            .unwrap()
            .into()
    }

    /// The packets of a certificate as it should be.
    pub fn certificate(&mut self, addresses: &[&str]) -> Vec<Packet> {
        let mut packets = vec![self.public(), self.about(vec![signs()])];
        for address in addresses {
            let id = user_id(address);
            let certification = self.certifies_own(&id, SignatureType::CertPositive);
            packets.extend([id.into(), certification]);
        }
        let subkey = self.subkey.public_key().clone();
        let binding = self.binds(&subkey, SignatureType::SubkeyBinding, vec![encrypts()]);
        packets.extend([subkey.into(), binding]);
        packets
    }
}

pub fn user_id(text: &str) -> UserId {
    UserId::from_str(Default::default(), text).unwrap()
}

pub fn signs() -> SubpacketData {
    let mut flags = KeyFlags::default();
    flags.set_certify(true);
    flags.set_sign(true);
    SubpacketData::KeyFlags(flags)
}

pub fn encrypts() -> SubpacketData {
    let mut flags = KeyFlags::default();
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
    SubpacketData::KeyFlags(flags)
}

pub fn lives_for(seconds: u64) -> SubpacketData {
    SubpacketData::KeyExpirationTime(Duration::try_from(std::time::Duration::from_secs(seconds)).unwrap())
}

pub fn bytes(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for packet in packets {
        packet.to_writer(&mut bytes).unwrap();
    }
    bytes
}
