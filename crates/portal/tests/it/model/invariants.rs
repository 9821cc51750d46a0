//! What address migration promises, of the database itself: before and after an operation, whatever the model says.

use std::collections::BTreeSet;

use super::{
    names::{Key, Who},
    reference::{By, Op, Outcome},
    world::{Delivery, Folder, State, World},
};

macro_rules! promise {
    ($promise:expr, $($why:tt)+) => {
        if !$promise {
            return Err(format!($($why)+));
        }
    };
}

/// Of one state.
pub fn hold(world: &World) -> Result<(), String> {
    for (address, (who, _)) in &world.addresses {
        let account = &world.accounts[who];
        promise!(
            !world.invitations.contains_key(address),
            "1: {address:?} is registered and invited"
        );
        promise!(
            account.absorbed_into.is_none(),
            "1: {address:?} leads to {who:?}, which was absorbed"
        );
        promise!(
            account.state != State::Invited,
            "1: {address:?} leads to {who:?}, where nobody registered"
        );
    }
    for (address, who) in &world.invitations {
        promise!(
            world.accounts[who].state == State::Invited,
            "1: {address:?} waits for {who:?}, which is not invited"
        );
        promise!(
            world.waiting_keys.contains(who),
            "11: nobody keeps the key that mail for {address:?} waits under"
        );
    }
    for (who, account) in &world.accounts {
        let masters = world.addresses.values().filter(|has| **has == (*who, true)).count();
        let has_one = !matches!(account.state, State::Invited | State::Joining) && account.absorbed_into.is_none();
        let wanted = usize::from(has_one);
        promise!(masters == wanted, "2: {who:?} has {masters} Masters");
        if let Some(holder) = account.absorbed_into {
            promise!(
                world.accounts[&holder].absorbed_into.is_none(),
                "{who:?} points at {holder:?}, which points further"
            );
            promise!(
                !account.administrator && (!account.password || world.vaults.contains_key(who)),
                "{who:?} was absorbed and can do something"
            );
            promise!(
                world.sessions.values().all(|known| known.of != *who),
                "6: {who:?} was absorbed and is signed in"
            );
            promise!(
                !world.mailboxes.contains_key(who),
                "3: {who:?} was absorbed and has a mailbox"
            );
        }
    }
    what_is_withheld(world)?;
    for (activation, known) in &world.activations {
        promise!(
            known.slot == known.superseded_at.is_none(),
            "6: {activation} was superseded, or can be used, and the vault key lies here for it, or does not"
        );
        promise!(
            world.accounts[&known.of].absorbed_into.is_none() || !known.slot,
            "6: {activation} is of {:?}, which was absorbed, and opens its vault",
            known.of
        );
        let shut = known.blocked_by_owner || known.blocked_by_portal || known.superseded_at.is_some();
        promise!(
            !shut || world.sessions.values().all(|session| session.by != Some(*activation)),
            "6: {activation} may not be used, and is signed in"
        );
    }
    for delivery in &world.deliveries {
        let keyring = keyring(world, delivery.holder);
        promise!(
            keyring.contains(&delivery.key),
            "11: {delivery:?} opens with nothing in {keyring:?}"
        );
    }
    Ok(())
}

/// What can be separated still can be: the account stands as it was, and the claimant has something left.
fn what_is_withheld(world: &World) -> Result<(), String> {
    for (who, account) in &world.accounts {
        let joins = world
            .withheld
            .values()
            .filter(|withheld| withheld.of == *who && withheld.parcel.is_some());
        promise!(
            joins.count() == usize::from(account.state == State::Joining),
            "{who:?} joins another and nothing is withheld of it, or the other way round"
        );
        promise!(
            account.state != State::Joining
                || world.vaults.contains_key(who)
                    && account.password
                    && world.sessions.values().all(|known| known.of != *who),
            "6: {who:?} joins another, and could not go back or is signed in"
        );
    }
    for (claim, withheld) in &world.withheld {
        let holder = withheld.claimant;
        for address in withheld.addresses.keys() {
            promise!(
                world.addresses.get(address).is_some_and(|(who, _)| *who == holder),
                "{address:?} cannot go back from {holder:?}, which took it over by {claim:?} and has it no more"
            );
        }
        let is_own = |address| {
            world
                .withheld
                .values()
                .all(|withheld| !withheld.addresses.contains_key(address))
        };
        promise!(
            world
                .addresses
                .iter()
                .any(|(address, (who, _))| *who == holder && is_own(address)),
            "2: {holder:?} would be left without an address"
        );
        promise!(
            world.accounts[&holder].absorbed_into.is_none() && world.accounts[&withheld.of].absorbed_into.is_none(),
            "{claim:?} is between accounts that are absorbed"
        );
    }
    Ok(())
}

