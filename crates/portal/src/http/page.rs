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

/// The names under which the web client's own code may make text into something that runs or becomes markup (Trusted
/// Types). No other name can be taken, and there is no default that takes any text: Svelte's templates, what is pasted
/// into the editor, HTML that only ever stands where no script runs, and the vault's worker.
const TRUSTED_TYPE_POLICIES: &str = "svelte-trusted-html ProseMirrorClipboard inert-html vault-worker";

/// What a page may load and run: no inline script or style, no evaluation but WebAssembly's, nothing of another origin
/// but the scripts that are named, if any are. `ancestors` may put a frame around it. `types_trusted` is whether text
/// becomes markup or a script's address by named policies alone.
pub(crate) fn policy(scripts: &str, ancestors: &str, types_trusted: bool) -> String {
    let scripts = ["'self' 'wasm-unsafe-eval'", scripts].join(" ");
    let trusted = match types_trusted {
        true => format!("require-trusted-types-for 'script'; trusted-types {TRUSTED_TYPE_POLICIES}; "),
        false => String::new(),
    };
    format!(
        "default-src 'none'; script-src {}; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; \
         connect-src 'self'; worker-src 'self'; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; {trusted}frame-ancestors {ancestors}",
        scripts.trim_end(),
    )
}

/// Marks an answer that others may put a frame around. Its own policy says who.
#[derive(Clone, Copy)]
pub(crate) struct MayBeFramed;
