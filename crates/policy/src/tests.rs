//! What holds for every preset: its own advice mends what it finds fault with.

use super::suggest::Where;
use super::*;
use ai_detect_attest::{Conflict, Registry, Request, read};
use ai_detect_base::change::{Commit, Person, Record};
use ai_detect_base::vocabulary::message::with_trailers;
use ai_detect_base::vocabulary::trailers::Trailer;

fn commit(author: (&str, &str), message: &str) -> Commit {
    let author = Person { name: author.0.into(), email: author.1.into() };
    Commit { author: author.clone(), committer: author, message: message.into(), parents: 1, ..Commit::default() }
}

const ANN: (&str, &str) = ("Ann Lee", "ann@example.org");

fn judged(policy: &Policy, commit: &Commit, description: &str, labels: &[String]) -> Judgement {
    let registry = Registry::builtin().unwrap();
    let attestation = read(commit, registry);
    let request = Request { body: Some(description.into()), labels: labels.to_vec(), ..Request::default() };
    let described = Described::read(&request, registry);
    let touches = Sensitive::builtin().unwrap().by_path("src/auth/login.rs");
    let subject = Subject::new(commit, &attestation, registry)
        .touching(vec!["src/auth/login.rs".into()], touches)
        .described(Some(&described));
    judge(policy, &subject)
}

fn filled(line: &str) -> String {
    line.replace("MODEL-ID", "claude-opus-4-8")
        .replace("TOOL", "Claude Code")
        .replace("PERCENT%", "40%")
        .replace("IDE-CLI-CI-AGENT-OR-WEB", "cli")
        .replace(": ID", ": 7f3a")
        .replace("sha256:DIGEST", &format!("sha256:{}", "0".repeat(64)))
        .replace("NAME <ADDRESS>", "Bob Ray <bob@example.org>")
}

#[test]
fn following_the_advice_of_any_preset_makes_a_commit_complete() {
    let bodies = [
        "Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>",
        "Co-authored-by: Claude <noreply@anthropic.com>\nSigned-off-by: Claude <noreply@anthropic.com>",
        "🤖 Generated with [Claude Code](https://claude.com/claude-code)",
        "Assisted-by: Codex",
        "AI-Assisted: yes",
    ];
    for (name, _) in PRESETS {
        let policy = Policy::preset(name).unwrap();
        // A ban asks for nothing that could be added.
        if policy.stance == Stance::Ban {
            continue;
        }
        for body in bodies {
            let mut commit = commit(ANN, &format!("Subject\n\n{body}\n"));
            let (mut description, mut labels) = (String::from("What it does."), Vec::new());
            let mut last = judged(&policy, &commit, &description, &labels);
            // Taking lines out can make others be missed, so advice is followed until it ends.
            for _ in 0..4 {
                for line in &last.remove {
                    commit.message = commit.message.replace(line.as_str(), "").into();
                }
                for line in &last.add {
                    let text = filled(&line.text);
                    match line.place {
                        Where::Commit => {
                            let (key, value) = text.split_once(": ").unwrap();
                            commit.message = with_trailers(&commit.message, &[Trailer::new(key, value)]).into();
                        }
                        Where::Request => description.push_str(&format!("\n\n{text}\n")),
                    }
                }
                if *name == "rust" {
                    labels = vec!["llm-assisted".to_owned()];
                }
                if *name == "nextcloud" {
                    description.push_str("\n- [x] AI helped with this\n");
                }
                last = judged(&policy, &commit, &description, &labels);
            }
            // Where nothing may stand in the commit, nobody is asked to take out its only declaration.
            let wanted =
                if matches!(*name, "systemd" | "trino") { (State::WrongForm, true) } else { (State::Complete, false) };
            assert_eq!((last.state, last.asks()), wanted, "{name}: {:?}\n{}\n{last:#?}", body, commit.message);
        }
    }
}

