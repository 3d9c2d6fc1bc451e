//! The lines of a commit message: where each is, and whether it is quoted from elsewhere.
//!
//! What the lines say is for `trailer_lines`, and for `attest`.

use std::ops::Range;

use super::{quotations, sentences};
use crate::slices::part_of;

/// A line of a message.
#[derive(Debug, Clone)]
pub struct Line {
    /// Where it starts in the message, in bytes.
    pub start: usize,
    /// One past its line ending.
    pub end: usize,
    /// Where its text ends, without the line ending.
    text_end: usize,
    /// Whether there is nothing but white space in it.
    pub is_blank: bool,
    /// Whether it is a quotation or an illustration: behind `>`, in a code fence or a block of HTML, indented like
    /// code, in a pasted change, beside a box that nobody ticked, or part of a sentence. What is quoted was said elsewhere,
    /// about something else.
    pub quoted: bool,
    /// Whether it goes on with a quotation without its `>`. Git reads trailers there all the same.
    pub is_lazy: bool,
}

impl Line {
    /// A line by itself, given where it is in the message and what the message has there. What is around it may make a
    /// quotation of it all the same.
    pub fn new(place: Range<usize>, content: &str) -> Line {
        let text = content.trim_end_matches(['\n', '\r']);
        Line {
            start: place.start,
            end: place.end,
            text_end: place.start + text.len(),
            is_blank: text.trim().is_empty(),
            quoted: text.trim_start().starts_with('>') || is_unticked(text),
            is_lazy: false,
        }
    }

    /// Its text, without the line ending.
    pub fn text<'a>(&self, message: &'a str) -> &'a str {
        part_of(message, self.start..self.text_end)
    }

    /// Its text with the line ending.
    pub fn content<'a>(&self, message: &'a str) -> &'a str {
        part_of(message, self.start..self.end)
    }
}

/// A line of a message has about this many bytes.
const USUAL_LENGTH: usize = 32;

/// Cuts a message into lines.
pub fn of(message: &str) -> Vec<Line> {
    let mut lines = Vec::with_capacity(message.len() / USUAL_LENGTH + 4);
    let mut start = 0;
    for content in message.split_inclusive('\n') {
        let end = start + content.len();
        lines.push(Line::new(start..end, content));
        start = end;
    }
    // `git merge --squash` indents the messages that it joins: there, depth is not quotation.
    let squashed = memchr::memmem::find(message.as_bytes(), b"Squashed commit of the following:").is_some();
    let mut open: Option<(usize, Fence)> = None;
    for at in 0..lines.len() {
        let text = lines[at].text(message);
        match (&open, fence(text)) {
            (None, Some(fence)) => open = Some((at, fence)),
            (Some((from, opened)), Some(fence)) if fence.closes(opened) => {
                lines[*from..=at].iter_mut().for_each(|line| line.quoted = true);
                open = None;
            }
            _ => {}
        }
        if is_deep(text) && !squashed && !lines[at].is_blank {
            lines[at].quoted = true;
        }
    }
    unquote_tail(message, &mut lines);
    mark_lazy(message, &mut lines);
    sentences::mark(message, &mut lines);
    quotations::mark(message, &mut lines, squashed);
    lines
}

/// A paragraph that starts behind `>` goes on without it, as in Markdown, up to a blank line, an item of a list or a
/// heading.
fn mark_lazy(message: &str, lines: &mut [Line]) {
    let mut in_quotation = false;
    for line in lines {
        let text = line.text(message).trim_start();
        let starts_anew = text.starts_with(['-', '*', '+', '#', '`', '~']);
        in_quotation = !line.is_blank && (text.starts_with('>') || (in_quotation && !starts_anew));
        line.is_lazy = in_quotation && !text.starts_with('>');
    }
}

