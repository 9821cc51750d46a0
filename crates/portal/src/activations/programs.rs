//! Which programs are in use in which versions, and which versions may be.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use wire::{
    Problem, ProblemType,
    activations::{Program, ProgramInUse, Version, VersionInUse},
};

use crate::{
    Result,
    storage::{RowExt as _, StoreError, Unit},
};

/// The least version of a program that may be used; `None` where any may.
pub(crate) async fn least_version(db: &mut AnyConnection, program: &str) -> Result<Option<Version>, StoreError> {
    let row = sqlx::query("SELECT least_version FROM programs WHERE program = $1")
        .bind(program)
        .fetch_optional(db)
        .await?;
    row.map(|row| row.text("least_version")?.parse().map_err(|_| StoreError::Corrupt))
        .transpose()
}

/// Sees that a version of a program may be used.
pub(super) async fn ensure_version_allowed(db: &mut AnyConnection, program: &Program, version: Version) -> Result<()> {
    match least_version(db, program.as_str()).await? {
        Some(least) if version < least => Err(Problem::new(ProblemType::ProgramOutdated)
            .detail(format!("this portal takes {program} from version {least} on"))
            .into()),
        _ => Ok(()),
    }
}

/// Sets which versions of a program may be used from now on. Sessions that an older one has begun go on until they end.
///
/// # Errors
/// Where the database fails.
pub async fn set_least_version(unit: &mut Unit, program: &Program, least: Option<Version>) -> Result<(), StoreError> {
    match least {
        None => {
            sqlx::query("DELETE FROM programs WHERE program = $1")
                .bind(program.as_str())
                .execute(&mut **unit)
                .await?
        }
        Some(least) => {
            sqlx::query(
                "INSERT INTO programs (program, least_version) VALUES ($1, $2) \
                 ON CONFLICT (program) DO UPDATE SET least_version = $2",
            )
            .bind(program.as_str())
            .bind(least.to_string())
            .execute(&mut **unit)
            .await?
        }
    };
    Ok(())
}

/// Every program that is activated, or that an administrator decided something of.
///
/// # Errors
/// Where the database fails.
pub async fn programs(db: &mut AnyConnection) -> Result<Vec<ProgramInUse>, StoreError> {
    let mut all: BTreeMap<Program, ProgramInUse> = BTreeMap::new();
    let program = |row: &sqlx::any::AnyRow| row.text("program")?.parse().map_err(|_| StoreError::Corrupt);
    let version = |text: String| text.parse::<Version>().map_err(|_| StoreError::Corrupt);
    let empty = |program: &Program| ProgramInUse {
        program: program.clone(),
        least_version: None,
        versions: Vec::new(),
    };
    let rows = sqlx::query("SELECT program, least_version FROM programs")
        .fetch_all(&mut *db)
        .await?;
    for row in &rows {
        let program: Program = program(row)?;
        all.entry(program.clone())
            .or_insert_with(|| empty(&program))
            .least_version = Some(version(row.text("least_version")?)?);
    }
    let rows = sqlx::query(
        "SELECT program, version, COUNT(*) AS n, MAX(last_used_at) AS last_used_at FROM activations \
         GROUP BY program, version",
    )
    .fetch_all(db)
    .await?;
    for row in &rows {
        let program: Program = program(row)?;
        all.entry(program.clone())
            .or_insert_with(|| empty(&program))
            .versions
            .push(VersionInUse {
                version: version(row.text("version")?)?,
                activations: u32::try_from(row.int("n")?).unwrap_or(u32::MAX),
                last_used_at: row.millis("last_used_at")?,
            });
    }
    let mut all: Vec<ProgramInUse> = all.into_values().collect();
    for program in &mut all {
        program
            .versions
            .sort_unstable_by_key(|each| std::cmp::Reverse(each.version));
    }
    Ok(all)
}
