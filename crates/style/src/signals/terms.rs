//! The terms that lexicons weigh: words and pairs of neighbouring words, with punctuation and ends of
//! lines as words of their own, since models and people differ as much there as in vocabulary.
//!
//! Numbers are all the same (`0`): how large the number of an issue is tells the year, not the
//! author. Neutral words (`rules/lexicons/neutral.txt`) make no term and no pair. Scoring and fitting
//! both read terms here, so that what is weighed is what was fitted.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::message::Message;
use super::{Block, tokens};
use crate::pack::Scope;
use crate::syntax::words;
use ai_detect_base::lines::{Line, LineSet};
use ai_detect_base::slices::{items_of, part_of};

static NEUTRAL: LazyLock<FxHashSet<&'static str>> = LazyLock::new(|| {
    let lines = include_str!("../../../../rules/lexicons/neutral.txt").lines();
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).collect()
});

/// Longer texts say nothing new: words read of one string literal.
const MAX_STRING: usize = 200;
/// The same for a comment or a message.
const MAX_TEXT: usize = 4_000;

/// Who is told of a term, and of its line in the text from 0.
pub type Visit<'v> = dyn FnMut(&str, u32) + 'v;

/// Visits the terms of a hunk that a lexicon of that scope weighs.
pub fn hunk(scope: Scope, block: &Block<'_>, visit: &mut Visit<'_>) {
    let regions = &block.hunk.regions;
    let mut reader = Reader::default();
    match scope {
        Scope::Comment => {
            for region in regions.comments.iter().chain(&regions.docstrings) {
                reader.read(&region.text, MAX_TEXT);
                reader.pairs("", Cases::Both, &mut |term, line| visit(term, region.span.start + line));
            }
        }
        Scope::String => {
            for region in &regions.strings {
                reader.read(&region.text, MAX_STRING);
                reader.pairs("", Cases::Lower, &mut |term, line| visit(term, region.span.start + line));
            }
        }
        Scope::Identifier => {
            let mut names = Names::default();
            let mut seen = LineSet::default();
            for name in &regions.identifiers {
                let raw = items_of(block.file.new.bytes(), name.clone());
                // What counts of a term is that it is there, and where first.
                if seen.insert(Line::new(raw)) {
                    let compared = block.hunk.seen.bytes(raw);
                    names.read(&String::from_utf8_lossy(&compared), block.file.new.line_at(name.start), visit);
                }
            }
        }
        Scope::Code => tokens::each(block.lines(), visit),
        _ => {}
    }
}

/// Whether a lower-case word may make no term, whatever number stands behind it.
pub(super) fn is_neutral(word: &str) -> bool {
    NEUTRAL.contains(word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

/// Writes a word with a zero for every run of its digits.
pub(super) fn push_numbers_alike(word: &str, to: &mut String) {
    let start = to.len();
    for c in word.chars() {
        let c = if c.is_ascii_digit() { '0' } else { c };
        if c != '0' || !to.get(start..).is_some_and(|written| written.ends_with('0')) {
            to.push(c);
        }
    }
}

/// Visits the terms of a message. Those of the subject are told apart from those of the body.
pub fn message(message: &Message<'_>, visit: &mut Visit<'_>) {
    let mut reader = Reader::default();
    reader.read(without_number(message.subject()), MAX_TEXT);
    reader.pairs("S ", Cases::Both, &mut |term, _| visit(term, 0));
    if !message.body().is_empty() {
        let first = message.body_line();
        reader.read(message.body(), MAX_TEXT);
        reader.pairs("", Cases::Both, &mut |term, line| visit(term, first + line));
    }
}

/// A subject without the number of its request, ` (#123)`, which forges add.
fn without_number(subject: &str) -> &str {
    let number = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once("(#"));
    match number {
        Some((before, digits)) if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) => before.trim_end(),
        _ => subject,
    }
}

/// Takes names apart; its buffers serve many names.
#[derive(Default)]
struct Names {
    lower: String,
    /// The part before, an underscore, and the part.
    pair: String,
}

