//! What went wrong, and what to do about it.

use anyhow::{Error, anyhow};
use wire::ProblemType;

/// What went wrong, and what to do about it.
pub fn advise(error: client::Error, portal: &str) -> Error {
    if error.is_wrong_password() {
        return anyhow!("address and password do not go together. Check both, and that {portal} is your portal.");
    }
    if let Some(advice) = error.problem().and_then(activation) {
        return anyhow!("{error}\n{advice}");
    }
    let advice = match &error {
        client::Error::Network(_) => format!("Is {portal} right, and is this machine on line?"),
        client::Error::KeysChanged(_) => {
            "If they are, send it again with --accept-key FINGERPRINT for each of them.".to_owned()
        }
        client::Error::Readers(_) | client::Error::OtherDelivery => {
            "Nobody got anything. An honest portal does not do this: tell its administrator, by telephone.".to_owned()
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
        client::Error::Problem(problem) if problem.kind == ProblemType::TooManyAttempts => {
            "If it is somebody else who tries passwords for your address, you need not wait for them: `restante device ask` has \
             a link mailed to you that lets this computer sign in."
                .to_owned()
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::SignedOut => {
            "The session was ended meanwhile. Do it again.".to_owned()
        }
        client::Error::Problem(problem) if problem.kind == ProblemType::NotFound => {
            "`restante inbox` and `restante inbox --sent` list your messages with their ids.".to_owned()
        }
        client::Error::Vault(vault::Error::OlderVault) => "Nothing was opened. Was the portal restored from a backup? Ask its \
             administrator. If it was, `restante vault accept` goes on with it, and loses nothing that this computer has seen."
            .to_owned(),
        client::Error::Vault(vault::Error::UnreadableVault | vault::Error::ForkedVault) => {
            "Nothing was changed. `restante vault list` shows earlier keyrings, and `restante vault join REVISION` goes on \
             with one. Tell the administrator of the portal."
                .to_owned()
        }
        client::Error::Vault(vault::Error::ForeignVault | vault::Error::VaultLeapt) => {
            "Nothing was opened or changed. Tell the administrator of the portal.".to_owned()
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

/// What there is to do where the portal does not take an activation.
fn activation(problem: ProblemType) -> Option<&'static str> {
    match problem {
        ProblemType::ActivationUnknown => {
            Some("Nothing was retrieved or sent. `restante activate` activates this computer again.")
        }
        ProblemType::ActivationBlocked => Some(
            "What you blocked yourself goes on after `restante activation unblock ID`; `restante activation list` shows the \
             id.",
        ),
        ProblemType::BlockedByPortal => Some("Nothing was retrieved or sent."),
        ProblemType::NeedsReactivation => Some(
            "Nothing was retrieved or sent. Activate this computer again: `restante activation remove`, then `restante \
             activate`. The second does for both where the first was left out.",
        ),
        ProblemType::ProgramOutdated => Some(concat!(
            "This is restante ",
            env!("CARGO_PKG_VERSION"),
            ". Install a newer one; the administrator of the portal knows which."
        )),
        ProblemType::TooManyActivations => {
            Some("`restante activation list` shows them, and `restante activation remove ID` removes one.")
        }
        _ => None,
    }
}

/// The same, of an error that may be the client's.
pub fn advised(error: Error, portal: &str) -> Error {
    match error.downcast::<client::Error>() {
        Ok(error) => advise(error, portal),
        Err(other) => other,
    }
}
