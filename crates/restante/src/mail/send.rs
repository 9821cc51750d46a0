//! `restante send`.

use std::{
    io::{IsTerminal as _, Read as _, stdin},
    path::PathBuf,
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use client::{Addressee, Error, Fingerprint, NewFile, Outgoing, Prepared, Readers, Session};
use serde_json::json;
use wire::{Address, ids::DeliveryId, people::RecipientKind};

use super::{access::Access, terminal};

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

    /// The message that this answers; without recipients it goes to that message's sender. Where the portal says that they
    /// have another address now, you are asked.
    #[arg(long, value_name = "DELIVERY")]
    reply_to: Option<DeliveryId>,

    /// An address that somebody you answer has moved to, as you know. Without it you are asked. Repeat it for more.
    #[arg(long, value_name = "ADDRESS")]
    accept_address: Vec<Address>,

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
        let signed_in_as = self.access.who()?.address;
        let sent = self.access.signed_in(async |session| {
            // The portal alone says which address is the Master.
            if session.address() != signed_in_as {
                eprintln!("It comes from {}, your Master.", session.address());
            }
            let begun = match self.reply_to {
                Some(delivery) => client::reply(session, &session.open(delivery).await?, false),
                None => Outgoing::default(),
            };
            let outgoing = || self.outgoing(&begun, &text, &html);
            self.ensure_meant(&outgoing())?;
            let prepared = self.prepare(session, outgoing).await?;
            tell_readers(prepared.readers());
            let mut sealed = session.seal(prepared).await?;
            let sent = session.submit(&mut sealed).await?;
            Ok((sent, sealed))
        });
        let (sent, sealed) = sent.await?;
        let invited = sealed
            .readers()
            .iter()
            .filter(|reader| reader.standing == RecipientKind::Invited);
        let invited: Vec<&Address> = invited.map(|reader| &reader.address).collect();
        if json {
            println!(
                "{}",
                json!({ "message": sent.message, "delivery": sent.delivery, "invited": invited })
            );
            return Ok(());
        }
        println!("Sent: {}", sent.delivery);
        for address in invited {
            println!("{address} has no account here yet: an invitation goes out, and the message waits.");
        }
        Ok(())
    }

    /// What is to be sent, where an answer begins like that.
    fn outgoing(&self, begun: &Outgoing, text: &str, html: &Option<String>) -> Outgoing {
        let typed = |list: &[Address]| -> Vec<Addressee> { list.iter().cloned().map(Addressee::from).collect() };
        Outgoing {
            to: match [&self.to, &self.cc, &self.bcc].iter().all(|list| list.is_empty()) {
                true => begun.to.clone(),
                false => typed(&self.to),
            },
            cc: typed(&self.cc),
            bcc: typed(&self.bcc),
            subject: self.subject.clone().unwrap_or_else(|| begun.subject.clone()),
            text: text.to_owned(),
            html: html.clone(),
            files: self.file.iter().map(NewFile::at).collect(),
            in_reply_to: begun.in_reply_to,
        }
    }

    /// Says whom an answer goes to. Where that is another address than in the letter, the portal alone says so, and the
    /// person decides.
    fn ensure_meant(&self, outgoing: &Outgoing) -> Result<()> {
        if self.reply_to.is_none() {
            return Ok(());
        }
        let to: Vec<String> = outgoing.addressees().map(|one| one.address.to_string()).collect();
        eprintln!("It goes to {}.", to.join(", "));
        for Addressee { address, formerly } in outgoing.addressees() {
            let Some(formerly) = formerly else { continue };
            eprintln!("In the letter it is {formerly}; the portal says that this person is at {address} now.");
            if self.accept_address.contains(address) {
                continue;
            }
            if !terminal::is_agreed("Send it there?", &format!("--accept-address {address}"))? {
                bail!("nothing was sent");
            }
        }
        Ok(())
    }

    /// Finds out who reads it. Keys that changed are taken where the person said so.
    async fn prepare(&self, session: &Session, outgoing: impl Fn() -> Outgoing) -> Result<Prepared, Error> {
        match session.prepare(outgoing()).await {
            Err(Error::KeysChanged(keys)) if keys.iter().all(|key| self.accept_key.contains(&key.now)) => {
                session.accept_changed(keys).await?;
                session.prepare(outgoing()).await
            }
            other => other,
        }
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

/// Names those whose key nothing vouches for but the portal, before anything is sealed to it.
fn tell_readers(readers: &Readers) {
    for reader in readers.first_contacts() {
        let address = &reader.address;
        match reader.standing {
            RecipientKind::Registered => eprintln!(
                "You have no key of {address} yet: it is sealed to the one that the portal names, {}",
                terminal::grouped(reader.fingerprint())
            ),
            RecipientKind::Invited => {
                eprintln!("{address} has not registered: it is sealed to a key in the portal's custody, and waits.");
            }
        }
    }
}
