//! `message` rules: the style of a commit message after every marker was removed from it.

use std::borrow::Cow;

use super::{Evidence, Found, quote};
use crate::pack::rule::Shape;
use ai_detect_base::lookalikes::{Disguise, Surroundings};
use ai_detect_base::slices::{first_line, items_of};
use ai_detect_base::vocabulary::message::Message as CommitMessage;

/// A message without markers, and the size of its commit.
pub struct Message<'a> {
    /// The text; the first line is the subject.
    pub text: &'a str,
    /// How many lines the commit authored within the range.
    pub added_lines: u32,
}

/// A message as a reader compares it, and what was changed. Markers are taken out afterwards: so those go, too, that
/// only a reader would know.
pub fn comparable(message: &CommitMessage) -> (Cow<'_, CommitMessage>, Disguise) {
    let mut disguise = Disguise::default();
    let seen = match Surroundings::of(message).comparable(message, &mut disguise) {
        // Where nothing changes, what is known of the message stays known.
        Cow::Borrowed(_) => Cow::Borrowed(message),
        Cow::Owned(seen) => Cow::Owned(seen.into()),
    };
    (seen, disguise)
}

impl<'a> Message<'a> {
    /// The first line.
    pub(crate) fn subject(&self) -> &'a str {
        first_line(self.text).trim()
    }

    /// The rest, without the blank lines around it.
    pub(crate) fn body(&self) -> &'a str {
        self.text.split_once('\n').map_or("", |(_, rest)| rest.trim())
    }

    /// The line, from 0, where the body starts.
    pub(crate) fn body_line(&self) -> u32 {
        let body = self.body();
        let start = body.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let before = items_of(self.text.as_bytes(), ..start);
        memchr::memchr_iter(b'\n', before).count() as u32
    }

    fn body_lines(&self) -> impl Iterator<Item = &'a str> {
        self.body().lines().map(str::trim).filter(|line| !line.is_empty())
    }

    fn bullets(&self) -> impl Iterator<Item = &'a str> {
        self.body_lines().filter_map(|line| {
            let bullet =
                line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")).or_else(|| line.strip_prefix("\u{2022} "));
            bullet.map(str::trim)
        })
    }
}

/// How a number is taken; `None` where there is too little to measure.
type Number = for<'a> fn(&Message<'a>) -> Option<f64>;

/// The numbers that can be taken of a message, by name.
pub(super) static NUMBERS: &[(&str, Number)] = &[
    ("subject_words", |m| Some(word_count(m.subject()))),
    ("subject_length", |m| Some(m.subject().chars().count() as f64)),
    ("body_lines", |m| Some(m.body_lines().count() as f64)),
    ("body_words", |m| Some(word_count(m.body()))),
    ("bullets", |m| Some(m.bullets().count() as f64)),
    ("bullet_share", |m| share(m.bullets().count(), m.body_lines().count(), 1)),
    ("bullet_words", |m| mean(m.bullets().map(word_count))),
    ("headings", |m| Some(m.body_lines().filter(|line| is_heading(line)).count() as f64)),
    ("sentences", |m| Some(m.body().split(['.', '!', '?']).filter(|part| word_count(part) >= 3.0).count() as f64)),
    ("em_dashes", |m| Some(m.text.matches('\u{2014}').count() as f64)),
    ("arrows", |m| Some(m.text.matches(super::measures::is_arrow).count() as f64)),
    ("emoji", |m| Some(m.text.chars().filter(|&c| super::measures::is_emoji(c)).count() as f64)),
    ("backticks", |m| Some((m.text.matches('`').count() / 2) as f64)),
    ("conventional_prefix", |m| Some(flag(is_conventional(m.subject())))),
    ("capitalised_subject", |m| Some(flag(after_prefix(m.subject()).starts_with(char::is_uppercase)))),
    ("subject_period", |m| Some(flag(m.subject().ends_with('.')))),
    ("body_per_added_line", |m| (m.added_lines > 0).then(|| word_count(m.body()) / f64::from(m.added_lines))),
    ("lists_files", |m| Some(m.body_lines().filter(|line| names_path(line)).count() as f64)),
    ("colon_bullets", |m| Some(m.bullets().filter(|bullet| is_colon_bullet(bullet)).count() as f64)),
    ("past_tense_bullets", |m| Some(m.bullets().filter(|bullet| first_word(bullet).ends_with("ed")).count() as f64)),
    ("imperative_bullets", |m| Some(m.bullets().filter(|bullet| is_imperative(&first_word(bullet))).count() as f64)),
    ("paragraphs", |m| Some(m.body().split("\n\n").filter(|part| !part.trim().is_empty()).count() as f64)),
    ("first_person", |m| {
        Some(m.text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| is_first_person(w)).count() as f64)
    }),
    ("questions", |m| Some(m.text.matches("? ").count() as f64 + flag(m.text.trim_end().ends_with('?')))),
    ("urls", |m| Some(m.text.matches("://").count() as f64)),
    ("issue_refs", |m| Some(issue_refs(m.text))),
];

