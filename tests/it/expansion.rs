//! A few small objects can stand for any number of files. What a change may bring is bounded, and what is beyond the
//! bound is listed. The values stand in docs/hardening.md.

use crate::support::{Repo, code, excluded, hunks, list};

fn started() -> Repo {
    let repo = Repo::new();
    repo.commit_file("README", "Read me.\n");
    repo.branch("topic");
    repo
}

/// Stores a tree with these entries, each `MODE TYPE ID\tNAME`.
fn tree(repo: &Repo, entries: impl Iterator<Item = String>) -> String {
    let lines: String = entries.map(|entry| entry + "\n").collect();
    let id = repo.git_bytes(&["mktree"], lines.as_bytes());
    String::from_utf8(id).unwrap().trim().to_owned()
}

fn blob(repo: &Repo, content: &[u8]) -> String {
    String::from_utf8(repo.git_bytes(&["hash-object", "-w", "--stdin"], content)).unwrap().trim().to_owned()
}

/// A commit of a tree on top of `parent`, as the branch `topic`.
fn commit(repo: &Repo, tree: &str, parent: &str) {
    let id = repo.git(&["commit-tree", tree, "-p", parent, "-m", "Change"]);
    repo.git(&["update-ref", "refs/heads/topic", id.trim()]);
}

#[test]
fn trees_that_name_millions_of_files_are_refused_with_advice() {
    let repo = started();
    let file = blob(&repo, code("a", 8).as_bytes());
    let mut inner = tree(&repo, (0..10).map(|at| format!("100644 blob {file}\tf{at}.py")));
    for _ in 0..6 {
        inner = tree(&repo, (0..10).map(|at| format!("040000 tree {inner}\td{at}")));
    }
    commit(&repo, &inner, "main");
    let advice = "this range adds, changes or removes more than 500000 files, which is too many to look at together; name \
                  a smaller range, or use `ai-detect scan` for its commits one by one";
    for command in [&["diff", "main..topic"][..], &["policy", "check", "main..topic", "--policy", "default"]] {
        let said = repo.run(command).error(3);
        assert!(said.contains(advice), "{command:?}: {said}");
    }
    let said = repo.run(&["scan", "main..topic"]).error(3);
    assert!(said.contains("1 commit has no row") && said.contains("more than 500000 files"), "{said}");
}

#[test]
fn one_content_in_many_files_is_analysed_up_to_what_a_change_may_add() {
    let repo = Repo::new();
    repo.commit_file(".ai-detect.yml", "limits: {change_bytes: 5000}\n");
    repo.branch("topic");
    let content = code("a", 100);
    let fit = 5000 / content.len();
    for at in 0..20 {
        repo.write(&format!("f{at:02}.py"), &content);
    }
    // A file that only grows counts by its growth, and the rest of the change is analysed.
    repo.commit("Copy");
    let report = repo.diff(&["main"]);
    assert_eq!(hunks(&report).len(), fit);
    let left_out = excluded(&report);
    assert_eq!(left_out.len(), 20 - fit);
    let why = "too-large (this change adds more than 5000 bytes (limits.change_bytes); files after that are left out)";
    assert_eq!(left_out[0], format!("f{fit:02}.py: {why}"));
    let text = repo.run(&["diff", "main"]).text().split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("{} files of Python were left out, because they are beyond a size limit", 20 - fit);
    assert!(text.contains(&said), "{text}");
}

#[test]
fn files_that_are_never_analysed_take_no_code_out() {
    let repo = Repo::new();
    repo.commit_file(".ai-detect.yml", "limits: {change_bytes: 5000, file_bytes: 3000}\n");
    repo.branch("topic");
    for at in 0..4 {
        repo.write(&format!("a{at}.txt"), code("text", 80));
        repo.write(&format!("a{at}.bin"), "\0".repeat(20_000));
    }
    repo.write("pay.py", code("pay", 30));
    repo.commit("Add");
    assert!(hunks(&repo.diff(&["main"])).contains(&"pay.py:1-30".to_owned()));
}

#[test]
fn renames_and_small_edits_of_large_files_add_little() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "limits: {change_bytes: 5000}\n");
    for at in 0..20 {
        repo.write(&format!("old/f{at:02}.py"), code(&format!("f{at}"), 100));
        repo.write(&format!("same/f{at:02}.py"), code(&format!("s{at}"), 100));
    }
    repo.commit("Start");
    repo.branch("topic");
    for at in 0..20 {
        repo.remove(&format!("old/f{at:02}.py"));
        repo.write(&format!("new/f{at:02}.py"), code(&format!("f{at}"), 100));
        repo.write(&format!("same/f{at:02}.py"), code(&format!("s{at}"), 100) + &code("more", 6));
    }
    repo.commit("Move and add");
    let report = repo.diff(&["main"]);
    assert_eq!(excluded(&report), Vec::<String>::new());
    assert_eq!(hunks(&report).len(), 20);
    assert_eq!(list(&report["coverage"]["excluded"]).len(), 0);
}

#[test]
fn a_script_that_is_too_large_to_be_read_is_named_by_its_first_line() {
    let repo = Repo::new();
    repo.commit_file(".ai-detect.yml", "limits: {file_bytes: 2000}\n");
    repo.branch("topic");
    repo.write("tool", format!("#!/usr/bin/env python3\n{}", code("a", 4000)));
    repo.write("data", "x\n".repeat(20_000));
    repo.commit("Add");
    let text = repo.run(&["diff", "main"]).text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("1 file of Python was left out, because it is beyond a size limit"), "{text}");
}
