//! What an absorb that nobody asked for took over, and its claimant does not get whole yet: until a while has passed, the
//! password of the account that had it separates the two again.

use sqlx::{AnyConnection, any::AnyRow};
use wire::{
    Address, Bytes, Millis, Problem, ProblemType,
    ids::{AccountId, ClaimId},
    sessions::OwnAddress,
};

use super::{absorb::set_joining, addresses};
use crate::{
    Result,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// What one claim took over, and is withheld.
pub(crate) struct Withheld {
    /// The claim that was confirmed.
    pub(crate) claim: ClaimId,
    /// Who has the addresses now.
    pub(crate) claimant: AccountId,
    /// Whose password separates the two.
    pub(crate) account: AccountId,
    /// Its keyring, sealed to the claimant, where it joins; absent where one address moved.
    pub(crate) parcel: Option<Bytes>,
    /// Until when.
    pub(crate) until: Millis,
}

/// Between whom something is withheld, without what it is.
pub(crate) struct Withholding {
    /// The claim that was confirmed.
    pub(crate) claim: ClaimId,
    /// Who has the addresses now.
    pub(crate) claimant: AccountId,
    /// Whose password separates the two.
    pub(crate) account: AccountId,
    /// Until when.
    pub(crate) until: Millis,
}

/// An address that moved.
pub(crate) struct WithheldAddress {
    /// As the account had it.
    pub(crate) own: OwnAddress,
    /// What its former key says of the new one.
    pub(crate) statement: Bytes,
}

/// Hands addresses of an account to the claimant, whose aliases they become, and withholds what comes with them. An account
/// that joins with all of its addresses is in use no more meanwhile.
///
/// The caller has locked both accounts.
pub(crate) async fn withhold(
    unit: &mut Unit,
    withheld: &Withheld,
    addresses: &[WithheldAddress],
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO withheld (claim, claimant, account, parcel, until) VALUES ($1, $2, $3, $4, $5)")
        .bind(withheld.claim.key())
        .bind(withheld.claimant.key())
        .bind(withheld.account.key())
        .bind(withheld.parcel.as_ref().map(|parcel| &parcel.0[..]))
        .bind(withheld.until)
        .execute(&mut **unit)
        .await?;
    for WithheldAddress { own, statement } in addresses {
        sqlx::query(
            "INSERT INTO withheld_addresses (canonical, typed, claim, master, confirmed_at, statement) \
             VALUES ($1, $2, $3, $4, $5, $6)",
        )
        .bind(own.address.canonical())
        .bind(own.address.as_typed())
        .bind(withheld.claim.key())
        .bind(i64::from(own.master))
        .bind(own.confirmed_at)
        .bind(&statement.0)
        .execute(&mut **unit)
        .await?;
    }
    if withheld.parcel.is_some() {
        set_joining(unit, withheld.account, true).await?;
    }
    Ok(())
}

/// Between whom an address is withheld, if it is.
pub(crate) async fn find_withholding(
    db: &mut AnyConnection,
    address: &Address,
) -> Result<Option<Withholding>, StoreError> {
    let row = sqlx::query(
        "SELECT w.claim, w.claimant, w.account, w.until FROM withheld_addresses x \
         JOIN withheld w ON w.claim = x.claim WHERE x.canonical = $1",
    )
    .bind(address.canonical())
    .fetch_optional(db)
    .await?;
    let read = |row: AnyRow| {
        Ok(Withholding {
            claim: row.key("claim")?,
            claimant: row.key("claimant")?,
            account: row.key("account")?,
            until: row.millis("until")?,
        })
    };
    row.map(read).transpose()
}

/// What is withheld of a claim, with the addresses that it took over.
pub(crate) async fn find_withheld_by_claim(
    db: &mut AnyConnection,
    claim: ClaimId,
) -> Result<Option<(Withheld, Vec<WithheldAddress>)>, StoreError> {
    let row = sqlx::query("SELECT claimant, account, parcel, until FROM withheld WHERE claim = $1")
        .bind(claim.key())
        .fetch_optional(&mut *db)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let rows = sqlx::query(
        "SELECT typed, master, confirmed_at, statement FROM withheld_addresses WHERE claim = $1 \
         ORDER BY master DESC, confirmed_at, canonical",
    )
    .bind(claim.key())
    .fetch_all(db)
    .await?;
    let addresses = rows.iter().map(|row| {
        Ok(WithheldAddress {
            own: OwnAddress {
                address: row.address("typed")?,
                master: row.flag("master")?,
                confirmed_at: row.millis("confirmed_at")?,
                separable_until: None,
            },
            statement: row.bytes("statement")?.into(),
        })
    });
    let withheld = Withheld {
        claim,
        claimant: row.key("claimant")?,
        account: row.key("account")?,
        parcel: row.maybe_bytes("parcel")?.map(Bytes),
        until: row.millis("until")?,
    };
    Ok(Some((withheld, addresses.collect::<Result<_, StoreError>>()?)))
}

/// Gives addresses back to the account that had them, as it had them; one that was joining is in use again. None of them is
/// the claimant's Master any more.
pub(crate) async fn give_back(
    unit: &mut Unit,
    withheld: &Withheld,
    addresses: &[WithheldAddress],
) -> Result<(), StoreError> {
    for WithheldAddress { own, .. } in addresses {
        sqlx::query(
            "UPDATE addresses SET account = $2, master = $3, confirmed_at = $4, typed = $5 WHERE canonical = $1",
        )
        .bind(own.address.canonical())
        .bind(withheld.account.key())
        .bind(i64::from(own.master))
        .bind(own.confirmed_at)
        .bind(own.address.as_typed())
        .execute(&mut **unit)
        .await?;
    }
    if withheld.parcel.is_some() {
        set_joining(unit, withheld.account, false).await?;
    }
    end_withholding(unit, withheld.claim).await
}

/// Forgets that something was withheld: it has joined, or was given back.
pub(crate) async fn end_withholding(unit: &mut Unit, claim: ClaimId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM withheld_addresses WHERE claim = $1",
        "DELETE FROM withheld WHERE claim = $1",
    ] {
        sqlx::query(sql).bind(claim.key()).execute(&mut **unit).await?;
    }
    Ok(())
}

