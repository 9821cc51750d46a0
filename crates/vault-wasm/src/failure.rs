use js_sys::Reflect;
use vault::Error;
use wasm_bindgen::JsValue;

/// What JavaScript catches: an `Error` named `VaultError` with a stable `code`.
pub(crate) struct Failure(Error);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl From<Failure> for JsValue {
    fn from(Failure(error): Failure) -> Self {
        let thrown = js_sys::Error::new(&error.to_string());
        thrown.set_name("VaultError");
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&thrown, &"code".into(), &error.code().into());
        thrown.into()
    }
}

/// For what a caller got wrong: an id or an address that is none.
pub(crate) fn malformed<E>(_: E) -> Failure {
    Failure(Error::Malformed)
}
