//! `bindgen MODULE.wasm FOLDER`: writes the module with its JavaScript and TypeScript halves into a folder.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let module = arguments.next().context("which module?")?;
    let folder = arguments.next().context("into which folder?")?;
    Bindgen::new()
        .input_path(module)
        .out_name("vault_wasm")
        .web(true)?
        // The module is found beside its JavaScript unless told, as the web client expects.
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
