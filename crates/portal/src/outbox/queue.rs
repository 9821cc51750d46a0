//! Putting mails in: a row for each mail that must go out, in the unit of what it tells of.

use sqlx::{AnyConnection, AssertSqlSafe};
use wire::{
    Address, Millis,
    ids::{AccountId, ClaimId, DeliveryId},
    mailbox::Notification,
};

use super::kind::{MailKind, SecurityNotice};
use crate::{
    Portal, accounts,
    settings::{DAY, HOUR},
    storage::{Key as _, RowExt as _, StoreError, Unit, name, values},
};

/// The longest that a mail waits for its next try, or because its reader has had enough.
pub(crate) const MAX_MAIL_WAIT: Millis = 4 * HOUR;

/// The longest that a claim's mail waits where many claim the address.
const MAX_CLAIM_MAIL_WAIT: Millis = DAY;

/// How long a mail that has ended is remembered where no slip shows how it fared.
const ENDED_MAIL_KEPT_FOR: Millis = 90 * DAY;

/// A mail about one delivery or, as an invitation alone, about none.
pub(crate) struct Notice {
    /// Whom it is for.
    pub(crate) account: AccountId,
    /// Whether nobody has registered: then it invites.
    pub(crate) invites: bool,
    /// Where it goes.
    pub(crate) destination: Address,
    /// What it is about.
    pub(crate) delivery: Option<DeliveryId>,
}

/// A mail that asks whether a claimed address is the claimant's.
#[derive(Clone, Copy)]
pub(crate) struct ClaimMail<'a> {
    /// The claim.
    pub(crate) claim: ClaimId,
    /// Who claims.
    pub(crate) account: AccountId,
    /// The claimed address, as stored.
    pub(crate) to: &'a Address,
    /// The claimant's name.
    pub(crate) claimant_name: &'a str,
    /// When it goes out, which is later than now where the address has had its share of mails.
    pub(crate) next_at: Millis,
}

/// A mail as its row has it.
pub(crate) struct OutboxRow<'a> {
    pub(crate) kind: MailKind,
    pub(crate) account: AccountId,
    /// Who caused it.
    pub(crate) sender: AccountId,
    pub(crate) destination: &'a Address,
    pub(crate) sender_name: Option<&'a str>,
    pub(crate) delivery: Option<DeliveryId>,
    pub(crate) claim: Option<ClaimId>,
    pub(crate) about: Option<&'a Address>,
    pub(crate) next_at: Millis,
}

impl<'a> OutboxRow<'a> {
    /// A mail that is about nothing but itself and nobody else caused, to go out now.
    pub(crate) fn now(portal: &Portal, kind: MailKind, account: AccountId, destination: &'a Address) -> Self {
        Self {
            kind,
            account,
            sender: account,
            destination,
            sender_name: None,
            delivery: None,
            claim: None,
            about: None,
            next_at: portal.now(),
        }
    }

    /// Whether somebody waits for it before a screen, or may have to stop something.
    fn urgent(&self) -> bool {
        match self.kind {
            MailKind::Claim | MailKind::DeviceLink | MailKind::SecurityNotice(_) => true,
            MailKind::Invitation => self.delivery.is_none(),
            MailKind::Notification | MailKind::NewAddress => false,
        }
    }
}

/// Puts an invitation into the outbox that is about no message.
pub(crate) async fn queue_invitation(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    invited_by: Option<AccountId>,
) -> Result<(), StoreError> {
    let sender_name = match invited_by {
        Some(by) => accounts::find(unit, by).await?.name,
        None => None,
    };
    let destination = accounts::destination(unit, account).await?;
    let row = OutboxRow {
        sender: invited_by.unwrap_or(account),
        sender_name: sender_name.as_deref(),
        ..OutboxRow::now(portal, MailKind::Invitation, account, &destination)
    };
    insert_rows(portal, unit, &[row]).await
}

/// Puts mails about deliveries that somebody sent into the outbox.
pub(crate) async fn queue_notifications(
    portal: &Portal,
    unit: &mut Unit,
    notices: &[Notice],
    (sender, sender_name): (AccountId, &str),
) -> Result<(), StoreError> {
    let rows: Vec<_> = notices
        .iter()
        .map(|notice| {
            let kind = match notice.invites {
                true => MailKind::Invitation,
                false => MailKind::Notification,
            };
            OutboxRow {
                sender,
                sender_name: Some(sender_name),
                delivery: notice.delivery,
                ..OutboxRow::now(portal, kind, notice.account, &notice.destination)
            }
        })
        .collect();
    insert_rows(portal, unit, &rows).await
}

/// Puts a claim's mail into the outbox, in the place of those that have not gone out yet: their links would be dead.
pub(crate) async fn queue_claim_mail(portal: &Portal, unit: &mut Unit, mail: &ClaimMail<'_>) -> Result<(), StoreError> {
    sqlx::query("UPDATE outbox SET next_at = NULL WHERE claim = $1 AND next_at IS NOT NULL")
        .bind(mail.claim.key())
        .execute(&mut **unit)
        .await?;
    let row = OutboxRow {
        sender_name: Some(mail.claimant_name),
        claim: Some(mail.claim),
        next_at: mail.next_at,
        ..OutboxRow::now(portal, MailKind::Claim, mail.account, mail.to)
    };
    insert_rows(portal, unit, &[row]).await
}

