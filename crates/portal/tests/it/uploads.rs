//! Uploads at once, and uploads beside the sweep: no more than an allowance, and never a row without its bytes.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http_body_util::BodyExt as _;
use portal::{Settings, workers};
use tokio::{
    sync::oneshot,
    task::{JoinHandle, JoinSet},
};
use tower::ServiceExt as _;
use wire::{Sha256, mailbox::Folder};

use crate::{
    people::{Person, Reply, Writes, request},
    stationery::sheet,
    test_portal::TestPortal,
};

const DAY: i64 = 86_400_000;

/// One test a line, each on both engines, in a portal where an account may upload a hundred bytes a day.
macro_rules! with_a_thousand_bytes_a_day {
    ($($name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_portal::TestPortal::sqlite_with(super::a_thousand).await).await })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name($crate::test_portal::TestPortal::postgres_with(super::a_thousand).await).await })*
        }
    };
}

with_a_thousand_bytes_a_day![
    uploads_at_once_see_what_the_others_have_begun,
    of_uploads_at_once_no_more_are_taken_than_a_day_allows,
    of_an_upload_that_fails_what_arrived_counts,
    an_upload_whose_client_goes_away_gives_back_what_did_not_arrive,
    a_day_later_there_is_a_new_allowance,
    an_account_has_four_uploads_at_once,
    bytes_that_are_being_deleted_come_again_once_they_are_gone,
    the_sweep_keeps_away_from_an_upload_under_way,
    an_upload_that_takes_a_day_is_too_late,
    what_could_not_be_deleted_is_deleted_later,
];

fn a_thousand(settings: &mut Settings) {
    settings.uploads_a_day = 1000;
}

fn put(by: &Person<'_>, bytes: &[u8], body: Body) -> Request<Body> {
    let path = format!("/api/v1/blobs/{}", Sha256::of(bytes));
    let put = request(Method::PUT, &path, Some(by.bearer())).header(header::CONTENT_LENGTH, bytes.len());
    put.body(body).unwrap()
}

async fn upload(by: &Person<'_>, bytes: &[u8]) -> Reply {
    by.upload(Sha256::of(bytes), bytes).await
}

/// An upload that the portal has begun to read.
struct Begun {
    task: JoinHandle<Reply>,
    bytes: oneshot::Sender<Vec<u8>>,
    whole: Vec<u8>,
}

impl Begun {
    /// Begins one; a refusal is answered before anything is read.
    async fn new(by: &Person<'_>, bytes: &[u8]) -> Result<Self, Reply> {
        let (reads, is_read) = oneshot::channel();
        let (sends, sent) = oneshot::channel::<Vec<u8>>();
        let arrives = stream::once(async move {
            reads.send(()).unwrap();
            sent.await.map(Bytes::from)
        });
        // Whatever was sent of it, the line then breaks.
        let breaks = stream::once(async { Err(std::io::Error::other("the line is gone")) });
        let arrives = arrives.map(|bytes| bytes.map_err(std::io::Error::other));
        let length = bytes.len();
        let arrives = arrives.chain(breaks).scan(0, move |arrived, piece| {
            let is_whole = *arrived == length;
            *arrived += piece.as_ref().map_or(0, Bytes::len);
            std::future::ready((!is_whole).then_some(piece))
        });
        let (router, asks) = (by.test.router.clone(), put(by, bytes, Body::from_stream(arrives)));
        let task = tokio::spawn(async move {
            let (parts, body) = router.oneshot(asks).await.unwrap().into_parts();
            let body = body.collect().await.unwrap().to_bytes().to_vec();
            let (status, headers) = (parts.status, parts.headers);
            Reply { status, headers, body }
        });
        match is_read.await {
            Ok(()) => Ok(Self {
                task,
                bytes: sends,
                whole: bytes.to_vec(),
            }),
            Err(_) => Err(task.await.unwrap()),
        }
    }

    async fn end(self) -> Reply {
        self.bytes.send(self.whole).unwrap();
        self.task.await.unwrap()
    }

    /// So much of it arrives, and no more.
    async fn break_off(self, after: usize) -> Reply {
        self.bytes.send(self.whole[..after].to_vec()).unwrap();
        self.task.await.unwrap()
    }
}

