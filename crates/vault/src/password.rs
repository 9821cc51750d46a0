//! The password, of which nothing leaves the client: OPAQUE (RFC 9807), client side. The protocol is `opaque-ke`'s.

use std::fmt;

use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, Identifiers, RegistrationResponse, errors::ProtocolError,
};
use rand::{CryptoRng, RngCore};
use unicode_normalization::UnicodeNormalization as _;
use wire::opaque::{CONTEXT, Suite};
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::Error;

/// The secret that only the password gives, and gives again at every sign-in (RFC 9807 section 2).
#[derive(Clone, ZeroizeOnDrop)]
pub struct ExportKey([u8; 64]);

impl ExportKey {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for ExportKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ExportKey(…)")
    }
}

/// A password that is being chosen.
pub struct Registration {
    state: ClientRegistration<Suite>,
    password: Zeroizing<String>,
}

impl Registration {
    /// Begins; with it comes the `RegistrationRequest` for the portal.
    pub fn start(password: &str, rng: &mut (impl CryptoRng + RngCore)) -> Result<(Self, Vec<u8>), Error> {
        let password = prepared(password);
        let started = ClientRegistration::<Suite>::start(rng, password.as_bytes()).map_err(|_| Error::Protocol)?;
        let request = started.message.serialize().to_vec();
        Ok((
            Self {
                state: started.state,
                password,
            },
            request,
        ))
    }

    /// Takes the portal's `RegistrationResponse`; gives the `RegistrationUpload` for it, and the export key for us.
    pub fn finish(self, response: &[u8], rng: &mut (impl CryptoRng + RngCore)) -> Result<(Vec<u8>, ExportKey), Error> {
        let response = RegistrationResponse::deserialize(response).map_err(|_| Error::Protocol)?;
        let parameters = ClientRegistrationFinishParameters::default();
        let finished = self
            .state
            .finish(rng, self.password.as_bytes(), response, parameters)
            .map_err(|_| Error::Protocol)?;
        Ok((
            finished.message.serialize().to_vec(),
            ExportKey(finished.export_key.into()),
        ))
    }
}

/// A password that is being proved.
pub struct SignIn {
    state: ClientLogin<Suite>,
    password: Zeroizing<String>,
}

impl SignIn {
    /// Begins; with it comes the `CredentialRequest` for the portal.
    pub fn start(password: &str, rng: &mut (impl CryptoRng + RngCore)) -> Result<(Self, Vec<u8>), Error> {
        let password = prepared(password);
        let started = ClientLogin::<Suite>::start(rng, password.as_bytes()).map_err(|_| Error::Protocol)?;
        let request = started.message.serialize().to_vec();
        Ok((
            Self {
                state: started.state,
                password,
            },
            request,
        ))
    }

    /// Takes the portal's `CredentialResponse`; gives the `CredentialFinalization` for it, and the export key for us.
    /// [`Error::WrongPassword`] where the two do not go together: also for an address that nobody has.
    pub fn finish(self, response: &[u8], rng: &mut (impl CryptoRng + RngCore)) -> Result<(Vec<u8>, ExportKey), Error> {
        let response = CredentialResponse::deserialize(response).map_err(|_| Error::Protocol)?;
        let parameters = ClientLoginFinishParameters::new(Some(CONTEXT), Identifiers::default(), None);
        let finished = self
            .state
            .finish(rng, self.password.as_bytes(), response, parameters)
            .map_err(|error| match error {
                ProtocolError::InvalidLoginError => Error::WrongPassword,
                _ => Error::Protocol,
            })?;
        Ok((
            finished.message.serialize().to_vec(),
            ExportKey(finished.export_key.into()),
        ))
    }
}

impl fmt::Debug for Registration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Registration(…)")
    }
}

impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignIn(…)")
    }
}

/// The same password typed on another keyboard is the same bytes: NFC, and every space the plain one (the `OpaqueString`
/// profile of RFC 8265 section 4.2).
fn prepared(password: &str) -> Zeroizing<String> {
    let spaces = |c: char| {
        if c != ' ' && c.is_whitespace() && !c.is_control() {
            ' '
        } else {
            c
        }
    };
    // Room enough from the start: a growing String leaves copies behind that nobody wipes.
    let mut prepared = Zeroizing::new(String::with_capacity(password.len() * 3));
    prepared.extend(password.chars().map(spaces).nfc());
    prepared
}
