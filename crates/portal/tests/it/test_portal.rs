//! A portal of one test's own: a database that is new, blobs in memory, a clock that stands until it is moved, mails that
//! are kept, and randomness from a seed.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use axum::Router;
use custody::CustodyKey;
use futures_util::future::BoxFuture;
use portal::{
    Portal, Secrets, Services, Settings,
    ports::{
        blobs::Blobs,
        clock::{Clock, Entropy},
        custody::Custody,
        relay::{Connection, Mail, Refusal, Relay},
        wakes::Wakes,
    },
    storage::{Engine, Store},
    workers,
};
use rand::RngCore as _;
use sqlx::{AssertSqlSafe, Connection as _};
use wire::{Address, Millis};

use crate::shelf::Shelf;

pub const NOW: Millis = 1_790_000_000_000;
const SEED: u64 = 7;
pub const URL: &str = "https://portal.example.test";

pub struct TestPortal {
    pub portal: Portal,
    pub router: Router,
    pub clock: Time,
    pub relay: Mailbag,
    pub shelf: Shelf,
    /// The database's.
    pub url: String,
    _folder: tempfile::TempDir,
    database: Option<(String, String)>,
}

#[derive(Clone)]
pub struct Time(Arc<AtomicI64>);

impl Time {
    pub fn pass(&self, by: Millis) {
        self.0.fetch_add(by, Ordering::SeqCst);
    }
}

impl Clock for Time {
    fn now(&self) -> Millis {
        self.0.load(Ordering::SeqCst)
    }
}

/// Keeps what it is sent, or refuses as it is told to.
#[derive(Clone, Default)]
pub struct Mailbag {
    pub mails: Arc<Mutex<Vec<Mail>>>,
    pub refuses: Arc<Mutex<Option<Refuses>>>,
}

#[derive(Clone)]
pub enum Refuses {
    /// No connection.
    Everything,
    /// Mail to this address, for good.
    Address(Address),
    /// Mail to this address, for now.
    Mail(Address),
}

impl Mailbag {
    /// Takes out what came since the last time.
    pub fn empty(&self) -> Vec<Mail> {
        std::mem::take(&mut self.mails.lock().unwrap())
    }

    pub fn refuse(&self, refuses: impl Into<Option<Refuses>>) {
        *self.refuses.lock().unwrap() = refuses.into();
    }
}

impl Relay for Mailbag {
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Refusal>> {
        Box::pin(async {
            match *self.refuses.lock().unwrap() {
                Some(Refuses::Everything) => Err(Refusal::Relay),
                _ => Ok(Box::new(self.clone()) as Box<dyn Connection>),
            }
        })
    }

    fn sender(&self) -> &str {
        "portal@example.test"
    }
}

impl Connection for Mailbag {
    fn send<'a>(&'a mut self, mail: &'a Mail) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async {
            match &*self.refuses.lock().unwrap() {
                Some(Refuses::Address(address)) if *address == mail.to => return Err(Refusal::Address),
                Some(Refuses::Mail(address)) if *address == mail.to => return Err(Refusal::Mail),
                _ => {}
            }
            self.mails.lock().unwrap().push(mail.clone());
            Ok(())
        })
    }

    fn quit(self: Box<Self>) -> BoxFuture<'static, ()> {
        Box::pin(async {})
    }
}

