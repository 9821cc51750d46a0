//! The numbered feed: what changed, an account after the other, each change once.

use axum::{Json, extract::State};
use sqlx::{AnyConnection, AssertSqlSafe};
use wire::{
    ids::AccountId,
    mailbox::{Change, Changes, ChangesQuery},
};

use crate::{
    Portal, Result,
    accounts::{self, ChangeNumber},
    http::{Caller, QueryParams},
    storage::{Key as _, RowExt as _, StoreError, Unit, values},
};

/// The most changes that one answer holds.
const MAX_CHANGES_PER_ANSWER: i64 = 500;

/// Appends a change to an account's feed.
pub async fn append(unit: &mut Unit, account: AccountId, change: Change) -> Result<(), StoreError> {
    append_all(unit, &mut [(account, change)]).await
}

/// Appends changes to the feeds of their accounts.
///
/// Each feed's counter is a row that the engine locks; they are counted up one by one in the order of the accounts'
/// ids, so that two units never wait for each other in a circle. Where an account was absorbed, perhaps by a unit that
/// this one has just waited for, the change goes to the account that holds everything now. That one may come before those
/// that are counted already, so that all are let go and counted again.
pub async fn append_all(unit: &mut Unit, changes: &mut [(AccountId, Change)]) -> Result<(), StoreError> {
    unit.set_savepoint().await?;
    let numbers = loop {
        changes.sort_by_key(|(account, _)| *account);
        match take_numbers(unit, changes).await? {
            Some(numbers) => break numbers,
            None => unit.rollback_to_savepoint().await?,
        }
    };
    let sql = format!(
        "INSERT INTO changes (account, seq, change) VALUES {}",
        values(changes.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for ((account, change), seq) in changes.iter().zip(numbers) {
        let change = serde_json::to_string(change).map_err(|_| StoreError::Corrupt)?;
        query = query.bind(account.key()).bind(seq).bind(change);
    }
    query.execute(&mut **unit).await?;
    changes.iter().for_each(|(account, _)| unit.wake(*account));
    Ok(())
}

/// Takes the next number of each feed, in this order. `None` where one is of an account that was absorbed: the feed of the
/// account that holds everything now took its place.
async fn take_numbers(unit: &mut Unit, changes: &mut [(AccountId, Change)]) -> Result<Option<Vec<i64>>, StoreError> {
    let mut numbers = Vec::with_capacity(changes.len());
    for (account, _) in changes {
        match accounts::take_change_number(unit, *account).await? {
            ChangeNumber::Taken(number) => numbers.push(number),
            ChangeNumber::AbsorbedInto(current) => {
                *account = current;
                return Ok(None);
            }
        }
    }
    Ok(Some(numbers))
}

async fn since(db: &mut AnyConnection, account: AccountId, since: i64) -> Result<Changes, StoreError> {
    let rows = sqlx::query("SELECT seq, change FROM changes WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3")
        .bind(account.key())
        .bind(since)
        .bind(MAX_CHANGES_PER_ANSWER + 1)
        .fetch_all(&mut *db)
        .await?;
    let more = rows.len() as i64 > MAX_CHANGES_PER_ANSWER;
    let rows = &rows[..rows.len().min(MAX_CHANGES_PER_ANSWER as usize)];
    let latest = match rows.last() {
        Some(row) => row.int("seq")?,
        None => latest(db, account).await?,
    };
    Ok(Changes {
        changes: rows.iter().map(|row| row.json("change")).collect::<Result<_, _>>()?,
        latest,
        more,
    })
}

/// The number of an account's last change.
pub(super) async fn latest(db: &mut AnyConnection, account: AccountId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT change_seq FROM accounts WHERE id = $1")
        .bind(account.key())
        .fetch_one(db)
        .await?;
    row.int("change_seq")
}

/// What changed since.
#[utoipa::path(get, path = "/changes", tag = "changes", params(ChangesQuery), responses((status = 200, body = Changes)))]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    QueryParams(query): QueryParams<ChangesQuery>,
) -> Result<Json<Changes>> {
    let mut db = portal.store.read().await?;
    Ok(Json(since(&mut db, caller.account, query.since).await?))
}
