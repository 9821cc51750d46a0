//! `restante device …`: a computer that nobody signed in from before, while strangers try the address.

use std::os::unix::fs::PermissionsExt as _;

use tempfile::tempdir;
use tokio::process::Command;
use wire::sessions::AccountKind;

use crate::site::{Site, said, wrong};

const ANNA: &str = "anna@clinic.test";

#[tokio::test]
async fn a_new_computer_signs_in_by_a_link_while_strangers_try() {
    let site = Site::found(None).await;
    let _running = site.serve().await;
    let administrator = site.administrator().await;
    site.register(&administrator, "Anna Berg", ANNA, AccountKind::Professional)
        .await;
    let folder = tempdir().unwrap();
    let file = folder.path().join("activations.json");
    let restante = |arguments: &[&str]| -> Command {
        let mut command = site.as_person(ANNA);
        command.env("RESTANTE_ACTIVATIONS", &file).args(arguments);
        command
    };
    for _ in 0..8 {
        let tried = site.client().sign_in(&ANNA.parse().unwrap(), "not her password").await;
        tried.unwrap_err();
    }
    let slowed = wrong(&mut restante(&["inbox"])).await;
    assert!(slowed.contains("Too many attempts"), "{slowed}");
    assert!(slowed.contains("`restante device ask`"), "{slowed}");

    let told = said(&mut restante(&["device", "ask"])).await;
    let of_nobody = said(&mut restante(&["device", "ask", "--address", "nobody@clinic.test"])).await;
    assert_eq!(told.replace(ANNA, ""), of_nobody.replace("nobody@clinic.test", ""));
    let mail = site.sink.mail_to(ANNA, "/device#").await;
    let link = mail.link(&format!("{}/device#", site.url));

    let elsewhere = ["device", "add", "--portal", "https://other.test", &link];
    let other = wrong(&mut restante(&elsewhere)).await;
    assert!(other.contains("another portal"), "{other}");
    let mut nowhere = restante(&["device", "add", &link]);
    let nowhere = wrong(nowhere.env("RESTANTE_ACTIVATIONS", "/proc/no/place")).await;
    assert!(nowhere.contains("cannot be used"), "{nowhere}");
    // Nothing of that has spent it, and the whole link says which portal.
    let mut add = restante(&["device", "add", &link]);
    let added = said(add.env_remove("RESTANTE_PORTAL")).await;
    assert!(added.contains(ANNA), "{added}");
    let devices = std::fs::metadata(file.with_file_name("devices.json")).unwrap();
    assert_eq!(devices.permissions().mode() & 0o777, 0o600);
    said(&mut restante(&["inbox"])).await;
    let again = wrong(&mut restante(&["device", "add", &link])).await;
    assert!(again.contains("It works once"), "{again}");
    // Another computer still waits.
    let mut other = restante(&["inbox"]);
    let other = wrong(other.env("RESTANTE_ACTIVATIONS", folder.path().join("other/activations.json"))).await;
    assert!(other.contains("Too many attempts"), "{other}");
}
