//! From an invitation to an account: the password by OPAQUE, the keys from the client.

use axum::{Json, extract::State, response::Response};
use certificate::Certificate;
use opaque_ke::{RegistrationRequest, RegistrationUpload, ServerRegistration};
use wire::{
    Problem, ProblemType,
    ids::SlotId,
    opaque::Suite,
    sessions::{ActivityKind, InvitationToken, Register, RegistrationStarted, SignedIn, SlotKind, StartRegistration},
};

use super::{add_certificate, certificates::unacceptable, hand_waiting_key_over, hold, invitations, record};
use crate::{
    Portal, changes,
    http::{Answer, Body},
    sessions::{self, Way},
    storage::{Key as _, StoreError, name},
};

/// The largest vault that is taken, in bytes: some six hundred keys.
pub(crate) const MAX_VAULT: usize = 2 << 20;

/// The largest unlock slot, or vault key wrapped in another way, that is taken, in bytes.
pub(crate) const MAX_SLOT: usize = 1024;

/// The first half of choosing a password. Changes nothing.
#[utoipa::path(
    post, path = "/registrations/start", tag = "registration",
    request_body = StartRegistration, responses((status = 200, body = RegistrationStarted)),
)]
pub(super) async fn start(
    State(portal): State<Portal>,
    Body(request): Body<StartRegistration>,
) -> Answer<Json<RegistrationStarted>> {
    let token = InvitationToken { token: request.token };
    let open = invitations::open(&mut *portal.store.read().await?, &token, portal.now()).await?;
    let message = RegistrationRequest::<Suite>::deserialize(request.registration_request.as_ref())
        .map_err(|_| malformed("registration_request"))?;
    let started = ServerRegistration::start(&portal.secrets.opaque, message, open.account.id.key())
        .map_err(|_| malformed("registration_request"))?;
    let registration_response = started.message.serialize().to_vec().into();
    Ok(Json(RegistrationStarted {
        account: open.account.id,
        registration_response,
    }))
}

/// The second half: the account begins, and its first session.
///
/// In one transaction: the invited address becomes the Master, the certificate and the vault are stored, and what waited
/// under custody's key is handed over as a parcel. No message is touched.
#[utoipa::path(
    post, path = "/registrations", tag = "registration",
    request_body = Register, responses((status = 201, body = SignedIn)),
)]
pub(super) async fn finish(State(portal): State<Portal>, Body(request): Body<Register>) -> Answer<Response> {
    let person = request.name.trim();
    if person.is_empty() || person.chars().count() > 100 || person.chars().any(char::is_control) {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("name must be 1 to 100 characters")
            .into());
    }
    let record_bytes = RegistrationUpload::<Suite>::deserialize(request.registration_upload.as_ref())
        .map_err(|_| malformed("registration_upload"))
        .map(|upload| ServerRegistration::finish(upload).serialize().to_vec())?;
    if request.vault.sealed.0.len() > MAX_VAULT || request.vault.password_slot.0.len() > MAX_SLOT {
        return Err(ProblemType::TooLarge.into());
    }
    if request.vault.sealed.0.is_empty() || request.vault.password_slot.0.is_empty() {
        return Err(unacceptable("the vault or its password slot is empty"));
    }
    let now = portal.now();
    let mut unit = portal.store.begin().await?;
    let token = InvitationToken { token: request.token };
    let open = invitations::open(&mut unit, &token, now).await?;
    // Somebody may be confirming a claim on the address: of both, one has it.
    hold(&mut unit, &[open.account.id]).await?;
    let open = invitations::open(&mut unit, &token, now).await?;
    let certificate = Certificate::parse(request.certificate.as_ref())
        .map_err(|error| unacceptable(&format!("the certificate is not accepted: {error}")))?;
    if !certificate.user_ids().eq([open.address.as_typed()]) {
        return Err(unacceptable(
            "the certificate's one User ID must be the invited address",
        ));
    }
    // Nobody could write to its owner any more, nor they to anybody.
    if certificate.expires_at().is_some() {
        return Err(unacceptable("an account's certificate does not expire"));
    }
    let account = open.account.id;
    // Of two who use one invitation at once, the second finds it gone.
    match invitations::withdraw(&mut unit, account).await {
        Err(StoreError::NotFound) => return Err(ProblemType::InvitationUsed.into()),
        other => other?,
    }
    let fingerprint = match add_certificate(&mut unit, account, &certificate, now).await {
        Err(StoreError::Conflict(_)) => return Err(unacceptable("this certificate is in use already")),
        other => other?,
    };
    sqlx::query("UPDATE accounts SET state = 'active', name = $2, password = $3, fingerprint = $4 WHERE id = $1")
        .bind(account.key())
        .bind(person)
        .bind(record_bytes)
        .bind(fingerprint.to_string())
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    sqlx::query("INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $2, $3, 1, $4)")
        .bind(open.address.canonical())
        .bind(open.address.as_typed())
        .bind(account.key())
        .bind(now)
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    sqlx::query("INSERT INTO vaults (account, version, sealed) VALUES ($1, 1, $2)")
        .bind(account.key())
        .bind(request.vault.sealed.0)
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    sqlx::query("INSERT INTO unlock_slots (id, account, kind, wrapped) VALUES ($1, $2, $3, $4)")
        .bind(SlotId(portal.entropy.id(now)).key())
        .bind(account.key())
        .bind(name(&SlotKind::Password))
        .bind(request.vault.password_slot.0)
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    record(&portal, &mut unit, account, ActivityKind::Registered).await?;
    hand_waiting_key_over(&portal, &mut unit, account, account, &certificate).await?;
    changes::tell(&mut unit, account, wire::mailbox::Change::Account).await?;
    let begun = sessions::begin(&portal, &mut unit, account, request.carrier, Way::Password).await?;
    portal.commit(unit).await?;
    Ok(begun.answer(&portal))
}

fn malformed(field: &str) -> crate::http::Error {
    Problem::new(ProblemType::Malformed)
        .detail(format!("{field} is not one"))
        .into()
}
