//! Documents that are held to the code: what they name in backquotes, and whether it is there.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the paths begin that documents name.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What stands in backquotes.
pub fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a file is there, and in it the test that is named behind two colons, where one is.
pub fn is_there(named: &str) -> bool {
    let (path, test) = named
        .split_once("::")
        .map_or((named, None), |(path, test)| (path, Some(test)));
    let Ok(code) = fs::read_to_string(root().join(path)) else {
        return false;
    };
    match test {
        None => true,
        Some(test) if path.ends_with(".rs") => code.contains(&format!("fn {test}(")),
        Some(test) => code.contains(&format!("'{test}'")),
    }
}

#[test]
fn what_is_not_there_is_noticed() {
    assert!(
        is_there("docs/asvs.md") && is_there("crates/restante/tests/it/documents.rs::what_is_not_there_is_noticed")
    );
    assert!(!is_there("docs/nothing.md") && !is_there("crates/restante/tests/it/documents.rs::nothing_of_that_name"));
}
