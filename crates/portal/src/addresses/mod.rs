//! Addresses: who stands behind one, and who may write to whom.

mod correspondents;
mod recipients;

use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{Address, ids::AccountId};

pub(crate) use correspondents::{deal, have_dealt};
pub(crate) use recipients::{Relation, may_write};

use crate::{
    Portal,
    storage::{RowExt as _, StoreError},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(recipients::prepare))
        .routes(routes!(correspondents::list))
}

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
