//! The two engines.

/// Which engine a store stands on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Embedded, one writer, one process.
    Sqlite,
    /// A server, for several processes.
    Postgres,
}

impl Engine {
    /// The engine that a database URL names.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}
