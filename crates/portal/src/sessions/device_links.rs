//! Links that make a new device known ([`devices`]), so that its person signs in while strangers try the address.
//!
//! Anybody may ask for one, for any address: each request is answered alike, after the same work. Whose the address is, the
//! mailer looks up afterwards, and a confirmed address of an active account alone gets a mail. What the link gives is a
//! token: five guesses more, and nothing else. Nobody is signed in by it, so that it does no harm in somebody else's
//! browser, and following it changes nothing until its page is told to.

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use axum_extra::extract::CookieJar;
use sqlx::AnyConnection;
use wire::{
    Address, Millis, Problem, ProblemType, Sha256,
    claims::LinkToken,
    ids::AccountId,
    people::AccountState,
    sessions::{ActivityKind, AskDeviceLink, Carrier, DeviceKnown, DeviceLinkShown, RedeemDeviceLink},
};

use super::{
    attempts,
    devices::{self, Presented},
    session,
};
use crate::{
    Portal, Result,
    accounts::{self, AddressOwner},
    activity,
    http::{JsonBody, Network},
    outbox,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long a link works, and how late its mail may be.
const DEVICE_LINK_LIFETIME: Millis = HOUR;

/// How long after that it is told from one that was never given out.
const EXPIRED_DEVICE_LINK_KEPT_FOR: Millis = DAY;

/// How far the mails to one address are kept apart, in the long run; two may follow each other at once. Whoever asks for more
/// waits for the next one at most so long, and half as long as a link works: strangers who ask without end leave the owner a
/// link that works.
const MIN_DEVICE_LINK_GAP: Millis = 30 * 60_000;

/// How many requests the mailer looks at in one unit.
const MAX_DEVICE_LINK_REQUESTS_PER_UNIT: i64 = 100;

/// Asks for a link to be mailed to an address. Answers the same, after the same work, whatever the address is, and however
/// often it was asked for.
#[utoipa::path(
    post, path = "/device-links", tag = "sessions",
    request_body = AskDeviceLink, responses((status = 204)),
)]
pub(super) async fn ask(
    State(portal): State<Portal>,
    network: Network,
    JsonBody(request): JsonBody<AskDeviceLink>,
) -> Result<StatusCode> {
    let now = portal.now();
    let mut unit = portal.begin_unguarded().await?;
    let counted = attempts::count_device_link_request(&portal.secrets, &mut unit, network, now).await?;
    if let Err(wait) = counted {
        unit.rollback().await;
        return Err(Problem::new(ProblemType::TooManyRequests)
            .retry_after_millis(wait)
            .into());
    }
    note_request(&portal, &mut unit, &request.address, now).await?;
    unit.commit().await?;
    portal.wakes.wake_outbox();
    Ok(StatusCode::NO_CONTENT)
}

