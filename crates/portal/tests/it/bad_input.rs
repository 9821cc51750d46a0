//! Bad input: each with its problem, and nothing lost.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use bytes::Bytes as Chunk;
use certificate::{ENCRYPTED_DATA_HEAD, ensure_key_packet_for, subkey_of_verified};
use futures_util::stream;
use serde_json::{Value, json};
use wire::{Bytes, Sha256, mailbox::Folder, sessions::AccountKind, vaults::VaultHead};

use crate::{
    people::{PASSWORD, Writes, request},
    stationery::sheet,
    test_portal::TestPortal,
};

fn no_addresses() -> [String; 11] {
    [
        String::new(),
        "anna".into(),
        "a b@example.test".into(),
        "a@b@example.test".into(),
        "a\r\nBcc: x@example.test".into(),
        format!("{}@example.test", "a".repeat(65)),
        format!("a@{}.test", "b".repeat(300)),
        format!("a@{}.test", "b".repeat(5_000)),
        "a@localhost".into(),
        "a@[127.0.0.1]".into(),
        "a\u{202e}b@example.test".into(),
    ]
}

#[tokio::test]
async fn addresses_that_are_none() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    for address in no_addresses() {
        let reply = anna
            .call(Method::POST, "/recipients", json!({ "addresses": [address] }))
            .await;
        assert_eq!(reply.problem(), "malformed", "{address:?}");
        let reply = test
            .post(
                "/api/v1/sign-ins",
                json!({ "address": address, "credential_request": "" }),
            )
            .await;
        assert_eq!(reply.problem(), "malformed", "{address:?}");
        let reply = test.post("/api/v1/device-links", json!({ "address": address })).await;
        assert_eq!(reply.problem(), "malformed", "{address:?}");
    }
}

#[tokio::test]
async fn addresses_that_are_none_are_no_aliases() {
    let test = TestPortal::sqlite().await;
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let (_, token) = ada.claimed("new@partner.test").await;
    let activity = ada.activity().await;
    for address in no_addresses() {
        for (path, body) in [
            ("/claims", json!({ "address": address })),
            (
                &format!("/admin/accounts/{}/claims", ada.id()),
                json!({ "address": address }),
            ),
            (
                "/aliases/promote",
                json!({ "address": address, "tell_correspondents": false }),
            ),
            ("/aliases/remove", json!({ "address": address })),
            ("/certificates/find", json!({ "address": address })),
            (
                "/separations",
                json!({ "address": address, "sign_in": ada.id(), "credential_finalization": "" }),
            ),
            (
                "/claims/confirm",
                json!({ "token": token, "by": {
                    "kind": "move", "proof": "", "succession": { "address": address, "statement": "" },
                }}),
            ),
        ] {
            assert_eq!(ada.post(path, body).await.problem(), "malformed", "{path} {address:?}");
        }
    }
    assert_eq!(ada.activity().await, activity);
    assert_eq!(ada.aliases().await.claims.len(), 1);
}

#[tokio::test]
async fn links_that_are_none() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let (_, token) = anna.claimed("new@partner.test").await;
    let sign_in = "0199ad0e-1f7a-7000-8000-000000000001";
    for (path, rest) in [
        ("/claims/inspect", json!({})),
        (
            "/claims/prove",
            json!({ "sign_in": sign_in, "credential_finalization": "AAAA" }),
        ),
        ("/claims/confirm", json!({ "by": { "kind": "click" } })),
        ("/claims/refuse", json!({})),
        ("/alarms/inspect", json!({})),
        ("/alarms", json!({})),
        ("/device-links/inspect", json!({})),
        ("/device-links/redeem", json!({ "carrier": "bearer" })),
    ] {
        let ask = async |token: Value| {
            let mut body = rest.clone();
            body["token"] = token;
            anna.post(path, body).await.problem()
        };
        // What is not 32 bytes was never given out; it is looked for as whatever was.
        for length in [0, 3, 31, 33, 5_000] {
            assert_eq!(
                ask(json!(Bytes(vec![7; length]))).await,
                "link-unknown",
                "{path} {length}"
            );
        }
        for no_bytes in [
            json!(null),
            json!(7),
            json!(["AAAA"]),
            json!("AAA"),
            json!("A-_A"),
            json!("\u{0}"),
        ] {
            assert_eq!(ask(no_bytes.clone()).await, "malformed", "{path} {no_bytes}");
        }
        let mut unknown = rest.clone();
        unknown["token"] = json!(token);
        unknown["unknown"] = json!(1);
        assert_eq!(anna.post(path, unknown).await.problem(), "malformed", "{path}");
        assert_eq!(anna.post(path, rest.clone()).await.problem(), "malformed", "{path}");
        let huge = json!({ "token": "A".repeat(5 << 20) });
        assert_eq!(anna.post(path, huge).await.problem(), "too-large", "{path}");
    }
    // Nothing of all this was taken for a try.
    test.confirm(&token, json!({ "kind": "click" }), Some(&anna)).await.ok();
}

