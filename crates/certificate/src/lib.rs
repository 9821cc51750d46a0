//! The public half of an account's keys: an OpenPGP v6 certificate of exactly one shape.
//!
//! Primary key Ed25519 (certifies, signs), one subkey ML-KEM-768+X25519 (RFC 9980, encrypts), User IDs that are bare
//! addresses, each bound by a self-signature. Whatever OpenPGP allows beyond that is refused by [`Certificate::parse`]:
//! a portal's certificates are all made by its own clients, and what nobody makes nobody should have to reason about.

mod certificate;
mod error;
mod fingerprint;
mod profile;
mod sealed;

pub use certificate::Certificate;
pub use error::CertificateError;
pub use fingerprint::{Fingerprint, NotAFingerprint};
pub use sealed::{
    ENCRYPTED_DATA_HEAD, ENCRYPTED_DATA_TYPE, PieceLength, SALT_BYTES, SealedForm, SealedFormError,
    ensure_key_packet_for, ensure_sealed, ensure_sealed_for, parse_key_packet, subkey_of_verified,
};
