//! Secure Accounts: who there is, what they hold, and which address is whose.

mod absorb;
mod address_lock;
mod address_owner;
mod lock;
mod rows;
mod withheld;

use std::collections::{BTreeMap, BTreeSet};

use sqlx::{AnyConnection, AssertSqlSafe};
use wire::{
    Address, Millis,
    ids::{AccountId, MailboxId},
    people::AccountState,
    sessions::{Account, AccountKind, OwnAddress},
};

pub(crate) use absorb::absorb;
pub(crate) use address_lock::lock_address;
pub(crate) use address_owner::{AddressOwner, find_address_owner, is_master};
pub use lock::lock_accounts;
pub(crate) use lock::{administrators, current_account};
pub use rows::add_address;
pub(crate) use rows::{
    ChangeNumber, activate, clear_password, create_invited, create_mailbox, move_addresses, remove_address,
    set_administrator, set_kind, set_master, set_state, take_change_number, transfer_alias,
};
pub(crate) use withheld::{
    Withheld, WithheldAddress, claims_due, end_withholding, ensure_may_leave, find_withheld_by_claim, find_withholding,
    give_back, restrict_withholdings, still_separable, takes_part_in_withholding, withhold,
};

use crate::storage::{Key as _, RowExt as _, StoreError, placeholders};

/// What an account is, for rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AccountRow {
    pub(crate) id: AccountId,
    pub(crate) kind: AccountKind,
    pub(crate) administrator: bool,
    /// An absorbed account is that, and one that joins another too, whatever its row's state: there both are disabled ones.
    pub(crate) state: AccountState,
    /// Present once registered.
    pub(crate) name: Option<String>,
    /// Of the current certificate, in hexadecimal.
    pub(crate) fingerprint: String,
    pub(crate) created_at: Millis,
}

/// One account.
pub(crate) async fn find(db: &mut AnyConnection, id: AccountId) -> Result<AccountRow, StoreError> {
    let row = sqlx::query(
        "SELECT id, kind, administrator, name, fingerprint, created_at, \
             CASE WHEN absorbed_into IS NOT NULL THEN 'absorbed' WHEN joining = 1 THEN 'joining' ELSE state END AS state \
         FROM accounts WHERE id = $1",
    )
    .bind(id.key())
    .fetch_one(db)
    .await?;
    Ok(AccountRow {
        id: row.key("id")?,
        kind: row.name("kind")?,
        administrator: row.flag("administrator")?,
        state: row.name("state")?,
        name: row.maybe_text("name")?,
        fingerprint: row.text("fingerprint")?,
        created_at: row.millis("created_at")?,
    })
}

/// An account as its owner sees it.
pub(crate) async fn find_own(db: &mut AnyConnection, id: AccountId) -> Result<Account, StoreError> {
    let row = sqlx::query(
        "SELECT a.name, a.kind, a.administrator, c.certificate FROM accounts a \
         JOIN certificates c ON c.fingerprint = a.fingerprint WHERE a.id = $1",
    )
    .bind(id.key())
    .fetch_one(&mut *db)
    .await?;
    Ok(Account {
        id,
        name: row.text("name")?,
        kind: row.name("kind")?,
        administrator: row.flag("administrator")?,
        addresses: addresses(db, id).await?,
        certificate: row.bytes("certificate")?.into(),
    })
}

/// The confirmed addresses of an account, the Master first.
pub(crate) async fn addresses(db: &mut AnyConnection, id: AccountId) -> Result<Vec<OwnAddress>, StoreError> {
    let rows = sqlx::query(
        "SELECT a.typed, a.master, a.confirmed_at, w.until FROM addresses a \
         LEFT JOIN withheld_addresses x ON x.canonical = a.canonical LEFT JOIN withheld w ON w.claim = x.claim \
         WHERE a.account = $1 ORDER BY a.master DESC, a.confirmed_at, a.canonical",
    )
    .bind(id.key())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(OwnAddress {
                address: row.address("typed")?,
                master: row.flag("master")?,
                confirmed_at: row.millis("confirmed_at")?,
                separable_until: row.maybe_int("until")?,
            })
        })
        .collect()
}

/// The accounts of a person: this one, and those that it absorbed.
pub async fn with_absorbed(db: &mut AnyConnection, id: AccountId) -> Result<Vec<AccountId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM accounts WHERE absorbed_into = $1 ORDER BY id")
        .bind(id.key())
        .fetch_all(db)
        .await?;
    let absorbed = rows.iter().map(|row| row.key("id"));
    std::iter::once(Ok(id)).chain(absorbed).collect()
}

/// The Masters of now of those who had these accounts once, by account. Who is disabled or has not registered has none.
pub(crate) async fn masters(
    db: &mut AnyConnection,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, Address>, StoreError> {
    let ids: BTreeSet<AccountId> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let sql = format!(
        "SELECT a.id, m.typed FROM accounts a JOIN accounts h ON h.id = COALESCE(a.absorbed_into, a.id) \
         JOIN addresses m ON m.account = h.id AND m.master = 1 WHERE a.id IN ({}) AND h.state = 'active'",
        placeholders(ids.len(), 0)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for id in &ids {
        query = query.bind(id.key());
    }
    let rows = query.fetch_all(db).await?;
    rows.iter()
        .map(|row| Ok((row.key("id")?, row.address("typed")?)))
        .collect()
}

/// Where basic mail for an account goes: its Master, or the address that it was invited under.
pub(crate) async fn destination(db: &mut AnyConnection, id: AccountId) -> Result<Address, StoreError> {
    let row = sqlx::query(
        "SELECT typed FROM addresses WHERE account = $1 AND master = 1 \
         UNION ALL SELECT typed FROM invitations WHERE account = $1",
    )
    .bind(id.key())
    .fetch_one(db)
    .await?;
    row.address("typed")
}

/// All mailboxes of an account.
pub(crate) async fn mailboxes(db: &mut AnyConnection, id: AccountId) -> Result<Vec<MailboxId>, StoreError> {
    let rows = sqlx::query("SELECT id FROM mailboxes WHERE account = $1 ORDER BY id")
        .bind(id.key())
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.key("id")).collect()
}
