//! What commits and requests declare, from outside: notes and the lines that they cover, what cannot
//! be read, what is stated in a request, and the count of a whole history.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, list, planted_code, text};
use ai_detect::attest::forms::{ALL, Found};
use serde_json::Value;

/// A repository whose rules flag planted code, with `topic` checked out.
fn started() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Start");
    repo.branch("topic");
    repo
}

/// Attaches a note as it is, byte for byte.
fn note(repo: &Repo, name: &str, commit: &str, content: &str) {
    let blob = repo.git_bytes(&["hash-object", "-w", "--stdin"], content.as_bytes());
    let blob = String::from_utf8(blob).unwrap();
    repo.git(&["notes", &format!("--ref={name}"), "add", "-f", "-C", blob.trim(), commit]);
}

/// A note of the Git AI Standard in which a session wrote some lines.
fn git_ai(lines: &str) -> String {
    format!(
        "{lines}---\n{}\n",
        r#"{"schema_version": "authorship/3.0.0", "git_ai_version": "1.6.0", "base_commit_sha": "", "prompts": {},
            "sessions": {"s_00000000000001": {"agent_id": {"tool": "claude", "id": "u-1", "model": "claude-opus-4-8"},
                                              "human_author": "Ada Example <ada@example.org>"}},
            "humans": {"h_00000000000001": {"author": "Ada Example <ada@example.org>"}}}"#
    )
}

fn verdicts(report: &Value) -> Vec<String> {
    let told = |hunk: &Value| format!("{} {}", text(&hunk["path"]), text(&hunk["verdict"]));
    list(&report["hunks"]).iter().map(told).collect()
}

fn attestation<'a>(report: &'a Value, subject: &str) -> &'a Value {
    let commit = list(&report["commits"]).iter().find(|commit| commit["subject"] == subject);
    &commit.unwrap_or_else(|| panic!("no commit {subject}"))["attestation"]
}

#[test]
fn a_note_attests_only_its_lines() {
    let repo = started();
    repo.write("noted.py", planted_code("noted"));
    repo.write("other.py", planted_code("other"));
    let commit = repo.commit("Add both");
    note(&repo, "ai", &commit, &git_ai("noted.py\n  s_00000000000001::t_01 1-6\n"));
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["noted.py attested", "other.py unattested"]);
    let found = attestation(&report, "Add both");
    assert_eq!((&found["state"], &found["elsewhere"]), (&"complete".into(), &"absent".into()));
    assert_eq!(found["facts"]["session"], "u-1");
    assert_eq!(found["statements"][0]["covers"], "lines");
}

#[test]
fn records_follow_their_lines_through_edits_and_renames() {
    let repo = started();
    let commit = repo.commit_file("old.py", planted_code("old"));
    note(&repo, "ai", &commit, &git_ai("old.py\n  s_00000000000001::t_01 1-6\n"));
    repo.git(&["mv", "old.py", "new.py"]);
    repo.write("new.py", format!("{}{}", code("above", 2), planted_code("old")));
    repo.commit("Rename, and add two lines above");
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["new.py attested"]);
    // As many lines again that nothing attests are not covered by the record.
    repo.write("new.py", format!("{}{}", code("above", 7), planted_code("old")));
    repo.commit("Add more lines above");
    assert_eq!(verdicts(&repo.diff(&["main"])), ["new.py unattested"]);
}

#[test]
fn lines_that_a_person_was_seen_writing_are_contradicted_by_their_looks() {
    let repo = started();
    let commit = repo.commit_file("a.py", planted_code("a"));
    note(&repo, "ai", &commit, &git_ai("a.py\n  h_00000000000001 1-6\n"));
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["a.py contradicted"]);
    assert_eq!(attestation(&report, "Change a.py")["state"], "absent", "it says nothing of other lines");
}

