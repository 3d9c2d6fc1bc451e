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
use crate::slices::part_of;

/// Words that start or end a section of a log, before a colon and a name.
const SECTIONS: [&str; 3] = ["section_start", "section_end", "travis_fold"];

/// The places of all characters that make a command in the middle of a line, in order. Without that character, there is
/// no command: the second `#` of `##[group]`, the colon of `section_start:`. One pass finds them all.
pub fn command_places(text: &str) -> impl Iterator<Item = usize> {
    memchr::memchr2_iter(b'#', b':', text.as_bytes()).filter(move |&at| makes_command(text, at))
}

/// Whether the `#` or the colon at a place does.
fn makes_command(text: &str, at: usize) -> bool {
    let (before, from) = (part_of(text, ..at), part_of(text, at..));
    match from.strip_prefix('#') {
        Some(after) => {
            before.ends_with('#') && after.trim_start_matches(|c: char| c.is_ascii_alphabetic()).starts_with('[')
        }
        None => {
            let is_named = from.as_bytes().get(1).is_some_and(u8::is_ascii_alphanumeric);
            is_named && SECTIONS.iter().any(|word| before.ends_with(word))
        }
    }
}

/// Ends of lines for some readers of logs.
const LINE_ENDS: [char; 4] = ['\r', '\u{85}', '\u{2028}', '\u{2029}'];

/// Text for the log of a job, without any command: each line is looked at, and the character that would make a
/// command becomes an escape. Nothing else changes, but a carriage return inside a line becomes an escape too.
pub fn without_commands(text: &str) -> Cow<'_, str> {
    let inside = text.contains(LINE_ENDS) || command_places(text).next().is_some();
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
            out.push_str(part_of(line, content.len()..));
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
    let mut commands = command_places(line).peekable();
    for (at, c) in line.char_indices() {
        let in_the_middle = commands.next_if_eq(&at).is_some();
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The first line of a log that a runner would obey.
    fn obeyed(log: &str) -> Option<&str> {
        let mut lines = log.split('\n').flat_map(|line| line.split(LINE_ENDS));
        lines.find(|line| without_lead(line).starts_with("::") || command_places(line).next().is_some())
    }

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
        fn one_pass_finds_what_a_search_after_each_command_finds(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "#", "##", "[", "vso", "section_start", "section_end:", "travis_fold:", ":", "1", "\u{e9}", " ",
            ]), 0..16),
        ) {
            let text = parts.concat();
            let slow = regex::Regex::new("#(#)[A-Za-z]*\\[|(?:section_start|section_end|travis_fold)(:)[A-Za-z0-9]").unwrap();
            let mut expected = Vec::new();
            let mut from = 0;
            while let Some(found) = slow.captures_at(&text, from) {
                let at = found.get(1).or(found.get(2)).unwrap().start();
                expected.push(at);
                from = at + 1;
            }
            prop_assert_eq!(command_places(&text).collect::<Vec<_>>(), expected);
        }

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
