//! Taking a sealed message in: checked, stored and on its way in one transaction.

use std::collections::{BTreeMap, HashSet};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use certificate::{ensure_key_packet_for, ensure_sealed};
use sqlx::AssertSqlSafe;
use wire::{
    Millis, Problem, ProblemType,
    ids::{AccountId, DeliveryId, MessageId},
    mailbox::{Change, Folder},
    people::AccountState,
    send::{KeyPacket, Send, Sent},
};

use super::{
    correspondents,
    participants::{self, Addressee, Participant, Sender},
};
use crate::{
    Error, Portal, Result, changes,
    error::not_sealed,
    files,
    http::{Caller, IdempotencyKey, LargeJsonBody, idempotency},
    keys, outbox,
    settings::HOUR,
    storage::{Key as _, RowExt as _, StoreError, Unit, name, values},
};

/// The largest sealed cover that is taken, in bytes. Subject, names of a hundred files and a snippet fit.
const MAX_COVER_BYTES: usize = 64 << 10;

/// The largest key packet that is taken, in bytes: ML-KEM-768+X25519 makes one of about 1 200.
const MAX_KEY_PACKET_BYTES: usize = 4 << 10;

/// The most files of one message.
const MAX_FILES_PER_MESSAGE: usize = 100;

/// Takes a message in. Answered once it is stored durably.
///
/// The same `Idempotency-Key` with the same body gets the same answer again and sends nothing twice; with another body,
/// `idempotency-conflict`. Kept for a day.
#[utoipa::path(
    post, path = "/messages", tag = "sending",
    params(("Idempotency-Key" = String, Header, description = "1 to 64 visible ASCII characters")),
    request_body = Send, responses((status = 201, body = Sent)),
)]
pub(super) async fn send(
    State(portal): State<Portal>,
    caller: Caller,
    key: IdempotencyKey,
    LargeJsonBody(message, raw): LargeJsonBody<Send>,
) -> Result<Response> {
    ensure_well_formed(&portal, &message)?;
    let request = idempotency::Request::new(key, &raw);
    let mut unit = caller.begin(&portal).await?;
    if let Some(sent) = request.answered_before::<Sent>(&mut unit, caller.account).await? {
        // What is read here may stand in a group that is not durable yet. Answered only once it is.
        unit.commit().await?;
        return Ok((StatusCode::CREATED, Json(sent)).into_response());
    }
    let sent = match accept(&portal, &mut unit, caller, message, &request).await {
        Ok(sent) => sent,
        // Two requests with one key at once, or a message id that exists: the second one's rows are refused, and it is
        // answered as if it had come later.
        Err(Failure::Duplicate) => {
            unit.rollback().await;
            let mut db = portal.store.read().await?;
            return match request.answered_before::<Sent>(&mut db, caller.account).await? {
                Some(sent) => Ok((StatusCode::CREATED, Json(sent)).into_response()),
                None => Err(ProblemType::IdempotencyConflict.into()),
            };
        }
        Err(Failure::Refused(error)) => return Err(error),
    };
    unit.commit().await?;
    Ok((StatusCode::CREATED, Json(sent)).into_response())
}

enum Failure {
    /// The message, or the request, is there already.
    Duplicate,
    Refused(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// What can be refused without looking anything up.
fn ensure_well_formed(portal: &Portal, request: &Send) -> Result<()> {
    let addressed = request.to.len() + request.cc.len() + request.bcc.len();
    if addressed == 0 {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("a message needs a recipient")
            .into());
    }
    let is_too_large = addressed > portal.settings.max_recipients as usize
        || request.files.len() > MAX_FILES_PER_MESSAGE
        || request.cover.0.len() > MAX_COVER_BYTES
        || request.body.0.len() as u64 > portal.settings.max_body_size
        || request
            .key_packets
            .iter()
            .any(|packet| packet.packet.0.len() > MAX_KEY_PACKET_BYTES);
    if is_too_large {
        return Err(ProblemType::TooLarge.into());
    }
    for (what, sealed) in [("the cover", &request.cover), ("the body", &request.body)] {
        ensure_sealed(&sealed.0).map_err(|error| not_sealed(what, error))?;
    }
    if request.files.iter().collect::<HashSet<_>>().len() != request.files.len() {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("a file is named twice")
            .into());
    }
    Ok(())
}

/// Everybody who has to do with a message that may be sent, and what of it depends on them.
struct Checked {
    sender: Sender,
    addressees: BTreeMap<AccountId, Addressee>,
    participants: Vec<Participant>,
    /// What opens the message, by account.
    packets: BTreeMap<AccountId, Vec<u8>>,
    /// Of body and files, in bytes.
    size: u64,
    /// The message that this one answers.
    in_reply_to: Option<MessageId>,
}

