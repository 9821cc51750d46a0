//! A test part: a proxy before a real portal that tells its clients a chosen lie, and the truth in everything else.
//!
//! What a client must notice of a portal that was broken into is tried against the unmodified client: whatever is not a
//! lie is what a real portal answers. `docs/findings.md` says which lie ends in which error of which client, and
//! `docs/threat-model.md` which cannot be noticed.
//!
//! A new lie is one more variant of a family, or a family of its own: see [`Lie`].

mod deliveries;
mod forgery;
mod lie;
mod proxy;
mod recipients;

pub use deliveries::DeliveryLie;
pub use lie::Lie;
pub use proxy::Liar;
pub use recipients::RecipientLie;
