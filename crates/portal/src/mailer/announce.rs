//! Telling those whom an account has exchanged messages with that it writes from another address now.
//!
//! They may be many. Each unit puts mails in for the next few and moves the announcement on, so that a crash leaves nobody
//! out and tells nobody twice.

use wire::{Address, ids::AccountId};

use crate::{
    Portal, accounts,
    outbox::{self, MailKind, OutboxRow},
    storage::{Key as _, RowExt as _, StoreError, Unit},
};

/// How many correspondents are told in one unit.
const MAX_CORRESPONDENTS_TOLD_PER_UNIT: usize = 100;

/// Somebody to tell.
struct Correspondent {
    account: AccountId,
    address: Address,
}

/// Puts the next few mails of the oldest announcement into the outbox. Whether there was one.
pub(super) async fn tell_a_few(portal: &Portal) -> Result<bool, StoreError> {
    let oldest = outbox::oldest_announcement(&mut *portal.store.read().await?).await?;
    let Some(announcement) = oldest else { return Ok(false) };
    let (account, master) = (announcement.account, &announcement.master);
    let mut unit = portal.begin_unguarded().await?;
    // No promotion in between: what is told is the Master until the unit ends.
    accounts::lock_accounts(&mut unit, &[account]).await?;
    let few = match is_master(&mut unit, account, master).await? {
        true => next(&mut unit, account, announcement.told).await?,
        false => Vec::new(),
    };
    let up_to = few.last().map(|last| last.account);
    if outbox::advance_announcement(&mut unit, &announcement, up_to).await? {
        let name = accounts::find(&mut unit, account).await?.name;
        let rows: Vec<_> = few
            .iter()
            .map(|one| OutboxRow {
                sender: account,
                sender_name: name.as_deref(),
                about: Some(master),
                ..OutboxRow::now(portal, MailKind::NewAddress, one.account, &one.address)
            })
            .collect();
        outbox::insert_rows(portal, &mut unit, &rows).await?;
        unit.commit().await?;
    }
    Ok(true)
}

/// Whether an address is an account's Master, and the account in use: if not, there is nothing to tell any more.
async fn is_master(unit: &mut Unit, account: AccountId, address: &Address) -> Result<bool, StoreError> {
    let row = sqlx::query(
        "SELECT 1 AS one FROM addresses d JOIN accounts a ON a.id = d.account \
         WHERE d.account = $1 AND d.canonical = $2 AND d.master = 1 AND a.state = 'active'",
    )
    .bind(account.key())
    .bind(address.canonical())
    .fetch_optional(&mut **unit)
    .await?;
    Ok(row.is_some())
}

/// The next few after one, in the order of their ids: with whom the account, or one that it absorbed, has exchanged
/// messages. Who joined another account since is told as that one, and once.
async fn next(unit: &mut Unit, account: AccountId, after: AccountId) -> Result<Vec<Correspondent>, StoreError> {
    let rows = sqlx::query(
        "SELECT DISTINCT h.id, COALESCE(d.typed, i.typed) AS typed FROM accounts own \
         JOIN correspondents c ON c.account = own.id \
         JOIN accounts o ON o.id = c.other \
         JOIN accounts h ON h.id = COALESCE(o.absorbed_into, o.id) \
         LEFT JOIN addresses d ON d.account = h.id AND d.master = 1 \
         LEFT JOIN invitations i ON i.account = h.id \
         WHERE (own.id = $1 OR own.absorbed_into = $1) AND h.id > $2 AND h.id <> $1 AND h.state <> 'disabled' \
         ORDER BY h.id LIMIT $3",
    )
    .bind(account.key())
    .bind(after.key())
    .bind(MAX_CORRESPONDENTS_TOLD_PER_UNIT as i64)
    .fetch_all(&mut **unit)
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Correspondent {
                account: row.key("id")?,
                address: row.address("typed")?,
            })
        })
        .collect()
}
