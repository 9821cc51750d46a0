//! Invitations: accounts that nobody has registered yet, whose mail waits under a key in custody.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::AnyConnection;
use wire::{
    Address, Millis, Problem, ProblemType, Sha256,
    ids::{AccountId, MailboxId},
    sessions::{AccountKind, Invitation, InvitationToken, Person},
};

use crate::{
    Portal, Result,
    accounts::{self, AccountRow, AddressOwner},
    http::JsonBody,
    keys, outbox,
    ports::custody::{InvitedAddress, WaitingKey},
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// What inviting an address came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invited {
    /// It is new.
    Now(AccountId),
    /// It was invited before, and nobody registered.
    Before(AccountId),
    /// It has an account.
    Registered(AccountId),
}

impl Invited {
    /// The account behind the address.
    pub fn account(self) -> AccountId {
        match self {
            Self::Now(account) | Self::Before(account) | Self::Registered(account) => account,
        }
    }
}

/// Invites an address: makes its account, its first mailbox, and the key that its mail waits under. No mail goes out.
///
/// # Errors
/// Where the database or custody fails.
pub async fn invite(
    portal: &Portal,
    unit: &mut Unit,
    address: &Address,
    kind: AccountKind,
    invited_by: Option<AccountId>,
) -> Result<Invited> {
    accounts::lock_address(unit, address).await?;
    match accounts::find_address_owner(unit, address).await? {
        AddressOwner::Registered(account) => Ok(Invited::Registered(account)),
        AddressOwner::Invited(account) => Ok(Invited::Before(account)),
        AddressOwner::Unknown => {
            let prepared = prepare_account(portal, address)?;
            Ok(Invited::Now(
                add_invited(portal, unit, address, kind, invited_by, prepared).await?,
            ))
        }
    }
}

/// An account that an address is about to be invited to.
pub(crate) struct PreparedAccount {
    id: AccountId,
    /// What mail for the address will wait under.
    key: WaitingKey,
}

/// Makes an account's id, and the key that mail for its address waits under.
pub(crate) fn prepare_account(portal: &Portal, address: &Address) -> Result<PreparedAccount> {
    let now = portal.now();
    let id = AccountId(portal.entropy.id(now));
    let invited = InvitedAddress { account: id, address };
    let key = portal
        .custody
        .make_waiting_key(invited, now, &mut portal.entropy.rng())?;
    Ok(PreparedAccount { id, key })
}

/// Makes the account of an address that nobody has. The caller has locked the address.
pub(crate) async fn add_invited(
    portal: &Portal,
    unit: &mut Unit,
    address: &Address,
    kind: AccountKind,
    invited_by: Option<AccountId>,
    prepared: PreparedAccount,
) -> Result<AccountId> {
    let now = portal.now();
    let PreparedAccount { id: account, key } = prepared;
    let fingerprint = key.certificate.fingerprint().to_string();
    accounts::create_invited(unit, account, kind, &fingerprint, now).await?;
    keys::add_certificate(unit, account, &key.certificate, now).await?;
    keys::add_waiting_key(unit, account, &key.locked).await?;
    accounts::create_mailbox(unit, MailboxId(portal.entropy.id(now)), account, now).await?;
    sqlx::query(
        "INSERT INTO invitations (canonical, typed, account, invited_by, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(address.canonical())
    .bind(address.as_typed())
    .bind(account.key())
    .bind(invited_by.as_ref().map(|by| by.key()))
    .bind(now)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    Ok(account)
}

/// How many addresses an account has invited since.
pub(crate) async fn invited_since(
    db: &mut AnyConnection,
    account: AccountId,
    (since, now): (Millis, Millis),
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n FROM invitations WHERE invited_by = $1 AND created_at > $2 AND created_at <= $3",
    )
    .bind(account.key())
    .bind(since)
    .bind(now)
    .fetch_one(db)
    .await?;
    row.int("n")
}

/// How a registration link reaches its person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LinkBy {
    /// By a mail to the invited address, which every server on its way reads.
    Mail,
    /// Printed by the server's command line: the only kind that registers an administrator.
    CommandLine,
}

/// Makes a new link's secret for an invited account. Earlier links go on working: each mail that somebody still finds
/// in the basic inbox leads in.
pub(crate) async fn issue_link(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    by: LinkBy,
) -> Result<[u8; 32], StoreError> {
    let secret = portal.entropy.secret();
    sqlx::query("INSERT INTO invitation_tokens (hash, account, expires_at, printed) VALUES ($1, $2, $3, $4)")
        .bind(Sha256::of(&secret).key())
        .bind(account.key())
        .bind(portal.now() + portal.settings.invitation_lifetime)
        .bind(i64::from(by == LinkBy::CommandLine))
        .execute(&mut **unit)
        .await?;
    Ok(secret)
}

/// An invitation that a link opens.
pub(super) struct OpenInvitation {
    pub(super) account: AccountRow,
    pub(super) address: Address,
    pub(super) invited_by: Option<AccountId>,
    pub(super) expires_at: Millis,
}

