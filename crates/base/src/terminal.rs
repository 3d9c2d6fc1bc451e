//! Text that somebody else wrote, made harmless for a terminal, and for the log of a job: what looks like a command
//! to the runner does not start one.

mod runner;

use std::fmt::Write as _;

use crate::invisible;
pub use runner::{command_places, without_commands};

/// One line of prose that is safe to print. Control characters, invisible characters without a purpose and characters
/// that turn the direction of text become visible escapes; emoji and scripts that need joiners stay readable.
pub fn escaped(text: &str) -> String {
    escape(text, |at, c| !invisible::has_purpose(text, at, c))
}

/// The same for a name that people compare by eye, such as a path: no invisible character stays. Two different names
/// never look alike because of one.
pub fn escaped_name(name: &str) -> String {
    escape(name, |_, _| true)
}

/// `hides` decides about the unsafe character at a place.
fn escape(text: &str, hides: impl Fn(usize, char) -> bool) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut commands = command_places(text).peekable();
    for (at, c) in text.char_indices() {
        let makes_command = commands.next_if_eq(&at).is_some();
        match c {
            c if makes_command => push_escape(c, &mut shown),
            '\t' => shown.push(' '),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            c if is_unsafe(c) && hides(at, c) => push_escape(c, &mut shown),
            c => shown.push(c),
        }
    }
    shown
}

fn push_escape(c: char, to: &mut String) {
    // Writing to a string cannot fail.
    let _ = write!(to, "\\u{{{:x}}}", u32::from(c));
}

/// Whether a character acts on a terminal or on its neighbours, or hides, instead of being shown: controls and all
/// that [`invisible`] lists.
pub fn is_unsafe(c: char) -> bool {
    c.is_control() || invisible::is_invisible(c)
}

/// The first unsafe character of printed lines that has no purpose there.
pub fn unsafe_in(lines: &str) -> Option<char> {
    let mut found =
        lines.char_indices().filter(|&(at, c)| c != '\n' && is_unsafe(c) && !invisible::has_purpose(lines, at, c));
    found.next().map(|(_, c)| c)
}

/// Cuts text to a number of columns, with an ellipsis where something was cut.
pub fn fitted(text: &str, columns: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used < columns
        })
        .collect();
    // A joiner or a selector has no purpose without what it belongs to.
    kept.trim_end_matches(is_unsafe).to_owned() + "\u{2026}"
}

/// Breaks prose into lines of at most a number of columns.
pub fn wrapped(text: &str, columns: usize) -> Vec<String> {
    use unicode_width::UnicodeWidthStr;
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.width() + 1 + word.width() <= columns => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_the_cursor_gets_through() {
        assert_eq!(escaped("a\x1b[31mb\r\n\u{202e}c\u{7f}"), "a\\u{1b}[31mb\\r\\n\\u{202e}c\\u{7f}");
    }

    #[test]
    fn what_hides_is_shown_and_emoji_stay_readable() {
        assert_eq!(escaped("pay\u{ad}ment \u{2764}\u{fe0f} a\u{fe0f}"), "pay\\u{ad}ment \u{2764}\u{fe0f} a\\u{fe0f}");
        assert_eq!(escaped_name("src/\u{2764}\u{fe0f}.py"), "src/\u{2764}\\u{fe0f}.py");
        assert_eq!(escaped_name("src/\u{e9}e\u{301}\u{65e5}.py"), "src/\u{e9}e\u{301}\u{65e5}.py");
        assert_eq!(unsafe_in("a \u{2764}\u{fe0f}\nb"), None);
        assert_eq!(unsafe_in("a\u{fe0f}"), Some('\u{fe0f}'));
    }

    #[test]
    fn nothing_looks_like_a_command_to_a_runner() {
        assert_eq!(escaped("a ##[set-output name=x]y"), "a #\\u{23}[set-output name=x]y");
        assert_eq!(escaped("###vso[x] ##teamcity[y] ## [z]"), "##\\u{23}vso[x] #\\u{23}teamcity[y] ## [z]");
        assert_eq!(escaped("section_start:1:a\r"), "section_start\\u{3a}1:a\\r");
    }

    #[test]
    fn text_is_cut_by_columns_not_bytes() {
        assert_eq!(fitted("日本語テキスト", 7), "日本語\u{2026}");
        assert_eq!(fitted("short", 7), "short");
    }
}
