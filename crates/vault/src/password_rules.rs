//! What a password may be: the OpaqueString profile of PRECIS (RFC 8265 section 4.2) for all, and for one that is chosen
//! that it is long and hard to guess. What is tried first, whoever asks brings along: the lists are not in this crate.

use std::borrow::Cow;

use precis_profiles::{OpaqueString, precis_core::profile::Profile as _};
use zeroize::Zeroizing;

/// The fewest characters of a password that is chosen. A length is what stretching cannot give.
pub const MIN_PASSWORD_CHARACTERS: usize = 12;

/// The most bytes of a password. A longer one is refused, never cut.
pub const MAX_PASSWORD_BYTES: usize = 1 << 10;

/// Why a password is not taken. Says nothing of the password itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRule {
    /// Fewer than [`MIN_PASSWORD_CHARACTERS`].
    #[error("the password is too short: it takes at least 12 characters")]
    TooShort,
    /// More than [`MAX_PASSWORD_BYTES`].
    #[error("the password is too long: at most 1024 bytes")]
    TooLong,
    /// A character that not every keyboard gives again: a control character, or one that Unicode does not assign.
    #[error("the password has a character that no password may have, such as a tab or a line break")]
    Character,
    /// Made of words, names and patterns that are tried first.
    #[error("the password is one of those that are tried first: take a few unrelated words instead")]
    Common,
    /// Made of the person's address or name, or of the portal's name.
    #[error("the password is made of your address, your name or the portal's name: take a few unrelated words instead")]
    Personal,
}

impl PasswordRule {
    /// A stable name, for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::TooShort => "password-too-short",
            Self::TooLong => "password-too-long",
            Self::Character => "password-character",
            Self::Common => "password-common",
            Self::Personal => "password-personal",
        }
    }
}

/// A password in the form in which it is proved: typed on another keyboard it is the same bytes.
pub(crate) fn prepared(password: &str) -> Result<Zeroizing<String>, PasswordRule> {
    if password.len() > MAX_PASSWORD_BYTES {
        return Err(PasswordRule::TooLong);
    }
    match OpaqueString::new().enforce(password) {
        Ok(Cow::Borrowed(same)) => Ok(Zeroizing::new(same.to_owned())),
        Ok(Cow::Owned(mapped)) => Ok(Zeroizing::new(mapped)),
        Err(_) if password.is_empty() => Err(PasswordRule::TooShort),
        Err(_) => Err(PasswordRule::Character),
    }
}

/// Refuses a password that is not to be chosen by somebody of whom this is known: address, name, the portal's name.
/// `is_guessed_early` says whether a password is tried first by somebody who knows these words: that of the `guessing` crate.
pub fn ensure_may_be_chosen(
    password: &str,
    known: &[&str],
    is_guessed_early: impl Fn(&str, &[&str]) -> bool,
) -> Result<(), PasswordRule> {
    let password = prepared(password)?;
    if password.chars().count() < MIN_PASSWORD_CHARACTERS {
        return Err(PasswordRule::TooShort);
    }
    if is_guessed_early(&password, &[]) {
        return Err(PasswordRule::Common);
    }
    let known: Vec<&str> = known.iter().flat_map(|known| words(known)).collect();
    match is_guessed_early(&password, &known) {
        true => Err(PasswordRule::Personal),
        false => Ok(()),
    }
}

/// A text, and each word of it.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split(|c: char| !c.is_alphanumeric());
    std::iter::once(text)
        .chain(parts)
        .filter(|word| word.chars().count() >= 3)
}
