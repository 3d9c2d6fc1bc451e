//! Text as a reader compares it: without what nobody sees, and with Latin letters where others only look like them.
//!
//! Scores are taken of this form, so that a hidden character or a Cyrillic letter in an English word changes none.
//! What is shown, quoted and declared stays as it was written. A line stays a line.
//!
//! Only words that imitate Latin ones change:
//!
//! - a word with Latin letters in which all letters of another script look Latin (`rеview` with a Cyrillic `е`);
//! - a word of such letters only, where nothing else in the text belongs to that script;
//! - a word in styled letters (mathematical, enclosed, full-width outside of Chinese, Japanese and Korean text).
//!
//! A few signs behind a Latin letter become what they look like: special spaces between words, a Greek question mark.
//! What an override of direction turns round is turned back.
//!
//! Russian, Greek or Chinese text stays as it is, and so does text in ASCII, of which not even a copy is made.

mod letters;

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::char::is_combining_mark;

use crate::invisible::{self, is_plain};
use crate::slices::part_of;
use letters::Letter;

/// A shorter word with Greek letters is more often a formula than an imitation: `αx`.
const MIN_GREEK: usize = 4;

/// A script whose letters imitate Latin ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Script {
    /// Cyrillic
    Cyrillic,
    /// Greek and Coptic
    Greek,
    /// Any other
    Other,
}

/// What was changed in a text before it was scored.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disguise {
    /// Characters that nobody sees and that have no purpose where they stand.
    pub invisible_characters: u32,
    /// Words with letters of another script that look Latin.
    pub lookalike_words: u32,
    /// Words in styled letters.
    pub styled_words: u32,
    /// Signs that look like a space or like punctuation.
    #[serde(default)]
    pub lookalike_signs: u32,
    /// The scripts of the letters that look Latin.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub scripts: BTreeSet<Script>,
}

impl Disguise {
    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        *self == Disguise::default()
    }

    /// Counts what was changed in another text, too.
    pub fn add(&mut self, other: &Disguise) {
        self.invisible_characters = self.invisible_characters.saturating_add(other.invisible_characters);
        self.lookalike_words = self.lookalike_words.saturating_add(other.lookalike_words);
        self.styled_words = self.styled_words.saturating_add(other.styled_words);
        self.lookalike_signs = self.lookalike_signs.saturating_add(other.lookalike_signs);
        self.scripts.extend(&other.scripts);
    }
}

/// What a whole text says of the words in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// There are words in Latin letters.
    latin: bool,
    /// Chinese, Japanese or Korean, where letters of full width are ordinary.
    ideographs: bool,
    /// The scripts with letters that look like no Latin one: whoever writes these writes in that script.
    genuine: BTreeSet<Script>,
}

impl Surroundings {
    /// Of a text.
    pub fn of(text: &str) -> Surroundings {
        let mut surroundings = Surroundings::default();
        surroundings.add(text);
        surroundings
    }

    /// Takes another part of the text into account.
    pub fn add(&mut self, text: &str) {
        self.latin = self.latin || text.bytes().any(|byte| byte.is_ascii_alphabetic());
        if text.is_ascii() {
            return;
        }
        for c in text.chars().filter(|c| !c.is_ascii()) {
            self.ideographs = self.ideographs || letters::is_ideograph(c);
            if let Letter::Genuine(script) = letters::letter(c) {
                self.genuine.insert(script);
            }
        }
    }

