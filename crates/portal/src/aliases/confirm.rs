//! Confirming a claim, in every way: the rule, and its steps.

use wire::{
    Address, Bytes, Millis, ProblemType, Sha256,
    claims::{ConfirmBy, Confirmed},
    ids::AccountId,
    mailbox::Change,
    people::AccountState,
    sessions::{ActivityKind, Person},
};

use super::{
    MAX_ADDRESSES_PER_ACCOUNT, claims,
    effects::{self, HandedOver},
    links::{ClaimEnd, LinkedClaim, find_by_token},
};
use crate::{
    Portal, Result,
    accounts::{self, AddressOwner},
    activity, changes,
    outbox::{self, SecurityNotice},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many wrong numbers end a claim. Three of ten thousand: one guesser in three thousand is lucky.
const MAX_WRONG_NUMBERS_PER_CLAIM: i64 = 3;

/// How long a proof of the other account's password counts, in milliseconds.
const PROOF_LIFETIME: Millis = 10 * 60_000;

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
enum ClaimEffect {
    /// Nobody has it: it joins the claimant's.
    Join,
    /// Its waiting mail joins the claimant's, too.
    TakeIn(AccountId),
    /// The whole account is absorbed.
    Absorb(AccountId),
    /// This one address leaves the account.
    Transfer(AccountId),
}

/// What confirming a claim in this way does, by whose the address is now. `is_master` says whether it is its account's Master.
fn effect(
    owner: AddressOwner,
    is_master: bool,
    claimant: AccountId,
    by: &ConfirmBy,
) -> Result<ClaimEffect, ProblemType> {
    match (owner, by) {
        (AddressOwner::Registered(account), _) if account == claimant => Err(ProblemType::AddressYours),
        (AddressOwner::Registered(account), ConfirmBy::Absorb { .. }) => Ok(ClaimEffect::Absorb(account)),
        (AddressOwner::Registered(account), ConfirmBy::Move { .. }) if !is_master => Ok(ClaimEffect::Transfer(account)),
        (AddressOwner::Registered(_), ConfirmBy::Click {} | ConfirmBy::Number { .. }) => Err(ProblemType::AddressTaken),
        (AddressOwner::Invited(account), ConfirmBy::Click {} | ConfirmBy::Number { .. }) => {
            Ok(ClaimEffect::TakeIn(account))
        }
        (AddressOwner::Unknown, ConfirmBy::Click {} | ConfirmBy::Number { .. }) => Ok(ClaimEffect::Join),
        (_, ConfirmBy::Absorb { .. } | ConfirmBy::Move { .. }) => Err(ProblemType::ClaimChanged),
    }
}

/// Confirms a claim by its link, in one of the ways that whose the address is leaves open. `session` is the account of the
/// session that the request comes from, if it comes from one: where that is the claimant's, what another account has joins at
/// once, and is withheld otherwise. Twice is once.
///
/// # Errors
/// Whatever the wire names for links, claims, addresses and proofs; nothing has changed then.
pub async fn confirm(
    portal: &Portal,
    unit: &mut Unit,
    token: &[u8],
    session: Option<AccountId>,
    by: ConfirmBy,
) -> Result<Confirmation> {
    let (linked, owner) = lock_those_concerned(unit, token).await?;
    let claimant = linked.account;
    if was_confirmed_before(&linked, owner, portal.now()) {
        return Ok(Confirmation::Done(confirmed(unit, &linked).await?));
    }
    linked.ensure_open(portal.now())?;
    if accounts::find(unit, claimant).await?.state != AccountState::Active {
        return Err(ProblemType::ClaimEnded.into());
    }
    let is_master = accounts::is_master(unit, &linked.address).await?;
    let effect = effect(owner, is_master, claimant, &by)?;
    match &by {
        ConfirmBy::Click {} if session != Some(claimant) => return Err(ProblemType::ClaimChanged.into()),
        ConfirmBy::Number { number } if !is_number(portal, &linked, number) => {
            return wrong_number(portal, unit, &linked).await;
        }
        _ => {}
    }
    let before = effects::addresses(unit, claimant).await?;
    let at_once = session == Some(claimant);
    carry_out(portal, unit, &linked, effect, by, at_once).await?;
    if effects::addresses(unit, claimant).await?.len() > MAX_ADDRESSES_PER_ACCOUNT {
        return Err(ProblemType::TooManyAddresses.into());
    }
    claims::end_confirmed(portal, unit, claimant).await?;
    tell_claimant(portal, unit, &linked, effect, at_once, &before).await?;
    Ok(Confirmation::Done(confirmed(unit, &linked).await?))
}

/// The claim behind a link and whose its address is, with the address and every account locked that confirming may change.
async fn lock_those_concerned(unit: &mut Unit, token: &[u8]) -> Result<(LinkedClaim, AddressOwner)> {
    let linked = find_by_token(unit, token).await?;
    accounts::lock_address(unit, &linked.address).await?;
    let owner = accounts::find_address_owner(unit, &linked.address).await?;
    let mut concerned = vec![linked.account];
    if let AddressOwner::Registered(other) | AddressOwner::Invited(other) = owner {
        // With those that it absorbed: they are to point at the claimant.
        concerned.extend(accounts::with_absorbed(unit, other).await?);
        // Where it is an administrator, the others too: of two that are absorbed at once, the second must see that it is
        // the last.
        let administrators = accounts::administrators(unit).await?;
        if administrators.contains(&other) {
            concerned.extend(administrators);
        }
    }
    accounts::lock_accounts(unit, &concerned).await?;
    // Read again: whoever had locked an account until now may have changed all of it.
    let linked = find_by_token(unit, token).await?;
    if accounts::find_address_owner(unit, &linked.address).await? != owner {
        return Err(ProblemType::ClaimChanged.into());
    }
    Ok((linked, owner))
}

/// Whether this very link confirmed the claim, and nothing has changed since.
fn was_confirmed_before(linked: &LinkedClaim, owner: AddressOwner, now: Millis) -> bool {
    linked.ended == Some(ClaimEnd::Confirmed)
        && linked.newest
        && linked.expires_at > now
        && owner == AddressOwner::Registered(linked.account)
}

/// Does to the address, and to the account that has it, what confirming does.
async fn carry_out(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    effect: ClaimEffect,
    by: ConfirmBy,
    at_once: bool,
) -> Result<()> {
    match (effect, by) {
        (
            ClaimEffect::Absorb(other),
            ConfirmBy::Absorb {
                proof,
                vault_version,
                parcel,
                successions,
            },
        ) => {
            ensure_proved(unit, linked, &proof, other, portal.now()).await?;
            let handed_over = HandedOver {
                vault_version,
                parcel,
                successions,
            };
            effects::absorb(portal, unit, linked, other, handed_over, at_once).await
        }
        (ClaimEffect::Transfer(other), ConfirmBy::Move { proof, succession }) => {
            ensure_proved(unit, linked, &proof, other, portal.now()).await?;
            effects::transfer(portal, unit, linked, other, succession, at_once).await
        }
        (ClaimEffect::TakeIn(other), _) => effects::take_in(portal, unit, linked, other).await,
        _ => effects::join(portal, unit, linked).await,
    }
}

/// Tells the claimant's clients and the addresses that it had before.
async fn tell_claimant(
    portal: &Portal,
    unit: &mut Unit,
    linked: &LinkedClaim,
    effect: ClaimEffect,
    at_once: bool,
    before: &[Address],
) -> Result<(), StoreError> {
    let claimant = linked.account;
    let (kind, notice) = match effect {
        ClaimEffect::Absorb(_) if at_once => (ActivityKind::AccountAbsorbed, SecurityNotice::AccountAbsorbed),
        ClaimEffect::Absorb(_) => (ActivityKind::AccountJoining, SecurityNotice::AccountJoining),
        _ => (ActivityKind::AliasAdded, SecurityNotice::AliasAdded),
    };
    activity::record_about(portal, unit, claimant, kind, &linked.address, false).await?;
    outbox::queue_security_notice(portal, unit, claimant, notice, before).await?;
    changes::append(unit, claimant, Change::Account).await?;
    if matches!(effect, ClaimEffect::TakeIn(_)) || at_once && matches!(effect, ClaimEffect::Absorb(_)) {
        changes::append(unit, claimant, Change::Mailboxes).await?;
    }
    Ok(())
}

/// Compared by keyed hashes: how long that takes says nothing of where two numbers differ.
fn is_number(portal: &Portal, linked: &LinkedClaim, number: &str) -> bool {
    let hash = |number: &str| portal.secrets.keyed_hash("claims/number", number.as_bytes());
    hash(number.trim()) == hash(&linked.number)
}

async fn wrong_number(portal: &Portal, unit: &mut Unit, linked: &LinkedClaim) -> Result<Confirmation> {
    let row = sqlx::query("UPDATE claims SET wrong_numbers = wrong_numbers + 1 WHERE id = $1 RETURNING wrong_numbers")
        .bind(linked.id.key())
        .fetch_one(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    let left = MAX_WRONG_NUMBERS_PER_CLAIM - row.int("wrong_numbers")?;
    if left <= 0 {
        claims::end(portal, unit, linked.id, ClaimEnd::Guessed).await?;
        let kind = ActivityKind::ClaimGuessed;
        activity::record_about(portal, unit, linked.account, kind, &linked.address, false).await?;
        changes::append(unit, linked.account, Change::Account).await?;
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
pub async fn proved(portal: &Portal, unit: &mut Unit, token: &[u8], account: AccountId) -> Result<[u8; 32]> {
    let claimant = find_by_token(unit, token).await?.account;
    accounts::lock_accounts(unit, &[claimant, account]).await?;
    let linked = find_by_token(unit, token).await?;
    linked.ensure_open(portal.now())?;
    if accounts::find_address_owner(unit, &linked.address).await? != AddressOwner::Registered(account)
        || account == claimant
    {
        return Err(ProblemType::ClaimChanged.into());
    }
    let proof = portal.entropy.secret();
    sqlx::query("UPDATE claims SET proof = $2, proof_account = $3, proof_until = $4 WHERE id = $1")
        .bind(linked.id.key())
        .bind(Sha256::of(&proof).key())
        .bind(account.key())
        .bind(portal.now() + PROOF_LIFETIME)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    Ok(proof)
}

/// Sees that the password of the account that has the address was given for this claim, a short while ago, and that the
/// account is in use.
async fn ensure_proved(
    unit: &mut Unit,
    linked: &LinkedClaim,
    proof: &Bytes,
    owner: AccountId,
    now: Millis,
) -> Result<()> {
    match &linked.proof {
        Some((hash, account, until))
            if *until > now
                && *until <= now + PROOF_LIFETIME
                && *account == owner
                && hash[..] == *Sha256::of(proof.as_ref()).key() => {}
        _ => return Err(ProblemType::PasswordNeeded.into()),
    }
    match accounts::find(unit, owner).await?.state {
        AccountState::Active => Ok(()),
        _ => Err(ProblemType::AccountDisabled.into()),
    }
}

async fn confirmed(unit: &mut Unit, linked: &LinkedClaim) -> Result<Confirmed, StoreError> {
    let own = accounts::addresses(unit, linked.account).await?;
    let stored = own.into_iter().find(|own| own.address == linked.address);
    let stored = stored.ok_or(StoreError::NotFound)?;
    Ok(Confirmed {
        address: stored.address,
        claimant: claimant(unit, linked.account).await?,
        separable_until: stored.separable_until,
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
    use wire::claims::Succession;

    use super::*;

    const CLAIMANT: AccountId = AccountId(Uuid::from_u128(1));
    const OTHER: AccountId = AccountId(Uuid::from_u128(2));

    fn owner() -> impl Strategy<Value = AddressOwner> {
        prop_oneof![
            Just(AddressOwner::Unknown),
            Just(AddressOwner::Invited(OTHER)),
            Just(AddressOwner::Registered(OTHER)),
            Just(AddressOwner::Registered(CLAIMANT)),
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
            owner in owner(), master: bool, by in by(),
        ) {
            let by_password = matches!(by, ConfirmBy::Absorb { .. } | ConfirmBy::Move { .. });
            match effect(owner, master, CLAIMANT, &by) {
                Ok(ClaimEffect::Absorb(account)) => prop_assert!(by_password && owner == AddressOwner::Registered(account)),
                Ok(ClaimEffect::Transfer(account)) => {
                    prop_assert!(by_password && owner == AddressOwner::Registered(account) && !master);
                }
                Ok(ClaimEffect::TakeIn(account)) => prop_assert!(!by_password && owner == AddressOwner::Invited(account)),
                Ok(ClaimEffect::Join) => prop_assert!(!by_password && owner == AddressOwner::Unknown),
                Err(_) => {}
            }
        }

        #[test]
        fn an_address_of_another_is_had_in_one_way(owner in owner(), master: bool) {
            prop_assume!(owner != AddressOwner::Registered(CLAIMANT));
            let ways = [
                ConfirmBy::Click {},
                ConfirmBy::Absorb { proof: Bytes(vec![]), vault_version: 1, parcel: Bytes(vec![]), successions: vec![] },
            ];
            let open = ways.iter().filter(|by| effect(owner, master, CLAIMANT, by).is_ok()).count();
            prop_assert_eq!(open, 1);
        }
    }
}
