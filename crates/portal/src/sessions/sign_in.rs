//! The two requests of a sign-in (OPAQUE, RFC 9807). The password never leaves the client.

use axum::{Json, extract::State, response::Response};
use axum_extra::extract::CookieJar;
use opaque_ke::{CredentialFinalization, CredentialRequest, ServerLogin, ServerLoginParameters, ServerRegistration};
use sqlx::any::AnyRow;
use wire::{
    Address, Bytes, Problem, ProblemType, Sha256,
    ids::{AccountId, SignInId},
    opaque::Suite,
    people::AccountState,
    sessions::{
        ActivityKind, FinishSignIn, GivePassword, OwnAddress, PasswordGiven, SignInStarted, SignedIn, StartSignIn,
    },
};

use super::{
    attempts, devices,
    session::{self, SessionOrigin},
};
use crate::{
    Portal, Result, accounts, activity,
    http::{InPerson, JsonBody, Network},
    portal::KeptOut,
    settings::Setup,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long an attempt is good for: key stretching on a slow phone takes seconds, not a minute.
pub(super) const SIGN_IN_LIFETIME: wire::Millis = 60_000;

/// The first half of a sign-in.
///
/// An address that nobody has, one that is only invited, and one with an account get answers that cannot be told apart,
/// after the same work.
#[utoipa::path(
    post, path = "/sign-ins", tag = "sessions",
    request_body = StartSignIn, responses((status = 200, body = SignInStarted)),
)]
pub(super) async fn start(
    State(portal): State<Portal>,
    network: Network,
    jar: CookieJar,
    JsonBody(request): JsonBody<StartSignIn>,
) -> Result<Json<SignInStarted>> {
    let credential_request = CredentialRequest::<Suite>::deserialize(request.credential_request.as_ref())
        .map_err(|_| Problem::new(ProblemType::Malformed).detail("credential_request is not one"))?;
    let now = portal.now();
    let bucket = portal.secrets.address_bucket(&request.address);
    let mut unit = portal.begin_unguarded().await?;
    let network = portal.secrets.network_bucket(network);
    let purpose = match request.separates {
        false => Purpose::Owner,
        true => Purpose::FormerOwner,
    };
    let (account, record) = find_record(&portal, &mut unit, &request.address, purpose).await?;
    let presented = devices::Presented::read(&portal, &jar, request.device_token.as_ref());
    let device = presented.of_account(&mut unit, account).await?;
    let counted = match device {
        Some(device) => attempts::count_of_device(&portal.secrets, &mut unit, device, now).await?,
        None => attempts::count(&portal.secrets, &mut unit, bucket, network, now).await?,
    };
    if let Err(wait) = counted {
        unit.rollback().await;
        let subject = account.as_ref().map_or(&bucket[..], |account| account.key());
        portal.log_kept_out(KeptOut::LockedOut, subject, &network);
        if device.is_none() {
            let mut unit = portal.begin_unguarded().await?;
            attempts::count_refused(&mut unit, network, now).await?;
            unit.commit().await?;
        }
        return Err(slow_down(wait).into());
    }
    let made_up_setup = made_up_setup(&portal, &mut unit, &request.address).await?;
    let (record, setup) = match record {
        Some((record, setup)) => (Some(record), setup),
        None => (None, made_up_setup),
    };
    // The credential identifier is the account's id, never the address, so that a promotion needs no new password. An
    // address without one gets a made-up id, the same each time.
    let made_up = portal
        .secrets
        .keyed_hash("sign-in/no-account", request.address.canonical().as_bytes());
    let identifier = account.as_ref().map_or(&made_up[..16], |account| account.key());
    let started = ServerLogin::start(
        &mut portal.entropy.rng(),
        &setup.opaque,
        record,
        credential_request,
        identifier,
        parameters(&setup.context(&portal.settings)),
    )
    .map_err(|_| Problem::new(ProblemType::Malformed).detail("credential_request is not one"))?;
    let sign_in = SignInId(portal.entropy.id(now));
    sqlx::query(
        "INSERT INTO sign_ins (id, account, bucket, network, state, expires_at, setup, device, separates) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(sign_in.key())
    .bind(account.as_ref().map(|account| account.key()))
    .bind(&bucket[..])
    .bind(&network[..])
    .bind(&started.state.serialize()[..])
    .bind(now + SIGN_IN_LIFETIME)
    .bind(i64::from(setup.number))
    .bind(device.as_ref().map(|device| device.key()))
    .bind(i64::from(request.separates))
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    unit.commit().await?;
    let credential_response = started.message.serialize().to_vec().into();
    Ok(Json(SignInStarted {
        sign_in,
        credential_response,
        setup: setup.shown(&portal.settings),
    }))
}

/// Whose password is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// That of the account that has the address.
    Owner,
    /// That of the account that had it and may take it back.
    FormerOwner,
}

