//! Ways in: an invitation, the password, a session that was kept.

use std::sync::atomic::Ordering;

use guessing::is_guessed_early;
use reqwest::Method;
use vault::{
    Vault, VaultKey,
    password::{self, ExportKey},
};
use wire::{
    Address,
    ids::SignInId,
    sessions::{
        Carrier, FinishSignIn, GivePassword, Invitation, InvitationToken, NewVault, PasswordGiven, Register,
        RegistrationStarted, SignInStarted, SignedIn, SlotKind, StartRegistration, StartSignIn,
    },
};
use zeroize::Zeroizing;

use crate::{
    Client, Error, KeptSession, Session,
    client::blocking,
    http::{Ask, InSession},
    links::secret,
};

impl Client {
    /// What an invitation says. Takes the whole link, or what stands behind its `#`.
    ///
    /// # Errors
    /// [`Error::Link`], or `invitation-unknown`, `invitation-expired`, `invitation-used`.
    pub async fn invitation(&self, link: &str) -> Result<Invitation, Error> {
        let token = invitation(link)?;
        self.http
            .get(Ask::new(Method::POST, "/invitations/inspect").json(&token)?)
            .await
    }

    /// Asks for a new link to the address that was invited, in place of an expired one.
    ///
    /// # Errors
    /// As [`Client::invitation`], and `too-many-requests`.
    pub async fn renew_invitation(&self, link: &str) -> Result<(), Error> {
        // Not repeated: each time is a mail.
        let ask = Ask::new(Method::POST, "/invitations/renew").json(&invitation(link)?)?;
        self.http.tell_once(ask).await
    }

    /// Accepts an invitation: makes the account's keys and its vault here, and begins its first session. The password
    /// stays here.
    ///
    /// # Errors
    /// As [`Client::invitation`]; [`vault::Error::Password`] where the password is not one to choose.
    pub async fn register(&self, link: &str, name: &str, password: &str) -> Result<Session, Error> {
        let token = secret(link)?;
        let invitation = self.invitation(link).await?;
        let portal = self.portal().await?.name;
        let known = [invitation.address.as_typed(), name, &portal];
        let password = Zeroizing::new(password.to_owned());
        let mut rng = self.environment.rng();
        let (attempt, request) = password::Registration::start(&password, &known, is_guessed_early, &mut rng)?;
        let request = StartRegistration {
            token: token.clone(),
            registration_request: request.into(),
        };
        let started: RegistrationStarted = self
            .http
            .get(Ask::new(Method::POST, "/registrations/start").json(&request)?)
            .await?;
        let now = self.sealing_time()?;
        let (response, setup, known_portal) = (started.registration_response, started.setup, self.known.clone());
        let password_setup = setup.number;
        let (upload, certificate, key, new) = blocking(move || {
            let (upload, export_key) = attempt.finish(response.as_ref(), &setup, &known_portal, &mut rng)?;
            let mut vault = Vault::create(started.account, &invitation.address, now, &mut rng)?;
            let slot = vault.make_slot(SlotKind::Password, now, &mut rng);
            let key = VaultKey::generate(&mut rng);
            let new = NewVault {
                sealed: vault.lock(&key, &mut rng)?.into(),
                slot,
                password_slot: key.wrap_for_password(&export_key, &mut rng)?.into(),
            };
            let certificate = vault.certificate().to_bytes();
            Ok::<_, vault::Error>((upload, certificate, key, new))
        })
        .await??;
        let request = Register {
            token,
            name: name.to_owned(),
            registration_upload: upload.into(),
            password_setup,
            certificate: certificate.into(),
            vault: new,
            carrier: Carrier::Bearer,
        };
        let signed_in = self
            .http
            .once(
                Ask::new(Method::POST, "/registrations")
                    .by_link(&request.token)
                    .json(&request)?,
            )
            .await?;
        self.begin(signed_in, key).await
    }

    /// Signs in under any confirmed address of the account.
    ///
    /// # Errors
    /// [`Error::is_wrong_password`], `too-many-attempts`, `account-disabled`.
    pub async fn sign_in(&self, address: &Address, password: &str) -> Result<Session, Error> {
        let (signed_in, key) = self.prove(address, password).await?;
        self.begin(signed_in, key).await
    }

