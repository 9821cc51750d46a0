//! Lies about keys that were handed to an account.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use rand::rngs::OsRng;
use serde_json::{Value, from_value, json, to_value};
use uuid::Uuid;
use vault::Certificate;
use wire::{
    Address,
    ids::{ClaimId, ParcelId},
    sessions::{Parcel, ParcelOrigin},
};

use crate::{
    forgery::{key_for, now},
    proxy::Asked,
};

/// What is said of the parcels that wait for the caller.
#[derive(Clone, Debug, Subcommand)]
pub enum ParcelLie {
    /// In each is what was in the first one that was served since the lie began
    Swap,
    /// Each comes of another claim than the one that was signed
    Origin,
    /// One more, of a claim that nobody made, with a key of the liar's, which signed it
    MakeUp {
        /// Whose key it is to be
        giver: Address,
    },
}

impl ParcelLie {
    pub(crate) async fn instead_of(&self, truth: Value, asked: &Asked<'_>) -> Result<Value> {
        let mut parcels: Vec<Parcel> = from_value(truth)?;
        let claim = ClaimId(Uuid::from_u128(7));
        match self {
            Self::Swap => {
                for parcel in &mut parcels {
                    asked.keep(&to_value(&*parcel)?);
                    let first = asked.first_kept(|_| true).context("one was just kept")?;
                    parcel.sealed = from_value(first["sealed"].clone())?;
                }
            }
            Self::Origin => {
                for parcel in &mut parcels {
                    parcel.origin = ParcelOrigin::Claim { claim };
                }
            }
            Self::MakeUp { giver } => {
                let session = asked.ask("/session", None).await?;
                let certificate: wire::Bytes = from_value(session["account"]["certificate"].clone())?;
                let reader = Certificate::parse(certificate.as_ref()).map_err(vault::Error::from)?;
                let sealed = key_for(giver)?.hand_over(&reader, claim, now()?, &mut OsRng)?;
                parcels.push(Parcel {
                    id: ParcelId(claim.0),
                    origin: ParcelOrigin::Claim { claim },
                    sealed: sealed.into(),
                });
            }
        }
        Ok(json!(parcels))
    }
}
