/// Why bytes are no certificate that may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Not the packets of a certificate, or not in their one spelling.
    #[error("this is not a certificate")]
    Malformed,
    /// Well-formed OpenPGP, but of another key version, algorithm or purpose than this product uses.
    #[error("the certificate uses a key version, algorithm or option that is not supported")]
    Unsupported,
    /// A self-signature that the primary key did not make.
    #[error("a self-signature of the certificate is not valid")]
    BadSelfSignature,
    /// No User ID, or one without a valid self-signature.
    #[error("a User ID is not bound to the certificate")]
    UnboundUserId,
    /// A subkey without a valid binding by the primary key.
    #[error("a subkey is not bound to the certificate")]
    ForeignSubkey,
    /// Nothing to encrypt to.
    #[error("the certificate has no key to encrypt to")]
    NoEncryptionSubkey,
    /// Withdrawn by its owner, in whole or in part.
    #[error("the certificate was revoked")]
    Revoked,
    /// Past its time.
    #[error("the certificate has expired")]
    Expired,
    /// Dated after now, by a clock that is wrong: whatever it signs until then no reader would take.
    #[error("the certificate's key is of a later time than now: is the clock right that made it?")]
    NotYet,
    /// It does not name that address.
    #[error("the certificate has no such User ID")]
    NoSuchUserId,
    /// A signature of a document that this certificate's key did not make, or that no longer fits the document.
    #[error("the signature is not valid")]
    BadSignature,
    /// A signature of a document that is dated after now.
    #[error("the signature is dated later than now: is the clock right of whoever made it, and this one?")]
    SignedLater,
    /// A signature of a document that names another key as its maker.
    #[error("the signature was made by another key")]
    OtherSigner,
}
