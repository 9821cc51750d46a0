//! Sealed letters in stock, so that sealing takes no time while sending is measured.

use std::fmt::Write as _;

use anyhow::{Context as _, Result};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;
use vault::{Addressee, Certificate, Correspondent, Letter, Readers, Vault};
use wire::{
    Millis,
    ids::AccountId,
    people::{Recipient, RecipientKind},
};

use crate::people::Person;

/// A letter of 2 kB, sealed to everybody once. Each message is these bytes under an id of its own: the portal cannot
/// tell, and stores every one.
pub struct Stationery {
    pub cover: Vec<u8>,
    pub body: Vec<u8>,
    /// By the position of the person.
    pub packets: Vec<Vec<u8>>,
    cover_text: String,
    body_text: String,
    packet_texts: Vec<String>,
}

impl Stationery {
    pub fn seal(people: &[Person], now: Millis) -> Result<Self> {
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let first = people.first().context("nobody to seal for")?;
        // The writer is nobody here.
        let writer = "stationery@clinic.test";
        let vault = Vault::create(AccountId(Uuid::from_u128(0)), &writer.parse()?, now, &mut rng)?;
        let certificates: Vec<_> = people
            .iter()
            .map(|person| (person.account, &person.certificate))
            .collect();
        let readers = readers(&vault, AccountId(Uuid::from_u128(0)), &certificates)?;
        let letter = letter(writer, &first.address, 2_000)?;
        let message = Uuid::from_u128(1).to_string().parse()?;
        let sealed = vault.seal(&letter, message, "Dr Anna Berg", &readers, now, &mut rng)?;
        // In the order of the people; the writer's own comes last.
        let packets: Vec<_> = sealed
            .key_packets
            .into_iter()
            .take(people.len())
            .map(|made| made.packet)
            .collect();
        let packet_texts = people.iter().zip(&packets).map(|(person, packet)| {
            let Person {
                account, fingerprint, ..
            } = person;
            format!(
                r#"{{"account":"{account}","fingerprint":"{fingerprint}","packet":"{}"}}"#,
                STANDARD.encode(packet)
            )
        });
        Ok(Self {
            cover_text: STANDARD.encode(&sealed.cover),
            body_text: STANDARD.encode(&sealed.body),
            packet_texts: packet_texts.collect(),
            cover: sealed.cover,
            body: sealed.body,
            packets,
        })
    }

    /// The request that sends it.
    pub fn request(&self, people: &[Person], message: Uuid, sender: usize, recipients: &[usize]) -> Bytes {
        let mut json = String::with_capacity(8_000 + 2_000 * recipients.len());
        // Writing to a String does not fail.
        let _ = write!(json, r#"{{"id":"{message}","from":"{}","to":["#, people[sender].address);
        for (position, &recipient) in recipients.iter().enumerate() {
            let comma = if position > 0 { "," } else { "" };
            let _ = write!(json, r#"{comma}"{}""#, people[recipient].address);
        }
        json.push_str(r#"],"key_packets":["#);
        json.push_str(&self.packet_texts[sender]);
        for &recipient in recipients {
            json.push(',');
            json.push_str(&self.packet_texts[recipient]);
        }
        let _ = write!(json, r#"],"cover":"{}","body":"{}"}}"#, self.cover_text, self.body_text);
        Bytes::from(json)
    }
}

/// Whom a letter goes to, as an honest portal would answer: each under the first address of the certificate.
pub fn readers(of: &Vault, own: AccountId, to: &[(AccountId, &Certificate)]) -> Result<Readers> {
    let answer = to
        .iter()
        .map(|&(account, certificate)| {
            let user_id = certificate.user_ids().next().context("a key without an address")?;
            Ok(Recipient {
                address: user_id.parse()?,
                account,
                name: None,
                standing: RecipientKind::Registered,
                certificate: certificate.reduced_to(user_id)?.to_bytes().into(),
                predecessors: vec![],
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let addressees: Vec<Addressee> = answer.iter().map(|one| one.address.clone().into()).collect();
    Ok(of.check_readers(own, &addressees, &answer, None)?)
}

/// A letter with a text of that many bytes.
pub fn letter(from: &str, to: &str, size: usize) -> Result<Letter> {
    let line = "Ferritin is 41 ug/l, where 15 to 150 are usual; TSH is 1.8 mU/l.\n";
    Ok(Letter {
        from: Correspondent {
            name: Some("Dr Anna Berg".into()),
            address: from.parse()?,
        },
        to: vec![Correspondent {
            name: Some("Gina Marsh".into()),
            address: to.parse()?,
        }],
        cc: vec![],
        subject: "Your blood test of last Thursday".into(),
        text: line.chars().cycle().take(size).collect(),
        html: None,
        files: vec![],
    })
}