#[test]
fn other_recorders_and_headers_in_notes_are_read() {
    let repo = started();
    let commit = repo.commit_file("a.py", planted_code("a"));
    let line = |number: u32| format!(r#"{{"line_number": {number}, "source": {{"type": "AI", "edit_id": "e"}}}}"#);
    let lines: Vec<String> = (1..=6).map(line).collect();
    let whogitit = format!(
        r#"{{"version": 3, "session": {{"session_id": "7f", "model": {{"id": "claude-opus-4-8", "provider": "anthropic"}}}}, "prompts": [], "files": [{{"path": "a.py", "lines": [{}]}}]}}"#,
        lines.join(",")
    );
    note(&repo, "whogitit", &commit, &whogitit);
    let traced = repo.commit_file("b.py", planted_code("b"));
    let trace = format!(
        r#"{{"version": "0.1.0", "id": "x", "timestamp": "2026-01-01T00:00:00Z", "vcs": {{"type": "git", "revision": "{traced}"}}, "tool": {{"name": "cursor"}}, "files": [{{"path": "b.py", "conversations": [{{"contributor": {{"type": "ai", "model_id": "openai/gpt-5.5"}}, "ranges": [{{"start_line": 1, "end_line": 6}}]}}]}}]}}"#
    );
    note(&repo, "agent-trace", &traced, &trace);
    let headed = repo.commit_file("c.py", planted_code("c"));
    note(&repo, "ai", &headed, "AI-Tool: OpenAI Codex\nAI-Model: gpt-5.5\nAI-Prompt-1: Add a parser\n");
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["a.py attested", "b.py attested", "c.py attested"]);
    assert_eq!(attestation(&report, "Change a.py")["statements"][0]["form"], "whogitit-note");
    assert_eq!(attestation(&report, "Change b.py")["facts"]["tool"], "Cursor");
    let headers = attestation(&report, "Change c.py");
    assert_eq!(
        (&headers["facts"]["tool"], &headers["statements"][0]["form"]),
        (&"Codex".into(), &"header-note".into())
    );
    assert_eq!(headers["facts"]["prompt_reference"], Value::Null, "prompts are not kept");
}

/// A note of ours: one tool for some lines, "no AI" for others.
fn own(entries: &str) -> String {
    format!(r#"{{"schema": "ai-detect/attestation/v1", "attestations": [{entries}]}}"#)
}

fn entry(involvement: &str, covers: &str) -> String {
    format!(
        r#"{{"declaration": {{"involvement": {involvement}, "accountable": "Bob Ray <bob@example.org>"}}{covers}}}"#
    )
}

const CODEX: &str = r#"{"ai": {"assistants": [{"extent": "generated", "tool": "Codex", "model": "gpt-5.5"}],
    "proportion": 60, "path": "cli", "session": "7f3a", "prompt": "https://example.org/p/1"}}"#;

