//! From statements and records to an attestation: what is known in the end, and how complete it is.
//!
//! Statements are found by `read`, records by `records`; what does not fit together is `conflicts`.
//! Which facts a project requires is for its policy.

use super::conflicts;
use super::declared::Model;
use super::identities::written;
use super::signature::Checked;
use super::{
    Attestation, Conflict, Contributor, Covers, Facts, Form, RecordedLines, Role, State, Statement, UnknownTool,
    Unreadable,
};
use ai_detect_base::change::{Commit, Person};

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
    /// Whose statement it is where that matters.
    pub(super) key: Key,
}

/// Trailers that are a person's to write.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Key {
    #[default]
    Other,
    SignOff,
    Review,
}

impl Finding {
    /// Whether it says, credibly enough, that a tool took part in writing.
    pub(super) fn attests(&self) -> bool {
        self.statement.attests()
    }

    pub(super) fn is_credible(&self) -> bool {
        self.statement.is_credible()
    }

    fn is_strict(&self) -> bool {
        self.statement.form == Form::TRAILER && self.statement.strict
    }
}

/// The people whom a commit names, by the place where it does.
#[derive(Debug, Default)]
pub(super) struct People {
    /// Who answers for the commit, as a trailer of ours or our note on it says.
    pub(super) named: Option<String>,
    pub(super) sign_offs: Vec<Person>,
    pub(super) co_authors: Vec<Person>,
    /// Whether the author, and the committer, is a person.
    pub(super) author: bool,
    pub(super) committer: bool,
    /// The person behind an author that is a tool run by somebody, such as `Ann (aider)`.
    pub(super) behind_author: Option<Person>,
    /// Who directed a tool, as the first recorder has it that says so.
    pub(super) recorded: Option<String>,
    /// A trailer says that a person reviewed it, and names none.
    pub(super) unnamed_review: bool,
}

/// Everything that was found in and beside a commit.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) findings: Vec<Finding>,
    pub(super) people: People,
    /// Their `state` is filled in here.
    pub(super) lines: Vec<(RecordedLines, Option<Model>)>,
    /// By which way the tools worked, as a trailer of ours says.
    pub(super) path: Option<String>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) unknown: Vec<UnknownTool>,
    /// Whether a trailer that git itself sees is among those.
    pub(super) strict_unreadable: bool,
    pub(super) conflicts: Vec<Conflict>,
    pub(super) signature: Option<Checked>,
    pub(super) note_signature: Option<Checked>,
    pub(super) receipt_signature: Option<Checked>,
}

/// Draws the conclusion.
pub(super) fn conclude(commit: &Commit, evidence: Evidence) -> Attestation {
    let Evidence { findings, people, lines, path, unreadable, strict_unreadable, .. } = evidence;
    let accountable = accountable(commit, &people);
    let mut facts = of(findings.iter(), &accountable);
    if findings.iter().any(Finding::attests) {
        facts.integration_path = path.or(facts.integration_path);
    }
    let unread = !unreadable.is_empty();
    let state = state(findings.iter(), &facts, unread);
    let whole = || findings.iter().filter(|found| found.statement.covers == Covers::Commit);
    let facts_elsewhere = (!lines.is_empty()).then(|| Box::new(of(whole(), &accountable)));
    let elsewhere = match &facts_elsewhere {
        None => state,
        Some(facts) => self::state(whole(), facts, unread),
    };
    let strict = || findings.iter().filter(|found| found.is_strict());
    let strict = self::state(strict(), &of(strict(), &accountable), strict_unreadable);
    let mut conflicts = conflicts::find(commit, &findings, &people, &facts);
    conflicts.extend(evidence.conflicts);
    let lines = lines.into_iter().map(|(lines, model)| with_state(lines, model.as_ref(), accountable.is_some()));
    let mut lines: Vec<RecordedLines> = lines.collect();
    lines.sort_by(|a, b| a.path.cmp(&b.path));
    Attestation {
        state,
        elsewhere,
        strict,
        facts,
        facts_elsewhere,
        lines,
        unreadable,
        unknown: evidence.unknown,
        conflicts,
        statements: findings.into_iter().map(|found| found.statement).collect(),
        signature: evidence.signature,
        note_signature: evidence.note_signature,
        receipt_signature: evidence.receipt_signature,
    }
}

