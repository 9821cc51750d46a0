//! The HTTP API of a Restante portal as types, shared by the portal and its clients.
//!
//! All bodies are JSON. Bytes travel as base64 (RFC 4648 section 4, padded) in a [`Bytes`]; times are UTC milliseconds
//! since 1970 in a [`Millis`]; ids are UUIDv7. Requests refuse unknown fields. Errors are [`Problem`] documents.

pub mod activations;
pub mod address;
mod bytes;
pub mod claims;
pub mod ids;
mod list;
pub mod mailbox;
pub mod opaque;
pub mod people;
mod problem;
pub mod send;
pub mod sessions;
pub mod vaults;

pub use address::Address;
pub use bytes::{Bytes, Sha256};
pub use problem::{Problem, ProblemType};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
pub type Millis = i64;

/// The prefix of every route below.
pub const PREFIX: &str = "/api/v1";

/// The header that names the account, by its id, that a page or program is open for. Every request in a session that
/// changes something has it: a cookie goes along by itself, and may be somebody else's by now.
pub const ACCOUNT_HEADER: &str = "restante-account";

/// The header that names the secret of the link that a request without a session is made by, in base64. It lets in a body
/// that holds a vault or a parcel: the portal looks at the link before it reads that.
pub const LINK_HEADER: &str = "restante-link";