/// A tool may be called by the very words that our sentences hold.
#[test]
fn no_name_hides_a_contradiction() {
    let policy = Policy::preset("default").unwrap();
    for tool in ["MyTool", "Signed-off-by", "More-than-one-model", "Unreadable", "AI-Path"] {
        let message = format!("s\n\nNo-AI: true\nAssisted-by: {tool}:gpt-5.5\n");
        let judgement = judged(&policy, &commit(ANN, &message), "", &[]);
        let conflict = Conflict::DeniedAndMarked { tool: Some(tool.into()) };
        assert!(judgement.findings.contains(&Finding { what: What::Conflict(conflict), line: None }), "{judgement:?}");
        assert!(judgement.asks(), "{tool}");
    }
}

#[test]
fn two_models_are_a_remark_whatever_they_are_called() {
    let policy = Policy::preset("default").unwrap();
    let message = "s\n\nAssisted-by: Codex:gpt-5.5\nAI-Model: Signed-off-by-4\n";
    let judgement = judged(&policy, &commit(ANN, message), "", &[]);
    let kinds: Vec<FindingKind> = judgement.findings.iter().map(Finding::kind).collect();
    assert!(kinds.contains(&FindingKind::Remark) && !kinds.contains(&FindingKind::Contradiction), "{kinds:?}");
}

#[test]
fn a_moving_model_is_exact_in_no_form() {
    let policy = Policy::preset("default").unwrap();
    for declared in [
        "AI-Tool: MyTool\nAI-Model: mymodel-4-latest",
        "Assisted-by: MyTool:mymodel-4-latest",
        "Generated-by: MyTool:mymodel-4-latest",
    ] {
        let judgement = judged(&policy, &commit(ANN, &format!("s\n\n{declared}\n")), "", &[]);
        let exact = What::ModelWithoutVersion { model: "mymodel-4-latest".into(), classes: Vec::new() };
        assert!(judgement.findings.contains(&Finding { what: exact, line: None }), "{declared}: {judgement:?}");
    }
}

#[test]
fn a_model_without_its_version_is_quoted_and_a_line_with_room_for_one_proposed() {
    let policy = Policy::preset("default").unwrap();
    for (declared, model, proposed) in [
        ("Assisted-by: Claude:claude-sonnet", "claude-sonnet", "Assisted-by: Claude:MODEL-ID"),
        ("Assisted-by: Claude Code:claude-sonnet", "claude-sonnet", "Assisted-by: Claude Code:MODEL-ID"),
    ] {
        let judgement = judged(&policy, &commit(ANN, &format!("s\n\n{declared}\n")), "", &[]);
        let said: Vec<String> = judgement.findings.iter().map(ToString::to_string).collect();
        assert_eq!(said, [format!("The model is stated without its version: {model}.")], "{declared}");
        let lines: Vec<&str> = judgement.add.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, [proposed], "{declared}");
    }
    let judgement = judged(&policy, &commit(ANN, "s\n\nAssisted-by: Claude Code\n"), "", &[]);
    assert_eq!(judgement.add[0].text, "Assisted-by: Claude Code:MODEL-ID");
    let versioned = judged(&policy, &commit(ANN, "s\n\nAssisted-by: Claude:claude-sonnet-4-5\n"), "", &[]);
    assert!(versioned.add.is_empty() && versioned.findings.is_empty(), "{versioned:?}");
}

#[test]
fn a_note_that_cannot_be_read_is_neither_absent_nor_a_wrong_form() {
    let policy = Policy::preset("default").unwrap();
    let record = Record { place: ai_detect_base::vocabulary::note::REF, content: Ok(b"{".as_slice().into()) };
    let commit = Commit { records: vec![record], ..commit(ANN, "s\n") };
    let judgement = judged(&policy, &commit, "", &[]);
    assert_eq!((judgement.state, judgement.asks()), (State::Unreadable, true));
    assert!(matches!(judgement.findings[0].what, What::UnreadableNote { .. }), "{judgement:?}");
}

#[test]
fn a_ban_never_concludes_and_never_asks() {
    let policy = Policy::preset("ban").unwrap();
    let judgement = judged(&policy, &commit(ANN, "s\n\nAssisted-by: Codex:gpt-5.5\n"), "", &[]);
    assert_eq!(judgement.state, State::Complete);
    assert!(!judgement.asks() && judgement.add.is_empty() && judgement.remove.is_empty());
}

