//! The judgement of one commit: which state its attestation is in, and what the policy misses.
//!
//! Says what the policy says, and nothing about anybody. The lines that would mend it are `suggest`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::exempt::exempt;
use super::raw::{Fact, Place};
use super::signed;
use super::subject::Subject;
use super::suggest::{self, Line};
use super::{Policy, Stance};
use crate::attest::{Form, State};
use crate::vocabulary::trailers;

/// What a policy says of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Judgement {
    /// How fully the commit declares AI use, by the policy's measure.
    pub state: State,
    /// Why the policy does not apply, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt: Option<String>,
    /// What is missing, misplaced or contradictory.
    pub findings: Vec<Finding>,
    /// Lines to add.
    pub add: Vec<Line>,
    /// Lines that the policy does not accept.
    pub remove: Vec<String>,
}

impl Judgement {
    /// Adds that our note on the commit cannot be read: never the same as that there is none.
    pub fn unreadable_note(&mut self, problem: &str) {
        let text = format!("Unreadable attestation: the note in {}: {problem}.", crate::vocabulary::note::REF);
        self.findings.push(Finding { kind: FindingKind::Unreadable, text, line: None });
        if matches!(self.state, State::Absent | State::Denied) {
            self.state = State::WrongForm;
        }
    }

    /// Whether somebody should do something about it: not for what cannot be seen from here, and not
    /// for what a policy says without a conclusion.
    pub fn asks(&self) -> bool {
        self.findings.iter().any(|finding| {
            !matches!(finding.kind, FindingKind::NotVisible | FindingKind::PolicySays | FindingKind::Remark)
        })
    }
}

/// One thing that a policy says of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What sort of thing.
    pub kind: FindingKind,
    /// A sentence.
    pub text: String,
    /// The line of the message, from 1, that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}

/// What sort of thing a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// A marker that the policy forbids.
    ForbiddenMarker,
    /// A marker that it requires is not there.
    MissingMarker,
    /// A fact that it requires is not stated.
    MissingFact,
    /// A sign-off is missing, or is a tool's.
    SignOff,
    /// No other person's review is recorded, or a tool is named as reviewer.
    Review,
    /// A verified signature is missing.
    Signature,
    /// More lines than the policy asks for.
    Size,
    /// Something that does not fit together.
    Contradiction,
    /// Something worth knowing that is nobody's to mend.
    Remark,
    /// An attestation that cannot be read.
    Unreadable,
    /// Something that cannot be seen from here.
    NotVisible,
    /// What the policy says, for a person to decide on.
    PolicySays,
}

/// Judges a commit.
pub fn judge(policy: &Policy, subject: &Subject<'_>) -> Judgement {
    let mut judging = Judging { policy, subject, found: Judgement::default(), worst: State::Complete };
    judging.contradictions();
    if let Some(reason) = exempt(policy, subject) {
        judging.found.exempt = Some(reason);
        judging.found.state = match subject.declared() {
            Some(true) => State::Complete,
            Some(false) => State::Denied,
            None => State::Absent,
        };
        return judging.found;
    }
    let covered = policy.request_covers_commits && subject.request_declares();
    judging.sign_offs();
    judging.found.state = match subject.declared() {
        Some(true) => judging.declared(covered),
        None if covered => judging.declared(covered),
        Some(false) => State::Denied,
        None if judging.unreadable() => State::WrongForm,
        None => State::Absent,
    };
    judging.found
}

struct Judging<'a> {
    policy: &'a Policy,
    subject: &'a Subject<'a>,
    found: Judgement,
    /// Complete, or what it has sunk to.
    worst: State,
}

