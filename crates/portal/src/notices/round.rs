//! A round of the outbox: what is due goes out, and is retried until it did or three days have passed.

use uuid::Uuid;
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, DeliveryId},
    mailbox::Change,
};

use super::{Connection, Mail, Refusal, kind::Kind, making, tellings};
use crate::{
    Portal, accounts, changes,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long a mail is tried (RFC 5321 section 4.5.4.1 asks for four to five days of a relay; ours tries on after us).
const GIVE_UP_AFTER: Millis = 3 * DAY;

/// How long a mail that is being sent belongs to the process that sends it. Longer than a send may take; should the
/// process die, another try follows after this.
const LEASE: Millis = 60_000;

/// How long before the next try after so many: a minute, doubled each time, up to four hours.
fn back_off(attempts: i64) -> Millis {
    let doublings = (attempts - 1).clamp(0, 8);
    (60_000 << doublings).min(4 * 3_600_000)
}

/// A mail whose time has come.
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) kind: Kind,
    pub(super) account: AccountId,
    pub(super) delivery: Option<DeliveryId>,
    pub(super) claim: Option<ClaimId>,
    pub(super) about: Option<Address>,
    pub(super) sender_name: Option<String>,
    pub(super) address: Address,
    created_at: Millis,
    attempts: i64,
}

/// What became of a mail whose time had come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The relay answers for it.
    Sent,
    /// There is nothing to say any more.
    Moot,
    /// It did not go out.
    Refused(Refusal),
}

/// Sends every mail that is due, and answers when the next one is. Those who are to be told somebody's new address get
/// their mails a few at a time, so that nobody else's mail waits behind all of them.
pub(crate) async fn deliver_due(portal: &Portal) -> Result<Option<Millis>, StoreError> {
    loop {
        let told = tellings::tell_a_few(portal).await?;
        let next = send_due(portal).await?;
        if !told || portal.wakes.are_closing() {
            return Ok(next);
        }
    }
}

/// Sends the mails that are due, one after the other over one connection, and answers when the next one is.
///
/// One after the other, so that a process that dies has at most one mail in flight: only that one can go out twice.
async fn send_due(portal: &Portal) -> Result<Option<Millis>, StoreError> {
    let mut connection: Option<Box<dyn Connection>> = None;
    loop {
        if portal.wakes.are_closing() {
            break;
        }
        let Some(due) = take(portal).await? else { break };
        let outcome = send(portal, &mut connection, &due).await?;
        finish(portal, &due, outcome).await?;
        if outcome == Outcome::Refused(Refusal::Relay) {
            connection = None;
            // Nothing else would go out either. What is due waits for the next round.
            postpone(portal, portal.now() + back_off(1)).await?;
            break;
        }
    }
    if let Some(connection) = connection {
        connection.quit().await;
    }
    let row = sqlx::query("SELECT MIN(next_at) AS next_at FROM outbox WHERE next_at IS NOT NULL")
        .fetch_one(&mut *portal.store.read().await?)
        .await?;
    row.maybe_int("next_at")
}

/// Takes the mail that has been due longest, for this process alone.
async fn take(portal: &Portal) -> Result<Option<Due>, StoreError> {
    loop {
        let now = portal.now();
        let row = sqlx::query(
            "SELECT id, kind, account, delivery, claim, about, sender_name, address, created_at, attempts, next_at \
             FROM outbox WHERE next_at <= $1 ORDER BY next_at, id LIMIT 1",
        )
        .bind(now)
        .fetch_optional(&mut *portal.store.read().await?)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let due = Due {
            id: Uuid::from_slice(&row.bytes("id")?).map_err(|_| StoreError::Corrupt)?,
            kind: row.name("kind")?,
            account: row.key("account")?,
            delivery: row.maybe_key("delivery")?,
            claim: row.maybe_key("claim")?,
            about: row.maybe_address("about")?,
            sender_name: row.maybe_text("sender_name")?,
            address: row.address("address")?,
            created_at: row.millis("created_at")?,
            attempts: row.int("attempts")? + 1,
        };
        let mut unit = portal.store.begin().await?;
        let taken =
            sqlx::query("UPDATE outbox SET next_at = $3, attempts = attempts + 1 WHERE id = $1 AND next_at = $2")
                .bind(&due.id.as_bytes()[..])
                .bind(row.millis("next_at")?)
                .bind(now + LEASE)
                .execute(&mut *unit)
                .await?
                .rows_affected();
        portal.commit(unit).await?;
        if taken > 0 {
            return Ok(Some(due));
        }
    }
}

