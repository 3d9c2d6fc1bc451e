//! From statements to an attestation: what is known in the end, how complete it is, and what does
//! not fit together.
//!
//! Statements are found by `read`; which facts a project requires is for its policy.

use super::declared::Model;
use super::identities::{self, written};
use super::registry::Registry;
use super::{Attestation, Confidence, Facts, Form, Role, State, Statement};
use crate::change::{Commit, Person};

/// A statement with what it contributes to the facts.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    pub(super) statement: Statement,
    pub(super) model: Option<Model>,
    pub(super) session: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) output: Option<String>,
    pub(super) proportion: Option<String>,
    pub(super) integration: Option<String>,
    /// Whether it is a sign-off, which is a person's to give.
    pub(super) sign_off: bool,
}

impl Finding {
    /// Whether it says, credibly enough, that a tool took part in writing.
    fn attests(&self) -> bool {
        matches!(self.statement.role, Role::Authored | Role::Assisted) && self.is_credible()
    }

    fn is_credible(&self) -> bool {
        self.statement.confidence >= Confidence::Medium
    }
}

/// The people whom a commit names, by the place where it does.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) sign_offs: Vec<Person>,
    pub(super) co_authors: Vec<Person>,
    /// The person behind an author that is a tool run by somebody, such as `Ann (aider)`.
    pub(super) behind_author: Option<Person>,
}

/// Draws the conclusion.
pub(super) fn conclude(commit: &Commit, findings: Vec<Finding>, people: &People, registry: &Registry) -> Attestation {
    let attesting: Vec<&Finding> = ranked(&findings);
    let denied = findings.iter().any(|found| found.statement.role == Role::Denied && found.is_credible());
    let model = attesting.iter().filter_map(|found| found.model.as_ref()).max_by_key(|model| model.exact);
    // `max_by_key` prefers the last of equals; the best ranked comes first.
    let model =
        attesting.iter().filter_map(|found| found.model.as_ref()).find(|m| Some(m.exact) == model.map(|m| m.exact));
    let text = |pick: fn(&Finding) -> &Option<String>| attesting.iter().find_map(|found| pick(found).clone());
    let facts = Facts {
        tool: attesting.iter().find_map(|found| found.statement.tool.clone()),
        model: model.map(|model| model.name.clone()),
        model_exact: model.is_some_and(|model| model.exact),
        prompt_reference: text(|found| &found.prompt),
        output_reference: text(|found| &found.output),
        accountable: accountable(commit, people, registry),
        integration_path: text(|found| &found.integration),
        session: text(|found| &found.session),
        proportion: text(|found| &found.proportion),
    };
    let state = match (attesting.is_empty(), denied) {
        (true, true) => State::Denied,
        (true, false) => State::Absent,
        (false, _) if facts.tool.is_some() && facts.model_exact && facts.accountable.is_some() => State::Complete,
        (false, _) => State::Partial,
    };
    let notes = notes(&attesting, &findings, denied, &facts);
    Attestation { state, facts, statements: findings.into_iter().map(|found| found.statement).collect(), notes }
}

/// The attesting statements: the surest first, then who wrote before who helped, then as they stand.
fn ranked(findings: &[Finding]) -> Vec<&Finding> {
    let mut attesting: Vec<&Finding> = findings.iter().filter(|found| found.attests()).collect();
    let rank =
        |found: &&Finding| (std::cmp::Reverse(found.statement.confidence), found.statement.role != Role::Authored);
    attesting.sort_by_key(rank);
    attesting
}

/// Who answers for the commit: its author if human; else a person who signed it off, shares its
/// authorship, or committed it.
fn accountable(commit: &Commit, people: &People, registry: &Registry) -> Option<String> {
    let author = identities::is_human(&commit.author, registry).then_some(&commit.author);
    let committer = || identities::is_human(&commit.committer, registry).then_some(&commit.committer);
    let found = people.behind_author.as_ref().or(author);
    let found = found.or_else(|| people.sign_offs.first()).or_else(|| people.co_authors.first());
    found.or_else(committer).map(written)
}

