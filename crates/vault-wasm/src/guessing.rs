use std::cell::OnceCell;

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Which passwords are tried first: the `guessing` module, which is loaded where a password is chosen.
    #[wasm_bindgen(typescript_type = "Guessing")]
    pub type Guessing;

    #[wasm_bindgen(method, catch, js_name = isGuessedEarly)]
    fn is_guessed_early(this: &Guessing, password: &str, known: Vec<String>) -> Result<JsValue, JsValue>;
}

impl Guessing {
    /// Does what asks which passwords are tried first. Nothing counts as rare but what the other module says is; what it
    /// throws is thrown on.
    pub(crate) fn asked_by<T>(&self, work: impl FnOnce(&dyn Fn(&str, &[&str]) -> bool) -> T) -> Result<T, JsValue> {
        let thrown = OnceCell::new();
        let done = work(&|password, known| {
            let known = known.iter().map(|&word| word.to_owned()).collect();
            match self.is_guessed_early(password, known) {
                Ok(answer) => answer != JsValue::FALSE,
                Err(error) => {
                    let _ = thrown.set(error);
                    true
                }
            }
        });
        thrown.into_inner().map_or(Ok(done), Err)
    }
}
