//! `restante activate`.

use anyhow::{Context as _, Result, bail};
use clap::Args;
use client::{KeptActivation, Session};
use serde_json::json;
use wire::{
    ProblemType,
    activations::{ActivationState, Program},
};

use super::{Kept, VERSION};
use crate::mail::access::{Access, finish};

/// Activate this computer: from now on `send`, `inbox`, `read` and `files get` need no password.
///
/// Asks for the password once, and keeps in its place a secret that opens your account from this computer, until the
/// activation is blocked or removed, or another address becomes your Master. An activation that the Master has superseded is
/// replaced. Every address of yours is told.
#[derive(Args)]
#[command(after_help = "Examples:
  restante activate --portal https://post.clinic.example --address anna@clinic.example
  restante activate    (again, after another address was promoted)")]
pub struct Activate {
    /// What this computer is to be called in the list of your activations; its host name unless told.
    #[arg(long, value_name = "NAME")]
    device: Option<String>,

    #[command(flatten)]
    access: Access,
}

/// What came of it.
enum Activated {
    Now(KeptActivation),
    Before(KeptActivation),
}

impl Activate {
    pub async fn run(self, json: bool) -> Result<()> {
        let file = self.access.file();
        // Before anybody is asked for a password.
        let path = file.path()?;
        let who = self.access.who()?;
        let session = self.access.by_password(&who).await?;
        let activated = finish(session, async |session| self.activate(session).await).await?;
        let (Activated::Now(kept) | Activated::Before(kept)) = &activated;
        if json {
            let told = json!({ "id": kept.id(), "portal": kept.portal(), "address": kept.address(), "file": path });
            println!("{told}");
            return Ok(());
        }
        match &activated {
            Activated::Before(_) => println!("This computer is activated for {} already.", kept.address()),
            Activated::Now(_) => {
                println!(
                    "This computer is activated for {} at {}.",
                    kept.address(),
                    kept.portal()
                );
                println!(
                    "Whoever reads {} reads and writes as you, until `restante activation remove`.",
                    path.display()
                );
            }
        }
        Ok(())
    }

    async fn activate(&self, session: &Session) -> Result<Activated> {
        let (file, account) = (self.access.file(), session.account());
        let ours =
            |kept: &Kept| kept.activation.portal() == session.client().url() && kept.activation.account() == account.id;
        let before = file.all()?.into_iter().find(ours);
        if let Some(kept) = before
            && still_good(session, &kept.activation).await?
        {
            return Ok(Activated::Before(kept.activation));
        }
        let program: Program = Program::COMMAND_LINE.parse()?;
        let device = match &self.device {
            Some(device) => device.clone(),
            None => host_name().context("this computer has no name: say what to call it with --device")?,
        };
        let activation = session.activate(program, VERSION, &device).await?;
        let kept = Kept::new(activation, &account);
        if let Err(error) = file.keep(&kept) {
            // Nobody has its secret.
            let _ = session.remove_activation(kept.activation.id()).await;
            return Err(error);
        }
        Ok(Activated::Now(kept.activation))
    }
}

/// Whether what this computer keeps can be used. What the Master has superseded is removed, so that it can be replaced; what
/// was removed elsewhere is replaced too.
async fn still_good(session: &Session, kept: &KeptActivation) -> Result<bool> {
    let listed = session.activations().await?;
    let Some(listed) = listed.iter().find(|listed| listed.id == kept.id()) else {
        return Ok(false);
    };
    match listed.state {
        ActivationState::Active => Ok(true),
        ActivationState::NeedsReactivation => match session.remove_activation(kept.id()).await {
            // Another client was faster, or the answer to an earlier try was lost.
            Err(error) if error.problem() == Some(ProblemType::NotFound) => Ok(false),
            other => Ok(other.map(|()| false)?),
        },
        ActivationState::Blocked => bail!(
            "this computer's activation is blocked: `restante activation unblock {}` lets it go on",
            kept.id()
        ),
        // The portal refuses to activate this program, and says why.
        ActivationState::BlockedByPortal => Ok(false),
    }
}

/// What this computer is called.
fn host_name() -> Option<String> {
    let name = hostname::get().ok()?.to_string_lossy().trim().to_owned();
    Some(name).filter(|name| !name.is_empty())
}
