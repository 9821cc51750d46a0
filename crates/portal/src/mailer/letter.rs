//! What a basic mail says.

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use lettre::message::{Mailbox, Message, MultiPart, SinglePart, header};
use minijinja::{Environment, Value, context};
use uuid::Uuid;
use wire::{Address, Millis};

use crate::{Portal, outbox::MailKind, storage::name};

/// The texts, three a kind. A template's name decides its escaping: what ends in `.html` escapes.
static TEXTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut texts = Environment::new();
    texts.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, source) in SOURCES {
        if let Err(error) = texts.add_template(name, source) {
            tracing::error!(%error, name, "a mail's text is not a template");
        }
    }
    texts
});

macro_rules! sources {
    (frames: $($frame:literal),*; kinds: $($kind:literal),* $(,)?) => {
        &[
            $(($frame, include_str!(concat!("texts/", $frame))),)*
            $(
                (concat!($kind, ".subject"), include_str!(concat!("texts/", $kind, ".subject"))),
                (concat!($kind, ".txt"), include_str!(concat!("texts/", $kind, ".txt"))),
                (concat!($kind, ".html"), include_str!(concat!("texts/", $kind, ".html"))),
            )*
        ]
    };
}

const SOURCES: &[(&str, &str)] = sources![
    frames: "frame.html", "security-notice.html", "security-notice.txt";
    kinds:
        "notification",
        "invitation",
        "claim",
        "device-link",
        "new-address",
        "joined",
        "alias-added",
        "absorbed",
        "account-absorbed",
        "joining",
        "account-joining",
        "separated",
        "separated-from",
        "moved",
        "alias-moved-away",
        "moving",
        "alias-moving-away",
        "promoted",
        "demoted",
        "master-changed",
        "removed",
        "alias-removed",
        "activated",
];

/// Everything that a mail says.
pub(super) struct Letter<'a> {
    /// Its row in the outbox.
    pub(super) id: Uuid,
    /// What it is.
    pub(super) kind: MailKind,
    /// Where it goes.
    pub(super) to: &'a Address,
    /// Who wrote, who claims, or who has a new address.
    pub(super) sender_name: Option<&'a str>,
    /// The address that it tells of: a claimant's Master, or a correspondent's new address.
    pub(super) about: Option<Address>,
    /// Whether an administrator claims it for the claimant.
    pub(super) by_administrator: bool,
    /// The one link.
    pub(super) link: String,
    /// Until when the link works, where it says so.
    pub(super) until: Option<Millis>,
}

impl Letter<'_> {
    /// Writes the whole mail, the same each time for the same letter. `None` where the address is one that basic mail
    /// cannot go to.
    pub(super) fn write(&self, portal: &Portal) -> Option<Vec<u8>> {
        self.write_from(&portal.settings.name, portal.relay.sender(), portal.now())
    }

    fn write_from(&self, portal: &str, sender: &str, now: Millis) -> Option<Vec<u8>> {
        let kind = name(&self.kind);
        let words = context! {
            portal,
            sender => self.sender_name,
            address => self.to.as_typed(),
            about => self.about.as_ref().map(Address::as_typed),
            by_administrator => self.by_administrator,
            link => &self.link,
            until => self.until.map(to_the_minute),
        };
        let text = |part: &str, words: &Value| TEXTS.get_template(&format!("{kind}.{part}")).ok()?.render(words).ok();
        let subject = text("subject", &words)?.trim().to_owned();
        let words = context! { subject => &subject, ..words };
        let from: lettre::Address = sender.parse().ok()?;
        let message_id = format!("<{}@{}>", self.id, from.domain());
        let message = Message::builder()
            .from(Mailbox::new(Some(portal.to_owned()), from))
            .to(Mailbox::new(None, self.to.as_typed().parse().ok()?))
            .subject(subject)
            .message_id(Some(message_id))
            .date(moment(now))
            .header(AutoSubmitted)
            .multipart(
                MultiPart::alternative()
                    .boundary(format!("restante-{}", self.id.simple()))
                    .singlepart(SinglePart::plain(text("txt", &words)?))
                    .singlepart(SinglePart::html(text("html", &words)?)),
            )
            .ok()?;
        Some(message.formatted())
    }
}

