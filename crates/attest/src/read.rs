//! Reads one commit: asks every part what it sees, and turns each trace into a statement.
//!
//! How traces are recognised is `identities`, `trailers`, `declared` and `footers`; how records are
//! read is `records`, and how they become statements `recorded`; what follows from all of them
//! together is `facts`.

use std::ops::Range;
use std::rc::Rc;

use super::declared::{self, Declared};
use super::facts::{self, Evidence, Finding, Key, People};
use super::footers::{self, Phrase};
use super::identities::{self, Known};
use super::legible::Legible;
use super::near_misses::{self, MAX_UNKNOWN, NearMiss, UnknownTool};
use super::registry::{Hints, MarkerAt, PersonKey, Registry};
use super::several;
use super::signature::{self, Signers};
use super::{Attestation, Confidence, Covers, Form, Role, Statement};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::vocabulary::message::trailer_lines::Shape;
use ai_detect_base::vocabulary::message::{Message, TrailerLine, Wrapped};
use ai_detect_base::vocabulary::trailers::may_be_ours_alone;
pub(super) use declaring::{Declaring, declaring, with_mended_declarations};
use own::Own;

mod declaring;
mod mention;
mod own;
mod own_trailer;
mod recorded;
mod sentences;
mod unlisted_key;

/// A quote is cut after this many characters.
const MAX_QUOTE_LENGTH: usize = 200;

/// Reads what a commit declares about AI use, and leaves signatures alone.
pub fn read(commit: &Commit, registry: &Registry) -> Attestation {
    read_with(commit, registry, None)
}

/// The same, and whether the commit and our note on it are signed by somebody known.
pub fn read_signed(commit: &Commit, registry: &Registry, signers: &Signers) -> Attestation {
    read_with(commit, registry, Some(signers))
}

fn read_with(commit: &Commit, registry: &Registry, signers: Option<&Signers>) -> Attestation {
    let legible = Legible::of(&commit.message);
    let message = legible.as_ref().map_or(&commit.message, Legible::message);
    let mut reader = Reader::new(message, legible.as_ref(), registry);
    reader.author_and_committer(commit);
    let hints = hints_of(message, registry);
    // The message is worth reading for its hints, or for the person behind a tool's commit.
    let hinted = hints.any || may_be_ours_alone(message);
    if hinted || !reader.findings.is_empty() || !commit.records.is_empty() {
        reader.message(&hints, registry.is_quoting(&commit.author, message));
    }
    let mut evidence = reader.evidence();
    evidence.signature = signers.map(|signers| signature::of_commit(commit, signers));
    recorded::add(commit, registry, signers, &mut evidence);
    facts::conclude(commit, evidence)
}

/// What a text that is no commit's message says: a request's description.
pub(super) fn text(text: &str, registry: &Registry) -> (Vec<Finding>, Vec<UnknownTool>) {
    let Evidence { findings, unknown, .. } = evidence_in(text, registry);
    (findings, unknown)
}

/// The same with all else that it says: a note's headers.
fn evidence_in(text: &str, registry: &Registry) -> Evidence {
    let written = Message::from(text);
    let legible = Legible::of(&written);
    let message = legible.as_ref().map_or(&written, Legible::message);
    let mut reader = Reader::new(message, legible.as_ref(), registry);
    let distrust = registry.is_quoting(&Person::default(), text);
    reader.message(&hints_of(message, registry), distrust);
    reader.evidence()
}

/// What a message might contain. A hint of several words may be wrapped between two of them.
fn hints_of(message: &str, registry: &Registry) -> Hints {
    registry.hints(&message.replace('\n', " "))
}

