//! Every command says the same of one commit, whatever the form of its attestation.
//!
//! A file in `testdata/forms` holds commits of one form. Each becomes a repository of its own, and each command is asked
//! which state the commit has.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::support::{PLANTED_PACK, Repo, Run, history, list, planted_code, text};
use ai_detect::attest::forms::ALL;
use rayon::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

#[test]
fn all_commands_agree_on_a_commit_in_every_form() {
    let wrong: Vec<String> = all_forms().par_iter().flat_map(OfForm::disagreements).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_form_of_a_commit_is_asked_about() {
    let known = ALL.iter().filter(|form| form.is_of_commits()).map(|form| form.id.to_owned());
    let known: BTreeSet<String> = known.collect();
    let asked: BTreeSet<String> = all_forms().into_iter().map(|of_form| of_form.form).collect();
    assert_eq!(asked, known, "a form is one file in testdata/forms");
}

/// The commits of one form.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfForm {
    /// Its name in JSON.
    form: String,
    commits: Vec<Case>,
}

/// A commit, and what is right to say of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What it says about AI, in words.
    says: String,
    /// Its state.
    state: String,
    /// Its state before any policy, where that is another.
    declared: Option<String>,
    /// The state of its block, where records give the block another.
    block: Option<String>,
    /// What does not fit together in it, in words that every command uses.
    conflict: Option<String>,
    /// Whether it changes no file, so that it has no block.
    #[serde(default)]
    is_empty: bool,
    #[serde(default = "plain_message")]
    message: String,
    author: Option<String>,
    committer: Option<String>,
    /// Notes, by the name of their ref.
    #[serde(default)]
    note: BTreeMap<String, String>,
    /// A line of the file of receipts; `COMMIT` stands for the id.
    receipt: Option<String>,
    /// The project's policy.
    #[serde(default = "default_policy")]
    policy: String,
    #[serde(default = "planted_path")]
    path: String,
    #[serde(default = "planted_content")]
    content: String,
}

fn plain_message() -> String {
    "Add a parser".into()
}

fn default_policy() -> String {
    "extends: default\ntitle: Ours\n".into()
}

fn planted_path() -> String {
    "parser.py".into()
}

fn planted_content() -> String {
    planted_code("parser")
}

fn all_forms() -> Vec<OfForm> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/forms");
    let files = fs::read_dir(folder).unwrap().map(|file| fs::read_to_string(file.unwrap().path()).unwrap());
    files.map(|content| serde_yaml::from_str(&content).unwrap()).collect()
}

fn disagreement(commit: &str, command: &str, answer: &str) -> String {
    format!("{commit}: `{command}` says {answer}")
}

impl OfForm {
    /// The answers that are wrong.
    fn disagreements(&self) -> Vec<String> {
        let of_case = |case: &Case| {
            let commit = format!("{}: {}", self.form, case.says);
            let asked = Asked::new(case);
            asked.has_form(&self.form, &commit);
            let wrong = asked.answers().into_iter().filter(|answer| !answer.is_right());
            wrong.map(|answer| disagreement(&commit, answer.command, &answer.given)).collect::<Vec<_>>()
        };
        self.commits.par_iter().flat_map(of_case).collect()
    }
}

/// What a command says of a commit, and what it should say.
struct Answer<'c> {
    command: &'static str,
    given: String,
    right: &'c str,
}

impl Answer<'_> {
    /// Some commands do not tell all states apart: `complete or partial`.
    fn is_right(&self) -> bool {
        self.given.split(" or ").any(|given| given == self.right)
    }
}

/// A repository with the commit of a case on its branch `topic`.
struct Asked<'c> {
    case: &'c Case,
    repo: Repo,
    commit: String,
}

