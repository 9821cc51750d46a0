//! Who has dealt with whom.

use axum::{Json, extract::State};
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe};
use utoipa::IntoParams;
use wire::{Millis, ids::AccountId, people::Correspondent};

use crate::{
    Portal,
    http::{Answer, Ask},
    sessions::Caller,
    storage::{Key as _, RowExt as _, StoreError, Unit, values},
};

/// Records that a message went from an account to others.
pub(crate) async fn deal(
    unit: &mut Unit,
    account: AccountId,
    others: &[AccountId],
    now: Millis,
) -> Result<(), StoreError> {
    if others.is_empty() {
        return Ok(());
    }
    let mut pairs: Vec<_> = others
        .iter()
        .flat_map(|&other| [(account, other), (other, account)])
        .collect();
    // Always in this order: two people who write to each other at once must not wait for each other in a circle.
    pairs.sort_unstable();
    let sql = format!(
        "INSERT INTO correspondents (account, other, last_at) VALUES {} \
         ON CONFLICT (account, other) DO UPDATE SET last_at = excluded.last_at",
        values(pairs.len(), 3)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (account, other) in &pairs {
        query = query.bind(account.key()).bind(other.key()).bind(now);
    }
    query.execute(&mut **unit).await?;
    Ok(())
}

/// Whether a message went between two accounts.
pub(crate) async fn have_dealt(db: &mut AnyConnection, one: AccountId, other: AccountId) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT last_at FROM correspondents WHERE account = $1 AND other = $2")
        .bind(one.key())
        .bind(other.key())
        .fetch_optional(db)
        .await?;
    Ok(row.is_some())
}

/// What completion asks.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Completion {
    /// What name or address begin with; all where it is empty.
    #[serde(default)]
    prefix: String,
}

/// Those the caller has exchanged messages with, latest first, at most 20.
#[utoipa::path(
    get, path = "/correspondents", tag = "sending",
    params(Completion), responses((status = 200, body = [Correspondent])),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Ask(query): Ask<Completion>,
) -> Answer<Json<Vec<Correspondent>>> {
    let rows = sqlx::query(
        "SELECT a.name, a.kind, c.last_at, COALESCE(d.typed, i.typed) AS typed \
         FROM correspondents c JOIN accounts a ON a.id = c.other \
         LEFT JOIN addresses d ON d.account = a.id AND d.master = 1 \
         LEFT JOIN invitations i ON i.account = a.id \
         WHERE c.account = $1 AND a.state <> 'disabled' ORDER BY c.last_at DESC LIMIT 1000",
    )
    .bind(caller.account.key())
    .fetch_all(&mut *portal.store.read().await?)
    .await
    .map_err(StoreError::from)?;
    // Compared here: the engines fold case beyond ASCII each in their own way.
    let prefix = query.prefix.trim().to_lowercase();
    let begins = |text: &str| {
        text.to_lowercase()
            .split(char::is_whitespace)
            .any(|word| word.starts_with(&prefix))
    };
    let mut found = Vec::new();
    for row in rows {
        let person = Correspondent {
            name: row.maybe_text("name")?,
            address: row.address("typed")?,
            formerly: None,
            kind: row.name("kind")?,
            last_at: row.millis("last_at")?,
        };
        if begins(person.address.canonical()) || person.name.as_deref().is_some_and(begins) {
            found.push(person);
        }
        if found.len() == 20 {
            break;
        }
    }
    Ok(Json(found))
}
