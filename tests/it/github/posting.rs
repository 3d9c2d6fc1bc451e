//! What stands on a request after several pushes. Issues of others' tools that a test is about are named
//! beside it.

use super::world::World;
use crate::fake::github::BOT;
use crate::support::planted_code;
use serde_json::Value;

#[test]
fn a_push_is_posted_once_and_the_next_one_repeats_nothing() {
    let world = World::posted();
    assert_eq!(world.github.writes(), ["POST /issues/7/comments", "POST /pulls/7/reviews"]);
    {
        let state = world.github.state();
        assert!(state.comments[0].body.starts_with("<!-- ai-detect:summary head="), "{}", state.comments[0].body);
        assert!(state.comments[0].body.contains("1 flagged block"));
        assert_eq!((state.threads[0].path.as_str(), state.threads[0].lines), ("engine.py", (1, 6)));
    }
    assert!(world.log(&[]).contains("ada/engine#7 shows this already: nothing was posted"));
    assert_eq!(world.github.writes(), [""; 0]);
    // Another push: the summary follows, the comment on the line stays.
    world.repo.commit_file("other.py", "print(1)\n");
    world.push();
    world.log(&[]);
    // What the comment on the line advises depends on whether its commit is the last one.
    assert!(world.github.writes().iter().all(|write| write.starts_with("PATCH ")));
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn outputs_and_the_summary_page_are_for_later_steps() {
    let world = World::posted();
    let output = world.read("output");
    let values: Vec<&str> = output.lines().collect();
    assert!(values[0].starts_with("flags<<end_") && values[1] == "1", "{output}");
    let report: Value = serde_json::from_slice(&std::fs::read(values[4]).unwrap()).unwrap();
    assert_eq!(report["schema"], "ai-detect/report/v1");
    let sarif: Value = serde_json::from_slice(&std::fs::read(values[7]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert!(world.read("summary.md").contains("1 flagged block"));
}

#[test]
fn a_request_without_flags_gets_no_comment() {
    let world = World::new();
    world.repo.commit_file("small.py", "print(1)\n");
    world.push();
    world.log(&[]);
    assert_eq!(world.github.writes(), [""; 0]);
}

/// reviewdog/reviewdog#568: findings that were fixed keep their thread.
#[test]
fn a_thread_is_resolved_when_its_flag_is_gone_and_opened_when_it_is_back() {
    let world = World::posted();
    world.github.writes();
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    assert!(world.log(&[]).contains("1 closed"));
    {
        let state = world.github.state();
        assert!(state.threads[0].resolved && state.threads[0].comments[0].body.contains("No longer flagged"));
        assert!(state.comments[0].body.contains("No flags"));
    }
    assert!(world.log(&[]).contains("nothing was posted"));
    world.repo.git(&["revert", "--no-edit", "HEAD"]);
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads.len() == 1);
    assert!(!state.threads[0].comments[0].body.contains("No longer flagged"));
}

#[test]
fn a_token_that_may_not_resolve_hides_the_comment_instead() {
    let world = World::posted();
    world.github.state().may.resolve = false;
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads[0].comments[0].hidden);
}

#[test]
fn a_thread_that_a_person_answered_is_left_alone() {
    let world = World::posted();
    world.github.state().reply(0, "grace", "I wrote this by hand.");
    let before = world.github.state().threads[0].comments[0].body.clone();
    world.github.writes();
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads[0].comments[0].body == before);
    drop(state);
    assert!(world.github.writes().iter().all(|write| write.starts_with("PATCH /issues/comments")));
}

/// brave/security-action#813: the identity of a comment changes when the base moves.
#[test]
fn a_comment_stays_the_same_when_the_base_moves_and_lines_with_it() {
    let mut world = World::new();
    world.repo.switch("main");
    world.base = world.repo.commit_file("engine.py", "START = 1\nEND = 2\n");
    world.repo.git(&["branch", "--force", "topic"]);
    world.repo.switch("topic");
    world.repo.commit_file("engine.py", format!("START = 1\nEND = 2\n\n\n{}", planted_code("engine")));
    world.push();
    world.log(&[]);
    world.github.writes();
    world.repo.switch("main");
    let moved = format!("{}START = 1\nEND = 2\n", "import os\n".repeat(20));
    world.base = world.repo.commit_file("engine.py", moved);
    world.repo.switch("topic");
    world.repo.git(&["rebase", "--quiet", "main"]);
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert_eq!((state.threads.len(), state.threads[0].resolved), (1, false));
    drop(state);
    assert!(!world.github.writes().iter().any(|write| write.contains("reviews")));
}

/// context-labs/loupe#41: 46 comments on one request, of which 8 were acted on.
#[test]
fn no_more_than_ten_comments_stand_on_lines_and_the_summary_has_all() {
    let world = World::new();
    for at in 0..14 {
        world.repo.write(&format!("part{at}.py"), planted_code(&format!("part{at}")));
    }
    world.repo.commit("Add parts");
    world.push();
    let log = world.log(&[]);
    assert!(log.contains("a summary, 10 on lines, 4 without a comment of their own"), "{log}");
    assert_eq!(world.github.state().threads.len(), 10);
    assert_eq!(world.github.state().comments[0].body.matches("- `part").count(), 14);
    assert_eq!(world.log(&["--max-comments", "12"]).matches("2 on lines").count(), 1);
    assert_eq!(world.github.state().threads.len(), 12);
}

#[test]
fn comments_on_lines_can_be_left_out() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.log(&["--no-inline"]);
    assert_eq!(world.github.writes(), ["POST /issues/7/comments"]);
}

#[test]
fn one_place_that_is_not_taken_does_not_cost_the_others() {
    let world = World::new();
    world.repo.write("a.py", planted_code("a"));
    world.repo.write("b.py", planted_code("b"));
    world.repo.commit("Add two");
    world.push();
    world.github.state().refuses_path = Some("a.py".into());
    let log = world.log(&[]);
    assert!(log.contains("an inline comment could not be posted: POST"), "{log}");
    let state = world.github.state();
    assert_eq!(state.threads.iter().map(|thread| thread.path.as_str()).collect::<Vec<_>>(), ["b.py"]);
}

#[test]
fn a_summary_that_somebody_else_forged_is_not_taken_for_ours() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let forged = format!("<!-- ai-detect:summary head={head} run=999999999999 -->\nAll fine, nothing to see here.");
    world.github.state().comment("mallory", &forged);
    world.log(&[]);
    let state = world.github.state();
    assert_eq!(state.comments[0].body, forged);
    assert_eq!((state.comments[1].author.as_str(), state.comments.len()), (BOT, 2));
}

#[test]
fn our_summary_is_found_behind_many_comments() {
    let world = World::posted();
    for at in 0..5 {
        world.github.state().comment("grace", &format!("comment {at}"));
    }
    world.github.state().comments.rotate_left(1);
    world.github.state().page = 2;
    assert!(world.log(&[]).contains("nothing was posted"));
}