impl<'c> Asked<'c> {
    fn new(case: &'c Case) -> Self {
        let repo = Repo::new();
        repo.write(".ai-detect.yml", "rules: { packs: [planted.yml] }\npolicy: policy.yml\n");
        repo.write("planted.yml", PLANTED_PACK);
        repo.write("policy.yml", &case.policy);
        repo.commit("Settings");
        repo.branch("topic");
        if !case.is_empty {
            repo.write(&case.path, &case.content);
        }
        let mut commit = repo.commit(&case.message);
        for (line, person) in [("author", &case.author), ("committer", &case.committer)] {
            if let Some(person) = person {
                commit = renamed(&repo, line, person);
            }
        }
        for (name, content) in &case.note {
            let blob = repo.git_bytes(&["hash-object", "-w", "--stdin"], content.as_bytes());
            let blob = String::from_utf8(blob).unwrap();
            repo.git(&["notes", &format!("--ref={name}"), "add", "-C", blob.trim(), &commit]);
        }
        if let Some(receipt) = &case.receipt {
            repo.write(".aiir/receipts.jsonl", receipt.replace("COMMIT", &commit) + "\n");
            repo.commit("Keep the receipt");
        }
        Asked { case, repo, commit }
    }

    /// Holds that the case shows the form that it should.
    fn has_form(&self, form: &str, commit: &str) {
        let report = self.repo.diff(&["main..topic"]);
        let attestation = &self.of(&report["commits"])["attestation"];
        let parts = ["statements", "unreadable"].map(|part| attestation[part].as_array().cloned().unwrap_or_default());
        assert!(parts.iter().flatten().any(|found| found["form"] == form), "{commit}: {attestation:#}");
    }

    fn answers(&self) -> Vec<Answer<'c>> {
        let case = self.case;
        let declared = case.declared.as_ref().unwrap_or(&case.state);
        let block = case.block.as_ref().unwrap_or(&case.state);
        let mut answers = vec![
            Answer { command: "diff", given: self.diff(), right: &case.state },
            Answer { command: "scan", given: self.scan(), right: &case.state },
            Answer { command: "markers scan", given: self.markers_scan(), right: declared },
            Answer { command: "policy check", given: self.policy_check(), right: &case.state },
            Answer { command: "attest --check", given: self.attest_check(), right: &case.state },
        ];
        if !case.is_empty {
            answers.push(Answer { command: "ci", given: self.ci(), right: block });
            answers.push(Answer { command: "triage", given: self.triage(), right: block });
        }
        answers.extend(case.conflict.iter().flat_map(|conflict| self.conflicts(conflict)));
        answers
    }

    fn diff(&self) -> String {
        let report = self.repo.diff(&["main..topic"]);
        text(&self.of(&report["commits"])["attestation"]["state"]).to_owned()
    }

    fn ci(&self) -> String {
        let (head, base) = (self.repo.id("topic"), self.repo.id("main"));
        let event = json!({
            "pull_request": {
                "number": 7, "body": "", "labels": [],
                "head": {"sha": head, "ref": "topic", "repo": {"id": 1}},
                "base": {"sha": base, "repo": {"id": 1}},
            },
            "repository": {"id": 1, "default_branch": "main"},
        });
        fs::write(self.repo.beside("event.json"), event.to_string()).unwrap();
        let mut command = self.repo.command(&["ci", "--dry-run"]);
        for secret in ["GITHUB_TOKEN", "AI_DETECT_TOKEN", "AI_DETECT_STATE_KEY"] {
            command.env_remove(secret);
        }
        command.envs([
            ("GITHUB_ACTIONS", "true"),
            ("GITHUB_EVENT_NAME", "pull_request"),
            ("GITHUB_REPOSITORY", "ada/engine"),
            ("GITHUB_RUN_ID", "100"),
        ]);
        command.env("GITHUB_EVENT_PATH", self.repo.beside("event.json")).env("GITHUB_WORKSPACE", self.repo.path());
        let printed = Run::of(&mut command).text();
        state_of_flag(&printed)
            .or_else(|| printed.contains("1 attested in part").then_some("partial"))
            .or_else(|| printed.contains("1 attested").then_some("complete"))
            .unwrap_or_else(|| panic!("no verdict in {printed}"))
            .to_owned()
    }

    fn scan(&self) -> String {
        let settings = self.repo.path().join(".ai-detect.yml").display().to_string();
        let rows = history::rows(&self.repo, &["main..topic", "--config", &settings]);
        let row = rows.iter().find(|row| row["commit"] == self.commit.as_str());
        text(&row.unwrap()["state"]).to_owned()
    }

    /// A commit that carries nothing has no line.
    fn markers_scan(&self) -> String {
        let lines = self.repo.run(&["markers", "scan", "main..topic", "--each", "--format", "json"]).text();
        let commits = history::parsed(&lines);
        let carrying = commits.iter().find(|commit| commit["commit"] == self.commit.as_str());
        carrying.map_or("absent", |commit| text(&commit["state"])).to_owned()
    }

    fn policy_check(&self) -> String {
        text(&self.checked()["state"]).to_owned()
    }

    /// The commit as `policy check` sees it.
    fn checked(&self) -> Value {
        let document = self.repo.run(&["policy", "check", "main..topic", "--format", "json"]).json();
        self.of(&document["commits"]).clone()
    }

    /// What it counts: `1 partial`, or `1 partial · 1 nothing declared` beside a commit that keeps a receipt.
    fn attest_check(&self) -> String {
        let printed = self.repo.run(&["attest", "--check", "main..topic"]).stdout;
        let counts = printed.lines().nth(1).unwrap().trim().split(" · ");
        let mut states: Vec<&str> = Vec::new();
        for (count, word) in counts.filter_map(|count| count.split_once(' ')) {
            let state = match word {
                "no AI" => "denied",
                "nothing declared" | "not understood" => "absent",
                other => other,
            };
            states.extend(vec![state; count.parse().unwrap()]);
        }
        if self.case.receipt.is_some() {
            let keeps_receipt = states.iter().rposition(|state| *state == "absent").unwrap();
            states.remove(keeps_receipt);
        }
        states.join(" and ")
    }

    fn triage(&self) -> String {
        let printed = self.repo.run(&["triage", "main..topic"]).text();
        state_of_flag(&printed).unwrap_or("complete or partial").to_owned()
    }

    /// Whether commands that look for what does not fit together find what is there.
    fn conflicts(&self, conflict: &str) -> Vec<Answer<'c>> {
        let report = self.repo.diff(&["main..topic"]);
        let notes = list(&self.of(&report["commits"])["attestation"]["notes"]);
        let checked = self.checked();
        let printed = self.repo.run(&["attest", "--check", "main..topic"]).stdout;
        let one_line = printed.split_whitespace().collect::<Vec<_>>().join(" ");
        let tally = self.repo.run(&["markers", "scan", "main..topic", "--format", "json"]).json();
        let lines = self.repo.run(&["markers", "scan", "main..topic", "--each", "--format", "json"]).text();
        let answer = |command, found: bool| Answer {
            command,
            given: if found { "a conflict" } else { "no conflict" }.into(),
            right: "a conflict",
        };
        vec![
            answer("diff", notes.iter().any(|note| text(note).contains(conflict))),
            answer("policy check", list(&checked["findings"]).iter().any(|found| found["kind"] == "contradiction")),
            answer("attest --check", one_line.contains(conflict)),
            answer("markers scan", tally["conflicting"] == 1),
            answer("markers scan --each", lines.contains(conflict)),
        ]
    }

    /// The commit in a list of commits.
    fn of<'v>(&self, commits: &'v Value) -> &'v Value {
        list(commits).iter().find(|commit| commit["id"] == self.commit.as_str()).unwrap()
    }
}

