//! Sessions: how one begins, how it is carried, and how it ends.

use axum::{
    Json,
    extract::State,
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use wire::{
    Millis, Sha256,
    ids::{AccountId, ActivationId},
    sessions::{Carrier, PasswordGiven, Session, SignedIn},
};

use super::{
    attempts, device_links,
    devices::{self, Presented},
    hand_overs::HAND_OVER_LIFETIME,
    sign_in::SIGN_IN_LIFETIME,
};
use crate::{
    Portal, Result, accounts,
    http::{self, Caller, PASSWORD_GIVEN_LIFETIME},
    keys::{self, Slots},
    settings::HOUR,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// What makes a browser forget what it keeps of a site (Clear Site Data). Of storage the web client itself deletes its
/// own, and leaves what another window keeps for somebody else.
const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// How long a session lasts that an activated program begins: it begins another when it needs one.
const MAX_ACTIVATION_SESSION_LIFETIME: Millis = HOUR;

/// How many such sessions of one activation go on at once: the windows of one program.
const MAX_SESSIONS_PER_ACTIVATION: i64 = 20;

/// How a session begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SessionOrigin {
    /// By the password, just now, from that device where the account knows it.
    Password { device: Option<Sha256> },
    /// By an activation. It may read and write, and no more.
    Activation(ActivationId),
    /// By a hand-over from a session, which an activation may have begun: then both end with that.
    HandOver(Option<ActivationId>),
}

/// A session that was just begun, with the secret that only its client gets.
pub(crate) struct Begun {
    secret: [u8; 32],
    carrier: Carrier,
    signed_in: SignedIn,
    /// What the device is known by from now on, where it was not before.
    device_token: Option<[u8; 32]>,
    /// What the browser has already.
    presented: Presented,
}

/// Begins a session for an account that has just proved itself.
pub(crate) async fn begin(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    carrier: Carrier,
    origin: SessionOrigin,
) -> Result<Begun, StoreError> {
    let now = portal.now();
    let secret = portal.entropy.secret();
    let reload_key = portal.entropy.secret();
    let (password_at, activation, lifetime) = match origin {
        SessionOrigin::Password { .. } => (now, None, portal.settings.session_lifetime),
        SessionOrigin::Activation(activation) => (
            0,
            Some(activation),
            portal.settings.session_lifetime.min(MAX_ACTIVATION_SESSION_LIFETIME),
        ),
        SessionOrigin::HandOver(activation) => (0, activation, portal.settings.session_lifetime),
    };
    let expires_at = now + lifetime;
    if let SessionOrigin::Activation(activation) = origin {
        make_room(unit, activation).await?;
    }
    sqlx::query(
        "INSERT INTO sessions (hash, account, reload_key, created_at, password_at, expires_at, activation, handed_over) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(Sha256::of(&secret).key())
    .bind(account.key())
    .bind(&reload_key[..])
    .bind(now)
    .bind(password_at)
    .bind(expires_at)
    .bind(activation.as_ref().map(|activation| activation.key()))
    .bind(i64::from(matches!(origin, SessionOrigin::HandOver(_))))
    .execute(&mut **unit)
    .await?;
    let session = Session {
        account: accounts::find_own(unit, account).await?,
        reload_key: reload_key.to_vec().into(),
        expires_at,
        password_until: password_at + PASSWORD_GIVEN_LIFETIME,
        in_person: matches!(origin, SessionOrigin::Password { .. }),
    };
    let slots = match origin {
        SessionOrigin::Password { .. } => Slots::Password,
        SessionOrigin::Activation(activation) => Slots::Activation(activation),
        SessionOrigin::HandOver(_) => Slots::None,
    };
    let vault = keys::vault(unit, account, slots).await?;
    let device_token = match origin {
        SessionOrigin::Password { device } => devices::remember(portal, unit, account, device).await?,
        _ => None,
    };
    let by_bearer = carrier == Carrier::Bearer;
    Ok(Begun {
        secret,
        carrier,
        signed_in: SignedIn {
            session,
            vault,
            bearer: by_bearer.then(|| URL_SAFE_NO_PAD.encode(secret)),
            device_token: device_token.filter(|_| by_bearer).map(|token| token.to_vec().into()),
        },
        device_token,
        presented: Presented::default(),
    })
}

/// Ends the sessions of an activation, and those that it handed over.
pub(crate) async fn end_sessions_of(unit: &mut Unit, id: ActivationId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM hand_overs WHERE session IN (SELECT hash FROM sessions WHERE activation = $1)",
        "DELETE FROM sessions WHERE activation = $1",
    ] {
        sqlx::query(sql).bind(id.key()).execute(&mut **unit).await?;
    }
    Ok(())
}

/// Ends the oldest sessions of an activation that has begun as many as it may.
async fn make_room(unit: &mut Unit, activation: ActivationId) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM sessions WHERE activation = $1 AND handed_over = 0 AND hash NOT IN \
         (SELECT hash FROM sessions WHERE activation = $1 AND handed_over = 0 ORDER BY created_at DESC, hash LIMIT $2)",
    )
    .bind(activation.key())
    .bind(MAX_SESSIONS_PER_ACTIVATION - 1)
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// A session that goes on with another secret, which only its client gets.
pub(super) struct Renewed {
    secret: [u8; 32],
    carrier: Carrier,
    password_until: Millis,
    expires_at: Millis,
}

