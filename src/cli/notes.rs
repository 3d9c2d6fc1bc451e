//! Remarks about single commits of a history: the first few are named, the others counted.

use super::output::Output;

/// How many remarks are named.
const MAX_NAMED: usize = 5;

/// Remarks about commits of one history.
#[derive(Default)]
pub(super) struct Notes {
    named: Vec<String>,
    more: usize,
}

impl Notes {
    /// Prints them beside the result.
    pub(super) fn tell(&self, out: &Output) {
        for note in &self.named {
            out.say(&format!("note: {note}"));
        }
        if self.more > 0 {
            out.say(&format!("note: the same goes for {} more commits", self.more));
        }
    }
}

impl Extend<String> for Notes {
    fn extend<T: IntoIterator<Item = String>>(&mut self, notes: T) {
        for note in notes {
            if self.named.len() < MAX_NAMED { self.named.push(note) } else { self.more += 1 }
        }
    }
}
