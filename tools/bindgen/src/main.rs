//! `bindgen MODULE.wasm FOLDER`: writes the module with its JavaScript and TypeScript halves into a folder, under its name.

use std::path::Path;

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let module = arguments.next().context("which module?")?;
    let folder = arguments.next().context("into which folder?")?;
    let name = Path::new(&module).file_stem().and_then(|name| name.to_str());
    let name = name.context("the module's name is no text")?.to_owned();
    Bindgen::new()
        .input_path(module)
        .out_name(&name)
        .web(true)?
        // The module is found beside its JavaScript unless told, as the web client expects.
        .omit_default_module_path(false)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
}
