//! Confirming a claim, in every way: the rule, and what becomes of the address.

use std::collections::HashSet;

use wire::{
    Address, Bytes, Millis, Problem, ProblemType, Sha256,
    claims::{ConfirmBy, Confirmed, Succession},
    ids::AccountId,
    mailbox::Change,
    people::AccountState,
    sessions::{ActivityKind, Person},
};

use super::{
    MAX_ADDRESSES, Standing, claims, is_master,
    links::{Ended, Linked, behind},
    resolve, turns,
};
use crate::{
    Portal,
    accounts::{self, MAX_PARCEL, Slots},
    activations, changes,
    http::Answer,
    notices::{self, Warning},
    sessions,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many wrong numbers end a claim. Three of ten thousand: one guesser in three thousand is lucky.
const WRONG_NUMBERS: i64 = 3;

/// How long a proof of the other account's password counts, in milliseconds.
const PROOF_COUNTS_FOR: Millis = 10 * 60_000;

/// What confirming came to. The unit is committed either way: a wrong number counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The address is the claimant's.
    Done(Confirmed),
    /// It was not the number. With no try left, the claim has ended.
    WrongNumber {
        /// How many more may be tried.
        tries_left: u32,
    },
}

/// What becomes of the address, and of the account that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Nobody has it: it joins the claimant's.
    Join,
    /// Its waiting mail joins the claimant's, too.
    TakeIn(AccountId),
    /// The whole account is absorbed.
    Absorb(AccountId),
    /// This one address leaves the account.
    Move(AccountId),
}

/// Which way a claim is confirmed, by what the address is now. `master` says whether it is its account's Master.
fn way(standing: Standing, master: bool, claimant: AccountId, by: &ConfirmBy) -> Result<Way, ProblemType> {
    match (standing, by) {
        (Standing::Registered(account), _) if account == claimant => Err(ProblemType::AddressYours),
        (Standing::Registered(account), ConfirmBy::Absorb { .. }) => Ok(Way::Absorb(account)),
        (Standing::Registered(account), ConfirmBy::Move { .. }) if !master => Ok(Way::Move(account)),
        (Standing::Registered(_), ConfirmBy::Click {} | ConfirmBy::Number { .. }) => Err(ProblemType::AddressTaken),
        (Standing::Invited(account), ConfirmBy::Click {} | ConfirmBy::Number { .. }) => Ok(Way::TakeIn(account)),
        (Standing::Unknown, ConfirmBy::Click {} | ConfirmBy::Number { .. }) => Ok(Way::Join),
        (_, ConfirmBy::Absorb { .. } | ConfirmBy::Move { .. }) => Err(ProblemType::ClaimChanged),
    }
}

/// Confirms a claim by its link, in one of the ways that what the address is leaves open. `session` is the account of the
/// session that the request comes from, if it comes from one. Twice is once.
///
/// # Errors
/// Whatever the wire names for links, claims, addresses and proofs; nothing has changed then.
pub async fn confirm(
    portal: &Portal,
    unit: &mut Unit,
    token: &[u8],
    session: Option<AccountId>,
    by: ConfirmBy,
) -> Answer<Confirmation> {
    let now = portal.now();
    let linked = behind(unit, token).await?;
    turns::hold(unit, &linked.address).await?;
    let standing = resolve(unit, &linked.address).await?;
    hold_those_concerned(unit, &linked, standing).await?;
    // Read again: whoever held an account until now may have changed all of it.
    let linked = behind(unit, token).await?;
    let claimant = linked.account;
    if resolve(unit, &linked.address).await? != standing {
        return Err(ProblemType::ClaimChanged.into());
    }
    if linked.ended == Some(Ended::Confirmed)
        && linked.newest
        && linked.expires_at > now
        && standing == Standing::Registered(claimant)
    {
        return Ok(Confirmation::Done(confirmed(unit, &linked).await?));
    }
    linked.open(now)?;
    let known = accounts::find(unit, claimant).await?;
    if known.state != AccountState::Active {
        return Err(ProblemType::ClaimEnded.into());
    }
    let way = way(standing, is_master(unit, &linked.address).await?, claimant, &by)?;
    match &by {
        ConfirmBy::Click {} if session != Some(claimant) => return Err(ProblemType::ClaimChanged.into()),
        ConfirmBy::Number { number } if !is_number(portal, &linked, number) => {
            return wrong_number(portal, unit, &linked).await;
        }
        _ => {}
    }
    let before = addresses(unit, claimant).await?;
    match (way, by) {
        (
            Way::Absorb(other),
            ConfirmBy::Absorb {
                proof,
                vault_version,
                parcel,
                successions,
            },
        ) => {
            check_proof(unit, &linked, &proof, other, now).await?;
            absorb(portal, unit, &linked, other, vault_version, parcel, &successions).await?;
        }
        (Way::Move(other), ConfirmBy::Move { proof, succession }) => {
            check_proof(unit, &linked, &proof, other, now).await?;
            move_over(portal, unit, &linked, other, &succession).await?;
        }
        (Way::TakeIn(other), _) => take_in(portal, unit, &linked, other).await?,
        _ => join(portal, unit, &linked).await?,
    }
    if addresses(unit, claimant).await?.len() > MAX_ADDRESSES {
        return Err(ProblemType::TooManyAddresses.into());
    }
    claims::end_confirmed(portal, unit, claimant).await?;
    let (kind, warning) = match way {
        Way::Absorb(_) => (ActivityKind::AccountAbsorbed, Warning::AccountAbsorbed),
        _ => (ActivityKind::AliasAdded, Warning::AliasAdded),
    };
    accounts::record_about(portal, unit, claimant, kind, &linked.address, false).await?;
    notices::warn(portal, unit, claimant, warning, &before).await?;
    changes::tell(unit, claimant, Change::Account).await?;
    if matches!(way, Way::Absorb(_) | Way::TakeIn(_)) {
        changes::tell(unit, claimant, Change::Mailboxes).await?;
    }
    Ok(Confirmation::Done(confirmed(unit, &linked).await?))
}

