//! Many rows in one statement: each statement is a turn of the engine, and on PostgreSQL a way there and back.

use std::fmt::Write as _;

/// The placeholders `$1, $2, …`, `count` of them after the first `before`.
///
/// ```
/// assert_eq!(portal::storage::placeholders(3, 1), "$2, $3, $4");
/// ```
pub fn placeholders(count: usize, before: usize) -> String {
    let mut text = String::with_capacity(5 * count);
    for number in before + 1..=before + count {
        let comma = if text.is_empty() { "" } else { ", " };
        // Writing to a String does not fail.
        let _ = write!(text, "{comma}${number}");
    }
    text
}

/// What stands behind `VALUES` for so many rows of so many columns, to be bound row by row.
///
/// ```
/// assert_eq!(portal::storage::values(2, 2), "($1, $2), ($3, $4)");
/// ```
pub fn values(rows: usize, columns: usize) -> String {
    let row = |row| format!("({})", placeholders(columns, row * columns));
    (0..rows).map(row).collect::<Vec<_>>().join(", ")
}
