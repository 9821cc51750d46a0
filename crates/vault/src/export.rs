//! Taking a sealed message out: a mail that other OpenPGP programs open (PGP/MIME, RFC 3156).

use pgp::armor::{self, BlockType};
use wire::ids::MessageId;

use crate::Error;

/// The sealed message as an `.eml`, still sealed: `key_packet` followed by `body` is an ordinary OpenPGP message.
///
/// The head outside says nothing; the real one is inside, protected (RFC 9788).
pub fn export_eml(message: MessageId, key_packet: &[u8], body: &[u8]) -> Result<String, Error> {
    let mut armored = Vec::new();
    armor::write(
        &Raw([key_packet, body].concat()),
        BlockType::Message,
        &mut armored,
        None,
        false,
    )
    .map_err(|_| Error::Malformed)?;
    let armored = String::from_utf8(armored)
        .map_err(|_| Error::Malformed)?
        .replace("\r\n", "\n");
    let boundary = format!("restante-{}", message.0.simple());
    let mail = format!(
        "Message-ID: <{message}@restante.invalid>\n\
         Subject: [...]\n\
         MIME-Version: 1.0\n\
         Content-Type: multipart/encrypted; boundary=\"{boundary}\"; protocol=\"application/pgp-encrypted\"\n\
         \n\
         --{boundary}\n\
         Content-Type: application/pgp-encrypted\n\
         \n\
         Version: 1\n\
         \n\
         --{boundary}\n\
         Content-Type: application/octet-stream; name=\"encrypted.asc\"\n\
         Content-Disposition: inline; filename=\"encrypted.asc\"\n\
         \n\
         {armored}\n\
         --{boundary}--\n"
    );
    Ok(mail.replace('\n', "\r\n"))
}

/// Packets that are written as they are.
struct Raw(Vec<u8>);

impl pgp::ser::Serialize for Raw {
    fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        Ok(writer.write_all(&self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}