/// The state behind the one flag that a command prints; nothing where it prints none.
fn state_of_flag(printed: &str) -> Option<&'static str> {
    let states = [
        ("contradicted", "denied"),
        ("unattested", "absent"),
        ("unreadable", "unreadable"),
        ("wrong-form", "wrong-form"),
    ];
    let is_flagged = |verdict: &str| match verdict {
        // A flag about form says nothing about looks.
        "wrong-form" => printed.contains(" wrong-form"),
        _ => {
            printed.contains(&format!(" {verdict}, very likely AI style ("))
                || printed.contains(&format!(" {verdict}, stands out ("))
        }
    };
    states.into_iter().find(|(verdict, _)| is_flagged(verdict)).map(|(_, state)| state)
}

/// Gives the last commit another author or committer; its new id.
fn renamed(repo: &Repo, line: &str, person: &str) -> String {
    let commit = String::from_utf8(repo.git_bytes(&["cat-file", "commit", "HEAD"], b"")).unwrap();
    let old = format!("\n{line} Ada Example <ada@example.org> ");
    let (before, after) = commit.split_once(&old).unwrap();
    let new = format!("{before}\n{line} {person} {after}");
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], new.as_bytes());
    let id = String::from_utf8(id).unwrap().trim().to_owned();
    repo.git(&["reset", "--quiet", &id]);
    id
}
