//! What the runners of CI take for a command in the log of a job, and text without it.
//!
//! | runner | a command is |
//! |---|---|
//! | GitHub Actions | `::name::` at the start of a line, `##[name]` anywhere |
//! | Azure Pipelines | `##vso[name]` and `##[name]` anywhere |
//! | TeamCity | `##teamcity[name]` |
//! | GitLab | `section_start:1:name` and `section_end:1:name`, with a carriage return and an escape sequence after it |
//! | Travis | `travis_fold:start:name`, likewise |
//!
//! A runner ends a line at a carriage return too, skips white space before a command, and does not see colours.

use std::borrow::Cow;

use crate::invisible;

/// The place of the first character that makes a command in the middle of a line. Without that character, there is
/// none: the second `#` of `##[group]`, the colon of `section_start:`.
pub fn command_at(text: &str) -> Option<usize> {
    let words = ["section_start", "section_end", "travis_fold"];
    let sections = words.into_iter().filter_map(|word| section_at(text, word));
    sections.chain(hashes_at(text)).min()
}

fn hashes_at(text: &str) -> Option<usize> {
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

/// The colon after a word that starts or ends a section of a log.
fn section_at(text: &str, word: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(word)).map(|at| from + at + word.len()) {
        let named = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric());
        if text.get(at..).and_then(|rest| rest.strip_prefix(':')).is_some_and(named) {
            return Some(at);
        }
        from = at;
    }
    None
}

/// Ends of lines for some readers of logs.
const LINE_ENDS: [char; 4] = ['\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Text for the log of a job, without any command: each line is looked at, and the character that would make a
/// command becomes an escape. Nothing else changes, but a carriage return inside a line becomes an escape too.
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let inside = text.contains(LINE_ENDS) || command_at(text).is_some();
    if !inside && (!text.contains("::") || !text.lines().any(starts_command)) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for line in text.split_inclusive('\n') {
        if inside || starts_command(line) {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let content =
                if content.len() < line.len() { content.strip_suffix('\r').unwrap_or(content) } else { content };
            push_line(content, &mut out);
            out.push_str(line.get(content.len()..).unwrap_or_default());
        } else {
            out.push_str(line);
        }
    }
    out.into()
}

fn starts_command(line: &str) -> bool {
    line.contains("::") && without_lead(line).starts_with("::")
}

fn push_line(line: &str, out: &mut String) {
    let text = without_lead(line);
    let start = text.starts_with("::").then(|| line.len() - text.len());
    let mut command = command_at(line);
    for (at, c) in line.char_indices() {
        let in_the_middle = command == Some(at);
        if in_the_middle {
            let after = at + c.len_utf8();
            command = line.get(after..).and_then(command_at).map(|next| after + next);
        }
        match c {
            '\r' => out.push_str("\\r"),
            c if in_the_middle || start == Some(at) || LINE_ENDS.contains(&c) => super::push_escape(c, out),
            c => out.push(c),
        }
    }
}

/// The line from the first character that is seen.
fn without_lead(line: &str) -> &str {
    let text = line.trim_start_matches(|c: char| c.is_whitespace() || (c != '\u{1b}' && invisible::is_invisible(c)));
    let styled = text.strip_prefix("\u{1b}[").and_then(|rest| rest.split_once('m'));
    match styled {
        Some((style, rest)) if style.bytes().all(|c| c.is_ascii_digit() || c == b';') => without_lead(rest),
        _ => text,
    }
}

/// The first line of a log that a runner would obey.
pub fn obeyed(log: &str) -> Option<&str> {
    let mut lines = log.split('\n').flat_map(|line| line.split(LINE_ENDS));
    lines.find(|line| without_lead(line).starts_with("::") || command_at(line).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_line_starts_a_command() {
        for (line, harmless) in [
            ("  ::add-mask::x", "  \\u{3a}:add-mask::x"),
            ("a\n::error::x\n\t::stop-commands::t\n", "a\n\\u{3a}:error::x\n\t\\u{3a}:stop-commands::t\n"),
            ("\u{1b}[1m\u{1b}[35m::error::x", "\u{1b}[1m\u{1b}[35m\\u{3a}:error::x"),
            ("\u{feff}::error::x", "\u{feff}\\u{3a}:error::x"),
            ("50 %\r::error::x", "50 %\\r::error::x"),
            ("\r::error::x", "\\r\\u{3a}:error::x"),
            ("a ##[group]x ##vso[y]", "a #\\u{23}[group]x #\\u{23}vso[y]"),
            ("##teamcity[x]\r\n", "#\\u{23}teamcity[x]\r\n"),
            ("section_start:1:x\r\u{1b}[0K", "section_start\\u{3a}1:x\\r\u{1b}[0K"),
            ("travis_fold:start:x", "travis_fold\\u{3a}start:x"),
        ] {
            assert_eq!(without_commands(line), harmless);
            assert_eq!(obeyed(harmless.trim_end()), None, "{harmless:?}");
        }
    }

    #[test]
    fn ordinary_lines_stay_as_they_are() {
        let ordinary = "std::fs\n## Heading\n### [link]\nsection_start: see below\n\ta :: b\nsection_ends\n";
        assert_eq!(without_commands(ordinary), ordinary);
        assert!(matches!(without_commands("plain\n"), Cow::Borrowed(_)));
    }

    proptest! {
        #[test]
        fn whatever_is_printed_holds_no_command(
            parts in proptest::collection::vec(prop_oneof![
                proptest::sample::select(vec![
                    "::", ":", "#", "##", "[", "vso[", "\n", "\r", " ", "\t", "\u{1b}[1m", "\u{feff}", "section_start:1",
                    "travis_fold:end:", "error", "\u{2028}", "\u{85}",
                ]).prop_map(str::to_owned),
                "\\PC{0,3}",
            ], 0..12),
        ) {
            let text = parts.concat();
            let harmless = without_commands(&text);
            let lines = harmless.replace("\r\n", "\n");
            prop_assert_eq!(obeyed(&lines), None);
            prop_assert_eq!(&*without_commands(&harmless), &*harmless);
        }
    }
}
