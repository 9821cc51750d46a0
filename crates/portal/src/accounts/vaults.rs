//! The vault as the portal keeps it, and the parcels on their way into it.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use sqlx::AnyConnection;
use wire::{
    ProblemType,
    ids::{AccountId, ParcelId},
    sessions::{Parcel, Slot, Vault, VaultVersion, WriteVault},
};

use super::registration::MAX_VAULT;
use crate::{
    Portal,
    http::{Answer, Body, Named, Replaces},
    sessions::Caller,
    storage::{Key as _, RowExt as _, StoreError},
};

/// An account's vault with its slots.
pub(crate) async fn vault(db: &mut AnyConnection, account: AccountId) -> Result<Vault, StoreError> {
    let row = sqlx::query("SELECT version, sealed FROM vaults WHERE account = $1")
        .bind(account.key())
        .fetch_one(&mut *db)
        .await?;
    let slots = sqlx::query("SELECT id, kind, wrapped FROM unlock_slots WHERE account = $1 ORDER BY id")
        .bind(account.key())
        .fetch_all(db)
        .await?;
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
pub(super) async fn read(State(portal): State<Portal>, caller: Caller) -> Answer<Response> {
    let vault = vault(&mut *portal.store.read().await?, caller.account).await?;
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
    Replaces(version): Replaces,
    Body(vault): Body<WriteVault>,
) -> Answer<Json<VaultVersion>> {
    if vault.sealed.0.len() > MAX_VAULT {
        return Err(ProblemType::TooLarge.into());
    }
    let mut unit = portal.store.begin().await?;
    let written = sqlx::query(
        "UPDATE vaults SET sealed = $3, version = version + 1 WHERE account = $1 AND version = $2 RETURNING version",
    )
    .bind(caller.account.key())
    .bind(version)
    .bind(vault.sealed.0)
    .fetch_optional(&mut *unit)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::VersionConflict)?
    .int("version")?;
    portal.commit(unit).await?;
    Ok(Json(VaultVersion { version: written }))
}

/// The keyring parcels that wait for the caller.
#[utoipa::path(get, path = "/parcels", tag = "account", responses((status = 200, body = [Parcel])))]
pub(super) async fn parcels(State(portal): State<Portal>, caller: Caller) -> Answer<Json<Vec<Parcel>>> {
    let rows = sqlx::query("SELECT id, sealed FROM parcels WHERE account = $1 ORDER BY id")
        .bind(caller.account.key())
        .fetch_all(&mut *portal.store.read().await?)
        .await
        .map_err(StoreError::from)?;
    let parcels = rows
        .iter()
        .map(|row| {
            Ok(Parcel {
                id: row.key("id")?,
                sealed: row.bytes("sealed")?.into(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Json(parcels))
}

/// Says that a parcel stands in the stored vault. It is deleted.
#[utoipa::path(
    delete, path = "/parcels/{id}", tag = "account",
    params(("id" = ParcelId, Path)), responses((status = 204)),
)]
pub(super) async fn taken_in(
    State(portal): State<Portal>,
    caller: Caller,
    Named(id): Named<ParcelId>,
) -> Answer<StatusCode> {
    let mut unit = portal.store.begin().await?;
    let deleted = sqlx::query("DELETE FROM parcels WHERE id = $1 AND account = $2")
        .bind(id.key())
        .bind(caller.account.key())
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?
        .rows_affected();
    if deleted == 0 {
        return Err(ProblemType::NotFound.into());
    }
    portal.commit(unit).await?;
    Ok(StatusCode::NO_CONTENT)
}
