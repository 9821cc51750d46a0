//! Basic mail: what goes out, what it says, and what happens where it does not.

use wire::mailbox::{Folder, Notification};

use crate::{
    house::{House, Refuses},
    on_both_engines,
    people::{Person, Writes},
};

on_both_engines![
    a_mail_says_who_and_where_and_nothing_of_the_message,
    a_relay_that_is_down_loses_nothing,
    one_refused_address_holds_nobody_up,
    a_mail_that_is_not_taken_is_tried_for_three_days,
    somebody_who_registers_before_the_invitation_leaves_gets_the_message_link,
    whose_address_is_confirmed_before_the_invitation_leaves_gets_the_message_link,
];

async fn notification(person: &Person<'_>, n: usize) -> Notification {
    let sent = person.list(Folder::Sent).await[0].clone();
    person.open(&sent).await.0.slip.participants[n].notification.unwrap()
}

async fn a_mail_says_who_and_where_and_nothing_of_the_message(house: House) {
    let mut anna = house
        .person(
            "Anna <b>Berg</b>",
            "anna@example.test",
            wire::sessions::AccountKind::Professional,
            false,
        )
        .await;
    let ben = house.professional("ben").await;
    let writes = Writes {
        subject: "Biopsy".into(),
        text: "Malignant".into(),
        ..Writes::to(&["ben@example.test", "gina@partner.test"])
    };
    anna.send(&writes).await;
    let mails = house.mails().await;
    assert_eq!(mails.len(), 2);
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
    settings.add_filter(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "ID");
    settings.add_filter(r"restante-[0-9a-f]{32}", "restante-BOUNDARY");
    settings.set_prepend_module_to_snapshot(false);
    settings.bind(|| {
        insta::assert_snapshot!("notification", shown[0]);
        insta::assert_snapshot!("invitation", shown[1]);
    });
}

async fn a_relay_that_is_down_loses_nothing(house: House) {
    let mut anna = house.professional("anna").await;
    let _ben = house.professional("ben").await;
    house.relay.refuse(Refuses::Everything);
    for _ in 0..3 {
        anna.send(&Writes::to(&["ben@example.test"])).await;
    }
    assert!(house.mails().await.is_empty());
    assert!(matches!(notification(&anna, 0).await, Notification::Waiting { .. }));
    house.relay.refuse(None);
    // Not before its time.
    assert!(house.mails().await.is_empty());
    house.clock.pass(60_000);
    assert_eq!(house.mails().await.len(), 3);
    assert!(matches!(notification(&anna, 0).await, Notification::Sent { .. }));
    house.clock.pass(4 * 86_400_000);
    assert!(house.mails().await.is_empty(), "each once");
}

async fn one_refused_address_holds_nobody_up(house: House) {
    let mut anna = house.professional("anna").await;
    let _ben = house.professional("ben").await;
    let _carl = house.professional("carl").await;
    house
        .relay
        .refuse(Refuses::Address("ben@example.test".parse().unwrap()));
    anna.send(&Writes::to(&["ben@example.test", "carl@example.test"])).await;
    assert_eq!(house.mails().await.len(), 1);
    assert!(matches!(
        notification(&anna, 0).await,
        Notification::Failed { refused: true, .. }
    ));
    assert!(matches!(notification(&anna, 1).await, Notification::Sent { .. }));
}

async fn a_mail_that_is_not_taken_is_tried_for_three_days(house: House) {
    let mut anna = house.professional("anna").await;
    let _ben = house.professional("ben").await;
    let _carl = house.professional("carl").await;
    house.relay.refuse(Refuses::Mail("ben@example.test".parse().unwrap()));
    anna.send(&Writes::to(&["ben@example.test", "carl@example.test"])).await;
    assert_eq!(house.mails().await.len(), 1);
    let mut tries = 1;
    loop {
        let Notification::Waiting { attempts } = notification(&anna, 0).await else {
            break;
        };
        assert_eq!(attempts, tries);
        let next = portal::workers::send_due(&house.portal).await.unwrap().unwrap();
        house.clock.pass(next - house.portal.now());
        assert!(house.mails().await.is_empty());
        tries += 1;
        let again = house
            .try_sign_in("anna@example.test", crate::people::PASSWORD)
            .await
            .unwrap();
        anna.signed_in = again;
    }
    assert!(matches!(
        notification(&anna, 0).await,
        Notification::Failed { refused: false, .. }
    ));
    let tried_for = house.portal.now() - crate::house::NOW;
    assert!((3 * 86_400_000..4 * 86_400_000).contains(&tried_for), "{tried_for}");
    assert!((20..30).contains(&tries), "{tries}");
}

async fn somebody_who_registers_before_the_invitation_leaves_gets_the_message_link(house: House) {
    let mut anna = house.professional("anna").await;
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let token = crate::people::token(&crate::people::link(&house.mails().await[0]));
    anna.send(&Writes::to(&["gina@partner.test"])).await;
    let gina = house.register("Gina", "gina@partner.test", token).await;
    let newest = gina.list(Folder::Inbox).await[0].id;
    let mails = house.mails().await;
    assert_eq!(
        crate::people::link(&mails[0]),
        format!("{}/inbox/{newest}", crate::house::URL)
    );
}

async fn whose_address_is_confirmed_before_the_invitation_leaves_gets_the_message_link(house: House) {
    let mut anna = house.professional("anna").await;
    let ben = house.professional("ben").await;
    let (_, token) = ben.claimed("waits@partner.test").await;
    anna.send(&Writes::to(&["waits@partner.test"])).await;
    let click = serde_json::json!({ "kind": "click" });
    house.confirm(&token, click, Some(&ben)).await.ok();
    let delivery = ben.list(Folder::Inbox).await[0].id;
    let mails = house.mails().await;
    let mail = mails
        .iter()
        .map(crate::people::link)
        .find(|link| !link.contains("/alarm#"));
    assert_eq!(mail.unwrap(), format!("{}/inbox/{delivery}", crate::house::URL));
    assert!(
        mails
            .iter()
            .all(|mail| !String::from_utf8_lossy(&mail.message).contains("register"))
    );
}