#[test]
fn notes_of_ours_are_read_with_their_facts_and_lines() {
    let repo = started();
    repo.write("noted.py", planted_code("noted"));
    repo.write("mine.py", planted_code("mine"));
    repo.write("other.py", planted_code("other"));
    let commit = repo.commit("Add all");
    let covers = |path: &str| format!(r#", "covers": [{{"path": "{path}", "lines": [[1, 6]]}}]"#);
    let note_of = [entry(CODEX, &covers("noted.py")), entry(r#""no-ai""#, &covers("mine.py"))].join(",");
    note(&repo, "ai-attest", &commit, &own(&note_of));
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["mine.py contradicted", "noted.py attested", "other.py unattested"]);
    let found = attestation(&report, "Add all");
    assert_eq!((&found["state"], &found["elsewhere"]), (&"complete".into(), &"absent".into()));
    let facts = ["tool", "model", "proportion", "integration_path", "session", "prompt_reference"];
    let facts: Vec<&str> = facts.iter().map(|fact| text(&found["facts"][*fact])).collect();
    assert_eq!(facts, ["Codex", "gpt-5.5", "60%", "cli", "7f3a", "https://example.org/p/1"]);

    note(&repo, "ai-attest", &commit, &own(&entry(CODEX, "")));
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report), ["mine.py attested", "noted.py attested", "other.py attested"]);
    let scanned = repo.run(&["markers", "scan", "main..topic"]).text();
    assert!(scanned.contains("attestation note"), "{scanned}");
    note(&repo, "ai-attest", &commit, r#"{"schema": "ai-detect/attestation/v9"}"#);
    let report = repo.diff(&["main"]);
    assert_eq!(verdicts(&report)[0], "mine.py unreadable");
    assert_eq!(attestation(&report, "Add all")["unreadable"][0]["form"], "attest-note");
}

#[test]
fn a_note_beside_no_ai_in_the_message_is_told() {
    let repo = started();
    repo.write("a.py", code("a", 6));
    let commit = repo.commit("Add a\n\nNo-AI: true");
    note(&repo, "ai-attest", &commit, &own(&entry(CODEX, "")));
    let report = repo.diff(&["main"]);
    let told = "The commit says that no AI was used, and it also carries a mark of Codex.";
    assert_eq!(attestation(&report, "Add a")["notes"][0], told);
}

#[test]
fn who_is_said_to_answer_is_named_everywhere() {
    let repo = started();
    let bob = "Bob Ray <bob@example.org>";
    repo.write("a.py", planted_code("a"));
    repo.commit(&format!("Say it\n\nAssisted-by: Claude:claude-opus-4-8\nAI-Accountable: {bob}\n"));
    repo.write("b.py", planted_code("b"));
    repo.commit(&format!("Deny it\n\nNo-AI: true\nAI-Accountable: {bob}\n"));
    let noted = repo.commit_file("c.py", planted_code("c"));
    note(&repo, "ai-attest", &noted, &own(&entry(CODEX, "")));
    repo.write("d.py", planted_code("d"));
    repo.git(&["add", "--all"]);
    let devin = "Devin AI <158243242+devin-ai-integration[bot]@users.noreply.github.com>";
    repo.git(&["commit", "--quiet", "--author", devin, "-m", &format!("Let it\n\nAI-Accountable: {bob}\n")]);
    let report = repo.diff(&["main"]);
    for subject in ["Say it", "Deny it", "Change c.py", "Let it"] {
        assert_eq!(attestation(&report, subject)["facts"]["accountable"], bob, "{subject}");
    }
    let rows = crate::support::history::rows(&repo, &["main..topic"]);
    let named: Vec<&Value> = rows.iter().map(|row| &row["accountable"]).collect();
    assert_eq!(named, [bob; 4]);
}

#[test]
fn trailers_of_ours_that_cannot_be_read_are_neither_absent_nor_clean() {
    let repo = started();
    for (line, at) in ["No-AI: maybe", "AI-Proportion: 200%", "AI-Path: telepathy"].into_iter().zip(0..) {
        repo.write(&format!("a{at}.py"), planted_code(&format!("a{at}")));
        repo.commit(&format!("Add {at}\n\n{line}\n"));
        let report = repo.diff(&["HEAD~1"]);
        assert_eq!(verdicts(&report), [format!("a{at}.py unreadable")], "{line}");
        assert_eq!(attestation(&report, &format!("Add {at}"))["unreadable"][0]["form"], "trailer");
    }
    let told = repo.run(&["diff", "-v", "main"]).text();
    let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
    let reason = "the trailer (line 3 of the message) cannot be read: `No-AI: maybe`: it is not one of `true`";
    assert!(told.contains(reason), "{told}");
    let scanned = repo.run(&["markers", "scan", "main..topic", "--each"]).text();
    assert_eq!(scanned.matches("unreadable  cannot be read: line 3 of the message").count(), 3, "{scanned}");
}

#[test]
fn receipts_in_the_tree_speak_for_the_commits_that_they_name() {
    let repo = started();
    let commit = repo.commit_file("a.py", planted_code("a"));
    let receipt = format!(
        r#"{{"type": "aiir.commit_receipt", "schema": "aiir/commit_receipt.v2", "commit": {{"sha": "{commit}"}}, "ai_attestation": {{"is_ai_authored": true, "signals_detected": ["co-authored-by: copilot"]}}}}"#
    );
    repo.commit_file(".aiir/receipts.jsonl", format!("{receipt}\nnot a receipt\n"));
    let report = repo.diff(&["main"]);
    let found = attestation(&report, "Change a.py");
    assert_eq!((&found["state"], &found["facts"]["tool"]), (&"partial".into(), &"GitHub Copilot".into()));
    assert_eq!(found["statements"][0]["form"], "aiir-receipt");
    let signature = &found["receipt_signature"];
    assert_eq!(signature["state"], "unverified");
    assert!(text(&signature["reason"]).contains("Sigstore bundles, which are not checked"), "{signature}");
    let notes = list(&report["coverage"]["notes"]);
    assert!(notes.iter().any(|note| text(note).starts_with("1 line of .aiir/receipts.jsonl")), "{notes:?}");
}

#[test]
fn a_file_about_the_repository_that_cannot_be_read_is_named_once() {
    let repo = started();
    repo.commit_file("AI-DECLARATION.md", "---\nversion: 0.1.2\nlevel: much\n---\n");
    let told = |repo: &Repo| {
        let notes = repo.diff(&["main..HEAD"])["coverage"]["notes"].clone();
        let note = list(&notes).iter().map(text).find(|note| note.contains("AI-DECLARATION.md")).unwrap().to_owned();
        assert_eq!(note.matches("AI-DECLARATION.md").count(), 1, "{note}");
        note
    };
    assert!(told(&repo).starts_with("AI-DECLARATION.md cannot be read: line 3, column "), "{}", told(&repo));
    let blob = repo.id("HEAD:AI-DECLARATION.md");
    std::fs::remove_file(repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    assert!(
        told(&repo).starts_with("AI-DECLARATION.md cannot be read: it is missing from this clone ("),
        "{}",
        told(&repo)
    );
}

/// A statement about a whole repository says nothing of a single commit.
#[test]
fn what_is_said_of_a_repository_is_reported_and_attests_no_commit() {
    for form in ALL.iter().filter(|form| matches!(form.found, Found::Repository(_))) {
        let (place, sample) = (form.place().unwrap().name(), form.sample().unwrap());
        let repo = started();
        repo.commit_file(place, sample);
        repo.commit_file("a.py", planted_code("a"));
        let report = repo.diff(&["main"]);
        assert!(list(&report["commits"]).iter().all(|commit| commit["attestation"]["state"] == "absent"), "{report:#}");
        assert!(all_output(&repo, &["markers", "scan", "main..topic"]).contains(" 0 declare AI use"), "{place}");
        let said = format!("{place} declares AI use in the repository as a whole");
        for args in
            [vec!["diff"], vec!["policy", "check"], vec!["attest", "--check"], vec!["markers", "scan"], vec!["scan"]]
        {
            let range = if args.ends_with(&["scan"]) { "main..topic" } else { "main" };
            assert!(all_output(&repo, &[&args[..], &[range]].concat()).contains(&said), "{args:?}");
        }
        repo.commit_file(place, "not of this form\n");
        assert!(all_output(&repo, &["diff", "main"]).contains(&format!("{place} cannot be read: ")));
    }
}

/// What a command prints, on both streams, without line breaks.
fn all_output(repo: &Repo, args: &[&str]) -> String {
    let output = repo.process(args).output().unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_command_reports_receipts_without_a_commit() {
    let repo = started();
    repo.commit_file(".aiir/receipts.jsonl", "not a receipt\n");
    for args in
        [vec!["diff"], vec!["policy", "check"], vec!["attest", "--check"], vec!["markers", "scan"], vec!["scan"]]
    {
        let range = if args.ends_with(&["scan"]) { "main..topic" } else { "main" };
        let said = all_output(&repo, &[&args[..], &[range]].concat());
        assert!(said.contains("1 line of .aiir/receipts.jsonl cannot be read: no commit is named"), "{args:?}: {said}");
    }
}

#[test]
fn what_cannot_be_read_is_neither_absent_nor_clean() {
    let repo = started();
    for (file, content, reason) in [
        (
            "half.py",
            "half.py\n  s_00000000000001::t_01 1-6\n---\n{\"schema_version\": \"auth".to_owned(),
            "cannot be read",
        ),
        ("newer.py", "---\n{\"schema_version\": \"authorship/9.0.0\"}\n".to_owned(), "newer version"),
        ("wrong.py", git_ai("wrong.py\n  s_00000000000001::t_01 9-2\n"), "no range of lines"),
        ("huge.py", git_ai(&"huge.py\n  s_00000000000001::t_01 1-6\n".repeat(260_000)), "bytes"),
    ] {
        let commit = repo.commit_file(file, planted_code(file.trim_end_matches(".py")));
        note(&repo, "ai", &commit, &content);
        let report = repo.diff(&["HEAD~1"]);
        assert_eq!(verdicts(&report), [format!("{file} unreadable")]);
        assert_eq!(list(&report["flags"]).len(), 1);
        let found = attestation(&report, &format!("Change {file}"));
        assert_eq!(found["state"], "unreadable", "{file}");
        assert!(text(&found["unreadable"][0]["reason"]).contains(reason), "{}", found["unreadable"]);
    }
    let told = repo.run(&["diff", "-v", "main"]).text();
    assert!(told.contains("and 1 more) have a record about AI use that cannot be read"), "{told}");
    assert!(told.contains("(refs/notes/ai) cannot be read: "), "{told}");
}

#[test]
fn a_plain_block_beside_an_unreadable_note_is_unknown() {
    let repo = started();
    let commit = repo.commit_file("a.py", code("a", 12));
    note(&repo, "ai", &commit, "torn");
    assert_eq!(verdicts(&repo.diff(&["main"])), ["a.py unknown"]);
}

#[test]
fn what_does_not_fit_together_is_told() {
    let repo = started();
    repo.write("a.py", code("a", 12));
    let both = repo.commit("Deny it\n\nAI-Assisted: no\n");
    note(&repo, "ai", &both, &git_ai("a.py\n  s_00000000000001::t_01 1-6\n"));
    repo.commit("Change nothing\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n");
    repo.write("b.py", code("b", 12));
    repo.commit(
        "Review it\n\nCo-Authored-By: Claude <noreply@anthropic.com>\nReviewed-by: Claude <noreply@anthropic.com>\n",
    );
    let report = repo.diff(&["main"]);
    let notes = |subject: &str| list(&attestation(&report, subject)["notes"]).iter().map(text).collect::<Vec<_>>();
    assert_eq!(notes("Deny it"), ["The commit says that no AI was used, and a record names lines of Claude."]);
    assert_eq!(
        notes("Change nothing"),
        ["The commit changes no file, and it carries a mark of Claude, as a template would add it."]
    );
    assert_eq!(
        notes("Review it"),
        ["Claude is named as a reviewer of a commit that it wrote; that is no person's review."]
    );
}

#[test]
fn a_request_speaks_for_itself_only() {
    let repo = started();
    repo.commit_file("a.py", planted_code("a"));
    let body = "<!-- Example: Assisted-by: Codex -->\n- [x] I used AI for the tests\n- [ ] No AI was used\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n";
    std::fs::write(repo.beside("body.md"), body).unwrap();
    let file = repo.beside("body.md").display().to_string();
    let args = ["main", "--description", &file, "--branch", "claude/fix-it", "--label", "AI-assisted"];
    let report = repo.diff(&args);
    assert_eq!(verdicts(&report), ["a.py unattested"], "nothing of a commit's state is filled in");
    let request = &report["request"];
    assert_eq!((&request["state"], &request["facts"]["tool"]), (&"partial".into(), &"Claude".into()));
    let forms: Vec<&str> = list(&request["statements"]).iter().map(|statement| text(&statement["form"])).collect();
    assert_eq!(forms, ["request-body", "request-body", "branch", "label"]);
    assert_eq!(request["statements"][0]["line"], 2);
    let boxes: Vec<bool> = list(&request["boxes"]).iter().map(|it| it["ticked"].as_bool().unwrap()).collect();
    assert_eq!(boxes, [true, false]);
    let told = repo.run(&[&["diff"], &args[..]].concat()).text();
    assert!(told.contains("stated in the request: Claude (request's description, branch name, label)"), "{told}");
    assert!(repo.diff(&["main"]).get("request").is_none());
}

#[test]
fn strict_and_tolerant_readers_differ_in_writing() {
    let repo = started();
    repo.write("a.py", code("a", 6));
    repo.commit("Fix it (#12)\n\n* one\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n\n---------\n\nCo-authored-by: Ada Example <ada@example.org>\n");
    repo.write("b.py", code("b", 6));
    repo.commit("Plain\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n");
    let report = repo.diff(&["main"]);
    let states = |subject: &str| {
        let found = attestation(&report, subject);
        (text(&found["state"]).to_owned(), text(&found["strict"]).to_owned())
    };
    assert_eq!(states("Fix it (#12)"), ("complete".to_owned(), "absent".to_owned()));
    assert_eq!(states("Plain"), ("complete".to_owned(), "complete".to_owned()));
}

/// Commits of several kinds on three refs.
fn marked_history() -> Repo {
    let repo = Repo::new();
    repo.commit("Start");
    repo.commit("One\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n");
    repo.commit("Two\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)\n");
    repo.branch("side");
    repo.commit(
        "Three\n\nAssisted-by: Crush:gpt-5.5\nReviewed-by: Copilot <175728472+Copilot@users.noreply.github.com>\n",
    );
    let noted = repo.commit_file("a.py", "one\n");
    note(&repo, "ai", &noted, &git_ai("a.py\n  s_00000000000001::t_01 1\n"));
    let torn = repo.commit_file("a.py", "two\n");
    note(&repo, "ai", &torn, "torn");
    repo.git(&["tag", "-a", "-m", "a tag", "v1"]);
    repo.switch("main");
    repo.commit("Four\n\nNo AI was used.\n");
    repo
}

#[test]
fn a_scan_counts_per_tool_form_and_model() {
    insta::assert_snapshot!(marked_history().run(&["markers", "scan", "--all"]).text());
}

#[test]
fn a_scan_reads_what_a_range_brings() {
    let repo = marked_history();
    let scan = |args: &[&str]| repo.run(&[&["markers", "scan", "--format", "json"], args].concat()).json();
    assert_eq!(scan(&["main..side"])["commits"], 3);
    assert_eq!(scan(&["side..main"])["denying"], 1);
    assert_eq!(scan(&["HEAD~1.."])["commits"], 1);
    assert_eq!(scan(&["HEAD~1"])["commits"].to_string(), repo.git(&["rev-list", "--count", "HEAD~1"]));
    let all = scan(&["--all"]);
    let counted = repo.git(&["rev-list", "--count", "--exclude=refs/notes/*", "--all"]);
    assert_eq!(all["commits"].to_string(), counted);
    assert_eq!((&all["schema"], &all["unreadable"]), (&"ai-detect/markers/v1".into(), &1.into()));
    assert!(repo.run(&["markers", "scan", "nowhere"]).error(2).contains("unknown revision"));
}

#[test]
fn a_scan_lists_each_commit_in_one_order() {
    let repo = marked_history();
    let told = repo.run(&["markers", "scan", "--all", "--each"]).text();
    let rows: Vec<&str> = told.lines().map(|line| line.split_once("  ").unwrap().1.trim_end()).collect();
    let mut sorted = rows.clone();
    sorted.sort_unstable();
    assert_eq!(
        sorted,
        [
            "complete    Claude, Claude Opus 4.8  trailer",
            "complete    Claude, claude-opus-4-8  git-ai note",
            "complete    Crush, gpt-5.5  trailer",
            "no AI       footer",
            "partial     Claude  footer",
            "unreadable  cannot be read: refs/notes/ai",
        ]
    );
    assert_eq!(repo.run(&["markers", "scan", "--all", "--each"]).text(), told);
    let lines = repo.run(&["markers", "scan", "--all", "--each", "--format", "json"]).text();
    let states: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["state"].clone()).collect();
    assert_eq!(states.len(), 6);
}

#[test]
fn a_shallow_clone_is_scanned_as_far_as_it_reaches() {
    let repo = marked_history();
    let clone = repo.clone("shallow", &["--depth=2", "--branch=main"]);
    // That notes were not fetched is said beside the figures.
    let run = clone.run(&["markers", "scan", "--all", "--format", "json"]);
    let found: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&found["commits"], &found["denying"]), (&2.into(), &1.into()));
}

