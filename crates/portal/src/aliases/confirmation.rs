//! The page behind a confirmation link. Whoever has the link reads the address's mail; what else it takes depends on
//! what the address is.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::{StatusCode, request::Parts},
};
use sqlx::AnyConnection;
use wire::{
    Problem, ProblemType,
    claims::{Asks, ClaimShown, Confirm, ConfirmBy, Confirmed, LinkToken, Outcome, ProveOwner, ProvedOwner},
    ids::AccountId,
    people::AccountState,
    sessions::ActivityKind,
};

use super::{
    confirm::{self, Confirmation, claimant},
    links::{self, find_by_token},
};
use crate::{
    Error, Portal, Result,
    accounts::{self, AddressOwner},
    activity,
    http::{Caller, CallerUnit, JsonBody, LargeJsonBody, admit_link},
    keys, registration,
    sessions::{self, Purpose},
    storage::StoreError,
};

/// What a confirmation link is about, and what confirming does and takes. Changes nothing; it is a POST so that the
/// secret stands in no log.
#[utoipa::path(
    post, path = "/claims/inspect", tag = "aliases",
    request_body = LinkToken, responses((status = 200, body = ClaimShown)),
)]
pub(super) async fn inspect(
    State(portal): State<Portal>,
    caller: Option<Caller>,
    JsonBody(link): JsonBody<LinkToken>,
) -> Result<Json<ClaimShown>> {
    let mut db = portal.store.read().await?;
    let linked = find_by_token(&mut db, link.token.as_ref()).await?;
    linked.ensure_open(portal.now())?;
    let known = accounts::find(&mut db, linked.account).await?;
    if known.state != AccountState::Active {
        return Err(ProblemType::ClaimEnded.into());
    }
    let outcome = match accounts::find_address_owner(&mut db, &linked.address).await? {
        AddressOwner::Registered(account) if account == linked.account => {
            // It may be this very claim that was confirmed since it was looked at.
            find_by_token(&mut db, link.token.as_ref())
                .await?
                .ensure_open(portal.now())?;
            return Err(ProblemType::AddressYours.into());
        }
        AddressOwner::Registered(_) if accounts::is_master(&mut db, &linked.address).await? => Outcome::Absorbs,
        AddressOwner::Registered(_) => Outcome::MovesOrAbsorbs,
        AddressOwner::Invited(account) => Outcome::MailJoins {
            waiting: registration::waiting(&mut db, account).await?,
        },
        AddressOwner::Unknown => Outcome::Joins,
    };
    let by_claimant = by_password(caller).is_some_and(|caller| caller.account == linked.account);
    let asks = match outcome {
        Outcome::Absorbs | Outcome::MovesOrAbsorbs => Asks::Password,
        Outcome::Joins | Outcome::MailJoins { .. } if by_claimant => Asks::Click,
        Outcome::Joins | Outcome::MailJoins { .. } => Asks::Number,
    };
    Ok(Json(ClaimShown {
        claimant: claimant(&mut db, linked.account).await?,
        claimant_fingerprint: known.fingerprint,
        address: linked.address,
        by_administrator: linked.by_administrator,
        expires_at: linked.expires_at,
        outcome,
        by_claimant,
        asks,
    }))
}

/// Proves the password of the account that has the claimed address, and gets what handing the account over takes.
///
/// The proof is for this one claim, for ten minutes.
#[utoipa::path(
    post, path = "/claims/prove", tag = "aliases",
    request_body = ProveOwner, responses((status = 200, body = ProvedOwner)),
)]
pub(super) async fn prove(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<ProveOwner>,
) -> Result<Json<ProvedOwner>> {
    let mut unit = portal.begin_unguarded().await?;
    let linked = find_by_token(&mut unit, request.token.as_ref()).await?;
    linked.ensure_open(portal.now())?;
    let others = [linked.account];
    let finalization = &request.credential_finalization;
    let Some(sessions::Proved { account, .. }) = sessions::prove(
        &portal,
        &mut unit,
        request.sign_in,
        finalization,
        &others,
        Purpose::Owner,
    )
    .await?
    else {
        unit.commit().await?;
        return Err(ProblemType::WrongCredentials.into());
    };
    // Only who knows the password learns that the account is disabled.
    if accounts::find(&mut unit, account).await?.state != AccountState::Active {
        unit.commit().await?;
        return Err(ProblemType::AccountDisabled.into());
    }
    let proof = confirm::proved(&portal, &mut unit, request.token.as_ref(), account).await?;
    // It gets the vault, as a sign-in does.
    activity::record(&portal, &mut unit, account, ActivityKind::SignedIn).await?;
    let answer = ProvedOwner {
        proof: proof.to_vec().into(),
        claim: linked.id,
        account,
        addresses: accounts::addresses(&mut unit, account).await?,
        vault: keys::vault(&mut unit, account, keys::Slots::Password).await?,
        claimant_certificate: claimant_certificate(&mut unit, linked.account).await?,
    };
    unit.commit().await?;
    Ok(Json(answer))
}

