//! The participants of a message: who sends it, and whom it goes to.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use wire::{
    Address, Millis, ProblemType,
    ids::{AccountId, DeliveryId, MailboxId},
    mailbox::Role,
    send::Send,
};

use super::recipients::{Reached, look_up};
use crate::{
    Portal, Result,
    http::Caller,
    storage::{Key as _, RowExt as _, StoreError, Unit},
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
    pub(super) is: Reached,
    /// As it was named, first.
    pub(super) address: Address,
    /// The delivery that it gets.
    pub(super) delivery: DeliveryId,
}

/// One address that was named, and whose it is.
pub(super) struct Participant {
    pub(super) role: Role,
    pub(super) address: Address,
    pub(super) account: AccountId,
}

/// The sender as it stands now, which is the one that the message was sealed as.
///
/// # Errors
/// `sender-changed` where `from` is not the Master, or where the current certificate does not name the Master: nobody
/// who is given that certificate could tell that the message is from there. An account that was just absorbed has none.
pub(super) async fn sender(db: &mut AnyConnection, account: AccountId, from: &Address) -> Result<Sender> {
    let row = sqlx::query(
        "SELECT a.name, a.fingerprint, m.typed, u.canonical AS named, \
             (SELECT b.id FROM mailboxes b WHERE b.account = a.id ORDER BY b.id LIMIT 1) AS mailbox \
         FROM accounts a JOIN addresses m ON m.account = a.id AND m.master = 1 \
         LEFT JOIN user_ids u ON u.fingerprint = a.fingerprint AND u.canonical = m.canonical WHERE a.id = $1",
    )
    .bind(account.key())
    .fetch_optional(db)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::SenderChanged)?;
    let address = row.address("typed")?;
    if address != *from || row.maybe_text("named")?.is_none() {
        return Err(ProblemType::SenderChanged.into());
    }
    Ok(Sender {
        account,
        name: row.maybe_text("name")?.unwrap_or_default(),
        address,
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
) -> Result<(BTreeMap<AccountId, Addressee>, Vec<Participant>)> {
    let named = named(request);
    let addresses: Vec<&Address> = named.iter().map(|(_, address)| *address).collect();
    let mut reached = look_up(unit, caller, &addresses, request.in_reply_to).await?;
    let mut addressees = BTreeMap::new();
    let mut participants = Vec::new();
    for (role, address) in named {
        // The client prepares its recipients, which invites; one that is not there it has not prepared.
        let is = reached
            .remove(address.canonical())
            .ok_or(ProblemType::RecipientsChanged)?;
        participants.push(Participant {
            role,
            address: address.clone(),
            account: is.account,
        });
        addressees.entry(is.account).or_insert_with(|| Addressee {
            is,
            address: address.clone(),
            delivery: DeliveryId(portal.entropy.id(now)),
        });
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
