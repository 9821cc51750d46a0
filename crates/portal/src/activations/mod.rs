//! Activations: client programs that are authorised for an account without its password.
//!
//! A program proves the password once, leaves an unlock slot of its own here, and keeps the secret that opens it. From
//! then on it begins sessions by that secret's token. Blocked, removed, or superseded by another Master, the secret opens
//! nothing: the portal gives its slot out no more.

mod activate;
mod activation;
mod begin;
mod blocking;
mod programs;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use activation::{find_all, remove_all, supersede};
pub use blocking::set_blocked_by_portal;
pub(crate) use programs::least_version;
pub use programs::{programs, set_least_version};

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(activate::list, activate::activate))
        .routes(routes!(begin::begin))
        .routes(routes!(activate::remove))
        .routes(routes!(blocking::set_blocked))
}
