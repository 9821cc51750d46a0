//! New Masters that correspondents are still to be told: one row for all of them, worked through by and by.

use sqlx::AnyConnection;
use wire::{Address, ids::AccountId};

use crate::{
    Portal,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// Before every account's id.
const NOBODY: AccountId = AccountId(uuid::Uuid::nil());

/// A Master that an account's correspondents are being told.
pub(crate) struct Announcement {
    /// Whose Master it is.
    pub(crate) account: AccountId,
    /// The Master.
    pub(crate) master: Address,
    /// Up to whom, in the order of accounts' ids, they were told.
    pub(crate) told: AccountId,
}

/// Has an account's correspondents told its new Master. A later Master takes the place of one that they are still being
/// told.
pub(crate) async fn announce_master(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    master: &Address,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO announcements (account, address, told, created_at) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (account) DO UPDATE SET \
             address = excluded.address, told = excluded.told, created_at = excluded.created_at",
    )
    .bind(account.key())
    .bind(master.as_typed())
    .bind(NOBODY.key())
    .bind(portal.now())
    .execute(&mut **unit)
    .await?;
    // The mailer is to look.
    unit.wake(account);
    Ok(())
}

/// The announcement that has waited longest.
pub(crate) async fn oldest_announcement(db: &mut AnyConnection) -> Result<Option<Announcement>, StoreError> {
    let row = sqlx::query("SELECT account, address, told FROM announcements ORDER BY created_at, account LIMIT 1")
        .fetch_optional(db)
        .await?;
    row.map(|row| {
        Ok(Announcement {
            account: row.key("account")?,
            master: row.address("address")?,
            told: row.key("told")?,
        })
    })
    .transpose()
}

/// Notes up to whom an announcement was made, or that everybody was told. Whether it was still as it was read: otherwise
/// another process was quicker, or another address is to be told by now.
pub(crate) async fn advance_announcement(
    unit: &mut Unit,
    announcement: &Announcement,
    up_to: Option<AccountId>,
) -> Result<bool, StoreError> {
    let query = match &up_to {
        Some(last) => {
            sqlx::query("UPDATE announcements SET told = $4 WHERE account = $1 AND address = $2 AND told = $3")
                .bind(announcement.account.key())
                .bind(announcement.master.as_typed())
                .bind(announcement.told.key())
                .bind(last.key())
        }
        None => sqlx::query("DELETE FROM announcements WHERE account = $1 AND address = $2 AND told = $3")
            .bind(announcement.account.key())
            .bind(announcement.master.as_typed())
            .bind(announcement.told.key()),
    };
    Ok(query.execute(&mut **unit).await?.rows_affected() > 0)
}
