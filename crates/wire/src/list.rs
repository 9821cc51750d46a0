//! Lists in requests, which end where they are too long: nothing of the rest is looked at.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, SeqAccess, Visitor},
};

/// The most of anything that one request lists. Each list has its own bound below it, of the portal's settings.
pub(crate) const MAX_LISTED: usize = 1000;

/// A list of at most [`MAX_LISTED`].
///
/// # Errors
/// Where there is one more, which is not looked at.
pub(crate) fn bounded<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(Bounded(PhantomData))
}

struct Bounded<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Bounded<T> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX_LISTED}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut items = Vec::new();
        while items.len() < MAX_LISTED {
            match list.next_element()? {
                Some(item) => items.push(item),
                None => return Ok(items),
            }
        }
        match list.next_element::<serde::de::IgnoredAny>()? {
            Some(_) => Err(A::Error::invalid_length(MAX_LISTED + 1, &self)),
            None => Ok(items),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Listing(#[serde(deserialize_with = "bounded")] Vec<u32>);

    fn parse(length: usize, last: &str) -> Result<usize, String> {
        let items = vec!["1"; length].join(",");
        let text = format!("[{items}{last}]");
        let parsed: Result<Listing, _> = serde_json::from_str(&text);
        parsed
            .map(|Listing(list)| list.len())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_list_ends_where_it_is_too_long() {
        for length in [0, 1, MAX_LISTED] {
            assert_eq!(parse(length, ""), Ok(length));
        }
        let refused = parse(MAX_LISTED + 1, "").unwrap_err();
        assert!(refused.contains("a list of at most 1000"), "{refused}");
        // What follows is no JSON, and is not reached.
        let refused = parse(MAX_LISTED + 1, ",{{{").unwrap_err();
        assert!(refused.contains("a list of at most 1000"), "{refused}");
    }
}
