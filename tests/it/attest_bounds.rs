//! Histories and notes that somebody made to be endless, or that end too early: what can be read of them is told, and
//! what cannot.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::Repo;

/// A commit that a tool is named in.
fn marked(repo: &Repo, at: usize) -> String {
    repo.write("a.txt", format!("{at}\n"));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-m", &format!("Change {at}\n\nAssisted-by: Codex:gpt-5.{at}")]);
    repo.id("HEAD")
}

/// What a run says and how it ends.
fn scanned(repo: &Repo) -> (Option<i32>, String, String) {
    let output = repo.process(&["markers", "scan", "--all", "--each"]).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn what_is_found_before_a_commit_that_is_missing_is_printed() {
    let repo = Repo::new();
    let ids: Vec<String> = (0..6).map(|at| marked(&repo, at)).collect();
    let (first, second) = ids[2].split_at(2);
    std::fs::remove_file(repo.path().join(".git/objects").join(first).join(second)).unwrap();
    let (status, stdout, stderr) = scanned(&repo);
    let listed: Vec<&str> = stdout.lines().map(|line| line.split_whitespace().next().unwrap()).collect();
    let expected: Vec<&str> = ids.iter().skip(3).rev().map(|id| &id[..12]).collect();
    assert_eq!((status, listed), (Some(3), expected), "{stderr}");
    assert!(stderr.contains(&ids[2]), "{stderr}");
}

#[test]
fn what_is_found_before_a_commit_that_is_damaged_is_printed() {
    let repo = Repo::new();
    marked(&repo, 0);
    let broken =
        written(&repo, &["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], b"no commit at all\n");
    let tree = repo.id("HEAD^{tree}");
    let mut tip = broken.clone();
    for at in 0..3 {
        let text = format!(
            "tree {tree}\nparent {tip}\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nChange {at}\n\nAssisted-by: Codex:gpt-5.{at}\n"
        );
        tip = written(&repo, &["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], text.as_bytes());
    }
    repo.git(&["update-ref", "refs/heads/main", &tip]);
    let (status, stdout, stderr) = scanned(&repo);
    assert_eq!((status, stdout.lines().count()), (Some(3), 3), "{stdout}{stderr}");
    assert!(stderr.contains(&broken), "{stderr}");
}

/// Runs git on some input and gives back what it says.
fn written(repo: &Repo, args: &[&str], input: &[u8]) -> String {
    let mut git = std::process::Command::new("git");
    let mut git =
        git.arg("-C").arg(repo.path()).args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(input).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Names all notes by a tree.
fn noted(repo: &Repo, tree: &str) {
    let author = ["-c", "user.name=A", "-c", "user.email=a@x"];
    let commit = written(repo, &[&author[..], &["commit-tree", "-m", "Notes", tree]].concat(), b"");
    repo.git(&["update-ref", "refs/notes/ai", &commit]);
}

/// Nineteen trees, each of which holds the next one 256 times: more notes than atoms.
#[test]
fn notes_in_trees_without_an_end_are_refused() {
    let repo = Repo::new();
    repo.commit("Start");
    let blob = written(&repo, &["hash-object", "-w", "--stdin"], b"x");
    let (mut tree, mut kind) = (blob, "100644 blob");
    for _ in 0..20 {
        let entries: String = (0..256).map(|at| format!("{kind} {tree}\t{at:02x}\n")).collect();
        (tree, kind) = (written(&repo, &["mktree"], entries.as_bytes()), "040000 tree");
    }
    noted(&repo, &tree);
    let told =
        ai_detect::git::Repository::open(repo.path()).unwrap().notes_under("refs/notes/ai").unwrap_err().to_string();
    assert_eq!(told, "refs/notes/ai: more than 1000000 entries, so none is read");
    // A look for the note of one commit never meets more than its own trees.
    repo.diff(&["HEAD"]);
}

#[test]
fn names_that_are_no_ids_are_no_notes() {
    let repo = Repo::new();
    repo.commit("Start");
    let blob = written(&repo, &["hash-object", "-w", "--stdin"], b"x");
    let (mut tree, mut kind) = (blob.clone(), "100644 blob");
    for _ in 0..40 {
        let entries: String = ["x", "y", "z"].map(|name| format!("{kind} {tree}\t{name}\n")).concat();
        (tree, kind) = (written(&repo, &["mktree"], entries.as_bytes()), "040000 tree");
    }
    let (flat, first, rest) = ("0".repeat(40), "11", "1".repeat(38));
    let deep = written(&repo, &["mktree"], format!("100644 blob {blob}\t{rest}\n").as_bytes());
    let root = format!("040000 tree {tree}\tx\n040000 tree {deep}\t{first}\n100644 blob {blob}\t{flat}\n");
    noted(&repo, &written(&repo, &["mktree"], root.as_bytes()));
    let found = ai_detect::git::Repository::open(repo.path()).unwrap().notes_under("refs/notes/ai").unwrap();
    let ids: Vec<String> = found.into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [flat, "1".repeat(40)]);
}

/// A note on a commit of so many lines stays where it is, unless the commit comes along as it is.
#[test]
fn notes_on_commits_of_too_many_lines_are_carried_by_patch_alone() {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ann"]);
    repo.git(&["config", "user.email", "ann@example.org"]);
    repo.commit_file("README", "Read me.\n");
    repo.branch("topic");
    for file in 0..3 {
        repo.write(&format!("long{file}.txt"), "x\n".repeat(400_000));
    }
    repo.commit("Long");
    repo.run(&["attest", "--tool", "Codex", "--model", "gpt-5.5", "--notes"]).text();
    let old = repo.id("HEAD");
    let carry = |to: &str| repo.run(&["attest", "carry", &format!("{old}..{to}"), "--dry-run"]).text();
    repo.switch("main");
    repo.commit_file("later.txt", "later\n");
    repo.git(&["cherry-pick", &old]);
    assert!(carry("main").contains("the same patch"), "{}", carry("main"));
    repo.commit_file("more.txt", "more\n");
    repo.git(&["reset", "--quiet", "--soft", "HEAD~2"]);
    repo.commit("Squashed");
    let said = carry("main");
    assert!(said.contains("no new commit has its patch, or half of its lines"), "{said}");
    assert!(
        said.contains("2 commits were not compared as a whole, because there is too much in these ranges"),
        "{said}"
    );
}
