//! Bodies: how much anybody can make the portal hold.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use bytes::Bytes as Chunk;
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use wire::{ACCOUNT_HEADER, Bytes, LINK_HEADER, ids::AccountId, sessions::AccountKind};

use crate::{people::request, test_portal::TestPortal};

const KIB: usize = 1 << 10;

/// A body of so many pieces of a KiB, and how many of them were asked for.
fn endless(pieces: usize) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counted = taken.clone();
    let body = Body::from_stream(stream::iter(0..pieces).map(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(Chunk::from(vec![b' '; KIB]))
    }));
    (body, taken)
}

/// How many KiB of a body without end were read until it was refused as too large.
async fn taken(test: &TestPortal, request: axum::http::request::Builder) -> usize {
    let (body, taken) = endless(10_000);
    assert_eq!(test.request(request.body(body).unwrap()).await.problem(), "too-large");
    taken.load(Ordering::Relaxed)
}

#[tokio::test]
async fn a_stranger_is_read_8_kib_on_every_route() {
    let test = TestPortal::sqlite().await;
    for path in [
        "/sign-ins",
        "/sessions",
        "/registrations",
        "/registrations/start",
        "/invitations/inspect",
        "/invitations/renew",
        "/claims/inspect",
        "/claims/prove",
        "/claims/confirm",
        "/claims/refuse",
        "/separations",
        "/alarms",
        "/alarms/inspect",
        "/device-links",
        "/device-links/inspect",
        "/device-links/redeem",
        "/hand-overs/inspect",
        "/hand-overs/take",
        "/activations/sessions",
    ] {
        let read = taken(&test, request(Method::POST, &format!("/api/v1{path}"), None)).await;
        assert_eq!(read, 9, "{path}");
        let says_so =
            request(Method::POST, &format!("/api/v1{path}"), None).header(header::CONTENT_LENGTH, 8 * KIB + 1);
        let (body, taken) = endless(0);
        assert_eq!(
            test.request(says_so.body(body).unwrap()).await.problem(),
            "malformed",
            "{path}"
        );
        assert_eq!(taken.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn a_session_is_looked_at_before_a_body() {
    let test = TestPortal::sqlite().await;
    let account = AccountId(uuid::Uuid::nil()).to_string();
    for (method, path) in [
        (Method::POST, "/messages"),
        (Method::POST, "/recipients"),
        (Method::POST, "/aliases/promote"),
        (Method::PUT, "/vault"),
        (Method::PUT, "/certificate"),
        (Method::PUT, &format!("/blobs/{}", "0".repeat(64))),
    ] {
        let (body, taken) = endless(100);
        let request =
            request(method, &format!("/api/v1{path}"), Some("no session's secret")).header(ACCOUNT_HEADER, &account);
        assert_eq!(
            test.request(request.body(body).unwrap()).await.problem(),
            "signed-out",
            "{path}"
        );
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{path}");
    }
}

#[tokio::test]
async fn a_caller_is_read_what_the_route_needs() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    for (method, path, kib) in [
        (Method::POST, "/recipients", 64),
        (Method::POST, "/claims", 64),
        (Method::POST, "/certificates/find", 64),
        (Method::POST, "/claims/inspect", 64),
        (Method::POST, "/messages", 4096),
        (Method::PUT, "/vault", 4096),
        (Method::PUT, "/certificate", 4096),
    ] {
        let request = request(method, &format!("/api/v1{path}"), Some(anna.bearer()))
            .header("idempotency-key", "one")
            .header(header::IF_MATCH, "\"1\"");
        assert_eq!(taken(&test, request).await, kib + 1, "{path}");
    }
}

#[tokio::test]
async fn a_link_is_looked_at_before_a_large_body() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("new@partner.test").await;
    let by_link = |link: &str| request(Method::POST, "/api/v1/claims/confirm", None).header(LINK_HEADER, link);
    assert_eq!(taken(&test, by_link(&token.to_base64())).await, 4097);
    for (link, problem) in [
        (Bytes(vec![7; 32]).to_base64(), "link-unknown"),
        (String::new(), "link-unknown"),
        ("no base64".into(), "malformed"),
    ] {
        let (body, taken) = endless(100);
        assert_eq!(
            test.request(by_link(&link).body(body).unwrap()).await.problem(),
            problem,
            "{link}"
        );
        assert_eq!(taken.load(Ordering::Relaxed), 0, "{link}");
    }
    // By a link that stands, and of a registration that was done with it.
    let ben = test.person("ben", "ben@example.test", AccountKind::Guest, false).await;
    drop(ben);
    let used = request(Method::POST, "/api/v1/registrations", None).header(LINK_HEADER, Bytes(vec![9; 32]).to_base64());
    let (body, read) = endless(100);
    assert_ne!(test.request(used.body(body).unwrap()).await.status, StatusCode::CREATED);
    assert_eq!(read.load(Ordering::Relaxed), 0);
}

/// A request whose body has begun and does not go on, until it is dropped.
fn halted(test: &TestPortal, length: usize) -> tokio::task::JoinHandle<()> {
    let body =
        stream::iter([Ok::<_, std::convert::Infallible>(Chunk::from(vec![b' '; length]))]).chain(stream::pending());
    let request: Request<Body> = request(Method::POST, "/api/v1/sign-ins", None)
        .body(Body::from_stream(body))
        .unwrap();
    let router = test.router.clone();
    tokio::spawn(async move {
        let _ = tower::ServiceExt::oneshot(router, request).await;
    })
}

#[tokio::test]
async fn strangers_together_have_16_mib_and_the_portal_goes_on_for_the_others() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let halted: Vec<_> = (0..2048).map(|_| halted(&test, 8 * KIB)).collect();
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    let knock = async || {
        let body = json!({ "address": "anna@example.test" });
        test.post("/api/v1/device-links", body).await
    };
    let refused = knock().await;
    assert_eq!(refused.problem(), "unavailable");
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers[header::RETRY_AFTER], "2");
    let body = json!({ "addresses": ["ben@example.test"] });
    anna.call(Method::POST, "/recipients", body).await.ok();
    for one in halted {
        one.abort();
        let _ = one.await;
    }
    knock().await.ok();
}