    /// The text as a reader compares it. What was changed is counted.
    pub fn comparable<'t>(&self, text: &'t str, disguise: &mut Disguise) -> Cow<'t, str> {
        if is_plain(text.as_bytes()) {
            return text.into();
        }
        let turned = turned_back(text).map_or(Cow::Borrowed(text), Cow::Owned);
        let without = match invisible::without(&turned, hidden(&turned)) {
            Cow::Owned(without) => Some(without),
            Cow::Borrowed(_) => None,
        };
        let seen = without.map_or(turned, Cow::Owned);
        let count = u32::try_from(hidden(text).count()).unwrap_or(u32::MAX);
        disguise.invisible_characters = disguise.invisible_characters.saturating_add(count);
        match self.latinised(&seen, disguise) {
            Some(latinised) => latinised.into(),
            None => seen,
        }
    }

    /// The same for bytes. What is no UTF-8 stays as it is.
    pub fn comparable_bytes<'t>(&self, bytes: &'t [u8], disguise: &mut Disguise) -> Cow<'t, [u8]> {
        if is_plain(bytes) {
            return bytes.into();
        }
        let mut changed = false;
        let mut out = Vec::with_capacity(bytes.len());
        for chunk in bytes.utf8_chunks() {
            let comparable = self.comparable(chunk.valid(), disguise);
            changed |= comparable != chunk.valid();
            out.extend_from_slice(comparable.as_bytes());
            out.extend_from_slice(chunk.invalid());
        }
        if changed { out.into() } else { bytes.into() }
    }

    /// With the words in Latin letters that imitate such; `None` where there is none.
    fn latinised(&self, text: &str, disguise: &mut Disguise) -> Option<String> {
        let mut out = String::new();
        let mut copied = 0;
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| !c.is_ascii()) {
            // Back to the start of the word, and on to its end.
            let at = text.len() - rest.len() + start;
            let before = part_of(text, copied..at);
            let word_start = copied + before.rfind(|c| !is_of_word(c)).map_or(0, |last| last + width(before, last));
            let from = part_of(text, at..);
            let end = at + from.find(|c| !is_of_word(c)).unwrap_or(from.len());
            if end == at {
                let after = at + width(text, at);
                rest = part_of(text, after..);
                let last = if copied == at { out.chars().next_back() } else { before.chars().next_back() };
                if let Some(sign) = self.sign(last, from) {
                    out.push_str(before);
                    out.push(sign);
                    copied = after;
                    disguise.lookalike_signs = disguise.lookalike_signs.saturating_add(1);
                }
                continue;
            }
            let word = part_of(text, word_start..end);
            let latin = if starts_range(word, part_of(text, end..)) { None } else { self.latin_word(word, disguise) };
            if let Some(latin) = latin {
                out.push_str(part_of(text, copied..word_start));
                out.push_str(&latin);
                copied = end;
            }
            rest = part_of(text, end..);
        }
        if copied == 0 {
            return None;
        }
        out.push_str(part_of(text, copied..));
        Some(out)
    }

    /// The ASCII sign that a text starts with in disguise: behind a Latin letter and, for a space, before one.
    fn sign(&self, last: Option<char>, from: &str) -> Option<char> {
        let mut chars = from.chars();
        let (sign, next) = (chars.next()?, chars.next());
        if self.ideographs || !last.is_some_and(|c| c.is_ascii_alphabetic()) {
            return None;
        }
        let is_letter =
            |c: char| c.is_alphabetic() && !matches!(letters::letter(c), Letter::Genuine(_) | Letter::Other);
        if sign.is_whitespace() {
            return next.is_some_and(is_letter).then_some(' ');
        }
        letters::punctuation(sign)
    }

    /// The Latin word that a word imitates.
    fn latin_word(&self, word: &str, disguise: &mut Disguise) -> Option<String> {
        let mut latin = String::with_capacity(word.len());
        let (mut ascii, mut styled, mut alike, mut greek) = (0, 0, 0, false);
        let (mut scripts, mut genuine) = (BTreeSet::new(), BTreeSet::new());
        for c in word.chars() {
            match letters::letter(c) {
                Letter::Latin => ascii += usize::from(c.is_ascii_alphabetic()),
                Letter::FullWidth(_) if self.ideographs => {}
                Letter::Styled(plain) | Letter::FullWidth(plain) => {
                    styled += 1;
                    latin.push_str(&plain);
                    continue;
                }
                Letter::Overlay => {
                    styled += 1;
                    continue;
                }
                Letter::Phonetic(plain) => {
                    styled += 1;
                    latin.push(plain);
                    continue;
                }
                Letter::Alike(plain, script) => {
                    alike += 1;
                    greek |= script == Script::Greek;
                    scripts.insert(script);
                    latin.push(plain);
                    continue;
                }
                Letter::Genuine(script) => {
                    genuine.insert(script);
                }
                Letter::Other => {}
            }
            latin.push(c);
        }
        let long_enough = !greek || ascii + styled + alike >= MIN_GREEK;
        let imitates = alike > 0
            && long_enough
            && scripts.is_disjoint(&genuine)
            && (ascii + styled > 0 || (self.latin && scripts.is_disjoint(&self.genuine)));
        let is_styled = styled > 0 && (ascii == 0 && styled > 1 || ascii > 0 && ascii + styled > 2);
        if !imitates && (!is_styled || alike > 0) {
            return None;
        }
        disguise.lookalike_words = disguise.lookalike_words.saturating_add(u32::from(imitates));
        disguise.styled_words = disguise.styled_words.saturating_add(u32::from(!imitates));
        disguise.scripts.extend(scripts);
        Some(latin)
    }
}

/// The hidden characters of a text. Recorded output of a program holds escape sequences, of which a reader sees all but
/// the first character: they hide nothing.
fn hidden(text: &str) -> impl Iterator<Item = (usize, char)> {
    let is_sequence = |at: usize| text.get(at..).is_some_and(|rest| rest.starts_with("\u{1b}["));
    invisible::hidden(text).filter(move |(at, _)| !is_sequence(*at))
}

/// Text with what overrides of direction turn round as a reader sees it; `None` where there is no override.
fn turned_back(text: &str) -> Option<String> {
    const OVERRIDE: char = '\u{202e}';
    let mut parts = text.split(OVERRIDE);
    let mut out = parts.next().filter(|first| first.len() < text.len())?.to_owned();
    for part in parts {
        // An override ends at the sign for it, or with its line.
        let end = part.find(['\u{202c}', '\n', '\r']).unwrap_or(part.len());
        let (turned, rest) = part.split_at_checked(end).unwrap_or((part, ""));
        out.extend(turned.chars().rev());
        out.push_str(rest);
    }
    Some(out)
}

/// Whether the last letter of a word starts a range of letters of its script, as in `[a-zа-я]`.
fn starts_range(word: &str, after: &str) -> bool {
    let first = word.chars().next_back().map(letters::letter);
    let last = after.strip_prefix('-').and_then(|rest| rest.chars().next()).map(letters::letter);
    matches!((first, last), (Some(Letter::Alike(_, one)), Some(Letter::Genuine(other))) if one == other)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// How many bytes the character at a place takes.
fn width(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests;
