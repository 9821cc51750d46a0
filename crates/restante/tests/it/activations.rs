//! `restante activate` and `restante activation …`: reading and writing without the password, and what ends it.

use std::{
    fs::Permissions,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use client::Session;
use serde_json::Value;
use tempfile::{TempDir, tempdir};
use tokio::process::Command;
use wire::sessions::AccountKind;

use crate::site::{PASSWORD, Running, Site, names, said, wrong};

const ANNA: &str = "anna@clinic.test";
const WINTER: &str = "anna.winter@clinic.test";
const BEN: &str = "ben@lawyers.test";

struct Office {
    site: Site,
    _running: Running,
    administrator: Session,
    anna: Session,
}

/// Somebody's computer, with what it keeps.
struct Computer<'a> {
    office: &'a Office,
    file: PathBuf,
    _folder: TempDir,
}

impl Office {
    /// Anna and Ben have accounts.
    async fn open() -> Self {
        let site = Site::found(None).await;
        let running = site.serve().await;
        let administrator = site.administrator().await;
        let register = async |name, address| {
            site.register(&administrator, name, address, AccountKind::Professional)
                .await
        };
        let anna = register("Anna Berg", ANNA).await;
        register("Ben Ortiz", BEN).await;
        Self {
            site,
            _running: running,
            administrator,
            anna,
        }
    }

    fn computer(&self) -> Computer<'_> {
        let folder = tempdir().unwrap();
        Computer {
            office: self,
            file: folder.path().join("activations.json"),
            _folder: folder,
        }
    }

    /// A computer that was activated for somebody.
    async fn activated(&self, address: &str) -> Computer<'_> {
        let computer = self.computer();
        computer.activate(address).await;
        computer
    }

    async fn send(&self, from: &str, to: &str, subject: &str) {
        let send = ["send", "--to", to, "--subject", subject, "--text", subject];
        said(self.site.as_person(from).args(send)).await;
    }

    /// The subjects in somebody's Inbox, newest first, as the password shows them.
    async fn inbox(&self, address: &str) -> Vec<String> {
        subjects(&said(self.site.as_person(address).args(["--json", "inbox"])).await)
    }

    /// Anna has another address too, which her other computers learn of by themselves.
    async fn add_alias(&self, alias: &str) {
        said(self.site.as_person(ANNA).args(["alias", "add", alias])).await;
        let mail = self.site.sink.mail_to(alias, "/confirm#").await;
        let link = mail.link(&format!("{}/confirm#", self.site.url));
        said(self.site.as_person(ANNA).args(["alias", "confirm", "--yes", &link])).await;
    }

    /// Anna promotes it, at another computer.
    async fn promote(&self, alias: &str) {
        said(self.site.as_person(ANNA).args(["alias", "promote", "--no-tell", alias])).await;
    }

    /// As an administrator on the server.
    async fn on_server(&self, arguments: &[&str]) -> String {
        said(self.site.restante().args(arguments)).await
    }
}

impl Computer<'_> {
    /// `restante` on it, by somebody who says neither who they are nor the password.
    fn restante(&self, arguments: &[&str]) -> Command {
        let mut command = self.office.site.as_person(ANNA);
        for gone in ["RESTANTE_PORTAL", "RESTANTE_ADDRESS", "RESTANTE_PASSWORD"] {
            command.env_remove(gone);
        }
        command.env("RESTANTE_ACTIVATIONS", &self.file).args(arguments);
        command
    }

    /// The same, by somebody who gives the password where it is asked for.
    fn with_password(&self, arguments: &[&str]) -> Command {
        let mut command = self.restante(arguments);
        command.env("RESTANTE_PASSWORD", PASSWORD);
        command
    }

    async fn activate(&self, address: &str) -> String {
        let mut command = self.with_password(&["activate", "--device", "the laptop", "--address", address]);
        said(command.env("RESTANTE_PORTAL", &self.office.site.url)).await
    }

    async fn says(&self, arguments: &[&str]) -> String {
        said(&mut self.restante(arguments)).await
    }

    async fn fails(&self, arguments: &[&str]) -> String {
        wrong(&mut self.restante(arguments)).await
    }

    async fn inbox(&self) -> Vec<String> {
        subjects(&self.says(&["--json", "inbox"]).await)
    }

    /// What the program says to whoever can neither read nor send here: nothing is shown, and nothing goes out.
    async fn is_shut(&self) -> String {
        let send = ["send", "--to", BEN, "--subject", "not sent", "--text", ""];
        let mut said = Vec::new();
        for arguments in [&["inbox"][..], &send] {
            let output = self.restante(arguments).output().await.unwrap();
            assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
            said.push(String::from_utf8(output.stderr).unwrap());
        }
        assert_eq!(said[0], said[1]);
        assert!(!self.office.inbox(BEN).await.contains(&"not sent".to_owned()));
        said.remove(0)
    }

    /// Of the activations of the account, as the program lists them: state, and whether it is this computer's.
    async fn listed(&self) -> Vec<(String, bool)> {
        let listed = said(&mut self.with_password(&["--json", "activation", "list"])).await;
        let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
        let listed = listed.iter().map(|one| {
            let state = one["state"].as_str().unwrap().to_owned();
            (state, one["current"].as_bool().unwrap())
        });
        listed.collect()
    }

    /// The id of what it keeps.
    fn id(&self) -> String {
        let kept: Value = serde_json::from_slice(&std::fs::read(&self.file).unwrap()).unwrap();
        let id = &kept["activations"][0]["activation"]["id"];
        id.as_str().unwrap().to_owned()
    }

    /// Another computer with a copy of what this one keeps: whoever took it.
    fn stolen(&self) -> Self {
        let thief = self.office.computer();
        std::fs::copy(&self.file, &thief.file).unwrap();
        thief
    }
}