struct Reader<'a, 'r> {
    registry: &'r Registry,
    message: &'a Message,
    /// What was mended in the message, where it was.
    legible: Option<&'a Legible>,
    /// The message with its wrapped sentences on one line each, once it is read; nothing where none is wrapped.
    wrapped: Option<Rc<Wrapped>>,
    findings: Vec<Finding>,
    /// Where the message declares what was found, as far as that is credible.
    declaring: Vec<Declaring>,
    unknown: Vec<UnknownTool>,
    people: People,
    own: Own,
}

impl<'a, 'r> Reader<'a, 'r> {
    fn new(message: &'a Message, legible: Option<&'a Legible>, registry: &'r Registry) -> Self {
        Reader {
            registry,
            message,
            legible,
            wrapped: None,
            findings: Vec::new(),
            declaring: Vec::new(),
            unknown: Vec::new(),
            people: People::default(),
            own: Own::default(),
        }
    }

    /// What was found, from top to bottom.
    fn evidence(self) -> Evidence {
        let Reader { mut findings, mut unknown, mut people, own, legible, .. } = self;
        if let Some(legible) = legible {
            let lines = findings.iter_mut().filter_map(|found| found.statement.line.as_mut());
            lines.chain(unknown.iter_mut().map(|found| &mut found.line)).for_each(|line| *line = legible.line(*line));
        }
        findings.sort_by_key(|found| found.statement.line);
        unknown.sort_by_key(|found| found.line);
        people.named = own.accountable;
        let Own { path, unreadable, strict_unreadable, conflicts, .. } = own;
        Evidence { findings, unknown, people, path, unreadable, strict_unreadable, conflicts, ..Evidence::default() }
    }

    fn message(&mut self, hints: &Hints, distrust: bool) {
        self.declarations(hints, distrust);
        if !distrust {
            self.unknown_footers();
            self.unclear_sentences();
        }
    }

    /// Trailers and phrases.
    fn declarations(&mut self, hints: &Hints, distrust: bool) {
        let message = self.message;
        let lines = message.parsed_lines();
        let wrapped = Wrapped::of(message, lines).map(Rc::new);
        self.wrapped = wrapped.clone();
        for trailer in message.trailers() {
            let whole = self.with_wrapped_value(trailer);
            self.trailer(whole.as_ref().unwrap_or(trailer), distrust);
        }
        self.labels_above_their_values(distrust);
        // A tool's own footer says more than the general form that it also fits.
        let phrases = match &wrapped {
            Some(wrapped) => footers::find_wrapped(message, lines, wrapped, hints, self.registry),
            None => footers::find(message, lines, 0, hints, self.registry),
        };
        let (own, general): (Vec<_>, Vec<_>) = phrases.iter().partition(|phrase| phrase.marker.tool.is_some());
        for phrase in own.into_iter().chain(general) {
            self.phrase(phrase, distrust);
        }
    }

    /// Keeps a line that is something like a declaration, and does not count.
    fn near_miss(&mut self, lines: Range<usize>, name: &str, why: NearMiss) {
        let (line, quote) = (line_number(lines.start), cut(&self.text_of(lines), MAX_QUOTE_LENGTH));
        let is_new = !self.unknown.iter().any(|known| known.line == line && known.name == name);
        if is_new && self.unknown.len() < MAX_UNKNOWN {
            self.unknown.push(UnknownTool { line, quote, name: cut(name.trim(), MAX_QUOTE_LENGTH), why });
        }
    }

    /// Keeps a line that only mentions AI, once.
    fn mention(&mut self, lines: Range<usize>) {
        let line = line_number(lines.start);
        if !self.unknown.iter().any(|known| known.line == line) {
            let text = self.text_of(lines.clone());
            self.near_miss(lines, &text, NearMiss::Mention);
        }
    }