async fn claimant_certificate(db: &mut AnyConnection, account: AccountId) -> Result<wire::Bytes, StoreError> {
    let fingerprint = accounts::find(db, account).await?.fingerprint;
    let master = accounts::destination(db, account).await?;
    keys::certificate_for(db, &fingerprint, &master).await
}

/// Of callers those in whose session the password was given: a program's adds no address by a click, nor one that it handed
/// over.
fn by_password(caller: Option<Caller>) -> Option<Caller> {
    caller.filter(|caller| caller.ensure_by_password().is_ok())
}

/// The claim's link that the request's head names, or none: with one that was mailed, the body may hold a parcel. Whether the
/// claim has ended is told by confirming it, which may be done twice.
pub(super) struct Linked;

impl FromRequestParts<Portal> for Linked {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let is_known = async |token: wire::Bytes| {
            let mut db = portal.store.read().await?;
            find_by_token(&mut db, token.as_ref()).await.map(|_| ())
        };
        admit_link(parts, is_known).await?;
        Ok(Self)
    }
}

/// Confirms a claim. Twice is once.
#[utoipa::path(
    post, path = "/claims/confirm", tag = "aliases",
    params(("Restante-Link" = Option<wire::Bytes>, Header, description = "the link's secret: without it, and without a session, a body ends at 8 KiB")),
    request_body = Confirm, responses((status = 200, body = Confirmed)),
)]
pub(super) async fn confirm_claim(
    State(portal): State<Portal>,
    caller: Option<Caller>,
    _: Linked,
    LargeJsonBody(request, _): LargeJsonBody<Confirm>,
) -> Result<Json<Confirmed>> {
    let caller = match (by_password(caller), &request.by) {
        // It stands on the session.
        (caller, ConfirmBy::Click {}) => caller,
        (None, _) | (_, ConfirmBy::Number { .. }) => None,
        // Of a session of the claimant's: there, what another account has joins at once.
        (Some(caller), ConfirmBy::Absorb { .. } | ConfirmBy::Move { .. }) => {
            let linked = find_by_token(&mut *portal.store.read().await?, request.token.as_ref()).await?;
            Some(caller).filter(|caller| caller.account == linked.account)
        }
    };
    let session = caller.map(|caller| caller.account);
    let mut unit = CallerUnit::begin(&portal, caller).await?;
    let confirmation = confirm::confirm(&portal, &mut unit, request.token.as_ref(), session, request.by).await?;
    unit.commit().await?;
    match confirmation {
        Confirmation::Done(confirmed) => Ok(Json(confirmed)),
        Confirmation::WrongNumber { tries_left: 0 } => Err(ProblemType::ClaimEnded.into()),
        Confirmation::WrongNumber { tries_left } => {
            let mut problem = Problem::new(ProblemType::WrongNumber);
            problem.tries_left = Some(tries_left);
            Err(problem.into())
        }
    }
}

/// *This wasn't me*: ends the claim and records it. Twice is once.
#[utoipa::path(
    post, path = "/claims/refuse", tag = "aliases",
    request_body = LinkToken, responses((status = 204)),
)]
pub(super) async fn refuse(State(portal): State<Portal>, JsonBody(link): JsonBody<LinkToken>) -> Result<StatusCode> {
    let mut unit = portal.begin_unguarded().await?;
    links::refuse_claim(&portal, &mut unit, link.token.as_ref()).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