#[tokio::test]
async fn ways_to_confirm_that_are_none() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let (claim, token) = anna.claimed("new@partner.test").await;
    let succession = json!({ "address": "new@partner.test", "statement": "" });
    for by in [
        json!(null),
        json!("click"),
        json!({}),
        json!({ "kind": "" }),
        json!({ "kind": "Click" }),
        json!({ "kind": "click", "number": "1234" }),
        json!({ "kind": "click", "unknown": null }),
        json!({ "kind": "number" }),
        json!({ "kind": "number", "number": 1234 }),
        json!({ "kind": "number", "number": claim.number, "unknown": 1 }),
        json!({ "kind": "absorb", "proof": "", "vault_version": "1", "parcel": "", "successions": [] }),
        json!({ "kind": "absorb", "proof": "", "vault_version": 1.5, "parcel": "", "successions": [] }),
        json!({ "kind": "absorb", "proof": "", "vault_version": 1, "parcel": "", "successions": succession }),
        json!({ "kind": "absorb", "proof": "", "vault_version": 1, "parcel": "", "successions": [{ "address": "a@b.test" }] }),
        json!({ "kind": "move", "proof": 1, "succession": succession }),
        json!({ "kind": "move", "proof": "", "succession": [succession] }),
        json!({ "kind": "move", "proof": "", "succession": succession, "parcel": "" }),
    ] {
        assert_eq!(
            test.confirm(&token, by.clone(), Some(&anna)).await.problem(),
            "malformed",
            "{by}"
        );
    }
    // A number of another length is a wrong one.
    for number in ["", &"1".repeat(100_000)] {
        let by = json!({ "kind": "number", "number": number });
        assert_eq!(test.confirm(&token, by, None).await.problem(), "wrong-number");
    }
    assert_eq!(anna.addresses().await, ["anna@example.test"]);
    test.confirm(&token, json!({ "kind": "number", "number": claim.number }), None)
        .await
        .ok();
}

#[tokio::test]
async fn what_is_handed_over_has_its_bounds() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let (_, token) = anna.claimed("ben@example.test").await;
    let mut other = test.prove(&token, "ben@example.test", PASSWORD).await.unwrap();
    let absorb = other.absorb();
    let with = |field: &str, value: Value| {
        let mut by = absorb.clone();
        by[field] = value;
        by
    };
    let statement = |length: usize| json!([{ "address": "ben@example.test", "statement": Bytes(vec![1; length]) }]);
    let many: Vec<_> = (0..1000)
        .map(|n| json!({ "address": format!("ben{n}@example.test"), "statement": "" }))
        .collect();
    for (by, problem) in [
        (with("parcel", json!(Bytes(vec![1; (1 << 20) + 1]))), "too-large"),
        (with("parcel", json!(Bytes(vec![1; 4 << 20]))), "too-large"),
        (with("parcel", json!("")), "not-sealed"),
        (with("successions", statement(2049)), "too-large"),
        (with("successions", json!(many)), "claim-changed"),
        (with("vault_version", json!(i64::MAX)), "version-conflict"),
        (with("vault_version", json!(-1)), "version-conflict"),
        (with("proof", json!(Bytes(vec![7; 32]))), "password-needed"),
        (with("proof", json!(Bytes(vec![7; 1 << 20]))), "password-needed"),
    ] {
        assert_eq!(test.confirm(&token, by, None).await.problem(), problem);
    }
    assert_eq!(ben.addresses().await, ["ben@example.test"]);
    test.confirm(&token, absorb, None).await.ok();
    // A certificate that is none, or far too long to be one.
    for certificate in [vec![], vec![0xff; 100], vec![7; 2 << 20]] {
        assert_eq!(anna.put_certificate(&certificate).await.problem(), "unacceptable");
    }
    assert_eq!(anna.put_certificate(&vec![7; 4 << 20]).await.problem(), "too-large");
}

