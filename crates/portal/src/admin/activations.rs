//! What an administrator decides of client programs: which activation is blocked, and which versions may be used.

use axum::{Json, extract::State, http::StatusCode};
use wire::{
    activations::{Program, ProgramInUse, SetBlocked, SetLeastVersion},
    ids::{AccountId, ActivationId},
};

use crate::{
    Portal, Result, activations,
    http::{Administrator, JsonBody, PathParams},
};

/// Blocks an activation of an account, or unblocks it. Its owner cannot unblock it.
#[utoipa::path(
    put, path = "/admin/accounts/{id}/activations/{activation}/blocked", tag = "administration",
    params(("id" = AccountId, Path), ("activation" = ActivationId, Path)),
    request_body = SetBlocked, responses((status = 204)),
)]
pub(super) async fn set_blocked(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    PathParams((account, activation)): PathParams<(AccountId, ActivationId)>,
    JsonBody(request): JsonBody<SetBlocked>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    activations::set_blocked_by_portal(&portal, &mut unit, account, activation, request.blocked).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The client programs that are in use, with their versions, and the least version of each that may be.
#[utoipa::path(
    get, path = "/admin/programs", tag = "administration",
    responses((status = 200, body = [ProgramInUse])),
)]
pub(super) async fn programs(State(portal): State<Portal>, _: Administrator) -> Result<Json<Vec<ProgramInUse>>> {
    Ok(Json(activations::programs(&mut *portal.store.read().await?).await?))
}

/// Sets the least version of a program that may be used, or that any may.
#[utoipa::path(
    put, path = "/admin/programs/{program}/least-version", tag = "administration",
    params(("program" = Program, Path)), request_body = SetLeastVersion, responses((status = 204)),
)]
pub(super) async fn set_least_version(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    PathParams(program): PathParams<Program>,
    JsonBody(request): JsonBody<SetLeastVersion>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    activations::set_least_version(&mut unit, &program, request.least_version).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
