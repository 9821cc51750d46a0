//! Lies about who has an address, and under which key.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use serde_json::{Value, from_value, json, to_value};
use wire::{
    Address,
    ids::AccountId,
    people::{Recipient, RecipientKind},
};

use crate::{forgery::key_for, proxy::Asked};

/// What is said of the recipients of a message.
#[derive(Clone, Debug, Subcommand)]
pub enum RecipientLie {
    /// One more recipient, whom nobody asked about
    Add {
        /// Somebody who has an account
        accomplice: Address,
    },
    /// One recipient less: the last
    Drop,
    /// Another address in the first one's place
    Rename {
        /// Somebody who has an account
        accomplice: Address,
    },
    /// The first address has the account and the key of somebody else
    Redirect {
        /// Somebody who has an account
        accomplice: Address,
    },
    /// The same, and the key does not say whose it is
    RedirectBare {
        /// Somebody who has an account
        accomplice: Address,
    },
    /// The first address twice, the second time with a key of the liar's
    AnswerTwice,
    /// A key of the liar's for the first address, made for it
    SwapKey,
    /// The same, and the address has not registered
    SwapKeyOfInvited,
    /// The first address is the caller's own
    ClaimOwn,
    /// The first address has the caller's own account, and its own key
    ClaimOwnAccount,
    /// The last address has the account of the first
    ShareAccount,
    /// Nobody has registered
    CallInvited,
}

impl RecipientLie {
    pub(crate) async fn instead_of(&self, truth: Value, asked: &Asked<'_>) -> Result<Value> {
        let mut answer: Vec<Recipient> = from_value(truth)?;
        let first = answer.first().context("nobody was asked about")?.clone();
        match self {
            Self::Add { accomplice } => answer.push(who_has(accomplice, asked).await?),
            Self::Drop => drop(answer.pop()),
            Self::Rename { accomplice } => answer[0] = who_has(accomplice, asked).await?,
            Self::Redirect { accomplice } => {
                answer[0] = Recipient {
                    address: first.address,
                    ..who_has(accomplice, asked).await?
                };
            }
            Self::RedirectBare { accomplice } => {
                let accomplice = who_has(accomplice, asked).await?;
                answer[0] = Recipient {
                    address: first.address,
                    certificate: bare(&accomplice)?,
                    ..accomplice
                };
            }
            Self::AnswerTwice => answer.push(with_forged_key(first)?),
            Self::SwapKey => answer[0] = with_forged_key(first)?,
            Self::SwapKeyOfInvited => {
                answer[0] = Recipient {
                    standing: RecipientKind::Invited,
                    ..with_forged_key(first)?
                };
            }
            Self::ClaimOwn => answer[0] = as_own(&first, asked).await?,
            Self::ClaimOwnAccount => answer[0].account = own(asked).await?.account,
            Self::ShareAccount => {
                let last = answer.last_mut().context("nobody was asked about")?;
                last.account = first.account;
            }
            Self::CallInvited => {
                for one in &mut answer {
                    one.standing = RecipientKind::Invited;
                }
            }
        }
        Ok(to_value(answer)?)
    }
}

/// What the portal says truly of an address, to the caller.
async fn who_has(address: &Address, asked: &Asked<'_>) -> Result<Recipient> {
    let answer = asked
        .ask("/recipients", Some(json!({ "addresses": [address] })))
        .await?;
    let answer: Vec<Recipient> = from_value(answer)?;
    answer.into_iter().next().context("nobody has the accomplice's address")
}

/// The caller's own account, as the portal would say of its Master.
async fn own(asked: &Asked<'_>) -> Result<Recipient> {
    let session = asked.ask("/session", None).await?;
    let account = &session["account"];
    let id: AccountId = from_value(account["id"].clone())?;
    let address: Address = from_value(account["addresses"][0]["address"].clone())?;
    Ok(Recipient {
        address,
        account: id,
        name: None,
        standing: RecipientKind::Registered,
        certificate: from_value(account["certificate"].clone())?,
        predecessors: vec![],
    })
}

/// That recipient as one of the caller's own addresses.
pub(crate) async fn as_own(recipient: &Recipient, asked: &Asked<'_>) -> Result<Recipient> {
    let own = own(asked).await?;
    Ok(Recipient {
        account: own.account,
        certificate: bare(&own)?,
        ..recipient.clone()
    })
}

/// Somebody's key, without a word on which address it stands for.
fn bare(of: &Recipient) -> Result<wire::Bytes> {
    let certificate = vault::Certificate::parse(of.certificate.as_ref()).map_err(vault::Error::from)?;
    Ok(certificate.without_user_ids().to_bytes().into())
}

fn with_forged_key(recipient: Recipient) -> Result<Recipient> {
    Ok(Recipient {
        certificate: key_for(&recipient.address)?.certificate().to_bytes().into(),
        predecessors: vec![],
        ..recipient
    })
}
