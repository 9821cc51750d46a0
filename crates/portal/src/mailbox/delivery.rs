//! A delivery, as a list and a page show it.

use sqlx::{AnyConnection, any::AnyRow};
use wire::{
    ids::{AccountId, DeliveryId},
    mailbox::Delivery,
    sessions::Person,
};

use crate::{
    accounts, keys,
    storage::{Key as _, RowExt as _, StoreError},
};

/// What a delivery in a list is read from.
pub(super) const DELIVERY: &str = "d.id, d.message, d.folder, d.read_at, d.key_packet, m.sent_at, m.sender, m.sender_name, \
    m.sender_address, m.sender_fingerprint, m.to_addresses, m.cover, m.files, m.size";

/// A delivery, and the account that the message was sent with.
pub(super) fn delivery(row: &AnyRow) -> Result<(AccountId, Delivery), StoreError> {
    let sender_fingerprint = row.text("sender_fingerprint")?;
    let address = row.address("sender_address")?;
    let delivery = Delivery {
        id: row.key("id")?,
        message: row.key("message")?,
        folder: row.name("folder")?,
        sent_at: row.millis("sent_at")?,
        read_at: row.maybe_int("read_at")?,
        certificate_key: keys::certificate_key((&sender_fingerprint, &address)),
        sender: Person {
            name: row.maybe_text("sender_name")?,
            address,
        },
        sender_now: None,
        sender_fingerprint,
        to: row.json("to_addresses")?,
        key_packet: row.bytes("key_packet")?.into(),
        cover: row.bytes("cover")?.into(),
        files: u32::try_from(row.int("files")?).map_err(|_| StoreError::Corrupt)?,
        size: row.size("size")?,
    };
    Ok((row.key("sender")?, delivery))
}

/// Says of deliveries what their senders' Masters are now, where they are others: in one question however many they are.
pub(super) async fn with_senders_now(
    db: &mut AnyConnection,
    deliveries: Vec<(AccountId, Delivery)>,
) -> Result<Vec<Delivery>, StoreError> {
    let masters = accounts::masters(db, deliveries.iter().map(|(sender, _)| *sender)).await?;
    let with_master = |(sender, mut delivery): (AccountId, Delivery)| {
        delivery.sender_now = masters
            .get(&sender)
            .filter(|master| **master != delivery.sender.address)
            .cloned();
        delivery
    };
    Ok(deliveries.into_iter().map(with_master).collect())
}

/// Those who took part, visibly to this account, in a message that it holds: the sender, To, Cc, and for the sender Bcc.
/// By the accounts that hold theirs now.
///
/// # Errors
/// `NotFound` where the delivery is none of this account's.
pub(crate) async fn visible_participants(
    db: &mut AnyConnection,
    account: AccountId,
    delivery: DeliveryId,
) -> Result<Vec<AccountId>, StoreError> {
    let message = sqlx::query(
        "SELECT m.id, COALESCE(s.absorbed_into, s.id) AS sender FROM deliveries d \
         JOIN mailboxes b ON b.id = d.mailbox JOIN messages m ON m.id = d.message \
         JOIN accounts s ON s.id = m.sender WHERE d.id = $1 AND b.account = $2",
    )
    .bind(delivery.key())
    .bind(account.key())
    .fetch_one(&mut *db)
    .await?;
    let sender: AccountId = message.key("sender")?;
    let rows = sqlx::query(
        "SELECT p.role, COALESCE(a.absorbed_into, a.id) AS account FROM participants p \
         JOIN accounts a ON a.id = p.account WHERE p.message = $1",
    )
    .bind(message.bytes("id")?)
    .fetch_all(db)
    .await?;
    let mut visible = vec![sender];
    for row in rows {
        if row.text("role")? != "bcc" || sender == account {
            visible.push(row.key("account")?);
        }
    }
    Ok(visible)
}
