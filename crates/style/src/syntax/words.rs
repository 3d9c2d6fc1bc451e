//! Words of prose and parts of identifiers, as signals compare and count them.

use std::ops::Range;

use ai_detect_base::slices::{items_of, part_of};

/// The words of prose, lower case: runs of letters, digits and apostrophes that start with a letter.
pub(crate) fn prose(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '_'))
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic()))
        .map(str::to_lowercase)
}

/// The parts of an identifier, lower case: `parseHttpURL` and `parse_http_url` are `parse http url`.
pub(crate) fn parts(identifier: &str) -> Vec<String> {
    if identifier.is_ascii() {
        return ascii_parts(identifier.as_bytes());
    }
    char_parts(identifier)
}

/// How many parts an identifier has.
pub(crate) fn part_count(identifier: &str) -> usize {
    if !identifier.is_ascii() {
        return char_parts(identifier).len();
    }
    let mut count = 0;
    ascii_part_ranges(identifier.as_bytes(), &mut |_| count += 1);
    count
}

/// Visits the parts of an identifier; `lower` is a buffer that serves many.
pub(crate) fn each_part(identifier: &str, lower: &mut String, visit: &mut dyn FnMut(&str)) {
    if !identifier.is_ascii() {
        return char_parts(identifier).iter().for_each(|part| visit(part));
    }
    lower.clear();
    lower.push_str(identifier);
    lower.make_ascii_lowercase();
    ascii_part_ranges(identifier.as_bytes(), &mut |range| visit(part_of(lower, range)));
}

fn char_parts(identifier: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let chars: Vec<char> = identifier.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        // Beyond an end there is no letter.
        let before = at.checked_sub(1).and_then(|at| chars.get(at)).copied();
        let after = chars.get(at + 1).copied();
        let upper_starts = c.is_uppercase()
            && (before.is_some_and(|b| b.is_lowercase() || b.is_numeric())
                || (before.is_some_and(char::is_uppercase) && after.is_some_and(char::is_lowercase)));
        if !c.is_alphanumeric() || upper_starts {
            parts.extend((!part.is_empty()).then(|| std::mem::take(&mut part)));
        }
        if c.is_alphanumeric() {
            part.extend(c.to_lowercase());
        }
    }
    parts.extend((!part.is_empty()).then_some(part));
    parts
}

/// The same for nearly all identifiers there are, without taking them apart into characters.
fn ascii_parts(identifier: &[u8]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    ascii_part_ranges(identifier, &mut |range| {
        let part = items_of(identifier, range);
        parts.push(String::from_utf8_lossy(part).to_ascii_lowercase());
    });
    parts
}

fn ascii_part_ranges(identifier: &[u8], visit: &mut dyn FnMut(Range<usize>)) {
    let mut start = 0;
    let mut end_part = |part: Range<usize>| {
        if !part.is_empty() {
            visit(part);
        }
    };
    for (at, &byte) in identifier.iter().enumerate() {
        // Beyond an end there is no letter.
        let before = at.checked_sub(1).and_then(|at| identifier.get(at)).copied().unwrap_or(0);
        let after = identifier.get(at + 1).copied().unwrap_or(0);
        let upper_starts = byte.is_ascii_uppercase()
            && (before.is_ascii_lowercase()
                || before.is_ascii_digit()
                || (before.is_ascii_uppercase() && after.is_ascii_lowercase()));
        if !byte.is_ascii_alphanumeric() || upper_starts {
            end_part(start..at);
            start = if upper_starts { at } else { at + 1 };
        }
    }
    end_part(start..identifier.len());
}

/// A word without its commonest endings, so that "counters" meets `counter` and "parsing" `parse`.
pub(crate) fn stem(word: &str) -> &str {
    let endings = ["ing", "ies", "ed", "es", "s", "e"];
    endings.into_iter().find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() >= 3)).unwrap_or(word)
}

/// Words that say nothing of what code does.
pub(crate) fn is_filler(word: &str) -> bool {
    matches!(
        word,
        "the"
            | "a"
            | "an"
            | "of"
            | "to"
            | "and"
            | "or"
            | "in"
            | "on"
            | "is"
            | "are"
            | "it"
            | "its"
            | "for"
            | "with"
            | "this"
            | "that"
            | "by"
            | "be"
            | "as"
            | "at"
            | "from"
            | "we"
            | "if"
            | "then"
            | "so"
            | "into"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_split_at_case_digits_and_separators() {
        assert_eq!(parts("parseHTTPUrl2Path"), ["parse", "http", "url2", "path"]);
        assert_eq!(parts("__init__"), ["init"]);
        assert_eq!(parts("größe_maxWert"), ["größe", "max", "wert"]);
        assert_eq!(parts("ioURLv2_x"), ["io", "ur", "lv2", "x"]);
        assert!(parts("").is_empty() && parts("_$_").is_empty());
    }

    proptest::proptest! {
        #[test]
        fn ascii_identifiers_split_like_all_others(identifier in "[ -~]{0,24}") {
            let expected = char_parts(&identifier);
            assert_eq!(ascii_parts(identifier.as_bytes()), expected);
            assert_eq!(part_count(&identifier), expected.len());
            let mut visited = Vec::new();
            each_part(&identifier, &mut String::from("used"), &mut |part| visited.push(part.to_owned()));
            assert_eq!(visited, expected);
        }
    }

    #[test]
    fn prose_keeps_words_and_drops_numbers() {
        let words: Vec<String> = prose("Don't retry 3 times; the peer's window (RFC 9000) closed.").collect();
        assert_eq!(words, ["don't", "retry", "times", "the", "peer's", "window", "rfc", "closed"]);
    }

    #[test]
    fn stems_meet() {
        assert_eq!(stem("counters"), stem("counter"));
        assert_eq!(stem("parsing"), stem("parse"));
    }
}
