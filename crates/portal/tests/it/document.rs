//! The API's document is locked: whoever changes the API sees it here, and the web client is generated from it. So is the
//! list of places that take an account for its Master.

use std::{
    fs,
    path::{Path, PathBuf},
};

#[test]
fn the_openapi_document_is_the_committed_one() {
    let committed = include_str!("../../../../web/src/api/openapi.json");
    assert!(
        portal::server::openapi().trim() == committed.trim(),
        "the API changed: cargo run -p portal --example openapi > web/src/api/openapi.json, and look at the difference",
    );
}

#[test]
fn every_problem_has_a_status_of_its_class_and_a_title_without_data() {
    for kind in wire::ProblemType::ALL {
        assert!((400..600).contains(&kind.status()), "{}", kind.slug());
        assert!(
            kind.title().ends_with('.') && !kind.title().contains(['{', '@']),
            "{}",
            kind.slug()
        );
    }
}

/// Words that stand in every file that takes somebody for their Master, or says where they are now.
const OF_THE_MASTER: [&str; 6] = [
    "master",
    "destination(",
    "destination:",
    "sender_now",
    "formerly",
    "invited_by.",
];

#[test]
fn every_place_of_the_master_is_listed_with_its_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let listed = fs::read_to_string(root.join("docs/master.md")).unwrap();
    let named: Vec<&str> = listed.split('`').skip(1).step_by(2).collect();
    for named in &named {
        let Some((path, test)) = named.split_once("::") else {
            let is_path = named.contains('/');
            assert!(
                !is_path || root.join(named).is_file(),
                "docs/master.md: no file {named}"
            );
            continue;
        };
        let text = fs::read_to_string(root.join(path)).unwrap_or_default();
        let there = match path.ends_with(".rs") {
            true => text.contains(&format!("fn {test}(")),
            false => text.contains(&format!("'{test}'")),
        };
        assert!(there, "docs/master.md: no test {named}");
    }
    for crate_or_client in [
        "crates/client/src",
        "crates/portal/src",
        "crates/restante/src",
        "crates/wire/src",
        "web/src",
    ] {
        for path in sources(&root.join(crate_or_client)) {
            let text = fs::read_to_string(&path).unwrap().to_lowercase();
            let mut code = text.lines().map(str::trim_start);
            let uses = code.any(|line| {
                let comment = ["//", "*", "/*", "<!--"].iter().any(|begins| line.starts_with(begins));
                !comment && OF_THE_MASTER.iter().any(|word| line.contains(word))
            });
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap();
            assert!(!uses || named.contains(&path), "{path} is not in docs/master.md");
        }
    }
}

/// What people wrote of a program below a folder, but for its tests and the words that it shows.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let code = [".rs", ".ts", ".svelte"].iter().any(|end| name.ends_with(end));
        if path.is_dir() && !["text", "texts", "module"].contains(&name) {
            found.append(&mut sources(&path));
        } else if code && !name.ends_with(".test.ts") && name != "schema.d.ts" {
            found.push(path);
        }
    }
    found
}