#[test]
fn a_disclosure_that_is_not_understood_is_quoted_with_the_wording_that_counts() {
    let policy = Policy::preset("rust").unwrap();
    let labels = ["llm-assisted".to_owned()];
    let said = |description: &str| {
        let judgement = judged(&policy, &commit(ANN, "s\n\nAssisted-by: Codex:gpt-5.5\n"), description, &labels);
        judgement.findings.iter().map(Finding::to_string).collect::<Vec<_>>().join("\n")
    };
    let unclear = said("What it does.\n\nAssisted-by: SomeNewThing\n");
    assert!(unclear.contains("“Assisted-by: SomeNewThing” stands there, which is not read as one; “"), "{unclear}");
    assert!(unclear.ends_with("” is."), "{unclear}");
    assert!(!said("What it does.").contains("stands there"), "nothing is like a disclosure");
    assert!(!said("Assisted-by: Codex:gpt-5.5").contains("stands there"), "it is understood");
}

#[test]
fn a_tool_that_answers_for_itself_is_not_enough() {
    let policy = Policy::preset("default").unwrap();
    let devin = ("devin-ai-integration[bot]", "158243242+devin-ai-integration[bot]@users.noreply.github.com");
    let judgement = judged(&policy, &commit(devin, "s\n\nAssisted-by: Devin:devin-2\n"), "", &[]);
    assert_eq!(judgement.state, State::Partial);
    assert!(judgement.add.iter().any(|line| line.text == "AI-Accountable: NAME <ADDRESS>"), "{:?}", judgement.add);
    let named = "s\n\nAssisted-by: Devin:devin-2\nAI-Accountable: Bob Ray <bob@example.org>\n";
    assert_eq!(judged(&policy, &commit(devin, named), "", &[]).state, State::Complete);
}

#[test]
fn people_with_a_tools_name_are_not_judged_as_tools() {
    for policy in ["systemd", "kubernetes", "mesa"].map(|name| Policy::preset(name).unwrap()) {
        for line in [
            "Co-authored-by: Claude Dupont <claude@example.fr>",
            "Signed-off-by: Devin Gould <devin@example.org>",
            "Assisted-by: Jules Martin <jules@example.fr>",
        ] {
            let judgement = judged(&policy, &commit(ANN, &format!("s\n\n{line}\n")), "", &[]);
            assert_eq!((judgement.state, judgement.findings.len()), (State::Absent, 0), "{}: {line}", policy.id);
        }
    }
}

use ai_detect_attest::State;

proptest::proptest! {
    #[test]
    fn any_message_is_judged(
        message in "(\\PC|\n|: |Assisted-by: |Co-authored-by: Claude <noreply@anthropic.com>|No-AI: true|AI-Path: |\nSigned-off-by: ){0,40}",
        preset in 0..PRESETS.len(),
    ) {
        let policy = Policy::preset(PRESETS[preset].0).unwrap();
        let judgement = judged(&policy, &commit(ANN, &message), &message, &[]);
        if judgement.state == State::Complete {
            let unfulfilled = |finding: &&Finding| {
                use super::FindingKind as K;
                matches!(finding.kind(), K::ForbiddenMarker | K::MissingMarker | K::MissingFact)
            };
            proptest::prop_assert_eq!(judgement.findings.iter().find(unfulfilled), None);
        }
    }
}

#[test]
fn what_is_missing_in_a_description_that_was_cut_is_no_fault() {
    let own = "markers: { required: [{ text: 'Model: .+', in: request }] }\n";
    let policy = Policy::load("own.yml", &|_| Ok(Some(own.to_owned()))).unwrap();
    let registry = Registry::builtin().unwrap();
    let commit = commit(ANN, "Subject\n\nAssisted-by: Codex:gpt-5.5\n");
    let attestation = read(&commit, registry);
    let state = |is_cut: bool| {
        let request = Request { body: Some("What it does.".into()), ..Request::default() };
        let described = Described { is_cut, ..Described::read(&request, registry) };
        let subject = Subject::new(&commit, &attestation, registry).described(Some(&described));
        judge(&policy, &subject).state
    };
    assert_eq!(state(false), State::WrongForm);
    assert_ne!(state(true), State::WrongForm);
}
