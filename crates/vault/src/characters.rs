//! Twelve characters that two people compare: one reads them out, the other types them. They say whose key it is, in 60 bits,
//! where a fingerprint of 256 is more than anybody reads to another.

use std::fmt;

use opaque_ke::argon2::{Algorithm, Argon2, Params, Version};
use wire::{Address, opaque::Stretching};

use crate::{Error, Fingerprint};

/// Crockford's base 32: no letter that is taken for a digit, or said like another.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// What the characters are for, so that those for one purpose are none for another. Argon2 takes it as the salt.
const CLAIM: &[u8; 16] = b"restante/claim/1";

/// Twelve characters, five bits each.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Characters([u8; 12]);

impl Characters {
    /// Those of a claim: over the claimed address and the key of whoever claims it. The claimant's client shows them from the
    /// key that its vault holds; whoever hands the address over types them, and their client compares them with those over
    /// the key that it is about to seal to. So no portal puts itself in the claimant's place.
    ///
    /// Of the claim's id there is nothing in them: the portal chooses it, for each side, and of two sets of 2^30 ids each it
    /// would find a pair that makes two keys look alike. As it is, it has to find a key that fits characters that are given,
    /// 2^60 tries, each stretched as a password is.
    ///
    /// # Errors
    /// Where there is not the memory for it.
    pub fn of_claim(address: &Address, claimant: Fingerprint) -> Result<Self, Error> {
        let Stretching { memory_kib, passes } = Stretching::CURRENT;
        let parameters = Params::new(memory_kib, passes, 1, None).map_err(|_| Error::Protocol)?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
        let subject = [claimant.to_string().as_bytes(), address.canonical().as_bytes()].concat();
        let mut bytes = [0; 8];
        argon2
            .hash_password_into(&subject, CLAIM, &mut bytes)
            .map_err(|_| Error::Protocol)?;
        let number = u64::from_be_bytes(bytes);
        let digit = |place: usize| DIGITS[(number >> (59 - 5 * place) & 31) as usize];
        Ok(Self(std::array::from_fn(digit)))
    }

    /// Whether somebody typed these: in capitals or not, in groups or not, and an O for a zero.
    pub fn are(&self, typed: &str) -> bool {
        let mut read = typed
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| match c.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        self.0.iter().all(|digit| read.next() == Some(char::from(*digit))) && read.next().is_none()
    }
}

/// In three groups of four, to be read out.
impl fmt::Display for Characters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.0.iter().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                f.write_str(" ")?;
            }
            write!(f, "{}", char::from(*digit))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Characters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn characters(address: &str, key: u8) -> Characters {
        let fingerprint = format!("{key:02x}").repeat(32).parse().unwrap();
        Characters::of_claim(&address.parse().unwrap(), fingerprint).unwrap()
    }

    #[test]
    fn they_are_those_of_this_address_and_this_key() {
        let those = characters("ben@clinic.test", 7);
        // Of before: whoever has read them out must not have read out others after a new version came in.
        assert_eq!(those.to_string(), "7ASW CQBE 4VGE");
        assert_eq!(those, characters("Ben@Clinic.test", 7));
        assert_ne!(those, characters("ben@clinic.test", 8));
        assert_ne!(those, characters("anna@clinic.test", 7));
    }

    proptest! {
        #[test]
        fn they_are_typed_in_any_manner_and_no_other_are_they(bytes: [u8; 12], place in 0..12usize, other in 0..32usize) {
            let those = Characters(bytes.map(|byte| DIGITS[usize::from(byte) % 32]));
            let shown = those.to_string();
            prop_assert!(those.are(&shown));
            prop_assert!(those.are(&shown.to_lowercase().replace('0', "o").replace('1', "l").replace(' ', "-")));
            prop_assert!(!those.are(&shown[1..]));
            prop_assert!(!those.are(&(shown.clone() + "0")));
            let mut altered = those;
            altered.0[place] = DIGITS[other];
            prop_assert_eq!(those.are(&altered.to_string()), altered == those);
        }
    }
}
