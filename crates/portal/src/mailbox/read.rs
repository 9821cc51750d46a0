//! One delivery, whole.

use axum::{Json, extract::State, http::StatusCode};
use sqlx::AssertSqlSafe;
use wire::{
    ProblemType,
    ids::DeliveryId,
    mailbox::{Change, OpenDelivery, SetRead},
};

use super::{DELIVERY, delivery, with_senders_now};
use crate::{
    Portal, accounts, changes, files,
    http::{Answer, Body, Named},
    sessions::Caller,
    slips,
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
    Named(id): Named<DeliveryId>,
) -> Answer<Json<OpenDelivery>> {
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
    let message = slips::Message {
        id: delivery.message,
        sender: row.key("sender_person")?,
        in_reply_to: row.maybe_key("in_reply_to")?,
    };
    let (fingerprint, address) = (&delivery.sender_fingerprint, &delivery.sender.address);
    Ok(Json(OpenDelivery {
        body: row.bytes("body")?.into(),
        certificate: accounts::certificate_for(&mut db, fingerprint, address).await?,
        predecessors: accounts::predecessors(&mut db, fingerprint, address).await?,
        files_stored: files::of_message(&mut db, delivery.message).await?,
        slip: slips::slip(&mut db, caller.account, &message).await?,
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
    Named(id): Named<DeliveryId>,
    Body(request): Body<SetRead>,
) -> Answer<StatusCode> {
    let mut unit = portal.store.begin().await?;
    let row = sqlx::query(
        "SELECT d.read_at FROM deliveries d JOIN mailboxes b ON b.id = d.mailbox WHERE d.id = $1 AND b.account = $2",
    )
    .bind(id.key())
    .bind(caller.account.key())
    .fetch_optional(&mut *unit)
    .await
    .map_err(StoreError::from)?
    .ok_or(ProblemType::NotFound)?;
    // Doing it twice is doing it once, and keeps the time of the first.
    if row.maybe_int("read_at")?.is_some() != request.read {
        sqlx::query("UPDATE deliveries SET read_at = $2 WHERE id = $1")
            .bind(id.key())
            .bind(request.read.then(|| portal.now()))
            .execute(&mut *unit)
            .await
            .map_err(StoreError::from)?;
        changes::tell(&mut unit, caller.account, Change::Delivery { id }).await?;
    }
    caller.commit(&portal, unit).await?;
    Ok(StatusCode::NO_CONTENT)
}
