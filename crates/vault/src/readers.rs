//! Whom a message is sealed to. The portal answers which key an address has, and it may lie: this is the one rule that
//! its answer has to pass, and the only place where a message's key packets are made.

mod error;

use std::{collections::BTreeMap, fmt};

use certificate::{Certificate, Fingerprint};
use rand::{CryptoRng, RngCore};
use wire::{
    Address, Millis,
    claims::Predecessor,
    ids::AccountId,
    people::{Recipient, RecipientKind},
};

pub use self::error::{ChangedKey, ReadersError};
use crate::{Error, KeyPacket, SessionKey, Sight, Vault, seal::stands_for, session::key_packet, succession};

/// Somebody whom a message is to go to, as its writer has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addressee {
    /// The address that the message goes to.
    pub address: Address,
    /// The address that the writer knows the person under, where the portal said that the other one is theirs now.
    pub formerly: Option<Address>,
}

/// How a writer knows the key of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquaintance {
    /// It is the writer's own.
    Own,
    /// It is the one that is remembered.
    Known,
    /// The one that is remembered says that it follows.
    Successor,
    /// Nothing is remembered: the portal's word is all that there is. Name the reader before sealing.
    FirstContact,
}

/// One address that a message is sealed to.
#[derive(Clone, PartialEq, Eq)]
pub struct Reader {
    /// As the writer typed it.
    pub address: Address,
    /// Whose the portal says it is.
    pub account: AccountId,
    /// What the portal calls them.
    pub name: Option<String>,
    /// Whether the portal says that they have registered. Until then, the key is one in its custody.
    pub standing: RecipientKind,
    /// How the writer knows the key.
    pub acquaintance: Acquaintance,
    certificate: Certificate,
}

/// Whom a message may be sealed to: what [`Vault::check_readers`] let pass, and nothing else. It is good for the vault
/// that checked it.
#[derive(Clone, PartialEq, Eq)]
pub struct Readers {
    account: AccountId,
    own: Certificate,
    readers: Vec<Reader>,
}

impl Vault {
    /// Checks what the portal answered to *who has these addresses* (`POST /recipients`), and makes of it whom a message
    /// may be sealed to.
    ///
    /// `account` is the writer's own. The answer must name exactly the addressees, each once, each under a key of its own
    /// address or of none; the writer's own key where the address is the writer's, and nowhere else; and the key that is
    /// remembered, or one that this one says follows it. Somebody known under a former address is held to the key that is
    /// remembered there: `former` is what the portal answered about such addresses, where it was asked.
    ///
    /// # Errors
    /// [`ReadersError::FormerNeeded`] where it has to be asked; the others say what is wrong. Of several wrongs one is
    /// named, but of changed keys all.
    pub fn check_readers(
        &self,
        account: AccountId,
        addressees: &[Addressee],
        answer: &[Recipient],
        former: Option<&[Recipient]>,
    ) -> Result<Readers, ReadersError> {
        ensure_exactly_those_asked(addressees, answer)?;
        let own = self.certificate();
        let mut readers = Vec::with_capacity(answer.len());
        for recipient in answer {
            let certificate = certificate_of(recipient)?;
            self.ensure_own_is_own(account, recipient, &certificate)?;
            readers.push(Reader {
                address: recipient.address.clone(),
                account: recipient.account,
                name: recipient.name.clone(),
                standing: recipient.standing,
                acquaintance: Acquaintance::Own,
                certificate,
            });
        }
        ensure_one_key_an_account(&readers)?;
        let (mut needed, mut changed) = (Vec::new(), Vec::new());
        for (reader, recipient) in readers.iter_mut().zip(answer) {
            // Also one's own: else a portal that names a correspondent's address as one's own kept letters from them.
            match self.acquaintance(addressees, recipient, reader.fingerprint(), former) {
                Ok(_) if reader.account == account => {}
                Ok(acquaintance) => reader.acquaintance = acquaintance,
                Err(Unknown::Needed(address)) => needed.push(address),
                Err(Unknown::Changed(key)) => changed.push(*key),
            }
        }
        if !needed.is_empty() {
            return Err(ReadersError::FormerNeeded(needed));
        }
        if !changed.is_empty() {
            return Err(ReadersError::KeysChanged(changed));
        }
        Ok(Readers {
            account,
            own: own.clone(),
            readers,
        })
    }

