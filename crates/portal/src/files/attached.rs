//! Which message names which file, and which files an account may name.

use sqlx::AnyConnection;
use wire::{
    ProblemType, Sha256,
    ids::{AccountId, MessageId},
    mailbox::StoredFile,
};

use crate::{
    Result,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// The files of a message, in the order of its body's list.
pub(crate) async fn attached_to(db: &mut AnyConnection, message: MessageId) -> Result<Vec<StoredFile>, StoreError> {
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
pub(crate) async fn ensure_nameable(unit: &mut Unit, account: AccountId, files: &[Sha256]) -> Result<u64> {
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
