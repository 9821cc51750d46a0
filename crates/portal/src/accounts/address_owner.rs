//! Whose an address is.

use sqlx::AnyConnection;
use wire::{Address, ids::AccountId};

use crate::storage::{RowExt as _, StoreError};

/// What an address is on this portal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AddressOwner {
    /// A confirmed address of a registered account.
    Registered(AccountId),
    /// Mail waits for it, and nobody has registered.
    Invited(AccountId),
    /// Nobody has it.
    Unknown,
}

/// Who stands behind an address now.
pub(crate) async fn find_address_owner(db: &mut AnyConnection, address: &Address) -> Result<AddressOwner, StoreError> {
    let row = sqlx::query(
        "SELECT account, 'registered' AS standing FROM addresses WHERE canonical = $1 \
         UNION ALL SELECT account, 'invited' AS standing FROM invitations WHERE canonical = $1",
    )
    .bind(address.canonical())
    .fetch_optional(db)
    .await?;
    let Some(row) = row else {
        return Ok(AddressOwner::Unknown);
    };
    let account = row.key("account")?;
    match row.text("standing")?.as_str() {
        "registered" => Ok(AddressOwner::Registered(account)),
        _ => Ok(AddressOwner::Invited(account)),
    }
}

/// Whether an address is the Master of its account.
pub(crate) async fn is_master(db: &mut AnyConnection, address: &Address) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT master FROM addresses WHERE canonical = $1")
        .bind(address.canonical())
        .fetch_optional(db)
        .await?;
    row.map_or(Ok(false), |row| row.flag("master"))
}