async fn send(portal: &Portal, connection: &mut Option<Box<dyn Connection>>, due: &Due) -> Result<Outcome, StoreError> {
    let connection = match connection {
        Some(connection) => connection,
        None => match portal.relay.connect().await {
            Ok(new) => connection.insert(new),
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        },
    };
    let Some(letter) = making::letter(portal, due).await? else {
        return Ok(Outcome::Moot);
    };
    let Some(message) = letter.write(portal) else {
        return Ok(Outcome::Refused(Refusal::Address));
    };
    let mail = Mail {
        to: due.address.clone(),
        message,
    };
    Ok(match connection.send(&mail).await {
        Ok(()) => Outcome::Sent,
        Err(refusal) => Outcome::Refused(refusal),
    })
}

async fn finish(portal: &Portal, due: &Due, outcome: Outcome) -> Result<(), StoreError> {
    let now = portal.now();
    let over = now - due.created_at >= GIVE_UP_AFTER;
    let mut unit = portal.store.begin().await?;
    if due.claim.is_some() {
        // Before the mail's row, which is the order of whoever has the claim mailed again.
        accounts::hold(&mut unit, &[due.account]).await?;
    }
    match outcome {
        Outcome::Sent => {
            sqlx::query("UPDATE outbox SET next_at = NULL, sent_at = $2 WHERE id = $1")
                .bind(&due.id.as_bytes()[..])
                .bind(now)
                .execute(&mut *unit)
                .await?;
        }
        Outcome::Moot => {
            sqlx::query("UPDATE outbox SET next_at = NULL WHERE id = $1")
                .bind(&due.id.as_bytes()[..])
                .execute(&mut *unit)
                .await?;
        }
        Outcome::Refused(refusal) if over || refusal == Refusal::Address => {
            tracing::warn!(%refusal, attempts = due.attempts, "a notification was given up");
            sqlx::query("UPDATE outbox SET next_at = NULL, failed_at = $2, refused = $3 WHERE id = $1")
                .bind(&due.id.as_bytes()[..])
                .bind(now)
                .bind(i64::from(refusal == Refusal::Address))
                .execute(&mut *unit)
                .await?;
        }
        Outcome::Refused(refusal) => {
            tracing::info!(%refusal, attempts = due.attempts, "a notification will be tried again");
            // One that a newer mail took the place of meanwhile stays ended.
            sqlx::query("UPDATE outbox SET next_at = $2 WHERE id = $1 AND next_at IS NOT NULL")
                .bind(&due.id.as_bytes()[..])
                .bind(now + back_off(due.attempts))
                .execute(&mut *unit)
                .await?;
        }
    }
    if let Some(delivery) = due.delivery {
        tell_sender(&mut unit, delivery).await?;
    }
    if due.claim.is_some() {
        // Its row in the claimant's list shows how it fares.
        changes::tell(&mut unit, due.account, Change::Account).await?;
    }
    portal.commit(unit).await
}

/// The sender's slip shows how the notification fares.
async fn tell_sender(unit: &mut Unit, delivery: DeliveryId) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT m.sender, s.id FROM deliveries d JOIN messages m ON m.id = d.message \
         JOIN deliveries s ON s.message = m.id AND s.folder = 'sent' WHERE d.id = $1",
    )
    .bind(delivery.key())
    .fetch_optional(&mut **unit)
    .await?;
    match row {
        Some(row) => changes::tell(unit, row.key("sender")?, Change::Delivery { id: row.key("id")? }).await,
        None => Ok(()),
    }
}

/// Puts everything that is due off until then.
async fn postpone(portal: &Portal, until: Millis) -> Result<(), StoreError> {
    let mut unit = portal.store.begin().await?;
    sqlx::query("UPDATE outbox SET next_at = $2 WHERE next_at <= $1")
        .bind(portal.now())
        .bind(until)
        .execute(&mut *unit)
        .await?;
    portal.commit(unit).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_thin_out_and_never_stop_before_the_end() {
        let waits: Vec<_> = (1..=12).map(|attempts| back_off(attempts) / 60_000).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]);
        assert_eq!(back_off(i64::MAX), 4 * 3_600_000);
    }
}
