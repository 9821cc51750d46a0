//! What is due in the outbox, and whose turn it is.

use sqlx::{AnyConnection, any::AnyRow};
use uuid::Uuid;
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, DeliveryId},
};

use super::kind::MailKind;
use crate::storage::{Key as _, RowExt as _, StoreError, Unit};

/// A mail whose time has come.
pub(crate) struct Due {
    pub(crate) id: Uuid,
    pub(crate) kind: MailKind,
    pub(crate) account: AccountId,
    /// Who caused it; unknown in one of before that was noted.
    pub(crate) sender: Option<AccountId>,
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) claim: Option<ClaimId>,
    pub(crate) about: Option<Address>,
    pub(crate) sender_name: Option<String>,
    pub(crate) address: Address,
    pub(crate) created_at: Millis,
    pub(crate) attempts: i64,
    pub(crate) next_at: Millis,
    urgent: bool,
    /// Whether it waits because its reader has had enough of the kind.
    pub(crate) put_off: bool,
    /// Whether it tells of others, too, which are leased with it.
    pub(crate) coalesces: bool,
}

impl Due {
    pub(crate) fn read(row: &AnyRow) -> Result<Self, StoreError> {
        Ok(Self {
            id: Uuid::from_slice(&row.bytes("id")?).map_err(|_| StoreError::Corrupt)?,
            kind: row.name("kind")?,
            account: row.key("account")?,
            sender: row.maybe_key("sender")?,
            delivery: row.maybe_key("delivery")?,
            claim: row.maybe_key("claim")?,
            about: row.maybe_address("about")?,
            sender_name: row.maybe_text("sender_name")?,
            address: row.address("address")?,
            created_at: row.millis("created_at")?,
            attempts: row.int("attempts")?,
            next_at: row.millis("next_at")?,
            urgent: row.flag("urgent")?,
            put_off: row.flag("put_off")?,
            coalesces: false,
        })
    }
}

/// What [`Due::read`] reads.
macro_rules! columns {
    () => {
        "id, kind, account, sender, delivery, claim, about, sender_name, address, created_at, attempts, next_at, \
         urgent, put_off"
    };
}
pub(super) use columns;

/// Whose mail went out last, of those that are not urgent and of those that are.
pub(crate) struct Served([AccountId; 2]);

impl Served {
    pub(crate) fn new() -> Self {
        Self([AccountId(Uuid::nil()); 2])
    }

    /// The mail whose turn it is: an urgent one before others, of those one of whoever comes next in the order of their
    /// ids, and of theirs the one that has been due longest. However many mails somebody causes, everybody else's next one
    /// waits for one of them.
    pub(crate) async fn next(&mut self, db: &mut AnyConnection, now: Millis) -> Result<Option<Due>, StoreError> {
        let [usual, urgent] = &self.0;
        let row = sqlx::query(NEXT)
            .bind(now)
            .bind(usual.key())
            .bind(urgent.key())
            .fetch_optional(db)
            .await?;
        let due = row.as_ref().map(Due::read).transpose()?;
        if let Some(due) = &due
            && let Some(sender) = due.sender
        {
            self.0[usize::from(due.urgent)] = sender;
        }
        Ok(due)
    }
}

/// One look into an index for each of four places where the next mail may be found.
const NEXT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM (SELECT * FROM (SELECT 0 AS place, ",
    columns!(),
    " FROM outbox WHERE urgent = 1 AND sender > $3 AND next_at <= $1 ORDER BY sender, next_at, id LIMIT 1) a \
     UNION ALL SELECT * FROM (SELECT 1 AS place, ",
    columns!(),
    " FROM outbox WHERE urgent = 1 AND next_at <= $1 ORDER BY sender, next_at, id LIMIT 1) b \
     UNION ALL SELECT * FROM (SELECT 2 AS place, ",
    columns!(),
    " FROM outbox WHERE urgent = 0 AND sender > $2 AND next_at <= $1 ORDER BY sender, next_at, id LIMIT 1) c \
     UNION ALL SELECT * FROM (SELECT 3 AS place, ",
    columns!(),
    " FROM outbox WHERE urgent = 0 AND next_at <= $1 ORDER BY sender, next_at, id LIMIT 1) d) places \
     ORDER BY place LIMIT 1"
);

/// Leases a mail to this process: nobody else sends it until `until`. Whether it was still as `due` says.
pub(crate) async fn lease(unit: &mut Unit, due: &mut Due, until: Millis) -> Result<bool, StoreError> {
    let leased = sqlx::query("UPDATE outbox SET next_at = $3, attempts = attempts + 1 WHERE id = $1 AND next_at = $2")
        .bind(&due.id.as_bytes()[..])
        .bind(due.next_at)
        .bind(until)
        .execute(&mut **unit)
        .await?
        .rows_affected();
    due.next_at = until;
    due.attempts += 1;
    Ok(leased > 0)
}

/// What a mail's row says after a try.
#[derive(Clone, Copy, Default)]
pub(crate) struct MailStatus {
    /// When it is tried again; never where it has ended.
    pub(crate) next_at: Option<Millis>,
    /// When the relay took it.
    pub(crate) sent_at: Option<Millis>,
    /// When it was given up.
    pub(crate) failed_at: Option<Millis>,
    /// Whether the address was refused for good.
    pub(crate) refused: bool,
}

/// Writes down what became of a mail. One that a newer mail took the place of meanwhile stays ended.
pub(crate) async fn end(unit: &mut Unit, due: &Due, status: &MailStatus) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE outbox SET next_at = CASE WHEN next_at IS NULL THEN NULL ELSE $2 END, sent_at = $3, failed_at = $4, \
             refused = $5 WHERE id = $1",
    )
    .bind(&due.id.as_bytes()[..])
    .bind(status.next_at)
    .bind(status.sent_at)
    .bind(status.failed_at)
    .bind(i64::from(status.refused))
    .execute(&mut **unit)
    .await?;
    Ok(())
}

/// Puts everything that is due off until then.
pub(crate) async fn postpone(unit: &mut Unit, now: Millis, until: Millis) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET next_at = $2 WHERE next_at <= $1")
        .bind(now)
        .bind(until)
        .execute(&mut **unit)
        .await?;
    Ok(())
}

/// When the next mail is due.
pub(crate) async fn next_due_at(db: &mut AnyConnection) -> Result<Option<Millis>, StoreError> {
    let row = sqlx::query("SELECT MIN(next_at) AS next_at FROM outbox WHERE next_at IS NOT NULL")
        .fetch_one(db)
        .await?;
    row.maybe_int("next_at")
}