#[tokio::test]
async fn requests_about_addresses_that_are_not_what_the_route_takes() {
    let test = TestPortal::sqlite().await;
    let ada = test
        .person("ada", "ada@example.test", AccountKind::Professional, true)
        .await;
    let (claim, _) = ada.claimed("new@partner.test").await;
    let of_ada = format!("/admin/accounts/{}/claims", ada.id());
    for (path, body) in [
        ("/claims", json!({ "address": "a@partner.test", "number": "1234" })),
        ("/claims", json!({ "address": ["a@partner.test"] })),
        (&of_ada, json!({ "address": "a@partner.test", "confirmed": true })),
        ("/aliases/promote", json!({ "address": "ada@example.test" })),
        (
            "/aliases/promote",
            json!({ "address": "ada@example.test", "tell_correspondents": "yes" }),
        ),
        (
            "/aliases/promote",
            json!({ "address": "ada@example.test", "tell_correspondents": true, "to": 1 }),
        ),
        (
            "/aliases/remove",
            json!({ "address": "ada@example.test", "account": ada.id() }),
        ),
        ("/certificates/find", json!({ "addresses": ["ada@example.test"] })),
        ("/session/password", json!({ "password": PASSWORD })),
        (
            "/session/password",
            json!({ "sign_in": "no-id", "credential_finalization": "" }),
        ),
    ] {
        assert_eq!(
            ada.post(path, body.clone()).await.problem(),
            "malformed",
            "{path} {body}"
        );
    }
    for body in [
        json!({}),
        json!({ "certificate": 1 }),
        json!({ "certificate": "", "fingerprint": "" }),
    ] {
        let reply = ada.call(Method::PUT, "/certificate", body.clone()).await;
        assert_eq!(reply.problem(), "malformed", "{body}");
    }
    for id in ["no-id", "0199ad0e-1f7a-7000-8000-000000000001", &"0".repeat(10_000)] {
        for (method, path) in [
            (Method::POST, format!("/claims/{id}/mail")),
            (Method::DELETE, format!("/claims/{id}")),
            (Method::GET, format!("/admin/accounts/{id}")),
            (Method::POST, format!("{of_ada}/{id}/mail")),
            (Method::POST, format!("/admin/accounts/{id}/claims/{}/mail", claim.id)),
        ] {
            assert_eq!(
                ada.call(method, &path, Value::Null).await.problem(),
                "not-found",
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn internationalised_addresses_are_taken_and_compared() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    anna.send(&Writes::to(&["Jürgen@Bücher.test", "ju\u{308}rgen@xn--bcher-kva.test"]))
        .await;
    let mails = test.mails().await;
    assert_eq!(mails.len(), 1, "one person");
    assert_eq!(mails[0].to.as_typed(), "Jürgen@Bücher.test", "mailed as typed first");
    let gone = crate::people::token(&crate::people::link(&mails[0]));
    let person = test.register("Jürgen", "Jürgen@Bücher.test", gone).await;
    assert_eq!(person.list(Folder::Inbox).await.len(), 1);
}

#[tokio::test]
async fn bodies_that_are_not_what_the_route_takes() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    for body in [
        "",
        "{",
        "[]",
        "null",
        r#"{"addresses":"a"}"#,
        r#"{"addresses":[],"unknown":1}"#,
        "\u{0}",
    ] {
        let post = request(Method::POST, "/api/v1/recipients", Some(anna.bearer()));
        let reply = test.request(post.body(Body::from(body)).unwrap()).await;
        assert_eq!(reply.problem(), "malformed", "{body}");
    }
    let plain = request(Method::POST, "/api/v1/sign-ins", None)
        .body(Body::from("{}"))
        .unwrap();
    let (mut parts, body) = plain.into_parts();
    parts
        .headers
        .insert(header::CONTENT_TYPE, "text/plain".parse().unwrap());
    let reply = test.request(axum::http::Request::from_parts(parts, body)).await;
    assert_eq!(reply.problem(), "malformed", "a form of another site cannot send JSON");
    for path in [
        "/deliveries",
        "/deliveries?folder=all",
        "/deliveries?folder=inbox&limit=0",
        "/deliveries?folder=inbox&limit=101",
        "/deliveries?folder=inbox&x=1",
        "/deliveries?folder=inbox&before=no",
        "/changes?since=x",
        "/changes",
    ] {
        assert_eq!(anna.get(path).await.problem(), "malformed", "{path}");
    }
    for path in ["/deliveries/no-id", "/deliveries/0199ad0e-1f7a-7000-8000-000000000001"] {
        assert_eq!(anna.get(path).await.problem(), "not-found", "{path}");
    }
    let no_key = anna.call(Method::POST, "/messages", json!({})).await;
    assert_eq!(no_key.problem(), "malformed");
    for key in ["", "with space", &"k".repeat(65)] {
        let post = request(Method::POST, "/api/v1/messages", Some(anna.bearer())).header("idempotency-key", key);
        assert_eq!(
            test.request(post.body(Body::from("{}")).unwrap()).await.problem(),
            "malformed",
            "{key:?}"
        );
    }
    let without = anna.call(Method::PUT, "/vault", json!({ "sealed": "AAAA" })).await;
    assert_eq!(without.problem(), "malformed", "If-Match is needed");
}

#[tokio::test]
async fn bodies_that_are_too_large() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    let writes = Writes::to(&["gina@partner.test"]);
    let recipients: Vec<wire::people::Recipient> = anna.prepare(&writes).await.ok().json();
    let message = anna.seal(&writes, &recipients);
    let with = |change: fn(&mut wire::send::Send)| {
        let mut message = message.clone();
        change(&mut message);
        message
    };
    let cases = [
        with(|m| m.body.0 = vec![1; (1 << 20) + 1]),
        with(|m| m.cover.0 = vec![1; 70_000]),
        with(|m| m.key_packets[0].packet.0 = vec![1; 5000]),
        with(|m| {
            m.to = (0..101)
                .map(|n| format!("a{n}@partner.test").parse().unwrap())
                .collect()
        }),
        with(|m| m.files = (0..101_u8).map(|n| Sha256([n; 32])).collect()),
    ];
    for (n, case) in cases.iter().enumerate() {
        assert_eq!(
            anna.post_message(&format!("large{n}"), case).await.problem(),
            "too-large",
            "{n}"
        );
    }
    let huge = format!("{{\"addresses\":[\"{}\"]}}", "a".repeat(5 << 20));
    let post = request(Method::POST, "/api/v1/recipients", Some(anna.bearer()))
        .body(Body::from(huge))
        .unwrap();
    assert_eq!(test.request(post).await.problem(), "too-large");
    let many: Vec<String> = (0..101).map(|n| format!("a{n}@partner.test")).collect();
    assert_eq!(
        anna.call(Method::POST, "/recipients", json!({ "addresses": many }))
            .await
            .problem(),
        "too-large"
    );
    anna.post_message("right", &message).await.ok();
}

/// From outside no more can be seen than this; and this much is looked at.
#[tokio::test]
async fn what_is_not_sealed_is_not_stored() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let writes = Writes::to(&["ben@example.test"]);
    let recipients: Vec<wire::people::Recipient> = anna.prepare(&writes).await.ok().json();
    let message = anna.seal(&writes, &recipients);
    let weaker = |sealed: &[u8]| {
        let mut sealed = sealed.to_vec();
        let mode = sealed.windows(4).position(|head| *head == ENCRYPTED_DATA_HEAD).unwrap() + 2;
        sealed[mode] = 1;
        sealed
    };
    let (cover, body) = (&message.cover.0, &message.body.0);
    let packet = |n: usize| &message.key_packets[n].packet.0;
    let mut weak_point = packet(0).clone();
    weak_point[39..71].fill(0);
    let bens = subkey_of_verified(&ben.vault.certificate().to_bytes()).unwrap();
    assert_eq!(ensure_key_packet_for(packet(0), bens), Ok(()), "the first is Ben's");
    let mut cases = Vec::new();
    for (sealed, is_cover) in [(cover, true), (body, false)] {
        let plain = [
            b"hello".to_vec(),
            vec![],
            weaker(sealed),
            sealed[..sealed.len() - 1].to_vec(),
        ];
        for bytes in plain
            .into_iter()
            .chain([[&sealed[..], b"hello"].concat(), packet(0).clone()])
        {
            let mut message = message.clone();
            match is_cover {
                true => message.cover.0 = bytes,
                false => message.body.0 = bytes,
            }
            cases.push(message);
        }
    }
    // A packet of nothing, one for somebody else, one that anybody opens, one with another behind it.
    let twice = [&packet(0)[..], packet(0)].concat();
    for bytes in [
        vec![],
        b"hello".to_vec(),
        packet(1).clone(),
        weak_point,
        twice,
        cover.clone(),
    ] {
        let mut message = message.clone();
        message.key_packets[0].packet.0 = bytes;
        cases.push(message);
    }
    for (n, case) in cases.iter().enumerate() {
        let reply = anna.post_message(&format!("plain{n}"), case).await;
        assert_eq!(
            (reply.status.as_u16(), reply.problem().as_str()),
            (422, "not-sealed"),
            "{n}"
        );
    }
    let file = sheet(b"%PDF-1.7", 100_000);
    for plain in [
        b"%PDF-1.7".to_vec(),
        vec![],
        weaker(&file),
        file[..99_999].to_vec(),
        [&file[..], b"more"].concat(),
    ] {
        let sha256 = Sha256::of(&plain);
        let reply = anna.upload(sha256, &plain).await;
        assert_eq!((reply.status.as_u16(), reply.problem().as_str()), (422, "not-sealed"));
        assert!(test.portal.blobs.get(sha256, None).await.is_err());
    }
    let vault = anna.seal_vault();
    let (head, content) = vault.split_at(VaultHead::BYTES);
    for plain in [b"{\"v\":4}".to_vec(), vec![], weaker(content)] {
        let put = test.request(anna.writes_vault([head, &plain].concat())).await;
        assert_eq!((put.status.as_u16(), put.problem().as_str()), (422, "not-sealed"));
    }
    // Nothing of all this is there, and what is sealed is taken.
    assert!(ben.list(Folder::Inbox).await.is_empty());
    anna.post_message("sealed", &message).await.ok();
    anna.upload(Sha256::of(&file), &file).await.ok();
}

