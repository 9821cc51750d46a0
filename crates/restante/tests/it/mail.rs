//! `restante send | inbox | read | files get`, as people call them.

use std::process::Output;

use client::Session;
use serde_json::Value;
use tempfile::tempdir;
use tokio::process::Command;
use wire::sessions::AccountKind;

use crate::site::{PASSWORD, Running, Site, names, wrong};

struct Office {
    site: Site,
    _running: Running,
    anna: Session,
}

const ANNA: &str = "anna@clinic.test";
const BEN: &str = "ben@lawyers.test";

async fn office() -> Office {
    let site = Site::found(None).await;
    let running = site.serve().await;
    let administrator = site.administrator().await;
    let anna = site
        .register(&administrator, "Anna Berg", ANNA, AccountKind::Professional)
        .await;
    site.register(&administrator, "Ben Ortiz", BEN, AccountKind::Professional)
        .await;
    Office {
        site,
        _running: running,
        anna,
    }
}

impl Office {
    async fn run(&self, address: &str, arguments: &[&str]) -> Output {
        self.site.as_person(address).args(arguments).output().await.unwrap()
    }

    /// What it prints, where it succeeds.
    async fn says(&self, address: &str, arguments: &[&str]) -> String {
        let output = self.run(address, arguments).await;
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    async fn json(&self, address: &str, arguments: &[&str]) -> Value {
        let arguments = [&["--json"], arguments].concat();
        serde_json::from_str(&self.says(address, &arguments).await).unwrap()
    }

    /// What it says is wrong, where it fails.
    async fn fails(&self, address: &str, arguments: &[&str]) -> String {
        wrong(self.site.as_person(address).args(arguments)).await
    }
}

#[tokio::test]
async fn a_message_with_files_goes_there_and_an_answer_comes_back() {
    let office = office().await;
    let folder = tempdir().unwrap();
    let contract = folder.path().join("Der Vertrag.pdf");
    let large: Vec<u8> = (0..3_000_000_u32).map(|n| (n % 251) as u8).collect();
    std::fs::write(&contract, &large).unwrap();
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "").unwrap();
    let (contract, note) = (contract.to_str().unwrap(), note.to_str().unwrap());

    let said = office
        .says(
            ANNA,
            &[
                "send",
                "--to",
                BEN,
                "--subject",
                "The contract",
                "--text",
                "Ben,\nhere it is.",
                "--file",
                contract,
                "--file",
                note,
            ],
        )
        .await;
    assert!(said.starts_with("Sent: "), "{said}");

    let inbox = office.json(BEN, &["inbox"]).await;
    let entry = &inbox["deliveries"][0];
    assert_eq!(entry["subject"], "The contract");
    assert_eq!(entry["snippet"], "Ben, here it is.");
    assert_eq!(entry["files"], serde_json::json!(["Der Vertrag.pdf", "note.txt"]));
    assert_eq!((&entry["read_at"], &inbox["next"]), (&Value::Null, &Value::Null));
    let delivery = entry["id"].as_str().unwrap();
    let line = office.says(BEN, &["inbox"]).await;
    assert!(
        line.starts_with(&format!("* {delivery}  ")) && line.contains("Anna Berg <anna@clinic.test>  + The contract"),
        "{line}"
    );

    let text = office.says(BEN, &["read", delivery]).await;
    for expected in [
        "From:       Anna Berg <anna@clinic.test>\n",
        "To:         Ben Ortiz <ben@lawyers.test>\n",
        "Subject:    The contract\n",
        "Signature:  valid, made ",
        "(FIRST MESSAGE FROM THIS KEY; compare it with the sender",
        "File:       Der Vertrag.pdf (3.0 MB)\n",
        "File:       note.txt (0 B)\n",
        "\n\nBen,\nhere it is.\n",
    ] {
        assert!(text.contains(expected), "{expected:?} in {text}");
    }
    let read = office.json(BEN, &["read", delivery]).await;
    assert_eq!(read["signature"]["key"], "unconfirmed");
    assert_eq!(
        (&read["from"]["name"], &read["signed_as"]),
        (&"Anna Berg".into(), &Value::Null)
    );
    assert_eq!(read["signature"]["fingerprint"], office.anna.fingerprint().to_string());
    assert!(office.json(BEN, &["inbox"]).await["deliveries"][0]["read_at"].is_i64());

