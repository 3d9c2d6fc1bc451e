//! `lexicon` rules: which terms of a hunk or of a message a lexicon knows.

use super::message::Message;
use super::reading::Bag;
use super::{Block, terms};
use crate::pack::{Lexicon, Scope};

/// The known terms of a hunk.
pub fn hunk(scope: Scope, lexicon: &Lexicon, block: &Block<'_>) -> Bag {
    let mut found = Found::new(lexicon);
    terms::hunk(scope, block, &mut |term, line| found.add(term, line));
    found.bag()
}

/// The known terms of a message.
pub fn message(lexicon: &Lexicon, message: &Message<'_>) -> Bag {
    let mut found = Found::new(lexicon);
    terms::message(message, &mut |term, line| found.add(term, line));
    found.bag()
}

/// So many terms are looked up together.
const TOGETHER: usize = 64;

/// Looks terms up, many together.
struct Found<'l> {
    lexicon: &'l Lexicon,
    /// Terms that wait, one after the other.
    text: String,
    /// For each of them where it ends, and its line.
    ends: Vec<(usize, u32)>,
    known: Vec<(u32, u32)>,
}

impl<'l> Found<'l> {
    fn new(lexicon: &'l Lexicon) -> Self {
        Found { lexicon, text: String::new(), ends: Vec::new(), known: Vec::new() }
    }

    fn add(&mut self, term: &str, line: u32) {
        self.text.push_str(term);
        self.ends.push((self.text.len(), line));
        if self.ends.len() == TOGETHER {
            self.look_up();
        }
    }

    fn look_up(&mut self) {
        let mut start = 0;
        let terms = self.ends.iter().map(|(end, line)| {
            let term = self.text.get(start..*end).unwrap_or_default();
            start = *end;
            (term, *line)
        });
        self.lexicon.find_together(terms, &mut self.known);
        self.text.clear();
        self.ends.clear();
    }

    fn bag(mut self) -> Bag {
        self.look_up();
        Bag::of(self.known)
    }
}
