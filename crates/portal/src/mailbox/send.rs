//! Taking a sealed message in: checked, stored and on its way in one transaction.

use std::collections::{BTreeMap, HashSet};

use axum::{
    Json,
    body::Bytes as RawBody,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use sqlx::{AnyConnection, AssertSqlSafe};
use wire::{
    Millis, Problem, ProblemType, Sha256,
    ids::{AccountId, DeliveryId, MessageId},
    mailbox::{Change, Folder},
    people::AccountState,
    send::{KeyPacket, Send, Sent},
};

use super::parties::{self, Addressee, Participant, Sender};
use crate::{
    Portal, addresses, changes, files,
    http::{Answer, Error, IdempotencyKey, parse},
    notices,
    sessions::Caller,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit, name, values},
};

/// The largest sealed cover that is taken, in bytes. Subject, names of a hundred files and a snippet fit.
const MAX_COVER: usize = 64 << 10;

/// The largest key packet that is taken, in bytes: ML-KEM-768+X25519 makes one of about 1 200.
const MAX_KEY_PACKET: usize = 4 << 10;

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
    IdempotencyKey(key): IdempotencyKey,
    raw: RawBody,
) -> Answer<Response> {
    let request: Send = parse(&raw)?;
    check(&portal, &request)?;
    let hash = Sha256::of(&raw);
    let mut unit = portal.store.begin().await?;
    if let Some(sent) = answered_before(&mut unit, caller.account, &key, hash).await? {
        // What is read here may stand in a group that is not durable yet. Answered only once it is.
        caller.commit(&portal, unit).await?;
        return Ok((StatusCode::CREATED, Json(sent)).into_response());
    }
    let sent = match take(&portal, &mut unit, caller, request, &key, hash).await {
        Ok(sent) => sent,
        // Two requests with one key at once, or a message id that exists: the second one's rows are refused, and it is
        // answered as if it had come later.
        Err(Failure::Taken) => {
            unit.rollback().await;
            let mut db = portal.store.read().await?;
            let sent = answered_before(&mut db, caller.account, &key, hash).await?;
            return match sent {
                Some(sent) => Ok((StatusCode::CREATED, Json(sent)).into_response()),
                None => Err(ProblemType::IdempotencyConflict.into()),
            };
        }
        Err(Failure::Refused(error)) => return Err(error),
    };
    caller.commit(&portal, unit).await?;
    Ok((StatusCode::CREATED, Json(sent)).into_response())
}

enum Failure {
    Taken,
    Refused(Error),
}

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

/// What can be refused without looking anything up.
fn check(portal: &Portal, request: &Send) -> Answer<()> {
    let addressed = request.to.len() + request.cc.len() + request.bcc.len();
    if addressed == 0 {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("a message needs a recipient")
            .into());
    }
    let too_large = addressed > portal.settings.max_recipients as usize
        || request.files.len() > 100
        || request.cover.0.len() > MAX_COVER
        || request.body.0.len() as u64 > portal.settings.max_body_size
        || request
            .key_packets
            .iter()
            .any(|packet| packet.packet.0.len() > MAX_KEY_PACKET);
    if too_large {
        return Err(ProblemType::TooLarge.into());
    }
    if request.cover.0.is_empty() || request.body.0.is_empty() {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("cover and body must be sealed")
            .into());
    }
    if request.files.iter().collect::<HashSet<_>>().len() != request.files.len() {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("a file is named twice")
            .into());
    }
    Ok(())
}

async fn answered_before(db: &mut AnyConnection, account: AccountId, key: &str, hash: Sha256) -> Answer<Option<Sent>> {
    let row = sqlx::query("SELECT request, response FROM idempotency_keys WHERE account = $1 AND key = $2")
        .bind(account.key())
        .bind(key)
        .fetch_optional(db)
        .await
        .map_err(StoreError::from)?;
    match row {
        None => Ok(None),
        Some(row) if row.key::<Sha256>("request")? == hash => Ok(Some(row.json("response")?)),
        Some(_) => Err(ProblemType::IdempotencyConflict.into()),
    }
}

