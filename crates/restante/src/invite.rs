//! `restante invite`: somebody new.

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use portal::admin;
use wire::{Address, people, sessions::AccountKind};

use crate::{assemble, init::sentence, options::Options};

/// Invite somebody by basic mail. The running portal sends it; where none runs, the next one that starts does.
#[derive(Args)]
#[command(after_help = "Example:\n  restante invite --kind professional anna@clinic.example")]
pub struct Invite {
    /// The address.
    address: Address,

    /// What the person will be.
    #[arg(long)]
    kind: Kind,

    #[command(flatten)]
    options: Options,
}

#[derive(ValueEnum, Clone, Copy)]
enum Kind {
    /// Invites, and writes to anyone
    Professional,
    /// Reads, replies, and writes to Professionals it has dealt with
    Guest,
}

impl Invite {
    pub async fn run(self, json: bool) -> Result<()> {
        let options = self.options.with_file()?;
        let portal = assemble::open(&options, options.listen(), false).await?;
        let kind = match self.kind {
            Kind::Professional => AccountKind::Professional,
            Kind::Guest => AccountKind::Guest,
        };
        let request = people::Invite {
            address: self.address,
            kind,
        };
        let invited = match admin::invite(&portal, &request, admin::Actor::Server).await {
            Ok(invited) => invited,
            Err(error) => bail!(sentence(&error)),
        };
        portal.store.close().await;
        if json {
            println!("{}", serde_json::to_string(&invited)?);
        } else {
            println!("{} is invited. The invitation goes out by basic mail.", request.address);
        }
        Ok(())
    }
}
