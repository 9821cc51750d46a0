//! Ways in: an invitation, the password, a session that was kept.

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

use crate::{Client, Error, KeptSession, Session, client::blocking, http::Ask, links::secret};

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
        let (attempt, request) = password::Registration::start(&password, &known, &mut rng)?;
        let request = StartRegistration {
            token: token.clone(),
            registration_request: request.into(),
        };
        let started: RegistrationStarted = self
            .http
            .get(Ask::new(Method::POST, "/registrations/start").json(&request)?)
            .await?;
        let now = self.environment.now();
        let (response, setup, known_portal) = (started.registration_response, started.setup, self.known.clone());
        let password_setup = setup.number;
        let (upload, vault, key, new) = blocking(move || {
            let (upload, export_key) = attempt.finish(response.as_ref(), &setup, &known_portal, &mut rng)?;
            let vault = Vault::create(&invitation.address, now, &mut rng)?;
            let key = VaultKey::generate(&mut rng);
            let new = NewVault {
                sealed: vault.lock(&key, &mut rng)?.into(),
                password_slot: key.wrap_for_password(&export_key, &mut rng)?.into(),
            };
            Ok::<_, vault::Error>((upload, vault, key, new))
        })
        .await??;
        let request = Register {
            token,
            name: name.to_owned(),
            registration_upload: upload.into(),
            password_setup,
            certificate: vault.certificate().to_bytes().into(),
            vault: new,
            carrier: Carrier::Bearer,
        };
        let signed_in = self
            .http
            .once(Ask::new(Method::POST, "/registrations").json(&request)?)
            .await?;
        self.begin(signed_in, key, vault).await
    }

    /// Signs in under any confirmed address of the account.
    ///
    /// # Errors
    /// [`Error::is_wrong_password`], `too-many-attempts`, `account-disabled`.
    pub async fn sign_in(&self, address: &Address, password: &str) -> Result<Session, Error> {
        let attempt = self.attempt(address, password).await?;
        let request = FinishSignIn {
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
            carrier: Carrier::Bearer,
        };
        let signed_in: SignedIn = self
            .http
            .once(Ask::new(Method::POST, "/sessions").json(&request)?)
            .await?;
        let (key, vault) = unlock(&signed_in.vault, &attempt.export_key)?;
        self.begin(signed_in, key, vault).await
    }

    /// The first half of proving a password. Neither half is repeated: each counts as an attempt at the password.
    pub(crate) async fn attempt(&self, address: &Address, password: &str) -> Result<Attempt, Error> {
        let password = Zeroizing::new(password.to_owned());
        let mut rng = self.environment.rng();
        let (attempt, request) = password::SignIn::start(&password, &mut rng)?;
        let request = StartSignIn {
            address: address.clone(),
            credential_request: request.into(),
            device_token: self.device_token.clone(),
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
        let ask = |path| Ask::new(Method::GET, path).bearer(kept.bearer.clone());
        let session: wire::sessions::Session = self.http.get(ask("/session")).await?;
        let vault: wire::sessions::Vault = self.http.get(ask("/vault")).await?;
        let reload_key = Zeroizing::new(
            <[u8; 32]>::try_from(session.reload_key.as_ref())
                .map_err(|_| Error::Answer("a reload key of another size"))?,
        );
        let key = VaultKey::unwrap_for_reload(kept.wrapped_key.as_ref(), &reload_key)?;
        let opened = Vault::unlock(vault.sealed.as_ref(), &key)?;
        let signed_in = SignedIn {
            session,
            vault,
            bearer: Some(kept.bearer.to_string()),
            device_token: None,
        };
        self.begin(signed_in, key, opened).await
    }

    pub(crate) async fn begin(&self, signed_in: SignedIn, key: VaultKey, vault: Vault) -> Result<Session, Error> {
        let account = signed_in.session.account.clone();
        let session = Session::new(self.clone(), signed_in, key, vault)?;
        // A certificate that could not be signed anew keeps nobody from reading; where a message is refused for it, that
        // is tried again.
        let _ = session.settle(account).await;
        session.take_parcels_in().await?;
        Ok(session)
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
        let attempt = self.0.client.attempt(&self.address(), password).await?;
        let request = GivePassword {
            sign_in: attempt.sign_in,
            credential_finalization: attempt.finalization.into(),
        };
        let ask = self.ask(Method::POST, "/session/password").json(&request)?;
        let given: PasswordGiven = self.0.client.http.once(ask).await?;
        self.set_bearer(given.bearer.ok_or(Error::Answer("a session without a secret"))?);
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

/// Opens a vault by its password slot.
pub(crate) fn unlock(stored: &wire::sessions::Vault, export_key: &ExportKey) -> Result<(VaultKey, Vault), Error> {
    let slot = stored.slots.iter().find(|slot| slot.kind == SlotKind::Password);
    let slot = slot.ok_or(Error::Answer("a vault without a password slot"))?;
    let key = VaultKey::unwrap_with_password(slot.wrapped.as_ref(), export_key)?;
    let vault = Vault::unlock(stored.sealed.as_ref(), &key)?;
    Ok((key, vault))
}
