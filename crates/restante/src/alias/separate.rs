//! Taking back what another account took over.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use client::Client;
use wire::{Address, ProblemType};

use crate::{
    activation::Activations,
    mail::{
        access::{PASSWORD, password, seeing},
        advice::advise,
        terminal,
    },
};

/// Take back an address that another account took over, with all that its account had.
///
/// Takes the password that the account had. It works for three days, where the address was confirmed without whoever asked
/// for it being signed in. Afterwards you sign in as before. Messages that came to the address meanwhile stay in the other
/// account.
#[derive(Args)]
#[command(after_help = "Example:
  restante alias separate ben.sommer@clinic.example")]
pub struct Separate {
    /// An address that your account had.
    address: Address,

    /// A file that holds the password that your account had. Without it the password is taken from RESTANTE_PASSWORD, or
    /// asked for.
    #[arg(long, env = "RESTANTE_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// The portal's URL, like https://portal.example.org.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: String,
}

impl Separate {
    pub async fn run(self, json: bool) -> Result<()> {
        let client = Client::new(&self.portal)?.watch(terminal::show_progress());
        let client = seeing(client, &Activations::of_this_computer())?;
        let password = password(&self.address, self.password_file.as_deref(), PASSWORD)?;
        let separated = match client.separate(&self.address, &password).await {
            Err(error) if error.is_wrong_password() || error.problem() == Some(ProblemType::NotSeparable) => bail!(
                "this is not the password that the account of {} had, or nothing of it can be taken back; nothing was \
                 changed",
                self.address
            ),
            other => other.map_err(|error| advise(error, &self.portal))?,
        };
        if json {
            println!("{}", serde_json::to_string(&separated)?);
        } else {
            let addresses: Vec<String> = separated.addresses.iter().map(ToString::to_string).collect();
            println!(
                "Taken back: {}. Sign in again with the password that you gave.",
                addresses.join(", ")
            );
        }
        Ok(())
    }
}
