//! What the sequences call things. The portal gives everything a random id; a name says what it is, and is the same in the
//! model, whatever the order of two who do something at once.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use wire::{
    Address, Sha256,
    ids::{AccountId, ActivationId, ClaimId, MessageId, ParcelId},
};

/// One of the six addresses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Addr(pub u8);

/// As they are typed. Four belong to the people of the beginning; two are nobody's.
const TYPED: [&str; 6] = [
    "anna@example.test",
    "Ben@example.test",
    "carl@example.test",
    "dora@example.test",
    "Eve@Example.test",
    "fay@example.test",
];

impl Addr {
    pub const ALL: [Self; 6] = [Self(0), Self(1), Self(2), Self(3), Self(4), Self(5)];

    pub fn typed(self) -> &'static str {
        TYPED[usize::from(self.0)]
    }

    pub fn address(self) -> Address {
        self.typed().parse().unwrap()
    }

    /// By any form that the database holds one in.
    pub fn of(text: &str) -> Self {
        let found = TYPED.iter().position(|typed| typed.eq_ignore_ascii_case(text));
        Self(u8::try_from(found.unwrap_or_else(|| panic!("{text} is none of the six"))).unwrap())
    }
}

impl fmt::Debug for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = self.typed().to_lowercase();
        f.write_str(&typed[..=typed.find('@').unwrap()])
    }
}

/// An account.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// One of the people of the beginning: the one who registered with that address.
    First(Addr),
    /// The one that was made when somebody invited an address, by how often it had been before.
    Invited(Addr, u8),
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::First(address) | Self::Invited(address, _)) = self;
        let address = format!("{address:?}");
        f.write_str(address.trim_end_matches('@'))?;
        match self {
            Self::First(_) => Ok(()),
            Self::Invited(_, before) => write!(f, "-{before}"),
        }
    }
}

/// A key that messages are sealed to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The key of a registered account.
    Own(Who),
    /// The key that mail for an invited account waits under.
    Waiting(Who),
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Own(who) => write!(f, "{who:?}'s key"),
            Self::Waiting(who) => write!(f, "{who:?}'s waiting key"),
        }
    }
}

/// A claim: whose, on which address, after how many on the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimName {
    pub of: Who,
    pub on: Addr,
    pub before: u8,
}

impl fmt::Debug for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}'s claim {} on {:?}", self.of, self.before, self.on)
    }
}

/// A link that was mailed for a claim, by how many were before.
pub type Link = (ClaimName, u8);

/// What names a parcel: what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Contents {
    /// The key that an invited account's mail waited under.
    WaitingKey(Who),
    /// The keyring of an account that was absorbed.
    Keyring(Who),
}

/// Numbers of things that a test makes itself.
pub type Session = u32;
pub type Activation = u32;
pub type Proof = u32;
pub type Message = u32;

pub fn message_id(message: Message) -> MessageId {
    MessageId(uuid::Uuid::from_u128(u128::from(message)))
}

/// Names for what stands in the database, and the secrets that only their receivers have.
#[derive(Clone, Default)]
pub struct Names {
    pub accounts: HashMap<AccountId, Who>,
    pub account_ids: BTreeMap<Who, AccountId>,
    /// By fingerprint.
    pub keys: HashMap<String, Key>,
    pub fingerprints: BTreeMap<Key, String>,
    pub claims: HashMap<ClaimId, ClaimName>,
    pub claim_ids: BTreeMap<ClaimName, ClaimId>,
    pub numbers: BTreeMap<ClaimName, String>,
    /// Links, proofs and sessions by the hashes of their secrets.
    pub links: HashMap<Sha256, Link>,
    pub tokens: BTreeMap<Link, [u8; 32]>,
    pub proofs: HashMap<Sha256, Proof>,
    pub proof_secrets: BTreeMap<Proof, [u8; 32]>,
    pub sessions: HashMap<Sha256, Session>,
    pub bearers: BTreeMap<Session, String>,
    /// By the hashes of their tokens.
    pub activations: HashMap<Sha256, Activation>,
    pub activation_ids: BTreeMap<Activation, ActivationId>,
    pub parcels: BTreeMap<Contents, ParcelId>,
}

impl Names {
    pub fn account(&mut self, id: AccountId, who: Who) {
        self.accounts.insert(id, who);
        self.account_ids.insert(who, id);
    }

    pub fn key(&mut self, fingerprint: &str, key: Key) {
        self.keys.insert(fingerprint.to_owned(), key);
        self.fingerprints.insert(key, fingerprint.to_owned());
    }

    pub fn link(&mut self, claim: ClaimName, token: [u8; 32]) {
        let before = self.tokens.range((claim, 0)..=(claim, u8::MAX)).count();
        let link = (claim, u8::try_from(before).unwrap());
        self.links.insert(Sha256::of(&token), link);
        self.tokens.insert(link, token);
    }

    pub fn proof(&mut self, proof: Proof, secret: [u8; 32]) {
        self.proofs.insert(Sha256::of(&secret), proof);
        self.proof_secrets.insert(proof, secret);
    }

    pub fn activation(&mut self, activation: Activation, token: [u8; 32], id: ActivationId) {
        self.activations.insert(Sha256::of(&token), activation);
        self.activation_ids.insert(activation, id);
    }

    pub fn session(&mut self, session: Session, bearer: String) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let secret = URL_SAFE_NO_PAD.decode(&bearer).unwrap();
        self.sessions.insert(Sha256::of(&secret), session);
        self.bearers.insert(session, bearer);
    }
}
