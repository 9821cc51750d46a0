//! A message from one to others.

use axum::http::StatusCode;
use portal::storage::Key as _;
use serde_json::json;
use wire::{
    mailbox::{Folder, OpenDelivery, Page, Role},
    people::{Correspondent, Recipient, RecipientKind},
};

use crate::{claims::asked, on_both_engines, people::Writes, test_portal::TestPortal};

on_both_engines![
    it_arrives_sealed_and_opens_for_those_addressed,
    bcc_is_blind,
    two_addresses_that_are_one_make_one_delivery,
    a_guest_writes_to_whom_it_has_dealt_with,
    to_refuse_a_guest_takes_the_same_whatever_the_address_is,
    an_hours_recipients_are_counted,
    the_same_request_twice_is_once,
    a_recipient_who_registers_meanwhile_is_noticed,
    what_names_no_readable_key_is_refused,
    a_file_is_forwarded_without_a_second_upload,
    pages_follow_each_other_without_gap_or_repeat,
    two_who_write_to_each_other_at_once_do_not_wait_in_a_circle,
];

async fn it_arrives_sealed_and_opens_for_those_addressed(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let carl = test.professional("carl").await;
    let sent = anna
        .send(&Writes {
            cc: vec!["carl@example.test".into()],
            ..Writes::to(&["ben@example.test"])
        })
        .await;
    for reader in [&ben, &carl] {
        let inbox = reader.list(Folder::Inbox).await;
        assert_eq!(inbox.len(), 1);
        let (open, opened) = reader.open(&inbox[0]).await;
        assert_eq!(opened.letter.subject, "Results");
        assert_eq!(open.delivery.sender.name.as_deref(), Some("anna"));
        assert_eq!(
            open.delivery.sender_fingerprint,
            anna.vault.certificate().fingerprint().to_string()
        );
        let roles: Vec<_> = open
            .slip
            .participants
            .iter()
            .map(|p| (p.role, p.notification))
            .collect();
        assert_eq!(roles, [(Role::To, None), (Role::Cc, None)]);
    }
    let own = anna.list(Folder::Sent).await;
    assert_eq!((own.len(), own[0].id, own[0].message), (1, sent.delivery, sent.message));
    assert!(anna.list(Folder::Inbox).await.is_empty());
    assert_eq!(anna.open(&own[0]).await.1.letter.text.trim_end(), "All is well.");

    // Nobody else's: by id, as if it were not there.
    let dora = test.professional("dora").await;
    assert_eq!(
        dora.get(&format!("/deliveries/{}", own[0].id)).await.problem(),
        "not-found"
    );

    // Answered, the answer knows what it answers.
    let mut ben = ben;
    let asked = ben.list(Folder::Inbox).await[0].id;
    ben.send(&Writes {
        in_reply_to: Some(asked),
        ..Writes::to(&["anna@example.test"])
    })
    .await;
    let answer = anna.list(Folder::Inbox).await[0].clone();
    assert_eq!(anna.open(&answer).await.0.slip.in_reply_to, Some(sent.delivery));
}

async fn bcc_is_blind(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let carl = test.professional("carl").await;
    anna.send(&Writes {
        bcc: vec!["carl@example.test".into()],
        ..Writes::to(&["ben@example.test"])
    })
    .await;
    let seen = async |person: &crate::people::Person<'_>, folder| {
        let delivery = person.list(folder).await[0].clone();
        let reply = person.get(&format!("/deliveries/{}", delivery.id)).await.ok();
        let roles: Vec<_> = reply
            .json::<OpenDelivery>()
            .slip
            .participants
            .iter()
            .map(|p| p.role)
            .collect();
        (
            roles,
            String::from_utf8(reply.body).unwrap().contains("carl@example.test"),
        )
    };
    assert_eq!(seen(&ben, Folder::Inbox).await, (vec![Role::To], false));
    assert_eq!(seen(&carl, Folder::Inbox).await, (vec![Role::To, Role::Bcc], true));
    assert_eq!(seen(&anna, Folder::Sent).await, (vec![Role::To, Role::Bcc], true));
    // Nor does the sealed letter name Bcc, whoever opens it.
    let delivery = ben.list(Folder::Inbox).await[0].clone();
    let opened = ben.open(&delivery).await.1;
    assert!(
        opened
            .letter
            .to
            .iter()
            .chain(&opened.letter.cc)
            .all(|c| c.address.as_typed() != "carl@example.test")
    );
}