    fn author_and_committer(&mut self, commit: &Commit) {
        let author = identities::known(&commit.author, self.registry);
        let committer = match commit.committer == commit.author {
            true => author.clone(),
            false => identities::known(&commit.committer, self.registry),
        };
        self.people.author = identities::is_person(&commit.author, author.as_ref(), self.registry);
        self.people.committer = match commit.committer == commit.author {
            true => self.people.author,
            false => identities::is_person(&commit.committer, committer.as_ref(), self.registry),
        };
        // A tool that is both says nothing more by being the second.
        let same = match (&author, &committer) {
            (Some(author), Some(committer)) => author.marker.id() == committer.marker.id(),
            _ => false,
        };
        if let Some(known) = author {
            self.people.behind_author = known.person.clone();
            let confidence = known.marker.marker.confidence;
            self.identity(&known, &commit.author, Form::AUTHOR, Role::Authored, confidence);
        }
        if let Some(known) = committer.filter(|_| !same) {
            let confidence = known.marker.marker.committer.unwrap_or(Confidence::Low);
            self.identity(&known, &commit.committer, Form::COMMITTER, Role::Assisted, confidence);
        }
    }

    fn identity(&mut self, known: &Known<'r>, person: &Person, form: Form, role: Role, confidence: Confidence) {
        let declared = self.of_identity(known.marker, person);
        let place = Place { form, line: None, quote: identities::written(person), strict: false, declaring: None };
        self.push(known.marker, declared, role, confidence, place);
    }

    fn trailer(&mut self, trailer: &TrailerLine, distrust: bool) {
        let is_known_key = self.registry.is_trailer_key(&trailer.name);
        if trailer.shape == Shape::Loose && !is_known_key && !self.is_spaced_label(trailer) {
            return;
        }
        // In a message that quotes others, only the block that git itself reads is the author's.
        let foreign = trailer.quoted || (distrust && !trailer.strict);
        let is_mention = !foreign && mention::goes_on_as_sentence(trailer.value.trim());
        let doubtful = foreign || is_mention;
        if !doubtful && !self.own.take(trailer, self.registry) {
            return;
        }
        let most = if doubtful { Confidence::Low } else { Confidence::High };
        let value = trailer.value.trim();
        let first = self.findings.len();
        let key = self.registry.person_key(&trailer.name);
        if key == Some(PersonKey::HumanReview) && self.registry.file.values.yes.is_match(value) {
            self.people.unnamed_review |= most > Confidence::Low;
        } else if let Some(key) = key {
            for person in self.people_in(value, key) {
                self.person(&person, key, trailer, most);
            }
        }
        let before = self.findings.len();
        for marker in self.registry.by_key(&trailer.name) {
            let fits = marker.marker.value.as_ref().is_none_or(|pattern| pattern.is_match(value));
            if fits && !marker.marker.unless.as_ref().is_some_and(|pattern| pattern.is_match(value)) {
                self.own_trailer(marker, trailer, most);
            }
            // Where several markers have a key, the first that makes something of the value is enough.
            if self.findings.len() > before {
                break;
            }
        }
        if self.findings.len() == first && !doubtful && key.is_none() {
            self.unlisted_key(trailer);
        }
        let is_read = self.findings.len() > first;
        if is_read && is_mention {
            self.mention(trailer.lines.clone());
        }
        if is_read || foreign {
            return;
        }
        // `AI usage: I never use AI without reading every line`
        if is_mention {
            if self.is_unclear_answer(trailer) {
                self.mention(trailer.lines.clone());
            }
            return;
        }
        match near_misses::of_trailer(trailer, self.registry) {
            Some(NearMiss::Key) => self.near_miss(trailer.lines.clone(), &trailer.key, NearMiss::Key),
            Some(why) => self.near_miss(trailer.lines.clone(), value, why),
            // `AI usage: I did not use AI for the parser`
            None if self.is_unclear_answer(trailer) => self.mention(trailer.lines.clone()),
            None => {}
        }
    }

