//! Keyrings at the command line: one that is older than the one seen last, and those that were replaced.

use std::path::Path;

use tokio::process::Command;
use wire::{sessions::AccountKind, vaults::PastVault};

use crate::site::{Site, said, wrong};

const ANNA: &str = "anna@clinic.test";

/// Anna at a computer that keeps what it saw.
fn anna(site: &Site, computer: &Path, arguments: &[&str]) -> Command {
    let mut command = site.as_person(ANNA);
    command
        .env("RESTANTE_ACTIVATIONS", computer.join("activations.json"))
        .args(arguments);
    command
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[tokio::test]
async fn a_restored_portal_is_refused_until_its_person_accepts_it() {
    let site = Site::found(None).await;
    let running = site.serve().await;
    let ada = site.administrator().await;
    for (name, address) in [("Anna Berg", ANNA), ("Ben Ortiz", "ben@lawyers.test")] {
        site.register(&ada, name, address, AccountKind::Professional).await;
    }
    let computer = tempfile::tempdir().unwrap();
    let first = anna(&site, computer.path(), &["inbox"]).output().await.unwrap();
    let told = String::from_utf8(first.stderr).unwrap();
    assert!(told.contains("has not seen your keyring before"), "{told}");
    let again = anna(&site, computer.path(), &["inbox"]).output().await.unwrap();
    assert!(!String::from_utf8(again.stderr).unwrap().contains("keyring"));

    running.kill().await;
    let backup = tempfile::tempdir().unwrap();
    copy(&site.data(), backup.path());
    let running = site.serve().await;
    // She meets Ben, whose key is remembered in the keyring.
    let to_ben = [
        "send",
        "--to",
        "ben@lawyers.test",
        "--subject",
        "Hello",
        "--text",
        "Ben",
    ];
    said(&mut anna(&site, computer.path(), &to_ben)).await;
    running.kill().await;
    std::fs::remove_dir_all(site.data()).unwrap();
    copy(backup.path(), &site.data());
    let _running = site.serve().await;

    let refused = wrong(&mut anna(&site, computer.path(), &["inbox"])).await;
    assert!(refused.contains("older than the one that was seen last"), "{refused}");
    assert!(refused.contains("restante vault accept"), "{refused}");
    // A computer that has seen nothing of it cannot know.
    let elsewhere = tempfile::tempdir().unwrap();
    said(&mut anna(&site, elsewhere.path(), &["inbox"])).await;

    let accepted = said(&mut anna(&site, computer.path(), &["vault", "accept"])).await;
    assert!(accepted.contains("taken up again"), "{accepted}");
    said(&mut anna(&site, computer.path(), &["inbox"])).await;
    said(&mut anna(&site, elsewhere.path(), &["inbox"])).await;
    let nothing = said(&mut anna(&site, computer.path(), &["vault", "accept"])).await;
    assert!(nothing.contains("Nothing was changed"), "{nothing}");

    let listed = said(&mut anna(&site, computer.path(), &["--json", "vault", "list"])).await;
    let past: Vec<PastVault> = serde_json::from_str(&listed).unwrap();
    let oldest = past.last().unwrap();
    assert!(oldest.version == 1 && oldest.written.in_person, "{listed}");
    let joined = said(&mut anna(&site, computer.path(), &["vault", "join", "1"])).await;
    assert!(joined.contains("all of its keys already"), "{joined}");
    let unknown = wrong(&mut anna(&site, computer.path(), &["vault", "join", "99"])).await;
    assert!(unknown.contains("keeps no keyring of revision 99"), "{unknown}");
}
