//! Parcels: secret keys sealed to an account's certificate, on their way into its keyring.

use axum::{Json, extract::State, http::StatusCode};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::any::AnyRow;
use wire::{
    Millis, ProblemType,
    ids::{AccountId, ParcelId},
    sessions::{ActivityKind, Parcel, ParcelOrigin},
};

use super::vaults;
use crate::{
    Portal, Result,
    activity::record,
    http::{ByPassword, Caller, PathParams},
    ports::custody::{InvitedAddress, Receiver},
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// The largest parcel that is taken, in bytes: as many keys as one may hold. A vault has room for it beside its own.
pub(crate) const MAX_PARCEL_BYTES: usize = 1 << 20;

/// For how long a parcel stays after a person said that it stands in the stored vault, and with it the vault of the account
/// that it came of.
const ACKNOWLEDGED_PARCEL_KEPT_FOR: Millis = 30 * DAY;

/// Puts a parcel before an account. `absorbed` names the account whose whole keyring it holds: that one's vault stays
/// while the parcel does.
pub(crate) async fn add_parcel(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    parcel: Parcel,
    absorbed: Option<AccountId>,
) -> Result<(), StoreError> {
    let (claim, invited) = match &parcel.origin {
        ParcelOrigin::Claim { claim } => (Some(claim), None),
        ParcelOrigin::Invitation { account, address } => (None, Some((account, address))),
    };
    sqlx::query(
        "INSERT INTO parcels (id, account, sealed, absorbed, created_at, claim, invited, invited_address) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(parcel.id.key())
    .bind(account.key())
    .bind(&parcel.sealed.0)
    .bind(absorbed.as_ref().map(|absorbed| absorbed.key()))
    .bind(portal.now())
    .bind(claim.map(|claim| claim.key()))
    .bind(invited.map(|(account, _)| account.key()))
    .bind(invited.map(|(_, address)| address.as_typed()))
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
    let now = portal.now();
    let sealed = portal.custody.hand_over(
        &waiting.bytes("sealed")?,
        invited,
        receiver,
        now,
        &mut portal.entropy.rng(),
    )?;
    let parcel = Parcel {
        id: ParcelId(portal.entropy.id(now)),
        origin: invited.origin(),
        sealed: sealed.into(),
    };
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
    let rows = sqlx::query(
        "SELECT id, sealed, claim, invited, invited_address FROM parcels \
         WHERE account = $1 AND acknowledged_at IS NULL ORDER BY id DESC",
    )
    .bind(caller.account.key())
    .fetch_all(&mut *portal.store.read().await?)
    .await
    .map_err(StoreError::from)?;
    let parcels = rows
        .iter()
        .map(|row| {
            Ok(Parcel {
                id: row.key("id")?,
                origin: origin(row)?,
                sealed: row.bytes("sealed")?.into(),
            })
        })
        .collect::<Result<_, StoreError>>()?;
    Ok(Json(parcels))
}

fn origin(row: &AnyRow) -> Result<ParcelOrigin, StoreError> {
    match row.maybe_key("claim")? {
        Some(claim) => Ok(ParcelOrigin::Claim { claim }),
        None => Ok(ParcelOrigin::Invitation {
            account: row.key("invited")?,
            address: row.address("invited_address")?,
        }),
    }
}

/// Says that a parcel stands in the stored vault: from then on it is shown to nobody. A person says so and no program,
/// which might never have stored it; and it stays for a while, should the vault be lost.
#[utoipa::path(
    delete, path = "/parcels/{id}", tag = "account",
    params(("id" = ParcelId, Path)), responses((status = 204)),
)]
pub(super) async fn acknowledge(
    State(portal): State<Portal>,
    ByPassword(caller): ByPassword,
    PathParams(id): PathParams<ParcelId>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    let acknowledged = sqlx::query(
        "UPDATE parcels SET acknowledged_at = $3 WHERE id = $1 AND account = $2 AND acknowledged_at IS NULL",
    )
    .bind(id.key())
    .bind(caller.account.key())
    .bind(portal.now())
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?
    .rows_affected();
    if acknowledged == 0 {
        return Err(ProblemType::NotFound.into());
    }
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes parcels that were acknowledged long enough ago, each with the vault of the account that it came of: until now
/// that was another place where its keys stood.
pub(super) async fn sweep(unit: &mut Unit, now: Millis) -> Result<(), StoreError> {
    let rows = sqlx::query("DELETE FROM parcels WHERE acknowledged_at <= $1 RETURNING absorbed")
        .bind(now - ACKNOWLEDGED_PARCEL_KEPT_FOR)
        .fetch_all(&mut **unit)
        .await?;
    for row in rows {
        if let Some(absorbed) = row.maybe_key("absorbed")? {
            vaults::delete_vault(unit, absorbed).await?;
        }
    }
    Ok(())
}