async fn two_addresses_that_are_one_make_one_delivery(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.send(&Writes {
        cc: vec!["ben@example.test".into()],
        ..Writes::to(&["BEN@example.test"])
    })
    .await;
    let inbox = ben.list(Folder::Inbox).await;
    assert_eq!(inbox.len(), 1);
    // Shown as addressed.
    assert_eq!(
        ben.open(&inbox[0]).await.0.slip.participants[0].address.as_typed(),
        "BEN@example.test"
    );
    assert_eq!(test.mails().await.len(), 1);
}

async fn a_guest_writes_to_whom_it_has_dealt_with(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let mut gina = test.guest("gina").await;
    let hugo = test.guest("hugo").await;
    for stranger in [
        "anna@example.test",
        "ben@example.test",
        "hugo@example.test",
        "nobody@example.test",
    ] {
        let reply = gina.prepare(&Writes::to(&[stranger])).await;
        let problem: wire::Problem = reply.json();
        assert_eq!(
            (reply.problem().as_str(), problem.addresses),
            ("recipients-not-allowed", vec![stranger.to_owned()])
        );
    }
    anna.send(&Writes {
        cc: vec!["hugo@example.test".into()],
        ..Writes::to(&["gina@example.test"])
    })
    .await;
    gina.send(&Writes::to(&["anna@example.test"])).await;
    // Another Guest only in answer to what both have.
    assert_eq!(
        gina.prepare(&Writes::to(&["hugo@example.test"])).await.problem(),
        "recipients-not-allowed"
    );
    let asked = gina.list(Folder::Inbox).await[0].id;
    let answer = Writes {
        in_reply_to: Some(asked),
        ..Writes::to(&["anna@example.test", "hugo@example.test"])
    };
    gina.send(&answer).await;
    assert_eq!(hugo.list(Folder::Inbox).await.len(), 2);
    // A send that skips the preparation is held to the same rule.
    let recipients: Vec<Recipient> = gina.prepare(&answer).await.ok().json();
    let mut message = gina.seal(&answer, &recipients);
    message.in_reply_to = None;
    assert_eq!(
        gina.post_message("skips", &message).await.problem(),
        "recipients-not-allowed"
    );
    let known: Vec<Correspondent> = gina.get("/correspondents?prefix=an").await.ok().json();
    assert_eq!(known.len(), 1);
}

async fn to_refuse_a_guest_takes_the_same_whatever_the_address_is(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let _hugo = test.guest("hugo").await;
    let mut gina = test.guest("gina").await;
    anna.send(&Writes::to(&["invited@partner.test", "gina@example.test"]))
        .await;
    let known: Vec<Recipient> = gina.prepare(&Writes::to(&["anna@example.test"])).await.ok().json();
    let mut taken = Vec::new();
    for (n, address) in [
        "unknown@partner.test",
        "invited@partner.test",
        "ben@example.test",
        "hugo@example.test",
    ]
    .into_iter()
    .enumerate()
    {
        let (prepared, to_prepare) = asked(gina.prepare(&Writes::to(&[address]))).await;
        let message = gina.seal(&Writes::to(&[address]), &known);
        let (sent, to_send) = asked(gina.post_message(&format!("n{n}"), &message)).await;
        for (reply, statements) in [(&prepared, &to_prepare), (&sent, &to_send)] {
            assert_eq!(reply.problem(), "recipients-not-allowed");
            assert!(statements.len() > 2, "{statements:?}");
        }
        taken.push((to_prepare, to_send));
    }
    for other in &taken[1..] {
        assert_eq!(*other, taken[0]);
    }
}

