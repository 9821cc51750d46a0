//! What stands before every route: whose page asks, how often, and what browsers are told about the answer.

use std::{
    net::SocketAddr,
    num::NonZeroU32,
    pin::Pin,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
};

use axum::{
    body::{Body, HttpBody},
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use governor::{DefaultKeyedRateLimiter, Quota};
use hyper::body::{Frame, SizeHint};
use wire::{Problem, ProblemType};

use crate::{
    Error, Portal,
    http::{BodyRoom, MayBeFramed, Network, policy},
    ports::permits::{Permit, Permits},
};

/// Refuses a request that changes something and comes from a page of another site, or from a browser that does not say
/// from where (cross-site request forgery). Programs send no cookie and no `Origin`.
pub(super) async fn origin(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let allowed = match headers.get(header::ORIGIN) {
        _ if request.method().is_safe() => true,
        Some(origin) => origin
            .to_str()
            .is_ok_and(|origin| is_own(&portal.settings.public_url, origin)),
        None => !headers.contains_key(header::COOKIE),
    };
    match allowed {
        true => next.run(request).await,
        false => Error::from(ProblemType::ForeignOrigin).into_response(),
    }
}

/// On loopback `localhost` and `127.0.0.1` are one place to the person who types either.
fn is_own(public_url: &str, origin: &str) -> bool {
    origin == public_url || origin.replacen("//localhost:", "//127.0.0.1:", 1) == public_url
}

/// How often each network may ask, and how much at once.
#[derive(Clone)]
pub(super) struct Limits {
    asked: Arc<DefaultKeyedRateLimiter<Network>>,
    under_way: Permits<Network>,
    requests: Arc<AtomicU64>,
    behind_proxy: bool,
}

/// After how many requests the networks that have been quiet are forgotten: going through them then costs next to nothing
/// a request, however many strangers knock.
const REQUESTS_BETWEEN_FORGETTING: u64 = 10_000;

impl Limits {
    pub(super) fn new(portal: &Portal) -> Self {
        let a_second = NonZeroU32::new(portal.settings.requests_a_second).unwrap_or(NonZeroU32::MIN);
        let burst = a_second.saturating_mul(NonZeroU32::MIN.saturating_add(9));
        Self {
            asked: Arc::new(DefaultKeyedRateLimiter::keyed(
                Quota::per_second(a_second).allow_burst(burst),
            )),
            // What may come in one moment may be under way at once. Event streams count.
            under_way: Permits::new(burst.get().try_into().unwrap_or(usize::MAX), usize::MAX),
            requests: Arc::default(),
            behind_proxy: portal.settings.behind_proxy,
        }
    }

    /// A permit for one more request of a network that does not ask too often.
    fn admit(&self, network: Network) -> Option<Permit<Network>> {
        if self.requests.fetch_add(1, Ordering::Relaxed) % REQUESTS_BETWEEN_FORGETTING
            == REQUESTS_BETWEEN_FORGETTING - 1
        {
            self.asked.retain_recent();
        }
        self.asked.check_key(&network).ok()?;
        self.under_way.take(network)
    }
}

/// Refuses what one network asks too often, or too much of at once.
pub(super) async fn rate(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0);
    let network = Network::of(request.headers(), peer, limits.behind_proxy);
    match limits.admit(network) {
        // A request is under way until its answer was taken.
        Some(permit) => next
            .run(request)
            .await
            .map(|body| Body::new(Permitted { body, _permit: permit })),
        None => {
            let problem = Problem::new(ProblemType::TooManyRequests).retry_after(1);
            Error::from(problem).into_response()
        }
    }
}

/// Gives a request room for its body, until it is answered.
pub(super) async fn bodies(State(room): State<BodyRoom>, mut request: Request, next: Next) -> Response {
    let held = room.begin();
    request.extensions_mut().insert(held.clone());
    let response = next.run(request).await;
    drop(held);
    response
}

/// An answer that holds a permit.
struct Permitted {
    body: Body,
    _permit: Permit<Network>,
}

