//! An account joins another: what it holds belongs to the other from then on. No message is touched.

use wire::ids::AccountId;

use crate::storage::{Key as _, StoreError, Unit};

/// Hands an account's mailboxes over to another, and what it absorbed itself. Its row stays and points at the other. Its
/// addresses and its parcels are moved by [`move_addresses`](super::move_addresses) and `keys::move_parcels`.
///
/// The caller has locked both accounts.
pub(crate) async fn absorb(unit: &mut Unit, absorbed: AccountId, into: AccountId) -> Result<(), StoreError> {
    for sql in [
        "UPDATE mailboxes SET account = $2 WHERE account = $1",
        // Never at another that points further.
        "UPDATE accounts SET absorbed_into = $2 WHERE absorbed_into = $1",
        "UPDATE accounts SET absorbed_into = $2, state = 'disabled', joining = 0, administrator = 0 WHERE id = $1",
    ] {
        sqlx::query(sql)
            .bind(absorbed.key())
            .bind(into.key())
            .execute(&mut **unit)
            .await?;
    }
    // Streams of its clients end.
    unit.wake(absorbed);
    Ok(())
}

/// Marks that an account joins another, and is in use by itself no more; or that it is again.
pub(super) async fn set_joining(unit: &mut Unit, account: AccountId, joining: bool) -> Result<(), StoreError> {
    let sql = match joining {
        true => "UPDATE accounts SET joining = 1, state = 'disabled' WHERE id = $1",
        false => "UPDATE accounts SET joining = 0, state = 'active' WHERE id = $1",
    };
    sqlx::query(sql).bind(account.key()).execute(&mut **unit).await?;
    unit.wake(account);
    Ok(())
}