#[tokio::test]
async fn uploads_that_break() {
    let test = TestPortal::sqlite().await;
    let anna = test.professional("anna").await;
    let bytes = sheet(b"", 100_000);
    let sha256 = Sha256::of(&bytes);
    let put = |length: Option<usize>| {
        let put = request(Method::PUT, &format!("/api/v1/blobs/{sha256}"), Some(anna.bearer()));
        match length {
            Some(length) => put.header(header::CONTENT_LENGTH, length),
            None => put,
        }
    };
    assert_eq!(
        test.request(put(None).body(Body::from(bytes.clone())).unwrap())
            .await
            .problem(),
        "malformed"
    );
    let too_large = put(Some(2 << 20)).body(Body::empty()).unwrap();
    assert_eq!(test.request(too_large).await.problem(), "too-large");
    let cut = stream::iter([
        Ok(Chunk::from(bytes[..50_000].to_vec())),
        Err(std::io::Error::other("the line is gone")),
    ]);
    let cut = put(Some(bytes.len())).body(Body::from_stream(cut)).unwrap();
    assert_eq!(test.request(cut).await.problem(), "upload-incomplete");
    let mut damaged = bytes.clone();
    damaged[50_000] = 8;
    assert_eq!(anna.upload(sha256, &damaged).await.problem(), "hash-mismatch");
    for name in ["nothing", &"G".repeat(64), &sha256.to_string().to_uppercase()] {
        let put = request(Method::PUT, &format!("/api/v1/blobs/{name}"), Some(anna.bearer()));
        assert_eq!(
            test.request(put.body(Body::empty()).unwrap()).await.problem(),
            "not-found"
        );
    }
    // Nothing of all this was stored, and the right one is taken, twice alike.
    assert_eq!(anna.upload(sha256, &bytes).await.status, StatusCode::CREATED);
    assert_eq!(anna.upload(sha256, &bytes).await.status, StatusCode::OK);
}

