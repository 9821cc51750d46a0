//! Sending: whom addresses reach, who may write to whom, and what follows from a message that is sent.

mod correspondents;
mod participants;
mod recipients;
mod send;

use utoipa_axum::{router::OpenApiRouter, routes};

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(recipients::prepare))
        .routes(routes!(correspondents::list))
        .routes(routes!(send::send))
}
