//! Signing in and staying signed in.

mod attempts;
mod device_links;
mod devices;
mod hand_overs;
mod session;
mod sign_in;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use device_links::{issue_device_link, queue_due_device_links};
pub(crate) use devices::forget_devices;
pub use session::end_all;
pub(crate) use session::{SessionOrigin, begin, end_sessions_of, sweep};
pub(crate) use sign_in::{Proved, Purpose, prove};

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::start))
        .routes(routes!(sign_in::finish))
        .routes(routes!(sign_in::give_password))
        .routes(routes!(session::current, session::end))
        .routes(routes!(hand_overs::prepare))
        .routes(routes!(hand_overs::inspect))
        .routes(routes!(hand_overs::take))
        .routes(routes!(device_links::ask))
        .routes(routes!(device_links::inspect))
        .routes(routes!(device_links::redeem))
}
