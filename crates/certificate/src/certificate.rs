use std::{fmt, iter::Peekable};

use pgp::{
    packet::{Packet, PacketParser, PacketTrait as _, PublicKey, PublicSubkey, Signature, SignatureType, UserId},
    types::{Fingerprint as PgpFingerprint, KeyDetails as _, Tag},
};

use crate::{CertificateError, Fingerprint, profile};

/// An account's public keys and the addresses they stand for. There is no value of this type whose self-signatures were
/// not verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    primary: PublicKey,
    about: Signature,
    users: Vec<User>,
    subkey: PublicSubkey,
    binding: Signature,
}

#[derive(Clone, PartialEq, Eq)]
struct User {
    id: UserId,
    text: String,
    certification: Signature,
}

/// More than any account has addresses; keeps a hostile certificate from costing a thousand verifications.
const MAX_USER_IDS: usize = 64;

/// A certificate with that many User IDs stays well below.
const MAX_BYTES: usize = 64 * 1024;

/// One day, in milliseconds.
const CLOCK_SKEW: i64 = 24 * 60 * 60 * 1000;

impl Certificate {
    /// Reads a certificate and verifies that it is one whole: shape, algorithms, purposes and every self-signature.
    ///
    /// It may have no User ID at all: see [`Certificate::without_user_ids`]. Time is not looked at here; see
    /// [`Certificate::check_at`].
    pub fn parse(bytes: &[u8]) -> Result<Self, CertificateError> {
        if bytes.len() > MAX_BYTES {
            return Err(CertificateError::Malformed);
        }
        let packets = PacketParser::new(bytes)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|_| CertificateError::Malformed)?;
        let certificate = Self::read(packets)?;
        // One spelling only: no trailing bytes, no odd length encodings, nothing that a parser skips in silence.
        if certificate.to_bytes() == bytes {
            Ok(certificate)
        } else {
            Err(CertificateError::Malformed)
        }
    }

    /// As [`Certificate::parse`], from packets: what a secret key's owner has at hand. An owner's stands for an address.
    pub fn from_packets(packets: impl IntoIterator<Item = Packet>) -> Result<Self, CertificateError> {
        let certificate = Self::read(packets)?;
        if certificate.users.is_empty() {
            return Err(CertificateError::UnboundUserId);
        }
        Ok(certificate)
    }

    fn read(packets: impl IntoIterator<Item = Packet>) -> Result<Self, CertificateError> {
        let mut packets = packets.into_iter().peekable();
        let (primary, about) = read_primary(&mut packets)?;
        let users = read_users(&mut packets, &primary)?;
        let (subkey, binding) = read_subkey(&mut packets, &primary)?;
        match packets.next() {
            None => Ok(Self {
                primary,
                about,
                users,
                subkey,
                binding,
            }),
            Some(Packet::Signature(signature)) => Err(stray(&signature)),
            Some(Packet::PublicSubkey(_)) => Err(CertificateError::Unsupported),
            Some(_) => Err(CertificateError::Malformed),
        }
    }

    /// The certificate as OpenPGP packets, without armour.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let written = self.primary.to_writer_with_header(&mut bytes).is_ok()
            && self.about.to_writer_with_header(&mut bytes).is_ok()
            && self.users.iter().all(|user| {
                user.id.to_writer_with_header(&mut bytes).is_ok()
                    && user.certification.to_writer_with_header(&mut bytes).is_ok()
            })
            && self.subkey.to_writer_with_header(&mut bytes).is_ok()
            && self.binding.to_writer_with_header(&mut bytes).is_ok();
        debug_assert!(written, "a Vec takes all that is written to it");
        bytes
    }

    /// What the certificate is known by, and pinned under.
    pub fn fingerprint(&self) -> Fingerprint {
        match self.primary.fingerprint() {
            PgpFingerprint::V6(bytes) => Fingerprint(bytes),
            // `check_primary` lets nothing but v6 in.
            _ => Fingerprint([0; 32]),
        }
    }

    /// The addresses it stands for, as typed; the first is the primary one.
    pub fn user_ids(&self) -> impl ExactSizeIterator<Item = &str> {
        self.users.iter().map(|user| user.text.as_str())
    }

    /// The same certificate with this one User ID (as [`Certificate::user_ids`] has it), so that whoever is given it
    /// learns of no other address of the account.
    pub fn reduced_to(&self, user_id: &str) -> Result<Self, CertificateError> {
        let user = self
            .users
            .iter()
            .find(|user| user.text == user_id)
            .ok_or(CertificateError::NoSuchUserId)?;
        Ok(Self {
            users: vec![user.clone()],
            ..self.clone()
        })
    }

    /// The key alone (RFC 9580 section 10.1.1: a version 6 certificate may do without User IDs), for whoever is to seal to
    /// an address that the key does not name yet, and is to learn of no other.
    #[must_use]
    pub fn without_user_ids(&self) -> Self {
        Self {
            users: Vec::new(),
            ..self.clone()
        }
    }

    /// Refuses a certificate that has expired by `now` (UTC milliseconds).
    pub fn check_at(&self, now: i64) -> Result<(), CertificateError> {
        let expired = self.expires_at().is_some_and(|end| now >= end);
        if expired {
            Err(CertificateError::Expired)
        } else {
            Ok(())
        }
    }

    /// Refuses a certificate whose keys are dated more than twelve hours after `now` (UTC milliseconds). Readers allow a day
    /// between a key and what it signed; half of that is left for the clocks of those who sign.
    pub fn ensure_made_before(&self, now: i64) -> Result<(), CertificateError> {
        let subkey_created = i64::from(self.subkey.created_at().as_secs()) * 1000;
        match self.created_at().max(subkey_created) <= now + CLOCK_SKEW / 2 {
            true => Ok(()),
            false => Err(CertificateError::NotYet),
        }
    }

    /// When it was made, in UTC milliseconds.
    pub fn created_at(&self) -> i64 {
        i64::from(self.primary.created_at().as_secs()) * 1000
    }

    /// When it ends, if ever: primary key or subkey, whichever is first.
    pub fn expires_at(&self) -> Option<i64> {
        let end = |signature: &Signature, created: i64| {
            let life = std::time::Duration::from(signature.key_expiration_time()?).as_secs();
            (life > 0).then(|| created.saturating_add(i64::try_from(life).unwrap_or(i64::MAX).saturating_mul(1000)))
        };
        let subkey_created = i64::from(self.subkey.created_at().as_secs()) * 1000;
        [end(&self.about, self.created_at()), end(&self.binding, subkey_created)]
            .into_iter()
            .flatten()
            .min()
    }

    /// As [`Certificate::verify`], by `now` (UTC milliseconds): a signature dated more than a day after that is none, since
    /// whoever made it may date it to outlast whatever comes.
    pub fn verify_at(&self, signature: &Signature, document: &[u8], now: i64) -> Result<i64, CertificateError> {
        match self.verify(signature, document)? {
            at if at <= now.saturating_add(CLOCK_SKEW) => Ok(at),
            _ => Err(CertificateError::SignedLater),
        }
    }

    /// Verifies that this certificate's key signed `document`, and tells when it says it did (UTC milliseconds).
    pub fn verify(&self, signature: &Signature, document: &[u8]) -> Result<i64, CertificateError> {
        let issuer = self.primary.fingerprint();
        profile::check_signature(
            signature,
            SignatureType::Binary,
            &issuer,
            profile::in_document_signature,
        )?;
        signature
            .verify(&self.primary, document)
            .map_err(|_| CertificateError::BadSignature)?;
        let at = signature.created().map_or(0, |time| i64::from(time.as_secs()) * 1000);
        self.check_at(at)?;
        // A signature older than its key is not valid, but the clocks of two devices of one person differ.
        if at + CLOCK_SKEW < self.created_at() {
            Err(CertificateError::BadSignature)
        } else {
            Ok(at)
        }
    }

    /// The key to encrypt session keys to.
    pub fn encryption_key(&self) -> &PublicSubkey {
        &self.subkey
    }
}

