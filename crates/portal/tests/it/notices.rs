//! Basic mail: what goes out, what it says, and what happens where it does not.

use portal::ports::relay::Mail;
use serde_json::json;
use wire::{
    mailbox::{Folder, Notification},
    sessions::Invitation,
};

use crate::{
    on_both_engines,
    people::{Person, Writes, link, token},
    test_portal::{Refuses, TestPortal},
};

const MINUTE: i64 = 60_000;

on_both_engines![
    a_mail_says_who_and_where_and_nothing_of_the_message,
    a_relay_that_is_down_loses_nothing,
    one_refused_address_holds_nobody_up,
    a_mail_that_is_not_taken_is_tried_for_three_days,
    somebody_who_registers_before_the_invitation_leaves_gets_the_message_link,
    whose_address_is_confirmed_before_the_invitation_leaves_gets_the_message_link,
    of_many_messages_the_first_are_mailed_each_and_the_last_in_any_case,
    an_invited_address_gets_three_mails_an_hour_whoever_writes,
    what_becomes_of_one_mail_becomes_of_those_that_it_tells_of,
    security_notices_without_end_are_put_off,
    whoever_causes_many_mails_delays_nobody_elses,
];

async fn notification(person: &Person<'_>, n: usize) -> Notification {
    let sent = person.list(Folder::Sent).await[0].clone();
    person.open(&sent).await.0.slip.participants[n].notification.unwrap()
}

async fn a_mail_says_who_and_where_and_nothing_of_the_message(test: TestPortal) {
    let mut anna = test
        .person(
            "Anna <b>Berg</b>",
            "anna@example.test",
            wire::sessions::AccountKind::Professional,
            false,
        )
        .await;
    let ben = test.professional("ben").await;
    let writes = Writes {
        subject: "Biopsy".into(),
        text: "Malignant".into(),
        ..Writes::to(&["ben@example.test", "gina@partner.test"])
    };
    anna.send(&writes).await;
    let mut mails = test.mails().await;
    assert_eq!(mails.len(), 2);
    // Of two mails of one moment either goes first.
    mails.sort_by_key(|mail| mail.to.to_string());
    for mail in &mails {
        let text = String::from_utf8_lossy(&mail.message);
        for secret in ["Biopsy", "Malignant", "QmlvcHN5", "TWFsaWduYW50"] {
            assert!(!text.contains(secret));
        }
    }
    let delivery = ben.list(Folder::Inbox).await[0].id;
    let shown: Vec<String> = mails
        .iter()
        .map(|mail| {
            String::from_utf8(mail.message.clone())
                .unwrap()
                .replace('\r', "")
                .replace(&delivery.to_string(), "DELIVERY")
        })
        .collect();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"register#[A-Za-z0-9_=\n-]+", "register#TOKEN");
    // In HTML its line is folded.
    settings.add_filter(r"inbox/[0-9a-f=\n-]{36,40}", "inbox/DELIVERY");
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID");
    settings.add_filter(r"restante-[0-9a-f]{32}", "restante-BOUNDARY");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::assert_snapshot!("notification", shown[0]);
        insta::assert_snapshot!("invitation", shown[1]);
    });
}

async fn a_relay_that_is_down_loses_nothing(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    test.relay.refuse(Refuses::Everything);
    for _ in 0..3 {
        anna.send(&Writes::to(&["ben@example.test"])).await;
    }
    assert!(test.mails().await.is_empty());
    assert!(matches!(notification(&anna, 0).await, Notification::Waiting { .. }));
    test.relay.refuse(None);
    // Not before its time.
    assert!(test.mails().await.is_empty());
    test.clock.pass(60_000);
    assert_eq!(test.mails().await.len(), 3);
    assert!(matches!(notification(&anna, 0).await, Notification::Sent { .. }));
    test.clock.pass(4 * 86_400_000);
    assert!(test.mails().await.is_empty(), "each once");
}

async fn one_refused_address_holds_nobody_up(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let _carl = test.professional("carl").await;
    test.relay.refuse(Refuses::Address("ben@example.test".parse().unwrap()));
    anna.send(&Writes::to(&["ben@example.test", "carl@example.test"])).await;
    assert_eq!(test.mails().await.len(), 1);
    assert!(matches!(
        notification(&anna, 0).await,
        Notification::Failed { refused: true, .. }
    ));
    assert!(matches!(notification(&anna, 1).await, Notification::Sent { .. }));
}

