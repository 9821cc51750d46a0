//! What an administrator does: invite, look over the accounts, disable one, ask for another address of one. Never read,
//! never take over.

mod activations;
mod claims;

use axum::{Json, extract::State, http::StatusCode};
use serde::Deserialize;
use sqlx::AnyConnection;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use wire::{
    Address, Problem, ProblemType,
    ids::AccountId,
    people::{AccountState, Invite, ManagedAccount, ManagedAccountDetails, SetDisabled},
    sessions::OwnAddress,
};

pub use claims::{add_claim, mail_claim_again};

use crate::{
    Portal,
    accounts::{self, Invited},
    addresses::{self, Standing},
    http::{Answer, Ask, Body, Named},
    notices,
    sessions::{Administrator, Caller},
    storage::{Key as _, RowExt as _, StoreError, Unit, name},
};

/// Who does what an administrator may.
#[derive(Clone, Copy, Debug)]
pub enum By {
    /// Whoever has the server itself: its command line, the demonstration.
    Server,
    /// An administrator, in a session of theirs.
    Administrator(Caller),
}

impl By {
    fn account(self) -> Option<AccountId> {
        match self {
            Self::Server => None,
            Self::Administrator(caller) => Some(caller.account),
        }
    }

    async fn commit(self, portal: &Portal, unit: Unit) -> Answer<()> {
        match self {
            Self::Server => Ok(portal.commit(unit).await?),
            Self::Administrator(caller) => caller.commit(portal, unit).await,
        }
    }
}

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(invite_by_mail))
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(set_disabled))
        .routes(routes!(claims::add))
        .routes(routes!(claims::mail_again))
        .routes(routes!(activations::set_blocked))
        .routes(routes!(activations::programs))
        .routes(routes!(activations::set_least_version))
}

/// Invites an address, or mails its invitation again, and decides what the person will be.
///
/// # Errors
/// `invitation-used` where the address has an account already.
pub async fn invite(portal: &Portal, request: &Invite, by: By) -> Answer<ManagedAccount> {
    let mut unit = portal.store.begin().await?;
    let account = invited(portal, &mut unit, request, by.account()).await?;
    notices::invite(portal, &mut unit, account, by.account()).await?;
    let managed = managed(&mut unit, account).await?;
    by.commit(portal, unit).await?;
    Ok(managed)
}

/// Invites an address without a mail, and answers the registration link. For whoever has the server itself, who alone may
/// make administrators this way; no route leads here.
///
/// # Errors
/// `invitation-used` where the address has an account already.
pub async fn invitation_link(portal: &Portal, request: &Invite, administrator: bool) -> Answer<String> {
    let mut unit = portal.store.begin().await?;
    let account = invited(portal, &mut unit, request, None).await?;
    sqlx::query("UPDATE accounts SET administrator = $2 WHERE id = $1")
        .bind(account.key())
        .bind(i64::from(administrator))
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    let secret = accounts::issue_link(portal, &mut unit, account).await?;
    portal.commit(unit).await?;
    Ok(notices::link(portal, "register", &secret))
}

/// The invited account of an address, of the kind that is asked for.
async fn invited(portal: &Portal, unit: &mut Unit, request: &Invite, by: Option<AccountId>) -> Answer<AccountId> {
    let account = match accounts::invite(portal, unit, &request.address, request.kind, by).await? {
        Invited::Registered(_) => {
            return Err(Problem::new(ProblemType::InvitationUsed)
                .detail("this address has an account already")
                .into());
        }
        Invited::Now(account) | Invited::Before(account) => account,
    };
    sqlx::query("UPDATE accounts SET kind = $2 WHERE id = $1")
        .bind(account.key())
        .bind(name(&request.kind))
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    Ok(account)
}

/// The account that has an address, or was invited under it.
///
/// # Errors
/// `not-found` where there is none.
pub async fn find(portal: &Portal, address: &Address) -> Answer<AccountId> {
    match addresses::resolve(&mut *portal.store.read().await?, address).await? {
        Standing::Registered(account) | Standing::Invited(account) => Ok(account),
        Standing::Unknown => Err(ProblemType::NotFound.into()),
    }
}

/// The accounts before one, newest first.
///
/// # Errors
/// Where the database fails.
pub async fn accounts(portal: &Portal, before: Option<AccountId>, limit: u32) -> Answer<Vec<ManagedAccount>> {
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
pub async fn details(portal: &Portal, id: AccountId) -> Answer<ManagedAccountDetails> {
    let mut db = portal.store.read().await?;
    Ok(ManagedAccountDetails {
        account: managed(&mut db, id).await?,
        claims: claims::pending(&mut db, id).await?,
        activations: crate::activations::of(&mut db, id, None).await?,
        activity: accounts::activity(&mut db, id).await?,
    })
}

async fn managed(db: &mut AnyConnection, id: AccountId) -> Result<ManagedAccount, StoreError> {
    let known = accounts::find(db, id).await?;
    let addresses = match known.state {
        AccountState::Invited => vec![OwnAddress {
            address: accounts::destination(db, id).await?,
            master: true,
            confirmed_at: known.created_at,
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
async fn invite_by_mail(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    Body(request): Body<Invite>,
) -> Answer<(StatusCode, Json<ManagedAccount>)> {
    Ok((
        StatusCode::CREATED,
        Json(invite(&portal, &request, By::Administrator(caller)).await?),
    ))
}

/// Which accounts to list.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AccountsQuery {
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
async fn list(
    State(portal): State<Portal>,
    _: Administrator,
    Ask(query): Ask<AccountsQuery>,
) -> Answer<Json<Vec<ManagedAccount>>> {
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
async fn one(
    State(portal): State<Portal>,
    _: Administrator,
    Named(id): Named<AccountId>,
) -> Answer<Json<ManagedAccountDetails>> {
    Ok(Json(details(&portal, id).await?))
}

/// Disables an account or enables it again; disabling cancels what it had claimed. Administrators cannot disable
/// themselves, so that one always remains.
#[utoipa::path(
    put, path = "/admin/accounts/{id}/disabled", tag = "administration",
    params(("id" = AccountId, Path)), request_body = SetDisabled, responses((status = 204)),
)]
async fn set_disabled(
    State(portal): State<Portal>,
    Administrator(caller): Administrator,
    Named(id): Named<AccountId>,
    Body(request): Body<SetDisabled>,
) -> Answer<StatusCode> {
    if id == caller.account {
        return Err(Problem::new(ProblemType::NotAllowed)
            .detail("you cannot disable yourself")
            .into());
    }
    let mut unit = portal.store.begin().await?;
    accounts::set_disabled(&portal, &mut unit, id, request.disabled).await?;
    caller.commit(&portal, unit).await?;
    Ok(StatusCode::NO_CONTENT)
}
