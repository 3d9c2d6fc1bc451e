//! Trailers: `Key: value` lines, wherever in the message they stand.
//!
//! Reads every paragraph, because squash merges, footers and web forms move trailers out of the
//! last one; and says of each whether git itself would have seen it. What a trailer means is for
//! `attest`.

use std::borrow::Cow;
use std::ops::Range;

use super::Line;
use crate::invisible::as_seen;

/// How a trailer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// As git writes it.
    Plain,
    /// Behind a bullet, an emoji, asterisks or an indentation; with spaces within its key, or a full-width colon. Prose
    /// looks like that too, so only keys that are known to be trailers count.
    Loose,
}

/// A trailer as it stands in a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailerLine {
    /// The key as written.
    pub key: String,
    /// The value, continuation lines joined by a space.
    pub value: String,
    /// Its line, from 1.
    pub line: u32,
    /// Whether it is quoted from elsewhere.
    pub quoted: bool,
    /// Whether `git interpret-trailers` would see it.
    pub strict: bool,
    /// The key as it is looked up: lower case, hyphens for spaces and underscores.
    pub name: String,
    /// The indices of its lines.
    pub lines: Range<usize>,
    /// How it is written.
    pub shape: Shape,
}

/// The colon of Chinese and Japanese keyboards. Git does not take it for one.
const WIDE_COLON: char = '\u{ff1a}';
/// Longer keys are prose.
const MAX_KEY: usize = 40;

/// The trailers of a message from a line on, top to bottom. The subject is none; a line above which there is more than
/// the subject must start a paragraph.
pub fn parse(message: &str, lines: &[Line], from: usize) -> Vec<TrailerLine> {
    let Some(subject) = lines.iter().position(|line| !line.is_blank) else { return Vec::new() };
    let block = strict_block(message, lines, from);
    let mut found = Vec::new();
    let mut at = from.max(subject + 1);
    while let Some(line) = lines.get(at) {
        let here = at;
        at += 1;
        let text = line.text(message);
        let Some(head) = head(text) else { continue };
        let folded = lines.iter().skip(at).map(|line| line.text(message)).take_while(|text| is_continuation(text));
        let mut value = Cow::Borrowed(head.value);
        for next in folded {
            let joined = value.to_mut();
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(next.trim());
            at += 1;
        }
        // A value that nobody sees declares nothing.
        if as_seen(&value).trim().is_empty() {
            continue;
        }
        let strict = block.contains(&here) && is_git_trailer(text);
        found.push(TrailerLine {
            key: head.key.to_owned(),
            value: value.into_owned(),
            // No message has more lines than bytes, and those are bounded.
            line: u32::try_from(here).unwrap_or(u32::MAX).saturating_add(1),
            quoted: line.quoted || (line.is_lazy && !strict),
            strict,
            name: normalised(head.key),
            lines: here..at,
            shape: head.shape,
        });
    }
    found
}

/// The trailer that a line is by itself; its index says where it stands. Git is not asked.
pub fn of_line(text: &str, at: usize) -> Option<TrailerLine> {
    let head = head(text).filter(|head| !as_seen(head.value).trim().is_empty())?;
    Some(TrailerLine {
        key: head.key.to_owned(),
        value: head.value.to_owned(),
        line: u32::try_from(at).unwrap_or(u32::MAX).saturating_add(1),
        quoted: false,
        strict: false,
        name: normalised(head.key),
        lines: at..at + 1,
        shape: head.shape,
    })
}

/// Whether a line is the key of a trailer with nothing behind it.
pub(super) fn is_key(text: &str) -> bool {
    head(text).is_some_and(|head| head.value.is_empty())
}

/// A key as it is looked up: lower case, hyphens for spaces and underscores.
fn normalised(key: &str) -> String {
    key.chars().map(|c| if matches!(c, ' ' | '_') { '-' } else { c.to_ascii_lowercase() }).collect()
}

struct Head<'a> {
    key: &'a str,
    value: &'a str,
    shape: Shape,
}

/// Whether a line may have a colon, of either width. Few lines of prose have one, and nearly every line is asked.
pub(super) fn has_colon(line: &str) -> bool {
    const LEAD_OF_WIDE_COLON: u8 = 0xef;
    memchr::memchr2(b':', LEAD_OF_WIDE_COLON, line.as_bytes()).is_some()
}

