//! The people of the tests.

use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use vault::{Correspondent, Letter, SealedMessage, Vault};
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, MessageId},
    sessions::ParcelOrigin,
};

pub const NOW: Millis = 1_764_000_000_000;

pub fn rng(seed: u64) -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(seed)
}

pub fn address(text: &str) -> Address {
    text.parse().unwrap()
}

pub fn message(n: u8) -> MessageId {
    format!("0199ad0e-1f7a-7000-8000-0000000000{n:02x}").parse().unwrap()
}

/// The account of everybody here: whose vault is whose is asked where it matters.
pub fn account() -> AccountId {
    AccountId(uuid::Uuid::nil())
}

/// The claim by which one absorbs another.
pub fn claim() -> ClaimId {
    ClaimId(uuid::Uuid::nil())
}

/// What a whole keyring comes of.
pub fn absorbed() -> ParcelOrigin {
    ParcelOrigin::Claim { claim: claim() }
}

/// What a waiting key comes of.
pub fn invited(name: &str) -> ParcelOrigin {
    ParcelOrigin::Invitation {
        account: account(),
        address: address(&format!("{name}@example.test")),
    }
}

pub fn person(name: &str, seed: u64) -> Vault {
    Vault::create(
        account(),
        &address(&format!("{name}@example.test")),
        NOW,
        &mut rng(seed),
    )
    .unwrap()
}

pub fn correspondent(name: &str) -> Correspondent {
    Correspondent {
        name: Some(name.to_owned()),
        address: address(&format!("{name}@example.test")),
    }
}

pub fn letter() -> Letter {
    Letter {
        from: correspondent("anna"),
        to: vec![correspondent("ben")],
        cc: vec![Correspondent {
            name: None,
            address: address("üdo@bücher.test"),
        }],
        subject: "Größe der Lieferung".into(),
        text: "Hello Ben,\n\nten of them, please.\n\n-- \nAnna".into(),
        html: Some("<p>Hello Ben,</p>\n<p>ten of them, please.</p>".into()),
        files: vec![],
    }
}

/// Anna's message 1 to Ben.
pub struct Sent {
    pub anna: Vault,
    pub ben: Vault,
    pub sealed: SealedMessage,
}

pub fn sent() -> Sent {
    let (anna, ben) = (person("anna", 1), person("ben", 2));
    let sealed = anna
        .seal(
            &letter(),
            message(1),
            "Anna A.",
            &[ben.certificate().clone()],
            NOW,
            &mut rng(3),
        )
        .unwrap();
    Sent { anna, ben, sealed }
}

impl Sent {
    /// Ben's key packet.
    pub fn key_packet(&self) -> &[u8] {
        let fingerprint = self.ben.certificate().fingerprint();
        &self
            .sealed
            .key_packets
            .iter()
            .find(|packet| packet.fingerprint == fingerprint)
            .unwrap()
            .packet
    }
}
