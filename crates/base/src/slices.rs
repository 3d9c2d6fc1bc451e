//! Parts of texts and lists, between places that are known to be in them.
//!
//! The places come from a search in the same text, or were counted along the same list. So the part is always there; a
//! part that is not is a mistake in this program, which ends tests and fuzzers. A user's run goes on without the part:
//! a text that is shown too short is worth more than no report.

use std::slice::SliceIndex;

/// A part of a text.
pub fn part_of<I: SliceIndex<str, Output = str>>(text: &str, range: I) -> &str {
    let found = text.get(range);
    debug_assert!(found.is_some(), "the part is not in the text");
    found.unwrap_or_default()
}

/// A part of a list.
pub fn items_of<T, I: SliceIndex<[T], Output = [T]>>(list: &[T], range: I) -> &[T] {
    let found = list.get(range);
    debug_assert!(found.is_some(), "the part is not in the list");
    found.unwrap_or_default()
}

/// The first line of a text; an empty text has none, which is empty, too.
pub fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What a text starts with, up to a separator or the end.
pub fn before<'a>(text: &'a str, separator: &str) -> &'a str {
    text.split_once(separator).map_or(text, |(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_without_the_separator_is_all_before_it() {
        assert_eq!([before("2025-01-31T12:00", "T"), before("2025", "T"), before("", "T")], ["2025-01-31", "2025", ""]);
        assert_eq!([first_line("a\r\nb"), first_line("")], ["a", ""]);
    }
}
