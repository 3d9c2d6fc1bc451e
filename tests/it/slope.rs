//! Cost grows with the size of a change, not with its square: instructions are counted, time is not. What a run
//! costs beyond one on next to nothing must at most double, and a little, when there is twice as much.
//!
//! Counting takes a minute and valgrind, so `.ci/slope.sh` runs it.

use std::process::Stdio;

use crate::support::collide::names;
use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code};

/// More than this is no straight line.
const MAX_SLOPE: f64 = 2.3;

/// How many instructions a run takes, on one thread.
fn instructions(repo: &Repo, args: &[&str]) -> u64 {
    let run = repo.process(args);
    let mut counted = std::process::Command::new("valgrind");
    counted.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    counted.arg(run.get_program()).args(run.get_args()).env("RAYON_NUM_THREADS", "1").stdin(Stdio::null());
    for (name, value) in run.get_envs() {
        if let Some(value) = value {
            counted.env(name, value);
        }
    }
    let output = counted.output().expect("valgrind is needed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let count = said.lines().find_map(|line| line.split_once("refs:")).unwrap().1;
    count.trim().replace(',', "").parse().unwrap()
}

/// Costs of once and twice as much, beyond those of next to nothing.
fn assert_straight(what: &str, size: usize, cost: impl Fn(usize) -> u64) {
    let [none, once, twice] = [1, size, 2 * size].map(cost);
    let slope = twice.saturating_sub(none) as f64 / once.saturating_sub(none).max(1) as f64;
    eprintln!("{what}: {none} + {} for {size}, twice as much: {slope:.2} times", once - none);
    assert!(slope <= MAX_SLOPE, "{what}: {none}, {once}, {twice}: {slope:.2} times for twice as much");
}

/// What `diff --patch` costs.
fn of_patch(patch: &str, args: &[&str]) -> u64 {
    let repo = Repo::nowhere();
    repo.write("x.diff", patch);
    instructions(&repo, &[&["diff", "--patch", "x.diff", "--format", "json"], args].concat())
}

fn added(path: &str, content: &str) -> String {
    let lines: String = content.lines().map(|line| format!("+{line}\n")).collect();
    format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{} @@\n{lines}", content.lines().count())
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn hunks_of_one_file() {
    assert_straight("hunks", 60, |hunks| {
        let hunk = |at: usize| {
            let lines: String = code(&format!("h{at}"), 6).lines().map(|line| format!("+{line}\n")).collect();
            format!("@@ -{},0 +{},6 @@\n{lines}", 20 * at + 1, 26 * at + 1)
        };
        of_patch(&format!("--- a/a.py\n+++ b/a.py\n{}", (0..hunks).map(hunk).collect::<String>()), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn files_of_one_change() {
    assert_straight("files", 60, |files| {
        let file = |at: usize| added(&format!("f{at}.py"), &code(&format!("f{at}"), 12));
        of_patch(&(0..files).map(file).collect::<String>(), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn lines_of_one_file() {
    assert_straight("lines", 800, |lines| of_patch(&added("a.py", &code("a", lines)), &[]));
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn functions_that_are_all_one_hunk() {
    assert_straight("functions", 60, |functions| {
        let function =
            |at: usize| format!("fn f{at}() {{\n    // why {at}\n    let x{at} = g({at});\n    h(x{at});\n}}\n");
        of_patch(&added("a.rs", &(0..functions).map(function).collect::<String>()), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn rules_of_a_pack() {
    assert_straight("rules", 60, |rules| {
        let (head, rule) = PLANTED_PACK.split_at(PLANTED_PACK.find("  - id").unwrap());
        let rule = |at: usize| {
            rule.replace("planted", &format!("planted-{at}")).replace("xyzzy", &format!("xy{at}zzy \\w+ {at}"))
        };
        let repo = Repo::nowhere();
        repo.write("planted.yml", format!("{head}{}", (0..rules).map(rule).collect::<String>()));
        repo.write("config.yml", PLANTED_CONFIG);
        repo.write("x.diff", added("a.py", &code("a", 20)));
        instructions(&repo, &["diff", "--patch", "x.diff", "--format", "json", "--config", "config.yml"])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn commits_of_a_range() {
    assert_straight("commits", 24, |commits| {
        let repo = Repo::new();
        repo.commit("Start");
        repo.branch("topic");
        for at in 0..commits {
            repo.write(&format!("f{at}.py"), code(&format!("f{at}"), 8));
            repo.commit(&format!("Add f{at}\n\nIt was missing.\n\nAssisted-by: Tool:model-{at}"));
        }
        repo.git(&["gc", "--quiet"]);
        instructions(&repo, &["diff", "main", "--format", "json"])
    });
}

/// What `diff` costs of a commit with a message.
fn of_message(message: &str) -> u64 {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    repo.write("a.py", code("a", 8));
    repo.commit(message);
    instructions(&repo, &["diff", "main", "--format", "json"])
}

fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(line).collect()
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn lines_of_a_message() {
    assert_straight("lines of a message", 300, |count| {
        let line = |at| format!("Line {at} of it, see #{at}.\nCo-authored-by: Ada {at} <ada{at}@example.org>\n");
        of_message(&format!("Subject\n\n{}", lines(count, line)))
    });
}

// What somebody could make who wants a check to take long.

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn a_message_of_trailers_each_a_paragraph() {
    assert_straight("paragraphs of a message", 800, |count| {
        of_message(&format!("Subject\n\n{}", lines(count, |at| format!("Fixes: #{at}\n\n"))))
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn models_that_a_message_names() {
    assert_straight("models of a message", 800, |count| {
        of_message(&format!("Subject\n\nBody.\n\n{}", lines(count, |at| format!("AI-Model: model-{at}\n"))))
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn commands_for_a_runner_in_one_line() {
    assert_straight("commands in one line", 10_000, |count| of_message(&"##[".repeat(count)));
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn a_file_of_comments() {
    assert_straight("lines of comments", 3000, |count| of_patch(&added("a.py", &lines(count, |_| "#\n".into())), &[]));
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn functions_in_one_line() {
    // Long lines are left out where most are long, and what holds too much is not parsed.
    let short = lines(300, |_| "int a;\n".into());
    assert_straight("functions in one line", 150, |count| {
        let content = format!("{}\n{short}", lines(count, |at| format!("int f{at}(){{}}")));
        of_patch(&added("a.c", &content), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn braces_that_may_have_moved() {
    assert_straight("braces removed and added", 2000, |count| {
        let gone = format!("--- a/a.c\n+++ /dev/null\n@@ -1,{count} +0,0 @@\n{}", lines(count, |_| "-}\n".into()));
        of_patch(&(gone + &added("b.c", &lines(count, |_| "}\n".into()))), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn paths_of_a_note_that_have_one_hash() {
    assert_straight("paths of a note", 5000, |count| {
        let repo = Repo::new();
        repo.commit("Start");
        repo.branch("topic");
        repo.commit_file("a.py", code("a", 8));
        let paths: String = names(count).iter().map(|name| format!("{name}\n  key 1-2\n")).collect();
        let of_key = r#"{"key": {"agent_id": {"tool": "codex", "id": "1", "model": "gpt-5.5"}}}"#;
        let known = format!(r#"{{"schema_version": "authorship/3.0.0", "prompts": {of_key}}}"#);
        repo.write("../note", format!("{paths}---\n{known}"));
        repo.git(&["notes", "--ref=ai", "add", "-F", "../note"]);
        instructions(&repo, &["diff", "main", "--format", "json"])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn many_blocks_far_apart_in_one_file() {
    assert_straight("blocks far apart", 700, |count| {
        let block = |at: usize| {
            let added = lines(5, |line| format!("+    step_{at}_{line}()\n"));
            format!("@@ -{},0 +{},5 @@\n{added}", 300 * at + 1, 305 * at + 1)
        };
        of_patch(&format!("--- a/a.py\n+++ b/a.py\n{}", lines(count, block)), &[])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn files_that_are_written_anew_under_other_names() {
    assert_straight("files gone and new", 60, |count| {
        let repo = Repo::new();
        let content = |at: usize, word: &str| lines(12, |line| format!("{word}_{at}_{line} = {line}\n"));
        for at in 0..count {
            repo.write(&format!("old/{at}.py"), content(at, "old"));
        }
        repo.commit("Start");
        repo.branch("topic");
        for at in 0..count {
            repo.remove(&format!("old/{at}.py"));
            repo.write(&format!("new/{at}.py"), content(at, "new"));
        }
        repo.commit("Written anew");
        // A commit that is alone in its range brought everything, and nobody asks what was what before.
        repo.commit_file("more.py", "more = 1\n");
        repo.git(&["gc", "--quiet"]);
        instructions(&repo, &["diff", "main", "--format", "json"])
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn folders_in_the_root() {
    assert_straight("folders in the root", 2000, |count| {
        let repo = Repo::new();
        repo.commit("Start");
        repo.branch("topic");
        for at in 0..count {
            repo.write(&format!("folder_{at}/note.txt"), "x\n");
        }
        repo.commit("Add");
        repo.git(&["gc", "--quiet"]);
        instructions(&repo, &["diff", "main", "--format", "json"])
    });
}

/// What `attest squash` costs for two commits with these trailers.
fn of_squash(trailers: &[String]) -> u64 {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    let (first, second) = trailers.split_at(trailers.len() / 2);
    for lines in [first, second] {
        repo.write("../message", format!("Change\n\nWhy.\n\n{}\n", lines.join("\n")));
        repo.git(&["commit", "--quiet", "--allow-empty", "-F", "../message"]);
    }
    instructions(&repo, &["attest", "squash", "main", "--title", "Squashed"])
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn facts_that_a_squash_loses() {
    assert_straight("facts of a squash", 2000, |count| {
        of_squash(&(0..count).map(|at| format!("AI-Session: session-{at}")).collect::<Vec<_>>())
    });
}

#[test]
#[ignore = "needs valgrind and a minute: .ci/slope.sh runs it"]
fn co_authors_that_a_squash_gathers() {
    assert_straight("co-authors of a squash", 2000, |count| {
        let person = |at: usize| format!("Co-authored-by: Person {at} <p{at}@example.org>");
        of_squash(&(0..count).map(person).collect::<Vec<_>>())
    });
}
