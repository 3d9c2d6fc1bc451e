//! Faults, limits, and runs that get in each other's way.

use serde_json::json;

use super::world::{World, failing};
use crate::fake::github::Fault;
use crate::fake::server::Reply;
use crate::support::planted_code;

#[test]
fn faults_that_pass_are_waited_for() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("graphql", 1, failing(502));
    world.fault("/files", 2, failing(503));
    assert!(world.log(&[]).contains("posted on ada/engine#7: a summary, 1 on lines"));
}

#[test]
fn a_fault_after_which_nobody_knows_whether_it_took_effect_posts_nothing_twice() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    for on in ["POST /repos/ada/engine/issues", "POST /repos/ada/engine/pulls/7/reviews"] {
        world.github.state().faults.push(Fault { on, times: 1, takes_effect: true, reply: failing(500) });
    }
    world.log(&[]);
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn limits_are_waited_for_as_asked_and_no_longer_than_wanted() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let secondary = Reply::json(403, &json!({"message": "You have exceeded a secondary rate limit"}));
    world.fault("POST /repos/ada/engine/issues", 1, secondary.clone().with("retry-after", "1"));
    assert!(world.log(&[]).contains("posted on ada/engine#7"));
    assert_eq!(world.github.state().comments.len(), 1);
    world.repo.commit_file("more.py", planted_code("more"));
    world.push();
    world.fault("PATCH", 9, secondary.with("retry-after", "3600"));
    let run = world.ci(&[]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("could not post on ada/engine#7: rate limited until "), "{}", run.stderr);
    assert!(run.stderr.contains("no more than 60 s in all are waited"), "{}", run.stderr);
    // It is said in the job all the same.
    assert!(run.stdout.contains("::notice file=") && world.read("summary.md").contains("could not post"));
}

#[test]
fn a_forge_that_is_down_is_no_clean_result() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("", 99, failing(500));
    let run = world.ci(&["--max-wait", "0"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("could not post on ada/engine#7"), "{}", run.stderr);
}

#[test]
fn two_runs_at_once_leave_one_summary() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let other = format!("<!-- ai-detect:summary head={head} run=99 -->\nof the other run");
    world.github.state().at_the_same_time = Some(other);
    world.log(&[]);
    assert_eq!(world.github.state().comments.len(), 1);
    // The next run brings the one that stayed up to date.
    world.log(&[]);
    assert!(world.github.state().comments[0].body.contains("1 flagged block"));
}

#[test]
fn a_comment_that_stands_twice_on_a_line_is_removed_once() {
    let world = World::posted();
    let twin = world.github.state().threads[0].clone();
    world.github.state().threads.push(twin);
    world.github.state().threads[1].comments[0].id += 1_000_000;
    let log = world.log(&[]);
    assert!(log.contains("1 that stood twice removed"), "{log}");
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn an_older_run_writes_nothing_over_a_newer_one() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.github.state().head = "f".repeat(40);
    let log = world.log(&[]);
    assert!(log.contains("ada/engine#7 ends at ffffffff by now"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
}
