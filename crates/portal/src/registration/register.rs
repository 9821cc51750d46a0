//! From an invitation to an account: the password by OPAQUE, the keys from the client.

use axum::{
    Json,
    extract::{FromRequestParts, State},
    http::request::Parts,
    response::Response,
};
use axum_extra::extract::CookieJar;
use certificate::Certificate;
use opaque_ke::{RegistrationRequest, RegistrationUpload, ServerRegistration};
use wire::{
    Address, Bytes, Millis, Problem, ProblemType,
    mailbox::Change,
    opaque::Suite,
    sessions::{ActivityKind, InvitationToken, NewVault, Register, RegistrationStarted, SignedIn, StartRegistration},
};

use super::invitations::{self, OpenInvitation};
use crate::{
    Error, Portal, Result, accounts, activity, changes,
    error::unacceptable,
    http::{JsonBody, LargeJsonBody, admit_link},
    keys::{self, MAX_SLOT_BYTES},
    ports::custody::{InvitedAddress, Receiver},
    sessions::{self, SessionOrigin},
    storage::{Key as _, StoreError, Unit},
};

/// The longest name of a person, in characters.
const MAX_NAME_CHARACTERS: usize = 100;

/// The first half of choosing a password. Changes nothing.
#[utoipa::path(
    post, path = "/registrations/start", tag = "registration",
    request_body = StartRegistration, responses((status = 200, body = RegistrationStarted)),
)]
pub(super) async fn start(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<StartRegistration>,
) -> Result<Json<RegistrationStarted>> {
    let token = InvitationToken { token: request.token };
    let open = invitations::open(&mut *portal.store.read().await?, &token, portal.now()).await?;
    let message = RegistrationRequest::<Suite>::deserialize(request.registration_request.as_ref())
        .map_err(|_| malformed("registration_request"))?;
    let setup = portal.secrets.newest_setup();
    let started = ServerRegistration::start(&setup.opaque, message, open.account.id.key())
        .map_err(|_| malformed("registration_request"))?;
    let registration_response = started.message.serialize().to_vec().into();
    Ok(Json(RegistrationStarted {
        account: open.account.id,
        registration_response,
        setup: setup.shown(&portal.settings),
    }))
}

/// An invitation that the request's head names, or none: with one that is open, the body may hold a vault.
pub(super) struct Invited;

impl FromRequestParts<Portal> for Invited {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let is_open = async |token| {
            let mut db = portal.store.read().await?;
            let open = invitations::open(&mut db, &InvitationToken { token }, portal.now()).await;
            open.map(|_| ())
        };
        admit_link(parts, is_open).await?;
        Ok(Self)
    }
}

/// The second half: the account begins, and its first session.
///
/// In one transaction: the invited address becomes the Master, the certificate and the vault are stored, and what waited
/// under custody's key is handed over as a parcel. No message is touched.
#[utoipa::path(
    post, path = "/registrations", tag = "registration",
    params(("Restante-Link" = Option<Bytes>, Header, description = "the link's secret: without it a body ends at 8 KiB")),
    request_body = Register, responses((status = 201, body = SignedIn)),
)]
pub(super) async fn finish(
    State(portal): State<Portal>,
    jar: CookieJar,
    _: Invited,
    LargeJsonBody(request, _): LargeJsonBody<Register>,
) -> Result<Response> {
    let registrant = Registrant::parse(&request)?;
    if registrant.setup != portal.secrets.newest_setup().number {
        return Err(unacceptable("the password was chosen under another setup: begin again"));
    }
    let now = portal.now();
    let mut unit = portal.begin_unguarded().await?;
    let token = InvitationToken { token: request.token };
    let open = invitations::open(&mut unit, &token, now).await?;
    // Somebody may be confirming a claim on the address: of both, one has it.
    accounts::lock_accounts(&mut unit, &[open.account.id]).await?;
    let open = invitations::open(&mut unit, &token, now).await?;
    let certificate = certificate_of(&request.certificate, &open.address, now)?;
    let account = open.account.id;
    // Of two who use one invitation at once, the second finds it gone.
    match invitations::withdraw_invitation(&mut unit, account).await {
        Err(StoreError::NotFound) => return Err(ProblemType::InvitationUsed.into()),
        other => other?,
    }
    store(&portal, &mut unit, &open, &registrant, &certificate, &request.vault).await?;
    activity::record(&portal, &mut unit, account, ActivityKind::Registered).await?;
    let invited = InvitedAddress {
        account,
        address: &open.address,
    };
    let registrant = Receiver::Registrant(&certificate);
    keys::hand_waiting_key_over(&portal, &mut unit, invited, account, registrant).await?;
    changes::append(&mut unit, account, Change::Account).await?;
    let begun = sessions::begin(
        &portal,
        &mut unit,
        account,
        request.carrier,
        SessionOrigin::Password { device: None },
    )
    .await?;
    unit.commit().await?;
    Ok(begun.beside(&portal, &jar).answer(&portal))
}

