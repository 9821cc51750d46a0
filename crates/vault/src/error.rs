use std::io;

use certificate::CertificateError;

use crate::password_rules::PasswordRule;

/// Everything that can go wrong with sealed things. No variant carries secret or personal data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The password is not the account's.
    #[error("the password is wrong")]
    WrongPassword,
    /// The password is not one to choose.
    #[error(transparent)]
    Password(#[from] PasswordRule),
    /// The portal has passwords stretched less than a client takes: whoever has its records would guess them.
    #[error("the portal protects passwords less than this program takes; nothing was given to it")]
    WeakStretching,
    /// The portal has passwords stretched more than a client can bear.
    #[error("the portal asks for more work on a password than this program does")]
    ExcessiveStretching,
    /// The portal says that it is reached elsewhere than the client reaches it.
    #[error("the portal is reached under another address than this one: use the one that you were given")]
    OtherOrigin,
    /// No key here opens it: it is meant for somebody else, or the key was never handed over.
    #[error("no key here opens this")]
    WrongKey,
    /// Its authentication fails: altered, or sealed under another key than the one that came with it.
    #[error("this was altered, or belongs to something else")]
    Damaged,
    /// It ends before its end.
    #[error("this is cut short")]
    Truncated,
    /// Not in the form that this crate seals in.
    #[error("this is not in a form that can be read")]
    Malformed,
    /// In a form, version or algorithm that this version does not know.
    #[error("this was made in a way that this version does not support")]
    Unsupported,
    /// The signature does not fit the content.
    #[error("the signature is not valid")]
    BadSignature,
    /// Signed by another key than the sender's certificate holds.
    #[error("this was signed by another key than the sender's")]
    UnknownSenderKey,
    /// The sender's certificate does not stand for the address in From.
    #[error("the sender's key does not belong to the address it was sent from")]
    WrongSender,
    /// Cover or body of another message.
    #[error("this belongs to another message")]
    WrongMessage,
    /// Another file than the message names.
    #[error("this is another file than the message names")]
    WrongFile,
    /// Not a certificate that the account's own key can have: of another key, or without an address.
    #[error("this is not a certificate of the account's own key")]
    WrongCertificate,
    /// What was just sealed does not open again: it is not posted.
    #[error("what was sealed does not open again, so that nobody could have read it")]
    NotOpenable,
    /// More keys than a parcel holds.
    #[error("these are more keys than can be handed over")]
    TooManyKeys,
    /// The vault of another account than the one that is signed in.
    #[error("this is the vault of another account")]
    ForeignVault,
    /// A vault that was replaced by one that this client has seen: the portal was restored, or lies.
    #[error("this vault is older than the one that was seen last")]
    OlderVault,
    /// A revision so far above the known one that nobody can have written it.
    #[error("this vault's revision is further ahead than it can be")]
    VaultLeapt,
    /// A vault that did not come of the one seen last, which does not open any more: the two cannot be joined.
    #[error("this vault did not come of the one that was seen last, and they cannot be joined")]
    ForkedVault,
    /// A vault that its head is right of and that does not open: whoever wrote it did not have it open, or it was damaged.
    #[error("this vault cannot be opened")]
    UnreadableVault,
    /// A parcel that its giver did not sign, or signed for another claim, address or receiver.
    #[error("this parcel was not signed by its giver for this account")]
    ForeignParcel,
    /// A certificate that may not be used.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The portal's half of the password protocol is not what it must be.
    #[error("the portal's answer is not part of this attempt")]
    Protocol,
    /// The source of a file could not be read.
    #[error("the file could not be read")]
    Unreadable,
}

impl Error {
    /// A stable name, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongPassword => "wrong-password",
            Self::Password(rule) => rule.code(),
            Self::WeakStretching => "weak-stretching",
            Self::ExcessiveStretching => "excessive-stretching",
            Self::OtherOrigin => "other-origin",
            Self::WrongKey => "wrong-key",
            Self::Damaged => "damaged",
            Self::Truncated => "truncated",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::BadSignature => "bad-signature",
            Self::UnknownSenderKey => "unknown-sender-key",
            Self::WrongSender => "wrong-sender",
            Self::WrongMessage => "wrong-message",
            Self::WrongFile => "wrong-file",
            Self::WrongCertificate => "wrong-certificate",
            Self::NotOpenable => "not-openable",
            Self::TooManyKeys => "too-many-keys",
            Self::ForeignVault => "foreign-vault",
            Self::OlderVault => "older-vault",
            Self::VaultLeapt => "vault-leapt",
            Self::ForkedVault => "forked-vault",
            Self::UnreadableVault => "unreadable-vault",
            Self::ForeignParcel => "foreign-parcel",
            Self::Certificate(CertificateError::Expired) => "certificate-expired",
            Self::Certificate(CertificateError::NotYet) => "certificate-not-yet",
            Self::Certificate(CertificateError::SignedLater) => "signed-later",
            Self::Certificate(CertificateError::Revoked) => "certificate-revoked",
            Self::Certificate(_) => "certificate-unusable",
            Self::Protocol => "protocol",
            Self::Unreadable => "unreadable",
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> Self {
        io::Error::other(error)
    }
}

impl From<io::Error> for Error {
    /// Finds the error that one of our readers gave; anything else is the source's fault.
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
            Some(ours) => *ours,
            None => Self::Unreadable,
        }
    }
}
