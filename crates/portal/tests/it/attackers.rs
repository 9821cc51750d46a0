//! What somebody gets who is not who they say: each test is a rule of docs/threat-model.md that claims, promotions and
//! notices add. (What a claim's answers, proofs, certificates and alarms keep by themselves is tested beside them.)

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use futures_util::{future::join_all, stream};
use http_body_util::BodyExt as _;
use portal::ports::relay::Mail;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use wire::{
    Bytes,
    claims::{Claim, ClaimShown},
    mailbox::Folder,
    people::{AccountState, ManagedAccount},
    sessions::AccountKind,
    vaults::VaultHead,
};

use crate::{
    on_both_engines,
    people::{PASSWORD, Person, Writes, link, token},
    races::{ask, sends},
    stationery::sheet,
    test_portal::{TestPortal, URL},
};

on_both_engines![
    who_follows_every_link_and_submits_every_form_of_a_mail_adds_no_address,
    what_a_stranger_does_not_answer_changes_nothing_for_them,
    a_stolen_link_is_worth_nothing_without_number_session_or_password,
    whoever_repeats_a_confirmation_repeats_nothing,
    however_many_guess_at_once_three_guesses_end_the_claim,
    an_old_employer_reads_of_no_other_address_and_gets_nothing_back,
    an_alarm_ends_and_gives_nothing_but_that,
    an_administrator_sees_no_number_and_confirms_and_promotes_for_nobody,
    a_guest_reaches_nothing_of_alias_management,
    what_is_asked_in_a_session_that_ends_before_the_body_came_is_not_done,
];

/// A mail's text and HTML.
fn shown(mail: &Mail) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.message).unwrap();
    format!("{}\n{}", parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap())
}

/// Every link of a mail, in text and HTML.
fn links(mail: &Mail) -> Vec<String> {
    let text = shown(mail);
    let words = text.split(|c: char| c.is_whitespace() || "\"'<>".contains(c));
    words.filter(|word| word.starts_with(URL)).map(str::to_owned).collect()
}

/// Does what a mail scanner may do: follows each link, then posts to all that a link's secret can be posted to.
async fn scan(test: &TestPortal, mail: &Mail) {
    for link in links(mail) {
        let (page, secret) = link.split_once('#').unwrap_or((&link, ""));
        for path in [page.to_owned(), format!("{page}?{secret}"), format!("{page}/{secret}")] {
            let get = Request::get(path.strip_prefix(URL).unwrap())
                .body(Body::empty())
                .unwrap();
            assert!(test.request(get).await.status.as_u16() < 500);
        }
        if secret.is_empty() {
            continue;
        }
        let token = token(&link);
        test.inspect(&token, None).await;
        test.confirm(&token, json!({ "kind": "click" }), None).await;
        for number in ["", "0000"] {
            let by = json!({ "kind": "number", "number": number });
            test.confirm(&token, by, None).await;
        }
        for by in [json!({ "kind": "number" }), json!({}), json!({ "kind": "" })] {
            test.confirm(&token, by, None).await;
        }
        let sign_in = "0199ad0e-1f7a-7000-8000-000000000001";
        let proof = json!({ "token": token, "sign_in": sign_in, "credential_finalization": Bytes(vec![1]) });
        test.post("/api/v1/claims/prove", proof).await;
    }
}

async fn who_follows_every_link_and_submits_every_form_of_a_mail_adds_no_address(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    anna.send(&Writes::to(&["invited@partner.test"])).await;
    test.mails().await;
    for address in ["unknown@partner.test", "invited@partner.test", "ben@example.test"] {
        let claim: Claim = anna.claim(address).await.ok().json();
        assert_ne!(claim.number.as_deref(), Some("0000"));
        let mails = test.mails().await;
        assert!(mails.len() == 1 && links(&mails[0]).len() > 1);
        scan(&test, &mails[0]).await;
        assert_eq!(anna.addresses().await, ["anna@example.test"]);
        assert_eq!(ben.addresses().await, ["ben@example.test"]);
        // The worst that it does is to end the claim, by the third guess or by refusing.
        let token = token(&link(&mails[0]));
        let refused = test.refuse(&token).await;
        assert!(refused.status.is_success() || refused.problem() == "claim-ended");
        assert_eq!(anna.aliases().await.claims, []);
    }
    ben.get("/session").await.ok();
}

