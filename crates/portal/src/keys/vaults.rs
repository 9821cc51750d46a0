//! The vault as the portal keeps it.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use certificate::ensure_sealed;
use sqlx::AnyConnection;
use wire::{
    Millis, ProblemType,
    ids::{AccountId, ActivationId},
    mailbox::Change,
    sessions::{NewVault, Slot, SlotKind, Vault, VaultVersion, WriteVault},
    vaults::{MAX_REVISION_LEAP, VaultHead},
};

use super::history;
use crate::{
    Portal, Result, accounts, changes,
    error::{not_sealed, unacceptable},
    http::{Caller, IfMatch, LargeJsonBody},
    storage::{Key as _, RowExt as _, StoreError, Unit, name},
};

/// The largest vault that is taken, in bytes: some six hundred keys.
pub(crate) const MAX_VAULT_BYTES: usize = 2 << 20;

/// The largest unlock slot, or vault key wrapped in another way, that is taken, in bytes.
pub(crate) const MAX_SLOT_BYTES: usize = 1024;

/// Which ways to unlock its vault a session may see: its own, and no other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slots {
    /// The one by the password.
    Password,
    /// That of the activation that began the session.
    Activation(ActivationId),
    /// None: the vault key came by another way.
    None,
}

/// An account's vault with slots of it.
pub(crate) async fn vault(db: &mut AnyConnection, account: AccountId, slots: Slots) -> Result<Vault, StoreError> {
    let row = sqlx::query("SELECT version, sealed, written_at, program, in_person FROM vaults WHERE account = $1")
        .bind(account.key())
        .fetch_one(&mut *db)
        .await?;
    let query = match &slots {
        Slots::None => None,
        Slots::Password => Some(
            sqlx::query("SELECT id, kind, wrapped FROM unlock_slots WHERE account = $1 ORDER BY id")
                .bind(account.key()),
        ),
        Slots::Activation(activation) => Some(
            sqlx::query(
                "SELECT id, 'activation' AS kind, slot AS wrapped FROM activations \
                 WHERE id = $1 AND account = $2 AND slot IS NOT NULL",
            )
            .bind(activation.key())
            .bind(account.key()),
        ),
    };
    let slots = match query {
        Some(query) => query.fetch_all(db).await?,
        None => Vec::new(),
    };
    let slot = |row: &sqlx::any::AnyRow| {
        Ok::<_, StoreError>(Slot {
            id: row.key("id")?,
            kind: row.name("kind")?,
            wrapped: row.bytes("wrapped")?.into(),
        })
    };
    Ok(Vault {
        version: row.int("version")?,
        sealed: row.bytes("sealed")?.into(),
        written: history::written(&row)?,
        slots: slots.iter().map(slot).collect::<Result<_, _>>()?,
    })
}

/// The caller's vault.
#[utoipa::path(get, path = "/vault", tag = "account", responses((status = 200, body = Vault)))]
pub(super) async fn read(State(portal): State<Portal>, caller: Caller) -> Result<Response> {
    let slots = match (caller.activation, caller.handed_over) {
        (Some(activation), _) => Slots::Activation(activation),
        (None, true) => Slots::None,
        (None, false) => Slots::Password,
    };
    let vault = vault(&mut *portal.store.read().await?, caller.account, slots).await?;
    Ok(([(header::ETAG, format!("\"{}\"", vault.version))], Json(vault)).into_response())
}

