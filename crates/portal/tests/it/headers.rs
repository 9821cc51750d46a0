//! What browsers are told about each kind of answer.

use std::{collections::BTreeSet, path::Path};

use axum::{
    body::Body,
    http::{HeaderMap, Method, StatusCode},
};
use tower::ServiceExt as _;

use crate::{
    people::{Person, Reply, Writes, request},
    test_portal::TestPortal,
};

/// The names under which text may become markup or a script's address.
const TRUSTED_TYPE_POLICIES: [&str; 4] = [
    "svelte-trusted-html",
    "ProseMirrorClipboard",
    "inert-html",
    "vault-worker",
];

async fn ask(test: &TestPortal, method: Method, path: &str, bearer: Option<&str>) -> Reply {
    test.request(request(method, path, bearer).body(Body::empty()).unwrap())
        .await
}

async fn get(test: &TestPortal, path: &str) -> Reply {
    ask(test, Method::GET, path, None).await
}

fn said<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).map_or("", |value| value.to_str().unwrap())
}

/// The directives of a policy, each with its values.
fn directives(headers: &HeaderMap) -> Vec<(&str, Vec<&str>)> {
    said(headers, "content-security-policy")
        .split(';')
        .map(|directive| {
            let mut words = directive.split_whitespace();
            (words.next().unwrap_or_default(), words.collect())
        })
        .collect()
}

fn directive<'a>(headers: &'a HeaderMap, name: &str) -> Option<Vec<&'a str>> {
    let found = directives(headers)
        .into_iter()
        .find(|(directive, _)| *directive == name);
    found.map(|(_, values)| values)
}

/// What holds for every answer, of whatever kind.
fn assert_told(what: &str, status: StatusCode, headers: &HeaderMap) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(said(headers, name), value, "{what}");
    }
    for name in [
        "permissions-policy",
        "strict-transport-security",
        "cross-origin-resource-policy",
    ] {
        assert!(headers.contains_key(name), "{what} lacks {name}");
    }
    for (name, value) in [
        ("default-src", "'none'"),
        ("base-uri", "'none'"),
        ("form-action", "'none'"),
    ] {
        assert_eq!(directive(headers, name), Some(vec![value]), "{what}");
    }
    let kind = said(headers, "content-type");
    let is_text = kind.starts_with("text/") || kind.contains("xml");
    assert_eq!(kind.contains("charset=utf-8"), is_text, "{what}: {kind}");
    let is_download = ["application/octet-stream", "application/zip"].contains(&kind);
    let disposition = said(headers, "content-disposition");
    assert_eq!(disposition, if is_download { "attachment" } else { "" }, "{what}");
    let asks = said(headers, "www-authenticate");
    let refuses = status == StatusCode::UNAUTHORIZED;
    assert_eq!(asks, if refuses { "Bearer" } else { "" }, "{what}");
}

/// That types have to be trusted, under these names and no other.
fn assert_types_trusted(what: &str, headers: &HeaderMap, policies: &[&str]) {
    assert_eq!(
        directive(headers, "require-trusted-types-for"),
        Some(vec!["'script'"]),
        "{what}"
    );
    assert_eq!(directive(headers, "trusted-types"), Some(policies.to_vec()), "{what}");
}

/// A sealed file that somebody was sent: the path that it is fetched by.
async fn sealed_file(anna: &mut Person<'_>, ben: &Person<'_>) -> String {
    let file = anna.upload_file("results.pdf", b"all is well").await;
    let sha256 = file.sha256;
    anna.send(&Writes {
        files: vec![file],
        ..Writes::to(&["ben@example.test"])
    })
    .await;
    let delivery = ben.list(wire::mailbox::Folder::Inbox).await[0].id;
    format!("/api/v1/deliveries/{delivery}/files/{sha256}")
}

