//! Coalescing: who has had enough mails of a kind in an hour gets the next ones as one, later.
//!
//! Whoever writes a hundred messages to somebody fills their Inbox here, and not their basic inbox. The mail that goes out
//! in the end is about the newest, so that no message stays without one.

use sqlx::{AnyConnection, AssertSqlSafe, any::AnyArguments, query::Query};
use wire::{Millis, mailbox::Change};

use super::{
    due::{Due, MailStatus, columns},
    kind::MailKind,
};
use crate::{
    Portal, changes,
    settings::HOUR,
    storage::{Key as _, RowExt as _, StoreError, Unit, name},
};

/// The most invitations that one address gets in an hour, whoever writes: it never asked for anything.
const MAX_INVITATIONS_PER_ADDRESS_AND_HOUR: usize = 3;

/// How far those who have had enough are kept apart.
const MIN_NOTIFICATION_GAP: Millis = 10 * 60_000;

/// The most that one mail tells of: what it takes to write down what became of them stays short.
const MAX_COALESCED_MAILS: i64 = 500;

/// Mails that are to a reader what another is: of the same kind, to the same address, from the same sender. Invitations are
/// counted whoever sends them.
const ALIKE: &str = "account = $1 AND kind = $2 AND address = $3 AND (sender = $4 OR kind = 'invitation')";

type Asking<'q> = Query<'q, sqlx::Any, AnyArguments>;

/// A question about those that are like this one, after the four of [`ALIKE`].
fn about<'q>(sql: String, due: &'q Due) -> Asking<'q> {
    sqlx::query(AssertSqlSafe(sql))
        .bind(due.account.key())
        .bind(name(&due.kind))
        .bind(due.address.as_typed())
        .bind(due.sender.as_ref().map(|sender| sender.key()))
}

/// When a reader who has had their share of mails like this one may have the next; `None` where they have not had it.
///
/// Two processes may each send one at the same moment.
pub(crate) async fn free_at(
    portal: &Portal,
    db: &mut AnyConnection,
    due: &Due,
    now: Millis,
) -> Result<Option<Millis>, StoreError> {
    let share = match due.kind {
        // Whoever claims is told how long it takes, and so their mails are put off where they are put in; links to devices
        // are put off before that.
        MailKind::Claim | MailKind::DeviceLink => return Ok(None),
        MailKind::Invitation => MAX_INVITATIONS_PER_ADDRESS_AND_HOUR,
        _ => portal.settings.notifications_an_hour.max(1) as usize,
    };
    // Those that another one told of were never tried themselves.
    let sql = format!(
        "SELECT sent_at FROM outbox WHERE {ALIKE} AND next_at IS NULL AND sent_at > $5 AND sent_at <= $6 \
         AND attempts > 0 ORDER BY sent_at DESC LIMIT $7"
    );
    let rows = about(sql, due)
        .bind(now - HOUR)
        .bind(now)
        .bind(share as i64)
        .fetch_all(db)
        .await?;
    let sent: Vec<Millis> = rows.iter().map(|row| row.millis("sent_at")).collect::<Result<_, _>>()?;
    Ok(next_after(&sent, share, due.kind))
}

/// The same by the times of the latest mails, the last one first.
fn next_after(sent: &[Millis], share: usize, kind: MailKind) -> Option<Millis> {
    let first = sent.get(share - 1)?;
    match kind {
        MailKind::Invitation => Some(first + HOUR),
        _ => Some(sent[0] + MIN_NOTIFICATION_GAP),
    }
}

/// Puts all that are due and like this one off until then.
pub(crate) async fn put_off(unit: &mut Unit, due: &Due, now: Millis, until: Millis) -> Result<(), StoreError> {
    let sql = format!("UPDATE outbox SET next_at = $6, put_off = 1 WHERE {ALIKE} AND next_at <= $5");
    about(sql, due).bind(now).bind(until).execute(&mut **unit).await?;
    Ok(())
}

