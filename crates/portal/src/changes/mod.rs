//! What changed in an account: a numbered feed in the database, and a word to whoever listens that it grew.
//!
//! The word carries nothing and may be lost; the feed is the truth.

mod events;
mod wakes;

use axum::{Json, extract::State};
use sqlx::{AnyConnection, AssertSqlSafe};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    ids::AccountId,
    mailbox::{Change, Changes, ChangesQuery},
};

pub use wakes::{Listener, Wakes};

use crate::{
    Portal,
    http::{Answer, Ask},
    sessions::Caller,
    storage::{Key as _, RowExt as _, StoreError, Unit, values},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(events::listen))
}

/// The most changes that one answer holds.
const PAGE: i64 = 500;

/// Appends a change to an account's feed.
pub async fn tell(unit: &mut Unit, account: AccountId, change: Change) -> Result<(), StoreError> {
    tell_all(unit, &mut [(account, change)]).await
}

/// Appends changes to the feeds of their accounts.
///
/// Each feed's counter is a row that the engine locks; they are counted up one by one in the order of the accounts'
/// ids, so that two units never wait for each other in a circle. Where an account was absorbed, perhaps by a unit that
/// this one has just waited for, the change goes to the account that holds everything now. That one may come before those
/// that are counted already, so that all are let go and counted again.
pub async fn tell_all(unit: &mut Unit, told: &mut [(AccountId, Change)]) -> Result<(), StoreError> {
    unit.mark().await?;
    let counted = loop {
        told.sort_by_key(|(account, _)| *account);
        match count_up(unit, told).await? {
            Some(counted) => break counted,
            None => unit.back_to_mark().await?,
        }
    };
    let sql = format!(
        "INSERT INTO changes (account, seq, change) VALUES {}",
        values(told.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for ((account, change), seq) in told.iter().zip(counted) {
        let change = serde_json::to_string(change).map_err(|_| StoreError::Corrupt)?;
        query = query.bind(account.key()).bind(seq).bind(change);
    }
    query.execute(&mut **unit).await?;
    told.iter().for_each(|(account, _)| unit.wake(*account));
    Ok(())
}

/// Counts the feeds up, in this order. `None` where one is of an account that was absorbed: its holder's took its place.
async fn count_up(unit: &mut Unit, told: &mut [(AccountId, Change)]) -> Result<Option<Vec<i64>>, StoreError> {
    let mut counted = Vec::with_capacity(told.len());
    for (account, _) in told {
        let row = sqlx::query(
            "UPDATE accounts SET change_seq = change_seq + 1 WHERE id = $1 RETURNING change_seq, absorbed_into",
        )
        .bind(account.key())
        .fetch_one(&mut **unit)
        .await?;
        if let Some(holder) = row.maybe_key("absorbed_into")? {
            *account = holder;
            return Ok(None);
        }
        counted.push(row.int("change_seq")?);
    }
    Ok(Some(counted))
}

async fn since(db: &mut AnyConnection, account: AccountId, since: i64) -> Result<Changes, StoreError> {
    let rows = sqlx::query("SELECT seq, change FROM changes WHERE account = $1 AND seq > $2 ORDER BY seq LIMIT $3")
        .bind(account.key())
        .bind(since)
        .bind(PAGE + 1)
        .fetch_all(&mut *db)
        .await?;
    let more = rows.len() as i64 > PAGE;
    let rows = &rows[..rows.len().min(PAGE as usize)];
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
async fn latest(db: &mut AnyConnection, account: AccountId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT change_seq FROM accounts WHERE id = $1")
        .bind(account.key())
        .fetch_one(db)
        .await?;
    row.int("change_seq")
}

/// What changed since.
#[utoipa::path(get, path = "/changes", tag = "changes", params(ChangesQuery), responses((status = 200, body = Changes)))]
async fn list(State(portal): State<Portal>, caller: Caller, Ask(query): Ask<ChangesQuery>) -> Answer<Json<Changes>> {
    let mut db = portal.store.read().await?;
    Ok(Json(since(&mut db, caller.account, query.since).await?))
}