    /// Everybody in the value of a trailer for people. `Claude and Cursor`, without an address, are two, and so are
    /// `Claude Code and Bob <bob@example.org>`. Before an address, a name that people have too stays a person's.
    fn people_in(&self, value: &str, key: PersonKey) -> Vec<Person> {
        let people = identities::people(value);
        let alone = match people.as_slice() {
            [only] if key == PersonKey::CoAuthor && !self.is_suffixed(only) => only,
            _ => return people,
        };
        let names = several::parts(&alone.name);
        let Some((last, before)) = names.split_last().filter(|(_, before)| !before.is_empty()) else { return people };
        let named = |name: &&str| Person { name: (*name).to_owned(), email: String::new() };
        let mut parts: Vec<Person> = before.iter().map(named).collect();
        parts.push(Person { name: (*last).to_owned(), email: alone.email.clone() });
        let is_tool = |person: &Person| {
            let is_sure = alone.email.is_empty() || !self.registry.is_first_name(&person.name);
            is_sure && identities::known(person, self.registry).is_some()
        };
        // Whose address is a tool's is known as a whole.
        let is_known = identities::known(alone, self.registry).is_some();
        if parts.iter().any(is_tool) && !is_known { parts } else { people }
    }

    fn is_suffixed(&self, person: &Person) -> bool {
        identities::known(person, self.registry).is_some_and(|known| known.person.is_some())
    }

    fn person(&mut self, person: &Person, key: PersonKey, trailer: &TrailerLine, most: Confidence) {
        let known = identities::known(person, self.registry);
        let human = match &known {
            Some(known) => known.person.clone(),
            None => identities::is_human(person, self.registry).then(|| person.clone()),
        };
        if let Some(human) = human.filter(|_| most > Confidence::Low) {
            match key {
                PersonKey::SignOff => self.people.sign_offs.push(human),
                PersonKey::CoAuthor => self.people.co_authors.push(human),
                PersonKey::Review | PersonKey::HumanReview => {}
            }
        }
        let Some(known) = known else { return };
        let marker = known.marker.marker;
        let (role, most) = match key {
            PersonKey::CoAuthor => (marker.co_author.unwrap_or(Role::Authored), most),
            // A sign-off vouches for a change; it does not say who wrote it.
            PersonKey::SignOff => (Role::Assisted, most.min(Confidence::Medium)),
            PersonKey::Review | PersonKey::HumanReview => (Role::Reviewed, most),
        };
        let declared = self.of_identity(known.marker, person);
        let place = self.at_trailer(trailer);
        let at = self.findings.len();
        self.push(known.marker, declared, role, marker.confidence.min(most), place);
        if let Some(found) = self.findings.get_mut(at) {
            found.key = match key {
                PersonKey::SignOff => Key::SignOff,
                PersonKey::Review | PersonKey::HumanReview => Key::Review,
                PersonKey::CoAuthor => Key::Other,
            };
        }
    }

