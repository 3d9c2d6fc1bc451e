//! Commits, and what must be read from them.

use super::super::{Conflict, State};
use super::*;

fn person(name: &str, email: &str) -> Person {
    Person { name: name.into(), email: email.into() }
}

fn commit(author: (&str, &str), message: &str) -> Commit {
    let author = person(author.0, author.1);
    Commit { author: author.clone(), committer: author, message: message.into(), ..Commit::default() }
}

const ANN: (&str, &str) = ("Ann Lee", "ann@example.org");
const COPILOT: (&str, &str) = ("copilot-swe-agent[bot]", "198982749+Copilot@users.noreply.github.com");

fn of(author: (&str, &str), message: &str) -> Attestation {
    read(&commit(author, message), Registry::builtin().unwrap())
}

#[test]
fn silence_is_absent_and_still_names_who_answers() {
    let found = of(ANN, "Fix the cursor\n\nAn example.\n");
    assert_eq!(found.state, State::Absent);
    assert_eq!(found.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
    assert!(found.statements.is_empty() && found.conflicts.is_empty());
}

#[test]
fn tool_model_and_person_make_it_complete() {
    let found = of(ANN, "s\n\nCo-Authored-By: Claude Opus 4.5 (1M context) <noreply@anthropic.com>\n");
    assert_eq!(found.state, State::Complete);
    assert_eq!(found.facts.tool.as_deref(), Some("Claude"));
    assert_eq!(found.facts.model.as_deref(), Some("Claude Opus 4.5"));
    assert!(found.facts.model_exact);
    let statement = &found.statements[0];
    assert_eq!((statement.line, statement.strict, statement.role), (Some(3), true, Role::Authored));
}

#[test]
fn without_a_model_it_is_partial() {
    let found = of(ANN, "s\n\nCo-authored-by: Claude <noreply@anthropic.com>\n");
    assert_eq!((found.state, found.facts.model), (State::Partial, None));
}

#[test]
fn footers_in_the_block_are_no_obstacle() {
    let message = "s\n\n💘 Generated with Crush\n\nAssisted-by: Claude Sonnet 4.5 via Crush <crush@charm.land>\n";
    let found = of(ANN, message);
    assert_eq!(found.state, State::Complete);
    assert_eq!(found.facts.tool.as_deref(), Some("Crush"));
    assert_eq!(found.facts.model.as_deref(), Some("Claude Sonnet 4.5"));
    let together = of(ANN, "s\n\n💘 Generated with Crush\nAssisted-by: Crush:claude-opus-4.5\n");
    assert_eq!(together.facts.model.as_deref(), Some("claude-opus-4.5"));
    assert!(together.statements.iter().all(|statement| !statement.strict));
}

#[test]
fn the_person_behind_an_agent_is_found() {
    let found = of(COPILOT, "s\n\nCo-authored-by: Ann Lee <ann@example.org>\n");
    assert_eq!(found.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
    assert_eq!(found.statements.len(), 1, "author and committer are one trace");
    let signed = of(COPILOT, "s\n\nCo-authored-by: B <b@example.org>\nSigned-off-by: Ann Lee <ann@example.org>\n");
    assert_eq!(signed.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
    let alone = of(COPILOT, "s\n");
    assert_eq!(alone.facts.accountable, None);
    assert_eq!(alone.conflicts, [Conflict::NobodyAnswers]);
    let mut committed = commit(COPILOT, "s\n\nAI-Accountable: Bob Ray <bob@example.org>\n");
    committed.committer = person(ANN.0, ANN.1);
    let named = read(&committed, Registry::builtin().unwrap());
    assert_eq!(named.facts.accountable.as_deref(), Some("Bob Ray <bob@example.org>"));
    assert!(named.conflicts.is_empty());
}

#[test]
fn aider_names_its_person() {
    let found =
        of(("Ann Lee (aider)", "ann@example.org"), "feat: x\n\nCo-authored-by: aider (gpt-4o) <aider@aider.chat>\n");
    assert_eq!(found.state, State::Complete);
    assert_eq!(found.facts.tool.as_deref(), Some("aider"));
    assert_eq!(found.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
}

#[test]
fn denials_and_contradictions() {
    for denial in ["AI-Assisted: no", "Assisted-by: none", "No-AI: true", "Generated-by: human"] {
        assert_eq!(of(ANN, &format!("s\n\n{denial}\n")).state, State::Denied, "{denial}");
    }
    let both = of(ANN, "s\n\nAI-Assisted: no\nCo-authored-by: Claude <noreply@anthropic.com>\n");
    assert_eq!(both.state, State::Partial);
    assert_eq!(both.conflicts, [Conflict::DeniedAndMarked { tool: Some("Claude".into()) }]);
}

#[test]
fn any_tool_is_read_in_the_form_that_attest_writes() {
    let found = of(ANN, "s\n\nAssisted-by: MyTool:my-model-1 sparse\n");
    assert_eq!((found.state, found.strict), (State::Complete, State::Complete));
    assert_eq!((found.facts.tool.as_deref(), found.facts.model.as_deref()), (Some("MyTool"), Some("my-model-1")));
    let statement = &found.statements[0];
    assert_eq!((statement.role, statement.confidence), (Role::Assisted, Confidence::Medium));
    let generated = of(ANN, "s\n\nGenerated-by: MyTool:my-model-1\n");
    assert_eq!((generated.state, generated.statements[0].role), (State::Complete, Role::Authored));
}

#[test]
fn a_known_tool_is_read_once_and_as_ever() {
    let found = of(ANN, "s\n\nAssisted-by: Crush:claude-opus-4.5 [sparse]\n");
    let read: Vec<_> = found.statements.iter().map(|it| (it.marker.as_str(), it.confidence)).collect();
    assert_eq!(read, [("declared/assisted-by", Confidence::High)]);
    // What stands behind a known tool may be its own version.
    let version = of(ANN, "s\n\nAssisted-by: Claude Code:build-12\n");
    assert_eq!((version.state, version.statements.len(), version.facts.model), (State::Partial, 1, None));
}

#[test]
fn values_of_ours_that_cannot_be_read_are_told_and_never_absent() {
    for (line, why) in [
        ("No-AI: maybe", "it is not one of `true`, `yes`, `false`, `no`"),
        ("AI-Proportion: 200%", "it is not a whole number of per cent from 0 to 100"),
        ("ai-proportion: 41", "it is not a whole number of per cent from 0 to 100"),
        ("AI-Path: telepathy", "it is not one of `ide`, `cli`, `ci`, `agent`, `web`"),
        ("AI-Accountable: Bob", "it is not of the form `Name <address>`"),
        ("AI-Requested-by: Bob", "it is not of the form `Name <address>`"),
        ("AI-Sensitive: log in", "` ` cannot stand in it"),
    ] {
        let found = of(ANN, &format!("s\n\nbody\n\n{line}\n"));
        let states = (found.state, found.elsewhere, found.strict);
        assert_eq!(states, (State::Unreadable, State::Unreadable, State::Unreadable), "{line}");
        assert!(found.statements.is_empty() && found.facts.proportion.is_none(), "{line}");
        let [unreadable] = found.unreadable.as_slice() else { panic!("{line}: {:?}", found.unreadable) };
        assert_eq!(
            (unreadable.form, unreadable.place.as_str()),
            (super::super::Form::TRAILER, "line 5 of the message")
        );
        assert_eq!(unreadable.reason, format!("`{line}`: {why}"));
    }
}

#[test]
fn what_can_be_read_beside_it_still_counts() {
    let found = of(ANN, "s\n\nAssisted-by: Codex:gpt-5.5\nAI-Proportion: 200%\n");
    assert_eq!((found.state, found.facts.proportion, found.unreadable.len()), (State::Complete, None, 1));
    let twice = of(ANN, "s\n\nNo-AI: maybe\nNo-AI: true\n");
    assert_eq!((twice.state, twice.unreadable.len()), (State::Denied, 1));
    let above = of(ANN, "s\n\nNo-AI: maybe\n\nbody\n");
    assert_eq!((above.state, above.strict), (State::Unreadable, State::Absent), "git does not see that one");
}

#[test]
fn keys_that_others_write_too_are_left_alone() {
    for text in [
        "No-AI: false",
        "No-AI: none",
        "Assisted-by: :x",
        "Assisted-by: Jane Doe",
        "Generated-by: protoc 3.1",
        "AI-Session: two words",
        "AI-Prompt: write me a parser",
        "AI-Lines: most",
        "- AI-Path: leave the road",
        "AI path: leave the road",
        "> No-AI: maybe",
        "```\nAI-Proportion: 200%\n```",
        "AI-Path: cli",
        "AI-Accountable: Bob Ray <bob@example.org>",
    ] {
        assert_eq!(of(ANN, &format!("s\n\n{text}\n")).unreadable, [], "{text}");
    }
    assert_eq!(of(ANN, "s\n\nNo-AI: Y\n").state, State::Denied);
    assert_eq!(of(ANN, "s\n\nAI-Proportion: none\n").state, State::Denied);
}

#[test]
fn reviews_do_not_attest() {
    let found = of(ANN, "s\n\nReviewed-by: Copilot <175728472+Copilot@users.noreply.github.com>\n");
    assert_eq!(found.state, State::Absent);
    assert_eq!(found.statements[0].role, Role::Reviewed);
}

#[test]
fn a_signing_tool_is_noted() {
    let found = of(ANN, "s\n\nSigned-off-by: Cursor <cursoragent@cursor.com>\n");
    assert_eq!(found.state, State::Partial);
    assert_eq!(found.conflicts, [Conflict::SignedOffByTool { tool: Some("Cursor".into()) }]);
}

#[test]
fn a_review_that_a_tool_claims_is_noted() {
    let found = of(COPILOT, "s\n\nHuman-Reviewed: yes\n");
    assert!(found.conflicts.contains(&Conflict::UnnamedReview), "{:?}", found.conflicts);
    let named = of(COPILOT, "s\n\nHuman-Reviewed: yes\nSigned-off-by: Ann Lee <ann@example.org>\n");
    assert!(named.conflicts.is_empty(), "{:?}", named.conflicts);
    let own =
        "s\n\nCo-authored-by: Claude <noreply@anthropic.com>\nHuman-Reviewed-by: Claude <noreply@anthropic.com>\n";
    assert_eq!(of(ANN, own).conflicts, [Conflict::ReviewedByItsTool { tool: "Claude".into() }]);
}

#[test]
fn a_mark_on_an_unchanged_commit_is_noted() {
    let mut empty = commit(ANN, "s\n\nAssisted-by: Codex\n");
    assert!(read(&empty, Registry::builtin().unwrap()).conflicts.is_empty());
    empty.unchanged = true;
    let without_change = Conflict::MarkWithoutChange { tool: Some("Codex".into()) };
    assert_eq!(read(&empty, Registry::builtin().unwrap()).conflicts, [without_change]);
}

#[test]
fn people_who_help_are_people() {
    for line in
        ["Assisted-by: Jane Doe <jane@example.org>", "Assisted-by: Jane Doe", "Co-authored-by: Devin Gould <d@e.f>"]
    {
        let found = of(ANN, &format!("s\n\n{line}\n"));
        assert!(found.statements.is_empty(), "{line}");
    }
}

#[test]
fn quoting_bots_are_not_believed() {
    let bot = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com");
    let quoted = "Bump x\n\nRelease notes\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n\nSigned-off-by: dependabot[bot] <support@github.com>\n";
    let found = of(bot, quoted);
    assert_eq!(found.state, State::Absent);
    assert!(!found.statements.is_empty(), "listed all the same");
    let helped = of(bot, "Bump x\n\nNotes\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n");
    assert_eq!(helped.state, State::Partial);
}

#[test]
fn quotations_do_not_count() {
    let found = of(ANN, "Read trailers\n\n```\nCo-Authored-By: Claude <noreply@anthropic.com>\n```\n");
    assert_eq!(found.state, State::Absent);
}

#[test]
fn a_committer_alone_is_listed_and_does_not_attest() {
    let mut rebased = commit(ANN, "s\n");
    rebased.committer = person("Claude", "noreply@anthropic.com");
    let found = read(&rebased, Registry::builtin().unwrap());
    assert_eq!((found.state, found.statements.len()), (State::Absent, 1));
}

#[test]
fn sessions_and_references_are_kept_and_prompts_are_not() {
    let message = "s\n\nClaude-Session: https://claude.ai/code/session_01Ab\nAI-Prompt: write me a parser\nPrompt-Digest: sha256:00ff\n";
    let found = of(ANN, message);
    assert_eq!(found.facts.session.as_deref(), Some("https://claude.ai/code/session_01Ab"));
    assert_eq!(found.facts.prompt_reference.as_deref(), Some("sha256:00ff"));
}

#[test]
fn quotes_are_cut() {
    let long = format!("s\n\nAssisted-by: Claude {}\n", "é".repeat(400));
    assert_eq!(of(ANN, &long).statements[0].quote.chars().count(), MAX_QUOTE_LENGTH);
}

proptest::proptest! {
    #[test]
    fn any_commit_is_read(
        name in "(\\PC| \\(aider\\)|Claude){0,20}",
        email in "(\\PC|\\+|@|noreply@anthropic.com){0,30}",
        message in "(\\PC|\n|\r\n|: |Co-authored-by: |Assisted-by: |Claude|<|>|\\(|\\[|\\]|via |```\n|Generated with |AI-Accountable: |AI-Proportion: |No-AI: ){0,120}",
    ) {
        let found = of((&name, &email), &message);
        let lines = message.lines().count() as u32 + 1;
        for statement in &found.statements {
            assert!(statement.line.is_none_or(|line| line <= lines));
        }
    }
}
