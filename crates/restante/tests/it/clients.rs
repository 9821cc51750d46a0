//! The client library against a portal that runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use client::{Client, Error, KeptSession, NewFile, Outgoing, Session, Sight, forward, reply};
use futures_util::StreamExt as _;
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use wire::{
    Address, ProblemType,
    ids::DeliveryId,
    mailbox::{Change, Folder},
    people::Standing,
    sessions::AccountKind,
};

use crate::site::{PASSWORD, Running, Site, names};

struct Office {
    site: Site,
    _running: Running,
    anna: Session,
    ben: Session,
}

async fn office() -> Office {
    let site = Site::found(None).await;
    let running = site.serve().await;
    let administrator = site.administrator().await;
    let anna = site
        .register(
            &administrator,
            "Anna Berg",
            "anna@clinic.test",
            AccountKind::Professional,
        )
        .await;
    let ben = site
        .register(
            &administrator,
            "Ben Ortiz",
            "ben@lawyers.test",
            AccountKind::Professional,
        )
        .await;
    Office {
        site,
        _running: running,
        anna,
        ben,
    }
}

fn address(text: &str) -> Address {
    text.parse().unwrap()
}

fn to(session: &Session, subject: &str) -> Outgoing {
    Outgoing::new(subject).to(session.address())
}

async fn newest(session: &Session) -> DeliveryId {
    session.list(Folder::Inbox, None, 1).await.unwrap().entries[0]
        .delivery
        .id
}

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|n| (n % 251) as u8).collect()
}

#[tokio::test]
async fn a_letter_arrives_as_it_was_written() {
    let Office { anna, ben, site, .. } = &office().await;
    let outgoing = to(ben, "Größe")
        .cc(address("gina@home.test"))
        .bcc(address("carl@home.test"))
        .text("Ten of them.\n")
        .html("<p>Ten of them.</p>")
        .file(NewFile::bytes("size.txt", "ten"));
    let sent = anna.send(outgoing).await.unwrap();
    let received = ben.open(newest(ben).await).await.unwrap();
    assert_eq!(received.delivery.message, sent.message);
    assert_eq!(
        (received.letter.subject.as_str(), received.letter.text.as_str()),
        ("Größe", "Ten of them.\n")
    );
    assert_eq!(received.letter.html.as_deref(), Some("<p>Ten of them.</p>"));
    assert_eq!(
        (received.fingerprint, received.sight),
        (anna.fingerprint(), Sight::First)
    );
    assert_eq!(ben.open(received.delivery.id).await.unwrap().sight, Sight::Same);
    let file = &received.letter.files[0];
    assert_eq!(
        (file.name.as_str(), file.media_type.as_str(), file.size),
        ("size.txt", "text/plain", 3)
    );
    assert_eq!(
        ben.download(received.delivery.id, file, Vec::new()).await.unwrap(),
        b"ten"
    );

    // Whom Ben may know of, and whom Anna.
    let known = |slip: &wire::mailbox::Slip| {
        slip.participants
            .iter()
            .map(|one| one.address.clone())
            .collect::<Vec<_>>()
    };
    let visible = [address("ben@lawyers.test"), address("gina@home.test")];
    assert_eq!(known(&received.slip), visible);
    let own = anna.open(sent.delivery).await.unwrap();
    assert_eq!(own.sight, Sight::Same);
    assert_eq!(known(&own.slip).len(), 3);
    assert!(
        own.slip.participants[1..]
            .iter()
            .all(|one| one.standing == Standing::Invited)
    );

    // Who was addressed in secret opens it too, once registered.
    let carl = site.accept("Carl", "carl@home.test").await;
    assert_eq!(carl.open(newest(&carl).await).await.unwrap().letter.subject, "Größe");
}

#[tokio::test]
async fn who_registers_while_a_message_is_sealed_gets_it_all_the_same() {
    let Office { anna, site, .. } = &office().await;
    let zoe = address("zoe@home.test");
    anna.send(Outgoing::new("First").to(zoe.clone())).await.unwrap();
    let file = NewFile::bytes("a.bin", pattern(100_000));
    let mut second = anna
        .seal(Outgoing::new("Second").to(zoe.clone()).file(file))
        .await
        .unwrap();
    assert_eq!(second.recipients()[0].standing, Standing::Invited);
    let zoe = site.accept("Zoe", "zoe@home.test").await;
    anna.submit(&mut second).await.unwrap();
    assert_eq!(second.recipients()[0].standing, Standing::Registered);
    let inbox = zoe.list(Folder::Inbox, None, 10).await.unwrap();
    let subjects: Vec<_> = inbox
        .entries
        .iter()
        .map(|entry| entry.cover.as_ref().unwrap().subject.as_str())
        .collect();
    assert_eq!(subjects, ["Second", "First"]);
    let received = zoe.open(inbox.entries[0].delivery.id).await.unwrap();
    let opened = zoe
        .download(received.delivery.id, &received.letter.files[0], Vec::new())
        .await
        .unwrap();
    assert_eq!(opened, pattern(100_000));
}