/// The claims whose time has passed.
pub(crate) async fn claims_due(db: &mut AnyConnection, now: Millis) -> Result<Vec<ClaimId>, StoreError> {
    let rows = sqlx::query("SELECT claim FROM withheld WHERE until <= $1 ORDER BY until, claim")
        .bind(now)
        .fetch_all(db)
        .await?;
    rows.iter().map(|row| row.key("claim")).collect()
}

/// Lets nothing be withheld for longer than until then: the clock may have been ahead for a moment. Part of the sweep.
pub(crate) async fn restrict_withholdings(db: &mut AnyConnection, latest: Millis) -> Result<(), StoreError> {
    sqlx::query("UPDATE withheld SET until = $1 WHERE until > $1")
        .bind(latest)
        .execute(db)
        .await?;
    Ok(())
}

/// Until when an account takes part in something withheld, on either side, if it does.
pub(crate) async fn takes_part_in_withholding(
    db: &mut AnyConnection,
    account: AccountId,
) -> Result<Option<Millis>, StoreError> {
    let row = sqlx::query("SELECT MAX(until) AS until FROM withheld WHERE claimant = $1 OR account = $1")
        .bind(account.key())
        .fetch_one(db)
        .await?;
    row.maybe_int("until")
}

/// Refuses an address to leave its account, whichever way, while its former account may take it back, or while the account
/// would be left with none but such.
///
/// # Errors
/// `still-separable`, with how long that takes.
pub(crate) async fn ensure_may_leave(
    db: &mut AnyConnection,
    account: AccountId,
    address: &Address,
    now: Millis,
) -> Result<()> {
    let own = addresses(db, account).await?;
    let (named, others): (Vec<_>, Vec<_>) = own.into_iter().partition(|own| own.address == *address);
    let of_others = others.iter().map(|other| other.separable_until);
    let blocked_until = match named.iter().find_map(|own| own.separable_until) {
        Some(until) => Some(until),
        None if others.iter().all(|other| other.separable_until.is_some()) => of_others.flatten().max(),
        None => None,
    };
    blocked_until.map_or(Ok(()), |until| Err(still_separable(until, now).into()))
}

/// What is withheld can still be taken back, for so long.
pub(crate) fn still_separable(until: Millis, now: Millis) -> Problem {
    let seconds = u32::try_from((until - now).max(0) / 1000 + 1).unwrap_or(u32::MAX);
    Problem::new(ProblemType::StillSeparable).retry_after(seconds)
}
