//! Links that make a new browser known, so that its person signs in while strangers try the address; and what nobody learns
//! or gains by them.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, StatusCode, header},
};
use portal::{ports::relay::Mail, workers};
use serde_json::{Value, json};
use wire::{
    Bytes,
    sessions::{AccountKind, ActivityKind, DeviceKnown, DeviceLinkShown},
};

use crate::{
    claims::asked,
    on_both_engines,
    people::{ORIGIN, PASSWORD, Reply, Writes, link, request, text, token},
    sign_in::{sign_in_from, strangers_try},
    test_portal::{Refuses, TestPortal},
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;

on_both_engines![
    a_new_browser_signs_in_by_a_link_while_strangers_try,
    asking_says_and_does_the_same_whatever_the_address_is,
    only_a_confirmed_address_in_use_gets_a_link,
    a_link_gives_five_guesses_and_nothing_else,
    a_link_works_once,
    of_two_who_redeem_a_link_at_once_one_does,
    a_newer_link_replaces_the_one_before,
    a_link_works_for_an_hour,
    a_mail_that_is_late_is_not_sent,
    an_address_gets_three_links_an_hour_whoever_asks,
    a_network_that_asks_without_end_waits_and_no_other,
    links_that_are_none,
    what_was_not_me_ends_every_link,
    a_link_is_dead_once_its_address_is_anothers,
    links_put_out_no_device_that_somebody_signed_in_from,
    people_who_share_a_browser_keep_their_devices,
    whoever_may_take_an_address_back_is_not_kept_from_it,
    what_has_ended_is_swept,
    no_link_outlasts_a_clock_that_was_ahead,
];

async fn ask(test: &TestPortal, address: &str) -> Reply {
    test.post("/api/v1/device-links", json!({ "address": address })).await
}

/// The mails with links that are due; nothing else is.
async fn link_mails(test: &TestPortal) -> Vec<Mail> {
    let mails = test.mails().await;
    assert!(mails.iter().all(|mail| link(mail).contains("/device#")));
    mails
}

/// The secret of the link that is mailed to an address that asks for one.
async fn linked(test: &TestPortal, address: &str) -> Bytes {
    assert_eq!(ask(test, address).await.status, StatusCode::NO_CONTENT);
    let mails = link_mails(test).await;
    assert_eq!(mails.len(), 1, "{address}");
    token(&link(&mails[0]))
}

async fn redeem(test: &TestPortal, token: &Bytes) -> Reply {
    let body = json!({ "token": token, "carrier": "bearer" });
    test.post("/api/v1/device-links/redeem", body).await
}

/// What a device that redeems the link is known by.
async fn introduced(test: &TestPortal, token: &Bytes) -> Bytes {
    redeem(test, token)
        .await
        .ok()
        .json::<DeviceKnown>()
        .device_token
        .unwrap()
}

async fn inspect(test: &TestPortal, token: &Bytes) -> Reply {
    test.post("/api/v1/device-links/inspect", json!({ "token": token }))
        .await
}

/// A request of a browser that has these cookies.
async fn browse(test: &TestPortal, path: &str, cookies: &str, body: &Value) -> Reply {
    let post = request(Method::POST, path, None)
        .header(header::COOKIE, cookies)
        .header(header::ORIGIN, ORIGIN);
    test.request(post.body(Body::from(body.to_string())).unwrap()).await
}

/// The cookie that an answer leaves of what the browser is known by.
fn device_cookie(reply: &Reply) -> Option<String> {
    let all = reply.headers.get_all(header::SET_COOKIE).iter();
    let mut set = all.map(|set| set.to_str().unwrap().to_owned());
    set.find(|set| set.starts_with("__Host-restante-device="))
}

fn pair(cookie: &str) -> &str {
    cookie.split(';').next().unwrap()
}

async fn a_new_browser_signs_in_by_a_link_while_strangers_try(test: TestPortal) {
    let anna = test.professional("anna").await;
    // As in the case from the field: whenever the address may be tried, they are there first.
    for _ in 0..12 {
        strangers_try(&test, "anna@example.test", 33).await;
        test.clock.pass(15 * MINUTE + 1);
    }
    strangers_try(&test, "anna@example.test", 33).await;
    let kept_out = test.try_sign_in("anna@example.test", PASSWORD).await.unwrap_err();
    assert_eq!(kept_out.problem(), "too-many-attempts");

    // In another case, too; the mail goes to the address as it was confirmed.
    assert_eq!(ask(&test, "ANNA@Example.test").await.status, StatusCode::NO_CONTENT);
    let mail = link_mails(&test).await.remove(0);
    assert_eq!(mail.to.as_typed(), "anna@example.test");
    snapshot(&mail);
    let secret = token(&link(&mail));
    // A scanner of mails that opens the page, and what the page looks at, changes nothing.
    for path in ["/device", "/api/v1/device-links/inspect", "/api/v1/device-links/redeem"] {
        let get = request(Method::GET, path, None).body(Body::empty()).unwrap();
        assert!(device_cookie(&test.request(get).await).is_none());
    }
    for _ in 0..2 {
        let shown: DeviceLinkShown = inspect(&test, &secret).await.ok().json();
        assert_eq!(shown.address, anna.address);
    }
    let body = json!({ "token": secret, "carrier": "cookie" });
    let reply = browse(&test, "/api/v1/device-links/redeem", "", &body).await.ok();
    let known: DeviceKnown = reply.json();
    assert_eq!((known.address, known.device_token), (anna.address.clone(), None));
    let cookie = device_cookie(&reply).unwrap();
    for part in [
        "; Path=/",
        "; HttpOnly",
        "; SameSite=Strict",
        "; Secure",
        "; Max-Age=34560000",
    ] {
        assert!(cookie.contains(part), "{cookie}");
    }
    // Nobody is signed in by it.
    assert_eq!(reply.headers.get_all(header::SET_COOKIE).iter().count(), 1);
    let body = crate::sign_in::first_half_body("anna@example.test");
    browse(&test, "/api/v1/sign-ins", pair(&cookie), &body).await.ok();
    assert_eq!(
        browse(&test, "/api/v1/sign-ins", "", &body).await.problem(),
        "too-many-attempts"
    );
    let happened = (ActivityKind::DeviceMadeKnown, Some("anna@example.test".to_owned()));
    test.clock.pass(-12 * (15 * MINUTE + 1));
    assert!(anna.activity().await.contains(&happened));
}

fn snapshot(mail: &Mail) {
    let parsed = mail_parser::MessageParser::default().parse(&mail.message).unwrap();
    let (subject, html) = (parsed.subject().unwrap(), parsed.body_html(0).unwrap());
    let shown = format!("To: {}\nSubject: {subject}\n\n{}\n\n----\n{html}", mail.to, text(mail)).replace('\r', "");
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"device#[A-Za-z0-9_-]+", "device#TOKEN");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("device-link", shown));
}