/// Puts the mail of a link that makes a device known into the outbox, to a confirmed address of the account.
pub(crate) async fn queue_device_link(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    to: &Address,
) -> Result<(), StoreError> {
    let row = OutboxRow::now(portal, MailKind::DeviceLink, account, to);
    insert_rows(portal, unit, &[row]).await
}

/// Puts a security notice into the outbox for each of these addresses. *This wasn't me* in it ends the sessions and the
/// claims of `account`, or of the account that this one is absorbed into by then.
pub(crate) async fn queue_security_notice(
    portal: &Portal,
    unit: &mut Unit,
    account: AccountId,
    notice: SecurityNotice,
    to: &[Address],
) -> Result<(), StoreError> {
    let rows: Vec<_> = to
        .iter()
        .map(|address| OutboxRow::now(portal, MailKind::SecurityNotice(notice), account, address))
        .collect();
    insert_rows(portal, unit, &rows).await
}

/// Puts mails into the outbox.
pub(crate) async fn insert_rows(portal: &Portal, unit: &mut Unit, rows: &[OutboxRow<'_>]) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let now = portal.now();
    let ids: Vec<_> = rows.iter().map(|_| portal.entropy.id(now)).collect();
    let sql = format!(
        "INSERT INTO outbox (id, kind, address, account, sender, sender_name, delivery, claim, about, urgent, \
             created_at, next_at) VALUES {}",
        values(rows.len(), 12)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for (id, row) in ids.iter().zip(rows) {
        query = query
            .bind(&id.as_bytes()[..])
            .bind(name(&row.kind))
            .bind(row.destination.as_typed())
            .bind(row.account.key())
            .bind(row.sender.key())
            .bind(row.sender_name)
            .bind(row.delivery.as_ref().map(|delivery| delivery.key()))
            .bind(row.claim.as_ref().map(|claim| claim.key()))
            .bind(row.about.map(Address::as_typed))
            .bind(i64::from(row.urgent()))
            .bind(now)
            .bind(row.next_at);
        unit.wake(row.account);
    }
    query.execute(&mut **unit).await?;
    Ok(())
}

/// How many invitations were put into the outbox for an account since.
pub(crate) async fn invitations_since(
    db: &mut AnyConnection,
    account: AccountId,
    (since, now): (Millis, Millis),
) -> Result<i64, StoreError> {
    let row = sqlx::query(
        "SELECT COUNT(*) AS n FROM outbox \
         WHERE account = $1 AND kind = 'invitation' AND created_at > $2 AND created_at <= $3",
    )
    .bind(account.key())
    .bind(since)
    .bind(now)
    .fetch_one(db)
    .await?;
    row.int("n")
}

/// How a claim's newest mail fares.
pub(crate) async fn newest_claim_mail(db: &mut AnyConnection, claim: ClaimId) -> Result<Notification, StoreError> {
    let row = sqlx::query(
        "SELECT attempts, sent_at, failed_at, refused FROM outbox WHERE claim = $1 ORDER BY id DESC LIMIT 1",
    )
    .bind(claim.key())
    .fetch_one(db)
    .await?;
    Ok(match (row.maybe_int("sent_at")?, row.maybe_int("failed_at")?) {
        (Some(at), _) => Notification::Sent { at },
        (None, Some(at)) => Notification::Failed {
            at,
            refused: row.flag("refused")?,
        },
        (None, None) => Notification::Waiting {
            attempts: u32::try_from(row.int("attempts")?).unwrap_or(u32::MAX),
        },
    })
}

/// The mails that an address got since, or is still to get, because somebody claims it: who does, and when the mail went
/// out, goes out next, or was put in where it never goes out. Earliest first.
pub(crate) async fn claim_mails(
    db: &mut AnyConnection,
    canonical: &str,
    (since, now): (Millis, Millis),
) -> Result<Vec<(AccountId, Millis)>, StoreError> {
    let rows = sqlx::query(
        "SELECT o.account, COALESCE(o.sent_at, o.next_at, o.created_at) AS at FROM outbox o \
         JOIN claims c ON c.id = o.claim \
         WHERE c.canonical = $1 AND COALESCE(o.sent_at, o.next_at, o.created_at) > $2 \
             AND COALESCE(o.sent_at, o.created_at) <= $3 ORDER BY 2",
    )
    .bind(canonical)
    .bind(since)
    .bind(now)
    .fetch_all(db)
    .await?;
    rows.iter()
        .map(|row| Ok((row.key("account")?, row.millis("at")?)))
        .collect()
}

/// Forgets mails that ended long ago. A slip shows how the mail of a delivery fared, and a pending claim how its own did:
/// those stay. Part of the sweep.
pub(crate) async fn sweep(db: &mut AnyConnection, now: Millis) -> Result<(), StoreError> {
    // Where the clock was ahead for a moment, no mail waits until that comes again.
    for (sql, latest) in [
        (
            "UPDATE outbox SET next_at = $1 WHERE next_at > $1 AND kind <> 'claim'",
            now + MAX_MAIL_WAIT,
        ),
        (
            "UPDATE outbox SET next_at = $1 WHERE next_at > $1",
            now + MAX_CLAIM_MAIL_WAIT,
        ),
    ] {
        sqlx::query(sql).bind(latest).execute(&mut *db).await?;
    }
    sqlx::query(
        "DELETE FROM outbox WHERE delivery IS NULL AND next_at IS NULL AND created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM claims c WHERE c.id = outbox.claim AND c.ended IS NULL)",
    )
    .bind(now - ENDED_MAIL_KEPT_FOR)
    .execute(db)
    .await?;
    Ok(())
}
