//! The Web Key Directory, as programs outside ask it.

use axum::{
    body::Body,
    http::{Method, header},
};
use portal::Settings;
use serde_json::json;
use vault::Certificate;
use wire::sessions::AccountKind;

use crate::{
    certificates::{add_address, id},
    people::{Reply, request},
    test_portal::TestPortal,
};

/// Of joe.doe, as in the draft.
const JOE: &str = "iy9q119eutrkn8s1mk4r39qejnbu3n5q";

fn published(settings: &mut Settings) {
    settings.directory_domains = vec!["example.org".into(), "portal.example.test".into()];
}

mod sqlite {
    #[tokio::test]
    async fn what_is_published_is_found_and_nothing_else() {
        super::what_is_published(super::TestPortal::sqlite_with(super::published).await).await;
    }
}

mod postgres {
    #[tokio::test]
    async fn what_is_published_is_found_and_nothing_else() {
        super::what_is_published(super::TestPortal::postgres_with(super::published).await).await;
    }
}

async fn get(test: &TestPortal, path: &str) -> Reply {
    test.request(
        request(Method::GET, &format!("/.well-known/openpgpkey{path}"), None)
            .body(Body::empty())
            .unwrap(),
    )
    .await
}

async fn what_is_published(test: TestPortal) {
    let professional = AccountKind::Professional;
    let mut joe = test.person("Joe", "Joe.Doe@Example.ORG", professional, false).await;
    add_address(&test, id(&joe), "secret@elsewhere.test", false).await;
    joe.certify().await;
    let ask = |local: &str| format!("/example.org/hu/{JOE}?l={local}");
    let mut found = Vec::new();
    for local in ["Joe.Doe", "joe.doe", "JOE%2EDOE"] {
        let reply = get(&test, &ask(local)).await.ok();
        assert_eq!(reply.headers[header::CONTENT_TYPE], "application/octet-stream");
        assert_eq!(reply.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        found.push(reply.body);
    }
    assert!(found.iter().all(|body| *body == found[0]));
    let certificate = Certificate::parse(&found[0]).unwrap();
    assert_eq!(certificate.user_ids().collect::<Vec<_>>(), ["Joe.Doe@Example.ORG"]);
    assert_eq!(certificate.fingerprint(), joe.vault.certificate().fingerprint());
    assert!(get(&test, "/example.org/policy").await.ok().body.is_empty());

    // The direct method, for the portal's own host.
    test.person("Joe two", "joe.doe@portal.example.test", professional, false)
        .await;
    let direct = get(&test, &format!("/hu/{JOE}?l=joe.doe")).await.ok();
    let certificate = Certificate::parse(&direct.body).unwrap();
    assert_eq!(
        certificate.user_ids().collect::<Vec<_>>(),
        ["joe.doe@portal.example.test"]
    );
    get(&test, "/policy").await.ok();

    // A local part with a plus, encoded or not: programs do either.
    test.person("Joe three", "joe+x@example.org", professional, false).await;
    for local in ["joe+x", "joe%2Bx"] {
        let path = format!("/example.org/hu/bq8j67xyzs6dsnrc3h7ktaxudpoe4it1?l={local}");
        get(&test, &path).await.ok();
    }

    // Everything else is not there, alike.
    test.guest("gina").await;
    test.person("Gina", "gina@example.org", AccountKind::Guest, false).await;
    for path in [
        format!("/example.org/hu/{JOE}"),
        format!("/example.org/hu/{JOE}?l="),
        format!("/example.org/hu/{JOE}?l=joe.do"),
        format!("/example.org/hu/{}?l=joe.doe", JOE.to_uppercase()),
        "/example.org/hu/nothing?l=joe.doe".into(),
        // Nobody, and a Guest.
        "/example.org/hu/g3xcn6u8mh388xysa7dsdmcd6m8oxtc4?l=nobody".into(),
        "/example.org/hu/o4fzcqsqf56xco8539tzqaqjzrns1uzu?l=gina".into(),
        // A domain that is not published, though addresses of it are registered.
        format!("/elsewhere.test/hu/{JOE}?l=joe.doe"),
        "/elsewhere.test/hu/hzw9wg7dd5gti4nxqzfkwt4x8jud6bxw?l=secret".into(),
        "/example.test/hu/o4fzcqsqf56xco8539tzqaqjzrns1uzu?l=gina".into(),
        "/elsewhere.test/policy".into(),
        format!("/example.org@example.org/hu/{JOE}?l=joe.doe"),
        format!("/example.org/hu/{JOE}?l=joe.doe%40example.org"),
    ] {
        assert_eq!(get(&test, &path).await.problem(), "not-found", "{path}");
    }
    // Nor is somebody who is disabled.
    let ada = test.person("ada", "ada@example.test", professional, true).await;
    let path = format!("/admin/accounts/{}/disabled", id(&joe));
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    assert_eq!(get(&test, &ask("joe.doe")).await.problem(), "not-found");
}

#[tokio::test]
async fn nothing_is_published_unless_asked_for() {
    let test = TestPortal::sqlite().await;
    test.person("Joe", "joe.doe@example.org", AccountKind::Professional, false)
        .await;
    for path in [
        format!("/example.org/hu/{JOE}?l=joe.doe"),
        "/example.org/policy".into(),
        format!("/hu/{JOE}?l=joe.doe"),
        "/policy".into(),
    ] {
        assert_eq!(get(&test, &path).await.problem(), "not-found", "{path}");
    }
}
