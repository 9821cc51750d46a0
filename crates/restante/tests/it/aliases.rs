//! `restante alias …` and `restante account …`: people move to new addresses, as they do it at the command line.

use client::Session;
use serde_json::Value;
use tokio::process::Command;
use wire::sessions::AccountKind;

use crate::site::{PASSWORD, Running, Site, said, wrong};

const ADA: &str = "ada@clinic.test";
const ANNA: &str = "anna@clinic.test";
const WINTER: &str = "anna.winter@clinic.test";
const BEN: &str = "ben@lawyers.test";
const CARL: &str = "carl@lawyers.test";

struct Office {
    site: Site,
    _running: Running,
    administrator: Session,
}

impl Office {
    /// Anna and Ben have accounts.
    async fn of(site: Site) -> Self {
        let running = site.serve().await;
        let administrator = site.administrator().await;
        let office = Self {
            site,
            _running: running,
            administrator,
        };
        office.register("Anna Berg", ANNA).await;
        office.register("Ben Ortiz", BEN).await;
        office
    }

    async fn open() -> Self {
        Self::of(Site::found(None).await).await
    }

    async fn register(&self, name: &str, address: &str) {
        self.site
            .register(&self.administrator, name, address, AccountKind::Professional)
            .await;
    }

    /// What it prints, where it succeeds.
    async fn says(&self, address: &str, arguments: &[&str]) -> String {
        said(self.site.as_person(address).args(arguments)).await
    }

    async fn json(&self, address: &str, arguments: &[&str]) -> Value {
        let arguments = [&["--json"], arguments].concat();
        serde_json::from_str(&self.says(address, &arguments).await).unwrap()
    }

    /// What it says is wrong, where it fails.
    async fn fails(&self, address: &str, arguments: &[&str]) -> String {
        wrong(self.site.as_person(address).args(arguments)).await
    }

    /// The link in the confirmation message that came to an address after so many others.
    async fn link(&self, others: usize, address: &str) -> String {
        let mail = self.site.sink.nth_mail_to(others, address, "/confirm#").await;
        mail.link(&format!("{}/confirm#", self.site.url))
    }

    /// Somebody asks to add an address, and has the link of its confirmation message.
    async fn add(&self, address: &str, new: &str) -> String {
        self.says(address, &["alias", "add", new]).await;
        self.link(0, new).await
    }

    /// `restante alias confirm`, by somebody who is not signed in.
    fn as_stranger(&self, arguments: &[&str]) -> Command {
        let mut command = self.site.as_person(ANNA);
        command
            .env_remove("RESTANTE_ADDRESS")
            .env_remove("RESTANTE_PASSWORD")
            .args(["alias", "confirm"])
            .args(arguments);
        command
    }

    async fn send(&self, from: &str, to: &str, subject: &str) -> Value {
        let send = ["send", "--to", to, "--subject", subject, "--text", subject];
        self.json(from, &send).await
    }

    /// Subjects and senders, newest first, each message opened and verified.
    async fn inbox(&self, address: &str) -> Vec<(String, String)> {
        self.folder(address, &[]).await
    }

    async fn folder(&self, address: &str, which: &[&str]) -> Vec<(String, String)> {
        let listed = self.json(address, &[&["inbox"], which].concat()).await;
        let mut entries = Vec::new();
        for entry in listed["deliveries"].as_array().unwrap() {
            let read = self.json(address, &["read", entry["id"].as_str().unwrap()]).await;
            assert_eq!(read["text"].as_str().unwrap().trim_end(), entry["subject"]);
            assert_ne!(read["signature"]["key"], "changed", "{read}");
            let sender = entry["sender"]["address"].as_str().unwrap();
            entries.push((entry["subject"].as_str().unwrap().to_owned(), sender.to_owned()));
        }
        entries
    }

    /// Each of somebody's addresses with what it is.
    async fn addresses(&self, address: &str) -> Vec<(String, bool)> {
        let aliases = self.json(address, &["alias", "list"]).await;
        let addresses = aliases["addresses"].as_array().unwrap().iter();
        let addresses = addresses.map(|own| {
            let master = own["master"].as_bool().unwrap();
            (own["address"].as_str().unwrap().to_owned(), master)
        });
        addresses.collect()
    }
}

fn entries(of: &[(&str, &str)]) -> Vec<(String, String)> {
    of.iter()
        .map(|&(subject, from)| (subject.to_owned(), from.to_owned()))
        .collect()
}

