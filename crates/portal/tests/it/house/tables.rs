//! Each table has one room that writes it.

use std::collections::{BTreeMap, BTreeSet};

use super::{sources, strings};

/// Those with two, and why.
const SHARED: [(&str, [&str; 2], &str); 1] = [(
    "deliveries",
    ["mailbox", "sending"],
    "sending puts a delivery in with its message; from then on it is its reader's, who marks it read",
)];

#[test]
fn each_table_has_one_writing_room() {
    let mut writers: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources().into_iter().filter(|source| source.room() != "storage") {
        for text in strings(&source.file) {
            for table in written(&text) {
                writers.entry(table).or_default().insert(source.room());
            }
        }
    }
    for (table, rooms) in &writers {
        match SHARED.iter().find(|(shared, ..)| shared == table) {
            Some((_, both, why)) => assert!(rooms.iter().eq(both), "{table}, of which {why}: {rooms:?}"),
            None => assert_eq!(rooms.len(), 1, "{table} is written by {rooms:?}"),
        }
    }
    let written: Vec<&String> = writers.keys().collect();
    let schema = tables();
    assert_eq!(
        written,
        schema.iter().collect::<Vec<_>>(),
        "every table is written by somebody"
    );
}

/// The tables of the schema as its last step leaves it.
fn tables() -> BTreeSet<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/storage");
    let mut steps: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .collect();
    steps.sort_unstable();
    let mut tables = BTreeSet::new();
    for step in steps {
        let sql = std::fs::read_to_string(step).unwrap();
        let words: Vec<&str> = sql.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        for at in words.windows(6) {
            match at {
                ["CREATE", "TABLE", name, ..] => drop(tables.insert((*name).to_owned())),
                ["DROP", "TABLE", name, ..] => drop(tables.remove(*name)),
                ["ALTER", "TABLE", from, "RENAME", "TO", to] => {
                    assert!(tables.remove(*from), "{from} is renamed");
                    tables.insert((*to).to_owned());
                }
                _ => {}
            }
        }
    }
    tables
}

/// The tables that a statement writes, or a part of one.
fn written(sql: &str) -> Vec<String> {
    let is_between = |c: char| c.is_whitespace() || "(),;".contains(c);
    let words: Vec<&str> = sql.split(is_between).filter(|word| !word.is_empty()).collect();
    let mut tables = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let name = match (*word, words.get(at + 1), words.get(at + 2)) {
            ("INSERT", Some(&"INTO"), Some(table)) | ("DELETE", Some(&"FROM"), Some(table)) => table,
            ("UPDATE", Some(table), Some(&"SET")) if !["DO", "FOR"].contains(&before) => table,
            _ => continue,
        };
        tables.push((*name).to_owned());
    }
    tables
}

#[test]
fn a_write_is_seen_in_every_form() {
    assert_eq!(written("INSERT INTO a (b) VALUES ($1)"), ["a"]);
    assert_eq!(
        written("INSERT INTO a (b) VALUES ($1) ON CONFLICT (b) DO UPDATE SET c = 1"),
        ["a"]
    );
    assert_eq!(written("UPDATE a SET b = (SELECT c FROM d)"), ["a"]);
    assert_eq!(
        written("WITH x AS (DELETE FROM a RETURNING b) UPDATE c SET d = 1"),
        ["a", "c"]
    );
    assert!(written("SELECT a FROM b WHERE c = 'UPDATE' FOR UPDATE").is_empty());
}
