//! Activations: client programs that are authorised for an account without its password.
//!
//! A program proves the password once, leaves an unlock slot of its own here, and keeps the secret that opens it. From
//! then on it begins sessions by that secret's token. Blocked, removed, or outlived by another Master, the secret opens
//! nothing: the portal gives its slot out no more.

mod begin;
mod blocking;
mod programs;

use axum::{Json, extract::State, http::StatusCode};
use sqlx::{AnyConnection, any::AnyRow};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Address, Problem, ProblemType, Sha256,
    activations::{Activate, Activation, ActivationState, Program, Version},
    ids::{AccountId, ActivationId},
    mailbox::Change,
    sessions::ActivityKind,
};

pub use blocking::set_blocked_by_portal;
pub(crate) use programs::least_version;
pub use programs::{programs, set_least_version};

use crate::{
    Portal,
    accounts::{self, MAX_SLOT},
    changes,
    http::{Answer, Body, Named},
    notices::{self, Warning},
    sessions::{Caller, InPerson},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// The most activations that an account may have: several devices and programs, and some that were forgotten.
const MOST: i64 = 50;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(list, activate))
        .routes(routes!(begin::begin))
        .routes(routes!(remove))
        .routes(routes!(blocking::set_blocked))
}

/// An activation as its row has it.
pub(crate) struct Stored {
    pub(crate) id: ActivationId,
    pub(crate) account: AccountId,
    program: Program,
    version: Version,
    device: String,
    address: Address,
    blocked_by_owner: bool,
    blocked_by_portal: bool,
    outlived: bool,
    created_at: wire::Millis,
    last_used_at: wire::Millis,
}

impl Stored {
    /// Every column, in this order, of `activations`.
    const COLUMNS: &str = "id, account, program, version, device, address, blocked_by_owner, blocked_by_portal, \
         outlived_at, created_at, last_used_at";

    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.key("id")?,
            account: row.key("account")?,
            program: row.text("program")?.parse().map_err(|_| StoreError::Corrupt)?,
            version: row.text("version")?.parse().map_err(|_| StoreError::Corrupt)?,
            device: row.text("device")?,
            address: row.address("address")?,
            blocked_by_owner: row.flag("blocked_by_owner")?,
            blocked_by_portal: row.flag("blocked_by_portal")?,
            outlived: row.maybe_int("outlived_at")?.is_some(),
            created_at: row.millis("created_at")?,
            last_used_at: row.millis("last_used_at")?,
        })
    }

    pub(crate) fn state(&self) -> ActivationState {
        state(self.outlived, self.blocked_by_portal, self.blocked_by_owner)
    }

    fn shown(self, to: Option<ActivationId>) -> Activation {
        Activation {
            state: self.state(),
            current: to == Some(self.id),
            id: self.id,
            program: self.program,
            version: self.version,
            device: self.device,
            address: self.address,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

/// What stands against an activation. That it is blocked by the portal comes before that it was outlived: to activate
/// again is no way round an administrator.
fn state(outlived: bool, blocked_by_portal: bool, blocked_by_owner: bool) -> ActivationState {
    match (blocked_by_portal, outlived, blocked_by_owner) {
        (true, ..) => ActivationState::BlockedByPortal,
        (_, true, _) => ActivationState::NeedsReactivation,
        (_, _, true) => ActivationState::Blocked,
        _ => ActivationState::Active,
    }
}

/// The problem that a program is told whose activation is in that state.
pub(crate) fn usable(state: ActivationState) -> Result<(), ProblemType> {
    match state {
        ActivationState::Active => Ok(()),
        ActivationState::NeedsReactivation => Err(ProblemType::NeedsReactivation),
        ActivationState::Blocked => Err(ProblemType::ActivationBlocked),
        ActivationState::BlockedByPortal => Err(ProblemType::BlockedByPortal),
    }
}

/// The activations of an account, the newest first.
pub(crate) async fn of(
    db: &mut AnyConnection,
    account: AccountId,
    current: Option<ActivationId>,
) -> Result<Vec<Activation>, StoreError> {
    let sql = format!(
        "SELECT {} FROM activations WHERE account = $1 ORDER BY id DESC",
        Stored::COLUMNS
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(account.key())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| Ok(Stored::from_row(row)?.shown(current)))
        .collect()
}

/// One activation of an account.
///
/// # Errors
/// `not-found`.
async fn one(db: &mut AnyConnection, account: AccountId, id: ActivationId) -> Answer<Stored> {
    let sql = format!(
        "SELECT {} FROM activations WHERE id = $1 AND account = $2",
        Stored::COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.key())
        .bind(account.key())
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::NotFound)?;
    Ok(Stored::from_row(&row)?)
}

/// The activation that a token is of. Looked up by the hash: what the index compares, and may leak the timing of, is worth
/// nothing.
async fn behind(db: &mut AnyConnection, token: Sha256) -> Result<Option<Stored>, StoreError> {
    let sql = format!("SELECT {} FROM activations WHERE token = $1", Stored::COLUMNS);
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(token.key())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(Stored::from_row).transpose()
}

/// The activations of the account, the newest first.
#[utoipa::path(get, path = "/activations", tag = "activations", responses((status = 200, body = [Activation])))]
async fn list(State(portal): State<Portal>, caller: Caller) -> Answer<Json<Vec<Activation>>> {
    let mut db = portal.store.read().await?;
    Ok(Json(of(&mut db, caller.account, caller.activation).await?))
}

/// Authorises a client program under the Master, from a session that began with the password, given a short while ago.
/// Every address of the account is told.
#[utoipa::path(
    post, path = "/activations", tag = "activations",
    request_body = Activate, responses((status = 201, body = Activation)),
)]
async fn activate(
    State(portal): State<Portal>,
    InPerson(caller): InPerson,
    Body(request): Body<Activate>,
) -> Answer<(StatusCode, Json<Activation>)> {
    let now = portal.now();
    caller.gave_password(now)?;
    let device = request.device.trim();
    if device.is_empty() || device.chars().count() > 100 || device.chars().any(char::is_control) {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("device must be 1 to 100 characters")
            .into());
    }
    if request.token.0.len() != 32 {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("token must be 32 bytes")
            .into());
    }
    if request.slot.0.len() > MAX_SLOT {
        return Err(ProblemType::TooLarge.into());
    }
    if request.slot.0.is_empty() {
        return Err(Problem::new(ProblemType::Unacceptable)
            .detail("the slot is empty")
            .into());
    }
    let mut unit = portal.store.begin().await?;
    caller.hold(&portal, &mut unit).await?;
    programs::allowed(&mut unit, &request.program, request.version).await?;
    let token = Sha256::of(request.token.as_ref());
    match behind(&mut unit, token).await? {
        // The answer to this very request was lost: doing it twice is doing it once.
        Some(stored) if stored.account == caller.account => {
            return Ok((StatusCode::CREATED, Json(stored.shown(None))));
        }
        Some(_) => {
            return Err(Problem::new(ProblemType::Unacceptable)
                .detail("this token is in use: make another")
                .into());
        }
        None => {}
    }
    let before = of(&mut unit, caller.account, None).await?;
    // Whom an administrator shut out comes not back in beside the lock.
    let shut_out =
        |each: &Activation| each.program == request.program && each.state == ActivationState::BlockedByPortal;
    if before.iter().any(shut_out) {
        return Err(ProblemType::BlockedByPortal.into());
    }
    if before.len() as i64 >= MOST {
        return Err(ProblemType::TooManyActivations.into());
    }
    let addresses = accounts::addresses(&mut unit, caller.account).await?;
    let master = addresses.iter().find(|own| own.master).ok_or(StoreError::Corrupt)?;
    let stored = Stored {
        id: ActivationId(portal.entropy.id(now)),
        account: caller.account,
        program: request.program,
        version: request.version,
        device: device.to_owned(),
        address: master.address.clone(),
        blocked_by_owner: false,
        blocked_by_portal: false,
        outlived: false,
        created_at: now,
        last_used_at: now,
    };
    insert(&mut unit, &stored, token, &request.slot.0).await?;
    accounts::record_about(
        &portal,
        &mut unit,
        caller.account,
        ActivityKind::Activated,
        &stored.address,
        false,
    )
    .await?;
    let all: Vec<Address> = addresses.iter().map(|own| own.address.clone()).collect();
    notices::warn(&portal, &mut unit, caller.account, Warning::Activated, &all).await?;
    changes::tell(&mut unit, caller.account, Change::Account).await?;
    portal.commit(unit).await?;
    Ok((StatusCode::CREATED, Json(stored.shown(None))))
}

