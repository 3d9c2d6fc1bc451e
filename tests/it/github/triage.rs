//! Answers of reviewers in comments, over several runs.

use super::world::World;
use crate::fake::github::BOT;
use crate::support::planted_code;

/// The first eight digits of the one flag's fingerprint.
fn id(world: &World) -> String {
    world.repo.diff(&["main..topic"])["flags"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_reviewer_dismisses_a_flag_and_its_author_cannot() {
    let world = World::posted();
    let command = format!("/ai-detect dismiss {} generated", id(&world));
    world.github.state().comment("bob", &command);
    world.github.state().comment("eve", &command);
    world.log(&[]);
    let told = summary(&world);
    assert!(told.contains("1 flagged block") && !told.contains("Dismissed by"), "{told}");
    assert!(told.contains("**bob**: who wrote the change") && told.contains("**eve**: dismissing"), "{told}");
    world.github.state().comment("ann", &command);
    world.log(&[]);
    // It stays dismissed over a push of something else.
    world.repo.commit_file("notes.txt", "x\n");
    world.push();
    for _again in 0..2 {
        world.log(&[]);
        let told = summary(&world);
        assert!(told.contains("Dismissed by a reviewer: 1") && told.contains("dismissed by **ann**"), "{told}");
        assert!(told.contains("### No flags"), "{told}");
        let state = world.github.state();
        assert!(state.threads[0].resolved && state.threads[0].comments[0].body.contains("Dismissed by **ann**"));
    }
}

#[test]
fn an_answer_in_a_thread_is_a_command_too_and_the_thread_stays_as_it_is() {
    let world = World::posted();
    world.github.state().reply(0, "ann", &format!("/ai-detect confirm {} as discussed", id(&world)));
    world.log(&[]);
    let state = world.github.state();
    let told = &state.comments.iter().find(|comment| comment.author == BOT).unwrap().body;
    assert!(told.contains("**Confirmed by a reviewer**") && told.contains("as discussed"), "{told}");
    assert!(!state.threads[0].resolved);
}

/// Our one summary on the request.
fn summary(world: &World) -> String {
    let state = world.github.state();
    let own: Vec<_> = state.comments.iter().filter(|comment| comment.author == BOT).collect();
    assert_eq!(own.len(), 1);
    own[0].body.clone()
}

#[test]
fn our_hidden_lines_in_the_name_of_a_file_are_a_name() {
    let world = World::posted();
    let key = |world: &World| {
        let mut command = world.command("pull_request", &world.event(), &["ci"]);
        world.run(command.env("AI_DETECT_STATE_KEY", "a secret of enough bytes")).text();
    };
    // The first run had no secret, so that what it wrote does not count.
    key(&world);
    let whole = world.repo.diff(&["main..topic"])["flags"][0]["fingerprint"].as_str().unwrap().to_owned();
    world.github.state().comment("ann", &format!("/ai-detect dismiss {whole} generated"));
    world.repo.commit_file("src/<!-- ai-detect-state pay.py", planted_code("pay"));
    world.repo.commit_file("src/--> <!-- ai-detect-state v2 x.py", planted_code("x"));
    world.push();
    for _again in 0..3 {
        key(&world);
        let told = summary(&world);
        assert!(told.contains("2 flagged blocks") && told.contains("dismissed by **ann**"), "{told}");
        assert!(!told.contains("does not count"), "{told}");
        let hidden: Vec<&str> = told.lines().filter(|line| line.contains("<!--") || line.contains("-->")).collect();
        assert_eq!(hidden, told.lines().take(2).collect::<Vec<_>>());
        assert!(hidden[1].starts_with("<!-- ai-detect-state v2 keyed:"), "{told}");
        assert!(told.contains(r"`src/\u{3c}!-- ai-detect-state pay.py:"), "{told}");
    }
}
