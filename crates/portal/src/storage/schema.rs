use sqlx::{
    AnyPool, AssertSqlSafe, SqlSafeStr as _,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::storage::{Engine, StoreError};

/// The schema's history. Only ever appended to; each step works with the code before it and after it.
///
/// Written once for both engines: `BYTES` stands for the engine's byte string type, and tables are `STRICT` where the
/// engine knows the word.
const STEPS: &[(i64, &str, &str)] = &[
    (1, "the first house", include_str!("0001_first_house.sql")),
    (2, "address migration", include_str!("0002_address_migration.sql")),
    (3, "activations", include_str!("0003_activations.sql")),
    (4, "uploads", include_str!("0004_uploads.sql")),
    (5, "turns of the outbox", include_str!("0005_turns_of_the_outbox.sql")),
    (6, "words", include_str!("0006_words.sql")),
    (7, "vault history", include_str!("0007_vault_history.sql")),
    (8, "signing in", include_str!("0008_signing_in.sql")),
    (9, "withheld", include_str!("0009_withheld.sql")),
    (10, "device links", include_str!("0010_device_links.sql")),
];

pub(super) async fn migrate(pool: &AnyPool, engine: Engine) -> Result<(), StoreError> {
    let steps = STEPS.iter().map(|&(version, description, sql)| {
        Migration::new(
            version,
            description.into(),
            MigrationType::Simple,
            AssertSqlSafe(dialect(sql, engine)).into_sql_str(),
            false,
        )
    });
    Migrator::with_migrations(steps.collect()).run(pool).await.map_err(|error| match error {
        sqlx::migrate::MigrateError::Execute(error) => StoreError::from(error),
        other => {
            tracing::error!(error = %other, "the database's schema is not one that this version can bring up to date");
            StoreError::Corrupt
        }
    })
}

fn dialect(sql: &str, engine: Engine) -> String {
    match engine {
        Engine::Sqlite => sql.replace("BYTES", "BLOB").replace("BIGINT", "INTEGER"),
        Engine::Postgres => sql.replace("BYTES", "BYTEA").replace(") STRICT;", ");"),
    }
}
