//! What a basic mail says.

use std::{
    sync::LazyLock,
    time::{Duration, UNIX_EPOCH},
};

use lettre::message::{Mailbox, Message, MultiPart, SinglePart, header};
use minijinja::{Environment, context};
use uuid::Uuid;
use wire::Address;

use crate::Portal;

/// The texts. A template's name decides its escaping: what ends in `.html` escapes.
static TEXTS: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut texts = Environment::new();
    texts.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    for (name, source) in [
        ("notification.subject", include_str!("texts/notification.subject")),
        ("notification.txt", include_str!("texts/notification.txt")),
        ("notification.html", include_str!("texts/notification.html")),
        ("invitation.subject", include_str!("texts/invitation.subject")),
        ("invitation.txt", include_str!("texts/invitation.txt")),
        ("invitation.html", include_str!("texts/invitation.html")),
    ] {
        if let Err(error) = texts.add_template(name, source) {
            tracing::error!(%error, name, "a mail's text is not a template");
        }
    }
    texts
});

/// Writes the whole mail, the same each time for the same outbox row. `None` where the address is one that basic mail
/// cannot go to.
pub(super) fn write(
    portal: &Portal,
    id: Uuid,
    to: &Address,
    invites: bool,
    sender_name: Option<&str>,
    link: &str,
) -> Option<Vec<u8>> {
    let kind = if invites { "invitation" } else { "notification" };
    let words = context! { portal => &portal.settings.name, sender => sender_name, link, address => to.as_typed() };
    let text = |part: &str| TEXTS.get_template(&format!("{kind}.{part}")).ok()?.render(&words).ok();
    let from: lettre::Address = portal.relay.sender().parse().ok()?;
    let message_id = format!("<{id}@{}>", from.domain());
    let written_at = UNIX_EPOCH + Duration::from_millis(portal.now().max(0).unsigned_abs());
    let message = Message::builder()
        .from(Mailbox::new(Some(portal.settings.name.clone()), from))
        .to(Mailbox::new(None, to.as_typed().parse().ok()?))
        .subject(text("subject")?.trim())
        .message_id(Some(message_id))
        .date(written_at)
        .header(AutoSubmitted)
        .multipart(
            MultiPart::alternative()
                .boundary(format!("restante-{}", id.simple()))
                .singlepart(SinglePart::plain(text("txt")?))
                .singlepart(SinglePart::html(text("html")?)),
        )
        .ok()?;
    Some(message.formatted())
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
