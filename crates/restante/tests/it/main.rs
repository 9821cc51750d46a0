//! The program as people run it: commands, a portal of its own process, real SMTP.
//!
//! A test whose name contains `postgres` needs a server: `make test` starts one.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what it expects by unwrapping"
)]

mod activations;
mod aliases;
mod asvs;
mod by_activation;
mod clients;
mod devices;
mod documents;
mod findings;
mod folder;
mod liars;
mod mail;
mod sink;
mod site;
mod torture;
mod vaults;
