use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use sqlx::{Any, AnyConnection, AnyPool, Transaction, pool::PoolConnection};
use tokio::sync::{Mutex, OwnedMutexGuard};
use wire::ids::AccountId;

use crate::storage::{Engine, StoreError};

/// A unit of work: one transaction, one value. Dropped without [`commit`](Self::commit), nothing of it happened.
///
/// Reads and writes go through it as through the connection that it dereferences to.
#[derive(Debug)]
pub struct Unit {
    work: Option<Work>,
    done: Done,
}

/// What is to follow once a unit is durable.
#[derive(Debug, Default)]
pub struct Done {
    /// Whose clients are to look for changes.
    pub woken: Vec<AccountId>,
    /// What happened to whom, for the security log.
    pub events: Vec<SecurityEvent>,
}

/// Something that happened to an account, for the security log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityEvent {
    /// What it is called, as in the account's activity.
    pub name: String,
    /// Whom it happened to.
    pub account: AccountId,
    /// Whether an administrator did it.
    pub by_administrator: bool,
}

#[derive(Debug)]
enum Work {
    Postgres(Transaction<'static, Any>),
    Sqlite {
        writer: Arc<Mutex<SqliteWriter>>,
        writer_guard: OwnedMutexGuard<SqliteWriter>,
    },
}

/// Where units of work begin.
#[derive(Clone, Debug)]
pub(super) enum Writer {
    Postgres(AnyPool),
    Sqlite(AnyPool, Arc<Mutex<SqliteWriter>>),
}

/// SQLite's one writing connection, with group commit: units that wait for each other become durable together, by one
/// fsync.
///
/// Each unit is a savepoint inside a transaction that may hold several, its *group*. A unit that is done releases its
/// savepoint, gives the writer up, and lines up for it once more behind whoever waits already (the lock is fair). When
/// its turn comes again, the units that waited have joined the group; whoever of them comes first commits for all.
/// Nobody waits for company: alone, a unit commits at once.
#[derive(Debug)]
pub(super) struct SqliteWriter {
    pool: AnyPool,
    connection: Option<PoolConnection<Any>>,
    group: u64,
    open: bool,
    failed: Vec<u64>,
}

impl Writer {
    pub(super) fn sqlite(pool: AnyPool) -> Self {
        let writer = SqliteWriter {
            pool: pool.clone(),
            connection: None,
            group: 0,
            open: false,
            failed: Vec::new(),
        };
        Self::Sqlite(pool, Arc::new(Mutex::new(writer)))
    }

    pub(super) fn postgres(pool: AnyPool) -> Self {
        Self::Postgres(pool)
    }

    pub(super) fn engine(&self) -> Engine {
        match self {
            Self::Postgres(_) => Engine::Postgres,
            Self::Sqlite(..) => Engine::Sqlite,
        }
    }

    pub(super) async fn begin(&self) -> Result<Unit, StoreError> {
        match self {
            Self::Postgres(pool) => {
                let pool = pool.clone();
                uninterrupted(async move { Ok(Unit::new(Work::Postgres(pool.begin().await?))) }).await
            }
            Self::Sqlite(_, writer) => {
                let writer = writer.clone();
                uninterrupted(async move {
                    let mut writer_guard = writer.clone().lock_owned().await;
                    writer_guard.enter().await?;
                    // Where nobody waits for it any more, it is dropped, and so undone.
                    Ok(Unit::new(Work::Sqlite { writer, writer_guard }))
                })
                .await
            }
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Postgres(pool) => pool.close().await,
            Self::Sqlite(pool, writer) => {
                writer.lock().await.connection = None;
                pool.close().await;
            }
        }
    }
}

impl SqliteWriter {
    /// Opens the group where none is open, and in it a unit's savepoint.
    async fn enter(&mut self) -> Result<(), StoreError> {
        let entered = self.open_unit().await;
        if entered.is_err() {
            self.abandon().await;
        }
        entered
    }

    async fn open_unit(&mut self) -> Result<(), StoreError> {
        if self.connection.is_none() {
            self.connection = Some(self.pool.acquire().await?);
        }
        if !self.open {
            self.run("BEGIN IMMEDIATE").await?;
            self.open = true;
        }
        self.run("SAVEPOINT unit").await
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), StoreError> {
        let connection = self.connection.as_mut().ok_or(StoreError::Unavailable)?;
        sqlx::query(sql).execute(&mut **connection).await?;
        Ok(())
    }

    /// Undoes the one unit that is under way, and leaves the rest of its group as it was.
    async fn undo_unit(&mut self) {
        let undone = self.run("ROLLBACK TO unit").await.is_ok() && self.run("RELEASE unit").await.is_ok();
        if !undone {
            self.abandon().await;
        }
    }

