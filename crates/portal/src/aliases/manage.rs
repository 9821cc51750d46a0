//! Alias Management: what the owner of an account does with its addresses. For Professionals.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::AnyConnection;
use wire::{
    ProblemType,
    claims::{AddClaim, Aliases, Claim, Promote, RemoveAlias},
    ids::{AccountId, ClaimId},
};

use super::{claims, master};
use crate::{
    Portal, Result, accounts,
    http::{ADDRESS_PASSWORD_LIFETIME, InPerson, JsonBody, PASSWORD_GIVEN_LIFETIME, PathParams, Professional},
};

/// The addresses that the account has, and those that it claims.
#[utoipa::path(get, path = "/aliases", tag = "aliases", responses((status = 200, body = Aliases)))]
pub(super) async fn list(State(portal): State<Portal>, InPerson(caller): InPerson) -> Result<Json<Aliases>> {
    caller.ensure_professional()?;
    let mut db = portal.store.read().await?;
    Ok(Json(Aliases {
        addresses: accounts::addresses(&mut db, caller.account).await?,
        claims: claims::pending_claims(&mut db, caller.account).await?,
    }))
}

/// Claims an address: mails its owner a link. Takes a password given in the last half hour.
///
/// Answers the same, after the same work, whatever the address is.
#[utoipa::path(
    post, path = "/claims", tag = "aliases",
    request_body = AddClaim, responses((status = 201, body = Claim)),
)]
pub(super) async fn add(
    State(portal): State<Portal>,
    Professional(caller): Professional,
    JsonBody(request): JsonBody<AddClaim>,
) -> Result<(StatusCode, Json<Claim>)> {
    caller.ensure_password_given_within(ADDRESS_PASSWORD_LIFETIME, portal.now())?;
    let mut unit = caller.begin(&portal).await?;
    let id = claims::claim(&portal, &mut unit, caller.account, &request.address, false).await?;
    let claim = find_pending(&mut unit, caller.account, id).await?;
    unit.commit().await?;
    Ok((StatusCode::CREATED, Json(claim)))
}

/// Mails a claim's link again. The one before is dead from now on.
#[utoipa::path(
    post, path = "/claims/{id}/mail", tag = "aliases",
    params(("id" = ClaimId, Path)), responses((status = 200, body = Claim)),
)]
pub(super) async fn resend(
    State(portal): State<Portal>,
    Professional(caller): Professional,
    PathParams(id): PathParams<ClaimId>,
) -> Result<Json<Claim>> {
    let mut unit = caller.begin(&portal).await?;
    claims::mail_claim_again(&portal, &mut unit, caller.account, id, false).await?;
    let claim = find_pending(&mut unit, caller.account, id).await?;
    unit.commit().await?;
    Ok(Json(claim))
}

async fn find_pending(db: &mut AnyConnection, account: AccountId, id: ClaimId) -> Result<Claim> {
    let pending = claims::pending_claims(db, account).await?;
    let claim = pending.into_iter().find(|claim| claim.id == id);
    claim.ok_or_else(|| ProblemType::NotFound.into())
}

/// Cancels a claim.
#[utoipa::path(
    delete, path = "/claims/{id}", tag = "aliases",
    params(("id" = ClaimId, Path)), responses((status = 204)),
)]
pub(super) async fn cancel(
    State(portal): State<Portal>,
    Professional(caller): Professional,
    PathParams(id): PathParams<ClaimId>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    claims::cancel_claim(&portal, &mut unit, caller.account, id).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes an alias the Master. Takes a password given in the last five minutes; ends the account's other sessions.
#[utoipa::path(
    post, path = "/aliases/promote", tag = "aliases",
    request_body = Promote, responses((status = 204)),
)]
pub(super) async fn promote(
    State(portal): State<Portal>,
    Professional(caller): Professional,
    JsonBody(request): JsonBody<Promote>,
) -> Result<StatusCode> {
    caller.ensure_password_given_within(PASSWORD_GIVEN_LIFETIME, portal.now())?;
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    let (address, tell) = (&request.address, request.tell_correspondents);
    master::promote(&portal, &mut unit, caller.account, address, tell, Some(caller.session)).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an alias off the account. Delivered mail stays. Takes a password given in the last half hour.
#[utoipa::path(
    post, path = "/aliases/remove", tag = "aliases",
    request_body = RemoveAlias, responses((status = 204)),
)]
pub(super) async fn remove(
    State(portal): State<Portal>,
    Professional(caller): Professional,
    JsonBody(request): JsonBody<RemoveAlias>,
) -> Result<StatusCode> {
    caller.ensure_password_given_within(ADDRESS_PASSWORD_LIFETIME, portal.now())?;
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    master::remove_alias(&portal, &mut unit, caller.account, &request.address).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
