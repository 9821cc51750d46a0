//! Lies about the vault that is stored for an account, and the ways into it.

use anyhow::{Context as _, Result};
use clap::Subcommand;
use rand::{Rng as _, RngCore as _, rngs::OsRng};
use serde_json::{Value, from_value, json};
use wire::{
    Bytes,
    vaults::{MAX_REVISION_LEAP, VaultHead},
};

use crate::proxy::Asked;

/// What is served as somebody's vault.
#[derive(Clone, Debug, Subcommand)]
pub enum VaultLie {
    /// The first one of the account that was served since the lie began
    Older,
    /// A revision that is so much higher
    Leap {
        /// By how much; as far as a number goes where that is less
        #[arg(default_value_t = MAX_REVISION_LEAP + 1)]
        by: i64,
    },
    /// The first one of another account that was served since the lie began
    Foreign,
    /// Behind the right head, anything
    Noise,
    /// The way in by the password is one of another kind
    RenameSlot,
    /// What the way in by the password opens was made up
    SwapSlot,
}

impl VaultLie {
    pub(crate) fn instead_of(&self, mut truth: Value, asked: &Asked<'_>) -> Result<Value> {
        // It stands alone, or beside the session that begins with it.
        let vault = match truth.get("sealed") {
            Some(_) => &mut truth,
            None => truth.get_mut("vault").context("an answer without a vault")?,
        };
        let sealed: Bytes = from_value(vault["sealed"].clone())?;
        let (mut head, content) = VaultHead::split(sealed.as_ref())?;
        match self {
            Self::Older | Self::Foreign => {
                asked.keep(vault);
                let of_the_account = matches!(self, Self::Older);
                let kept = asked.first_kept(|kept| {
                    let kept: Option<Bytes> = from_value(kept["sealed"].clone()).ok();
                    kept.and_then(|kept| Some(VaultHead::split(kept.as_ref()).ok()?.0.account == head.account))
                        == Some(of_the_account)
                });
                // Nobody else's was served yet: there is nothing to lie with.
                for part in ["sealed", "version", "written"] {
                    if let Some(kept) = &kept {
                        vault[part] = kept[part].clone();
                    }
                }
            }
            Self::Leap { by } => {
                head.revision = head.revision.saturating_add(*by);
                vault["version"] = json!(head.revision);
                vault["sealed"] = json!(Bytes([&head.to_bytes()[..], content].concat()));
            }
            Self::Noise => {
                let mut noise = vec![0; content.len()];
                OsRng.fill_bytes(&mut noise);
                vault["sealed"] = json!(Bytes([&head.to_bytes()[..], &noise].concat()));
            }
            Self::RenameSlot => vault["slots"][0]["kind"] = json!("activation"),
            Self::SwapSlot => {
                let mut wrapped: Bytes = from_value(vault["slots"][0]["wrapped"].clone())?;
                let last = wrapped.0.last_mut().context("an empty slot")?;
                *last ^= OsRng.gen_range(1..=u8::MAX);
                vault["slots"][0]["wrapped"] = json!(wrapped);
            }
        }
        Ok(truth)
    }
}
