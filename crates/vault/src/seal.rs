//! Sealing a message.

use certificate::Certificate;
use rand::{CryptoRng, RngCore};
use wire::{Address, Millis, ids::MessageId};

use crate::{Cover, Error, KeyPacket, Letter, Readers, SessionKey, Vault, seipd, signed};

/// A message, ready to be handed to the portal.
#[derive(Clone, Debug)]
pub struct SealedMessage {
    /// The encrypted data packet of the cover.
    pub cover: Vec<u8>,
    /// The encrypted data packet of the body.
    pub body: Vec<u8>,
    /// The key of both, for [`Readers::key_packets`] should recipients change before the message is sent.
    pub session_key: SessionKey,
    /// One for each account, the sender's own the last.
    pub key_packets: Vec<KeyPacket>,
}

impl Vault {
    /// Signs a letter and seals it to `readers`, whom this vault [checked](Vault::check_readers), and to the vault's own
    /// certificate. What comes out opens: this vault has tried.
    ///
    /// # Errors
    /// [`Error::NotOpenable`] where it does not; nothing of it is to be posted.
    pub fn seal(
        &self,
        letter: &Letter,
        message: MessageId,
        sender_name: &str,
        readers: &Readers,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<SealedMessage, Error> {
        let own = self.own();
        if !stands_for(own.certificate(), &letter.from.address) {
            return Err(Error::WrongSender);
        }
        if !readers.are_of(own.certificate()) {
            return Err(Error::WrongCertificate);
        }
        let session_key = SessionKey::generate(rng);
        let body = signed::sign(&letter.to_mime(message, now, rng)?, own, now, rng)?;
        let cover = signed::sign(&Cover::of(letter, sender_name).to_json(message)?, own, now, rng)?;
        let key_packets = readers.key_packets(&session_key, now, rng)?;
        let sealed = SealedMessage {
            cover: seipd::encrypt(&session_key.0, &cover, rng)?,
            body: seipd::encrypt(&session_key.0, &body, rng)?,
            session_key,
            key_packets,
        };
        match self.opens(&sealed, message, now) {
            true => Ok(sealed),
            false => Err(Error::NotOpenable),
        }
    }

    /// Whether a message of this vault's own opens with it, as it will have to for as long as it is kept.
    fn opens(&self, sealed: &SealedMessage, message: MessageId, now: Millis) -> bool {
        let own = self.own().certificate();
        let packet = sealed
            .key_packets
            .iter()
            .find(|packet| packet.fingerprint == own.fingerprint());
        packet.is_some_and(|KeyPacket { packet, .. }| {
            self.open_cover(message, packet, &sealed.cover, own, now).is_ok()
                && self.open_body(message, packet, &sealed.body, own, now).is_ok()
        })
    }
}

/// Whether one of the certificate's User IDs is that address.
pub(crate) fn stands_for(certificate: &Certificate, address: &Address) -> bool {
    certificate
        .user_ids()
        .any(|id| id.parse::<Address>().is_ok_and(|own| own == *address))
}
