//! Stopping an account, and letting it go on.

use wire::{
    ProblemType,
    ids::AccountId,
    people::AccountState,
    sessions::ActivityKind::{Disabled, Enabled},
};

use crate::{Portal, Result, accounts, activity, aliases, sessions, storage::Unit};

/// Disables an account, which cancels what it had claimed, or enables it again, which ends the sessions of before.
///
/// # Errors
/// `not-found` where there is no registered account of that id, or it was absorbed; `only-administrator`.
pub async fn set_disabled(portal: &Portal, unit: &mut Unit, id: AccountId, disabled: bool) -> Result<()> {
    let (from, to, kind) = match disabled {
        true => (AccountState::Active, AccountState::Disabled, Disabled),
        false => (AccountState::Disabled, AccountState::Active, Enabled),
    };
    // All administrators are locked: two who disable each other at once must not leave the portal without one.
    let mut concerned = accounts::administrators(unit).await?;
    concerned.push(id);
    accounts::lock_accounts(unit, &concerned).await?;
    if matches!(
        accounts::find(unit, id).await?.state,
        AccountState::Invited | AccountState::Joining | AccountState::Absorbed
    ) {
        return Err(ProblemType::NotFound.into());
    }
    if disabled && accounts::administrators(unit).await? == [id] {
        return Err(ProblemType::OnlyAdministrator.into());
    }
    let has_changed = accounts::set_state(unit, id, from, to).await?;
    // Doing it twice is doing it once.
    if has_changed {
        match disabled {
            true => aliases::cancel_claims(portal, unit, id).await?,
            // What was signed in when it was disabled is not again: the reason may have been a stolen device.
            false => sessions::end_all(unit, id, None).await?,
        }
        activity::record(portal, unit, id, kind).await?;
        unit.wake(id);
    }
    Ok(())
}
