//! The one OPAQUE configuration (RFC 9807) that portal and clients speak. The protocol itself is `opaque-ke`'s.

use opaque_ke::{CipherSuite, Ristretto255, TripleDh};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What every context begins with, so that a transcript of one purpose or version is worth nothing in another.
const LABEL: &[u8] = b"restante/sign-in/v2";

/// ristretto255 and SHA-512 for the OPRF and the key exchange; Argon2id with one lane for key stretching, as much of it as
/// [`Stretching`] says.
#[derive(Clone, Copy, Debug)]
pub struct Suite;

impl CipherSuite for Suite {
    type OprfCs = Ristretto255;
    type KeyExchange = TripleDh<Ristretto255, sha2::Sha512>;
    type Ksf = opaque_ke::argon2::Argon2<'static>;
}

/// How a password is stretched: what each guess costs whoever has the portal's records and its secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Stretching {
    /// How much memory Argon2id takes, in KiB.
    pub memory_kib: u32,
    /// How often it goes over that.
    pub passes: u32,
}

impl Stretching {
    /// The second choice of RFC 9106 section 4, and the least that a client takes.
    pub const CURRENT: Self = Self {
        memory_kib: 64 << 10,
        passes: 3,
    };
}

/// Under what a portal has a password proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PasswordSetup {
    /// Where the portal is reached: the origin of its public URL. A client that reaches it elsewhere says so instead of
    /// calling the password wrong.
    pub origin: String,
    /// Which of the portal's OPAQUE setups the password was chosen under.
    pub number: u32,
    /// How the password is stretched.
    pub stretching: Stretching,
}

/// What both sides bind into the key exchange. Each brings the origin that it knows by itself: so one portal cannot relay
/// what is asked of another.
pub fn context(origin: &str, number: u32, stretching: Stretching) -> Vec<u8> {
    let mut context = LABEL.to_vec();
    for number in [number, stretching.memory_kib, stretching.passes] {
        context.extend_from_slice(&number.to_be_bytes());
    }
    // Last, since it has no length of its own.
    context.extend_from_slice(origin.as_bytes());
    context
}

/// The origin of a URL (RFC 6454 section 6.2): `https://post.clinic.example`, with a port where it is not the scheme's own.
/// On the machine itself both names are one.
pub fn origin_of(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest
        .split(['/', '?', '#'])
        .next()
        .filter(|authority| !authority.is_empty())?;
    let (scheme, authority) = (scheme.to_ascii_lowercase(), authority.to_lowercase());
    let own_port = match &*scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = authority.strip_suffix(own_port).unwrap_or(&authority);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let host = if host == "localhost" { "127.0.0.1" } else { host };
    Some(match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_the_same_however_the_url_is_written() {
        for url in [
            "https://post.clinic.example",
            "https://post.clinic.example/",
            "HTTPS://Post.Clinic.Example:443/inbox#x",
        ] {
            assert_eq!(origin_of(url).unwrap(), "https://post.clinic.example", "{url}");
        }
        for (url, origin) in [
            ("http://localhost:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
            ("http://[::1]", "http://[::1]"),
            ("https://post.clinic.example:8443/?", "https://post.clinic.example:8443"),
        ] {
            assert_eq!(origin_of(url).as_deref(), Some(origin), "{url}");
        }
        for url in ["", "post.clinic.example", "https://", "ftp://post.clinic.example"] {
            assert_eq!(origin_of(url), None, "{url}");
        }
    }

    #[test]
    fn a_context_is_another_wherever_anything_is() {
        let (origin, stretching) = ("https://a.example", Stretching::CURRENT);
        let one = context(origin, 1, stretching);
        let weaker = Stretching {
            passes: 2,
            ..stretching
        };
        let smaller = Stretching {
            memory_kib: 1,
            ..stretching
        };
        for other in [
            context("https://b.example", 1, stretching),
            context(origin, 2, stretching),
            context(origin, 1, weaker),
            context(origin, 1, smaller),
        ] {
            assert_ne!(one, other);
        }
    }
}
