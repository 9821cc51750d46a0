//! The key under which an account locks what it keeps for itself.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rand::{CryptoRng, RngCore};
use zeroize::{Zeroize as _, ZeroizeOnDrop, Zeroizing};

use crate::Error;

/// 256 random bits that stand in the vault alone.
#[derive(Clone, PartialEq, Eq, ZeroizeOnDrop)]
pub(crate) struct OwnKey([u8; 32]);

impl OwnKey {
    pub(crate) fn generate(rng: &mut (impl CryptoRng + RngCore)) -> Self {
        let mut key = Self([0; 32]);
        rng.fill_bytes(&mut key.0);
        key
    }

    pub(crate) fn to_base64(&self) -> Zeroizing<String> {
        Zeroizing::new(STANDARD.encode(self.0))
    }

    pub(crate) fn from_base64(text: &str) -> Result<Self, Error> {
        let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| Error::Malformed)?);
        let mut key: [u8; 32] = bytes[..].try_into().map_err(|_| Error::Malformed)?;
        let own = Self(key);
        key.zeroize();
        Ok(own)
    }
}