/// Stores a message and everything that follows from it, where its sender may send it.
async fn accept(
    portal: &Portal,
    unit: &mut Unit,
    caller: Caller,
    message: Send,
    request: &idempotency::Request,
) -> Result<Sent, Failure> {
    let now = portal.now();
    let checked = ensure_may_send(portal, unit, caller, &message, now).await?;
    let sent = Sent {
        message: message.id,
        delivery: DeliveryId(portal.entropy.id(now)),
    };
    store(unit, message, &checked, now).await?;
    deliver(unit, sent, &checked, now).await?;
    name_participants(unit, sent.message, &checked).await?;
    notify(portal, unit, sent, &checked, now).await?;
    request
        .remember(unit, caller.account, &sent, now)
        .await
        .map_err(duplicate)?;
    Ok(sent)
}

/// The rules of sending: who sends, to whom they may, with exactly one key packet a reader, within the hour's share, files
/// that the sender may name.
async fn ensure_may_send(
    portal: &Portal,
    unit: &mut Unit,
    caller: Caller,
    message: &Send,
    now: Millis,
) -> Result<Checked> {
    let sender = participants::sender(unit, caller.account, &message.from).await?;
    let (addressees, participants) = participants::addressees(portal, unit, caller, message, now).await?;
    let packets = match_packets(&message.key_packets, &sender, &addressees)?;
    ensure_for_current_keys(unit, &message.key_packets).await?;
    count_recipients(portal, unit, caller.account, addressees.len(), now).await?;
    let size = message.body.0.len() as u64 + files::ensure_nameable(unit, caller.account, &message.files).await?;
    let in_reply_to = match message.in_reply_to {
        None => None,
        Some(delivery) => Some(message_held(unit, caller.account, delivery).await?),
    };
    Ok(Checked {
        sender,
        addressees,
        participants,
        packets,
        size,
        in_reply_to,
    })
}

