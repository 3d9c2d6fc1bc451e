//! Trailers whose keys are about AI and are not listed, or are ordinary words: `AI: yes`, `LLM-Help: no`, `Tool: Claude
//! Code` beside `Model: claude-opus-4-8`.
//!
//! A yes to such a key, or the names of tools behind it, is a plain statement. Everything else stays a near miss.

use super::super::answers::{self, Answer, after_yes};
use super::super::declared::{self, Declared};
use super::super::names_alone::is_names_alone;
use super::super::near_misses;
use super::super::registry::MarkerAt;
use super::super::{Confidence, Role};
use super::Reader;
use ai_detect_base::vocabulary::message::TrailerLine;
use ai_detect_base::vocabulary::message::trailer_lines::Shape;

impl<'r> Reader<'_, 'r> {
    /// A trailer that no marker's key led to.
    pub(super) fn unlisted_key(&mut self, trailer: &TrailerLine) {
        let is_key = trailer.shape == Shape::Plain || self.is_spaced_label(trailer);
        let Some(marker) = self.registry.of_unlisted_keys().filter(|_| is_key) else { return };
        if near_misses::asks_for_ai(&trailer.name, self.registry) {
            self.answer(marker, trailer, Confidence::High);
        } else if self.stands_beside_its_pair(trailer) {
            let read = declared::read(trailer.value.trim(), self.registry);
            // `Model: Claude` names no tool.
            let is_model = near_misses::is_key_of_models(&trailer.name, self.registry);
            let named = if is_model { Declared { tool: None, ..read } } else { read };
            let role = marker.marker.role.unwrap_or(Role::Assisted);
            self.push(marker, named, role, marker.marker.confidence, self.at_trailer(trailer));
        }
    }

    /// What a trailer answers whose key asks for AI. A key of one word counts in git's own block alone: elsewhere it is
    /// prose, or the name of a component.
    pub(super) fn answer(&mut self, marker: MarkerAt<'r>, trailer: &TrailerLine, most: Confidence) {
        if !trailer.strict && !trailer.name.contains('-') {
            return;
        }
        let value = trailer.value.trim();
        let behind = after_yes(value);
        let role = marker.marker.role.unwrap_or(Role::Assisted);
        let (declared, role) = match answers::read(value, self.registry) {
            Answer::No => (Declared::default(), Role::Denied),
            Answer::Yes => (Declared::default(), role),
            Answer::Other if behind != value || is_names_alone(value, self.registry) => {
                (declared::read(behind.trim_matches(['(', ')']), self.registry), role)
            }
            Answer::Unclear | Answer::Other => return,
        };
        let confidence = marker.marker.confidence.min(most);
        let more = self.more(behind.trim_matches(['(', ')']), &declared).named;
        let more = if declared.known { more } else { Vec::new() };
        for declared in std::iter::once(declared).chain(more) {
            self.push(marker, declared, role, confidence, self.at_trailer(trailer));
        }
    }

    /// Whether a trailer names a tool beside one that names a model, or the other way round.
    fn stands_beside_its_pair(&self, trailer: &TrailerLine) -> bool {
        let names = |trailer: &TrailerLine| {
            trailer.strict && !trailer.quoted && is_names_alone(trailer.value.trim(), self.registry)
        };
        let is_of_models = near_misses::is_key_of_models(&trailer.name, self.registry);
        if !names(trailer) || !(is_of_models || near_misses::is_key_of_tools(&trailer.name, self.registry)) {
            return false;
        }
        let has_model = |trailer: &TrailerLine| declared::read(trailer.value.trim(), self.registry).model.is_some();
        let is_model = |other: &TrailerLine| {
            near_misses::is_key_of_models(&other.name, self.registry) && names(other) && has_model(other)
        };
        let is_tool = |other: &TrailerLine| near_misses::is_key_of_tools(&other.name, self.registry) && names(other);
        let others = || self.message.trailers().iter();
        if is_of_models { has_model(trailer) && others().any(is_tool) } else { others().any(is_model) }
    }
}
