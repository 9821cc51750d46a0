//! Lies about who asked for an address, and so about who gets the account that has it.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::{Value, from_value, json};
use vault::Certificate;
use wire::{Address, Bytes};

use crate::forgery::key_for;

/// What is said of whoever claims an address.
#[derive(Clone, Debug, Subcommand)]
pub enum ClaimLie {
    /// The claimant's key is one of the liar's: where the page shows it, and where the keyring would be sealed to it
    NameItself,
    /// The right key is shown, and the keyring would be sealed to one of the liar's
    SwapCertificate,
    /// Somebody else is the claimant, with a key of the liar's
    NameAnother {
        /// Who
        accomplice: Address,
    },
}

impl ClaimLie {
    /// Of a claim that is looked at.
    pub(crate) fn instead_of_shown(&self, mut truth: Value) -> Result<Value> {
        match self {
            Self::NameItself => {}
            Self::SwapCertificate => return Ok(truth),
            Self::NameAnother { accomplice } => truth["claimant"] = json!({ "name": null, "address": accomplice }),
        }
        let claimant = from_value(truth["claimant"]["address"].clone())?;
        truth["claimant_fingerprint"] = json!(key_for(&claimant)?.certificate().fingerprint().to_string());
        Ok(truth)
    }

    /// Of one whose password was proved.
    pub(crate) fn instead_of_proved(&self, mut truth: Value) -> Result<Value> {
        let right: Bytes = from_value(truth["claimant_certificate"].clone())?;
        let right = Certificate::parse(right.as_ref()).map_err(vault::Error::from)?;
        let claimant = match self {
            Self::NameAnother { accomplice } => accomplice.clone(),
            _ => right.user_ids().next().context("a key without an address")?.parse()?,
        };
        truth["claimant_certificate"] = json!(Bytes(key_for(&claimant)?.certificate().to_bytes()));
        Ok(truth)
    }
}
