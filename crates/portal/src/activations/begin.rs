//! A session by an activation.

use axum::{extract::State, response::Response};
use wire::{
    ProblemType, Sha256,
    activations::BeginByActivation,
    people::AccountState,
    sessions::{Carrier, SignedIn},
};

use super::{
    activation::{ensure_usable, find_by_token},
    programs,
};
use crate::{
    Portal, Result, accounts,
    http::JsonBody,
    sessions::{self, SessionOrigin},
    storage::{Key as _, StoreError},
};

/// Begins a session by an activation. It may read and write; what changes the account itself takes the password.
#[utoipa::path(
    post, path = "/activations/sessions", tag = "activations",
    request_body = BeginByActivation, responses((status = 201, body = SignedIn)),
)]
pub(super) async fn begin(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<BeginByActivation>,
) -> Result<Response> {
    let token = Sha256::of(request.token.as_ref());
    let mut unit = portal.begin_unguarded().await?;
    let found = find_by_token(&mut unit, token)
        .await?
        .ok_or(ProblemType::ActivationUnknown)?;
    accounts::lock_accounts(&mut unit, &[found.account]).await?;
    // It may have been removed, or the account absorbed, while this waited.
    let found = find_by_token(&mut unit, token)
        .await?
        .ok_or(ProblemType::ActivationUnknown)?;
    if accounts::find(&mut unit, found.account).await?.state != AccountState::Active {
        return Err(ProblemType::AccountDisabled.into());
    }
    ensure_usable(found.state())?;
    programs::ensure_version_allowed(&mut unit, &found.program, request.version).await?;
    sqlx::query("UPDATE activations SET version = $2, last_used_at = $3 WHERE id = $1")
        .bind(found.id.key())
        .bind(request.version.to_string())
        .bind(portal.now())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let begun = sessions::begin(
        &portal,
        &mut unit,
        found.account,
        Carrier::Bearer,
        SessionOrigin::Activation(found.id),
    )
    .await?;
    unit.commit().await?;
    Ok(begun.answer(&portal))
}
