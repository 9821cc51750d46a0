//! What opens a vault without the password: an activation's secret, or a hand-over's.

use vault::{Error, Pass, Purpose};
use wasm_bindgen::prelude::*;

use crate::{
    failure::Failure,
    open_vault::OpenVault,
    plain::{bytes, object},
    randomness::draw,
};

fn purpose(name: &str) -> Result<Purpose, Failure> {
    match name {
        "activation" => Ok(Purpose::Activation),
        "hand-over" => Ok(Purpose::HandOver),
        _ => Err(Error::Malformed.into()),
    }
}

/// What the portal is shown of a pass that was kept.
#[wasm_bindgen(js_name = passToken)]
pub fn pass_token(
    #[wasm_bindgen(unchecked_param_type = "PassPurpose")] for_what: &str,
    secret: &[u8],
) -> Result<Vec<u8>, JsValue> {
    let token = Pass::from_bytes(purpose(for_what)?, secret).and_then(|pass| pass.token());
    Ok(token.map_err(Failure::from)?.to_vec())
}

#[wasm_bindgen]
impl OpenVault {
    /// A fresh pass for this vault: the secret to keep, the token for the portal, and the vault key wrapped.
    #[wasm_bindgen(js_name = makePass, unchecked_return_type = "MadePass")]
    pub fn make_pass(
        &self,
        #[wasm_bindgen(unchecked_param_type = "PassPurpose")] for_what: &str,
    ) -> Result<JsValue, JsValue> {
        let for_what = purpose(for_what)?;
        let made = (|| {
            let mut rng = draw()?;
            let pass = Pass::generate(for_what, &mut rng);
            Ok::<_, Failure>(object([
                ("secret", bytes(pass.as_bytes())),
                ("token", bytes(&pass.token()?)),
                ("wrapped", bytes(&pass.wrap(self.key(), &mut rng)?)),
            ]))
        })();
        Ok(made?)
    }

    /// Opens a vault with a pass that was kept, and the vault key that the portal gives out for its token. Throws as
    /// `openVault` does.
    #[wasm_bindgen(js_name = withPass)]
    pub fn with_pass(
        #[wasm_bindgen(unchecked_param_type = "PassPurpose")] for_what: &str,
        secret: &[u8],
        wrapped_key: &[u8],
        sealed_vault: &[u8],
        account: &str,
        last_seen: Option<Vec<u8>>,
    ) -> Result<OpenVault, JsValue> {
        let key = Pass::from_bytes(purpose(for_what)?, secret).and_then(|pass| pass.unwrap(wrapped_key));
        Self::take_up(sealed_vault, last_seen, account, key.map_err(Failure::from)?)
    }
}
