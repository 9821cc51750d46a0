//! The vault from outside.
#![allow(clippy::unwrap_used)]

mod files;
mod interop;
mod messages;
mod people;
mod tampering;
mod unlocking;
mod vectors;
