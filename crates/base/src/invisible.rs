//! Characters that a reader does not see, and when one of them has a purpose.
//!
//! This is the only list of invisible characters: all outputs and all comparisons of text use it. The tables come from
//! Unicode's data (`invisible/classes.rs` says which properties).
//!
//! A few invisible characters change how their neighbours look. These have a purpose, and honest text needs them:
//!
//! - a variation selector (U+FE0E, U+FE0F) after a pictograph or in a keycap, and a joiner (U+200D) between pictographs;
//! - a joiner or non-joiner (U+200D, U+200C) after a letter or mark of a script that joins letters, as Arabic,
//!   Persian and Hindi do;
//! - a variation selector after an ideograph or a Mongolian letter;
//! - the tags of the flags of England, Scotland and Wales;
//! - a space without width (U+200B) between two letters of a script that writes no spaces, such as Thai;
//! - a mark of direction (U+200E, U+200F) beside a letter of a script that is written from right to left.
//!
//! All others have none. Of several in a row, only the first can have a purpose.

use std::borrow::Cow;

use crate::slices::part_of;

/// Sorted ranges of characters, both ends included.
type Ranges = [(char, char)];

mod tables {
    include!(concat!(env!("OUT_DIR"), "/invisible.rs"));
}

/// Whether a reader sees nothing where this character stands, or only an empty space that is none of the usual ones.
/// Control characters have no picture either; all but tabs, line ends and form feeds are invisible.
pub(crate) fn is_invisible(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control() && !is_layout(c);
    }
    is_in(c, &tables::INVISIBLE) || c.is_control()
}

/// ASCII characters without a picture that lay out text.
fn is_layout(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\x0b' | '\x0c' | '\r')
}

/// Whether a text is ASCII without control characters but those that lay out text: nothing in it hides.
pub fn is_plain(text: &[u8]) -> bool {
    let is_plain = |byte: u8| (b' '..=b'~').contains(&byte) | is_layout(char::from(byte));
    // Without a branch for each byte, several are looked at together.
    text.chunks(64).all(|chunk| chunk.iter().fold(true, |plain, &byte| plain & is_plain(byte)))
}

/// Whether an invisible character takes up room, so that it parts words.
pub(crate) fn is_blank(c: char) -> bool {
    !c.is_ascii() && is_in(c, &tables::BLANK)
}

/// The invisible characters without a purpose, with their places.
pub(crate) fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.char_indices().filter(|&(at, c)| is_invisible(c) && !has_purpose(text, at, c))
}

/// Whether the invisible character at a place changes how its neighbours look, so that it belongs there.
pub(crate) fn has_purpose(text: &str, at: usize, c: char) -> bool {
    let (before, from) = (part_of(text, ..at), part_of(text, at..));
    let mut back = before.chars().rev();
    let last = back.next();
    let after = || from.chars().nth(1);
    let is = |c: Option<char>, ranges: &Ranges| c.is_some_and(|c| is_in(c, ranges));
    match c {
        '\u{fe0e}' | '\u{fe0f}' => match last {
            Some('0'..='9' | '#' | '*') => after() == Some('\u{20e3}'),
            last => is(last, &tables::PICTOGRAPH),
        },
        '\u{200d}' => {
            let pictograph = match last {
                Some('\u{fe0f}') => back.next(),
                last => last,
            };
            is(last, &tables::JOINING) || (is(pictograph, &tables::PICTOGRAPH) && is(after(), &tables::PICTOGRAPH))
        }
        '\u{200c}' => is(last, &tables::JOINING),
        '\u{180b}'..='\u{180f}' => is(last, &tables::MONGOLIAN),
        '\u{fe00}'..='\u{fe02}' | '\u{e0100}'..='\u{e01ef}' => is(last, &tables::IDEOGRAPH),
        '\u{e0020}'..='\u{e007f}' => is_in_flag(text, at),
        '\u{200b}' => last.is_some_and(is_unspaced) && after().is_some_and(is_unspaced),
        '\u{200e}' | '\u{200f}' => last.is_some_and(is_right_to_left) || after().is_some_and(is_right_to_left),
        _ => false,
    }
}

/// The only flags that are made of tags: of England, Scotland and Wales.
const FLAGS: [&str; 3] = [
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}",
    "\u{1f3f4}\u{e0067}\u{e0062}\u{e0077}\u{e006c}\u{e0073}\u{e007f}",
];

/// Whether the tag at a place is a part of one of these flags. Each of their characters has four bytes.
fn is_in_flag(text: &str, at: usize) -> bool {
    let start_of = |part: usize| at.checked_sub(4 * part).and_then(|start| text.get(start..));
    (1..7).filter_map(start_of).any(|rest| FLAGS.iter().any(|flag| rest.starts_with(flag)))
}

/// Whether a letter is of a script that writes no spaces between words: Thai, Lao, Burmese or Khmer.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17b3}' | '\u{17b6}'..='\u{17ff}')
}

/// Whether a character is of a script that is written from right to left, such as Hebrew and Arabic.
fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{591}'..='\u{61b}' | '\u{61d}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

/// The text as a reader sees it: hidden characters are gone, and those that take up room are spaces.
pub(crate) fn as_seen(text: &str) -> Cow<'_, str> {
    if is_plain(text.as_bytes()) {
        return text.into();
    }
    without(text, hidden(text))
}