/// Whose addresses there are: of each kind one.
async fn of_each_kind(test: &TestPortal) -> [&'static str; 5] {
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    anna.send(&Writes::to(&["invited@partner.test"])).await;
    let dora = test.professional("dora").await;
    let path = format!("/admin/accounts/{}/disabled", dora.id());
    ada.call(Method::PUT, &path, json!({ "disabled": true })).await.ok();
    test.mails().await;
    [
        "anna@example.test",
        "alias@example.test",
        "invited@partner.test",
        "dora@example.test",
        "nobody@example.test",
    ]
}

async fn asking_says_and_does_the_same_whatever_the_address_is(test: TestPortal) {
    let addresses = of_each_kind(&test).await;
    // The first time, the second, where the share is used up, and while one waits. A network may not ask more often.
    for round in 0..4 {
        let mut seen = Vec::new();
        for address in addresses {
            let (reply, statements) = asked(ask(&test, address)).await;
            assert_eq!(reply.status, StatusCode::NO_CONTENT, "{round} {address}");
            assert!(reply.body.is_empty());
            assert!(statements.len() >= 3, "{statements:?}");
            seen.push((format!("{:?}", reply.headers), statements));
        }
        assert!(seen.iter().all(|one| *one == seen[0]), "{round}: {seen:?}");
        test.mails().await;
        test.clock.pass(MINUTE);
    }
}

