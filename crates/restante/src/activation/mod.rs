//! `restante activate` and `restante activation …`: this program without the password, and every other that has one.

mod activate;
mod commands;
mod kept;

use anyhow::Result;
use clap::Subcommand;
use wire::activations::{Activation, ActivationState, Version};

pub use activate::Activate;
pub use kept::{Activations, Kept};

use crate::mail::terminal;

/// The version of this program, as the portal counts them.
pub const VERSION: Version = Version([
    number(env!("CARGO_PKG_VERSION_MAJOR")),
    number(env!("CARGO_PKG_VERSION_MINOR")),
    number(env!("CARGO_PKG_VERSION_PATCH")),
]);

const fn number(text: &str) -> u32 {
    match u32::from_str_radix(text, 10) {
        Ok(number) => number,
        // While it is compiled: cargo takes no other versions.
        Err(_) => panic!("a version is numbers"),
    }
}

/// What a person does with the programs that are activated for the account.
#[derive(Subcommand)]
pub enum Command {
    /// List the programs that are activated for your account
    List(commands::List),
    /// Stop an activation, until you unblock it
    Block(commands::Block),
    /// Let a blocked activation go on
    Unblock(commands::Unblock),
    /// Remove an activation for good: this computer's, or another one
    Remove(commands::Remove),
}

/// Does it, with data as JSON where that was asked for.
pub async fn run(command: Command, json: bool) -> Result<()> {
    match command {
        Command::List(list) => list.run(json).await,
        Command::Block(block) => block.run(json).await,
        Command::Unblock(unblock) => unblock.run(json).await,
        Command::Remove(remove) => remove.run(json).await,
    }
}

/// An activation on one line: which program where, under which address, whether it can be used, since when, and its id.
pub fn as_line(activation: &Activation) -> String {
    let state = match activation.state {
        ActivationState::Active => "active",
        ActivationState::Blocked => "blocked",
        ActivationState::BlockedByPortal => "blocked by the portal",
        ActivationState::NeedsReactivation => "needs re-activation",
    };
    format!(
        "{} {} on {}, under {}: {state}, since {}, last used {}, {}",
        activation.program,
        activation.version,
        // In the program's own words.
        terminal::line(&activation.device),
        activation.address,
        terminal::time(activation.created_at),
        terminal::time(activation.last_used_at),
        activation.id
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_programs_version_is_its_packages() {
        assert_eq!(VERSION.to_string(), env!("CARGO_PKG_VERSION"));
    }
}
