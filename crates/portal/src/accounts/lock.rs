//! Locking accounts: whoever decides by what an account is, and changes it, keeps others from doing the same meanwhile.

use sqlx::AnyConnection;
use wire::ids::AccountId;

use crate::storage::{Key as _, RowExt as _, StoreError, Unit};

/// Locks accounts until the unit ends, by their rows: another unit that locks one of them waits. What was read of them
/// before is to be read again.
///
/// In the order of their ids, so that two units never wait for each other in a circle; whoever needs several locks them
/// at once, after the address where one is needed ([`lock_address`](super::lock_address)). (On SQLite there is one writer, and
/// nobody waits here.)
///
/// # Errors
/// `NotFound` where there is no such account.
pub async fn lock_accounts(unit: &mut Unit, accounts: &[AccountId]) -> Result<(), StoreError> {
    let mut accounts = accounts.to_vec();
    accounts.sort_unstable();
    accounts.dedup();
    for account in accounts {
        let locked = sqlx::query("UPDATE accounts SET change_seq = change_seq WHERE id = $1")
            .bind(account.key())
            .execute(&mut **unit)
            .await?
            .rows_affected();
        if locked == 0 {
            return Err(StoreError::NotFound);
        }
    }
    Ok(())
}

/// The account that has now what an account had: itself, or the one that absorbed it.
pub(crate) async fn current_account(db: &mut AnyConnection, account: AccountId) -> Result<AccountId, StoreError> {
    let row = sqlx::query("SELECT COALESCE(absorbed_into, id) AS current FROM accounts WHERE id = $1")
        .bind(account.key())
        .fetch_one(db)
        .await?;
    row.key("current")
}

/// The active administrators of the portal.
pub(crate) async fn administrators(db: &mut AnyConnection) -> Result<Vec<AccountId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM accounts WHERE administrator = 1 AND state = 'active' ORDER BY id")
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.key("id")).collect()
}
