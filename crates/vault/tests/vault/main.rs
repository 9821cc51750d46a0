//! The vault from outside.
#![allow(clippy::unwrap_used)]

mod files;
mod messages;
mod people;
mod tampering;
mod unlocking;
