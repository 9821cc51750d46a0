//! The database: one set of queries on two engines, SQLite and PostgreSQL.
//!
//! A capability writes its SQL once, in the part that both engines share (`$1` placeholders, `BIGINT`, `TEXT`, bytes).
//! Where they really differ, the difference stands in this room: opening, the schema's type names, and how a unit of
//! work becomes durable.

mod engine;
mod error;
mod row;
mod rows;
mod schema;
mod transport;
mod unit;

use std::time::Duration;

use sqlx::{AnyConnection, AnyPool, Connection as _, any::AnyPoolOptions, pool::PoolConnection};

pub use engine::Engine;
pub use error::StoreError;
pub use row::{Key, RowExt, name};
pub use rows::{placeholders, values};
pub use transport::{NotPrivate, private};
pub use unit::{Done, SecurityEvent, Unit};

/// How long a query may wait for a connection before the database counts as out of reach.
const MAX_ACQUIRE_DURATION: Duration = Duration::from_secs(10);

/// How long a connection may rest and still be trusted to live.
const MAX_UNTESTED_REST: Duration = Duration::from_secs(1);

/// The database of a portal.
#[derive(Clone, Debug)]
pub struct Store {
    readers: AnyPool,
    writer: unit::Writer,
}

impl Store {
    /// Opens the database at `url` (`sqlite:PATH` or `postgres://…`), creating a SQLite file that is not there, and
    /// brings its schema up to date.
    ///
    /// # Errors
    /// `Unavailable` where it cannot be reached, `Corrupt` where it holds something else.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let engine = Engine::of(url).ok_or(StoreError::Corrupt)?;
        let store = match engine {
            Engine::Sqlite => {
                let url = if url.contains('?') {
                    url.to_owned()
                } else {
                    format!("{url}?mode=rwc")
                };
                let writer = sqlite(1).connect(&url).await?;
                schema::migrate(&writer, engine).await?;
                Self {
                    readers: sqlite(8).connect(&url).await?,
                    writer: unit::Writer::sqlite(writer),
                }
            }
            Engine::Postgres => {
                let pool = asked_after_a_rest(AnyPoolOptions::new())
                    .max_connections(20)
                    .acquire_timeout(MAX_ACQUIRE_DURATION)
                    .connect(url)
                    .await?;
                schema::migrate(&pool, engine).await?;
                Self {
                    readers: pool.clone(),
                    writer: unit::Writer::postgres(pool),
                }
            }
        };
        Ok(store)
    }

    /// A connection to read from; sees what has been committed.
    ///
    /// # Errors
    /// `Unavailable` where none is to be had in ten seconds.
    pub async fn read(&self) -> Result<PoolConnection<sqlx::Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// Begins a unit of work. Nothing of it happened until [`Unit::commit`] has returned.
    ///
    /// # Errors
    /// `Unavailable` where no connection is to be had.
    pub async fn begin(&self) -> Result<Unit, StoreError> {
        self.writer.begin().await
    }

    /// Closes every connection, after the work under way.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// Which engine this is.
    pub fn engine(&self) -> Engine {
        self.writer.engine()
    }
}

/// Asks a connection whether it lives only where it has rested: one that served a moment ago does, and the question is
/// one more way to the server and back, twice a request.
fn asked_after_a_rest(pool: AnyPoolOptions) -> AnyPoolOptions {
    pool.test_before_acquire(false).before_acquire(|connection, state| {
        Box::pin(async move {
            if state.idle_for >= MAX_UNTESTED_REST {
                connection.ping().await?;
            }
            Ok(true)
        })
    })
}

/// A pool of connections to one SQLite file. Each waits for a lock instead of failing, keeps foreign keys, and makes a
/// commit durable (WAL with `synchronous = FULL`: one fsync each).
fn sqlite(connections: u32) -> AnyPoolOptions {
    // A connection to a file does not die.
    AnyPoolOptions::new()
        .test_before_acquire(false)
        .max_connections(connections)
        .acquire_timeout(MAX_ACQUIRE_DURATION)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(|connection: &mut AnyConnection, _| {
            Box::pin(async move {
                for pragma in [
                    "PRAGMA busy_timeout = 10000",
                    "PRAGMA journal_mode = WAL",
                    "PRAGMA synchronous = FULL",
                    "PRAGMA foreign_keys = ON",
                    "PRAGMA cache_size = -4096",
                ] {
                    sqlx::query(pragma).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
}
