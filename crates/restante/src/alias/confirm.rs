//! What the link in a confirmation message leads to.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use client::{Client, Error, Fingerprint, Owner, Session};
use serde_json::json;
use wire::{
    Address,
    claims::{Asks, ClaimShown, Confirmed, Outcome},
    sessions::Person,
};

use crate::{
    activation::Activations,
    mail::{
        access::{Variable, by_password, finish, password, seeing},
        advice::{advise, advised},
        terminal,
    },
};

/// The password of the account that has the claimed address. No flag: others on the machine see flags.
const OTHER_PASSWORD: Variable = Variable {
    name: "RESTANTE_OTHER_PASSWORD",
    file: "--other-password-file",
};

/// Confirm an address, by the link in its confirmation message.
///
/// Says what will happen, and asks before it does. An address that nobody has takes a session of whoever asked for it
/// (--address), or the number that stands beside it in their `restante alias list`. An address that has an account here
/// takes that account's password: it is asked for, or taken from RESTANTE_OTHER_PASSWORD. Without a session of whoever asked
/// for it, it takes the twelve characters too that stand there, and can be taken back for three days (`restante alias
/// separate`).
#[derive(Args)]
#[command(after_help = "Examples:
  restante alias confirm https://post.clinic.example/confirm#JmBt0...
  restante alias confirm --number 0471 https://post.clinic.example/confirm#JmBt0...
  restante alias confirm --absorb https://post.clinic.example/confirm#JmBt0...")]
pub struct ConfirmAlias {
    /// The link.
    link: String,

    /// The number that stands beside the address in the list of whoever asked for it.
    #[arg(long)]
    number: Option<String>,

    /// The twelve characters that whoever asked for the address sees beside it, and reads out to you. Asked for where the
    /// address has an account here and whoever asked for it is not signed in (--address).
    #[arg(long, value_name = "CHARACTERS", conflicts_with = "address")]
    characters: Option<String>,

    /// Move this one address from the account that has it as an alias. Messages that came to it stay there. This is what
    /// happens unless told.
    #[arg(long = "move", conflicts_with = "absorb")]
    moves: bool,

    /// Absorb the whole account that has the address as an alias, with all its messages and addresses.
    #[arg(long)]
    absorb: bool,

    /// Do not ask before doing it.
    #[arg(long)]
    yes: bool,

    /// A fingerprint that the claimant confirmed to you. Needed where the account that is handed over knew them by another.
    #[arg(long, value_name = "FINGERPRINT")]
    accept_key: Option<Fingerprint>,

    /// A file that holds the password of the account that has the address.
    #[arg(long, env = "RESTANTE_OTHER_PASSWORD_FILE", value_name = "FILE")]
    other_password_file: Option<PathBuf>,

    /// The portal's URL, like https://portal.example.org.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: String,

    /// Your address on it, where it was you who asked to add the other one. Without it you are not signed in.
    #[arg(long, env = "RESTANTE_ADDRESS", value_name = "ADDRESS")]
    address: Option<Address>,

    /// A file that holds your password. Without it the password is taken from RESTANTE_PASSWORD, or asked for.
    #[arg(long, env = "RESTANTE_PASSWORD_FILE", value_name = "FILE", requires = "address")]
    password_file: Option<PathBuf>,
}

impl ConfirmAlias {
    pub async fn run(self, json: bool) -> Result<()> {
        let client = client(&self.portal, &self.link)?;
        let confirmed = match &self.address {
            // The number is for whoever is not signed in.
            Some(address) if self.number.is_none() => {
                let session = by_password(&client, address, self.password_file.as_deref()).await?;
                let confirming = async |session: &Session| {
                    let shown = session.inspect_claim(&self.link).await?;
                    self.confirm(&client, Some(session), &shown).await
                };
                finish(session, confirming).await?
            }
            _ => {
                let confirming = async {
                    let shown = client.inspect_claim(&self.link).await?;
                    self.confirm(&client, None, &shown).await
                };
                confirming.await.map_err(|error| advised(error, &self.portal))?
            }
        };
        if json {
            println!("{}", serde_json::to_string(&confirmed)?);
        } else {
            let claimant = terminal::sender(&confirmed.claimant);
            println!("Confirmed: {} is an alias of {claimant} now.", confirmed.address);
            if let Some(until) = confirmed.separable_until {
                println!(
                    "Until {} the password that its account had takes it back: restante alias separate {}",
                    terminal::time(until),
                    confirmed.address
                );
            }
        }
        Ok(())
    }

    async fn confirm(&self, client: &Client, session: Option<&Session>, shown: &ClaimShown) -> Result<Confirmed> {
        eprintln!("{}", asked_for(shown));
        match (shown.asks, session) {
            (Asks::Password, _) => self.hand_over(client, session, shown).await,
            (Asks::Click, Some(session)) => {
                self.agree(&what_joins(shown))?;
                Ok(session.confirm_claim(&self.link).await?)
            }
            (Asks::Click | Asks::Number, _) => {
                self.agree(&what_joins(shown))?;
                let number = match &self.number {
                    Some(number) => number.clone(),
                    None => terminal::asked("Number beside the address in the claimant's list: ", "--number")?,
                };
                Ok(client.confirm_claim(&self.link, number.trim()).await?)
            }
        }
    }