async fn only_a_confirmed_address_in_use_gets_a_link(test: TestPortal) {
    for address in of_each_kind(&test).await {
        ask(&test, address).await.ok();
    }
    let mut to: Vec<_> = link_mails(&test).await.iter().map(|mail| mail.to.to_string()).collect();
    to.sort_unstable();
    assert_eq!(to, ["alias@example.test", "anna@example.test"]);
    // Of no address that was asked for anything stays but its share.
    let row = sqlx::query("SELECT COUNT(*) AS n, COUNT(address) AS named FROM device_link_requests")
        .fetch_one(&mut *test.portal.store.read().await.unwrap())
        .await
        .unwrap();
    use sqlx::Row as _;
    assert_eq!((row.get::<i64, _>("n"), row.get::<i64, _>("named")), (5, 0));
}

async fn a_link_gives_five_guesses_and_nothing_else(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let device = introduced(&test, &linked(&test, "anna@example.test").await).await;
    strangers_try(&test, "anna@example.test", 33).await;
    strangers_try(&test, "ben@example.test", 33).await;
    for _ in 0..5 {
        let wrong = sign_in_from(&test, "anna@example.test", "wrong", &device).await;
        assert_eq!(wrong.unwrap_err(), "wrong-credentials");
    }
    let slowed = sign_in_from(&test, "anna@example.test", PASSWORD, &device).await;
    assert_eq!(slowed.unwrap_err(), "too-many-attempts");
    let others = sign_in_from(&test, "ben@example.test", PASSWORD, &device).await;
    assert_eq!(others.unwrap_err(), "too-many-attempts");
    // It is no session's secret.
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let as_bearer = URL_SAFE_NO_PAD.encode(device.as_ref());
    let get = request(Method::GET, "/api/v1/session", Some(&as_bearer));
    let reply = test.request(get.body(Body::empty()).unwrap()).await;
    assert_eq!(reply.problem(), "signed-out");
}

async fn a_link_works_once(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let secret = linked(&test, "anna@example.test").await;
    introduced(&test, &secret).await;
    assert_eq!(redeem(&test, &secret).await.problem(), "link-unknown");
    assert_eq!(inspect(&test, &secret).await.problem(), "link-unknown");
}

async fn of_two_who_redeem_a_link_at_once_one_does(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let secret = linked(&test, "anna@example.test").await;
    let (one, other) = tokio::join!(redeem(&test, &secret), redeem(&test, &secret));
    let mut statuses = [one.status.as_u16(), other.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404]);
}

async fn a_newer_link_replaces_the_one_before(test: TestPortal) {
    let anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    test.mails().await;
    let former = linked(&test, "anna@example.test").await;
    let other = linked(&test, "alias@example.test").await;
    let newer = linked(&test, "anna@example.test").await;
    assert_eq!(redeem(&test, &former).await.problem(), "link-replaced");
    assert_eq!(inspect(&test, &former).await.problem(), "link-replaced");
    // Each address has its own.
    introduced(&test, &other).await;
    introduced(&test, &newer).await;
    assert_eq!(redeem(&test, &former).await.problem(), "link-replaced");
}

async fn a_link_works_for_an_hour(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let secret = linked(&test, "anna@example.test").await;
    test.clock.pass(HOUR - 1);
    inspect(&test, &secret).await.ok();
    test.clock.pass(1);
    assert_eq!(inspect(&test, &secret).await.problem(), "link-expired");
    assert_eq!(redeem(&test, &secret).await.problem(), "link-expired");
}

/// Whoever asked has given up, and a link that comes out of the blue only startles.
async fn a_mail_that_is_late_is_not_sent(test: TestPortal) {
    let _anna = test.professional("anna").await;
    test.relay.refuse(Refuses::Everything);
    ask(&test, "anna@example.test").await.ok();
    assert!(test.mails().await.is_empty());
    test.relay.refuse(None);
    test.clock.pass(MINUTE);
    assert_eq!(link_mails(&test).await.len(), 1);
    test.relay.refuse(Refuses::Everything);
    ask(&test, "anna@example.test").await.ok();
    assert!(test.mails().await.is_empty());
    test.relay.refuse(None);
    test.clock.pass(HOUR);
    assert!(test.mails().await.is_empty());
}