/// Notes that an address is to be looked at; one that waits for that goes on waiting.
async fn note_request(portal: &Portal, unit: &mut Unit, address: &Address, now: Millis) -> Result<(), StoreError> {
    let bucket = portal
        .secrets
        .keyed_hash("device-links/address", address.canonical().as_bytes());
    // Written first and looked at then: the row is locked, so that requests at the same time see each other.
    let row = sqlx::query(
        "INSERT INTO device_link_requests (bucket, spent_until) VALUES ($1, 0) \
         ON CONFLICT (bucket) DO UPDATE SET spent_until = device_link_requests.spent_until \
         RETURNING due_at, spent_until",
    )
    .bind(&bucket[..])
    .fetch_one(&mut **unit)
    .await?;
    let spent_until = row.millis("spent_until")?;
    let (due_at, spent_until) = match row.maybe_int("due_at")? {
        Some(due_at) => (due_at, spent_until),
        None => next_mail(spent_until, now),
    };
    sqlx::query("UPDATE device_link_requests SET address = $2, due_at = $3, spent_until = $4 WHERE bucket = $1")
        .bind(&bucket[..])
        .bind(address.as_typed())
        .bind(due_at)
        .bind(spent_until)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// When the next mail to an address may go out, whose share is used up until then; and until when it is used up with that
/// one. The generic cell rate algorithm, with room for two at once.
fn next_mail(spent_until: Millis, now: Millis) -> (Millis, Millis) {
    let due_at = now.max(spent_until - MIN_DEVICE_LINK_GAP);
    (due_at, spent_until.max(due_at) + MIN_DEVICE_LINK_GAP)
}

/// Puts the mails of requests that are due into the outbox: to the addresses as they were confirmed, never as somebody typed
/// them. Each request is forgotten but for its share, whatever its address is. Whether there may be more.
pub(crate) async fn queue_due_device_links(portal: &Portal) -> Result<bool, StoreError> {
    let now = portal.now();
    let rows = sqlx::query(
        "SELECT bucket, address FROM device_link_requests WHERE due_at <= $1 ORDER BY due_at, bucket LIMIT $2",
    )
    .bind(now)
    .bind(MAX_DEVICE_LINK_REQUESTS_PER_UNIT)
    .fetch_all(&mut *portal.store.read().await?)
    .await?;
    if rows.is_empty() {
        return Ok(false);
    }
    let mut unit = portal.begin_unguarded().await?;
    for row in &rows {
        let taken = sqlx::query(
            "UPDATE device_link_requests SET address = NULL, due_at = NULL WHERE bucket = $1 AND due_at <= $2",
        )
        .bind(row.bytes("bucket")?)
        .bind(now)
        .execute(&mut **unit)
        .await?
        .rows_affected();
        // Another process may have been quicker.
        if taken > 0
            && let Some((account, address)) = find_confirmed(&mut unit, &row.address("address")?).await?
        {
            outbox::queue_device_link(portal, &mut unit, account, &address).await?;
        }
    }
    unit.commit().await?;
    Ok(true)
}

/// The active account that has an address, and the address as it was confirmed.
async fn find_confirmed(db: &mut AnyConnection, address: &Address) -> Result<Option<(AccountId, Address)>, StoreError> {
    let AddressOwner::Registered(account) = accounts::find_address_owner(db, address).await? else {
        return Ok(None);
    };
    if accounts::find(db, account).await?.state != AccountState::Active {
        return Ok(None);
    }
    let own = accounts::addresses(db, account).await?;
    let confirmed = own.into_iter().find(|own| own.address == *address);
    Ok(confirmed.map(|own| (account, own.address)))
}

/// A link that was just made; its secret is for its mail alone.
pub(crate) struct DeviceLink {
    /// The secret.
    pub(crate) secret: [u8; 32],
    /// Until when the link works.
    pub(crate) expires_at: Millis,
}

/// Makes the newest link to an address, for the mail that is being made, which was asked for at `asked_at`. The one before
/// works no more. `None` where the address is the account's no more, or whoever asked waits no more.
pub(crate) async fn issue_device_link(
    portal: &Portal,
    unit: &mut Unit,
    (account, address): (AccountId, &Address),
    asked_at: Millis,
) -> Result<Option<DeviceLink>, StoreError> {
    let now = portal.now();
    accounts::lock_accounts(unit, &[account]).await?;
    let is_confirmed = find_confirmed(unit, address)
        .await?
        .is_some_and(|(of, _)| of == account);
    if !is_confirmed || now - asked_at >= DEVICE_LINK_LIFETIME {
        return Ok(None);
    }
    let secret = portal.entropy.secret();
    let expires_at = now + DEVICE_LINK_LIFETIME;
    sqlx::query("UPDATE device_links SET replaced = 1 WHERE canonical = $1 AND replaced = 0")
        .bind(address.canonical())
        .execute(&mut **unit)
        .await?;
    sqlx::query("INSERT INTO device_links (hash, account, canonical, typed, expires_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(Sha256::of(&secret).key())
        .bind(account.key())
        .bind(address.canonical())
        .bind(address.as_typed())
        .bind(expires_at)
        .execute(&mut **unit)
        .await?;
    Ok(Some(DeviceLink { secret, expires_at }))
}

/// What a link's secret stands for, while it works.
struct OpenLink {
    account: AccountId,
    address: Address,
    expires_at: Millis,
}

/// Found by the hash: what the index compares, and may leak the timing of, is worth nothing.
async fn find_by_token(db: &mut AnyConnection, hash: Sha256, now: Millis) -> Result<OpenLink> {
    let row = sqlx::query("SELECT account, typed, expires_at, replaced FROM device_links WHERE hash = $1")
        .bind(hash.key())
        .fetch_optional(&mut *db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::LinkUnknown)?;
    let link = OpenLink {
        account: row.key("account")?,
        address: row.address("typed")?,
        expires_at: row.millis("expires_at")?,
    };
    // The address may have become another's since, or nobody's.
    let owner = accounts::find_address_owner(db, &link.address).await?;
    if owner != AddressOwner::Registered(link.account) {
        return Err(ProblemType::LinkUnknown.into());
    }
    if row.flag("replaced")? {
        return Err(ProblemType::LinkReplaced.into());
    }
    match now < link.expires_at {
        true => Ok(link),
        false => Err(ProblemType::LinkExpired.into()),
    }
}

/// The account that had an address which is withheld, and whose password takes it back.
async fn find_former_owner(db: &mut AnyConnection, address: &Address) -> Result<Option<AccountId>, StoreError> {
    let withheld = accounts::find_withholding(db, address).await?;
    Ok(withheld.map(|withheld| withheld.account))
}

/// What the page behind a link shows. Changes nothing; it is a POST so that the secret stands in no log.
#[utoipa::path(
    post, path = "/device-links/inspect", tag = "sessions",
    request_body = LinkToken, responses((status = 200, body = DeviceLinkShown)),
)]
pub(super) async fn inspect(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<LinkToken>,
) -> Result<Json<DeviceLinkShown>> {
    let mut db = portal.store.read().await?;
    let link = find_by_token(&mut db, Sha256::of(request.token.as_ref()), portal.now()).await?;
    Ok(Json(DeviceLinkShown {
        address: link.address,
        expires_at: link.expires_at,
    }))
}