impl fmt::Debug for Certificate {
    /// The fingerprint alone: User IDs are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.fingerprint())
    }
}

/// The primary key, with what it says of itself.
fn read_primary(
    packets: &mut Peekable<impl Iterator<Item = Packet>>,
) -> Result<(PublicKey, Signature), CertificateError> {
    let Some(Packet::PublicKey(primary)) = packets.next() else {
        return Err(CertificateError::Malformed);
    };
    profile::check_primary(&primary)?;
    let about = match packets.next() {
        Some(Packet::Signature(signature)) => signature,
        Some(Packet::UserId(_) | Packet::PublicSubkey(_)) | None => return Err(CertificateError::BadSelfSignature),
        _ => return Err(CertificateError::Malformed),
    };
    let issuer = primary.fingerprint();
    check_self_signature(&about, SignatureType::Key, &issuer, CertificateError::BadSelfSignature)?;
    about
        .verify_key(&primary)
        .map_err(|_| CertificateError::BadSelfSignature)?;
    if !profile::may_certify_and_sign(&about.key_flags()) {
        return Err(CertificateError::Unsupported);
    }
    match packets.peek() {
        Some(Packet::Signature(signature)) => Err(stray(signature)),
        _ => Ok((primary, about)),
    }
}

/// The User IDs, each with its certification.
fn read_users(
    packets: &mut Peekable<impl Iterator<Item = Packet>>,
    primary: &PublicKey,
) -> Result<Vec<User>, CertificateError> {
    let mut users = Vec::new();
    while let Some(Packet::UserId(id)) = packets.next_if(|packet| matches!(packet, Packet::UserId(_))) {
        let certification = take_signature(packets, CertificateError::UnboundUserId)?;
        check_self_signature(
            &certification,
            SignatureType::CertPositive,
            &primary.fingerprint(),
            CertificateError::UnboundUserId,
        )?;
        certification
            .verify_certification(primary, Tag::UserId, &id)
            .map_err(|_| CertificateError::UnboundUserId)?;
        let text = id.as_str().ok_or(CertificateError::Malformed)?.to_owned();
        users.push(User {
            id,
            text,
            certification,
        });
        if users.len() > MAX_USER_IDS {
            return Err(CertificateError::Unsupported);
        }
    }
    Ok(users)
}

