//! A message without its markers: what the judgement of style gets to see.
//!
//! Takes out trailers of every kind, footers, session links, and the names of tools and models;
//! keeps all else byte for byte. It takes the same things from everybody's messages, so that what
//! is missing tells nothing either.
//!
//! What `read` takes for a declaration goes in the first pass, however it is written: no declaration moves a score.
//!
//! `pass` finds what goes, `remaining` is a parsed message from which it is taken. One pass is not enough: trailers are
//! a message's last paragraph, so one that goes can make the paragraph before it the last. Passes go on until nothing
//! goes. A message that never had a marker below such a paragraph then reads the same.

mod pass;
mod remaining;

use super::footers::MAX_OF_A_KIND;
use super::read;
use super::registry::Registry;
use ai_detect_base::vocabulary::message::{Message, trailer_lines};
use pass::{Edit, what_goes};
use remaining::Remaining;

/// How often each byte of what may still change is read again, on average, at most. People's messages take two passes.
const MAX_READ: usize = 32;

/// The message without any trace of which tool was used or who signed it off.
///
/// After the first pass, only the end that can still change is looked at, so that many paragraphs that go one after the
/// other cost no more than their length. What never comes to rest is left out: nobody writes like that, and what is
/// left out tells nothing of a tool.
pub fn without_markers(message: &Message, registry: &Registry) -> String {
    match read::with_mended_declarations(message, registry) {
        Some(mended) => without_marks(&mended, registry),
        None => without_marks(message, registry),
    }
}

fn without_marks(message: &Message, registry: &Registry) -> String {
    let edit = first_pass(message, registry);
    if edit.is_empty() {
        return message.as_str().to_owned();
    }
    let mut rest = Remaining::of(message);
    let mut changed = rest.take_out(&edit);
    // Cleaning only ever shortens.
    if rest.text().len() >= message.len() {
        return rest.into_text();
    }
    let mut crowded = is_crowded(rest.text(), registry);
    let mut budget = Budget { left: 0, counted: rest.text().len() };
    loop {
        let from = if crowded { 0 } else { rest.unsettled(changed) };
        let (start, length) = (rest.start_of(from), rest.text().len());
        if !budget.allows(start, length) {
            rest.cut_off(rest.last_changed(changed));
            rest.end_as(message);
            (changed, crowded) = (rest.lines().len(), false);
            budget.counted = rest.text().len();
            continue;
        }
        let trailers = trailer_lines::parse(rest.text(), rest.lines(), from);
        let edit = what_goes(rest.text(), rest.lines(), &trailers, from, &[], registry);
        if edit.is_empty() {
            return rest.into_text();
        }
        changed = rest.take_out(&edit);
        if rest.text().len() >= length {
            return rest.into_text();
        }
    }
}

/// What goes first: also the declarations, which only the message as it was written shows.
fn first_pass(message: &Message, registry: &Registry) -> Edit {
    let declaring = read::declaring(message, registry);
    what_goes(message, message.parsed_lines(), message.trailers(), 0, &declaring, registry)
}

/// How many bytes may be read again: so many for each byte that was found to be still open.
struct Budget {
    left: usize,
    /// From this byte on, they have been counted.
    counted: usize,
}

impl Budget {
    /// Whether a text may be read from a byte on, which is then paid for.
    fn allows(&mut self, start: usize, length: usize) -> bool {
        self.left += self.counted.saturating_sub(start) * MAX_READ;
        self.counted = self.counted.min(start);
        match self.left.checked_sub(length - start) {
            Some(left) => self.left = left,
            None => return false,
        }
        true
    }
}

/// Whether there are more phrases of a kind than one pass looks at: each pass then looks at others.
fn is_crowded(text: &str, registry: &Registry) -> bool {
    let phrases = registry.hints(text).phrases;
    let mut known_only = phrases.iter().filter_map(|slot| registry.at(*slot)).filter(|at| at.marker.known_only);
    known_only.any(|at| {
        let regex = at.marker.pattern.as_ref().and_then(|pattern| pattern.regex());
        regex.is_some_and(|regex| regex.find_iter(text).nth(MAX_OF_A_KIND - 1).is_some())
    })
}

#[cfg(test)]
mod tests;