/// The account whose password is meant, with the OPAQUE record of it and the setup of that. A record of a setup that is no
/// more is none.
async fn find_record<'a>(
    portal: &'a Portal,
    unit: &mut Unit,
    address: &Address,
    purpose: Purpose,
) -> Result<(Option<AccountId>, Option<(ServerRegistration<Suite>, &'a Setup)>), StoreError> {
    let row = sqlx::query(match purpose {
        Purpose::Owner => {
            "SELECT a.id, a.password, a.password_setup FROM addresses d \
             JOIN accounts a ON a.id = d.account WHERE d.canonical = $1"
        }
        Purpose::FormerOwner => {
            "SELECT a.id, a.password, a.password_setup FROM withheld_addresses d JOIN withheld w ON w.claim = d.claim \
             JOIN accounts a ON a.id = w.account WHERE d.canonical = $1"
        }
    })
    .bind(address.canonical())
    .fetch_optional(&mut **unit)
    .await?;
    let Some(row) = row else { return Ok((None, None)) };
    let setup = row
        .maybe_int("password_setup")?
        .and_then(|number| portal.secrets.setup(number));
    let record = match (row.maybe_bytes("password")?, setup) {
        (Some(bytes), Some(setup)) => {
            let record = ServerRegistration::deserialize(&bytes).map_err(|_| StoreError::Corrupt)?;
            Some((record, setup))
        }
        _ => None,
    };
    Ok((Some(row.key("id")?), record))
}

/// The setup that an address is answered with that has none. Asked for every address, so that all are the same work.
async fn made_up_setup<'a>(portal: &'a Portal, unit: &mut Unit, address: &Address) -> Result<&'a Setup, StoreError> {
    if !portal.secrets.has_former_setup() {
        return Ok(portal.secrets.newest_setup());
    }
    let row = sqlx::query(
        "SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN password_setup = $1 THEN 1 ELSE 0 END), 0) AS newest \
         FROM accounts WHERE password_setup IS NOT NULL",
    )
    .bind(i64::from(portal.secrets.newest_setup().number))
    .fetch_one(&mut **unit)
    .await?;
    let count = |name| Ok::<_, StoreError>(row.int(name)?.max(0).unsigned_abs());
    Ok(portal.secrets.made_up_setup(address, count("newest")?, count("n")?))
}

/// Whose password was given.
pub(crate) struct Proved {
    pub(crate) account: AccountId,
    /// The device that it was given from, where the account knows it.
    device: Option<Sha256>,
}

