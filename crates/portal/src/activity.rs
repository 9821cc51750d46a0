//! What happened to an account, for its owner to see.

use axum::{Json, extract::State};
use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Address, Millis,
    ids::AccountId,
    sessions::{Activity, ActivityKind},
};

use crate::{
    Portal, Result, accounts,
    http::Caller,
    storage::{Key as _, RowExt as _, SecurityEvent, StoreError, Unit, name},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(list))
}

/// Records something that happened to an account, in the unit in which it happens.
pub(crate) async fn record(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    kind: ActivityKind,
) -> Result<(), StoreError> {
    write(portal, unit, account, kind, None, false).await
}

/// The same where it is about one of the account's addresses, one that it claims, or one that it had.
pub(crate) async fn record_about(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    kind: ActivityKind,
    address: &Address,
    by_administrator: bool,
) -> Result<(), StoreError> {
    write(portal, unit, account, kind, Some(address), by_administrator).await
}

async fn write(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    kind: ActivityKind,
    address: Option<&Address>,
    by_administrator: bool,
) -> Result<(), StoreError> {
    let now = portal.now();
    sqlx::query(
        "INSERT INTO activity (id, account, at, kind, address, by_administrator) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(&portal.entropy.id(now).as_bytes()[..])
    .bind(account.key())
    .bind(now)
    .bind(name(&kind))
    .bind(address.map(Address::as_typed))
    .bind(i64::from(by_administrator))
    .execute(&mut **unit)
    .await?;
    // What its owner sees the operator sees, too: of whom, by a pseudonym.
    unit.log(SecurityEvent {
        name: name(&kind),
        account,
        by_administrator,
    });
    Ok(())
}

/// How often something happened to an account since.
pub(crate) async fn recorded_since(
    db: &mut AnyConnection,
    account: AccountId,
    kind: ActivityKind,
    (since, now): (Millis, Millis),
) -> Result<i64, StoreError> {
    // By id, which is ordered by time: there is an index on it.
    let [first, last] = [(since, [0; 10]), (now, [255; 10])]
        .map(|(at, rest)| uuid::Builder::from_unix_timestamp_millis(at.max(0).unsigned_abs(), &rest).into_uuid());
    let row =
        sqlx::query("SELECT COUNT(*) AS n FROM activity WHERE account = $1 AND id > $2 AND id <= $3 AND kind = $4")
            .bind(account.key())
            .bind(&first.as_bytes()[..])
            .bind(&last.as_bytes()[..])
            .bind(name(&kind))
            .fetch_one(db)
            .await?;
    row.int("n")
}

/// What happened to an account and to those that it absorbed, newest first, at most 100.
pub(crate) async fn recent(db: &mut AnyConnection, account: AccountId) -> Result<Vec<Activity>, StoreError> {
    // Each by itself: asked for all at once, PostgreSQL reads the whole table from its end.
    let mut rows = Vec::new();
    for account in accounts::with_absorbed(db, account).await? {
        let query = sqlx::query(
            "SELECT id, at, kind, address, by_administrator FROM activity WHERE account = $1 ORDER BY id DESC LIMIT 100",
        );
        for row in query.bind(account.key()).fetch_all(&mut *db).await? {
            rows.push((row.bytes("id")?, row));
        }
    }
    rows.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
    rows.iter()
        .take(100)
        .map(|(_, row)| row)
        .map(|row| {
            Ok(Activity {
                at: row.millis("at")?,
                kind: row.name("kind")?,
                address: row.maybe_address("address")?,
                by_administrator: row.flag("by_administrator")?,
            })
        })
        .collect()
}

/// What happened to the account, newest first, at most 100.
#[utoipa::path(get, path = "/activity", tag = "account", responses((status = 200, body = [Activity])))]
async fn list(State(portal): State<Portal>, caller: Caller) -> Result<Json<Vec<Activity>>> {
    Ok(Json(recent(&mut *portal.store.read().await?, caller.account).await?))
}
