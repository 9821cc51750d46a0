//! The directory: an address's certificate for whoever knows the address. For the portal's Professionals by a route of
//! the API, for everybody else as a Web Key Directory (draft-koch-openpgp-webkey-service) where the administrator wants
//! one.

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;
use sha1::{Digest as _, Sha1};
use sqlx::AnyConnection;
use wire::{
    Address, Bytes, ProblemType,
    claims::{FindCertificate, FoundCertificate},
    people::AccountState,
    sessions::AccountKind,
};

use super::certificates;
use crate::{
    Portal, Result,
    accounts::{self, AddressOwner, find_address_owner},
    http::{Caller, JsonBody, PathParams, QueryParams},
};

/// The certificate of a registered address, with that as its one User ID.
///
/// `not-found` alike where nobody has the address, nobody has registered under it, its account is disabled, or its
/// owner's client has not put it on the certificate yet.
#[utoipa::path(
    post, path = "/certificates/find", tag = "sending",
    request_body = FindCertificate, responses((status = 200, body = FoundCertificate)),
)]
pub(super) async fn find(
    State(portal): State<Portal>,
    caller: Caller,
    JsonBody(FindCertificate { address }): JsonBody<FindCertificate>,
) -> Result<Json<FoundCertificate>> {
    if caller.kind != AccountKind::Professional {
        return Err(ProblemType::NotAllowed.into());
    }
    let mut db = portal.store.read().await?;
    let (_, certificate) = listed(&mut db, &address).await?.ok_or(ProblemType::NotFound)?;
    Ok(Json(FoundCertificate { address, certificate }))
}

/// What somebody who knows an address may have: the certificate that names it, and what kind of account it is of.
async fn listed(db: &mut AnyConnection, address: &Address) -> Result<Option<(AccountKind, Bytes)>> {
    let AddressOwner::Registered(account) = find_address_owner(db, address).await? else {
        return Ok(None);
    };
    let known = accounts::find(db, account).await?;
    if known.state != AccountState::Active {
        return Ok(None);
    }
    let certificate = certificates::certificate_of(db, &known.fingerprint, address).await?;
    Ok(certificate.map(|certificate| (known.kind, certificate)))
}

/// The Web Key Directory, by both of the draft's methods: programs ask `openpgpkey.{domain}` for the advanced one, and
/// where that name does not exist `{domain}` for the direct one. They are not part of the API.
pub(crate) fn web_key_directory() -> Router<Portal> {
    Router::new()
        .route("/.well-known/openpgpkey/{domain}/policy", get(policy_of))
        .route("/.well-known/openpgpkey/{domain}/hu/{hash}", get(key_of))
        .route("/.well-known/openpgpkey/policy", get(policy))
        .route("/.well-known/openpgpkey/hu/{hash}", get(key))
}

#[derive(Deserialize)]
struct LocalPart {
    /// As the asker has it; the hash in the path is of its lower-cased form.
    l: Option<String>,
}

async fn policy_of(State(portal): State<Portal>, PathParams(domain): PathParams<String>) -> Result<Response> {
    publishes(&portal, &domain)?;
    Ok(published("text/plain; charset=utf-8", Vec::new()))
}

async fn policy(State(portal): State<Portal>) -> Result<Response> {
    let domain = portal.settings.host().to_owned();
    policy_of(State(portal), PathParams(domain)).await
}

async fn key_of(
    State(portal): State<Portal>,
    PathParams((domain, hash)): PathParams<(String, String)>,
    QueryParams(LocalPart { l }): QueryParams<LocalPart>,
) -> Result<Response> {
    publishes(&portal, &domain)?;
    // A plus that was sent as it is reads as a space, which no local part holds.
    let local = l.map(|local| local.replace(' ', "+"));
    let local = local
        .filter(|local| hashed(local) == hash)
        .ok_or(ProblemType::NotFound)?;
    let address: Address = format!("{local}@{domain}").parse().map_err(|_| ProblemType::NotFound)?;
    match listed(&mut *portal.store.read().await?, &address).await? {
        Some((AccountKind::Professional, certificate)) => Ok(published("application/octet-stream", certificate.0)),
        _ => Err(ProblemType::NotFound.into()),
    }
}

async fn key(
    State(portal): State<Portal>,
    PathParams(hash): PathParams<String>,
    local: QueryParams<LocalPart>,
) -> Result<Response> {
    let domain = portal.settings.host().to_owned();
    key_of(State(portal), PathParams((domain, hash)), local).await
}

/// Sees that the administrator wants the addresses of a domain to be found. A directory tells anybody who guesses an
/// address whether it is registered.
fn publishes(portal: &Portal, domain: &str) -> Result<()> {
    let wanted = portal
        .settings
        .directory_domains
        .iter()
        .any(|one| one.eq_ignore_ascii_case(domain));
    match wanted {
        true => Ok(()),
        false => Err(ProblemType::NotFound.into()),
    }
}

/// Web pages of other sites may ask too: mail programs are web pages.
fn published(kind: &'static str, body: Vec<u8>) -> Response {
    let mut response = (StatusCode::OK, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

const Z_BASE_32: &[u8; 32] = b"ybndrfg8ejkmcpqxot1uwisza345h769";

/// What a local part is asked for by: z-base-32 (RFC 6189 section 5.1.6) of the SHA-1 of its form with A to Z in lower
/// case. A name and not a protection, so that SHA-1 will do.
fn hashed(local: &str) -> String {
    let digest = Sha1::digest(local.to_ascii_lowercase());
    let letters = |five: &[u8]| {
        let bits = five.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
        (0..8)
            .rev()
            .map(move |at| char::from(Z_BASE_32[(bits >> (5 * at) & 31) as usize]))
    };
    // 160 bits are 32 letters with nothing left over.
    digest.chunks_exact(5).flat_map(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::hashed;

    #[test]
    fn the_hash_is_the_drafts() {
        assert_eq!(hashed("Joe.Doe"), "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
        assert_eq!(hashed("joe.doe"), hashed("Joe.Doe"));
    }
}
