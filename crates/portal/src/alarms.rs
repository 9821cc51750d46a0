//! *This wasn't me* in a security notice: whoever reads one of the account's addresses stops what is under way.
//!
//! It takes nothing but the link, because whoever needs it may be locked out; so it only ever ends things, all of which
//! the owner can begin again by the password.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::{AnyConnection, AssertSqlSafe};
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Address, Millis, ProblemType, Sha256,
    claims::{AlarmShown, LinkToken},
    ids::AccountId,
    sessions::ActivityKind,
};

use crate::{
    Portal, Result, accounts, activations, activity, aliases,
    http::JsonBody,
    sessions,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(inspect)).routes(routes!(raise))
}

/// How long the link in a notice works.
const ALARM_LINK_LIFETIME: Millis = 7 * DAY;

/// How long after that it is told from one that was never given out.
const EXPIRED_ALARM_KEPT_FOR: Millis = 90 * DAY;

/// The secret of a notice's link, which only its mail gets.
pub(crate) struct AlarmLink {
    /// The secret.
    pub(crate) secret: [u8; 32],
    /// Until when the link works.
    pub(crate) expires_at: Millis,
}

/// Makes the link of a notice about an account to one of its addresses, or one that it had. Where the alarm was raised from
/// there since what the notice tells of, at `told_at`, the link is spent: a mail that comes late, or twice, gives nobody
/// another try.
pub(crate) async fn issue_alarm(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    address: &Address,
    told_at: Millis,
) -> Result<AlarmLink, StoreError> {
    let secret = portal.entropy.secret();
    let expires_at = portal.now() + ALARM_LINK_LIFETIME;
    let current_account = lock_current_account(unit, account).await?;
    let sql = format!(
        "INSERT INTO alarms (hash, account, address, expires_at, raised_at) VALUES ($3, $4, $2, $5, \
         (SELECT MAX(raised_at) FROM alarms WHERE {OF_ADDRESS} AND raised_at > $6))"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(current_account.key())
        .bind(address.as_typed())
        .bind(Sha256::of(&secret).key())
        .bind(account.key())
        .bind(expires_at)
        .bind(told_at)
        .execute(&mut **unit)
        .await?;
    Ok(AlarmLink { secret, expires_at })
}

/// The links that went to the address `$2` and stop the account `$1`, or one that it absorbed.
const OF_ADDRESS: &str =
    "account IN (SELECT id FROM accounts WHERE id = $1 OR absorbed_into = $1) AND lower(address) = lower($2)";

/// What a link's secret stands for.
struct Alarm {
    account: AccountId,
    address: Address,
    expires_at: Millis,
    raised_at: Option<Millis>,
}

async fn find_by_token(db: &mut AnyConnection, hash: Sha256) -> Result<Alarm> {
    let row = sqlx::query("SELECT account, address, expires_at, raised_at FROM alarms WHERE hash = $1")
        .bind(hash.key())
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::LinkUnknown)?;
    Ok(Alarm {
        account: row.key("account")?,
        address: row.address("address")?,
        expires_at: row.millis("expires_at")?,
        raised_at: row.maybe_int("raised_at")?,
    })
}

impl Alarm {
    fn ensure_in_time(&self, now: Millis) -> Result<()> {
        match now < self.expires_at {
            true => Ok(()),
            false => Err(ProblemType::LinkExpired.into()),
        }
    }
}

/// What the page behind *This wasn't me* shows. Changes nothing; it is a POST so that the secret stands in no log.
#[utoipa::path(
    post, path = "/alarms/inspect", tag = "account",
    request_body = LinkToken, responses((status = 200, body = AlarmShown)),
)]
async fn inspect(State(portal): State<Portal>, JsonBody(link): JsonBody<LinkToken>) -> Result<Json<AlarmShown>> {
    let mut db = portal.store.read().await?;
    let alarm = find_by_token(&mut db, Sha256::of(link.token.as_ref())).await?;
    alarm.ensure_in_time(portal.now())?;
    Ok(Json(AlarmShown {
        separable_until: accounts::find_withholding(&mut db, &alarm.address)
            .await?
            .map(|withholding| withholding.until),
        address: alarm.address,
        expires_at: alarm.expires_at,
        raised_at: alarm.raised_at,
    }))
}

/// Says *This wasn't me*: every session of the account ends, every sign-in that has begun, every activation, every claim.
/// Saying it twice is saying it once, by whichever link that went to the same address before: nobody who has signed in
/// anew is put out by an old mail.
#[utoipa::path(
    post, path = "/alarms", tag = "account",
    request_body = LinkToken, responses((status = 204)),
)]
async fn raise(State(portal): State<Portal>, JsonBody(link): JsonBody<LinkToken>) -> Result<StatusCode> {
    let now = portal.now();
    let hash = Sha256::of(link.token.as_ref());
    let mut unit = portal.begin_unguarded().await?;
    let alarm = find_by_token(&mut unit, hash).await?;
    if alarm.raised_at.is_some() {
        return Ok(StatusCode::NO_CONTENT);
    }
    alarm.ensure_in_time(now)?;
    let account = lock_current_account(&mut unit, alarm.account).await?;
    let raised = sqlx::query("UPDATE alarms SET raised_at = $2 WHERE hash = $1 AND raised_at IS NULL")
        .bind(hash.key())
        .bind(now)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .rows_affected();
    if raised > 0 {
        let spend =
            format!("UPDATE alarms SET raised_at = $3 WHERE {OF_ADDRESS} AND raised_at IS NULL AND expires_at > $3");
        sqlx::query(AssertSqlSafe(spend))
            .bind(account.key())
            .bind(alarm.address.as_typed())
            .bind(now)
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
        sessions::end_all(&mut unit, account, None).await?;
        sessions::forget_devices(&mut unit, account).await?;
        activations::remove_all(&portal, &mut unit, account).await?;
        aliases::cancel_claims(&portal, &mut unit, account).await?;
        activity::record_about(
            &portal,
            &mut unit,
            account,
            ActivityKind::AlarmRaised,
            &alarm.address,
            false,
        )
        .await?;
        unit.commit().await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

/// Locks the account that has now what this one had.
async fn lock_current_account(unit: &mut Unit, account: AccountId) -> Result<AccountId, StoreError> {
    let mut locked = accounts::current_account(unit, account).await?;
    unit.set_savepoint().await?;
    loop {
        accounts::lock_accounts(unit, &[locked]).await?;
        // It may have been absorbed while this waited for it. Let go then: accounts are locked in the order of their ids.
        let now = accounts::current_account(unit, account).await?;
        if now == locked {
            return Ok(locked);
        }
        unit.rollback_to_savepoint().await?;
        locked = now;
    }
}

/// Forgets links that nobody follows any more. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    for (sql, at) in [
        // As if it had been made now, where the clock was ahead for a moment.
        (
            "UPDATE alarms SET expires_at = $1 WHERE expires_at > $1",
            now + ALARM_LINK_LIFETIME,
        ),
        ("DELETE FROM alarms WHERE expires_at < $1", now - EXPIRED_ALARM_KEPT_FOR),
    ] {
        sqlx::query(sql).bind(at).execute(&mut *db).await?;
    }
    Ok(())
}
