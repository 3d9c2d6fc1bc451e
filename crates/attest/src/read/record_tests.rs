//! Records, mutated: whatever is attached to a commit, reading it ends, and what is torn is told.

use std::sync::Arc;

use proptest::prelude::*;

use super::super::forms::{ALL, RecordSpec, SAMPLE_COMMIT};
use super::super::{Confidence, Conflict, Registry, State};
use super::*;
use ai_detect_base::change::Record;

const GIT_AI: &str = "git-ai-note";
const ATTEST: &str = "attest-note";

/// How a form's records are kept and read.
fn spec(form: &str) -> &'static RecordSpec {
    ALL.iter().find(|known| known.id == form).unwrap().record().unwrap()
}

/// The forms of records, each with its sample.
fn samples() -> Vec<(&'static str, &'static str)> {
    ALL.iter().filter_map(|form| Some((form.id, form.record()?.sample))).collect()
}

fn record(form: &str, content: &[u8]) -> Record {
    Record { place: spec(form).place.name(), content: Ok(Arc::from(content)) }
}

fn of(form: &str, content: &[u8]) -> Attestation {
    let ann = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
    let commit = Commit {
        id: SAMPLE_COMMIT.into(),
        author: ann.clone(),
        committer: ann,
        message: "s\n".into(),
        records: vec![record(form, content)],
        ..Commit::default()
    };
    read(&commit, Registry::builtin().unwrap())
}

#[test]
fn lines_of_a_record_attest() {
    let found = of(GIT_AI, spec(GIT_AI).sample.as_bytes());
    let told: Vec<(&str, Option<&str>, State)> =
        found.lines.iter().map(|lines| (lines.path.as_str(), lines.tool.as_deref(), lines.state)).collect();
    let expected = [
        ("my file.rs", Some("Cursor"), State::Partial),
        ("src/a.rs", Some("Claude"), State::Complete),
        ("src/a.rs", None, State::Denied),
    ];
    assert_eq!(told, expected, "`default` names no model");
}

#[test]
fn headers_that_are_ours_and_cannot_be_read_are_told() {
    let found = of("header-note", b"AI-Proportion: 200%\nAI-Accountable: Bob Ray <bob@example.org>\n");
    let told: Vec<&str> = found.unreadable.iter().map(|it| it.reason.as_str()).collect();
    assert_eq!(told, ["`AI-Proportion: 200%`: it is not a whole number of per cent from 0 to 100"]);
    assert_eq!((found.state, found.unreadable[0].place.as_str()), (State::Unreadable, "refs/notes/ai"));
    assert_eq!(found.facts.accountable.as_deref(), Some("Bob Ray <bob@example.org>"));
}

