use anyhow::Result;
use axum::http::Method;
use clap::Subcommand;
use serde_json::Value;

use crate::{AccountLie, ClaimLie, DeliveryLie, ParcelLie, RecipientLie, SignInLie, VaultLie, proxy::Asked};

/// What is said instead of the truth, by the part of the API that it is about.
#[derive(Clone, Debug, Subcommand)]
pub enum Lie {
    /// About who has an address, and under which key (`POST /recipients`)
    #[command(subcommand)]
    Recipients(RecipientLie),
    /// About a message that is opened (`GET /deliveries/{id}`)
    #[command(subcommand)]
    Deliveries(DeliveryLie),
    /// About the vault, wherever it is given out
    #[command(subcommand)]
    Vaults(VaultLie),
    /// About keys that were handed to the account (`GET /parcels`)
    #[command(subcommand)]
    Parcels(ParcelLie),
    /// About who claims an address (`POST /claims/inspect`, `POST /claims/prove`)
    #[command(subcommand)]
    Claims(ClaimLie),
    /// About the caller's own account, wherever it is given out
    #[command(subcommand)]
    Account(AccountLie),
    /// About how a password is proved (`POST /sign-ins`)
    #[command(subcommand)]
    SignIns(SignInLie),
}

impl Lie {
    /// Whether it is told in answer to such a request. The path is the one below `/api/v1`.
    pub(crate) fn is_told_at(&self, method: &Method, path: &str) -> bool {
        let begins_session = matches!((method.as_str(), path), ("POST", "/sessions" | "/activations/sessions"));
        match self {
            Self::Recipients(_) => method == Method::POST && path == "/recipients",
            Self::Deliveries(_) => {
                let id = path.strip_prefix("/deliveries/");
                method == Method::GET && id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
            }
            Self::Vaults(_) => {
                begins_session || matches!((method.as_str(), path), ("GET", "/vault") | ("POST", "/claims/prove"))
            }
            Self::Parcels(_) => method == Method::GET && path == "/parcels",
            Self::Claims(_) => method == Method::POST && matches!(path, "/claims/inspect" | "/claims/prove"),
            Self::Account(lie) => {
                let reads = method == Method::GET && matches!(path, "/session" | "/aliases");
                let asks = method == Method::POST && path == "/recipients";
                begins_session || reads || (asks && matches!(lie, AccountLie::AddAddress { .. }))
            }
            Self::SignIns(_) => method == Method::POST && path == "/sign-ins",
        }
    }

    /// What is answered instead of `truth` by what is at that path.
    pub(crate) async fn instead_of(&self, truth: Value, path: &str, asked: &Asked<'_>) -> Result<Value> {
        match self {
            Self::Recipients(lie) => lie.instead_of(truth, asked).await,
            Self::Deliveries(lie) => lie.instead_of(truth, asked).await,
            Self::Vaults(lie) => lie.instead_of(truth, asked),
            Self::Parcels(lie) => lie.instead_of(truth, asked).await,
            Self::Claims(lie) if path == "/claims/prove" => lie.instead_of_proved(truth),
            Self::Claims(lie) => lie.instead_of_shown(truth),
            Self::Account(lie) if path == "/recipients" => lie.instead_of_recipients(truth, asked).await,
            Self::Account(lie) => lie.instead_of(truth, asked),
            Self::SignIns(lie) => Ok(lie.instead_of(truth)),
        }
    }
}