async fn an_address_gets_three_links_an_hour_whoever_asks(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let mut mailed = Vec::new();
    let mut newest = None;
    for minute in 0..240 {
        // Strangers, each from a network of their own.
        let elsewhere = ConnectInfo(SocketAddr::from(([198, 51, 100, minute as u8], 443)));
        let post = request(Method::POST, "/api/v1/device-links", None);
        let body = json!({ "address": "anna@example.test" });
        let mut post = post.body(Body::from(body.to_string())).unwrap();
        post.extensions_mut().insert(elsewhere);
        test.request(post).await.ok();
        for mail in link_mails(&test).await {
            mailed.push(minute);
            newest = Some(token(&link(&mail)));
        }
        // The owner always has one that works.
        inspect(&test, newest.as_ref().unwrap()).await.ok();
        test.clock.pass(MINUTE);
    }
    assert_eq!(mailed, [0, 1, 30, 60, 90, 120, 150, 180, 210]);
}

async fn a_network_that_asks_without_end_waits_and_no_other(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let elsewhere = ConnectInfo(SocketAddr::from(([203, 0, 113, 7], 443)));
    let from_elsewhere = async |n: usize| {
        let post = request(Method::POST, "/api/v1/device-links", None);
        let body = json!({ "address": format!("person{n}@example.test") });
        let mut post = post.body(Body::from(body.to_string())).unwrap();
        post.extensions_mut().insert(elsewhere);
        test.request(post).await
    };
    for n in 0..20 {
        from_elsewhere(n).await.ok();
    }
    let slowed = from_elsewhere(20).await;
    assert_eq!(slowed.problem(), "too-many-requests");
    assert_eq!(slowed.headers[header::RETRY_AFTER], "5");
    // What was refused did nothing, and whoever tries passwords from there may still ask elsewhere.
    linked(&test, "anna@example.test").await;
    test.clock.pass(5_000);
    from_elsewhere(20).await.ok();
}

async fn links_that_are_none(test: TestPortal) {
    let _anna = test.professional("anna").await;
    for length in [0, 3, 31, 33, 5000] {
        let no_link = Bytes(vec![7; length]);
        assert_eq!(redeem(&test, &no_link).await.problem(), "link-unknown", "{length}");
        assert_eq!(inspect(&test, &no_link).await.problem(), "link-unknown", "{length}");
    }
}

async fn what_was_not_me_ends_every_link(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.activate().await;
    let notice = test.mails().await.remove(0);
    let notice = text(&notice);
    let alarm = notice.split_whitespace().find(|word| word.contains("/alarm#")).unwrap();
    let (used, unused) = (
        linked(&test, "anna@example.test").await,
        linked(&test, "anna@example.test"),
    );
    let device = redeem(&test, &used).await.ok().json::<DeviceKnown>().device_token;
    let unused = unused.await;
    test.post("/api/v1/alarms", json!({ "token": token(alarm) })).await.ok();
    assert_eq!(redeem(&test, &unused).await.problem(), "link-unknown");
    strangers_try(&test, "anna@example.test", 33).await;
    let ended = sign_in_from(&test, "anna@example.test", PASSWORD, &device.unwrap()).await;
    assert_eq!(ended.unwrap_err(), "too-many-attempts");
    // The owner asks anew.
    test.clock.pass(30 * MINUTE);
    let device = introduced(&test, &linked(&test, "anna@example.test").await).await;
    strangers_try(&test, "anna@example.test", 33).await;
    sign_in_from(&test, "anna@example.test", PASSWORD, &device)
        .await
        .unwrap();
}

