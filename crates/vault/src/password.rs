//! The password, of which nothing leaves the client: OPAQUE (RFC 9807), client side. The protocol is `opaque-ke`'s.

use std::fmt;

use opaque_ke::argon2::{Algorithm, Argon2, Params, Version};
use opaque_ke::{
    ClientLogin, ClientLoginFinishParameters, ClientRegistration, ClientRegistrationFinishParameters,
    CredentialResponse, Identifiers, RegistrationResponse, errors::ProtocolError,
};
use rand::{CryptoRng, RngCore};
use wire::opaque::{PasswordSetup, Stretching, Suite, context, origin_of};
use zeroize::{ZeroizeOnDrop, Zeroizing};

pub use crate::password_rules::{MAX_PASSWORD_BYTES, MIN_PASSWORD_CHARACTERS, PasswordRule, ensure_may_be_chosen};
use crate::{Error, password_rules::prepared};

/// The most stretching that a client does: four times the memory of today, which a telephone can still bear, and some ten
/// seconds of it.
const MAX_STRETCHING: Stretching = Stretching {
    memory_kib: 256 << 10,
    passes: 16,
};

/// A portal as the client knows it by itself: where it is, and how little stretching it is given.
#[derive(Clone, Debug)]
pub struct KnownPortal {
    origin: String,
    least: Stretching,
}

impl KnownPortal {
    /// The portal at that URL: the one that the browser's page came from, or that the program was told.
    pub fn at(url: &str) -> Result<Self, Error> {
        let origin = origin_of(url).ok_or(Error::Malformed)?;
        let least = Stretching::CURRENT;
        Ok(Self { origin, least })
    }

    /// The same, for tests: with stretching that costs nothing, and protects nothing.
    #[doc(hidden)]
    pub fn for_tests(url: &str) -> Result<Self, Error> {
        let least = Stretching {
            memory_kib: 8,
            passes: 1,
        };
        Ok(Self {
            least,
            ..Self::at(url)?
        })
    }

    /// Takes what the portal says of itself, before anything is stretched. Whoever has the records would be glad of less;
    /// whoever wants the client to stand still, of more.
    fn ensure_acceptable(&self, setup: &PasswordSetup) -> Result<Argon2<'static>, Error> {
        let Stretching { memory_kib, passes } = setup.stretching;
        if memory_kib < self.least.memory_kib || passes < self.least.passes {
            return Err(Error::WeakStretching);
        }
        if memory_kib > MAX_STRETCHING.memory_kib || passes > MAX_STRETCHING.passes {
            return Err(Error::ExcessiveStretching);
        }
        if setup.origin != self.origin {
            return Err(Error::OtherOrigin);
        }
        let parameters = Params::new(memory_kib, passes, 1, None).map_err(|_| Error::Protocol)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters))
    }
}

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
    /// Begins; with it comes the `RegistrationRequest` for the portal. [`Error::Password`] where the password is not to be
    /// chosen by somebody of whom `known` is known, as [`ensure_may_be_chosen`] has it with the same arguments.
    pub fn start(
        password: &str,
        known: &[&str],
        is_guessed_early: impl Fn(&str, &[&str]) -> bool,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(Self, Vec<u8>), Error> {
        ensure_may_be_chosen(password, known, is_guessed_early)?;
        let password = prepared(password)?;
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
    /// [`Error::WeakStretching`], [`Error::ExcessiveStretching`] and [`Error::OtherOrigin`] where the setup is not one that
    /// a client of that portal takes.
    pub fn finish(
        self,
        response: &[u8],
        setup: &PasswordSetup,
        portal: &KnownPortal,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(Vec<u8>, ExportKey), Error> {
        let stretching = portal.ensure_acceptable(setup)?;
        let response = RegistrationResponse::deserialize(response).map_err(|_| Error::Protocol)?;
        let parameters = ClientRegistrationFinishParameters::new(Identifiers::default(), Some(&stretching));
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
    /// Begins; with it comes the `CredentialRequest` for the portal. [`Error::WrongPassword`] for what cannot have been
    /// chosen.
    pub fn start(password: &str, rng: &mut (impl CryptoRng + RngCore)) -> Result<(Self, Vec<u8>), Error> {
        let password = prepared(password).map_err(|_| Error::WrongPassword)?;
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
    /// [`Error::WrongPassword`] where the two do not go together: also for an address that nobody has, and where another
    /// portal's answer was passed on. The setup is refused as by [`Registration::finish`].
    pub fn finish(
        self,
        response: &[u8],
        setup: &PasswordSetup,
        portal: &KnownPortal,
        rng: &mut (impl CryptoRng + RngCore),
    ) -> Result<(Vec<u8>, ExportKey), Error> {
        let stretching = portal.ensure_acceptable(setup)?;
        let response = CredentialResponse::deserialize(response).map_err(|_| Error::Protocol)?;
        let context = context(&portal.origin, setup.number, setup.stretching);
        let parameters = ClientLoginFinishParameters::new(Some(&context), Identifiers::default(), Some(&stretching));
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
