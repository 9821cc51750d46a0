//! A Restante portal: it stores sealed things and moves them to the right mailbox; it cannot read them.
//!
//! A room a capability, each with its rules (plain functions), its SQL and its routes; `mod.rs` is its door. The rooms
//! stand on floors, and a room uses those below it alone: ARCHITECTURE.md draws them, `tests/it/house/` keeps them so.
//!
//! Data flows handler, rule, store; never back.

// The street: what comes in, what goes out, what happens by itself.
pub mod server;
pub mod workers;

pub(crate) mod mailer;

// Use cases: what people do with several capabilities at once.
pub mod admin;
pub mod aliases;
pub mod outlook;

pub(crate) mod alarms;
pub(crate) mod sending;

// Capabilities.
pub mod activations;
pub mod keys;
pub mod outbox;
pub mod registration;
pub mod sessions;

pub(crate) mod mailbox;

// What everybody writes and asks.
pub mod changes;
pub mod http;

pub(crate) mod activity;
pub(crate) mod files;

// The ground.
pub mod accounts;
pub mod ports;
pub mod storage;

mod error;
mod portal;
mod settings;

pub use error::{Error, Result};
pub use portal::{Portal, SECURITY_LOG, Services, UnguardedUnit};
pub use settings::{MICROSOFT_OFFICE_JS, Secrets, Settings};