/// Whether a line looks like a trailer with a value.
pub(super) fn is_trailer(line: &str) -> bool {
    head(line).is_some_and(|head| !head.value.is_empty())
}

/// The key and value of a line that looks like a trailer.
fn head(line: &str) -> Option<Head<'_>> {
    if !has_colon(line) {
        return None;
    }
    // Brackets, quotation marks, headings and code stay: what follows them is no trailer.
    let ornament = |c: char| c.is_whitespace() || "*_-+".contains(c) || (!c.is_ascii() && !c.is_alphanumeric());
    let bare = line.trim_start_matches(ornament);
    let (key, rest) = bare.split_once([':', WIDE_COLON])?;
    let is_wide = bare.get(key.len()..).is_some_and(|rest| rest.starts_with(WIDE_COLON));
    // Bold keys: `**Assisted-by:** …` and `**Assisted-by**: …`.
    let key = key.trim_end_matches(['*', '_', ' ', '\t']);
    let ornamented = bare.len() != line.len();
    let value = if ornamented { rest.trim_start_matches(['*', '_']) } else { rest };
    if key.is_empty() || key.len() > MAX_KEY || rest.starts_with("//") {
        return None;
    }
    let in_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ' ' | '_');
    if !key.starts_with(|c: char| c.is_ascii_alphanumeric()) || !key.chars().all(in_key) {
        return None;
    }
    let spaced = key.contains([' ', '_']);
    if spaced && key.split([' ', '_']).count() > 3 {
        return None;
    }
    let shape = if ornamented || spaced || is_wide { Shape::Loose } else { Shape::Plain };
    Some(Head { key, value: value.trim(), shape })
}

/// A folded line: indented, and not a trailer of its own that somebody indented.
fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t'])
        && !line.trim().is_empty()
        && head(line).is_none_or(|head| !head.key.contains('-') || head.value.is_empty())
}

/// The lines of git's own trailer block, if it starts at a line or below it. The last paragraph is one if it consists
/// of trailers, or if git wrote one of them and at least a quarter are; the first paragraph never is.
fn strict_block(message: &str, lines: &[Line], from: usize) -> Range<usize> {
    let text = |line: &Line| line.text(message);
    let is_comment = |line: &Line| text(line).starts_with('#');
    // Git leaves out the list of conflicts that it used to write at the end of a merge's message.
    let listed = |line: &Line| line.is_blank || is_comment(line) || text(line).starts_with('\t');
    let last = lines.iter().rposition(|line| !listed(line));
    let end = last.filter(|last| text(&lines[*last]) == "Conflicts:").unwrap_or(lines.len());
    let lines = &lines[..end];
    let none = end..end;
    let title_end = match from.checked_sub(1) {
        Some(above) => above,
        None => lines.iter().position(|line| line.is_blank && !is_comment(line)).unwrap_or(end),
    };
    let (mut trailers, mut others, mut folded) = (0u32, 0u32, 0u32);
    let (mut by_git, mut only_blank) = (false, true);
    for (at, line) in lines.iter().enumerate().skip(title_end).rev() {
        if is_comment(line) {
            others += std::mem::take(&mut folded);
        } else if line.is_blank {
            if only_blank {
                continue;
            }
            others += folded;
            let mixed = by_git && trailers * 3 >= others;
            let pure = trailers > 0 && others == 0;
            return if mixed || pure { at + 1..end } else { none };
        } else if is_written_by_git(text(line)) {
            (trailers, folded, by_git, only_blank) = (trailers + 1, 0, true, false);
        } else if is_git_trailer(text(line)) {
            (trailers, folded, only_blank) = (trailers + 1, 0, false);
        } else if text(line).starts_with(char::is_whitespace) {
            (folded, only_blank) = (folded + 1, false);
        } else {
            others += 1 + std::mem::take(&mut folded);
            only_blank = false;
        }
    }
    none
}

fn is_written_by_git(line: &str) -> bool {
    line.starts_with("Signed-off-by: ") || line.starts_with("(cherry picked from commit ")
}