/// Holds the claimant and whoever has the address. Where that one is an administrator, the others too: of two that are
/// absorbed at once, the second must see that it is the last.
async fn hold_those_concerned(unit: &mut Unit, linked: &Linked, standing: Standing) -> Result<(), StoreError> {
    let mut concerned = vec![linked.account];
    if let Standing::Registered(other) | Standing::Invited(other) = standing {
        // With those that it absorbed: they are to point at the claimant.
        concerned.extend(accounts::person(unit, other).await?);
        let administrators = accounts::administrators(unit).await?;
        if administrators.contains(&other) {
            concerned.extend(administrators);
        }
    }
    accounts::hold(unit, &concerned).await
}

/// Compared by keyed hashes: how long that takes says nothing of where two numbers differ.
fn is_number(portal: &Portal, linked: &Linked, number: &str) -> bool {
    let hash = |number: &str| portal.secrets.keyed_hash("claims/number", number.as_bytes());
    hash(number.trim()) == hash(&linked.number)
}

async fn wrong_number(portal: &Portal, unit: &mut Unit, linked: &Linked) -> Answer<Confirmation> {
    let row = sqlx::query("UPDATE claims SET wrong_numbers = wrong_numbers + 1 WHERE id = $1 RETURNING wrong_numbers")
        .bind(linked.id.key())
        .fetch_one(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let left = WRONG_NUMBERS - row.int("wrong_numbers")?;
    if left <= 0 {
        claims::end(portal, unit, linked.id, Ended::Guessed).await?;
        let kind = ActivityKind::ClaimGuessed;
        accounts::record_about(portal, unit, linked.account, kind, &linked.address, false).await?;
        changes::tell(unit, linked.account, Change::Account).await?;
    }
    Ok(Confirmation::WrongNumber {
        tries_left: u32::try_from(left).unwrap_or(0),
    })
}

/// Notes that somebody who has a claim's link has given the password of the account that has the address, and makes what
/// stands for that. For [`prove`](super::confirmation::prove), which sees the password given, and for tests.
///
/// # Errors
/// `claim-changed` where the address is not that account's; what links answer.
pub async fn proved(portal: &Portal, unit: &mut Unit, token: &[u8], account: AccountId) -> Answer<[u8; 32]> {
    let claimant = behind(unit, token).await?.account;
    accounts::hold(unit, &[claimant, account]).await?;
    let linked = behind(unit, token).await?;
    linked.open(portal.now())?;
    if resolve(unit, &linked.address).await? != Standing::Registered(account) || account == claimant {
        return Err(ProblemType::ClaimChanged.into());
    }
    let proof = portal.entropy.secret();
    sqlx::query("UPDATE claims SET proof = $2, proof_account = $3, proof_until = $4 WHERE id = $1")
        .bind(linked.id.key())
        .bind(Sha256::of(&proof).key())
        .bind(account.key())
        .bind(portal.now() + PROOF_COUNTS_FOR)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    Ok(proof)
}

/// Sees that the password of the account that has the address was given for this claim, a short while ago, and that the
/// account is in use.
async fn check_proof(unit: &mut Unit, linked: &Linked, proof: &Bytes, of: AccountId, now: Millis) -> Answer<()> {
    match &linked.proof {
        Some((hash, account, until))
            if *until > now && *account == of && hash[..] == *Sha256::of(proof.as_ref()).key() => {}
        _ => return Err(ProblemType::PasswordNeeded.into()),
    }
    match accounts::find(unit, of).await?.state {
        AccountState::Active => Ok(()),
        _ => Err(ProblemType::AccountDisabled.into()),
    }
}

async fn join(portal: &Portal, unit: &mut Unit, linked: &Linked) -> Answer<()> {
    let added = sqlx::query(
        "INSERT INTO addresses (canonical, typed, account, master, confirmed_at) VALUES ($1, $2, $3, 0, $4)",
    )
    .bind(linked.address.canonical())
    .bind(linked.address.as_typed())
    .bind(linked.account.key())
    .bind(portal.now())
    .execute(&mut **unit)
    .await;
    match added.map_err(StoreError::from) {
        // The turn keeps others off; should it ever not, the database does.
        Err(StoreError::Conflict(_)) => return Err(ProblemType::AddressTaken.into()),
        other => other?,
    };
    let address = std::slice::from_ref(&linked.address);
    notices::warn(portal, unit, linked.account, Warning::Joined, address).await?;
    Ok(())
}

/// The mail that waits for the address joins the claimant's, and custody hands its key over.
async fn take_in(portal: &Portal, unit: &mut Unit, linked: &Linked, invited: AccountId) -> Answer<()> {
    let claimant = linked.account;
    accounts::withdraw_invitation(unit, invited).await?;
    let fingerprint = accounts::find(unit, claimant).await?.fingerprint;
    let master = master(unit, claimant).await?;
    let certificate = accounts::certificate_for(unit, &fingerprint, &master).await?;
    let certificate = certificate::Certificate::parse(certificate.as_ref()).map_err(|_| StoreError::Corrupt)?;
    accounts::hand_waiting_key_over(portal, unit, invited, claimant, &certificate).await?;
    accounts::absorb(unit, invited, claimant).await?;
    join(portal, unit, linked).await
}

/// The account that has the address joins the claimant's, with all that it has. No message is touched.
async fn absorb(
    portal: &Portal,
    unit: &mut Unit,
    linked: &Linked,
    other: AccountId,
    vault_version: i64,
    parcel: Bytes,
    successions: &[Succession],
) -> Answer<()> {
    let claimant = linked.account;
    if parcel.0.len() > MAX_PARCEL {
        return Err(ProblemType::TooLarge.into());
    }
    if parcel.0.is_empty() {
        return Err(Problem::new(ProblemType::Unacceptable)
            .detail("the parcel is empty")
            .into());
    }
    if accounts::administrators(unit).await? == [other] {
        return Err(ProblemType::OnlyAdministrator.into());
    }
    // The keyring that was handed over must be all of it.
    if accounts::vault(unit, other, Slots::None).await?.version != vault_version {
        return Err(ProblemType::VersionConflict.into());
    }
    let joining = addresses(unit, other).await?;
    let of: HashSet<_> = successions.iter().map(|succession| &succession.address).collect();
    if of.len() != successions.len() || of != joining.iter().collect() {
        return Err(ProblemType::ClaimChanged.into());
    }
    for succession in successions {
        succeed(unit, other, claimant, succession).await?;
    }
    sessions::end_all(unit, other, None).await?;
    activations::remove_all(portal, unit, other).await?;
    claims::cancel_claims(portal, unit, other).await?;
    sqlx::query("UPDATE addresses SET account = $2, master = 0 WHERE account = $1")
        .bind(other.key())
        .bind(claimant.key())
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    accounts::absorb(unit, other, claimant).await?;
    accounts::add_parcel(portal, unit, claimant, parcel.0, Some(other)).await?;
    accounts::record_about(portal, unit, other, ActivityKind::AbsorbedInto, &linked.address, false).await?;
    notices::warn(portal, unit, other, Warning::Absorbed, &joining).await?;
    Ok(())
}

/// The address leaves the account that has it as an alias. What was delivered stays where it is.
async fn move_over(
    portal: &Portal,
    unit: &mut Unit,
    linked: &Linked,
    other: AccountId,
    succession: &Succession,
) -> Answer<()> {
    if succession.address != linked.address {
        return Err(ProblemType::ClaimChanged.into());
    }
    succeed(unit, other, linked.account, succession).await?;
    let row = sqlx::query(
        "UPDATE addresses SET account = $2, confirmed_at = $3 WHERE canonical = $1 AND master = 0 RETURNING typed",
    )
    .bind(linked.address.canonical())
    .bind(linked.account.key())
    .bind(portal.now())
    .fetch_one(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    let moved = [row.address("typed")?];
    let kept = addresses(unit, other).await?;
    let kind = ActivityKind::AliasMovedAway;
    accounts::record_about(portal, unit, other, kind, &linked.address, false).await?;
    notices::warn(portal, unit, other, Warning::Moved, &moved).await?;
    notices::warn(portal, unit, other, Warning::AliasMovedAway, &kept).await?;
    changes::tell(unit, other, Change::Account).await?;
    Ok(())
}

/// Stores what the key that an address had says of the one that it gets. Whether it says so truly is for those to see who
/// remember the former: the portal would be the one to forge it.
async fn succeed(unit: &mut Unit, before: AccountId, after: AccountId, succession: &Succession) -> Answer<()> {
    let before = accounts::find(unit, before).await?.fingerprint;
    let after = accounts::find(unit, after).await?.fingerprint;
    accounts::add_succession(unit, &before, &succession.address, &after, &succession.statement).await
}

async fn addresses(unit: &mut Unit, account: AccountId) -> Result<Vec<Address>, StoreError> {
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

async fn confirmed(unit: &mut Unit, linked: &Linked) -> Result<Confirmed, StoreError> {
    let own = addresses(unit, linked.account).await?;
    let stored = own
        .iter()
        .find(|own| **own == linked.address)
        .ok_or(StoreError::NotFound)?;
    Ok(Confirmed {
        address: stored.clone(),
        claimant: claimant(unit, linked.account).await?,
    })
}

/// A claimant as others see them.
pub(super) async fn claimant(db: &mut sqlx::AnyConnection, account: AccountId) -> Result<Person, StoreError> {
    Ok(Person {
        name: accounts::find(db, account).await?.name,
        address: accounts::destination(db, account).await?,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const CLAIMANT: AccountId = AccountId(Uuid::from_u128(1));
    const OTHER: AccountId = AccountId(Uuid::from_u128(2));

    fn standing() -> impl Strategy<Value = Standing> {
        prop_oneof![
            Just(Standing::Unknown),
            Just(Standing::Invited(OTHER)),
            Just(Standing::Registered(OTHER)),
            Just(Standing::Registered(CLAIMANT)),
        ]
    }

    fn by() -> impl Strategy<Value = ConfirmBy> {
        let succession = Succession {
            address: "b@example.test".parse().unwrap(),
            statement: Bytes(vec![]),
        };
        prop_oneof![
            Just(ConfirmBy::Click {}),
            Just(ConfirmBy::Number { number: "1234".into() }),
            Just(ConfirmBy::Absorb {
                proof: Bytes(vec![]),
                vault_version: 1,
                parcel: Bytes(vec![]),
                successions: vec![]
            }),
            Just(ConfirmBy::Move {
                proof: Bytes(vec![]),
                succession
            }),
        ]
    }

    proptest! {
        #[test]
        fn what_somebody_registered_has_is_had_by_their_password_alone(
            standing in standing(), master: bool, by in by(),
        ) {
            let by_password = matches!(by, ConfirmBy::Absorb { .. } | ConfirmBy::Move { .. });
            match way(standing, master, CLAIMANT, &by) {
                Ok(Way::Absorb(account)) => prop_assert!(by_password && standing == Standing::Registered(account)),
                Ok(Way::Move(account)) => {
                    prop_assert!(by_password && standing == Standing::Registered(account) && !master);
                }
                Ok(Way::TakeIn(account)) => prop_assert!(!by_password && standing == Standing::Invited(account)),
                Ok(Way::Join) => prop_assert!(!by_password && standing == Standing::Unknown),
                Err(_) => {}
            }
        }

        #[test]
        fn each_standing_of_another_has_its_way(standing in standing(), master: bool) {
            prop_assume!(standing != Standing::Registered(CLAIMANT));
            let ways = [
                ConfirmBy::Click {},
                ConfirmBy::Absorb { proof: Bytes(vec![]), vault_version: 1, parcel: Bytes(vec![]), successions: vec![] },
            ];
            let open = ways.iter().filter(|by| way(standing, master, CLAIMANT, by).is_ok()).count();
            prop_assert_eq!(open, 1);
        }
    }
}
