//! Every workflow that the documents show, run as its forge runs it: for its events, on a clone as it makes one, with a
//! small forge on loopback. What the commits of the request declare stands in notes of the origin alone, so a workflow
//! that fetches none would flag them.

#![cfg(unix)]

mod documents;
mod expressions;
mod github;
mod gitlab;
mod origin;

use std::collections::BTreeSet;

use crate::support::{Repo, list, text};
use gitlab::Pipeline;
use origin::{Origin, Refs};
use serde_json::json;

/// What the workflow of a document is run by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    /// [`a_workflow_of_github_sees_notes`], for events.
    GitHub(&'static [&'static str]),
    /// [`two_stages_for_forks_see_notes`].
    Forks,
    /// [`a_job_of_gitlab_sees_notes`], in pipelines.
    GitLab(&'static [Pipeline]),
    /// [`a_matrix_of_scans_sees_notes`].
    Scan,
}

const ON_GITHUB: &[&str] = &["pull_request", "issue_comment", "pull_request_review_comment"];
const ALL_PIPELINES: &[Pipeline] = &[Pipeline::Request, Pipeline::MergedResults, Pipeline::Comment];
const OF_REQUESTS: &[Pipeline] = &[Pipeline::Request, Pipeline::MergedResults];

/// All workflows that are shown: the document, which of its workflows, and what runs it.
const RUN: &[(&str, usize, By)] = &[
    ("README.md", 1, By::GitHub(ON_GITHUB)),
    ("docs/formats.md", 1, By::GitLab(OF_REQUESTS)),
    ("docs/github.md", 1, By::GitHub(ON_GITHUB)),
    ("docs/gitlab.md", 1, By::GitLab(ALL_PIPELINES)),
    ("docs/gitlab.md", 2, By::GitLab(ALL_PIPELINES)),
    ("docs/gitlab.md", 3, By::GitLab(OF_REQUESTS)),
    ("docs/scan.md", 1, By::Scan),
    ("examples/workflows/github-code-scanning.yml", 1, By::GitHub(&["pull_request"])),
    ("examples/workflows/github-fork-analyse.yml", 1, By::Forks),
    ("examples/workflows/github-fork-post.yml", 1, By::Forks),
    ("examples/workflows/github.yml", 1, By::GitHub(ON_GITHUB)),
    ("examples/workflows/gitlab-ci.yml", 1, By::GitLab(ALL_PIPELINES)),
    // Every include of it is a job of this one.
    ("templates/gitlab.yml", 1, By::GitLab(&[])),
];