/// What some of the findings say together.
pub(super) fn of<'a>(findings: impl Iterator<Item = &'a Finding>, accountable: &Option<String>) -> Facts {
    let attesting = ranked(findings);
    // Of a line that names two tools, each has its own model.
    let first = attesting.iter().find(|found| found.statement.tool.is_some());
    let is_of_another = |found: &&&Finding| first.is_some_and(|first| names_another_tool(first, found));
    let models = || attesting.iter().filter(|found| !is_of_another(found)).filter_map(|found| found.model.as_ref());
    let model = models().find(|model| model.exact).or_else(|| models().next());
    let text = |pick: fn(&Finding) -> &Option<String>| attesting.iter().find_map(|found| pick(found).clone());
    Facts {
        tool: attesting.iter().find_map(|found| found.statement.tool.clone()),
        model: model.map(|model| model.name.clone()),
        model_exact: model.is_some_and(|model| model.exact) && !lacks_model(&attesting),
        prompt_reference: text(|found| &found.prompt),
        output_reference: text(|found| &found.output),
        accountable: accountable.clone(),
        integration_path: text(|found| &found.integration),
        session: text(|found| &found.session),
        proportion: text(|found| &found.proportion),
    }
}

pub(super) fn state<'a>(findings: impl Iterator<Item = &'a Finding>, facts: &Facts, unreadable: bool) -> State {
    let (mut attests, mut denies) = (false, false);
    for found in findings {
        attests |= found.attests();
        // A line that a person wrote says nothing of the commit's others.
        denies |=
            found.statement.role == Role::Denied && found.is_credible() && found.statement.covers != Covers::Lines;
    }
    match (attests, denies) {
        (true, _) if facts.tool.is_some() && facts.model_exact && facts.accountable.is_some() => State::Complete,
        (true, _) => State::Partial,
        (false, true) => State::Denied,
        (false, false) if unreadable => State::Unreadable,
        (false, false) => State::Absent,
    }
}

/// Whether a line names several tools, and one of them without an exact model.
fn lacks_model(attesting: &[&Finding]) -> bool {
    let is_exact = |found: &Finding| found.model.as_ref().is_some_and(|model| model.exact);
    // What one line says stands side by side, in the order of confidence as well.
    let mut first: Option<&Finding> = None;
    attesting.iter().any(|found| {
        let beside = first.filter(|first| names_another_tool(first, found));
        first = Some(beside.unwrap_or(found));
        beside.is_some_and(|first| !is_exact(first) || !is_exact(found))
    })
}

/// Whether two findings are of one line and name different tools.
fn names_another_tool(first: &Finding, found: &Finding) -> bool {
    let (first, found) = (&first.statement, &found.statement);
    first.line.is_some() && first.line == found.line && found.tool.is_some() && first.tool != found.tool
}

fn with_state(mut lines: RecordedLines, model: Option<&Model>, accountable: bool) -> RecordedLines {
    lines.state = match lines.contributor {
        Contributor::Human => State::Denied,
        _ if lines.tool.is_some() && model.is_some_and(|model| model.exact) && accountable => State::Complete,
        _ => State::Partial,
    };
    lines
}

/// The attesting statements: the surest first, then who wrote before who helped, then as they stand.
fn ranked<'a>(findings: impl Iterator<Item = &'a Finding>) -> Vec<&'a Finding> {
    let mut attesting: Vec<&Finding> = findings.filter(|found| found.attests()).collect();
    let rank =
        |found: &&Finding| (std::cmp::Reverse(found.statement.confidence), found.statement.role != Role::Authored);
    attesting.sort_by_key(rank);
    attesting
}

/// Who answers for the commit: whoever is said to; else its author if human; else a person who signed
/// it off, shares its authorship, committed it, or is recorded as having directed the tool.
fn accountable(commit: &Commit, people: &People) -> Option<String> {
    if people.named.is_some() {
        return people.named.clone();
    }
    let author = people.author.then_some(&commit.author);
    let committer = people.committer.then_some(&commit.committer);
    let found = people.behind_author.as_ref().or(author);
    let found = found.or_else(|| people.sign_offs.first()).or_else(|| people.co_authors.first());
    found.or(committer).map(written).or_else(|| people.recorded.clone())
}

#[cfg(test)]
#[allow(clippy::expect_used)]
mod tests {
    use super::*;
    use crate::{Registry, read};

