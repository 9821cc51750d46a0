//! The add-in for Outlook: what anybody may know of it, its manifests, and who may embed its pane.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use portal::{Settings, outlook};
use serde_json::{Value, json};
use wire::activations::{Leaves, Program};

use crate::{
    people::{Reply, request},
    test_portal::{TestPortal, URL},
};

const PANE: &str = "/outlook/pane.html";
const DOCUMENTS: [(&str, &str); 2] = [
    ("/outlook/manifest.xml", "application/xml; charset=utf-8"),
    ("/outlook/manifest.json", "application/json"),
];

/// What the pane and every other page are told alike, up to where scripts may come from.
const BEFORE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'";
const AFTER: &str = "; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; connect-src 'self'; \
    worker-src 'self'; frame-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none';";

/// What every page but one with office.js is told of the types that it has to trust.
const TRUSTED: &str = " require-trusted-types-for 'script'; \
    trusted-types svelte-trusted-html ProseMirrorClipboard inert-html vault-worker;";
const OUTLOOKS: &str =
    "https://outlook.office.com https://outlook.office365.com https://outlook.live.com https://outlook.cloud.microsoft";

/// What office.js may fetch from elsewhere.
const AJAX: &str = "https://ajax.aspnetcdn.com/ajax/3.5/MicrosoftAjax.js";

async fn ask(test: &TestPortal, method: Method, path: &str) -> Reply {
    test.request(request(method, path, None).body(Body::empty()).unwrap())
        .await
}

async fn get(test: &TestPortal, path: &str) -> Reply {
    ask(test, Method::GET, path).await
}

/// A part of the web client that the portal embeds; nothing where that was not built before these tests were.
async fn bundled(test: &TestPortal, path: &str) -> Option<Reply> {
    if get(test, "/").await.status != StatusCode::NOT_FOUND {
        return Some(get(test, path).await.ok());
    }
    assert_eq!(get(test, path).await.problem(), "not-found");
    None
}

async fn pane(change: impl FnOnce(&mut Settings)) -> Option<Reply> {
    bundled(&TestPortal::sqlite_with(change).await, PANE).await
}

fn policy(reply: &Reply) -> &str {
    reply.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
}

#[tokio::test]
async fn anybody_may_know_the_versions_and_what_stays() {
    let test = TestPortal::sqlite_with(|settings| settings.outlook_leaves = Leaves::Note).await;
    let info = || async { get(&test, "/api/v1/outlook").await.ok().json::<Value>() };
    let expected = json!({
        "offered": true,
        "version": env!("CARGO_PKG_VERSION"),
        "manifest_version": outlook::MANIFEST_VERSION,
        "leaves": "note",
    });
    assert_eq!(info().await, expected);
    let mut unit = test.portal.begin_unguarded().await.unwrap();
    let program: Program = Program::OUTLOOK.parse().unwrap();
    let least = Some("0.1.0".parse().unwrap());
    portal::activations::set_least_version(&mut unit, &program, least)
        .await
        .unwrap();
    unit.commit().await.unwrap();
    assert_eq!(info().await["least_version"], "0.1.0");
}

#[tokio::test]
async fn the_manifests_say_what_this_portal_is() {
    let test = TestPortal::sqlite().await;
    for (path, kind) in DOCUMENTS {
        let reply = get(&test, path).await.ok();
        assert_eq!(reply.headers[header::CONTENT_TYPE], kind);
        assert_eq!(reply.headers[header::CACHE_CONTROL], "no-cache");
        let name = path.rsplit('/').next().unwrap();
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(format!("outlook-{name}"), String::from_utf8(reply.body).unwrap());
        });
    }
}

#[tokio::test]
async fn a_document_that_is_known_is_not_sent_again() {
    let test = TestPortal::sqlite().await;
    let etag = get(&test, "/outlook/manifest.xml").await.ok().headers[header::ETAG].clone();
    let again = request(Method::GET, "/outlook/manifest.xml", None).header(header::IF_NONE_MATCH, &etag);
    let again = test.request(again.body(Body::empty()).unwrap()).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    let other = TestPortal::sqlite_with(|settings| settings.name = "Lawyers Post".into()).await;
    assert_ne!(
        get(&other, "/outlook/manifest.xml").await.ok().headers[header::ETAG],
        etag
    );
}

#[tokio::test]
async fn nothing_of_it_takes_anything() {
    let test = TestPortal::sqlite().await;
    for path in [
        DOCUMENTS[0].0,
        DOCUMENTS[1].0,
        "/outlook/restante.zip",
        PANE,
        "/api/v1/outlook",
        "/outlook/",
    ] {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            assert_eq!(ask(&test, method, path).await.problem(), "method-not-allowed", "{path}");
        }
    }
}

#[tokio::test]
async fn the_package_holds_the_manifest_and_two_icons() {
    let test = TestPortal::sqlite().await;
    let Some(reply) = bundled(&test, "/outlook/restante.zip").await else {
        return;
    };
    assert_eq!(reply.headers[header::CONTENT_TYPE], "application/zip");
    let has = |bytes: &[u8]| reply.body.windows(bytes.len()).any(|window| window == bytes);
    let manifest = get(&test, "/outlook/manifest.json").await.ok();
    assert!(has(&manifest.body) && has(b"color.png") && has(b"outline.png"));
    for icon in ["/outlook/icon-192.png", "/outlook/outline-32.png"] {
        assert!(has(&get(&test, icon).await.ok().body));
    }
}

