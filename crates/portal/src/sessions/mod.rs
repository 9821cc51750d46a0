//! Signing in and staying signed in.

mod attempts;
mod devices;
mod hand_overs;
mod session;
mod sign_in;

use utoipa_axum::{router::OpenApiRouter, routes};

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
}
