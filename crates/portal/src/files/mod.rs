//! Sealed files: content-addressed blobs, and which message names which.

mod allowance;
mod attached;
mod routes;
mod sweep;

use utoipa_axum::{router::OpenApiRouter, routes as api};

pub(crate) use attached::{attach, attached_to, ensure_nameable};
pub(crate) use sweep::sweep;

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(api!(routes::download))
}

/// The route that takes uploads: without the limits on body and time of the others.
pub(crate) fn upload_routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new().routes(api!(routes::upload))
}
