//! Email addresses: kept, shown and mailed as typed, compared in canonical form.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use unicode_normalization::UnicodeNormalization as _;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

/// An email address (RFC 5321 section 4.1.2, internationalised by RFC 6531), which only ever holds a well-formed one.
///
/// Equality and hashing are those of the canonical form: the domain lower-cased and in A-labels, the local part
/// lower-cased and in Unicode NFC. Dots and `+tags` are kept, since only the domain's own mail system knows what they
/// mean. Quoted local parts and address literals are refused: no person receives mail under one.
#[derive(Clone)]
pub struct Address {
    typed: String,
    canonical: String,
}

/// Why a text is no address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing before or after it.
    #[error("an address looks like name@example.org")]
    Shape,
    /// Longer than RFC 5321 section 4.5.3.1 allows: 64 bytes before the `@`, 254 in all.
    #[error("an address is at most 254 bytes long, with at most 64 before the @")]
    Length,
    /// A character that no local part may hold unquoted.
    #[error("the part before the @ holds a character that an address cannot have")]
    LocalPart,
    /// Not a domain name under IDNA (UTS 46, strict).
    #[error("the part after the @ is not a domain name")]
    Domain,
}

impl Address {
    /// The address as it was typed, to be shown and mailed.
    pub fn as_typed(&self) -> &str {
        &self.typed
    }

    /// The form that addresses are compared, stored and looked up by.
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The canonical domain.
    pub fn domain(&self) -> &str {
        self.canonical.rsplit_once('@').map_or("", |(_, domain)| domain)
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let text = text.trim();
        if text.len() > 254 {
            return Err(AddressError::Length);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Shape)?;
        if local.is_empty() || domain.is_empty() {
            return Err(AddressError::Shape);
        }
        if local.len() > 64 {
            return Err(AddressError::Length);
        }
        let dot_atom = local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.chars().all(is_atom));
        if !dot_atom {
            return Err(AddressError::LocalPart);
        }
        let domain = idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain)?;
        let has_dot = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
        if !has_dot || domain.len() > 253 {
            return Err(AddressError::Domain);
        }
        // Lower-casing can leave NFC and NFC can change case (U+0130, U+212B), so both are done until neither moves.
        let mut local: String = local.nfc().collect();
        loop {
            let next: String = local.to_lowercase().nfc().collect();
            if next == local {
                break;
            }
            local = next;
        }
        let canonical = format!("{local}@{domain}");
        if canonical.len() > 254 {
            return Err(AddressError::Length);
        }
        Ok(Self {
            typed: text.to_owned(),
            canonical,
        })
    }
}

/// RFC 5322 `atext`, widened by RFC 6531 to what lies beyond ASCII and is neither white space nor a control character
/// nor one that changes the direction of text (which could make one address look like another).
fn is_atom(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' => true,
        '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '/' | '=' | '?' | '^' | '_' | '`' | '{' | '|' | '}'
        | '~' => true,
        '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' => false,
        c => !c.is_ascii() && !c.is_whitespace() && !c.is_control(),
    }
}

impl PartialSchema for Address {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(254))
            .description(Some("An email address, as typed."))
            .examples(["anna@example.test"])
            .into()
    }
}

impl ToSchema for Address {}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for Address {}

impl std::hash::Hash for Address {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed)
    }
}

impl fmt::Debug for Address {
    /// Personal data stays out of logs and errors.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.typed)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<'de, str>::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn canonical(text: &str) -> Result<String, AddressError> {
        text.parse::<Address>().map(|address| address.canonical)
    }

    #[test]
    fn canonical_form_folds_case_and_unicode_and_nothing_else() {
        assert_eq!(
            canonical(" Anna.Smith+x@Example.TEST "),
            Ok("anna.smith+x@example.test".into())
        );
        assert_eq!(canonical("u\u{308}do@bücher.test"), Ok("üdo@xn--bcher-kva.test".into()));
        assert_eq!(canonical("ÜDO@xn--bcher-kva.test"), Ok("üdo@xn--bcher-kva.test".into()));
    }

    #[test]
    fn bad_addresses_are_told_apart() {
        for (text, error) in [
            ("", AddressError::Shape),
            ("anna", AddressError::Shape),
            ("@example.test", AddressError::Shape),
            ("anna@", AddressError::Shape),
            ("an na@example.test", AddressError::LocalPart),
            ("a..b@example.test", AddressError::LocalPart),
            ("a@b@example.test", AddressError::LocalPart),
            ("a\r\nBcc: x@example.test", AddressError::LocalPart),
            ("\"a b\"@example.test", AddressError::LocalPart),
            ("a\u{202E}b@example.test", AddressError::LocalPart),
            ("a@localhost", AddressError::Domain),
            ("a@[127.0.0.1]", AddressError::Domain),
            ("a@-x.test", AddressError::Domain),
            ("a@x..test", AddressError::Domain),
        ] {
            assert_eq!(canonical(text), Err(error), "{text:?}");
        }
        assert_eq!(
            canonical(&format!("{}@example.test", "a".repeat(65))),
            Err(AddressError::Length)
        );
        assert_eq!(
            canonical(&format!("a@{}.test", "b".repeat(260))),
            Err(AddressError::Length)
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics_and_its_canonical_form_is_a_fixed_point(text in ".{0,80}@.{0,40}|\\PC{0,100}") {
            if let Ok(address) = text.parse::<Address>() {
                let again: Address = address.canonical().parse().unwrap();
                prop_assert_eq!(again.canonical(), address.canonical());
                let shown: Address = address.as_typed().parse().unwrap();
                prop_assert_eq!(shown, address);
            }
        }
    }
}
