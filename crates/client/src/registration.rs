//! Ways in: an invitation, the password, a session that was kept.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use vault::{Vault, VaultKey, password};
use wire::{
    Address,
    sessions::{
        Carrier, FinishSignIn, Invitation, InvitationToken, NewVault, Register, RegistrationStarted, SignInStarted,
        SignedIn, SlotKind, StartRegistration, StartSignIn,
    },
};
use zeroize::Zeroizing;

use crate::{Client, Error, KeptSession, Session, client::blocking, http::Ask};

impl Client {
    /// What an invitation says. Takes the whole link, or what stands behind its `#`.
    ///
    /// # Errors
    /// [`Error::Link`], or `invitation-unknown`, `invitation-expired`, `invitation-used`.
    pub async fn invitation(&self, link: &str) -> Result<Invitation, Error> {
        let token = token(link)?;
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
        let ask = Ask::new(Method::POST, "/invitations/renew").json(&token(link)?)?;
        self.http.tell_once(ask).await
    }

    /// Accepts an invitation: makes the account's keys and its vault here, and begins its first session. The password
    /// stays here.
    ///
    /// # Errors
    /// As [`Client::invitation`].
    pub async fn register(&self, link: &str, name: &str, password: &str) -> Result<Session, Error> {
        let InvitationToken { token } = token(link)?;
        let invitation = self.invitation(link).await?;
        let password = Zeroizing::new(password.to_owned());
        let mut rng = self.environment.rng();
        let (attempt, request) = password::Registration::start(&password, &mut rng)?;
        let request = StartRegistration {
            token: token.clone(),
            registration_request: request.into(),
        };
        let started: RegistrationStarted = self
            .http
            .get(Ask::new(Method::POST, "/registrations/start").json(&request)?)
            .await?;
        let now = self.environment.now();
        let (upload, vault, key, new) = blocking(move || {
            let (upload, export_key) = attempt.finish(started.registration_response.as_ref(), &mut rng)?;
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
        let password = Zeroizing::new(password.to_owned());
        let mut rng = self.environment.rng();
        let (attempt, request) = password::SignIn::start(&password, &mut rng)?;
        let request = StartSignIn {
            address: address.clone(),
            credential_request: request.into(),
        };
        // Neither half is repeated: each counts as an attempt at the password.
        let started: SignInStarted = self
            .http
            .once(Ask::new(Method::POST, "/sign-ins").json(&request)?)
            .await?;
        let response = started.credential_response;
        let (finalization, export_key) = blocking(move || attempt.finish(response.as_ref(), &mut rng)).await??;
        let request = FinishSignIn {
            sign_in: started.sign_in,
            credential_finalization: finalization.into(),
            carrier: Carrier::Bearer,
        };
        let signed_in: SignedIn = self
            .http
            .once(Ask::new(Method::POST, "/sessions").json(&request)?)
            .await?;
        let slot = signed_in
            .vault
            .slots
            .iter()
            .find(|slot| slot.kind == SlotKind::Password);
        let slot = slot.ok_or(Error::Answer("a vault without a password slot"))?;
        let key = VaultKey::unwrap_with_password(slot.wrapped.as_ref(), &export_key)?;
        let vault = Vault::unlock(signed_in.vault.sealed.as_ref(), &key)?;
        self.begin(signed_in, key, vault).await
    }

    /// Goes on with a session that was [kept](Session::keep), without a password.
    ///
    /// # Errors
    /// `signed-out` where it has ended; [`Error::Url`] where it is another portal's.
    pub async fn resume(&self, kept: &KeptSession) -> Result<Session, Error> {
        if kept.portal != self.url() {
            return Err(Error::Url("this session was kept from another portal"));
        }
        let bearer = kept.bearer.as_str();
        let session: wire::sessions::Session = self.http.get(Ask::new(Method::GET, "/session").bearer(bearer)).await?;
        let vault: wire::sessions::Vault = self.http.get(Ask::new(Method::GET, "/vault").bearer(bearer)).await?;
        let reload_key = Zeroizing::new(
            <[u8; 32]>::try_from(session.reload_key.as_ref())
                .map_err(|_| Error::Answer("a reload key of another size"))?,
        );
        let key = VaultKey::unwrap_for_reload(kept.wrapped_key.as_ref(), &reload_key)?;
        let opened = Vault::unlock(vault.sealed.as_ref(), &key)?;
        let signed_in = SignedIn {
            session,
            vault,
            bearer: Some(bearer.to_owned()),
        };
        self.begin(signed_in, key, opened).await
    }

    async fn begin(&self, signed_in: SignedIn, key: VaultKey, vault: Vault) -> Result<Session, Error> {
        let session = Session::new(self.clone(), signed_in, key, vault)?;
        session.take_parcels_in().await?;
        Ok(session)
    }
}

/// The secret of an invitation link.
fn token(link: &str) -> Result<InvitationToken, Error> {
    let text = link.trim().rsplit('#').next().unwrap_or_default();
    let token = URL_SAFE_NO_PAD.decode(text).map_err(|_| Error::Link)?;
    match token.len() {
        32 => Ok(InvitationToken { token: token.into() }),
        _ => Err(Error::Link),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_its_secret_alone_are_the_same() {
        let secret = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let link = format!(" https://portal.example.org/register#{secret}\n");
        let whole = token(&link).unwrap();
        assert_eq!(whole.token.as_ref(), (0..32).collect::<Vec<u8>>());
        assert_eq!(token(secret).unwrap().token, whole.token);
        for wrong in [
            "",
            "https://portal.example.org/register",
            "#AAEC",
            &format!("{link}#x="),
        ] {
            assert!(matches!(token(wrong), Err(Error::Link)), "{wrong}");
        }
    }
}
