//! `restante send`.

use std::{
    io::{IsTerminal as _, Read as _, stdin},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use client::{Error, Fingerprint, NewFile, Outgoing, Session};
use serde_json::json;
use wire::{Address, ids::DeliveryId, people::RecipientKind};

use super::access::Access;

/// Seal a message here and send it.
///
/// The text comes from --text, or from standard input. Somebody who has no account on the portal is invited; what you
/// send waits for them.
#[derive(Args)]
#[command(after_help = "Examples:
  restante send --to ben@lawyers.example --subject 'The contract' --file contract.pdf < letter.txt
  restante send --reply-to 0199ad0e-1f7a-7000-8000-000000000001 --text 'Agreed.'")]
pub struct SendMessage {
    #[command(flatten)]
    access: Access,

    /// A recipient. Repeat it for more.
    #[arg(long, value_name = "ADDRESS", required_unless_present_any = ["cc", "bcc", "reply_to"])]
    to: Vec<Address>,

    /// A recipient, for information.
    #[arg(long, value_name = "ADDRESS")]
    cc: Vec<Address>,

    /// A recipient of whom the others do not learn.
    #[arg(long, value_name = "ADDRESS")]
    bcc: Vec<Address>,

    /// The subject. An answer takes that of what it answers.
    #[arg(long, required_unless_present = "reply_to")]
    subject: Option<String>,

    /// The text, instead of standard input.
    #[arg(long)]
    text: Option<String>,

    /// A file with the same text as HTML.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,

    /// A file to go with it. Repeat it for more.
    #[arg(long, value_name = "FILE")]
    file: Vec<PathBuf>,

    /// The message that this answers; without recipients it goes to that message's sender, under their Master now.
    #[arg(long, value_name = "DELIVERY")]
    reply_to: Option<DeliveryId>,

    /// A fingerprint that its owner confirmed to you. Needed for somebody whose key has changed.
    #[arg(long, value_name = "FINGERPRINT")]
    accept_key: Vec<Fingerprint>,
}

impl SendMessage {
    pub async fn run(self, json: bool) -> Result<()> {
        let text = self.text()?;
        let html = self
            .html
            .as_ref()
            .map(|path| std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display())));
        let html = html.transpose()?;
        // Before anybody is asked for a password.
        for path in &self.file {
            if !path.is_file() {
                bail!("{} is not a file", path.display());
            }
        }
        let sealed = self.access.signed_in(async |session| {
            let begun = match self.reply_to {
                Some(delivery) => client::reply(session, &session.open(delivery).await?, false),
                None => Outgoing::default(),
            };
            let outgoing = || Outgoing {
                to: match [&self.to, &self.cc, &self.bcc].iter().all(|list| list.is_empty()) {
                    true => begun.to.clone(),
                    false => self.to.clone(),
                },
                cc: self.cc.clone(),
                bcc: self.bcc.clone(),
                subject: self.subject.clone().unwrap_or_else(|| begun.subject.clone()),
                text: text.clone(),
                html: html.clone(),
                files: self.file.iter().map(NewFile::at).collect(),
                in_reply_to: begun.in_reply_to,
            };
            let mut sealed = match session.seal(outgoing()).await {
                Err(Error::KeysChanged(keys)) if keys.iter().all(|key| self.accept_key.contains(&key.now)) => {
                    accept(session, &keys).await?;
                    session.seal(outgoing()).await?
                }
                other => other?,
            };
            let sent = session.submit(&mut sealed).await?;
            Ok((sent, sealed))
        });
        let (sent, sealed) = sealed.await?;
        let invited = sealed
            .recipients()
            .iter()
            .filter(|recipient| recipient.standing == RecipientKind::Invited);
        let invited: Vec<&Address> = invited.map(|recipient| &recipient.address).collect();
        if json {
            println!(
                "{}",
                json!({ "message": sent.message, "delivery": sent.delivery, "invited": invited })
            );
            return Ok(());
        }
        println!("Sent: {}", sent.delivery);
        if self.reply_to.is_some() {
            // Its sender may have moved to another address since.
            let to = sealed
                .recipients()
                .iter()
                .map(|recipient| recipient.address.to_string());
            println!("It goes to {}.", to.collect::<Vec<_>>().join(", "));
        }
        for address in invited {
            println!("{address} has no account here yet: an invitation goes out, and the message waits.");
        }
        Ok(())
    }

    fn text(&self) -> Result<String> {
        if let Some(text) = &self.text {
            return Ok(text.clone());
        }
        if stdin().is_terminal() {
            eprintln!("Write the message, and end it with Ctrl-D on a line of its own.");
        }
        let mut text = String::new();
        stdin()
            .read_to_string(&mut text)
            .context("the text must be UTF-8 on standard input")?;
        Ok(text)
    }
}

async fn accept(session: &Session, keys: &[client::ChangedKey]) -> Result<(), Error> {
    for key in keys {
        session.accept(&key.address, key.now).await?;
    }
    Ok(())
}