    let saved = tempdir().unwrap();
    let output = saved.path().to_str().unwrap();
    assert!(
        office
            .fails(BEN, &["files", "get", delivery])
            .await
            .contains("say which file, or --all")
    );
    office
        .says(BEN, &["files", "get", delivery, "--all", "--output", output])
        .await;
    assert_eq!(names(saved.path()), ["Der Vertrag.pdf", "note.txt"]);
    assert_eq!(std::fs::read(saved.path().join("Der Vertrag.pdf")).unwrap(), large);
    let again = office
        .fails(BEN, &["files", "get", delivery, "note.txt", "--output", output])
        .await;
    assert!(
        again.contains("is there already") && again.contains("--force"),
        "{again}"
    );
    office
        .says(
            BEN,
            &["files", "get", delivery, "note.txt", "--output", output, "--force"],
        )
        .await;

    office
        .says(BEN, &["send", "--reply-to", delivery, "--text", "Agreed."])
        .await;
    let answer = &office.json(ANNA, &["inbox"]).await["deliveries"][0];
    assert_eq!(
        (&answer["subject"], &answer["sender"]["address"]),
        (&"Re: The contract".into(), &BEN.into())
    );
    let read = office.json(ANNA, &["read", answer["id"].as_str().unwrap()]).await;
    assert_eq!(read["text"].as_str().unwrap().trim_end(), "Agreed.");
    assert!(read["slip"]["in_reply_to"].is_string(), "{read}");
}