/// Gives a session another secret after its password was given again: with the former one nobody goes on, nor with what it
/// prepared. What the browser keeps under the reload key stays good. The caller's account is locked.
pub(super) async fn renew(portal: &Portal, unit: &mut Unit, caller: Caller) -> Result<Renewed, StoreError> {
    let now = portal.now();
    let secret = portal.entropy.secret();
    // One that was handed over needs no activation any more.
    let row = sqlx::query(
        "UPDATE sessions SET hash = $2, password_at = $3, activation = NULL, handed_over = 0 WHERE hash = $1 \
         RETURNING expires_at",
    )
    .bind(caller.session.key())
    .bind(Sha256::of(&secret).key())
    .bind(now)
    .fetch_one(&mut **unit)
    .await?;
    sqlx::query("DELETE FROM hand_overs WHERE session = $1")
        .bind(caller.session.key())
        .execute(&mut **unit)
        .await?;
    // Event streams that were asked for with the former secret end.
    unit.wake(caller.account);
    Ok(Renewed {
        secret,
        carrier: caller.carrier,
        password_until: now + PASSWORD_GIVEN_LIFETIME,
        expires_at: row.millis("expires_at")?,
    })
}

impl Renewed {
    /// The answer that hands the new secret out, carried as the former one was.
    pub(super) fn answer(&self, portal: &Portal) -> Response {
        let secret = URL_SAFE_NO_PAD.encode(self.secret);
        let mut given = PasswordGiven {
            password_until: self.password_until,
            bearer: None,
        };
        match self.carrier {
            Carrier::Bearer => {
                given.bearer = Some(secret);
                Json(given).into_response()
            }
            Carrier::Cookie => {
                let mut response = Json(given).into_response();
                let seconds = (self.expires_at - portal.now()).max(0) / 1000;
                set_cookie(portal, &mut response, &secret, seconds);
                response
            }
        }
    }
}

impl Begun {
    /// The session, without its secret where a cookie carries it.
    pub(crate) fn signed_in(&self) -> &SignedIn {
        &self.signed_in
    }

    /// Leaves the browser what it is known by to the accounts of others.
    pub(crate) fn beside(mut self, portal: &Portal, jar: &CookieJar) -> Self {
        self.presented = Presented::read(portal, jar, None);
        self
    }

    /// The answer that begins it.
    pub(crate) fn answer(self, portal: &Portal) -> Response {
        let body = Json(&self.signed_in).into_response();
        self.carried_by(portal, body)
    }

    /// An answer that begins it, with more in it than the session.
    pub(super) fn carried_by(&self, portal: &Portal, body: Response) -> Response {
        let mut response = (StatusCode::CREATED, body).into_response();
        if self.carrier == Carrier::Cookie {
            let seconds = portal.settings.session_lifetime / 1000;
            set_cookie(portal, &mut response, &URL_SAFE_NO_PAD.encode(self.secret), seconds);
            if let Some(token) = &self.device_token {
                set_device_cookie(portal, &mut response, &self.presented.cookie_with(token));
            }
        }
        response
    }
}