async fn what_a_stranger_does_not_answer_changes_nothing_for_them(test: TestPortal) {
    let eve = test.professional("eve").await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["ben@example.test"])).await;
    let before = (ben.account().await, ben.activity().await, ben.readable().await);
    test.mails().await;
    for address in ["stranger@partner.test", "ben@example.test"] {
        eve.claim(address).await.ok();
        let mails = test.mails().await;
        // One mail, that says who asks, and nothing of what the address is.
        assert_eq!(mails.len(), 1);
        assert_eq!(mails[0].to.as_typed(), address);
        assert!(shown(&mails[0]).contains("eve"));
        let after = (ben.account().await, ben.activity().await, ben.readable().await);
        assert_eq!(after, before);
    }
    test.clock.pass(24 * 3_600_000);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert!(test.mails().await.is_empty(), "nobody is reminded");
    ben.sign_in_again().await;
    assert_eq!((ben.account().await, ben.readable().await), (before.0, before.2));
    let eve = test.try_sign_in("eve@example.test", PASSWORD).await.unwrap();
    assert_eq!(eve.session.account.addresses.len(), 1);
}

async fn a_stolen_link_is_worth_nothing_without_number_session_or_password(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let eve = test.professional("eve").await;
    let made_up = Bytes(vec![7; 32]);
    let absorb = json!({ "kind": "absorb", "proof": made_up, "vault_version": 2, "parcel": made_up,
        "successions": [{ "address": "ben@example.test", "statement": made_up }] });
    let move_over = json!({ "kind": "move", "proof": made_up,
        "succession": { "address": "ben@example.test", "statement": made_up } });
    for (address, problems) in [
        ("new@partner.test", ["claim-changed", "claim-changed", "claim-changed"]),
        (
            "ben@example.test",
            ["address-taken", "password-needed", "claim-changed"],
        ),
    ] {
        let (_, token) = anna.claimed(address).await;
        let click = json!({ "kind": "click" });
        for by in [None, Some(&eve)] {
            for (by_way, problem) in [&click, &absorb, &move_over].into_iter().zip(problems) {
                let reply = test.confirm(&token, by_way.clone(), by).await;
                assert_eq!(reply.problem(), problem, "{address} {by_way}");
            }
        }
        // Her own password is nobody else's.
        let Err(reply) = test.prove(&token, "eve@example.test", PASSWORD).await else {
            panic!()
        };
        assert_eq!(reply.problem(), "claim-changed");
        // It says who asks; and whatever is done with it, the address would be theirs.
        let seen: ClaimShown = test.inspect(&token, Some(&eve)).await.ok().json();
        assert_eq!(seen.claimant.address.as_typed(), "anna@example.test");
    }
    for (person, address) in [(&anna, "anna"), (&ben, "ben"), (&eve, "eve")] {
        assert_eq!(person.addresses().await, [format!("{address}@example.test")]);
    }
}

async fn whoever_repeats_a_confirmation_repeats_nothing(test: TestPortal) {
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, link) = anna.claimed("ben@example.test").await;
    let by = test.prove(&link, "ben@example.test", PASSWORD).await.unwrap().absorb();
    let first = test.confirm(&link, by.clone(), Some(&anna)).await.ok();
    test.mails().await;
    let state = async || {
        let parcels: Vec<Value> = anna.get("/parcels").await.ok().json();
        let changes: Value = anna.get("/changes?since=0").await.ok().json();
        (anna.account().await, anna.activity().await, parcels, changes)
    };
    let before = state().await;
    let again = test.confirm(&link, by.clone(), None).await.ok();
    assert_eq!(again.body, first.body);
    assert_eq!(state().await, before);
    assert!(test.mails().await.is_empty());
    // The proof went with the claim: no other claim is confirmed by it.
    let carl = test.professional("carl").await;
    let (_, carls) = carl.claimed("ben@example.test").await;
    assert_eq!(
        test.confirm(&carls, by.clone(), None).await.problem(),
        "password-needed"
    );
    // Once the address was given up, it does not come back by what was true once.
    anna.post("/aliases/remove", json!({ "address": "ben@example.test" }))
        .await
        .ok();
    assert_eq!(test.confirm(&link, by, None).await.problem(), "claim-confirmed");
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    assert_eq!(ben.get("/session").await.problem(), "signed-out");
}

