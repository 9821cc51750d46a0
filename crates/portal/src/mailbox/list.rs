//! Folders, a page at a time.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use sqlx::{AnyConnection, AssertSqlSafe};
use uuid::Uuid;
use wire::{
    Problem, ProblemType,
    ids::{AccountId, DeliveryId, MailboxId},
    mailbox::{Delivery, Folder, ListQuery, Page},
};

use super::{DELIVERY, delivery, with_senders_now};
use crate::{
    Portal, accounts,
    http::{Answer, Ask},
    sessions::Caller,
    storage::{Key as _, StoreError, name},
};

/// One page of a folder, newest first.
#[utoipa::path(get, path = "/deliveries", tag = "mailbox", params(ListQuery), responses((status = 200, body = Page)))]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    Ask(query): Ask<ListQuery>,
) -> Answer<Json<Page>> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("limit must be 1 to 100")
            .into());
    }
    let mut db = portal.store.read().await?;
    let before = query.before.unwrap_or(DeliveryId(Uuid::max()));
    // Each mailbox has its own index, so each is asked for a page and the pages are merged: what it costs does not grow
    // with what lies in them, nor with what an absorbed account brought along.
    let mut deliveries = Vec::new();
    for mailbox in accounts::mailboxes(&mut db, caller.account).await? {
        deliveries.append(&mut newest(&mut db, mailbox, query.folder, before, limit + 1).await?);
    }
    deliveries.sort_unstable_by_key(|(_, delivery)| std::cmp::Reverse(delivery.id));
    let more = deliveries.len() > limit as usize;
    deliveries.truncate(limit as usize);
    let next = deliveries.last().filter(|_| more).map(|(_, delivery)| delivery.id);
    let deliveries = with_senders_now(&mut db, deliveries).await?;
    let sent_under: BTreeMap<_, _> = deliveries
        .iter()
        .map(|delivery| {
            (
                &delivery.certificate_key,
                (&*delivery.sender_fingerprint, &delivery.sender.address),
            )
        })
        .collect();
    let sent_under: Vec<_> = sent_under.into_values().collect();
    let certificates = accounts::certificates_for(&mut db, &sent_under).await?;
    Ok(Json(Page {
        deliveries,
        certificates,
        next,
    }))
}

async fn newest(
    db: &mut AnyConnection,
    mailbox: MailboxId,
    folder: Folder,
    before: DeliveryId,
    limit: u32,
) -> Result<Vec<(AccountId, Delivery)>, StoreError> {
    let rows = sqlx::query(AssertSqlSafe(format!(
        "SELECT {DELIVERY} FROM deliveries d JOIN messages m ON m.id = d.message \
         WHERE d.mailbox = $1 AND d.folder = $2 AND d.id < $3 ORDER BY d.id DESC LIMIT $4",
    )))
    .bind(mailbox.key())
    .bind(name(&folder))
    .bind(before.key())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    rows.iter().map(delivery).collect()
}
