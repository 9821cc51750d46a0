//! The way out for basic mail.

mod folder;
mod smtp;

use futures_util::future::BoxFuture;
use wire::Address;

pub use folder::FolderRelay;
pub use smtp::{SmtpRelay, SmtpSettings, Tls};

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
