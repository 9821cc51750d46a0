//! Reading and writing at the command line: the same client as everywhere, with the vault open on this machine.

pub mod access;
pub mod advice;
pub mod devices;
mod files;
mod inbox;
mod read;
mod send;
pub mod terminal;

use anyhow::Result;
use clap::Subcommand;

/// What a person does with messages.
#[derive(Subcommand)]
pub enum Command {
    /// Seal a message here and send it
    Send(send::SendMessage),
    /// List the newest messages
    Inbox(inbox::Inbox),
    /// Open a message, and verify who wrote it
    Read(read::Read),
    /// Get the files of a message
    #[command(subcommand)]
    Files(files::Files),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Command, json: bool) -> Result<()> {
    match command {
        Command::Send(send) => send.run(json).await,
        Command::Inbox(inbox) => inbox.run(json).await,
        Command::Read(read) => read.run(json).await,
        Command::Files(files::Files::Get(get)) => get.run(json).await,
    }
}
