//! Who has exchanged messages with whom.

use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

use axum::{Json, extract::State};
use serde::Deserialize;
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use utoipa::IntoParams;
use wire::{Address, Millis, ids::AccountId, people::Correspondent, sessions::AccountKind};

use crate::{
    Portal, Result, accounts,
    http::{Caller, QueryParams},
    storage::{Key as _, RowExt as _, StoreError, Unit, placeholders, values},
};

/// An account, and the address that it is known as.
pub(crate) type KnownAs<'a> = (AccountId, &'a Address);

/// Records that a message went from one to others: from its Master, to them as they were addressed.
pub(crate) async fn record_exchange(
    unit: &mut Unit,
    sender: KnownAs<'_>,
    others: &[KnownAs<'_>],
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
         ON CONFLICT (account, other) DO UPDATE SET known_as = excluded.known_as, last_at = excluded.last_at, \
             known_before = CASE WHEN lower(correspondents.known_as) = lower(excluded.known_as) \
                 THEN correspondents.known_before ELSE correspondents.known_as END",
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

/// Those of these accounts that a person has exchanged messages with. On either side it counts whom an account has absorbed.
///
/// The question is that for `named` accounts, and is asked even where there is none of them: how often the database is
/// asked, and what, does not tell how many of the addresses that somebody named are here.
pub(super) async fn exchanged_with(
    db: &mut AnyConnection,
    account: AccountId,
    others: &BTreeSet<AccountId>,
    named: usize,
) -> Result<BTreeSet<AccountId>, StoreError> {
    if named == 0 {
        return Ok(BTreeSet::new());
    }
    let own = accounts::with_absorbed(db, account).await?;
    let these = placeholders(named, own.len());
    let sql = format!(
        "SELECT o.id, o.absorbed_into \
         FROM correspondents c JOIN accounts o ON o.id = c.other \
         WHERE c.account IN ({}) AND (o.id IN ({these}) OR o.absorbed_into IN ({these}))",
        placeholders(own.len(), 0)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    let nobody = AccountId(uuid::Uuid::nil());
    let asked = others.iter().chain(std::iter::repeat(&nobody)).take(named);
    for account in own.iter().chain(asked) {
        query = query.bind(account.key());
    }
    let mut found = BTreeSet::new();
    for row in query.fetch_all(db).await? {
        // Under both: `others` may have been looked up a moment before one of them was absorbed.
        found.insert(row.key("id")?);
        found.extend(row.maybe_key::<AccountId>("absorbed_into")?);
    }
    Ok(found)
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
/// They are found by their name, their address of now, and those that they were last known as: who types an old
/// address out of habit finds the person.
#[utoipa::path(
    get, path = "/correspondents", tag = "sending",
    params(Completion), responses((status = 200, body = [Correspondent])),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    QueryParams(query): QueryParams<Completion>,
) -> Result<Json<Vec<Correspondent>>> {
    let mut db = portal.store.read().await?;
    let mut rows = Vec::new();
    // One after the other: each has its own index by time.
    for account in accounts::with_absorbed(&mut db, caller.account).await? {
        rows.append(&mut of_account(&mut db, account).await?);
    }
    rows.sort_by_key(|known| std::cmp::Reverse(known.last_at));
    // Compared here: the engines fold case beyond ASCII each in their own way.
    let prefix = query.prefix.trim().to_lowercase();
    let begins = |text: &str| {
        text.to_lowercase()
            .split(char::is_whitespace)
            .any(|word| word.starts_with(&prefix))
    };
    let found = once_each(rows, caller.account).into_iter().filter_map(|mut known| {
        let begun = |address: &&Address| begins(address.canonical());
        let last = known.under.first().filter(|last| **last != known.address).cloned();
        known.under.retain(|under| *under != known.address);
        let by_now = begins(known.address.canonical()) || known.name.as_deref().is_some_and(begins);
        let formerly = match by_now || last.as_ref().is_some_and(|last| begun(&last)) {
            true => last,
            // Says why somebody of another address is suggested.
            false => Some(known.under.iter().find(begun)?.clone()),
        };
        Some(Correspondent {
            name: known.name,
            address: known.address,
            formerly,
            kind: known.kind,
            last_at: known.last_at,
        })
    });
    Ok(Json(found.take(20).collect()))
}

/// Somebody that an account has exchanged messages with, by the account that holds theirs now.
struct KnownPerson {
    person: AccountId,
    name: Option<String>,
    address: Address,
    kind: AccountKind,
    last_at: Millis,
    /// The addresses that they were known as, the latest first.
    under: Vec<Address>,
}

/// Everybody but oneself, as they were known last, with the addresses of all their accounts.
fn once_each(rows: Vec<KnownPerson>, oneself: AccountId) -> Vec<KnownPerson> {
    let mut everybody: Vec<KnownPerson> = Vec::new();
    let mut places = BTreeMap::new();
    for mut row in rows.into_iter().filter(|row| row.person != oneself) {
        match places.entry(row.person) {
            Entry::Vacant(place) => {
                place.insert(everybody.len());
                everybody.push(row);
            }
            Entry::Occupied(place) => everybody[*place.get()].under.append(&mut row.under),
        }
    }
    everybody
}

/// Whom one account has exchanged messages with.
async fn of_account(db: &mut AnyConnection, account: AccountId) -> Result<Vec<KnownPerson>, StoreError> {
    let rows = sqlx::query(
        "SELECT h.id, h.name, h.kind, c.last_at, c.known_as, c.known_before, COALESCE(m.typed, i.typed) AS typed \
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
        let (latest, before) = (row.maybe_address("known_as")?, row.maybe_address("known_before")?);
        Ok(KnownPerson {
            person: row.key("id")?,
            name: row.maybe_text("name")?,
            kind: row.name("kind")?,
            last_at: row.millis("last_at")?,
            address: row.address("typed")?,
            under: latest.into_iter().chain(before).collect(),
        })
    };
    rows.iter().map(known).collect()
}
