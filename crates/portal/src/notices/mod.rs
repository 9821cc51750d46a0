//! Basic mail: what must go out, what it says, and the relay that takes it.
//!
//! A mail is a row in the outbox that commits with what it tells of. It holds no confidential content: the portal's
//! name, who wrote, one link.

mod due;
mod folder;
mod folding;
mod kind;
mod letter;
mod making;
mod outbox;
mod round;
mod smtp;
mod tellings;

use futures_util::future::BoxFuture;
use wire::Address;

pub use folder::FolderRelay;
pub use kind::Warning;
pub(crate) use making::link;
pub(crate) use outbox::{
    ClaimMail, Notice, claim_mails, confirm_claim, invitations_since, invite, newest_claim_mail, put, sweep, warn,
};
pub(crate) use round::deliver_due;
pub use smtp::{SmtpRelay, SmtpSettings, Tls};
pub(crate) use tellings::tell_correspondents;

/// A basic mail, ready to go.
#[derive(Clone)]
pub struct Mail {
    /// Where it goes.
    pub to: Address,
    /// The whole message as RFC 5322 has it.
    pub message: Vec<u8>,
}

/// The way out for basic mail.
pub trait Relay: Send + Sync {
    /// Opens a connection for a few mails.
    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Connection>, Refusal>>;

    /// The address that mails come from.
    fn sender(&self) -> &str;
}

/// An open connection to a relay.
pub trait Connection: Send {
    /// Hands one mail over. Once this has returned `Ok` the relay answers for it.
    fn send<'a>(&'a mut self, mail: &'a Mail) -> BoxFuture<'a, Result<(), Refusal>>;

    /// Ends the connection politely.
    fn quit(self: Box<Self>) -> BoxFuture<'static, ()>;
}

/// Why a mail did not go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The recipient's address was refused for good.
    #[error("the address was refused")]
    Address,
    /// This mail was not taken now.
    #[error("the mail was not taken now")]
    Mail,
    /// The relay cannot be reached, or takes nothing at all.
    #[error("the relay takes nothing now")]
    Relay,
}
