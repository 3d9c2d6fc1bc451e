//! A policy that forbids a tool never leads to a commit that hides it.

use super::suggest::Where;
use super::*;
use ai_detect_attest::{Registry, Request, State, read};
use ai_detect_base::change::{Commit, Person};
use ai_detect_base::vocabulary::message::with_trailers;
use ai_detect_base::vocabulary::trailers::Trailer;

fn policy(text: &str) -> Policy {
    Policy::load("own.yml", &|_| Ok(Some(text.to_owned()))).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn commit(body: &str) -> Commit {
    let author = Person { name: "Ann Lee".into(), email: "ann@example.org".into() };
    let message = format!("Subject\n\n{body}\n").into();
    Commit { author: author.clone(), committer: author, message, parents: 1, ..Commit::default() }
}

fn judged(policy: &Policy, commit: &Commit, description: &str) -> (Judgement, Remedy) {
    let registry = Registry::builtin().unwrap();
    let attestation = read(commit, registry);
    let described = Described::read(&Request { body: Some(description.into()), ..Request::default() }, registry);
    let subject = Subject::new(commit, &attestation, registry).described(Some(&described));
    let judgement = judge(policy, &subject);
    let remedy = Remedy::of(policy, &subject, &judgement);
    (judgement, remedy)
}

/// The tools that a commit declares.
fn tools(commit: &Commit) -> Vec<String> {
    let attestation = read(commit, Registry::builtin().unwrap());
    let attesting = attestation.statements.into_iter().filter(|statement| statement.attests());
    attesting.filter_map(|statement| statement.tool).collect()
}

/// The commit after somebody did all that is asked for in it.
fn after(commit: &Commit, judgement: &Judgement) -> Commit {
    let mut message = commit.message.to_string();
    for line in &judgement.remove {
        message = message.replace(line.as_str(), "");
    }
    for line in judgement.add.iter().filter(|line| line.place == Where::Commit) {
        let (key, value) = line.text.split_once(": ").unwrap();
        message = with_trailers(&message, &[Trailer::new(key, value.replace("MODEL-ID", "composer-1"))]);
    }
    Commit { message: message.into(), ..commit.clone() }
}

const DECLARED: [&str; 6] = [
    "Made-with: Cursor",
    "Assisted-by: Cursor:composer-1",
    "Co-authored-by: Cursor <cursoragent@cursor.com>",
    "Generated with [Cursor](https://cursor.com)",
    "Assisted-by: Claude:claude-opus-4-8, Cursor:composer-1",
    "AI-Tool: Cursor\nAI-Model: composer-1",
];

#[test]
fn a_forbidden_tool_is_left_to_a_person_in_whatever_form_it_is_declared() {
    for text in [
        "extends: default\nmarkers: { forbidden: [{ tool: Cursor, why: its licence }] }\n",
        "extends: default\nmarkers: { forbidden: [{ tool: [cursor agent, Devin], why: its licence }] }\n",
        "extends: mesa\nalso: { forbidden: [{ tool: Cursor, why: its licence }] }\n",
    ] {
        let policy = policy(text);
        for body in DECLARED {
            let (judgement, remedy) = judged(&policy, &commit(body), "");
            assert!(judgement.is_left_to_a_person() && !judgement.asks(), "{text}{body}\n{judgement:?}");
            assert!(judgement.state.declares() && judgement.state != State::WrongForm, "{text}{body}");
            assert!(judgement.add.is_empty() && judgement.remove.is_empty() && remedy.is_empty(), "{text}{body}");
            let said = judgement.findings[0].to_string();
            assert!(said.starts_with("The policy says: no contributions made with Cursor"), "{said}");
            assert!(said.contains("(its licence)") && said.ends_with("The maintainers decide."), "{said}");
        }
    }
}

#[test]
fn other_tools_and_texts_are_not_the_forbidden_one() {
    let policy = policy("extends: default\nmarkers: { forbidden: [{ tool: Cursor }] }\n");
    for body in [
        "Assisted-by: Claude:claude-opus-4-8",
        "Move the text cursor to the end.",
        "Co-authored-by: Ann Cursor <ann.cursor@example.org>",
        "No-AI: true",
        "Document how to open the project in Cursor.",
    ] {
        let (judgement, _) = judged(&policy, &commit(body), "");
        assert!(!judgement.is_left_to_a_person(), "{body}: {judgement:?}");
    }
    let (silent, remedy) = judged(&policy, &commit("Fix it."), "");
    assert_eq!((silent.state, remedy.add[0].text.as_str()), (State::Absent, "Assisted-by: TOOL:MODEL-ID"));
}

#[test]
fn a_tool_of_the_request_counts_where_the_request_speaks_for_its_commits() {
    let forbids = "markers: { forbidden: [{ tool: Cursor }] }\n";
    let declared = "Assisted-by: Cursor:composer-1";
    for (text, is_left) in [("request_covers_commits: true\n", true), ("", false)] {
        let (judgement, _) = judged(&policy(&format!("{text}{forbids}")), &commit("Fix it."), declared);
        assert_eq!(judgement.is_left_to_a_person(), is_left, "{text}");
    }
    let in_request = policy("request_covers_commits: true\nmarkers: { forbidden: [{ tool: Cursor, in: request }] }\n");
    assert!(judged(&in_request, &commit("Fix it."), declared).0.is_left_to_a_person());
}

/// Forbidding a tool by its trailers or by words never asks for a line that is forbidden as well, and never for a silent commit.
#[test]
fn advice_never_hides_a_tool_however_often_it_is_followed() {
    for forbidden in [
        "{ trailer: [Made-with, Co-authored-by, Assisted-by], value: '(?i)cursor' }",
        "{ trailer: [Made-with, Co-authored-by], value: '(?i)cursor' }",
        "{ text: '(?i)cursor' }",
        "{ form: [trailer, footer] }",
        "{ form: any }",
        "{ trailer: [Made-with, Assisted-by, Generated-by, Co-authored-by], names: ai }",
    ] {
        for base in ["default", "mesa", "agent-model", "kubernetes", "full"] {
            let policy = policy(&format!("extends: {base}\nalso: {{ forbidden: [{forbidden}] }}\n"));
            for body in DECLARED {
                let start = commit(body);
                let mut now = start.clone();
                for _ in 0..3 {
                    let (judgement, _) = judged(&policy, &now, "");
                    let is_moved = judgement.add.iter().any(|line| line.place == Where::Request);
                    let next = after(&now, &judgement);
                    let lost: Vec<String> =
                        tools(&start).into_iter().filter(|tool| !tools(&next).contains(tool)).collect();
                    assert!(lost.is_empty() || is_moved, "{base} {forbidden}\n{body}\n{lost:?}\n{judgement:#?}");
                    if is_moved {
                        break;
                    }
                    // What was asked for is not refused once it is there.
                    let refused = judged(&policy, &next, "").0.remove;
                    for line in &judgement.add {
                        let start = line.text.split("MODEL-ID").next().unwrap();
                        assert!(
                            !refused.iter().any(|it| it.starts_with(start)),
                            "{base} {forbidden}\n{body}\n{line:?}"
                        );
                    }
                    now = next;
                }
            }
        }
    }
}

#[test]
fn a_line_that_stays_says_so_and_one_with_a_substitute_is_taken_out() {
    let stays = policy(
        "extends: default\nmarkers: { forbidden: [{ trailer: [Made-with, Assisted-by, Generated-by], value: '(?i)cursor' }] }\n",
    );
    let (judgement, _) = judged(&stays, &commit("Made-with: Cursor"), "");
    let forbidden = judgement.findings.iter().find(|it| it.kind() == FindingKind::ForbiddenMarker).unwrap();
    assert!(forbidden.to_string().ends_with("so leave it in: the maintainers decide."), "{forbidden}");
    assert_eq!((judgement.state, judgement.remove.len()), (State::WrongForm, 0));

    let moved = policy("extends: default\nmarkers: { forbidden: [{ trailer: Made-with }] }\n");
    let (judgement, _) = judged(&moved, &commit("Made-with: Cursor"), "");
    assert_eq!(judgement.remove, ["Made-with: Cursor"]);
    assert_eq!(judgement.add[0].text, "Generated-by: Cursor:MODEL-ID");

    let both = policy("extends: mesa\n");
    let two = commit("Assisted-by: Codex:gpt-5.5\nCo-authored-by: Claude <noreply@anthropic.com>");
    let (judgement, _) = judged(&both, &two, "");
    assert_eq!(
        judgement.add.iter().map(|line| line.text.as_str()).collect::<Vec<_>>(),
        ["Assisted-by: Claude:MODEL-ID"]
    );
    assert_eq!(judgement.remove, ["Co-authored-by: Claude <noreply@anthropic.com>"]);
}

#[test]
fn a_tools_sign_off_that_alone_declares_it_is_replaced() {
    let (judgement, _) =
        judged(&policy("extends: default\n"), &commit("Signed-off-by: Claude <noreply@anthropic.com>"), "");
    assert!(after(&commit("Signed-off-by: Claude <noreply@anthropic.com>"), &judgement).message.contains("Claude"));
}

#[test]
fn a_slip_of_the_pen_in_a_tools_name_is_an_error_and_an_unknown_tool_is_none() {
    let load = |tool: &str| {
        let text = format!("markers: {{ forbidden: [{{ tool: {tool} }}] }}\n");
        Policy::load("own.yml", &|_| Ok(Some(text.clone()))).map_err(|error| error.to_string())
    };
    assert!(load("Cursr").unwrap_err().contains("did you mean `Cursor`?"));
    assert!(load("OurOwnThing").is_ok());
    assert!(load("''").is_err() && load("[]").is_err());
    let own = policy("markers: { forbidden: [{ tool: OurOwnThing }] }\n");
    assert!(judged(&own, &commit("Assisted-by: OurOwnThing:gpt-5.5"), "").0.is_left_to_a_person());
    let elsewhere = "markers: { accepted: [{ tool: Cursor }] }\n".to_owned();
    let problem = Policy::load("own.yml", &|_| Ok(Some(elsewhere.clone()))).unwrap_err().to_string();
    assert!(problem.contains("`tool` goes under `forbidden`"), "{problem}");
}