#[tokio::test]
async fn pages_follow_each_other_and_what_was_sent_is_kept() {
    let office = office().await;
    for subject in ["one", "two", "three"] {
        office
            .says(ANNA, &["send", "--to", BEN, "--subject", subject, "--text", ""])
            .await;
    }
    let mut subjects = Vec::new();
    let mut page = office.json(ANNA, &["inbox", "--sent", "--limit", "2"]).await;
    loop {
        let entries = page["deliveries"].as_array().unwrap();
        subjects.extend(
            entries
                .iter()
                .map(|entry| entry["subject"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page["next"].as_str().map(str::to_owned) else {
            break;
        };
        page = office
            .json(ANNA, &["inbox", "--sent", "--limit", "2", "--before", &next])
            .await;
    }
    assert_eq!(subjects, ["three", "two", "one"]);
    assert!(office.says(ANNA, &["inbox"]).await.is_empty());
}

#[tokio::test]
async fn somebody_without_an_account_is_invited_and_finds_what_waited() {
    let office = office().await;
    let sent = office
        .json(
            ANNA,
            &[
                "send",
                "--to",
                "gina@home.test",
                "--subject",
                "Results",
                "--text",
                "All is well.",
            ],
        )
        .await;
    assert_eq!(sent["invited"], serde_json::json!(["gina@home.test"]));
    office.site.accept("Gina Marsh", "gina@home.test").await;
    let inbox = office.json("gina@home.test", &["inbox"]).await;
    assert_eq!(inbox["deliveries"][0]["subject"], "Results");
    // A Guest writes to Professionals who wrote to her, and to nobody else.
    office
        .says(
            "gina@home.test",
            &["send", "--to", ANNA, "--subject", "Thanks", "--text", ""],
        )
        .await;
    let wrong = office
        .fails(
            "gina@home.test",
            &["send", "--to", BEN, "--subject", "Hello", "--text", ""],
        )
        .await;
    assert!(wrong.contains(BEN) && wrong.contains("As a Guest"), "{wrong}");
}

#[tokio::test]
async fn what_goes_wrong_says_what_to_do() {
    let office = office().await;
    let unknown = "0199ad0e-1f7a-7000-8000-000000000001";
    let folder = tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{PASSWORD}\n")).unwrap();
    let with_file = |password: &str| {
        let mut command = office.site.as_person(BEN);
        command
            .env("RESTANTE_PASSWORD", "of somebody else")
            .args(["inbox", "--password-file", password]);
        command
    };
    assert!(
        with_file(file.to_str().unwrap())
            .output()
            .await
            .unwrap()
            .status
            .success()
    );
    assert!(
        wrong(&mut with_file("/nowhere/at/all"))
            .await
            .contains("/nowhere/at/all cannot be read")
    );

    let cases: [(&[&str], &[&str]); 6] = [
        (&["read", unknown], &["restante inbox"]),
        (&["read", "no-id"], &["invalid value 'no-id'"]),
        (
            &["send", "--to", "nobody", "--subject", "x"],
            &["an address looks like name@example.org"],
        ),
        (&["send", "--to", ANNA], &["--subject"]),
        (
            &[
                "send",
                "--to",
                ANNA,
                "--subject",
                "x",
                "--text",
                "",
                "--file",
                "/nowhere",
            ],
            &["/nowhere is not a file"],
        ),
        (&["inbox", "--limit", "101"], &["1..=100"]),
    ];
    for (arguments, says) in cases {
        let wrong = office.fails(BEN, arguments).await;
        for expected in says {
            assert!(wrong.contains(expected), "{expected:?} in {wrong:?}");
        }
    }

    let said = wrong(office.site.as_person(BEN).env("RESTANTE_PASSWORD", "no").arg("inbox")).await;
    assert!(said.contains("address and password do not go together"), "{said}");
    let said = wrong(office.site.as_person(BEN).env_remove("RESTANTE_PASSWORD").arg("inbox")).await;
    assert!(said.contains("--password-file"), "{said}");
    let said = wrong(
        office
            .site
            .as_person(BEN)
            .env("RESTANTE_PORTAL", "http://127.0.0.1:1")
            .arg("inbox"),
    )
    .await;
    assert!(
        said.contains("cannot be reached") && said.contains("127.0.0.1:1"),
        "{said}"
    );
    let said = wrong(
        office
            .site
            .as_person(BEN)
            .env("RESTANTE_PORTAL", "http://portal.test")
            .arg("inbox"),
    )
    .await;
    assert!(said.contains("must begin with https://"), "{said}");
}

#[tokio::test]
async fn a_key_that_changed_is_shown_and_holds_a_message_back_until_it_is_accepted() {
    let office = office().await;
    // As if Ben had another key before.
    office
        .anna
        .accept(&BEN.parse().unwrap(), office.anna.fingerprint())
        .await
        .unwrap();
    office
        .says(
            BEN,
            &["send", "--to", ANNA, "--subject", "Hello", "--text", "It is me."],
        )
        .await;
    let delivery = office.json(ANNA, &["inbox"]).await["deliveries"][0]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let read = office.json(ANNA, &["read", &delivery]).await;
    assert_eq!(
        (&read["signature"]["verdict"], &read["signature"]["key"]),
        (&"valid".into(), &"changed".into())
    );
    assert!(office.says(ANNA, &["read", &delivery]).await.contains("CHANGED"));

    let send = ["send", "--to", BEN, "--subject", "Is it?", "--text", ""];
    let held = office.fails(ANNA, &send).await;
    let fingerprint = read["signature"]["fingerprint"].as_str().unwrap();
    assert!(
        held.contains("nothing was sent") && held.contains(fingerprint) && held.contains("--accept-key"),
        "{held}"
    );
    assert!(
        office.json(BEN, &["inbox"]).await["deliveries"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    office
        .says(ANNA, &[&send[..], &["--accept-key", fingerprint]].concat())
        .await;
    assert_eq!(
        office.json(ANNA, &["read", &delivery]).await["signature"]["key"],
        "same"
    );
}

#[tokio::test]
async fn every_command_explains_itself() {
    for command in [&["send"][..], &["inbox"], &["read"], &["files"], &["files", "get"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_restante"))
            .args(command)
            .arg("--help")
            .output()
            .await
            .unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && (help.contains("Example") || command == ["files"]),
            "{help}"
        );
    }
}
