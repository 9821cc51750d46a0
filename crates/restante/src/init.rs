//! `restante init`: a new portal.

use anyhow::{Result, bail};
use clap::Args;
use portal::{Error, admin};
use serde_json::json;
use wire::{Address, people, sessions::AccountKind};

use crate::{assemble, options::Options};

/// Set up a new portal.
///
/// Makes the data folder with the portal's secrets, writes the settings into restante.toml there, creates the database,
/// and prints the link under which the first administrator registers. Nothing is overwritten: on a portal that exists it
/// only prints a link for one more administrator, or a new one for an administrator who has not registered.
#[derive(Args)]
#[command(after_help = "Example:
  restante init --data /var/lib/restante --name 'Clinic Post' --public-url https://post.clinic.example \\
    --administrator ada@clinic.example --smtp-host mail.clinic.example --smtp-user post --mail-from post@clinic.example
  (with the relay's password in RESTANTE_SMTP_PASSWORD)")]
pub struct Init {
    /// The first administrator's address.
    #[arg(long, env = "RESTANTE_ADMINISTRATOR", value_name = "ADDRESS")]
    administrator: Address,

    #[command(flatten)]
    options: Options,
}

impl Init {
    pub async fn run(self, json: bool) -> Result<()> {
        let options = self.options.with_file()?;
        // Refuse what could not be served before anything is written.
        options.settings(options.listen())?;
        options.smtp()?;
        assemble::create(&options)?;
        let file = options.file();
        if !file.exists() {
            custody::create_file(&file, options.to_toml()?.as_bytes())?;
        }
        let portal = assemble::open(&options, options.listen(), false).await?;
        let invite = people::Invite {
            address: self.administrator,
            kind: AccountKind::Professional,
        };
        let link = match admin::invitation_link(&portal, &invite, true).await {
            Ok(link) => link,
            Err(error) => bail!(sentence(&error)),
        };
        portal.store.close().await;
        if json {
            println!("{}", json!({ "settings": file, "registration": link }));
        } else {
            println!("The portal is set up. Its settings are in {}.", file.display());
            println!("Keep portal.key and custody.key beside them safe, and back them up apart from the database.");
            println!();
            println!("Start it:       restante serve --data {}", options.data.display());
            println!("Then register:  {link}");
        }
        Ok(())
    }
}

/// What a problem says to somebody at the command line.
pub fn sentence(error: &Error) -> String {
    let problem = error.problem();
    match &problem.detail {
        Some(detail) => format!("{} ({detail})", problem.title),
        None => problem.title.clone(),
    }
}
