//! Recipients: whom addresses reach, who may write to whom, and the certificates to seal a message to.

use std::collections::{BTreeMap, BTreeSet};

use axum::{Json, extract::State};
use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use wire::{
    Address, Problem, ProblemType,
    ids::{AccountId, DeliveryId, MailboxId},
    people::{AccountState, PrepareRecipients, Recipient, RecipientKind},
    sessions::AccountKind,
};

use super::correspondents::exchanged_with;
use crate::{
    Portal, Result,
    accounts::{self, AddressOwner},
    http::{Caller, JsonBody},
    keys, mailbox, registration,
    settings::DAY,
    storage::{RowExt as _, StoreError, placeholders},
};

/// What a writer and an addressee have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Relation {
    /// What the addressee is.
    kind: AccountKind,
    /// Whether the addressee is disabled.
    disabled: bool,
    /// Whether a message went between the two before.
    exchanged: bool,
    /// Whether the addressee took part, visibly to the writer, in the message that is answered.
    answered: bool,
    /// Whether they are the same.
    oneself: bool,
}

/// Whether a writer may write to an addressee that exists: a Professional to anyone, a Guest to itself, to
/// Professionals it has exchanged messages with, and to whoever took part in the message that it answers.
fn may_write(writer: AccountKind, to: Relation) -> bool {
    !to.disabled
        && match writer {
            AccountKind::Professional => true,
            AccountKind::Guest => to.oneself || to.answered || (to.exchanged && to.kind == AccountKind::Professional),
        }
}

/// Whom an address reaches now.
pub(crate) struct Reached {
    pub(crate) account: AccountId,
    /// The account that had the address and is joining this one: whoever knew it goes on knowing it.
    pub(crate) joining: Option<AccountId>,
    pub(crate) kind: AccountKind,
    pub(crate) state: AccountState,
    /// Present once registered.
    pub(crate) name: Option<String>,
    /// Of the current certificate, in hexadecimal.
    pub(crate) fingerprint: String,
    /// Where its basic mail goes.
    pub(crate) destination: Address,
    /// Where deliveries to it go.
    pub(crate) mailbox: MailboxId,
}

impl Reached {
    /// Under which accounts somebody may know whoever is reached.
    fn persons(&self) -> impl Iterator<Item = AccountId> {
        [self.account].into_iter().chain(self.joining)
    }
}

/// Whom the named addresses reach, by canonical address. Those that nobody has are left out.
///
/// # Errors
/// `recipients-not-allowed` where the writer may not write to some of them. To a Guest those that nobody has are among
/// them: a Guest does not learn who is here. `NotFound` where the message that is answered is not the writer's.
pub(crate) async fn look_up(
    db: &mut AnyConnection,
    writer: Caller,
    named: &[&Address],
    in_reply_to: Option<DeliveryId>,
) -> Result<BTreeMap<String, Reached>> {
    let answered = match in_reply_to {
        Some(delivery) => mailbox::visible_participants(db, writer.account, delivery).await?,
        None => Vec::new(),
    };
    let reached = reached(db, named).await?;
    let exchanged = match writer.kind {
        // Who may write to anyone needs no history.
        AccountKind::Professional => BTreeSet::new(),
        AccountKind::Guest => {
            let others = reached.values().flat_map(Reached::persons).collect();
            exchanged_with(db, writer.account, &others, 2 * named.len()).await?
        }
    };
    let allowed = |address: &&&Address| match reached.get(address.canonical()) {
        None => writer.kind == AccountKind::Professional,
        Some(one) => may_write(
            writer.kind,
            Relation {
                kind: one.kind,
                disabled: one.state == AccountState::Disabled,
                exchanged: one.persons().any(|account| exchanged.contains(&account)),
                answered: one.persons().any(|account| answered.contains(&account)),
                oneself: one.account == writer.account,
            },
        ),
    };
    let refused: Vec<_> = named.iter().filter(|address| !allowed(address)).collect();
    if !refused.is_empty() {
        let mut problem = Problem::new(ProblemType::RecipientsNotAllowed);
        problem.addresses = refused.iter().map(|address| address.as_typed().to_owned()).collect();
        return Err(problem.into());
    }
    Ok(reached)
}