/// Replaces the version of the vault that `If-Match` names by the next one. What it replaces is kept for a while.
///
/// In a session of a person a revision may be skipped: after a restore, clients know higher ones than the portal does.
#[utoipa::path(
    put, path = "/vault", tag = "account",
    params(("If-Match" = String, Header, description = "the version that is replaced, quoted")),
    request_body = WriteVault, responses((status = 200, body = VaultVersion)),
)]
pub(super) async fn write(
    State(portal): State<Portal>,
    caller: Caller,
    IfMatch(version): IfMatch,
    LargeJsonBody(vault, _): LargeJsonBody<WriteVault>,
) -> Result<Json<VaultVersion>> {
    let sealed = vault.sealed.0;
    let head = head_of(&sealed, caller.account)?;
    let is_person = caller.ensure_by_password().is_ok();
    ensure_follows(head.revision, version, is_person)?;
    let mut unit = caller.begin(&portal).await?;
    // Held, so that nothing is written into the vault of an account that is being absorbed: its keyring is on its way.
    unit.lock_account().await?;
    let now = portal.now();
    if !is_person {
        history::count_program_write(&mut unit, caller.account, now).await?;
    }
    history::keep(&mut unit, caller.account, version, now).await?;
    let written = sqlx::query(
        "UPDATE vaults SET sealed = $3, version = $4, written_at = $5, in_person = $6, \
         program = (SELECT program FROM activations WHERE id = $7) WHERE account = $1 AND version = $2",
    )
    .bind(caller.account.key())
    .bind(version)
    .bind(sealed)
    .bind(head.revision)
    .bind(now)
    .bind(i64::from(is_person))
    .bind(caller.activation.as_ref().map(|activation| activation.key()))
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?
    .rows_affected();
    if written == 0 {
        return Err(ProblemType::VersionConflict.into());
    }
    let version = head.revision;
    changes::append(&mut unit, caller.account, Change::Vault { version }).await?;
    unit.commit().await?;
    Ok(Json(VaultVersion { version }))
}

/// The clear head of a sealed vault that this account may store.
///
/// # Errors
/// Where it is empty, too large, of another form or of another account.
fn head_of(sealed: &[u8], account: AccountId) -> Result<VaultHead> {
    if sealed.len() > MAX_VAULT_BYTES {
        return Err(ProblemType::TooLarge.into());
    }
    let (head, content) = VaultHead::split(sealed).map_err(|error| unacceptable(&error.to_string()))?;
    ensure_sealed(content).map_err(|error| not_sealed("the vault", error))?;
    match head.account == account {
        true => Ok(head),
        false => Err(unacceptable("this is the vault of another account")),
    }
}

/// Sees that a revision comes right after the one that it replaces; a person's may come later.
fn ensure_follows(revision: i64, replaced: i64, is_person: bool) -> Result<()> {
    match revision.checked_sub(replaced) {
        Some(1) => Ok(()),
        Some(2..=MAX_REVISION_LEAP) if is_person => Ok(()),
        _ => Err(unacceptable(
            "the vault's revision does not follow the one that it replaces",
        )),
    }
}

/// Stores the first vault of an account, with its slot for the password, which whoever made the vault named.
///
/// # Errors
/// Where it is not the first revision of this account's, or the slot's id is in use.
pub(crate) async fn store_vault(unit: &mut Unit, account: AccountId, vault: &NewVault, now: Millis) -> Result<()> {
    let head = head_of(&vault.sealed.0, account)?;
    ensure_follows(head.revision, 0, false)?;
    sqlx::query("INSERT INTO vaults (account, version, sealed, written_at, in_person) VALUES ($1, $2, $3, $4, 1)")
        .bind(account.key())
        .bind(head.revision)
        .bind(&vault.sealed.0)
        .bind(now)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let stored = sqlx::query("INSERT INTO unlock_slots (id, account, kind, wrapped) VALUES ($1, $2, $3, $4)")
        .bind(vault.slot.key())
        .bind(account.key())
        .bind(name(&SlotKind::Password))
        .bind(&vault.password_slot.0)
        .execute(&mut **unit)
        .await;
    match stored.map_err(StoreError::from) {
        Err(StoreError::Conflict(_)) => Err(unacceptable("this slot is in use already")),
        Err(other) => Err(other.into()),
        Ok(_) => Ok(()),
    }
}

/// Deletes the vault of an account that was absorbed, with every way to unlock it. Until then the password's record is
/// kept too: without it the vault would be a copy that nobody could ever open.
pub(super) async fn delete_vault(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM unlock_slots WHERE account = $1",
        "DELETE FROM past_vaults WHERE account = $1",
        "DELETE FROM program_vault_writes WHERE account = $1",
        "DELETE FROM vaults WHERE account = $1",
    ] {
        sqlx::query(sql).bind(account.key()).execute(&mut **unit).await?;
    }
    accounts::clear_password(unit, account).await
}
