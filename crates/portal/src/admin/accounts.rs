//! The portal's accounts, as an administrator sees them, and inviting one.

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use sqlx::AnyConnection;
use utoipa::IntoParams;
use uuid::Uuid;
use wire::{
    Address, Problem, ProblemType,
    ids::AccountId,
    people::{AccountState, Invite, ManagedAccount, ManagedAccountDetails, SetDisabled},
    sessions::OwnAddress,
};

use super::{actor::Actor, claims, disabling};
use crate::{
    Portal, Result,
    accounts::{self, AddressOwner},
    activations, activity,
    http::{Administrator, JsonBody, PathParams, QueryParams},
    outbox,
    registration::{self, Invited, LinkBy},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// Invites an address, or mails its invitation again, and decides what the person will be.
///
/// # Errors
/// `invitation-used` where the address has an account already.
pub async fn invite(portal: &Portal, request: &Invite, by: Actor) -> Result<ManagedAccount> {
    let mut unit = by.begin(portal).await?;
    let account = invited(portal, &mut unit, request, by.account()).await?;
    outbox::queue_invitation(portal, &mut unit, account, by.account()).await?;
    let managed = managed(&mut unit, account).await?;
    unit.commit().await?;
    Ok(managed)
}

/// Invites an address without a mail, and answers the registration link. For whoever has the server itself, who alone may
/// make administrators this way; no route leads here.
///
/// # Errors
/// `invitation-used` where the address has an account already.
pub async fn invitation_link(portal: &Portal, request: &Invite, administrator: bool) -> Result<String> {
    let mut unit = portal.begin_unguarded().await?;
    let account = invited(portal, &mut unit, request, None).await?;
    accounts::set_administrator(&mut unit, account, administrator).await?;
    let secret = registration::issue_link(portal, &mut unit, account, LinkBy::CommandLine).await?;
    unit.commit().await?;
    Ok(portal.link("register", &secret))
}

/// The invited account of an address, of the kind that is asked for.
async fn invited(portal: &Portal, unit: &mut Unit, request: &Invite, by: Option<AccountId>) -> Result<AccountId> {
    let account = match registration::invite(portal, unit, &request.address, request.kind, by).await? {
        Invited::Registered(_) => {
            return Err(Problem::new(ProblemType::InvitationUsed)
                .detail("this address has an account already")
                .into());
        }
        Invited::Now(account) | Invited::Before(account) => account,
    };
    accounts::set_kind(unit, account, request.kind).await?;
    Ok(account)
}

/// The account that has an address, or was invited under it.
///
/// # Errors
/// `not-found` where there is none.
pub async fn find(portal: &Portal, address: &Address) -> Result<AccountId> {
    match accounts::find_address_owner(&mut *portal.store.read().await?, address).await? {
        AddressOwner::Registered(account) | AddressOwner::Invited(account) => Ok(account),
        AddressOwner::Unknown => Err(ProblemType::NotFound.into()),
    }
}

/// The accounts before one, newest first.
///
/// # Errors
/// Where the database fails.
pub async fn accounts(portal: &Portal, before: Option<AccountId>, limit: u32) -> Result<Vec<ManagedAccount>> {
    let mut db = portal.store.read().await?;
    let rows = sqlx::query("SELECT id FROM accounts WHERE id < $1 ORDER BY id DESC LIMIT $2")
        .bind(before.unwrap_or(AccountId(Uuid::max())).key())
        .bind(i64::from(limit))
        .fetch_all(&mut *db)
        .await
        .map_err(StoreError::from)?;
    let mut accounts = Vec::new();
    for row in rows {
        accounts.push(managed(&mut db, row.key("id")?).await?);
    }
    Ok(accounts)
}

/// One account from near.
///
/// # Errors
/// `not-found`.
pub async fn details(portal: &Portal, id: AccountId) -> Result<ManagedAccountDetails> {
    let mut db = portal.store.read().await?;
    Ok(ManagedAccountDetails {
        account: managed(&mut db, id).await?,
        claims: claims::pending(&mut db, id).await?,
        activations: activations::find_all(&mut db, id, None).await?,
        activity: activity::recent(&mut db, id).await?,
    })
}

async fn managed(db: &mut AnyConnection, id: AccountId) -> Result<ManagedAccount, StoreError> {
    let known = accounts::find(db, id).await?;
    let addresses = match known.state {
        AccountState::Invited => vec![OwnAddress {
            address: accounts::destination(db, id).await?,
            master: true,
            confirmed_at: known.created_at,
            separable_until: None,
        }],
        _ => accounts::addresses(db, id).await?,
    };
    Ok(ManagedAccount {
        id,
        name: known.name,
        kind: known.kind,
        administrator: known.administrator,
        state: known.state,
        addresses,
        created_at: known.created_at,
    })
}

/// Invites an address by mail.
#[utoipa::path(
    post, path = "/admin/invitations", tag = "administration",
    request_body = Invite, responses((status = 201, body = ManagedAccount)),
)]
pub(super) async fn invite_by_mail(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    JsonBody(request): JsonBody<Invite>,
) -> Result<(StatusCode, Json<ManagedAccount>)> {
    Ok((
        StatusCode::CREATED,
        Json(invite(&portal, &request, Actor::Administrator(caller)).await?),
    ))
}

/// Which accounts to list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AccountsQuery {
    /// The last account of the page before.
    #[param(value_type = Option<String>)]
    before: Option<AccountId>,
    /// How many, 1 to 100; 50 unless told.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// The portal's accounts, newest first.
#[utoipa::path(
    get, path = "/admin/accounts", tag = "administration",
    params(AccountsQuery), responses((status = 200, body = [ManagedAccount])),
)]
pub(super) async fn list(
    State(portal): State<Portal>,
    _: Administrator,
    QueryParams(query): QueryParams<AccountsQuery>,
) -> Result<Json<Vec<ManagedAccount>>> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("limit must be 1 to 100")
            .into());
    }
    Ok(Json(accounts(&portal, query.before, limit).await?))
}

/// One of the portal's accounts, with its pending claims and what happened to it.
#[utoipa::path(
    get, path = "/admin/accounts/{id}", tag = "administration",
    params(("id" = AccountId, Path)), responses((status = 200, body = ManagedAccountDetails)),
)]
pub(super) async fn show(
    State(portal): State<Portal>,
    _: Administrator,
    PathParams(id): PathParams<AccountId>,
) -> Result<Json<ManagedAccountDetails>> {
    Ok(Json(details(&portal, id).await?))
}

/// Disables an account or enables it again; disabling cancels what it had claimed. Administrators cannot disable
/// themselves, so that one always remains.
#[utoipa::path(
    put, path = "/admin/accounts/{id}/disabled", tag = "administration",
    params(("id" = AccountId, Path)), request_body = SetDisabled, responses((status = 204)),
)]
pub(super) async fn set_disabled(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    PathParams(id): PathParams<AccountId>,
    JsonBody(request): JsonBody<SetDisabled>,
) -> Result<StatusCode> {
    if id == caller.account {
        return Err(Problem::new(ProblemType::NotAllowed)
            .detail("you cannot disable yourself")
            .into());
    }
    let mut unit = caller.begin(&portal).await?;
    disabling::set_disabled(&portal, &mut unit, id, request.disabled).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
