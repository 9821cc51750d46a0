//! Which keys and which signatures are of the one shape. rPGP is low-level by intent: it checks the mathematics, and
//! leaves what a key may be used for to its caller.

use pgp::{
    crypto::{hash::HashAlgorithm, public_key::PublicKeyAlgorithm},
    packet::{KeyFlags, Signature, SignatureType, SignatureVersion, SubpacketData},
    types::{Fingerprint, KeyDetails, KeyVersion, PublicParams},
};

use crate::CertificateError;

/// A v6 Ed25519 key whose point is of full order: under a small-order key one signature fits every document.
pub(crate) fn check_primary(key: &impl KeyDetails) -> Result<(), CertificateError> {
    match key.public_params() {
        PublicParams::Ed25519(params) if key.version() == KeyVersion::V6 && !params.key.is_weak() => Ok(()),
        _ => Err(CertificateError::Unsupported),
    }
}

/// A v6 ML-KEM-768+X25519 key whose point is not of small order: with such a one everybody shares the same secret.
pub(crate) fn check_subkey(key: &impl KeyDetails) -> Result<(), CertificateError> {
    match key.public_params() {
        PublicParams::MlKem768X25519(params)
            if key.version() == KeyVersion::V6 && !is_of_small_order(params.x25519_key.as_bytes()) =>
        {
            Ok(())
        }
        _ => Err(CertificateError::Unsupported),
    }
}

/// Whether a point of Curve25519 is zero or of small order: multiplied by any secret it comes to nothing (RFC 7748 section
/// 6.1). The library's composite with ML-KEM does not look.
pub(crate) fn is_of_small_order(point: &[u8; 32]) -> bool {
    x25519_dalek::x25519([1; 32], *point) == [0; 32]
}

/// A v6 Ed25519 signature of this type, over SHA-256 or SHA-512, that names `issuer`, with the subpackets `allowed`
/// besides creation time and issuer fingerprint, each at most once.
///
/// Refusing every other subpacket answers the question of criticality at once. The unhashed area must be empty, since
/// nothing protects what stands there. The caller still has to verify the signature itself.
pub(crate) fn check_signature(
    signature: &Signature,
    kind: SignatureType,
    issuer: &Fingerprint,
    allowed: fn(&SubpacketData) -> bool,
) -> Result<(), CertificateError> {
    let config = signature.config().ok_or(CertificateError::Unsupported)?;
    let supported = config.version() == SignatureVersion::V6
        && config.typ == kind
        && config.pub_alg == PublicKeyAlgorithm::Ed25519
        && matches!(config.hash_alg, HashAlgorithm::Sha256 | HashAlgorithm::Sha512)
        && config.unhashed_subpackets.is_empty();
    if !supported {
        return Err(CertificateError::Unsupported);
    }
    let subpackets = &config.hashed_subpackets;
    for (position, subpacket) in subpackets.iter().enumerate() {
        let known = match &subpacket.data {
            SubpacketData::SignatureCreationTime(_) => true,
            SubpacketData::IssuerFingerprint(fingerprint) if fingerprint == issuer => true,
            SubpacketData::IssuerFingerprint(_) => return Err(CertificateError::OtherSigner),
            other => allowed(other),
        };
        let repeated = subpackets[..position]
            .iter()
            .any(|earlier| earlier.typ() == subpacket.typ());
        if !known || repeated {
            return Err(CertificateError::Unsupported);
        }
    }
    let named = signature.issuer_fingerprint().len() == 1 && signature.created().is_some();
    if named {
        Ok(())
    } else {
        Err(CertificateError::Unsupported)
    }
}

/// What a self-signature may say besides its time and issuer.
pub(crate) fn in_self_signature(data: &SubpacketData) -> bool {
    matches!(
        data,
        SubpacketData::KeyFlags(_)
            | SubpacketData::Features(_)
            | SubpacketData::KeyExpirationTime(_)
            | SubpacketData::IsPrimary(_)
            | SubpacketData::PreferredAeadAlgorithms(_)
            | SubpacketData::PreferredSymmetricAlgorithms(_)
            | SubpacketData::PreferredHashAlgorithms(_)
            | SubpacketData::PreferredCompressionAlgorithms(_)
    )
}

/// A document's signature says nothing besides its time and issuer.
pub(crate) fn in_document_signature(_: &SubpacketData) -> bool {
    false
}

/// The primary key certifies and signs, and does nothing else.
pub(crate) fn may_certify_and_sign(flags: &KeyFlags) -> bool {
    flags.certify() && flags.sign() && !flags.encrypt_comms() && !flags.encrypt_storage() && !is_special(flags)
}

/// The subkey encrypts, and does nothing else.
pub(crate) fn may_encrypt(flags: &KeyFlags) -> bool {
    flags.encrypt_comms() && flags.encrypt_storage() && !flags.certify() && !flags.sign() && !is_special(flags)
}

/// A key that others hold too, or that stands for something other than its owner's mail.
fn is_special(flags: &KeyFlags) -> bool {
    flags.shared() || flags.group() || flags.authentication() || flags.adsk() || flags.timestamping()
}