/// The one among those that are due and like this one that tells of all: the newest, of those that are about a message
/// where one is.
pub(crate) async fn newest(db: &mut AnyConnection, due: &Due, now: Millis) -> Result<Option<Due>, StoreError> {
    let columns = columns!();
    let sql = format!(
        "SELECT {columns} FROM outbox WHERE {ALIKE} AND next_at <= $5 \
         ORDER BY CASE WHEN delivery IS NULL THEN 1 ELSE 0 END, id DESC LIMIT 1"
    );
    let row = about(sql, due).bind(now).fetch_optional(db).await?;
    row.as_ref().map(Due::read).transpose()
}

/// Leases the others that this one tells of, as long as it is itself. Whether there are any.
pub(crate) async fn lease_others(unit: &mut Unit, due: &Due, now: Millis) -> Result<bool, StoreError> {
    let sql = format!(
        "UPDATE outbox SET next_at = $6, put_off = 1 WHERE next_at <= $5 \
         AND id IN (SELECT id FROM outbox WHERE {ALIKE} AND next_at <= $5 ORDER BY id DESC LIMIT $7)"
    );
    let leased = about(sql, due)
        .bind(now)
        .bind(due.next_at)
        .bind(MAX_COALESCED_MAILS)
        .execute(&mut **unit)
        .await?;
    Ok(leased.rows_affected() > 0)
}

/// Writes down of those that a mail told of what became of it, and tells their senders.
pub(crate) async fn end_others(unit: &mut Unit, due: &Due, status: &MailStatus) -> Result<(), StoreError> {
    let told = format!("{ALIKE} AND next_at = $5 AND put_off = 1");
    let sql = format!(
        "SELECT m.sender, s.id FROM deliveries d JOIN messages m ON m.id = d.message \
         JOIN deliveries s ON s.message = m.id AND s.folder = 'sent' \
         WHERE d.id IN (SELECT delivery FROM outbox WHERE {told})"
    );
    let rows = about(sql, due).bind(due.next_at).fetch_all(&mut **unit).await?;
    let mut senders = Vec::with_capacity(rows.len());
    for row in &rows {
        senders.push((row.key("sender")?, Change::Delivery { id: row.key("id")? }));
    }
    let sql = format!("UPDATE outbox SET next_at = $6, sent_at = $7, failed_at = $8, refused = $9 WHERE {told}");
    about(sql, due)
        .bind(due.next_at)
        .bind(status.next_at)
        .bind(status.sent_at)
        .bind(status.failed_at)
        .bind(i64::from(status.refused))
        .execute(&mut **unit)
        .await?;
    match senders.is_empty() {
        true => Ok(()),
        false => changes::append_all(unit, &mut senders).await,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_share_is_free_and_then_each_keeps_its_distance() {
        assert_eq!(next_after(&[40, 30, 20, 10], 5, MailKind::Notification), None);
        assert_eq!(
            next_after(&[50, 40, 30, 20, 10], 5, MailKind::Notification),
            Some(50 + MIN_NOTIFICATION_GAP)
        );
        assert_eq!(next_after(&[30, 20], 3, MailKind::Invitation), None);
        assert_eq!(next_after(&[30, 20, 10], 3, MailKind::Invitation), Some(10 + HOUR));
    }

    proptest! {
        #[test]
        fn nobody_gets_more_than_that(waits in proptest::collection::vec(0..600_000i64, 1..200)) {
            for (kind, share, most) in [(MailKind::Invitation, 3, 3), (MailKind::Notification, 5, 11)] {
                let (mut now, mut sent) = (0, Vec::new());
                for wait in &waits {
                    now += wait;
                    let latest = sent.iter().rev().copied().filter(|at| *at > now - HOUR);
                    let latest: Vec<Millis> = latest.take(share).collect();
                    // Those that wait go out when they may, before anybody else's.
                    now = next_after(&latest, share, kind).map_or(now, |at| at.max(now));
                    sent.push(now);
                }
                let within = |begin: Millis| sent.iter().filter(|at| (begin..begin + HOUR).contains(at)).count();
                prop_assert!(sent.iter().all(|&begin| within(begin) <= most));
            }
        }
    }
}