fn addresses(of: &[(&str, bool)]) -> Vec<(String, bool)> {
    of.iter()
        .map(|&(address, master)| (address.to_owned(), master))
        .collect()
}

/// The whole way of the help page: add, confirm, promote, send, receive at the old address; and then give that away.
async fn moves(office: &Office) {
    office.send(BEN, ANNA, "before").await;
    office.send(ANNA, BEN, "from the old address").await;

    let added = office.says(ANNA, &["alias", "add", WINTER]).await;
    assert!(
        added.starts_with(&format!("A confirmation message goes to the basic inbox of {WINTER}")),
        "{added}"
    );
    let pending = office.json(ANNA, &["alias", "list"]).await;
    let number = pending["claims"][0]["number"].as_str().unwrap();
    assert!(number.len() == 4 && added.contains(number), "{added}");
    let characters = pending["claims"][0]["characters"].as_str().unwrap();
    assert!(added.contains(characters), "{added}");
    let list = office.says(ANNA, &["alias", "list"]).await;
    assert!(
        list.starts_with(&format!(
            "Master   {ANNA}\nPending  {WINTER}  number {number}, characters {characters}, link works until "
        )),
        "{list}"
    );

    let link = office.link(0, WINTER).await;
    let unasked = office.fails(ANNA, &["alias", "confirm", &link]).await;
    for expected in [
        &format!("Anna Berg <{ANNA}> asked to add {WINTER}") as &str,
        "becomes an alias",
        "--yes",
    ] {
        assert!(unasked.contains(expected), "{expected:?} in {unasked}");
    }
    assert_eq!(office.addresses(ANNA).await, addresses(&[(ANNA, true)]));
    let confirmed = office.says(ANNA, &["alias", "confirm", "--yes", &link]).await;
    assert_eq!(
        confirmed,
        format!("Confirmed: {WINTER} is an alias of Anna Berg <{ANNA}> now.\n")
    );
    assert_eq!(
        office.addresses(ANNA).await,
        addresses(&[(ANNA, true), (WINTER, false)])
    );

    let promoted = office.says(ANNA, &["alias", "promote", WINTER]).await;
    assert!(
        promoted.starts_with(&format!("{WINTER} is the Master now")) && promoted.contains("are told"),
        "{promoted}"
    );
    assert_eq!(
        office.addresses(ANNA).await,
        addresses(&[(WINTER, true), (ANNA, false)])
    );
    // Those whom she has corresponded with are told, and nobody else.
    office.site.sink.mail_to(BEN, WINTER).await;
    let told = |mail: &crate::sink::Mail| mail.to == ADA && mail.text.contains(WINTER);
    assert!(!office.site.sink.mails().iter().any(told));

    // She signs in under either address, and her messages come from the new one. Nobody is warned of her key.
    office.send(ANNA, BEN, "from the new address").await;
    assert_eq!(
        office.inbox(BEN).await,
        entries(&[("from the new address", WINTER), ("from the old address", ANNA)])
    );
    // What is sent to the old one arrives in the same Inbox, and its notification at the new one.
    let sent = office.send(BEN, ANNA, "to the old address").await;
    assert_eq!(sent["invited"], serde_json::json!([]));
    assert_eq!(
        office.inbox(WINTER).await,
        entries(&[("to the old address", BEN), ("before", BEN)])
    );
    office.site.sink.mail_to(WINTER, "/inbox/").await;
    // An answer to a letter from before goes to where she is now.
    let inbox = office.json(BEN, &["inbox"]).await;
    let old = inbox["deliveries"][1]["id"].as_str().unwrap().to_owned();
    assert_eq!(inbox["deliveries"][1]["sender_now"], WINTER);
    let read = office.says(BEN, &["read", &old]).await;
    let head = format!("From:       Anna Berg <{ANNA}>\nNow:        {WINTER}\n");
    assert!(read.starts_with(&head), "{read}");
    let answer = ["send", "--reply-to", &old, "--subject", "answer", "--text", "answer"];
    let held = office.fails(BEN, &answer).await;
    let said = format!("In the letter it is {ANNA}; the portal says that this person is at {WINTER} now.");
    assert!(
        held.contains(&said) && held.contains(&format!("--accept-address {WINTER}")),
        "{held}"
    );
    office
        .says(BEN, &[&answer[..], &["--accept-address", WINTER]].concat())
        .await;

    let master = office.fails(WINTER, &["alias", "remove", WINTER]).await;
    assert!(master.contains("The Master cannot be removed"), "{master}");
    office.says(WINTER, &["alias", "remove", ANNA]).await;
    assert_eq!(office.addresses(WINTER).await, addresses(&[(WINTER, true)]));
    let gone = office.fails(ANNA, &["inbox"]).await;
    assert!(gone.contains("do not go together"), "{gone}");
    assert_eq!(
        office.inbox(WINTER).await,
        entries(&[("answer", BEN), ("to the old address", BEN), ("before", BEN)])
    );
    assert_eq!(office.folder(WINTER, &["--sent"]).await.len(), 2);
    // The address is anybody's now, and brings nothing back. Ben knew it under a key, and is told that it is another's.
    let send = [
        "send",
        "--to",
        ANNA,
        "--subject",
        "to whoever it is",
        "--text",
        "to whoever it is",
    ];
    let held = office.fails(BEN, &send).await;
    let fingerprint = held
        .split(&format!("{ANNA}: "))
        .nth(1)
        .and_then(|rest| rest.split(' ').next());
    let accepting = [&send[..], &["--accept-key", fingerprint.unwrap()]].concat();
    let sent = office.json(BEN, &accepting).await;
    assert_eq!(sent["invited"], serde_json::json!([ANNA]));
    let mail = office.site.sink.nth_mail_to(1, ANNA, "/register#").await;
    let link = mail.link(&format!("{}/register#", office.site.url));
    let client = office.site.client();
    client.register(&link, "Anna Other", PASSWORD).await.unwrap();
    assert_eq!(office.inbox(ANNA).await, entries(&[("to whoever it is", BEN)]));
}

