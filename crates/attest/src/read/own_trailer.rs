//! What the value of a marker's own trailer declares: a tool, a model, a yes or no, an id.

use super::super::answers::{self, Answer, after_yes};
use super::super::declared::{self, Declared};
use super::super::identities;
use super::super::near_misses::{self, NearMiss};
use super::super::registry::MarkerAt;
use super::super::schema::Reads;
use super::super::several::{self, Several};
use super::super::{Confidence, Role};
use super::{MAX_QUOTE_LENGTH, Reader, cut};
use ai_detect_base::change::Person;
use ai_detect_base::vocabulary::message::TrailerLine;
use ai_detect_base::vocabulary::message::trailer_lines::Shape;

impl<'r> Reader<'_, 'r> {
    /// A trailer whose key is a marker's own.
    pub(super) fn own_trailer(&mut self, marker: MarkerAt<'r>, trailer: &TrailerLine, most: Confidence) {
        let value = trailer.value.trim();
        let confidence = marker.marker.confidence.min(most);
        let role = marker.marker.role.unwrap_or(Role::Authored);
        let place = self.at_trailer(trailer);
        let no = self.registry.file.values.no.is_match(value);
        let yes = self.registry.file.values.yes.is_match(value);
        let reads = marker.marker.reads;
        // A question that is answered in more than a word.
        let is_free = reads == Reads::Declaration && !marker.marker.known_only && marker.marker.value.is_none();
        let asks = reads == Reads::YesNo || is_free;
        match reads {
            Reads::NoYes if yes => {
                return self.push(marker, Declared::default(), Role::Denied, confidence, place);
            }
            Reads::NoYes => return,
            Reads::Answer => return self.answer(marker, trailer, most),
            Reads::Declaration | Reads::YesNo | Reads::Model | Reads::Proportion if no => {
                return self.push(marker, Declared::default(), Role::Denied, confidence, place);
            }
            Reads::YesNo if yes => return self.push(marker, Declared::default(), role, confidence, place),
            _ if asks => match answers::read(value, self.registry) {
                Answer::No => return self.push(marker, Declared::default(), Role::Denied, confidence, place),
                Answer::Unclear => return,
                Answer::Yes | Answer::Other => {}
            },
            _ => {}
        }
        let mut more = Several::default();
        let (declared, confidence) = match reads {
            Reads::Declaration | Reads::YesNo => {
                let Some((declared, sure)) = self.declaration(marker, after_yes(value)) else { return };
                more = self.more(after_yes(value), &declared);
                let sure = match (declared.known, trailer.shape) {
                    (true, _) => sure,
                    // A list's item or a heading that looks like a trailer.
                    (false, Shape::Loose) => Confidence::Low,
                    // A question of yes or no that is answered in prose is answered, if less clearly.
                    (false, Shape::Plain) if reads == Reads::YesNo => Confidence::Medium,
                    (false, Shape::Plain) => sure,
                };
                (declared, confidence.min(sure))
            }
            Reads::Model => {
                let named = declared::read(value, self.registry).model;
                let models = several::read(value, self.registry).named.into_iter().skip(1);
                more.named = models.filter(|it| it.model.is_some()).map(|it| Declared { tool: None, ..it }).collect();
                let verbatim = || declared::Model { name: cut(value, 80), exact: self.registry.is_exact(value) };
                (Declared { model: named.or_else(|| Some(verbatim())), ..Declared::default() }, confidence)
            }
            // Ids and addresses are one word; a list's item that looks like a trailer is more.
            _ if trailer.shape == Shape::Loose && value.contains(char::is_whitespace) => {
                (Declared::default(), Confidence::Low)
            }
            _ => (Declared::default(), confidence),
        };
        let at = self.findings.len();
        self.push(marker, declared, role, confidence, place);
        // `AI disclosure: …` with a sentence behind it is no heading of a list.
        let is_item = || self.text_of(trailer.lines.clone()).starts_with(['-', '*', '+']);
        if confidence == Confidence::Low && most > Confidence::Low && asks && !is_item() {
            self.mention(trailer.lines.clone());
        }
        for declared in more.named {
            self.push(marker, declared, role, confidence, self.at_trailer(trailer));
        }
        if confidence > Confidence::Low {
            more.unknown.iter().for_each(|name| self.near_miss(trailer.lines.clone(), name, NearMiss::Tool));
        }
        let Some(found) = self.findings.get_mut(at) else { return };
        match reads {
            Reads::Session => found.session = Some(cut(value, MAX_QUOTE_LENGTH)),
            Reads::Proportion => found.proportion = Some(cut(value, 80)),
            Reads::Prompt => found.prompt = reference(value),
            Reads::Output => found.output = reference(value),
            _ => {}
        }
    }

    /// What a value names beside the first tool or model.
    pub(super) fn more(&self, value: &str, first: &Declared) -> Several {
        let people = identities::people(value);
        let mut addressed = people.iter().filter(|person| person.email.contains('@')).peekable();
        if addressed.peek().is_some() {
            let of = |person: &Person| {
                let known = identities::known(person, self.registry)?;
                let declared = self.of_identity(known.marker, person);
                let tool = declared.tool.or_else(|| declared::read(&person.name, self.registry).tool);
                Some(Declared { tool, ..declared })
            };
            let named = addressed.filter_map(of).filter(|other| other.tool != first.tool || other.model != first.model);
            return Several { named: named.take(several::MAX_PARTS).collect(), unknown: Vec::new() };
        }
        let several = several::read(value, self.registry);
        Several { named: several.named.into_iter().skip(1).collect(), unknown: several.unknown }
    }

    /// What a free-text value declares, and how surely at most; `None` where it speaks of a person
    /// or of something else.
    fn declaration(&self, marker: MarkerAt<'r>, value: &str) -> Option<(Declared, Confidence)> {
        // `cursor-agent (model: gpt-5.5; operator: ann@example.org)`: the address says who ran the tool.
        let outside = value.split_once('(').map_or(value, |(before, _)| before);
        let is_of_tool = !outside.contains(['@', '<']) && self.registry.alias(outside).is_some();
        let people = if is_of_tool { Vec::new() } else { identities::people(value) };
        // `Claude <claude-opus-4-8>` names a model where an address would be.
        for person in people.iter().filter(|person| person.email.contains('@')) {
            if let Some(known) = identities::known(person, self.registry) {
                let mut declared = self.of_identity(known.marker, person);
                // `Claude Sonnet 4.5 via Crush <crush@charm.land>`
                declared.tool = declared.tool.or_else(|| declared::read(&person.name, self.registry).tool);
                return Some((declared, known.marker.marker.confidence));
            }
            if marker.marker.known_only {
                return None;
            }
        }
        let several = several::read(value, self.registry);
        let mut declared = several.named.into_iter().next().unwrap_or_default();
        if !declared.known {
            if marker.marker.known_only {
                return None;
            }
            let pattern = marker.marker.value.as_ref();
            if let Some(written) = pattern.and_then(|pattern| declared::as_written(pattern, value, self.registry)) {
                return Some((written, Confidence::High));
            }
            let names_tool = marker.marker.reads == Reads::Declaration;
            if names_tool && !near_misses::is_like_a_name(value, self.registry) {
                return None;
            }
            declared.tool = declared.tool.or_else(|| names_tool.then(|| cut(value, 60)));
        }
        Some((declared, Confidence::High))
    }
}

/// A digest, an address or an id. Anything with spaces is the text itself, which is not kept.
fn reference(value: &str) -> Option<String> {
    (!value.contains(char::is_whitespace)).then(|| cut(value, MAX_QUOTE_LENGTH))
}