async fn an_hours_recipients_are_counted(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let id = anna.id();
    let count = async |n: i64| {
        let mut unit = test.portal.begin_unguarded().await.unwrap();
        let put = sqlx::query("UPDATE sendings SET recipients = $2 WHERE account = $1");
        put.bind(id.key()).bind(n).execute(&mut **unit).await.unwrap();
        unit.commit().await.unwrap();
    };
    let (both, one) = (
        Writes::to(&["ben@example.test", "waits@partner.test"]),
        Writes::to(&["ben@example.test"]),
    );
    let recipients: Vec<Recipient> = anna.prepare(&both).await.ok().json();
    let first = anna.seal(&both, &recipients);
    anna.post_message("first", &first).await.ok();
    count(i64::from(test.portal.settings.recipients_an_hour) - 1).await;
    let refused = anna.seal(&both, &recipients);
    let reply = anna.post_message("refused", &refused).await;
    assert_eq!((reply.status.as_u16(), &*reply.problem()), (429, "too-many-requests"));
    let left = 3_600_000 - test.portal.now() % 3_600_000;
    assert_eq!(
        reply.json::<wire::Problem>().retry_after,
        Some((left as u32).div_ceil(1000))
    );
    // What was refused counts nothing, and what is asked again takes nothing.
    let last = anna.seal(&one, &recipients[..1]);
    for key in ["last", "last"] {
        anna.post_message(key, &last).await.ok();
    }
    anna.post_message("first", &first).await.ok();
    let more = anna.seal(&one, &recipients[..1]);
    assert_eq!(anna.post_message("more", &more).await.problem(), "too-many-requests");
    assert_eq!(ben.list(Folder::Inbox).await.len(), 2);
    test.clock.pass(left);
    anna.post_message("refused", &refused).await.ok();
}

async fn the_same_request_twice_is_once(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let writes = Writes::to(&["ben@example.test"]);
    let recipients: Vec<Recipient> = anna.prepare(&writes).await.ok().json();
    let message = anna.seal(&writes, &recipients);
    let first = anna.post_message("one", &message).await.ok();
    let second = anna.post_message("one", &message).await;
    assert_eq!((second.status, &second.body), (StatusCode::CREATED, &first.body));
    let other = anna.seal(&writes, &recipients);
    assert_eq!(anna.post_message("one", &other).await.problem(), "idempotency-conflict");
    // The message's own id guards too, under whatever key.
    assert_eq!(
        anna.post_message("two", &message).await.problem(),
        "idempotency-conflict"
    );
    assert_eq!(ben.list(Folder::Inbox).await.len(), 1);
    assert_eq!(test.mails().await.len(), 1);
    // A day later the key is forgotten, and the message still is not taken twice.
    test.clock.pass(2 * 86_400_000);
    portal::workers::sweep(&test.portal).await.unwrap();
    let anna_again = test
        .try_sign_in("anna@example.test", crate::people::PASSWORD)
        .await
        .unwrap();
    anna.signed_in = anna_again;
    assert_eq!(
        anna.post_message("one", &message).await.problem(),
        "idempotency-conflict"
    );
    assert_eq!(anna.list(Folder::Sent).await.len(), 1);
}

async fn a_recipient_who_registers_meanwhile_is_noticed(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let writes = Writes::to(&["gina@partner.test"]);
    anna.send(&writes).await;
    let token = crate::people::token(&crate::people::link(&test.mails().await[0]));
    let recipients: Vec<Recipient> = anna.prepare(&writes).await.ok().json();
    assert_eq!(recipients[0].standing, RecipientKind::Invited);
    let message = anna.seal(&writes, &recipients);
    let gina = test.register("Gina", "gina@partner.test", token).await;
    assert_eq!(
        anna.post_message("before", &message).await.problem(),
        "recipients-changed"
    );
    anna.send(&writes).await;
    let inbox = gina.list(Folder::Inbox).await;
    assert_eq!(inbox.len(), 2);
    for delivery in inbox {
        gina.open(&delivery).await;
    }
}

async fn what_names_no_readable_key_is_refused(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let writes = Writes::to(&["ben@example.test"]);
    let recipients: Vec<Recipient> = anna.prepare(&writes).await.ok().json();
    let message = anna.seal(&writes, &recipients);
    let without = |n: usize| {
        let mut message = message.clone();
        message.key_packets.remove(n);
        message
    };
    let mut twice = message.clone();
    twice.key_packets.push(message.key_packets[0].clone());
    let mut stale = message.clone();
    stale.key_packets[0].fingerprint = "00".repeat(32);
    let mut unprepared = message.clone();
    unprepared.to = vec!["nobody@example.test".parse().unwrap()];
    for (n, wrong) in [without(0), without(1), twice, stale, unprepared].iter().enumerate() {
        assert_eq!(
            anna.post_message(&format!("wrong{n}"), wrong).await.problem(),
            "recipients-changed"
        );
    }
    let mut unknown_file = message.clone();
    unknown_file.files = vec![wire::Sha256::of(b"nothing")];
    assert_eq!(anna.post_message("file", &unknown_file).await.problem(), "file-unknown");
    let mut nobody = message.clone();
    nobody.to.clear();
    assert_eq!(anna.post_message("nobody", &nobody).await.problem(), "malformed");
    assert!(ben.list(Folder::Inbox).await.is_empty());
    assert!(anna.list(Folder::Sent).await.is_empty());
    anna.post_message("right", &message).await.ok();
}

