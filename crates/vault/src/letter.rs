//! What a person writes and reads, and the MIME entity it travels as.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use certificate::Fingerprint;
use mail_builder::{
    MessageBuilder,
    headers::{HeaderType, address::Address as MimeAddress, content_type::ContentType, raw::Raw, text::Text},
    mime::MimePart,
};
use mail_parser::{
    Address as ParsedAddress, HeaderName, Message, MessageParser, MessagePart, MimeHeaders as _, PartType,
};
use rand::{CryptoRng, RngCore};
use wire::{Address, Millis, ids::MessageId};
use zeroize::Zeroizing;

use crate::{
    Error,
    files::{FileRef, read_list, write_list},
};

/// A letter. It has no Bcc: who else got it is between its sender and each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The writer, under the address it is sent from.
    pub from: Correspondent,
    /// To.
    pub to: Vec<Correspondent>,
    /// Cc.
    pub cc: Vec<Correspondent>,
    /// One line.
    pub subject: String,
    /// The text, with `\n` between lines.
    pub text: String,
    /// The same as HTML. Unclean: whoever shows it sanitises it first.
    pub html: Option<String>,
    /// The files that go with it, each sealed by itself.
    pub files: Vec<FileRef>,
}

/// Somebody in a letter's head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Correspondent {
    /// The name, where there is one.
    pub name: Option<String>,
    /// The address.
    pub address: Address,
}

/// A letter that was opened and whose signature was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The letter.
    pub letter: Letter,
    /// The time in its Date header.
    pub date: Millis,
    /// When the signature says it was made.
    pub signed_at: Millis,
    /// The certificate that verified it.
    pub fingerprint: Fingerprint,
}

const FILES_TYPE: &str = "application/vnd.restante.files+json";

/// The part of a Message-ID after the `@`; RFC 2606 reserves `.invalid`.
const MESSAGE_ID_DOMAIN: &str = "restante.invalid";

impl Letter {
    /// The MIME entity that is signed and sealed. Its root carries `hp="cipher"`: the headers here are the real ones, and
    /// whatever stands outside is for transport (RFC 9788).
    pub(crate) fn to_mime(
        &self,
        message: MessageId,
        now: Millis,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let text = text_part("text/plain", &self.text);
        let body = match &self.html {
            Some(html) => multipart("multipart/alternative", vec![text, text_part("text/html", html)], rng),
            None => text,
        };
        let mut root = if self.files.is_empty() {
            body
        } else {
            let list = write_list(&self.files)?;
            let files = part(ContentType::new(FILES_TYPE), &list).attachment("files.json");
            multipart("multipart/mixed", vec![body, files], rng)
        };
        if let Some((_, HeaderType::ContentType(kind))) = root.headers.first_mut() {
            kind.attributes.push(("hp".into(), "cipher".into()));
        }
        let mut builder = MessageBuilder::new()
            .message_id(format!("{message}@{MESSAGE_ID_DOMAIN}"))
            .date(now.div_euclid(1000))
            .from(self.from.to_mime())
            .to(self.to.iter().map(Correspondent::to_mime).collect::<Vec<_>>())
            .header("Subject", subject(&one_line(&self.subject)));
        if !self.cc.is_empty() {
            builder = builder.cc(self.cc.iter().map(Correspondent::to_mime).collect::<Vec<_>>());
        }
        let mut mime = Zeroizing::new(Vec::new());
        builder.body(root).serialize(&mut *mime);
        Ok(mime)
    }

    /// Reads [`Letter::to_mime`], which must be of this message. With it comes the time in its Date header.
    pub(crate) fn from_mime(mime: &[u8], message: MessageId) -> Result<(Self, Millis), Error> {
        let parsed = MessageParser::default().parse(mime).ok_or(Error::Malformed)?;
        for name in [
            HeaderName::From,
            HeaderName::MessageId,
            HeaderName::Date,
            HeaderName::Subject,
        ] {
            // Of two headers, one program shows the first and another the last.
            if parsed.header_values(name).count() != 1 {
                return Err(Error::Malformed);
            }
        }
        if parsed.message_id() != Some(&format!("{message}@{MESSAGE_ID_DOMAIN}")) {
            return Err(Error::WrongMessage);
        }
        let mut from = correspondents(parsed.from())?;
        let (Some(from), true) = (from.pop(), from.is_empty()) else {
            return Err(Error::Malformed);
        };
        let date = parsed
            .date()
            .ok_or(Error::Malformed)?
            .to_timestamp()
            .saturating_mul(1000);
        let (text, html) = texts(&parsed);
        let letter = Self {
            from,
            to: correspondents(parsed.to())?,
            cc: correspondents(parsed.cc())?,
            subject: one_line(parsed.subject().unwrap_or_default()),
            text: text.unwrap_or_default(),
            html,
            files: files(&parsed)?,
        };
        Ok((letter, date))
    }
}

