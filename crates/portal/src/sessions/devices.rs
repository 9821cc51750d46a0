//! Devices that somebody signed in from by the password: each keeps a token, and has tries of its own. So a stranger who
//! tries an address without end keeps nobody out who was there before.

use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use wire::{Bytes, Millis, Sha256, ids::AccountId};

use crate::{
    Portal,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many devices of an account are known; the one that was used longest ago gives way.
const MAX_DEVICES_PER_ACCOUNT: i64 = 20;

/// How long a device is known that nobody signs in from.
pub(super) const DEVICE_TOKEN_LIFETIME: Millis = 400 * DAY;

/// The cookie's name. It goes where the session's goes, and outlives it.
pub(super) fn cookie_name(portal: &Portal) -> &'static str {
    match portal.settings.is_https() {
        true => "__Host-restante-device",
        false => "restante-device",
    }
}

/// The token that a request brings, hashed: a program's in its body, a browser's in a cookie.
pub(super) fn presented(portal: &Portal, jar: &CookieJar, in_body: Option<&Bytes>) -> Option<Sha256> {
    let token = match in_body {
        Some(token) => token.0.clone(),
        None => URL_SAFE_NO_PAD.decode(jar.get(cookie_name(portal))?.value()).ok()?,
    };
    (token.len() == 32).then(|| Sha256::of(&token))
}

/// Whether that is a token of this account. One of another counts for nothing.
pub(super) async fn is_of(unit: &mut Unit, token: Sha256, account: Option<AccountId>) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT account FROM device_tokens WHERE hash = $1")
        .bind(token.key())
        .fetch_optional(&mut **unit)
        .await?;
    Ok(match row {
        Some(row) => account == Some(row.key("account")?),
        None => false,
    })
}

/// Knows the device from now on that somebody has just signed in from by the password. Answers its token where it has none
/// yet.
pub(super) async fn remember(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    known: Option<Sha256>,
) -> Result<Option<[u8; 32]>, StoreError> {
    let now = portal.now();
    if let Some(token) = known {
        let used = sqlx::query("UPDATE device_tokens SET used_at = $3 WHERE hash = $1 AND account = $2")
            .bind(token.key())
            .bind(account.key())
            .bind(now)
            .execute(&mut **unit)
            .await?;
        if used.rows_affected() > 0 {
            return Ok(None);
        }
    }
    let token = portal.entropy.secret();
    sqlx::query("INSERT INTO device_tokens (hash, account, created_at, used_at) VALUES ($1, $2, $3, $3)")
        .bind(Sha256::of(&token).key())
        .bind(account.key())
        .bind(now)
        .execute(&mut **unit)
        .await?;
    sqlx::query(
        "DELETE FROM device_tokens WHERE account = $1 AND hash NOT IN \
         (SELECT hash FROM device_tokens WHERE account = $1 ORDER BY used_at DESC, created_at DESC, hash LIMIT $2)",
    )
    .bind(account.key())
    .bind(MAX_DEVICES_PER_ACCOUNT)
    .execute(&mut **unit)
    .await?;
    Ok(Some(token))
}

/// Knows no device of an account any more: somebody else may have one. The caller has locked the account.
pub(crate) async fn forget_devices(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM device_tokens WHERE account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Forgets devices that nobody signs in from. Part of the sweep.
pub(super) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM device_tokens WHERE used_at < $1")
        .bind(now - DEVICE_TOKEN_LIFETIME)
        .execute(db)
        .await?;
    Ok(())
}