fn set_cookie(portal: &Portal, response: &mut Response, value: &str, seconds: Millis) {
    set_cookie_named(portal, response, http::cookie_name(portal), value, seconds);
}

pub(super) fn set_device_cookie(portal: &Portal, response: &mut Response, value: &str) {
    let seconds = devices::DEVICE_TOKEN_LIFETIME / 1000;
    set_cookie_named(portal, response, devices::cookie_name(portal), value, seconds);
}

fn set_cookie_named(portal: &Portal, response: &mut Response, name: &str, value: &str, seconds: Millis) {
    let secure = if portal.settings.is_https() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
}

/// The session that the request belongs to.
#[utoipa::path(get, path = "/session", tag = "sessions", responses((status = 200, body = Session)))]
pub(super) async fn current(State(portal): State<Portal>, caller: Caller) -> Result<Json<Session>> {
    let mut db = portal.store.read().await?;
    let row = sqlx::query("SELECT reload_key, expires_at, password_at FROM sessions WHERE hash = $1")
        .bind(caller.session.key())
        .fetch_one(&mut *db)
        .await
        .map_err(StoreError::from)?;
    Ok(Json(Session {
        account: accounts::find_own(&mut db, caller.account).await?,
        reload_key: row.bytes("reload_key")?.into(),
        expires_at: row.millis("expires_at")?,
        password_until: row.millis("password_at")? + PASSWORD_GIVEN_LIFETIME,
        in_person: caller.ensure_by_password().is_ok(),
    }))
}

/// Signs out: the session's secret and its reload key are gone.
#[utoipa::path(delete, path = "/session", tag = "sessions", responses((status = 204)))]
pub(super) async fn end(State(portal): State<Portal>, caller: Caller) -> Result<Response> {
    let mut unit = caller.begin(&portal).await?;
    // Whatever else this session does waits for that, or is done before.
    unit.lock_account().await?;
    sqlx::query("DELETE FROM sessions WHERE hash = $1")
        .bind(caller.session.key())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    // Its event streams end too.
    unit.wake(caller.account);
    unit.commit().await?;
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&portal, &mut response, "", 0);
    // Whoever sits down next finds nothing of it by the browser's button for going back.
    let cache = HeaderValue::from_static("\"cache\"");
    response.headers_mut().insert(CLEAR_SITE_DATA, cache);
    Ok(response)
}

/// Ends the sessions of an account, and the sign-ins and hand-overs that somebody has begun: of all that went before, none works on. One
/// session may be left, by the hash of its secret.
///
/// The caller has locked the account.
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
    // What is left goes on by itself: the activation that may have begun it works no more.
    for sql in [
        "UPDATE sessions SET activation = NULL WHERE account = $1 AND handed_over = 1",
        "DELETE FROM sign_ins WHERE account = $1",
        "DELETE FROM hand_overs WHERE account = $1",
    ] {
        sqlx::query(sql).bind(account.key()).execute(&mut **unit).await?;
    }
    // Their event streams end too.
    unit.wake(account);
    Ok(())
}

/// Deletes what time has ended. Part of the sweep. Where the clock was ahead for a moment, nothing that began then lasts
/// longer than if it had begun now.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis, session_lifetime: Millis) -> Result<(), StoreError> {
    for (sql, latest) in [
        (
            "UPDATE sessions SET expires_at = $1 WHERE expires_at > $1",
            now + session_lifetime,
        ),
        (
            "UPDATE sign_ins SET expires_at = $1 WHERE expires_at > $1",
            now + SIGN_IN_LIFETIME,
        ),
        (
            "UPDATE hand_overs SET expires_at = $1 WHERE expires_at > $1",
            now + HAND_OVER_LIFETIME,
        ),
    ] {
        sqlx::query(sql).bind(latest).execute(&mut *db).await?;
    }
    for sql in [
        "DELETE FROM sessions WHERE expires_at <= $1",
        "DELETE FROM sign_ins WHERE expires_at <= $1",
        "DELETE FROM hand_overs WHERE expires_at <= $1",
    ] {
        sqlx::query(sql).bind(now).execute(&mut *db).await?;
    }
    devices::sweep(db, now).await?;
    device_links::sweep(db, now).await?;
    attempts::sweep(db, now).await
}
