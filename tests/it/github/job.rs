//! What a job is about and what it says around the request: events, checkouts, settings, its log.

use serde_json::json;

use super::world::World;
use crate::fake::github::GitHub;
use crate::support::{Repo, Run, planted_code};

#[test]
fn a_dry_run_prints_what_would_be_posted_and_writes_nothing() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let log = world.log(&["--dry-run"]);
    assert!(log.contains("would be posted on ada/engine#7: a summary, 1 on lines"), "{log}");
    assert!(log.contains("  | 1 flagged block") && log.contains("engine.py:1-6\n"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
    assert_eq!(world.read("summary.md"), "");
}

#[test]
fn a_checkout_that_is_too_shallow_says_what_to_change_or_fetches() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    world.repo.git(&["update-ref", "refs/pull/7/head", &head]);
    let clone = world.repo.clone("shallow", &["--depth", "1", "--branch", "topic"]);
    let shallow = World { repo: clone, github: GitHub::start(), base: world.base.clone() };
    shallow.github.state().head.clone_from(&head);
    shallow.github.state().files.clone_from(&world.github.state().files);
    let run = shallow.job("pull_request", &world.event(), &["ci"]);
    assert_eq!(run.status, 3);
    let expected = "could not analyse this change: ";
    assert!(
        run.stderr.contains(expected) && run.stderr.contains("set `fetch-depth: 0` on actions/checkout"),
        "{}",
        run.stderr
    );
    // It is said on the request, and not as clean.
    assert!(shallow.github.state().comments[0].body.contains("This change could not be analysed"));
    shallow.job("pull_request", &world.event(), &["ci", "--fetch"]).text();
    let state = shallow.github.state();
    assert!(state.comments.len() == 1 && state.comments[0].body.contains("1 flagged block"));
}

#[test]
fn settings_come_from_the_base_and_a_change_to_them_is_shown() {
    let world = World::new();
    world.repo.write(".ai-detect.yml", "exclude: ['**']\n");
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let log = world.log(&[]);
    assert!(log.contains("note: this change touches .ai-detect.yml"), "{log}");
    assert_eq!(world.github.state().threads.len(), 1);
    assert!(world.github.state().comments[0].body.contains("this change touches"));
}

#[test]
fn names_in_a_change_give_no_command_to_the_runner() {
    let world = World::new();
    let name = "::add-mask::x ##[error]y,line=1.py";
    world.repo.write(name, planted_code("engine"));
    world.repo.commit("::stop-commands::all\n\n##[add-mask]this\n::error file=a::b");
    world.push();
    {
        let mut state = world.github.state();
        state.may.comment = false;
        state.may.check = false;
    }
    let diff = world.repo.run(&["diff", "--verbose", &format!("{}..HEAD", world.base)]).text();
    let log = world.log(&[]) + &diff;
    for line in log.lines().filter(|line| !line.starts_with("::notice file=%3A%3Aadd-mask")) {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
    }
}

#[test]
fn what_is_no_job_is_told_what_else_there_is() {
    let repo = Repo::new();
    let mut command = repo.command(&["ci"]);
    command.env_remove("GITHUB_ACTIONS").env_remove("GITLAB_CI");
    assert!(Run::of(&mut command).error(2).contains("`ai-detect diff` looks at a range anywhere"));
    let world = World::new();
    let error = world.job("schedule", &json!({}), &["ci"]).error(2);
    assert!(error.contains("the event `schedule` belongs to no change; use one of pull_request"), "{error}");
}
