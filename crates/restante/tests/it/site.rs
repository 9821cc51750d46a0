//! A portal as an administrator runs it: `restante init`, `restante serve`, on this machine, with the tests' own relay.

use std::{
    net::TcpListener,
    path::Path,
    process::{Output, Stdio},
    time::Duration,
};

use client::{Client, Session};
use rand::{Rng as _, RngCore as _, rngs::OsRng};
use serde_json::Value;
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::timeout,
};
use wire::sessions::AccountKind;

use crate::sink::Sink;

/// How long a portal may take to be there.
const DEADLINE: Duration = Duration::from_secs(60);

pub const PASSWORD: &str = "seven quiet herons";

pub struct Site {
    pub folder: TempDir,
    pub sink: Sink,
    pub url: String,
    /// Where the first administrator registers.
    pub link: String,
    listen: String,
    database: Option<String>,
}

/// A database on the tests' PostgreSQL server.
pub struct PostgresDatabase {
    pub url: String,
    name: String,
    server: AnyConnection,
}

/// A portal that runs, until it is dropped or killed.
pub struct Running {
    child: Child,
}

impl Site {
    /// A new portal, in that database or in a SQLite file of its own.
    pub async fn found(database: Option<String>) -> Self {
        let listen = free_address();
        Self::found_at(format!("http://{listen}"), listen, database).await
    }

    /// A new portal that its people reach under that URL, whatever stands there.
    pub async fn found_at(url: String, listen: String, database: Option<String>) -> Self {
        let sink = Sink::open().await;
        let folder = tempfile::tempdir().unwrap();
        let mut site = Self {
            folder,
            sink,
            url,
            link: String::new(),
            listen,
            database,
        };
        let init = site
            .restante()
            .args(["--json", "init", "--administrator", "ada@clinic.test"])
            .output();
        let output = init.await.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let told: Value = serde_json::from_slice(&output.stdout).unwrap();
        site.link = told["registration"].as_str().unwrap().to_owned();
        site
    }

    /// A new portal in a PostgreSQL database of its own.
    pub async fn found_on_postgres() -> (Self, PostgresDatabase) {
        let database = PostgresDatabase::create().await;
        (Self::found(Some(database.url.clone())).await, database)
    }

    /// `restante`, as the administrator calls it on the server.
    pub fn restante(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restante"));
        command
            .env_clear()
            .env("RESTANTE_DATA", self.folder.path().join("data"))
            .env("RESTANTE_NAME", "Clinic Post")
            .env("RESTANTE_PUBLIC_URL", &self.url)
            .env("RESTANTE_LISTEN", &self.listen)
            .env("RESTANTE_SMTP_HOST", "127.0.0.1")
            .env("RESTANTE_SMTP_PORT", self.sink.port.to_string())
            .env("RESTANTE_SMTP_TLS", "none")
            .env("RESTANTE_MAIL_FROM", "portal@clinic.test")
            .env("RESTANTE_REQUESTS_A_SECOND", "100000")
            .env("RESTANTE_RECIPIENTS_AN_HOUR", "1000000000")
            .env("RESTANTE_NOTIFICATIONS_AN_HOUR", "1000000000")
            .env("RUST_LOG", "warn")
            .kill_on_drop(true);
        if let Some(database) = &self.database {
            command.env("RESTANTE_DATABASE", database);
        }
        command
    }

    /// The portal's database.
    pub fn database(&self) -> String {
        match &self.database {
            Some(database) => database.clone(),
            None => format!("sqlite:{}", self.data().join("restante.sqlite").display()),
        }
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    /// Starts it, without waiting until it is there.
    pub fn start(&self) -> Running {
        let child = self.restante().arg("serve").stdout(Stdio::piped()).spawn().unwrap();
        Running { child }
    }

    /// Starts it, and waits until it takes requests.
    pub async fn serve(&self) -> Running {
        let mut running = self.start();
        running.listening().await;
        running
    }

    /// `restante`, as somebody with that address would call it.
    pub fn as_person(&self, address: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_restante"));
        command
            .env_clear()
            .env("RESTANTE_PORTAL", &self.url)
            .env("RESTANTE_ADDRESS", address)
            .env("RESTANTE_PASSWORD", PASSWORD)
            .env("TZ", "UTC")
            .stdin(Stdio::null())
            .kill_on_drop(true);
        command
    }

    pub fn client(&self) -> Client {
        Client::new(&self.url).unwrap()
    }

    /// The first administrator, registered.
    pub async fn administrator(&self) -> Session {
        self.client()
            .register(&self.link, "Ada Winter", PASSWORD)
            .await
            .unwrap()
    }

    /// Somebody whom the administrator invites, and who follows the link in the mail.
    pub async fn register(&self, administrator: &Session, name: &str, address: &str, kind: AccountKind) -> Session {
        administrator.invite(&address.parse().unwrap(), kind).await.unwrap();
        self.accept(name, address).await
    }

    /// Follows the link in an invitation.
    pub async fn accept(&self, name: &str, address: &str) -> Session {
        let beginning = format!("{}/register#", self.url);
        let mail = self.sink.mail_to(address, "/register#").await;
        self.client()
            .register(&mail.link(&beginning), name, PASSWORD)
            .await
            .unwrap()
    }
}

impl PostgresDatabase {
    async fn create() -> Self {
        let server =
            std::env::var("RESTANTE_TEST_POSTGRES_URL").expect("RESTANTE_TEST_POSTGRES_URL: see tools/with-parts");
        sqlx::any::install_default_drivers();
        let name = format!("restante_it_{:016x}", OsRng.next_u64());
        let (base, _) = server.rsplit_once('/').unwrap();
        let url = format!("{base}/{name}");
        let mut server = AnyConnection::connect(&server).await.unwrap();
        sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
            .execute(&mut server)
            .await
            .unwrap();
        Self { url, name, server }
    }

    /// Drops it, with whatever portal is still connected.
    pub async fn remove(mut self) {
        sqlx::query(AssertSqlSafe(format!("DROP DATABASE {} WITH (FORCE)", self.name)))
            .execute(&mut self.server)
            .await
            .unwrap();
    }
}

impl Running {
    /// Waits until it takes requests.
    pub async fn listening(&mut self) {
        let mut lines = BufReader::new(self.child.stdout.take().unwrap()).lines();
        let line = timeout(DEADLINE, lines.next_line())
            .await
            .expect("a portal in time")
            .unwrap();
        assert!(
            line.is_some_and(|line| line.starts_with("listening on ")),
            "the portal did not start"
        );
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Kills it where it stands: SIGKILL, which no process sees coming.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}

/// What a command prints, which succeeds.
pub async fn said(command: &mut Command) -> String {
    let Output { status, stdout, stderr } = command.output().await.unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// What a command says is wrong, which fails.
pub async fn wrong(command: &mut Command) -> String {
    let output = command.output().await.unwrap();
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}

/// An address of this machine at a port that nobody has, below those that the kernel gives to outgoing connections: while a portal is down, one of
/// its clients must not come to stand in its place.
pub fn free_address() -> String {
    let mut ports = std::iter::repeat_with(|| OsRng.gen_range(15_000..32_000));
    let port = ports
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .unwrap();
    format!("127.0.0.1:{port}")
}

/// The files in a folder, by name.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
