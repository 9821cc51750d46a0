//! Parcels: secret keys sealed to an account's certificate, on their way into its keyring.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use wire::{
    ProblemType,
    ids::{AccountId, ParcelId},
    sessions::{ActivityKind, Parcel},
};

use super::vaults;
use crate::{
    Portal, Result,
    activity::record,
    http::{Caller, PathParams},
    ports::custody::{InvitedAddress, Receiver},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// The largest parcel that is taken, in bytes: as many keys as one may hold. A vault has room for it beside its own.
pub(crate) const MAX_PARCEL_BYTES: usize = 1 << 20;

/// Puts a parcel before an account. `absorbed` names the account whose whole keyring it holds: that one's vault stays
/// until the parcel is taken in.
pub(crate) async fn add_parcel(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    sealed: Vec<u8>,
    absorbed: Option<AccountId>,
) -> Result<(), StoreError> {
    let now = portal.now();
    sqlx::query("INSERT INTO parcels (id, account, sealed, absorbed, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(ParcelId(portal.entropy.id(now)).key())
        .bind(account.key())
        .bind(sealed)
        .bind(absorbed.as_ref().map(|absorbed| absorbed.key()))
        .bind(now)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Hands all parcels of an account over to another.
pub(crate) async fn move_parcels(unit: &mut Unit, from: AccountId, to: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE parcels SET account = $2 WHERE account = $1")
        .bind(from.key())
        .bind(to.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Keeps the key that an invited account's mail waits under, locked by custody.
pub(crate) async fn add_waiting_key(unit: &mut Unit, account: AccountId, locked: &[u8]) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO waiting_keys (account, sealed) VALUES ($1, $2)")
        .bind(account.key())
        .bind(locked)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Lets custody hand the key that an invited account's mail waited under to a certificate of `to`, and forgets it. Each time
/// stands in the log, under a name that says nothing of the address, and in the activity of `to`.
pub(crate) async fn hand_waiting_key_over(
    portal: &Portal,
    unit: &mut Unit,
    invited: InvitedAddress<'_>,
    to: AccountId,
    receiver: Receiver<'_>,
) -> Result<()> {
    let waiting = sqlx::query("DELETE FROM waiting_keys WHERE account = $1 RETURNING sealed")
        .bind(invited.account.key())
        .fetch_one(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let parcel = portal.custody.hand_over(
        &waiting.bytes("sealed")?,
        invited,
        receiver,
        portal.now(),
        &mut portal.entropy.rng(),
    )?;
    let pseudonym = portal
        .secrets
        .keyed_hash("custody/log", invited.address.canonical().as_bytes());
    tracing::info!(
        address = %URL_SAFE_NO_PAD.encode(&pseudonym[..12]),
        by_claim = matches!(receiver, Receiver::Claimant(_)),
        "custody handed a waiting key over"
    );
    add_parcel(portal, unit, to, parcel, None).await?;
    record(portal, unit, to, ActivityKind::WaitingKeyHandedOver).await?;
    Ok(())
}

/// The keyring parcels that wait for the caller, newest first. One may open only with a key out of another.
#[utoipa::path(get, path = "/parcels", tag = "account", responses((status = 200, body = [Parcel])))]
pub(super) async fn list(State(portal): State<Portal>, caller: Caller) -> Result<Json<Vec<Parcel>>> {
    let rows = sqlx::query("SELECT id, sealed FROM parcels WHERE account = $1 ORDER BY id DESC")
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
pub(super) async fn acknowledge(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(id): PathParams<ParcelId>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    let row = sqlx::query("DELETE FROM parcels WHERE id = $1 AND account = $2 RETURNING absorbed")
        .bind(id.key())
        .bind(caller.account.key())
        .fetch_optional(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::NotFound)?;
    // Until now it was the only other place where the absorbed account's keys stood.
    if let Some(absorbed) = row.maybe_key("absorbed")? {
        vaults::delete_vault(&mut unit, absorbed).await?;
    }
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
