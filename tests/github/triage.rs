//! Answers of reviewers in comments, over several runs.

use crate::fake::github::BOT;
use crate::world::World;

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
    let summary = |world: &World| {
        let state = world.github.state();
        let own = state.comments.iter().find(|comment| comment.author == BOT);
        own.unwrap().body.clone()
    };
    let told = summary(&world);
    assert!(told.contains("### 1 block asks for a look") && !told.contains("Dismissed by"), "{told}");
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
        assert!(told.contains("### No block asks for a look"), "{told}");
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
