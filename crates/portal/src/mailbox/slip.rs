//! The Delivery Slip: what the portal itself knows of a message, as far as its reader may know it.

use sqlx::{AnyConnection, any::AnyRow};
use wire::{
    ids::{AccountId, DeliveryId, MessageId},
    mailbox::{Notification, Participant, Role, Slip},
    people::{AccountState, RecipientKind},
};

use crate::storage::{Key as _, RowExt as _, StoreError};

/// The message that a slip is about.
pub(crate) struct Message {
    pub(crate) id: MessageId,
    /// Whose it is now, which may be whoever absorbed the account that sent it.
    pub(crate) sender: AccountId,
    pub(crate) in_reply_to: Option<MessageId>,
}

/// A message's slip as this account may see it.
///
/// Where an addressee was absorbed, the row keeps its name, and only says where the person is now. Of an addressee who
/// never registered, the name is that of whoever proved to have the address.
pub(crate) async fn slip(db: &mut AnyConnection, reader: AccountId, message: &Message) -> Result<Slip, StoreError> {
    let rows = sqlx::query(
        "SELECT p.role, p.address, h.id AS person, COALESCE(a.name, h.name) AS name, h.state, m.typed AS master, \
             o.attempts, o.sent_at, o.failed_at, o.refused \
         FROM participants p JOIN accounts a ON a.id = p.account \
         JOIN accounts h ON h.id = COALESCE(a.absorbed_into, a.id) \
         LEFT JOIN addresses m ON m.account = h.id AND m.master = 1 \
         LEFT JOIN outbox o ON o.delivery = p.delivery \
         WHERE p.message = $1 ORDER BY p.position",
    )
    .bind(message.id.key())
    .fetch_all(&mut *db)
    .await?;
    let is_sender = reader == message.sender;
    let mut participants = Vec::new();
    for row in rows {
        let role: Role = row.name("role")?;
        if may_see(role, is_sender, row.key::<AccountId>("person")? == reader) {
            let (address, state) = (row.address("address")?, row.name("state")?);
            participants.push(Participant {
                role,
                // By the account that was addressed: whoever has the address by now may be somebody else.
                now: match (state, row.maybe_text("master")?) {
                    (AccountState::Active, Some(_)) => Some(row.address("master")?).filter(|master| *master != address),
                    _ => None,
                },
                address,
                name: row.maybe_text("name")?,
                standing: match state {
                    AccountState::Invited => RecipientKind::Invited,
                    _ => RecipientKind::Registered,
                },
                notification: if is_sender { notification(&row)? } else { None },
            });
        }
    }
    let in_reply_to = match message.in_reply_to {
        Some(earlier) => find_own_delivery(db, reader, earlier).await?,
        None => None,
    };
    Ok(Slip {
        participants,
        in_reply_to,
    })
}

/// Bcc is for the sender's eyes and the addressee's own.
fn may_see(role: Role, is_sender: bool, is_oneself: bool) -> bool {
    role != Role::Bcc || is_sender || is_oneself
}

fn notification(row: &AnyRow) -> Result<Option<Notification>, StoreError> {
    // Nobody is notified of what they sent to themselves.
    let Some(attempts) = row.maybe_int("attempts")? else {
        return Ok(None);
    };
    Ok(Some(match (row.maybe_int("sent_at")?, row.maybe_int("failed_at")?) {
        (Some(at), _) => Notification::Sent { at },
        (None, Some(at)) => Notification::Failed {
            at,
            refused: row.maybe_int("refused")? == Some(1),
        },
        (None, None) => Notification::Waiting {
            attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        },
    }))
}

/// An account's own delivery of a message: what it received before what it sent.
async fn find_own_delivery(
    db: &mut AnyConnection,
    account: AccountId,
    message: MessageId,
) -> Result<Option<DeliveryId>, StoreError> {
    let row = sqlx::query(
        "SELECT d.id FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox \
         WHERE d.message = $1 AND b.account = $2 ORDER BY d.folder, d.id LIMIT 1",
    )
    .bind(message.key())
    .bind(account.key())
    .fetch_optional(db)
    .await?;
    row.map(|row| row.key("id")).transpose()
}
