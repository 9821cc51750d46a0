//! From an invitation to an account: accounts that nobody has registered yet, and how a person takes one.

mod invitations;
mod register;

use utoipa_axum::{router::OpenApiRouter, routes};

pub use invitations::{Invited, invite};
pub(crate) use invitations::{
    LinkBy, add_invited, invited_since, issue_link, prepare_account, sweep, waiting, withdraw_invitation,
};

use crate::Portal;

pub(crate) fn routes() -> OpenApiRouter<Portal> {
    OpenApiRouter::new()
        .routes(routes!(invitations::inspect))
        .routes(routes!(invitations::renew))
        .routes(routes!(register::start))
        .routes(routes!(register::finish))
}
