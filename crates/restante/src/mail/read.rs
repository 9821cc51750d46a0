//! `restante read`.

use anyhow::Result;
use clap::Args;
use client::{Fingerprint, Received, Sight};
use serde_json::{Value, json};
use vault::Correspondent;
use wire::{ids::DeliveryId, mailbox::Folder};

use super::{access::Access, terminal};

/// Open a message, and verify who wrote it.
///
/// A message whose signature is not its sender's is not shown: the command fails and says why.
#[derive(Args)]
#[command(after_help = "Example:
  restante read 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Read {
    /// Which, as `restante inbox` lists it.
    delivery: DeliveryId,

    /// Leave it marked as unread.
    #[arg(long)]
    keep_unread: bool,

    /// A fingerprint that the sender confirmed to you: makes a first key known, and accepts one that has changed.
    #[arg(long, value_name = "FINGERPRINT")]
    accept_key: Option<Fingerprint>,

    #[command(flatten)]
    access: Access,
}

impl Read {
    pub async fn run(self, json: bool) -> Result<()> {
        let received = self.access.signed_in(async |session| {
            let mut received = session.open(self.delivery).await?;
            if received.sight != Sight::Same && self.accept_key == Some(received.fingerprint) {
                session
                    .accept(&received.delivery.sender.address, received.fingerprint)
                    .await?;
                received.sight = Sight::Same;
            }
            let unread = received.delivery.read_at.is_none() && received.delivery.folder == Folder::Inbox;
            if unread && !self.keep_unread {
                session.mark_read(self.delivery, true).await?;
            }
            Ok(received)
        });
        let received = received.await?;
        if json {
            println!("{}", as_json(&received));
        } else {
            print!("{}", as_text(&received));
        }
        Ok(())
    }
}

fn as_json(received: &Received) -> Value {
    let person = |one: &Correspondent| json!({ "name": one.name, "address": one.address });
    let people = |list: &[Correspondent]| list.iter().map(person).collect::<Vec<_>>();
    let letter = &received.letter;
    let (key, before) = match received.sight {
        Sight::First => ("first", None),
        Sight::Same => ("same", None),
        Sight::Unconfirmed => ("unconfirmed", None),
        Sight::Succeeded { before } => ("succeeded", Some(before.to_string())),
        Sight::Changed { before } => ("changed", Some(before.to_string())),
    };
    let files = letter.files.iter().map(
        |file| json!({ "name": file.name, "media_type": file.media_type, "size": file.size, "sha256": file.sha256 }),
    );
    json!({
        "id": received.delivery.id,
        "message": received.delivery.message,
        "folder": received.delivery.folder,
        "from": received.delivery.sender,
        "signed_as": received.signed_as(),
        "sender_now": received.delivery.sender_now,
        "to": people(&letter.to),
        "cc": people(&letter.cc),
        "subject": letter.subject,
        "date": received.date,
        "sent_at": received.delivery.sent_at,
        "text": letter.text,
        "html": letter.html,
        "files": files.collect::<Vec<_>>(),
        "signature": {
            "verdict": "valid",
            "signed_at": received.signed_at,
            "fingerprint": received.fingerprint.to_string(),
            "key": key,
            "before": before,
        },
        "slip": received.slip,
    })
}

fn as_text(received: &Received) -> String {
    let letter = &received.letter;
    let person = |one: &Correspondent| terminal::person(one.name.as_deref(), &one.address);
    let people = |list: &[Correspondent]| list.iter().map(person).collect::<Vec<_>>().join(", ");
    let mut text = format!("From:       {}\n", terminal::sender(&received.delivery.sender));
    let mut head = |name: &str, value: String| {
        if !value.is_empty() {
            text += &format!("{name:<12}{value}\n");
        }
    };
    head(
        "Signed as:",
        received.signed_as().map(terminal::line).unwrap_or_default(),
    );
    let now = received.delivery.sender_now.as_ref();
    head("Now:", now.map(ToString::to_string).unwrap_or_default());
    head("To:", people(&letter.to));
    head("Cc:", people(&letter.cc));
    head("Date:", terminal::time(received.date));
    head("Subject:", terminal::line(&letter.subject));
    head(
        "Signature:",
        format!("valid, made {}", terminal::time(received.signed_at)),
    );
    head(
        "Key:",
        format!(
            "{} ({})",
            terminal::grouped(received.fingerprint),
            sight(received.sight)
        ),
    );
    for file in &letter.files {
        head(
            "File:",
            format!("{} ({})", terminal::line(&file.name), terminal::size(file.size)),
        );
    }
    let body = match (&letter.html, letter.text.trim().is_empty()) {
        (Some(_), true) => "(This message is HTML alone: read it in a browser, or with --json.)",
        _ => letter.text.trim_end(),
    };
    text + "\n" + &terminal::plain(body) + "\n"
}

/// What there is to do about a key that nothing vouches for but the portal.
const CONFIRM: &str = "compare it with the sender, not by mail, and read this once with --accept-key; or answer carefully: \
                       whom you write to counts as known";

fn sight(sight: Sight) -> String {
    match sight {
        Sight::First => format!("FIRST MESSAGE FROM THIS KEY; {CONFIRM}"),
        Sight::Unconfirmed => format!("seen before, NOT CONFIRMED; {CONFIRM}"),
        Sight::Same => "the one last seen".to_owned(),
        Sight::Succeeded { before } => format!(
            "new; the one last seen, {}, says itself that this one follows it",
            terminal::grouped(before)
        ),
        Sight::Changed { before } => format!(
            "CHANGED; before it was {}. Ask the sender, not by mail, whether the new one is theirs; then read this \
             once with --accept-key",
            terminal::grouped(before)
        ),
    }
}