/// Anna absorbs Carl's account, of which Ben and she had letters.
async fn absorbs(office: &Office) {
    office.register("Carl Moor", CARL).await;
    office.send(BEN, CARL, "to Carl").await;
    office.send(CARL, BEN, "from Carl").await;
    office.send(CARL, ANNA, "Carl to Anna").await;
    office.send(BEN, ANNA, "to Anna").await;
    assert_eq!(office.inbox(BEN).await, entries(&[("from Carl", CARL)]));

    let link = office.add(ANNA, CARL).await;
    let moves = office
        .fails(ANNA, &["alias", "confirm", "--yes", "--move", &link])
        .await;
    assert!(
        moves.contains(&format!("{CARL} is the Master of its account")),
        "{moves}"
    );
    let confirm = |password: &str| {
        let mut command = office.site.as_person(ANNA);
        command
            .env("RESTANTE_OTHER_PASSWORD", password)
            .args(["alias", "confirm", "--yes", &link]);
        command
    };
    let refused = wrong(&mut confirm("not his")).await;
    assert!(refused.contains("this is not the password of the account"), "{refused}");
    assert_eq!(office.inbox(CARL).await, entries(&[("to Carl", BEN)]));
    let mut unasked = office.site.as_person(ANNA);
    let unasked = unasked
        .env("RESTANTE_OTHER_PASSWORD", PASSWORD)
        .args(["alias", "confirm", &link]);
    let unasked = wrong(unasked).await;
    for expected in [
        "all its messages, its keys, and its addresses",
        "cannot be undone",
        "--yes",
    ] {
        assert!(unasked.contains(expected), "{expected:?} in {unasked}");
    }
    said(&mut confirm(PASSWORD)).await;

    assert_eq!(office.addresses(ANNA).await, addresses(&[(ANNA, true), (CARL, false)]));
    let together = [("to Anna", BEN), ("Carl to Anna", CARL), ("to Carl", BEN)];
    assert_eq!(office.inbox(ANNA).await, entries(&together));
    let mut sent = office.folder(ANNA, &["--sent"]).await;
    sent.sort();
    assert_eq!(sent, entries(&[("Carl to Anna", CARL), ("from Carl", CARL)]));
    // Ben knew Carl's key. It names Anna's as its successor, so that he is not warned.
    office.send(BEN, CARL, "to where Carl was").await;
    assert_eq!(office.inbox(CARL).await[0], entries(&[("to where Carl was", BEN)])[0]);
    office.says(CARL, &["alias", "promote", "--no-tell", CARL]).await;
    office.send(ANNA, BEN, "under Carl's address").await;
    assert_eq!(
        office.inbox(BEN).await[0],
        entries(&[("under Carl's address", CARL)])[0]
    );
}

