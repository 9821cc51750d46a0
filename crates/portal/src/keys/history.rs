//! Vaults that were replaced: whoever wrote one that does not open, or lacks a key, takes nothing away by it.

use std::collections::HashSet;

use axum::{Json, extract::State};
use sqlx::any::AnyRow;
use wire::{
    Millis, Problem, ProblemType,
    ids::AccountId,
    vaults::{PastVault, SealedPastVault, VaultWritten},
};

use crate::{
    Portal, Result,
    http::{ByPassword, PathParams},
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many of the latest past vaults of an account are kept, whoever wrote them.
const MAX_LATEST_PAST_VAULTS: usize = 20;

/// For how long each day's newest is kept.
const DAYS_NEWEST_KEPT_FOR: Millis = 30 * DAY;

/// How often programs may write an account's vault in a day. They write where they meet a new correspondent, or take a
/// parcel in.
const MAX_PROGRAM_VAULT_WRITES_PER_DAY: i64 = 200;

/// A past vault, as far as it matters for keeping it.
#[derive(Clone, Copy, Debug)]
struct Past {
    version: i64,
    written_at: Millis,
    in_person: bool,
}

/// Which of an account's past vaults, newest first, may go: all but the latest, each day's newest of the last days, and
/// the last that a person wrote. No flood of writes displaces one of these days', and no program the last of a person's.
fn surplus(newest_first: &[Past], now: Millis) -> Vec<i64> {
    let (mut days, mut seen_person) = (HashSet::new(), false);
    let surplus = newest_first.iter().enumerate().filter(|(at, past)| {
        let is_recent = past.written_at > now - DAYS_NEWEST_KEPT_FOR;
        let is_days_newest = is_recent && days.insert(past.written_at.div_euclid(DAY)) && days.len() <= 30;
        let is_persons_last = past.in_person && !seen_person;
        seen_person |= past.in_person;
        !(*at < MAX_LATEST_PAST_VAULTS || is_days_newest || is_persons_last)
    });
    surplus.map(|(_, past)| past.version).collect()
}

/// Keeps the vault of that version, which is about to be replaced, and lets go what is kept long enough.
pub(super) async fn keep(unit: &mut Unit, account: AccountId, version: i64, now: Millis) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO past_vaults (account, version, sealed, written_at, program, in_person) \
         SELECT account, version, sealed, written_at, program, in_person FROM vaults WHERE account = $1 AND version = $2",
    )
    .bind(account.key())
    .bind(version)
    .execute(&mut **unit)
    .await?;
    let rows =
        sqlx::query("SELECT version, written_at, in_person FROM past_vaults WHERE account = $1 ORDER BY version DESC")
            .bind(account.key())
            .fetch_all(&mut **unit)
            .await?;
    let past = |row: &AnyRow| {
        Ok(Past {
            version: row.int("version")?,
            written_at: row.millis("written_at")?,
            in_person: row.flag("in_person")?,
        })
    };
    let past = rows.iter().map(past).collect::<Result<Vec<_>, StoreError>>()?;
    for version in surplus(&past, now) {
        sqlx::query("DELETE FROM past_vaults WHERE account = $1 AND version = $2")
            .bind(account.key())
            .bind(version)
            .execute(&mut **unit)
            .await?;
    }
    Ok(())
}