    /// Those of the addressees of whom no key is remembered: what [`Vault::check_readers`] will call first contact,
    /// whatever the portal answers. For telling a writer before the portal is asked.
    pub fn first_contacts<'a>(&self, addressees: &'a [Addressee]) -> Vec<&'a Address> {
        let mut found: Vec<&Address> = Vec::new();
        for Addressee { address, .. } in addressees {
            let own = stands_for(self.certificate(), address);
            if !own && !found.contains(&address) && self.is_first_contact(addressees, address) {
                found.push(address);
            }
        }
        found
    }

    /// Remembers the keys of readers who are new, or whose key follows another. Where this changed anything, the vault
    /// wants to be stored.
    ///
    /// Not those of whom the portal says that they have not registered: their key is custody's, and gives way when they
    /// do.
    pub fn remember_readers(&mut self, readers: &Readers) -> bool {
        let mut any = false;
        for reader in readers
            .iter()
            .filter(|reader| reader.standing == RecipientKind::Registered)
        {
            if reader.acquaintance != Acquaintance::Own {
                any |= self.remember(&reader.address, reader.fingerprint());
            }
        }
        any
    }

    /// Takes a changed key as that of the person from now on, who was asked.
    pub fn accept(&mut self, key: &ChangedKey) -> bool {
        let addresses = [Some(&key.address), key.formerly.as_ref()];
        addresses.into_iter().flatten().fold(false, |any, address| {
            let changed = self.remember(address, key.now);
            any || changed
        })
    }

    /// Whether own is named as own, and nobody else's.
    fn ensure_own_is_own(
        &self,
        account: AccountId,
        recipient: &Recipient,
        certificate: &Certificate,
    ) -> Result<(), ReadersError> {
        let address = || recipient.address.clone();
        let own_address = stands_for(self.certificate(), &recipient.address);
        let own_account = recipient.account == account;
        let own_key = certificate.fingerprint() == self.certificate().fingerprint();
        match (own_address, own_account, own_key) {
            (true, true, true) | (false, false, false) => Ok(()),
            (_, true, false) => Err(ReadersError::OtherKeyAsOwn(address())),
            (true, false, _) => Err(ReadersError::OwnAddressElsewhere(address())),
            (false, ..) => Err(ReadersError::OwnForAnother(address())),
        }
    }

    /// How the key that somebody is said to have is known, under their address and under each former one.
    fn acquaintance(
        &self,
        addressees: &[Addressee],
        recipient: &Recipient,
        key: Fingerprint,
        former: Option<&[Recipient]>,
    ) -> Result<Acquaintance, Unknown> {
        let changed = |formerly: Option<&Address>, before| {
            Unknown::Changed(Box::new(ChangedKey {
                address: recipient.address.clone(),
                formerly: formerly.cloned(),
                before,
                now: key,
            }))
        };
        let mut follows = false;
        match self.seen_for_sealing(&recipient.address, key, &parse_predecessors(&recipient.predecessors)) {
            Sight::First | Sight::Same | Sight::Unconfirmed => {}
            Sight::Succeeded { .. } => follows = true,
            Sight::Changed { before } => return Err(changed(None, before)),
        }
        // What the portal says of the new address is no proof that the person of the old one has it.
        for address in former_addresses(addressees, &recipient.address) {
            let Some(before) = self.newest_key(address).filter(|before| *before != key) else {
                continue;
            };
            let former = former.ok_or_else(|| Unknown::Needed(address.clone()))?;
            let predecessors = predecessors_at(address, recipient.account, former);
            if !succession::lead(&succession::steps(address, &predecessors), before, key) {
                return Err(changed(Some(address), before));
            }
            follows = true;
        }
        Ok(match follows {
            _ if self.is_first_contact(addressees, &recipient.address) => Acquaintance::FirstContact,
            true => Acquaintance::Successor,
            false => Acquaintance::Known,
        })
    }

    /// Whether nothing is remembered that a key of this address could be held to. Who is known under a former address
    /// alone is held to the key of that one; who is not known there is not known to be the same.
    fn is_first_contact(&self, addressees: &[Addressee], address: &Address) -> bool {
        let mut former = former_addresses(addressees, address).peekable();
        match former.peek() {
            None => self.newest_key(address).is_none(),
            Some(_) => former.any(|address| self.newest_key(address).is_none()),
        }
    }

    /// The key that something to this address would be sealed to without a question.
    fn newest_key(&self, address: &Address) -> Option<Fingerprint> {
        if stands_for(self.certificate(), address) {
            return Some(self.certificate().fingerprint());
        }
        self.newest_seen(address)
    }
}

