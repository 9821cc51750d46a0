//! The portal's code, read as code: what the house promises of its rooms holds for every file.

mod floors;
mod guarded;
mod limits;
mod tables;

use std::{
    fs,
    path::{Path, PathBuf},
};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, File, visit::Visit};

/// A file of `src`, parsed.
struct Source {
    /// As it stands in `src`, without its ending: `aliases/claims`.
    name: String,
    file: File,
}

impl Source {
    /// The module that the file is, from the crate's root.
    fn module(&self) -> Vec<String> {
        let mut parts: Vec<String> = self.name.split('/').map(str::to_owned).collect();
        if parts.last().is_some_and(|last| last == "mod") {
            parts.pop();
        }
        parts
    }

    /// The room that the file stands in.
    fn room(&self) -> String {
        self.module().swap_remove(0)
    }
}

/// Every file of the portal but its root, which declares the rooms.
fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut ahead = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = ahead.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                ahead.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(&root).unwrap().with_extension("");
                let name = name.to_str().unwrap().to_owned();
                let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
                sources.push(Source { name, file });
            }
        }
    }
    sources.retain(|source| source.name != "lib");
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(sources.len() > 80, "the walk sees what is there: {}", sources.len());
    sources
}

/// The crate's root: which rooms there are, and what it lends out under a shorter name.
fn root() -> File {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs");
    syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap()
}

/// Whether an item is there for unit tests alone.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Path>()
                .is_ok_and(|path| path.is_ident("test"))
    })
}

/// Every string of a file outside its unit tests, those inside macros included.
fn strings(file: &File) -> Vec<String> {
    #[derive(Default)]
    struct Strings(Vec<String>);

    impl Strings {
        fn tokens(&mut self, tokens: TokenStream) {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => self.tokens(group.stream()),
                    TokenTree::Literal(literal) => {
                        if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) {
                            self.0.push(text.value());
                        }
                    }
                    TokenTree::Ident(_) | TokenTree::Punct(_) => {}
                }
            }
        }
    }

    impl<'ast> Visit<'ast> for Strings {
        fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
            if !is_test(&module.attrs) {
                syn::visit::visit_item_mod(self, module);
            }
        }

        fn visit_attribute(&mut self, _: &'ast Attribute) {}

        fn visit_lit_str(&mut self, text: &'ast syn::LitStr) {
            self.0.push(text.value());
        }

        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            self.tokens(call.tokens.clone());
        }
    }

    let mut strings = Strings::default();
    strings.visit_file(file);
    strings.0
}
