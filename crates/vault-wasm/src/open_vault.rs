//! An open vault, as a page's worker holds it.

use std::collections::HashMap;

use js_sys::{Reflect, Uint8Array};
use vault::{Certificate, Error, Vault, VaultKey};
use wasm_bindgen::{JsCast as _, prelude::*};
use wire::sessions::ParcelOrigin;

use crate::{
    failure::{Failure, malformed},
    plain::{self, to_js},
    randomness::draw,
};

/// An open vault. Call `free()` when the person signs out: that wipes its keys.
#[wasm_bindgen]
pub struct OpenVault {
    pub(crate) vault: Vault,
    key: VaultKey,
    joined: bool,
    /// A list shows many messages of few senders, and verifying a certificate takes three signatures.
    verified: HashMap<Vec<u8>, Certificate>,
}

/// More than a page of messages has senders.
const MAX_VERIFIED: usize = 256;

impl OpenVault {
    pub(crate) fn new(vault: Vault, key: VaultKey, joined: bool) -> Self {
        Self {
            vault,
            key,
            joined,
            verified: HashMap::new(),
        }
    }

    /// Opens what the portal serves, compared with what was seen last.
    pub(crate) fn take_up(
        sealed_vault: &[u8],
        last_seen: Option<Vec<u8>>,
        account: &str,
        key: VaultKey,
    ) -> Result<Self, JsValue> {
        let account = account.parse().map_err(malformed)?;
        let taken_up = Vault::take_up(sealed_vault, last_seen.as_deref(), account, &key).map_err(Failure::from)?;
        Ok(Self::new(taken_up.vault, key, taken_up.joined))
    }

    pub(crate) fn key(&self) -> &VaultKey {
        &self.key
    }

    /// The vault and the sender's certificate, verified once for all the messages it signed.
    pub(crate) fn with_sender(&mut self, certificate: &[u8]) -> Result<(&Vault, &Certificate), Failure> {
        if self.verified.len() >= MAX_VERIFIED {
            self.verified.clear();
        }
        if !self.verified.contains_key(certificate) {
            self.verified
                .insert(certificate.to_vec(), Certificate::parse(certificate)?);
        }
        let certificate = self.verified.get(certificate).ok_or(Error::Malformed)?;
        Ok((&self.vault, certificate))
    }
}

#[wasm_bindgen]
impl OpenVault {
    /// Opens a vault again after a page was loaded anew, with the key kept by `wrapForReload` and the session's key. Throws
    /// as `openVault` does.
    pub fn reload(
        sealed_vault: &[u8],
        wrapped_key: &[u8],
        reload_key: &[u8],
        account: &str,
        last_seen: Option<Vec<u8>>,
    ) -> Result<OpenVault, JsValue> {
        let key = VaultKey::unwrap_for_reload(wrapped_key, session_key(reload_key)?).map_err(Failure::from)?;
        Self::take_up(sealed_vault, last_seen, account, key)
    }

    /// Whether it was joined of two vaults that came of one, or accepted in place of another, and wants to be stored.
    #[wasm_bindgen(getter)]
    pub fn joined(&self) -> bool {
        self.joined
    }

    /// The vault key for the browser to keep: worth nothing without the session's `reload_key`.
    #[wasm_bindgen(js_name = wrapForReload)]
    pub fn wrap_for_reload(&self, reload_key: &[u8]) -> Result<Vec<u8>, JsValue> {
        Ok(self
            .key
            .wrap_for_reload(session_key(reload_key)?, &mut draw()?)
            .map_err(Failure::from)?)
    }

    /// The account's certificate, as the vault was stored with it until `certify` or `adopt` gave it another.
    #[wasm_bindgen(getter)]
    pub fn certificate(&self) -> Vec<u8> {
        self.vault.certificate().to_bytes()
    }

    /// Makes the account's certificate anew for its confirmed addresses, the Master first, for the portal to have. Key and
    /// fingerprint stay.
    pub fn certify(&mut self, addresses: Vec<String>, now: f64) -> Result<Vec<u8>, JsValue> {
        let addresses = addresses
            .iter()
            .map(|address| address.parse().map_err(malformed))
            .collect::<Result<Vec<_>, _>>()?;
        let certificate = self.vault.certify(&addresses, now as i64, &mut draw()?);
        Ok(certificate.map_err(Failure::from)?.to_bytes())
    }

    /// Takes the certificate that the portal has of the account's key, so that letters are sealed from any of its
    /// addresses. Throws `wrong-certificate` where it is of another key.
    pub fn adopt(&mut self, certificate: &[u8]) -> Result<(), JsValue> {
        let certificate = Certificate::parse(certificate).map_err(Failure::from)?;
        Ok(self.vault.adopt(&certificate).map_err(Failure::from)?)
    }

    /// The account's fingerprint.
    #[wasm_bindgen(getter)]
    pub fn fingerprint(&self) -> String {
        self.vault.certificate().fingerprint().to_string()
    }

    /// Seals the vault for the portal to store, as the next revision.
    pub fn lock(&self) -> Result<Vec<u8>, JsValue> {
        Ok(self.vault.lock(&self.key, &mut draw()?).map_err(Failure::from)?)
    }

    /// Knows that the portal has what `lock` sealed.
    #[wasm_bindgen(js_name = wasStored)]
    pub fn was_stored(&mut self, sealed_vault: &[u8]) -> Result<(), JsValue> {
        self.vault.was_stored(sealed_vault).map_err(Failure::from)?;
        self.joined = false;
        Ok(())
    }