#[tokio::test]
async fn no_more_is_uploaded_than_a_day_allows() {
    let test = TestPortal::sqlite_with(|settings| settings.uploads_a_day = 1000).await;
    let anna = test.professional("anna").await;
    let upload = async |byte: u8| {
        let bytes = sheet(&[byte], 600);
        anna.upload(Sha256::of(&bytes), &bytes).await
    };
    upload(1).await.ok();
    assert_eq!(upload(2).await.problem(), "too-many-requests");
    upload(1).await;
    test.clock.pass(3_600_000);
    assert_eq!(upload(2).await.problem(), "too-many-requests");
}

#[tokio::test]
async fn an_upload_that_no_message_names_is_swept_and_one_that_is_named_stays() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    let ben = test.professional("ben").await;
    let kept = anna.upload_file("kept", b"kept").await;
    let left = anna.upload_file("left", b"left").await;
    anna.send(&Writes {
        files: vec![kept.clone()],
        ..Writes::to(&["ben@example.test"])
    })
    .await;
    let delivery = ben.list(Folder::Inbox).await[0].id;
    test.clock.pass(86_400_001);
    portal::workers::sweep(&test.portal).await.unwrap();
    assert!(test.portal.blobs.get(kept.sha256, None).await.is_ok());
    assert!(test.portal.blobs.get(left.sha256, None).await.is_err());
    let again = test
        .try_sign_in("ben@example.test", crate::people::PASSWORD)
        .await
        .unwrap();
    let get = request(
        Method::GET,
        &format!("/api/v1/deliveries/{delivery}/files/{}", kept.sha256),
        again.bearer.as_deref(),
    );
    test.request(get.body(Body::empty()).unwrap()).await.ok();
}

