//! Stopping an account, and letting it go on.

use wire::{
    ProblemType,
    ids::AccountId,
    people::AccountState,
    sessions::ActivityKind::{Disabled, Enabled},
};

use super::{administrators, find, hold, record};
use crate::{
    Portal, addresses,
    http::Answer,
    sessions,
    storage::{Key as _, StoreError, Unit, name},
};

/// Disables an account, which cancels what it had claimed, or enables it again, which ends the sessions of before.
///
/// # Errors
/// `not-found` where there is no registered account of that id, or it was absorbed; `only-administrator`.
pub async fn set_disabled(portal: &Portal, unit: &mut Unit, id: AccountId, disabled: bool) -> Answer<()> {
    let (from, to, kind) = match disabled {
        true => (AccountState::Active, AccountState::Disabled, Disabled),
        false => (AccountState::Disabled, AccountState::Active, Enabled),
    };
    // All administrators are held: two who disable each other at once must not leave the portal without one.
    let mut held = administrators(unit).await?;
    held.push(id);
    hold(unit, &held).await?;
    if matches!(
        find(unit, id).await?.state,
        AccountState::Invited | AccountState::Absorbed
    ) {
        return Err(ProblemType::NotFound.into());
    }
    if disabled && administrators(unit).await? == [id] {
        return Err(ProblemType::OnlyAdministrator.into());
    }
    let changed = sqlx::query("UPDATE accounts SET state = $3 WHERE id = $1 AND state = $2")
        .bind(id.key())
        .bind(name(&from))
        .bind(name(&to))
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?
        .rows_affected();
    // Doing it twice is doing it once.
    if changed > 0 {
        match disabled {
            true => addresses::cancel_claims(portal, unit, id).await?,
            // What was signed in when it was disabled is not again: the reason may have been a stolen device.
            false => sessions::end_all(unit, id, None).await?,
        }
        record(portal, unit, id, kind).await?;
        unit.wake(id);
    }
    Ok(())
}
