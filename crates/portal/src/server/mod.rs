//! From the socket to the rooms: connections, the router with its layers, the API's document, the web client.

mod api;
mod demo;
mod guard;
mod health;
mod router;
mod serve;
mod watch;
mod web;

pub use api::openapi;
pub use router::router;
pub use serve::serve;