async fn a_mail_that_is_not_taken_is_tried_for_three_days(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let _carl = test.professional("carl").await;
    test.relay.refuse(Refuses::Mail("ben@example.test".parse().unwrap()));
    anna.send(&Writes::to(&["ben@example.test", "carl@example.test"])).await;
    assert_eq!(test.mails().await.len(), 1);
    let mut tries = 1;
    loop {
        let Notification::Waiting { attempts } = notification(&anna, 0).await else {
            break;
        };
        assert_eq!(attempts, tries);
        let next = portal::workers::send_due(&test.portal).await.unwrap().unwrap();
        test.clock.pass(next - test.portal.now());
        assert!(test.mails().await.is_empty());
        tries += 1;
        let again = test
            .try_sign_in("anna@example.test", crate::people::PASSWORD)
            .await
            .unwrap();
        anna.signed_in = again;
    }
    assert!(matches!(
        notification(&anna, 0).await,
        Notification::Failed { refused: false, .. }
    ));
    let tried_for = test.portal.now() - crate::test_portal::NOW;
    assert!((3 * 86_400_000..4 * 86_400_000).contains(&tried_for), "{tried_for}");
    assert!((20..30).contains(&tries), "{tries}");
}

async fn somebody_who_registers_before_the_invitation_leaves_gets_the_message_link(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let token = crate::people::token(&crate::people::link(&test.mails().await[0]));
    // Of two messages of one moment either is the newest.
    test.clock.pass(1);
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let gina = test.register("Gina", "gina@partner.test", token).await;
    let newest = gina.list(Folder::Inbox).await[0].id;
    let mails = test.mails().await;
    assert_eq!(
        crate::people::link(&mails[0]),
        format!("{}/inbox/{newest}", crate::test_portal::URL)
    );
}

async fn whose_address_is_confirmed_before_the_invitation_leaves_gets_the_message_link(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, token) = ben.claimed("waits@partner.test").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    let click = serde_json::json!({ "kind": "click" });
    test.confirm(&token, click, Some(&ben)).await.ok();
    let delivery = ben.list(Folder::Inbox).await[0].id;
    let mails = test.mails().await;
    let mail = mails
        .iter()
        .map(crate::people::link)
        .find(|link| !link.contains("/alarm#"));
    assert_eq!(mail.unwrap(), format!("{}/inbox/{delivery}", crate::test_portal::URL));
    assert!(
        mails
            .iter()
            .all(|mail| !String::from_utf8_lossy(&mail.message).contains("register"))
    );
}

/// How the notifications of a message to one fare, the newest first.
async fn notifications(person: &Person<'_>) -> Vec<Notification> {
    let mut all = Vec::new();
    for sent in person.list(Folder::Sent).await {
        let slip = person.open(&sent).await.0.slip;
        all.push(slip.participants[0].notification.unwrap());
    }
    all
}

fn readers(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_typed()).collect()
}

async fn of_many_messages_the_first_are_mailed_each_and_the_last_in_any_case(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut dora = test.professional("dora").await;
    let ben = test.professional("ben").await;
    let to_ben = Writes::to(&["ben@example.test"]);
    for _ in 0..9 {
        test.clock.pass(1);
        anna.send(&to_ben).await;
    }
    assert_eq!(test.mails().await.len(), 5);
    assert_eq!(
        notifications(&anna).await[..4],
        [Notification::Waiting { attempts: 0 }; 4]
    );
    // Another sender's do not wait, and neither does a message of theirs to somebody else.
    test.clock.pass(1);
    dora.send(&to_ben).await;
    anna.send(&Writes::to(&["dora@example.test"])).await;
    assert_eq!(test.mails().await.len(), 2);

    // One that comes in between waits as long as the others.
    test.clock.pass(9 * MINUTE - 1);
    anna.send(&to_ben).await;
    let newest = ben.list(Folder::Inbox).await[0].id;
    assert!(test.mails().await.is_empty());
    let next = portal::workers::send_due(&test.portal).await.unwrap().unwrap();
    assert_eq!(next - test.portal.now(), MINUTE);
    let changes = async || anna.get("/changes?since=0").await.ok().json::<wire::mailbox::Changes>();
    let before = changes().await.latest;
    test.clock.pass(MINUTE);
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(link(&mails[0]), format!("{}/inbox/{newest}", crate::test_portal::URL));
    assert_eq!(changes().await.latest, before + 5);
    let sent_at = test.portal.now();
    for n in [0, 2, 3, 4, 5] {
        assert_eq!(notifications(&anna).await[n], Notification::Sent { at: sent_at });
    }
    assert_eq!(portal::workers::send_due(&test.portal).await.unwrap(), None);

    // Who has had enough gets one every ten minutes, and each after a quiet hour.
    anna.send(&to_ben).await;
    assert!(test.mails().await.is_empty());
    test.clock.pass(10 * MINUTE);
    assert_eq!(test.mails().await.len(), 1);
    test.clock.pass(60 * MINUTE);
    anna.send(&to_ben).await;
    anna.send(&to_ben).await;
    assert_eq!(test.mails().await.len(), 2);
}