/// Counts a write that no person made. The caller has locked the account.
///
/// # Errors
/// `too-many-requests` where programs have written often enough today.
pub(super) async fn count_program_write(unit: &mut Unit, account: AccountId, now: Millis) -> Result<()> {
    let row = sqlx::query(
        "INSERT INTO program_vault_writes (account, day, writes) VALUES ($1, $2, 1) \
         ON CONFLICT (account, day) DO UPDATE SET writes = program_vault_writes.writes + 1 RETURNING writes",
    )
    .bind(account.key())
    .bind(now.div_euclid(DAY))
    .fetch_one(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    match row.int("writes")? <= MAX_PROGRAM_VAULT_WRITES_PER_DAY {
        true => Ok(()),
        false => Err(Problem::new(ProblemType::TooManyRequests)
            .detail("programs have written the keyring as often as they may today")
            .into()),
    }
}

/// Forgets days that count no more. Part of the sweep.
pub(super) async fn sweep(unit: &mut Unit, now: Millis) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM program_vault_writes WHERE day < $1")
        .bind(now.div_euclid(DAY))
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// When a vault of a row was written, and by what.
pub(super) fn written(row: &AnyRow) -> Result<VaultWritten, StoreError> {
    let program = row.maybe_text("program")?;
    let program = program.map(|program| program.parse().map_err(|_| StoreError::Corrupt));
    Ok(VaultWritten {
        at: row.millis("written_at")?,
        program: program.transpose()?,
        in_person: row.flag("in_person")?,
    })
}

/// The caller's vaults that were replaced and are kept, newest first: at most 51.
#[utoipa::path(get, path = "/vaults", tag = "account", responses((status = 200, body = [PastVault])))]
pub(super) async fn list(State(portal): State<Portal>, ByPassword(caller): ByPassword) -> Result<Json<Vec<PastVault>>> {
    let rows = sqlx::query(
        "SELECT version, written_at, program, in_person FROM past_vaults WHERE account = $1 ORDER BY version DESC",
    )
    .bind(caller.account.key())
    .fetch_all(&mut *portal.store.read().await?)
    .await
    .map_err(StoreError::from)?;
    let past = |row: &AnyRow| {
        Ok(PastVault {
            version: row.int("version")?,
            written: written(row)?,
        })
    };
    Ok(Json(rows.iter().map(past).collect::<Result<_, StoreError>>()?))
}

/// One of them, as it was sealed.
#[utoipa::path(
    get, path = "/vaults/{version}", tag = "account",
    params(("version" = i64, Path)), responses((status = 200, body = SealedPastVault)),
)]
pub(super) async fn read(
    State(portal): State<Portal>,
    ByPassword(caller): ByPassword,
    PathParams(version): PathParams<i64>,
) -> Result<Json<SealedPastVault>> {
    let row = sqlx::query("SELECT sealed FROM past_vaults WHERE account = $1 AND version = $2")
        .bind(caller.account.key())
        .bind(version)
        .fetch_optional(&mut *portal.store.read().await?)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::NotFound)?;
    Ok(Json(SealedPastVault {
        version,
        sealed: row.bytes("sealed")?.into(),
    }))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: Millis = 1_790_000_000_000;

    /// Writes one after the other, some a person's, with time in between: what is kept in the end.
    fn kept(writes: &[(i64, bool)]) -> (Vec<Past>, Vec<Past>, Millis) {
        let (mut all, mut kept, mut now) = (Vec::new(), Vec::<Past>::new(), NOW);
        for (version, &(pause, in_person)) in (1..).zip(writes) {
            now += pause;
            let past = Past {
                version,
                written_at: now,
                in_person,
            };
            all.insert(0, past);
            kept.insert(0, past);
            let surplus = surplus(&kept, now);
            kept.retain(|past| !surplus.contains(&past.version));
        }
        (all, kept, now)
    }

    fn versions(past: &[Past]) -> Vec<i64> {
        past.iter().map(|past| past.version).collect()
    }

    proptest! {
        #[test]
        fn at_most_51_are_kept_and_among_them_what_no_flood_displaces(
            writes in prop::collection::vec((prop_oneof![0..60_000_i64, 0..2 * DAY], prop::bool::weighted(0.1)), 1..300)
        ) {
            let (all, kept, now) = kept(&writes);
            let kept_versions = versions(&kept);
            prop_assert!(kept.len() <= 51, "{}", kept.len());
            prop_assert_eq!(&kept_versions[..kept.len().min(20)], &versions(&all)[..all.len().min(20)]);
            if let Some(persons) = all.iter().find(|past| past.in_person) {
                prop_assert!(kept_versions.contains(&persons.version));
            }
            for days_ago in 0..29 {
                let day = now.div_euclid(DAY) - days_ago;
                if let Some(newest) = all.iter().find(|past| past.written_at.div_euclid(DAY) == day) {
                    prop_assert!(kept_versions.contains(&newest.version), "{days_ago} days ago");
                }
            }
        }
    }

    #[test]
    fn a_program_that_writes_all_day_displaces_nothing_of_a_persons() {
        let writes: Vec<_> = (0..1000).map(|n| (30_000, n == 0)).collect();
        let (_, kept, _) = kept(&writes);
        assert!(versions(&kept).contains(&1));
        assert_eq!(kept.len(), 20 + 1);
    }
}