async fn insert(unit: &mut Unit, stored: &Stored, token: Sha256, slot: &[u8]) -> Result<(), StoreError> {
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
async fn remove(State(portal): State<Portal>, caller: Caller, Named(id): Named<ActivationId>) -> Answer<StatusCode> {
    caller.in_person_or(id)?;
    let mut unit = portal.store.begin().await?;
    caller.hold(&portal, &mut unit).await?;
    let stored = one(&mut unit, caller.account, id).await?;
    if stored.blocked_by_portal {
        return Err(ProblemType::BlockedByPortal.into());
    }
    shut(&mut unit, id).await?;
    sqlx::query("DELETE FROM activations WHERE id = $1")
        .bind(id.key())
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    accounts::record_about(
        &portal,
        &mut unit,
        caller.account,
        ActivityKind::ActivationRemoved,
        &stored.address,
        false,
    )
    .await?;
    changes::tell(&mut unit, caller.account, Change::Account).await?;
    portal.commit(unit).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends the sessions of an activation, and those that it handed over.
async fn shut(unit: &mut Unit, id: ActivationId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM hand_overs WHERE session IN (SELECT hash FROM sessions WHERE activation = $1)",
        "DELETE FROM sessions WHERE activation = $1",
    ] {
        sqlx::query(sql).bind(id.key()).execute(&mut **unit).await?;
    }
    Ok(())
}

/// After a promotion: no activation of before works any more, and its slot is gone, whatever address is promoted next.
/// What is left is a row that tells the program to activate again.
///
/// The caller holds the account, and has ended its sessions.
pub(crate) async fn outlive(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE activations SET outlived_at = $2, slot = NULL WHERE account = $1 AND outlived_at IS NULL")
        .bind(account.key())
        .bind(portal.now())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Removes the activations of an account that is absorbed, or whose owner said *This wasn't me*. What the portal blocked
/// stays as a row that is blocked, and works no more when it is unblocked.
///
/// The caller holds the account, and has ended its sessions.
pub(crate) async fn remove_all(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    outlive(portal, unit, account).await?;
    sqlx::query("DELETE FROM activations WHERE account = $1 AND blocked_by_portal = 0")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_nothing_stands_against_is_usable() {
        for bits in 0..8_u8 {
            let [outlived, portal, owner] = [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0];
            let state = state(outlived, portal, owner);
            assert_eq!(usable(state).is_ok(), bits == 0, "{state:?}");
            assert_eq!(state == ActivationState::BlockedByPortal, portal);
        }
    }
}
