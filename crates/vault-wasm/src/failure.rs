use js_sys::Reflect;
use vault::{Error, ReadersError};
use wasm_bindgen::JsValue;

use crate::plain::{ChangedKey, to_js};

/// What JavaScript catches: an `Error` named `VaultError` with a stable `code`.
pub(crate) struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl From<Failure> for JsValue {
    fn from(Failure(error): Failure) -> Self {
        thrown(&error.to_string(), &[("code", error.code().into())])
    }
}

/// For what a caller got wrong: an id or an address that is none.
pub(crate) fn malformed<E>(_: E) -> Failure {
    Failure(Error::Malformed)
}

/// The same where it is about recipients: with the `addresses` that it is about, and the `keys` where those changed.
pub(crate) fn refused(error: &ReadersError) -> JsValue {
    let addresses: Vec<&str> = error.addresses().into_iter().map(wire::Address::as_typed).collect();
    let keys: Vec<ChangedKey> = match error {
        ReadersError::KeysChanged(keys) => keys.iter().map(ChangedKey::from).collect(),
        _ => Vec::new(),
    };
    match (to_js(&addresses), to_js(&keys)) {
        (Ok(addresses), Ok(keys)) => thrown(
            &error.to_string(),
            &[("code", error.code().into()), ("addresses", addresses), ("keys", keys)],
        ),
        (Err(failure), _) | (_, Err(failure)) => failure.into(),
    }
}

fn thrown(message: &str, properties: &[(&str, JsValue)]) -> JsValue {
    let thrown = js_sys::Error::new(message);
    thrown.set_name("VaultError");
    for (name, value) in properties {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&thrown, &(*name).into(), value);
    }
    thrown.into()
}
