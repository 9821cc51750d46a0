//! The client library against a portal that runs.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use client::{Client, Error, KeptSession, NewFile, Outgoing, Sealed, Session, Sight, forward, reply};
use futures_util::StreamExt as _;
use tempfile::tempdir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use wire::{
    Address, ProblemType,
    claims::{Asks, Outcome},
    ids::DeliveryId,
    mailbox::{Change, Folder},
    people::RecipientKind,
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

async fn sealed(session: &Session, outgoing: Outgoing) -> Sealed {
    let prepared = session.prepare(outgoing).await.unwrap();
    session.seal(prepared).await.unwrap()
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
    // Nothing that Anna sends makes her key known to Ben; that he answers does.
    assert_eq!(ben.open(received.delivery.id).await.unwrap().sight, Sight::Unconfirmed);
    anna.send(to(ben, "Once more")).await.unwrap();
    assert_eq!(ben.open(newest(ben).await).await.unwrap().sight, Sight::Unconfirmed);
    ben.send(to(anna, "Thanks")).await.unwrap();
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
            .all(|one| one.standing == RecipientKind::Invited)
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
    let mut second = sealed(anna, Outgoing::new("Second").to(zoe.clone()).file(file)).await;
    let standing = |sealed: &Sealed| sealed.readers().iter().next().unwrap().standing;
    assert_eq!(standing(&second), RecipientKind::Invited);
    let zoe = site.accept("Zoe", "zoe@home.test").await;
    anna.submit(&mut second).await.unwrap();
    assert_eq!(standing(&second), RecipientKind::Registered);
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
    let mut sealed = sealed(anna, to(ben, "Once")).await;
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
    outgoing.to.push(anna.address().into());
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
    // At another origin than the portal's nobody signs in; a session goes on there.
    let behind = Client::new(&proxy).unwrap();
    let elsewhere = behind.sign_in(&ben.address(), PASSWORD).await.unwrap_err();
    assert!(matches!(elsewhere, Error::Vault(vault::Error::OtherOrigin)));
    let mut kept = serde_json::to_value(ben.keep().unwrap()).unwrap();
    kept["portal"] = behind.url().into();
    let behind = behind.resume(&serde_json::from_value(kept).unwrap()).await.unwrap();
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

/// The link in the newest mail to an address that leads to such a page, once one is there.
async fn link(site: &Site, to: &Address, page: &str) -> String {
    let beginning = format!("{}/{page}#", site.url);
    site.sink.mail_to(to.as_typed(), &beginning).await.link(&beginning)
}

/// Somebody adds an address that nobody has.
async fn add(site: &Site, session: &Session, new: &Address) {
    session.claim(new).await.unwrap();
    let confirmed = session.confirm_claim(&link(site, new, "confirm").await).await.unwrap();
    assert_eq!(
        (confirmed.address, confirmed.claimant.address),
        (new.clone(), session.address())
    );
}

/// The User IDs of the certificate that the portal has of an account.
async fn user_ids(session: &Session) -> Vec<String> {
    let account = session.current().await.unwrap().account;
    let certificate = vault::Certificate::parse(account.certificate.as_ref()).unwrap();
    certificate.user_ids().map(str::to_owned).collect()
}

#[tokio::test]
async fn a_message_is_sealed_anew_where_the_master_changed_and_its_files_are_not_uploaded_again() {
    let Office { anna, ben, site, .. } = &office().await;
    let new = address("Anna.Winter@clinic.test");
    add(site, anna, &new).await;
    // Another process goes on with the same session, and does not hear of it.
    let other = site.client().resume(&anna.keep().unwrap()).await.unwrap();
    let file = NewFile::bytes("plan.txt", "the plan");
    let mut sealed = sealed(&other, to(ben, "Plan").text("Here.").file(file)).await;
    let blobs = || walk(&site.data().join("blobs"));
    assert_eq!(blobs(), 1);
    anna.promote(&new, false).await.unwrap();
    assert_eq!(
        (anna.address(), other.address()),
        (new.clone(), address("anna@clinic.test"))
    );
    let sent = other.submit(&mut sealed).await.unwrap();
    assert_eq!((sent.message, other.address(), blobs()), (sealed.id(), new.clone(), 1));
    // And again, as if the answer had been lost.
    assert_eq!(other.submit(&mut sealed).await.unwrap(), sent);

    let received = ben.open(newest(ben).await).await.unwrap();
    assert_eq!(
        (&received.delivery.sender.address, received.letter.from.address),
        (&new, new.clone())
    );
    assert_eq!((received.letter.text.as_str(), received.sight), ("Here.", Sight::First));
    let file = &received.letter.files[0];
    let bytes = ben.download(received.delivery.id, file, Vec::new()).await.unwrap();
    assert_eq!(bytes, b"the plan");
    // Whoever writes to either address reaches the same key, of which each shows the one address alone.
    assert_eq!(user_ids(anna).await, ["Anna.Winter@clinic.test", "anna@clinic.test"]);
    ben.send(to(anna, "Thanks").to(address("anna@clinic.test")))
        .await
        .unwrap();
    assert_eq!(anna.list(Folder::Inbox, None, 10).await.unwrap().entries.len(), 1);
}

#[tokio::test]
async fn an_address_that_became_ones_own_or_left_a_moment_ago_is_written_to() {
    let Office { anna, site, .. } = &office().await;
    // Two sessions that do not hear of what the other one does.
    let other = site.client().resume(&anna.keep().unwrap()).await.unwrap();
    let new = address("anna.winter@clinic.test");
    add(site, anna, &new).await;
    other.send(Outgoing::new("To myself").to(new.clone())).await.unwrap();
    anna.remove(&new).await.unwrap();
    // It is nobody's now: whoever gets it is invited.
    other.send(Outgoing::new("To whoever it is").to(new)).await.unwrap();
}

#[tokio::test]
async fn an_account_is_handed_over_to_whoever_read_its_characters_out_and_taken_back() {
    let Office { anna, ben, site, .. } = &office().await;
    let zoe = address("zoe@home.test");
    ben.send(Outgoing::new("Waits").to(zoe.clone()).text("for Zoe"))
        .await
        .unwrap();
    let zoe_session = site.accept("Zoe Lind", zoe.as_typed()).await;
    anna.claim(&zoe).await.unwrap();
    let confirmation = link(site, &zoe, "confirm").await;
    let characters = anna.claim_characters(&zoe).await.unwrap();
    // Ben's, as of a portal that puts him in her place.
    let other = ben.claim_characters(&zoe).await.unwrap().to_string();
    let owner = site.client().prove_owner(&confirmation, PASSWORD).await.unwrap();
    assert!(matches!(
        owner.to_whoever_read_out(&other).await,
        Err(Error::Characters)
    ));
    assert_eq!(zoe_session.current().await.unwrap().account.addresses.len(), 1);

    let owner = site.client().prove_owner(&confirmation, PASSWORD).await.unwrap();
    let hand_over = owner.to_whoever_read_out(&characters.to_string()).await.unwrap();
    let confirmed = hand_over.absorb().await.unwrap();
    assert!(confirmed.separable_until.is_some());
    anna.catch_up().await;
    assert_eq!(anna.account().addresses.len(), 2);
    assert!(anna.list(Folder::Inbox, None, 10).await.unwrap().entries.is_empty());

    let wrong = site.client().separate(&zoe, "wrong").await.unwrap_err();
    assert!(wrong.is_wrong_password());
    let separated = site.client().separate(&zoe, PASSWORD).await.unwrap();
    assert_eq!(separated.addresses, std::slice::from_ref(&zoe));
    let again = site.client().sign_in(&zoe, PASSWORD).await.unwrap();
    assert_eq!(again.list(Folder::Inbox, None, 10).await.unwrap().entries.len(), 1);
    anna.catch_up().await;
    assert_eq!(anna.account().addresses.len(), 1);
}

#[tokio::test]
async fn who_follows_the_changes_has_addresses_and_keys_of_what_joined() {
    let Office { anna, ben, site, .. } = &office().await;
    let (winter, zoe) = (address("anna.winter@clinic.test"), address("zoe@home.test"));
    ben.send(Outgoing::new("Waits").to(zoe.clone()).text("for Zoe"))
        .await
        .unwrap();
    let zoe_session = site.accept("Zoe Lind", zoe.as_typed()).await;
    zoe_session.send(to(ben, "From Zoe")).await.unwrap();
    let mut latest = anna.changes(0).await.unwrap().latest;

    // Somebody confirms for her where she is not signed in.
    let number = anna.claim(&winter).await.unwrap().number.unwrap();
    let confirmation = link(site, &winter, "confirm").await;
    let shown = site.client().inspect_claim(&confirmation).await.unwrap();
    assert_eq!((shown.outcome, shown.asks), (Outcome::Joins, Asks::Number));
    assert_eq!(anna.inspect_claim(&confirmation).await.unwrap().asks, Asks::Click);
    assert_eq!(ben.inspect_claim(&confirmation).await.unwrap().asks, Asks::Number);
    site.client().confirm_claim(&confirmation, &number).await.unwrap();
    assert_eq!(anna.account().addresses.len(), 1);
    let changes = anna.changes(latest).await.unwrap();
    assert!(changes.changes.contains(&Change::Account));
    latest = changes.latest;
    assert_eq!(anna.account().addresses.len(), 2);
    assert_eq!(user_ids(anna).await, ["anna@clinic.test", "anna.winter@clinic.test"]);

    // Zoe hands her account over, at Anna's machine, where Anna's key was another once.
    anna.claim(&zoe).await.unwrap();
    let confirmation = link(site, &zoe, "confirm").await;
    let shown = site.client().inspect_claim(&confirmation).await.unwrap();
    assert_eq!((shown.outcome, shown.asks), (Outcome::Absorbs, Asks::Password));
    let wrong = site.client().prove_owner(&confirmation, "wrong").await.unwrap_err();
    assert!(wrong.is_wrong_password());
    let owner = site.client().prove_owner(&confirmation, PASSWORD).await.unwrap();
    assert_eq!(owner.addresses()[0].address, zoe);
    assert_eq!(owner.claimant_fingerprint(), anna.fingerprint());
    owner.check_claimant().unwrap();
    zoe_session.accept(&anna.address(), ben.fingerprint()).await.unwrap();
    // The keyring that was opened is not the newest any more.
    let old = owner.to_session(anna).unwrap().absorb().await.unwrap_err();
    assert_eq!(old.problem(), Some(ProblemType::VersionConflict));
    let owner = site.client().prove_owner(&confirmation, PASSWORD).await.unwrap();
    assert!(matches!(owner.check_claimant(), Err(Error::KeysChanged(keys)) if keys[0].now == anna.fingerprint()));
    // To nobody but her.
    let owner = match owner.to_session(ben) {
        Err(Error::KeysChanged(keys)) if keys[0].now == anna.fingerprint() => {
            site.client().prove_owner(&confirmation, PASSWORD).await.unwrap()
        }
        other => panic!("{other:?}"),
    };
    owner.to_session(anna).unwrap().absorb().await.unwrap();

    let changes = anna.changes(latest).await.unwrap();
    assert!(changes.changes.contains(&Change::Mailboxes));
    assert_eq!(anna.account().addresses.len(), 3);
    for entry in anna.list(Folder::Inbox, None, 10).await.unwrap().entries {
        anna.open(entry.delivery.id).await.unwrap();
    }
    let ended = zoe_session.current().await.unwrap_err();
    assert_eq!(ended.problem(), Some(ProblemType::SignedOut));
    // Ben knew Zoe's key, and hers says that Anna's follows it.
    ben.send(Outgoing::new("To Zoe").to(zoe.clone())).await.unwrap();
    let received = anna.open(newest(anna).await).await.unwrap();
    assert_eq!(received.letter.subject, "To Zoe");
}

#[tokio::test]
async fn keys_that_another_client_took_in_are_had_without_signing_in_again() {
    let Office { anna, ben, site, .. } = &office().await;
    let zoe = address("zoe@home.test");
    ben.send(Outgoing::new("Waits").to(zoe.clone())).await.unwrap();
    // Two sessions of hers; the one takes in what joins, and the other one finds the vault that it stored.
    let other = site.client().sign_in(&anna.address(), PASSWORD).await.unwrap();
    let latest = other.changes(0).await.unwrap().latest;
    add(site, anna, &zoe).await;
    assert_eq!(anna.open(newest(anna).await).await.unwrap().letter.subject, "Waits");
    let waiting = newest(&other).await;
    assert!(other.open(waiting).await.is_err());
    other.changes(latest).await.unwrap();
    assert_eq!(other.open(waiting).await.unwrap().letter.subject, "Waits");
}

#[tokio::test]
async fn an_alarm_ends_all_sessions_and_claims_and_a_refusal_one_claim() {
    let Office { anna, ben, site, .. } = &office().await;
    let (first, second) = (address("anna.a@clinic.test"), address("anna.b@clinic.test"));
    add(site, anna, &first).await;
    let claim = anna.claim(&second).await.unwrap();
    let before = link(site, &second, "confirm").await;
    anna.mail_again(claim.id).await.unwrap();
    let replaced = site.client().inspect_claim(&before).await.unwrap_err();
    assert_eq!(replaced.problem(), Some(ProblemType::LinkReplaced));

    let third = address("anna.c@clinic.test");
    anna.claim(&third).await.unwrap();
    let confirmation = link(site, &third, "confirm").await;
    site.client().refuse_claim(&confirmation).await.unwrap();
    site.client().refuse_claim(&confirmation).await.unwrap();
    let refused = anna.confirm_claim(&confirmation).await.unwrap_err();
    assert_eq!(refused.problem(), Some(ProblemType::ClaimEnded));
    assert_eq!(anna.aliases().await.unwrap().claims.len(), 1);

    let alarm = link(site, &first, "alarm").await;
    assert_eq!(site.client().inspect_alarm(&alarm).await.unwrap().address, first);
    assert!(anna.current().await.is_ok());
    site.client().raise_alarm(&alarm).await.unwrap();
    let ended = anna.current().await.unwrap_err();
    assert_eq!(ended.problem(), Some(ProblemType::SignedOut));
    let anna = site.client().sign_in(&first, PASSWORD).await.unwrap();
    assert!(anna.aliases().await.unwrap().claims.is_empty());
    assert!(ben.current().await.is_ok());

    assert!(anna.give_password("wrong").await.unwrap_err().is_wrong_password());
    anna.give_password(PASSWORD).await.unwrap();
    anna.promote(&first, true).await.unwrap();
    // Twice is once.
    anna.promote(&first, true).await.unwrap();
    let master = anna.remove(&first).await.unwrap_err();
    assert_eq!(master.problem(), Some(ProblemType::MasterStays));
    anna.remove(&address("anna@clinic.test")).await.unwrap();
    assert_eq!(user_ids(&anna).await, [first.as_typed()]);
    let nobody = anna.remove(&address("anna@clinic.test")).await.unwrap_err();
    assert_eq!(nobody.problem(), Some(ProblemType::NotFound));
}

#[tokio::test]
async fn an_administrator_asks_to_add_an_address_and_learns_no_number() {
    let site = Site::found(None).await;
    let _running = site.serve().await;
    let ada = site.administrator().await;
    let anna = "anna@clinic.test";
    let anna = site.register(&ada, "Anna Berg", anna, AccountKind::Professional).await;
    let new = address("anna.winter@clinic.test");
    let claim = ada.claim_for(anna.account().id, &new).await.unwrap();
    assert!(claim.by_administrator && claim.number.is_none());
    link(&site, &new, "confirm").await;
    ada.mail_again_for(anna.account().id, claim.id).await.unwrap();
    let details = ada.account_details(anna.account().id).await.unwrap();
    assert_eq!((details.account.id, details.claims.len()), (anna.account().id, 1));
    assert!(details.claims[0].number.is_none());
    let own = anna.aliases().await.unwrap().claims;
    assert!(own[0].by_administrator && own[0].number.is_some());
    anna.cancel(own[0].id).await.unwrap();
    let other = anna.account_details(ada.account().id).await.unwrap_err();
    assert_eq!(other.problem(), Some(ProblemType::NotAllowed));
}