async fn an_invited_address_gets_three_mails_an_hour_whoever_writes(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let mut ben = test.professional("ben").await;
    let to_gina = Writes::to(&["gina@partner.test"]);
    for _ in 0..3 {
        anna.send(&to_gina).await;
        ben.send(&to_gina).await;
    }
    let mails = test.mails().await;
    assert_eq!(mails.len(), 3);
    let body = json!({ "token": token(&link(&mails[0])) });
    let said = test.post("/api/v1/invitations/inspect", &body).await.ok();
    assert_eq!(said.json::<Invitation>().waiting, 6);
    test.clock.pass(60 * MINUTE - 1);
    anna.send(&to_gina).await;
    assert!(test.mails().await.is_empty());
    test.clock.pass(1);
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1);
    assert_eq!(portal::workers::send_due(&test.portal).await.unwrap(), None);
    let gina = test
        .register("Gina", "gina@partner.test", token(&link(&mails[0])))
        .await;
    assert_eq!(gina.list(Folder::Inbox).await.len(), 7);
    for person in [&anna, &ben] {
        for notification in notifications(person).await {
            assert!(matches!(notification, Notification::Sent { .. }), "{notification:?}");
        }
    }
}

async fn what_becomes_of_one_mail_becomes_of_those_that_it_tells_of(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let ben = "ben@example.test";
    for _ in 0..8 {
        test.clock.pass(1);
        anna.send(&Writes::to(&[ben])).await;
    }
    test.mails().await;
    test.clock.pass(10 * MINUTE);
    // Not taken: tried again, still as one.
    test.relay.refuse(Refuses::Mail(ben.parse().unwrap()));
    test.mails().await;
    assert_eq!(
        notifications(&anna).await[..3],
        [1, 0, 0].map(|attempts| Notification::Waiting { attempts })
    );
    // Refused for good: so it is for all of them.
    test.relay.refuse(Refuses::Address(ben.parse().unwrap()));
    test.clock.pass(MINUTE);
    test.mails().await;
    let (at, refused) = (test.portal.now(), true);
    assert_eq!(
        notifications(&anna).await[..3],
        [Notification::Failed { at, refused }; 3]
    );
    assert_eq!(portal::workers::send_due(&test.portal).await.unwrap(), None);
}

async fn security_notices_without_end_are_put_off(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("anna@new.test").await;
    test.mails().await;
    for address in ["anna@new.test", "anna@example.test"].iter().cycle().take(20) {
        anna.promote(address, false).await.ok();
    }
    // Five of each of two kinds to each of two addresses.
    assert_eq!(test.mails().await.len(), 20);
    test.clock.pass(10 * MINUTE);
    let mails = test.mails().await;
    assert_eq!(mails.len(), 4);
    for mail in &mails {
        let alarm = json!({ "token": token(&link(mail)) });
        test.post("/api/v1/alarms/inspect", alarm).await.ok();
    }
    assert_eq!(portal::workers::send_due(&test.portal).await.unwrap(), None);
}

async fn whoever_causes_many_mails_delays_nobody_elses(test: TestPortal) {
    // The one who sends much comes first by the order of ids, too.
    let mut anna = test.professional("anna").await;
    test.clock.pass(1);
    let mut ben = test.professional("ben").await;
    let mut carl = test.professional("carl").await;
    let many: Vec<String> = (0..40).map(|n| format!("n{n:02}@partner.test")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    anna.send(&Writes::to(&many)).await;
    anna.send(&Writes::to(&many)).await;
    test.clock.pass(MINUTE);
    ben.send(&Writes::to(&["carl@example.test"])).await;
    ben.send(&Writes::to(&["anna@example.test"])).await;
    carl.claim("carl@new.test").await.ok();
    carl.activate().await;
    let mails = test.mails().await;
    assert_eq!(mails.len(), 84);
    let order = readers(&mails);
    let mut urgent = order[..2].to_vec();
    urgent.sort_unstable();
    assert_eq!(urgent, ["carl@example.test", "carl@new.test"]);
    let of_others = |n: usize| ["carl@example.test", "anna@example.test"].contains(&order[n]);
    let turns: Vec<bool> = (2..7).map(of_others).collect();
    assert_eq!(turns, [false, true, false, true, false]);
}
