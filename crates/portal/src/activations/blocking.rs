//! Blocking an activation, and letting it go on.

use axum::{extract::State, http::StatusCode};
use wire::{
    ProblemType,
    activations::SetBlocked,
    ids::{AccountId, ActivationId},
    mailbox::Change,
    sessions::ActivityKind,
};

use super::activation::find;
use crate::{
    Portal, Result, accounts, activity, changes,
    http::{Caller, JsonBody, PathParams},
    sessions::end_sessions_of,
    storage::{Key as _, StoreError, Unit},
};

/// Who blocks. What one blocked the other cannot unblock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Blocker {
    /// The account's owner.
    Owner,
    /// An administrator.
    Portal,
}

/// Blocks one's own activation, whose sessions end, or unblocks it. A program may block itself; to unblock takes a session
/// that the password was given in.
#[utoipa::path(
    put, path = "/activations/{id}/blocked", tag = "activations",
    params(("id" = ActivationId, Path)), request_body = SetBlocked, responses((status = 204)),
)]
pub(super) async fn set_blocked(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(id): PathParams<ActivationId>,
    JsonBody(request): JsonBody<SetBlocked>,
) -> Result<StatusCode> {
    match request.blocked {
        true => caller.ensure_in_person_or(id)?,
        false => caller.ensure_by_password()?,
    }
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    set(&portal, &mut unit, caller.account, id, request.blocked, Blocker::Owner).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks an activation in the portal's name, or unblocks it. Twice is once.
///
/// # Errors
/// `not-found` where the account has no such activation.
pub async fn set_blocked_by_portal(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    id: ActivationId,
    blocked: bool,
) -> Result<()> {
    match accounts::lock_accounts(unit, &[account]).await {
        Err(StoreError::NotFound) => return Err(ProblemType::NotFound.into()),
        other => other?,
    }
    set(portal, unit, account, id, blocked, Blocker::Portal).await
}

async fn set(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    id: ActivationId,
    blocked: bool,
    by: Blocker,
) -> Result<()> {
    let stored = find(unit, account, id).await?;
    let (before, sql) = match by {
        Blocker::Owner => (
            stored.blocked_by_owner,
            "UPDATE activations SET blocked_by_owner = $2 WHERE id = $1",
        ),
        Blocker::Portal => (
            stored.blocked_by_portal,
            "UPDATE activations SET blocked_by_portal = $2 WHERE id = $1",
        ),
    };
    if by == Blocker::Owner && !blocked && stored.blocked_by_portal {
        // Said instead of nothing: the person who asks would think that it works again.
        return Err(ProblemType::BlockedByPortal.into());
    }
    if before == blocked {
        return Ok(());
    }
    sqlx::query(sql)
        .bind(id.key())
        .bind(i64::from(blocked))
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    if blocked {
        end_sessions_of(unit, id).await?;
    }
    let kind = match blocked {
        true => ActivityKind::ActivationBlocked,
        false => ActivityKind::ActivationUnblocked,
    };
    activity::record_about(portal, unit, account, kind, &stored.address, by == Blocker::Portal).await?;
    changes::append(unit, account, Change::Account).await?;
    Ok(())
}