fn notes(attesting: &[&Finding], findings: &[Finding], denied: bool, facts: &Facts) -> Vec<String> {
    let mut notes = Vec::new();
    if denied && !attesting.is_empty() {
        let whose = facts.tool.as_deref().map_or_else(|| "an AI tool".to_owned(), str::to_owned);
        notes.push(format!("The commit says that no AI was used, and it also carries a mark of {whose}."));
    }
    let signed = |found: &&Finding| found.sign_off && found.is_credible();
    if let Some(found) = findings.iter().find(signed) {
        let tool = found.statement.tool.as_deref().unwrap_or("A tool");
        notes.push(format!("{tool} is named in a Signed-off-by line; a sign-off is a person's statement."));
    }
    let authored = attesting.iter().any(|found| found.statement.form == Form::Author);
    if authored && facts.accountable.is_none() {
        notes.push("A tool is the author, and no person is named.".to_owned());
    }
    let mut models: Vec<&str> = Vec::new();
    for model in attesting.iter().filter_map(|found| found.model.as_ref()) {
        if !models.iter().any(|known| same_model(known, &model.name)) {
            models.push(&model.name);
        }
    }
    if models.len() > 1 {
        notes.push(format!("More than one model is named: {}.", models.join(", ")));
    }
    notes
}

/// `Claude Opus 4.5` and `claude-opus-4-5` are one model.
fn same_model(a: &str, b: &str) -> bool {
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
    let (a, b) = (letters(a), letters(b));
    a.contains(&b) || b.contains(&a)
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::attest::read;

    fn of(message: &str) -> Attestation {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let commit = Commit { author: ann.clone(), committer: ann, message: message.into(), ..Commit::default() };
        read(&commit, Registry::builtin())
    }

    #[test]
    fn an_exact_model_wins_over_a_family() {
        let found = of("s\n\nAssisted-by: Claude Code (Claude Opus)\nAI-Model: claude-opus-4-8\n");
        assert_eq!(found.facts.model.as_deref(), Some("claude-opus-4-8"));
        assert_eq!(found.state, State::Complete);
    }

    #[test]
    fn facts_come_together_from_several_statements() {
        let found =
            of("s\n\nAI-Tool: Codex\nAI-Model: gpt-5.5\nAI-Lines: 41\nAI-Session: 7f3a\nAI-Output-Digest: sha256:ff\n");
        let facts = &found.facts;
        assert_eq!(facts.tool.as_deref(), Some("Codex"));
        assert_eq!(facts.proportion.as_deref(), Some("41"));
        assert_eq!(facts.session.as_deref(), Some("7f3a"));
        assert_eq!(facts.output_reference.as_deref(), Some("sha256:ff"));
        assert_eq!((found.state, found.notes.len()), (State::Complete, 0));
    }

    #[test]
    fn one_model_in_two_spellings_is_one() {
        let one = of("s\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nAI-Model: claude-opus-4-8\n");
        assert!(one.notes.is_empty(), "{:?}", one.notes);
        let two = of("s\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nAI-Model: gpt-5.5\n");
        assert_eq!(two.notes, ["More than one model is named: Claude Opus 4.8, gpt-5.5."]);
    }

    #[test]
    fn low_confidence_is_listed_and_does_not_count() {
        let found = of("aider: 0.85.0 -> 0.86.0\n");
        assert_eq!((found.state, found.statements.len(), found.facts.tool), (State::Absent, 1, None));
    }

    #[test]
    fn the_json_form_is_stable() {
        let found = of("s\n\nAssisted-by: Codex\n");
        let json = serde_json::to_value(&found).expect("plain data");
        assert_eq!(json["state"], "partial");
        assert_eq!(json["statements"][0]["form"], "trailer");
        assert_eq!(json["statements"][0]["role"], "assisted");
        assert_eq!(json["statements"][0]["confidence"], "high");
    }
}
