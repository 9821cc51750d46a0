//! What an absorb or a move that nobody asked for takes over is withheld for a while: where the claimant was not signed in in
//! the browser that confirmed it, a stranger may have talked somebody into it. The addresses are the claimant's at once; the
//! messages, the keys and what the former key says of the new one follow, unless the other account's password separates the
//! two until then.

use axum::{Json, extract::State};
use wire::{
    Address, Bytes, Millis, ProblemType,
    claims::{Separate, Separated, Succession},
    ids::{AccountId, ClaimId},
    mailbox::Change,
    people::AccountState,
    sessions::{ActivityKind, OwnAddress},
};

use super::{claims, effects, links::LinkedClaim, master};
use crate::{
    Portal, Result,
    accounts::{self, Withheld, WithheldAddress},
    activity, changes,
    http::JsonBody,
    keys,
    outbox::{self, SecurityNotice},
    sessions::{self, Purpose},
    settings::DAY,
    storage::{StoreError, Unit},
};

/// For how long what came with an address is withheld, in milliseconds: somebody who was talked into giving a password comes
/// to think it over, and a weekend passes.
const WITHHOLDING_LIFETIME: Millis = 3 * DAY;

/// The account that has the address begins to join the claimant's: its addresses do at once.
pub(super) async fn absorb(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    other: AccountId,
    parcel: Bytes,
    successions: Vec<Succession>,
) -> Result<()> {
    let joining = with_statements(accounts::addresses(unit, other).await?, successions)?;
    sessions::end_all(unit, other, None).await?;
    claims::cancel_claims(portal, unit, other).await?;
    let withheld = Withheld {
        claim: linked.id,
        claimant: linked.account,
        account: other,
        parcel: Some(parcel),
        until: portal.now() + WITHHOLDING_LIFETIME,
    };
    accounts::withhold(unit, &withheld, &joining).await?;
    accounts::move_addresses(unit, other, linked.account).await?;
    activity::record_about(portal, unit, other, ActivityKind::JoiningInto, &linked.address, false).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::Joining, &typed(&joining)).await?;
    Ok(())
}

/// The address leaves the account that has it as an alias, and can be taken back.
pub(super) async fn transfer(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    other: AccountId,
    succession: Succession,
) -> Result<()> {
    let (moving, kept): (Vec<_>, Vec<_>) = accounts::addresses(unit, other)
        .await?
        .into_iter()
        .partition(|own| own.address == linked.address);
    let moving = with_statements(moving, vec![succession])?;
    let withheld = Withheld {
        claim: linked.id,
        claimant: linked.account,
        account: other,
        parcel: None,
        until: portal.now() + WITHHOLDING_LIFETIME,
    };
    accounts::withhold(unit, &withheld, &moving).await?;
    accounts::transfer_alias(unit, &linked.address, linked.account, portal.now()).await?;
    let kept: Vec<Address> = kept.into_iter().map(|own| own.address).collect();
    let kind = ActivityKind::AliasMovedAway;
    activity::record_about(portal, unit, other, kind, &linked.address, false).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::Moving, &typed(&moving)).await?;
    outbox::queue_security_notice(portal, unit, other, SecurityNotice::AliasMovingAway, &kept).await?;
    changes::append(unit, other, Change::Account).await?;
    Ok(())
}

/// Each address with its statement, which goes to its place as it is when the time has come.
fn with_statements(own: Vec<OwnAddress>, successions: Vec<Succession>) -> Result<Vec<WithheldAddress>> {
    let of = |own: OwnAddress| {
        let succession = successions.iter().find(|succession| succession.address == own.address);
        let statement = succession.ok_or(ProblemType::ClaimChanged)?.statement.clone();
        keys::ensure_statement_fits(&statement)?;
        Ok(WithheldAddress { own, statement })
    };
    own.into_iter().map(of).collect()
}

/// Takes back what was taken over from an account, with that account's password.
///
/// Its addresses are its own again, as they were, and it is in use again where it was joining. What came in for them meanwhile
/// stays with the account that it was sealed to.
#[utoipa::path(
    post, path = "/separations", tag = "aliases",
    request_body = Separate, responses((status = 200, body = Separated)),
)]
pub(super) async fn separate(
    State(portal): State<Portal>,
    JsonBody(request): JsonBody<Separate>,
) -> Result<Json<Separated>> {
    let mut unit = portal.begin_unguarded().await?;
    let claimant = accounts::find_withholding(&mut unit, &request.address).await?;
    let claimant: Vec<AccountId> = claimant.iter().map(|withheld| withheld.claimant).collect();
    let finalization = &request.credential_finalization;
    let proved = sessions::prove(
        &portal,
        &mut unit,
        request.sign_in,
        finalization,
        &claimant,
        Purpose::FormerOwner,
    );
    let Some(sessions::Proved { account, .. }) = proved.await? else {
        unit.commit().await?;
        return Err(ProblemType::WrongCredentials.into());
    };
    // The attempt is spent whatever comes of it.
    unit.set_savepoint().await?;
    let separated = take_back(&portal, &mut unit, account, &request.address).await;
    if separated.is_err() {
        unit.rollback_to_savepoint().await?;
    }
    unit.commit().await?;
    separated.map(Json)
}

