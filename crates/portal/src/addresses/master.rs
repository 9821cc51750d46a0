//! Which of its addresses an account writes from, and which it gives up.

use wire::{
    Address, Problem, ProblemType, Sha256,
    ids::AccountId,
    mailbox::Change,
    people::AccountState,
    sessions::{ActivityKind, OwnAddress},
};

use super::claims;
use crate::{
    Portal, accounts, activations, changes,
    http::Answer,
    notices::{self, Warning},
    sessions,
    settings::DAY,
    storage::{Key as _, StoreError, Unit},
};

/// How often in a day an account may promote and tell those it has dealt with: each of them gets a mail each time.
const TELLINGS_A_DAY: i64 = 3;

/// Makes an alias the Master; the former Master becomes an alias. Other sessions than `keep` end, named by the hash of its
/// secret, and activations work no more. With `tell`, those the account has dealt with are told. Twice is once.
///
/// # Errors
/// `not-found` where it is no address of the account, `too-many-requests`.
pub async fn promote(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    address: &Address,
    tell: bool,
    keep: Option<Sha256>,
) -> Answer<()> {
    let (new, others) = held(unit, account, address).await?;
    if new.master {
        return Ok(());
    }
    if tell && told_today(portal, unit, account).await? >= TELLINGS_A_DAY {
        return Err(Problem::new(ProblemType::TooManyRequests)
            .detail("promote without telling anybody, or tomorrow")
            .into());
    }
    // In this order: at no time are there two.
    for sql in [
        "UPDATE addresses SET master = 0 WHERE account = $1 AND master = 1 AND canonical <> $2",
        "UPDATE addresses SET master = 1 WHERE account = $1 AND canonical = $2",
    ] {
        sqlx::query(sql)
            .bind(account.key())
            .bind(address.canonical())
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
    }
    sessions::end_all(unit, account, keep).await?;
    activations::outlive(portal, unit, account).await?;
    claims::forget_proofs(unit, account).await?;
    accounts::record_about(portal, unit, account, ActivityKind::Promoted, &new.address, false).await?;
    let (masters, aliases): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| other.master);
    for (warning, to) in [
        (Warning::Promoted, vec![new.address.clone()]),
        (Warning::Demoted, typed(masters)),
        (Warning::MasterChanged, typed(aliases)),
    ] {
        notices::warn(portal, unit, account, warning, &to).await?;
    }
    if tell {
        notices::tell_correspondents(portal, unit, account, &new.address).await?;
        let kind = ActivityKind::CorrespondentsTold;
        accounts::record_about(portal, unit, account, kind, &new.address, false).await?;
    }
    changes::tell(unit, account, Change::Account).await?;
    Ok(())
}

/// How often in the last day those that an account has dealt with were told.
async fn told_today(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<i64, StoreError> {
    accounts::recorded_since(unit, account, ActivityKind::CorrespondentsTold, portal.now() - DAY).await
}

/// Takes an alias off its account. What was delivered under it stays.
///
/// # Errors
/// `not-found` where it is no address of the account, `master-stays`.
pub async fn remove(portal: &Portal, unit: &mut Unit, account: AccountId, address: &Address) -> Answer<()> {
    let (alias, others) = held(unit, account, address).await?;
    if alias.master {
        return Err(ProblemType::MasterStays.into());
    }
    sqlx::query("DELETE FROM addresses WHERE account = $1 AND canonical = $2 AND master = 0")
        .bind(account.key())
        .bind(address.canonical())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    accounts::record_about(portal, unit, account, ActivityKind::AliasRemoved, &alias.address, false).await?;
    notices::warn(portal, unit, account, Warning::Removed, &[alias.address]).await?;
    notices::warn(portal, unit, account, Warning::AliasRemoved, &typed(others)).await?;
    changes::tell(unit, account, Change::Account).await?;
    Ok(())
}

/// Holds an account, and gives one of its addresses and the others.
async fn held(unit: &mut Unit, account: AccountId, address: &Address) -> Answer<(OwnAddress, Vec<OwnAddress>)> {
    accounts::hold(unit, &[account]).await?;
    if accounts::find(unit, account).await?.state != AccountState::Active {
        return Err(ProblemType::NotAllowed.into());
    }
    let own = accounts::addresses(unit, account).await?;
    let (mut named, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|own| own.address == *address);
    let named = named.pop().ok_or(ProblemType::NotFound)?;
    Ok((named, others))
}

fn typed(addresses: Vec<OwnAddress>) -> Vec<Address> {
    addresses.into_iter().map(|own| own.address).collect()
}
