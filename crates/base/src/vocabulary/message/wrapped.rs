//! Sentences of a message that go on in the next line: editors and forges wrap them.
//!
//! In a [`Wrapped`] text each of these sentences stands on one line. A space stands where the line ended, so every byte
//! keeps its place, and what is found there is found in the message.

use std::ops::Range;

use super::lines::Line;
use super::sentences::{is_item, looks_like_a_mark};
use super::trailer_lines::{self, TrailerLine};
use crate::slices::part_of;

/// A sentence goes on for no more lines than this.
const MAX_LINES: usize = 6;
/// A line that is shorter ends where its writer ended it, unless the next one starts in lower case.
const MIN_FULL_LINE: usize = 40;

/// A message in which each wrapped sentence stands on one line.
#[derive(Debug)]
pub struct Wrapped {
    text: String,
    /// The indices of the lines of each sentence that has several, in order.
    sentences: Vec<Range<usize>>,
}

impl Wrapped {
    /// The message with its wrapped sentences on one line each; `None` where no sentence goes on.
    pub fn of(message: &str, lines: &[Line]) -> Option<Wrapped> {
        let subject = lines.iter().position(|line| !line.is_blank)?;
        let mut sentences = Vec::new();
        let mut at = subject + 1;
        while at < lines.len() {
            let more = lines.get(at..)?.windows(2).take(MAX_LINES - 1);
            let length = 1 + more.take_while(|pair| goes_on(message, &pair[0], &pair[1])).count();
            if length > 1 {
                sentences.push(at..at + length);
            }
            at += length;
        }
        if sentences.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(message.len());
        for sentence in &sentences {
            for line in lines.get(sentence.start..sentence.end - 1)? {
                let end = line.start + line.text(message).len();
                text.push_str(part_of(message, text.len()..end));
                (end..line.end).for_each(|_| text.push(' '));
            }
        }
        text.push_str(part_of(message, text.len()..));
        Some(Wrapped { text, sentences })
    }

    /// The text, as long as the message.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The indices of the lines of the sentence that a line belongs to, if it has several.
    pub fn sentence(&self, line: usize) -> Option<Range<usize>> {
        let after = self.sentences.partition_point(|sentence| sentence.end <= line);
        self.sentences.get(after).filter(|sentence| sentence.contains(&line)).cloned()
    }

    /// What a sentence says from one of its lines on.
    pub fn rest_of(&self, lines: &[Line], line: usize) -> Option<&str> {
        let sentence = self.sentence(line)?;
        let (first, last) = (lines.get(line)?, lines.get(sentence.end - 1)?);
        Some(part_of(&self.text, first.start..last.end).trim_end_matches(['\n', '\r']))
    }

    /// A trailer with the lines over which its value is wrapped. `None` where the value ends in its line.
    pub fn trailer(&self, trailer: &TrailerLine, lines: &[Line]) -> Option<TrailerLine> {
        let at = trailer.lines.start;
        let sentence = self.sentence(at).filter(|sentence| sentence.end > trailer.lines.end)?;
        let whole = trailer_lines::of_line(self.rest_of(lines, at)?, at)?;
        Some(TrailerLine { value: whole.value, lines: at..sentence.end, ..trailer.clone() })
    }

    /// The trailers whose keys stand on a line of their own, above their values.
    pub fn trailers_below_keys(&self, lines: &[Line], message: &str) -> Vec<TrailerLine> {
        let starts = self.sentences.iter().map(|sentence| (sentence.start, sentence.end));
        let keys = starts.filter(|(at, _)| lines.get(*at).is_some_and(|line| is_label(line.text(message))));
        keys.filter_map(|(at, end)| {
            let whole = trailer_lines::of_line(self.rest_of(lines, at)?, at)?;
            Some(TrailerLine { lines: at..end, ..whole })
        })
        .collect()
    }
}

/// Whether a sentence goes on from one line in the next.
fn goes_on(message: &str, above: &Line, below: &Line) -> bool {
    let is_out = |line: &Line| line.is_blank || line.quoted || line.is_lazy;
    if is_out(above) || is_out(below) {
        return false;
    }
    let (above, below) = (above.text(message).trim(), below.text(message).trim());
    if above.ends_with(['.', '!', '?', ';']) || (above.ends_with(':') && !is_label(above)) {
        return false;
    }
    if is_command(above) || starts_anew(below) {
        return false;
    }
    if below.starts_with(|c: char| c.is_lowercase()) || is_label(above) || stops_short(above) {
        return true;
    }
    // The line above is full: the next word would not have fitted in the longest line.
    let word = below.split_whitespace().next().unwrap_or("").chars().count();
    let (width, length) = (below.chars().count(), above.chars().count());
    (length >= MIN_FULL_LINE || trailer_lines::is_trailer(above)) && length + 1 + word > width
}

