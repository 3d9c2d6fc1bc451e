//! Whatever a policy asks for, all commands judge a commit alike: `diff`, `scan` and `policy check` give it the same state,
//! and the first and the last find the same in it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::support::{Repo, history, list, text};
use ai_detect::policy::PRESETS;
use rayon::prelude::*;
use serde_json::Value;

/// Policies that ask for what no preset asks for.
const OWN: &[(&str, &str)] = &[
    ("by the content of files", "extends: default\ntitle: Ours\nsensitive: { facts: [session] }\n"),
    ("by one class alone", "extends: default\ntitle: Ours\nsensitive: { classes: [payment], facts: [session] }\n"),
    ("the classes themselves", "extends: default\ntitle: Ours\nfacts: [sensitive-paths]\n"),
    (
        "a review of what is sensitive",
        "extends: default\ntitle: Ours\nsensitive: { reviewed_by_another_person: true }\n",
    ),
    ("small requests", "extends: default\ntitle: Ours\nthresholds: { added_lines: 100 }\n"),
    ("small requests of newcomers", "extends: default\ntitle: Ours\nthresholds: { newcomer_lines: 100 }\n"),
    ("no documentation, no tests", "extends: default\ntitle: Ours\nexempt: { kinds: [docs, tests] }\n"),
    ("signatures", "extends: default\ntitle: Ours\nsignatures: { commits: true, notes: true }\n"),
];

/// A description that declares something, for policies that let a request speak.
const DESCRIPTION: &str = "This PR was written in part with the assistance of generative AI (Claude Code).\n";

