//! The add-in for Outlook, as far as it is the portal's affair: what anybody may know of it, the documents that Outlook
//! installs it by, and its task pane, which Outlook's own pages may embed.
//!
//! The add-in's code is the web client's. Nothing here holds or moves anything sealed.

mod buttons;
mod name;
mod package;
mod pane;
mod unified;
mod xml;

use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse as _, Response},
    routing::get,
};
use sha1::{Digest as _, Sha1};
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;
use wire::{
    ProblemType,
    activations::{OutlookInfo, Program, Version},
};

pub use pane::{NotAHost, NotOfficeJs, host, office_js};

use crate::{
    Portal, Result, Settings, activations,
    http::{document, file},
};

/// The version of both manifests. Outlook reads them once, when the add-in is installed: whoever changes what they say
/// counts this up, so that the pane can tell people to install it again.
pub const MANIFEST_VERSION: Version = Version([1, 0, 0]);

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(info))
}

/// What Outlook fetches, or is given. Not part of the API.
pub(crate) fn documents() -> Router<Portal> {
    Router::new()
        .route("/outlook/manifest.xml", get(xml_manifest))
        .route("/outlook/manifest.json", get(unified_manifest))
        .route("/outlook/restante.zip", get(app_package))
        .route("/outlook/pane.html", get(pane::pane))
}

/// What the add-in for Outlook wants to know of its portal.
#[utoipa::path(get, path = "/outlook", tag = "outlook", responses((status = 200, body = OutlookInfo)))]
async fn info(State(portal): State<Portal>) -> Result<Json<OutlookInfo>> {
    let mut db = portal.store.read().await?;
    Ok(Json(OutlookInfo {
        offered: pane::office_js_of(&portal.settings).is_some(),
        version: env!("CARGO_PKG_VERSION").parse().map_err(|_| ProblemType::Internal)?,
        manifest_version: MANIFEST_VERSION,
        least_version: activations::least_version(&mut db, Program::OUTLOOK).await?,
        leaves: portal.settings.outlook_leaves,
    }))
}

/// The add-in only manifest: for one person, and for every Outlook.
async fn xml_manifest(State(portal): State<Portal>, asked: HeaderMap) -> Result<Response> {
    ensure_offered(&portal.settings)?;
    let manifest = xml::manifest(&portal.settings).map_err(|error| {
        tracing::error!(%error, "the manifest's template does not work");
        ProblemType::Internal
    })?;
    Ok(document(
        "application/xml; charset=utf-8",
        manifest.into_bytes(),
        &asked,
    ))
}

/// The unified manifest for Microsoft 365, for whoever wants to read it; what is installed is the package.
async fn unified_manifest(State(portal): State<Portal>, asked: HeaderMap) -> Result<Response> {
    ensure_offered(&portal.settings)?;
    let manifest = unified::manifest(&portal.settings).into_bytes();
    Ok(document("application/json", manifest, &asked))
}

/// The app package: the unified manifest with its two icons.
async fn app_package(State(portal): State<Portal>, asked: HeaderMap) -> Result<Response> {
    ensure_offered(&portal.settings)?;
    let icon = |path: &str| file(path).ok_or(ProblemType::NotFound);
    let [color, outline] = [icon("outlook/icon-192.png")?, icon("outlook/outline-32.png")?];
    let package = package::package(&unified::manifest(&portal.settings), &color.data, &outline.data);
    let package = package.map_err(|error| {
        tracing::error!(%error, "the app package cannot be put together");
        ProblemType::Internal
    })?;
    Ok(document("application/zip", package, &asked).into_response())
}

/// Refuses what Outlook would install the add-in by, where there is none.
fn ensure_offered(settings: &Settings) -> Result<()> {
    match pane::office_js_of(settings) {
        Some(_) => Ok(()),
        None => Err(ProblemType::NotFound.into()),
    }
}

/// Where a document or page of the add-in is.
fn url(settings: &Settings, path: &str) -> String {
    format!("{}/outlook/{path}", settings.public_url)
}

/// An id of this portal's own, the same for ever: a version 5 UUID (RFC 9562) of the document's URL. Of two add-ins with
/// one id an Outlook keeps one, and some people have mail on two portals.
fn id(settings: &Settings, path: &str) -> Uuid {
    let mut hash = Sha1::new();
    hash.update(Uuid::NAMESPACE_URL.as_bytes());
    hash.update(url(settings, path));
    let digest: [u8; 20] = hash.finalize().into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    uuid::Builder::from_sha1_bytes(first).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_portal_and_each_manifest_has_an_id_of_its_own() {
        let of = |url: &str, path: &str| id(&Settings::new("Clinic Post", url), path);
        let one = of("https://post.clinic.example", "manifest.xml");
        assert_eq!(one.get_version_num(), 5);
        assert_eq!(one, of("https://post.clinic.example/", "manifest.xml"));
        assert_ne!(one, of("https://post.clinic.example", "manifest.json"));
        assert_ne!(one, of("https://post.lawyers.example", "manifest.xml"));
    }

    #[test]
    fn the_id_is_made_as_the_rfc_says() {
        // RFC 9562, appendix A.4: the DNS namespace and www.example.com. The same steps, with that namespace.
        let mut hash = Sha1::new();
        hash.update(Uuid::NAMESPACE_DNS.as_bytes());
        hash.update("www.example.com");
        let digest = hash.finalize();
        let mut first = [0; 16];
        first.copy_from_slice(&digest[..16]);
        let id = uuid::Builder::from_sha1_bytes(first).into_uuid();
        assert_eq!(id.to_string(), "2ed6657d-e927-568b-95e1-2665a8aea6a2");
    }
}
