//! Who is asking.

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use wire::{Millis, ProblemType, Sha256, ids::AccountId, people::AccountState, sessions::AccountKind};

use super::cookie_name;
use crate::{
    Portal,
    http::Error,
    storage::{Key as _, RowExt as _, StoreError},
};

/// The signed-in account that a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Whose session it is.
    pub account: AccountId,
    /// Professional or Guest.
    pub kind: AccountKind,
    /// Whether the person administers the portal.
    pub administrator: bool,
    /// The hash of the session's secret.
    pub(super) session: Sha256,
}

/// A caller who administers the portal.
#[derive(Clone, Copy, Debug)]
pub struct Administrator(pub Caller);

impl Caller {
    /// Whether the session still stands.
    pub(crate) async fn still_signed_in(&self, db: &mut AnyConnection, now: Millis) -> bool {
        matches!(find(db, self.session, now).await, Ok(Some((_, AccountState::Active))))
    }
}

impl FromRequestParts<Portal> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let secret = carried(&parts.headers, cookie_name(portal)).ok_or(ProblemType::SignedOut)?;
        let mut db = portal.store.read().await?;
        match find(&mut db, Sha256::of(&secret), portal.now()).await? {
            Some((caller, AccountState::Active)) => Ok(caller),
            Some((_, AccountState::Disabled)) => Err(ProblemType::AccountDisabled.into()),
            _ => Err(ProblemType::SignedOut.into()),
        }
    }
}

impl FromRequestParts<Portal> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let caller = Caller::from_request_parts(parts, portal).await?;
        match caller.administrator {
            true => Ok(Self(caller)),
            false => Err(ProblemType::NotAllowed.into()),
        }
    }
}

/// The session's secret that a request carries: a bearer's before a cookie's.
fn carried(headers: &HeaderMap, cookie: &str) -> Option<Vec<u8>> {
    let jar = CookieJar::from_headers(headers);
    let text = match headers.get(header::AUTHORIZATION) {
        Some(value) => value.to_str().ok()?.strip_prefix("Bearer ")?,
        None => jar.get(cookie)?.value(),
    };
    URL_SAFE_NO_PAD.decode(text).ok().filter(|secret| secret.len() == 32)
}

/// Looked up by the hash: what the index compares, and may leak the timing of, is worth nothing.
async fn find(
    db: &mut AnyConnection,
    session: Sha256,
    now: Millis,
) -> Result<Option<(Caller, AccountState)>, StoreError> {
    let row = sqlx::query(
        "SELECT a.id, a.kind, a.administrator, a.state FROM sessions s JOIN accounts a ON a.id = s.account \
         WHERE s.hash = $1 AND s.expires_at > $2",
    )
    .bind(session.key())
    .bind(now)
    .fetch_optional(db)
    .await?;
    row.map(|row| {
        let caller = Caller {
            account: row.key("id")?,
            kind: row.name("kind")?,
            administrator: row.flag("administrator")?,
            session,
        };
        Ok((caller, row.name("state")?))
    })
    .transpose()
}