async fn uploads_at_once_see_what_the_others_have_begun(test: TestPortal) {
    let (anna, ben) = (test.professional("anna").await, test.professional("ben").await);
    let one = Begun::new(&anna, &sheet(&[1], 600)).await.ok().unwrap();
    let other = Begun::new(&anna, &sheet(&[2], 600)).await.err().unwrap();
    assert_eq!(other.problem(), "too-many-requests");
    assert!(!other.headers.contains_key(header::RETRY_AFTER), "a day has to pass");
    upload(&ben, &sheet(&[2], 600)).await.ok();
    assert_eq!(one.end().await.status, StatusCode::CREATED);
    upload(&anna, &sheet(&[3], 400)).await.ok();
    assert_eq!(upload(&anna, &sheet(&[4], 100)).await.problem(), "too-many-requests");
}

async fn of_uploads_at_once_no_more_are_taken_than_a_day_allows(test: TestPortal) {
    let anna = test.professional("anna").await;
    let mut tasks = JoinSet::new();
    for n in 0..4 {
        let bytes = sheet(&[n], 300);
        let (router, put) = (test.router.clone(), put(&anna, &bytes, Body::from(bytes.clone())));
        tasks.spawn(async move { router.oneshot(put).await.unwrap().status() });
    }
    let mut answered = tasks.join_all().await;
    answered.sort();
    let created = StatusCode::CREATED;
    assert_eq!(answered, [created, created, created, StatusCode::TOO_MANY_REQUESTS]);
}

async fn of_an_upload_that_fails_what_arrived_counts(test: TestPortal) {
    let anna = test.professional("anna").await;
    let begun = Begun::new(&anna, &sheet(&[1], 800)).await.ok().unwrap();
    assert_eq!(begun.break_off(100).await.problem(), "upload-incomplete");
    // All of this one arrived, and was not what it was said to be.
    assert_eq!(
        anna.upload(Sha256::of(b"other"), &sheet(&[2], 200)).await.problem(),
        "hash-mismatch"
    );
    assert_eq!(upload(&anna, &sheet(&[3], 710)).await.problem(), "too-many-requests");
    upload(&anna, &sheet(&[3], 700)).await.ok();
}

async fn an_upload_whose_client_goes_away_gives_back_what_did_not_arrive(test: TestPortal) {
    let anna = test.professional("anna").await;
    let begun = Begun::new(&anna, &sheet(&[1], 1000)).await.ok().unwrap();
    begun.task.abort();
    assert!(begun.task.await.unwrap_err().is_cancelled());
    // It is given back by a task of its own.
    loop {
        let reply = upload(&anna, &sheet(&[2], 1000)).await;
        if reply.status == StatusCode::CREATED {
            break;
        }
        assert_eq!(reply.problem(), "too-many-requests");
        tokio::task::yield_now().await;
    }
}

async fn a_day_later_there_is_a_new_allowance(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    upload(&anna, &sheet(&[1], 1000)).await.ok();
    test.clock.pass(DAY - 3_600_000);
    anna.sign_in_again().await;
    assert_eq!(upload(&anna, &sheet(&[2], 100)).await.problem(), "too-many-requests");
    test.clock.pass(3_600_000);
    workers::sweep(&test.portal).await.unwrap();
    upload(&anna, &sheet(&[2], 1000)).await.ok();
}

async fn an_account_has_four_uploads_at_once(test: TestPortal) {
    let (anna, ben) = (test.professional("anna").await, test.professional("ben").await);
    let mut begun = Vec::new();
    for n in 0..4 {
        begun.push(Begun::new(&anna, &sheet(&[n], 100)).await.ok().unwrap());
    }
    let refused = Begun::new(&anna, &sheet(&[5], 100)).await.err().unwrap();
    assert_eq!(refused.problem(), "too-many-requests");
    assert_eq!(refused.headers[header::RETRY_AFTER], "5");
    upload(&ben, &sheet(&[5], 100)).await.ok();
    assert_eq!(begun.remove(0).end().await.status, StatusCode::CREATED);
    upload(&anna, &sheet(&[5], 100)).await.ok();
    assert_eq!(begun.remove(0).break_off(0).await.problem(), "upload-incomplete");
    upload(&anna, &sheet(&[6], 100)).await.ok();
}

/// Whether all of it is there.
async fn lies_there(test: &TestPortal, bytes: &[u8]) -> bool {
    test.portal.blobs.get(Sha256::of(bytes), None).await.is_ok()
}