    fn phrase(&mut self, phrase: &Phrase<'_, 'r>, distrust: bool) {
        let line = line_number(phrase.line);
        let tool = phrase.marker.tool_name();
        // A trailer has already said it: `Claude-Session: https://claude.ai/code/…`.
        let said = |found: &Finding| {
            let is_unclear = found.statement.form == Form::TRAILER && !found.is_credible();
            let is_sure = !is_unclear || phrase.quoted || distrust;
            is_sure && found.statement.line == Some(line) && (tool.is_none() || found.statement.tool.as_deref() == tool)
        };
        if let Some(found) = self.findings.iter_mut().find(|found| said(found)) {
            let session = phrase.session.map(|session| cut(session, MAX_QUOTE_LENGTH));
            found.session = found.session.take().or(session);
            // `AI disclosure: this was written with the help of Claude (Opus 4.8)`: the sentence says which tool.
            if found.attests() && found.statement.tool.is_none() {
                found.statement.tool = phrase.declared.tool.clone();
            }
            return;
        }
        let marker = phrase.marker.marker;
        let is_footer = marker.form == super::MarkerForm::Footer;
        let foreign = phrase.quoted || distrust;
        let is_mention = !foreign && is_footer && self.is_mention(phrase);
        if is_mention {
            self.mention(self.context_of(phrase)..self.lines_of(phrase).end);
        }
        let doubtful = foreign || is_mention;
        let confidence = if doubtful { Confidence::Low } else { marker.confidence };
        let form = match marker.form {
            super::MarkerForm::SessionLink => Form::SESSION_LINK,
            _ => Form::FOOTER,
        };
        // What was unclear as a trailer is clear as a sentence: `AI disclosure: this was written with Codex`.
        if confidence > Confidence::Low {
            self.unknown.retain(|known| known.line != line || known.why != NearMiss::Mention);
        }
        let quote = self.text_of(self.lines_of(phrase));
        let declaring = Some(self.declared_by(phrase));
        let place = Place { form, line: Some(line), quote, strict: false, declaring };
        let role = marker.role.unwrap_or(Role::Authored);
        let at = self.findings.len();
        self.push(phrase.marker, phrase.declared.clone(), role, confidence, place);
        if let Some(found) = self.findings.get_mut(at) {
            found.session = phrase.session.map(|session| cut(session, MAX_QUOTE_LENGTH));
        }
    }

    /// The tool of a known identity, and the model that its name carries.
    fn of_identity(&self, marker: MarkerAt<'r>, person: &Person) -> Declared {
        // The model is all that is known of such an identity; the tool is what its name says.
        let in_name = || declared::read(&person.name, self.registry).tool.filter(|_| marker.marker.model_names);
        let tool = marker.tool_name().map(str::to_owned).or_else(in_name);
        let own_model = marker.tool.and_then(|tool| tool.own_model(&person.name));
        let model = own_model.or_else(|| declared::model_in_name(&person.name, self.registry));
        Declared { tool, model, known: true }
    }

    fn at_trailer(&self, trailer: &TrailerLine) -> Place {
        let quote = self.text_of(trailer.lines.clone());
        // Git does not see what had to be mended.
        let is_mended = self.legible.is_some_and(|legible| legible.is_mended(trailer.lines.start));
        let declaring = Some(Declaring { lines: trailer.lines.clone(), phrase: None });
        Place { form: Form::TRAILER, line: Some(trailer.line), quote, strict: trailer.strict && !is_mended, declaring }
    }

    /// What lines of the message say, as one line.
    fn text_of(&self, lines: Range<usize>) -> String {
        let lines = self.message.parsed_lines().iter().take(lines.end).skip(lines.start);
        lines.map(|line| line.text(self.message).trim()).collect::<Vec<_>>().join(" ")
    }

    fn push(&mut self, marker: MarkerAt<'r>, declared: Declared, role: Role, confidence: Confidence, place: Place) {
        let tool = if role == Role::Denied { None } else { marker.tool_name().map(str::to_owned).or(declared.tool) };
        self.declaring.extend(place.declaring.filter(|_| confidence > Confidence::Low));
        self.findings.push(Finding {
            statement: Statement {
                form: place.form,
                marker: marker.id().to_owned(),
                tool,
                model: declared.model.as_ref().map(|model| model.name.clone()),
                role,
                confidence,
                covers: Covers::Commit,
                line: place.line,
                quote: cut(place.quote.trim(), MAX_QUOTE_LENGTH),
                strict: place.strict,
            },
            model: declared.model,
            session: None,
            prompt: None,
            output: None,
            proportion: None,
            integration: marker.marker.integration.clone(),
            key: Key::Other,
        });
    }
}

struct Place {
    form: Form,
    line: Option<u32>,
    quote: String,
    strict: bool,
    /// Nothing for people beside the message.
    declaring: Option<Declaring>,
}

fn line_number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

fn cut(text: &str, most: usize) -> String {
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end]).to_owned()
}

#[cfg(test)]
mod record_tests;
#[cfg(test)]
mod tests;
