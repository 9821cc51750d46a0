//! The portal in process: every route, rule and mail, on both engines.
//!
//! A test whose name contains `postgres` or `s3_` needs these parts: `make test` starts them.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test says what it expects by unwrapping"
)]

mod activations;
mod admin;
mod attackers;
mod bad_input;
mod blobs;
mod bodies;
mod certificates;
mod changes;
mod claiming;
mod claims;
mod clock;
mod demo;
mod device_links;
mod directory;
mod document;
mod headers;
mod house;
mod master;
mod matrix;
mod migration;
mod model;
mod notices;
mod outlook;
mod people;
mod persons;
mod promise;
mod races;
mod registration;
mod relay;
mod security_log;
mod security_notices;
mod sending;
mod shelf;
mod sign_in;
mod stationery;
mod storage;
mod test_portal;
mod two_tabs;
mod upgrade;
mod uploads;
mod vaults;
mod web;
mod withheld;

/// One test a line, each on both engines.
#[macro_export]
macro_rules! on_both_engines {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {
        mod sqlite {
            $($(#[$doc])* #[tokio::test]
            async fn $name() { super::$name($crate::test_portal::TestPortal::sqlite().await).await }
            )*
        }
        mod postgres {
            $($(#[$doc])* #[tokio::test]
            async fn $name() { super::$name($crate::test_portal::TestPortal::postgres().await).await }
            )*
        }
    };
}
