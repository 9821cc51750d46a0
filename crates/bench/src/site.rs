//! A portal as an administrator runs it, the released binary in a process of its own, with data of its own.

use std::{
    fs::File,
    path::PathBuf,
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context as _, Result, bail};
use client::{Client, Session};
use portal::storage::{Engine, Store};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};
use vault::password::KnownPortal;

use crate::sink::Sink;

const PASSWORD: &str = "seven quiet herons";

pub struct Site {
    pub engine: Engine,
    pub sink: Sink,
    /// The same database as the portal's, without the portal.
    pub store: Store,
    folder: TempDir,
    /// The URL of its database, and of the server that it was made on.
    database: String,
    server: Option<String>,
    child: Child,
    host: String,
}

impl Site {
    /// A new portal on that engine, which serves.
    pub async fn found(engine: Engine) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (database, server) = match engine {
            Engine::Sqlite => (
                format!("sqlite:{}", folder.path().join("portal.sqlite").display()),
                None,
            ),
            Engine::Postgres => {
                let server = std::env::var("RESTANTE_TEST_POSTGRES_URL")
                    .context("no PostgreSQL: run this under `tools/with-parts postgres-durable --`")?;
                (create_database(&server).await?, Some(server))
            }
        };
        let sink = Sink::open().await?;
        let store = Store::open(&database).await?;
        let mut command = restante(&folder, &database, &sink)?;
        run(command.args(["init", "--administrator", "ada@clinic.test"])).await?;
        let (child, host) = serve(&folder, &database, &sink).await?;
        Ok(Self {
            engine,
            sink,
            store,
            folder,
            database,
            server,
            child,
            host,
        })
    }

    pub fn name(&self) -> &'static str {
        match self.engine {
            Engine::Sqlite => "SQLite",
            Engine::Postgres => "PostgreSQL",
        }
    }

    /// Where it serves: `127.0.0.1:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The portal as clients know it.
    pub fn known_portal(&self) -> Result<KnownPortal> {
        Ok(KnownPortal::at(&self.url())?)
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.host)
    }

    /// Stops the portal and starts it again.
    pub async fn restart(&mut self) -> Result<()> {
        self.child.kill().await?;
        (self.child, self.host) = serve(&self.folder, &self.database, &self.sink).await?;
        Ok(())
    }

    /// The portal's resident memory, in bytes.
    pub fn memory(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// The most that it has been since the portal started.
    pub fn most_memory(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> Result<u64> {
        let id = self.child.id().context("the portal has ended")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find(|line| line.starts_with(name));
        let kib = line.and_then(|line| line.split_whitespace().nth(1));
        Ok(kib.context("the kernel says nothing of memory")?.parse::<u64>()? * 1024)
    }

    /// Somebody with a password and a vault, registered as people are.
    pub async fn register(&self, name: &str, address: &str) -> Result<Session> {
        let mut command = restante(&self.folder, &self.database, &self.sink)?;
        let told = run(command.args(["--json", "init", "--administrator", address])).await?;
        let told: serde_json::Value = serde_json::from_slice(&told)?;
        let link = told["registration"].as_str().context("no link")?;
        Ok(Client::new(&self.url())?.register(link, name, PASSWORD).await?)
    }

    /// What people registered with.
    pub fn password(&self) -> &'static str {
        PASSWORD
    }

    /// Ends it, and removes what it kept.
    pub async fn end(mut self) -> Result<()> {
        self.child.kill().await?;
        self.store.close().await;
        if let (Some(server), Some((_, name))) = (&self.server, self.database.rsplit_once('/')) {
            let mut db = AnyConnection::connect(server).await?;
            sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
                .execute(&mut db)
                .await?;
        }
        Ok(())
    }
}

async fn create_database(server: &str) -> Result<String> {
    sqlx::any::install_default_drivers();
    static MADE: AtomicUsize = AtomicUsize::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let name = format!("restante_bench_{}_{number}", std::process::id());
    let mut db = AnyConnection::connect(server).await?;
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut db)
        .await?;
    let (base, _) = server.rsplit_once('/').context("the server's URL names a database")?;
    Ok(format!("{base}/{name}"))
}

/// The program, built beside this one.
fn restante(folder: &TempDir, database: &str, sink: &Sink) -> Result<Command> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("restante");
    if !program.exists() {
        bail!("build the portal as well: cargo build --release --package restante --package bench");
    }
    let mut command = Command::new(program);
    command
        .env_clear()
        .env("RESTANTE_DATA", folder.path().join("data"))
        .env("RESTANTE_NAME", "Clinic Post")
        .env("RESTANTE_DATABASE", database)
        .env("RESTANTE_LISTEN", "127.0.0.1:0")
        .env("RESTANTE_SMTP_HOST", "127.0.0.1")
        .env("RESTANTE_SMTP_PORT", sink.port.to_string())
        .env("RESTANTE_SMTP_TLS", "none")
        .env("RESTANTE_MAIL_FROM", "portal@clinic.test")
        // One machine plays a whole town here.
        .env("RESTANTE_REQUESTS_A_SECOND", "1000000")
        .env("RESTANTE_RECIPIENTS_AN_HOUR", "1000000000")
        .env("RESTANTE_NOTIFICATIONS_AN_HOUR", "1000000000")
        .env("RESTANTE_BEHIND_PROXY", "true")
        .stdin(Stdio::null())
        .stderr(
            File::options()
                .append(true)
                .create(true)
                .open(folder.path().join("log"))?,
        )
        .kill_on_drop(true);
    Ok(command)
}

async fn run(command: &mut Command) -> Result<Vec<u8>> {
    let output = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).output().await?;
    match output.status.success() {
        true => Ok(output.stdout),
        false => bail!("the portal's program ended with {}", output.status),
    }
}

async fn serve(folder: &TempDir, database: &str, sink: &Sink) -> Result<(Child, String)> {
    let mut child = restante(folder, database, sink)?
        .arg("serve")
        .stdout(Stdio::piped())
        .spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let line = lines.next_line().await?.unwrap_or_default();
    let host = line
        .strip_prefix("listening on http://")
        .context("the portal did not start")?;
    Ok((child, host.to_owned()))
}
