//! Client programs that go on without the password, and the way from one client to the next.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use vault::{Pass, Purpose};
use wire::{
    Address,
    activations::{
        Activate, Activation, BeginByActivation, HandOver, HandOverPrepared, HandOverToken, HandedOver,
        PrepareHandOver, Program, SetBlocked, TakeHandOver, Version,
    },
    ids::{AccountId, ActivationId},
    sessions::{Carrier, SignedIn, SlotKind},
};
use zeroize::Zeroizing;

use crate::{Client, Error, Session, http::Ask, links::secret};

/// What an activated program keeps in place of the password. It holds the activation's secret: whoever reads it reads and
/// writes as the account, until the activation is blocked, removed, or superseded by another Master.
#[derive(Clone, Serialize, Deserialize)]
pub struct KeptActivation {
    portal: String,
    id: ActivationId,
    account: AccountId,
    address: Address,
    #[serde(with = "kept_secret")]
    secret: Pass,
}

impl KeptActivation {
    /// The portal that it is for.
    pub fn portal(&self) -> &str {
        &self.portal
    }

    /// Its id there.
    pub fn id(&self) -> ActivationId {
        self.id
    }

    /// The account that it is for.
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// The address that it stands under: the Master when it was made.
    pub fn address(&self) -> &Address {
        &self.address
    }
}

impl fmt::Debug for KeptActivation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeptActivation({}, {})", self.portal, self.id)
    }
}

/// A pass as it is kept: its 32 bytes as a link has them, base64url without padding.
mod kept_secret {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};
    use vault::{Pass, Purpose};
    use zeroize::Zeroizing;

    pub(super) fn serialize<S: Serializer>(pass: &Pass, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(URL_SAFE_NO_PAD.encode(pass.as_bytes())))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pass, D::Error> {
        let text = Zeroizing::<String>::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(&*text).map(Zeroizing::new).ok();
        let pass = bytes.and_then(|bytes| Pass::from_bytes(Purpose::Activation, &bytes).ok());
        pass.ok_or_else(|| D::Error::custom("a secret that is none"))
    }
}

impl Client {
    /// Begins a session by an activation, without the password. It reads and writes; what changes the account itself
    /// takes the password. `version` is that of the program that runs now.
    ///
    /// # Errors
    /// `activation-unknown` where it was removed, `activation-blocked`, `blocked-by-portal`, `needs-reactivation` where another address was
    /// promoted since, `program-outdated`, `account-disabled`; [`Error::Url`] where it is for another portal.
    pub async fn begin_by_activation(&self, kept: &KeptActivation, version: Version) -> Result<Session, Error> {
        if kept.portal != self.url() {
            return Err(Error::Url("this activation is for another portal"));
        }
        let request = BeginByActivation {
            token: kept.secret.token()?.to_vec().into(),
            version,
        };
        // Where an answer is lost, one more session begins, which ends by itself.
        let signed_in: SignedIn = self
            .http
            .get(Ask::new(Method::POST, "/activations/sessions").json(&request)?)
            .await?;
        if signed_in.session.account.id != kept.account {
            return Err(Error::Answer("an activation of another account"));
        }
        let slots = &signed_in.vault.slots;
        let slot = slots.iter().find(|slot| slot.kind == SlotKind::Activation);
        let slot = slot.ok_or(Error::Answer("a vault without the activation's slot"))?;
        let key = kept.secret.unwrap(slot.wrapped.as_ref())?;
        self.begin(signed_in, key).await
    }

    /// Whose session a [hand-over](Session::hand_over) begins. Takes the whole link, or what stands behind its `#`.
    ///
    /// # Errors
    /// [`Error::Link`], or `link-unknown`, `link-expired`.
    pub async fn inspect_hand_over(&self, link: &str) -> Result<HandOver, Error> {
        let request = HandOverToken {
            token: hand_over(link)?.token()?.to_vec().into(),
        };
        self.http
            .get(Ask::new(Method::POST, "/hand-overs/inspect").json(&request)?)
            .await
    }

    /// Takes a [hand-over](Session::hand_over), once: a session begins, without the password.
    ///
    /// # Errors
    /// As [`Client::inspect_hand_over`], and `account-disabled`.
    pub async fn take_hand_over(&self, link: &str) -> Result<Session, Error> {
        let pass = hand_over(link)?;
        let request = TakeHandOver {
            token: pass.token()?.to_vec().into(),
            carrier: Carrier::Bearer,
        };
        let HandedOver { signed_in, wrapped } = self
            .http
            .once(Ask::new(Method::POST, "/hand-overs/take").json(&request)?)
            .await?;
        let key = pass.unwrap(wrapped.as_ref())?;
        self.begin(signed_in, key).await
    }
}