#[test]
fn a_line_that_is_not_understood_is_quoted_by_every_command() {
    let repo = started();
    repo.write("a.py", planted_code("a"));
    let commit = repo.commit("Add a\n\nGenerated-By: PRODUCT <b>Desktop\u{202e}\nTask-Id: 7f3a\n");
    let said = "a tool that is not known here; not counted";
    for format in ai_detect::report::formats::ALL.iter().map(|format| format.name).filter(|name| *name != "json") {
        let printed = repo.run(&["diff", "main..topic", "--format", format]).text();
        let one_line = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(one_line.contains(said), "{format}: {printed}");
        assert!(!one_line.contains("declares nothing") && !printed.contains('\u{202e}'), "{format}: {printed}");
        // Markdown shows the line as code, in which nothing acts.
        let outside_code = one_line.replace("`Generated-By: PRODUCT <b>", "");
        let is_markup = ["markdown", "rdjsonl", "junit", "html"].contains(&format);
        assert!(!(is_markup && outside_code.contains("PRODUCT <b>")), "{format}: {printed}");
    }
    let report = repo.diff(&["main..topic"]);
    let found = attestation(&report, "Add a");
    assert_eq!((text(&found["state"]), &found["unknown"][0]["line"]), ("absent", &3.into()));
    assert_eq!(text(&found["unknown"][0]["name"]), "PRODUCT <b>Desktop\u{202e}");
    for args in [
        &["attest", "--check", "main..topic"][..],
        &["policy", "check", "main..topic"],
        &["markers", "scan", "main..topic"],
        &["markers", "scan", "main..topic", "--each"],
    ] {
        let printed = repo.run(args).stdout;
        assert!(printed.contains("Generated-By: PRODUCT <b>Desktop\\u{202e}"), "{args:?}: {printed}");
        assert!(
            (printed.contains("not known here") || printed.contains("not counted"))
                && !printed.contains("nothing declared"),
            "{args:?}: {printed}"
        );
    }
    let check = repo.run(&["policy", "check", "main..topic", "--format", "json"]).json();
    assert_eq!(
        (text(&check["commits"][0]["state"]), &check["commits"][0]["unknown"][0]["line"]),
        ("absent", &3.into())
    );
    let tally = repo.run(&["markers", "scan", "main..topic", "--format", "json"]).json();
    assert_eq!((&tally["naming_unknown"], &tally["unknown"][0]["commits"]), (&1.into(), &1.into()));
    let each = repo.run(&["markers", "scan", "main..topic", "--each", "--format", "json"]).json();
    assert_eq!((text(&each["commit"]), &each["unknown"][0]["line"]), (commit.as_str(), &3.into()));
}

#[test]
fn two_tools_in_one_value_are_both_told() {
    let repo = started();
    repo.write("a.py", planted_code("a"));
    repo.commit("Add a\n\nAssisted-by: Claude Code (claude-opus-4-8) & Cursor, HouseBot\n");
    let report = repo.diff(&["main..topic"]);
    let found = attestation(&report, "Add a");
    let tools: Vec<&str> = list(&found["statements"]).iter().map(|statement| text(&statement["tool"])).collect();
    assert_eq!((text(&found["state"]), tools), ("partial", vec!["Claude", "Cursor"]));
    let printed = repo.run(&["diff", "main..topic"]).text();
    assert!(printed.contains("1 of 1 commit declares AI use (Claude, Cursor)"), "{printed}");
    let all = repo.run(&["diff", "main..topic", "-v"]).text();
    let one_line = all.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        one_line.contains("`HouseBot` in `Assisted-by: Claude Code (claude-opus-4-8) & Cursor, HouseBot`"),
        "{all}"
    );
    let tally = repo.run(&["markers", "scan", "main..topic", "--format", "json"]).json();
    assert_eq!(list(&tally["tools"]).len(), 2);
}
