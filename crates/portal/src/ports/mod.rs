//! What the portal reaches into and does not own: time and randomness, custody's key, the blob store, the relay; and what
//! its tasks share in one process: wake-ups and permits. Whoever makes a portal passes them in.

pub mod blobs;
pub mod clock;
pub mod custody;
pub(crate) mod permits;
pub mod relay;
pub mod wakes;
