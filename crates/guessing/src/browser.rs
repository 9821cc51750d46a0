//! The same for JavaScript.

use wasm_bindgen::prelude::wasm_bindgen;

/// Whether somebody who tries what people choose comes to the password early; `known`: words that they know of the person.
#[wasm_bindgen(js_name = isGuessedEarly)]
pub fn is_guessed_early(password: &str, known: Vec<String>) -> bool {
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    crate::is_guessed_early(password, &known)
}