#[tokio::test]
async fn icons_may_be_shown_anywhere() {
    let test = TestPortal::sqlite().await;
    if let Some(reply) = bundled(&test, "/outlook/icon-64.png").await {
        assert_eq!(reply.headers[header::CONTENT_TYPE], "image/png");
        assert_eq!(reply.headers["cross-origin-resource-policy"], "cross-origin");
    }
    // A path that only looks like one of them is not.
    let other = get(&test, "/outlook/manifest.xml").await.ok();
    assert_eq!(other.headers["cross-origin-resource-policy"], "same-origin");
}

#[tokio::test]
async fn outlooks_pages_and_nobody_else_may_embed_the_pane() {
    let Some(reply) = pane(|_| {}).await else { return };
    assert_eq!(
        policy(&reply),
        format!("{BEFORE} https://appsforoffice.microsoft.com {AJAX}{AFTER} frame-ancestors {OUTLOOKS}"),
    );
    assert!(!reply.headers.contains_key(header::X_FRAME_OPTIONS));
    assert_eq!(reply.headers[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(reply.headers[header::CACHE_CONTROL], "no-cache");
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(reply.headers[name], value);
    }
    assert!(
        String::from_utf8(reply.body)
            .unwrap()
            .contains(portal::MICROSOFT_OFFICE_JS)
    );
}

#[tokio::test]
async fn an_administrator_may_name_more_hosts_and_another_office_js() {
    let Some(reply) = pane(|settings| {
        settings.outlook_hosts = vec![
            "https://mail.clinic.example".into(),
            "https://outlook.office365.us".into(),
        ];
        settings.office_js = Some("https://files.clinic.example:8443/office/office.js".into());
    })
    .await
    else {
        return;
    };
    let hosts = "https://mail.clinic.example https://outlook.office365.us";
    assert_eq!(
        policy(&reply),
        format!("{BEFORE} https://files.clinic.example:8443 {AJAX}{AFTER} frame-ancestors {OUTLOOKS} {hosts}"),
    );
    let page = String::from_utf8(reply.body).unwrap();
    assert!(page.contains("https://files.clinic.example:8443/office/office.js"));
    assert!(!page.contains("appsforoffice"));
    let own = pane(|settings| settings.office_js = Some("/office/office.js".into()))
        .await
        .unwrap();
    assert_eq!(
        policy(&own),
        format!("{BEFORE} {AJAX}{AFTER} frame-ancestors {OUTLOOKS}")
    );
}

#[tokio::test]
async fn unless_somebody_says_where_office_js_is_there_is_no_add_in() {
    let test = TestPortal::sqlite_with(|settings| settings.office_js = None).await;
    for path in [DOCUMENTS[0].0, DOCUMENTS[1].0, "/outlook/restante.zip", PANE] {
        let reply = get(&test, path).await;
        assert_eq!(reply.problem(), "not-found", "{path}");
        assert_eq!(reply.headers[header::X_FRAME_OPTIONS], "DENY", "{path}");
    }
    assert_eq!(
        get(&test, "/api/v1/outlook").await.ok().json::<Value>()["offered"],
        false
    );
    // No page of the portal runs what is anybody else's.
    for path in ["/", "/outlook", "/outlook/"] {
        assert!(!policy(&get(&test, path).await).contains("https://"), "{path}");
    }
}

#[tokio::test]
async fn in_a_demonstration_the_portals_own_pages_may_embed_it_too() {
    let Some(reply) = pane(|settings| settings.demo = true).await else {
        return;
    };
    assert_eq!(
        policy(&reply),
        format!("{BEFORE}{AFTER}{TRUSTED} frame-ancestors {OUTLOOKS} 'self'")
    );
    let page = String::from_utf8(reply.body).unwrap();
    assert!(page.contains("\"/demo/outlook/office.js\"") && !page.contains("appsforoffice"));
}

#[tokio::test]
async fn nothing_else_may_be_framed() {
    let test = TestPortal::sqlite_with(|settings| {
        settings.outlook_hosts = vec!["https://mail.clinic.example".into()];
        settings.demo = true;
    })
    .await;
    for path in [
        "/",
        "/sign-in",
        "/outlook",
        "/outlook/",
        "/outlook/manifest.xml",
        "/outlook/manifest.json",
        "/outlook/restante.zip",
        "/outlook/icon-64.png",
        "/outlook/pane.html/",
        "/outlook/pane",
        "//outlook/pane.html",
        "/outlook/../outlook/pane.html",
        "/demo/outlook.html",
        "/demo/basic-mail",
        "/api/v1/outlook",
        "/index.html",
        "/healthz",
    ] {
        let reply = get(&test, path).await;
        assert_eq!(reply.headers[header::X_FRAME_OPTIONS], "DENY", "{path}");
        assert!(policy(&reply).ends_with("frame-ancestors 'none'"), "{path}");
        assert!(policy(&reply).contains("require-trusted-types-for 'script'"), "{path}");
    }
}

#[tokio::test]
async fn stand_ins_are_for_demonstrations_alone() {
    let test = TestPortal::sqlite().await;
    for path in [
        "/demo/outlook.html",
        "/demo/outlook/office.js",
        "/demo/anything",
        "//demo/outlook.html",
    ] {
        let reply = get(&test, path).await;
        assert_eq!(
            (reply.status, reply.problem().as_str()),
            (StatusCode::NOT_FOUND, "not-found"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn two_portals_have_two_add_ins() {
    let id = |url: &'static str| async move {
        let test = TestPortal::sqlite_with(|settings| settings.public_url = url.into()).await;
        get(&test, "/outlook/manifest.json").await.ok().json::<Value>()["id"].clone()
    };
    assert_ne!(id(URL).await, id("https://post.lawyers.example").await);
    assert_eq!(id(URL).await, id(URL).await);
}
