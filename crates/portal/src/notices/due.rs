//! What is due in the outbox, and whose turn it is.

use sqlx::{AnyConnection, any::AnyRow};
use uuid::Uuid;
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, DeliveryId},
};

use super::kind::Kind;
use crate::storage::{Key as _, RowExt as _, StoreError};

/// A mail whose time has come.
pub(super) struct Due {
    pub(super) id: Uuid,
    pub(super) kind: Kind,
    pub(super) account: AccountId,
    /// Who caused it; unknown in one of before that was noted.
    pub(super) sender: Option<AccountId>,
    pub(super) delivery: Option<DeliveryId>,
    pub(super) claim: Option<ClaimId>,
    pub(super) about: Option<Address>,
    pub(super) sender_name: Option<String>,
    pub(super) address: Address,
    pub(super) created_at: Millis,
    pub(super) attempts: i64,
    pub(super) next_at: Millis,
    urgent: bool,
    /// Whether it waits because its reader has had enough of the kind.
    pub(super) put_off: bool,
    /// Whether it tells of others, too, which are leased with it.
    pub(super) folds: bool,
}

impl Due {
    pub(super) fn read(row: &AnyRow) -> Result<Self, StoreError> {
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
            folds: false,
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
pub(super) struct Served([AccountId; 2]);

impl Served {
    pub(super) fn new() -> Self {
        Self([AccountId(Uuid::nil()); 2])
    }

    /// The mail whose turn it is: an urgent one before others, of those one of whoever comes next in the order of their
    /// ids, and of theirs the one that has been due longest. However many mails somebody causes, everybody else's next one
    /// waits for one of them.
    pub(super) async fn next(&mut self, db: &mut AnyConnection, now: Millis) -> Result<Option<Due>, StoreError> {
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
