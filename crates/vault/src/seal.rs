//! Sealing a message.

use certificate::Certificate;
use rand::{CryptoRng, RngCore};
use wire::{Address, Millis, ids::MessageId};

use crate::{Cover, Error, KeyPacket, Letter, SessionKey, Vault, seipd, session::key_packet, signed};

/// A message, ready to be handed to the portal.
#[derive(Clone, Debug)]
pub struct SealedMessage {
    /// The encrypted data packet of the cover.
    pub cover: Vec<u8>,
    /// The encrypted data packet of the body.
    pub body: Vec<u8>,
    /// The key of both, for [`key_packet`] should recipients change before the message is sent.
    pub session_key: SessionKey,
    /// One for each certificate.
    pub key_packets: Vec<KeyPacket>,
}

impl Vault {
    /// Signs a letter and seals it to `recipients` and to the vault's own certificate.
    pub fn seal(
        &self,
        letter: &Letter,
        message: MessageId,
        sender_name: &str,
        recipients: &[Certificate],
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<SealedMessage, Error> {
        let own = self.own();
        if !stands_for(own.certificate(), &letter.from.address) {
            return Err(Error::WrongSender);
        }
        let session_key = SessionKey::generate(rng);
        let body = signed::sign(&letter.to_mime(message, now, rng)?, own, now, rng)?;
        let cover = signed::sign(&Cover::of(letter, sender_name).to_json(message)?, own, now, rng)?;

        let mut key_packets: Vec<KeyPacket> = Vec::with_capacity(recipients.len() + 1);
        for certificate in recipients.iter().chain([own.certificate()]) {
            let fingerprint = certificate.fingerprint();
            if key_packets.iter().all(|packet| packet.fingerprint != fingerprint) {
                key_packets.push(key_packet(&session_key, certificate, now, rng)?);
            }
        }
        Ok(SealedMessage {
            cover: seipd::encrypt(&session_key.0, &cover, rng)?,
            body: seipd::encrypt(&session_key.0, &body, rng)?,
            session_key,
            key_packets,
        })
    }
}

/// Whether one of the certificate's User IDs is that address.
pub(crate) fn stands_for(certificate: &Certificate, address: &Address) -> bool {
    certificate
        .user_ids()
        .any(|id| id.parse::<Address>().is_ok_and(|own| own == *address))
}