/// Finishes what [`start`] began, once: whose password was given. `None` where it was the wrong one, or the attempt was
/// used before, or is over, or was begun for another purpose. Commit the unit either way: the attempt is spent.
///
/// The account is locked from here on, together with `others`; whether it is active is for the caller to see.
pub(crate) async fn prove(
    portal: &Portal,
    unit: &mut Unit,
    sign_in: SignInId,
    finalization: &Bytes,
    others: &[AccountId],
    purpose: Purpose,
) -> Result<Option<Proved>> {
    let row = sqlx::query(
        "SELECT account, bucket, network, state, expires_at, setup, device FROM sign_ins \
         WHERE id = $1 AND separates = $2",
    )
    .bind(sign_in.key())
    .bind(i64::from(purpose == Purpose::FormerOwner))
    .fetch_optional(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    let proved = match &row {
        Some(row) if row.millis("expires_at")? > portal.now() => {
            let state = ServerLogin::<Suite>::deserialize(&row.bytes("state")?).map_err(|_| StoreError::Corrupt)?;
            let setup = portal.secrets.setup(row.int("setup")?);
            let context = setup.map(|setup| setup.context(&portal.settings)).unwrap_or_default();
            CredentialFinalization::deserialize(finalization.as_ref())
                .and_then(|finalization| state.finish(finalization, parameters(&context)))
                .ok()
                .map(|_| Ok::<_, StoreError>((row.maybe_key("account")?, row.bytes("bucket")?, row.bytes("network")?)))
                .transpose()?
        }
        _ => None,
    };
    if let Some((Some(account), ..)) = proved {
        // The account's row before the attempt's, which is the order of whoever ends both.
        accounts::lock_accounts(unit, &[others, &[account]].concat()).await?;
    }
    // One try each: the row is taken, whatever comes of it.
    let taken = sqlx::query("DELETE FROM sign_ins WHERE id = $1")
        .bind(sign_in.key())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .rows_affected();
    let Some((Some(account), bucket, network)) = proved.filter(|_| taken > 0) else {
        log_refused(portal, row.as_ref())?;
        return Ok(None);
    };
    // The address that it was begun with may have become another's since. One that is taken back is another's: that it was
    // this account's is for who gives it back to see.
    let addresses = accounts::addresses(unit, account).await?;
    let has_it = |own: &OwnAddress| portal.secrets.address_bucket(&own.address)[..] == bucket;
    if purpose == Purpose::Owner && !addresses.iter().any(has_it) {
        log_refused(portal, row.as_ref())?;
        return Ok(None);
    }
    let device: Option<Sha256> = match &row {
        Some(row) => row.maybe_key("device")?,
        None => None,
    };
    match device {
        Some(device) => attempts::forgive_device(&portal.secrets, unit, device).await?,
        None => attempts::forgive(&portal.secrets, unit, &bucket, &network).await?,
    }
    Ok(Some(Proved { account, device }))
}

/// Writes a refusal into the security log. Of an attempt that there is not, or not any more, nobody knows what it was at.
fn log_refused(portal: &Portal, attempt: Option<&AnyRow>) -> Result<(), StoreError> {
    let Some(attempt) = attempt else { return Ok(()) };
    let account: Option<AccountId> = attempt.maybe_key("account")?;
    let bucket = attempt.bytes("bucket")?;
    let subject = account.as_ref().map_or(&*bucket, |account| account.key());
    portal.log_kept_out(KeptOut::Refused, subject, &attempt.bytes("network")?);
    Ok(())
}

/// The second half: a session, and the vault that it unlocks.
#[utoipa::path(
    post, path = "/sessions", tag = "sessions",
    request_body = FinishSignIn, responses((status = 201, body = SignedIn)),
)]
pub(super) async fn finish(
    State(portal): State<Portal>,
    jar: CookieJar,
    JsonBody(request): JsonBody<FinishSignIn>,
) -> Result<Response> {
    let mut unit = portal.begin_unguarded().await?;
    let Some(Proved { account, device }) = prove(
        &portal,
        &mut unit,
        request.sign_in,
        &request.credential_finalization,
        &[],
        Purpose::Owner,
    )
    .await?
    else {
        unit.commit().await?;
        return Err(ProblemType::WrongCredentials.into());
    };
    // Only who knows the password learns that the account is disabled.
    if accounts::find(&mut unit, account).await?.state != AccountState::Active {
        unit.commit().await?;
        return Err(ProblemType::AccountDisabled.into());
    }
    activity::record(&portal, &mut unit, account, ActivityKind::SignedIn).await?;
    let begun = session::begin(
        &portal,
        &mut unit,
        account,
        request.carrier,
        SessionOrigin::Password { device },
    )
    .await?;
    unit.commit().await?;
    Ok(begun.beside(&portal, &jar).answer(&portal))
}

/// Gives the password again in a session that goes on: what takes a password given just now may follow. The session gets
/// another secret, so that whoever had found the former one is left behind.
#[utoipa::path(
    post, path = "/session/password", tag = "sessions",
    request_body = GivePassword, responses((status = 200, body = PasswordGiven)),
)]
pub(super) async fn give_password(
    State(portal): State<Portal>,
    InPerson(caller): InPerson,
    JsonBody(request): JsonBody<GivePassword>,
) -> Result<Response> {
    let mut unit = caller.begin(&portal).await?;
    let proved = prove(
        &portal,
        &mut unit,
        request.sign_in,
        &request.credential_finalization,
        &[caller.account],
        Purpose::Owner,
    )
    .await?;
    // Another account's password proves nothing here.
    if proved.map(|proved| proved.account) != Some(caller.account) {
        unit.commit().await?;
        return Err(ProblemType::WrongCredentials.into());
    }
    unit.lock_account().await?;
    let renewed = session::renew(&portal, &mut unit, caller).await?;
    unit.commit().await?;
    Ok(renewed.answer(&portal))
}

fn parameters(context: &[u8]) -> ServerLoginParameters<'_, '_> {
    ServerLoginParameters {
        context: Some(context),
        ..Default::default()
    }
}

fn slow_down(wait: wire::Millis) -> Problem {
    let seconds = u32::try_from((wait + 999) / 1000).unwrap_or(u32::MAX);
    Problem::new(ProblemType::TooManyAttempts)
        .detail(format!("try again in {seconds} seconds"))
        .retry_after(seconds)
}