/// Separates an account from the one that took an address over from it. For [`separate`], which sees the password given and
/// has locked both, and for tests.
///
/// # Errors
/// `not-separable`, `account-disabled`; nothing has changed then.
pub async fn take_back(portal: &Portal, unit: &mut Unit, account: AccountId, address: &Address) -> Result<Separated> {
    let found = accounts::find_withholding(unit, address).await?;
    let found = found.filter(|withheld| withheld.account == account);
    let (claim, claimant) = found
        .map(|withheld| (withheld.claim, withheld.claimant))
        .ok_or(ProblemType::NotSeparable)?;
    accounts::lock_accounts(unit, &[claimant, account]).await?;
    // As it is under the locks.
    let (withheld, addresses) = accounts::find_withheld_by_claim(unit, claim)
        .await?
        .ok_or(ProblemType::NotSeparable)?;
    if accounts::find(unit, account).await?.state == AccountState::Disabled {
        return Err(ProblemType::AccountDisabled.into());
    }
    let returning = typed(&addresses);
    let (_, kept): (Vec<_>, Vec<_>) = accounts::addresses(unit, claimant)
        .await?
        .into_iter()
        .partition(|own| returning.contains(&own.address));
    if !kept.iter().any(|own| own.master) {
        let next = next_master(&kept).ok_or(StoreError::Corrupt)?;
        master::fall_back(portal, unit, claimant, &next, &kept).await?;
    }
    accounts::give_back(unit, &withheld, &addresses).await?;
    let kept: Vec<Address> = kept.into_iter().map(|own| own.address).collect();
    for (whose, kind, notice, to) in [
        (account, ActivityKind::Separated, SecurityNotice::Separated, &returning),
        (
            claimant,
            ActivityKind::SeparatedFrom,
            SecurityNotice::SeparatedFrom,
            &kept,
        ),
    ] {
        activity::record_about(portal, unit, whose, kind, address, false).await?;
        outbox::queue_security_notice(portal, unit, whose, notice, to).await?;
        changes::append(unit, whose, Change::Account).await?;
    }
    Ok(Separated { addresses: returning })
}

/// Of what an account keeps, the address that becomes its Master: the one that it has had for longest of those that nobody
/// takes back from it.
fn next_master(kept: &[OwnAddress]) -> Option<OwnAddress> {
    let own = kept.iter().filter(|own| own.separable_until.is_none());
    own.min_by_key(|own| (own.confirmed_at, own.address.canonical().to_owned()))
        .cloned()
}

/// Hands over what was withheld for long enough. Part of the sweep, each in a unit of its own.
///
/// # Errors
/// Where the database cannot be reached.
pub(crate) async fn join_due(portal: &Portal) -> Result<()> {
    let now = portal.now();
    let mut unit = portal.begin_unguarded().await?;
    accounts::restrict_withholdings(&mut unit, now + WITHHOLDING_LIFETIME).await?;
    unit.commit().await?;
    let due = accounts::claims_due(&mut *portal.store.read().await?, now).await?;
    for claim in due {
        let mut unit = portal.begin_unguarded().await?;
        join(portal, &mut unit, claim).await?;
        unit.commit().await?;
    }
    Ok(())
}

/// Hands over what was withheld of a claim for long enough. Where its claimant is not in use it waits for that: nobody gets
/// what they cannot look after. For [`join_due`], and for tests.
///
/// # Errors
/// Where the database fails.
pub async fn join(portal: &Portal, unit: &mut Unit, claim: ClaimId) -> Result<()> {
    let Some((withheld, _)) = accounts::find_withheld_by_claim(unit, claim).await? else {
        return Ok(());
    };
    let concerned = accounts::with_absorbed(unit, withheld.account).await?;
    accounts::lock_accounts(unit, &[&concerned[..], &[withheld.claimant]].concat()).await?;
    // Read again: it may have been separated while this waited.
    let Some((withheld, addresses)) = accounts::find_withheld_by_claim(unit, claim).await? else {
        return Ok(());
    };
    let (claimant, other) = (withheld.claimant, withheld.account);
    if withheld.until > portal.now() || accounts::find(unit, claimant).await?.state != AccountState::Active {
        return Ok(());
    }
    for WithheldAddress { own, statement } in &addresses {
        let succession = Succession {
            address: own.address.clone(),
            statement: statement.clone(),
        };
        effects::succeed(unit, other, claimant, &succession).await?;
    }
    accounts::end_withholding(unit, claim).await?;
    changes::append(unit, claimant, Change::Account).await?;
    let Some(parcel) = withheld.parcel else {
        return Ok(());
    };
    let joined = typed(&addresses);
    let master = joined.first().ok_or(StoreError::Corrupt)?;
    effects::join_whole(portal, unit, claim, claimant, other, parcel).await?;
    let kept: Vec<Address> = effects::addresses(unit, claimant)
        .await?
        .into_iter()
        .filter(|own| !joined.contains(own))
        .collect();
    for (whose, kind, notice, to) in [
        (other, ActivityKind::AbsorbedInto, SecurityNotice::Absorbed, &joined),
        (
            claimant,
            ActivityKind::AccountAbsorbed,
            SecurityNotice::AccountAbsorbed,
            &kept,
        ),
    ] {
        activity::record_about(portal, unit, whose, kind, master, false).await?;
        outbox::queue_security_notice(portal, unit, whose, notice, to).await?;
    }
    changes::append(unit, claimant, Change::Mailboxes).await?;
    Ok(())
}

fn typed(addresses: &[WithheldAddress]) -> Vec<Address> {
    addresses.iter().map(|moved| moved.own.address.clone()).collect()
}