#[tokio::test]
async fn a_person_moves_to_a_new_address_on_sqlite() {
    moves(&Office::open().await).await;
}

#[tokio::test]
async fn a_person_moves_to_a_new_address_on_postgres() {
    let (site, database) = Site::found_on_postgres().await;
    moves(&Office::of(site).await).await;
    database.remove().await;
}

#[tokio::test]
async fn a_person_absorbs_another_account_on_sqlite() {
    absorbs(&Office::open().await).await;
}

#[tokio::test]
async fn a_person_absorbs_another_account_on_postgres() {
    let (site, database) = Site::found_on_postgres().await;
    absorbs(&Office::of(site).await).await;
    database.remove().await;
}

#[tokio::test]
async fn who_is_not_signed_in_confirms_by_the_number() {
    let office = Office::open().await;
    let link = office.add(ANNA, WINTER).await;
    let list = office.json(ANNA, &["alias", "list"]).await;
    let number = list["claims"][0]["number"].as_str().unwrap();
    let other = if number == "0000" { "1111" } else { "0000" };
    let asked = wrong(&mut office.as_stranger(&["--yes", &link])).await;
    assert!(asked.contains("--number"), "{asked}");
    let guessed = wrong(&mut office.as_stranger(&["--yes", "--number", other, &link])).await;
    assert!(guessed.contains("Tries that are left: 2"), "{guessed}");
    // Ben is signed in, but not as who asked.
    let confirm = ["alias", "confirm", "--yes", "--number", number, &link];
    let confirmed = office.says(BEN, &confirm).await;
    assert!(confirmed.starts_with(&format!("Confirmed: {WINTER}")), "{confirmed}");
    assert_eq!(
        office.addresses(ANNA).await,
        addresses(&[(ANNA, true), (WINTER, false)])
    );
    // Nobody's client of hers has been there yet, and still what is sealed to the alias opens.
    office.send(BEN, WINTER, "to the alias").await;
    assert_eq!(office.inbox(ANNA).await, entries(&[("to the alias", BEN)]));

    let link = office.add(ANNA, "spring@clinic.test").await;
    let list = office.json(ANNA, &["alias", "list"]).await;
    let number = list["claims"][0]["number"].as_str().unwrap();
    let other = if number == "0000" { "1111" } else { "0000" };
    let guess = async || wrong(&mut office.as_stranger(&["--yes", "--number", other, &link])).await;
    assert!(guess().await.contains("left: 2"));
    assert!(guess().await.contains("left: 1"));
    let ended = guess().await;
    assert!(ended.contains("restante alias add"), "{ended}");
    let ended = wrong(&mut office.as_stranger(&["--yes", "--number", number, &link])).await;
    assert!(ended.contains("restante alias add"), "{ended}");
}

#[tokio::test]
async fn what_waits_for_an_address_joins_with_it() {
    let office = Office::open().await;
    let sent = office.send(BEN, WINTER, "waits").await;
    assert_eq!(sent["invited"], serde_json::json!([WINTER]));
    let link = office.add(ANNA, WINTER).await;
    let unasked = office.fails(ANNA, &["alias", "confirm", &link]).await;
    assert!(
        unasked.contains("The message that waits for it joins theirs."),
        "{unasked}"
    );
    office.says(ANNA, &["alias", "confirm", "--yes", &link]).await;
    assert_eq!(office.inbox(ANNA).await, entries(&[("waits", BEN)]));
}

