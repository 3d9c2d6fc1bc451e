//! Code that was left out is said on the request, once.

use super::world::World;
use crate::support::code;

fn body(world: &World) -> String {
    world.github.state().comments[0].body.clone()
}

#[test]
fn code_that_was_left_out_is_said_once_and_kept_up_to_date() {
    let world = World::new();
    world.repo.commit_file("engine.py", format!("# @generated\n{}", code("engine", 30)));
    world.push();
    world.log(&[]);
    assert_eq!(world.github.writes(), ["POST /issues/7/comments"]);
    let said = body(&world);
    assert!(said.contains("### Nothing could be scored"), "{said}");
    let why = "- 1 file with 31 added lines of Python was left out, because it says that it is generated\n";
    assert!(said.contains(why), "{said}");
    assert!(world.log(&[]).contains("shows this already: nothing was posted"));
    world.repo.commit_file("snapshots/other.py", code("other", 30));
    world.push();
    world.log(&[]);
    let again = body(&world);
    assert!(again.contains(why) && again.contains("because its path is one of generated code"), "{again}");
    assert_eq!(world.github.counts(), (1, 0));
    world.repo.git(&["rm", "-rq", "engine.py", "snapshots"]);
    world.repo.commit("Take them back");
    world.push();
    world.log(&[]);
    let last = body(&world);
    assert!(last.contains("### No flags\n"), "{last}");
    assert_eq!(world.github.counts(), (1, 0));
}

#[test]
fn little_code_lock_files_and_data_get_no_comment() {
    let world = World::new();
    world.repo.write("api_pb2.py", code("api", 19));
    world.repo.write("Cargo.lock", code("lock", 500));
    world.repo.write("dist/data.json", code("data", 500));
    world.repo.commit("Add");
    world.push();
    world.log(&[]);
    assert_eq!(world.github.writes(), [""; 0]);
}

#[test]
fn where_comments_may_not_be_written_a_check_run_says_it() {
    let world = World::new();
    world.github.state().may.comment = false;
    world.repo.commit_file("engine.py", format!("# @generated\n{}", code("engine", 30)));
    world.push();
    world.log(&[]);
    assert!(world.github.writes().iter().any(|write| write.starts_with("POST /check-runs")));
    // As from a fork, whose token writes nothing.
    world.github.state().may.check = false;
    world.repo.commit_file("other.py", "print(1)\n");
    world.push();
    let log = world.log(&[]);
    assert!(log.contains("\n::notice title=Some code was left out::1 file with 31 added lines of Python"), "{log}");
}
