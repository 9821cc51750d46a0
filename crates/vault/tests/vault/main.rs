//! The vault from outside.
#![allow(clippy::unwrap_used)]

mod files;
mod interop;
mod keyrings;
mod messages;
mod one_rule;
mod parcels;
mod people;
mod readers;
mod revisions;
mod successions;
mod tampering;
mod unlocking;
mod vectors;
