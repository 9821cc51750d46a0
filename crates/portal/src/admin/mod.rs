//! What an administrator does: invite, look over the accounts, disable one, ask for another address of one. Never read,
//! never take over.

mod accounts;
mod activations;
mod actor;
mod claims;
mod disabling;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use accounts::{accounts, details, find, invitation_link, invite};
pub use actor::Actor;
pub use claims::{add_claim, mail_claim_again};
pub use disabling::set_disabled;

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(accounts::invite_by_mail))
        .routes(routes!(accounts::list))
        .routes(routes!(accounts::show))
        .routes(routes!(accounts::set_disabled))
        .routes(routes!(claims::add))
        .routes(routes!(claims::mail_again))
        .routes(routes!(activations::set_blocked))
        .routes(routes!(activations::programs))
        .routes(routes!(activations::set_least_version))
}