fn of_github() -> impl Iterator<Item = (&'static str, usize, &'static [&'static str])> {
    RUN.iter().filter_map(|(file, number, by)| match by {
        By::GitHub(events) => Some((*file, *number, *events)),
        _ => None,
    })
}

fn of_gitlab() -> impl Iterator<Item = (&'static str, usize, &'static [Pipeline])> {
    RUN.iter().filter_map(|(file, number, by)| match by {
        By::GitLab(pipelines) => Some((*file, *number, *pipelines)),
        _ => None,
    })
}

#[test]
fn every_workflow_that_is_shown_is_run() {
    let shown: BTreeSet<(String, usize)> = documents::all().into_iter().map(|it| (it.file, it.number)).collect();
    let run: BTreeSet<(String, usize)> = RUN.iter().map(|(file, number, _)| ((*file).to_owned(), *number)).collect();
    assert_eq!(shown, run);
}

#[test]
fn the_pages_show_one_workflow_of_github() {
    let example = documents::one("examples/workflows/github.yml", 1);
    for page in ["README.md", "docs/github.md"] {
        assert_eq!(documents::one(page, 1), example, "{page}");
    }
}

#[test]
fn our_own_requests_are_checked() {
    let file = std::fs::read_to_string(documents::root().join(".github/workflows/ci.yml")).unwrap();
    let mut workflow: serde_json::Value = serde_yaml::from_str(&file).unwrap();
    let job = workflow["jobs"]["declarations"].clone();
    workflow["jobs"] = json!({"declarations": job});
    // `pull_request:` without types stands for the usual ones.
    let site = github::Site::new(Origin::without_notes(&Refs::GitHub));
    let ran = site.run(&workflow, &site.pull_request("opened"));
    assert_eq!((ran.started, ran.failed, ran.flags.as_str()), (1, false, "2"), "{}", ran.log);
    assert!(ran.log.contains("posted on ada/engine#7"), "{}", ran.log);
}

#[test]
fn our_own_settings_and_policy_are_valid() {
    let repo = Repo::new();
    for name in [".ai-detect.yml", "ai-policy.yml"] {
        repo.write(name, std::fs::read_to_string(documents::root().join(name)).unwrap());
    }
    let base = repo.commit("Settings");
    repo.commit_file("engine.py", "x = 1\n");
    assert!(repo.run(&["policy", "check", &format!("{base}..HEAD")]).text().contains("declare"));
    assert!(repo.run(&["policy", "explain", "./ai-policy.yml"]).text().contains("You may use AI tools"));
}

#[test]
fn a_merge_queue_takes_an_event_and_a_right_more() {
    let mut workflow = documents::one("examples/workflows/github.yml", 1);
    let site = github::Site::new(Origin::new(&Refs::GitHub));
    on(&mut workflow)["merge_group"] = json!({});
    workflow["jobs"]["check"]["permissions"]["checks"] = json!("write");
    let ran = site.run(&workflow, &site.merge_group());
    assert_eq!((ran.started, ran.failed, ran.flags.as_str()), (1, false, "0"), "{}", ran.log);
}

/// What starts a workflow. YAML 1.1 takes `on` for a truth value.
fn on(workflow: &mut serde_json::Value) -> &mut serde_json::Value {
    let name = if workflow.get("on").is_some() { "on" } else { "true" };
    &mut workflow[name]
}

#[test]
fn a_workflow_of_github_sees_notes() {
    for (file, number, events) in of_github() {
        let workflow = documents::one(file, number);
        for event in events {
            let site = github::Site::new(Origin::new(&Refs::GitHub));
            let event = match *event {
                "pull_request" => site.pull_request("opened"),
                "pull_request_review_comment" => site.comment_on_line("/ai-detect dismiss c5a7f83d generated"),
                _ => site.comment("/ai-detect dismiss c5a7f83d generated"),
            };
            let ran = site.run(&workflow, &event);
            assert_eq!((ran.started, ran.failed), (1, false), "{file}, {}: {}", event.name, ran.log);
            assert!(ran.log.contains("declare AI use (Claude, Cursor)"), "{file}: {}", ran.log);
            assert_eq!(ran.flags, "0", "{file}, {}: {}", event.name, ran.log);
            assert_eq!(ran.report["coverage"].get("not_looked_at"), None, "{file}: {}", ran.log);
        }
    }
}

#[test]
fn a_workflow_of_github_starts_when_the_request_changes() {
    for (file, number, _) in of_github() {
        let site = github::Site::new(Origin::new(&Refs::GitHub));
        for action in ["synchronize", "edited", "labeled", "unlabeled"] {
            assert!(!site.run(&documents::one(file, number), &site.pull_request(action)).failed, "{file}: {action}");
        }
    }
}

#[test]
fn a_comment_without_a_command_starts_no_job() {
    for (file, number, events) in of_github().filter(|(.., events)| events.contains(&"issue_comment")) {
        let site = github::Site::new(Origin::new(&Refs::GitHub));
        for event in [site.comment("Looks good"), site.comment_on_line("Looks good")] {
            assert_eq!(site.run(&documents::one(file, number), &event).started, 0, "{file}: {events:?}");
        }
    }
}

#[test]
fn a_workflow_of_github_flags_what_nothing_declares() {
    // Origin was asked, and has no notes: then they are absent, and nothing is said of them.
    let site = github::Site::new(Origin::without_notes(&Refs::GitHub));
    let ran = site.run(&documents::one("README.md", 1), &site.pull_request("opened"));
    assert_eq!(ran.flags, "2", "{}", ran.log);
    assert!(!ran.log.contains("not looked at"), "{}", ran.log);
    assert!(ran.log.contains("posted on ada/engine#7"), "{}", ran.log);
}

#[test]
fn shallow_and_partial_checkouts_are_brought_what_they_lack() {
    for checkout in [
        json!({"fetch-depth": 1}),
        json!({"filter": "blob:none"}),
        json!({"filter": "tree:0"}),
        json!({"fetch-depth": 2, "filter": "blob:none"}),
    ] {
        let site = github::Site { checkout: checkout.clone(), ..github::Site::new(Origin::new(&Refs::GitHub)) };
        let ran = site.run(&documents::one("README.md", 1), &site.pull_request("opened"));
        assert!(!ran.failed && ran.log.contains("declare AI use (Claude, Cursor)"), "{checkout}: {}", ran.log);
        assert_eq!(ran.flags, "0", "{checkout}: {}", ran.log);
        assert_eq!(ran.report["coverage"]["hunks_scored"], 2, "{checkout}: {}", ran.log);
    }
}

#[test]
fn two_stages_for_forks_see_notes() {
    let analyse = documents::one("examples/workflows/github-fork-analyse.yml", 1);
    let post = documents::one("examples/workflows/github-fork-post.yml", 1);
    for (origin, flags) in [(Origin::new(&Refs::GitHub), "0"), (Origin::without_notes(&Refs::GitHub), "2")] {
        let first = github::Site::new(origin).read_only();
        let ran = first.run(&analyse, &first.pull_request("opened"));
        assert!(!ran.failed, "{}", ran.log);
        assert_eq!(ran.flags, flags, "{}", ran.log);
        assert_eq!(first.github.counts(), (0, 0));
        let second = github::Site::new(first.origin);
        let ran = second.run(&post, &second.run_is_over());
        assert!(!ran.failed, "{}", ran.log);
        let posted = second.github.state().comments.first().map(|comment| comment.body.clone());
        match flags {
            "0" => assert_eq!(posted, None, "{}", ran.log),
            _ => assert!(posted.unwrap().contains("2 flagged blocks"), "{}", ran.log),
        }
        // An answer of a reviewer is taken up by a job that looks at the change itself.
        let ran = second.run(&post, &second.comment("/ai-detect dismiss c5a7f83d generated"));
        assert!(!ran.failed, "{}", ran.log);
        assert_eq!(ran.flags, flags, "{}", ran.log);
    }
}

#[test]
fn a_second_stage_without_a_report_says_so() {
    let site = github::Site::new(Origin::new(&Refs::GitHub));
    let ran = site.run(&documents::one("examples/workflows/github-fork-post.yml", 1), &site.run_is_over());
    assert!(ran.failed, "{}", ran.log);
    assert!(site.github.state().comments[0].body.contains("could not be shown"), "{}", ran.log);
}

#[test]
fn a_job_of_gitlab_sees_notes() {
    for (file, number, pipelines) in of_gitlab() {
        for pipeline in pipelines {
            let site = gitlab::Site::new(Origin::new(&Refs::GitLab));
            let ran = site.run(&documents::one(file, number), *pipeline);
            assert_eq!(ran.status, 0, "{file}, {pipeline:?}: {}", ran.log);
            assert_eq!(list(&ran.code_quality).len(), 0, "{file}, {pipeline:?}: {}", ran.log);
            assert!(!ran.log.contains("not looked at"), "{file}, {pipeline:?}: {}", ran.log);
        }
    }
}

#[test]
fn a_job_of_gitlab_builds_the_program_if_its_image_has_none() {
    let site = gitlab::Site { has_program: false, ..gitlab::Site::new(Origin::without_notes(&Refs::GitLab)) };
    let ran = site.run(&documents::one("examples/workflows/gitlab-ci.yml", 1), Pipeline::Request);
    assert_eq!((ran.status, list(&ran.code_quality).len()), (0, 2), "{}", ran.log);
}

#[test]
fn a_job_of_gitlab_flags_what_nothing_declares_and_nothing_of_the_target() {
    for (file, number, pipelines) in of_gitlab() {
        for pipeline in pipelines {
            let site = gitlab::Site::new(Origin::without_notes(&Refs::GitLab));
            let ran = site.run(&documents::one(file, number), *pipeline);
            let paths: Vec<&str> =
                list(&ran.code_quality).iter().map(|issue| text(&issue["location"]["path"])).collect();
            assert_eq!(paths, ["engine.py", "wheel.py"], "{file}, {pipeline:?}: {}", ran.log);
            // The runner asked for notes, and origin has none.
            assert!(!ran.log.contains("not looked at"), "{file}, {pipeline:?}: {}", ran.log);
        }
    }
}

#[test]
fn a_matrix_of_scans_sees_notes() {
    let origin = Origin::new(&Refs::GitHub);
    let workflow = documents::one("docs/scan.md", 1);
    let part = workflow["strategy"]["matrix"]["part"][0].as_str().unwrap();
    let values = expressions::Values::from([("matrix.part".to_owned(), part.to_owned())]);
    let served = origin.beside("served");
    std::fs::create_dir_all(&served).unwrap();
    std::os::unix::fs::symlink(origin.repo.path(), served.join(format!("{part}.git"))).unwrap();
    let folder = origin.beside("job");
    std::fs::create_dir_all(&folder).unwrap();
    let binary = assert_cmd::cargo::cargo_bin!("ai-detect");
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut log = String::new();
    for step in workflow["steps"].as_array().unwrap() {
        let mut bash = assert_cmd::Command::new("bash");
        bash.args(["-e", "-c", &expressions::filled(step["run"].as_str().unwrap(), &values)]).current_dir(&folder);
        bash.env("PATH", &path).env("HOME", origin.beside("home")).env("GIT_CONFIG_GLOBAL", "/dev/null");
        bash.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_VALUE_0", "https://git.example.org/");
        bash.env("GIT_CONFIG_KEY_0", format!("url.file://{}/.insteadOf", served.display()));
        let ran = bash.output().unwrap();
        log += &String::from_utf8_lossy(&ran.stdout);
        log += &String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "{log}");
    }
    assert!(log.contains("2 declare"), "{log}");
}