#[test]
fn all_commands_judge_alike_by_any_policy() {
    let presets = PRESETS.iter().map(|(name, _)| ((*name).to_owned(), None));
    let own = OWN.iter().map(|(name, policy)| ((*name).to_owned(), Some(*policy)));
    let policies: Vec<(String, Option<&str>)> = presets.chain(own).collect();
    let found: Vec<String> = policies.par_iter().flat_map(|(name, policy)| disagreements(name, *policy)).collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn policies_see_what_no_path_shows() {
    let repo = repository();
    let findings = |own: usize, subject: &str| {
        let checked = Answers::of(&repo, OWN[own].1, &[]).checked;
        let commit = checked.into_values().find(|commit| commit["subject"] == subject).unwrap();
        list(&commit["findings"]).iter().map(|finding| text(&finding["kind"]).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(findings(0, "Add a role"), ["missing-fact"]);
    assert_eq!(findings(1, "Add a role"), Vec::<String>::new());
    assert_eq!(findings(4, "Add a role"), ["size"]);
    assert_eq!(findings(5, "Add a role"), ["size"]);
}

/// A record speaks for its lines; whether a request speaks for the others of the same commit is the policy's to say.
#[test]
fn lines_that_no_record_covers_are_judged_by_the_policy_too() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.write("a.py", lines(10));
    repo.write("b.py", lines(10));
    let id = repo.commit("Add two files");
    let note = "a.py\n  s_00000000000001::t_01 1-10\n---\n\
                {\"schema_version\": \"authorship/3.0.0\", \"base_commit_sha\": \"\", \"prompts\": {}, \"sessions\": \
                {\"s_00000000000001\": {\"agent_id\": {\"tool\": \"claude\", \"id\": \"u-1\", \"model\": \"claude-opus-4-8\"}}}}\n";
    repo.git(&["notes", "--ref=ai", "add", "-m", note, &id]);
    let body = repo.beside("description");
    fs::write(&body, DESCRIPTION).unwrap();
    let elsewhere = |policy: &str, request: &[(&str, &str)]| {
        let reported = Answers::of(&repo, policy, request).reported;
        text(&reported[&id]["attestation"]["elsewhere"]).to_owned()
    };
    let described = [("body", body.to_str().unwrap())];
    assert_eq!(elsewhere("fedora", &[]), "absent");
    assert_eq!(elsewhere("fedora", &described), "complete");
    assert_eq!(elsewhere("default", &described), "absent", "this policy lets no request speak for its commits");
}

/// A branch whose commits differ in everything that policies look at.
fn repository() -> Repo {
    let repo = Repo::new();
    repo.write("README.md", "Ours\n");
    repo.git(&["add", "."]);
    repo.git(&["commit", "--quiet", "--author=Bob Ray <bob@example.org>", "--message=Start"]);
    repo.branch("topic");
    let role = "kind: ClusterRole\nmetadata:\n  name: reader\n";
    commit(&repo, "k/deploy.yaml", role, "Add a role\n\nAssisted-by: Codex:gpt-5.5");
    commit(&repo, "src/auth/login.py", "def login():\n    pass\n", "Add a login\n\nAssisted-by: Codex:gpt-5.5");
    commit(&repo, "docs/a.md", "Text\n", "Add a text\n\nAssisted-by: Codex");
    commit(&repo, "tests/test_a.py", &lines(300), "Add a test\n\nAssisted-by: Codex");
    commit(&repo, "large.py", &lines(150), "Add a table\n\nGenerated-by: Claude Code:claude-opus-4-8");
    commit(&repo, "a.py", "a = 1\n", "Add nothing about AI");
    commit(&repo, "b.py", "b = 1\n", "Add a b\n\nNo-AI: true\nAssisted-by: Codex:gpt-5.5");
    commit(&repo, "c.py", "c = 1\n", "Add a c\n\nSigned-off-by: Claude <noreply@anthropic.com>");
    commit(&repo, "d.py", "d = 1\n", "Add a d\n\nCo-developed-by: Claude <noreply@anthropic.com>");
    let noted = commit(&repo, "e.py", "e = 1\n", "Add an e\n\nAssisted-by: Codex:gpt-5.5");
    repo.git(&["notes", "--ref=ai-attest", "add", "-m", "not a note of ours", &noted]);
    commit(&repo, "f.py", "f = 1\n", "Add an f\n\nAI-Prompt: what I asked\nAssisted-by: Codex:gpt-5.5");
    repo
}

fn commit(repo: &Repo, path: &str, content: &str, message: &str) -> String {
    repo.write(path, content);
    repo.commit(message)
}

fn lines(count: usize) -> String {
    (0..count).map(|at| format!("value_{at} = {at}\n")).collect()
}

/// What the commands say of each commit, by its id.
struct Answers {
    reported: BTreeMap<String, Value>,
    checked: BTreeMap<String, Value>,
    scanned: BTreeMap<String, Value>,
}

impl Answers {
    /// By a preset's name or a policy's text; `request` is what is known of the request.
    fn of(repo: &Repo, policy: &str, request: &[(&str, &str)]) -> Self {
        let settings = repo.beside("settings.yml");
        let is_preset = !policy.contains('\n');
        let named = if is_preset { policy } else { "policy.yml" };
        if !is_preset {
            fs::write(repo.beside(named), policy).unwrap();
        }
        fs::write(&settings, format!("policy: {named}\n")).unwrap();
        let settings = settings.display().to_string();
        let run = |command: &[&str], options: [&str; 2]| {
            let mut words = command.to_vec();
            words.extend(["main..topic", "--config", &settings]);
            for (name, value) in request {
                words.extend([if *name == "body" { options[0] } else { options[1] }, value]);
            }
            by_id(&repo.run(&words).json()["commits"], "id")
        };
        let rows = history::rows(repo, &["main..topic", "--config", &settings]);
        Answers {
            reported: run(&["diff", "--format", "json"], ["--description", "--label"]),
            checked: run(&["policy", "check", "--format", "json"], ["--description", "--label"]),
            scanned: by_id(&Value::from(rows), "commit"),
        }
    }
}

fn by_id(commits: &Value, id: &str) -> BTreeMap<String, Value> {
    list(commits).iter().map(|commit| (text(&commit[id]).to_owned(), commit.clone())).collect()
}

/// Where commands say different things of a commit.
fn disagreements(name: &str, own: Option<&str>) -> Vec<String> {
    let (repo, policy) = (&repository(), own.unwrap_or(name));
    let alone = Answers::of(repo, policy, &[]);
    let mut found: Vec<String> = Vec::new();
    for (id, commit) in &alone.checked {
        let scanned = &alone.scanned[id]["state"];
        if *scanned != commit["state"] {
            found.push(format!("{name}, {}: scan says {scanned}, policy check {}", commit["subject"], commit["state"]));
        }
    }
    let body = repo.beside("description");
    fs::write(&body, DESCRIPTION).unwrap();
    let request = [("body", body.to_str().unwrap()), ("label", "llm-assisted")];
    let described = Answers::of(repo, policy, &request);
    for Answers { reported, checked, .. } in [alone, described] {
        assert_eq!(reported.len(), 11);
        for (id, commit) in &checked {
            let said = Said::by_check(commit);
            let reported = Said::by_report(&reported[id], &said);
            if reported != said {
                found.push(format!("{name}, {}: diff says {reported:#?}, policy check {said:#?}", commit["subject"]));
            }
        }
    }
    found
}

/// What a command says of a commit.
#[derive(Debug, PartialEq)]
struct Said {
    state: String,
    findings: BTreeSet<String>,
    /// What cannot be read.
    unreadable: Vec<String>,
}

impl Said {
    fn by_check(commit: &Value) -> Self {
        let (unreadable, findings): (Vec<&Value>, Vec<&Value>) =
            list(&commit["findings"]).iter().partition(|finding| text(&finding["kind"]) == "unreadable");
        Said {
            state: text(&commit["state"]).to_owned(),
            findings: findings.into_iter().map(|finding| text(&finding["text"]).to_owned()).collect(),
            unreadable: unreadable.into_iter().map(|finding| text(&finding["text"]).to_owned()).collect(),
        }
    }

    /// A report words findings as notes, beside what is odd about the commit by itself and the lines that would mend it.
    fn by_report(commit: &Value, checked: &Said) -> Self {
        let notes: BTreeSet<&str> = list(&commit["attestation"]["notes"]).iter().map(text).collect();
        let is_noted = |sentence: &&String| notes.contains(sentence.as_str());
        // Records that cannot be read are a list of their own.
        let has_unreadable = !commit["attestation"]["unreadable"].is_null();
        Said {
            state: text(&commit["attestation"]["state"]).to_owned(),
            findings: checked.findings.iter().filter(is_noted).cloned().collect(),
            unreadable: checked.unreadable.iter().filter(|it| has_unreadable || is_noted(it)).cloned().collect(),
        }
    }
}