    /// Commits the group, unless that was done since `group` was current.
    async fn commit(&mut self, group: u64) -> Result<(), StoreError> {
        if self.group == group && self.open {
            match self.run("COMMIT").await {
                Ok(()) => {
                    self.open = false;
                    self.group += 1;
                }
                Err(_) => self.abandon().await,
            }
        }
        match self.failed.contains(&group) {
            true => Err(StoreError::Unavailable),
            false => Ok(()),
        }
    }

    /// Gives the whole group up: SQLite itself rolled it back (disk full, I/O error), or it could not be committed.
    /// Nobody in it was told that it happened.
    async fn abandon(&mut self) {
        let _ = self.run("ROLLBACK").await;
        // A connection in doubt is closed rather than used again.
        if let Some(connection) = self.connection.take() {
            let _ = connection.close().await;
        }
        self.open = false;
        self.failed.push(self.group);
        if self.failed.len() > 1024 {
            self.failed.remove(0);
        }
        self.group += 1;
    }
}

impl Unit {
    fn new(work: Work) -> Self {
        Self {
            work: Some(work),
            done: Done::default(),
        }
    }

    /// Notes an account whose clients are to look for changes once this is durable.
    pub fn wake(&mut self, account: AccountId) {
        if !self.done.woken.contains(&account) {
            self.done.woken.push(account);
        }
    }

    /// Notes what the security log is to say once this is durable.
    pub fn log(&mut self, event: SecurityEvent) {
        self.done.events.push(event);
    }

    /// Sets a savepoint, for [`rollback_to_savepoint`](Self::rollback_to_savepoint). A later one takes its place.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn set_savepoint(&mut self) -> Result<(), StoreError> {
        sqlx::query("SAVEPOINT mark").execute(&mut **self).await?;
        Ok(())
    }

    /// Undoes what was done since the savepoint, and lets go of the rows that were locked since.
    ///
    /// # Errors
    /// Where the database fails.
    pub async fn rollback_to_savepoint(&mut self) -> Result<(), StoreError> {
        sqlx::query("ROLLBACK TO SAVEPOINT mark").execute(&mut **self).await?;
        Ok(())
    }

    /// Makes the unit durable, and says what is to follow.
    ///
    /// # Errors
    /// `Unavailable` where that failed: nothing of the unit happened.
    pub async fn commit(mut self) -> Result<Done, StoreError> {
        match self.work.take() {
            None => return Err(StoreError::Corrupt),
            Some(Work::Postgres(transaction)) => {
                uninterrupted(async move { Ok(transaction.commit().await?) }).await?;
            }
            Some(Work::Sqlite {
                writer,
                mut writer_guard,
            }) => {
                uninterrupted(async move {
                    if writer_guard.run("RELEASE unit").await.is_err() {
                        writer_guard.abandon().await;
                        return Err(StoreError::Unavailable);
                    }
                    let group = writer_guard.group;
                    drop(writer_guard);
                    writer.lock().await.commit(group).await
                })
                .await?;
            }
        }
        Ok(std::mem::take(&mut self.done))
    }

    /// Undoes the unit. Dropping it does the same, in the background.
    pub async fn rollback(mut self) {
        match self.work.take() {
            None => {}
            Some(Work::Postgres(transaction)) => {
                let _ = transaction.rollback().await;
            }
            Some(work @ Work::Sqlite { .. }) => {
                let _ = uninterrupted(async move {
                    undo(work).await;
                    Ok(())
                })
                .await;
            }
        }
    }
}

/// Does what must not stop halfway, in a task of its own: a request whose client goes away is dropped wherever it waits,
/// and a connection would be left in a transaction that nobody knows of. (sqlx counts a transaction as open once `BEGIN`
/// is answered; dropped before, it goes back to the pool of PostgreSQL connections without a rollback.)
async fn uninterrupted<T: Send + 'static>(
    work: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::spawn(work).await.map_err(|_| StoreError::Unavailable)?
}

async fn undo(work: Work) {
    if let Work::Sqlite {
        writer,
        mut writer_guard,
    } = work
    {
        let group = writer_guard.group;
        writer_guard.undo_unit().await;
        drop(writer_guard);
        // The group may hold others that count on whoever comes last to commit it; an empty one is ended alike.
        let _ = writer.lock().await.commit(group).await;
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        // PostgreSQL's transaction rolls itself back.
        if let Some(work @ Work::Sqlite { .. }) = self.work.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(undo(work));
        }
    }
}

impl Deref for Unit {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match &self.work {
            Some(Work::Postgres(transaction)) => transaction,
            Some(Work::Sqlite { writer_guard, .. }) => match &writer_guard.connection {
                Some(connection) => connection,
                None => unreachable!("a unit's writer has a connection"),
            },
            None => unreachable!("a unit is used before it ends"),
        }
    }
}

impl DerefMut for Unit {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match &mut self.work {
            Some(Work::Postgres(transaction)) => transaction,
            Some(Work::Sqlite { writer_guard, .. }) => match &mut writer_guard.connection {
                Some(connection) => connection,
                None => unreachable!("a unit's writer has a connection"),
            },
            None => unreachable!("a unit is used before it ends"),
        }
    }
}
