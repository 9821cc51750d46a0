//! Telling those whom an account has exchanged messages with that it writes from another address now.
//!
//! They may be many, so promoting puts in one row, and the outbox's worker works through them by and by: each unit puts
//! mails in for the next few and moves the row on, so that a crash leaves nobody out and tells nobody twice.

use wire::{Address, ids::AccountId};

use crate::{
    Portal,
    storage::{Key as _, StoreError, Unit},
};

/// Has an account's correspondents told its new Master. A later Master takes the place of one that they are still being
/// told.
pub(crate) async fn tell_correspondents(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    master: &Address,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO tellings (account, address, told, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account) DO UPDATE SET \
             address = excluded.address, told = excluded.told, created_at = excluded.created_at",
    )
    .bind(account.key())
    .bind(master.as_typed())
    .bind(NOBODY.key())
    .bind(portal.now())
    .execute(&mut **unit)
    .await?;
    // The outbox's worker is to look.
    unit.wake(account);
    Ok(())
}

/// Before every account's id.
const NOBODY: AccountId = AccountId(uuid::Uuid::nil());