#[tokio::test]
async fn submitting_again_sends_nothing_twice() {
    let Office { anna, ben, .. } = &office().await;
    let mut sealed = anna.seal(to(ben, "Once")).await.unwrap();
    let first = anna.submit(&mut sealed).await.unwrap();
    assert_eq!(anna.submit(&mut sealed).await.unwrap(), first);
    assert_eq!(ben.list(Folder::Inbox, None, 10).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn forwarding_takes_files_along_without_an_upload() {
    let Office { anna, ben, site, .. } = &office().await;
    anna.send(to(ben, "Plan").file(NewFile::bytes("plan.txt", "the plan")))
        .await
        .unwrap();
    let received = ben.open(newest(ben).await).await.unwrap();
    let blobs = || walk(&site.data().join("blobs"));
    let before = blobs();
    assert_eq!(before, 1);
    let mut outgoing = forward(&received);
    outgoing.to.push(anna.address());
    ben.send(outgoing).await.unwrap();
    assert_eq!(blobs(), before);
    let back = anna.open(newest(anna).await).await.unwrap();
    assert_eq!(back.letter.subject, "Fwd: Plan");
    let file = &back.letter.files[0];
    assert_eq!(
        anna.download(back.delivery.id, file, Vec::new()).await.unwrap(),
        b"the plan"
    );

    let answer = anna.send(reply(anna, &back, true)).await.unwrap();
    let answer = anna.open(answer.delivery).await.unwrap();
    assert_eq!(answer.slip.in_reply_to, Some(back.delivery.id));
}

fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { walk(&path) } else { 1 }).sum()
}

#[tokio::test]
async fn two_clients_of_one_vault_lose_nothing_of_each_other() {
    let Office { anna, ben, site, .. } = &office().await;
    let other = site.client().sign_in(&ben.address(), PASSWORD).await.unwrap();
    let (one, two) = (address("one@x.test"), address("two@x.test"));
    ben.accept(&one, anna.fingerprint()).await.unwrap();
    // Its version of the vault is now an old one.
    other.accept(&two, anna.fingerprint()).await.unwrap();
    let third = site.client().sign_in(&ben.address(), PASSWORD).await.unwrap();
    for address in [one, two] {
        assert_eq!(third.sight(&address, anna.fingerprint()), Sight::Same);
    }
}

#[tokio::test]
async fn a_session_that_was_kept_goes_on_until_it_is_ended() {
    let Office { anna, ben, site, .. } = &office().await;
    anna.send(to(ben, "Hello")).await.unwrap();
    let kept = serde_json::to_string(&ben.keep().unwrap()).unwrap();
    let kept: KeptSession = serde_json::from_str(&kept).unwrap();
    let resumed = site.client().resume(&kept).await.unwrap();
    assert_eq!(
        resumed.open(newest(&resumed).await).await.unwrap().letter.subject,
        "Hello"
    );
    resumed.sign_out().await.unwrap();
    let ended = site.client().resume(&kept).await.unwrap_err();
    assert_eq!(ended.problem(), Some(ProblemType::SignedOut));
    // Another portal is not shown the session's secret.
    let elsewhere = Client::new("https://portal.test").unwrap().resume(&kept).await;
    assert!(matches!(elsewhere, Err(Error::Url(_))));
}

#[tokio::test]
async fn a_wrong_password_an_unknown_address_and_a_used_link_are_told_apart_only_where_they_may_be() {
    let Office { anna, site, .. } = &office().await;
    let client = site.client();
    assert!(
        client
            .sign_in(&anna.address(), "wrong")
            .await
            .unwrap_err()
            .is_wrong_password()
    );
    assert!(
        client
            .sign_in(&address("nobody@clinic.test"), "wrong")
            .await
            .unwrap_err()
            .is_wrong_password()
    );
    let used = client.invitation(&site.link).await.unwrap_err();
    assert_eq!(used.problem(), Some(ProblemType::InvitationUsed));
    let unknown = format!("{}/register#{}", site.url, "A".repeat(43));
    assert_eq!(
        client.invitation(&unknown).await.unwrap_err().problem(),
        Some(ProblemType::InvitationUnknown)
    );
    assert!(matches!(client.invitation("no link").await, Err(Error::Link)));
}

