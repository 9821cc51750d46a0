//! Registration and sign-in.

use vault::{
    Vault, VaultKey,
    password::{ExportKey, KnownPortal, Registration, SignIn, ensure_may_be_chosen},
};
use wasm_bindgen::prelude::*;
use wire::sessions::SlotKind;

use crate::{
    failure::{Failure, malformed},
    guessing::Guessing,
    open_vault::OpenVault,
    plain::{bytes, from_js, object},
    randomness::draw,
};

/// A password that is being chosen.
#[wasm_bindgen]
pub struct RegistrationAttempt {
    registration: Registration,
    request: Vec<u8>,
}

/// Which rule a password breaks that is to be chosen, by its code; nothing where it may be. `known` is what is known of the
/// person and the portal: address, name, the portal's name.
#[wasm_bindgen(js_name = passwordRule)]
pub fn password_rule(password: &str, known: Vec<String>, guessing: &Guessing) -> Result<Option<String>, JsValue> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let broken =
        guessing.asked_by(|is_guessed_early| ensure_may_be_chosen(password, &known, is_guessed_early).err())?;
    Ok(broken.map(|rule| rule.code().to_owned()))
}

/// Begins a registration. Throws the code of the rule that the password breaks.
#[wasm_bindgen(js_name = startRegistration)]
pub fn start_registration(
    password: &str,
    known: Vec<String>,
    guessing: &Guessing,
) -> Result<RegistrationAttempt, JsValue> {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let mut rng = draw()?;
    let started =
        guessing.asked_by(|is_guessed_early| Registration::start(password, &known, is_guessed_early, &mut rng))?;
    let (registration, request) = started.map_err(Failure::from)?;
    Ok(RegistrationAttempt { registration, request })
}

#[wasm_bindgen]
impl RegistrationAttempt {
    /// The OPAQUE `RegistrationRequest` for the portal.
    #[wasm_bindgen(getter)]
    pub fn request(&self) -> Vec<u8> {
        self.request.clone()
    }

    /// Takes the portal's answer and makes the account: its key, its vault and the way in by password. Uses the attempt
    /// up.
    #[wasm_bindgen(unchecked_return_type = "Registered")]
    pub fn finish(
        self,
        response: &[u8],
        #[wasm_bindgen(unchecked_param_type = "PasswordSetup")] setup: &JsValue,
        origin: &str,
        account: &str,
        address: &str,
        now: f64,
    ) -> Result<JsValue, JsValue> {
        let account = account.parse().map_err(malformed)?;
        let address = address.parse().map_err(malformed)?;
        let (setup, portal) = (from_js(setup)?, KnownPortal::at(origin).map_err(Failure::from)?);
        let made = (|| {
            let mut rng = draw()?;
            let (upload, export_key) = self.registration.finish(response, &setup, &portal, &mut rng)?;
            let mut vault = Vault::create(account, &address, now as i64, &mut rng)?;
            let slot = vault.make_slot(SlotKind::Password, now as i64, &mut rng);
            let key = VaultKey::generate(&mut rng);
            let password_slot = key.wrap_for_password(&export_key, &mut rng)?;
            let sealed_vault = vault.lock(&key, &mut rng)?;
            vault.was_stored(&sealed_vault)?;
            Ok::<_, Failure>(object([
                ("upload", bytes(&upload)),
                ("certificate", bytes(&vault.certificate().to_bytes())),
                ("sealedVault", bytes(&sealed_vault)),
                ("slot", slot.to_string().into()),
                ("passwordSlot", bytes(&password_slot)),
                ("vault", OpenVault::new(vault, key, false).into()),
            ]))
        })();
        Ok(made?)
    }
}

/// A password that is being proved.
#[wasm_bindgen]
pub struct SignInAttempt {
    sign_in: SignIn,
    request: Vec<u8>,
}

/// Begins a sign-in.
#[wasm_bindgen(js_name = startSignIn)]
pub fn start_sign_in(password: &str) -> Result<SignInAttempt, JsValue> {
    let (sign_in, request) = SignIn::start(password, &mut draw()?).map_err(Failure::from)?;
    Ok(SignInAttempt { sign_in, request })
}

#[wasm_bindgen]
impl SignInAttempt {
    /// The OPAQUE `CredentialRequest` for the portal.
    #[wasm_bindgen(getter)]
    pub fn request(&self) -> Vec<u8> {
        self.request.clone()
    }

    /// Takes the portal's answer. Throws `wrong-password` where password and account do not go together, also for an
    /// address that nobody has. Uses the attempt up.
    pub fn finish(
        self,
        response: &[u8],
        #[wasm_bindgen(unchecked_param_type = "PasswordSetup")] setup: &JsValue,
        origin: &str,
    ) -> Result<SignInProof, JsValue> {
        let (setup, portal) = (from_js(setup)?, KnownPortal::at(origin).map_err(Failure::from)?);
        let finished = self.sign_in.finish(response, &setup, &portal, &mut draw()?);
        let (finalization, export_key) = finished.map_err(Failure::from)?;
        Ok(SignInProof {
            finalization,
            export_key,
        })
    }
}

/// A password that was proved.
#[wasm_bindgen]
pub struct SignInProof {
    finalization: Vec<u8>,
    export_key: ExportKey,
}

#[wasm_bindgen]
impl SignInProof {
    /// The OPAQUE `CredentialFinalization` for the portal.
    #[wasm_bindgen(getter)]
    pub fn finalization(&self) -> Vec<u8> {
        self.finalization.clone()
    }

    /// Opens the vault that the portal gives out for the proof. `lastSeen` is the one of that account that this browser
    /// saw last, sealed. Throws `foreign-vault`, `older-vault`, `vault-leapt`, `forked-vault`, `unreadable-vault`.
    #[wasm_bindgen(js_name = openVault)]
    pub fn open_vault(
        &self,
        sealed_vault: &[u8],
        password_slot: &[u8],
        account: &str,
        last_seen: Option<Vec<u8>>,
    ) -> Result<OpenVault, JsValue> {
        let key = VaultKey::unwrap_with_password(password_slot, &self.export_key).map_err(Failure::from)?;
        OpenVault::take_up(sealed_vault, last_seen, account, key)
    }

    /// Opens a vault that the person chose: the served one, although it is older than the one seen last, or a past one in
    /// place of one that does not open. It wants to be stored.
    #[wasm_bindgen(js_name = acceptVault)]
    pub fn accept_vault(
        &self,
        chosen: &[u8],
        sealed_vault: &[u8],
        password_slot: &[u8],
        account: &str,
        last_seen: Option<Vec<u8>>,
    ) -> Result<OpenVault, JsValue> {
        let account = account.parse().map_err(malformed)?;
        let key = VaultKey::unwrap_with_password(password_slot, &self.export_key).map_err(Failure::from)?;
        let vault =
            Vault::accept_vault(chosen, sealed_vault, last_seen.as_deref(), account, &key).map_err(Failure::from)?;
        Ok(OpenVault::new(vault, key, true))
    }
}