    /// Takes the keys in a parcel into the keyring. Store the vault (`lock`) before the parcel is acknowledged. Whether any
    /// was new. Throws `foreign-parcel` where its giver did not sign it as what it is said to come of.
    #[wasm_bindgen(js_name = takeIn)]
    pub fn take_in(
        &mut self,
        parcel: &[u8],
        #[wasm_bindgen(unchecked_param_type = "ParcelOrigin")] origin: JsValue,
    ) -> Result<bool, JsValue> {
        let origin: ParcelOrigin = plain::from_js(&origin)?;
        Ok(self.vault.take_in(parcel, &origin).map_err(Failure::from)?)
    }

    /// Takes the keys of a past vault into the keyring: they open, and nothing else of it counts. Whether any was new.
    #[wasm_bindgen(js_name = joinKeys)]
    pub fn join_keys(&mut self, past_vault: &[u8]) -> Result<bool, JsValue> {
        Ok(self.vault.join_keys(past_vault, &self.key).map_err(Failure::from)?)
    }

    /// A parcel of the whole keyring for the owner of this certificate, who absorbs this account by that claim.
    #[wasm_bindgen(js_name = handOver)]
    pub fn hand_over(&self, certificate: &[u8], claim: &str, now: f64) -> Result<Vec<u8>, JsValue> {
        let receiver = Certificate::parse(certificate).map_err(Failure::from)?;
        let claim = claim.parse().map_err(malformed)?;
        let parcel = self.vault.hand_over(&receiver, claim, now as i64, &mut draw()?);
        Ok(parcel.map_err(Failure::from)?)
    }

    /// Signs that the key of that fingerprint follows the account's own under the address.
    pub fn succession(&self, address: &str, fingerprint: &str, now: f64) -> Result<Vec<u8>, JsValue> {
        let address = address.parse().map_err(malformed)?;
        let successor = fingerprint.parse().map_err(malformed)?;
        let statement = self.vault.succession(&address, successor, now as i64, &mut draw()?);
        Ok(statement.map_err(Failure::from)?)
    }

    /// Compares the key that signed something received with those seen under that address.
    #[wasm_bindgen(unchecked_return_type = "Sight")]
    pub fn seen(
        &self,
        address: &str,
        fingerprint: &str,
        #[wasm_bindgen(unchecked_param_type = "Predecessor[]")] predecessors: Vec<JsValue>,
    ) -> Result<JsValue, JsValue> {
        let address = address.parse().map_err(malformed)?;
        let fingerprint = fingerprint.parse().map_err(malformed)?;
        let sight = self.vault.seen(&address, fingerprint, &parsed(&predecessors));
        Ok(to_js(&plain::Sight::from(sight))?)
    }

    /// Compares a key that something is about to be sealed to with the one seen last under that address.
    #[wasm_bindgen(js_name = seenForSealing, unchecked_return_type = "Sight")]
    pub fn seen_for_sealing(
        &self,
        address: &str,
        fingerprint: &str,
        #[wasm_bindgen(unchecked_param_type = "Predecessor[]")] predecessors: Vec<JsValue>,
    ) -> Result<JsValue, JsValue> {
        let address = address.parse().map_err(malformed)?;
        let fingerprint = fingerprint.parse().map_err(malformed)?;
        let sight = self
            .vault
            .seen_for_sealing(&address, fingerprint, &parsed(&predecessors));
        Ok(to_js(&plain::Sight::from(sight))?)
    }

    /// Keeps what a message that was opened shows of its signer's key, so that another one is noticed: nothing that is
    /// received makes a key known. Where it says `true`, store the vault (`lock`) afterwards.
    pub fn saw(
        &mut self,
        address: &str,
        fingerprint: &str,
        #[wasm_bindgen(unchecked_param_type = "Predecessor[]")] predecessors: Vec<JsValue>,
    ) -> Result<bool, JsValue> {
        let address = address.parse().map_err(malformed)?;
        let fingerprint = fingerprint.parse().map_err(malformed)?;
        Ok(self.vault.saw(&address, fingerprint, &parsed(&predecessors)))
    }

    /// Remembers that key as the newest of the address: whoever opened the vault wrote to it or accepted it. Where it says `true`, store the vault (`lock`) afterwards.
    pub fn remember(&mut self, address: &str, fingerprint: &str) -> Result<bool, JsValue> {
        let address = address.parse().map_err(malformed)?;
        Ok(self.vault.remember(&address, fingerprint.parse().map_err(malformed)?))
    }
}

/// Those that are certificates at all: one that is not says nothing of its successor.
fn parsed(predecessors: &[JsValue]) -> Vec<(Certificate, Vec<u8>)> {
    let field = |one: &JsValue, name: &str| {
        Some(
            Reflect::get(one, &name.into())
                .ok()?
                .dyn_into::<Uint8Array>()
                .ok()?
                .to_vec(),
        )
    };
    predecessors
        .iter()
        .filter_map(|one| {
            let certificate = Certificate::parse(&field(one, "certificate")?).ok()?;
            Some((certificate, field(one, "statement")?))
        })
        .collect()
}

fn session_key(bytes: &[u8]) -> Result<&[u8; 32], Failure> {
    bytes.try_into().map_err(malformed)
}
