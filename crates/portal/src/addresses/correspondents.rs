//! Who has dealt with whom.

use std::collections::BTreeSet;

use axum::{Json, extract::State};
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use utoipa::IntoParams;
use wire::{Address, Millis, ids::AccountId, people::Correspondent};

use crate::{
    Portal, accounts,
    http::{Answer, Ask},
    sessions::Caller,
    storage::{Key as _, RowExt as _, StoreError, Unit, placeholders, values},
};

/// An account, and the address that it is dealt with under.
pub(crate) type Party<'a> = (AccountId, &'a Address);

/// Records that a message went from one to others: from its Master, to them as they were addressed.
pub(crate) async fn deal(
    unit: &mut Unit,
    sender: Party<'_>,
    others: &[Party<'_>],
    now: Millis,
) -> Result<(), StoreError> {
    if others.is_empty() {
        return Ok(());
    }
    let mut pairs: Vec<_> = others
        .iter()
        .flat_map(|&other| [(sender.0, other), (other.0, sender)])
        .collect();
    // Always in this order: two people who write to each other at once must not wait for each other in a circle.
    pairs.sort_unstable_by_key(|(account, (other, _))| (*account, *other));
    let sql = format!(
        "INSERT INTO correspondents (account, other, known_as, last_at) VALUES {} \
         ON CONFLICT (account, other) DO UPDATE SET known_as = excluded.known_as, last_at = excluded.last_at",
        values(pairs.len(), 4)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (account, (other, address)) in &pairs {
        query = query.bind(account.key()).bind(other.key());
        query = query.bind(address.as_typed()).bind(now);
    }
    query.execute(&mut **unit).await?;
    Ok(())
}

/// Those of these accounts that a person has dealt with. On either side it counts whom an account has absorbed.
pub(super) async fn dealt_with(
    db: &mut AnyConnection,
    person: AccountId,
    others: &BTreeSet<AccountId>,
) -> Result<BTreeSet<AccountId>, StoreError> {
    if others.is_empty() {
        return Ok(BTreeSet::new());
    }
    let own = accounts::person(db, person).await?;
    let these = placeholders(others.len(), own.len());
    let sql = format!(
        "SELECT DISTINCT COALESCE(o.absorbed_into, o.id) AS other \
         FROM correspondents c JOIN accounts o ON o.id = c.other \
         WHERE c.account IN ({}) AND (o.id IN ({these}) OR o.absorbed_into IN ({these}))",
        placeholders(own.len(), 0)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for account in own.iter().chain(others) {
        query = query.bind(account.key());
    }
    let rows = query.fetch_all(db).await?;
    rows.iter().map(|row| row.key("other")).collect()
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
///
/// They are found by their name, their address of now, and the one that they were last dealt with under.
#[utoipa::path(
    get, path = "/correspondents", tag = "sending",
    params(Completion), responses((status = 200, body = [Correspondent])),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Ask(query): Ask<Completion>,
) -> Answer<Json<Vec<Correspondent>>> {
    let mut db = portal.store.read().await?;
    let mut latest = Vec::new();
    // One after the other: each has its own index by time.
    for account in accounts::person(&mut db, caller.account).await? {
        latest.append(&mut of_account(&mut db, account).await?);
    }
    latest.sort_by_key(|(_, known)| std::cmp::Reverse(known.last_at));
    // Compared here: the engines fold case beyond ASCII each in their own way.
    let prefix = query.prefix.trim().to_lowercase();
    let begins = |text: &str| {
        text.to_lowercase()
            .split(char::is_whitespace)
            .any(|word| word.starts_with(&prefix))
    };
    let mut seen = BTreeSet::from([caller.account]);
    let found = latest.into_iter().filter_map(|(person, known)| {
        let wanted = begins(known.address.canonical())
            || known.formerly.as_ref().is_some_and(|former| begins(former.canonical()))
            || known.name.as_deref().is_some_and(begins);
        (seen.insert(person) && wanted).then_some(known)
    });
    Ok(Json(found.take(20).collect()))
}

/// Whom an account has dealt with, each with the account that holds theirs now.
async fn of_account(db: &mut AnyConnection, account: AccountId) -> Result<Vec<(AccountId, Correspondent)>, StoreError> {
    let rows = sqlx::query(
        "SELECT h.id, h.name, h.kind, c.last_at, c.known_as, COALESCE(m.typed, i.typed) AS typed \
         FROM correspondents c JOIN accounts o ON o.id = c.other \
         JOIN accounts h ON h.id = COALESCE(o.absorbed_into, o.id) \
         LEFT JOIN addresses m ON m.account = h.id AND m.master = 1 \
         LEFT JOIN invitations i ON i.account = h.id \
         WHERE c.account = $1 AND h.state <> 'disabled' ORDER BY c.last_at DESC LIMIT 1000",
    )
    .bind(account.key())
    .fetch_all(db)
    .await?;
    let known = |row: &AnyRow| {
        let address = row.address("typed")?;
        let known_as = match row.maybe_text("known_as")? {
            None => None,
            Some(_) => Some(row.address("known_as")?),
        };
        let correspondent = Correspondent {
            name: row.maybe_text("name")?,
            formerly: known_as.filter(|known_as| *known_as != address),
            address,
            kind: row.name("kind")?,
            last_at: row.millis("last_at")?,
        };
        Ok((row.key("id")?, correspondent))
    };
    rows.iter().map(known).collect()
}
