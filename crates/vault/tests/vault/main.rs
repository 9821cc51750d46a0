//! The vault from outside.
#![allow(clippy::unwrap_used)]

mod files;
mod interop;
mod keyrings;
mod messages;
mod one_rule;
mod people;
mod readers;
mod successions;
mod tampering;
mod unlocking;
mod vectors;