/// Makes the device known that the request comes from, once. Nobody is signed in.
#[utoipa::path(
    post, path = "/device-links/redeem", tag = "sessions",
    request_body = RedeemDeviceLink, responses((status = 200, body = DeviceKnown)),
)]
pub(super) async fn redeem(
    State(portal): State<Portal>,
    jar: CookieJar,
    JsonBody(request): JsonBody<RedeemDeviceLink>,
) -> Result<Response> {
    let (hash, now) = (Sha256::of(request.token.as_ref()), portal.now());
    let mut unit = portal.begin_unguarded().await?;
    let found = find_by_token(&mut unit, hash, now).await?;
    let former = find_former_owner(&mut unit, &found.address).await?;
    let concerned: Vec<AccountId> = std::iter::once(found.account).chain(former).collect();
    accounts::lock_accounts(&mut unit, &concerned).await?;
    // What ends links, and whoever else redeemed it, may have been quicker.
    let link = find_by_token(&mut unit, hash, now).await?;
    sqlx::query("DELETE FROM device_links WHERE hash = $1")
        .bind(hash.key())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    // Always another token: one that the device has may have used its tries up.
    let mut presented = Presented::read(&portal, &jar, None);
    let token = devices::introduce(&portal, &mut unit, link.account).await?;
    // Whoever may take the address back reads it, too, and has three days: a stranger who tries it must not use them up.
    if let Some(former) = former
        && find_former_owner(&mut unit, &link.address).await? == Some(former)
    {
        presented.add(devices::introduce(&portal, &mut unit, former).await?);
    }
    let kind = ActivityKind::DeviceMadeKnown;
    activity::record_about(&portal, &mut unit, link.account, kind, &link.address, false).await?;
    unit.commit().await?;
    let by_bearer = request.carrier == Carrier::Bearer;
    let known = DeviceKnown {
        address: link.address,
        device_token: by_bearer.then(|| token.to_vec().into()),
    };
    let mut response = Json(known).into_response();
    if !by_bearer {
        session::set_device_cookie(&portal, &mut response, &presented.cookie_with(&token));
    }
    Ok(response)
}

/// Forgets the links that were mailed to an account's addresses. The caller has locked the account.
pub(super) async fn forget(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM device_links WHERE account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Forgets links that work no more, and addresses whose share is whole again. Where the clock was ahead for a moment,
/// nothing waits or works longer than if it had begun now. Part of the sweep.
pub(super) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    for (sql, at) in [
        (
            "UPDATE device_links SET expires_at = $1 WHERE expires_at > $1",
            now + DEVICE_LINK_LIFETIME,
        ),
        (
            "DELETE FROM device_links WHERE expires_at < $1",
            now - EXPIRED_DEVICE_LINK_KEPT_FOR,
        ),
        (
            "UPDATE device_link_requests SET due_at = $1 WHERE due_at > $1",
            now + MIN_DEVICE_LINK_GAP,
        ),
        (
            "UPDATE device_link_requests SET spent_until = $1 WHERE spent_until > $1",
            now + 3 * MIN_DEVICE_LINK_GAP,
        ),
        (
            "DELETE FROM device_link_requests WHERE due_at IS NULL AND spent_until <= $1",
            now,
        ),
    ] {
        sqlx::query(sql).bind(at).execute(&mut *db).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn two_mails_go_at_once_and_the_third_waits() {
        let (first, spent) = next_mail(0, 10);
        let (second, spent) = next_mail(spent, 10);
        let (third, _) = next_mail(spent, 10);
        assert_eq!((first, second, third), (10, 10, 10 + MIN_DEVICE_LINK_GAP));
    }

    proptest! {
        /// However strangers ask: three mails an hour at most, and whoever asks next has a link that works, or gets one
        /// before the last one ends.
        #[test]
        fn strangers_who_ask_leave_the_owner_a_link(waits in proptest::collection::vec(0..3_600_000i64, 1..60)) {
            let (mut now, mut spent, mut due) = (1_790_000_000_000, 0, Vec::<Millis>::new());
            for wait in waits {
                now += wait;
                if due.last().is_some_and(|&last| last > now) {
                    continue;
                }
                let (next, after) = next_mail(spent, now);
                spent = after;
                prop_assert!((now..=now + MIN_DEVICE_LINK_GAP).contains(&next));
                prop_assert!(spent <= now + 3 * MIN_DEVICE_LINK_GAP);
                if next > now {
                    let last = due.last().copied().unwrap_or_default();
                    prop_assert!(next < last + DEVICE_LINK_LIFETIME);
                }
                due.push(next);
            }
            for four in due.windows(4) {
                prop_assert!(four[3] - four[0] >= HOUR);
            }
        }
    }
}