#[tokio::test]
async fn an_alias_of_another_account_moves_alone_or_brings_the_account() {
    let office = Office::open().await;
    office.register("Carl Moor", CARL).await;
    let confirm = async |address: &str, arguments: &[&str]| {
        let mut command = office.site.as_person(address);
        command
            .env("RESTANTE_OTHER_PASSWORD", PASSWORD)
            .args(["alias", "confirm", "--yes"])
            .args(arguments);
        said(&mut command).await
    };
    let (carl_a, carl_b) = ("carl.a@lawyers.test", "carl.b@lawyers.test");
    for alias in [carl_a, carl_b] {
        let link = office.add(CARL, alias).await;
        confirm(CARL, &[&link]).await;
    }
    office.send(BEN, carl_a, "to the first").await;

    office.says(ANNA, &["alias", "add", carl_a]).await;
    confirm(ANNA, &[&office.link(1, carl_a).await]).await;
    assert_eq!(
        office.addresses(ANNA).await,
        addresses(&[(ANNA, true), (carl_a, false)])
    );
    assert_eq!(
        office.addresses(CARL).await,
        addresses(&[(CARL, true), (carl_b, false)])
    );
    // What came to it stays; what comes now is Anna's. Ben is not warned.
    office.send(BEN, carl_a, "to the first again").await;
    assert_eq!(office.inbox(CARL).await, entries(&[("to the first", BEN)]));
    assert_eq!(office.inbox(ANNA).await, entries(&[("to the first again", BEN)]));

    office.says(ANNA, &["alias", "add", carl_b]).await;
    let link = office.link(1, carl_b).await;
    // Somebody at Carl's own machine confirms: nobody is signed in there as Anna, who reads her characters out.
    let pending = office.json(ANNA, &["alias", "list"]).await;
    let characters = pending["claims"][0]["characters"].as_str().unwrap().to_owned();
    let there = async |characters: &str| {
        let mut there = office.as_stranger(&["--yes", "--absorb", "--characters", characters, &link]);
        there.env("RESTANTE_OTHER_PASSWORD", PASSWORD);
        there
    };
    let refused = wrong(&mut there("7K3M Q2ZD 9XVT").await).await;
    assert!(refused.contains("not the twelve characters"), "{refused}");
    assert_eq!(office.addresses(CARL).await.len(), 2);
    let typed = characters.to_lowercase().replace(' ', "-");
    let confirmed = said(&mut there(&typed).await).await;
    assert!(
        confirmed.contains(&format!("restante alias separate {carl_b}")),
        "{confirmed}"
    );
    // The addresses are hers, and what came to them is not yet. Carl takes them back.
    assert_eq!(office.addresses(ANNA).await.len(), 4);
    assert_eq!(office.inbox(ANNA).await.len(), 1);
    let list = office.says(ANNA, &["alias", "list"]).await;
    assert!(list.contains("can be taken back by whoever had it until"), "{list}");
    let kept = office.fails(ANNA, &["alias", "remove", carl_b]).await;
    assert!(kept.contains("can still be taken back"), "{kept}");
    let separate = async |password: &str| {
        let mut separate = office.site.as_person(CARL);
        separate
            .env_remove("RESTANTE_ADDRESS")
            .env("RESTANTE_PASSWORD", password);
        separate.args(["alias", "separate", CARL]);
        separate
    };
    let refused = wrong(&mut separate("not his").await).await;
    assert!(refused.contains("nothing was changed"), "{refused}");
    let separated = said(&mut separate(PASSWORD).await).await;
    assert!(
        separated.contains(&format!("Taken back: {CARL}, {carl_b}")),
        "{separated}"
    );
    assert_eq!(office.inbox(CARL).await, entries(&[("to the first", BEN)]));
    assert_eq!(office.addresses(ANNA).await.len(), 2);
    // At Anna's own machine it is for good.
    office.says(ANNA, &["alias", "add", carl_b]).await;
    confirm(ANNA, &["--absorb", &office.link(2, carl_b).await]).await;
    let all = [(ANNA, true), (carl_a, false), (CARL, false), (carl_b, false)];
    let mut found = office.addresses(ANNA).await;
    found[1..].sort();
    let mut expected = addresses(&all);
    expected[1..].sort();
    assert_eq!(found, expected);
    assert_eq!(
        office.inbox(ANNA).await,
        entries(&[("to the first again", BEN), ("to the first", BEN)])
    );
}