#[tokio::test]
async fn who_listens_is_told_when_to_look() {
    let Office { anna, ben, .. } = &office().await;
    let mut events = std::pin::pin!(ben.events().await.unwrap());
    let mut next = async || {
        timeout(Duration::from_secs(30), events.next())
            .await
            .unwrap()
            .unwrap()
            .unwrap()
    };
    let before = next().await;
    anna.send(to(ben, "News")).await.unwrap();
    let after = next().await;
    assert!(after > before);
    let changes = ben.changes(before).await.unwrap();
    assert_eq!(changes.latest, after);
    assert_eq!(changes.changes, [Change::Delivery { id: newest(ben).await }]);
    assert_eq!(ben.correspondents("an").await.unwrap()[0].address, anna.address());
    assert!(ben.correspondents("a&prefix=").await.unwrap().is_empty());
}

/// Passes everything on to the portal, and cuts each of the first connections after so many bytes from it.
async fn cutting_proxy(site: &Site, cuts: usize, after: usize) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let portal = site.url.trim_start_matches("http://").to_owned();
    let left = Arc::new(AtomicUsize::new(cuts));
    let counted = left.clone();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (portal, left) = (portal.clone(), counted.clone());
            tokio::spawn(async move {
                let (mut from_client, mut to_client) = client.into_split();
                let (mut from_portal, mut to_portal) = TcpStream::connect(portal).await.unwrap().into_split();
                let up = tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_portal).await });
                let mut passed = 0;
                let mut buffer = vec![0; 16 << 10];
                while let Ok(read @ 1..) = from_portal.read(&mut buffer).await {
                    passed += read;
                    if passed > after
                        && left
                            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1))
                            .is_ok()
                    {
                        break;
                    }
                    if to_client.write_all(&buffer[..read]).await.is_err() {
                        break;
                    }
                }
                up.abort();
            });
        }
    });
    (url, left)
}

#[tokio::test]
async fn a_download_goes_on_where_the_connection_broke() {
    let Office { anna, ben, site, .. } = &office().await;
    let bytes = pattern(8_000_000);
    anna.send(to(ben, "Large").file(NewFile::bytes("large.bin", bytes.clone())))
        .await
        .unwrap();
    let (proxy, cuts) = cutting_proxy(site, 4, 1_500_000).await;
    let behind = Client::new(&proxy)
        .unwrap()
        .sign_in(&ben.address(), PASSWORD)
        .await
        .unwrap();
    let received = behind.open(newest(&behind).await).await.unwrap();
    let opened = behind
        .download(received.delivery.id, &received.letter.files[0], Vec::new())
        .await
        .unwrap();
    assert!(opened == bytes);
    assert_eq!(cuts.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_file_that_was_altered_is_an_error_and_leaves_nothing_behind() {
    let Office { anna, ben, site, .. } = &office().await;
    anna.send(to(ben, "Large").file(NewFile::bytes("large.bin", pattern(400_000))))
        .await
        .unwrap();
    let received = ben.open(newest(ben).await).await.unwrap();
    let file = &received.letter.files[0];
    let name = file.sha256.to_string();
    let blob = site.data().join("blobs").join(&name[..2]).join(&name);
    let mut sealed = std::fs::read(&blob).unwrap();
    let folder = tempdir().unwrap();
    let path = folder.path().join("large.bin");
    let save = async || ben.save(received.delivery.id, file, &path, false).await;

    sealed[300_000] ^= 1;
    std::fs::write(&blob, &sealed).unwrap();
    assert!(matches!(save().await, Err(Error::Vault(vault::Error::Damaged))));
    assert!(names(folder.path()).is_empty());

    sealed[300_000] ^= 1;
    std::fs::write(&blob, &sealed).unwrap();
    save().await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), pattern(400_000));
    let again = save().await.unwrap_err();
    assert!(matches!(again, Error::File { source, .. } if source.kind() == std::io::ErrorKind::AlreadyExists));
}