/// The text without some characters. Those that take up room become spaces.
pub(crate) fn without(text: &str, characters: impl Iterator<Item = (usize, char)>) -> Cow<'_, str> {
    let mut seen = String::new();
    let mut from = 0;
    for (at, c) in characters {
        seen.push_str(part_of(text, from..at));
        if is_blank(c) {
            seen.push(' ');
        }
        from = at + c.len_utf8();
    }
    if from == 0 {
        return text.into();
    }
    seen.push_str(part_of(text, from..));
    seen.into()
}

fn is_in(c: char, ranges: &Ranges) -> bool {
    let after = ranges.partition_point(|(start, _)| *start <= c);
    after.checked_sub(1).and_then(|at| ranges.get(at)).is_some_and(|(_, end)| c <= *end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_nobody_sees_is_invisible() {
        let invisible = "\u{0}\u{1b}\u{7f}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}\u{180b}\u{180e}\u{200b}\
            \u{200e}\u{2028}\u{202e}\u{2060}\u{2061}\u{2069}\u{206f}\u{2800}\u{3164}\u{e000}\u{fe00}\u{fe0f}\u{feff}\u{ffa0}\
            \u{fff0}\u{fff9}\u{fffc}\u{fffe}\u{1bca0}\u{1d159}\u{1d173}\u{e0001}\u{e0041}\u{e0100}\u{e01ef}\u{f0000}";
        assert_eq!(invisible.chars().find(|c| !is_invisible(*c)), None);
    }

    #[test]
    fn what_is_seen_is_not() {
        let seen = " \t\n\r\u{a0}a\u{e9}e\u{301}\u{df}\u{416}\u{3a9}\u{5d0}\u{600}\u{6dd}\u{2014}\u{201c}\u{2026}\u{20e3}\u{2192}\u{3000}\u{3042}\u{4e2d}\u{ac00}\u{fffd}\u{1f600}";
        assert_eq!(seen.chars().find(|c| is_invisible(*c)), None);
    }

    #[test]
    fn honest_text_keeps_what_it_needs() {
        for honest in [
            "\u{2764}\u{fe0f} and \u{2714}\u{fe0e}",
            "1\u{fe0f}\u{20e3} #\u{fe0f}\u{20e3}",
            "\u{1f469}\u{1f3fd}\u{200d}\u{1f52c} \u{1f3f3}\u{fe0f}\u{200d}\u{1f308} \u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
            // Persian "I want", Hindi "ksha" in two forms, a Malayalam chillu.
            "\u{645}\u{6cc}\u{200c}\u{62e}\u{648}\u{627}\u{647}\u{645}",
            "\u{915}\u{94d}\u{200d}\u{937} \u{915}\u{94d}\u{200c}\u{937}",
            "\u{d28}\u{d4d}\u{200d}",
            "\u{845b}\u{e0100}\u{57ce}",
            "\u{1820}\u{180b}",
            "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            // Thai "hello" and "world"; Hebrew "version" before a number.
            "\u{e2a}\u{e27}\u{e31}\u{e2a}\u{e14}\u{e35}\u{200b}\u{e42}\u{e25}\u{e01}",
            "\u{5d2}\u{5e8}\u{5e1}\u{5d4}\u{200f} 2.0",
        ] {
            assert_eq!(hidden(honest).next(), None, "{honest:?}");
            assert_eq!(as_seen(honest), honest);
        }
    }

    #[test]
    fn the_same_characters_hide_where_they_change_nothing() {
        for (hiding, seen) in [
            ("pay\u{fe0f}ment", "payment"),
            ("pay\u{200d}ment", "payment"),
            ("1\u{fe0f}2", "12"),
            ("\u{2764}\u{fe0f}\u{fe0f}", "\u{2764}\u{fe0f}"),
            ("\u{1f469}\u{200d} x", "\u{1f469} x"),
            ("\u{645}\u{200c}\u{200c}", "\u{645}\u{200c}"),
            ("a\u{e0100}", "a"),
            ("a\u{feff}b", "ab"),
            ("pay\u{200b}ment\u{200f}s", "payments"),
            ("\u{e2a}\u{200b}\u{200b}a", "\u{e2a}a"),
            (
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}\u{e0067}",
                "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            ),
            ("\u{1f3f4}\u{e0067}\u{e0062}\u{e007f}", "\u{1f3f4}"),
        ] {
            assert_eq!(as_seen(hiding), seen, "{hiding:?}");
        }
    }

    #[test]
    fn what_takes_up_room_parts_words() {
        assert_eq!(as_seen("two\u{3164}words, one\u{200b}word"), "two words, oneword");
        assert_eq!(as_seen("\u{115f}\u{2800}").trim(), "");
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left_and_all_else_stays(text in "(\\PC|[\u{ad}\u{200b}-\u{200f}\u{fe0f}\u{2764}\u{1f469}\u{645}\u{3164}a1\n]){0,12}") {
            let seen = as_seen(&text);
            prop_assert!(hidden(&text).next().is_some() || seen == text);
            let visible = |text: &str| text.chars().filter(|c| !is_invisible(*c) && *c != ' ').collect::<String>();
            prop_assert_eq!(visible(&seen), visible(&text));
            prop_assert_eq!(seen.matches('\n').count(), text.matches('\n').count());
            prop_assert_eq!(as_seen(&seen), &*seen);
        }
    }
}