impl Session {
    /// Authorises a program for the account, under the Master: what it keeps [begins
    /// sessions](Client::begin_by_activation) without the password. `device` is where it runs, 1 to 100 characters.
    /// Every address of the account is told.
    ///
    /// # Errors
    /// `password-needed` where the last password was given more than five minutes ago: [give
    /// it](Session::give_password), and activate again. `program-outdated`, `too-many-activations`; `blocked-by-portal`
    /// where an administrator blocked this program; `not-allowed` in a session that an activation began.
    pub async fn activate(&self, program: Program, version: Version, device: &str) -> Result<KeptActivation, Error> {
        let mut rng = self.0.client.environment.rng();
        let secret = Pass::generate(Purpose::Activation, &mut rng);
        let request = Activate {
            program,
            version,
            device: device.to_owned(),
            token: secret.token()?.to_vec().into(),
            slot: secret.wrap(&self.0.key, &mut rng)?.into(),
        };
        // Where an answer is lost, the portal knows the token when it comes again.
        let activation: Activation = self.get(self.ask(Method::POST, "/activations").json(&request)?).await?;
        Ok(KeptActivation {
            portal: self.0.client.url().to_owned(),
            id: activation.id,
            account: self.account().id,
            address: activation.address,
            secret,
        })
    }

    /// The programs that are authorised for the account, the newest first.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn activations(&self) -> Result<Vec<Activation>, Error> {
        self.get(self.ask(Method::GET, "/activations")).await
    }

    /// Blocks an activation, whose sessions end, or unblocks it.
    ///
    /// # Errors
    /// `not-found`; `blocked-by-portal` where an administrator blocked it; `not-allowed` in a session that an activation
    /// began, but where it blocks itself.
    pub async fn set_blocked(&self, activation: ActivationId, blocked: bool) -> Result<(), Error> {
        let path = format!("/activations/{activation}/blocked");
        self.tell(self.ask(Method::PUT, &path).json(&SetBlocked { blocked })?)
            .await
    }

    /// Removes an activation: its secret opens nothing from now on, and its sessions end.
    ///
    /// # Errors
    /// `not-found`; `blocked-by-portal` where an administrator blocked it; `not-allowed` in a session that another
    /// activation began.
    pub async fn remove_activation(&self, activation: ActivationId) -> Result<(), Error> {
        self.tell(self.ask(Method::DELETE, &format!("/activations/{activation}")))
            .await
    }

    /// Prepares the way from a program to a browser: a link below this client's URL of the portal, good once, and for two minutes.
    /// Whoever follows it is signed in as the account.
    ///
    /// # Errors
    /// Where the portal cannot be reached.
    pub async fn hand_over(&self) -> Result<Zeroizing<String>, Error> {
        let mut rng = self.0.client.environment.rng();
        let pass = Pass::generate(Purpose::HandOver, &mut rng);
        let request = PrepareHandOver {
            token: pass.token()?.to_vec().into(),
            wrapped: pass.wrap(&self.0.key, &mut rng)?.into(),
        };
        let ask = self.ask(Method::POST, "/hand-overs").json(&request)?;
        let _: HandOverPrepared = self.0.client.http.once(ask).await?;
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(pass.as_bytes()));
        let portal = self.0.client.url().trim_end_matches('/');
        Ok(Zeroizing::new([portal, "/hand-over#", secret.as_str()].concat()))
    }
}

fn hand_over(link: &str) -> Result<Pass, Error> {
    let secret = Zeroizing::new(secret(link)?.0);
    Ok(Pass::from_bytes(Purpose::HandOver, &secret)?)
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha20Rng;

    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_is_shown_to_nobody() {
        let secret = Pass::generate(Purpose::Activation, &mut ChaCha20Rng::seed_from_u64(1));
        let kept = KeptActivation {
            portal: "https://portal.example.org".into(),
            id: "0199ad0e-1f7a-7000-8000-000000000001".parse().unwrap(),
            account: "0199ad0e-1f7a-7000-8000-000000000002".parse().unwrap(),
            address: "Anna@clinic.test".parse().unwrap(),
            secret,
        };
        let json = serde_json::to_string(&kept).unwrap();
        let text = URL_SAFE_NO_PAD.encode(kept.secret.as_bytes());
        assert!(json.contains(&text) && json.contains("Anna@clinic.test"), "{json}");
        let again: KeptActivation = serde_json::from_str(&json).unwrap();
        assert_eq!(again.secret.as_bytes(), kept.secret.as_bytes());
        assert_eq!(
            format!("{again:?}"),
            "KeptActivation(https://portal.example.org, 0199ad0e-1f7a-7000-8000-000000000001)"
        );
        for wrong in ["", "AAAA", &text[1..], "!"] {
            let wrong = json.replace(&text, wrong);
            assert!(serde_json::from_str::<KeptActivation>(&wrong).is_err(), "{wrong}");
        }
    }
}