#[tokio::test]
async fn each_kind_of_answer_says_what_browsers_may_do_with_it() {
    let test = TestPortal::sqlite_with(|settings| {
        settings.demo = true;
        settings.directory_domains = vec!["example.test".into()];
    })
    .await;
    let (mut anna, ben) = (test.professional("anna").await, test.professional("ben").await);
    let file = sealed_file(&mut anna, &ben).await;
    let own = Some(ben.bearer());
    let (get, delete, post) = (Method::GET, Method::DELETE, Method::POST);
    let answers = [
        ("a page", &get, "/", None, None),
        ("a page's own path", &get, "/sign-in", None, None),
        ("the pane of a demonstration", &get, "/outlook/pane.html", None, None),
        ("a page that stands in", &get, "/demo/outlook.html", None, None),
        ("an icon", &get, "/icon.svg", None, None),
        ("an icon of the add-in", &get, "/outlook/icon-64.png", None, None),
        ("the app package", &get, "/outlook/restante.zip", None, None),
        ("a manifest", &get, "/outlook/manifest.xml", None, Some(200)),
        ("the other manifest", &get, "/outlook/manifest.json", None, Some(200)),
        ("the API's document", &get, "/api/v1/openapi.json", None, Some(200)),
        ("an answer of the API", &get, "/api/v1/portal", None, Some(200)),
        ("one for somebody", &get, "/api/v1/session", own, Some(200)),
        ("one for nobody", &get, "/api/v1/session", None, Some(401)),
        (
            "a secret of no session",
            &get,
            "/api/v1/session",
            Some("AAAA"),
            Some(401),
        ),
        ("a sealed file", &get, &file, own, Some(200)),
        ("a sealed file for nobody", &get, &file, None, Some(401)),
        ("what is not there", &get, "/api/v1/nothing", None, Some(404)),
        ("a file that is not there", &get, "/nothing.js", None, Some(404)),
        ("a method that is not there", &delete, "/api/v1/portal", None, Some(405)),
        ("a body that is none", &post, "/api/v1/sign-ins", None, Some(400)),
        (
            "the directory's policy",
            &get,
            "/.well-known/openpgpkey/example.test/policy",
            None,
            Some(200),
        ),
        ("whether it lives", &get, "/healthz", None, Some(204)),
    ];
    for (what, method, path, bearer, expected) in answers {
        let reply = ask(&test, method.clone(), path, bearer).await;
        // Where the web client was not built before these tests were, its files are not there.
        let expected = expected.unwrap_or(if reply.status == StatusCode::NOT_FOUND {
            404
        } else {
            200
        });
        assert_eq!(reply.status.as_u16(), expected, "{what}");
        assert_told(what, reply.status, &reply.headers);
        assert_types_trusted(what, &reply.headers, &TRUSTED_TYPE_POLICIES);
        let scripts = Some(vec!["'self'", "'wasm-unsafe-eval'"]);
        assert_eq!(directive(&reply.headers, "script-src"), scripts, "{what}");
        if path.starts_with("/api/") {
            assert_eq!(said(&reply.headers, "cache-control"), "no-store", "{what}");
        }
    }
    let mails = self::get(&test, "/demo/basic-mail").await.ok();
    assert_told("a page without any script", mails.status, &mails.headers);
    assert_types_trusted("a page without any script", &mails.headers, &["'none'"]);
}

#[tokio::test]
async fn an_event_stream_is_told_of_like_any_answer() {
    let test = TestPortal::sqlite().await;
    let ben = test.professional("ben").await;
    let stream = request(Method::GET, "/api/v1/events", Some(ben.bearer()));
    let stream = test.router.clone().oneshot(stream.body(Body::empty()).unwrap());
    let stream = stream.await.unwrap();
    assert_eq!(
        said(stream.headers(), "content-type"),
        "text/event-stream; charset=utf-8"
    );
    assert_told("an event stream", stream.status(), stream.headers());
    assert_types_trusted("an event stream", stream.headers(), &TRUSTED_TYPE_POLICIES);
}

#[tokio::test]
async fn the_pane_with_office_js_is_the_one_page_whose_types_are_not_trusted() {
    let test = TestPortal::sqlite().await;
    let pane = get(&test, "/outlook/pane.html").await;
    // Not built.
    if pane.status == StatusCode::NOT_FOUND {
        return;
    }
    assert_told("the pane", pane.status, &pane.headers);
    assert_eq!(directive(&pane.headers, "require-trusted-types-for"), None);
}

#[tokio::test]
async fn signing_out_clears_what_the_browser_kept_and_nothing_else_does() {
    let test = TestPortal::sqlite().await;
    let ben = test.professional("ben").await;
    let session = async |method| ask(&test, method, "/api/v1/session", Some(ben.bearer())).await;
    assert_eq!(said(&session(Method::GET).await.ok().headers, "clear-site-data"), "");
    let out = session(Method::DELETE).await.ok();
    assert_eq!(said(&out.headers, "clear-site-data"), "\"cache\"");
    let again = session(Method::DELETE).await;
    assert_eq!(
        (again.problem().as_str(), said(&again.headers, "clear-site-data")),
        ("signed-out", "")
    );
}

/// The names of the policies that a script makes.
fn policies_made(script: &str) -> impl Iterator<Item = &str> {
    script.split("createPolicy(").skip(1).filter_map(|rest| {
        let quote = rest.chars().next().filter(|first| "`'\"".contains(*first))?;
        rest[1..].split(quote).next()
    })
}

fn scripts(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => scripts(&path),
            false if path.extension().is_some_and(|extension| extension == "js") => {
                vec![std::fs::read_to_string(&path).unwrap()]
            }
            false => Vec::new(),
        })
        .collect()
}

/// A library that comes to make another one fails here, and not at somebody who finds an empty page.
#[test]
fn the_web_client_makes_the_policies_that_its_pages_allow_and_no_default() {
    let scripts = scripts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist"));
    let made: BTreeSet<&str> = scripts.iter().flat_map(|script| policies_made(script)).collect();
    // Not built.
    if scripts.is_empty() {
        return;
    }
    assert_eq!(made, BTreeSet::from(TRUSTED_TYPE_POLICIES));
    assert!(!made.contains("default"));
}
