//! Addresses: who stands behind one, how it becomes another's, and who may write to whom.

mod aliases;
mod claims;
mod confirm;
mod confirmation;
mod correspondents;
mod directory;
mod links;
mod master;
mod recipients;
mod turns;

use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Address, ids::AccountId};

pub(crate) use claims::sweep;
pub use claims::{cancel, cancel_claims, claim, mail_claim_again, pending};
pub use confirm::{Confirmation, confirm, proved};
pub(crate) use correspondents::deal;
pub(crate) use directory::web_key_directory;
pub use links::{issue_claim_link, refuse};
pub use master::{promote, remove};
pub(crate) use recipients::{Reached, look_up};
pub(crate) use turns::hold as hold_turn;

use crate::{
    Portal,
    storage::{RowExt as _, StoreError},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(recipients::prepare))
        .routes(routes!(correspondents::list))
        .routes(routes!(directory::find))
        .routes(routes!(aliases::list))
        .routes(routes!(aliases::promote))
        .routes(routes!(aliases::remove))
        .routes(routes!(aliases::add))
        .routes(routes!(aliases::resend))
        .routes(routes!(aliases::cancel))
        .routes(routes!(confirmation::inspect))
        .routes(routes!(confirmation::prove))
        .routes(routes!(confirmation::confirm_claim))
        .routes(routes!(confirmation::refuse))
}

/// The most addresses that one account has.
const MAX_ADDRESSES: usize = 50;

/// What an address is on this portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A confirmed address of a registered account.
    Registered(AccountId),
    /// Mail waits for it, and nobody has registered.
    Invited(AccountId),
    /// Nobody has it.
    Unknown,
}

/// Who stands behind an address now.
pub(crate) async fn resolve(db: &mut AnyConnection, address: &Address) -> Result<Standing, StoreError> {
    let row = sqlx::query(
        "SELECT account, 'registered' AS standing FROM addresses WHERE canonical = $1 \
         UNION ALL SELECT account, 'invited' AS standing FROM invitations WHERE canonical = $1",
    )
    .bind(address.canonical())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(Standing::Unknown) };
    let account = row.key("account")?;
    match row.text("standing")?.as_str() {
        "registered" => Ok(Standing::Registered(account)),
        _ => Ok(Standing::Invited(account)),
    }
}

/// Whether an address is the Master of its account.
async fn is_master(db: &mut AnyConnection, address: &Address) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT master FROM addresses WHERE canonical = $1")
        .bind(address.canonical())
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(false), |row| row.flag("master"))
}