/// Some people's editors indent a whole message, trailers included: at its end, an indented trailer
/// or footer is no illustration, unless a sentence introduces it.
fn unquote_tail(message: &str, lines: &mut [Line]) {
    let tail = lines.iter().rposition(|line| !line.is_blank && !looks_like_a_mark(line.text(message)));
    let subject = lines.iter().position(|line| !line.is_blank);
    let leads = |last: usize| {
        let text = lines[last].text(message);
        if Some(last) == subject { text.trim_end().ends_with(':') } else { sentences::leads_to_illustration(text) }
    };
    let Some(last) = tail.filter(|last| !leads(*last)) else { return };
    for line in lines.iter_mut().skip(last + 1) {
        line.quoted &= !is_deep(line.text(message));
    }
}

/// Whether a line looks like a trailer, or like a footer behind an emoji.
fn looks_like_a_mark(line: &str) -> bool {
    let text = line.trim_start();
    let sign = text.starts_with(|c: char| !c.is_ascii() && !c.is_alphanumeric());
    let key = memchr::memmem::find(text.as_bytes(), b": ").map_or("", |end| part_of(text, ..end));
    sign || (key.contains('-') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
}

/// A template offers the words; who leaves the box empty does not say them.
pub fn is_unticked(text: &str) -> bool {
    let item = text.trim_start().strip_prefix(['-', '*', '+']).map(str::trim_start);
    item.is_some_and(|item| item.starts_with("[ ]") || item.starts_with("[]"))
}

pub(super) fn is_deep(text: &str) -> bool {
    text.starts_with('\t') || text.starts_with("    ")
}

/// A line that opens or closes a piece of code.
struct Fence {
    sign: char,
    length: usize,
    /// Whether anything stands behind the signs, such as the language.
    has_more: bool,
}

impl Fence {
    fn closes(&self, opened: &Fence) -> bool {
        self.sign == opened.sign && self.length >= opened.length && !self.has_more
    }
}

fn fence(text: &str) -> Option<Fence> {
    let text = text.trim();
    let sign = text.chars().next().filter(|sign| matches!(sign, '`' | '~'))?;
    let more = text.trim_start_matches(sign);
    let length = text.len() - more.len();
    (length >= 3).then_some(Fence { sign, length, has_more: !more.is_empty() })
}

/// The index of the line that holds a byte.
pub fn holding(lines: &[Line], byte: usize) -> usize {
    lines.partition_point(|line| line.end <= byte).min(lines.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_where_they_are() {
        let message = "one\r\ntwo\n\nlast";
        let lines = of(message);
        let texts: Vec<&str> = lines.iter().map(|line| line.text(message)).collect();
        assert_eq!(texts, ["one", "two", "", "last"]);
        assert_eq!((lines[1].start, lines[1].end), (5, 9));
        assert_eq!(lines[0].content(message), "one\r\n");
        assert_eq!(holding(&lines, 0), 0);
        assert_eq!(holding(&lines, 5), 1);
        assert_eq!(holding(&lines, 99), 3);
        assert!(of("").is_empty());
    }

    #[test]
    fn quotations_are_marked() {
        let lines = of("s\n\n> a\n```\nb\n```\nc\n    d\n");
        let quoted: Vec<bool> = lines.iter().map(|line| line.quoted).collect();
        assert_eq!(quoted, [false, false, true, true, true, true, false, true]);
        for nested in ["s\n\n````\n```\nb\n````\n", "s\n\n~~~\n```\nb\n~~~\n", "s\n\n```\n```text\nb\n```\n"] {
            assert!(of(nested)[2..=5].iter().all(|line| line.quoted), "{nested}");
        }
        let open = of("s\n\n```\nb\n");
        assert!(!open[3].quoted, "a fence that never closes quotes nothing");
        assert!(of("s\n\n- [ ] No AI was used\n")[2].quoted && !of("s\n\n- [x] No AI was used\n")[2].quoted);
        let introduced = of("s\n\nsuch as:\n\n    Key-By: v\n");
        assert!(introduced[4].quoted);
        let tail = of("s\n\nword.\n\n    Key-By: v\n\nKey-By: w\n");
        assert!(!tail[4].quoted);
        let squash = of("Squashed commit of the following:\n\n    d\n");
        assert!(!squash[2].quoted);
    }
}
