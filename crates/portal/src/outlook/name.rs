//! The portal's name, as Microsoft takes it.

/// The product's name, where the portal has none that can be shown.
pub(super) const PRODUCT: &str = "Restante";

/// A name in one line, of at most so many UTF-16 units as Microsoft counts, cut between characters. What XML cannot hold
/// (<https://www.w3.org/TR/xml/#charsets>) is not in it.
pub(super) fn bounded(name: &str, most: usize) -> String {
    let shown = |c: char| match c {
        c if c.is_control() => Some(' '),
        '\u{fffe}' | '\u{ffff}' => None,
        c => Some(c),
    };
    let plain: String = name.chars().filter_map(shown).collect();
    let line = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut units = 0;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= most
    };
    let cut: String = line.chars().take_while(fits).collect();
    match cut.trim_end() {
        "" => PRODUCT.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::bounded;

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        assert_eq!(bounded("Clinic Post", 30), "Clinic Post");
        assert_eq!(bounded("  Clinic\r\n\tPost\0 ", 30), "Clinic Post");
        assert_eq!(bounded("Clinic Post", 7), "Clinic");
        // One letter, two units.
        assert_eq!(bounded("ab𝒞", 3), "ab");
        assert_eq!(bounded("ab𝒞", 4), "ab𝒞");
        for nothing in ["", " \u{1}\u{fffe}", "𝒞"] {
            assert_eq!(bounded(nothing, 1), "Restante");
        }
    }
}
