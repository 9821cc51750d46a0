//! Whether the portal lives and works, and what anybody may know of it.

use axum::{Json, extract::State, http::StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{Portal, Result, storage::StoreError};

pub(super) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(routes!(portal))
}

/// The process lives.
pub(super) async fn alive() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Database and blob store answer.
pub(super) async fn ready(State(portal): State<Portal>) -> Result<StatusCode> {
    let mut db = portal.store.read().await?;
    sqlx::query("SELECT id FROM accounts LIMIT 1")
        .fetch_optional(&mut *db)
        .await
        .map_err(StoreError::from)?;
    portal.blobs.check().await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What anybody may know of the portal.
#[utoipa::path(get, path = "/portal", tag = "portal", responses((status = 200, body = wire::sessions::Portal)))]
async fn portal(State(portal): State<Portal>) -> Json<wire::sessions::Portal> {
    Json(wire::sessions::Portal {
        name: portal.settings.name.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        max_file_size: portal.settings.max_file_size,
        max_body_size: portal.settings.max_body_size,
        max_recipients: portal.settings.max_recipients,
        demo: portal.settings.demo,
    })
}