#[tokio::test]
async fn a_message_is_mailed_again_given_up_or_refused() {
    let office = Office::open().await;
    let first = office.add(ANNA, WINTER).await;
    office.says(ANNA, &["alias", "resend", WINTER]).await;
    let second = office.link(1, WINTER).await;
    assert_ne!(first, second);
    let replaced = office.fails(ANNA, &["alias", "confirm", "--yes", &first]).await;
    assert!(replaced.contains("A newer mail replaced this link"), "{replaced}");
    office.says(ANNA, &["alias", "cancel", WINTER]).await;
    let ended = office.fails(ANNA, &["alias", "confirm", "--yes", &second]).await;
    assert!(ended.contains("This request was ended"), "{ended}");

    let link = office.add(ANNA, "spring@clinic.test").await;
    let mut refuse = office.site.as_person(BEN);
    refuse
        .env_remove("RESTANTE_ADDRESS")
        .env_remove("RESTANTE_PASSWORD")
        .args(["alias", "refuse", &link]);
    said(&mut refuse).await;
    let ended = office.fails(ANNA, &["alias", "confirm", "--yes", &link]).await;
    assert!(ended.contains("This request was ended"), "{ended}");
    assert!(
        office.json(ANNA, &["alias", "list"]).await["claims"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let unknown = ["alias", "resend", WINTER];
    assert!(office.fails(ANNA, &unknown).await.contains("is not pending"));
    let unknown = ["alias", "promote", WINTER];
    assert!(office.fails(ANNA, &unknown).await.contains("is no alias of yours"));
    let own = office.fails(ANNA, &["alias", "add", ANNA]).await;
    assert!(own.contains("This address is yours already"), "{own}");
    let elsewhere = ["alias", "confirm", "--yes", "https://post.test/confirm#AAAA"];
    assert!(office.fails(ANNA, &elsewhere).await.contains("another portal"));
    let guest = "gina@home.test";
    office
        .site
        .register(&office.administrator, "Gina Marsh", guest, AccountKind::Guest)
        .await;
    let guest = office.fails(guest, &["alias", "add", "gina.m@home.test"]).await;
    assert!(guest.contains("may not do this"), "{guest}");
}

#[tokio::test]
async fn on_the_server_an_administrator_looks_accounts_over_and_asks_for_them() {
    let office = Office::open().await;
    let account = async |arguments: &[&str]| {
        let mut command = office.site.restante();
        said(command.arg("account").args(arguments)).await
    };
    let list = account(&["list"]).await;
    assert!(
        list.starts_with(&format!("active   professional  Ben Ortiz <{BEN}>\n"))
            && list.contains(&format!("active   administrator Ada Winter <{ADA}>\n")),
        "{list}"
    );

    account(&["add-alias", ANNA, WINTER]).await;
    let first = office.link(0, WINTER).await;
    account(&["resend", ANNA, WINTER]).await;
    let link = office.link(1, WINTER).await;
    assert_ne!(first, link);
    let show = account(&["show", ANNA]).await;
    let number = office.json(ANNA, &["alias", "list"]).await["claims"][0]["number"].clone();
    let number = number.as_str().unwrap();
    for expected in [
        &format!("Master:     {ANNA}, since ") as &str,
        &format!("Pending:    {WINTER}, link works until "),
        ", by an administrator\n",
        &format!("asked to add {WINTER} (by an administrator)\n"),
    ] {
        assert!(show.contains(expected), "{expected:?} in {show}");
    }
    // Nobody but the person learns the number: an administrator does not confirm in their place.
    let shown: Value = serde_json::from_str(&account(&["show", "--json", ANNA]).await).unwrap();
    assert_eq!(shown["claims"][0]["number"], Value::Null);
    let unasked = office.fails(ANNA, &["alias", "confirm", &link]).await;
    assert!(unasked.contains("An administrator asked to add"), "{unasked}");
    said(&mut office.as_stranger(&["--yes", "--number", number, &link])).await;
    let list = account(&["list"]).await;
    assert!(
        list.contains(&format!("active   professional  Anna Berg <{ANNA}>  +1\n")),
        "{list}"
    );

    let mut unknown = office.site.restante();
    let unknown = wrong(unknown.args(["account", "show", "nobody@x.test"])).await;
    assert!(unknown.contains("nobody here has nobody@x.test"), "{unknown}");
}

#[tokio::test]
async fn every_command_explains_itself() {
    for group in ["alias", "account"] {
        let help = said(Command::new(env!("CARGO_BIN_EXE_restante")).args([group, "--help"])).await;
        let commands = help.split("Commands:\n").nth(1).unwrap().lines();
        let commands: Vec<_> = commands
            .map_while(|line| line.split_whitespace().next())
            .filter(|command| *command != "help")
            .collect();
        assert!(commands.len() >= 4, "{help}");
        for command in commands {
            let help = said(Command::new(env!("CARGO_BIN_EXE_restante")).args([group, command, "--help"])).await;
            assert!(help.contains("Example"), "{help}");
        }
    }
}