/// Sends a message with the file to oneself, and fetches it.
async fn can_be_sent(by: &mut Person<'_>, bytes: &[u8]) {
    let file = vault::FileRef {
        name: "file".into(),
        media_type: "application/octet-stream".into(),
        size: bytes.len() as u64,
        sha256: Sha256::of(bytes),
        key: by.upload_file("other", b"").await.key,
    };
    let writes = Writes {
        files: vec![file],
        ..Writes::to(&["anna@example.test"])
    };
    by.send(&writes).await;
    let delivery = by.list(Folder::Inbox).await[0].id;
    let fetched = by
        .get(&format!("/deliveries/{delivery}/files/{}", Sha256::of(bytes)))
        .await
        .ok();
    assert_eq!(fetched.body, bytes);
}

async fn bytes_that_are_being_deleted_come_again_once_they_are_gone(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    upload(&anna, &sheet(b"again", 100)).await.ok();
    test.clock.pass(DAY + 1);
    anna.sign_in_again().await;
    let door = test.shelf.door.clone().lock_owned().await;
    let portal = test.portal.clone();
    let sweeping = tokio::spawn(async move { workers::sweep(&portal).await });
    test.shelf.asked.notified().await;
    let refused = Begun::new(&anna, &sheet(b"again", 100)).await.err().unwrap();
    assert_eq!(refused.problem(), "unavailable");
    assert_eq!(refused.headers[header::RETRY_AFTER], "5");
    // Another process sweeps, too: what this one deletes is left to it.
    workers::sweep(&test.portal).await.unwrap();
    assert!(lies_there(&test, &sheet(b"again", 100)).await);
    drop(door);
    sweeping.await.unwrap().unwrap();
    assert!(!lies_there(&test, &sheet(b"again", 100)).await);
    assert_eq!(upload(&anna, &sheet(b"again", 100)).await.status, StatusCode::CREATED);
    test.clock.pass(600_000);
    workers::sweep(&test.portal).await.unwrap();
    can_be_sent(&mut anna, &sheet(b"again", 100)).await;
}

async fn the_sweep_keeps_away_from_an_upload_under_way(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    for stored_before in [true, false] {
        let bytes = sheet(&[u8::from(stored_before)], 100);
        if stored_before {
            upload(&anna, &bytes).await.ok();
        }
        test.clock.pass(DAY + 1);
        anna.sign_in_again().await;
        let begun = Begun::new(&anna, &bytes).await.ok().unwrap();
        workers::sweep(&test.portal).await.unwrap();
        test.clock.pass(DAY - 2 * 3_600_000);
        workers::sweep(&test.portal).await.unwrap();
        begun.end().await.ok();
        anna.sign_in_again().await;
        workers::sweep(&test.portal).await.unwrap();
        can_be_sent(&mut anna, &bytes).await;
    }
}

async fn an_upload_that_takes_a_day_is_too_late(test: TestPortal) {
    let anna = test.professional("anna").await;
    let begun = Begun::new(&anna, &sheet(b"slow", 100)).await.ok().unwrap();
    test.clock.pass(DAY - 1);
    assert_eq!(begun.end().await.problem(), "upload-incomplete");
    // Its row is swept, and so are its bytes.
    test.clock.pass(2);
    workers::sweep(&test.portal).await.unwrap();
    assert!(!lies_there(&test, &sheet(b"slow", 100)).await);
}

async fn what_could_not_be_deleted_is_deleted_later(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let left = [b"one".as_slice(), b"two", b"three"].map(|content| sheet(content, 100));
    for bytes in &left {
        upload(&anna, bytes).await.ok();
    }
    test.clock.pass(DAY + 1);
    test.shelf.keep(&[Sha256::of(&left[0])]);
    workers::sweep(&test.portal).await.unwrap();
    assert!(lies_there(&test, &left[0]).await);
    assert!(!lies_there(&test, &left[1]).await && !lies_there(&test, &left[2]).await);
    anna.sign_in_again().await;
    assert_eq!(upload(&anna, &left[0]).await.problem(), "unavailable");
    test.shelf.keep(&[]);
    test.clock.pass(600_000);
    workers::sweep(&test.portal).await.unwrap();
    assert!(!lies_there(&test, &left[0]).await);
    assert_eq!(upload(&anna, &left[0]).await.status, StatusCode::CREATED);
}
