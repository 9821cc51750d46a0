//! Letters, sealed and opened.

use js_sys::Array;
use vault::{Certificate, Characters, SessionKey};
use wasm_bindgen::prelude::*;
use wire::ids::MessageId;

use crate::{
    failure::{Failure, malformed},
    open_vault::OpenVault,
    plain::{self, bytes, from_js, object, to_js},
    randomness::draw,
    readers::Readers,
};

/// A message, ready to be handed to the portal.
#[wasm_bindgen(js_name = Sealed)]
pub struct SealedMessage {
    cover: Vec<u8>,
    body: Vec<u8>,
    session_key: SessionKey,
    key_packets: Vec<vault::KeyPacket>,
    sealed_at: i64,
}

#[wasm_bindgen]
impl OpenVault {
    /// Signs a letter and seals it to readers whom this vault checked, and to the account's own certificate.
    pub fn seal(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Letter")] letter: JsValue,
        message_id: &str,
        readers: &Readers,
        now: f64,
    ) -> Result<SealedMessage, JsValue> {
        let letter: vault::Letter = from_js::<plain::Letter>(&letter)?.into();
        let sender_name = letter.from.name.as_deref().unwrap_or_default();
        let now = now as i64;
        let message = message(message_id)?;
        let vault::SealedMessage {
            cover,
            body,
            session_key,
            key_packets,
        } = self
            .vault
            .seal(&letter, message, sender_name, &readers.readers, now, &mut draw()?)
            .map_err(Failure::from)?;
        Ok(SealedMessage {
            cover,
            body,
            session_key,
            key_packets,
            sealed_at: now,
        })
    }

    /// Opens a cover and verifies that the sender made it, for this message, not after `now`.
    #[wasm_bindgen(js_name = openCover, unchecked_return_type = "Cover")]
    pub fn open_cover(
        &mut self,
        message_id: &str,
        key_packet: &[u8],
        cover: &[u8],
        sender_certificate: &[u8],
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let message = message(message_id)?;
        let (vault, sender) = self.with_sender(sender_certificate)?;
        let cover = vault
            .open_cover(message, key_packet, cover, sender, now as i64)
            .map_err(Failure::from)?;
        Ok(to_js(&plain::Cover::from(cover))?)
    }

    /// Opens a body and verifies that the sender made it, for this message, not after `now`, under an address of the
    /// certificate.
    #[wasm_bindgen(js_name = openBody, unchecked_return_type = "OpenedLetter")]
    pub fn open_body(
        &mut self,
        message_id: &str,
        key_packet: &[u8],
        body: &[u8],
        sender_certificate: &[u8],
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let message = message(message_id)?;
        let (vault, sender) = self.with_sender(sender_certificate)?;
        let opened = vault
            .open_body(message, key_packet, body, sender, now as i64)
            .map_err(Failure::from)?;
        Ok(to_js(&plain::OpenedLetter::from(opened))?)
    }
}

#[wasm_bindgen(js_class = Sealed)]
impl SealedMessage {
    /// The encrypted data packet of the cover.
    #[wasm_bindgen(getter)]
    pub fn cover(&self) -> Vec<u8> {
        self.cover.clone()
    }

    /// The encrypted data packet of the body.
    #[wasm_bindgen(getter)]
    pub fn body(&self) -> Vec<u8> {
        self.body.clone()
    }

    /// One for each account, the own one included.
    #[wasm_bindgen(getter, js_name = keyPackets, unchecked_return_type = "KeyPacket[]")]
    pub fn key_packets(&self) -> JsValue {
        to_array(&self.key_packets)
    }

    /// Key packets for other readers, when recipients changed before the message was sent; the own account's is among
    /// them.
    #[wasm_bindgen(js_name = keyPacketsFor, unchecked_return_type = "KeyPacket[]")]
    pub fn key_packets_for(&self, readers: &Readers) -> Result<JsValue, JsValue> {
        let packets = readers
            .readers
            .key_packets(&self.session_key, self.sealed_at, &mut draw()?)
            .map_err(Failure::from)?;
        Ok(to_array(&packets))
    }
}

/// A fresh message id (UUIDv7).
#[wasm_bindgen(js_name = newMessageId)]
pub fn new_message_id(now: f64) -> Result<String, JsValue> {
    use rand::Rng as _;
    let id = uuid::Builder::from_unix_timestamp_millis(now as u64, &draw()?.r#gen());
    Ok(id.into_uuid().to_string())
}

/// What a certificate says; throws where it may not be used.
#[wasm_bindgen(js_name = readCertificate, unchecked_return_type = "CertificateInfo")]
pub fn read_certificate(certificate: &[u8]) -> Result<JsValue, JsValue> {
    let certificate = Certificate::parse(certificate).map_err(Failure::from)?;
    Ok(to_js(&plain::CertificateInfo {
        fingerprint: certificate.fingerprint().to_string(),
        addresses: certificate.user_ids().map(str::to_owned).collect(),
    })?)
}

/// The twelve characters of a claim on an address by whoever has that key, in groups of four.
#[wasm_bindgen(js_name = claimCharacters)]
pub fn claim_characters(address: &str, fingerprint: &str) -> Result<String, JsValue> {
    Ok(characters(address, fingerprint)?.to_string())
}

/// Whether somebody typed these.
#[wasm_bindgen(js_name = areClaimCharacters)]
pub fn are_claim_characters(address: &str, fingerprint: &str, typed: &str) -> Result<bool, JsValue> {
    Ok(characters(address, fingerprint)?.are(typed))
}

fn characters(address: &str, fingerprint: &str) -> Result<Characters, Failure> {
    let address = address.parse().map_err(|_| malformed("address"))?;
    let fingerprint = fingerprint.parse().map_err(|_| malformed("fingerprint"))?;
    Ok(Characters::of_claim(&address, fingerprint)?)
}

/// The sealed message as an `.eml` that other OpenPGP programs open with the account's key.
#[wasm_bindgen(js_name = exportEml)]
pub fn export_eml(message_id: &str, key_packet: &[u8], body: &[u8]) -> Result<String, JsValue> {
    Ok(vault::export_eml(message(message_id)?, key_packet, body).map_err(Failure::from)?)
}

fn message(id: &str) -> Result<MessageId, Failure> {
    id.parse().map_err(malformed)
}

fn to_array(packets: &[vault::KeyPacket]) -> JsValue {
    let plain = |packet: &vault::KeyPacket| {
        object([
            ("account", packet.account.to_string().into()),
            ("fingerprint", packet.fingerprint.to_string().into()),
            ("packet", bytes(&packet.packet)),
        ])
    };
    packets.iter().map(plain).collect::<Array>().into()
}
