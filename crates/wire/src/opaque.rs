//! The one OPAQUE configuration (RFC 9807) that portal and clients speak. The protocol itself is `opaque-ke`'s.

use opaque_ke::{CipherSuite, Ristretto255, TripleDh};

/// What both sides bind into the key exchange, so that a transcript of one purpose or version is worth nothing in
/// another.
pub const CONTEXT: &[u8] = b"restante/sign-in/v1";

/// ristretto255 and SHA-512 for the OPRF and the key exchange; Argon2id with 19 MiB, 2 passes and 1 lane for key
/// stretching, the `argon2` crate's default and the OWASP password storage sheet's first choice.
#[derive(Clone, Copy, Debug)]
pub struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = opaque_ke::argon2::Argon2<'static>;
}