fn subjects(listed: &str) -> Vec<String> {
    let listed: Value = serde_json::from_str(listed).unwrap();
    let subjects = listed["deliveries"].as_array().unwrap().iter();
    subjects
        .map(|one| one["subject"].as_str().unwrap().to_owned())
        .collect()
}

fn states(of: &[(&str, bool)]) -> Vec<(String, bool)> {
    of.iter().map(|&(state, current)| (state.to_owned(), current)).collect()
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn an_activated_computer_reads_and_sends_without_the_password() {
    let office = Office::open().await;
    let home = tempdir().unwrap();
    // Where people have their configurations, unless told otherwise.
    let restante = |arguments: &[&str]| {
        let mut command = office.site.as_person(ANNA);
        for gone in ["RESTANTE_PORTAL", "RESTANTE_ADDRESS", "RESTANTE_PASSWORD"] {
            command.env_remove(gone);
        }
        command.env("HOME", home.path()).args(arguments);
        command
    };
    let unknown = wrong(&mut restante(&["inbox"])).await;
    assert!(unknown.contains("say which portal"), "{unknown}");
    let unknown = wrong(&mut restante(&["inbox", "--portal", &office.site.url])).await;
    assert!(unknown.contains("say which address"), "{unknown}");
    let who = [
        "activate",
        "--portal",
        &office.site.url,
        "--address",
        "Anna@Clinic.test",
    ];
    let unasked = wrong(&mut restante(&who)).await;
    assert!(unasked.contains("nobody to ask for the password"), "{unasked}");
    let mut wrong_password = restante(&who);
    let refused = wrong(wrong_password.env("RESTANTE_PASSWORD", "no")).await;
    assert!(refused.contains("do not go together"), "{refused}");
    assert!(names(home.path()).is_empty());

    let activated = said(restante(&who).env("RESTANTE_PASSWORD", PASSWORD)).await;
    let file = home.path().join(".config/restante/activations.json");
    let expected = format!(
        "This computer is activated for {ANNA} at {}.\nWhoever reads {} reads and writes as you, ",
        office.site.url,
        file.display()
    );
    assert!(activated.starts_with(&expected), "{activated}");
    assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
    let kept = std::fs::read_to_string(&file).unwrap();
    assert!(!kept.contains(PASSWORD), "{kept}");
    office.site.sink.mail_to(ANNA, "activated").await;
    let again = said(restante(&who).env("RESTANTE_PASSWORD", PASSWORD)).await;
    assert!(again.contains("already"), "{again}");
    assert_eq!(office.anna.activations().await.unwrap().len(), 1);

    let folder = tempdir().unwrap();
    let note = folder.path().join("note.txt");
    std::fs::write(&note, "ten").unwrap();
    let send = [
        "send",
        "--to",
        BEN,
        "--subject",
        "Ten",
        "--text",
        "",
        "--file",
        note.to_str().unwrap(),
    ];
    said(&mut restante(&send)).await;
    assert_eq!(office.inbox(BEN).await, ["Ten"]);
    office.send(BEN, ANNA, "Thanks").await;
    let inbox = said(&mut restante(&["--json", "inbox"])).await;
    assert_eq!(subjects(&inbox), ["Thanks"]);
    let inbox: Value = serde_json::from_str(&inbox).unwrap();
    let delivery = inbox["deliveries"][0]["id"].as_str().unwrap();
    let read = said(&mut restante(&["read", delivery])).await;
    assert!(
        read.contains("Subject:    Thanks\n") && read.contains("Signature:  valid"),
        "{read}"
    );
    let sent = said(&mut restante(&["--json", "inbox", "--sent"])).await;
    let sent: Value = serde_json::from_str(&sent).unwrap();
    let delivery = sent["deliveries"][0]["id"].as_str().unwrap();
    let output = tempdir().unwrap();
    let place = output.path().to_str().unwrap();
    said(&mut restante(&["files", "get", delivery, "--output", place])).await;
    assert_eq!(std::fs::read_to_string(output.path().join("note.txt")).unwrap(), "ten");

    let list = said(&mut restante(&["activation", "list"])).await;
    let expected = format!(", under {ANNA}: active, since ");
    assert!(
        list.starts_with("* command-line 0.1.0 on ") && list.contains(&expected),
        "{list}"
    );
    // Of somebody else it keeps nothing.
    let other = wrong(&mut restante(&["inbox", "--address", BEN])).await;
    assert!(
        other.contains(&format!("nobody to ask for the password of {BEN}")),
        "{other}"
    );

    // What changes the account takes the password all the same, and says so.
    let alias = wrong(&mut restante(&["alias", "list"])).await;
    assert!(alias.contains("An activation may not do this: it takes the password.") && alias.contains("nobody to ask"));
    let alias = said(restante(&["alias", "list"]).env("RESTANTE_PASSWORD", PASSWORD)).await;
    assert_eq!(alias, format!("Master   {ANNA}\n"));

    let removed = said(&mut restante(&["activation", "remove"])).await;
    assert_eq!(removed, "This computer is not activated any more.\n");
    assert!(!std::fs::read_to_string(&file).unwrap().contains("secret"));
    assert!(office.anna.activations().await.unwrap().is_empty());
    let again = restante(&["activation", "remove", "--portal", &office.site.url, "--address", ANNA]);
    let again = wrong(&mut { again }).await;
    assert!(again.contains("this computer is not activated"), "{again}");
}

#[tokio::test]
async fn after_a_promotion_nothing_goes_on_until_it_is_activated_again() {
    let office = Office::open().await;
    office.add_alias(WINTER).await;
    let (laptop, desk) = (office.activated(ANNA).await, office.activated(ANNA).await);
    let stolen = laptop.stolen();
    office.send(BEN, ANNA, "before").await;
    assert_eq!(laptop.inbox().await, ["before"]);
    office.promote(WINTER).await;
    for computer in [&laptop, &desk, &stolen] {
        let shut = computer.is_shut().await;
        for expected in [
            "The Master address has changed",
            "Nothing was retrieved or sent",
            "`restante activation remove`, then `restante activate`",
        ] {
            assert!(shut.contains(expected), "{expected:?} in {shut}");
        }
    }
    assert_eq!(
        laptop.listed().await,
        states(&[("needs-reactivation", false), ("needs-reactivation", true)])
    );

    // As the help page says, and by the one command that does both.
    let unasked = laptop.fails(&["activation", "remove"]).await;
    assert!(unasked.contains("nobody to ask for the password"), "{unasked}");
    said(&mut laptop.with_password(&["activation", "remove"])).await;
    laptop.activate(WINTER).await;
    let activated = said(&mut desk.with_password(&["activate"])).await;
    assert!(activated.contains(&format!("activated for {WINTER}")), "{activated}");
    assert_eq!(desk.listed().await, states(&[("active", true), ("active", false)]));
    for computer in [&laptop, &desk] {
        assert_eq!(computer.inbox().await, ["before"]);
    }
    laptop
        .says(&["send", "--to", BEN, "--subject", "from the new address", "--text", ""])
        .await;
    let inbox = said(office.site.as_person(BEN).args(["--json", "inbox"])).await;
    let inbox: Value = serde_json::from_str(&inbox).unwrap();
    assert_eq!(inbox["deliveries"][0]["sender"]["address"], WINTER);
    // Any address of hers means her. What was taken from her before opens nothing.
    desk.says(&["inbox", "--address", "ANNA@clinic.test"]).await;
    stolen.is_shut().await;
    // Nor when the first address is the Master again.
    office.promote(ANNA).await;
    for computer in [&laptop, &desk, &stolen] {
        computer.is_shut().await;
    }
}

#[tokio::test]
async fn who_promotes_on_an_activated_computer_is_told_to_activate_it_again() {
    let office = Office::open().await;
    office.add_alias(WINTER).await;
    let laptop = office.activated(ANNA).await;
    let promoted = said(&mut laptop.with_password(&["alias", "promote", WINTER])).await;
    assert!(promoted.contains("On this computer: `restante activate`"), "{promoted}");
    laptop.is_shut().await;
}

#[tokio::test]
async fn what_its_owner_blocks_stops_until_it_is_unblocked() {
    let office = Office::open().await;
    let (laptop, desk) = (office.activated(ANNA).await, office.activated(ANNA).await);
    let (id, stolen) = (laptop.id(), laptop.stolen());
    // Another computer takes the password for it.
    let unasked = desk.fails(&["activation", "block", &id]).await;
    assert!(unasked.contains("it takes the password"), "{unasked}");
    said(&mut desk.with_password(&["activation", "block", &id])).await;
    for computer in [&laptop, &stolen] {
        let shut = computer.is_shut().await;
        assert!(
            shut.contains("This activation is blocked") && shut.contains("activation unblock"),
            "{shut}"
        );
    }
    assert!(desk.inbox().await.is_empty());
    assert_eq!(laptop.listed().await, states(&[("active", false), ("blocked", true)]));
    let again = wrong(&mut laptop.with_password(&["activate"])).await;
    assert!(again.contains(&format!("activation unblock {id}")), "{again}");

    let unasked = laptop.fails(&["activation", "unblock", &id]).await;
    assert!(unasked.contains("nobody to ask for the password"), "{unasked}");
    said(&mut laptop.with_password(&["activation", "unblock", &id])).await;
    assert!(laptop.inbox().await.is_empty());

    // It blocks itself without the password, and does not come back that way.
    laptop.says(&["activation", "block", &id]).await;
    laptop.is_shut().await;
    said(&mut laptop.with_password(&["activation", "remove"])).await;
    assert_eq!(desk.listed().await, states(&[("active", true)]));
    let unknown = wrong(&mut desk.with_password(&["activation", "remove", &id])).await;
    assert!(
        unknown.contains("no program of yours has an activation of this id"),
        "{unknown}"
    );
}

#[tokio::test]
async fn what_was_removed_elsewhere_opens_nothing_and_is_activated_anew() {
    let office = Office::open().await;
    let (laptop, desk) = (office.activated(ANNA).await, office.activated(ANNA).await);
    let stolen = laptop.stolen();
    said(&mut desk.with_password(&["activation", "remove", &laptop.id()])).await;
    for computer in [&laptop, &stolen] {
        let shut = computer.is_shut().await;
        assert!(
            shut.contains("not activated, or not any more") && shut.contains("`restante activate`"),
            "{shut}"
        );
    }
    // There is nothing left to remove, so that it takes no password.
    let removed = stolen.says(&["activation", "remove"]).await;
    assert!(removed.contains("not activated any more"), "{removed}");
    let before = laptop.id();
    said(&mut laptop.with_password(&["activate"])).await;
    assert_ne!(laptop.id(), before);
    assert!(laptop.inbox().await.is_empty());
}

#[tokio::test]
async fn an_administrator_blocks_an_activation_that_its_owner_cannot_unblock() {
    let office = Office::open().await;
    let laptop = office.activated(ANNA).await;
    let (id, stolen) = (laptop.id(), laptop.stolen());
    let show = office.on_server(&["account", "show", ANNA]).await;
    let line = format!("Activated:  command-line 0.1.0 on the laptop, under {ANNA}: active, since ");
    assert!(show.contains(&line) && show.contains(&id), "{show}");
    assert!(
        show.contains(&format!("a program was activated under {ANNA}\n")),
        "{show}"
    );
    office.on_server(&["account", "block", ANNA, &id]).await;
    for computer in [&laptop, &stolen] {
        let shut = computer.is_shut().await;
        assert!(
            shut.contains("An administrator of this portal blocked this activation"),
            "{shut}"
        );
    }
    for command in [
        &["activation", "unblock", &id][..],
        &["activation", "remove"],
        &["activate"],
    ] {
        let refused = wrong(&mut laptop.with_password(command)).await;
        assert!(
            refused.contains("An administrator of this portal blocked this activation"),
            "{refused}"
        );
    }
    let show = office.on_server(&["account", "show", ANNA]).await;
    assert!(show.contains(": blocked by the portal, since "), "{show}");
    assert!(show.contains("an activation was blocked that stands under anna@clinic.test (by an administrator)\n"));
    office.on_server(&["account", "unblock", ANNA, &id]).await;
    assert!(laptop.inbox().await.is_empty());

    let unknown = wrong(office.site.restante().args(["account", "block", BEN, &id])).await;
    assert!(unknown.contains(&format!("restante account show {BEN}")), "{unknown}");
}

#[tokio::test]
async fn versions_that_are_too_old_are_refused_until_any_may_be_used() {
    let office = Office::open().await;
    let laptop = office.activated(ANNA).await;
    let list = office.on_server(&["program", "list"]).await;
    assert!(
        list.starts_with("command-line, any version\n  0.1.0          1 activated, last used "),
        "{list}"
    );
    office
        .on_server(&["program", "least-version", "command-line", "99.0.0"])
        .await;
    let shut = laptop.is_shut().await;
    for expected in [
        "takes command-line from version 99.0.0 on",
        "This is restante 0.1.0. Install a newer one",
    ] {
        assert!(shut.contains(expected), "{expected:?} in {shut}");
    }
    let desk = office.computer();
    let mut activate = desk.with_password(&["activate", "--address", BEN, "--portal", &office.site.url]);
    let refused = wrong(&mut activate).await;
    assert!(
        refused.contains("from version 99.0.0 on") && !desk.file.exists(),
        "{refused}"
    );
    // The password does as before.
    assert!(office.inbox(ANNA).await.is_empty());
    let list = office.on_server(&["program", "list"]).await;
    assert!(
        list.starts_with("command-line, from 99.0.0 on\n") && list.contains(", refused now\n"),
        "{list}"
    );
    let json: Value = serde_json::from_str(&office.on_server(&["program", "list", "--json"]).await).unwrap();
    assert_eq!(json[0]["least_version"], "99.0.0");
    office
        .on_server(&["program", "least-version", "command-line", "none"])
        .await;
    assert!(laptop.inbox().await.is_empty());
    for bad in [["Outlook", "1.2.0"], ["outlook", "1.2"]] {
        let mut command = office.site.restante();
        let refused = wrong(command.args(["program", "least-version"]).args(bad)).await;
        assert!(refused.contains("invalid value"), "{refused}");
    }
}

#[tokio::test]
async fn a_file_that_others_read_or_that_is_damaged_is_refused_and_left_as_it_is() {
    let office = Office::open().await;
    let laptop = office.activated(ANNA).await;
    let whole = std::fs::read_to_string(&laptop.file).unwrap();
    let commands = [
        &["inbox"][..],
        &["activate"],
        &["activation", "remove"],
        &["activation", "list"],
    ];

    std::fs::set_permissions(&laptop.file, Permissions::from_mode(0o640)).unwrap();
    for command in commands {
        let refused = wrong(&mut laptop.with_password(command)).await;
        assert!(
            refused.contains("others than its owner may read it; give it mode 0600"),
            "{refused}"
        );
    }
    std::fs::set_permissions(&laptop.file, Permissions::from_mode(0o600)).unwrap();
    assert!(laptop.inbox().await.is_empty());

    let half = &whole[..whole.len() / 2];
    std::fs::write(&laptop.file, half).unwrap();
    for command in commands {
        let refused = wrong(&mut laptop.with_password(command)).await;
        assert!(refused.contains("was damaged; move it away"), "{refused}");
        assert!(!refused.contains("secret"), "{refused}");
    }
    assert_eq!(std::fs::read_to_string(&laptop.file).unwrap(), half);
    std::fs::write(&laptop.file, whole.replace("\"v\": 1", "\"v\": 2")).unwrap();
    let refused = wrong(&mut laptop.with_password(&["activate"])).await;
    assert!(refused.contains("a newer restante wrote it"), "{refused}");
    std::fs::write(&laptop.file, whole).unwrap();
    assert!(laptop.inbox().await.is_empty());
    assert_eq!(office.anna.activations().await.unwrap().len(), 1);

    // Where what it would keep cannot be kept, it is not activated.
    let desk = office.computer();
    std::fs::write(&desk.file, "").unwrap();
    let inside = desk.file.join("activations.json");
    let mut nowhere = desk.with_password(&["activate", "--address", BEN, "--portal", &office.site.url]);
    wrong(nowhere.env("RESTANTE_ACTIVATIONS", &inside)).await;
    let read_only = office.computer();
    let folder = read_only.file.parent().unwrap();
    std::fs::create_dir(folder.join("activations.json.new")).unwrap();
    let mut unkept = read_only.with_password(&["activate", "--address", BEN, "--portal", &office.site.url]);
    let unkept = wrong(&mut unkept).await;
    assert!(unkept.contains("the file of activations"), "{unkept}");
    let ben = office
        .site
        .client()
        .sign_in(&BEN.parse().unwrap(), PASSWORD)
        .await
        .unwrap();
    assert!(ben.activations().await.unwrap().is_empty());
}

#[tokio::test]
async fn several_accounts_and_portals_have_their_activations_in_one_file() {
    let (office, elsewhere) = (Office::open().await, Office::open().await);
    let shared = office.activated(ANNA).await;
    shared.activate(BEN).await;
    office.send(ANNA, BEN, "for Ben").await;
    office.send(BEN, ANNA, "for Anna").await;
    let unsaid = shared.fails(&["inbox"]).await;
    for expected in ["several accounts", "--address", ANNA, BEN, &office.site.url] {
        assert!(unsaid.contains(expected), "{expected:?} in {unsaid}");
    }
    let inbox = async |arguments: &[&str]| {
        let arguments = [&["--json", "inbox"], arguments].concat();
        subjects(&shared.says(&arguments).await)
    };
    assert_eq!(inbox(&["--address", BEN]).await, ["for Ben"]);
    assert_eq!(inbox(&["--address", "ANNA@clinic.test"]).await, ["for Anna"]);

    // Another portal, on which somebody has the same address.
    let mut other = shared.with_password(&["activate", "--address", BEN]);
    said(other.env("RESTANTE_PORTAL", &elsewhere.site.url)).await;
    let unsaid = shared.fails(&["inbox", "--address", BEN]).await;
    assert!(unsaid.contains("--portal"), "{unsaid}");
    assert!(inbox(&["--portal", &elsewhere.site.url]).await.is_empty());
    assert_eq!(
        inbox(&["--portal", &office.site.url, "--address", BEN]).await,
        ["for Ben"]
    );
    // A URL that is written in another way is the same portal.
    let slash = format!("{}/", office.site.url);
    assert_eq!(inbox(&["--portal", &slash, "--address", BEN]).await, ["for Ben"]);

    shared
        .says(&["activation", "remove", "--portal", &office.site.url, "--address", BEN])
        .await;
    assert_eq!(inbox(&["--address", ANNA]).await, ["for Anna"]);
    assert!(inbox(&["--address", BEN]).await.is_empty());
}

#[tokio::test]
async fn an_address_that_is_hers_no_more_does_not_mean_her() {
    let office = Office::open().await;
    office.add_alias(WINTER).await;
    let laptop = office.activated(ANNA).await;
    assert!(laptop.inbox().await.is_empty());
    said(office.site.as_person(ANNA).args(["alias", "remove", WINTER])).await;
    let gone = laptop.fails(&["inbox", "--address", WINTER]).await;
    assert!(
        gone.contains(&format!("{WINTER} is not an address of {ANNA} any more")),
        "{gone}"
    );
    // From then on it is somebody else's, whom the password is asked of.
    let other = laptop.fails(&["inbox", "--address", WINTER]).await;
    assert!(
        other.contains(&format!("nobody to ask for the password of {WINTER}")),
        "{other}"
    );
    assert!(laptop.inbox().await.is_empty());
    // An administrator who disables the account ends it too.
    let account = office.anna.account().id;
    office.administrator.set_disabled(account, true).await.unwrap();
    let disabled = laptop.is_shut().await;
    assert!(disabled.contains("This account is disabled"), "{disabled}");
}

#[tokio::test]
async fn every_command_explains_itself() {
    for (group, least) in [("activation", 4), ("program", 2), ("account", 6)] {
        let help = said(Command::new(env!("CARGO_BIN_EXE_restante")).args([group, "--help"])).await;
        let commands = help.split("Commands:\n").nth(1).unwrap().lines();
        let commands: Vec<_> = commands
            .map_while(|line| line.split_whitespace().next())
            .filter(|command| *command != "help")
            .collect();
        assert!(commands.len() >= least, "{help}");
        for command in commands {
            let help = said(Command::new(env!("CARGO_BIN_EXE_restante")).args([group, command, "--help"])).await;
            assert!(help.contains("Example"), "{help}");
        }
    }
    let help = said(Command::new(env!("CARGO_BIN_EXE_restante")).args(["activate", "--help"])).await;
    assert!(help.contains("Example"), "{help}");
}
