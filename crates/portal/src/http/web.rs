//! The web client, embedded in the binary.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use wire::ProblemType;

use super::Error;
use crate::Portal;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Bundle;

/// How long what is not named by its content may be used without asking.
const ASK_AGAIN: &str = "no-cache";

/// A file of the bundle.
pub(crate) fn file(path: &str) -> Option<EmbeddedFile> {
    Bundle::get(path)
}

/// A file of the bundle, or the page itself for any path that is one of its own routes.
pub(super) async fn serve(State(portal): State<Portal>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Error::from(ProblemType::MethodNotAllowed).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    // The demonstration's stand-ins are in every bundle, and of no use to anybody elsewhere.
    if path.starts_with("demo/") && !portal.settings.demo {
        return Error::from(ProblemType::NotFound).into_response();
    }
    if let Some(file) = Bundle::get(path).filter(|_| !path.is_empty()) {
        // Vite names what it puts into assets/ by its content.
        let cached = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            ASK_AGAIN
        };
        let mut response = bundled(&file, cached, &headers);
        // Outlook on the web shows the add-in's icons in its own pages.
        if path.starts_with("outlook/") && path.ends_with(".png") {
            let policy = HeaderName::from_static("cross-origin-resource-policy");
            response
                .headers_mut()
                .insert(policy, HeaderValue::from_static("cross-origin"));
        }
        return response;
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Bundle::get("index.html") {
        Some(page) if !is_file => bundled(&page, ASK_AGAIN, &headers),
        _ => Error::from(ProblemType::NotFound).into_response(),
    }
}

fn bundled(file: &EmbeddedFile, cached: &'static str, asked: &HeaderMap) -> Response {
    let hash = wire::Sha256(file.metadata.sha256_hash());
    answer(file.metadata.mimetype(), hash, || file.data.to_vec(), cached, asked)
}

/// A document that is made for this portal, served as the bundle's files are.
pub(crate) fn document(kind: &str, content: Vec<u8>, asked: &HeaderMap) -> Response {
    answer(kind, wire::Sha256::of(&content), || content, ASK_AGAIN, asked)
}

fn answer(
    kind: &str,
    hash: wire::Sha256,
    content: impl FnOnce() -> Vec<u8>,
    cached: &'static str,
    asked: &HeaderMap,
) -> Response {
    let etag = format!("\"{hash}\"");
    let unchanged = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(etag.as_str());
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => content().into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(header::ETAG, etag);
    }
    response
}

/// A JSON document that is a text already.
pub(super) fn json(text: String) -> Response {
    (
        [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))],
        text,
    )
        .into_response()
}

/// Sealed bytes do not compress; everything else here does.
pub(super) fn compressible() -> impl Predicate {
    DefaultPredicate::new().and(NotForContentType::const_new("application/octet-stream"))
}
