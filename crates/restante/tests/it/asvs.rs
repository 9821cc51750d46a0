//! `docs/asvs.md` is held to the code: each requirement once, each test and file that it names there, and what is not met
//! only where an issue to come builds it.

use std::{collections::BTreeSet, fs};

use crate::documents::{is_there, quoted, root};

/// How many requirements ASVS 5.0.0 has at level 1 and at level 2.
const REQUIREMENTS: usize = 70 + 183;

/// The issues that build what is not met.
const ISSUES_TO_COME: [&str; 3] = [
    "*Account life: passwords, recovery, second factor, passkeys, sessions, closing*",
    "*Backup that is proved, and binary bodies*",
    "*Daily mail, first half: writing, keeping, reading*",
];

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
fn each_advisory_that_is_excepted_has_a_reason() {
    let text = fs::read_to_string(root().join("deny.toml")).unwrap();
    let settings: toml::Table = text.parse().unwrap();
    let excepted = settings["advisories"]["ignore"].as_array().unwrap();
    for each in excepted {
        let reason = each.get("reason").and_then(toml::Value::as_str).unwrap_or_default();
        assert!(reason.len() > 40 && reason.contains("Ends "), "{each}");
    }
}
