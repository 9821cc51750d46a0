//! The web client, embedded in the binary.

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use wire::ProblemType;

use super::Error;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Bundle;

/// A file of the bundle, or the page itself for any path that is one of its own routes.
pub(super) async fn serve(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    if !matches!(method, Method::GET | Method::HEAD) {
        return Error::from(ProblemType::MethodNotAllowed).into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Bundle::get(path).filter(|_| !path.is_empty()) {
        // Vite names what it puts into assets/ by its content.
        let cached = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            "no-cache"
        };
        return answer(&file, cached, &headers);
    }
    let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
    match Bundle::get("index.html") {
        Some(page) if !is_file => answer(&page, "no-cache", &headers),
        _ => Error::from(ProblemType::NotFound).into_response(),
    }
}

fn answer(file: &EmbeddedFile, cached: &'static str, asked: &HeaderMap) -> Response {
    let etag = format!("\"{}\"", wire::Sha256(file.metadata.sha256_hash()));
    let unchanged = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(etag.as_str());
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => file.data.to_vec().into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cached));
    if let Ok(kind) = HeaderValue::from_str(file.metadata.mimetype()) {
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
