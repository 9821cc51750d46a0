//! Telling those whom an account has exchanged messages with that it writes from another address now.
//!
//! They may be many, so promoting puts in one row, and the outbox's worker works through them by and by: each unit puts
//! mails in for the next few and moves the row on, so that a crash leaves nobody out and tells nobody twice.

use wire::{Address, ids::AccountId};

use super::{
    kind::Kind,
    outbox::{Row, put_rows},
};
use crate::{
    Portal, accounts,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many are told in one unit.
const FEW: usize = 100;

/// Before every account's id.
const NOBODY: AccountId = AccountId(uuid::Uuid::nil());

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

/// Somebody to tell.
struct Correspondent {
    account: AccountId,
    address: Address,
}

/// Puts the next few mails of the oldest telling into the outbox. Whether there was one.
pub(super) async fn tell_a_few(portal: &Portal) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT account, address, told FROM tellings ORDER BY created_at, account LIMIT 1")
        .fetch_optional(&mut *portal.store.read().await?)
        .await?;
    let Some(row) = row else { return Ok(false) };
    let account: AccountId = row.key("account")?;
    let (master, told) = (row.address("address")?, row.key("told")?);
    let mut unit = portal.store.begin().await?;
    // No promotion in between: what is told is the Master until the unit ends.
    accounts::hold(&mut unit, &[account]).await?;
    let few = match is_master(&mut unit, account, &master).await? {
        true => next(&mut unit, account, told).await?,
        false => Vec::new(),
    };
    let moved = match few.last() {
        Some(last) => {
            sqlx::query("UPDATE tellings SET told = $4 WHERE account = $1 AND address = $2 AND told = $3")
                .bind(account.key())
                .bind(master.as_typed())
                .bind(told.key())
                .bind(last.account.key())
                .execute(&mut *unit)
                .await?
        }
        None => {
            sqlx::query("DELETE FROM tellings WHERE account = $1 AND address = $2 AND told = $3")
                .bind(account.key())
                .bind(master.as_typed())
                .bind(told.key())
                .execute(&mut *unit)
                .await?
        }
    };
    // Otherwise another process was quicker, or another address is to be told by now.
    if moved.rows_affected() > 0 {
        let name = accounts::find(&mut unit, account).await?.name;
        let rows: Vec<_> = few
            .iter()
            .map(|one| Row {
                sender: account,
                sender_name: name.as_deref(),
                about: Some(&master),
                ..Row::now(portal, Kind::NewAddress, one.account, &one.address)
            })
            .collect();
        put_rows(portal, &mut unit, &rows).await?;
        portal.commit(unit).await?;
    }
    Ok(true)
}

/// Whether an address is an account's Master, and the account in use: if not, there is nothing to tell any more.
async fn is_master(unit: &mut Unit, account: AccountId, address: &Address) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 AS one FROM addresses d JOIN accounts a ON a.id = d.account \
         WHERE d.account = $1 AND d.canonical = $2 AND d.master = 1 AND a.state = 'active'",
    )
    .bind(account.key())
    .bind(address.canonical())
    .fetch_optional(&mut **unit)
    .await?;
    Ok(row.is_some())
}

/// The next few after one, in the order of their ids: with whom the account, or one that it absorbed, has exchanged
/// messages. Who joined another account since is told as that one, and once.
async fn next(unit: &mut Unit, account: AccountId, after: AccountId) -> Result<Vec<Correspondent>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT h.id, COALESCE(d.typed, i.typed) AS typed FROM accounts own \
         JOIN correspondents c ON c.account = own.id \
         JOIN accounts o ON o.id = c.other \
         JOIN accounts h ON h.id = COALESCE(o.absorbed_into, o.id) \
         LEFT JOIN addresses d ON d.account = h.id AND d.master = 1 \
         LEFT JOIN invitations i ON i.account = h.id \
         WHERE (own.id = $1 OR own.absorbed_into = $1) AND h.id > $2 AND h.id <> $1 AND h.state <> 'disabled' \
         ORDER BY h.id LIMIT $3",
    )
    .bind(account.key())
    .bind(after.key())
    .bind(FEW as i64)
    .fetch_all(&mut **unit)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Correspondent {
                account: row.key("id")?,
                address: row.address("typed")?,
            })
        })
        .collect()
}
