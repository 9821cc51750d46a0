//! Secure Accounts: who there is, what they hold, and how they begin.

mod activity;
mod invitations;
mod registration;
mod vaults;

use certificate::{Certificate, Fingerprint};
use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Address, Bytes, Millis,
    ids::{AccountId, MailboxId},
    people::AccountState,
    sessions::{Account, AccountKind, OwnAddress},
};

pub(crate) use activity::{record, record_about};
pub use invitations::{Invited, invite};
pub(crate) use invitations::{invited_since, issue_link, link};
pub(crate) use vaults::vault;

use crate::{
    Portal,
    storage::{Key as _, RowExt as _, StoreError, Unit, name},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(invitations::inspect))
        .routes(routes!(invitations::renew))
        .routes(routes!(registration::start))
        .routes(routes!(registration::finish))
        .routes(routes!(vaults::read, vaults::write))
        .routes(routes!(vaults::parcels))
        .routes(routes!(vaults::taken_in))
        .routes(routes!(activity::list))
}

/// What an account is, for rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Known {
    pub(crate) id: AccountId,
    pub(crate) kind: AccountKind,
    pub(crate) state: AccountState,
    /// Present once registered.
    pub(crate) name: Option<String>,
    /// Of the current certificate, in hexadecimal.
    pub(crate) fingerprint: String,
}

/// One account.
pub(crate) async fn find(db: &mut AnyConnection, id: AccountId) -> Result<Known, StoreError> {
    let row = sqlx::query("SELECT id, kind, state, name, fingerprint FROM accounts WHERE id = $1")
        .bind(id.key())
        .fetch_one(db)
        .await?;
    Ok(Known {
        id: row.key("id")?,
        kind: row.name("kind")?,
        state: row.name("state")?,
        name: row.maybe_text("name")?,
        fingerprint: row.text("fingerprint")?,
    })
}

/// An account as its owner sees it.
pub(crate) async fn own(db: &mut AnyConnection, id: AccountId) -> Result<Account, StoreError> {
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
        "SELECT typed, master, confirmed_at FROM addresses WHERE account = $1 ORDER BY master DESC, confirmed_at, canonical",
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
            })
        })
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

/// A stored certificate.
pub(crate) async fn certificate(db: &mut AnyConnection, fingerprint: &str) -> Result<Bytes, StoreError> {
    let row = sqlx::query("SELECT certificate FROM certificates WHERE fingerprint = $1")
        .bind(fingerprint)
        .fetch_one(db)
        .await?;
    Ok(row.bytes("certificate")?.into())
}

/// Stores a certificate of an account beside those that it had.
async fn add_certificate(
    unit: &mut Unit,
    account: AccountId,
    certificate: &Certificate,
    now: Millis,
) -> Result<Fingerprint, StoreError> {
    let fingerprint = certificate.fingerprint();
    sqlx::query("INSERT INTO certificates (fingerprint, account, certificate, created_at) VALUES ($1, $2, $3, $4)")
        .bind(fingerprint.to_string())
        .bind(account.key())
        .bind(certificate.to_bytes())
        .bind(now)
        .execute(&mut **unit)
        .await?;
    Ok(fingerprint)
}

/// Disables an account or enables it again. An invited account stays as it is.
///
/// # Errors
/// `NotFound` where there is no registered account of that id.
pub async fn set_disabled(portal: &Portal, unit: &mut Unit, id: AccountId, disabled: bool) -> Result<(), StoreError> {
    use wire::sessions::ActivityKind::{Disabled, Enabled};
    let (from, to, kind) = match disabled {
        true => (AccountState::Active, AccountState::Disabled, Disabled),
        false => (AccountState::Disabled, AccountState::Active, Enabled),
    };
    let account = find(unit, id).await?;
    if account.state == AccountState::Invited {
        return Err(StoreError::NotFound);
    }
    let changed = sqlx::query("UPDATE accounts SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id.key())
        .bind(name(&from))
        .bind(name(&to))
        .execute(&mut **unit)
        .await?
        .rows_affected();
    // Doing it twice is doing it once.
    if changed > 0 {
        record(portal, unit, id, kind).await?;
        unit.wake(id);
    }
    Ok(())
}