async fn take(
    portal: &Portal,
    unit: &mut Unit,
    caller: Caller,
    request: Send,
    key: &str,
    hash: Sha256,
) -> Result<Sent, Failure> {
    let now = portal.now();
    let sender = parties::sender(unit, caller.account, &request.from).await?;
    let (addressees, participants) = parties::addressees(portal, unit, caller, &request, now).await?;
    let packets = match_packets(&request.key_packets, &sender, &addressees)?;
    count(portal, unit, caller.account, addressees.len(), now).await?;
    let size = request.body.0.len() as u64 + files::nameable(unit, caller.account, &request.files).await?;
    let in_reply_to = match request.in_reply_to {
        None => None,
        Some(delivery) => Some(message_held(unit, caller.account, delivery).await?),
    };

    sqlx::query(
        "INSERT INTO messages (id, sender, sender_address, sender_name, sender_fingerprint, sent_at, to_addresses, \
         in_reply_to, cover, files, size) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(request.id.key())
    .bind(caller.account.key())
    .bind(sender.address.as_typed())
    .bind(&sender.name)
    .bind(&sender.fingerprint)
    .bind(now)
    .bind(serde_json::to_string(&request.to).map_err(|_| StoreError::Corrupt)?)
    .bind(in_reply_to.as_ref().map(|earlier| earlier.key()))
    .bind(request.cover.0)
    .bind(request.files.len() as i64)
    .bind(i64::try_from(size).map_err(|_| StoreError::Corrupt)?)
    .execute(&mut **unit)
    .await
    .map_err(taken)?;
    sqlx::query("INSERT INTO bodies (message, body) VALUES ($1, $2)")
        .bind(request.id.key())
        .bind(request.body.0)
        .execute(&mut **unit)
        .await
        .map_err(StoreError::from)?;
    files::attach(unit, request.id, &request.files).await?;

    let sent = Sent {
        message: request.id,
        delivery: DeliveryId(portal.entropy.id(now)),
    };
    deliver(unit, &sender, sent, &addressees, &packets, now).await?;
    name_participants(unit, request.id, &participants, &addressees).await?;

    let others: Vec<_> = addressees
        .values()
        .filter(|addressee| addressee.is.account != caller.account)
        .collect();
    let dealt_with: Vec<_> = others.iter().map(|one| (one.is.account, &one.address)).collect();
    addresses::deal(unit, (caller.account, &sender.address), &dealt_with, now).await?;
    let notices: Vec<_> = others
        .iter()
        .map(|addressee| notices::Notice {
            account: addressee.is.account,
            invites: addressee.is.state == AccountState::Invited,
            destination: addressee.is.destination.clone(),
            delivery: Some(addressee.delivery),
        })
        .collect();
    notices::put(portal, unit, &notices, (caller.account, &sender.name)).await?;
    let mut told = vec![(caller.account, Change::Delivery { id: sent.delivery })];
    told.extend(
        addressees
            .values()
            .map(|one| (one.is.account, Change::Delivery { id: one.delivery })),
    );
    changes::tell_all(unit, &mut told).await?;
    sqlx::query(
        "INSERT INTO idempotency_keys (account, key, request, response, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(caller.account.key())
    .bind(key)
    .bind(hash.key())
    .bind(serde_json::to_string(&sent).map_err(|_| StoreError::Corrupt)?)
    .bind(now)
    .execute(&mut **unit)
    .await
    .map_err(taken)?;
    Ok(sent)
}

/// Counts the recipients that an account writes to in an hour. Whoever sends for it at the same time waits here, and
/// counts on from this.
///
/// # Errors
/// `too-many-requests` where they are more than may be, and how long the hour lasts.
async fn count(portal: &Portal, unit: &mut Unit, account: AccountId, recipients: usize, now: Millis) -> Answer<()> {
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
    let mut problem = Problem::new(ProblemType::TooManyRequests).detail("no more recipients this hour");
    let wait = (HOUR - now.rem_euclid(HOUR) + 999) / 1000;
    problem.retry_after = Some(u32::try_from(wait).unwrap_or(u32::MAX));
    Err(problem.into())
}

fn taken(error: sqlx::Error) -> Failure {
    match StoreError::from(error) {
        StoreError::Conflict(_) => Failure::Taken,
        other => Failure::Refused(other.into()),
    }
}

/// Sees that there is exactly one key packet for each account and the sender, each for the current certificate. A
/// packet too many would be a reader that nobody named.
fn match_packets(
    packets: &[KeyPacket],
    sender: &Sender,
    addressees: &BTreeMap<AccountId, Addressee>,
) -> Answer<BTreeMap<AccountId, Vec<u8>>> {
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

/// Puts the message into the sender's Sent, and into everybody's Inbox.
async fn deliver(
    unit: &mut Unit,
    sender: &Sender,
    sent: Sent,
    addressees: &BTreeMap<AccountId, Addressee>,
    packets: &BTreeMap<AccountId, Vec<u8>>,
    now: Millis,
) -> Answer<()> {
    let own = (sent.delivery, sender.mailbox, sender.account, Folder::Sent, Some(now));
    let others = addressees
        .values()
        .map(|one| (one.delivery, one.is.mailbox, one.is.account, Folder::Inbox, None));
    let deliveries: Vec<_> = std::iter::once(own).chain(others).collect();
    let sql = format!(
        "INSERT INTO deliveries (id, mailbox, message, folder, key_packet, read_at) VALUES {}",
        values(deliveries.len(), 6)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, mailbox, account, folder, read_at) in &deliveries {
        let packet = packets.get(account).ok_or(ProblemType::RecipientsChanged)?;
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
async fn name_participants(
    unit: &mut Unit,
    message: MessageId,
    participants: &[Participant],
    addressees: &BTreeMap<AccountId, Addressee>,
) -> Result<(), StoreError> {
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

/// Forgets the answers to requests of more than a day ago. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM idempotency_keys WHERE created_at < $1")
        .bind(now - DAY)
        .execute(db)
        .await?;
    Ok(())
}
