//! Opening a message.

use certificate::Certificate;
use wire::{Millis, ids::MessageId};

use crate::{Cover, Error, Letter, Opened, Vault, seal::stands_for, seipd, session::open_key_packet, signed};

impl Vault {
    /// Opens a cover and verifies that `sender` made it, for this message, not after `now`.
    pub fn open_cover(
        &self,
        message: MessageId,
        key_packet: &[u8],
        cover: &[u8],
        sender: &Certificate,
        now: Millis,
    ) -> Result<Cover, Error> {
        let session_key = open_key_packet(self.keys(), key_packet)?;
        let (json, _) = signed::verify_at(&seipd::decrypt(&session_key.0, cover)?, sender, now)?;
        Cover::from_json(&json, message)
    }

    /// Opens a body and verifies that `sender` made it, for this message, not after `now`, under an address of
    /// its own. A caller that
    /// expects one address in particular passes the certificate [reduced to it](Certificate::reduced_to).
    pub fn open_body(
        &self,
        message: MessageId,
        key_packet: &[u8],
        body: &[u8],
        sender: &Certificate,
        now: Millis,
    ) -> Result<Opened, Error> {
        let session_key = open_key_packet(self.keys(), key_packet)?;
        let (mime, signed_at) = signed::verify_at(&seipd::decrypt(&session_key.0, body)?, sender, now)?;
        let (letter, date) = Letter::from_mime(&mime, message)?;
        if !stands_for(sender, &letter.from.address) {
            return Err(Error::WrongSender);
        }
        Ok(Opened {
            letter,
            date,
            signed_at,
            fingerprint: sender.fingerprint(),
        })
    }
}
