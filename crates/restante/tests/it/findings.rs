//! `docs/findings.md` is held to the code: each test that it names exists, and each lie of the liar's is in it.

use std::fs;

use crate::documents::{is_there, quoted, root};

/// The four columns of each row: case, client, test, named error.
fn rows(text: &str) -> Vec<[String; 4]> {
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let rows = rows.filter(|row| !row.starts_with("case or lie "));
    rows.map(|row| {
        let columns: Vec<String> = row.split(" | ").map(str::to_owned).collect();
        columns
            .try_into()
            .unwrap_or_else(|columns| panic!("not four columns: {columns:?}"))
    })
    .collect()
}

#[test]
fn each_finding_names_a_test_that_exists() {
    let text = fs::read_to_string(root().join("docs/findings.md")).unwrap();
    let rows = rows(&text);
    assert!(rows.len() > 20, "{}", rows.len());
    for [case, client, test, error] in &rows {
        assert!(!client.is_empty() && !error.is_empty(), "{case}");
        assert!(quoted(test).any(|named| named.contains("::")), "no test of {case}");
    }
    // Those that stand between the tables, too.
    for named in quoted(&text).filter(|named| named.contains("::")) {
        assert!(is_there(named), "no test {named}");
    }
}

#[test]
fn each_lie_of_the_liar_is_listed() {
    let listed = fs::read_to_string(root().join("docs/findings.md")).unwrap();
    let mut found = 0;
    let families = [
        "recipients",
        "deliveries",
        "vaults",
        "parcels",
        "claims",
        "account",
        "sign-ins",
    ];
    for family in families {
        let file = family.replace('-', "_");
        let code = fs::read_to_string(root().join(format!("crates/liar/src/{file}.rs"))).unwrap();
        let (_, variants) = code.split_once("Lie {\n").unwrap();
        let (variants, _) = variants.split_once("\n}\n").unwrap();
        for line in variants.lines().filter_map(|line| line.strip_prefix("    ")) {
            let Some(name) = line
                .split([',', ' '])
                .next()
                .filter(|name| name.starts_with(char::is_uppercase))
            else {
                continue;
            };
            // As clap calls it.
            let mut lie = String::new();
            for (at, letter) in name.char_indices() {
                if letter.is_uppercase() && at > 0 {
                    lie.push('-');
                }
                lie.push(letter.to_ascii_lowercase());
            }
            let lie = format!("| `{family} {lie}`");
            assert!(listed.contains(&lie), "docs/findings.md does not list {lie}");
            found += 1;
        }
    }
    assert!(found > 15, "{found}");
    let code = fs::read_to_string(root().join("crates/liar/src/lie.rs")).unwrap();
    assert_eq!(
        code.matches("#[command(subcommand)]").count(),
        families.len(),
        "a new family is not looked at here"
    );
}
