//! Numbers with the word for what they count.

use std::fmt::Display;

/// A number with its word: `1 event`, `2 events`.
pub(super) fn counted(count: impl Copy + Display + PartialEq + From<u8>, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1.into() { one } else { several })
}
