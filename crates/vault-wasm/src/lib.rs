//! The vault as a WebAssembly module: nothing but translation between JavaScript values and the `vault` crate.
//!
//! Every call that needs randomness draws one seed from `crypto.getRandomValues` for itself, so that equal seeds give
//! equal bytes here and natively.

mod account;
mod failure;
mod files;
mod guessing;
mod messages;
mod open_vault;
mod pass;
mod plain;
mod randomness;
mod readers;

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");
