//! Taking turns at an address. What an address is stands in two tables, of addresses and of invitations, and no row of
//! either can be held for an address that nobody has.

use wire::Address;

use crate::storage::{StoreError, Unit};

/// Holds an address until the unit ends: whoever else decides what it is waits. Before any account is held.
pub(crate) async fn hold(unit: &mut Unit, address: &Address) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO address_turns (canonical) VALUES ($1) \
         ON CONFLICT (canonical) DO UPDATE SET canonical = excluded.canonical",
    )
    .bind(address.canonical())
    .execute(&mut **unit)
    .await?;
    Ok(())
}
