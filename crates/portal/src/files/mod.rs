//! Sealed files: content-addressed blobs, and which message names which.

mod allowance;
mod blobs;
mod routes;

use std::time::Duration;

use sqlx::AnyConnection;
use utoipa_axum::{router::OpenApiRouter, routes as api};
use wire::{
    Millis, ProblemType, Sha256,
    ids::{AccountId, MessageId},
    mailbox::StoredFile,
};

pub use blobs::{BlobError, Blobs};

use crate::{
    Portal,
    http::Answer,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(api!(routes::download))
}

/// The route that takes uploads: without the limits on body and time of the others.
pub(crate) fn upload_routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(api!(routes::upload))
}

/// The files of a message, in the order of its body's list.
pub(crate) async fn of_message(db: &mut AnyConnection, message: MessageId) -> Result<Vec<StoredFile>, StoreError> {
    let rows = sqlx::query(
        "SELECT f.sha256, b.size FROM message_files f JOIN blobs b ON b.sha256 = f.sha256 \
         WHERE f.message = $1 ORDER BY f.position",
    )
    .bind(message.key())
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(StoredFile {
                sha256: row.key("sha256")?,
                size: row.size("size")?,
            })
        })
        .collect()
}

/// The total size of files that an account may name in a message: those it uploaded, and those it received or sent. What
/// an account did that it absorbed counts as its own.
///
/// # Errors
/// `file-unknown` for any other, whether it exists or not.
pub(crate) async fn nameable(unit: &mut Unit, account: AccountId, files: &[Sha256]) -> Answer<u64> {
    let mut total = 0;
    for file in files {
        let row = sqlx::query(
            "SELECT b.size FROM blobs b WHERE b.sha256 = $1 AND ( \
                 EXISTS (SELECT 1 FROM uploads u JOIN accounts a ON a.id = u.account \
                         WHERE u.sha256 = b.sha256 AND (a.id = $2 OR a.absorbed_into = $2)) \
                 OR EXISTS (SELECT 1 FROM message_files f JOIN deliveries d ON d.message = f.message \
                            JOIN mailboxes x ON x.id = d.mailbox \
                            WHERE f.sha256 = b.sha256 AND x.account = $2))",
        )
        .bind(file.key())
        .bind(account.key())
        .fetch_optional(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::FileUnknown)?;
        total += row.size("size")?;
    }
    Ok(total)
}

/// Names files in a message.
pub(crate) async fn attach(unit: &mut Unit, message: MessageId, files: &[Sha256]) -> Result<(), StoreError> {
    for (position, file) in files.iter().enumerate() {
        sqlx::query("INSERT INTO message_files (message, position, sha256) VALUES ($1, $2, $3)")
            .bind(message.key())
            .bind(position as i64)
            .bind(file.key())
            .execute(&mut **unit)
            .await?;
    }
    Ok(())
}

/// How long an upload that no message names is kept: an upload of hours, and a night's sleep before *Send*.
const UNNAMED_FOR: Millis = DAY;

/// How long an upload may take. Its row is new when it begins, and is kept for longer.
const LONGEST: Millis = UNNAMED_FOR - HOUR;

/// For how long a process has what it deletes to itself, and how long it gives the store for that.
const LEASE: Millis = 10 * 60_000;
const DELETED_WITHIN: Duration = Duration::from_secs(60);

/// After how many that it does not delete the store is left alone until the next sweep.
const FAILURES: usize = 10;

/// Deletes blobs that no message names. Part of the sweep.
///
/// The row goes first: without it nobody can name the blob. In its place comes one that says that its object is to be
/// deleted, and stays until that is done; meanwhile nobody uploads those bytes again, which would be deleted under them.
pub(crate) async fn sweep(portal: &Portal, now: Millis) -> Answer<()> {
    let mut unit = portal.store.begin().await?;
    allowance::sweep(&mut unit, now).await?;
    sqlx::query("DELETE FROM uploads WHERE uploaded_at < $1")
        .bind(now - UNNAMED_FOR)
        .execute(&mut *unit)
        .await
        .map_err(StoreError::from)?;
    let rows = sqlx::query(
        "DELETE FROM blobs WHERE created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = blobs.sha256) \
         AND NOT EXISTS (SELECT 1 FROM message_files f WHERE f.sha256 = blobs.sha256) RETURNING sha256",
    )
    .bind(now - UNNAMED_FOR)
    .fetch_all(&mut *unit)
    .await
    .map_err(StoreError::from)?;
    for row in rows {
        sqlx::query("INSERT INTO swept_blobs (sha256, leased_until) VALUES ($1, 0) ON CONFLICT (sha256) DO NOTHING")
            .bind(row.key::<Sha256>("sha256")?.key())
            .execute(&mut *unit)
            .await
            .map_err(StoreError::from)?;
    }
    portal.commit(unit).await?;
    let mut failures = 0;
    while failures < FAILURES
        && let Some(sha256) = lease(portal).await?
    {
        match tokio::time::timeout(DELETED_WITHIN, portal.blobs.delete(sha256)).await {
            Ok(Ok(())) => forget(portal, sha256).await?,
            // Its turn comes again when the lease is over, after those that were not tried yet.
            Ok(Err(_)) | Err(_) => {
                failures += 1;
                tracing::error!("a file that no message names could not be deleted");
            }
        }
    }
    Ok(())
}

/// A swept blob that no process is deleting, for this one.
async fn lease(portal: &Portal) -> Result<Option<Sha256>, StoreError> {
    // Not the sweep's: that may have been long ago.
    let now = portal.now();
    let mut unit = portal.store.begin().await?;
    let row = sqlx::query(
        "UPDATE swept_blobs SET leased_until = $1 WHERE leased_until <= $2 \
         AND sha256 = (SELECT sha256 FROM swept_blobs WHERE leased_until <= $2 ORDER BY leased_until LIMIT 1) \
         RETURNING sha256",
    )
    .bind(now + LEASE)
    .bind(now)
    .fetch_optional(&mut *unit)
    .await?;
    portal.commit(unit).await?;
    row.map(|row| row.key("sha256")).transpose()
}

/// Forgets a swept blob whose object is gone: the same bytes may come again.
async fn forget(portal: &Portal, sha256: Sha256) -> Result<(), StoreError> {
    let mut unit = portal.store.begin().await?;
    sqlx::query("DELETE FROM swept_blobs WHERE sha256 = $1")
        .bind(sha256.key())
        .execute(&mut *unit)
        .await?;
    portal.commit(unit).await
}
