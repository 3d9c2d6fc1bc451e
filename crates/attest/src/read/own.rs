//! Trailers whose keys are ours alone: what they state beside a tool, and those that cannot be read.
//!
//! Their grammar is `vocabulary::trailers`. That AI was used, or was not, is read by the markers of
//! their keys, as everybody's is.

use super::super::identities::{self, written};
use super::super::registry::Registry;
use super::super::{Conflict, Form, Unreadable};
use super::cut;
use ai_detect_base::vocabulary::message::TrailerLine;
use ai_detect_base::vocabulary::message::trailer_lines::Shape;
use ai_detect_base::vocabulary::trailers::{self, NO_AI, PROPORTION};

/// What they say together.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Who answers for the commit.
    pub(super) accountable: Option<String>,
    /// By which way the tools worked.
    pub(super) path: Option<String>,
    pub(super) unreadable: Vec<Unreadable>,
    /// Whether git itself would see one of those.
    pub(super) strict_unreadable: bool,
    /// What does not fit together.
    pub(super) conflicts: Vec<Conflict>,
}

impl Own {
    /// Takes in a trailer that is the author's own; whether it can be read. In a list or behind an ornament, a key may
    /// be the words of a sentence: `- AI path: leave the road`.
    pub(super) fn take(&mut self, trailer: &TrailerLine, registry: &Registry) -> bool {
        if trailer.shape == Shape::Loose || !trailers::is_ours_alone(&trailer.key) {
            return true;
        }
        let value = trailer.value.trim();
        let ours = trailers::Trailer::new(&trailer.key, value);
        let reading = trailers::read([&ours]);
        if let Some(wrong) = reading.unreadable.first().filter(|_| !is_understood(&ours, registry)) {
            let said = format!("`{}: {}`", trailer.key, cut(value, 80));
            self.unreadable.push(Unreadable {
                key: Some(trailer.key.clone()),
                form: Form::TRAILER,
                place: format!("line {} of the message", trailer.line),
                reason: format!("{said}: {}", wrong.problem),
            });
            self.strict_unreadable |= trailer.strict;
            return false;
        }
        if let Some(path) = reading.stated.path {
            self.path = Some(path.word().to_owned());
        }
        if let Some(who) = reading.stated.accountable {
            match person(who.as_str(), registry) {
                Ok(person) => self.accountable = Some(person),
                Err(conflict) => self.conflicts.push(conflict),
            }
        }
        true
    }
}

/// The person who answers for a commit.
///
/// # Errors
/// Where a tool is named.
pub(super) fn person(who: &str, registry: &Registry) -> Result<String, Conflict> {
    // Who is nobody by name or address is no tool either.
    let named = identities::people(who).into_iter().next().unwrap_or_default();
    match identities::is_human(&named, registry) {
        true => Ok(written(&named)),
        false => {
            let name = if named.name.is_empty() { &named.email } else { &named.name };
            Err(Conflict::ToolAnswers { name: cut(name, 80) })
        }
    }
}

/// Whether it is an answer that the registry knows and our grammar does not: `No-AI: y`, `AI-Proportion: none`.
fn is_understood(trailer: &trailers::Trailer, registry: &Registry) -> bool {
    let values = &registry.file.values;
    let no = || values.no.is_match(&trailer.value);
    (trailer.is(NO_AI) && (no() || values.yes.is_match(&trailer.value))) || (trailer.is(PROPORTION) && no())
}
