//! People with a browser, as far as the portal can tell.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use portal::{admin, ports::relay::Mail};
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use tower::ServiceExt as _;
use vault::{
    Addressee, Certificate, Correspondent, FileRef, Letter, Opened, Vault, VaultKey,
    password::{KnownPortal, Registration, SignIn},
};
use wire::{
    ACCOUNT_HEADER, Address, Bytes, LINK_HEADER, Sha256,
    ids::{AccountId, MessageId},
    mailbox::{Delivery, Folder, OpenDelivery, Page},
    people::{Invite, Recipient},
    send::{KeyPacket, Send, Sent},
    sessions::{AccountKind, Carrier, Parcel, RegistrationStarted, SignInStarted, SignedIn, SlotKind},
};

use crate::test_portal::{NOW, TestPortal, URL};

pub const PASSWORD: &str = "seven quiet herons";

/// The portal as a client knows it, but for the stretching, which costs nothing here.
pub fn known_portal() -> KnownPortal {
    KnownPortal::for_tests(URL).unwrap()
}

/// Whose session each secret is of, as its client knows that has begun it.
static SESSIONS: LazyLock<Mutex<HashMap<String, AccountId>>> = LazyLock::new(Mutex::default);

/// A session was begun with that secret.
pub fn session_begun(bearer: &str, account: AccountId) {
    SESSIONS.lock().unwrap().insert(bearer.to_owned(), account);
}

/// Takes note of the session that an answer begins, if it begins one.
fn learn_session(answer: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Value>(answer) else {
        return;
    };
    let begun = answer.get("signed_in").unwrap_or(&answer);
    if let (Some(bearer), Some(account)) = (begun["bearer"].as_str(), begun["session"]["account"]["id"].as_str()) {
        session_begun(bearer, account.parse().unwrap());
    }
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        learn_session(&self.body);
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// The type of a problem document; its status must be the answer's.
    pub fn problem(&self) -> String {
        assert_eq!(
            self.headers[header::CONTENT_TYPE],
            "application/problem+json",
            "{self:?}"
        );
        let problem: wire::Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        problem.kind.slug().to_owned()
    }

    /// Sees that it is a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!(
            self.status.is_success(),
            "{} {}",
            self.status,
            String::from_utf8_lossy(&self.body)
        );
        self
    }
}

impl TestPortal {
    pub async fn request(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Reply {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub async fn post(&self, path: &str, body: impl Serialize) -> Reply {
        let body = serde_json::to_value(&body).unwrap();
        self.request(asked(Method::POST, path, None, &body)).await
    }

    /// Somebody who was invited from the server's command line and has registered.
    pub async fn person(&self, name: &str, address: &str, kind: AccountKind, administrator: bool) -> Person<'_> {
        let invite = Invite {
            address: address.parse().unwrap(),
            kind,
        };
        let link = admin::invitation_link(&self.portal, &invite, administrator)
            .await
            .unwrap();
        self.register(name, address, token(&link)).await
    }

    pub async fn professional(&self, name: &str) -> Person<'_> {
        self.person(name, &format!("{name}@example.test"), AccountKind::Professional, false)
            .await
    }

