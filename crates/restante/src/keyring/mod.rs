//! `restante vault …`: the keyring, and those that it replaced.

mod commands;
mod seen;

use anyhow::Result;
use clap::Subcommand;

pub use commands::written;
pub use seen::SeenFiles;

/// What a person does with the keyring.
#[derive(Subcommand)]
pub enum Vault {
    /// List earlier keyrings that the portal keeps: when each was written, and by what
    List(commands::List),
    /// Join the keys of an earlier keyring in: they open old messages, and nothing else of it counts
    Join(commands::Join),
    /// Go on with the keyring that the portal has, although it is older than the one seen last
    Accept(commands::Accept),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Vault, json: bool) -> Result<()> {
    match command {
        Vault::List(list) => list.run(json).await,
        Vault::Join(join) => join.run(json).await,
        Vault::Accept(accept) => accept.run(json).await,
    }
}