    fn of(message: &str) -> Attestation {
        let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
        let commit = Commit { author: ann.clone(), committer: ann, message: message.into(), ..Commit::default() };
        read(&commit, Registry::builtin().unwrap())
    }

    #[test]
    fn an_exact_model_wins_over_a_family() {
        let found = of("s\n\nAssisted-by: Claude Code (Claude Opus)\nAI-Model: claude-opus-4-8\n");
        assert_eq!(found.facts.model.as_deref(), Some("claude-opus-4-8"));
        assert_eq!(found.state, State::Complete);
    }

    #[test]
    fn a_line_with_two_tools_is_complete_with_the_models_of_both() {
        let of = |value: &str| {
            let found = of(&format!("s\n\nAssisted-by: {value}\n"));
            let tools: Vec<String> = found.statements.iter().filter_map(|found| found.tool.clone()).collect();
            (found.state, tools.join(" and "), found.facts.model, found.conflicts.len())
        };
        let both = || "Claude and Codex".to_owned();
        assert_eq!(of("Claude (Opus 4.8), Codex (gpt-5.5)"), (State::Complete, both(), Some("Opus 4.8".into()), 0));
        assert_eq!(of("Claude (Opus 4.8) and Codex"), (State::Partial, both(), Some("Opus 4.8".into()), 0));
        assert_eq!(of("Claude Code 2.0.1 + Codex (gpt-5.5)"), (State::Partial, both(), None, 0));
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
        assert_eq!((found.state, found.conflicts.len()), (State::Complete, 0));
    }

    #[test]
    fn who_is_said_to_answer_answers() {
        for message in [
            "s\n\nAssisted-by: Claude:claude-opus-4-8\nAI-Accountable: Bob Ray <bob@x.org>\n",
            "s\n\nNo-AI: true\nai-accountable: Bob Ray <bob@x.org>\nSigned-off-by: Ann Lee <ann@example.org>\n",
            "s\n\nAI-Accountable: Bob Ray <bob@x.org>\n\nA body.\n",
            "s\n\nAI-Accountable: Ann Lee <ann@example.org>\nAI-Accountable: Bob Ray <bob@x.org>\nAI-Accountable: Bob\n",
        ] {
            assert_eq!(of(message).facts.accountable.as_deref(), Some("Bob Ray <bob@x.org>"), "{message}");
        }
    }

    #[test]
    fn a_tool_answers_for_nothing_and_a_quotation_names_nobody() {
        let by_tool = of("s\n\nAssisted-by: Codex\nAI-Accountable: Claude <noreply@anthropic.com>\n");
        assert_eq!(by_tool.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
        assert_eq!(by_tool.conflicts, [Conflict::ToolAnswers { name: "Claude".into() }]);
        let quoted = of("s\n\n```\nAI-Accountable: Bob Ray <bob@x.org>\n```\n");
        assert_eq!(quoted.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
    }

    #[test]
    fn the_way_that_is_stated_goes_before_the_one_that_a_mark_suggests() {
        let path = |message: &str| of(message).facts.integration_path;
        assert_eq!(path("s\n\nAssisted-by: Codex\nAI-Path: CLI\n").as_deref(), Some("cli"));
        let link = "s\n\nhttps://jules.google.com/task/1234567890\n";
        assert_eq!(path(link).as_deref(), Some("cloud agent"));
        assert_eq!(path(&format!("{link}\nAI-Path: web\n")).as_deref(), Some("web"));
        assert_eq!(path("s\n\nAI-Path: cli\n"), None, "by itself it says nothing of any tool");
    }

    #[test]
    fn one_model_in_two_spellings_is_one() {
        let one = of("s\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nAI-Model: claude-opus-4-8\n");
        assert!(one.conflicts.is_empty(), "{:?}", one.conflicts);
        let two = of("s\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nAI-Model: gpt-5.5\n");
        let models = vec!["Claude Opus 4.8".into(), "gpt-5.5".into()];
        assert_eq!(two.conflicts, [Conflict::SeveralModels { models, more: 0 }]);
    }

    #[test]
    fn low_confidence_is_listed_and_does_not_count() {
        let found = of("aider: 0.85.0 -> 0.86.0\n");
        assert_eq!((found.state, found.statements.len(), found.facts.tool), (State::Absent, 1, None));
    }
}