/// In one question however many they are.
async fn reached(db: &mut AnyConnection, named: &[&Address]) -> Result<BTreeMap<String, Reached>, StoreError> {
    if named.is_empty() {
        return Ok(BTreeMap::new());
    }
    let these = placeholders(named.len(), 0);
    let sql = format!(
        "SELECT x.canonical, a.id, a.kind, a.state, a.name, a.fingerprint, COALESCE(m.typed, x.typed) AS destination, \
             (SELECT b.id FROM mailboxes b WHERE b.account = a.id ORDER BY b.id LIMIT 1) AS mailbox, \
             (SELECT w.account FROM withheld_addresses y JOIN withheld w ON w.claim = y.claim \
                 WHERE y.canonical = x.canonical AND w.parcel IS NOT NULL) AS joining \
         FROM (SELECT canonical, typed, account FROM addresses WHERE canonical IN ({these}) \
               UNION ALL SELECT canonical, typed, account FROM invitations WHERE canonical IN ({these})) x \
         JOIN accounts a ON a.id = x.account \
         LEFT JOIN addresses m ON m.account = a.id AND m.master = 1"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for address in named {
        query = query.bind(address.canonical().to_owned());
    }
    let one = |row: &AnyRow| {
        let reached = Reached {
            account: row.key("id")?,
            joining: row.maybe_key("joining")?,
            kind: row.name("kind")?,
            state: row.name("state")?,
            name: row.maybe_text("name")?,
            fingerprint: row.text("fingerprint")?,
            destination: row.address("destination")?,
            mailbox: row.key("mailbox")?,
        };
        Ok((row.text("canonical")?, reached))
    };
    query.fetch_all(db).await?.iter().map(one).collect()
}

/// The certificates of those a message is to go to.
///
/// A Professional invites addresses that nobody has: their account is made, and the key that their mail will wait under.
/// They are told once a message was sent, not before. A Guest gets `recipients-not-allowed` alike for an address that
/// exists and one that does not.
#[utoipa::path(
    post, path = "/recipients", tag = "sending",
    request_body = PrepareRecipients, responses((status = 200, body = [Recipient])),
)]
pub(super) async fn prepare(
    State(portal): State<Portal>,
    caller: Caller,
    JsonBody(request): JsonBody<PrepareRecipients>,
) -> Result<Json<Vec<Recipient>>> {
    if request.addresses.len() > portal.settings.max_recipients as usize {
        return Err(Problem::new(ProblemType::TooLarge).detail("too many recipients").into());
    }
    let named: Vec<&Address> = request.addresses.iter().collect();
    let mut db = portal.store.read().await?;
    let mut reached = look_up(&mut db, caller, &named, request.in_reply_to).await?;
    // Of two forms of one address the first is the one that mail goes to.
    let unknown: BTreeMap<&str, &Address> = named
        .iter()
        .rev()
        .filter(|address| !reached.contains_key(address.canonical()))
        .map(|address| (address.canonical(), *address))
        .collect();
    if !unknown.is_empty() {
        // Not held beside the connection that the unit takes.
        drop(db);
        let unknown: Vec<&Address> = unknown.into_values().collect();
        invite(&portal, caller, &unknown).await?;
        db = portal.store.read().await?;
        reached.append(&mut look_up(&mut db, caller, &unknown, None).await?);
    }
    Ok(Json(recipients(&mut db, &named, &reached).await?))
}

