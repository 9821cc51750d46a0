//! Letting a program in, and taking that back.

use axum::{Json, extract::State, http::StatusCode};
use wire::{
    Address, Problem, ProblemType, Sha256,
    activations::{Activate, Activation, ActivationState, Program},
    ids::{AccountId, ActivationId},
    mailbox::Change,
    sessions::ActivityKind,
};

use super::{
    activation::{ActivationRow, find, find_all, find_by_token},
    programs,
};
use crate::{
    Portal, Result, accounts, activity, changes,
    error::unacceptable,
    http::{ByPassword, Caller, JsonBody, PASSWORD_GIVEN_LIFETIME, PathParams},
    keys::MAX_SLOT_BYTES,
    outbox::{self, SecurityNotice},
    sessions,
    storage::{Key as _, StoreError, Unit},
};

/// The most activations that an account may have: several devices and programs, and some that were forgotten.
const MAX_ACTIVATIONS_PER_ACCOUNT: usize = 50;

/// The longest name of a device, in characters.
const MAX_DEVICE_NAME_CHARACTERS: usize = 100;

/// The activations of the account, the newest first.
#[utoipa::path(get, path = "/activations", tag = "activations", responses((status = 200, body = [Activation])))]
pub(super) async fn list(State(portal): State<Portal>, caller: Caller) -> Result<Json<Vec<Activation>>> {
    let mut db = portal.store.read().await?;
    Ok(Json(find_all(&mut db, caller.account, caller.activation).await?))
}

/// Authorises a client program under the Master, from a session that began with the password, given a short while ago.
/// Every address of the account is told.
#[utoipa::path(
    post, path = "/activations", tag = "activations",
    request_body = Activate, responses((status = 201, body = Activation)),
)]
pub(super) async fn activate(
    State(portal): State<Portal>,
    ByPassword(caller): ByPassword,
    JsonBody(request): JsonBody<Activate>,
) -> Result<(StatusCode, Json<Activation>)> {
    caller.ensure_password_given_within(PASSWORD_GIVEN_LIFETIME, portal.now())?;
    ensure_well_formed(&request)?;
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    programs::ensure_version_allowed(&mut unit, &request.program, request.version).await?;
    let token = Sha256::of(request.token.as_ref());
    match find_by_token(&mut unit, token).await? {
        // The answer to this very request was lost: doing it twice is doing it once.
        Some(stored) if stored.account == caller.account => {
            return Ok((StatusCode::CREATED, Json(stored.for_owner(None))));
        }
        Some(_) => return Err(unacceptable("this token is in use: make another")),
        None => {}
    }
    ensure_one_more(&find_all(&mut unit, caller.account, None).await?, &request.program)?;
    let stored = let_in(&portal, &mut unit, caller.account, request, token).await?;
    unit.commit().await?;
    Ok((StatusCode::CREATED, Json(stored.for_owner(None))))
}

/// Refuses a request that no account could be let in by.
fn ensure_well_formed(request: &Activate) -> Result<()> {
    let device = request.device.trim();
    let is_name = !device.is_empty() && !device.chars().any(char::is_control);
    if !is_name || device.chars().count() > MAX_DEVICE_NAME_CHARACTERS {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("device must be 1 to 100 characters")
            .into());
    }
    if request.token.0.len() != 32 {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("token must be 32 bytes")
            .into());
    }
    if request.slot.0.len() > MAX_SLOT_BYTES {
        return Err(ProblemType::TooLarge.into());
    }
    match request.slot.0.is_empty() {
        true => Err(unacceptable("the slot is empty")),
        false => Ok(()),
    }
}

/// Refuses an activation too many, and one of a program that an administrator has blocked: a blocked program cannot sign in
/// by another activation.
fn ensure_one_more(existing: &[Activation], program: &Program) -> Result<(), ProblemType> {
    let is_blocked = |each: &Activation| each.program == *program && each.state == ActivationState::BlockedByPortal;
    if existing.iter().any(is_blocked) {
        return Err(ProblemType::BlockedByPortal);
    }
    match existing.len() < MAX_ACTIVATIONS_PER_ACCOUNT {
        true => Ok(()),
        false => Err(ProblemType::TooManyActivations),
    }
}

/// Stores the activation under the account's Master of now, and tells every address of the account.
async fn let_in(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    request: Activate,
    token: Sha256,
) -> Result<ActivationRow, StoreError> {
    let now = portal.now();
    let addresses = accounts::addresses(unit, account).await?;
    let master = addresses.iter().find(|own| own.master).ok_or(StoreError::Corrupt)?;
    let stored = ActivationRow {
        id: ActivationId(portal.entropy.id(now)),
        account,
        program: request.program,
        version: request.version,
        device: request.device.trim().to_owned(),
        address: master.address.clone(),
        blocked_by_owner: false,
        blocked_by_portal: false,
        superseded: false,
        created_at: now,
        last_used_at: now,
    };
    insert(unit, &stored, token, &request.slot.0).await?;
    let kind = ActivityKind::Activated;
    activity::record_about(portal, unit, account, kind, &stored.address, false).await?;
    let all: Vec<Address> = addresses.iter().map(|own| own.address.clone()).collect();
    outbox::queue_security_notice(portal, unit, account, SecurityNotice::Activated, &all).await?;
    changes::append(unit, account, Change::Account).await?;
    Ok(stored)
}

async fn insert(unit: &mut Unit, stored: &ActivationRow, token: Sha256, slot: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO activations (id, account, address, program, version, device, token, slot, created_at, last_used_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(stored.id.key())
    .bind(stored.account.key())
    .bind(stored.address.as_typed())
    .bind(stored.program.as_str())
    .bind(stored.version.to_string())
    .bind(&stored.device)
    .bind(token.key())
    .bind(slot)
    .bind(stored.created_at)
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// Removes an activation: its secret opens nothing from now on, and its sessions end. A program may remove its own.
#[utoipa::path(
    delete, path = "/activations/{id}", tag = "activations",
    params(("id" = ActivationId, Path)), responses((status = 204)),
)]
pub(super) async fn remove(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(id): PathParams<ActivationId>,
) -> Result<StatusCode> {
    caller.ensure_by_password_or(id)?;
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    let stored = find(&mut unit, caller.account, id).await?;
    if stored.blocked_by_portal {
        return Err(ProblemType::BlockedByPortal.into());
    }
    sessions::end_sessions_of(&mut unit, id).await?;
    sqlx::query("DELETE FROM activations WHERE id = $1")
        .bind(id.key())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    activity::record_about(
        &portal,
        &mut unit,
        caller.account,
        ActivityKind::ActivationRemoved,
        &stored.address,
        false,
    )
    .await?;
    changes::append(&mut unit, caller.account, Change::Account).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
