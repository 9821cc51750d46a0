//! Nothing but the rule makes a key packet for others: read from the code, since a second way in would pass every other
//! test.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Every source file of every crate, with its path below `crates`.
fn sources() -> Vec<(String, String)> {
    let crates = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for one in fs::read_dir(&crates).unwrap() {
        walk(&one.unwrap().path().join("src"), &crates, &mut found);
    }
    assert!(found.len() > 100, "{}", found.len());
    found
}

fn walk(folder: &Path, crates: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, crates, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(crates).unwrap().to_str().unwrap().replace('\\', "/");
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The files that hold one of these, comments aside.
fn holding(sources: &[(String, String)], any: &[&str]) -> BTreeSet<String> {
    let holds = |text: &str| {
        text.lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .any(|line| any.iter().any(|one| line.contains(one)))
    };
    let these = sources.iter().filter(|(_, text)| holds(text));
    these.map(|(name, _)| name.clone()).collect()
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn the_rule_alone_makes_key_packets_for_readers() {
    let sources = sources();
    // What makes one, of whatever version.
    let made = holding(&sources, &["from_session_key"]);
    assert_eq!(made, set(&["vault/src/session.rs"]));
    // By hand none is made: one place takes them apart.
    let known = holding(&sources, &["PublicKeyEncryptedSessionKey::V"]);
    assert_eq!(known, set(&["certificate/src/sealed.rs"]));
    // Who calls it: the rule, and parcels of keys, which are no messages.
    let calls = [" key_packet(", "(key_packet(", "&key_packet(", "?key_packet("];
    let called: BTreeSet<String> = holding(&sources, &calls)
        .into_iter()
        .filter(|name| name.starts_with("vault/"))
        .collect();
    let expected = ["vault/src/parcel.rs", "vault/src/readers.rs", "vault/src/session.rs"];
    let with_fuzzing = [&expected[..], &["vault/src/fuzzing.rs"]].concat();
    assert_eq!(called, set(&with_fuzzing));
    // The fuzz target of that name opens one.
    let (_, fuzzing) = sources.iter().find(|(name, _)| name == "vault/src/fuzzing.rs").unwrap();
    assert!(fuzzing.contains("open_key_packet(vault.keys()") && !fuzzing.contains("session::key_packet"));
}

#[test]
fn nothing_seals_a_message_to_bare_certificates() {
    let sources = sources();
    let vault: Vec<&(String, String)> = sources
        .iter()
        .filter(|(name, _)| name.starts_with("vault/src/"))
        .collect();
    let mut taking = BTreeSet::new();
    for (_, text) in &vault {
        // The heads of public functions, up to their bodies.
        for head in text.split("pub fn ").skip(1).filter_map(|rest| rest.split_once('{')) {
            let (name, parameters) = head.0.split_once(['(', '<']).unwrap();
            let parameters = parameters.split("->").next().unwrap();
            if parameters.contains("Certificate") {
                taking.insert(name.to_owned());
            }
        }
    }
    // Opening and comparing; the own certificate; and parcels, which are handed to one claimant.
    let known = [
        "adopt",
        "hand_over",
        "open_body",
        "open_cover",
        "saw",
        "seal_parcel",
        "seen",
        "seen_for_sealing",
    ];
    assert_eq!(taking, set(&known));
    let readers = vault.iter().filter(|(_, text)| text.contains("Ok(Readers {"));
    let readers: Vec<&str> = readers.map(|(name, _)| name.as_str()).collect();
    assert_eq!(readers, ["vault/src/readers.rs"]);
}
