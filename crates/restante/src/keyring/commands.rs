//! What a person does with the keyring.

use anyhow::{Result, bail};
use clap::Args;
use client::{Error, LockedSession, Session};
use serde_json::json;
use wire::{
    ProblemType,
    vaults::{PastVault, VaultWritten},
};

use crate::mail::{
    access::{Access, finish},
    advice::advise,
    terminal,
};

/// List earlier keyrings that the portal keeps, newest first.
///
/// Each line: its revision, when it was written, and by what. It takes the password.
#[derive(Args)]
#[command(after_help = "Example:
  restante vault list")]
pub struct List {
    #[command(flatten)]
    access: Access,
}

impl List {
    pub async fn run(self, json: bool) -> Result<()> {
        let locked = self.access.locked().await?;
        let portal = self.access.who()?.client.url().to_owned();
        let past = locked.past_vaults().await;
        let _ = locked.sign_out().await;
        let past = past.map_err(|error| advise(error, &portal))?;
        if json {
            println!("{}", serde_json::to_string(&past)?);
            return Ok(());
        }
        for past in &past {
            println!("{}", as_line(past));
        }
        if past.is_empty() {
            eprintln!("The portal keeps no earlier keyring yet.");
        }
        Ok(())
    }
}

/// Join the keys of an earlier keyring in.
///
/// They open old messages. Your own key, your ways in and what you know of correspondents stay as they are. Where the
/// keyring that the portal has cannot be opened, the earlier one takes its place. It takes the password.
#[derive(Args)]
#[command(after_help = "Example:
  restante vault join 41")]
pub struct Join {
    /// Which, as `restante vault list` has it.
    revision: i64,

    #[command(flatten)]
    access: Access,
}

impl Join {
    pub async fn run(self, json: bool) -> Result<()> {
        let portal = self.access.who()?.client.url().to_owned();
        let locked = self.access.locked().await?;
        let (replaced, any) = match self.join(&locked).await {
            Ok(done) => done,
            Err(error) => {
                let _ = locked.sign_out().await;
                if error.problem() == Some(ProblemType::NotFound) {
                    bail!(
                        "the portal keeps no keyring of revision {}: see `restante vault list`",
                        self.revision
                    );
                }
                return Err(advise(error, &portal));
            }
        };
        match (json, replaced, any) {
            (true, ..) => println!(
                "{}",
                json!({ "joined": self.revision, "replaced": replaced, "new_keys": any })
            ),
            (_, true, _) => println!(
                "Your keyring could not be opened. Revision {} has taken its place, with all that this computer had seen.",
                self.revision
            ),
            (_, _, true) => println!("Its keys are in your keyring now. Messages that they open can be read."),
            (_, _, false) => println!("Your keyring had all of its keys already. Nothing was changed."),
        }
        Ok(())
    }

    /// Whether it took the place of one that does not open, and whether it brought keys.
    async fn join(&self, locked: &LockedSession) -> Result<(bool, bool), Error> {
        let session = match locked.open().await {
            Ok(session) => session,
            Err(Error::Vault(vault::Error::UnreadableVault)) => {
                let session = locked.accept(Some(self.revision)).await?;
                sign_out(session).await;
                return Ok((true, true));
            }
            Err(error) => return Err(error),
        };
        let joined = session.join_past_vault(self.revision).await;
        let any = joined?;
        sign_out(session).await;
        Ok((false, any))
    }
}

/// Go on with the keyring that the portal has, although this computer has seen a later one.
///
/// That is right after the portal was restored from a backup; ask its administrator. Keys that this computer has seen
/// are joined in, so that nothing is lost. It takes the password.
#[derive(Args)]
#[command(after_help = "Example:
  restante vault accept")]
pub struct Accept {
    #[command(flatten)]
    access: Access,
}

impl Accept {
    pub async fn run(self, json: bool) -> Result<()> {
        let portal = self.access.who()?.client.url().to_owned();
        let locked = self.access.locked().await?;
        let was_older = match locked.open().await {
            Ok(session) => {
                sign_out(session).await;
                false
            }
            Err(Error::Vault(vault::Error::OlderVault)) => {
                let accepted = locked.accept(None).await.map_err(|error| advise(error, &portal))?;
                sign_out(accepted).await;
                true
            }
            Err(error) => {
                let _ = locked.sign_out().await;
                return Err(advise(error, &portal));
            }
        };
        match (json, was_older) {
            (true, _) => println!("{}", json!({ "accepted": was_older })),
            (_, true) => println!("The keyring is taken up again, with all that this computer had seen."),
            (_, false) => println!("The portal has the newest keyring that this computer knows. Nothing was changed."),
        }
        Ok(())
    }
}

/// A session that could not be ended ends by itself.
async fn sign_out(session: Session) {
    let _ = finish(session, async |_| Ok(())).await;
}

fn as_line(past: &PastVault) -> String {
    format!("{} {}", past.version, written(&past.written))
}

/// When a keyring was written, and by what.
pub fn written(written: &VaultWritten) -> String {
    let by = match (&written.program, written.in_person) {
        (Some(program), _) => format!("by the program {program}"),
        (None, true) => "in person".to_owned(),
        (None, false) => "by a session without the password".to_owned(),
    };
    format!("{}, {by}", terminal::time(written.at))
}
