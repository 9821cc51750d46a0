//! Mailboxes: lists, one delivery, and what the portal knows of a message.

mod delivery;
mod list;
mod read;
mod slip;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use delivery::visible_participants;

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(read::open))
        .routes(routes!(read::set_read))
}
