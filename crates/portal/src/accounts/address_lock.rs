//! Locking an address. Whose an address is stands in two tables, of addresses and of invitations, and no row of
//! either can be locked for an address that nobody has.

use wire::Address;

use crate::storage::{StoreError, Unit};

/// Locks an address until the unit ends: whoever else decides whose it is waits. Before any account is locked.
pub(crate) async fn lock_address(unit: &mut Unit, address: &Address) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO address_locks (canonical) VALUES ($1) \
         ON CONFLICT (canonical) DO UPDATE SET canonical = excluded.canonical",
    )
    .bind(address.canonical())
    .execute(&mut **unit)
    .await?;
    Ok(())
}
