//! A client of a Restante portal: what the command line, the load tests and programs of your own use.
//!
//! [`Client`] knows where a portal is. [`Client::sign_in`] gives a [`Session`], which holds the open vault and does what
//! a person does: read, write, answer. Everything is sealed and opened here; the portal sees neither text nor password.
//!
//! ```no_run
//! use client::{Client, NewFile, Outgoing};
//! use wire::mailbox::Folder;
//!
//! # async fn example() -> Result<(), client::Error> {
//! let client = Client::new("https://portal.example.org")?;
//! let session = client.sign_in(&"anna@example.org".parse()?, "correct horse battery staple").await?;
//!
//! let letter = Outgoing::new("The contract")
//!     .to("ben@example.net".parse()?)
//!     .text("Ben,\n\nhere it is.\n")
//!     .file(NewFile::at("contract.pdf"));
//! session.send(letter).await?;
//!
//! for entry in session.list(Folder::Inbox, None, 50).await?.entries {
//!     let received = session.open(entry.delivery.id).await?;
//!     println!("{}: {}", received.letter.from.address, received.letter.subject);
//!     for file in &received.letter.files {
//!         session.save(entry.delivery.id, file, file.name.as_ref(), false).await?;
//!     }
//! }
//! # Ok(()) }
//! ```
//!
//! Requests that may be repeated without harm are, while the portal cannot be reached, for as long as
//! [`Client::patience`] says: all that read, and sending, which the portal never does twice. Time and randomness come
//! from the [`Environment`]; a test passes its own.

mod account;
mod activations;
mod administration;
mod aliases;
mod changes;
mod client;
mod confirmation;
mod devices;
mod download;
mod environment;
mod error;
mod http;
mod keys;
mod letters;
mod links;
mod opening;
mod outgoing;
mod parcels;
mod progress;
mod reading;
mod registration;
mod seen_vaults;
mod sending;
mod session;
mod upload;

pub use activations::KeptActivation;
pub use client::Client;
pub use confirmation::{HandOver, Owner};
pub use environment::Environment;
pub use error::Error;
pub use letters::{forward, reply};
pub use opening::LockedSession;
pub use outgoing::{NewFile, Outgoing};
pub use progress::{Progress, Stage};
pub use reading::{Listed, Listing, Received};
pub use seen_vaults::{SeenVaults, is_later};
pub use sending::{Prepared, Sealed};
pub use session::{KeptSession, Session};
pub use vault::{
    Acquaintance, Addressee, ChangedKey, Characters, Cover, FileRef, Fingerprint, Letter, Reader, Readers,
    ReadersError, Sight,
};