impl Readers {
    /// Each address, once.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Reader> {
        self.readers.iter()
    }

    /// Those whose key nothing vouches for but the portal. Name them before sealing.
    pub fn first_contacts(&self) -> impl Iterator<Item = &Reader> {
        self.iter()
            .filter(|reader| reader.acquaintance == Acquaintance::FirstContact)
    }

    /// The reader under that address.
    pub fn at(&self, address: &Address) -> Option<&Reader> {
        self.iter().find(|reader| reader.address == *address)
    }

    /// Hands `key` to each reader's account and to the writer's own, which comes last, unless a certificate has expired by
    /// `now`.
    pub fn key_packets(
        &self,
        key: &SessionKey,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Vec<KeyPacket>, Error> {
        let mut packets: Vec<KeyPacket> = Vec::with_capacity(self.readers.len() + 1);
        let others = self.iter().filter(|reader| reader.account != self.account);
        let others = others.map(|reader| (reader.account, &reader.certificate));
        for (account, certificate) in others.chain([(self.account, &self.own)]) {
            if packets.iter().all(|packet| packet.account != account) {
                packets.push(KeyPacket {
                    account,
                    fingerprint: certificate.fingerprint(),
                    packet: key_packet(key, certificate, now, rng)?,
                });
            }
        }
        Ok(packets)
    }

    /// Whether that vault checked them.
    pub(crate) fn are_of(&self, own: &Certificate) -> bool {
        self.own.fingerprint() == own.fingerprint()
    }
}

impl Reader {
    /// Of the key that the message is sealed to.
    pub fn fingerprint(&self) -> Fingerprint {
        self.certificate.fingerprint()
    }
}

impl fmt::Debug for Readers {
    /// Who somebody writes to stays out of logs and errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Readers({})", self.readers.len())
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reader({:?})", self.acquaintance)
    }
}

impl From<Address> for Addressee {
    fn from(address: Address) -> Self {
        Self {
            address,
            formerly: None,
        }
    }
}

/// Why somebody's key is not known to be theirs.
enum Unknown {
    /// The portal was not asked about this former address.
    Needed(Address),
    Changed(Box<ChangedKey>),
}

fn ensure_exactly_those_asked(addressees: &[Addressee], answer: &[Recipient]) -> Result<(), ReadersError> {
    for (at, recipient) in answer.iter().enumerate() {
        if addressees.iter().all(|one| one.address != recipient.address) {
            return Err(ReadersError::NotAsked(recipient.address.clone()));
        }
        if answer[..at].iter().any(|earlier| earlier.address == recipient.address) {
            return Err(ReadersError::AnsweredTwice(recipient.address.clone()));
        }
    }
    match addressees
        .iter()
        .find(|one| answer.iter().all(|recipient| recipient.address != one.address))
    {
        Some(one) => Err(ReadersError::NotAnswered(one.address.clone())),
        None => Ok(()),
    }
}

/// Other addresses that whoever is written to under this one is known under.
fn former_addresses<'a>(addressees: &'a [Addressee], address: &'a Address) -> impl Iterator<Item = &'a Address> {
    addressees
        .iter()
        .filter(move |one| one.address == *address)
        .filter_map(|one| one.formerly.as_ref())
        .filter(move |former| *former != address)
}

/// The certificate, which names that address or none.
fn certificate_of(recipient: &Recipient) -> Result<Certificate, ReadersError> {
    let certificate = Certificate::parse(recipient.certificate.as_ref())
        .map_err(|error| ReadersError::Certificate(recipient.address.clone(), error))?;
    let named = |id: &str| id.parse::<Address>().is_ok_and(|named| named == recipient.address);
    if !certificate.user_ids().all(named) {
        return Err(ReadersError::OtherUserId(recipient.address.clone()));
    }
    Ok(certificate)
}

fn ensure_one_key_an_account(readers: &[Reader]) -> Result<(), ReadersError> {
    let (mut keys, mut accounts) = (BTreeMap::new(), BTreeMap::new());
    for reader in readers {
        let key = reader.fingerprint();
        if *keys.entry(reader.account).or_insert(key) != key
            || *accounts.entry(key.0).or_insert(reader.account) != reader.account
        {
            return Err(ReadersError::SeveralKeys(reader.address.clone()));
        }
    }
    Ok(())
}

/// What the keys say that a former address had before, where the portal says that it is that account's now.
fn predecessors_at(address: &Address, account: AccountId, former: &[Recipient]) -> Vec<(Certificate, Vec<u8>)> {
    former
        .iter()
        .filter(|one| one.address == *address && one.account == account)
        .flat_map(|one| parse_predecessors(&one.predecessors))
        .collect()
}

/// Those that are certificates at all: one that is not says nothing of its successor.
pub fn parse_predecessors(predecessors: &[Predecessor]) -> Vec<(Certificate, Vec<u8>)> {
    let parsed = predecessors.iter().filter_map(|one| {
        let certificate = Certificate::parse(one.certificate.as_ref()).ok()?;
        Some((certificate, one.statement.as_ref().to_vec()))
    });
    parsed.collect()
}
