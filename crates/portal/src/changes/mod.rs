//! What changed in an account: a numbered feed in the database, and a word to whoever listens that it grew.
//!
//! The word carries nothing and may be lost; the feed is the truth.

mod events;
mod feed;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use feed::{append, append_all};

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(feed::list))
        .routes(routes!(events::listen))
}
