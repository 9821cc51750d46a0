//! Deleting the files that no message names.

use std::time::Duration;

use wire::{Millis, Sha256};

use super::allowance;
use crate::{
    Portal, Result,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError},
};

/// How long an upload that no message names is kept: an upload of hours, and a night's sleep before *Send*.
const UNNAMED_BLOB_KEPT_FOR: Millis = DAY;

/// How long an upload may take. Its row is new when it begins, and is kept for longer.
pub(super) const MAX_UPLOAD_DURATION: Millis = UNNAMED_BLOB_KEPT_FOR - HOUR;

/// For how long a process has what it deletes to itself, and how long it gives the store for that.
const DELETION_LEASE: Millis = 10 * 60_000;
const MAX_DELETION_DURATION: Duration = Duration::from_secs(60);

/// After how many that it does not delete the store is left alone until the next sweep.
const MAX_FAILED_DELETIONS_PER_SWEEP: usize = 10;

/// Deletes blobs that no message names. Part of the sweep.
///
/// The row goes first: without it nobody can name the blob. In its place comes one that says that its object is to be
/// deleted, and stays until that is done; meanwhile nobody uploads those bytes again, which would be deleted under them.
pub(crate) async fn sweep(portal: &Portal, now: Millis) -> Result<()> {
    let mut unit = portal.begin_unguarded().await?;
    allowance::sweep(&mut unit, now).await?;
    // What was written by a clock that was ahead for a moment counts from now.
    for (sql, latest) in [
        ("UPDATE uploads SET uploaded_at = $1 WHERE uploaded_at > $1", now),
        ("UPDATE blobs SET created_at = $1 WHERE created_at > $1", now),
        (
            "UPDATE swept_blobs SET leased_until = $1 WHERE leased_until > $1",
            now + DELETION_LEASE,
        ),
    ] {
        sqlx::query(sql)
            .bind(latest)
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
    }
    sqlx::query("DELETE FROM uploads WHERE uploaded_at < $1")
        .bind(now - UNNAMED_BLOB_KEPT_FOR)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let rows = sqlx::query(
        "DELETE FROM blobs WHERE created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.sha256 = blobs.sha256) \
         AND NOT EXISTS (SELECT 1 FROM message_files f WHERE f.sha256 = blobs.sha256) RETURNING sha256",
    )
    .bind(now - UNNAMED_BLOB_KEPT_FOR)
    .fetch_all(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    for row in rows {
        sqlx::query("INSERT INTO swept_blobs (sha256, leased_until) VALUES ($1, 0) ON CONFLICT (sha256) DO NOTHING")
            .bind(row.key::<Sha256>("sha256")?.key())
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
    }
    unit.commit().await?;
    let mut failures = 0;
    while failures < MAX_FAILED_DELETIONS_PER_SWEEP
        && let Some(sha256) = lease(portal).await?
    {
        match tokio::time::timeout(MAX_DELETION_DURATION, portal.blobs.delete(sha256)).await {
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
    let mut unit = portal.begin_unguarded().await?;
    let row = sqlx::query(
        "UPDATE swept_blobs SET leased_until = $1 WHERE leased_until <= $2 \
         AND sha256 = (SELECT sha256 FROM swept_blobs WHERE leased_until <= $2 ORDER BY leased_until LIMIT 1) \
         RETURNING sha256",
    )
    .bind(now + DELETION_LEASE)
    .bind(now)
    .fetch_optional(&mut **unit)
    .await?;
    unit.commit().await?;
    row.map(|row| row.key("sha256")).transpose()
}

/// Forgets a swept blob whose object is gone: the same bytes may come again.
async fn forget(portal: &Portal, sha256: Sha256) -> Result<(), StoreError> {
    let mut unit = portal.begin_unguarded().await?;
    sqlx::query("DELETE FROM swept_blobs WHERE sha256 = $1")
        .bind(sha256.key())
        .execute(&mut **unit)
        .await?;
    unit.commit().await
}
