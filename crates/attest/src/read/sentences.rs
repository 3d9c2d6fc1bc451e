//! Sentences of a message: labels and phrases that are wrapped over several lines, and what only speaks of a tool's help.

use std::collections::HashSet;
use std::ops::Range;

use super::super::answers::{self, Answer};
use super::super::facts::Finding;
use super::super::footers::Phrase;
use super::super::names_alone::is_names_alone;
use super::super::near_misses::{self, NearMiss};
use super::super::schema::Reads;
use super::{MAX_QUOTE_LENGTH, Reader, line_number, mention};
use ai_detect_base::vocabulary::message::TrailerLine;

impl<'r> Reader<'_, 'r> {
    /// A trailer whose value is a sentence, with all lines of it: `AI disclosure: written with the`, `help of Claude`.
    /// `None` where it ends in its line.
    pub(super) fn with_wrapped_value(&self, trailer: &TrailerLine) -> Option<TrailerLine> {
        let wrapped = self.wrapped.as_ref().filter(|_| self.is_label(&trailer.name))?;
        let whole = wrapped.trailer(trailer, self.message.parsed_lines())?;
        let value = trailer.value.trim();
        let more = whole.value.get(value.len()..).unwrap_or_default().trim_start();
        // A whole answer ends where its writer ended the line, unless the next one goes on with it.
        let is_answered = matches!(answers::read(value, self.registry), Answer::Yes | Answer::No)
            || is_names_alone(value, self.registry);
        (!is_answered || more.starts_with(char::is_lowercase)).then_some(whole)
    }

    /// Labels that stand on a line of their own: `AI disclosure:`, and below it what it discloses.
    pub(super) fn labels_above_their_values(&mut self, distrust: bool) {
        let Some(wrapped) = self.wrapped.clone() else { return };
        for trailer in wrapped.trailers_below_keys(self.message.parsed_lines(), self.message) {
            if self.is_label(&trailer.name) {
                self.trailer(&trailer, distrust);
            }
        }
    }

    /// Whether a key asks for the use of AI, so that a sentence may answer it.
    pub(super) fn is_label(&self, name: &str) -> bool {
        let mut markers = self.registry.by_key(name);
        markers.any(|at| at.marker.reads == Reads::YesNo) || near_misses::asks_for_ai(name, self.registry)
    }

    /// Whether a trailer's key asks for the use of AI in several words: `AI tools used: Codex`. Behind the sign of a list it
    /// may as well be a heading.
    pub(super) fn is_spaced_label(&self, trailer: &TrailerLine) -> bool {
        self.is_unmarked(trailer) && near_misses::asks_for_ai(&trailer.name, self.registry)
    }

    /// Whether a label asks for the use of AI, and what answers it is neither a yes nor a no.
    pub(super) fn is_unclear_answer(&self, trailer: &TrailerLine) -> bool {
        let is_label = || self.is_label(&trailer.name) && self.is_unmarked(trailer);
        is_label() && answers::read(trailer.value.trim(), self.registry) == Answer::Unclear
    }

    /// Whether a trailer's line starts with its key, not with the sign of a list.
    fn is_unmarked(&self, trailer: &TrailerLine) -> bool {
        let line = self.message.parsed_lines().get(trailer.lines.start).map_or("", |line| line.text(self.message));
        line.starts_with(trailer.key.as_str())
    }

    /// The lines of a phrase.
    pub(super) fn lines_of(&self, phrase: &Phrase<'_, 'r>) -> Range<usize> {
        let lines = self.message.parsed_lines();
        let last = lines.iter().skip(phrase.line).take_while(|line| line.start < phrase.end).count();
        phrase.line..phrase.line + last.max(1)
    }

    /// Footers of tools that are not known, and links to chats.
    pub(super) fn unknown_footers(&mut self) {
        let subject = self.message.parsed_lines().iter().position(|line| !line.is_blank).unwrap_or(0);
        let read: HashSet<u32> = self.findings.iter().filter_map(|found| found.statement.line).collect();
        for (at, line) in self.message.parsed_lines().iter().enumerate().skip(subject + 1) {
            let number = line_number(at);
            if line.quoted || line.is_lazy || read.contains(&number) {
                continue;
            }
            let text = line.text(self.message);
            if let Some(name) = near_misses::footer(text, self.registry) {
                self.near_miss(at..at + 1, &name, NearMiss::Tool);
            } else if let Some(link) = near_misses::chat(text, self.registry) {
                self.near_miss(at..at + 1, link, NearMiss::Chat);
            }
        }
    }

    /// Sentences that speak of a tool's help, in a message that states nothing else.
    pub(super) fn unclear_sentences(&mut self) {
        if self.findings.iter().any(Finding::is_credible) {
            return;
        }
        let lines = self.message.parsed_lines();
        let read: HashSet<u32> = self.findings.iter().filter_map(|found| found.statement.line).collect();
        let (mut at, mut is_start) = (0, true);
        while let Some(line) = lines.get(at) {
            let text = line.text(self.message);
            let sentence = at..self.end_of_sentence(at);
            let is_read = sentence.clone().any(|at| read.contains(&line_number(at)));
            let is_own = !line.quoted && !line.is_lazy && !is_read;
            let is_subject = at == 0 && near_misses::sentences::is_tagged(text, self.registry);
            let first = match is_own {
                true if is_subject => Some(at),
                true => self.speaking_from(sentence.clone(), is_start),
                false => None,
            };
            if let Some(first) = first {
                self.mention(first..sentence.end);
            }
            // A sentence starts behind the subject, a blank line and the end of another sentence.
            let last = lines.get(sentence.end - 1).map_or("", |last| last.text(self.message));
            is_start = at == 0 || line.is_blank || last.trim_end().ends_with(['.', '!', '?', ':']);
            at = sentence.end;
        }
    }

    /// One past the last line of the sentence that starts with a line.
    fn end_of_sentence(&self, at: usize) -> usize {
        let sentence = self.wrapped.as_ref().and_then(|wrapped| wrapped.sentence(at));
        sentence.map_or(at + 1, |sentence| sentence.end.max(at + 1))
    }

    /// From which line on a sentence is quoted that speaks of a tool's help, if it does: all of it where it is short, else
    /// from the last line from which on it still does.
    fn speaking_from(&self, sentence: Range<usize>, is_start: bool) -> Option<usize> {
        let speaks = |at: usize| {
            let starts = is_start && at == sentence.start;
            near_misses::sentences::speaks_of_help(self.rest_of_sentence(at), starts, self.registry)
        };
        if !speaks(sentence.start) {
            return None;
        }
        if self.rest_of_sentence(sentence.start).len() <= MAX_QUOTE_LENGTH {
            return Some(sentence.start);
        }
        sentence.clone().rev().find(|at| speaks(*at))
    }

    /// What a sentence says from one of its lines on.
    fn rest_of_sentence(&self, at: usize) -> &str {
        let lines = self.message.parsed_lines();
        let wrapped = self.wrapped.as_ref().and_then(|wrapped| wrapped.rest_of(lines, at));
        wrapped.or_else(|| lines.get(at).map(|line| line.text(self.message))).unwrap_or_default()
    }

    /// Whether the line of a phrase only mentions it.
    pub(super) fn is_mention(&self, phrase: &Phrase<'_, 'r>) -> bool {
        let Some(line) = self.message.parsed_lines().get(self.context_of(phrase)) else { return false };
        let text = self.rest_of_sentence(self.context_of(phrase));
        let within = |byte: usize| byte.saturating_sub(line.start).min(text.len());
        let words =
            text.get(within(phrase.start)..).unwrap_or_default().trim_start_matches(|c: char| !c.is_alphanumeric());
        // An address, or a comment for tools, is no part of a sentence.
        if words.starts_with("http") || words.starts_with("of http") || text.contains("<!--") {
            return false;
        }
        let declared = &phrase.declared;
        let phrase_text = text.get(within(phrase.start)..within(phrase.end)).unwrap_or_default();
        if mention::may_name_a_person(phrase_text, self.registry) {
            return true;
        }
        let names_tool = phrase.marker.tool.is_some() || declared.tool.is_some() || declared.model.is_some();
        mention::is_mention(text, within(phrase.start)..within(phrase.end), names_tool)
    }

    /// The line from which on a phrase is read: its own, or where it goes on with a sentence, the first one of that.
    pub(super) fn context_of(&self, phrase: &Phrase<'_, 'r>) -> usize {
        let line = self.message.parsed_lines().get(phrase.line).map_or("", |line| line.text(self.message));
        let sentence = self.wrapped.as_ref().and_then(|wrapped| wrapped.sentence(phrase.line));
        let first = sentence.map(|sentence| sentence.start);
        first.filter(|_| line.trim_start().starts_with(char::is_lowercase)).unwrap_or(phrase.line)
    }
}
