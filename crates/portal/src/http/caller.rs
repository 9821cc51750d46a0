//! Who is asking.

use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use axum_extra::extract::CookieJar;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sqlx::AnyConnection;
use wire::{
    ACCOUNT_HEADER, Millis, Problem, ProblemType, Sha256,
    ids::{AccountId, ActivationId},
    people::AccountState,
    sessions::{AccountKind, Carrier},
};

use super::{CallerUnit, body::mark_known};
use crate::{
    Error, Portal, Result,
    storage::{Key as _, RowExt as _, StoreError, name},
};

/// How long a password counts as given just now: what promoting an address and activating a program take.
pub(crate) const PASSWORD_GIVEN_LIFETIME: Millis = 5 * 60_000;

/// How long after the password was given addresses may be added and removed: long enough to see to several of them.
pub(crate) const ADDRESS_PASSWORD_LIFETIME: Millis = 30 * 60_000;

/// The signed-in account that a request comes from.
#[derive(Clone, Copy, Debug)]
pub struct Caller {
    /// Whose session it is.
    pub account: AccountId,
    /// Professional or Guest.
    pub kind: AccountKind,
    /// Whether the person administers the portal.
    pub administrator: bool,
    /// When the password was last given in this session.
    pub(crate) password_at: Millis,
    /// The activation that the session was begun by: it may read and write, and change nothing of the account itself.
    pub(crate) activation: Option<ActivationId>,
    /// Whether the session was begun by a hand-over, and the password was not given in it since.
    pub(crate) handed_over: bool,
    /// The hash of the session's secret.
    pub(crate) session: Sha256,
    /// How the request carried that secret.
    pub(crate) carrier: Carrier,
}

/// A caller whose session is no activated program's. It may have been begun by a hand-over from one, without the password:
/// it sees what a person sees, and changes nothing of the account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InPerson(pub(crate) Caller);

/// A caller in whose session the password was given, however long ago: whoever finds what a program keeps cannot change
/// the account, and so not make its way in last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ByPassword(pub(crate) Caller);

/// A caller who is a Professional, in whose session the password was given.
#[derive(Clone, Copy, Debug)]
pub struct Professional(pub Caller);

/// A caller who administers the portal, in a session that the password was given in.
#[derive(Clone, Copy, Debug)]
pub struct Administrator(pub Caller);

impl Caller {
    /// Begins a unit of work for the caller, whose commit looks whether the session still stands.
    ///
    /// # Errors
    /// `Unavailable` where no connection is to be had.
    pub(crate) async fn begin(self, portal: &Portal) -> Result<CallerUnit> {
        CallerUnit::begin(portal, Some(self)).await
    }

    /// Reads the caller anew, by its session.
    ///
    /// # Errors
    /// `signed-out` and `account-disabled` where the session stands no more.
    pub(super) async fn look_again(&self, db: &mut AnyConnection, now: Millis) -> Result<Self> {
        signed_in(find(db, self.session, self.carrier, now).await?)
    }

    /// Refuses a session that a program began.
    pub(crate) fn ensure_in_person(&self) -> Result<()> {
        match self.activation {
            None => Ok(()),
            Some(_) => Err(Problem::new(ProblemType::NotAllowed)
                .detail("an activated program may not do this: sign in with the password")
                .into()),
        }
    }

    /// Refuses a session that the password was not given in, however long ago: no program led to it without one.
    pub(crate) fn ensure_by_password(&self) -> Result<()> {
        self.ensure_in_person()?;
        match self.handed_over {
            false => Ok(()),
            true => Err(ProblemType::PasswordNeeded.into()),
        }
    }

    /// The same as [`Caller::ensure_in_person`], or that it is the activation in question itself that asks.
    pub(crate) fn ensure_in_person_or(&self, activation: ActivationId) -> Result<()> {
        match self.activation == Some(activation) {
            true => Ok(()),
            false => self.ensure_in_person(),
        }
    }

    /// The same as [`Caller::ensure_by_password`], or that it is the activation in question itself that asks.
    pub(crate) fn ensure_by_password_or(&self, activation: ActivationId) -> Result<()> {
        match self.activation == Some(activation) {
            true => Ok(()),
            false => self.ensure_by_password(),
        }
    }

    /// Refuses a session that the password was not given in within that time: whoever finds a screen unlocked does not
    /// know it.
    pub(crate) fn ensure_password_given_within(&self, lifetime: Millis, now: Millis) -> Result<()> {
        // Not by a clock that was ahead for a moment, either.
        match (self.password_at..self.password_at + lifetime).contains(&now) {
            true => Ok(()),
            false => Err(ProblemType::PasswordNeeded.into()),
        }
    }

    /// Refuses a Guest.
    pub(crate) fn ensure_professional(&self) -> Result<()> {
        match self.kind {
            AccountKind::Professional => Ok(()),
            AccountKind::Guest => Err(ProblemType::NotAllowed.into()),
        }
    }
}

impl FromRequestParts<Portal> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let (secret, carrier) = carried(&parts.headers, cookie_name(portal)).ok_or(ProblemType::SignedOut)?;
        let mut db = portal.store.read().await?;
        let caller = signed_in(find(&mut db, Sha256::of(&secret), carrier, portal.now()).await?)?;
        ensure_meant(parts, caller.account)?;
        mark_known(parts);
        Ok(caller)
    }
}

