//! The parties to a message: who sends it, and whom it goes to.

use std::collections::{BTreeMap, btree_map::Entry};

use sqlx::{AnyConnection, AssertSqlSafe, any::AnyRow};
use wire::{
    Address, Millis, Problem, ProblemType,
    ids::{AccountId, DeliveryId, MailboxId},
    mailbox::Role,
    people::AccountState,
    send::Send,
    sessions::AccountKind,
};

use crate::{
    Portal,
    addresses::{Relation, may_write},
    http::Answer,
    sessions::Caller,
    storage::{Key as _, RowExt as _, StoreError, Unit, placeholders},
};

/// Who sends.
pub(super) struct Sender {
    pub(super) account: AccountId,
    pub(super) name: String,
    /// The Master, which the message comes from.
    pub(super) address: Address,
    /// Of the current certificate.
    pub(super) fingerprint: String,
    pub(super) mailbox: MailboxId,
}

/// One account that a message goes to, however many of its addresses were named.
pub(super) struct Addressee {
    pub(super) account: AccountId,
    pub(super) kind: AccountKind,
    pub(super) state: AccountState,
    /// Of the current certificate.
    pub(super) fingerprint: String,
    /// Where its basic mail goes.
    pub(super) destination: Address,
    pub(super) mailbox: MailboxId,
    /// Whether a message went between it and the sender before.
    dealt: bool,
    /// The delivery that it gets.
    pub(super) delivery: DeliveryId,
}

/// One address that was named, and whose it is.
pub(super) struct Participant {
    pub(super) role: Role,
    pub(super) address: Address,
    pub(super) account: AccountId,
}

pub(super) async fn sender(db: &mut AnyConnection, account: AccountId) -> Result<Sender, StoreError> {
    let row = sqlx::query(
        "SELECT a.name, a.fingerprint, m.typed, \
             (SELECT b.id FROM mailboxes b WHERE b.account = a.id ORDER BY b.id LIMIT 1) AS mailbox \
         FROM accounts a JOIN addresses m ON m.account = a.id AND m.master = 1 WHERE a.id = $1",
    )
    .bind(account.key())
    .fetch_one(db)
    .await?;
    Ok(Sender {
        account,
        name: row.maybe_text("name")?.unwrap_or_default(),
        address: row.address("typed")?,
        fingerprint: row.text("fingerprint")?,
        mailbox: row.key("mailbox")?,
    })
}

/// Finds the account of every address, and sees that the caller may write to it. Several addresses of one account make
/// one delivery.
pub(super) async fn addressees(
    portal: &Portal,
    unit: &mut Unit,
    caller: Caller,
    request: &Send,
    now: Millis,
) -> Answer<(BTreeMap<AccountId, Addressee>, Vec<Participant>)> {
    let answered = match request.in_reply_to {
        Some(delivery) => super::visible_participants(unit, caller.account, delivery).await?,
        None => Vec::new(),
    };
    let named = named(request);
    let mut found = look_up(portal, unit, caller.account, &named, now).await?;
    let mut addressees = BTreeMap::new();
    let mut participants = Vec::new();
    let mut refused = Vec::new();
    for (role, address) in named {
        // The client prepares its recipients, which invites; one that is not there it has not prepared.
        let addressee = found
            .remove(address.canonical())
            .ok_or(ProblemType::RecipientsChanged)?;
        let account = addressee.account;
        if let Entry::Vacant(vacant) = addressees.entry(account) {
            let relation = Relation {
                kind: addressee.kind,
                disabled: addressee.state == AccountState::Disabled,
                dealt: addressee.dealt,
                answered: answered.contains(&account),
                oneself: account == caller.account,
            };
            if !may_write(caller.kind, relation) {
                refused.push(address.as_typed().to_owned());
                continue;
            }
            vacant.insert(addressee);
        }
        participants.push(Participant {
            role,
            address: address.clone(),
            account,
        });
    }
    if !refused.is_empty() {
        let mut problem = Problem::new(ProblemType::RecipientsNotAllowed);
        problem.addresses = refused;
        return Err(problem.into());
    }
    Ok((addressees, participants))
}

/// Every address once, in the first role that it is named in.
fn named(request: &Send) -> Vec<(Role, &Address)> {
    let roles = [
        (Role::To, &request.to),
        (Role::Cc, &request.cc),
        (Role::Bcc, &request.bcc),
    ];
    let mut named: Vec<(Role, &Address)> = Vec::new();
    for (role, addresses) in roles {
        for address in addresses {
            if named.iter().all(|(_, earlier)| *earlier != address) {
                named.push((role, address));
            }
        }
    }
    named
}

/// What is known of those addresses, by canonical address, in one question however many they are.
async fn look_up(
    portal: &Portal,
    db: &mut AnyConnection,
    sender: AccountId,
    named: &[(Role, &Address)],
    now: Millis,
) -> Result<BTreeMap<String, Addressee>, StoreError> {
    let these = placeholders(named.len(), 1);
    let sql = format!(
        "SELECT x.canonical, a.id, a.kind, a.state, a.fingerprint, COALESCE(m.typed, x.typed) AS destination, \
             c.last_at AS dealt_at, \
             (SELECT b.id FROM mailboxes b WHERE b.account = a.id ORDER BY b.id LIMIT 1) AS mailbox \
         FROM (SELECT canonical, typed, account FROM addresses WHERE canonical IN ({these}) \
               UNION ALL SELECT canonical, typed, account FROM invitations WHERE canonical IN ({these})) x \
         JOIN accounts a ON a.id = x.account \
         LEFT JOIN addresses m ON m.account = a.id AND m.master = 1 \
         LEFT JOIN correspondents c ON c.account = $1 AND c.other = a.id"
    );
    let mut query = sqlx::query(AssertSqlSafe(sql)).bind(sender.key());
    for (_, address) in named {
        query = query.bind(address.canonical());
    }
    let addressee = |row: &AnyRow| {
        let addressee = Addressee {
            account: row.key("id")?,
            kind: row.name("kind")?,
            state: row.name("state")?,
            fingerprint: row.text("fingerprint")?,
            destination: row.address("destination")?,
            mailbox: row.key("mailbox")?,
            dealt: row.maybe_int("dealt_at")?.is_some(),
            delivery: DeliveryId(portal.entropy.id(now)),
        };
        Ok((row.text("canonical")?, addressee))
    };
    query.fetch_all(db).await?.iter().map(addressee).collect()
}
