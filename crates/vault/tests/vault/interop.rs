//! Other OpenPGP software: rPGP used directly, as an independent reader and writer of the standard.

use pgp::{
    composed::{ArmorOptions, Deserializable as _, Message, MessageBuilder, SignedPublicKey, SignedSecretKey},
    crypto::{
        aead::{AeadAlgorithm, ChunkSize},
        hash::HashAlgorithm,
        sym::SymmetricKeyAlgorithm,
    },
    packet::{Packet, PacketHeader, PacketParser, PacketTrait as _, SymEncryptedProtectedData},
    types::{Password, Tag},
};
use vault::{AccountKey, Error, Letter, SessionKey, export_eml};
use wire::Millis;

use crate::people::{NOW, address, letter, message, person, readers, rng, sent};

/// A key that both sides have.
fn carol() -> (AccountKey, SignedSecretKey) {
    let key = AccountKey::generate(&address("carol@example.test"), NOW, &mut rng(5)).unwrap();
    let secret = SignedSecretKey::from_bytes(&key.to_bytes()[..]).unwrap();
    secret.verify_bindings().unwrap();
    (key, secret)
}

#[test]
fn key_packet_and_body_are_an_openpgp_message() {
    let anna = person("anna", 1);
    let (key, secret) = carol();
    let text = "long ".repeat(40_000);
    let letter = Letter {
        text: text.clone(),
        html: None,
        ..letter()
    };
    let sealed = anna
        .seal(
            &letter,
            message(1),
            "Anna",
            &readers(&anna, &[key.certificate()]),
            NOW,
            &mut rng(3),
        )
        .unwrap();
    let packet = &sealed.key_packets[0].packet;
    let sender = SignedPublicKey::from_bytes(&anna.certificate().to_bytes()[..]).unwrap();
    sender.verify_bindings().unwrap();

    let binary = [&packet[..], &sealed.body].concat();
    let mut read = Message::from_bytes(&binary[..])
        .unwrap()
        .decrypt(&Password::empty(), &secret)
        .unwrap();
    let mime = read.as_data_string().unwrap();
    read.verify(&sender).unwrap();
    assert!(mime.contains("Message-ID: <0199ad0e-1f7a-7000-8000-000000000001@restante.invalid>\r\n"));
    assert!(mime.contains("hp=\"cipher\"") && !mime.to_lowercase().contains("bcc"));

    let eml = export_eml(message(1), packet, &sealed.body).unwrap();
    assert!(eml.split("\r\n").all(|line| line.len() < 150 && !line.contains('\n')));
    let start = eml.find("-----BEGIN PGP MESSAGE-----").unwrap();
    let end = eml.find("-----END PGP MESSAGE-----").unwrap() + 25;
    let (read, _) = Message::from_string(&eml[start..end]).unwrap();
    let mut read = read.decrypt(&Password::empty(), &secret).unwrap();
    assert_eq!(read.as_data_string().unwrap(), mime);
    let outside = mail_parser::MessageParser::default().parse(&eml).unwrap();
    assert_eq!((outside.subject(), outside.parts.len()), (Some("[...]"), 3));
}

#[test]
fn a_vault_key_is_an_openpgp_key() {
    let (_, secret) = carol();
    let armored = secret.to_armored_string(ArmorOptions::default()).unwrap();
    assert!(armored.starts_with("-----BEGIN PGP PRIVATE KEY BLOCK-----"));
}

/// What a client with another idea of signing would make: `document`, signed by `signer`, sealed for Ben.
fn made_elsewhere(document: &[u8], signer: &SignedSecretKey, compress: bool) -> (Vec<u8>, Vec<u8>) {
    let ben = SignedPublicKey::from_bytes(&person("ben", 2).certificate().to_bytes()[..]).unwrap();
    let mut builder = MessageBuilder::from_bytes("", document.to_vec());
    if compress {
        builder.compression(pgp::types::CompressionAlgorithm::ZLIB);
    }
    let (aes, ocb) = (SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb);
    let mut builder = builder.seipd_v2(rng(20), aes, ocb, ChunkSize::C64KiB);
    builder.sign(&signer.primary_key, Password::empty(), HashAlgorithm::Sha256);
    builder.encrypt_to_key(rng(21), &ben.public_subkeys[0]).unwrap();
    let bytes = builder.to_vec(rng(22)).unwrap();
    let header = PacketHeader::try_from_reader(&bytes[..]).unwrap();
    assert_eq!(header.tag(), Tag::PublicKeyEncryptedSessionKey);
    let length = header.packet_length().maybe_len().unwrap() as usize + 3;
    let (packet, data) = bytes.split_at(length);
    (packet.to_vec(), data.to_vec())
}

