//! What confirming a claim does to the address, and to the account that has it.

use std::collections::HashSet;

use certificate::ensure_sealed_for;
use wire::{
    Address, Bytes, ProblemType,
    claims::Succession,
    ids::{AccountId, ClaimId, ParcelId},
    mailbox::Change,
    sessions::{ActivityKind, Parcel, ParcelOrigin},
};

use super::{claims, links::LinkedClaim, withheld};
use crate::{
    Portal, Result, accounts, activations, activity, changes,
    error::not_sealed,
    keys::{self, MAX_PARCEL_BYTES, Slots},
    outbox::{self, SecurityNotice},
    ports::custody::{InvitedAddress, Receiver},
    registration, sessions,
    storage::{StoreError, Unit},
};

/// What the owner of an account hands over with it.
pub(super) struct HandedOver {
    /// The version of the vault whose keyring the parcel holds.
    pub(super) vault_version: i64,
    /// The whole keyring, sealed to the claimant's certificate.
    pub(super) parcel: Bytes,
    /// What the account's key says of the one that each of its addresses gets.
    pub(super) successions: Vec<Succession>,
}

/// The address joins the claimant's.
pub(super) async fn join(portal: &Portal, unit: &mut Unit, linked: &LinkedClaim) -> Result<()> {
    let added = accounts::add_address(unit, &linked.address, linked.account, false, portal.now()).await;
    match added {
        // The lock keeps others off; should it ever not, the database does.
        Err(StoreError::Conflict(_)) => return Err(ProblemType::AddressTaken.into()),
        other => other?,
    }
    let address = std::slice::from_ref(&linked.address);
    outbox::queue_security_notice(portal, unit, linked.account, SecurityNotice::Joined, address).await?;
    Ok(())
}

/// The mail that waits for the address joins the claimant's, and custody hands its key over.
pub(super) async fn take_in(portal: &Portal, unit: &mut Unit, linked: &LinkedClaim, invited: AccountId) -> Result<()> {
    let claimant = linked.account;
    registration::withdraw_invitation(unit, invited).await?;
    let fingerprint = accounts::find(unit, claimant).await?.fingerprint;
    let master = master(unit, claimant).await?;
    let certificate = keys::certificate_for(unit, &fingerprint, &master).await?;
    let certificate = certificate::Certificate::parse(certificate.as_ref()).map_err(|_| StoreError::Corrupt)?;
    let waiting = InvitedAddress {
        account: invited,
        address: &linked.address,
    };
    keys::hand_waiting_key_over(portal, unit, waiting, claimant, Receiver::Claimant(&certificate)).await?;
    keys::move_parcels(unit, invited, claimant).await?;
    accounts::absorb(unit, invited, claimant).await?;
    join(portal, unit, linked).await
}

/// The account that has the address joins the claimant's, with all that it has: at once, or its addresses at once and the
/// rest after a while. No message is touched.
pub(super) async fn absorb(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    other: AccountId,
    handed_over: HandedOver,
    at_once: bool,
) -> Result<()> {
    let claimant = linked.account;
    let joining = addresses(unit, other).await?;
    ensure_whole(unit, (other, claimant), &joining, &handed_over).await?;
    if let Some(until) = accounts::takes_part_in_withholding(unit, other).await? {
        return Err(accounts::still_separable(until, portal.now()).into());
    }
    let HandedOver {
        parcel, successions, ..
    } = handed_over;
    if !at_once {
        return withheld::absorb(portal, unit, linked, other, parcel, successions).await;
    }
    for succession in &successions {
        succeed(unit, other, claimant, succession).await?;
    }
    join_whole(portal, unit, linked.id, claimant, other, parcel).await?;
    activity::record_about(portal, unit, other, ActivityKind::AbsorbedInto, &linked.address, false).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::Absorbed, &joining).await?;
    Ok(())
}

