//! Which portal, who, and the password.

use std::{
    io::{IsTerminal as _, stdin},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Error, Result, anyhow, bail};
use clap::Args;
use client::{Client, Session};
use wire::{Address, ProblemType};
use zeroize::Zeroizing;

use super::terminal::show_progress;

/// Where the password is looked for, unless it comes from a file. No flag: others on the machine see flags.
const PASSWORD: Variable = Variable {
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
    /// The portal's URL, like https://portal.example.org.
    #[arg(long, env = "RESTANTE_PORTAL", value_name = "URL")]
    pub portal: String,

    /// Your address on it.
    #[arg(long, env = "RESTANTE_ADDRESS", value_name = "ADDRESS")]
    pub address: Address,

    /// A file that holds the password. Without it the password is taken from RESTANTE_PASSWORD, or asked for.
    #[arg(long, env = "RESTANTE_PASSWORD_FILE", value_name = "FILE")]
    pub password_file: Option<PathBuf>,
}

impl Access {
    /// Signs in, does the work, and signs out, whatever came of it.
    pub async fn signed_in<T>(&self, work: impl AsyncFnOnce(&Session) -> Result<T>) -> Result<T> {
        let client = Client::new(&self.portal)?.watch(show_progress());
        let password = password(&self.address, self.password_file.as_deref(), PASSWORD)?;
        let session = client
            .sign_in(&self.address, &password)
            .await
            .map_err(|error| advise(error, &self.portal))?;
        let done = work(&session).await;
        // A session that could not be ended ends by itself.
        let _ = session.sign_out().await;
        done.map_err(|error| match error.downcast::<client::Error>() {
            Ok(error) => advise(error, &self.portal),
            Err(other) => other,
        })
    }
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

/// What went wrong, and what to do about it.
pub fn advise(error: client::Error, portal: &str) -> Error {
    if error.is_wrong_password() {
        return anyhow!("address and password do not go together. Check both, and that {portal} is your portal.");
    }
    let advice = match &error {
        client::Error::Network(_) => format!("Is {portal} right, and is this machine on line?"),
        client::Error::KeysChanged(_) => {
            "If they are, send it again with --accept-key FINGERPRINT for each of them.".to_owned()
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::RecipientsNotAllowed => {
            format!(
                "It is about: {}. As a Guest you write to Professionals who wrote to you.",
                problem.addresses.join(", ")
            )
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::WrongNumber => {
            let left = problem.tries_left.unwrap_or_default();
            format!(
                "It stands beside the request in the claimant's `restante alias list`. Tries that are left: {left}."
            )
        }
        client::Error::Problem(problem)
            if matches!(problem.kind, ProblemType::LinkExpired | ProblemType::LinkReplaced) =>
        {
            "Take the newest mail; `restante alias resend` of whoever asked sends another.".to_owned()
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::ClaimEnded => {
            "Whoever asked can ask again: `restante alias add`.".to_owned()
        }
        client::Error::Problem(problem)
            if matches!(
                problem.kind,
                ProblemType::ClaimChanged | ProblemType::VersionConflict | ProblemType::PasswordNeeded
            ) =>
        {
            "Nothing was changed. Do it again.".to_owned()
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::NotFound => {
            "`restante inbox` and `restante inbox --sent` list your messages with their ids.".to_owned()
        }
        client::Error::Vault(vault::Error::WrongKey) => {
            "The key it was sealed to is not in your vault; the sender can send it again.".to_owned()
        }
        client::Error::Vault(
            vault::Error::BadSignature
            | vault::Error::UnknownSenderKey
            | vault::Error::WrongSender
            | vault::Error::WrongMessage
            | vault::Error::WrongFile
            | vault::Error::Damaged,
        ) => "Do not trust it. Tell its sender, and the administrator of the portal.".to_owned(),
        _ => return error.into(),
    };
    anyhow!("{error}\n{advice}")
}
