//! Holding accounts: whoever decides by what an account is, and changes it, keeps others from doing the same meanwhile.

use sqlx::AnyConnection;
use wire::ids::AccountId;

use crate::storage::{Key as _, RowExt as _, StoreError, Unit};

/// Holds accounts until the unit ends, by their rows: another unit that holds one of them waits. What was read of them
/// before is to be read again.
///
/// In the order of their ids, so that two units never wait for each other in a circle; whoever needs several holds them
/// at once, after the [turn](crate::addresses) of an address where one is needed. (On SQLite there is one writer, and
/// nobody waits here.)
///
/// # Errors
/// `NotFound` where there is no such account.
pub async fn hold(unit: &mut Unit, accounts: &[AccountId]) -> Result<(), StoreError> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let held = sqlx::query("UPDATE accounts SET change_seq = change_seq WHERE id = $1")
            .bind(account.key())
            .execute(&mut **unit)
            .await?
            .rows_affected();
        if held == 0 {
            return Err(StoreError::NotFound);
        }
    }
    Ok(())
}

/// Who holds now what an account held: itself, or the account that absorbed it.
pub(crate) async fn holder(db: &mut AnyConnection, account: AccountId) -> Result<AccountId, StoreError> {
    let row = sqlx::query("SELECT COALESCE(absorbed_into, id) AS holder FROM accounts WHERE id = $1")
        .bind(account.key())
        .fetch_one(db)
        .await?;
    row.key("holder")
}

/// The active administrators of the portal.
pub(crate) async fn administrators(db: &mut AnyConnection) -> Result<Vec<AccountId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM accounts WHERE administrator = 1 AND state = 'active' ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.key("id")).collect()
}