async fn a_link_is_dead_once_its_address_is_anothers(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    for alias in ["removed@example.test", "moves@example.test", "promoted@example.test"] {
        ben.add(alias).await;
    }
    test.mails().await;
    let removed = linked(&test, "removed@example.test").await;
    let moves = linked(&test, "moves@example.test").await;
    let promoted = linked(&test, "promoted@example.test").await;
    let absorbed = linked(&test, "ben@example.test").await;
    let known = introduced(&test, &linked(&test, "ben@example.test").await).await;
    let remove = json!({ "address": "removed@example.test" });
    ben.post("/aliases/remove", remove).await.ok();
    assert_eq!(redeem(&test, &removed).await.problem(), "link-unknown");
    let (_, claim) = anna.claimed("moves@example.test").await;
    let mut other = test.prove(&claim, "moves@example.test", PASSWORD).await.unwrap();
    let moved = other.move_over("moves@example.test");
    test.confirm(&claim, moved, Some(&anna)).await.ok();
    assert_eq!(redeem(&test, &moves).await.problem(), "link-unknown");
    // A promotion leaves devices what they are, and links as well.
    ben.promote("promoted@example.test", false).await.ok();
    introduced(&test, &promoted).await;
    test.mails().await;
    assert_eq!(redeem(&test, &absorbed).await.problem(), "link-replaced");
    test.clock.pass(30 * MINUTE);
    anna.sign_in_again().await;
    let absorbed = linked(&test, "ben@example.test").await;
    anna.absorb("ben@example.test", PASSWORD).await;
    assert_eq!(redeem(&test, &absorbed).await.problem(), "link-unknown");
    strangers_try(&test, "ben@example.test", 33).await;
    let ended = sign_in_from(&test, "ben@example.test", PASSWORD, &known).await;
    assert_eq!(ended.unwrap_err(), "too-many-attempts");
}

/// Whoever reads a mailbox of the account gets guesses, and keeps its owner out no more than a stranger does.
async fn links_put_out_no_device_that_somebody_signed_in_from(test: TestPortal) {
    let anna = test.professional("anna").await;
    let own = anna.signed_in.device_token.clone().unwrap();
    for _ in 0..19 {
        test.try_sign_in("anna@example.test", PASSWORD).await.unwrap();
    }
    let mut by_link = Vec::new();
    for _ in 0..7 {
        by_link.push(introduced(&test, &linked(&test, "anna@example.test").await).await);
        test.clock.pass(30 * MINUTE);
    }
    strangers_try(&test, "anna@example.test", 33).await;
    sign_in_from(&test, "anna@example.test", PASSWORD, &own).await.unwrap();
    // Of those that nobody signed in from the latest five are known, for a day.
    for device in &by_link[..2] {
        let slowed = sign_in_from(&test, "anna@example.test", PASSWORD, device).await;
        assert_eq!(slowed.unwrap_err(), "too-many-attempts");
    }
    let signed_in = sign_in_from(&test, "anna@example.test", PASSWORD, &by_link[2]).await;
    assert_eq!(signed_in.unwrap().device_token, None);
    test.clock.pass(24 * HOUR);
    workers::sweep(&test.portal).await.unwrap();
    strangers_try(&test, "anna@example.test", 33).await;
    let slowed = sign_in_from(&test, "anna@example.test", PASSWORD, &by_link[6]).await;
    assert_eq!(slowed.unwrap_err(), "too-many-attempts");
    // It is a device like any other once somebody has signed in from it.
    sign_in_from(&test, "anna@example.test", PASSWORD, &by_link[2])
        .await
        .unwrap();
}

/// So a link that somebody is made to follow takes nothing from them, either.
async fn people_who_share_a_browser_keep_their_devices(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    let mut cookie = String::new();
    let mut lengths = Vec::new();
    for address in ["anna@example.test", "ben@example.test"] {
        let (mut body, _) = test.half_sign_in(address, PASSWORD).await;
        body["carrier"] = json!("cookie");
        let reply = browse(&test, "/api/v1/sessions", &cookie, &body).await.ok();
        cookie = pair(&device_cookie(&reply).unwrap()).to_owned();
        lengths.push(cookie.len());
    }
    strangers_try(&test, "anna@example.test", 33).await;
    strangers_try(&test, "ben@example.test", 33).await;
    let signs_in = async |address: &str, cookie: &str| {
        let body = crate::sign_in::first_half_body(address);
        browse(&test, "/api/v1/sign-ins", cookie, &body).await.status
    };
    for address in ["anna@example.test", "ben@example.test"] {
        assert_eq!(signs_in(address, &cookie).await, StatusCode::OK, "{address}");
    }
    // Somebody makes them follow a link to an account of theirs.
    let _eve = test.professional("eve").await;
    let body = json!({ "token": linked(&test, "eve@example.test").await, "carrier": "cookie" });
    let reply = browse(&test, "/api/v1/device-links/redeem", &cookie, &body).await.ok();
    cookie = pair(&device_cookie(&reply).unwrap()).to_owned();
    lengths.push(cookie.len());
    for address in ["anna@example.test", "ben@example.test"] {
        assert_eq!(signs_in(address, &cookie).await, StatusCode::OK, "{address}");
    }
    // Five at most, and what is none among them counts for nothing.
    for _ in 0..4 {
        test.clock.pass(HOUR);
        let body = json!({ "token": linked(&test, "eve@example.test").await, "carrier": "cookie" });
        let reply = browse(&test, "/api/v1/device-links/redeem", &cookie, &body).await.ok();
        cookie = pair(&device_cookie(&reply).unwrap()).to_owned();
        lengths.push(cookie.len());
    }
    let token_length = lengths[1] - lengths[0];
    assert_eq!(lengths.last().unwrap() - lengths[0], 4 * token_length);
    strangers_try(&test, "eve@example.test", 33).await;
    let damaged = cookie.replacen('=', "=AAAA.!.", 1);
    assert_eq!(signs_in("eve@example.test", &damaged).await, StatusCode::OK);
}