/// Invites addresses that nobody has, in the order of their canonical forms: two units that lock several never
/// wait for each other in a circle.
async fn invite(portal: &Portal, caller: Caller, unknown: &[&Address]) -> Result<()> {
    // Keys take their time, and on SQLite nobody else writes while a unit stands: they are made before it, and none for
    // somebody who has used the day up.
    ensure_invitations_left(portal, &mut *portal.store.read().await?, caller, unknown.len()).await?;
    let prepared = unknown
        .iter()
        .map(|address| registration::prepare_account(portal, address));
    let prepared: Vec<_> = prepared.collect::<Result<_>>()?;
    let mut unit = caller.begin(portal).await?;
    for address in unknown {
        accounts::lock_address(&mut unit, address).await?;
    }
    // What others invite in the caller's name at the same time is counted.
    unit.lock_account().await?;
    let mut invited = Vec::with_capacity(unknown.len());
    for (address, prepared) in unknown.iter().zip(prepared) {
        if accounts::find_address_owner(&mut unit, address).await? == AddressOwner::Unknown {
            invited.push((address, prepared));
        }
    }
    ensure_invitations_left(portal, &mut unit, caller, invited.len()).await?;
    for (address, prepared) in invited {
        let kind = AccountKind::Guest;
        registration::add_invited(portal, &mut unit, address, kind, Some(caller.account), prepared).await?;
    }
    unit.commit().await
}

/// Refuses a caller who may not invite so many more addresses today.
async fn ensure_invitations_left(portal: &Portal, db: &mut AnyConnection, caller: Caller, more: usize) -> Result<()> {
    let now = portal.now();
    let today = registration::invited_since(db, caller.account, (now - DAY, now)).await?;
    match today + more as i64 <= i64::from(portal.settings.invitations_a_day) {
        true => Ok(()),
        false => Err(Problem::new(ProblemType::TooManyRequests)
            .detail("no more invitations today")
            .into()),
    }
}

/// What the writer's client needs of each address.
async fn recipients(
    db: &mut AnyConnection,
    named: &[&Address],
    reached: &BTreeMap<String, Reached>,
) -> Result<Vec<Recipient>> {
    // Whoever was there a moment ago and is not now: the client asks again.
    let found = |address: &Address| reached.get(address.canonical()).ok_or(ProblemType::RecipientsChanged);
    let mut asked: Vec<keys::KeyAndAddress<'_>> = Vec::new();
    for &address in named {
        asked.push((&found(address)?.fingerprint, address));
    }
    let certificates = keys::certificates_for(db, &asked).await?;
    let predecessors = keys::predecessors_of(db, &asked).await?;
    let mut recipients = Vec::new();
    for pair @ (_, address) in asked {
        let (one, key) = (found(address)?, keys::certificate_key(pair));
        recipients.push(Recipient {
            address: address.clone(),
            account: one.account,
            standing: match one.state {
                AccountState::Invited => RecipientKind::Invited,
                _ => RecipientKind::Registered,
            },
            name: one.name.clone(),
            certificate: certificates.get(&key).cloned().ok_or(StoreError::Corrupt)?,
            predecessors: predecessors.get(&key).cloned().unwrap_or_default(),
        });
    }
    Ok(recipients)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    prop_compose! {
        fn relation()(guest: bool, disabled: bool, exchanged: bool, answered: bool, oneself: bool) -> Relation {
            let kind = if guest { AccountKind::Guest } else { AccountKind::Professional };
            Relation { kind, disabled, exchanged, answered, oneself }
        }
    }

    proptest! {
        #[test]
        fn nobody_writes_to_a_disabled_account(to in relation(), guest: bool) {
            let writer = if guest { AccountKind::Guest } else { AccountKind::Professional };
            let to = Relation { disabled: true, ..to };
            prop_assert!(!may_write(writer, to));
        }

        #[test]
        fn a_guest_never_begins_with_a_stranger_or_another_guest(to in relation()) {
            if may_write(AccountKind::Guest, to) && !to.answered && !to.oneself {
                prop_assert!(to.exchanged && to.kind == AccountKind::Professional);
            }
        }

        #[test]
        fn a_professional_writes_to_anyone_else(to in relation()) {
            prop_assert_eq!(may_write(AccountKind::Professional, to), !to.disabled);
        }
    }
}
