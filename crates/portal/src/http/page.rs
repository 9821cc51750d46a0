//! Pages and documents, as whoever serves them needs them: the bundle, the policy, the head of an answer.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

/// The web client, embedded in the binary.
#[derive(RustEmbed)]
#[folder = "../../web/dist"]
pub(crate) struct Bundle;

/// How long what is not named by its content may be used without asking.
pub(crate) const REVALIDATE: &str = "no-cache";

/// A file of the bundle.
pub(crate) fn file(path: &str) -> Option<EmbeddedFile> {
    Bundle::get(path)
}

/// A document that is made for this portal, served as the bundle's files are.
pub(crate) fn document(kind: &str, content: Vec<u8>, asked: &HeaderMap) -> Response {
    answer(kind, wire::Sha256::of(&content), content.into(), REVALIDATE, asked)
}

/// An answer whose content is known by its hash: not sent to whoever has it.
pub(crate) fn answer(
    kind: &str,
    hash: wire::Sha256,
    content: Bytes,
    cached: &'static str,
    asked: &HeaderMap,
) -> Response {
    let etag = format!("\"{hash}\"");
    let unchanged = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()) == Some(etag.as_str());
    let mut response = match unchanged {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => content.into_response(),
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

/// What a page may load and run: no inline script or style, no evaluation but WebAssembly's, nothing of another origin
/// but the scripts that are named, if any are. `ancestors` may put a frame around it.
pub(crate) fn policy(scripts: &str, ancestors: &str) -> String {
    let scripts = ["'self' 'wasm-unsafe-eval'", scripts].join(" ");
    format!(
        "default-src 'none'; script-src {}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors {ancestors}",
        scripts.trim_end(),
    )
}

/// Marks an answer that others may put a frame around. Its own policy says who.
#[derive(Clone, Copy)]
pub(crate) struct MayBeFramed;
