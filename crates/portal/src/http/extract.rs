//! What a handler asks of a request, with every refusal a problem document.

use axum::{
    extract::{
        ConnectInfo, FromRequestParts, Path, Query,
        rejection::{PathRejection, QueryRejection},
    },
    http::{HeaderMap, header, request::Parts},
};
use serde::de::DeserializeOwned;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use wire::{Problem, ProblemType};

use crate::{Error, Portal, Result};

/// The query string.
#[derive(Debug)]
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        match Query::from_request_parts(parts, state).await {
            Ok(Query(query)) => Ok(Self(query)),
            Err(rejection) => {
                let rejection: QueryRejection = rejection;
                Err(Problem::new(ProblemType::Malformed)
                    .detail(rejection.body_text())
                    .into())
            }
        }
    }
}

/// The parameters in the path. One that cannot exist is `not-found`.
#[derive(Debug)]
pub struct PathParams<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathParams<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let parameters: Result<Path<T>, PathRejection> = Path::from_request_parts(parts, state).await;
        parameters
            .map(|Path(parameters)| Self(parameters))
            .map_err(|_| ProblemType::NotFound.into())
    }
}

/// The network that a request comes from, as far as one person or household has it: an IPv4 address, or an IPv6 /64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network(pub IpAddr);

impl Network {
    /// Of a request. Behind a proxy that the administrator declared, the address that this proxy saw.
    pub fn of(headers: &HeaderMap, peer: Option<SocketAddr>, behind_proxy: bool) -> Self {
        // The last entry is the one the trusted proxy itself appended; those before it are the client's to invent.
        let forwarded = headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()
            .and_then(|value| forwarded_address(value.to_str().ok()?.rsplit(',').next()?.trim()))
            .filter(|_| behind_proxy);
        let address: IpAddr = forwarded
            .or(peer.map(|peer| peer.ip()))
            .unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED))
            .to_canonical();
        Self(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !(u128::MAX >> 64))),
        })
    }
}

/// The address in an entry of `X-Forwarded-For`. Some proxies write the port that they saw, too: taken for no address, it
/// would make everybody one network.
fn forwarded_address(entry: &str) -> Option<IpAddr> {
    let bare = entry.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    bare.unwrap_or(entry)
        .parse()
        .ok()
        .or_else(|| entry.parse().ok().map(|with_port: SocketAddr| with_port.ip()))
}

impl FromRequestParts<Portal> for Network {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, portal: &Portal) -> Result<Self, Error> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
        Ok(Self::of(&parts.headers, peer, portal.settings.behind_proxy))
    }
}

/// The `Idempotency-Key` of a request that sends mail: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug)]
pub struct IdempotencyKey(pub String);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let key = parts
            .headers
            .get("idempotency-key")
            .and_then(|value| value.to_str().ok());
        match key {
            Some(key) if (1..=64).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) => {
                Ok(Self(key.to_owned()))
            }
            _ => Err(Problem::new(ProblemType::Malformed)
                .detail("Idempotency-Key must be 1 to 64 visible ASCII characters")
                .into()),
        }
    }
}

/// The version that `If-Match` names, as `GET` answered it in `ETag`.
#[derive(Clone, Copy, Debug)]
pub struct IfMatch(pub i64);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let version = parts
            .headers
            .get(header::IF_MATCH)
            .and_then(|value| value.to_str().ok()?.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
        version.map(Self).ok_or_else(|| {
            Problem::new(ProblemType::Malformed)
                .detail("If-Match must name the version that is replaced")
                .into()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(forwarded: &str) -> IpAddr {
        let headers = HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), forwarded.parse().unwrap())]);
        Network::of(&headers, Some(SocketAddr::from(([127, 0, 0, 1], 443))), true).0
    }

    #[test]
    fn a_proxy_may_write_the_port_too() {
        for (forwarded, address) in [
            ("203.0.113.5", "203.0.113.5"),
            ("198.51.100.7, 203.0.113.5:5123", "203.0.113.5"),
            ("198.51.100.7:1, 203.0.113.5", "203.0.113.5"),
            ("2001:db8::1", "2001:db8::"),
            ("[2001:db8::1]", "2001:db8::"),
            ("[2001:db8::1]:443", "2001:db8::"),
            ("[::ffff:203.0.113.5]:443", "203.0.113.5"),
        ] {
            assert_eq!(network(forwarded), address.parse::<IpAddr>().unwrap(), "{forwarded}");
        }
    }

    #[test]
    fn what_is_no_address_is_the_proxys_own() {
        for forwarded in [
            "",
            "unknown",
            "203.0.113.5:",
            "203.0.113.5:99999",
            "[203.0.113.5",
            "2001:db8::1]:443",
        ] {
            assert_eq!(network(forwarded), IpAddr::from([127, 0, 0, 1]), "{forwarded}");
        }
    }
}