async fn however_many_guess_at_once_three_guesses_end_the_claim(test: TestPortal) {
    let anna = test.professional("anna").await;
    let (claim, token) = anna.claimed("new@partner.test").await;
    let right: u32 = claim.number.unwrap().parse().unwrap();
    let wrong = (1..=12).map(|n| format!("{:04}", (right + n) % 10_000));
    let guesses = wrong.map(|number| test.confirm(&token, json!({ "kind": "number", "number": number }), None));
    // Not polled by one hand alone: on PostgreSQL each is a transaction of its own.
    let problems: Vec<_> = join_all(guesses).await.iter().map(|reply| reply.problem()).collect();
    let of = |kind: &str| problems.iter().filter(|problem| *problem == kind).count();
    assert_eq!((of("wrong-number"), of("claim-ended")), (2, 10), "{problems:?}");
    let number = json!({ "kind": "number", "number": format!("{right:04}") });
    assert_eq!(test.confirm(&token, number, None).await.problem(), "claim-ended");
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
}

async fn an_old_employer_reads_of_no_other_address_and_gets_nothing_back(test: TestPortal) {
    let mut anna = test
        .person("Anna", "anna@old.test", AccountKind::Professional, false)
        .await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["anna@old.test"]).about("Of before")).await;
    anna.add("anna@new.test").await;
    anna.promote("anna@new.test", true).await.ok();
    anna.certify().await;
    let (_, pending) = anna.claimed("anna@third.test").await;
    anna.post("/aliases/remove", json!({ "address": "anna@old.test" }))
        .await
        .ok();
    let all = test.relay.empty();
    let mails = [all, test.mails().await].concat();
    let read: Vec<_> = mails
        .iter()
        .filter(|mail| mail.to.as_typed() == "anna@old.test")
        .collect();
    assert!(!read.is_empty());
    for mail in &read {
        for other in ["new.test", "third.test"] {
            assert!(!shown(mail).contains(other));
            assert!(!String::from_utf8_lossy(&mail.message).contains(other));
        }
    }
    // What the link in them does: sessions and claims end, and the addresses stay.
    let alarm = json!({ "token": token(&link(read.last().unwrap())) });
    test.post("/api/v1/alarms", &alarm).await.ok();
    assert_eq!(anna.get("/session").await.problem(), "signed-out");
    assert_eq!(test.inspect(&pending, None).await.problem(), "claim-ended");
    anna.sign_in_again().await;
    assert_eq!(anna.addresses().await, ["anna@new.test"]);
    test.post("/api/v1/alarms", &alarm).await.ok();
    anna.get("/session").await.ok();
    // The employer registers the address anew, which is somebody else's from then on.
    ben.send(&Writes::to(&["Anna@old.test"]).about("Of after")).await;
    let mails = test.mails().await;
    let invitation = mails.iter().find(|mail| mail.to.as_typed() == "Anna@old.test").unwrap();
    let employer = test
        .register("Employer", "Anna@old.test", token(&link(invitation)))
        .await;
    assert_ne!(employer.id(), anna.id());
    assert_eq!(employer.readable().await, ["Of after"]);
    assert_eq!(employer.list(Folder::Sent).await.len(), 0);
    assert_eq!(anna.readable().await, ["Of before"]);
    // Having her address of before is no way to her account: whoever is invited by mail is a Guest.
    assert_eq!(employer.claim("anna@new.test").await.problem(), "not-allowed");
    assert_eq!(employer.promote("anna@new.test", false).await.problem(), "not-allowed");
    assert_eq!(anna.addresses().await, ["anna@new.test"]);
}

