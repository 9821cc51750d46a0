//! Each kind of caller against each route. A route that is not in the table fails the test.

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Method, header},
};
use serde_json::{Value, json};
use wire::{ACCOUNT_HEADER, Bytes, mailbox::Folder, sessions::AccountKind};

use crate::{
    people::{Writes, request, token},
    test_portal::TestPortal,
};

/// Who asks, in the order of the table's columns. What the routes name belongs to the Professional.
const CALLERS: [&str; 9] = [
    "nobody",
    "Guest",
    "Professional",
    "other Professional",
    "administrator",
    "ended session",
    "disabled account",
    "activated program of the Professional",
    "browser that it handed over to",
];

/// What a route answers each of them.
type Expected = [u16; 9];

/// Anybody: whoever holds what the body names, if it names anything.
const fn anyone(status: u16) -> Expected {
    [status; 9]
}

/// Whoever is signed in.
const fn signed_in(status: u16) -> Expected {
    [401, status, status, status, status, 401, 403, status, status]
}

/// Whoever is signed in by the password.
const fn by_password(status: u16) -> Expected {
    [401, status, status, status, status, 401, 403, 403, 403]
}

/// The owner of what is named; to the others it is not there.
const fn owner(status: u16) -> Expected {
    [401, 404, status, 404, 404, 401, 403, status, status]
}

/// Professionals, by the password.
const fn professional(status: u16) -> Expected {
    [401, 403, status, status, status, 401, 403, 403, 403]
}

/// The Professional whose claim it is; to the others it is not there.
const fn claimant(status: u16) -> Expected {
    [401, 403, status, 404, 404, 401, 403, 403, 403]
}

/// Administrators alone, by the password.
const fn administrator(status: u16) -> Expected {
    [401, 403, 403, 403, status, 401, 403, 403, 403]
}

