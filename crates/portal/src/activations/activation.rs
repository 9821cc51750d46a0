//! An activation: its row, and what stands against it.

use sqlx::{AnyConnection, any::AnyRow};
use wire::{
    Address, ProblemType, Sha256,
    activations::{Activation, ActivationState, Program, Version},
    ids::{AccountId, ActivationId},
};

use crate::{
    Portal, Result,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// An activation as its row has it.
pub(crate) struct ActivationRow {
    pub(crate) id: ActivationId,
    pub(crate) account: AccountId,
    pub(super) program: Program,
    pub(super) version: Version,
    pub(super) device: String,
    pub(super) address: Address,
    pub(super) blocked_by_owner: bool,
    pub(super) blocked_by_portal: bool,
    pub(super) superseded: bool,
    pub(super) created_at: wire::Millis,
    pub(super) last_used_at: wire::Millis,
}

impl ActivationRow {
    /// Every column, in this order, of `activations`.
    const COLUMNS: &str = "id, account, program, version, device, address, blocked_by_owner, blocked_by_portal, \
         superseded_at, created_at, last_used_at";

    fn from_row(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.key("id")?,
            account: row.key("account")?,
            program: row.text("program")?.parse().map_err(|_| StoreError::Corrupt)?,
            version: row.text("version")?.parse().map_err(|_| StoreError::Corrupt)?,
            device: row.text("device")?,
            address: row.address("address")?,
            blocked_by_owner: row.flag("blocked_by_owner")?,
            blocked_by_portal: row.flag("blocked_by_portal")?,
            superseded: row.maybe_int("superseded_at")?.is_some(),
            created_at: row.millis("created_at")?,
            last_used_at: row.millis("last_used_at")?,
        })
    }

    pub(crate) fn state(&self) -> ActivationState {
        state(self.superseded, self.blocked_by_portal, self.blocked_by_owner)
    }

    pub(super) fn for_owner(self, current: Option<ActivationId>) -> Activation {
        Activation {
            state: self.state(),
            current: current == Some(self.id),
            id: self.id,
            program: self.program,
            version: self.version,
            device: self.device,
            address: self.address,
            created_at: self.created_at,
            last_used_at: self.last_used_at,
        }
    }
}

/// What stands against an activation. That it is blocked by the portal comes before that it was superseded: to activate
/// again is no way round an administrator.
fn state(superseded: bool, blocked_by_portal: bool, blocked_by_owner: bool) -> ActivationState {
    match (blocked_by_portal, superseded, blocked_by_owner) {
        (true, ..) => ActivationState::BlockedByPortal,
        (_, true, _) => ActivationState::NeedsReactivation,
        (_, _, true) => ActivationState::Blocked,
        _ => ActivationState::Active,
    }
}

/// The problem that a program is told whose activation is in that state.
pub(crate) fn ensure_usable(state: ActivationState) -> Result<(), ProblemType> {
    match state {
        ActivationState::Active => Ok(()),
        ActivationState::NeedsReactivation => Err(ProblemType::NeedsReactivation),
        ActivationState::Blocked => Err(ProblemType::ActivationBlocked),
        ActivationState::BlockedByPortal => Err(ProblemType::BlockedByPortal),
    }
}

/// The activations of an account, the newest first.
pub(crate) async fn find_all(
    db: &mut AnyConnection,
    account: AccountId,
    current: Option<ActivationId>,
) -> Result<Vec<Activation>, StoreError> {
    let sql = format!(
        "SELECT {} FROM activations WHERE account = $1 ORDER BY id DESC",
        ActivationRow::COLUMNS
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(account.key())
        .fetch_all(db)
        .await?;
    rows.iter()
        .map(|row| Ok(ActivationRow::from_row(row)?.for_owner(current)))
        .collect()
}

/// One activation of an account.
///
/// # Errors
/// `not-found`.
pub(super) async fn find(db: &mut AnyConnection, account: AccountId, id: ActivationId) -> Result<ActivationRow> {
    let sql = format!(
        "SELECT {} FROM activations WHERE id = $1 AND account = $2",
        ActivationRow::COLUMNS
    );
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(id.key())
        .bind(account.key())
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::NotFound)?;
    Ok(ActivationRow::from_row(&row)?)
}

/// The activation that a token is of. Looked up by the hash: what the index compares, and may leak the timing of, is worth
/// nothing.
pub(super) async fn find_by_token(db: &mut AnyConnection, token: Sha256) -> Result<Option<ActivationRow>, StoreError> {
    let sql = format!("SELECT {} FROM activations WHERE token = $1", ActivationRow::COLUMNS);
    let row = sqlx::query(sqlx::AssertSqlSafe(sql))
        .bind(token.key())
        .fetch_optional(db)
        .await?;
    row.as_ref().map(ActivationRow::from_row).transpose()
}

/// After a promotion: no activation of before works any more, and its slot is gone, whatever address is promoted next.
/// What is left is a row that tells the program to activate again.
///
/// The caller has locked the account, and has ended its sessions.
pub(crate) async fn supersede(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE activations SET superseded_at = $2, slot = NULL WHERE account = $1 AND superseded_at IS NULL")
        .bind(account.key())
        .bind(portal.now())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Removes the activations of an account that is absorbed, or whose owner said *This wasn't me*. What the portal blocked
/// stays as a row that is blocked, and works no more when it is unblocked.
///
/// The caller has locked the account, and has ended its sessions.
pub(crate) async fn remove_all(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    supersede(portal, unit, account).await?;
    sqlx::query("DELETE FROM activations WHERE account = $1 AND blocked_by_portal = 0")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_that_nothing_stands_against_is_usable() {
        for bits in 0..8_u8 {
            let [superseded, portal, owner] = [bits & 1 > 0, bits & 2 > 0, bits & 4 > 0];
            let state = state(superseded, portal, owner);
            assert_eq!(ensure_usable(state).is_ok(), bits == 0, "{state:?}");
            assert_eq!(state == ActivationState::BlockedByPortal, portal);
        }
    }
}
