//! A test part: a proxy before a real portal that tells its clients a chosen lie, and the truth in everything else.
//!
//! What a client must notice of a portal that was broken into is tried against the unmodified client: whatever is not a
//! lie is what a real portal answers. `docs/findings.md` says which lie ends in which error of which client, and
//! `docs/threat-model.md` which cannot be noticed.
//!
//! A new lie is one more variant of a family, or a family of its own: see [`Lie`].

mod account;
mod claims;
mod deliveries;
mod forgery;
mod lie;
mod parcels;
mod proxy;
mod recipients;
mod sign_ins;
mod vaults;

pub use account::AccountLie;
pub use claims::ClaimLie;
pub use deliveries::DeliveryLie;
pub use lie::Lie;
pub use parcels::ParcelLie;
pub use proxy::Liar;
pub use recipients::RecipientLie;
pub use sign_ins::SignInLie;
pub use vaults::VaultLie;
