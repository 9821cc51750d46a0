//! Lies about the caller's own account.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::{Value, from_value, json};
use wire::{Address, people::Recipient};

use crate::{proxy::Asked, recipients};

/// What is said of the caller's own account.
#[derive(Clone, Debug, Subcommand)]
pub enum AccountLie {
    /// That address is its Master
    SwapMaster {
        /// Which
        address: Address,
    },
    /// That address is one of its own, also where it is written to
    AddAddress {
        /// Somebody else's
        address: Address,
    },
    /// It is another one: the first that was served since the lie began
    Another,
}

impl AccountLie {
    /// Of an account, alone or in an answer.
    pub(crate) fn instead_of(&self, mut truth: Value, asked: &Asked<'_>) -> Result<Value> {
        let own = |address: &Address, master| json!({ "address": address, "master": master, "confirmed_at": 0 });
        let pointers = ["/session/account", "/account", ""];
        let found = pointers
            .iter()
            .find(|at| truth.pointer(at).is_some_and(|one| one.get("addresses").is_some()));
        let account = truth
            .pointer_mut(found.context("an answer without an account")?)
            .context("it was there")?;
        let addresses = account["addresses"].as_array_mut().context("no addresses")?;
        match self {
            Self::SwapMaster { address } => {
                for one in addresses.iter_mut() {
                    one["master"] = json!(false);
                }
                addresses.insert(0, own(address, true));
            }
            Self::AddAddress { address } => addresses.push(own(address, false)),
            // Where it is no whole account, nobody's can be told from another's.
            Self::Another if account.get("id").is_none() => {}
            Self::Another => {
                asked.keep(account);
                let id = account["id"].clone();
                if let Some(another) = asked.first_kept(|kept| kept["id"] != id) {
                    *account = another;
                }
            }
        }
        Ok(truth)
    }

    /// Of the recipients of a message.
    pub(crate) async fn instead_of_recipients(&self, truth: Value, asked: &Asked<'_>) -> Result<Value> {
        let mut answer: Vec<Recipient> = from_value(truth)?;
        if let Self::AddAddress { address } = self {
            for one in answer.iter_mut().filter(|one| one.address == *address) {
                *one = recipients::as_own(one, asked).await?;
            }
        }
        Ok(json!(answer))
    }
}
