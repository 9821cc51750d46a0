//! Signing in and staying signed in.

mod attempts;
mod caller;
mod sign_in;

use axum::{
    Json,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes};
use wire::{
    Millis, Sha256,
    ids::AccountId,
    sessions::{Carrier, Session, SignedIn},
};

pub use caller::{Administrator, Caller, Professional};
pub(crate) use sign_in::prove;

use crate::{
    Portal, accounts,
    http::Answer,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::start))
        .routes(routes!(sign_in::finish))
        .routes(routes!(sign_in::give_password))
        .routes(routes!(current, end))
}

/// How long a password counts as given just now.
const PASSWORD_COUNTS_FOR: Millis = 5 * 60_000;

/// A session that was just begun, with the secret that only its client gets.
pub(crate) struct Begun {
    secret: [u8; 32],
    carrier: Carrier,
    signed_in: SignedIn,
}

/// Begins a session for an account that has just proved itself.
pub(crate) async fn begin(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    carrier: Carrier,
) -> Result<Begun, StoreError> {
    let now = portal.now();
    let secret = portal.entropy.secret();
    let reload_key = portal.entropy.secret();
    let expires_at = now + portal.settings.session_lifetime;
    sqlx::query("INSERT INTO sessions (hash, account, reload_key, created_at, password_at, expires_at) VALUES ($1, $2, $3, $4, $4, $5)")
        .bind(Sha256::of(&secret).key())
        .bind(account.key())
        .bind(&reload_key[..])
        .bind(now)
        .bind(expires_at)
        .execute(&mut **unit)
        .await?;
    let session = Session {
        account: accounts::own(unit, account).await?,
        reload_key: reload_key.to_vec().into(),
        expires_at,
        password_until: now + PASSWORD_COUNTS_FOR,
    };
    let vault = accounts::vault(unit, account).await?;
    let bearer = (carrier == Carrier::Bearer).then(|| URL_SAFE_NO_PAD.encode(secret));
    Ok(Begun {
        secret,
        carrier,
        signed_in: SignedIn { session, vault, bearer },
    })
}

impl Begun {
    /// The answer that begins it.
    pub(crate) fn answer(self, portal: &Portal) -> Response {
        let mut response = (StatusCode::CREATED, Json(self.signed_in)).into_response();
        if self.carrier == Carrier::Cookie {
            let seconds = portal.settings.session_lifetime / 1000;
            set_cookie(portal, &mut response, &URL_SAFE_NO_PAD.encode(self.secret), seconds);
        }
        response
    }
}

/// The cookie's name. `__Host-` makes browsers insist on HTTPS, on this very host and on the whole path; without HTTPS
/// (loopback only) they refuse that prefix.
fn cookie_name(portal: &Portal) -> &'static str {
    if portal.settings.is_https() {
        "__Host-restante"
    } else {
        "restante"
    }
}

fn set_cookie(portal: &Portal, response: &mut Response, value: &str, seconds: Millis) {
    let secure = if portal.settings.is_https() { "; Secure" } else { "" };
    let name = cookie_name(portal);
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}

/// The session that the request belongs to.
#[utoipa::path(get, path = "/session", tag = "sessions", responses((status = 200, body = Session)))]
async fn current(State(portal): State<Portal>, caller: Caller) -> Answer<Json<Session>> {
    let mut db = portal.store.read().await?;
    let row = sqlx::query("SELECT reload_key, expires_at, password_at FROM sessions WHERE hash = $1")
        .bind(caller.session.key())
        .fetch_one(&mut *db)
        .await
        .map_err(StoreError::from)?;
    Ok(Json(Session {
        account: accounts::own(&mut db, caller.account).await?,
        reload_key: row.bytes("reload_key")?.into(),
        expires_at: row.millis("expires_at")?,
        password_until: row.millis("password_at")? + PASSWORD_COUNTS_FOR,
    }))
}

/// Signs out: the session's secret and its reload key are gone.
#[utoipa::path(delete, path = "/session", tag = "sessions", responses((status = 204)))]
async fn end(State(portal): State<Portal>, caller: Caller) -> Answer<Response> {
    let mut unit = portal.store.begin().await?;
    sqlx::query("DELETE FROM sessions WHERE hash = $1")
        .bind(caller.session.key())
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    // Its event streams end too.
    unit.wake(caller.account);
    portal.commit(unit).await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&portal, &mut response, "", 0);
    Ok(response)
}

/// Ends the sessions of an account, and the sign-ins that somebody has begun: of all that went before, none works on. One
/// session may be left, by the hash of its secret.
///
/// The caller holds the account.
///
/// # Errors
/// Where the database fails.
pub async fn end_all(unit: &mut Unit, account: AccountId, except: Option<Sha256>) -> Result<(), StoreError> {
    // No secret has the empty hash.
    sqlx::query("DELETE FROM sessions WHERE account = $1 AND hash <> $2")
        .bind(account.key())
        .bind(except.as_ref().map_or(&[][..], |session| session.key()))
        .execute(&mut **unit)
        .await?;
    sqlx::query("DELETE FROM sign_ins WHERE account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    // Their event streams end too.
    unit.wake(account);
    Ok(())
}

/// Deletes what time has ended. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM sessions WHERE expires_at <= $1",
        "DELETE FROM sign_ins WHERE expires_at <= $1",
    ] {
        sqlx::query(sql).bind(now).execute(&mut *db).await?;
    }
    attempts::sweep(db, now).await
}