impl HttpBody for Permitted {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The policy of whatever has none of its own.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| policy("", "'none'", true));

/// Tells browsers what they may do with the answer.
pub(super) async fn headers(State(portal): State<Portal>, request: Request, next: Next) -> Response {
    let is_api = request.uri().path().starts_with("/api/");
    let mut response = next.run(request).await;
    let may_be_framed = response.extensions().get::<MayBeFramed>().is_some();
    let headers = response.headers_mut();
    say_charset(headers);
    let is_download = is_to_be_kept(headers);
    let mut say = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    say(header::CONTENT_SECURITY_POLICY, &CONTENT_SECURITY_POLICY);
    say(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // It knows no list of origins, and where it stands browsers without frame-ancestors would show nothing.
    if !may_be_framed {
        say(header::X_FRAME_OPTIONS, "DENY");
    }
    say(header::REFERRER_POLICY, "no-referrer");
    say(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    say(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    say(
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    );
    if is_download {
        say(header::CONTENT_DISPOSITION, "attachment");
    }
    if portal.settings.is_https() {
        say(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if is_api {
        say(header::CACHE_CONTROL, "no-store");
    }
    response
}

/// Says of text that it is UTF-8, as all of the portal's is: a browser that is not told guesses, and may read other
/// characters out of the same bytes. JSON has no other encoding, and no parameter for one.
fn say_charset(headers: &mut HeaderMap) {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else {
        return;
    };
    let is_text = kind.starts_with("text/") || kind.ends_with("+xml") || kind.ends_with("/xml");
    if !is_text || kind.contains(';') {
        return;
    }
    if let Ok(kind) = HeaderValue::from_str(&format!("{kind}; charset=utf-8")) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
}

/// Whether an answer is bytes for a program or a folder, and nothing that a browser has to show: sealed files,
/// certificates, the app package.
fn is_to_be_kept(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == "application/octet-stream" || kind == "application/zip")
}

#[cfg(test)]
mod tests {
    use axum::{Router, http::StatusCode, middleware::from_fn_with_state, routing::get};
    use tower::ServiceExt as _;

    use super::*;

    #[test]
    fn text_says_its_charset_once() {
        let said = |kind: &'static str| {
            let mut headers = HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static(kind))]);
            say_charset(&mut headers);
            headers[header::CONTENT_TYPE].to_str().unwrap().to_owned()
        };
        for kind in ["text/html", "text/event-stream", "image/svg+xml", "application/xml"] {
            let with_charset = format!("{kind}; charset=utf-8");
            assert_eq!(said(kind), with_charset);
        }
        for kind in [
            "text/html; charset=utf-8",
            "application/json",
            "application/problem+json",
            "image/png",
            "application/wasm",
        ] {
            assert_eq!(said(kind), kind);
        }
    }

    #[tokio::test]
    async fn a_network_has_so_much_under_way_until_it_is_taken() {
        let limits = Limits {
            asked: Arc::new(DefaultKeyedRateLimiter::keyed(Quota::per_second(
                NonZeroU32::MIN.saturating_add(99),
            ))),
            under_way: Permits::new(2, usize::MAX),
            requests: Arc::default(),
            behind_proxy: true,
        };
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .layer(from_fn_with_state(limits, rate));
        let ask = async |network: &str| {
            let request = Request::builder().header("x-forwarded-for", network);
            router
                .clone()
                .oneshot(request.body(Body::empty()).unwrap())
                .await
                .unwrap()
        };
        let held = [ask("192.0.2.1").await, ask("192.0.2.1").await];
        assert!(held.iter().all(|answer| answer.status() == StatusCode::OK));
        let refused = ask("192.0.2.1").await;
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()[header::RETRY_AFTER], "1");
        assert_eq!(ask("192.0.2.2").await.status(), StatusCode::OK);
        drop(held);
        assert_eq!(ask("192.0.2.1").await.status(), StatusCode::OK);
    }
}