    pub async fn guest(&self, name: &str) -> Person<'_> {
        self.person(name, &format!("{name}@example.test"), AccountKind::Guest, false)
            .await
    }

    pub async fn register(&self, name: &str, address: &str, token: Bytes) -> Person<'_> {
        self.try_register(name, address, token).await.unwrap()
    }

    /// `Err` is the answer that ended it.
    pub async fn try_register(&self, name: &str, address: &str, token: Bytes) -> Result<Person<'_>, Reply> {
        let mut rng = ChaCha20Rng::from_seed(Sha256::of(address.as_bytes()).0);
        let address: Address = address.parse().unwrap();
        let (registration, request) = Registration::start(PASSWORD, &[], guessing::is_guessed_early, &mut rng).unwrap();
        let body = json!({ "token": token, "registration_request": Bytes(request) });
        let reply = self.post("/api/v1/registrations/start", body).await;
        if !reply.status.is_success() {
            return Err(reply);
        }
        let started: RegistrationStarted = reply.json();
        let (upload, export_key) = registration
            .finish(
                started.registration_response.as_ref(),
                &started.setup,
                &known_portal(),
                &mut rng,
            )
            .unwrap();
        let mut vault = Vault::create(started.account, &address, NOW, &mut rng).unwrap();
        let slot = vault.make_slot(SlotKind::Password, NOW, &mut rng);
        let key = VaultKey::generate(&mut rng);
        let sealed = vault.lock(&key, &mut rng).unwrap();
        vault.was_stored(&sealed).unwrap();
        let body = json!({
            "token": token,
            "name": name,
            "registration_upload": Bytes(upload),
            "password_setup": started.setup.number,
            "certificate": Bytes(vault.certificate().to_bytes()),
            "vault": {
                "sealed": Bytes(sealed),
                "slot": slot,
                "password_slot": Bytes(key.wrap_for_password(&export_key, &mut rng).unwrap()),
            },
            "carrier": Carrier::Bearer,
        });
        let reply = self.post("/api/v1/registrations", body).await;
        if !reply.status.is_success() {
            return Err(reply);
        }
        let signed_in: SignedIn = reply.json();
        let mut person = Person {
            test: self,
            address,
            signed_in,
            vault,
            key,
            rng,
        };
        person.take_parcels_in().await;
        Ok(person)
    }

    /// The two requests of a sign-in with what the client makes of them; `Err` is the answer that ended it.
    pub async fn try_sign_in(&self, address: &str, password: &str) -> Result<SignedIn, Reply> {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (sign_in, request) = SignIn::start(password, &mut rng).unwrap();
        let body = json!({ "address": address, "credential_request": Bytes(request) });
        let reply = self.post("/api/v1/sign-ins", body).await;
        if !reply.status.is_success() {
            return Err(reply);
        }
        let started: SignInStarted = reply.json();
        // A client that knows its guess to be wrong would stop; this one goes on with whatever it has.
        let finalization = match sign_in.finish(
            started.credential_response.as_ref(),
            &started.setup,
            &known_portal(),
            &mut rng,
        ) {
            Ok((finalization, _)) => finalization,
            Err(_) => vec![7; 64],
        };
        let body = json!({
            "sign_in": started.sign_in, "credential_finalization": Bytes(finalization), "carrier": "bearer",
        });
        let reply = self.post("/api/v1/sessions", body).await;
        if reply.status.is_success() {
            Ok(reply.json())
        } else {
            Err(reply)
        }
    }
}

/// The secret in a registration link.
pub fn token(link: &str) -> Bytes {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let (_, fragment) = link.split_once('#').unwrap();
    Bytes(URL_SAFE_NO_PAD.decode(fragment.trim()).unwrap())
}

/// A mail's text, without its HTML.
pub fn text(mail: &Mail) -> String {
    let message = mail_parser::MessageParser::default().parse(&mail.message).unwrap();
    message.body_text(0).unwrap().into_owned()
}

/// The first link in a mail's text.
pub fn link(mail: &Mail) -> String {
    text(mail)
        .split_whitespace()
        .find(|word| word.starts_with("https://"))
        .unwrap()
        .to_owned()
}

pub fn request(method: Method, path: &str, bearer: Option<&str>) -> axum::http::request::Builder {
    let builder = Request::builder()
        .method(method)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/json");
    let Some(bearer) = bearer else { return builder };
    let builder = builder.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
    // Whoever carries a secret that is of no session knows no account for it.
    match SESSIONS.lock().unwrap().get(bearer) {
        Some(account) => builder.header(ACCOUNT_HEADER, account.to_string()),
        None => builder,
    }
}

/// A request as clients make it: one by a link that holds a vault or a parcel names the link in its head.
pub fn asked(method: Method, path: &str, bearer: Option<&str>, body: &Value) -> Request<Body> {
    let names_link = ["/api/v1/registrations", "/api/v1/claims/confirm"].contains(&path);
    let mut asked = request(method, path, bearer);
    // What can be in no head is in none.
    let token = body["token"]
        .as_str()
        .and_then(|token| HeaderValue::from_str(token).ok());
    if let Some(token) = token.filter(|token| names_link && token.len() < 1000) {
        asked = asked.header(LINK_HEADER, token);
    }
    let body = match body {
        Value::Null => Body::empty(),
        body => Body::from(body.to_string()),
    };
    asked.body(body).unwrap()
}

pub struct Person<'a> {
    pub test: &'a TestPortal,
    pub address: Address,
    pub signed_in: SignedIn,
    pub vault: Vault,
    pub key: VaultKey,
    pub rng: ChaCha20Rng,
}