async fn a_file_is_forwarded_without_a_second_upload(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let carl = test.professional("carl").await;
    let file = anna.upload_file("x-ray.bin", &[5; 100_000]).await;
    anna.send(&Writes {
        files: vec![file.clone()],
        ..Writes::to(&["ben@example.test"])
    })
    .await;
    // Carl knows the hash and yet may not name the file, until he has it.
    let mut carl = carl;
    let writes = Writes {
        files: vec![file.clone()],
        ..Writes::to(&["ben@example.test"])
    };
    let recipients: Vec<Recipient> = carl.prepare(&writes).await.ok().json();
    let message = carl.seal(&writes, &recipients);
    assert_eq!(carl.post_message("theft", &message).await.problem(), "file-unknown");

    let received = ben.list(Folder::Inbox).await[0].clone();
    let (open, opened) = ben.open(&received).await;
    assert_eq!(
        (open.delivery.files, open.files_stored.len(), opened.letter.files.len()),
        (1, 1, 1)
    );
    ben.send(&Writes {
        files: opened.letter.files.clone(),
        ..Writes::to(&["carl@example.test"])
    })
    .await;
    let forwarded = carl.list(Folder::Inbox).await[0].clone();
    let (_, opened) = carl.open(&forwarded).await;
    let sealed = carl
        .get(&format!("/deliveries/{}/files/{}", forwarded.id, file.sha256))
        .await
        .ok()
        .body;
    let mut plain = Vec::new();
    let mut opener = vault::FileOpener::new(&sealed[..], &opened.letter.files[0]).unwrap();
    std::io::Read::read_to_end(&mut opener, &mut plain).unwrap();
    assert_eq!(plain, [5; 100_000]);
    // Not by way of another delivery, or another hash.
    let none = format!("/deliveries/{}/files/{}", received.id, file.sha256);
    assert_eq!(carl.get(&none).await.problem(), "not-found");
}

async fn pages_follow_each_other_without_gap_or_repeat(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    for n in 0..7 {
        test.clock.pass(1);
        anna.send(&Writes {
            subject: n.to_string(),
            ..Writes::to(&["ben@example.test"])
        })
        .await;
    }
    let mut seen = Vec::new();
    let mut before = String::new();
    loop {
        let page: Page = ben
            .get(&format!("/deliveries?folder=inbox&limit=3{before}"))
            .await
            .ok()
            .json();
        assert!(page.deliveries.len() <= 3);
        assert_eq!(page.certificates.len(), 1);
        seen.extend(page.deliveries.iter().map(|delivery| delivery.sent_at));
        match page.next {
            Some(next) => before = format!("&before={next}"),
            None => break,
        }
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.is_sorted_by(|a, b| a > b));
    // Read once is read, and the time stays.
    let delivery = ben.list(Folder::Inbox).await[0].id;
    let path = format!("/deliveries/{delivery}/read");
    for read in [true, true, false] {
        ben.call(axum::http::Method::PUT, &path, json!({ "read": read }))
            .await
            .ok();
        assert_eq!(ben.list(Folder::Inbox).await[0].read_at.is_some(), read);
    }
    assert_eq!(
        anna.call(axum::http::Method::PUT, &path, json!({ "read": true }))
            .await
            .problem(),
        "not-found"
    );
}

async fn two_who_write_to_each_other_at_once_do_not_wait_in_a_circle(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let (to_anna, to_ben) = (Writes::to(&["anna@example.test"]), Writes::to(&["ben@example.test"]));
    for _ in 0..10 {
        tokio::join!(anna.send(&to_ben), ben.send(&to_anna));
    }
    for person in [&anna, &ben] {
        assert_eq!(person.list(Folder::Inbox).await.len(), 10);
    }
}
