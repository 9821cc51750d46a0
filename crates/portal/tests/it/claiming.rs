//! Claiming addresses and confirming them, as browsers do.

use axum::http::Method;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use vault::{
    Certificate, Vault, VaultKey,
    password::{ExportKey, SignIn},
};
use wire::{
    Address, Bytes,
    claims::{Aliases, Claim, Confirmed, ProvedOwner},
    ids::AccountId,
    sessions::{Account, Activity, ActivityKind, Session, SignInStarted},
};

use crate::{
    people::{PASSWORD, Person, Reply, asked, known_portal, link, token},
    test_portal::{NOW, TestPortal},
};

/// What the browser has that proved the password of the account that has an address.
pub struct Other {
    pub proved: ProvedOwner,
    pub vault: Vault,
    pub claimant: Certificate,
    pub rng: ChaCha20Rng,
}

impl TestPortal {
    /// The secret of the newest confirmation link that was mailed to an address.
    pub async fn confirmation(&self, address: &str) -> Bytes {
        let address: Address = address.parse().unwrap();
        let mails = self.mails().await;
        let mut links = mails.iter().filter(|mail| mail.to == address).map(link);
        token(&links.rfind(|link| link.contains("/confirm#")).unwrap())
    }

    pub async fn post_as(&self, path: &str, bearer: Option<&str>, body: &Value) -> Reply {
        self.request(asked(Method::POST, &format!("/api/v1{path}"), bearer, body))
            .await
    }

    pub async fn inspect(&self, token: &Bytes, by: Option<&Person<'_>>) -> Reply {
        let body = json!({ "token": token });
        self.post_as("/claims/inspect", by.map(|by| by.bearer()), &body).await
    }

    pub async fn confirm(&self, token: &Bytes, by: Value, session: Option<&Person<'_>>) -> Reply {
        let body = json!({ "token": token, "by": by });
        self.post_as("/claims/confirm", session.map(|by| by.bearer()), &body)
            .await
    }

    pub async fn refuse(&self, token: &Bytes) -> Reply {
        self.post_as("/claims/refuse", None, &json!({ "token": token })).await
    }

    /// The first request of a sign-in, and what the client makes of the answer.
    pub async fn half_sign_in(&self, address: &str, password: &str) -> (Value, Option<ExportKey>) {
        self.half_sign_in_for(address, password, false).await
    }

    /// The same, perhaps with the password of the account that had the address before.
    pub async fn half_sign_in_for(&self, address: &str, password: &str, separates: bool) -> (Value, Option<ExportKey>) {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (sign_in, request) = SignIn::start(password, &mut rng).unwrap();
        let body = json!({ "address": address, "credential_request": Bytes(request), "separates": separates });
        let started: SignInStarted = self.post("/api/v1/sign-ins", body).await.ok().json();
        let (finalization, key) = match sign_in.finish(
            started.credential_response.as_ref(),
            &started.setup,
            &known_portal(),
            &mut rng,
        ) {
            Ok((finalization, key)) => (finalization, Some(key)),
            Err(_) => (vec![7; 64], None),
        };
        let body = json!({ "sign_in": started.sign_in, "credential_finalization": Bytes(finalization) });
        (body, key)
    }

    /// Takes an address back from whoever has it.
    pub async fn separate(&self, address: &str, password: &str) -> Reply {
        let (mut body, _) = self.half_sign_in_for(address, password, true).await;
        body["address"] = json!(address);
        self.post("/api/v1/separations", body).await
    }

    /// Proves the password of whoever has the address; `Err` is the answer that ended it.
    pub async fn prove(&self, token: &Bytes, address: &str, password: &str) -> Result<Other, Reply> {
        let (mut body, key) = self.half_sign_in(address, password).await;
        body["token"] = json!(token);
        let reply = self.post("/api/v1/claims/prove", body).await;
        if !reply.status.is_success() {
            return Err(reply);
        }
        let proved: ProvedOwner = reply.json();
        let key = VaultKey::unwrap_with_password(proved.vault.slots[0].wrapped.as_ref(), &key.unwrap()).unwrap();
        Ok(Other {
            vault: Vault::unlock(proved.vault.sealed.as_ref(), proved.account, &key).unwrap(),
            claimant: Certificate::parse(proved.claimant_certificate.as_ref()).unwrap(),
            proved,
            rng: ChaCha20Rng::seed_from_u64(5),
        })
    }
}

