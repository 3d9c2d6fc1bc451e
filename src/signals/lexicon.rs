//! `lexicon` rules: which terms of a hunk or of a message a lexicon knows.

use super::message::Message;
use super::reading::Bag;
use super::{Block, terms};
use crate::pack::{Lexicon, Scope};

/// The known terms of a hunk.
pub fn hunk(scope: Scope, lexicon: &Lexicon, block: &Block<'_>) -> Bag {
    let mut known = Vec::new();
    terms::hunk(scope, block, &mut |term, line| known.extend(lexicon.find(term).map(|term| (term, line))));
    Bag::of(known)
}

/// The known terms of a message.
pub fn message(lexicon: &Lexicon, message: &Message<'_>) -> Bag {
    let mut known = Vec::new();
    terms::message(message, &mut |term, line| known.extend(lexicon.find(term).map(|term| (term, line))));
    Bag::of(known)
}