/// Stores the message itself, with its body and the names of its files.
async fn store(unit: &mut Unit, message: Send, checked: &Checked, now: Millis) -> Result<(), Failure> {
    sqlx::query(
        "INSERT INTO messages (id, sender, sender_address, sender_name, sender_fingerprint, sent_at, to_addresses, \
         in_reply_to, cover, files, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(message.id.key())
    .bind(checked.sender.account.key())
    .bind(checked.sender.address.as_typed())
    .bind(&checked.sender.name)
    .bind(&checked.sender.fingerprint)
    .bind(now)
    .bind(serde_json::to_string(&message.to).map_err(|_| StoreError::Corrupt)?)
    .bind(checked.in_reply_to.as_ref().map(|earlier| earlier.key()))
    .bind(message.cover.0)
    .bind(message.files.len() as i64)
    .bind(i64::try_from(checked.size).map_err(|_| StoreError::Corrupt)?)
    .execute(&mut **unit)
    .await
    .map_err(|error| duplicate(error.into()))?;
    sqlx::query("INSERT INTO bodies (message, body) VALUES ($1, $2)")
        .bind(message.id.key())
        .bind(message.body.0)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    files::attach(unit, message.id, &message.files).await?;
    Ok(())
}

/// Tells everybody: that they have dealt with each other, by basic mail, and by their feeds.
async fn notify(
    portal: &Portal,
    unit: &mut Unit,
    sent: Sent,
    checked: &Checked,
    now: Millis,
) -> Result<(), StoreError> {
    let sender = &checked.sender;
    let others: Vec<_> = checked
        .addressees
        .values()
        .filter(|addressee| addressee.is.account != sender.account)
        .collect();
    let known_as: Vec<_> = others.iter().map(|one| (one.is.account, &one.address)).collect();
    correspondents::record_exchange(unit, (sender.account, &sender.address), &known_as, now).await?;
    let notices: Vec<_> = others
        .iter()
        .map(|addressee| outbox::Notice {
            account: addressee.is.account,
            invites: addressee.is.state == AccountState::Invited,
            destination: addressee.is.destination.clone(),
            delivery: Some(addressee.delivery),
        })
        .collect();
    outbox::queue_notifications(portal, unit, &notices, (sender.account, &sender.name)).await?;
    let own = (sender.account, Change::Delivery { id: sent.delivery });
    let theirs = checked
        .addressees
        .values()
        .map(|one| (one.is.account, Change::Delivery { id: one.delivery }));
    let mut changed: Vec<_> = std::iter::once(own).chain(theirs).collect();
    changes::append_all(unit, &mut changed).await
}

/// Counts the recipients that an account writes to in an hour. Whoever sends for it at the same time waits here, and
/// counts on from this.
///
/// # Errors
/// `too-many-requests` where they are more than may be, and how long the hour lasts.
async fn count_recipients(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    recipients: usize,
    now: Millis,
) -> Result<()> {
    let row = sqlx::query(
        "INSERT INTO sendings (account, hour, recipients) VALUES ($1, $2, $3) \
         ON CONFLICT (account) DO UPDATE SET hour = excluded.hour, recipients = excluded.recipients + \
             CASE WHEN sendings.hour = excluded.hour THEN sendings.recipients ELSE 0 END \
         RETURNING recipients",
    )
    .bind(account.key())
    .bind(now - now.rem_euclid(HOUR))
    .bind(recipients as i64)
    .fetch_one(&mut **unit)
    .await
    .map_err(StoreError::from)?;
    if row.int("recipients")? <= i64::from(portal.settings.recipients_an_hour) {
        return Ok(());
    }
    Err(Problem::new(ProblemType::TooManyRequests)
        .detail("no more recipients this hour")
        .retry_after_millis(HOUR - now.rem_euclid(HOUR))
        .into())
}

/// A row that is there already: the message or its request came before.
fn duplicate(error: StoreError) -> Failure {
    match error {
        StoreError::Conflict(_) => Failure::Duplicate,
        other => Failure::Refused(other.into()),
    }
}

/// Sees that there is exactly one key packet for each account and the sender, each for the current certificate. A
/// packet too many would be a reader that nobody named.
fn match_packets(
    packets: &[KeyPacket],
    sender: &Sender,
    addressees: &BTreeMap<AccountId, Addressee>,
) -> Result<BTreeMap<AccountId, Vec<u8>>> {
    let mut wanted: BTreeMap<AccountId, &str> = addressees
        .values()
        .map(|addressee| (addressee.is.account, addressee.is.fingerprint.as_str()))
        .collect();
    wanted.insert(sender.account, &sender.fingerprint);
    let mut matched = BTreeMap::new();
    for packet in packets {
        let current = wanted.remove(&packet.account) == Some(packet.fingerprint.as_str());
        if !current {
            return Err(ProblemType::RecipientsChanged.into());
        }
        matched.insert(packet.account, packet.packet.0.clone());
    }
    match wanted.is_empty() {
        true => Ok(matched),
        false => Err(ProblemType::RecipientsChanged.into()),
    }
}

/// Sees that each key packet is one for the subkey of the certificate that it is said to be for, which was found to be its
/// account's current one.
async fn ensure_for_current_keys(unit: &mut Unit, packets: &[KeyPacket]) -> Result<()> {
    let fingerprints: Vec<&str> = packets.iter().map(|packet| packet.fingerprint.as_str()).collect();
    let subkeys = keys::subkeys_of(unit, &fingerprints).await?;
    for packet in packets {
        let subkey = *subkeys.get(&packet.fingerprint).ok_or(StoreError::Corrupt)?;
        ensure_key_packet_for(&packet.packet.0, subkey).map_err(|error| not_sealed("a key packet", error))?;
    }
    Ok(())
}

/// Puts the message into the sender's Sent, and into everybody's Inbox.
async fn deliver(unit: &mut Unit, sent: Sent, checked: &Checked, now: Millis) -> Result<()> {
    let sender = &checked.sender;
    let own = (sent.delivery, sender.mailbox, sender.account, Folder::Sent, Some(now));
    let others = checked
        .addressees
        .values()
        .map(|one| (one.delivery, one.is.mailbox, one.is.account, Folder::Inbox, None));
    let deliveries: Vec<_> = std::iter::once(own).chain(others).collect();
    let sql = format!(
        "INSERT INTO deliveries (id, mailbox, message, folder, key_packet, read_at) VALUES {}",
        values(deliveries.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, mailbox, account, folder, read_at) in &deliveries {
        let packet = checked.packets.get(account).ok_or(ProblemType::RecipientsChanged)?;
        query = query
            .bind(id.key())
            .bind(mailbox.key())
            .bind(sent.message.key())
            .bind(name(folder));
        query = query.bind(&packet[..]).bind(*read_at);
    }
    query.execute(&mut **unit).await.map_err(StoreError::from)?;
    Ok(())
}

/// Writes down who was addressed and how.
async fn name_participants(unit: &mut Unit, message: MessageId, checked: &Checked) -> Result<(), StoreError> {
    let Checked {
        participants,
        addressees,
        ..
    } = checked;
    let sql = format!(
        "INSERT INTO participants (message, position, role, address, account, delivery) VALUES {}",
        values(participants.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (position, participant) in participants.iter().enumerate() {
        let addressee = addressees.get(&participant.account).ok_or(StoreError::Corrupt)?;
        query = query
            .bind(message.key())
            .bind(position as i64)
            .bind(name(&participant.role));
        query = query
            .bind(participant.address.as_typed())
            .bind(participant.account.key());
        query = query.bind(addressee.delivery.key());
    }
    query.execute(&mut **unit).await?;
    Ok(())
}

/// The message of a delivery that an account holds.
async fn message_held(unit: &mut Unit, account: AccountId, delivery: DeliveryId) -> Result<MessageId, StoreError> {
    let row = sqlx::query(
        "SELECT d.message FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox WHERE d.id = $1 AND b.account = $2",
    )
    .bind(delivery.key())
    .bind(account.key())
    .fetch_one(&mut **unit)
    .await?;
    row.key("message")
}