    /// Begins a session at the portal by the password, and unwraps the vault key.
    pub(crate) async fn prove(&self, address: &Address, password: &str) -> Result<(SignedIn, VaultKey), Error> {
        let attempt = self.attempt(address, password, false).await?;
        let request = FinishSignIn {
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
            carrier: Carrier::Bearer,
        };
        let signed_in: SignedIn = self
            .http
            .once(Ask::new(Method::POST, "/sessions").json(&request)?)
            .await?;
        let key = unwrap(&signed_in.vault, &attempt.export_key)?;
        Ok((signed_in, key))
    }

    /// The first half of proving a password: of the account that has the address, or, with `separates`, of the one that had it
    /// before. Neither half is repeated: each counts as an attempt at the password.
    pub(crate) async fn attempt(&self, address: &Address, password: &str, separates: bool) -> Result<Attempt, Error> {
        let password = Zeroizing::new(password.to_owned());
        let mut rng = self.environment.rng();
        let (attempt, request) = password::SignIn::start(&password, &mut rng)?;
        let request = StartSignIn {
            address: address.clone(),
            credential_request: request.into(),
            device_token: self.device_token.clone(),
            separates,
        };
        let started: SignInStarted = self
            .http
            .once(Ask::new(Method::POST, "/sign-ins").json(&request)?)
            .await?;
        let (response, setup) = (started.credential_response, started.setup);
        let known_portal = self.known.clone();
        let (finalization, export_key) =
            blocking(move || attempt.finish(response.as_ref(), &setup, &known_portal, &mut rng)).await??;
        Ok(Attempt {
            sign_in: started.sign_in,
            finalization,
            export_key,
        })
    }

    /// Goes on with a session that was [kept](Session::keep), without a password.
    ///
    /// # Errors
    /// `signed-out` where it has ended; [`Error::Url`] where it is another portal's.
    pub async fn resume(&self, kept: &KeptSession) -> Result<Session, Error> {
        if kept.portal != self.url() {
            return Err(Error::Url("this session was kept from another portal"));
        }
        let kept_session = InSession {
            bearer: kept.bearer.clone(),
            account: None,
        };
        let ask = |path| Ask::new(Method::GET, path).in_session(kept_session.clone());
        let session: wire::sessions::Session = self.http.get(ask("/session")).await?;
        let vault: wire::sessions::Vault = self.http.get(ask("/vault")).await?;
        let reload_key = Zeroizing::new(
            <[u8; 32]>::try_from(session.reload_key.as_ref())
                .map_err(|_| Error::Answer("a reload key of another size"))?,
        );
        let key = VaultKey::unwrap_for_reload(kept.wrapped_key.as_ref(), &reload_key)?;
        let signed_in = SignedIn {
            session,
            vault,
            bearer: Some(kept.bearer.to_string()),
            device_token: None,
        };
        self.begin(signed_in, key).await
    }
}

impl Session {
    /// Gives the password again, so that the next five minutes count as signed in just now: what
    /// [promoting](Session::promote) takes. The session goes on with another secret: what was [kept](Session::keep) of it
    /// before is worth nothing any more.
    ///
    /// # Errors
    /// [`Error::is_wrong_password`], `too-many-attempts`.
    pub async fn give_password(&self, password: &str) -> Result<(), Error> {
        let attempt = self.0.client.attempt(&self.address(), password, false).await?;
        let request = GivePassword {
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
        };
        let ask = self.ask(Method::POST, "/session/password").json(&request)?;
        let given: PasswordGiven = self.0.client.http.once(ask).await?;
        self.set_bearer(given.bearer.ok_or(Error::Answer("a session without a secret"))?);
        self.0.in_person.store(true, Ordering::Relaxed);
        Ok(())
    }
}

fn invitation(link: &str) -> Result<InvitationToken, Error> {
    secret(link).map(|token| InvitationToken { token })
}

/// The first half of a sign-in, and what the second takes.
pub(crate) struct Attempt {
    pub(crate) sign_in: SignInId,
    pub(crate) finalization: Vec<u8>,
    pub(crate) export_key: ExportKey,
}

/// The key of a vault, by its password slot.
pub(crate) fn unwrap(stored: &wire::sessions::Vault, export_key: &ExportKey) -> Result<VaultKey, Error> {
    let slot = stored.slots.iter().find(|slot| slot.kind == SlotKind::Password);
    let slot = slot.ok_or(Error::Answer("a vault without a password slot"))?;
    VaultKey::unwrap_with_password(slot.wrapped.as_ref(), export_key)
        .map_err(|_| Error::Answer("a password slot that the right password does not open"))
}
