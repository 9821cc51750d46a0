//! The loop that sends: what is due goes out by turns, and is retried until it did or three days have passed.

use wire::{Millis, ids::DeliveryId, mailbox::Change};

use super::{announce, render};
use crate::{
    Portal, accounts, changes,
    outbox::{self, Due, MailStatus, Served, coalesce},
    ports::relay::{Connection, Mail, Refusal},
    sessions,
    settings::DAY,
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How long a mail is tried (RFC 5321 section 4.5.4.1 asks for four to five days of a relay; ours tries on after us).
const MAX_DELIVERY_ATTEMPTS_DURATION: Millis = 3 * DAY;

/// How long a mail that is being sent belongs to the process that sends it. Longer than a send may take; should the
/// process die, another try follows after this.
const MAIL_LEASE: Millis = 60_000;

/// How long before the next try after so many: a minute, doubled each time, up to four hours.
fn back_off(attempts: i64) -> Millis {
    let doublings = (attempts - 1).clamp(0, 8);
    (60_000 << doublings).min(outbox::MAX_MAIL_WAIT)
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
        let told = announce::tell_a_few(portal).await?;
        let asked = sessions::queue_due_device_links(portal).await?;
        let next = send_due(portal).await?;
        if !(told || asked) || portal.wakes.are_closing() {
            return Ok(next);
        }
    }
}

/// Sends the mails that are due, one after the other over one connection, and answers when the next one is.
///
/// One after the other, so that a process that dies has at most one mail in flight: only that one can go out twice.
async fn send_due(portal: &Portal) -> Result<Option<Millis>, StoreError> {
    let mut connection: Option<Box<dyn Connection>> = None;
    let mut served = Served::new();
    loop {
        if portal.wakes.are_closing() {
            break;
        }
        let Some(due) = claim_next(portal, &mut served).await? else {
            break;
        };
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
    outbox::next_due_at(&mut *portal.store.read().await?).await
}

/// Takes the mail whose turn it is, for this process alone. Those that are too many for their reader are put off.
async fn claim_next(portal: &Portal, served: &mut Served) -> Result<Option<Due>, StoreError> {
    loop {
        let now = portal.now();
        let mut db = portal.store.read().await?;
        let Some(mut due) = served.next(&mut db, now).await? else {
            return Ok(None);
        };
        let free = coalesce::free_at(portal, &mut db, &due, now).await?;
        let coalesces = due.put_off || free.is_some();
        if coalesces && free.is_none_or(|at| at <= now) {
            // Another process may have been quicker.
            let Some(newest) = coalesce::newest(&mut db, &due, now).await? else {
                continue;
            };
            due = newest;
        }
        drop(db);
        let mut unit = portal.begin_unguarded().await?;
        if let Some(at) = free
            && at > now
        {
            coalesce::put_off(&mut unit, &due, now, at).await?;
            unit.commit().await?;
            continue;
        }
        let is_leased = outbox::lease(&mut unit, &mut due, now + MAIL_LEASE).await?;
        if is_leased && coalesces {
            due.coalesces = coalesce::lease_others(&mut unit, &due, now).await?;
        }
        unit.commit().await?;
        if is_leased {
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
    let Some(letter) = render::letter(portal, due).await? else {
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
    let over = now - due.created_at >= MAX_DELIVERY_ATTEMPTS_DURATION;
    let mut unit = portal.begin_unguarded().await?;
    if due.claim.is_some() {
        // Before the mail's row, which is the order of whoever has the claim mailed again.
        accounts::lock_accounts(&mut unit, &[due.account]).await?;
    }
    let status = match outcome {
        Outcome::Sent => MailStatus {
            sent_at: Some(now),
            ..MailStatus::default()
        },
        Outcome::Moot => MailStatus::default(),
        Outcome::Refused(refusal) if over || refusal == Refusal::Address => {
            tracing::warn!(%refusal, attempts = due.attempts, "a notification was given up");
            MailStatus {
                failed_at: Some(now),
                refused: refusal == Refusal::Address,
                ..MailStatus::default()
            }
        }
        Outcome::Refused(refusal) => {
            tracing::info!(%refusal, attempts = due.attempts, "a notification will be tried again");
            MailStatus {
                next_at: Some(now + back_off(due.attempts)),
                ..MailStatus::default()
            }
        }
    };
    outbox::end(&mut unit, due, &status).await?;
    if let Some(delivery) = due.delivery {
        append_for_sender(&mut unit, delivery).await?;
    }
    if due.coalesces {
        coalesce::end_others(&mut unit, due, &status).await?;
    }
    if due.claim.is_some() {
        // Its row in the claimant's list shows how it fares.
        changes::append(&mut unit, due.account, Change::Account).await?;
    }
    unit.commit().await
}

/// The sender's slip shows how the notification fares.
async fn append_for_sender(unit: &mut Unit, delivery: DeliveryId) -> Result<(), StoreError> {
    let row = sqlx::query(
        "SELECT m.sender, s.id FROM deliveries d JOIN messages m ON m.id = d.message \
         JOIN deliveries s ON s.message = m.id AND s.folder = 'sent' WHERE d.id = $1",
    )
    .bind(delivery.key())
    .fetch_optional(&mut **unit)
    .await?;
    match row {
        Some(row) => changes::append(unit, row.key("sender")?, Change::Delivery { id: row.key("id")? }).await,
        None => Ok(()),
    }
}

/// Puts everything that is due off until then.
async fn postpone(portal: &Portal, until: Millis) -> Result<(), StoreError> {
    let mut unit = portal.begin_unguarded().await?;
    outbox::postpone(&mut unit, portal.now(), until).await?;
    unit.commit().await
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