/// For pages that anybody may see and that show more to whoever is signed in. A session that has ended counts as none, and
/// so does one that the request does not name: its page knows nothing of it.
impl OptionalFromRequestParts<Portal> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Option<Self>, Error> {
        if !parts.headers.contains_key(ACCOUNT_HEADER) {
            return Ok(None);
        }
        match <Self as FromRequestParts<Portal>>::from_request_parts(parts, portal).await {
            Ok(caller) => Ok(Some(caller)),
            Err(error) => match error.problem().kind {
                ProblemType::SignedOut | ProblemType::AccountDisabled => Ok(None),
                _ => Err(error),
            },
        }
    }
}

impl FromRequestParts<Portal> for InPerson {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let caller = <Caller as FromRequestParts<Portal>>::from_request_parts(parts, portal).await?;
        caller.ensure_in_person()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Portal> for Professional {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let InPerson(caller) = InPerson::from_request_parts(parts, portal).await?;
        caller.ensure_professional()?;
        caller.ensure_by_password()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Portal> for ByPassword {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let caller = <Caller as FromRequestParts<Portal>>::from_request_parts(parts, portal).await?;
        caller.ensure_by_password()?;
        Ok(Self(caller))
    }
}

impl FromRequestParts<Portal> for Administrator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let InPerson(caller) = InPerson::from_request_parts(parts, portal).await?;
        if !caller.administrator {
            return Err(ProblemType::NotAllowed.into());
        }
        caller.ensure_by_password()?;
        Ok(Self(caller))
    }
}

/// Refuses a request that was meant for another account than its session is of. A cookie goes along by itself: in a browser
/// that two people share, a page that is open for one of them would write with the other's. So what changes something names
/// its account, and whatever names one names the right one.
fn ensure_meant(parts: &Parts, account: AccountId) -> Result<()> {
    match parts.headers.get(ACCOUNT_HEADER) {
        Some(named) if named.as_bytes() == account.to_string().as_bytes() => Ok(()),
        Some(_) => Err(ProblemType::OtherAccount.into()),
        None if parts.method.is_safe() => Ok(()),
        None => Err(Problem::new(ProblemType::Malformed)
            .detail("Restante-Account must name the account that this is for")
            .into()),
    }
}

/// The session's secret that a request carries: a bearer's before a cookie's.
fn carried(headers: &HeaderMap, cookie: &str) -> Option<(Vec<u8>, Carrier)> {
    let jar = CookieJar::from_headers(headers);
    let (text, carrier) = match headers.get(header::AUTHORIZATION) {
        Some(value) => (value.to_str().ok()?.strip_prefix("Bearer ")?, Carrier::Bearer),
        None => (jar.get(cookie)?.value(), Carrier::Cookie),
    };
    let secret = URL_SAFE_NO_PAD.decode(text).ok().filter(|secret| secret.len() == 32)?;
    Some((secret, carrier))
}

fn signed_in(found: Option<(Caller, AccountState)>) -> Result<Caller> {
    match found {
        Some((caller, AccountState::Active)) => Ok(caller),
        Some((_, AccountState::Disabled)) => Err(ProblemType::AccountDisabled.into()),
        _ => Err(ProblemType::SignedOut.into()),
    }
}

/// Looked up by the hash: what the index compares, and may leak the timing of, is worth nothing.
async fn find(
    db: &mut AnyConnection,
    session: Sha256,
    carrier: Carrier,
    now: Millis,
) -> Result<Option<(Caller, AccountState)>, StoreError> {
    let row = sqlx::query(
        "SELECT a.id, a.kind, a.administrator, a.state, s.password_at, \
             CASE WHEN s.handed_over = 1 THEN NULL ELSE s.activation END AS activation, \
             s.handed_over \
         FROM sessions s \
         JOIN accounts a ON a.id = s.account WHERE s.hash = $1 AND s.expires_at > $2",
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
            password_at: row.millis("password_at")?,
            activation: row.maybe_key("activation")?,
            handed_over: row.flag("handed_over")?,
            session,
            carrier,
        };
        Ok((caller, row.name("state")?))
    })
    .transpose()
}

/// The hashes of an account's sessions that stand; none where the account does not.
pub(crate) async fn standing_sessions(
    db: &mut AnyConnection,
    account: AccountId,
    now: Millis,
) -> Result<Vec<Sha256>, StoreError> {
    let rows = sqlx::query(
        "SELECT s.hash FROM sessions s JOIN accounts a ON a.id = s.account \
         WHERE s.account = $1 AND s.expires_at > $2 AND a.state = $3",
    )
    .bind(account.key())
    .bind(now)
    .bind(name(&AccountState::Active))
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| row.key("hash")).collect()
}

/// The cookie's name. `__Host-` makes browsers insist on HTTPS, on this very host and on the whole path; without HTTPS
/// (loopback only) they refuse that prefix.
pub(crate) fn cookie_name(portal: &Portal) -> &'static str {
    if portal.settings.is_https() {
        "__Host-restante"
    } else {
        "restante"
    }
}
