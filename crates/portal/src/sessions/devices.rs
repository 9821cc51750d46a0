//! Devices that somebody signed in from by the password: each keeps a token, and has tries of its own. So a stranger who
//! tries an address without end keeps nobody out who was there before. A new one is made known by a link to a confirmed
//! address ([`device_links`]).

use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use wire::{Bytes, Millis, Sha256, ids::AccountId};

use super::device_links;
use crate::{
    Portal,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many devices of an account are known that somebody signed in from; the one that was used longest ago gives way.
const MAX_DEVICES_PER_ACCOUNT: i64 = 20;

/// How many are known besides that a link made known, and that nobody signed in from yet. They are counted apart: whoever
/// reads a mailbox of the account puts none of its devices out.
const MAX_LINKED_DEVICES_PER_ACCOUNT: i64 = 5;

/// How long such a device is known.
const LINKED_DEVICE_TOKEN_LIFETIME: Millis = DAY;

/// How many tokens a browser keeps, for the accounts that people sign in to in it.
const MAX_DEVICE_TOKENS_PER_BROWSER: usize = 5;

/// Between the tokens in the cookie. No base64url has it.
const BETWEEN_TOKENS: char = '.';

/// How long a device is known that nobody signs in from.
pub(super) const DEVICE_TOKEN_LIFETIME: Millis = 400 * DAY;

/// The tokens that a request brings along, the newest first.
#[derive(Default)]
pub(super) struct Presented(Vec<[u8; 32]>);

/// The cookie's name. It goes where the session's goes, and outlives it.
pub(super) fn cookie_name(portal: &Portal) -> &'static str {
    match portal.settings.is_https() {
        true => "__Host-restante-device",
        false => "restante-device",
    }
}

impl Presented {
    /// What a request brings along: a program in its body, a browser in a cookie.
    pub(super) fn read(portal: &Portal, jar: &CookieJar, in_body: Option<&Bytes>) -> Self {
        let token = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).ok();
        let tokens = match (in_body, jar.get(cookie_name(portal))) {
            (Some(bytes), _) => token(bytes.as_ref()).into_iter().collect(),
            (None, Some(cookie)) => cookie
                .value()
                .split(BETWEEN_TOKENS)
                .take(MAX_DEVICE_TOKENS_PER_BROWSER)
                .filter_map(|text| token(&URL_SAFE_NO_PAD.decode(text).ok()?))
                .collect(),
            (None, None) => Vec::new(),
        };
        Self(tokens)
    }

    /// The newest of them that is a token of this account, hashed. One of another account counts for nothing.
    pub(super) async fn of_account(
        &self,
        unit: &mut Unit,
        account: Option<AccountId>,
    ) -> Result<Option<Sha256>, StoreError> {
        for token in &self.0 {
            let hash = Sha256::of(token);
            let row = sqlx::query("SELECT account FROM device_tokens WHERE hash = $1")
                .bind(hash.key())
                .fetch_optional(&mut **unit)
                .await?;
            if let Some(row) = row
                && account == Some(row.key("account")?)
            {
                return Ok(Some(hash));
            }
        }
        Ok(None)
    }

    /// These, and another that the browser gets.
    pub(super) fn add(&mut self, token: [u8; 32]) {
        self.0.insert(0, token);
    }

    /// The cookie of a browser that brought these along and gets another: nobody who signs in there loses theirs by it.
    pub(super) fn cookie_with(&self, token: &[u8; 32]) -> String {
        let tokens = std::iter::once(token)
            .chain(&self.0)
            .take(MAX_DEVICE_TOKENS_PER_BROWSER);
        let texts: Vec<String> = tokens.map(|token| URL_SAFE_NO_PAD.encode(token)).collect();
        texts.join(&BETWEEN_TOKENS.to_string())
    }
}

/// Knows the device from now on that somebody has just signed in from by the password. Answers its token where it has none
/// yet.
pub(super) async fn remember(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    known: Option<Sha256>,
) -> Result<Option<[u8; 32]>, StoreError> {
    let mut is_known = false;
    if let Some(token) = known {
        let used = sqlx::query("UPDATE device_tokens SET used_at = $3, signed_in = 1 WHERE hash = $1 AND account = $2")
            .bind(token.key())
            .bind(account.key())
            .bind(portal.now())
            .execute(&mut **unit)
            .await?;
        is_known = used.rows_affected() > 0;
    }
    let token = match is_known {
        true => None,
        false => Some(insert(portal, unit, account, true).await?),
    };
    make_room(unit, account, true).await?;
    Ok(token)
}

/// Knows a device from now on that nobody has signed in from: whoever reads a confirmed address of the account asked for
/// that. The caller has locked the account.
pub(super) async fn introduce(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<[u8; 32], StoreError> {
    let token = insert(portal, unit, account, false).await?;
    make_room(unit, account, false).await?;
    Ok(token)
}

async fn insert(portal: &Portal, unit: &mut Unit, account: AccountId, signed_in: bool) -> Result<[u8; 32], StoreError> {
    let token = portal.entropy.secret();
    sqlx::query(
        "INSERT INTO device_tokens (hash, account, created_at, used_at, signed_in) VALUES ($1, $2, $3, $3, $4)",
    )
    .bind(Sha256::of(&token).key())
    .bind(account.key())
    .bind(portal.now())
    .bind(i64::from(signed_in))
    .execute(&mut **unit)
    .await?;
    Ok(token)
}

/// Forgets those devices that are too many, among those that somebody signed in from, or among the others.
async fn make_room(unit: &mut Unit, account: AccountId, signed_in: bool) -> Result<(), StoreError> {
    let most = match signed_in {
        true => MAX_DEVICES_PER_ACCOUNT,
        false => MAX_LINKED_DEVICES_PER_ACCOUNT,
    };
    sqlx::query(
        "DELETE FROM device_tokens WHERE account = $1 AND signed_in = $3 AND hash NOT IN \
         (SELECT hash FROM device_tokens WHERE account = $1 AND signed_in = $3 \
          ORDER BY used_at DESC, created_at DESC, hash LIMIT $2)",
    )
    .bind(account.key())
    .bind(most)
    .bind(i64::from(signed_in))
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// Knows no device of an account any more, and by no link that was mailed: somebody else may have one. The caller has locked
/// the account.
pub(crate) async fn forget_devices(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM device_tokens WHERE account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    device_links::forget(unit, account).await
}

/// Forgets devices that nobody signs in from. Part of the sweep.
pub(super) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    for (sql, before) in [
        (
            "DELETE FROM device_tokens WHERE used_at < $1",
            now - DEVICE_TOKEN_LIFETIME,
        ),
        (
            "DELETE FROM device_tokens WHERE used_at < $1 AND signed_in = 0",
            now - LINKED_DEVICE_TOKEN_LIFETIME,
        ),
    ] {
        sqlx::query(sql).bind(before).execute(&mut *db).await?;
    }
    Ok(())
}
