//! What a person does with the programs that are activated for the account.

use anyhow::{Context as _, Result, bail};
use clap::Args;
use client::{Error, Session};
use serde_json::json;
use wire::{ProblemType, activations::Activation, ids::ActivationId};

use super::{Kept, as_line};
use crate::mail::access::{Access, Who, finish, tell_refusal};

/// List the programs that are activated for your account, the newest first.
///
/// Each line: `*` if it is this computer's, the program and where it runs, the address that it stands under, whether it
/// can be used, since when, when it was last used, and its id.
#[derive(Args)]
#[command(after_help = "Examples:
  restante activation list
  restante --json activation list | jq -r '.[] | select(.state == \"needs-reactivation\") | .id'")]
pub struct List {
    #[command(flatten)]
    access: Access,
}

impl List {
    pub async fn run(self, json: bool) -> Result<()> {
        let own = own(&self.access)?;
        let listed = self.access.by_either(async |session| Ok(session.activations().await?));
        let mut listed: Vec<Activation> = listed.await?;
        for activation in &mut listed {
            // Also where it is the password that lists them.
            activation.current = own == Some(activation.id);
        }
        if json {
            println!("{}", serde_json::to_string(&listed)?);
            return Ok(());
        }
        for activation in &listed {
            let mark = if activation.current { '*' } else { ' ' };
            println!("{mark} {}", as_line(activation));
        }
        if listed.is_empty() {
            eprintln!("No program is activated.");
        }
        Ok(())
    }
}

/// Stop an activation, until you unblock it.
///
/// It retrieves and sends nothing from now on, and what it has begun ends.
#[derive(Args)]
#[command(after_help = "Example:
  restante activation block 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Block {
    /// Which, as `restante activation list` has it.
    activation: ActivationId,

    #[command(flatten)]
    access: Access,
}

impl Block {
    pub async fn run(self, json: bool) -> Result<()> {
        let block = async |session: &Session| known(session.set_blocked(self.activation, true).await);
        match own(&self.access)? == Some(self.activation) {
            true => self.access.by_either(block).await?,
            false => self.access.in_person(block).await?,
        }
        match json {
            true => println!("{}", json!({ "blocked": self.activation })),
            false => println!(
                "It is blocked. `restante activation unblock {}` lets it go on.",
                self.activation
            ),
        }
        Ok(())
    }
}

/// Let a blocked activation go on. What an administrator blocked stays blocked.
#[derive(Args)]
#[command(after_help = "Example:
  restante activation unblock 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Unblock {
    /// Which, as `restante activation list` has it.
    activation: ActivationId,

    #[command(flatten)]
    access: Access,
}

impl Unblock {
    pub async fn run(self, json: bool) -> Result<()> {
        let unblock = async |session: &Session| known(session.set_blocked(self.activation, false).await);
        self.access.in_person(unblock).await?;
        match json {
            true => println!("{}", json!({ "unblocked": self.activation })),
            false => println!("It is not blocked by you any more."),
        }
        Ok(())
    }
}

/// Remove an activation for good.
///
/// Its secret opens nothing from now on. Without an id it is this computer's, which also forgets it.
#[derive(Args)]
#[command(after_help = "Examples:
  restante activation remove
  restante activation remove 0199ad0e-1f7a-7000-8000-000000000001")]
pub struct Remove {
    /// Which, as `restante activation list` has it; this computer's unless told.
    activation: Option<ActivationId>,

    #[command(flatten)]
    access: Access,
}

impl Remove {
    pub async fn run(self, json: bool) -> Result<()> {
        let who = self.access.who()?;
        let own = who.kept.as_ref().map(|kept| kept.activation.id());
        let id = self.activation.or(own).context(
            "this computer is not activated. Say which activation to remove: `restante activation list` shows them",
        )?;
        match &who.kept {
            Some(kept) if own == Some(id) => {
                self.remove_own(kept, &who).await?;
                self.access.file().forget(id)?;
            }
            _ => {
                let remove = async |session: &Session| known(session.remove_activation(id).await);
                self.access.in_person(remove).await?;
            }
        }
        match json {
            true => println!("{}", json!({ "removed": id })),
            false if own == Some(id) => println!("This computer is not activated any more."),
            false => println!("It is removed: what it keeps opens nothing any more."),
        }
        Ok(())
    }

    /// By itself, or by the password where the portal does not take it any more.
    async fn remove_own(&self, kept: &Kept, who: &Who) -> Result<()> {
        let remove = async |session: &Session| match session.remove_activation(kept.activation.id()).await {
            // It was removed elsewhere.
            Err(error) if error.problem() == Some(ProblemType::NotFound) => Ok(()),
            other => Ok(other?),
        };
        let session = match self.access.by_activation(who, kept).await? {
            Ok(session) => session,
            Err(refused) if refused.problem() == Some(ProblemType::ActivationUnknown) => return Ok(()),
            Err(refused) => {
                tell_refusal(refused);
                self.access.by_password(who).await?
            }
        };
        finish(session, remove).await
    }
}

/// The id of this computer's activation for the account.
fn own(access: &Access) -> Result<Option<ActivationId>> {
    Ok(access.who()?.kept.map(|kept| kept.activation.id()))
}

fn known(done: Result<(), Error>) -> Result<()> {
    match done {
        Err(error) if error.problem() == Some(ProblemType::NotFound) => {
            bail!("no program of yours has an activation of this id; `restante activation list` shows them")
        }
        other => Ok(other?),
    }
}
