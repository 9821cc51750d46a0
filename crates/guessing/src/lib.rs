//! Which passwords are tried first by somebody who guesses: what `zxcvbn` finds by its lists of passwords, names and words,
//! and by dates, keyboards and repetitions. The rule that asks this is `vault::password`'s.
//!
//! Apart from the `vault` crate, since the lists are as large as all the rest of it: in a browser this is a module of its
//! own, which is loaded where a password is chosen.

#[cfg(target_arch = "wasm32")]
mod browser;

use zxcvbn::{Score, zxcvbn};

/// Whether somebody who tries what people choose comes to the password within some hundred million guesses. `known`: words
/// that they know of the person, and try first.
pub fn is_guessed_early(password: &str, known: &[&str]) -> bool {
    zxcvbn(password, known).score() < Score::Three
}
