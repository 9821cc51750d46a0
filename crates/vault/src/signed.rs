//! A signed document: one-pass signature, literal data, signature (RFC 9580 section 10.3), and nothing besides.

use certificate::{Certificate, CertificateError};
use pgp::{
    crypto::{hash::HashAlgorithm, public_key::PublicKeyAlgorithm},
    packet::{
        DataMode, LiteralData, LiteralDataHeader, OnePassSignature, Packet, PacketHeader, PacketParser,
        PacketTrait as _, Signature, SignatureType, SignatureVersionSpecific,
    },
    ser::Serialize as _,
    types::{Fingerprint, KeyDetails as _, Tag},
};
use rand::{CryptoRng, RngCore};
use wire::Millis;
use zeroize::Zeroizing;

use crate::{
    Error,
    keyring::{AccountKey, no_password, signature_config, timestamp},
};

/// Signs `document`.
///
/// No intended-recipient subpackets: each recipient would learn of the others, Bcc included. What a signature would lose
/// by it, the protected To and Cc inside the document give.
pub(crate) fn sign(
    document: &[u8],
    key: &AccountKey,
    now: Millis,
    rng: &mut (impl CryptoRng + RngCore),
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let now = timestamp(now)?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(document.len() + 512));
    let made = (|| {
        let signer = key.signing_key();
        let config = signature_config(signer, now, SignatureType::Binary, rng)?;
        if let (SignatureVersionSpecific::V6 { salt }, Fingerprint::V6(issuer)) =
            (&config.version_specific, signer.fingerprint())
        {
            let algorithm = PublicKeyAlgorithm::Ed25519;
            OnePassSignature::v6(
                SignatureType::Binary,
                HashAlgorithm::Sha512,
                algorithm,
                salt.clone(),
                issuer,
            )
            .to_writer_with_header(&mut *bytes)?;
        }
        write_literal(document, &mut bytes)?;
        config
            .sign(signer, &no_password(), document)?
            .to_writer_with_header(&mut *bytes)
    })();
    made.map(|()| bytes).map_err(|_| Error::Unsupported)
}

/// Verifies that `sender` signed the document, not after `now`, and returns it with the time of signing.
pub(crate) fn verify_at(
    bytes: &[u8],
    sender: &Certificate,
    now: Millis,
) -> Result<(Zeroizing<Vec<u8>>, Millis), Error> {
    verify_by(bytes, |signature, document| sender.verify_at(signature, document, now))
}

/// As [`verify_at`], for what is no message and has no time of its own that anybody goes by.
pub(crate) fn verify(bytes: &[u8], sender: &Certificate) -> Result<(Zeroizing<Vec<u8>>, Millis), Error> {
    verify_by(bytes, |signature, document| sender.verify(signature, document))
}

fn verify_by(
    bytes: &[u8],
    verified: impl FnOnce(&Signature, &[u8]) -> Result<Millis, CertificateError>,
) -> Result<(Zeroizing<Vec<u8>>, Millis), Error> {
    let (one_pass, literal, signature) = parts(bytes)?;
    if !one_pass.matches(&signature) {
        return Err(Error::BadSignature);
    }
    let signed_at = verified(&signature, literal.data()).map_err(|error| match error {
        CertificateError::BadSignature => Error::BadSignature,
        CertificateError::OtherSigner => Error::UnknownSenderKey,
        CertificateError::Unsupported => Error::Unsupported,
        other => other.into(),
    })?;
    Ok((Zeroizing::new(literal.data().to_vec()), signed_at))
}

/// The document, of which nothing is verified yet: for one that says itself who signed it.
pub(crate) fn document(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (_, literal, _) = parts(bytes)?;
    Ok(Zeroizing::new(literal.data().to_vec()))
}

fn parts(bytes: &[u8]) -> Result<(OnePassSignature, LiteralData, Signature), Error> {
    let mut packets = PacketParser::new(bytes);
    match (packets.next(), packets.next(), packets.next(), packets.next()) {
        (
            Some(Ok(Packet::OnePassSignature(one_pass))),
            Some(Ok(Packet::LiteralData(literal))),
            Some(Ok(Packet::Signature(signature))),
            None,
        ) => Ok((one_pass, literal, signature)),
        _ => Err(Error::Malformed),
    }
}

/// A literal data packet without name and date, which no signature covers anyway.
pub(crate) fn write_literal(document: &[u8], bytes: &mut Vec<u8>) -> pgp::errors::Result<()> {
    let header = LiteralDataHeader::new(DataMode::Binary);
    let length = header.write_len() + document.len();
    PacketHeader::new_fixed(Tag::LiteralData, length.try_into()?).to_writer(bytes)?;
    header.to_writer(bytes)?;
    bytes.extend_from_slice(document);
    Ok(())
}
