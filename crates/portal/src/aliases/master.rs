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
    Portal, Result, accounts, activations, activity, changes,
    outbox::{self, SecurityNotice},
    sessions,
    settings::DAY,
    storage::{StoreError, Unit},
};

/// How often in a day an account may promote and tell those it has dealt with: each of them gets a mail each time.
const MAX_ANNOUNCEMENTS_PER_DAY: i64 = 3;

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
) -> Result<()> {
    let (new, others) = lock_account_of(unit, account, address).await?;
    if new.master {
        return Ok(());
    }
    if tell && announced_today(portal, unit, account).await? >= MAX_ANNOUNCEMENTS_PER_DAY {
        return Err(Problem::new(ProblemType::TooManyRequests)
            .detail("promote without telling anybody, or tomorrow")
            .into());
    }
    replace(portal, unit, account, &new.address, keep).await?;
    let (masters, aliases): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| other.master);
    for (notice, to) in [
        (SecurityNotice::Promoted, vec![new.address.clone()]),
        (SecurityNotice::Demoted, typed(masters)),
        (SecurityNotice::MasterChanged, typed(aliases)),
    ] {
        outbox::queue_security_notice(portal, unit, account, notice, &to).await?;
    }
    if tell {
        outbox::announce_master(portal, unit, account, &new.address).await?;
        let kind = ActivityKind::CorrespondentsTold;
        activity::record_about(portal, unit, account, kind, &new.address, false).await?;
    }
    changes::append(unit, account, Change::Account).await?;
    Ok(())
}

/// Makes another address the Master where the present one goes back to whoever had it. Of those that the account keeps, each is
/// told.
pub(super) async fn fall_back(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    next: &OwnAddress,
    kept: &[OwnAddress],
) -> Result<()> {
    replace(portal, unit, account, &next.address, None).await?;
    let aliases = kept.iter().filter(|own| own.address != next.address).cloned().collect();
    for (notice, to) in [
        (SecurityNotice::Promoted, vec![next.address.clone()]),
        (SecurityNotice::MasterChanged, typed(aliases)),
    ] {
        outbox::queue_security_notice(portal, unit, account, notice, &to).await?;
    }
    Ok(())
}

/// Puts another address of the account in the Master's place, after which nothing works that was let in under the former.
async fn replace(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    new: &Address,
    keep: Option<Sha256>,
) -> Result<()> {
    accounts::set_master(unit, account, new).await?;
    sessions::end_all(unit, account, keep).await?;
    activations::supersede(portal, unit, account).await?;
    claims::forget_proofs(unit, account).await?;
    activity::record_about(portal, unit, account, ActivityKind::Promoted, new, false).await?;
    Ok(())
}

/// How often in the last day those that an account has dealt with were told.
async fn announced_today(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<i64, StoreError> {
    let now = portal.now();
    activity::recorded_since(unit, account, ActivityKind::CorrespondentsTold, (now - DAY, now)).await
}

/// Takes an alias off its account. What was delivered under it stays.
///
/// # Errors
/// `not-found` where it is no address of the account, `master-stays`, `still-separable`.
pub async fn remove_alias(portal: &Portal, unit: &mut Unit, account: AccountId, address: &Address) -> Result<()> {
    let (alias, others) = lock_account_of(unit, account, address).await?;
    if alias.master {
        return Err(ProblemType::MasterStays.into());
    }
    accounts::ensure_may_leave(unit, account, address, portal.now()).await?;
    accounts::remove_address(unit, account, address).await?;
    activity::record_about(portal, unit, account, ActivityKind::AliasRemoved, &alias.address, false).await?;
    outbox::queue_security_notice(portal, unit, account, SecurityNotice::Removed, &[alias.address]).await?;
    outbox::queue_security_notice(portal, unit, account, SecurityNotice::AliasRemoved, &typed(others)).await?;
    changes::append(unit, account, Change::Account).await?;
    Ok(())
}

/// Locks an account, and gives one of its addresses and the others.
async fn lock_account_of(
    unit: &mut Unit,
    account: AccountId,
    address: &Address,
) -> Result<(OwnAddress, Vec<OwnAddress>)> {
    accounts::lock_accounts(unit, &[account]).await?;
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