async fn an_alarm_ends_and_gives_nothing_but_that(test: TestPortal) {
    let mut anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    let mails = test.mails().await;
    let notice = mails
        .iter()
        .find(|mail| mail.to.as_typed() == "alias@example.test")
        .unwrap();
    let secret = token(&link(notice));
    let before = anna.account().await;
    let raised = test.post("/api/v1/alarms", json!({ "token": secret })).await.ok();
    assert!(raised.body.is_empty() && !raised.headers.contains_key("set-cookie"));
    // The secret is no other's.
    for path in ["/claims/inspect", "/claims/refuse"] {
        let reply = test.post_as(path, None, &json!({ "token": secret })).await;
        assert_eq!(reply.problem(), "link-unknown");
    }
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let bearer = URL_SAFE_NO_PAD.encode(&secret.0);
    let get = crate::people::request(Method::GET, "/api/v1/session", Some(&bearer));
    assert_eq!(
        test.request(get.body(Body::empty()).unwrap()).await.problem(),
        "signed-out"
    );
    anna.sign_in_again().await;
    assert_eq!(anna.account().await, before);
}

async fn an_administrator_sees_no_number_and_confirms_and_promotes_for_nobody(test: TestPortal) {
    let ada = test
        .person("Ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let anna = test.professional("anna").await;
    anna.add("alias@example.test").await;
    let path = format!("/admin/accounts/{}", anna.id());
    let body = json!({ "address": "new@partner.test" });
    let added = ada.call(Method::POST, &format!("{path}/claims"), body).await.ok();
    let id = added.json::<Claim>().id;
    let token = test.confirmation("new@partner.test").await;
    let number = anna.aliases().await.claims[0].number.clone().unwrap();
    let mail_again = format!("{path}/claims/{id}/mail");
    let again = ada.call(Method::POST, &mail_again, Value::Null);
    for reply in [added, ada.get(&path).await.ok(), ada.get("/admin/accounts").await.ok()] {
        let text = String::from_utf8(reply.body).unwrap();
        assert!(!text.contains("\"number\"") && !text.contains(&format!("\"{number}\"")));
    }
    let click = json!({ "kind": "click" });
    assert_eq!(test.confirm(&token, click, Some(&ada)).await.problem(), "claim-changed");
    assert!(!String::from_utf8(again.await.ok().body).unwrap().contains("\"number\""));
    assert_eq!(ada.promote("alias@example.test", false).await.problem(), "not-found");
    let others = format!("/claims/{id}");
    assert_eq!(
        ada.call(Method::DELETE, &others, Value::Null).await.problem(),
        "not-found"
    );
    let body = json!({ "address": "alias@example.test" });
    assert_eq!(ada.post("/aliases/remove", body).await.problem(), "not-found");
    assert_eq!(anna.addresses().await, ["anna@example.test", "alias@example.test"]);
}

async fn a_guest_reaches_nothing_of_alias_management(test: TestPortal) {
    let gina = test.guest("gina").await;
    let anna = test.professional("anna").await;
    let claim: Claim = anna.claim("new@partner.test").await.ok().json();
    let address = json!({ "address": "gina@new.test" });
    let refused = async |person: &Person<'_>, method, path: &str, body: &Value| {
        let reply = person.call(method, path, body.clone()).await;
        assert_eq!(
            (reply.status.as_u16(), &*reply.problem()),
            (403, "not-allowed"),
            "{path}"
        );
    };
    refused(&gina, Method::GET, "/aliases", &Value::Null).await;
    refused(&gina, Method::POST, "/claims", &address).await;
    refused(&gina, Method::POST, &format!("/claims/{}/mail", claim.id), &Value::Null).await;
    refused(&gina, Method::DELETE, &format!("/claims/{}", claim.id), &Value::Null).await;
    let promote = json!({ "address": "gina@example.test", "tell_correspondents": false });
    refused(&gina, Method::POST, "/aliases/promote", &promote).await;
    refused(&gina, Method::POST, "/aliases/remove", &address).await;
    let body = json!({ "address": "anna@example.test" });
    refused(&gina, Method::POST, "/certificates/find", &body).await;
    let mails = test.mails().await;
    assert!(mails.iter().all(|mail| mail.to.as_typed() != "gina@new.test"));
    assert_eq!(gina.addresses().await, ["gina@example.test"]);
}

/// The same request, but its session has ended by the time at which its body is read.
fn held_up(test: &TestPortal, request: Request<Body>) -> Request<Body> {
    let (parts, body) = request.into_parts();
    let router = test.router.clone();
    let [bearer, account] =
        [header::AUTHORIZATION.as_str(), wire::ACCOUNT_HEADER].map(|name| parts.headers[name].clone());
    let ends_first = async move {
        let end = Request::delete("/api/v1/session")
            .header(header::AUTHORIZATION, bearer)
            .header(wire::ACCOUNT_HEADER, account);
        let ended = router.oneshot(end.body(Body::empty()).unwrap()).await.unwrap();
        assert!(ended.status().is_success());
        Ok::<_, axum::Error>(body.collect().await?.to_bytes())
    };
    Request::from_parts(parts, Body::from_stream(stream::once(ends_first)))
}

