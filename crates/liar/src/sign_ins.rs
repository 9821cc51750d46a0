//! Lies about how a password is proved.

use clap::Subcommand;
use serde_json::{Value, json};

/// Under what a password is to be proved.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum SignInLie {
    /// It is stretched so little that whoever has the answer can guess it
    WeakStretching,
    /// It is stretched for so long that the client stands still
    ExcessiveStretching,
    /// The portal is reached elsewhere
    OtherOrigin,
}

impl SignInLie {
    pub(crate) fn instead_of(self, mut truth: Value) -> Value {
        let setup = &mut truth["setup"];
        match self {
            Self::WeakStretching => setup["stretching"] = json!({ "memory_kib": 8, "passes": 1 }),
            Self::ExcessiveStretching => setup["stretching"] = json!({ "memory_kib": 4 << 20, "passes": 1000 }),
            Self::OtherOrigin => setup["origin"] = json!("https://portal.evil.test"),
        }
        truth
    }
}
