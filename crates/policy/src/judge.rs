//! The judgement of one commit: which state its attestation is in, and what the policy misses.
//!
//! Says what the policy says, and nothing about anybody. What it finds is `finding`; the lines that would mend it are
//! `suggest`.

use schemars::JsonSchema;
use serde::Serialize;

use super::advice;
use super::exempt::{Exemption, exempt};
use super::finding::{Finding, FindingKind, Instead, What};
use super::raw::{Fact, Place};
use super::signed;
use super::subject::Subject;
use super::suggest::{self, Line};
use super::{Policy, Stance};
use ai_detect_attest::{Conflict, Form, State};
use ai_detect_base::vocabulary::trailers;

/// What a policy says of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Judgement {
    /// How fully the commit declares AI use, by the policy's measure.
    pub state: State,
    /// Why the policy does not apply, where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exempt: Option<Exemption>,
    /// What is missing, misplaced or contradictory.
    pub findings: Vec<Finding>,
    /// Lines to add.
    pub add: Vec<Line>,
    /// Lines that the policy does not accept.
    pub remove: Vec<String>,
}

impl Judgement {
    /// Whether somebody should do something about it.
    pub fn asks(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind().asks())
    }

    /// Whether the policy does not take what is declared, so that a person decides.
    pub fn is_left_to_a_person(&self) -> bool {
        self.findings.iter().any(|finding| finding.kind() == FindingKind::PolicySays)
    }
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
            None if subject.attestation.state == State::Unreadable => State::Unreadable,
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
        // What cannot be read is neither absent nor clean.
        None if subject.attestation.state == State::Unreadable => State::Unreadable,
        None => State::Absent,
    };
    advice::settle(policy, subject, &mut judging.found);
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
    fn say(&mut self, what: What, line: Option<u32>) {
        self.found.findings.push(Finding { what, line });
    }

    fn downgrade(&mut self, to: State) {
        if self.worst != State::WrongForm {
            self.worst = to;
        }
    }

    fn contradictions(&mut self) {
        let attestation = self.subject.attestation;
        // Sign-offs by tools are found below, by the policy's measure.
        let known = attestation.conflicts.iter().filter(|it| !matches!(it, Conflict::SignedOffByTool { .. }));
        known.for_each(|conflict| self.say(What::Conflict(conflict.clone()), None));
        if attestation.state == State::Denied && self.subject.notes_say_ai() == Some(true) {
            self.say(What::Conflict(Conflict::DeniedAndNoted), None);
        }
        if attestation.state == State::Denied && self.subject.request_declares() {
            self.say(What::Conflict(Conflict::DeniedAndRequested), None);
        }
        for name in &self.subject.tool_reviews {
            self.say(What::ToolReviews { name: name.clone() }, None);
        }
        if let Some(problem) = self.subject.unreadable_note() {
            self.say(What::UnreadableNote { problem: problem.to_owned() }, None);
        }
    }

    fn sign_offs(&mut self) {
        if let Some(line) = self.subject.tool_sign_off().filter(|_| self.policy.sign_off_not_by_tool) {
            self.say(What::ToolSignsOff, Some(line));
            self.remove(line);
            self.downgrade(State::WrongForm);
        }
        if self.policy.sign_off_by_person && self.subject.sign_offs.is_empty() {
            self.say(What::NoSignOff, None);
            self.found.add.push(suggest::sign_off(self.subject));
            self.downgrade(State::Partial);
        }
    }

    /// AI use is declared, here or in the request.
    fn declared(&mut self, covered: bool) -> State {
        if self.policy.stance == Stance::Ban {
            return self.not_accepted();
        }
        if self.forbidden_tools(covered) {
            return self.as_declared();
        }
        self.forbidden();
        self.markers(covered);
        self.facts(covered);
        self.review();
        for missing in signed::missing(self.policy, self.subject, &sensitive_classes(self.policy, self.subject)) {
            self.say(missing, None);
            self.downgrade(State::Partial);
        }
        self.size();
        self.unreadable();
        self.worst
    }

    /// Where a policy accepts no AI contributions, what is declared is told, and that is all.
    fn not_accepted(&mut self) -> State {
        let evidence = self.subject.attestation.statements.iter().find(|statement| statement.attests());
        let quote = evidence.map(|statement| statement.quote.clone());
        let line = evidence.and_then(|statement| statement.line);
        self.say(What::NotAccepted { says: self.policy.says.clone(), quote }, line);
        self.as_declared()
    }

    /// The state of a declaration that the policy does not take: as it is, and nothing is asked for.
    fn as_declared(&self) -> State {
        match self.subject.attestation.state {
            State::Absent | State::Denied => State::Partial,
            state => state,
        }
    }

    /// Finds declared tools that the policy does not accept; whether there are any. The request's count where it speaks
    /// for its commits.
    fn forbidden_tools(&mut self, covered: bool) -> bool {
        let mut any = false;
        for marker in &self.policy.forbidden {
            let Some(tools) = marker.tools() else { continue };
            let mut hits = marker.find(self.subject);
            if covered && hits.is_empty() {
                hits = marker.find_in(Place::Request, self.subject);
            }
            let Some(hit) = hits.into_iter().next() else { continue };
            any = true;
            self.say(
                What::ToolNotAccepted { tools: tools.to_vec(), why: marker.why.clone(), quote: hit.quote },
                hit.line,
            );
        }
        any
    }

    fn forbidden(&mut self) {
        for marker in self.policy.forbidden.iter().filter(|marker| marker.tools().is_none()) {
            for hit in marker.find(self.subject) {
                let is_known = |finding: &Finding| {
                    finding.kind() == FindingKind::ForbiddenMarker && finding.line == hit.line && hit.line.is_some()
                };
                if self.found.findings.iter().any(is_known) {
                    continue;
                }
                let (marker_shown, why) = (marker.shown(), marker.why.clone());
                let what = What::Forbidden { marker: marker_shown, why, quote: hit.quote, is_only: false };
                self.say(what, hit.line);
                if let Some(line) = hit.line.filter(|_| marker.place == Place::Commit) {
                    self.remove(line);
                }
                self.downgrade(State::WrongForm);
            }
        }
    }

    fn remove(&mut self, line: u32) {
        // A line that is not in the message cannot be taken out.
        let Some(text) = self.subject.commit.message.lines().nth(line.saturating_sub(1) as usize) else { return };
        let text = text.trim();
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
                let accepted = policy.accepted.iter().map(super::Marker::shown).collect();
                self.say(What::OtherForm { accepted, visible: !hidden }, None);
                if !hidden {
                    self.found.add.extend(policy.accepted.first().and_then(|marker| suggest::marker(marker, subject)));
                    self.downgrade(State::WrongForm);
                }
            }
            return;
        }
        for marker in policy.required.iter().filter(|marker| !is_there(marker)) {
            let line = suggest::marker(marker, subject);
            let visible = visible(marker);
            let instead = not_understood(marker, subject, line.as_ref());
            self.say(What::Missing { marker: marker.shown(), why: marker.why.clone(), visible, instead }, None);
            if visible {
                self.downgrade(State::WrongForm);
            }
            self.found.add.extend(line);
        }
    }

    fn facts(&mut self, covered: bool) {
        let classes = sensitive_classes(self.policy, self.subject);
        let wanted = wanted_facts(self.policy, self.subject);
        for fact in wanted.into_iter().filter(|fact| !self.subject.states(*fact, covered)) {
            let classes = if self.policy.facts.contains(&fact) { Vec::new() } else { classes.clone() };
            let model = self.subject.attestation.facts.model.clone().filter(|_| fact == Fact::ExactModel);
            let what = match model {
                Some(model) => What::ModelWithoutVersion { model, classes },
                None => What::NotStated { fact, classes },
            };
            self.say(what, None);
            let line = suggest::fact(fact, self.policy, self.subject);
            let known = |line: &Line| self.found.add.contains(line);
            if let Some(line) = line.filter(|line| !known(line)) {
                self.found.add.push(line);
            }
            self.downgrade(State::Partial);
        }
    }

    /// Says how large it is; that is no matter of form, so the state stays.
    fn size(&mut self) {
        let Some(size) = self.subject.size else { return };
        let added = size.added;
        let for_newcomers = self.policy.newcomer_lines_below.filter(|below| size.newcomer && added >= *below);
        if let Some(below) = for_newcomers {
            self.say(What::TooLarge { added, below, newcomer: true }, None);
        } else if let Some(below) = self.policy.lines_below.filter(|below| added >= *below) {
            self.say(What::TooLarge { added, below, newcomer: false }, None);
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
        let classes = if self.policy.reviewed_by_another_person { Vec::new() } else { classes };
        self.say(What::NoReview { classes }, None);
        self.found.add.push(Line { place: suggest::Where::Commit, text: "Reviewed-by: NAME <ADDRESS>".into() });
        self.downgrade(State::Partial);
    }

    /// Finds our own trailers that cannot be read; whether there are any.
    fn unreadable(&mut self) -> bool {
        let ours = self.subject.own.unreadable.iter();
        let ours = ours.filter(|it| GRAMMAR_KEYS.iter().any(|key| it.trailer.is(key))).map(ToString::to_string);
        let others = self.subject.attestation.unreadable.iter().filter(|it| it.form == Form::TRAILER);
        let is_answer = |key: &String| ANSWER_KEYS.iter().any(|answer| answer.eq_ignore_ascii_case(key));
        let others = others.filter(|it| it.key.as_ref().is_some_and(is_answer)).map(|it| it.reason.clone());
        let problems: Vec<String> = ours.chain(others).collect();
        let any = !problems.is_empty();
        problems.into_iter().for_each(|problem| self.say(What::UnreadableLine { problem }, None));
        any
    }
}

