use certificate::{CertificateError, Fingerprint};
use wire::Address;

/// Somebody whose key is not the one that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangedKey {
    /// Under which address the message would go to them.
    pub address: Address,
    /// The address that the other key is remembered under, where that is not the same.
    pub formerly: Option<Address>,
    /// The fingerprint that is remembered.
    pub before: Fingerprint,
    /// The fingerprint now.
    pub now: Fingerprint,
}

/// Why nothing may be sealed to what the portal answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadersError {
    /// It answered an address that was not asked about.
    #[error("the portal names {0} as a recipient, whom you did not write to")]
    NotAsked(Address),
    /// It left an address out.
    #[error("the portal says nothing of {0}, whom you wrote to")]
    NotAnswered(Address),
    /// It answered one address twice.
    #[error("the portal names {0} twice")]
    AnsweredTwice(Address),
    /// The certificate stands for another address.
    #[error("the key that the portal names for {0} belongs to another address")]
    OtherUserId(Address),
    /// The writer's own account or key is named for an address that the writer does not have.
    #[error("the portal says that {0} is an address of yours, and your key does not say so")]
    OwnForAnother(Address),
    /// Another key is named as that of the writer's own account.
    #[error("the portal names another key than yours as that of your own account, for {0}")]
    OtherKeyAsOwn(Address),
    /// An address of the writer's is named as somebody else's.
    #[error("the portal says that {0}, an address of yours, is somebody else's")]
    OwnAddressElsewhere(Address),
    /// One account is named with two keys, or one key for two accounts.
    #[error("the portal names two keys for one account, or one key for two, for {0}")]
    SeveralKeys(Address),
    /// A certificate that cannot be used.
    #[error("the key that the portal names for {0} cannot be used: {1}")]
    Certificate(Address, CertificateError),
    /// Nothing was found out about these former addresses yet, and what was answered cannot be told right from wrong
    /// without. Ask the portal about each of them, and check again with what it answers.
    #[error("the portal must be asked about former addresses first")]
    FormerNeeded(Vec<Address>),
    /// Keys are not the ones that are remembered, nor do those say that they follow.
    #[error("keys are not the ones last seen")]
    KeysChanged(Vec<ChangedKey>),
}

impl ReadersError {
    /// A stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAsked(_) => "recipient-not-asked",
            Self::NotAnswered(_) => "recipient-not-answered",
            Self::AnsweredTwice(_) => "recipient-answered-twice",
            Self::OtherUserId(_) => "key-of-another-address",
            Self::OwnForAnother(_) => "own-key-for-another",
            Self::OtherKeyAsOwn(_) => "another-key-as-own",
            Self::OwnAddressElsewhere(_) => "own-address-elsewhere",
            Self::SeveralKeys(_) => "several-keys",
            Self::Certificate(..) => "key-unusable",
            Self::FormerNeeded(_) => "former-needed",
            Self::KeysChanged(_) => "keys-changed",
        }
    }

    /// Whether it may come of the writer's own addresses having changed since the client heard of them. Look at the
    /// account, certify what it has now, and check the same answer again.
    pub fn may_be_out_of_date(&self) -> bool {
        matches!(self, Self::OwnForAnother(_) | Self::OwnAddressElsewhere(_))
    }

    /// The addresses that it is about.
    pub fn addresses(&self) -> Vec<&Address> {
        match self {
            Self::NotAsked(address)
            | Self::NotAnswered(address)
            | Self::AnsweredTwice(address)
            | Self::OtherUserId(address)
            | Self::OwnForAnother(address)
            | Self::OtherKeyAsOwn(address)
            | Self::OwnAddressElsewhere(address)
            | Self::SeveralKeys(address)
            | Self::Certificate(address, _) => vec![address],
            Self::FormerNeeded(addresses) => addresses.iter().collect(),
            Self::KeysChanged(keys) => keys.iter().map(|key| &key.address).collect(),
        }
    }
}
