//! The two requests of a sign-in (OPAQUE, RFC 9807). The password never leaves the client.

use axum::{Json, extract::State, response::Response};
use opaque_ke::{CredentialFinalization, CredentialRequest, ServerLogin, ServerLoginParameters, ServerRegistration};
use wire::{
    Problem, ProblemType,
    ids::{AccountId, SignInId},
    opaque::{CONTEXT, Suite},
    people::AccountState,
    sessions::{ActivityKind, FinishSignIn, SignInStarted, SignedIn, StartSignIn},
};

use super::attempts;
use crate::{
    Portal, accounts,
    http::{Answer, Body, Network},
    storage::{Key as _, RowExt as _, StoreError},
};

/// How long an attempt is good for: key stretching on a slow phone takes seconds, not a minute.
const GOOD_FOR: wire::Millis = 60_000;

/// The first half of a sign-in.
///
/// An address that nobody has, one that is only invited, and one with an account get answers that cannot be told apart,
/// after the same work.
#[utoipa::path(
    post, path = "/sign-ins", tag = "sessions",
    request_body = StartSignIn, responses((status = 200, body = SignInStarted)),
)]
pub(super) async fn start(
    State(portal): State<Portal>,
    network: Network,
    Body(request): Body<StartSignIn>,
) -> Answer<Json<SignInStarted>> {
    let credential_request = CredentialRequest::<Suite>::deserialize(request.credential_request.as_ref())
        .map_err(|_| Problem::new(ProblemType::Malformed).detail("credential_request is not one"))?;
    let now = portal.now();
    let bucket = portal.secrets.address_bucket(&request.address);
    let mut unit = portal.store.begin().await?;
    let network = portal.secrets.network_bucket(network);
    if let Err(wait) = attempts::count(&mut unit, bucket, network, now).await? {
        return Err(slow_down(wait).into());
    }
    let row = sqlx::query(
        "SELECT a.id, a.password FROM addresses d JOIN accounts a ON a.id = d.account WHERE d.canonical = $1",
    )
    .bind(request.address.canonical())
    .fetch_optional(&mut *unit)
    .await
    .map_err(StoreError::from)?;
    let account: Option<AccountId> = row.as_ref().map(|row| row.key("id")).transpose()?;
    let record = match &row {
        Some(row) => row.maybe_bytes("password")?,
        None => None,
    };
    let record = record
        .map(|bytes| ServerRegistration::deserialize(&bytes))
        .transpose()
        .map_err(|_| StoreError::Corrupt)?;
    // The credential identifier is the account's id, never the address, so that a promotion needs no new password. An
    // address without one gets a made-up id, the same each time.
    let made_up = portal
        .secrets
        .keyed_hash("sign-in/no-account", request.address.canonical().as_bytes());
    let identifier = account.as_ref().map_or(&made_up[..16], |account| account.key());
    let started = ServerLogin::start(
        &mut portal.entropy.rng(),
        &portal.secrets.opaque,
        record,
        credential_request,
        identifier,
        parameters(),
    )
    .map_err(|_| Problem::new(ProblemType::Malformed).detail("credential_request is not one"))?;
    let sign_in = SignInId(portal.entropy.id(now));
    sqlx::query(
        "INSERT INTO sign_ins (id, account, bucket, network, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(sign_in.key())
    .bind(account.as_ref().map(|account| account.key()))
    .bind(&bucket[..])
    .bind(&network[..])
    .bind(&started.state.serialize()[..])
    .bind(now + GOOD_FOR)
    .execute(&mut *unit)
    .await
    .map_err(StoreError::from)?;
    portal.commit(unit).await?;
    let credential_response = started.message.serialize().to_vec().into();
    Ok(Json(SignInStarted {
        sign_in,
        credential_response,
    }))
}

/// The second half: a session, and the vault that it unlocks.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions",
    request_body = FinishSignIn, responses((status = 201, body = SignedIn)),
)]
pub(super) async fn finish(State(portal): State<Portal>, Body(request): Body<FinishSignIn>) -> Answer<Response> {
    let now = portal.now();
    let mut unit = portal.store.begin().await?;
    // One try each: the row is taken, whatever comes of it.
    let row = sqlx::query("DELETE FROM sign_ins WHERE id = $1 RETURNING account, bucket, network, state, expires_at")
        .bind(request.sign_in.key())
        .fetch_optional(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    let proved = match row {
        Some(row) if row.millis("expires_at")? > now => {
            let state = ServerLogin::<Suite>::deserialize(&row.bytes("state")?).map_err(|_| StoreError::Corrupt)?;
            CredentialFinalization::deserialize(request.credential_finalization.as_ref())
                .and_then(|finalization| state.finish(finalization, parameters()))
                .ok()
                .map(|_| {
                    let buckets = (row.bytes("bucket")?, row.bytes("network")?);
                    Ok::<_, StoreError>((row.maybe_key::<AccountId>("account")?, buckets))
                })
                .transpose()?
        }
        _ => None,
    };
    let Some((Some(account), (bucket, network))) = proved else {
        portal.commit(unit).await?;
        return Err(ProblemType::WrongCredentials.into());
    };
    // Only who knows the password learns that the account is disabled.
    if accounts::find(&mut unit, account).await?.state != AccountState::Active {
        portal.commit(unit).await?;
        return Err(ProblemType::AccountDisabled.into());
    }
    attempts::forgive(&mut unit, &bucket, &network).await?;
    accounts::record(&portal, &mut unit, account, ActivityKind::SignedIn).await?;
    let begun = super::begin(&portal, &mut unit, account, request.carrier).await?;
    portal.commit(unit).await?;
    Ok(begun.answer(&portal))
}

fn parameters<'a>() -> ServerLoginParameters<'a, 'a> {
    ServerLoginParameters {
        context: Some(CONTEXT),
        ..Default::default()
    }
}

fn slow_down(wait: wire::Millis) -> Problem {
    let seconds = u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX);
    let mut problem = Problem::new(ProblemType::TooManyAttempts).detail(format!("try again in {seconds} seconds"));
    problem.retry_after = Some(seconds);
    problem
}
