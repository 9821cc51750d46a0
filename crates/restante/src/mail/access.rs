//! Which portal, who, and by what: this computer's activation, or the password.

use std::{
    io::{IsTerminal as _, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use client::{Client, LockedSession, Session};
use wire::{Address, ProblemType};
use zeroize::Zeroizing;

use super::{
    advice::{advise, advised},
    devices::Devices,
    terminal::show_progress,
};
use crate::{
    activation::{Activations, Kept, VERSION},
    keyring::{SeenFiles, written},
};

/// Where the password is looked for, unless it comes from a file. No flag: others on the machine see flags.
pub const PASSWORD: Variable = Variable {
    name: "RESTANTE_PASSWORD",
    file: "--password-file",
};

/// An environment variable that may hold a password, and the flag for a file that may.
#[derive(Clone, Copy)]
pub struct Variable {
    pub name: &'static str,
    pub file: &'static str,
}

#[derive(Args)]
pub struct Access {
    /// The portal's URL, like https://portal.example.org. Not needed where this computer is activated on one portal alone.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    portal: Option<String>,

    /// Your address on it. Not needed where this computer is activated for one account alone.
    #[arg(long, env = "RESTANTE_ADDRESS", value_name = "ADDRESS")]
    address: Option<Address>,

    /// A file that holds the password, where one is needed. Without it the password is taken from RESTANTE_PASSWORD, or
    /// asked for.
    #[arg(long, env = "RESTANTE_PASSWORD_FILE", value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// The file of this computer's activations; restante/activations.json in your folder of configurations unless told.
    #[arg(long, env = "RESTANTE_ACTIVATIONS", value_name = "FILE")]
    activations: Option<PathBuf>,
}

/// Whose account on which portal, and this computer's activation for it, where there is one.
pub struct Who {
    pub client: Client,
    /// Any address of the account.
    pub address: Address,
    pub kept: Option<Kept>,
}

impl Access {
    /// Signs in by this computer's activation, or by the password where there is none; does the work, and signs out,
    /// whatever came of it.
    pub async fn signed_in<T>(&self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let who = self.who()?;
        let session = match &who.kept {
            Some(kept) => {
                let begun = self.by_activation(&who, kept).await?;
                begun.map_err(|refused| advise(refused, who.client.url()))?
            }
            None => self.by_password(&who).await?,
        };
        finish(session, work).await
    }

    /// Signs in by the password, which is what it takes to change the account; does the work, and signs out.
    pub async fn in_person<T>(&self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let who = self.who()?;
        if who.kept.is_some() {
            eprintln!("An activation may not do this: it takes the password.");
        }
        finish(self.by_password(&who).await?, work).await
    }

    /// Signs in by this computer's activation, or by the password where the portal does not take that; does the work, and
    /// signs out. For seeing to activations, and for nothing else.
    pub async fn by_either<T>(&self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let who = self.who()?;
        let begun = match &who.kept {
            Some(kept) => self.by_activation(&who, kept).await?.map_err(tell_refusal).ok(),
            None => None,
        };
        let session = match begun {
            Some(session) => session,
            None => self.by_password(&who).await?,
        };
        finish(session, work).await
    }

    /// Signs in by the password.
    pub async fn by_password(&self, who: &Who) -> Result<Session> {
        let devices = Devices::beside(&self.file());
        let (portal, address) = (who.client.url(), &who.address);
        let client = who.client.clone().device_token(devices.token(portal, address));
        let session = by_password(&client, address, self.password_file.as_deref()).await?;
        if let Some(token) = session.device_token() {
            // It is as if it had never been, where it cannot be kept.
            let _ = devices.keep(portal, address, token);
        }
        Ok(session)
    }

    /// Signs in by this computer's activation. Answers why the portal does not take it, where that is so.
    pub async fn by_activation(&self, who: &Who, kept: &Kept) -> Result<Result<Session, client::Error>> {
        let session = match who.client.begin_by_activation(&kept.activation, VERSION).await {
            Ok(session) => session,
            Err(error) if is_refusal(&error) => return Ok(Err(error)),
            Err(error) => return Err(advise(error, who.client.url())),
        };
        let (account, mut kept) = (session.account(), kept.clone());
        if kept.follow(&account) {
            // They are looked up at the next sign-in again.
            let _ = self.file().update(&kept);
        }
        if !kept.has(&who.address) {
            let _ = session.sign_out().await;
            bail!(
                "{} is not an address of {} any more, whose account this computer is activated for. Do it again, with your \
                 address now.",
                who.address,
                kept.master()
            );
        }
        Ok(Ok(session))
    }

    /// The file of this computer's activations.
    pub fn file(&self) -> Activations {
        Activations::at(self.activations.as_deref())
    }

    /// A portal, with the keyrings that this computer saw there.
    pub fn client(&self, portal: &str) -> Result<Client, client::Error> {
        seeing(Client::new(portal)?.watch(show_progress()), &self.file())
    }

    /// Signs in by the password, and leaves the keyring closed.
    pub async fn locked(&self) -> Result<LockedSession> {
        let who = self.who()?;
        let password = password(&who.address, self.password_file.as_deref(), PASSWORD)?;
        let locked = who.client.sign_in_locked(&who.address, &password).await;
        locked.map_err(|error| advise(error, who.client.url()))
    }

    /// Whose account it is about.
    pub fn who(&self) -> Result<Who> {
        let all = self.file().all()?;
        let client = |portal: &str| self.client(portal);
        let portal = self.portal.as_deref().map(client).transpose()?;
        let fits = |kept: &&Kept| {
            portal
                .as_ref()
                .is_none_or(|portal| portal.url() == kept.activation.portal())
                && self.address.as_ref().is_none_or(|address| kept.has(address))
        };
        let fitting: Vec<&Kept> = all.iter().filter(fits).collect();
        if fitting.len() > 1 {
            let fitting: Vec<String> = fitting.into_iter().map(as_line).collect();
            bail!(
                "this computer is activated for several accounts: say with --address, or --portal, which is meant\n  {}",
                fitting.join("\n  ")
            );
        }
        let kept = fitting.first().map(|&kept| kept.clone());
        let portal = match (portal, &kept, &all[..]) {
            (Some(portal), ..) => portal,
            (None, Some(kept), _) => client(kept.activation.portal())?,
            // Another account on the one portal that is known.
            (None, None, [first, rest @ ..])
                if rest
                    .iter()
                    .all(|kept| kept.activation.portal() == first.activation.portal()) =>
            {
                client(first.activation.portal())?
            }
            _ => bail!("say which portal: --portal URL, or RESTANTE_PORTAL"),
        };
        let known = || kept.as_ref().map(|kept| kept.master().clone());
        let address = self.address.clone().or_else(known);
        Ok(Who {
            client: portal,
            address: address.context("say which address you have there: --address ADDRESS, or RESTANTE_ADDRESS")?,
            kept,
        })
    }
}

/// Signs in by the password: from a file, from the environment, or asked for.
pub async fn by_password(client: &Client, address: &Address, file: Option<&Path>) -> Result<Session> {
    let password = password(address, file, PASSWORD)?;
    let session = client.sign_in(address, &password).await;
    let session = session.map_err(|error| advise(error, client.url()))?;
    if let Some(first) = session.first_sight() {
        eprintln!(
            "This computer has not seen your keyring before. It was last written {}.",
            written(first)
        );
    }
    Ok(session)
}

/// A client that refuses a keyring older than the one that this computer saw last.
pub fn seeing(client: Client, file: &Activations) -> Result<Client, client::Error> {
    Ok(match file.seen_vaults() {
        Some(folder) => client.seen_vaults(SeenFiles::at(folder)),
        None => client,
    })
}

/// Does the work, and signs out, whatever came of it.
pub async fn finish<T>(session: Session, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
    let portal = session.client().url().to_owned();
    let done = work(&session).await;
    if session.refused_parcels() > 0 {
        eprintln!(
            "The portal says that keys were handed over to you, and whoever gave them did not sign them for you. They were not \
             taken in. An honest portal does not do this: tell its administrator, by telephone."
        );
    }
    // A session that could not be ended ends by itself.
    let _ = session.sign_out().await;
    done.map_err(|error| advised(error, &portal))
}

/// Whether the portal does not take the activation, as opposed to: cannot be asked.
fn is_refusal(error: &client::Error) -> bool {
    matches!(
        error.problem(),
        Some(
            ProblemType::ActivationUnknown
                | ProblemType::ActivationBlocked
                | ProblemType::BlockedByPortal
                | ProblemType::NeedsReactivation
                | ProblemType::ProgramOutdated
        )
    )
}

/// Says why the password is asked for.
pub fn tell_refusal(refused: client::Error) {
    eprintln!("This computer's activation is not taken: {refused}");
}

fn as_line(kept: &Kept) -> String {
    format!("{} at {}", kept.master(), kept.activation.portal())
}

/// The password of whoever has that address: from a file, from the environment, or asked for.
pub fn password(address: &Address, file: Option<&Path>, variable: Variable) -> Result<Zeroizing<String>> {
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map(Zeroizing::new);
        let text = text.with_context(|| format!("the password file {} cannot be read", path.display()))?;
        return Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if let Ok(password) = std::env::var(variable.name) {
        return Ok(Zeroizing::new(password));
    }
    if !stdin().is_terminal() {
        bail!(
            "there is nobody to ask for the password of {address}: set {}, or name a {}",
            variable.name,
            variable.file
        );
    }
    let password = rpassword::prompt_password(format!("Password of {address}: "));
    Ok(Zeroizing::new(password.context("the password could not be asked for")?))
}
