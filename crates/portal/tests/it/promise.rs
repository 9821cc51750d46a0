//! The product's promise, written as a dependency rule: the portal holds no code that opens a vault or a message.

use std::{collections::BTreeSet, process::Command};

use serde_json::Value;

#[test]
fn the_portal_depends_on_no_vault() {
    let reached = reached_from("portal");
    assert!(
        reached.contains("certificate") && reached.contains("wire"),
        "the walk sees what is there: {reached:?}"
    );
    assert!(
        !reached.contains("vault"),
        "portal must not depend on vault, directly or through others"
    );
    assert!(!reached.contains("custody"), "portal knows custody as a trait alone");
    assert!(
        reached_from("custody").contains("vault"),
        "custody does, so the walk would find it"
    );
}

#[test]
fn wire_certificate_and_guessing_stand_alone() {
    for alone in ["wire", "certificate", "guessing"] {
        let ours = [
            "certificate",
            "client",
            "custody",
            "guessing",
            "portal",
            "restante",
            "vault",
            "vault-wasm",
            "wire",
        ];
        let reached = reached_from(alone);
        assert!(
            ours.iter().all(|name| *name == alone || !reached.contains(*name)),
            "{alone}: {reached:?}"
        );
    }
}

/// Word lists are as large as all the rest of the vault, which is loaded before anybody can sign in. Programs bring them
/// along where a password is chosen; in a browser they are a module of their own.
#[test]
fn the_vaults_module_holds_no_lists_of_passwords() {
    let reached = reached_from("vault-wasm");
    assert!(reached.contains("vault"), "the walk sees what is there: {reached:?}");
    for lists in ["guessing", "zxcvbn"] {
        assert!(!reached.contains(lists), "vault-wasm must not depend on {lists}");
        assert!(reached_from("client").contains(lists), "a program has {lists}");
    }
}

/// Everything a crate of ours depends on when it is built for use: no tests' dependencies.
fn reached_from(name: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version=1",
            "--locked",
            "--filter-platform=x86_64-unknown-linux-gnu",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let name_of = |id: &Value| {
        packages.iter().find(|p| p["id"] == *id).unwrap()["name"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let start = nodes.iter().find(|node| name_of(&node["id"]) == name).unwrap();
    let mut reached = BTreeSet::new();
    let mut visited = BTreeSet::new();
    let mut ahead = vec![start["id"].clone()];
    while let Some(id) = ahead.pop() {
        if !visited.insert(id.to_string()) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let used = dependency["dep_kinds"]
                .as_array()
                .unwrap()
                .iter()
                .any(|kind| kind["kind"] != "dev");
            if used {
                reached.insert(name_of(&dependency["pkg"]));
                ahead.push(dependency["pkg"].clone());
            }
        }
    }
    reached
}
