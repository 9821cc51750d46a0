//! Two people, one browser: its cookie is the second one's, while a page is still open for the first.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use serde_json::{Value, json};
use wire::{ACCOUNT_HEADER, Bytes, ids::AccountId, sessions::Vault};

use crate::{
    on_both_engines,
    people::{PASSWORD, Reply},
    test_portal::{TestPortal, URL},
};

on_both_engines![
    a_page_writes_for_its_own_account_alone,
    a_page_reads_for_its_own_account_alone
];

/// A request of a page that is open for an account, with the cookie that the browser has by now.
async fn ask(test: &TestPortal, cookie: &str, page: AccountId, method: Method, path: &str, body: Value) -> Reply {
    let request = Request::builder()
        .method(method)
        .uri(format!("/api/v1{path}"))
        .header(header::COOKIE, cookie)
        .header(header::ORIGIN, URL)
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::IF_MATCH, "\"1\"")
        .header(ACCOUNT_HEADER, page.to_string());
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    test.request(request.body(body).unwrap()).await
}

/// Signs somebody in as a browser does, and answers its cookie.
async fn cookie(test: &TestPortal, address: &str) -> String {
    let (mut sign_in, _) = test.half_sign_in(address, PASSWORD).await;
    sign_in["carrier"] = json!("cookie");
    let reply = test.post("/api/v1/sessions", sign_in).await.ok();
    let set = reply.headers[header::SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// The case from the field: the first one's page stores her vault when she writes a message, under a version that fits.
async fn a_page_writes_for_its_own_account_alone(test: TestPortal) {
    let (mum, dad) = (test.guest("mum").await, test.guest("dad").await);
    let cookie = cookie(&test, "dad@example.test").await;
    let before: Vault = dad.get("/vault").await.ok().json();
    let mums = json!({ "sealed": Bytes(vec![7; 64]) });
    let refused = ask(&test, &cookie, mum.id(), Method::PUT, "/vault", mums.clone()).await;
    assert_eq!(refused.problem(), "other-account");
    assert_eq!(dad.get("/vault").await.ok().json::<Vault>(), before);
    // The matrix goes through every other route; here is one that needs no body, and what a page does that names nobody.
    let refused = ask(&test, &cookie, mum.id(), Method::DELETE, "/session", Value::Null).await;
    assert_eq!(refused.problem(), "other-account");
    let silent = Request::put("/api/v1/vault")
        .header(header::COOKIE, &cookie)
        .header(header::ORIGIN, URL)
        .header(header::IF_MATCH, "\"1\"")
        .header(header::CONTENT_TYPE, "application/json");
    let silent = test.request(silent.body(Body::from(mums.to_string())).unwrap()).await;
    assert_eq!(silent.problem(), "malformed");
    // His own page goes on.
    ask(&test, &cookie, dad.id(), Method::GET, "/session", Value::Null)
        .await
        .ok();
    ask(&test, &cookie, dad.id(), Method::DELETE, "/session", Value::Null)
        .await
        .ok();
}

async fn a_page_reads_for_its_own_account_alone(test: TestPortal) {
    let (mum, dad) = (test.guest("mum").await, test.guest("dad").await);
    let cookie = cookie(&test, "dad@example.test").await;
    for path in [
        "/session",
        "/vault",
        "/deliveries?folder=inbox",
        "/parcels",
        "/vaults",
        "/activity",
        "/changes?since=0",
    ] {
        let refused = ask(&test, &cookie, mum.id(), Method::GET, path, Value::Null).await;
        assert_eq!(refused.problem(), "other-account", "{path}");
        ask(&test, &cookie, dad.id(), Method::GET, path, Value::Null).await.ok();
    }
}
