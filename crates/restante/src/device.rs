//! `restante device …`: making this computer known, so that it signs in while strangers try the address.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use client::Client;
use serde_json::json;
use wire::{Address, ProblemType};

use crate::{
    activation::Activations,
    mail::{advice::advise, devices::Devices},
};

/// What there is to do where signing in is slowed down.
#[derive(Subcommand)]
pub enum Command {
    /// Ask for a mail with a link that lets this computer sign in while others try your address
    Ask(Ask),
    /// Make this computer known, by the link from that mail
    Add(Add),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Command, json: bool) -> Result<()> {
    match command {
        Command::Ask(ask) => ask.run(json).await,
        Command::Add(add) => add.run(json).await,
    }
}

/// Ask for a mail with a link that lets this computer sign in while others try your address.
///
/// Where somebody tries passwords for your address, each sign-in waits, from any computer that you have not signed in from
/// before. The link ends that for this one. It signs nobody in: that takes your password as always. What is said here is the
/// same whether or not the address has an account.
#[derive(Args)]
#[command(after_help = "Example:
  restante device ask --portal https://post.clinic.example --address anna@clinic.example")]
pub struct Ask {
    /// The portal's URL, like https://portal.example.org.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: String,

    /// Any confirmed address of your account.
    #[arg(long, env = "RESTANTE_ADDRESS", value_name = "ADDRESS")]
    address: Address,
}

impl Ask {
    async fn run(self, json: bool) -> Result<()> {
        let asked = Client::new(&self.portal)?.ask_device_link(&self.address).await;
        asked.map_err(|error| advise(error, &self.portal))?;
        match json {
            true => println!("{}", json!({ "asked": true })),
            false => println!(
                "If {} has an account there, a mail with a link is on its way to it. Give the link to `restante device add` on \
                 this computer, within an hour. Where links were asked for often, the mail may take half an hour.",
                self.address
            ),
        }
        Ok(())
    }
}

/// Make this computer known, by the link that `restante device ask` had mailed.
///
/// The link works once, for an hour. What this computer is known by is kept beside its activations; nobody is signed in by
/// it.
#[derive(Args)]
#[command(after_help = "Example:
  restante device add https://post.clinic.example/device#JmBt0...")]
pub struct Add {
    /// The link.
    link: String,

    /// The portal's URL. Not needed with a whole link.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: Option<String>,

    /// The file of this computer's activations, which this is kept beside; restante/activations.json in your folder of
    /// configurations unless told.
    #[arg(long, env = "RESTANTE_ACTIVATIONS", value_name = "FILE")]
    activations: Option<PathBuf>,
}

impl Add {
    async fn run(self, json: bool) -> Result<()> {
        let client = self.client()?;
        let devices = Devices::beside(&Activations::at(self.activations.as_deref()));
        // The link is spent by what follows.
        devices.ensure_can_keep()?;
        let known = client.redeem_device_link(&self.link).await.map_err(advise_on_link)?;
        let token = known.device_token.context("the portal gave nothing to be known by")?;
        devices.keep(client.url(), &known.address, token)?;
        match json {
            true => println!("{}", json!({ "address": known.address })),
            false => println!(
                "This computer is known to the account of {0}. Sign in with --address {0}; it takes the password as always.",
                known.address
            ),
        }
        Ok(())
    }

    /// The portal that the link leads to, which is the one that was named where one was.
    fn client(&self) -> Result<Client> {
        let link = self.link.trim();
        let (place, _) = link.rsplit_once('#').unwrap_or_default();
        let of_link = place.strip_suffix("/device").filter(|portal| !portal.is_empty());
        match (&self.portal, of_link) {
            (None, None) => bail!("give the whole link from the mail, or say which portal: --portal URL"),
            (None, Some(portal)) => Ok(Client::new(portal)?),
            (Some(portal), _) => {
                let client = Client::new(portal)?;
                let begins = format!("{}/", client.url().trim_end_matches('/'));
                if !place.is_empty() && !place.starts_with(&begins) {
                    bail!("this link leads to another portal than {portal}");
                }
                Ok(client)
            }
        }
    }
}

/// What there is to do where the link does not work.
fn advise_on_link(error: client::Error) -> anyhow::Error {
    match error.problem() {
        Some(ProblemType::LinkUnknown) => anyhow!(
            "{error}\nIt works once, and for the address that it went to. Was it cut? `restante device ask` has another mailed."
        ),
        Some(ProblemType::LinkReplaced) => anyhow!("{error}\nTake the newest mail."),
        Some(ProblemType::LinkExpired) => anyhow!("{error}\n`restante device ask` has another mailed."),
        _ => error.into(),
    }
}