/// Who registers, by what can be seen without looking anything up.
struct Registrant {
    name: String,
    /// The OPAQUE record of the password.
    password: Vec<u8>,
    /// The number of the setup that it was chosen under.
    setup: u32,
}

impl Registrant {
    fn parse(request: &Register) -> Result<Self> {
        let name = request.name.trim();
        let has_control = name.chars().any(char::is_control);
        if name.is_empty() || name.chars().count() > MAX_NAME_CHARACTERS || has_control {
            return Err(Problem::new(ProblemType::Malformed)
                .detail("name must be 1 to 100 characters")
                .into());
        }
        let upload = RegistrationUpload::<Suite>::deserialize(request.registration_upload.as_ref())
            .map_err(|_| malformed("registration_upload"))?;
        let slot = &request.vault.password_slot.0;
        if slot.len() > MAX_SLOT_BYTES {
            return Err(ProblemType::TooLarge.into());
        }
        if slot.is_empty() {
            return Err(unacceptable("the password slot is empty"));
        }
        Ok(Self {
            name: name.to_owned(),
            password: ServerRegistration::finish(upload).serialize().to_vec(),
            setup: request.password_setup,
        })
    }
}

/// The certificate that the client made for the invited address.
fn certificate_of(bytes: &Bytes, address: &Address, now: Millis) -> Result<Certificate> {
    let not_accepted = |error| unacceptable(&format!("the certificate is not accepted: {error}"));
    let certificate = Certificate::parse(bytes.as_ref()).map_err(not_accepted)?;
    certificate.ensure_made_before(now).map_err(not_accepted)?;
    if !certificate.user_ids().eq([address.as_typed()]) {
        return Err(unacceptable(
            "the certificate's one User ID must be the invited address",
        ));
    }
    // Nobody could write to its owner any more, nor they to anybody.
    if certificate.expires_at().is_some() {
        return Err(unacceptable("an account's certificate does not expire"));
    }
    Ok(certificate)
}

/// Writes the account's rows: certificate, account, Master, vault.
async fn store(
    portal: &Portal,
    unit: &mut Unit,
    open: &OpenInvitation,
    registrant: &Registrant,
    certificate: &Certificate,
    vault: &NewVault,
) -> Result<()> {
    let (account, now) = (open.account.id, portal.now());
    let fingerprint = match keys::add_certificate(unit, account, certificate, now).await {
        Err(StoreError::Conflict(_)) => return Err(unacceptable("this certificate is in use already")),
        other => other?.to_string(),
    };
    let password = (&registrant.password[..], registrant.setup);
    accounts::activate(unit, account, &registrant.name, password, &fingerprint).await?;
    accounts::add_address(unit, &open.address, account, true, now).await?;
    keys::store_vault(unit, account, vault, now).await
}

fn malformed(field: &str) -> Error {
    Problem::new(ProblemType::Malformed)
        .detail(format!("{field} is not one"))
        .into()
}
