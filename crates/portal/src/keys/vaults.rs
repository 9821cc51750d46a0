//! The vault as the portal keeps it.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse as _, Response},
};
use sqlx::AnyConnection;
use wire::{
    ProblemType,
    ids::{AccountId, ActivationId, SlotId},
    mailbox::Change,
    sessions::{Slot, SlotKind, Vault, VaultVersion, WriteVault},
};

use crate::{
    Portal, Result, accounts, changes,
    error::unacceptable,
    http::{Caller, IfMatch, JsonBody},
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
    let row = sqlx::query("SELECT version, sealed FROM vaults WHERE account = $1")
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

/// Replaces the version of the vault that `If-Match` names.
#[utoipa::path(
    put, path = "/vault", tag = "account",
    params(("If-Match" = String, Header, description = "the version that is replaced, quoted")),
    request_body = WriteVault, responses((status = 200, body = VaultVersion)),
)]
pub(super) async fn write(
    State(portal): State<Portal>,
    caller: Caller,
    IfMatch(version): IfMatch,
    JsonBody(vault): JsonBody<WriteVault>,
) -> Result<Json<VaultVersion>> {
    if vault.sealed.0.is_empty() {
        return Err(unacceptable("the vault is empty"));
    }
    if vault.sealed.0.len() > MAX_VAULT_BYTES {
        return Err(ProblemType::TooLarge.into());
    }
    let mut unit = caller.begin(&portal).await?;
    // Held, so that nothing is written into the vault of an account that is being absorbed: its keyring is on its way.
    unit.lock_account().await?;
    let written = sqlx::query(
        "UPDATE vaults SET sealed = $3, version = version + 1 WHERE account = $1 AND version = $2 RETURNING version",
    )
    .bind(caller.account.key())
    .bind(version)
    .bind(vault.sealed.0)
    .fetch_optional(&mut **unit)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::VersionConflict)?
    .int("version")?;
    changes::append(&mut unit, caller.account, Change::Vault { version: written }).await?;
    unit.commit().await?;
    Ok(Json(VaultVersion { version: written }))
}

/// Stores the first vault of an account, with its slot for the password.
pub(crate) async fn store_vault(
    unit: &mut Unit,
    account: AccountId,
    sealed: &[u8],
    slot: SlotId,
    password_slot: &[u8],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO vaults (account, version, sealed) VALUES ($1, 1, $2)")
        .bind(account.key())
        .bind(sealed)
        .execute(&mut **unit)
        .await?;
    sqlx::query("INSERT INTO unlock_slots (id, account, kind, wrapped) VALUES ($1, $2, $3, $4)")
        .bind(slot.key())
        .bind(account.key())
        .bind(name(&SlotKind::Password))
        .bind(password_slot)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Deletes the vault of an account that was absorbed, with every way to unlock it. Until then the password's record is
/// kept too: without it the vault would be a copy that nobody could ever open.
pub(super) async fn delete_vault(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM unlock_slots WHERE account = $1",
        "DELETE FROM vaults WHERE account = $1",
    ] {
        sqlx::query(sql).bind(account.key()).execute(&mut **unit).await?;
    }
    accounts::clear_password(unit, account).await
}
