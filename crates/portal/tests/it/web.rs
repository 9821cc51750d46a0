//! The web client's files, as the portal sends them.

use std::{
    io::Read as _,
    path::{Path, PathBuf},
};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use flate2::read::GzDecoder;

use crate::{
    people::{Reply, Writes, request},
    test_portal::TestPortal,
};

async fn get(test: &TestPortal, path: &str, takes: Option<&str>) -> Reply {
    let mut get = request(Method::GET, path, None);
    if let Some(takes) = takes {
        get = get.header(header::ACCEPT_ENCODING, takes);
    }
    test.request(get.body(Body::empty()).unwrap()).await
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() { files(&path) } else { vec![path] }
        })
        .collect()
}

#[tokio::test]
async fn the_bundle_is_packed_once_and_is_the_same_unpacked() {
    let test = TestPortal::sqlite_with(|settings| settings.demo = true).await;
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/dist");
    let files = files(&dist);
    let mut packed = 0;
    for file in files.iter().filter(|file| !file.ends_with("outlook/pane.html")) {
        let path = format!("/{}", file.strip_prefix(&dist).unwrap().display());
        let content = std::fs::read(file).unwrap();
        if path.ends_with(".gz") {
            assert_eq!(get(&test, &path, None).await.problem(), "not-found", "{path}");
            continue;
        }
        let plain = get(&test, &path, None).await.ok();
        assert!(
            plain.body == content && !plain.headers.contains_key(header::CONTENT_ENCODING),
            "{path}"
        );
        let taken = get(&test, &path, Some("br, gzip")).await.ok();
        assert_eq!(taken.headers[header::ETAG], plain.headers[header::ETAG]);
        assert_eq!(taken.headers[header::CONTENT_TYPE], plain.headers[header::CONTENT_TYPE]);
        let Ok(as_packed) = std::fs::read(format!("{}.gz", file.display())) else {
            assert!(
                taken.body == content && !taken.headers.contains_key(header::CONTENT_ENCODING),
                "{path}"
            );
            continue;
        };
        packed += 1;
        assert!(taken.body == as_packed, "{path} is packed anew");
        assert_eq!(taken.headers[header::CONTENT_ENCODING], "gzip");
        let mut unpacked = Vec::new();
        GzDecoder::new(&*taken.body).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == content, "{path}");
        for reply in [plain, taken] {
            assert_eq!(reply.headers[header::VARY], "accept-encoding", "{path}");
        }
    }
    assert_eq!(packed > 0, !files.is_empty(), "npm --prefix web run build packs it");
}

#[tokio::test]
async fn a_file_that_is_known_is_not_sent_again() {
    let test = TestPortal::sqlite().await;
    for takes in ["identity", "gzip"] {
        let page = get(&test, "/", Some(takes)).await;
        // Not built.
        if page.status == StatusCode::NOT_FOUND {
            return;
        }
        let again = request(Method::GET, "/", None)
            .header(header::ACCEPT_ENCODING, takes)
            .header(header::IF_NONE_MATCH, &page.headers[header::ETAG]);
        let again = test.request(again.body(Body::empty()).unwrap()).await;
        assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
        assert!(!again.headers.contains_key(header::CONTENT_ENCODING));
    }
}

#[tokio::test]
async fn what_is_made_anew_is_packed_and_the_apis_document_is_not() {
    let test = TestPortal::sqlite().await;
    let manifest = get(&test, "/outlook/manifest.json", Some("gzip")).await.ok();
    assert_eq!(manifest.headers[header::CONTENT_ENCODING], "gzip");
    let document = get(&test, "/api/v1/openapi.json", Some("gzip")).await.ok();
    assert!(!document.headers.contains_key(header::CONTENT_ENCODING));
    assert_eq!(document.body, portal::server::openapi().into_bytes());
}

/// Packing what is sealed costs a core, and saves little but what base64 added.
#[tokio::test]
async fn what_the_api_answers_is_not_packed() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["anna@example.test"])).await;
    for path in ["/deliveries?folder=inbox", "/session", "/vault", "/changes?since=0"] {
        let ask = request(Method::GET, &format!("/api/v1{path}"), Some(anna.bearer()));
        let ask = ask.header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap();
        let reply = test.request(ask).await;
        assert!(!reply.headers.contains_key(header::CONTENT_ENCODING), "{path}");
    }
}
