//! The vault from outside.
#![allow(clippy::unwrap_used)]
// The vectors are one JSON object.
#![recursion_limit = "256"]

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