/// What an account's clients come to hold: the vault, and what parcels can be opened by it.
fn keyring(world: &World, who: Who) -> BTreeSet<Key> {
    if world.waiting_keys.contains(&who) {
        return BTreeSet::from([Key::Waiting(who)]);
    }
    let mut keys = world.vaults.get(&who).map(|(_, keys)| keys.clone()).unwrap_or_default();
    loop {
        let had = keys.len();
        for parcel in world.parcels.values() {
            if parcel.of == who && !parcel.acknowledged && keys.contains(&parcel.to) {
                keys.extend(parcel.keys.iter().copied());
            }
        }
        if keys.len() == had {
            return keys;
        }
    }
}

/// Of what one operation does.
pub fn hold_across(before: &World, op: &Op, outcome: &Outcome, after: &World) -> Result<(), String> {
    promise!(
        matches!(
            outcome,
            Outcome::Done | Outcome::WrongNumber { .. } | Outcome::Refused(wire::ProblemType::ClaimEnded)
        ) || without_news(before) == without_news(after),
        "7: it was refused and changed something"
    );
    nothing_is_lost_or_gained(before, op, after)?;
    for (place, participant) in &before.participants {
        promise!(
            after.participants.get(place) == Some(participant),
            "5: {place:?} is another than it was"
        );
    }
    let sent = matches!(op, Op::Send { .. });
    promise!(
        sent || before.participants.len() == after.participants.len(),
        "5: a participant came by itself"
    );
    if let (Op::Send { to, message, .. }, Outcome::Done) = (op, outcome) {
        for address in to {
            let behind = after
                .addresses
                .get(address)
                .map(|(who, _)| *who)
                .or(after.invitations.get(address).copied());
            let lies =
                |one: &&Delivery| one.message == *message && one.folder == Folder::Inbox && Some(one.holder) == behind;
            promise!(
                after.deliveries.iter().filter(lies).count() == 1,
                "4: mail to {address:?} is not in its Inbox"
            );
        }
    }
    if let (Op::Promote { by, to, .. }, Outcome::Done) = (op, outcome) {
        let (who, master) = after.addresses[to];
        promise!(master, "2: {to:?} was promoted and is no Master");
        if before.addresses[to] != (who, true) {
            let left = after
                .sessions
                .iter()
                .filter(|(session, known)| known.of == who && *session != by)
                .count();
            let begun = after.sign_ins.values().filter(|of| **of == who).count();
            let proofs = after
                .claims
                .values()
                .filter(|claim| claim.proof.is_some_and(|(_, of, _)| of == who))
                .count();
            let programs = after
                .activations
                .values()
                .filter(|known| known.of == who && (known.slot || known.superseded_at.is_none()))
                .count();
            promise!(
                left + begun + proofs + programs == 0,
                "6: {left} sessions, {begun} sign-ins, {proofs} proofs, {programs} activations outlive it"
            );
        }
    }
    Ok(())
}

fn without_news(world: &World) -> World {
    World {
        recorded: Default::default(),
        mailed: Default::default(),
        ..world.clone()
    }
}

/// Messages only ever come by being sent, and go to another only with the account, whose password was proved, or with the
/// address that waited for somebody.
fn nothing_is_lost_or_gained(before: &World, op: &Op, after: &World) -> Result<(), String> {
    let there = |world: &World| -> BTreeSet<_> {
        world
            .deliveries
            .iter()
            .map(|one| (one.message, one.folder, one.key))
            .collect()
    };
    let (had, has) = (there(before), there(after));
    promise!(had.is_subset(&has), "3: messages were lost");
    promise!(
        matches!(op, Op::Send { .. }) || had == has,
        "3: messages came by themselves"
    );
    for delivery in &before.deliveries {
        if after.deliveries.contains(delivery) {
            continue;
        }
        let holder = delivery.holder;
        if let Op::Join { claim } = op {
            let withheld = &before.withheld[claim];
            let moved = Delivery {
                holder: claim.of,
                ..*delivery
            };
            promise!(
                withheld.of == holder && withheld.parcel.is_some() && after.deliveries.contains(&moved),
                "3: {delivery:?} became another's, and was not withheld"
            );
            continue;
        }
        let Op::Confirm { link: (claim, _), by } = op else {
            return Err(format!("3: {delivery:?} became another's by itself"));
        };
        let proved = match by {
            // Where the claimant is not signed in, nothing is read before the other has had time to think it over.
            By::Absorb { session, .. } => {
                let proof = before.claims[claim].proof;
                before.addresses.get(&claim.on).is_some_and(|(who, _)| *who == holder)
                    && proof.is_some_and(|(_, of, _)| of == holder)
                    && session.is_some_and(|session| before.sessions[&session].of == claim.of)
            }
            By::Click(_) | By::Number { right: true } => before.invitations.get(&claim.on) == Some(&holder),
            By::Number { right: false } | By::Move { .. } => false,
        };
        promise!(proved, "3: {delivery:?} became another's without its own password");
        promise!(
            after.deliveries.contains(&Delivery {
                holder: claim.of,
                ..*delivery
            }),
            "3: {delivery:?} is not the claimant's"
        );
    }
    Ok(())
}
