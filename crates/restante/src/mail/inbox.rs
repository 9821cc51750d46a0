//! `restante inbox`.

use anyhow::Result;
use clap::{Args, value_parser};
use client::Listed;
use serde_json::{Value, json};
use wire::{ids::DeliveryId, mailbox::Folder};

use super::{access::Access, terminal};

/// List the newest messages.
///
/// Each line: `*` if it is unread, its id, when it came, from whom, and its subject; `+` before the subject where files
/// go with it. From whom is told by the registered name; where the message is signed with another one, that stands beside
/// it.
#[derive(Args)]
#[command(after_help = "Examples:
  restante inbox
  restante inbox --sent --limit 10
  restante --json inbox | jq -r '.deliveries[] | select(.read_at == null) | .id'")]
pub struct Inbox {
    #[command(flatten)]
    access: Access,

    /// List what you sent.
    #[arg(long)]
    sent: bool,

    /// How many, 1 to 100.
    #[arg(long, default_value_t = 20, value_name = "NUMBER", value_parser = value_parser!(u32).range(1..=100))]
    limit: u32,

    /// Begin after this one: the last of the page before.
    #[arg(long, value_name = "DELIVERY")]
    before: Option<DeliveryId>,
}

impl Inbox {
    pub async fn run(self, json: bool) -> Result<()> {
        let folder = if self.sent { Folder::Sent } else { Folder::Inbox };
        let page = self
            .access
            .signed_in(async |session| Ok(session.list(folder, self.before, self.limit).await?));
        let page = page.await?;
        if json {
            let deliveries: Vec<Value> = page.entries.iter().map(as_json).collect();
            println!("{}", json!({ "deliveries": deliveries, "next": page.next }));
            return Ok(());
        }
        for entry in &page.entries {
            println!("{}", as_line(entry));
        }
        match page.next {
            Some(next) => eprintln!("There are more: --before {next}"),
            None if page.entries.is_empty() => eprintln!("There is nothing here."),
            None => {}
        }
        Ok(())
    }
}

fn as_json(entry: &Listed) -> Value {
    let (signed_as, Listed { delivery, cover }) = (entry.signed_as(), entry);
    let mut entry = json!({
        "id": delivery.id,
        "message": delivery.message,
        "folder": delivery.folder,
        "sent_at": delivery.sent_at,
        "read_at": delivery.read_at,
        "sender": delivery.sender,
        "signed_as": signed_as,
        "sender_now": delivery.sender_now,
        "to": delivery.to,
        "size": delivery.size,
    });
    let opened = match cover {
        Ok(cover) => json!({ "subject": cover.subject, "snippet": cover.snippet, "files": cover.files }),
        Err(error) => json!({ "error": error.code() }),
    };
    if let (Value::Object(entry), Value::Object(opened)) = (&mut entry, opened) {
        entry.extend(opened);
    }
    entry
}

fn as_line(entry: &Listed) -> String {
    let Listed { delivery, cover } = entry;
    let unread = if delivery.read_at.is_none() { '*' } else { ' ' };
    let with = match delivery.folder {
        Folder::Inbox => {
            let signed_as = entry
                .signed_as()
                .map(|name| format!(" (signed as \"{}\")", terminal::line(name)));
            terminal::sender(&delivery.sender) + &signed_as.unwrap_or_default()
        }
        Folder::Sent => delivery
            .to
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(", "),
    };
    let files = if delivery.files > 0 { "+ " } else { "" };
    let subject = match cover {
        Ok(cover) if cover.subject.is_empty() => "(no subject)".to_owned(),
        Ok(cover) => terminal::line(&cover.subject),
        Err(error) => format!("(cannot be shown: {error})"),
    };
    format!(
        "{unread} {}  {}  {with}  {files}{subject}",
        delivery.id,
        terminal::time(delivery.sent_at)
    )
}