/// A note of ours with entries for the whole commit, the oldest first, or for some lines.
fn own_note(entries: &[(&str, &str, bool)]) -> String {
    let entry = |(involvement, who, lines): &(&str, &str, bool)| {
        let covers = if *lines { r#", "covers": [{"path": "a.rs", "lines": [[1, 2]]}]"# } else { "" };
        format!(r#"{{"declaration": {{"involvement": {involvement}, "accountable": "{who}"}}{covers}}}"#)
    };
    let entries: Vec<String> = entries.iter().map(entry).collect();
    format!(r#"{{"schema": "ai-detect/attestation/v1", "attestations": [{}]}}"#, entries.join(","))
}

#[test]
fn who_answers_by_our_note_answers() {
    let codex = r#"{"ai": {"assistants": [{"extent": "assisted", "tool": "Codex"}]}}"#;
    let (bob, eve) = ("Bob Ray <bob@example.org>", "Eve Poe <eve@example.org>");
    let accountable =
        |entries: &[(&str, &str, bool)]| of(ATTEST, own_note(entries).as_bytes()).facts.accountable.unwrap_or_default();
    assert_eq!(accountable(&[(codex, bob, false)]), bob);
    assert_eq!(accountable(&[("\"no-ai\"", bob, false)]), bob);
    assert_eq!(accountable(&[(codex, bob, false), (codex, eve, false)]), eve, "the newer one counts");
    assert_eq!(accountable(&[(codex, bob, true)]), "Ann Lee <ann@example.org>", "for these lines only");
    let by_tool = of(ATTEST, own_note(&[(codex, "Claude <noreply@anthropic.com>", false)]).as_bytes());
    assert_eq!(by_tool.facts.accountable.as_deref(), Some("Ann Lee <ann@example.org>"));
    assert_eq!(by_tool.conflicts, [Conflict::ToolAnswers { name: "Claude".into() }]);
}

#[test]
fn a_trailer_goes_before_our_note() {
    let note = own_note(&[("\"no-ai\"", "Bob Ray <bob@example.org>", false)]);
    let record = record(ATTEST, note.as_bytes());
    let message = "s\n\nNo-AI: true\nAI-Accountable: Eve Poe <eve@example.org>\n".into();
    let found = read(&Commit { message, records: vec![record], ..Commit::default() }, Registry::builtin().unwrap());
    assert_eq!(found.facts.accountable.as_deref(), Some("Eve Poe <eve@example.org>"));
}

#[test]
fn torn_records_are_unreadable_and_never_absent() {
    // Headers are lines of their own: what is left of them is still a statement.
    for (form, text) in samples().into_iter().filter(|(form, _)| *form != "header-note") {
        for (end, _) in text.char_indices() {
            let found = of(form, &text.as_bytes()[..end]);
            assert_eq!(found.state, State::Unreadable, "{form} up to {end}");
            assert!(!found.unreadable.is_empty());
        }
    }
}

#[test]
fn missing_and_binary_records_are_unreadable() {
    for (form, _) in samples() {
        assert_eq!(of(form, b"\xff\xfe\x00").state, State::Unreadable);
    }
    let record = Record { content: Err("it is missing".into()), ..record(GIT_AI, b"") };
    let commit = Commit { records: vec![record], message: "s\n".into(), ..Commit::default() };
    let found = read(&commit, Registry::builtin().unwrap());
    assert_eq!((found.state, found.unreadable[0].reason.as_str()), (State::Unreadable, "it is missing"));
}

#[test]
fn a_trailer_beside_a_torn_note_still_counts() {
    let mut commit = Commit { message: "s\n\nAssisted-by: Codex\n".into(), ..Commit::default() };
    commit.records.push(record(GIT_AI, b"torn"));
    let found = read(&commit, Registry::builtin().unwrap());
    assert_eq!((found.state, found.unreadable.len()), (State::Partial, 1));
}

#[test]
fn sessions_without_a_line_are_listed_and_do_not_count() {
    let note = spec(GIT_AI).sample.split_once("---").map(|(_, json)| format!("---{json}")).unwrap_or_default();
    let found = of(GIT_AI, note.as_bytes());
    assert_eq!((found.state, found.statements.len()), (State::Absent, 2));
    assert!(found.statements.iter().all(|statement| statement.confidence == Confidence::Low));
}

/// Pieces that notes are made of, put together at random.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("src/a.rs\n".to_owned()),
        Just("  s_00000000000001::t_01 ".to_owned()),
        Just("  h_".to_owned()),
        Just("---\n".to_owned()),
        Just("1-4,9\n".to_owned()),
        Just("4294967295-4294967295,0,-\n".to_owned()),
        Just("{\"schema_version\": \"authorship/3.0.0\", \"prompts\": {}}".to_owned()),
        Just("AI-Tool: ".to_owned()),
        "\\PC{0,12}",
        "[\\[\\]{}:,\"0-9\n ]{0,12}",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_bytes_are_read(kind in any::<prop::sample::Index>(), content in proptest::collection::vec(any::<u8>(), 0..300)) {
        of(kind.get(&samples()).0, &content);
    }

    #[test]
    fn any_pieces_are_read(kind in any::<prop::sample::Index>(), content in pieces()) {
        of(kind.get(&samples()).0, content.as_bytes());
    }

    #[test]
    fn mutated_records_are_read(
        kind in any::<prop::sample::Index>(),
        cuts in proptest::collection::vec((0usize..700, 0usize..40, any::<u8>()), 0..6),
    ) {
        let (form, text) = *kind.get(&samples());
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, byte) in cuts {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, [byte]);
        }
        let found = of(form, &bytes);
        for lines in &found.lines {
            for pair in lines.ranges.windows(2) {
                prop_assert!(pair[0].last < pair[1].first, "sorted and disjoint");
            }
            prop_assert!(lines.ranges.iter().all(|range| range.first >= 1 && !range.is_empty()));
        }
    }

    #[test]
    fn any_request_is_read(body in "(\\PC|\n|- \\[x\\] |- \\[ \\] |<!--|-->|AI|no |used |Assisted-by: Codex){0,40}", branch in "\\PC{0,20}", label in "\\PC{0,20}") {
        let request = super::super::Request { body: Some(body), title: Some(label.clone()), branch: Some(branch), labels: vec![label] };
        super::super::read_request(&request, Registry::builtin().unwrap());
    }
}
