//! `restante alias …`: a person's own addresses, and moving to a new one.

mod commands;
mod confirm;
mod separate;

use anyhow::Result;
use clap::Subcommand;

pub use commands::{link, mail};

/// What a person does with addresses.
#[derive(Subcommand)]
pub enum Alias {
    /// List your addresses, and those that you asked to add
    List(commands::List),
    /// Ask to add an address: a confirmation message goes to its basic inbox
    Add(commands::Add),
    /// Send the confirmation message again, with a new link
    Resend(commands::Resend),
    /// Give up an address that is not confirmed yet
    Cancel(commands::Cancel),
    /// Confirm an address, by the link in its confirmation message
    Confirm(confirm::ConfirmAlias),
    /// Make an alias the Master, which messages come from
    Promote(commands::PromoteAlias),
    /// Take an alias off your account
    Remove(commands::Remove),
    /// Say that you did not ask for a confirmation message
    Refuse(confirm::Refuse),
    /// Take back an address that another account took over, by the password that its account had
    Separate(separate::Separate),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Alias, json: bool) -> Result<()> {
    match command {
        Alias::List(list) => list.run(json).await,
        Alias::Add(add) => add.run(json).await,
        Alias::Resend(resend) => resend.run(json).await,
        Alias::Cancel(cancel) => cancel.run(json).await,
        Alias::Confirm(confirm) => confirm.run(json).await,
        Alias::Promote(promote) => promote.run(json).await,
        Alias::Remove(remove) => remove.run(json).await,
        Alias::Refuse(refuse) => refuse.run(json).await,
        Alias::Separate(separate) => separate.run(json).await,
    }
}