async fn what_is_asked_in_a_session_that_ends_before_the_body_came_is_not_done(test: TestPortal) {
    let mut ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let mut ben = test.professional("ben").await;
    ben.send(&Writes::to(&["ada@example.test"])).await;
    ada.add("alias@example.test").await;
    let (_, confirmation) = ada.claimed("claimed@partner.test").await;
    let (kept, bens) = (ada.activate().await.id, ben.activate().await.id);
    let received = ada.list(Folder::Inbox).await[0].id;
    test.mails().await;
    let before = (ada.account().await, ada.activity().await.len(), ada.activations().await);

    let head = VaultHead {
        account: ada.id(),
        revision: ada.signed_in.vault.version + 1,
    };
    let next = [&head.to_bytes()[..], &sheet(b"", 200)].concat();
    let ben_is = format!("/admin/accounts/{}", ben.id());
    let confirms = json!({ "token": confirmation, "by": { "kind": "click" } });
    let new = json!({ "address": "new@partner.test" });
    let asked: [(Method, String, Value); 14] = [
        (
            Method::POST,
            "/recipients".into(),
            json!({ "addresses": ["new@partner.test"] }),
        ),
        (
            Method::PUT,
            format!("/deliveries/{received}/read"),
            json!({ "read": true }),
        ),
        (Method::POST, "/claims".into(), new.clone()),
        (Method::POST, "/claims/confirm".into(), confirms),
        (
            Method::POST,
            "/aliases/promote".into(),
            json!({ "address": "alias@example.test", "tell_correspondents": true }),
        ),
        (
            Method::POST,
            "/aliases/remove".into(),
            json!({ "address": "alias@example.test" }),
        ),
        (Method::PUT, "/vault".into(), json!({ "sealed": Bytes(next) })),
        (
            Method::PUT,
            format!("/activations/{kept}/blocked"),
            json!({ "blocked": true }),
        ),
        (
            Method::POST,
            "/admin/invitations".into(),
            json!({ "address": "new@partner.test", "kind": "guest" }),
        ),
        (Method::PUT, format!("{ben_is}/disabled"), json!({ "disabled": true })),
        (Method::POST, format!("{ben_is}/claims"), new),
        (
            Method::PUT,
            format!("{ben_is}/activations/{bens}/blocked"),
            json!({ "blocked": true }),
        ),
        (
            Method::PUT,
            "/admin/programs/outlook/least-version".into(),
            json!({ "least_version": "9.0.0" }),
        ),
        (Method::POST, "/messages".into(), Value::Null),
    ];
    for (method, path, body) in asked {
        ada.sign_in_again().await;
        let request = match &*path {
            "/messages" => sends(&mut ada, &["ben@example.test"]).await.1,
            "/vault" => {
                let version = format!("\"{}\"", ada.signed_in.vault.version);
                let mut request = ask(method, &path, Some(&ada), &body);
                request.headers_mut().insert(header::IF_MATCH, version.parse().unwrap());
                request
            }
            _ => ask(method, &path, Some(&ada), &body),
        };
        assert_eq!(
            test.request(held_up(&test, request)).await.problem(),
            "signed-out",
            "{path}"
        );
    }
    ada.sign_in_again().await;
    let signed_in = before.1 + 15;
    assert_eq!(
        (ada.account().await, ada.activity().await.len(), ada.activations().await),
        (before.0, signed_in, before.2)
    );
    assert_eq!(test.mails().await.len(), 0);
    assert_eq!(
        (
            ada.list(Folder::Sent).await.len(),
            ada.list(Folder::Inbox).await[0].read_at
        ),
        (0, None)
    );
    let people: Vec<ManagedAccount> = ada.get("/admin/accounts").await.ok().json();
    assert!(people.iter().all(|one| one.state == AccountState::Active), "{people:?}");
    assert_eq!((people.len(), ben.activations().await.len()), (2, 1));
}