/// What an account has becomes the claimant's: its messages, its keys, and the addresses that are not yet. It ends.
pub(super) async fn join_whole(
    portal: &Portal,
    unit: &mut Unit,
    claim: ClaimId,
    claimant: AccountId,
    other: AccountId,
    parcel: Bytes,
) -> Result<()> {
    sessions::end_all(unit, other, None).await?;
    sessions::forget_devices(unit, other).await?;
    activations::remove_all(portal, unit, other).await?;
    claims::cancel_claims(portal, unit, other).await?;
    accounts::move_addresses(unit, other, claimant).await?;
    keys::move_parcels(unit, other, claimant).await?;
    accounts::absorb(unit, other, claimant).await?;
    let parcel = Parcel {
        id: ParcelId(portal.entropy.id(portal.now())),
        origin: ParcelOrigin::Claim { claim },
        sealed: parcel,
    };
    keys::add_parcel(portal, unit, claimant, parcel, Some(other)).await?;
    Ok(())
}

/// Refuses an account that must stay, a keyring that is not all of it, and statements that are not one for each address.
async fn ensure_whole(
    unit: &mut Unit,
    (other, claimant): (AccountId, AccountId),
    joining: &[Address],
    handed_over: &HandedOver,
) -> Result<()> {
    if handed_over.parcel.0.len() > MAX_PARCEL_BYTES {
        return Err(ProblemType::TooLarge.into());
    }
    let fingerprint = accounts::find(unit, claimant).await?.fingerprint;
    let subkeys = keys::subkeys_of(unit, &[&fingerprint]).await?;
    let subkey = *subkeys.get(&fingerprint).ok_or(StoreError::Corrupt)?;
    ensure_sealed_for(&handed_over.parcel.0, subkey).map_err(|error| not_sealed("the parcel", error))?;
    if accounts::administrators(unit).await? == [other] {
        return Err(ProblemType::OnlyAdministrator.into());
    }
    // The keyring that was handed over must be all of it.
    if keys::vault(unit, other, Slots::None).await?.version != handed_over.vault_version {
        return Err(ProblemType::VersionConflict.into());
    }
    let named: HashSet<_> = handed_over
        .successions
        .iter()
        .map(|succession| &succession.address)
        .collect();
    if named.len() != handed_over.successions.len() || named != joining.iter().collect() {
        return Err(ProblemType::ClaimChanged.into());
    }
    Ok(())
}

/// The address leaves the account that has it as an alias, for good or so that it can be taken back for a while. What was
/// delivered stays where it is.
pub(super) async fn transfer(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    other: AccountId,
    succession: Succession,
    at_once: bool,
) -> Result<()> {
    if succession.address != linked.address {
        return Err(ProblemType::ClaimChanged.into());
    }
    accounts::ensure_may_leave(unit, other, &linked.address, portal.now()).await?;
    if !at_once {
        return withheld::transfer(portal, unit, linked, other, succession).await;
    }
    succeed(unit, other, linked.account, &succession).await?;
    let moved = accounts::transfer_alias(unit, &linked.address, linked.account, portal.now()).await?;
    let kept = addresses(unit, other).await?;
    let kind = ActivityKind::AliasMovedAway;
    activity::record_about(portal, unit, other, kind, &linked.address, false).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::Moved, &[moved]).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::AliasMovedAway, &kept).await?;
    changes::append(unit, other, Change::Account).await?;
    Ok(())
}

/// Stores what the key that an address had says of the one that it gets. Whether it says so truly is for those to see who
/// remember the former: the portal would be the one to forge it.
pub(super) async fn succeed(
    unit: &mut Unit,
    before: AccountId,
    after: AccountId,
    succession: &Succession,
) -> Result<()> {
    let before = accounts::find(unit, before).await?.fingerprint;
    let after = accounts::find(unit, after).await?.fingerprint;
    keys::add_succession(unit, &before, &succession.address, &after, &succession.statement).await
}

/// The addresses of an account, the Master first.
pub(super) async fn addresses(unit: &mut Unit, account: AccountId) -> Result<Vec<Address>, StoreError> {
    let own = accounts::addresses(unit, account).await?;
    Ok(own.into_iter().map(|own| own.address).collect())
}

async fn master(unit: &mut Unit, account: AccountId) -> Result<Address, StoreError> {
    addresses(unit, account)
        .await?
        .into_iter()
        .next()
        .ok_or(StoreError::NotFound)
}
