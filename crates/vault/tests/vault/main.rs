//! The vault from outside.
#![allow(clippy::unwrap_used)]

mod messages;
mod people;
mod unlocking;