impl Other {
    fn succession(&mut self, address: &Address) -> Value {
        let successor = self.claimant.fingerprint();
        let statement = self.vault.succession(address, successor, NOW, &mut self.rng).unwrap();
        json!({ "address": address, "statement": Bytes(statement) })
    }

    /// What absorbs the whole account.
    pub fn absorb(&mut self) -> Value {
        let parcel = self
            .vault
            .hand_over(&self.claimant, self.proved.claim, NOW, &mut self.rng)
            .unwrap();
        let addresses: Vec<_> = self.proved.addresses.iter().map(|own| own.address.clone()).collect();
        let successions: Vec<_> = addresses.iter().map(|address| self.succession(address)).collect();
        json!({
            "kind": "absorb", "proof": self.proved.proof, "vault_version": self.proved.vault.version,
            "parcel": Bytes(parcel), "successions": successions,
        })
    }

    /// What moves one address.
    pub fn move_over(&mut self, address: &str) -> Value {
        let succession = self.succession(&address.parse().unwrap());
        json!({ "kind": "move", "proof": self.proved.proof, "succession": succession })
    }
}

impl Person<'_> {
    pub fn id(&self) -> AccountId {
        self.signed_in.session.account.id
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.call(Method::POST, path, body).await
    }

    pub async fn claim(&self, address: &str) -> Reply {
        self.post("/claims", json!({ "address": address })).await
    }

    /// Claims an address, and the link that is mailed for it.
    pub async fn claimed(&self, address: &str) -> (Claim, Bytes) {
        let claim: Claim = self.claim(address).await.ok().json();
        (claim, self.test.confirmation(address).await)
    }

    /// Adds an address that nobody has, by a click.
    pub async fn add(&self, address: &str) {
        let (_, token) = self.claimed(address).await;
        self.test
            .confirm(&token, json!({ "kind": "click" }), Some(self))
            .await
            .ok();
    }

    /// Absorbs the account that has an address.
    pub async fn absorb(&mut self, address: &str, password: &str) {
        let (_, token) = self.claimed(address).await;
        let mut other = self.test.prove(&token, address, password).await.unwrap();
        self.test.confirm(&token, other.absorb(), Some(self)).await.ok();
    }

    /// The same in a browser where nobody is signed in.
    pub async fn absorb_elsewhere(&self, address: &str) -> Confirmed {
        let (_, token) = self.claimed(address).await;
        let mut other = self.test.prove(&token, address, PASSWORD).await.unwrap();
        self.test.confirm(&token, other.absorb(), None).await.ok().json()
    }

    /// Has one alias of another's moved here, in a browser where nobody is signed in.
    pub async fn move_elsewhere(&self, address: &str) -> Confirmed {
        let (_, token) = self.claimed(address).await;
        let mut other = self.test.prove(&token, address, PASSWORD).await.unwrap();
        self.test
            .confirm(&token, other.move_over(address), None)
            .await
            .ok()
            .json()
    }

    pub async fn promote(&self, address: &str, tell: bool) -> Reply {
        self.post(
            "/aliases/promote",
            json!({ "address": address, "tell_correspondents": tell }),
        )
        .await
    }

    pub async fn aliases(&self) -> Aliases {
        self.get("/aliases").await.ok().json()
    }

    pub async fn account(&self) -> Account {
        self.get("/session").await.ok().json::<Session>().account
    }

    /// The account's addresses as typed, the Master first.
    pub async fn addresses(&self) -> Vec<String> {
        let own = self.account().await.addresses;
        own.iter().map(|own| own.address.to_string()).collect()
    }

    /// What happened, newest first, with the address that it is about.
    pub async fn activity(&self) -> Vec<(ActivityKind, Option<String>)> {
        let activity: Vec<Activity> = self.get("/activity").await.ok().json();
        let about = |one: &Activity| one.address.as_ref().map(ToString::to_string);
        activity.iter().map(|one| (one.kind, about(one))).collect()
    }

    /// The subjects of all that the account can open: in its folders, with its keys.
    pub async fn readable(&self) -> Vec<String> {
        let mut subjects = Vec::new();
        for folder in [wire::mailbox::Folder::Inbox, wire::mailbox::Folder::Sent] {
            for delivery in self.list(folder).await {
                subjects.push(self.open(&delivery).await.1.letter.subject);
            }
        }
        subjects.sort();
        subjects
    }
}