impl Judging<'_> {
    fn say(&mut self, kind: FindingKind, text: impl Into<String>, line: Option<u32>) {
        self.found.findings.push(Finding { kind, text: text.into(), line });
    }

    fn sink(&mut self, to: State) {
        if self.worst != State::WrongForm {
            self.worst = to;
        }
    }

    fn contradictions(&mut self) {
        for note in &self.subject.attestation.notes {
            // Sign-offs by tools are said below, by the policy's measure.
            if !note.contains("Signed-off-by") {
                let several = note.starts_with("More than one model");
                let kind = if several { FindingKind::Remark } else { FindingKind::Contradiction };
                self.say(kind, note.clone(), None);
            }
        }
        let denied_here = self.subject.attestation.state == State::Denied;
        let notes_say_ai = || {
            self.subject.note.is_some_and(|note| note.attestations.iter().any(|entry| entry.declaration.ai().is_some()))
        };
        if denied_here && notes_say_ai() {
            self.say(
                FindingKind::Contradiction,
                "The commit says that no AI was used, and a note on it names a tool.",
                None,
            );
        }
        if denied_here && self.subject.request_declares() {
            let text = "The commit says that no AI was used, and the request's description declares some.";
            self.say(FindingKind::Contradiction, text, None);
        }
        for tool in &self.subject.tool_reviews {
            let text = format!("{tool} is named as reviewer; a review that counts is a person's.");
            self.say(FindingKind::Review, text, None);
        }
    }

    fn sign_offs(&mut self) {
        if let Some(line) = self.subject.tool_sign_off().filter(|_| self.policy.sign_off_not_by_tool) {
            self.say(FindingKind::SignOff, "A tool signs off; a sign-off is a person's statement.", Some(line));
            self.remove(line);
            self.sink(State::WrongForm);
        }
        if self.policy.sign_off_by_person && self.subject.sign_offs.is_empty() {
            self.say(FindingKind::SignOff, "No person has signed off.", None);
            self.found.add.push(suggest::sign_off(self.subject));
            self.sink(State::Partial);
        }
    }

    /// AI use is declared, here or in the request.
    fn declared(&mut self, covered: bool) -> State {
        if self.policy.stance == Stance::Ban {
            return self.not_accepted();
        }
        self.forbidden();
        self.markers(covered);
        self.facts(covered);
        self.review();
        for text in signed::missing(self.policy, self.subject, &sensitive_classes(self.policy, self.subject)) {
            self.say(FindingKind::Signature, text, None);
            self.sink(State::Partial);
        }
        self.size();
        self.unreadable();
        self.worst
    }

    /// Where a policy accepts no AI contributions, what is declared is told, and that is all.
    fn not_accepted(&mut self) -> State {
        let evidence = self.subject.attestation.statements.iter().find(|statement| super::markers::attests(statement));
        let quote = evidence.map_or_else(|| "a declaration".to_owned(), |statement| format!("“{}”", statement.quote));
        let line = evidence.and_then(|statement| statement.line);
        let text = format!(
            "The policy says: {} This commit carries {quote}. A person decides what follows.",
            self.policy.says
        );
        self.say(FindingKind::PolicySays, text, line);
        match self.subject.attestation.state {
            State::Absent | State::Denied => State::Partial,
            state => state,
        }
    }

    fn forbidden(&mut self) {
        for marker in &self.policy.forbidden {
            for hit in marker.find(self.subject) {
                let why = marker.why.as_ref().map_or(String::new(), |why| format!(": {why}"));
                let text = format!("The policy does not accept {}{why}. Found “{}”.", marker.shown(), hit.quote);
                if self.found.findings.iter().any(|finding| {
                    finding.kind == FindingKind::ForbiddenMarker && finding.line == hit.line && hit.line.is_some()
                }) {
                    continue;
                }
                self.say(FindingKind::ForbiddenMarker, text, hit.line);
                if let Some(line) = hit.line.filter(|_| marker.place == Place::Commit) {
                    self.remove(line);
                }
                self.sink(State::WrongForm);
            }
        }
    }

    fn remove(&mut self, line: u32) {
        let text = self.subject.commit.message.lines().nth(line.saturating_sub(1) as usize).unwrap_or_default().trim();
        if !self.found.remove.iter().any(|known| known == text) {
            self.found.remove.push(text.to_owned());
        }
    }

    fn markers(&mut self, covered: bool) {
        let (policy, subject) = (self.policy, self.subject);
        let visible = |marker: &super::Marker| {
            let labels = || subject.described.is_some_and(|request| !request.labels.is_empty());
            marker.place == Place::Commit || if marker.is_label() { labels() } else { subject.is_described() }
        };
        let is_there = |marker: &super::Marker| !marker.find(subject).is_empty();
        if policy.accepted.iter().any(is_there) {
            return;
        }
        if policy.required.is_empty() {
            let hidden = policy.accepted.iter().any(|marker| !visible(marker));
            if !policy.accepted.is_empty() && !covered {
                let forms: Vec<String> = policy.accepted.iter().map(super::Marker::shown).collect();
                let text = format!("The policy accepts {}; the declaration is in another form.", forms.join(", or "));
                self.say(if hidden { FindingKind::NotVisible } else { FindingKind::MissingMarker }, text, None);
                if !hidden {
                    self.found.add.extend(policy.accepted.first().and_then(|marker| suggest::marker(marker, subject)));
                    self.sink(State::WrongForm);
                }
            }
            return;
        }
        for marker in policy.required.iter().filter(|marker| !is_there(marker)) {
            let why = marker.why.as_ref().map_or(String::new(), |why| format!(" ({why})"));
            let line = suggest::marker(marker, subject);
            if visible(marker) {
                self.say(FindingKind::MissingMarker, format!("The policy asks for {}{why}.", marker.shown()), None);
                self.sink(State::WrongForm);
            } else {
                let text = format!("The policy asks for {}{why}, which is not known here.", marker.shown());
                self.say(FindingKind::NotVisible, text, None);
            }
            self.found.add.extend(line);
        }
    }

    fn facts(&mut self, covered: bool) {
        let classes = sensitive_classes(self.policy, self.subject);
        let wanted = wanted_facts(self.policy, self.subject);
        for fact in wanted.into_iter().filter(|fact| !self.subject.states(*fact, covered)) {
            let because = if self.policy.facts.contains(&fact) {
                String::new()
            } else {
                format!(", because the commit touches {}", classes.join(", "))
            };
            self.say(FindingKind::MissingFact, format!("Not stated: {}{because}.", described(fact)), None);
            let line = suggest::fact(fact, self.policy, self.subject);
            let known = |line: &Line| self.found.add.contains(line);
            if let Some(line) = line.filter(|line| !known(line)) {
                self.found.add.push(line);
            }
            self.sink(State::Partial);
        }
    }

    /// Says how large it is; that is no matter of form, so the state stays.
    fn size(&mut self) {
        let Some(size) = self.subject.size else { return };
        let added = size.added;
        let newcomer = self.policy.newcomer_lines_below.filter(|below| size.newcomer && added >= *below);
        if let Some(below) = newcomer {
            let text = format!(
                "Commits of this author that declare AI use add {added} lines, tests not counted; of authors who are new \
                 here the policy asks for fewer than {below}."
            );
            self.say(FindingKind::Size, text, None);
        } else if let Some(below) = self.policy.lines_below.filter(|below| added >= *below) {
            let text = format!(
                "Commits of this author that declare AI use add {added} lines, tests not counted; the policy asks for \
                 fewer than {below}."
            );
            self.say(FindingKind::Size, text, None);
        }
    }

    fn review(&mut self) {
        let classes = sensitive_classes(self.policy, self.subject);
        let for_class = self.policy.sensitive.reviewed_by_another_person && !classes.is_empty();
        if !(self.policy.reviewed_by_another_person || for_class) {
            return;
        }
        let asked = self.subject.requested_by();
        let by_another = self.subject.reviewers.iter().any(|reviewer| Some(reviewer.email.to_lowercase()) != asked);
        if by_another {
            return;
        }
        let because = if self.policy.reviewed_by_another_person {
            String::new()
        } else {
            format!(" (the commit touches {})", classes.join(", "))
        };
        let text =
            format!("No review by a person other than the one who asked for the generation is recorded{because}.");
        self.say(FindingKind::Review, text, None);
        self.found.add.push(Line { place: suggest::Where::Commit, text: "Reviewed-by: NAME <ADDRESS>".into() });
        self.sink(State::Partial);
    }

    /// Tells of our own trailers that cannot be read; whether there are any.
    fn unreadable(&mut self) -> bool {
        // What others write behind `Assisted-by` has many forms; `attest` knows them.
        let ours = [
            trailers::PATH,
            trailers::PROMPT,
            trailers::OUTPUT,
            trailers::SENSITIVE,
            trailers::ACCOUNTABLE,
            trailers::REQUESTED_BY,
        ];
        // Of these `attest` knows more answers than our grammar: `No-AI: y`.
        let answered = [trailers::NO_AI, trailers::PROPORTION].map(|key| format!("`{}:", key.to_lowercase()));
        let is_answer = |reason: &str| answered.iter().any(|key| reason.to_lowercase().starts_with(key));
        let elsewhere = self.subject.attestation.unreadable.iter();
        let answers = elsewhere.filter(|it| it.form == Form::Trailer && is_answer(&it.reason));
        let answers: Vec<String> = answers.map(|it| format!("Unreadable attestation: {}.", it.reason)).collect();
        let unreadable: Vec<String> = self
            .subject
            .own
            .unreadable
            .iter()
            .filter(|unreadable| ours.iter().any(|key| unreadable.trailer.is(key)))
            .map(|unreadable| format!("Unreadable attestation: {unreadable}."))
            .chain(answers)
            .collect();
        let any = !unreadable.is_empty();
        for text in unreadable {
            self.say(FindingKind::Unreadable, text, None);
        }
        any
    }
}

/// What a declaration of this commit must state.
pub(super) fn wanted_facts(policy: &Policy, subject: &Subject<'_>) -> Vec<Fact> {
    let mut wanted = policy.facts.clone();
    if !sensitive_classes(policy, subject).is_empty() {
        wanted.extend(&policy.sensitive.facts);
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

fn sensitive_classes(policy: &Policy, subject: &Subject<'_>) -> Vec<String> {
    let counted = subject.classes().into_iter().filter(|class| policy.sensitive.counts(class));
    if policy.sensitive.asks() { counted.map(str::to_owned).collect() } else { Vec::new() }
}

/// A fact in words.
pub fn described(fact: Fact) -> &'static str {
    match fact {
        Fact::Tool => "the tool",
        Fact::Model => "the model",
        Fact::ExactModel => "the model with its version",
        Fact::Proportion => "how much of the change the tool wrote",
        Fact::Path => "by which way the tool worked (ide, cli, ci, agent or web)",
        Fact::Session => "the session or request",
        Fact::Prompt => "the prompt's digest or address",
        Fact::Output => "the raw output's digest or address",
        Fact::Accountable => "the person who answers for the commit",
        Fact::SensitivePaths => "the sensitive paths that it touches",
    }
}
