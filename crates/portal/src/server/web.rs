//! The web client, embedded in the binary.

use std::{borrow::Cow, sync::LazyLock};

use axum::{
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, Version, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use rust_embed::EmbeddedFile;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use wire::ProblemType;

use crate::{
    Error, Portal,
    http::{Bundle, REVALIDATE, answer},
};

/// The page of the web client.
const PAGE: &str = "index.html";

/// What the name of a file's packed form ends in. The bundle has it beside the file, where packing makes it smaller.
const PACKED: &str = ".gz";

/// Marks an answer that is sent as it is: nothing of the bundle is packed anew, however many ask for it.
#[derive(Clone, Copy)]
struct AsItIs;

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
    let is_served = !path.is_empty() && !path.ends_with(PACKED);
    if let Some(file) = Bundle::get(path).filter(|_| is_served) {
        // Vite names what it puts into assets/ by its content.
        let cached = if path.starts_with("assets/") {
            "public, max-age=31536000, immutable"
        } else {
            REVALIDATE
        };
        let mut response = bundled(path, file, cached, &headers);
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
    match Bundle::get(PAGE) {
        Some(page) if !is_file => bundled(PAGE, page, REVALIDATE, &headers),
        _ => Error::from(ProblemType::NotFound).into_response(),
    }
}

fn bundled(path: &str, file: EmbeddedFile, cached: &'static str, asked: &HeaderMap) -> Response {
    let hash = wire::Sha256(file.metadata.sha256_hash());
    let packed = Bundle::get(&format!("{path}{PACKED}"));
    let varies = packed.is_some();
    let (data, coding) = match packed.filter(|_| takes_gzip(asked)) {
        Some(packed) => (packed.data, Some("gzip")),
        None => (file.data, None),
    };
    let mut response = answer(file.metadata.mimetype(), hash, shared(data), cached, asked);
    response.extensions_mut().insert(AsItIs);
    let has_content = response.status() == StatusCode::OK;
    let headers = response.headers_mut();
    if varies {
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    }
    if let Some(coding) = coding.filter(|_| has_content) {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    response
}

/// What is embedded in the binary lies there once, for all answers.
fn shared(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        // In development the folder is read as the portal runs.
        Cow::Owned(data) => data.into(),
    }
}

/// Whether the asker takes gzip (RFC 9110 section 12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let named = asked.get_all(header::ACCEPT_ENCODING).iter();
    let named = named
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    named.into_iter().any(|one| {
        let (name, quality) = one.split_once(';').unwrap_or((one, ""));
        let quality = quality
            .trim()
            .strip_prefix("q=")
            .and_then(|quality| quality.parse().ok());
        name.trim().eq_ignore_ascii_case("gzip") && quality.unwrap_or(1.0) > 0.0
    })
}

/// The API's document, which is rendered once.
pub(super) async fn openapi() -> Response {
    static DOCUMENT: LazyLock<Bytes> = LazyLock::new(|| super::openapi().into());
    let kind = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    let mut response = (kind, DOCUMENT.clone()).into_response();
    response.extensions_mut().insert(AsItIs);
    response
}

/// Sealed bytes do not compress, and what the API answers is hardly anything else; nor is what somebody else chose packed
/// together with what is secret. The bundle is packed already; everything else here is packed as it is asked for.
pub(super) fn compressible() -> impl Predicate {
    let is_made_anew = |_: StatusCode, _: Version, _: &HeaderMap, marks: &Extensions| marks.get::<AsItIs>().is_none();
    DefaultPredicate::new()
        .and(NotForContentType::const_new("application/octet-stream"))
        .and(is_made_anew)
}

/// Marks what the API answers: it is not packed.
pub(super) async fn as_it_is(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(AsItIs);
    response
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    async fn first_piece(response: Response) -> Bytes {
        response
            .into_body()
            .frame()
            .await
            .unwrap()
            .unwrap()
            .into_data()
            .unwrap()
    }

    #[tokio::test]
    async fn what_is_embedded_is_copied_for_nobody() {
        static EMBEDDED: [u8; 3] = *b"abc";
        let hash = wire::Sha256::of(&EMBEDDED);
        for _ in 0..2 {
            let content = shared(Cow::Borrowed(&EMBEDDED));
            let response = answer("text/plain", hash, content, REVALIDATE, &HeaderMap::new());
            assert_eq!(first_piece(response).await.as_ptr(), EMBEDDED.as_ptr());
        }
    }

    #[tokio::test]
    async fn the_apis_document_is_rendered_once() {
        let (one, other) = (first_piece(openapi().await).await, first_piece(openapi().await).await);
        assert_eq!(one, super::super::openapi());
        assert_eq!(one.as_ptr(), other.as_ptr());
    }

    #[test]
    fn gzip_is_for_whoever_takes_it() {
        for (asked, takes) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5, br", true),
            ("gzip; q=1", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000", false),
            ("br, x-gzip", false),
            ("", false),
        ] {
            let asked = HeaderMap::from_iter([(header::ACCEPT_ENCODING, asked.parse().unwrap())]);
            assert_eq!(takes_gzip(&asked), takes, "{asked:?}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
