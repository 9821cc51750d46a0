/// What a query can come to besides its answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A row would break a rule that the database keeps; which one, as the engine names it.
    #[error("a database constraint refuses it")]
    Conflict(String),
    /// A row that must be there is not.
    #[error("a row is missing")]
    NotFound,
    /// The database cannot be reached, or is too busy.
    #[error("the database is out of reach")]
    Unavailable,
    /// The database answers what this program does not understand.
    #[error("the database holds something unexpected")]
    Corrupt,
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::RowNotFound => Self::NotFound,
            sqlx::Error::Database(database) => {
                use sqlx::error::ErrorKind;
                match database.kind() {
                    // The engines word it differently; the message names table and column on one, constraint on the
                    // other. It holds no row data on either.
                    ErrorKind::UniqueViolation
                    | ErrorKind::ForeignKeyViolation
                    | ErrorKind::NotNullViolation
                    | ErrorKind::CheckViolation => Self::Conflict(database.message().to_owned()),
                    _ if gone(database.code().as_deref()) => Self::Unavailable,
                    _ => {
                        tracing::error!(error = database.message(), "unexpected database error");
                        Self::Corrupt
                    }
                }
            }
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Unavailable,
            other => {
                tracing::error!(error = %other, "unexpected database error");
                Self::Corrupt
            }
        }
    }
}

/// Codes that say "not now": SQLite's busy, locked, disk I/O, full and cannot-open; PostgreSQL's classes 08 (connection),
/// 40 (rolled back), 53 (resources) and 57 (intervention).
fn gone(code: Option<&str>) -> bool {
    match code {
        Some(code) if code.len() == 5 => ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)),
        Some(code) => code
            .parse::<u32>()
            .is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 10 | 13 | 14)),
        None => false,
    }
}
