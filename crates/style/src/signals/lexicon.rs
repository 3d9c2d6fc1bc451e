//! `lexicon` rules: which terms of a hunk or of a message a lexicon knows.

use super::message::Message;
use super::reading::{Bag, Place};
use super::{Block, terms};
use crate::pack::lexicon::hash;
use crate::pack::{Lexicon, Scope};

/// The known terms of a hunk.
pub(crate) fn hunk(scope: Scope, lexicon: &Lexicon, block: &Block<'_>) -> Bag {
    let mut found = Found::new(lexicon);
    terms::hunk(scope, block, &mut |term, line| found.add(term, line));
    found.bag()
}

/// The known terms of a message.
pub(crate) fn message(lexicon: &Lexicon, message: &Message<'_>) -> Bag {
    let mut found = Found::new(lexicon);
    terms::message(message, &mut |term, line| found.add(term, line));
    found.bag()
}

/// So many terms are looked up together.
const TOGETHER: usize = 64;

/// Looks terms up, many together.
struct Found<'l> {
    lexicon: &'l Lexicon,
    /// All terms, one after the other.
    text: String,
    /// The hashes of those that wait.
    waiting: Vec<(u64, Place)>,
    known: Vec<(u32, Place)>,
}

impl<'l> Found<'l> {
    fn new(lexicon: &'l Lexicon) -> Self {
        Found { lexicon, text: String::new(), waiting: Vec::with_capacity(TOGETHER), known: Vec::new() }
    }

    fn add(&mut self, term: &str, line: u32) {
        let start = self.text.len() as u32;
        self.text.push_str(term);
        self.waiting.push((hash(term.as_bytes()), Place { line, start, end: self.text.len() as u32 }));
        if self.waiting.len() == TOGETHER {
            self.lexicon.find_together(&mut self.waiting, &mut self.known);
        }
    }

    fn bag(mut self) -> Bag {
        self.lexicon.find_together(&mut self.waiting, &mut self.known);
        Bag::of(self.known, &self.text, self.lexicon)
    }
}