/// A number of a message by its name.
pub(crate) fn number(name: &str, message: &Message<'_>) -> Option<f64> {
    NUMBERS.iter().find(|(known, _)| *known == name).and_then(|(_, number)| number(message))
}

/// Counts what the shape says of a number, with the line that it was taken of.
pub(crate) fn count(at: usize, name: &str, value: f64, shape: Shape, message: &Message<'_>, found: &mut Found) {
    let amount = shape.of(value);
    if amount > 0.0 {
        let of_subject = name.contains("subject") || name == "conventional_prefix" || message.body().is_empty();
        let line = if of_subject { 0 } else { message.body_line() };
        // A message without a body has no such line to quote.
        let text = quote(message.text.lines().nth(line as usize).unwrap_or(""));
        let text = format!("{name} {}: {text}", super::metric::shown(value));
        found.count(at, amount, Some(Evidence { line, end_line: line + 1, column: 0, text, contribution: 0.0 }));
    }
}

fn flag(on: bool) -> f64 {
    f64::from(u8::from(on))
}

fn share(part: usize, whole: usize, least: usize) -> Option<f64> {
    (whole >= least).then(|| part as f64 / whole as f64)
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn word_count(text: &str) -> f64 {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as f64
}

fn first_word(text: &str) -> String {
    // A text without a word starts with none.
    text.split_whitespace().next().unwrap_or("").trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase()
}

fn is_heading(line: &str) -> bool {
    let marked =
        line.starts_with("## ") || line.starts_with("### ") || (line.starts_with("**") && line.ends_with("**"));
    marked || (line.ends_with(':') && word_count(line) <= 4.0 && line.starts_with(char::is_uppercase))
}

/// `feat(scope)!: subject`.
fn is_conventional(subject: &str) -> bool {
    let Some((prefix, _)) = subject.split_once(": ") else { return false };
    let kind = prefix.split('(').next().unwrap_or(prefix).trim_end_matches('!');
    matches!(
        kind,
        "feat"
            | "fix"
            | "docs"
            | "style"
            | "refactor"
            | "perf"
            | "test"
            | "tests"
            | "build"
            | "ci"
            | "chore"
            | "revert"
    )
}

fn after_prefix(subject: &str) -> &str {
    subject.split_once(": ").map_or(subject, |(_, rest)| rest)
}

fn names_path(line: &str) -> bool {
    line.split_whitespace().any(|word| {
        let word = word.trim_matches(['`', ':', ',', '(', ')', '*']);
        let extension = word.rsplit_once('.').map_or("", |(_, extension)| extension);
        let known = (1..=4).contains(&extension.len()) && extension.chars().all(|c| c.is_ascii_alphanumeric());
        word.contains('/') && known && !word.contains("://")
    })
}

/// `Thing: explanation`, where the thing is short.
fn is_colon_bullet(bullet: &str) -> bool {
    bullet.split_once(": ").is_some_and(|(thing, rest)| word_count(thing) <= 5.0 && word_count(rest) >= 2.0)
}

fn is_imperative(word: &str) -> bool {
    const VERBS: &[&str] = &[
        "add",
        "adjust",
        "allow",
        "avoid",
        "change",
        "clarify",
        "clean",
        "convert",
        "create",
        "delete",
        "document",
        "drop",
        "enable",
        "ensure",
        "extend",
        "extract",
        "fix",
        "handle",
        "implement",
        "improve",
        "include",
        "introduce",
        "make",
        "merge",
        "migrate",
        "move",
        "normalize",
        "prevent",
        "refactor",
        "remove",
        "rename",
        "replace",
        "return",
        "rewrite",
        "set",
        "simplify",
        "skip",
        "split",
        "support",
        "switch",
        "test",
        "unify",
        "update",
        "use",
        "validate",
        "wire",
    ];
    VERBS.binary_search(&word).is_ok()
}

pub(super) fn is_first_person(word: &str) -> bool {
    matches!(
        word,
        "I" | "I'm" | "I've" | "I'll" | "we" | "We" | "we're" | "we've" | "our" | "Our" | "my" | "let's" | "Let's"
    )
}

fn issue_refs(text: &str) -> f64 {
    let bytes = text.as_bytes();
    let refs = memchr::memchr_iter(b'#', bytes).filter(|&at| bytes.get(at + 1).is_some_and(u8::is_ascii_digit));
    refs.count() as f64
}
