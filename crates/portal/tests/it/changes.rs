//! The change feed and its stream.

use axum::{body::Body, http::Method};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wire::mailbox::{Change, Changes, Folder};

use crate::{
    on_both_engines,
    people::{Writes, request},
    test_portal::TestPortal,
};

on_both_engines![
    the_feed_tells_each_change_once_and_in_order,
    the_stream_says_when_to_look_and_ends_with_the_session
];

async fn the_feed_tells_each_change_once_and_in_order(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let start: Changes = ben.get("/changes?since=0").await.ok().json();
    let nothing: Changes = ben.get(&format!("/changes?since={}", start.latest)).await.ok().json();
    assert_eq!(
        (nothing.changes.len(), nothing.latest, nothing.more),
        (0, start.latest, false)
    );
    for _ in 0..3 {
        test.clock.pass(1);
        anna.send(&Writes::to(&["ben@example.test"])).await;
    }
    let inbox = ben.list(Folder::Inbox).await;
    ben.call(
        Method::PUT,
        &format!("/deliveries/{}/read", inbox[0].id),
        json!({ "read": true }),
    )
    .await
    .ok();
    let changes: Changes = ben.get(&format!("/changes?since={}", start.latest)).await.ok().json();
    let expected = [inbox[2].id, inbox[1].id, inbox[0].id, inbox[0].id].map(|id| Change::Delivery { id });
    assert_eq!(changes.changes, expected);
    assert_eq!(changes.latest, start.latest + 4);
    // How the notification fares is a change for its sender, and nobody else's.
    let before: Changes = anna.get("/changes?since=0").await.ok().json();
    test.mails().await;
    let after: Changes = anna.get(&format!("/changes?since={}", before.latest)).await.ok().json();
    assert_eq!(after.changes.len(), 3);
    assert!(
        ben.get(&format!("/changes?since={}", changes.latest))
            .await
            .ok()
            .json::<Changes>()
            .changes
            .is_empty()
    );
}

async fn the_stream_says_when_to_look_and_ends_with_the_session(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let get = request(Method::GET, "/api/v1/events", Some(ben.bearer()))
        .body(Body::empty())
        .unwrap();
    let response = test.router.clone().oneshot(get).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
    let mut body = response.into_body();
    let mut said = async || {
        let frame = body.frame().await?.unwrap().into_data().unwrap();
        Some(String::from_utf8(frame.to_vec()).unwrap())
    };
    let latest: Changes = ben.get("/changes?since=0").await.ok().json();
    assert_eq!(
        said().await.unwrap(),
        format!("event: change\ndata: {}\n\n", latest.latest)
    );
    anna.send(&Writes::to(&["ben@example.test"])).await;
    assert_eq!(
        said().await.unwrap(),
        format!("event: change\ndata: {}\n\n", latest.latest + 1)
    );
    ben.call(Method::DELETE, "/session", Value::Null).await.ok();
    assert_eq!(said().await, None);
}

#[tokio::test]
async fn an_account_has_twenty_streams_and_goes_on() {
    let test = TestPortal::sqlite().await;
    let (anna, ben) = (test.professional("anna").await, test.professional("ben").await);
    let listen = async |bearer: &str| {
        let get = request(Method::GET, "/api/v1/events", Some(bearer));
        test.router
            .clone()
            .oneshot(get.body(Body::empty()).unwrap())
            .await
            .unwrap()
    };
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(listen(anna.bearer()).await);
    }
    let refused = anna.get("/events").await;
    assert_eq!(refused.problem(), "too-many-requests");
    assert_eq!(refused.headers["retry-after"], "30");
    anna.get("/changes?since=0").await.ok();
    assert_eq!(listen(ben.bearer()).await.status(), 200);
    drop(streams.pop());
    assert_eq!(listen(anna.bearer()).await.status(), 200);
}
