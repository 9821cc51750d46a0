//! `docs/asvs.md` is held to the code: each requirement once, each test and file that it names there, and what is not met
//! only where an issue to come builds it.

use std::{collections::BTreeSet, fs, path::Path};

/// How many requirements ASVS 5.0.0 has at level 1 and at level 2.
const REQUIREMENTS: usize = 70 + 183;

/// The issues that build what is not met.
const ISSUES_TO_COME: [&str; 3] = [
    "*Account life: passwords, recovery, second factor, passkeys, sessions, closing*",
    "*Backup that is proved, and binary bodies*",
    "*Daily mail, first half: writing, keeping, reading*",
];

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The four columns of each row: numbers, state, how, what shows it.
fn rows(text: &str) -> Vec<[String; 4]> {
    let rows = text
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
    rows.map(|row| {
        let columns: Vec<String> = row
            .trim_matches('|')
            .split('|')
            .map(|column| column.trim().to_owned())
            .collect();
        columns
            .try_into()
            .unwrap_or_else(|columns| panic!("not four columns: {columns:?}"))
    })
    .collect()
}

fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

/// Whether a file is there, and in it the test that is named behind two colons, where one is.
fn is_there(named: &str) -> bool {
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
fn each_requirement_stands_there_once_and_is_shown_by_what_there_is() {
    let text = fs::read_to_string(root().join("docs/asvs.md")).unwrap();
    let mut numbers = BTreeSet::new();
    for [listed, state, how, shown] in rows(&text) {
        for number in listed.split(", ") {
            assert!(numbers.insert(number.to_owned()), "{number} stands there twice");
        }
        let named: Vec<&str> = quoted(&shown).collect();
        match state.as_str() {
            "met" => assert!(!named.is_empty() && !how.is_empty(), "{listed} is shown by nothing"),
            "later" => assert!(
                ISSUES_TO_COME.iter().any(|issue| how.contains(issue)),
                "{listed} is built by no issue"
            ),
            "not applicable" => assert!(!how.is_empty(), "{listed} says not why"),
            other => panic!("{listed} is {other}"),
        }
        for named in named {
            assert!(is_there(named), "{listed}: {named} is not there");
        }
    }
    assert_eq!(numbers.len(), REQUIREMENTS);
}

#[test]
fn what_is_not_there_is_noticed() {
    assert!(is_there("docs/asvs.md") && is_there("crates/restante/tests/it/asvs.rs::what_is_not_there_is_noticed"));
    assert!(!is_there("docs/nothing.md") && !is_there("crates/restante/tests/it/asvs.rs::nothing_of_that_name"));
}

#[test]
fn each_advisory_that_is_excepted_has_a_reason() {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    let excepted = settings["advisories"]["ignore"].as_array().unwrap();
    for each in excepted {
        let reason = each.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(reason.len() > 40 && reason.contains("Ends "), "{each}");
    }
}
