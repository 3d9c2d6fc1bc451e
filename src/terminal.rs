//! Text that somebody else wrote, made harmless for a terminal, and for the log of a job: what looks like a command
//! to the runner does not start one.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Shows control characters, and characters that turn the direction of text, as escapes.
pub fn escaped(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut command = command_at(text);
    for (at, c) in text.char_indices() {
        match c {
            c if command == Some(at) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
                let after = at + c.len_utf8();
                command = text.get(after..).and_then(command_at).map(|next| after + next);
            }
            '\t' => shown.push(' '),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            c if is_unsafe(c) => {
                let _ = write!(shown, "\\u{{{:x}}}", u32::from(c));
            }
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a character acts on a terminal or on its neighbours, or hides, instead of being shown:
/// controls, marks that turn the direction of text, characters without width, separators, and tags.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Where a runner would see a command in the middle of a line, as `##[group]` or `##vso[task.complete]`: the
/// place of the second sign.
pub fn command_at(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("##")).map(|at| from + at) {
        let after = text.get(at + 2..).unwrap_or_default();
        if after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[') {
            return Some(at + 1);
        }
        from = at + 1;
    }
    None
}

/// A line that starts no command of a runner, whatever colours it begins with. Ours never begin with two colons, so
/// one that does is a stranger's.
pub fn uncommanded(line: &str) -> Cow<'_, str> {
    let text = without_lead(line);
    match text.strip_prefix("::") {
        Some(rest) => format!("{}\\u{{3a}}:{rest}", line.strip_suffix(text).unwrap_or_default()).into(),
        None => line.into(),
    }
}

/// From the first character that is seen.
fn without_lead(line: &str) -> &str {
    let text = line.trim_start();
    let styled = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m'));
    match styled {
        Some((style, rest)) if style.bytes().all(|c| c.is_ascii_digit() || c == b';') => without_lead(rest),
        _ => text,
    }
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
    kept + "\u{2026}"
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
    fn nothing_looks_like_a_command_to_a_runner() {
        assert_eq!(escaped("a ##[set-output name=x]y"), "a #\\u{23}[set-output name=x]y");
        assert_eq!(escaped("###vso[x] ##teamcity[y] ## [z]"), "##\\u{23}vso[x] #\\u{23}teamcity[y] ## [z]");
        assert_eq!(uncommanded("  ::add-mask::x"), "  \\u{3a}:add-mask::x");
        assert_eq!(uncommanded("\u{1b}[1m\u{1b}[35m::error::x"), "\u{1b}[1m\u{1b}[35m\\u{3a}:error::x");
        assert_eq!(uncommanded("std::fs"), "std::fs");
    }

    #[test]
    fn text_is_cut_by_columns_not_bytes() {
        assert_eq!(fitted("日本語テキスト", 7), "日本語\u{2026}");
        assert_eq!(fitted("short", 7), "short");
    }
}