/// Git's own idea of a trailer line: letters, digits and hyphens, perhaps spaces, a colon.
fn is_git_trailer(line: &str) -> bool {
    let Some((key, _)) = line.split_once(':') else { return false };
    let key = key.trim_end_matches([' ', '\t']);
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::super::{Message, lines};
    use super::*;

    fn read(message: &str) -> Vec<(String, String, bool)> {
        Message::from(message).trailers().iter().map(|t| (t.name.clone(), t.value.clone(), t.strict)).collect()
    }

    fn one(key: &str, value: &str, strict: bool) -> Vec<(String, String, bool)> {
        vec![(key.into(), value.into(), strict)]
    }

    #[test]
    fn the_last_paragraph_is_strict() {
        assert_eq!(read("s\n\nbody\n\nKey-A: v\n"), one("key-a", "v", true));
        assert_eq!(read("s\n\nKey-A: v\n\nbody\n"), one("key-a", "v", false));
        assert_eq!(read("s\nKey-A: v\n"), one("key-a", "v", false), "the title's paragraph is no block");
        assert_eq!(read("Key-A: v\n"), [], "the subject is no trailer");
    }

    #[test]
    fn a_footer_in_the_block_spoils_it_for_git_only() {
        assert_eq!(read("s\n\nGenerated with X\nKey-A: v\n"), one("key-a", "v", false));
        let with_sign_off = read("s\n\nGenerated with X\nKey-A: v\nSigned-off-by: A <a@b>\n");
        assert!(with_sign_off.iter().all(|trailer| trailer.2), "git accepts it then");
        let thin = read("s\n\na\nb\nc\nd\ne\nf\ng\nSigned-off-by: A <a@b>\n");
        assert!(!thin[0].2, "less than a quarter");
    }

    #[test]
    fn the_squash_separator_splits_paragraphs() {
        let message = "s (#1)\n\n* one\n\nKey-A: 1\n\n---------\n\nKey-B: 2\nKey-C: 3\n";
        let strict: Vec<bool> = read(message).into_iter().map(|t| t.2).collect();
        assert_eq!(strict, [false, true, true]);
    }

    #[test]
    fn a_list_of_conflicts_is_no_trailer() {
        let found = read("s\n\nKey-A: v\n\nConflicts:\n\ta.rs\n");
        assert_eq!(found[0], ("key-a".into(), "v".into(), true));
        assert!(!found[1].2);
    }

    #[test]
    fn folded_values_are_joined() {
        assert_eq!(read("s\n\nKey-A: one\n two\n\tthree\n"), one("key-a", "one two three", true));
        assert_eq!(read("s\n\nKey-A:\n  two\n"), one("key-a", "two", true));
        assert_eq!(read("s\n\nKey-A: \u{200b}\u{3164}\n"), [], "nobody sees that value");
        let indented = read("s\n\nKey-A: one\n  Key-B: two\n");
        assert_eq!(indented.len(), 2, "an indented trailer is not a continuation");
    }

    #[test]
    fn ornaments_are_tolerated_and_told() {
        let trailers = |message: &str| {
            let message = Message::from(message);
            message.trailers().iter().map(|t| (t.name.clone(), t.value.clone(), t.shape)).collect::<Vec<_>>()
        };
        let loose = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned(), Shape::Loose)];
        assert_eq!(trailers("s\n\n🤖 Co-Authored-By: A <a@b>"), loose("co-authored-by", "A <a@b>"));
        assert_eq!(trailers("s\n\n- Assisted-by: A"), loose("assisted-by", "A"));
        assert_eq!(trailers("s\n\n**Assisted-by:** A"), loose("assisted-by", "A"));
        assert_eq!(trailers("s\n\nAssisted by: A"), loose("assisted-by", "A"));
        assert_eq!(trailers("s\n\nAssisted-by\u{ff1a}A"), loose("assisted-by", "A"));
        assert_eq!(trailers("s\n\nAssisted-by: A\u{ff1a}b")[0].1, "A\u{ff1a}b");
        assert_eq!(trailers("s\n\n> Assisted-by: A"), []);
        assert_eq!(trailers("s\n\n`Assisted-by: A`"), []);
        assert_eq!(trailers("s\n\nsee https://example.org/x"), []);
    }

    #[test]
    fn code_fences_are_quotations() {
        assert!(Message::from("s\n\n```\nKey-A: v\n```\n").trailers()[0].quoted);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(message in "(\\PC|\n|\r|\t|: |-by: |    ){0,200}") {
            let lines = lines::of(&message);
            for trailer in parse(&message, &lines, 0) {
                assert!(!trailer.lines.is_empty() && trailer.lines.end <= lines.len());
                assert!(!trailer.value.is_empty());
            }
        }
    }
}
