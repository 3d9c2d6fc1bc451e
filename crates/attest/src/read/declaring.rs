//! Where a message declares AI use: what scoring must not see.
//!
//! Uses the reader of declarations itself, so that nothing can be read as a declaration and still move a score.

use std::ops::Range;

use super::super::footers::Phrase;
use super::super::legible::Legible;
use super::super::registry::Registry;
use super::{Reader, hints_of};
use ai_detect_base::change::Person;
use ai_detect_base::vocabulary::message::{Message, Wrapped, trailer_lines};

/// A place in a message that declares AI use, or denies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Declaring {
    /// The indices of its lines.
    pub(crate) lines: Range<usize>,
    /// The bytes of the phrase that declares it; `None` where all of the lines do.
    pub(crate) phrase: Option<Range<usize>>,
}

/// The places of a message that declare AI use, or deny it, from top to bottom.
pub(crate) fn declaring(message: &Message, registry: &Registry) -> Vec<Declaring> {
    read(message, None, registry)
}

/// The message with those lines mended that declare something only once they are; `None` where there are none.
pub(crate) fn with_mended_declarations(message: &Message, registry: &Registry) -> Option<Message> {
    let legible = Legible::of(message)?;
    let found = read(legible.message(), Some(&legible), registry);
    let declares = |at: usize| found.iter().any(|place| place.lines.contains(&at));
    let is_needed = found.iter().flat_map(|place| place.lines.clone()).any(|at| legible.is_mended(at));
    is_needed.then(|| legible.mended_where(message, declares))
}

fn read(message: &Message, legible: Option<&Legible>, registry: &Registry) -> Vec<Declaring> {
    let hints = hints_of(message, registry);
    if !hints.any {
        return Vec::new();
    }
    let mut reader = Reader::new(message, legible, registry);
    reader.declarations(&hints, registry.is_quoting(&Person::default(), message));
    let mut found = reader.declaring;
    found.sort_by_key(|place| (place.lines.start, place.lines.end));
    found
}

impl<'r> Reader<'_, 'r> {
    /// Where a phrase declares something: with its whole sentence if it goes on over several lines, and without a span of
    /// its own where the sentence answers a label.
    pub(super) fn declared_by(&self, phrase: &Phrase<'_, 'r>) -> Declaring {
        let own = self.lines_of(phrase);
        let sentence = self.wrapped.as_ref().and_then(|wrapped| wrapped.sentence(phrase.line));
        let lines = match &sentence {
            Some(sentence) => self.context_of(phrase)..sentence.end.max(own.end),
            None => own,
        };
        let first = sentence.map_or(phrase.line, |sentence| sentence.start);
        if self.starts_with_label(first) {
            return Declaring { lines: first..lines.end, phrase: None };
        }
        // A phrase that ends in its line is cut out there, or takes the line along.
        Declaring { lines, phrase: Some(phrase.start..phrase.end) }
    }

    fn starts_with_label(&self, at: usize) -> bool {
        let lines = self.message.parsed_lines();
        let Some(line) = lines.get(at) else { return false };
        let whole = self.wrapped.as_deref().and_then(|wrapped: &Wrapped| wrapped.rest_of(lines, at));
        let text = whole.unwrap_or_else(|| line.text(self.message));
        trailer_lines::of_line(text, at).is_some_and(|trailer| self.is_label(&trailer.name))
    }
}