impl TestPortal {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("portal.sqlite").display());
        Self::at(&url, folder, None, own_custody, |_| {}).await
    }

    pub async fn sqlite_with(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("portal.sqlite").display());
        Self::at(&url, folder, None, own_custody, change).await
    }

    /// In a database of its own on the server that `RESTANTE_TEST_POSTGRES_URL` names.
    pub async fn postgres() -> Self {
        Self::postgres_with(|_| {}).await
    }

    pub async fn postgres_with(change: impl FnOnce(&mut Settings)) -> Self {
        let (server, name, url) = postgres_database().await;
        Self::at(
            &url,
            tempfile::tempdir().unwrap(),
            Some((server, name)),
            own_custody,
            change,
        )
        .await
    }

    /// With another custody, and in memory as far as the machine has a folder for that: for very many requests.
    pub async fn quick(engine: Engine, custody: Box<dyn Custody>) -> Self {
        let memory = std::path::Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory).unwrap(),
            false => tempfile::tempdir().unwrap(),
        };
        let (url, database) = new_database(engine, &folder).await;
        Self::at(&url, folder, database, |_| custody, |_| {}).await
    }

    /// The same portal on another database, once `fill` has filled that: with its secrets, its custody, its blobs and its
    /// time, and with randomness of its own.
    pub async fn on_another_database(&self, fill: impl AsyncFnOnce(&str)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (url, database) = new_database(self.portal.store.engine(), &folder).await;
        fill(&url).await;
        let first = Entropy::seeded(SEED);
        let portal = Portal::new(Services {
            settings: self.portal.settings.clone(),
            // In the order in which both were made.
            secrets: Secrets::for_tests(&first),
            store: Store::open(&url).await.unwrap(),
            blobs: self.portal.blobs.clone(),
            custody: own_custody(&first),
            relay: Box::new(self.relay.clone()),
            clock: Box::new(self.clock.clone()),
            entropy: Entropy::seeded(SEED + 1),
            wakes: Wakes::default(),
        });
        Self {
            router: portal::server::router(portal.clone()),
            portal,
            clock: self.clock.clone(),
            relay: self.relay.clone(),
            shelf: self.shelf.clone(),
            url,
            _folder: folder,
            database,
        }
    }

    async fn at(
        url: &str,
        folder: tempfile::TempDir,
        database: Option<(String, String)>,
        custody: impl FnOnce(&Entropy) -> Box<dyn Custody>,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let entropy = Entropy::seeded(SEED);
        let clock = Time(Arc::new(AtomicI64::new(NOW)));
        let relay = Mailbag::default();
        let shelf = Shelf::default();
        let mut settings = Settings::new("Clinic Post", URL);
        settings.requests_a_second = 100_000;
        settings.max_file_size = 1 << 20;
        settings.office_js = Some(portal::MICROSOFT_OFFICE_JS.into());
        change(&mut settings);
        let portal = Portal::new(Services {
            settings,
            secrets: Secrets::for_tests(&entropy),
            store: Store::open(url).await.unwrap(),
            blobs: Blobs::new(Arc::new(shelf.clone())),
            custody: custody(&entropy),
            relay: Box::new(relay.clone()),
            clock: Box::new(clock.clone()),
            entropy,
            wakes: Wakes::default(),
        });
        let router = portal::server::router(portal.clone());
        Self {
            portal,
            router,
            clock,
            relay,
            shelf,
            url: url.to_owned(),
            _folder: folder,
            database,
        }
    }

    /// Lets the outbox send what is due, and takes it out of the bag.
    pub async fn mails(&self) -> Vec<Mail> {
        workers::send_due(&self.portal).await.unwrap();
        self.relay.empty()
    }
}

/// The URL of a database that is new, and what it takes to drop it.
async fn new_database(engine: Engine, folder: &tempfile::TempDir) -> (String, Option<(String, String)>) {
    match engine {
        Engine::Sqlite => (
            format!("sqlite:{}", folder.path().join("portal.sqlite").display()),
            None,
        ),
        Engine::Postgres => {
            let (server, name, url) = postgres_database().await;
            (url, Some((server, name)))
        }
    }
}

fn own_custody(entropy: &Entropy) -> Box<dyn Custody> {
    Box::new(CustodyKey::generate(&mut entropy.rng()))
}

impl Drop for TestPortal {
    fn drop(&mut self) {
        let Some((server, name)) = self.database.take() else {
            return;
        };
        let store = self.portal.store.clone();
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async move {
                drop(store);
                let mut connection = sqlx::AnyConnection::connect(&server).await.unwrap();
                let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                sqlx::query(AssertSqlSafe(sql)).execute(&mut connection).await.unwrap();
            });
        });
        let _ = dropping.join();
    }
}

/// The server's URL, and name and URL of a new database on it.
pub async fn postgres_database() -> (String, String, String) {
    let server = std::env::var("RESTANTE_TEST_POSTGRES_URL").expect("RESTANTE_TEST_POSTGRES_URL: see tools/with-parts");
    sqlx::any::install_default_drivers();
    let name = format!("restante_{:016x}", rand::rngs::OsRng.next_u64());
    let mut connection = sqlx::AnyConnection::connect(&server).await.unwrap();
    sqlx::query(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .execute(&mut connection)
        .await
        .unwrap();
    let (base, query) = server
        .split_once('?')
        .map_or((server.as_str(), ""), |(base, query)| (base, query));
    let (base, _) = base.rsplit_once('/').unwrap();
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    let url = format!("{base}/{name}{query}");
    (server, name, url)
}
