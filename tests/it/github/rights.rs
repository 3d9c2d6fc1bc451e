//! What is done where the token may not do everything, and where it is never seen.

use serde_json::json;

use super::world::{TOKEN, World, failing};
use crate::fake::github::REPOSITORY;
use crate::fake::server::Reply;
use crate::support::{Run, planted_code};

/// marocchino/sticky-pull-request-comment#227: tokens of requests from forks only read.
#[test]
fn a_token_that_only_reads_is_said_and_the_job_says_the_rest() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    {
        let mut state = world.github.state();
        state.may.comment = false;
        state.may.check = false;
    }
    let log = world.log(&[]);
    assert!(log.contains("not said as comments on the request: POST"), "{log}");
    assert!(log.contains("not said as a check run: POST"), "{log}");
    assert!(log.contains("\n::notice file=engine.py,line=1,endLine=6,title=ai-detect%3A "), "{log}");
    assert!(world.read("summary.md").contains("not said as comments on the request"));
}

#[test]
fn a_token_without_comments_makes_a_check_run_that_is_always_neutral() {
    let world = World::new();
    for at in 0..60 {
        world.repo.write(&format!("part{at:02}.py"), planted_code(&format!("part{at}")));
    }
    world.repo.commit("Add parts");
    world.push();
    world.github.state().may.comment = false;
    let log = world.log(&[]);
    assert!(log.contains("said as a check run: https://forge.example/check"), "{log}");
    {
        let state = world.github.state();
        let check = &state.checks[0];
        assert_eq!((check["conclusion"].as_str(), check["name"].as_str()), (Some("neutral"), Some("ai-detect")));
        assert_eq!(check["output"]["annotations"].as_array().unwrap().len(), 60);
    }
    // The same again changes nothing.
    world.log(&[]);
    assert_eq!(world.github.state().checks.len(), 1);
}

/// reviewdog/reviewdog#1810: a 403 on listing breaks the run.
#[test]
fn a_token_that_may_not_even_list_does_not_break_the_run() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.github.state().may.read = false;
    let log = world.log(&[]);
    assert!(log.contains("not said as comments on the request: POST graphql (Posted): 403"), "{log}");
    assert_eq!(world.github.state().checks.len(), 1);
    world.fault("graphql", 9, failing(404));
    world.fault("check-runs", 9, failing(403));
    assert!(world.log(&[]).contains("\n::notice file=engine.py"));
}

#[test]
fn no_token_is_no_trouble() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    std::fs::write(world.beside("event.json"), world.event().to_string()).unwrap();
    let mut command = world.repo.command(&["ci"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", "pull_request").env_remove("GITHUB_TOKEN");
    command.env("GITHUB_EVENT_PATH", world.beside("event.json")).env("GITHUB_REPOSITORY", REPOSITORY);
    let log = Run::of(&mut command).text();
    assert!(log.contains("not said as comments on the request: no token is set"), "{log}");
    assert_eq!(world.github.server.heard().len(), 0);
}

#[test]
fn an_answer_that_repeats_the_token_does_not_show_it() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("", 99, Reply::json(401, &json!({"message": format!("Bad credentials: {TOKEN}")})));
    assert!(world.log(&[]).contains("401 Bad credentials: [token]"));
}
