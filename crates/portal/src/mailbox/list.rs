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

use super::delivery::{DELIVERY, delivery, with_senders_now};
use crate::{
    Portal, Result, accounts,
    http::{Caller, QueryParams},
    keys,
    storage::{Key as _, RowExt as _, StoreError, name, placeholders},
};

/// One page of a folder, newest first.
#[utoipa::path(get, path = "/deliveries", tag = "mailbox", params(ListQuery), responses((status = 200, body = Page)))]
pub(super) async fn list(
    State(portal): State<Portal>,
    caller: Caller,
    QueryParams(query): QueryParams<ListQuery>,
) -> Result<Json<Page>> {
    let limit = query.limit.unwrap_or(50);
    if !(1..=100).contains(&limit) {
        return Err(Problem::new(ProblemType::Malformed)
            .detail("limit must be 1 to 100")
            .into());
    }
    let mut db = portal.store.read().await?;
    let before = query.before.unwrap_or(DeliveryId(Uuid::max()));
    // Each mailbox is asked for the ids of a page, which its index alone answers; whole deliveries are read of the merged
    // page. What it costs does not grow with what lies in the mailboxes, and little with how many were absorbed.
    let mut ids = Vec::new();
    for mailbox in accounts::mailboxes(&mut db, caller.account).await? {
        ids.append(&mut newest(&mut db, mailbox, query.folder, before, limit + 1).await?);
    }
    ids.sort_unstable_by(|one, other| other.cmp(one));
    let more = ids.len() > limit as usize;
    ids.truncate(limit as usize);
    let next = ids.last().filter(|_| more).copied();
    let deliveries = deliveries(&mut db, &ids).await?;
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
    let certificates = keys::certificates_for(&mut db, &sent_under).await?;
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
) -> Result<Vec<DeliveryId>, StoreError> {
    let rows = sqlx::query(
        "SELECT id FROM deliveries WHERE mailbox = $1 AND folder = $2 AND id < $3 ORDER BY id DESC LIMIT $4",
    )
    .bind(mailbox.key())
    .bind(name(&folder))
    .bind(before.key())
    .bind(i64::from(limit))
    .fetch_all(db)
    .await?;
    rows.iter().map(|row| row.key("id")).collect()
}

/// Whole deliveries, newest first, with their messages' senders.
async fn deliveries(db: &mut AnyConnection, ids: &[DeliveryId]) -> Result<Vec<(AccountId, Delivery)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = sqlx::query(AssertSqlSafe(format!(
        "SELECT {DELIVERY} FROM deliveries d JOIN messages m ON m.id = d.message WHERE d.id IN ({}) ORDER BY d.id DESC",
        placeholders(ids.len(), 0),
    )));
    for id in ids {
        query = query.bind(id.key());
    }
    query.fetch_all(db).await?.iter().map(delivery).collect()
}