    /// With the password of the account that has the address, which is absorbed, or which the address leaves.
    async fn hand_over(&self, client: &Client, session: Option<&Session>, shown: &ClaimShown) -> Result<Confirmed> {
        let address = &shown.address;
        let absorbs = match shown.outcome {
            Outcome::MovesOrAbsorbs => self.absorb,
            _ if self.moves => bail!(
                "{address} is the Master of its account, and does not leave it: promote another address there first, or \
                 absorb the whole account by leaving out --move"
            ),
            _ => true,
        };
        let password = password(address, self.other_password_file.as_deref(), OTHER_PASSWORD)?;
        let owner = match client.prove_owner(&self.link, &password).await {
            // `advise` would speak of the person's own.
            Err(error) if error.is_wrong_password() => {
                bail!("this is not the password of the account that has {address}; both accounts are as they were")
            }
            other => other?,
        };
        self.check_claimant(&owner)?;
        self.agree(&what_is_handed_over(shown, &owner, absorbs, session.is_some()))?;
        let hand_over = match session {
            Some(session) if session.fingerprint() == owner.claimant_fingerprint() => owner.to_session(session)?,
            Some(session) if session.address() == owner.claimant().address => bail!(
                "the portal names another key than yours as that of your own account; nothing was handed over. An honest \
                 portal does not do this: tell its administrator, by telephone"
            ),
            Some(_) => bail!(
                "it was {} who asked for this address, and not you; leave out --address to confirm it for them",
                terminal::sender(owner.claimant())
            ),
            None => owner.to_whoever_read_out(&self.characters(&shown.claimant)?).await?,
        };
        Ok(match absorbs {
            true => hand_over.absorb().await?,
            false => hand_over.move_address().await?,
        })
    }

    /// What whoever asked for the address reads out.
    fn characters(&self, claimant: &Person) -> Result<String> {
        match &self.characters {
            Some(characters) => Ok(characters.clone()),
            None => terminal::asked(
                &format!(
                    "The twelve characters that {} sees beside the address: ",
                    terminal::sender(claimant)
                ),
                "--characters",
            ),
        }
    }

    /// Whoever has the claimant's key reads what the other account reads. It must be the one that the account knows.
    fn check_claimant(&self, owner: &Owner) -> Result<()> {
        match owner.check_claimant() {
            Err(Error::KeysChanged(_)) if self.accept_key == Some(owner.claimant_fingerprint()) => Ok(()),
            other => Ok(other?),
        }
    }

    /// Says what will happen, and goes on only where that is wanted.
    fn agree(&self, what: &str) -> Result<()> {
        eprintln!("{what}");
        if self.yes {
            return Ok(());
        }
        match terminal::is_agreed("Do it?", "--yes")? {
            true => Ok(()),
            false => bail!("nothing was changed"),
        }
    }
}

/// Say that you did not ask for a confirmation message.
///
/// It ends the request, and whoever made it sees that. Nobody needs to be signed in.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias refuse https://post.clinic.example/confirm#JmBt0...")]
pub struct Refuse {
    /// The link.
    link: String,

    /// The portal's URL, like https://portal.example.org.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: String,
}

impl Refuse {
    pub async fn run(self, json: bool) -> Result<()> {
        let client = client(&self.portal, &self.link)?;
        let refused = client.refuse_claim(&self.link).await;
        refused.map_err(|error| advise(error, &self.portal))?;
        match json {
            true => println!("{}", json!({ "refused": true })),
            false => println!("The request is ended. The link is dead, and nothing was changed."),
        }
        Ok(())
    }
}

/// The portal, where the link is one of its own: to a strange one no keyring is handed over.
fn client(portal: &str, link: &str) -> Result<Client> {
    let client = Client::new(portal)?.watch(terminal::show_progress());
    let client = seeing(client, &Activations::of_this_computer())?;
    let (place, secret) = link.trim().rsplit_once('#').unwrap_or_default();
    let begins = format!("{}/", client.url().trim_end_matches('/'));
    if !secret.is_empty() && !place.is_empty() && !place.starts_with(&begins) {
        bail!("this link leads to another portal than {portal}");
    }
    Ok(client)
}

fn asked_for(shown: &ClaimShown) -> String {
    let claimant = terminal::sender(&shown.claimant);
    match shown.by_administrator {
        true => format!(
            "An administrator asked to add {} to the account of {claimant}.",
            shown.address
        ),
        false => format!("{claimant} asked to add {} to their account.", shown.address),
    }
}

fn what_joins(shown: &ClaimShown) -> String {
    let (address, claimant) = (&shown.address, terminal::sender(&shown.claimant));
    let mut text = format!("{address} becomes an alias of {claimant}: messages to it arrive in their Inbox.");
    if let Outcome::MailJoins { waiting } = shown.outcome {
        text += &match waiting {
            1 => "\nThe message that waits for it joins theirs.".to_owned(),
            waiting => format!("\nThe {waiting} messages that wait for it join theirs."),
        };
    }
    text
}

fn what_is_handed_over(shown: &ClaimShown, owner: &Owner, absorbs: bool, at_once: bool) -> String {
    let (address, claimant) = (&shown.address, terminal::sender(owner.claimant()));
    let mut text = if absorbs {
        let addresses: Vec<String> = owner.addresses().iter().map(|own| own.address.to_string()).collect();
        format!(
            "The account that has {address} joins that of {claimant}: all its messages, its keys, and its addresses \
             ({}).\nIt cannot be signed in to by itself any more{}.",
            addresses.join(", "),
            match at_once {
                true => ", and this cannot be undone",
                false => "; its messages and keys follow in three days, and until then its password undoes it",
            }
        )
    } else {
        format!(
            "{address} leaves its account and becomes an alias of {claimant}: messages to it arrive in their Inbox from \
             now on.\nMessages that came to it stay where they are. (--absorb would take the whole account along.)"
        )
    };
    text += &format!(
        "\nKey of {claimant}: {}",
        terminal::grouped(owner.claimant_fingerprint())
    );
    text
}