/// Whether a line ends with a word that ends no sentence.
fn stops_short(text: &str) -> bool {
    const WORDS: [&str; 20] = [
        "with", "by", "the", "a", "an", "of", "and", "or", "to", "for", "from", "via", "used", "using", "in", "on",
        "that", "was", "is", "my",
    ];
    text.rsplit(' ').next().is_some_and(|last| WORDS.contains(&last))
}

/// Whether a line is a key alone: `AI disclosure:`.
fn is_label(text: &str) -> bool {
    text.trim_end().ends_with(':') && trailer_lines::is_key(text.trim())
}

fn is_command(text: &str) -> bool {
    text.starts_with("$ ") || text.starts_with("(cherry picked from ")
}

/// Whether a line cannot go on with the one above: an item, a heading, a mark, a key, a table.
fn starts_anew(text: &str) -> bool {
    is_item(text)
        || is_command(text)
        || looks_like_a_mark(text)
        || text.starts_with(['#', '|', '>', '`', '~', '<', '='])
        || text.starts_with("---")
        || trailer_lines::is_trailer(text)
        || is_label(text)
        || is_numbered(text)
}

fn is_numbered(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < text.len() && (rest.starts_with(". ") || rest.starts_with(") "))
}

#[cfg(test)]
mod tests {
    use super::super::Message;
    use super::*;

    fn wrapped(message: &str) -> Option<Wrapped> {
        Wrapped::of(message, Message::from(message).parsed_lines())
    }

    #[test]
    fn a_sentence_goes_on_over_lines() {
        for (body, whole) in [
            (
                "AI disclosure: this was written with the\nhelp of Claude.",
                "AI disclosure: this was written with the help of Claude.",
            ),
            ("AI disclosure:\nCodex helped.", "AI disclosure: Codex helped."),
            ("AI disclosure: I used Claude\nCode to write it.", "AI disclosure: I used Claude Code to write it."),
            ("A\nfew\nwords", "A few words"),
            ("It was made with\nCopilot", "It was made with Copilot"),
            (
                "All of the parser that is new here was written by\nCopilot in one go, and read by me.",
                "All of the parser that is new here was written by Copilot in one go, and read by me.",
            ),
        ] {
            let text = wrapped(&format!("s\n\n{body}\n")).unwrap().text().to_owned();
            assert_eq!(text, format!("s\n\n{whole}\n"));
            let crlf = format!("s\r\n\r\n{}\r\n", body.replace('\n', "\r\n"));
            assert_eq!(wrapped(&crlf).unwrap().text().len(), crlf.len());
        }
    }

    #[test]
    fn lines_that_stand_alone_stay_alone() {
        for body in [
            "It works.\nIt is quick.",
            "AI disclosure: none\nFixes the loop for users of Claude, too",
            "With the help of Claude\nFix the other thing, which was wrong",
            "AI usage: Codex\nSigned-off-by: A <a@b.c>",
            "- one\n- two",
            "one\n1. two",
            "See the page below:\nthe one with the plan",
            "> quoted\n> more",
            "    code\n    more",
            "one\n\ntwo",
            "AI: yes\nNote: no",
        ] {
            assert!(wrapped(&format!("s\n\n{body}\n")).is_none(), "{body}");
        }
        assert!(wrapped("subject\nmore of it").is_none());
    }

    #[test]
    fn trailers_get_the_rest_of_their_values() {
        let message = Message::from("s\n\nAI usage: none, all of\nit by hand\n\nAI disclosure:\nCodex helped\n");
        let wrapped = Wrapped::of(&message, message.parsed_lines()).unwrap();
        let whole = wrapped.trailer(&message.trailers()[0], message.parsed_lines()).unwrap();
        assert_eq!((whole.value.as_str(), whole.lines), ("none, all of it by hand", 2..4));
        let below = wrapped.trailers_below_keys(message.parsed_lines(), &message);
        assert_eq!((below[0].name.as_str(), below[0].value.as_str()), ("ai-disclosure", "Codex helped"));
        assert_eq!((below[0].line, below[0].strict), (6, false));
    }

    proptest::proptest! {
        #[test]
        fn every_byte_keeps_its_place(message in "(\\PC|\n|\r\n|a b|AI use: |: |- |    ){0,60}") {
            if let Some(wrapped) = wrapped(&message) {
                let pairs = message.bytes().zip(wrapped.text().bytes());
                assert_eq!(wrapped.text().len(), message.len());
                assert!(pairs.into_iter().all(|(one, other)| one == other || (other == b' ' && b"\r\n".contains(&one))));
            }
        }
    }
}