impl Names {
    /// Visits the parts of a name, and pairs of them.
    fn read(&mut self, name: &str, line: u32, visit: &mut Visit<'_>) {
        let Names { lower, pair } = self;
        pair.clear();
        words::each_part(name, lower, &mut |part| {
            let part = if part.bytes().all(|byte| byte.is_ascii_digit()) { "0" } else { part };
            if is_neutral(part) {
                pair.clear();
                return;
            }
            visit(part, line);
            let paired = !pair.is_empty();
            if paired {
                pair.push('_');
            }
            let start = pair.len();
            pair.push_str(part);
            if paired {
                visit(pair, line);
                pair.drain(..start);
            }
        });
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cases {
    Lower,
    /// Lower case, and as written where that differs.
    Both,
}

/// One word, as it stands in [`Reader::written`] and [`Reader::lower`].
#[derive(Debug, Clone, Copy)]
struct Word {
    written: (u32, u32),
    lower: (u32, u32),
    line: u32,
    neutral: bool,
}

/// Cuts text into words; its buffers serve many texts.
#[derive(Default)]
struct Reader {
    written: String,
    lower: String,
    words: Vec<Word>,
    term: String,
}

impl Reader {
    fn read(&mut self, text: &str, most: usize) {
        self.written.clear();
        self.lower.clear();
        self.words.clear();
        self.push("^", 0);
        let mut line = 0;
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next().filter(|_| self.words.len() < most) {
            let len = length(rest, first);
            let (word, after) = rest.split_at(len);
            if first == '\n' || first == '\r' {
                let breaks = memchr::memchr_iter(b'\n', word.as_bytes()).count() as u32;
                self.push(if breaks > 1 { "\\n\\n" } else { "\\n" }, line);
                line += breaks;
            } else if first.is_alphanumeric() || first == '_' {
                self.push_digits(word, line);
            } else if !first.is_whitespace() {
                self.push(word, line);
            }
            rest = after;
        }
        self.push("$", line);
    }

    /// Runs of digits become one zero.
    fn push_digits(&mut self, word: &str, line: u32) {
        if !word.bytes().any(|byte| byte.is_ascii_digit()) {
            return self.push(word, line);
        }
        let mut plain = String::with_capacity(word.len());
        push_numbers_alike(word, &mut plain);
        self.push(&plain, line);
    }

    fn push(&mut self, word: &str, line: u32) {
        let written = append(&mut self.written, word);
        let start = self.lower.len() as u32;
        if word.is_ascii() {
            self.lower.push_str(word);
            if let Some(tail) = self.lower.get_mut(start as usize..) {
                tail.make_ascii_lowercase();
            }
        } else {
            self.lower.push_str(&word.to_lowercase());
        }
        let lower = (start, self.lower.len() as u32);
        let neutral = slice(&self.lower, lower).split(['_', '\'']).any(is_neutral);
        self.words.push(Word { written, lower, line, neutral });
    }

    /// Visits each word and each pair, after a prefix.
    fn pairs(&mut self, prefix: &str, cases: Cases, visit: &mut Visit<'_>) {
        let mut before: Option<Word> = None;
        for &word in &self.words {
            if word.neutral {
                before = None;
                continue;
            }
            let forms = [(&self.lower, word.lower), (&self.written, word.written)];
            let lower = slice(forms[0].0, forms[0].1);
            let written = slice(forms[1].0, forms[1].1);
            tell(&mut self.term, prefix, None, lower, word.line, visit);
            let cased = cases == Cases::Both && written != lower;
            if cased {
                tell(&mut self.term, prefix, None, written, word.line, visit);
            }
            if let Some(before) = before {
                let first = (slice(&self.lower, before.lower), slice(&self.written, before.written));
                tell(&mut self.term, prefix, Some(first.0), lower, word.line, visit);
                if cased || (cases == Cases::Both && first.0 != first.1) {
                    tell(&mut self.term, prefix, Some(first.1), written, word.line, visit);
                }
            }
            before = Some(word);
        }
    }
}

fn tell(term: &mut String, prefix: &str, first: Option<&str>, second: &str, line: u32, visit: &mut Visit<'_>) {
    term.clear();
    term.push_str(prefix);
    if let Some(first) = first {
        term.push_str(first);
        term.push(' ');
    }
    term.push_str(second);
    visit(term, line);
}

fn append(to: &mut String, word: &str) -> (u32, u32) {
    let start = to.len() as u32;
    to.push_str(word);
    (start, to.len() as u32)
}

fn slice(text: &str, (start, end): (u32, u32)) -> &str {
    part_of(text, start as usize..end as usize)
}

/// How long the word is that starts with `first`: letters, digits, underscores and apostrophes
/// together, ends of lines together, any other character alone.
fn length(rest: &str, first: char) -> usize {
    let run = |belongs: fn(char) -> bool| rest.find(|c: char| !belongs(c)).unwrap_or(rest.len());
    match first {
        '\n' | '\r' => run(|c| matches!(c, '\n' | '\r')),
        c if c.is_alphanumeric() || c == '_' => run(|c| c.is_alphanumeric() || matches!(c, '_' | '\'')),
        c => c.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, cases: Cases) -> Vec<String> {
        let mut reader = Reader::default();
        reader.read(text, MAX_TEXT);
        let mut found = Vec::new();
        reader.pairs("", cases, &mut |term, _| found.push(term.to_owned()));
        found
    }

    #[test]
    fn words_and_pairs_with_punctuation_and_ends_of_lines() {
        assert_eq!(
            terms("Retry \u{2014} 3 times\n", Cases::Both),
            [
                "^",
                "retry",
                "Retry",
                "^ retry",
                "^ Retry",
                "\u{2014}",
                "retry \u{2014}",
                "Retry \u{2014}",
                "0",
                "\u{2014} 0",
                "times",
                "0 times",
                "$",
                "times $"
            ]
        );
        assert_eq!(
            terms("a\r\n\r\nb", Cases::Lower),
            ["^", "a", "^ a", "\\n\\n", "a \\n\\n", "b", "\\n\\n b", "$", "b $"]
        );
    }

    #[test]
    fn neutral_words_leave_no_trace() {
        assert_eq!(terms("ask Claude now", Cases::Lower), ["^", "ask", "^ ask", "now", "$", "now $"]);
        assert_eq!(terms("GPT4", Cases::Both), ["^", "$"]);
    }

    #[test]
    fn names_are_taken_apart() {
        let mut found = Vec::new();
        Names::default().read("parseHttp2Url", 7, &mut |term, line| found.push((term.to_owned(), line)));
        let told: Vec<&str> = found.iter().map(|(term, _)| term.as_str()).collect();
        assert_eq!(told, ["parse", "http2", "parse_http2", "url", "http2_url"]);
    }

    #[test]
    fn the_number_of_the_request_is_not_style() {
        assert_eq!(without_number("Close idle sockets (#1234)"), "Close idle sockets");
        assert_eq!(without_number("Close (idle) sockets"), "Close (idle) sockets");
    }
}
