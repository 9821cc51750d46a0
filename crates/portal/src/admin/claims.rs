//! An administrator's claims on addresses for somebody: their organisation renames its domain, or they married. Who reads
//! the address confirms it, never the administrator, who sees no number either.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::AnyConnection;
use wire::{
    Address, Problem, ProblemType,
    claims::{AddClaim, Claim},
    ids::{AccountId, ClaimId},
    people::AccountState,
    sessions::AccountKind,
};

use super::actor::Actor;
use crate::{
    Portal, Result, accounts, aliases,
    http::{Administrator, JsonBody, PathParams},
    storage::StoreError,
};

/// Claims an address for an account, and mails the address.
///
/// # Errors
/// `not-found`; `not-allowed` where the account is not a Professional's or not in use; and what claiming it oneself can
/// come to.
pub async fn add_claim(portal: &Portal, account: AccountId, address: &Address, by: Actor) -> Result<Claim> {
    let mut unit = by.begin(portal).await?;
    let known = accounts::find(&mut unit, account).await?;
    if known.state != AccountState::Active || known.kind != AccountKind::Professional {
        return Err(Problem::new(ProblemType::NotAllowed)
            .detail("only a Professional whose account is in use can have aliases")
            .into());
    }
    let id = aliases::claim(portal, &mut unit, account, address, true).await?;
    let claim = find(&mut unit, account, id).await?;
    unit.commit().await?;
    Ok(claim)
}

/// Mails a claim's link again.
///
/// # Errors
/// `not-found`, and what asking for it oneself can come to.
pub async fn mail_claim_again(portal: &Portal, account: AccountId, id: ClaimId, by: Actor) -> Result<Claim> {
    let mut unit = by.begin(portal).await?;
    aliases::mail_claim_again(portal, &mut unit, account, id, true).await?;
    let claim = find(&mut unit, account, id).await?;
    unit.commit().await?;
    Ok(claim)
}

/// The pending claims of an account, without their numbers: with one, an administrator who reads somebody's basic mail
/// could confirm in their place.
pub(super) async fn pending(db: &mut AnyConnection, account: AccountId) -> Result<Vec<Claim>, StoreError> {
    let mut claims = aliases::pending_claims(db, account).await?;
    claims.iter_mut().for_each(|claim| claim.number = None);
    Ok(claims)
}

async fn find(db: &mut AnyConnection, account: AccountId, id: ClaimId) -> Result<Claim> {
    let claims = pending(db, account).await?;
    let claim = claims.into_iter().find(|claim| claim.id == id);
    Ok(claim.ok_or(ProblemType::NotFound)?)
}

/// Claims an address for somebody. Only who reads that address can confirm it.
#[utoipa::path(
    post, path = "/admin/accounts/{id}/claims", tag = "administration",
    params(("id" = AccountId, Path)), request_body = AddClaim, responses((status = 201, body = Claim)),
)]
pub(super) async fn add(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    PathParams(account): PathParams<AccountId>,
    JsonBody(request): JsonBody<AddClaim>,
) -> Result<(StatusCode, Json<Claim>)> {
    Ok((
        StatusCode::CREATED,
        Json(add_claim(&portal, account, &request.address, Actor::Administrator(caller)).await?),
    ))
}

/// Mails the link of somebody's claim again: a new one, in place of the one before.
#[utoipa::path(
    post, path = "/admin/accounts/{id}/claims/{claim}/mail", tag = "administration",
    params(("id" = AccountId, Path), ("claim" = ClaimId, Path)), responses((status = 200, body = Claim)),
)]
pub(super) async fn mail_again(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    PathParams((account, id)): PathParams<(AccountId, ClaimId)>,
) -> Result<Json<Claim>> {
    let by = Actor::Administrator(caller);
    Ok(Json(mail_claim_again(&portal, account, id, by).await?))
}