fn moment(at: Millis) -> SystemTime {
    UNIX_EPOCH + Duration::from_millis(at.max(0).unsigned_abs())
}

/// A time to the minute as a mail's reader is told it. Nobody knows where that reader is.
fn to_the_minute(at: Millis) -> String {
    // As in the header: "Mon, 21 Sep 2026 14:13:20 +0000" (RFC 5322 section 3.3).
    let mut headers = header::Headers::new();
    headers.set(header::Date::from(moment(at)));
    let date = headers.get_raw("Date").unwrap_or_default();
    let minute = date.rsplit_once(':').map_or(date, |(minute, _)| minute);
    format!("{minute} UTC")
}

/// RFC 3834 section 5: no auto-responder answers this.
#[derive(Clone)]
struct AutoSubmitted;

impl header::Header for AutoSubmitted {
    fn name() -> header::HeaderName {
        header::HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> header::HeaderValue {
        header::HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::SecurityNotice;

    fn letter<'a>(kind: MailKind, to: &'a Address, sender_name: &'a str) -> Letter<'a> {
        Letter {
            id: Uuid::nil(),
            kind,
            to,
            sender_name: Some(sender_name),
            about: Some(to.clone()),
            by_administrator: false,
            link: "https://portal.example.test/page#TOKEN".into(),
            until: Some(1_790_000_000_000),
        }
    }

    fn written(letter: &Letter<'_>) -> Vec<u8> {
        letter
            .write_from("Clinic Post", "portal@example.test", 1_790_000_000_000)
            .unwrap()
    }

    #[test]
    fn every_kind_has_its_three_texts() {
        let to = "anna@example.test".parse().unwrap();
        let others = [
            MailKind::Notification,
            MailKind::Invitation,
            MailKind::Claim,
            MailKind::DeviceLink,
            MailKind::NewAddress,
        ];
        for kind in others
            .into_iter()
            .chain(SecurityNotice::ALL.map(MailKind::SecurityNotice))
        {
            let mail = written(&letter(kind, &to, "Ben"));
            let mail = mail_parser::MessageParser::default().parse(&mail).unwrap();
            assert!(!mail.subject().unwrap().is_empty(), "{kind:?}");
            let (text, html) = (mail.body_text(0).unwrap(), mail.body_html(0).unwrap());
            assert_eq!(text.matches("https://").count(), 1, "{kind:?}");
            assert_eq!(html.matches("href=").count(), 1, "{kind:?}");
            assert!(!html.contains("<img") && !html.contains("src="), "{kind:?}");
        }
    }

    #[test]
    fn no_name_adds_a_header_or_a_tag() {
        let to = "o'neil&sons@example.test".parse().unwrap();
        for sender in [
            "Eve\r\nBcc: eve@evil.test",
            "Eve\nBcc: eve@evil.test",
            "<img src=x>\r\n\r\nbody",
            "\u{0}\u{7f}é",
        ] {
            for kind in [
                MailKind::Notification,
                MailKind::Invitation,
                MailKind::Claim,
                MailKind::DeviceLink,
                MailKind::NewAddress,
            ] {
                let bytes = written(&letter(kind, &to, sender));
                let head = String::from_utf8_lossy(&bytes);
                let head = head.split("\r\n\r\n").next().unwrap();
                let names: Vec<_> = head
                    .split("\r\n")
                    .filter(|line| !line.starts_with(' '))
                    .filter_map(|line| line.split_once(':').map(|(name, _)| name))
                    .collect();
                let expected = [
                    "From",
                    "To",
                    "Subject",
                    "Message-ID",
                    "Date",
                    "Auto-Submitted",
                    "MIME-Version",
                    "Content-Type",
                ];
                assert_eq!(names, expected, "{kind:?}");
                let mail = mail_parser::MessageParser::default().parse(&bytes).unwrap();
                assert!(!mail.body_html(0).unwrap().contains("<img"));
            }
        }
    }

    #[test]
    fn a_time_is_shown_to_the_minute() {
        assert_eq!(to_the_minute(1_790_000_000_000), "Mon, 21 Sep 2026 14:13 UTC");
    }
}
