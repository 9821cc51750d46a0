//! Lies about a message that is opened, and so about whom an answer to it goes to.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::{Value, from_value, json};
use wire::{Address, Bytes, ids::DeliveryId};

use crate::{forgery::key_for, proxy::Asked};

/// What is said of a delivery.
#[derive(Clone, Debug, Subcommand)]
pub enum DeliveryLie {
    /// Its sender, and whoever took part in it, has that address now
    SenderNow {
        /// Where an answer shall go
        address: Address,
    },
    /// It came from that address
    From {
        /// Somebody else's
        address: Address,
    },
    /// Its sender is registered under that name
    Rename {
        /// Somebody else's
        name: String,
    },
    /// Its sender's key is one of the liar's
    SwapSenderKey,
    /// It is another one, which the caller has too
    Replay {
        /// The other one
        delivery: DeliveryId,
    },
    /// The same, under the id that was asked for
    ReplayUnderItsId {
        /// The other one
        delivery: DeliveryId,
    },
}

impl DeliveryLie {
    pub(crate) async fn instead_of(&self, mut truth: Value, asked: &Asked<'_>) -> Result<Value> {
        match self {
            Self::SenderNow { address } => {
                truth["sender_now"] = json!(address);
                let participants = truth["slip"]["participants"].as_array_mut();
                for participant in participants.context("a delivery without participants")? {
                    participant["now"] = json!(address);
                }
            }
            Self::From { address } => truth["sender"]["address"] = json!(address),
            Self::Rename { name } => truth["sender"]["name"] = json!(name),
            Self::SwapSenderKey => {
                let sender: Address = from_value(truth["sender"]["address"].clone())?;
                let forged = key_for(&sender)?;
                truth["certificate"] = json!(Bytes(forged.certificate().to_bytes()));
                truth["sender_fingerprint"] = json!(forged.certificate().fingerprint().to_string());
            }
            Self::Replay { delivery } => truth = asked.ask(&format!("/deliveries/{delivery}"), None).await?,
            Self::ReplayUnderItsId { delivery } => {
                let id = truth["id"].take();
                truth = asked.ask(&format!("/deliveries/{delivery}"), None).await?;
                truth["id"] = id;
            }
        }
        Ok(truth)
    }
}
