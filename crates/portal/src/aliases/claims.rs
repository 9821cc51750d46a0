//! Claims: requests to add an address that nobody has proved yet. A claim reserves nothing, and nothing here looks at
//! what the address is: whoever adds one learns nothing of it.

use rand::Rng as _;
use sqlx::AnyConnection;
use wire::{
    Address, Millis, Problem, ProblemType,
    claims::Claim,
    ids::{AccountId, ClaimId},
    mailbox::Change,
    people::AccountState,
    sessions::{AccountKind, ActivityKind},
};

use super::{
    MAX_ADDRESSES_PER_ACCOUNT,
    links::{ClaimEnd, problem_of},
};
use crate::{
    Error, Portal, Result, accounts, activity, changes, outbox,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit, name},
};

/// The most mails that claims send to one address in an hour, whoever claims it.
const MAX_CLAIM_MAILS_PER_ADDRESS_AND_HOUR: usize = 3;

/// The most claims that one account adds in a day.
const MAX_CLAIMS_PER_ACCOUNT_AND_DAY: i64 = 10;

/// The most claims that one account has pending.
const MAX_PENDING_CLAIMS_PER_ACCOUNT: i64 = 5;

/// How long a claim is kept after it has ended or expired, so that its links are told what became of it.
const ENDED_CLAIM_KEPT_FOR: Millis = 30 * DAY;