/// What a link's secret opens, whether its time is over or not.
///
/// # Errors
/// Unknown or used; `printed-link-needed` where a link from a mail is for somebody who will be an administrator.
async fn find_by_token(db: &mut AnyConnection, token: &InvitationToken) -> Result<OpenInvitation> {
    let row = sqlx::query("SELECT account, expires_at, printed FROM invitation_tokens WHERE hash = $1")
        .bind(Sha256::of(token.token.as_ref()).key())
        .fetch_optional(&mut *db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::InvitationUnknown)?;
    let (expires_at, is_printed) = (row.millis("expires_at")?, row.flag("printed")?);
    let account = accounts::find(db, row.key("account")?).await?;
    let row = sqlx::query("SELECT typed, invited_by FROM invitations WHERE account = $1")
        .bind(account.id.key())
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::InvitationUsed)?;
    // A mail reaches whoever reads the address, and every server on its way.
    if account.administrator && !is_printed {
        return Err(ProblemType::PrintedLinkNeeded.into());
    }
    Ok(OpenInvitation {
        account,
        address: row.address("typed")?,
        invited_by: row.maybe_key("invited_by")?,
        expires_at,
    })
}

/// What a link's secret opens.
///
/// # Errors
/// Unknown, used or expired.
pub(super) async fn open(db: &mut AnyConnection, token: &InvitationToken, now: Millis) -> Result<OpenInvitation> {
    let open = find_by_token(db, token).await?;
    match open.expires_at > now {
        true => Ok(open),
        false => Err(ProblemType::InvitationExpired.into()),
    }
}

/// How many messages wait for an invited account.
pub(crate) async fn waiting(db: &mut AnyConnection, account: AccountId) -> Result<u32, StoreError> {
    let row =
        sqlx::query("SELECT COUNT(*) AS n FROM deliveries d JOIN mailboxes m ON m.id = d.mailbox WHERE m.account = $1")
            .bind(account.key())
            .fetch_one(db)
            .await?;
    Ok(u32::try_from(row.int("n")?).unwrap_or(u32::MAX))
}

/// Takes the invitation of an account back: its links are told that it was used. The caller has locked the account.
///
/// # Errors
/// `NotFound` where it has none.
pub(crate) async fn withdraw_invitation(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    let withdrawn = sqlx::query("DELETE FROM invitations WHERE account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?
        .rows_affected();
    match withdrawn {
        0 => Err(StoreError::NotFound),
        _ => Ok(()),
    }
}

/// What an invitation link says. Changes nothing; it is a POST so that the secret stands in no log.
#[utoipa::path(
    post, path = "/invitations/inspect", tag = "registration",
    request_body = InvitationToken, responses((status = 200, body = Invitation)),
)]
pub(super) async fn inspect(
    State(portal): State<Portal>,
    JsonBody(token): JsonBody<InvitationToken>,
) -> Result<Json<Invitation>> {
    let mut db = portal.store.read().await?;
    let open = open(&mut db, &token, portal.now()).await?;
    let invited_by = match open.invited_by {
        None => None,
        Some(id) => {
            // Whoever invited may have joined another account since.
            let inviter = accounts::current_account(&mut db, id).await?;
            Some(Person {
                name: accounts::find(&mut db, inviter).await?.name,
                address: accounts::destination(&mut db, inviter).await?,
            })
        }
    };
    Ok(Json(Invitation {
        address: open.address,
        kind: open.account.kind,
        invited_by,
        waiting: waiting(&mut db, open.account.id).await?,
        expires_at: open.expires_at,
    }))
}

/// The most invitation mails that one address gets in an hour by asking for them.
const MAX_RENEWALS_PER_HOUR: i64 = 3;

/// Mails a new link to the address that an expired one was for. One that has not expired is good for registering, and
/// gets no other.
#[utoipa::path(
    post, path = "/invitations/renew", tag = "registration",
    request_body = InvitationToken, responses((status = 204)),
)]
pub(super) async fn renew(
    State(portal): State<Portal>,
    JsonBody(token): JsonBody<InvitationToken>,
) -> Result<StatusCode> {
    let now = portal.now();
    let mut unit = portal.begin_unguarded().await?;
    let account = find_by_token(&mut unit, &token).await?.account.id;
    // Who asks at the same time waits, and is counted.
    accounts::lock_accounts(&mut unit, &[account]).await?;
    let found = find_by_token(&mut unit, &token).await?;
    if found.expires_at > now {
        return Err(Problem::new(ProblemType::NotAllowed)
            .detail("the link has not expired: register with it")
            .into());
    }
    // The new link would come by mail.
    if found.account.administrator {
        return Err(ProblemType::PrintedLinkNeeded.into());
    }
    if outbox::invitations_since(&mut unit, account, (now - HOUR, now)).await? >= MAX_RENEWALS_PER_HOUR {
        return Err(ProblemType::TooManyRequests.into());
    }
    outbox::queue_invitation(&portal, &mut unit, account, found.invited_by).await?;
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How long an expired link is told from one that was never given out.
const EXPIRED_LINK_KEPT_FOR: Millis = 90 * DAY;

/// Forgets links that expired long ago, but for those that still renew an invitation: mail may be waiting. Part of the
/// sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis, lifetime: Millis) -> Result<(), StoreError> {
    // As if it had been made now, where the clock was ahead for a moment.
    sqlx::query("UPDATE invitation_tokens SET expires_at = $1 WHERE expires_at > $1")
        .bind(now + lifetime)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "DELETE FROM invitation_tokens WHERE expires_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM invitations i WHERE i.account = invitation_tokens.account)",
    )
    .bind(now - EXPIRED_LINK_KEPT_FOR)
    .execute(db)
    .await?;
    Ok(())
}