/// Three days are not long, where a stranger tries the address all the time.
async fn whoever_may_take_an_address_back_is_not_kept_from_it(test: TestPortal) {
    let anna = test.professional("anna").await;
    let _ben = test.professional("ben").await;
    anna.absorb_elsewhere("ben@example.test").await;
    test.mails().await;
    let mut body = crate::sign_in::first_half_body("ben@example.test");
    body["separates"] = json!(true);
    strangers_try(&test, "ben@example.test", 33).await;
    let slowed = browse(&test, "/api/v1/sign-ins", "", &body).await;
    assert_eq!(slowed.problem(), "too-many-attempts");
    let link = json!({ "token": linked(&test, "ben@example.test").await, "carrier": "cookie" });
    let reply = browse(&test, "/api/v1/device-links/redeem", "", &link).await.ok();
    let cookie = device_cookie(&reply).unwrap();
    browse(&test, "/api/v1/sign-ins", pair(&cookie), &body).await.ok();
    // She who has the address by now is not kept out, either.
    let hers = crate::sign_in::first_half_body("ben@example.test");
    browse(&test, "/api/v1/sign-ins", pair(&cookie), &hers).await.ok();
}

async fn count(test: &TestPortal, sql: &'static str) -> i64 {
    use sqlx::Row as _;
    let mut db = test.portal.store.read().await.unwrap();
    sqlx::query(sql).fetch_one(&mut *db).await.unwrap().get(0)
}

async fn what_has_ended_is_swept(test: TestPortal) {
    let _anna = test.professional("anna").await;
    let expired = linked(&test, "anna@example.test").await;
    ask(&test, "nobody@example.test").await.ok();
    test.mails().await;
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test, "SELECT COUNT(*) FROM device_link_requests").await, 2);
    test.clock.pass(HOUR);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(count(&test, "SELECT COUNT(*) FROM device_link_requests").await, 0);
    assert_eq!(redeem(&test, &expired).await.problem(), "link-expired");
    test.clock.pass(24 * HOUR + 1);
    workers::sweep(&test.portal).await.unwrap();
    assert_eq!(redeem(&test, &expired).await.problem(), "link-unknown");
    assert_eq!(count(&test, "SELECT COUNT(*) FROM device_links").await, 0);
}

async fn no_link_outlasts_a_clock_that_was_ahead(test: TestPortal) {
    let ahead = 10 * 365 * 24 * HOUR;
    let _anna = test.professional("anna").await;
    test.clock.pass(ahead);
    let secret = linked(&test, "anna@example.test").await;
    linked(&test, "anna@example.test").await;
    ask(&test, "anna@example.test").await.ok();
    test.clock.pass(-ahead);
    workers::sweep(&test.portal).await.unwrap();
    test.clock.pass(30 * MINUTE);
    let newest = link_mails(&test).await;
    assert_eq!(newest.len(), 1);
    assert_eq!(redeem(&test, &secret).await.problem(), "link-replaced");
    test.clock.pass(HOUR);
    let late = token(&link(&newest[0]));
    assert_eq!(redeem(&test, &late).await.problem(), "link-expired");
    linked(&test, "anna@example.test").await;
}
