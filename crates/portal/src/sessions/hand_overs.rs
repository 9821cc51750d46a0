//! From one client to the next without the password: from Outlook to the Secure Webmail.
//!
//! An activated program makes a secret, puts it into a link's fragment, and leaves here its token and the vault key
//! wrapped under it. Whoever follows the link within two minutes, once, has a session and the vault key; the portal has
//! neither the secret nor the key.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use sqlx::AnyConnection;
use wire::{
    Millis, Problem, ProblemType, Sha256,
    activations::{HandOver, HandOverPrepared, HandOverToken, HandedOver, PrepareHandOver, TakeHandOver},
    ids::{AccountId, ActivationId},
    people::AccountState,
    sessions::ActivityKind,
};

use super::session::{self, SessionOrigin};
use crate::{
    Portal, Result, accounts, activity,
    http::{Caller, JsonBody},
    keys::MAX_SLOT_BYTES,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long a hand-over is good for: a browser starts within that.
pub(super) const HAND_OVER_LIFETIME: Millis = 2 * 60_000;

/// How many of one session are good at once: a client prepares the next before the one before is over.
const MAX_HAND_OVERS_PER_SESSION: i64 = 5;

/// Prepares a hand-over of a program's session. Of no other: a session would never end that could hand itself over.
#[utoipa::path(
    post, path = "/hand-overs", tag = "sessions",
    request_body = PrepareHandOver, responses((status = 201, body = HandOverPrepared)),
)]
pub(super) async fn prepare(
    State(portal): State<Portal>,
    caller: Caller,
    JsonBody(request): JsonBody<PrepareHandOver>,
) -> Result<(StatusCode, Json<HandOverPrepared>)> {
    if caller.activation.is_none() {
        return Err(Problem::new(ProblemType::NotAllowed)
            .detail("an activated program hands over, and nobody else")
            .into());
    }
    if request.token.0.len() != 32 {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("token must be 32 bytes")
            .into());
    }
    if request.wrapped.0.len() > MAX_SLOT_BYTES {
        return Err(ProblemType::TooLarge.into());
    }
    let now = portal.now();
    let expires_at = now + HAND_OVER_LIFETIME;
    let mut unit = caller.begin(&portal).await?;
    unit.lock_account().await?;
    sqlx::query(
        "DELETE FROM hand_overs WHERE session = $1 AND token NOT IN \
         (SELECT token FROM hand_overs WHERE session = $1 AND expires_at > $2 ORDER BY expires_at DESC, token LIMIT $3)",
    )
    .bind(caller.session.key())
    .bind(now)
    .bind(MAX_HAND_OVERS_PER_SESSION - 1)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    let inserted = sqlx::query(
        "INSERT INTO hand_overs (token, session, account, wrapped, expires_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(Sha256::of(request.token.as_ref()).key())
    .bind(caller.session.key())
    .bind(caller.account.key())
    .bind(request.wrapped.0)
    .bind(expires_at)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from);
    match inserted {
        Err(StoreError::Conflict(_)) => {
            return Err(Problem::new(ProblemType::Unacceptable)
                .detail("this token is in use: make another")
                .into());
        }
        other => other?,
    };
    unit.commit().await?;
    Ok((StatusCode::CREATED, Json(HandOverPrepared { expires_at })))
}

/// A hand-over whose session still stands.
struct LiveHandOver {
    account: AccountId,
    activation: Option<ActivationId>,
    wrapped: Vec<u8>,
    expires_at: Millis,
}

async fn find_by_token(db: &mut AnyConnection, token: Sha256, now: Millis) -> Result<LiveHandOver> {
    let row = sqlx::query(
        "SELECT h.account, h.wrapped, h.expires_at, s.activation FROM hand_overs h \
         JOIN sessions s ON s.hash = h.session AND s.expires_at > $2 WHERE h.token = $1",
    )
    .bind(token.key())
    .bind(now)
    .fetch_optional(&mut *db)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::LinkUnknown)?;
    let live = LiveHandOver {
        account: row.key("account")?,
        activation: row.maybe_key("activation")?,
        wrapped: row.bytes("wrapped")?,
        expires_at: row.millis("expires_at")?,
    };
    if live.expires_at <= now {
        return Err(ProblemType::LinkExpired.into());
    }
    match accounts::find(db, live.account).await?.state {
        AccountState::Active => Ok(live),
        _ => Err(ProblemType::AccountDisabled.into()),
    }
}

/// Whose session a hand-over begins. Changes nothing; it is a POST so that the token stands in no log.
#[utoipa::path(
    post, path = "/hand-overs/inspect", tag = "sessions",
    request_body = HandOverToken, responses((status = 200, body = HandOver)),
)]
pub(super) async fn inspect(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<HandOverToken>,
) -> Result<Json<HandOver>> {
    let mut db = portal.store.read().await?;
    let live = find_by_token(&mut db, Sha256::of(request.token.as_ref()), portal.now()).await?;
    let account = accounts::find_own(&mut db, live.account).await?;
    let master = account.addresses.into_iter().find(|own| own.master);
    Ok(Json(HandOver {
        name: account.name,
        address: master.ok_or(StoreError::Corrupt)?.address,
        expires_at: live.expires_at,
    }))
}

/// Takes a hand-over, once: a session begins.
#[utoipa::path(
    post, path = "/hand-overs/take", tag = "sessions",
    request_body = TakeHandOver, responses((status = 201, body = HandedOver)),
)]
pub(super) async fn take(State(portal): State<Portal>, JsonBody(request): JsonBody<TakeHandOver>) -> Result<Response> {
    let (token, now) = (Sha256::of(request.token.as_ref()), portal.now());
    let mut unit = portal.begin_unguarded().await?;
    let found = find_by_token(&mut unit, token, now).await?;
    accounts::lock_accounts(&mut unit, &[found.account]).await?;
    // What ends sessions, and whoever else took it, may have been quicker.
    let live = find_by_token(&mut unit, token, now).await?;
    spend(&mut unit, token).await?;
    activity::record(&portal, &mut unit, live.account, ActivityKind::HandedOver).await?;
    let origin = SessionOrigin::HandOver(live.activation);
    let begun = session::begin(&portal, &mut unit, live.account, request.carrier, origin).await?;
    unit.commit().await?;
    let body = Json(HandedOver {
        signed_in: begun.signed_in().clone(),
        wrapped: live.wrapped.into(),
    });
    Ok(begun.carried_by(&portal, body.into_response()))
}

async fn spend(unit: &mut Unit, token: Sha256) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM hand_overs WHERE token = $1")
        .bind(token.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}
