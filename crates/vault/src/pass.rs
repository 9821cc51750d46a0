//! What opens a vault without the password: the secret that an activated program keeps, or that a hand-over's link holds.
//!
//! One secret with two sides, derived apart (HKDF, labelled). The portal is shown the token and lets its bearer in; the
//! vault key is wrapped under the other side, which the portal never sees. So the portal cannot open the vault, and whoever
//! has the secret cannot either once the portal lets it in no more.

use std::fmt;

use rand::{CryptoRng, RngCore};
use zeroize::ZeroizeOnDrop;

use crate::{Error, VaultKey, slots::derive};

/// What a pass is for. None is taken for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// A client program that was activated.
    Activation,
    /// The way from one client to the next: good once.
    HandOver,
}

impl Purpose {
    fn token(self) -> &'static str {
        match self {
            Self::Activation => "restante/activation/token/v1",
            Self::HandOver => "restante/hand-over/token/v1",
        }
    }

    fn slot(self) -> &'static str {
        match self {
            Self::Activation => "restante/slot/activation/v1",
            Self::HandOver => "restante/slot/hand-over/v1",
        }
    }
}

/// 32 random bytes that one client keeps.
#[derive(Clone, ZeroizeOnDrop)]
pub struct Pass {
    #[zeroize(skip)]
    purpose: Purpose,
    secret: [u8; 32],
}

impl Pass {
    /// A fresh one.
    pub fn generate(purpose: Purpose, rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut pass = Self {
            purpose,
            secret: [0; 32],
        };
        rng.fill_bytes(&mut pass.secret);
        pass
    }

    /// One that was kept. [`Error::Malformed`] unless it is 32 bytes.
    pub fn from_bytes(purpose: Purpose, secret: &[u8]) -> Result<Self, Error> {
        let secret = secret.try_into().map_err(|_| Error::Malformed)?;
        Ok(Self { purpose, secret })
    }

    /// What is kept.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.secret
    }

    /// What the portal is shown: 32 bytes that say nothing of what wraps the vault key.
    pub fn token(&self) -> Result<[u8; 32], Error> {
        Ok(derive(&self.secret, self.purpose.token())?.0)
    }

    /// The vault key, wrapped for whoever keeps the pass.
    pub fn wrap(&self, key: &VaultKey, rng: &mut (impl CryptoRng + RngCore)) -> Result<Vec<u8>, Error> {
        key.wrap(&self.secret, self.purpose.slot(), rng)
    }

    /// Undoes [`Pass::wrap`].
    pub fn unwrap(&self, wrapped: &[u8]) -> Result<VaultKey, Error> {
        VaultKey::unwrap(wrapped, &self.secret, self.purpose.slot())
    }
}

impl fmt::Debug for Pass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pass({:?}, …)", self.purpose)
    }
}
