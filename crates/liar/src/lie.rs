use anyhow::Result;
use axum::http::Method;
use clap::Subcommand;
use serde_json::Value;

use crate::{DeliveryLie, RecipientLie, proxy::Asked};

/// What is said instead of the truth, by the part of the API that it is about.
#[derive(Clone, Debug, Subcommand)]
pub enum Lie {
    /// About who has an address, and under which key (`POST /recipients`)
    #[command(subcommand)]
    Recipients(RecipientLie),
    /// About a message that is opened (`GET /deliveries/{id}`)
    #[command(subcommand)]
    Deliveries(DeliveryLie),
}

impl Lie {
    /// Whether it is told in answer to such a request. The path is the one below `/api/v1`.
    pub(crate) fn is_told_at(&self, method: &Method, path: &str) -> bool {
        match self {
            Self::Recipients(_) => method == Method::POST && path == "/recipients",
            Self::Deliveries(_) => {
                let id = path.strip_prefix("/deliveries/");
                method == Method::GET && id.is_some_and(|id| !id.is_empty() && !id.contains('/'))
            }
        }
    }

    /// What is answered instead of `truth`.
    pub(crate) async fn instead_of(&self, truth: Value, asked: &Asked<'_>) -> Result<Value> {
        match self {
            Self::Recipients(lie) => lie.instead_of(truth, asked).await,
            Self::Deliveries(lie) => lie.instead_of(truth, asked).await,
        }
    }
}