/// The encryption subkey, with its binding.
fn read_subkey(
    packets: &mut Peekable<impl Iterator<Item = Packet>>,
    primary: &PublicKey,
) -> Result<(PublicSubkey, Signature), CertificateError> {
    let subkey = match packets.next() {
        Some(Packet::PublicSubkey(subkey)) => subkey,
        // A second certification of the same User ID: a revocation, or one by somebody else.
        Some(Packet::Signature(signature)) => return Err(stray(&signature)),
        None => return Err(CertificateError::NoEncryptionSubkey),
        _ => return Err(CertificateError::Malformed),
    };
    profile::check_subkey(&subkey)?;
    let binding = take_signature(packets, CertificateError::ForeignSubkey)?;
    check_self_signature(
        &binding,
        SignatureType::SubkeyBinding,
        &primary.fingerprint(),
        CertificateError::ForeignSubkey,
    )?;
    binding
        .verify_subkey_binding(primary, &subkey)
        .map_err(|_| CertificateError::ForeignSubkey)?;
    match profile::may_encrypt(&binding.key_flags()) {
        true => Ok((subkey, binding)),
        false => Err(CertificateError::NoEncryptionSubkey),
    }
}

fn take_signature(
    packets: &mut impl Iterator<Item = Packet>,
    missing: CertificateError,
) -> Result<Signature, CertificateError> {
    match packets.next() {
        Some(Packet::Signature(signature)) => Ok(signature),
        _ => Err(missing),
    }
}

/// `foreign` is what a signature that names another key amounts to in this place.
fn check_self_signature(
    signature: &Signature,
    kind: SignatureType,
    issuer: &PgpFingerprint,
    foreign: CertificateError,
) -> Result<(), CertificateError> {
    if is_revocation(signature) {
        return Err(CertificateError::Revoked);
    }
    profile::check_signature(signature, kind, issuer, profile::in_self_signature).map_err(|error| match error {
        CertificateError::OtherSigner => foreign,
        other => other,
    })
}

/// A revocation is believed without verifying it: it can only be there because the owner or the server wants the
/// certificate out of use, and either may have that.
fn is_revocation(signature: &Signature) -> bool {
    matches!(
        signature.typ(),
        Some(SignatureType::KeyRevocation | SignatureType::CertRevocation | SignatureType::SubkeyRevocation)
    )
}

fn stray(signature: &Signature) -> CertificateError {
    if is_revocation(signature) {
        CertificateError::Revoked
    } else {
        CertificateError::Unsupported
    }
}
