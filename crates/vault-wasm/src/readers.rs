//! Whom a message is sealed to.

use vault::{Acquaintance, Fingerprint};
use wasm_bindgen::prelude::*;
use wire::people::Recipient;

use crate::{
    failure::{Failure, malformed, refused},
    open_vault::OpenVault,
    plain::{Addressee, ChangedKey, Reader, from_js, to_js},
};

/// Whom a message may be sealed to: what `checkReaders` let pass.
#[wasm_bindgen]
pub struct Readers {
    pub(crate) readers: vault::Readers,
}

#[wasm_bindgen]
impl Readers {
    /// Each address, and whether its key is known.
    #[wasm_bindgen(getter, unchecked_return_type = "Reader[]")]
    pub fn list(&self) -> Result<JsValue, JsValue> {
        let list: Vec<Reader> = self.readers.iter().map(Reader::from).collect();
        Ok(to_js(&list)?)
    }
}

#[wasm_bindgen]
impl OpenVault {
    /// Checks what the portal answered to who has these addresses. `account` is the own one; `former` is what it answered
    /// about former addresses, where this threw `former-needed` before.
    #[wasm_bindgen(js_name = checkReaders)]
    pub fn check_readers(
        &self,
        account: &str,
        #[wasm_bindgen(unchecked_param_type = "Addressee[]")] addressees: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Recipient[]")] answer: JsValue,
        #[wasm_bindgen(unchecked_param_type = "Recipient[] | undefined")] former: JsValue,
    ) -> Result<Readers, JsValue> {
        let account = account.parse().map_err(malformed)?;
        let (addressees, answer) = (to_addressees(&addressees)?, from_js::<Vec<Recipient>>(&answer)?);
        let former = match former.is_undefined() {
            true => None,
            false => Some(from_js::<Vec<Recipient>>(&former)?),
        };
        let readers = self
            .vault
            .check_readers(account, &addressees, &answer, former.as_deref())
            .map_err(|error| refused(&error))?;
        Ok(Readers { readers })
    }

    /// Those of whom no key is remembered, before the portal is asked.
    #[wasm_bindgen(js_name = firstContacts)]
    pub fn first_contacts(
        &self,
        #[wasm_bindgen(unchecked_param_type = "Addressee[]")] addressees: JsValue,
    ) -> Result<Vec<String>, JsValue> {
        let addressees = to_addressees(&addressees)?;
        let found = self.vault.first_contacts(&addressees);
        Ok(found.into_iter().map(|address| address.as_typed().to_owned()).collect())
    }

    /// Remembers the keys of readers who are new, or whose key follows another. Where it says `true`, store the vault
    /// (`lock`) afterwards.
    #[wasm_bindgen(js_name = rememberReaders)]
    pub fn remember_readers(&mut self, readers: &Readers) -> bool {
        self.vault.remember_readers(&readers.readers)
    }

    /// Takes changed keys as those of the people, who were asked. Where it says `true`, store the vault (`lock`)
    /// afterwards.
    #[wasm_bindgen(js_name = acceptKeys)]
    pub fn accept_keys(
        &mut self,
        #[wasm_bindgen(unchecked_param_type = "ChangedKey[]")] keys: JsValue,
    ) -> Result<bool, JsValue> {
        let mut any = false;
        for key in from_js::<Vec<ChangedKey>>(&keys)? {
            any |= self.vault.accept(&key.try_into()?);
        }
        Ok(any)
    }
}

fn to_addressees(list: &JsValue) -> Result<Vec<vault::Addressee>, Failure> {
    Ok(from_js::<Vec<Addressee>>(list)?.into_iter().map(Into::into).collect())
}

impl From<Addressee> for vault::Addressee {
    fn from(Addressee { address, formerly }: Addressee) -> Self {
        Self { address, formerly }
    }
}

impl From<&vault::Reader> for Reader {
    fn from(reader: &vault::Reader) -> Self {
        let acquaintance = match reader.acquaintance {
            Acquaintance::Own => "own",
            Acquaintance::Known => "known",
            Acquaintance::Successor => "successor",
            Acquaintance::FirstContact => "first-contact",
        };
        Self {
            address: reader.address.clone(),
            fingerprint: reader.fingerprint().to_string(),
            acquaintance,
        }
    }
}

impl From<&vault::ChangedKey> for ChangedKey {
    fn from(key: &vault::ChangedKey) -> Self {
        Self {
            address: key.address.clone(),
            formerly: key.formerly.clone(),
            before: key.before.to_string(),
            now: key.now.to_string(),
        }
    }
}

impl TryFrom<ChangedKey> for vault::ChangedKey {
    type Error = Failure;

    fn try_from(key: ChangedKey) -> Result<Self, Failure> {
        let fingerprint = |text: &str| text.parse::<Fingerprint>().map_err(malformed);
        Ok(Self {
            address: key.address,
            formerly: key.formerly,
            before: fingerprint(&key.before)?,
            now: fingerprint(&key.now)?,
        })
    }
}
