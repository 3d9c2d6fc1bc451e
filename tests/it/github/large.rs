//! Changes as large as people never send them, and generators do: what is said of them, with how much memory.

use ai_detect::report::formats::ALL;
use assert_cmd::Command;

use super::world::World;
use crate::support::{PLANTED_PACK, planted_code};

/// What a run may take of memory, in KiB, with its program and its threads' stacks.
const MEMORY: u32 = 2 << 20;

/// A run in a job that is not given more memory than that.
fn bounded(world: &World) -> String {
    let command = world.command("pull_request", &world.event(), &["ci"]);
    let mut within = Command::new("sh");
    within.args(["-c", &format!("ulimit -v {MEMORY}; exec \"$@\""), "sh"]).arg(command.get_program());
    within.args(command.get_args()).current_dir(world.repo.path().parent().unwrap());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => within.env(name, value),
            None => within.env_remove(name),
        };
    }
    world.run(&mut within).text()
}

/// Commits what was written, then a planted block, and lets the forge know. Its list of files is that block alone:
/// GitHub shows no more than 3,000 files, and none that is too large.
fn posted(world: &World) -> String {
    world.repo.commit("Add a lot");
    let head = world.repo.commit_file("engine.py", planted_code("engine"));
    let diff = world.repo.git(&["diff", "main...HEAD", "--", "engine.py"]);
    let patch = diff[diff.find("@@").unwrap()..].to_owned();
    {
        let mut state = world.github.state();
        state.head = head;
        state.files = vec![serde_json::json!({"filename": "engine.py", "patch": patch})];
    }
    let log = bounded(world);
    assert!(log.contains("posted on ada/engine#7: a summary, 1 on lines"), "{log}");
    let body = world.github.state().comments[0].body.clone();
    assert!(body.chars().count() <= 65_536 && body.contains("1 flagged block"), "{body}");
    body
}

/// The threshold grows with the number of blocks, so that one rule is not enough.
fn strict() -> World {
    let (head, rule) = PLANTED_PACK.split_once("  - id").unwrap();
    let rules = (0..5).map(|at| format!("  - id{}", rule.replacen("planted", &format!("planted-{at}"), 1)));
    World::with("", &[("planted.yml", &(head.to_owned() + &rules.collect::<String>()))])
}

#[test]
fn a_line_of_five_megabytes_is_left_out_with_its_reason() {
    let world = World::new();
    world.repo.write("data.js", format!("const data = [{}];\n", "1234567,".repeat(5 << 17)));
    world.repo.write("words.py", format!("# {}\n", "every word of it is one line ".repeat(5 << 15)));
    let told = posted(&world);
    assert!(told.contains("were left out, because they are beyond a size limit"), "{told}");
    let report = world.repo.diff(&["main..topic"]);
    let paths: Vec<String> = crate::support::excluded(&report);
    assert!(paths.iter().any(|told| told.starts_with("data.js: ")), "{paths:?}");
    assert!(paths.iter().any(|told| told.starts_with("words.py: ")), "{paths:?}");
}

#[test]
fn ten_thousand_files_are_all_looked_at() {
    let world = World::new();
    for at in 0..10_000 {
        world.repo.write(&format!("part{}/file{at}.py", at / 100), format!("a{at} = {at}\nb{at} = a{at} + 1\n"));
    }
    let told = posted(&world);
    // Two lines are too few to say anything of, and that is said of each.
    assert!(told.contains("10000 blocks not scored"), "{told}");
}

#[test]
fn fifty_megabytes_in_one_change_are_looked_at_and_what_is_too_large_is_told() {
    let world = strict();
    let line = |at: usize| format!("entry{at} = lookup(\"entry{at}\", {at})  # {}\n", "as measured ".repeat(3));
    let file: String = (0..12_000).map(line).collect();
    for at in 0..10 {
        world.repo.write(&format!("table{at}.py"), &file);
        world.repo.write(&format!("text{at}.txt"), &file);
    }
    world.repo.write("dump.sql", "INSERT INTO t VALUES (1, 2, 3);\n".repeat(1_100_000));
    let told = posted(&world);
    assert!(told.contains("Not scored: 120000 lines of plain text (no grammar); 1 file beyond a size limit"), "{told}");
    assert!(told.contains("of 11 files"), "{told}");
    let size = world.repo.git(&["diff", "main...HEAD"]).len();
    assert!(size > 50_000_000, "{size}");
}

/// A few kilobytes in the repository, and blocks that say nothing without end: beside a flag they must not hide it.
#[test]
fn files_of_one_sign_a_line_make_no_report_that_cannot_be_read() {
    let world = strict();
    for at in 0..3 {
        world.repo.write(&format!("pile{at}.sh"), format!("# {at}\n{}", "\\\n".repeat(400_000)));
    }
    let told = posted(&world);
    assert!(told.contains("1 flag") && !told.contains("not listed"), "{told}");
    let written = world.repo.run(&["diff", "main..topic", "--format", "json"]).text();
    assert!(written.len() <= 32 << 20, "{}", written.len());
    let file = world.beside("report.json");
    std::fs::write(&file, &written).unwrap();
    for format in ALL.iter().map(|format| format.name).filter(|format| *format != "json") {
        let printed = world.repo.run(&["report", file.to_str().unwrap(), "--format", format]).text();
        assert!(printed.contains("engine.py"), "{format}");
        assert!(printed.len() <= 10 << 20, "{format}: {}", printed.len());
    }
    let report: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert!(report["omitted"]["signals"].as_u64() > Some(100_000), "{}", report["omitted"]);
    // What is listed and what is not is all there is, and the flag has all of its signals.
    let count = |of: &serde_json::Value| of.as_object().unwrap().values().map(|it| it.as_u64().unwrap()).sum::<u64>();
    let coverage = &report["coverage"];
    let all = coverage["hunks_scored"].as_u64().unwrap() + coverage["hunks_unknown"].as_u64().unwrap();
    let omitted = report["omitted"].get("hunks").map_or(0, count);
    assert_eq!(report["hunks"].as_array().unwrap().len() as u64 + omitted, all);
    let flag = &report["flags"][0];
    let hunk = &report["hunks"][flag["hunk"].as_u64().unwrap() as usize];
    assert!(hunk.get("omitted_signals").is_none() && hunk["signals"].as_array().unwrap().len() > 1, "{hunk}");
}