impl Correspondent {
    fn to_mime(&self) -> MimeAddress<'_> {
        MimeAddress::new_address(self.name.as_deref().map(name), self.address.as_typed())
    }
}

/// A subject that looks encoded, as `=?utf-8?B?…?=` does, would be decoded by whoever reads it: it is encoded once more.
fn subject(subject: &str) -> HeaderType<'static> {
    if !subject.contains("=?") {
        return Text::new(subject.to_owned()).into();
    }
    let mut words = Vec::new();
    let mut rest = subject;
    while !rest.is_empty() {
        // 45 bytes become 60 in base64, and a word may be 75 long (RFC 2047 section 2).
        let (word, after) = rest.split_at(rest.floor_char_boundary(45));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = after;
    }
    Raw::new(words.join(" ")).into()
}

/// A name on one line, without what would look encoded.
fn name(name: &str) -> String {
    let mut name = one_line(name);
    while name.contains("=?") {
        name = name.replace("=?", "");
    }
    one_line(&name)
}

fn text_part<'x>(kind: &'x str, text: &str) -> MimePart<'x> {
    let lines = Zeroizing::new(unix_lines(text).replace('\n', "\r\n"));
    part(ContentType::new(kind).attribute("charset", "utf-8"), lines.as_bytes())
}

/// Base64 for everything: what is quoted or left plain loses a space or a form feed to one reader or another.
fn part<'x>(kind: ContentType<'x>, content: &[u8]) -> MimePart<'x> {
    let encoded = STANDARD.encode(content);
    let mut wrapped = String::with_capacity(encoded.len() + encoded.len() / 38 + 2);
    for at in (0..encoded.len()).step_by(76) {
        wrapped.push_str(&encoded[at..encoded.len().min(at + 76)]);
        wrapped.push_str("\r\n");
    }
    MimePart::new(kind, wrapped).transfer_encoding("base64")
}

/// The boundary is drawn here: mail-builder's own looks at the clock.
fn multipart<'x>(kind: &'x str, parts: Vec<MimePart<'x>>, rng: &mut (impl CryptoRng + RngCore)) -> MimePart<'x> {
    let boundary = format!("restante-{:016x}{:016x}", rng.next_u64(), rng.next_u64());
    MimePart::new(ContentType::new(kind).attribute("boundary", boundary), parts)
}

fn correspondents(header: Option<&ParsedAddress<'_>>) -> Result<Vec<Correspondent>, Error> {
    let Some(header) = header else { return Ok(Vec::new()) };
    header
        .iter()
        .map(|entry| {
            let address = entry
                .address()
                .unwrap_or_default()
                .parse()
                .map_err(|_| Error::Malformed)?;
            let name = entry.name().map(name).filter(|name| !name.is_empty());
            Ok(Correspondent { name, address })
        })
        .collect()
}

/// The first plain text and the first HTML that are not attachments.
fn texts(parsed: &Message<'_>) -> (Option<String>, Option<String>) {
    let (mut text, mut html) = (None, None);
    for part in parsed.parts.iter().filter(|part| !is_attachment(part)) {
        match &part.body {
            PartType::Text(found) if text.is_none() => text = Some(unix_lines(found)),
            PartType::Html(found) if html.is_none() => html = Some(unix_lines(found)),
            _ => {}
        }
    }
    (text, html)
}

fn files(parsed: &Message<'_>) -> Result<Vec<FileRef>, Error> {
    let mut lists = parsed.parts.iter().filter(|part| {
        part.content_type().is_some_and(|kind| {
            let subtype = kind.subtype().unwrap_or_default();
            format!("{}/{subtype}", kind.ctype()).eq_ignore_ascii_case(FILES_TYPE)
        })
    });
    match (lists.next(), lists.next()) {
        (None, _) => Ok(Vec::new()),
        (Some(list), None) => read_list(list.contents()),
        _ => Err(Error::Malformed),
    }
}

fn is_attachment(part: &MessagePart<'_>) -> bool {
    part.content_disposition()
        .is_some_and(|disposition| disposition.is_attachment())
}

/// Lines end in `\n` here and in CRLF inside MIME.
fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// White space of any kind becomes one space, so that nothing can begin another header; control characters go.
pub(crate) fn one_line(text: &str) -> String {
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}