#[tokio::test]
async fn a_database_that_is_gone_is_said_and_nothing_is_half_done() {
    let test = TestPortal::sqlite().await;
    let mut anna = test.professional("anna").await;
    let writes = Writes::to(&["gina@partner.test"]);
    let recipients: Vec<wire::people::Recipient> = anna.prepare(&writes).await.ok().json();
    let message = anna.seal(&writes, &recipients);
    test.portal.store.close().await;
    assert_eq!(anna.post_message("one", &message).await.problem(), "unavailable");
    assert_eq!(anna.get("/session").await.problem(), "unavailable");
    let ready = test
        .request(request(Method::GET, "/readyz", None).body(Body::empty()).unwrap())
        .await;
    assert_eq!(ready.problem(), "unavailable");
    let alive = test
        .request(request(Method::GET, "/healthz", None).body(Body::empty()).unwrap())
        .await;
    assert_eq!(alive.status, StatusCode::NO_CONTENT);
    assert!(portal::workers::send_due(&test.portal).await.is_err());
}

#[tokio::test]
async fn more_than_a_network_may_ask_is_refused() {
    let test = TestPortal::sqlite_with(|settings| settings.requests_a_second = 1).await;
    let mut refused = 0;
    for _ in 0..20 {
        let reply = test
            .request(
                request(Method::GET, "/api/v1/portal", None)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        if reply.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(reply.problem(), "too-many-requests");
            assert!(reply.headers.contains_key(header::RETRY_AFTER));
            refused += 1;
        }
    }
    assert!((9..=10).contains(&refused), "{refused}");
}

#[tokio::test]
async fn no_more_new_addresses_than_a_day_allows() {
    let test = TestPortal::sqlite_with(|settings| settings.invitations_a_day = 2).await;
    let anna = test.professional("anna").await;
    let prepare = async |address: &str| {
        anna.call(Method::POST, "/recipients", json!({ "addresses": [address] }))
            .await
    };
    prepare("one@partner.test").await.ok();
    prepare("two@partner.test").await.ok();
    assert_eq!(prepare("three@partner.test").await.problem(), "too-many-requests");
    prepare("two@partner.test").await.ok();
}
