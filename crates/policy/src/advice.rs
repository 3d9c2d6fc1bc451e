//! What advice may say: no line to add that the policy itself forbids, and no line to take out that would leave a tool
//! undeclared.

use super::finding::What;
use super::judge::Judgement;
use super::subject::{Described, Subject};
use super::suggest::{self, Line, Where};
use super::{Policy, Stance};
use ai_detect_attest::{self as attest, Attestation, Registry, Statement};
use ai_detect_base::change::{Commit, Person};

/// Whether a policy forbids a line that somebody is to add.
pub(super) fn is_forbidden(line: &Line, policy: &Policy, subject: &Subject<'_>) -> bool {
    if policy.forbidden.is_empty() {
        return false;
    }
    let registry = subject.registry();
    let written = Reading::of(line.place, &line.text, registry);
    let filled = Reading::of(line.place, &suggest::with_examples(&line.text), registry);
    policy.forbidden.iter().any(|marker| marker.is_line(&written.subject(registry), &filled.subject(registry)))
}

/// Leaves out of the advice what the policy forbids, and lines to take out that alone declare a tool. Where a line that
/// the policy accepts can declare that tool instead, it is added.
pub(super) fn settle(policy: &Policy, subject: &Subject<'_>, found: &mut Judgement) {
    found.add.retain(|line| !is_forbidden(line, policy, subject));
    if found.remove.is_empty() {
        return;
    }
    let offers_lines = policy.stance != Stance::Ban && !found.is_left_to_a_person();
    let mut rest = Rest::of(subject, found);
    let mut kept: Vec<u32> = Vec::new();
    for statement in subject.attestation.statements.iter().filter(|statement| statement.attests()) {
        let Some((number, text)) = line_of(statement, subject) else { continue };
        if !found.remove.iter().any(|removed| removed == text) || rest.declares(statement) {
            continue;
        }
        let instead = suggest::declaring(statement, policy);
        if found.add.contains(&instead) {
            continue;
        }
        if offers_lines && !is_forbidden(&instead, policy, subject) {
            rest.add(&instead);
            found.add.push(instead);
        } else {
            kept.push(number);
        }
    }
    let is_kept =
        |removed: &String| kept.iter().any(|number| text_of(*number, subject).is_some_and(|text| text == removed));
    found.remove.retain(|removed| !is_kept(removed));
    for finding in &mut found.findings {
        if let (What::Forbidden { is_only, .. }, Some(line)) = (&mut finding.what, finding.line) {
            *is_only = kept.contains(&line);
        }
    }
}

/// The line of the message that a statement stands in: its number and its text.
fn line_of<'s>(statement: &Statement, subject: &'s Subject<'_>) -> Option<(u32, &'s str)> {
    // The lines of notes and descriptions are not those of the message.
    let number = statement.line.filter(|_| !statement.form.is_note())?;
    Some((number, text_of(number, subject)?))
}

fn text_of<'s>(number: u32, subject: &'s Subject<'_>) -> Option<&'s str> {
    subject.commit.message.lines().nth(number.saturating_sub(1) as usize).map(str::trim)
}

/// What is still declared once the lines to take out are gone and those to add are there.
struct Rest<'r> {
    statements: Vec<Statement>,
    registry: &'r Registry,
}

impl<'r> Rest<'r> {
    fn of(subject: &Subject<'r>, found: &Judgement) -> Self {
        let registry = subject.registry();
        let stays = |line: &&str| !found.remove.iter().any(|removed| removed == line.trim());
        let message: Vec<&str> = subject.commit.message.lines().filter(stays).collect();
        let commit = Commit { message: message.join("\n").into(), ..subject.commit.clone() };
        let mut statements = attest::read(&commit, registry).statements;
        if let Some(request) = subject.described {
            statements.extend(request.attestation.statements.iter().cloned());
        }
        let mut rest = Rest { statements, registry };
        found.add.iter().for_each(|line| rest.add(line));
        rest
    }

    fn add(&mut self, line: &Line) {
        let reading = Reading::of(line.place, &suggest::with_examples(&line.text), self.registry);
        let is_any_tool = suggest::is_any_tool(line);
        self.statements.extend(reading.into_statements().map(|statement| match is_any_tool {
            true => Statement { tool: None, ..statement },
            false => statement,
        }));
    }

    /// Whether the tool of a statement is declared; where it names none, whether anything is.
    fn declares(&self, statement: &Statement) -> bool {
        let is_same = |other: &Statement| match (&statement.tool, &other.tool) {
            (None, _) => true,
            (Some(tool), Some(other)) => self.registry.is_same_tool(tool, other),
            (Some(_), None) => false,
        };
        self.statements.iter().any(|other| other.attests() && is_same(other))
    }
}

fn described(text: &str, registry: &Registry) -> Described {
    Described::read(&attest::Request { body: Some(text.to_owned()), ..attest::Request::default() }, registry)
}

/// A line by itself, read as a commit or a request with nothing else in it.
struct Reading {
    commit: Commit,
    attestation: Attestation,
    described: Option<Described>,
}

impl Reading {
    fn of(place: Where, line: &str, registry: &Registry) -> Self {
        let (message, described) = match place {
            Where::Commit => (format!("Change\n\n{line}\n"), None),
            Where::Request => (String::new(), Some(described(line, registry))),
        };
        let somebody = Person { name: "Somebody".into(), email: "somebody@example.org".into() };
        let commit =
            Commit { author: somebody.clone(), committer: somebody, message: message.into(), ..Commit::default() };
        let attestation = attest::read(&commit, registry);
        Reading { commit, attestation, described }
    }

    fn subject<'s>(&'s self, registry: &'s Registry) -> Subject<'s> {
        Subject::new(&self.commit, &self.attestation, registry).described(self.described.as_ref())
    }

    fn into_statements(self) -> impl Iterator<Item = Statement> {
        let described = self.described.map(|described| described.attestation.statements);
        self.attestation.statements.into_iter().chain(described.into_iter().flatten())
    }
}