const MIME: &str = "Message-ID: <0199ad0e-1f7a-7000-8000-000000000001@restante.invalid>\r\n\
    Date: Mon, 24 Nov 2025 16:00:00 +0000\r\nFrom: Carol <carol@example.test>\r\nTo: ben@example.test\r\n\
    Subject: From elsewhere\r\nContent-Type: text/plain\r\n\r\nHello\r\n";

/// The library signs by the machine's clock, which is after any time here.
const LATER: Millis = Millis::MAX;

#[test]
fn a_message_made_elsewhere_is_read() {
    let (key, secret) = carol();
    let (packet, body) = made_elsewhere(MIME.as_bytes(), &secret, false);
    let opened = person("ben", 2)
        .open_body(message(1), &packet, &body, key.certificate(), LATER)
        .unwrap();
    assert_eq!(opened.letter.subject, "From elsewhere");
    assert_eq!(opened.letter.text, "Hello\n");
    assert_eq!(opened.date, 1_764_000_000_000);
}

#[test]
fn a_letter_under_another_address_is_refused() {
    let (key, secret) = carol();
    let (packet, body) = made_elsewhere(MIME.replace("carol@", "anna@").as_bytes(), &secret, false);
    let opened = person("ben", 2).open_body(message(1), &packet, &body, key.certificate(), LATER);
    assert_eq!(opened.unwrap_err(), Error::WrongSender);
}

#[test]
fn a_letter_that_can_be_read_in_two_ways_is_refused() {
    let (key, secret) = carol();
    for doubtful in [
        MIME.replace("To:", "From: eve@example.test\r\nTo:"),
        MIME.replace("Carol <", "eve@example.test, Carol <"),
        MIME.replace("To:", "Subject: Another\r\nTo:"),
        MIME.replace("To:", "Message-ID: <x@restante.invalid>\r\nTo:"),
        MIME.replace("To: ben@example.test", "To: <\"ben\\@x\"@example.test>"),
        MIME.replace("Date: Mon, 24 Nov 2025 16:00:00 +0000\r\n", ""),
    ] {
        let (packet, body) = made_elsewhere(doubtful.as_bytes(), &secret, false);
        let opened = person("ben", 2).open_body(message(1), &packet, &body, key.certificate(), LATER);
        assert_eq!(opened.unwrap_err(), Error::Malformed, "{doubtful}");
    }
}

#[test]
fn compression_is_refused() {
    let (key, secret) = carol();
    let (packet, body) = made_elsewhere(MIME.as_bytes(), &secret, true);
    let opened = person("ben", 2).open_body(message(1), &packet, &body, key.certificate(), LATER);
    assert_eq!(opened.unwrap_err(), Error::Malformed);
}

/// What a recipient can do, who knows the session key: alter the content and encrypt it again.
#[test]
fn a_recipient_cannot_alter_what_was_signed() {
    let sent = sent();
    let key = base64(&sent.sealed.session_key.to_base64());
    let plain = plaintext(&sent.sealed.body, &sent.sealed.session_key);
    let text = plain.windows(3).position(|window| window == b"ten").unwrap();
    for at in [text, plain.len() - 1, plain.len() - 70] {
        let mut altered = plain.clone();
        altered[at] ^= 1;
        let (aes, ocb) = (SymmetricKeyAlgorithm::AES256, AeadAlgorithm::Ocb);
        let body = SymEncryptedProtectedData::encrypt_seipdv2(rng(1), aes, ocb, ChunkSize::C64KiB, &key, &altered);
        let mut written = Vec::new();
        body.unwrap().to_writer_with_header(&mut written).unwrap();
        let opened = sent
            .ben
            .open_body(message(1), sent.key_packet(), &written, sent.anna.certificate(), NOW);
        assert_eq!(opened.unwrap_err(), Error::BadSignature, "{at}");
    }
}

/// What is inside an encrypted packet.
pub fn plaintext(packet: &[u8], key: &SessionKey) -> Vec<u8> {
    let key = base64(&key.to_base64());
    let Some(Ok(Packet::SymEncryptedProtectedData(packet))) = PacketParser::new(packet).next() else {
        panic!()
    };
    packet.decrypt(&key, None, Default::default()).unwrap()
}

fn base64(text: &str) -> Vec<u8> {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text).unwrap()
}