#[tokio::test]
async fn each_kind_of_caller_against_each_route() {
    let test = TestPortal::sqlite().await;
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    let other = test.professional("other").await;
    let gina = test.guest("gina").await;
    let ended = test.professional("ended").await;
    let disabled = test.professional("disabled").await;
    let bystander = test.professional("bystander").await;
    ended.call(Method::DELETE, "/session", Value::Null).await.ok();
    let path = format!("/admin/accounts/{}/disabled", disabled.signed_in.session.account.id);
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();

    let file = anna.upload_file("file", b"content").await;
    anna.send(&Writes {
        files: vec![file.clone()],
        ..Writes::to(&["waits@partner.test"])
    })
    .await;
    let invited = token(&crate::people::link(&test.mails().await[0]));
    let delivery = anna.list(Folder::Sent).await[0].id.to_string();
    let sha256 = file.sha256.to_string();
    let bystander = bystander.signed_in.session.account.id.to_string();
    let unknown = "0199ad0e-1f7a-7000-8000-000000000001";

    let (claim, confirmation) = anna.claimed("claimed@partner.test").await;

    let kept = anna.activate().await;
    let program: wire::sessions::SignedIn = test.begin_by(&kept.pass, "1.0.0").await.ok().json();
    let handed_over = test.handed_over(&anna, &kept).await;
    // Another, so that what is done to it does not end the session of the first.
    let activation = anna.activate().await.id;
    let account = anna.id();

    let blob = wire::Sha256::of(b"blob").to_string();
    let garbage = Bytes(vec![1, 2, 3]);
    // Where a success would change what later rows rely on, the body is well-formed and refused for what it says:
    // whoever gets that far was let in.
    let table: Vec<(Method, &str, String, Value, Expected)> = vec![
        (Method::GET, "/portal", "/portal".into(), Value::Null, anyone(200)),
        (Method::GET, "/outlook", "/outlook".into(), Value::Null, anyone(200)),
        (
            Method::POST,
            "/invitations/inspect",
            "/invitations/inspect".into(),
            json!({ "token": invited }),
            anyone(200),
        ),
        (
            Method::POST,
            "/invitations/renew",
            "/invitations/renew".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/registrations/start",
            "/registrations/start".into(),
            json!({ "token": garbage, "registration_request": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/registrations",
            "/registrations".into(),
            json!({ "token": garbage, "name": "N", "registration_upload": garbage, "password_setup": 1, "certificate": garbage,
                    "vault": { "sealed": garbage, "slot": unknown, "password_slot": garbage }, "carrier": "bearer" }),
            anyone(400),
        ),
        (
            Method::POST,
            "/sign-ins",
            "/sign-ins".into(),
            json!({ "address": "a@example.test", "credential_request": garbage }),
            anyone(400),
        ),
        (
            Method::POST,
            "/sessions",
            "/sessions".into(),
            json!({ "sign_in": unknown, "credential_finalization": garbage, "carrier": "bearer" }),
            anyone(401),
        ),
        (Method::GET, "/session", "/session".into(), Value::Null, signed_in(200)),
        (
            Method::POST,
            "/session/password",
            "/session/password".into(),
            json!({ "sign_in": unknown, "credential_finalization": garbage }),
            [401, 401, 401, 401, 401, 401, 403, 403, 401],
        ),
        (
            Method::GET,
            "/aliases",
            "/aliases".into(),
            Value::Null,
            [401, 403, 200, 200, 200, 401, 403, 403, 200],
        ),
        (
            Method::POST,
            "/claims",
            "/claims".into(),
            json!({ "address": "new@partner.test" }),
            professional(201),
        ),
        (
            Method::POST,
            "/claims/inspect",
            "/claims/inspect".into(),
            json!({ "token": confirmation }),
            anyone(200),
        ),
        (
            Method::POST,
            "/claims/prove",
            "/claims/prove".into(),
            json!({ "token": garbage, "sign_in": unknown, "credential_finalization": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/claims/confirm",
            "/claims/confirm".into(),
            json!({ "token": garbage, "by": { "kind": "click" } }),
            anyone(404),
        ),
        (
            Method::POST,
            "/claims/refuse",
            "/claims/refuse".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/separations",
            "/separations".into(),
            json!({ "address": "anna@example.test", "sign_in": unknown, "credential_finalization": garbage }),
            anyone(401),
        ),
        (
            Method::POST,
            "/claims/{id}/mail",
            format!("/claims/{}/mail", claim.id),
            Value::Null,
            claimant(200),
        ),
        (
            Method::DELETE,
            "/claims/{id}",
            format!("/claims/{}", claim.id),
            Value::Null,
            claimant(204),
        ),
        (
            Method::POST,
            "/aliases/promote",
            "/aliases/promote".into(),
            json!({ "address": "nobody@partner.test", "tell_correspondents": true }),
            professional(404),
        ),
        (
            Method::POST,
            "/aliases/remove",
            "/aliases/remove".into(),
            json!({ "address": "nobody@partner.test" }),
            professional(404),
        ),
        (Method::GET, "/vault", "/vault".into(), Value::Null, signed_in(200)),
        (
            Method::PUT,
            "/vault",
            "/vault".into(),
            json!({ "sealed": garbage }),
            signed_in(422),
        ),
        (Method::GET, "/vaults", "/vaults".into(), Value::Null, by_password(200)),
        (
            Method::GET,
            "/vaults/{version}",
            "/vaults/99".into(),
            Value::Null,
            by_password(404),
        ),
        (Method::GET, "/parcels", "/parcels".into(), Value::Null, signed_in(200)),
        (
            Method::DELETE,
            "/parcels/{id}",
            format!("/parcels/{unknown}"),
            Value::Null,
            by_password(404),
        ),
        (
            Method::GET,
            "/activity",
            "/activity".into(),
            Value::Null,
            signed_in(200),
        ),
        (
            Method::POST,
            "/recipients",
            "/recipients".into(),
            json!({ "addresses": ["new@partner.test"] }),
            [401, 403, 200, 200, 200, 401, 403, 200, 200],
        ),
        (
            Method::PUT,
            "/certificate",
            "/certificate".into(),
            json!({ "certificate": garbage }),
            signed_in(422),
        ),
        (
            Method::POST,
            "/certificates/find",
            "/certificates/find".into(),
            json!({ "address": "anna@example.test" }),
            [401, 403, 200, 200, 200, 401, 403, 200, 200],
        ),
        (
            Method::GET,
            "/correspondents",
            "/correspondents".into(),
            Value::Null,
            signed_in(200),
        ),
        (
            Method::PUT,
            "/blobs/{sha256}",
            format!("/blobs/{blob}"),
            Value::Null,
            signed_in(422),
        ),
        (
            Method::POST,
            "/messages",
            "/messages".into(),
            json!({ "id": unknown, "to": [], "key_packets": [],
            "cover": "", "body": "" }),
            signed_in(400),
        ),
        (
            Method::GET,
            "/deliveries",
            "/deliveries?folder=sent".into(),
            Value::Null,
            signed_in(200),
        ),
        (
            Method::GET,
            "/deliveries/{id}",
            format!("/deliveries/{delivery}"),
            Value::Null,
            owner(200),
        ),
        (
            Method::PUT,
            "/deliveries/{id}/read",
            format!("/deliveries/{delivery}/read"),
            json!({ "read": true }),
            owner(204),
        ),
        (
            Method::GET,
            "/deliveries/{id}/files/{sha256}",
            format!("/deliveries/{delivery}/files/{sha256}"),
            Value::Null,
            owner(200),
        ),
        (
            Method::GET,
            "/changes",
            "/changes?since=0".into(),
            Value::Null,
            signed_in(200),
        ),
        (Method::GET, "/events", "/events".into(), Value::Null, signed_in(200)),
        (
            Method::POST,
            "/admin/invitations",
            "/admin/invitations".into(),
            json!({ "address": "gina@example.test", "kind": "guest" }),
            administrator(409),
        ),
        (
            Method::GET,
            "/admin/accounts",
            "/admin/accounts".into(),
            Value::Null,
            administrator(200),
        ),
        (
            Method::POST,
            "/alarms/inspect",
            "/alarms/inspect".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/alarms",
            "/alarms".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::GET,
            "/admin/accounts/{id}",
            format!("/admin/accounts/{bystander}"),
            Value::Null,
            administrator(200),
        ),
        (
            Method::POST,
            "/admin/accounts/{id}/claims",
            format!("/admin/accounts/{bystander}/claims"),
            json!({ "address": "bystander@example.test" }),
            administrator(409),
        ),
        (
            Method::POST,
            "/admin/accounts/{id}/claims/{claim}/mail",
            format!("/admin/accounts/{bystander}/claims/{unknown}/mail"),
            Value::Null,
            administrator(404),
        ),
        (
            Method::PUT,
            "/admin/accounts/{id}/disabled",
            format!("/admin/accounts/{bystander}/disabled"),
            json!({ "disabled": true }),
            administrator(204),
        ),
        (
            Method::GET,
            "/activations",
            "/activations".into(),
            Value::Null,
            signed_in(200),
        ),
        (
            Method::POST,
            "/activations",
            "/activations".into(),
            json!({ "program": "outlook", "version": "1.0.0", "device": "", "token": garbage, "slot": garbage }),
            by_password(400),
        ),
        (
            Method::POST,
            "/activations/sessions",
            "/activations/sessions".into(),
            json!({ "token": garbage, "version": "1.0.0" }),
            anyone(401),
        ),
        (
            Method::PUT,
            "/activations/{id}/blocked",
            format!("/activations/{activation}/blocked"),
            json!({ "blocked": true }),
            [401, 404, 204, 404, 404, 401, 403, 403, 204],
        ),
        (
            Method::DELETE,
            "/activations/{id}",
            format!("/activations/{unknown}"),
            Value::Null,
            by_password(404),
        ),
        (
            Method::POST,
            "/hand-overs",
            "/hand-overs".into(),
            json!({ "token": garbage, "wrapped": garbage }),
            [401, 403, 403, 403, 403, 401, 403, 400, 403],
        ),
        (
            Method::POST,
            "/hand-overs/inspect",
            "/hand-overs/inspect".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/hand-overs/take",
            "/hand-overs/take".into(),
            json!({ "token": garbage, "carrier": "bearer" }),
            anyone(404),
        ),
        (
            Method::POST,
            "/device-links",
            "/device-links".into(),
            json!({ "address": "nobody@example.test" }),
            anyone(204),
        ),
        (
            Method::POST,
            "/device-links/inspect",
            "/device-links/inspect".into(),
            json!({ "token": garbage }),
            anyone(404),
        ),
        (
            Method::POST,
            "/device-links/redeem",
            "/device-links/redeem".into(),
            json!({ "token": garbage, "carrier": "bearer" }),
            anyone(404),
        ),
        (
            Method::PUT,
            "/admin/accounts/{id}/activations/{activation}/blocked",
            format!("/admin/accounts/{account}/activations/{activation}/blocked"),
            json!({ "blocked": true }),
            administrator(204),
        ),
        (
            Method::GET,
            "/admin/programs",
            "/admin/programs".into(),
            Value::Null,
            administrator(200),
        ),
        (
            Method::PUT,
            "/admin/programs/{program}/least-version",
            "/admin/programs/other/least-version".into(),
            json!({ "least_version": "1.0.0" }),
            administrator(204),
        ),
        // Last: it ends the sessions that the others need.
        (
            Method::DELETE,
            "/session",
            "/session".into(),
            Value::Null,
            signed_in(204),
        ),
    ];

    let document: Value = serde_json::from_str(&portal::server::openapi()).unwrap();
    let documented: BTreeSet<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let path = path.strip_prefix("/api/v1").unwrap().to_owned();
            item.as_object()
                .unwrap()
                .keys()
                .map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let tabled: BTreeSet<String> = table
        .iter()
        .map(|(method, route, ..)| format!("{method} {route}"))
        .collect();
    assert_eq!(documented, tabled, "every route of the API stands in the table");

    let bearers = [
        None,
        Some(gina.bearer()),
        Some(anna.bearer()),
        Some(other.bearer()),
        Some(ada.bearer()),
        Some(ended.bearer()),
        Some(disabled.bearer()),
        program.bearer.as_deref(),
        Some(handed_over.bearer()),
    ];
    let mut wrong = Vec::new();
    for (method, route, path, body, expected) in &table {
        let own = CALLERS.iter().zip(bearers).zip(expected);
        let own = own.map(|((caller, bearer), expected)| (*caller, bearer, None, *expected));
        // Before the rest: what is last ends the sessions.
        let strayed = strayed(method, route, *expected);
        let strayed = [("page of the Guest", Some(gina.id())), ("page of nobody", None)]
            .into_iter()
            .zip(strayed)
            .map(|((page, named), expected)| (page, bearers[2], Some(named), expected));
        for (caller, bearer, named, expected) in strayed.chain(own) {
            let mut builder = request(method.clone(), &format!("/api/v1{path}"), bearer)
                .header("idempotency-key", "matrix")
                .header(header::IF_MATCH, "\"99\"");
            if let Some(named) = named {
                let headers = builder.headers_mut().unwrap();
                headers.remove(ACCOUNT_HEADER);
                headers.extend(named.map(|account| {
                    let name = HeaderName::from_static(ACCOUNT_HEADER);
                    (name, HeaderValue::from_str(&account.to_string()).unwrap())
                }));
            }
            let body = match body {
                Value::Null if *method == Method::PUT => {
                    builder = builder.header(header::CONTENT_LENGTH, 3);
                    Body::from("not")
                }
                Value::Null => Body::empty(),
                body => Body::from(body.to_string()),
            };
            // The event stream never ends; its head is the answer.
            let response = tower::ServiceExt::oneshot(test.router.clone(), builder.body(body).unwrap())
                .await
                .unwrap();
            let status = response.status().as_u16();
            if status != expected {
                wrong.push(format!("{method} {path} as {caller}: {status}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What the Professional's cookie comes to on a page that is open for the Guest, and on one that names nobody.
fn strayed(method: &Method, route: &str, expected: Expected) -> [u16; 2] {
    let professional = expected[2];
    // Whoever holds what the body names; a session is looked at where there is one.
    if expected == [professional; 9] {
        let looks = ["/claims/inspect", "/claims/confirm"].contains(&route);
        return [if looks { 409 } else { professional }, professional];
    }
    [409, if method.is_safe() { professional } else { 400 }]
}

#[tokio::test]
async fn what_is_not_the_api_is_open_and_harmless() {
    let test = TestPortal::sqlite().await;
    for (path, status) in [
        ("/healthz", 204),
        ("/readyz", 204),
        ("/api/v1/openapi.json", 200),
        ("/api/v1/nothing", 404),
        ("/api/v2/portal", 404),
        ("/demo/basic-mail", 404),
        ("/demo/basic-mail.json", 404),
        ("/.well-known/openpgpkey/policy", 404),
        ("/.well-known/openpgpkey/example.test/policy", 404),
        ("/nothing.js", 404),
        ("/../../etc/passwd", 404),
    ] {
        let reply = test
            .request(request(Method::GET, path, None).body(Body::empty()).unwrap())
            .await;
        // Where the web client was built, a path that names no file is one of its own pages.
        let kind = reply.headers.get(header::CONTENT_TYPE);
        let shell = !path.starts_with("/api") && kind.is_some_and(|kind| kind == "text/html; charset=utf-8");
        assert!(shell || reply.status.as_u16() == status, "{path}: {}", reply.status);
        for name in [
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "strict-transport-security",
        ] {
            assert!(reply.headers.contains_key(name), "{path} lacks {name}");
        }
        let body = String::from_utf8_lossy(&reply.body);
        assert!(!body.contains("Basic mail of"), "no demonstration unless asked for");
        assert!(!body.contains("root:"), "{path}");
    }
    let post = test
        .request(
            request(Method::POST, "/api/v1/portal", None)
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(post.problem(), "method-not-allowed");
}
