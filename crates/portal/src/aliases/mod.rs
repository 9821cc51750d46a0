//! Aliases: how an address becomes an account's, which of them is the Master, and how one is given up.

mod claims;
mod confirm;
mod confirmation;
mod effects;
mod links;
mod manage;
mod master;
mod withheld;

use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use claims::sweep;
pub use claims::{cancel_claim, cancel_claims, claim, mail_claim_again, pending_claims};
pub use confirm::{Confirmation, confirm, proved};
pub use links::{issue_claim_link, refuse_claim};
pub use master::{promote, remove_alias};
pub(crate) use withheld::join_due;
pub use withheld::{join, take_back};

use crate::Portal;

/// The most addresses that one account has.
const MAX_ADDRESSES_PER_ACCOUNT: usize = 50;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(manage::list))
        .routes(routes!(manage::promote))
        .routes(routes!(manage::remove))
        .routes(routes!(manage::add))
        .routes(routes!(manage::resend))
        .routes(routes!(manage::cancel))
        .routes(routes!(confirmation::inspect))
        .routes(routes!(confirmation::prove))
        .routes(routes!(confirmation::confirm_claim))
        .routes(routes!(confirmation::refuse))
        .routes(routes!(withheld::separate))
}