/// Claims an address for an account, and mails its link. Where the account has the claim already, that one is mailed
/// again.
///
/// # Errors
/// `not-allowed` for a Guest, `address-yours`, `too-many-addresses`, `too-many-requests`.
pub async fn claim(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    address: &Address,
    by_administrator: bool,
) -> Result<ClaimId> {
    // Whoever else claims the address waits: an hour's mails to it are counted over all of them.
    accounts::lock_address(unit, address).await?;
    accounts::lock_accounts(unit, &[account]).await?;
    ensure_may_claim(unit, account, address).await?;
    let pending = sqlx::query("SELECT id, typed FROM claims WHERE account = $1 AND canonical = $2 AND ended IS NULL")
        .bind(account.key())
        .bind(address.canonical())
        .fetch_optional(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    if let Some(row) = pending {
        let id = row.key("id")?;
        // To the address as it was typed first.
        mail_again(portal, unit, account, id, &row.address("typed")?, by_administrator).await?;
        return Ok(id);
    }
    ensure_claims_left(unit, account, portal.now()).await?;
    let id = insert(portal, unit, account, address, by_administrator).await?;
    let kind = ActivityKind::ClaimAdded;
    activity::record_about(portal, unit, account, kind, address, by_administrator).await?;
    mail(portal, unit, account, id, address).await?;
    Ok(id)
}

/// Refuses whoever may have no aliases, and an address that they need not claim.
async fn ensure_may_claim(unit: &mut Unit, account: AccountId, address: &Address) -> Result<()> {
    let claimant = accounts::find(unit, account).await?;
    if claimant.state != AccountState::Active || claimant.kind != AccountKind::Professional {
        return Err(ProblemType::NotAllowed.into());
    }
    let own = accounts::addresses(unit, account).await?;
    if own.iter().any(|own| own.address == *address) {
        return Err(ProblemType::AddressYours.into());
    }
    match own.len() < MAX_ADDRESSES_PER_ACCOUNT {
        true => Ok(()),
        false => Err(ProblemType::TooManyAddresses.into()),
    }
}

/// Refuses a claim more than an account may have pending, or may add in a day.
async fn ensure_claims_left(unit: &mut Unit, account: AccountId, now: Millis) -> Result<()> {
    let row = sqlx::query("SELECT COUNT(*) AS n FROM claims WHERE account = $1 AND ended IS NULL")
        .bind(account.key())
        .fetch_one(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    if row.int("n")? >= MAX_PENDING_CLAIMS_PER_ACCOUNT {
        return Err(Problem::new(ProblemType::TooManyRequests)
            .detail("confirm or cancel a pending address first")
            .into());
    }
    let row = sqlx::query(
        "SELECT COUNT(*) AS n, MIN(created_at) AS first FROM claims \
         WHERE account = $1 AND created_at > $2 AND created_at <= $3",
    )
    .bind(account.key())
    .bind(now - DAY)
    .bind(now)
    .fetch_one(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    match row.int("n")? < MAX_CLAIMS_PER_ACCOUNT_AND_DAY {
        true => Ok(()),
        false => Err(later(row.millis("first")? + DAY - now)),
    }
}

async fn insert(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    address: &Address,
    by_administrator: bool,
) -> Result<ClaimId, StoreError> {
    let now = portal.now();
    let id = ClaimId(portal.entropy.id(now));
    sqlx::query(
        "INSERT INTO claims (id, account, canonical, typed, number, by_administrator, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id.key())
    .bind(account.key())
    .bind(address.canonical())
    .bind(address.as_typed())
    .bind(format!("{:04}", portal.entropy.rng().gen_range(0..10_000)))
    .bind(i64::from(by_administrator))
    .bind(now)
    .bind(now + portal.settings.claim_lifetime)
    .execute(&mut **unit)
    .await?;
    Ok(id)
}

/// Mails a pending claim's link again: a new one, in place of the one before, which is dead at once.
///
/// # Errors
/// `not-found`, `claim-confirmed`, `claim-ended`, `too-many-requests`.
pub async fn mail_claim_again(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    id: ClaimId,
    by_administrator: bool,
) -> Result<()> {
    let (address, _) = find(unit, account, id).await?;
    accounts::lock_address(unit, &address).await?;
    accounts::lock_accounts(unit, &[account]).await?;
    if let (_, Some(ended)) = find(unit, account, id).await? {
        return Err(problem_of(ended).into());
    }
    mail_again(portal, unit, account, id, &address, by_administrator).await
}

async fn mail_again(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    id: ClaimId,
    address: &Address,
    by_administrator: bool,
) -> Result<()> {
    mail(portal, unit, account, id, address).await?;
    let kind = ActivityKind::ClaimMailed;
    activity::record_about(portal, unit, account, kind, address, by_administrator).await?;
    Ok(())
}

/// Puts the mail of a claim into the outbox. The link is made when the mail is. The caller has locked the address.
async fn mail(portal: &Portal, unit: &mut Unit, account: AccountId, id: ClaimId, address: &Address) -> Result<()> {
    let now = portal.now();
    let mails = outbox::claim_mails(unit, address.canonical(), (now - HOUR, now)).await?;
    let next_at = next_mail(&mails, account, now).map_err(later)?;
    // Counted from now, even where the mail is put off: a later end would tell that somebody else claims the address. The
    // link that the mail brings lives its time from when it is made.
    sqlx::query(
        "UPDATE claims SET token = NULL, expires_at = $2, proof = NULL, proof_account = NULL, proof_until = NULL \
         WHERE id = $1",
    )
    .bind(id.key())
    .bind(now + portal.settings.claim_lifetime)
    .execute(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    let claimant_name = accounts::find(unit, account).await?.name.unwrap_or_default();
    let mail = outbox::ClaimMail {
        claim: id,
        account,
        to: address,
        claimant_name: &claimant_name,
        next_at,
    };
    outbox::queue_claim_mail(portal, unit, &mail).await?;
    changes::append(unit, account, Change::Account).await?;
    Ok(())
}

/// When the next mail to an address may go out, by those of the last hour and those put off. `Err` holds for how long its
/// account has to wait, in milliseconds.
///
/// Who used an hour's mails up by themselves is told so. Where others took part in it, the mail is put off and nothing
/// is said: that somebody else claims the address is none of the claimant's business.
fn next_mail(mails: &[(AccountId, Millis)], account: AccountId, now: Millis) -> Result<Millis, Millis> {
    let free_at = |mut times: Vec<Millis>| {
        times.sort_unstable();
        let third = times.len().checked_sub(MAX_CLAIM_MAILS_PER_ADDRESS_AND_HOUR)?;
        Some(times[third] + HOUR).filter(|&at| at > now)
    };
    let own = mails.iter().filter(|(of, _)| *of == account).map(|&(_, at)| at);
    if let Some(at) = free_at(own.collect()) {
        // Never longer than where nobody else took part.
        return Err((at - now).min(HOUR));
    }
    Ok(free_at(mails.iter().map(|&(_, at)| at).collect()).unwrap_or(now))
}

fn later(wait: Millis) -> Error {
    Problem::new(ProblemType::TooManyRequests)
        .retry_after_millis(wait)
        .into()
}

/// A claim of an account: its address, and how it ended if it did.
async fn find(db: &mut AnyConnection, account: AccountId, id: ClaimId) -> Result<(Address, Option<ClaimEnd>)> {
    let row = sqlx::query("SELECT typed, ended FROM claims WHERE id = $1 AND account = $2")
        .bind(id.key())
        .bind(account.key())
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?
        .ok_or(ProblemType::NotFound)?;
    let ended = row.maybe_text("ended")?.map(|_| row.name("ended")).transpose()?;
    Ok((row.address("typed")?, ended))
}

/// Pending claims, oldest first; one that has expired too.
///
/// # Errors
/// Where the database fails.
pub async fn pending_claims(db: &mut AnyConnection, account: AccountId) -> Result<Vec<Claim>, StoreError> {
    let rows = sqlx::query(
        "SELECT id, typed, number, by_administrator, created_at, expires_at FROM claims \
         WHERE account = $1 AND ended IS NULL ORDER BY created_at, id",
    )
    .bind(account.key())
    .fetch_all(&mut *db)
    .await?;
    let mut claims = Vec::with_capacity(rows.len());
    for row in rows {
        let id = row.key("id")?;
        claims.push(Claim {
            id,
            address: row.address("typed")?,
            number: Some(row.text("number")?),
            by_administrator: row.flag("by_administrator")?,
            created_at: row.millis("created_at")?,
            expires_at: row.millis("expires_at")?,
            mail: outbox::newest_claim_mail(db, id).await?,
        });
    }
    Ok(claims)
}

/// Cancels a claim. Twice is once.
///
/// # Errors
/// `not-found`, `claim-confirmed`, `claim-ended`.
pub async fn cancel_claim(portal: &Portal, unit: &mut Unit, account: AccountId, id: ClaimId) -> Result<()> {
    accounts::lock_accounts(unit, &[account]).await?;
    match find(unit, account, id).await? {
        (_, Some(ClaimEnd::Cancelled)) => Ok(()),
        (_, Some(ended)) => Err(problem_of(ended).into()),
        (address, None) => {
            end(portal, unit, id, ClaimEnd::Cancelled).await?;
            activity::record_about(portal, unit, account, ActivityKind::ClaimCancelled, &address, false).await?;
            changes::append(unit, account, Change::Account).await?;
            Ok(())
        }
    }
}

/// Cancels every claim that an account has pending, and forgets that its password was given for claims of others:
/// something is wrong with the account, or it is no more.
///
/// # Errors
/// Where the database fails.
pub async fn cancel_claims(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    accounts::lock_accounts(unit, &[account]).await?;
    let ended = sqlx::query("UPDATE claims SET ended = $2, ended_at = $3 WHERE account = $1 AND ended IS NULL")
        .bind(account.key())
        .bind(name(&ClaimEnd::Cancelled))
        .bind(portal.now())
        .execute(&mut **unit)
        .await?
        .rows_affected();
    if ended > 0 {
        changes::append(unit, account, Change::Account).await?;
    }
    forget_proofs(unit, account).await
}

/// Forgets that the password of an account was given for claims of others. The caller has locked the account.
pub(super) async fn forget_proofs(unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("UPDATE claims SET proof = NULL, proof_account = NULL, proof_until = NULL WHERE proof_account = $1")
        .bind(account.key())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Ends one claim. The caller has locked its account.
pub(super) async fn end(portal: &Portal, unit: &mut Unit, id: ClaimId, how: ClaimEnd) -> Result<(), StoreError> {
    sqlx::query("UPDATE claims SET ended = $2, ended_at = $3 WHERE id = $1 AND ended IS NULL")
        .bind(id.key())
        .bind(name(&how))
        .bind(portal.now())
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// Ends the claims of an account on addresses that it has now. The caller has locked the account.
pub(super) async fn end_confirmed(portal: &Portal, unit: &mut Unit, account: AccountId) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE claims SET ended = $2, ended_at = $3 WHERE account = $1 AND ended IS NULL \
         AND canonical IN (SELECT canonical FROM addresses WHERE account = $1)",
    )
    .bind(account.key())
    .bind(name(&ClaimEnd::Confirmed))
    .bind(portal.now())
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// Deletes claims some time after they ended or expired, with their links. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis, lifetime: Millis) -> Result<(), StoreError> {
    // As if it had been made now, where the clock was ahead for a moment.
    sqlx::query("UPDATE claims SET expires_at = $1 WHERE ended IS NULL AND expires_at > $1")
        .bind(now + lifetime)
        .execute(&mut *db)
        .await?;
    for sql in [
        "UPDATE claims SET ended = 'cancelled', ended_at = expires_at WHERE ended IS NULL AND expires_at <= $1",
        "DELETE FROM claim_tokens WHERE claim IN (SELECT id FROM claims WHERE ended_at <= $1)",
        // The outbox forgets in its own time.
        "DELETE FROM claims WHERE ended_at <= $1 AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.claim = claims.id)",
    ] {
        sqlx::query(sql)
            .bind(now - ENDED_CLAIM_KEPT_FOR)
            .execute(&mut *db)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: Millis = 1_790_000_000_000;

    fn account(n: u128) -> AccountId {
        AccountId(Uuid::from_u128(n))
    }

    #[test]
    fn the_fourth_mail_of_ones_own_waits_for_the_first_to_be_an_hour_old() {
        let mails = [(account(1), NOW - 50), (account(1), NOW - 40), (account(1), NOW - 30)];
        assert_eq!(next_mail(&mails[..2], account(1), NOW), Ok(NOW));
        assert_eq!(next_mail(&mails, account(1), NOW), Err(HOUR - 50));
        assert_eq!(next_mail(&mails, account(1), NOW + HOUR - 50), Ok(NOW + HOUR - 50));
    }

    #[test]
    fn a_mail_after_those_of_others_is_put_off_in_silence() {
        let mails = [(account(1), NOW - 50), (account(1), NOW - 40), (account(1), NOW - 30)];
        assert_eq!(next_mail(&mails, account(2), NOW), Ok(NOW - 50 + HOUR));
    }

    proptest! {
        #[test]
        fn an_address_gets_three_mails_an_hour_however_many_claim_it(
            asked in proptest::collection::vec((0..6u128, 0..600_000i64), 1..40),
        ) {
            let mut now = NOW;
            let mut mails = Vec::new();
            for (who, after) in asked {
                now += after;
                if let Ok(at) = next_mail(&mails, account(who), now) {
                    prop_assert!(at >= now);
                    mails.push((account(who), at));
                }
            }
            let mut times: Vec<_> = mails.iter().map(|&(_, at)| at).collect();
            times.sort_unstable();
            for four in times.windows(MAX_CLAIM_MAILS_PER_ADDRESS_AND_HOUR + 1) {
                prop_assert!(four[MAX_CLAIM_MAILS_PER_ADDRESS_AND_HOUR] - four[0] >= HOUR);
            }
        }
    }
}
