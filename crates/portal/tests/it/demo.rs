//! The demonstration's view of everybody's basic inbox.

use axum::{
    body::Body,
    http::{Method, header},
};
use portal::ports::relay::{FolderRelay, Relay as _};
use serde_json::Value;

use crate::{
    people::{Writes, link, request},
    test_portal::TestPortal,
};

#[tokio::test]
async fn basic_mails_are_shown_to_people_and_to_the_page_that_stands_in_for_outlook() {
    let folder = tempfile::tempdir().unwrap();
    let test = TestPortal::sqlite_with(|settings| {
        settings.demo = true;
        settings.demo_mail = Some(folder.path().join("basic-mail"));
    })
    .await;
    let get = async |path| {
        test.request(request(Method::GET, path, None).body(Body::empty()).unwrap())
            .await
    };
    assert_eq!(
        get("/demo/basic-mail.json").await.json::<Vec<Value>>(),
        Vec::<Value>::new()
    );

    let mut anna = test.professional("anna").await;
    let relay = FolderRelay::new(folder.path().join("basic-mail"));
    let mut connection = relay.connect().await.unwrap();
    let mut links = Vec::new();
    for address in ["first@partner.test", "second@partner.test"] {
        anna.send(&Writes::to(&[address])).await;
        test.clock.pass(1_000);
        for mail in test.mails().await {
            links.insert(0, link(&mail));
            connection.send(&mail).await.unwrap();
        }
    }

    let page = get("/demo/basic-mail").await;
    let page = String::from_utf8(page.body).unwrap();
    for link in &links {
        assert!(
            page.contains(&format!("href=\"{}\"", link.replace('/', "&#x2f;"))),
            "{link} in {page}"
        );
    }
    assert!(page.contains("href=\"/demo/outlook.html\""));

    let answer = get("/demo/basic-mail.json").await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
    let mails: Vec<Value> = answer.json();
    let to: Vec<&str> = mails.iter().map(|mail| mail["to"].as_str().unwrap()).collect();
    assert_eq!(to, ["second@partner.test", "first@partner.test"], "newest first");
    for (mail, link) in mails.iter().zip(&links) {
        for part in ["text", "html"] {
            assert!(mail[part].as_str().unwrap().contains(link), "{link} in {mail}");
        }
        assert_eq!(mail["from"], "Clinic Post <portal@example.test>");
        assert_ne!(mail["subject"], "");
        assert!(mail["date"].as_str().unwrap().contains(" Sep 2026 "), "{mail}");
    }
}
