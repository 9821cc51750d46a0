//! One delivery, whole.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::AssertSqlSafe;
use wire::{
    ProblemType,
    ids::DeliveryId,
    mailbox::{Change, OpenDelivery, SetRead},
};

use super::{
    delivery::{DELIVERY, delivery, with_senders_now},
    slip,
};
use crate::{
    Portal, Result, changes, files,
    http::{Caller, JsonBody, PathParams},
    keys,
    storage::{Key as _, RowExt as _, StoreError},
};

/// One delivery with its body and its Delivery Slip.
#[utoipa::path(
    get, path = "/deliveries/{id}", tag = "mailbox",
    params(("id" = DeliveryId, Path)), responses((status = 200, body = OpenDelivery)),
)]
pub(super) async fn open(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(id): PathParams<DeliveryId>,
) -> Result<Json<OpenDelivery>> {
    let mut db = portal.store.read().await?;
    let row = sqlx::query(AssertSqlSafe(format!(
        "SELECT {DELIVERY}, COALESCE(s.absorbed_into, s.id) AS sender_person, m.in_reply_to, y.body \
         FROM deliveries d JOIN messages m ON m.id = d.message JOIN accounts s ON s.id = m.sender \
         JOIN bodies y ON y.message = m.id JOIN mailboxes b ON b.id = d.mailbox WHERE d.id = $1 AND b.account = $2",
    )))
    .bind(id.key())
    .bind(caller.account.key())
    .fetch_one(&mut *db)
    .await
    .map_err(StoreError::from)?;
    let mut deliveries = with_senders_now(&mut db, vec![delivery(&row)?]).await?;
    let delivery = deliveries.pop().ok_or(StoreError::Corrupt)?;
    let message = slip::Message {
        id: delivery.message,
        sender: row.key("sender_person")?,
        in_reply_to: row.maybe_key("in_reply_to")?,
    };
    let (fingerprint, address) = (&delivery.sender_fingerprint, &delivery.sender.address);
    Ok(Json(OpenDelivery {
        body: row.bytes("body")?.into(),
        certificate: keys::certificate_for(&mut db, fingerprint, address).await?,
        predecessors: keys::predecessors(&mut db, fingerprint, address).await?,
        files_stored: files::attached_to(&mut db, delivery.message).await?,
        slip: slip::slip(&mut db, caller.account, &message).await?,
        delivery,
    }))
}

/// Marks a delivery read or unread.
#[utoipa::path(
    put, path = "/deliveries/{id}/read", tag = "mailbox",
    params(("id" = DeliveryId, Path)), request_body = SetRead, responses((status = 204)),
)]
pub(super) async fn set_read(
    State(portal): State<Portal>,
    caller: Caller,
    PathParams(id): PathParams<DeliveryId>,
    JsonBody(request): JsonBody<SetRead>,
) -> Result<StatusCode> {
    let mut unit = caller.begin(&portal).await?;
    let row = sqlx::query(
        "SELECT d.read_at FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox WHERE d.id = $1 AND b.account = $2",
    )
    .bind(id.key())
    .bind(caller.account.key())
    .fetch_optional(&mut **unit)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::NotFound)?;
    // Doing it twice is doing it once, and keeps the time of the first.
    if row.maybe_int("read_at")?.is_some() != request.read {
        sqlx::query("UPDATE deliveries SET read_at = $2 WHERE id = $1")
            .bind(id.key())
            .bind(request.read.then(|| portal.now()))
            .execute(&mut **unit)
            .await
            .map_err(StoreError::from)?;
        changes::append(&mut unit, caller.account, Change::Delivery { id }).await?;
    }
    unit.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