/// What somebody writes.
#[derive(Clone, Debug, Default)]
pub struct Writes {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub files: Vec<FileRef>,
    pub in_reply_to: Option<wire::ids::DeliveryId>,
}

impl Writes {
    pub fn to(addresses: &[&str]) -> Self {
        Self {
            to: addresses.iter().map(|&a| a.to_owned()).collect(),
            subject: "Results".into(),
            text: "All is well.".into(),
            ..Self::default()
        }
    }

    pub fn about(self, subject: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            ..self
        }
    }
}

impl Person<'_> {
    pub fn bearer(&self) -> &str {
        self.signed_in.bearer.as_deref().unwrap()
    }

    pub async fn call(&self, method: Method, path: &str, body: Value) -> Reply {
        let path = format!("/api/v1{path}");
        self.test
            .request(asked(method, &path, Some(self.bearer()), &body))
            .await
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.call(Method::GET, path, Value::Null).await
    }

    pub async fn take_parcels_in(&mut self) {
        let mut parcels: Vec<Parcel> = self.get("/parcels").await.ok().json();
        // One may open only with a key out of another.
        while let Some(n) = parcels
            .iter()
            .position(|parcel| self.vault.take_in(parcel.sealed.as_ref(), &parcel.origin).is_ok())
        {
            let parcel = parcels.remove(n);
            self.store_vault().await;
            // A program leaves that to its person.
            if self.signed_in.session.in_person {
                self.call(Method::DELETE, &format!("/parcels/{}", parcel.id), Value::Null)
                    .await
                    .ok();
            }
        }
        assert!(parcels.is_empty(), "a parcel does not open");
    }

    /// The next revision of the vault, sealed.
    pub fn seal_vault(&mut self) -> Vec<u8> {
        self.vault.lock(&self.key, &mut self.rng).unwrap()
    }

    /// The request that stores that in place of the version that is known.
    pub fn writes_vault(&self, sealed: Vec<u8>) -> Request<Body> {
        let version = format!("\"{}\"", self.signed_in.vault.version);
        request(Method::PUT, "/api/v1/vault", Some(self.bearer()))
            .header(header::IF_MATCH, version)
            .body(Body::from(json!({ "sealed": Bytes(sealed) }).to_string()))
            .unwrap()
    }

    /// Stores the vault as it is.
    pub async fn store_vault(&mut self) {
        let sealed = self.seal_vault();
        let reply = self.test.request(self.writes_vault(sealed.clone())).await;
        self.signed_in.vault.version = reply.ok().json::<wire::sessions::VaultVersion>().version;
        self.vault.was_stored(&sealed).unwrap();
    }

    /// Signs in anew: a session lasts half as long as a confirmation link.
    pub async fn sign_in_again(&mut self) {
        let signed_in = self.test.try_sign_in(self.address.as_typed(), PASSWORD).await;
        self.signed_in = signed_in.unwrap();
    }

    /// Puts the account's addresses of now on its certificate, and sends from its Master of now.
    pub async fn certify(&mut self) {
        self.signed_in.session = self.get("/session").await.ok().json();
        let account = &self.signed_in.session.account;
        let addresses: Vec<Address> = account.addresses.iter().map(|own| own.address.clone()).collect();
        let certificate = self.vault.certify(&addresses, NOW, &mut self.rng).unwrap();
        self.put_certificate(&certificate.to_bytes()).await.ok();
        self.address = addresses[0].clone();
    }

    pub async fn put_certificate(&self, certificate: &[u8]) -> Reply {
        let body = json!({ "certificate": Bytes(certificate.to_vec()) });
        self.call(Method::PUT, "/certificate", body).await
    }

    pub async fn prepare(&self, writes: &Writes) -> Reply {
        let addresses: Vec<&String> = writes.to.iter().chain(&writes.cc).chain(&writes.bcc).collect();
        let body = json!({ "addresses": addresses, "in_reply_to": writes.in_reply_to });
        self.call(Method::POST, "/recipients", body).await
    }

    /// Seals what is written to those who were prepared.
    pub fn seal(&mut self, writes: &Writes, recipients: &[Recipient]) -> Send {
        let correspondent = |address: &String| Correspondent {
            name: None,
            address: address.parse().unwrap(),
        };
        let letter = Letter {
            from: Correspondent {
                name: None,
                address: self.address.clone(),
            },
            to: writes.to.iter().map(correspondent).collect(),
            cc: writes.cc.iter().map(correspondent).collect(),
            subject: writes.subject.clone(),
            text: writes.text.clone(),
            html: None,
            files: writes.files.clone(),
        };
        let id = MessageId(self.test.portal.entropy.id(NOW));
        let name = &self.signed_in.session.account.name;
        let account = self.signed_in.session.account.id;
        // A client asks about each address once; a test may ask in two spellings.
        let mut answer: Vec<Recipient> = Vec::new();
        for one in recipients {
            if answer.iter().all(|earlier| earlier.address != one.address) {
                answer.push(one.clone());
            }
        }
        let addressees: Vec<Addressee> = answer.iter().map(|one| one.address.clone().into()).collect();
        let readers = self.vault.check_readers(account, &addressees, &answer, None).unwrap();
        let sealed = self
            .vault
            .seal(&letter, id, name, &readers, self.test.portal.now(), &mut self.rng)
            .unwrap();
        Send {
            id,
            from: self.address.clone(),
            to: writes.to.iter().map(|a| a.parse().unwrap()).collect(),
            cc: writes.cc.iter().map(|a| a.parse().unwrap()).collect(),
            bcc: writes.bcc.iter().map(|a| a.parse().unwrap()).collect(),
            key_packets: sealed.key_packets.into_iter().map(packet).collect(),
            cover: Bytes(sealed.cover),
            body: Bytes(sealed.body),
            files: writes.files.iter().map(|file| file.sha256).collect(),
            in_reply_to: writes.in_reply_to,
        }
    }

    pub async fn post_message(&self, key: &str, message: &Send) -> Reply {
        let post = request(Method::POST, "/api/v1/messages", Some(self.bearer())).header("idempotency-key", key);
        self.test
            .request(post.body(Body::from(serde_json::to_vec(message).unwrap())).unwrap())
            .await
    }

    /// All of it: prepare, seal, send.
    pub async fn send(&mut self, writes: &Writes) -> Sent {
        let recipients: Vec<Recipient> = self.prepare(writes).await.ok().json();
        let message = self.seal(writes, &recipients);
        self.post_message(&message.id.to_string(), &message).await.ok().json()
    }

    pub async fn list(&self, folder: Folder) -> Vec<Delivery> {
        let folder = match folder {
            Folder::Inbox => "inbox",
            Folder::Sent => "sent",
        };
        self.get(&format!("/deliveries?folder={folder}"))
            .await
            .ok()
            .json::<Page>()
            .deliveries
    }

    pub async fn open(&self, delivery: &Delivery) -> (OpenDelivery, Opened) {
        let open: OpenDelivery = self.get(&format!("/deliveries/{}", delivery.id)).await.ok().json();
        let sender = Certificate::parse(open.certificate.as_ref()).unwrap();
        let packet = open.delivery.key_packet.as_ref();
        let opened = self
            .vault
            .open_body(
                delivery.message,
                packet,
                open.body.as_ref(),
                &sender,
                self.test.portal.now(),
            )
            .unwrap();
        (open, opened)
    }

    pub async fn upload(&self, sha256: Sha256, bytes: &[u8]) -> Reply {
        let put = request(Method::PUT, &format!("/api/v1/blobs/{sha256}"), Some(self.bearer()))
            .header(header::CONTENT_LENGTH, bytes.len());
        self.test.request(put.body(Body::from(bytes.to_vec())).unwrap()).await
    }

    /// Seals a file, uploads it, and gives what a letter names it by.
    pub async fn upload_file(&mut self, name: &str, bytes: &[u8]) -> FileRef {
        let mut sealer = vault::FileSealer::new(bytes, &mut self.rng).unwrap();
        let mut sealed = Vec::new();
        std::io::Read::read_to_end(&mut sealer, &mut sealed).unwrap();
        let done = sealer.finish().unwrap();
        self.upload(done.sha256, &sealed).await.ok();
        FileRef {
            name: name.into(),
            media_type: "application/octet-stream".into(),
            size: done.size,
            sha256: done.sha256,
            key: done.key,
        }
    }
}

fn packet(made: vault::KeyPacket) -> KeyPacket {
    KeyPacket {
        account: made.account,
        fingerprint: made.fingerprint.to_string(),
        packet: Bytes(made.packet),
    }
}

/// What a browser sends with its cookie: the page's origin.
pub const ORIGIN: &str = URL;