/// What stands in the request's description where a marker is looked for, and is not read as a declaration.
fn not_understood(marker: &super::Marker, subject: &Subject<'_>, line: Option<&Line>) -> Option<Instead> {
    let request = subject.described.filter(|_| marker.place == Place::Request && !marker.is_label())?;
    let unknown = request.attestation.unknown.first().filter(|unknown| !unknown.quote.is_empty())?;
    let line = line.map(|line| suggest::with_examples(&line.text));
    Some(Instead { quote: unknown.quote.clone(), line })
}

/// Trailers whose values only our grammar knows. What others write behind `Assisted-by` has many forms; `attest` knows
/// them.
const GRAMMAR_KEYS: [&str; 6] = [
    trailers::PATH,
    trailers::PROMPT,
    trailers::OUTPUT,
    trailers::SENSITIVE,
    trailers::ACCOUNTABLE,
    trailers::REQUESTED_BY,
];

/// Trailers of ours for which `attest` knows more answers than our grammar: `No-AI: y`.
const ANSWER_KEYS: [&str; 2] = [trailers::NO_AI, trailers::PROPORTION];

/// What a declaration of this commit must still state. A policy that takes no AI contributions asks for nothing.
pub fn missing_facts(policy: &Policy, subject: &Subject<'_>) -> Vec<Fact> {
    if policy.stance == Stance::Ban {
        return Vec::new();
    }
    wanted_facts(policy, subject).into_iter().filter(|fact| !subject.states(*fact, false)).collect()
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
