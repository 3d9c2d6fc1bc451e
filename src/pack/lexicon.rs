//! Terms with fitted weights: a tab-separated file of `term<TAB>log-odds`, `#` for remarks.
//!
//! A lexicon is searched as it stands: reading it copies no term.

use std::borrow::Cow;
use std::hash::Hasher as _;

use rustc_hash::{FxHashMap, FxHasher};

/// Terms and how far each speaks for (positive) or against (negative) AI authorship, in log-odds
/// before the sum is divided by the root of its length.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    content: Cow<'static, str>,
    entries: Vec<Entry>,
    /// From a term's hash to its entry.
    index: FxHashMap<u64, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    start: u32,
    len: u32,
    weight: f32,
}

/// A line that is not `term<TAB>number`.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: expected a term, a tab and a number, found `{found}`")]
pub struct LineError {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub found: String,
}

impl Lexicon {
    /// Reads a lexicon.
    ///
    /// # Errors
    /// At the first line that is not `term<TAB>number`, or repeats a term.
    pub fn parse(content: Cow<'static, str>) -> Result<Self, LineError> {
        let mut lexicon = Lexicon::default();
        let mut start = 0;
        for (at, line) in content.lines().enumerate() {
            if !line.is_empty() && !line.starts_with('#') {
                let wrong = || LineError { line: at + 1, found: line.chars().take(80).collect() };
                let (term, weight) = line.split_once('\t').ok_or_else(wrong)?;
                let weight: f32 = weight.parse().ok().filter(|weight: &f32| weight.is_finite()).ok_or_else(wrong)?;
                let entry = lexicon.entries.len() as u32;
                lexicon.entries.push(Entry { start: start as u32, len: term.len() as u32, weight });
                if lexicon.index.insert(hash(term), entry).is_some() {
                    return Err(wrong());
                }
            }
            // A carriage return before the line feed is not part of `line`.
            start += line.len()
                + content.get(start + line.len()..).map_or(0, |rest| 1 + usize::from(rest.starts_with('\r')));
        }
        lexicon.content = content;
        Ok(lexicon)
    }

    /// The number of a term, by which [`Lexicon::term`] and [`Lexicon::weight`] know it.
    pub fn find(&self, term: &str) -> Option<u32> {
        self.index.get(&hash(term)).copied().filter(|&entry| self.term(entry) == term)
    }

    /// A term by its number.
    pub fn term(&self, entry: u32) -> &str {
        let text = self
            .entries
            .get(entry as usize)
            .and_then(|entry| self.content.get(entry.start as usize..(entry.start + entry.len) as usize));
        text.unwrap_or_default()
    }

    /// What a term weighs.
    pub fn weight(&self, entry: u32) -> f64 {
        self.entries.get(entry as usize).map_or(0.0, |entry| f64::from(entry.weight))
    }

    /// How many terms it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds no term.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// Two terms of one lexicon with the same hash are refused when it is read.
fn hash(term: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(term.as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_found_with_their_weights() {
        let lexicon = Lexicon::parse("# remark\nvia\t1.5\r\nso the\t-0.25\n".into()).unwrap();
        let entry = lexicon.find("so the").unwrap();
        assert_eq!((lexicon.term(entry), lexicon.weight(entry)), ("so the", -0.25));
        assert_eq!(lexicon.term(lexicon.find("via").unwrap()), "via");
        assert_eq!(lexicon.find("so"), None);
    }

    #[test]
    fn a_broken_line_is_named() {
        let error = Lexicon::parse("via\t1.5\nso the -0.25\n".into()).unwrap_err();
        assert_eq!(error.to_string(), "line 2: expected a term, a tab and a number, found `so the -0.25`");
        assert!(Lexicon::parse("a\tNaN\n".into()).is_err());
        assert!(Lexicon::parse("a\t1\na\t2\n".into()).is_err());
    }
}
