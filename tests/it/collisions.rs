//! Texts with the same fast hash are different texts: no hash that an author can steer says what moved, what differs in
//! white space only, what was renamed, and where a note goes.

use std::sync::LazyLock;

use ai_detect::renames::{Candidate, Parallelism, pair};
use serde_json::Value;

use crate::support::collide::{colliding, names};
use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, excluded, hunks, list, text};

const FIRST: &str = "This project is maintained by volunteers.";
const SECOND: &str = "Please open an issue before sending patches.";

/// Six lines of Python that the planted rule flags. Each has a comment that gives it the hash of one of two other lines.
static DISGUISED: LazyLock<String> = LazyLock::new(|| {
    let line = |at: usize, other| colliding(&format!("total_{at} = measure(xyzzy, {at})  # xyzzy "), other) + "\n";
    (0..3).map(|at| line(2 * at, FIRST) + &line(2 * at + 1, SECOND)).collect()
});

/// A repository whose README holds the two lines, with settings that flag the planted word.
fn started() -> Repo {
    let repo = Repo::new();
    repo.write("planted.yml", PLANTED_PACK);
    repo.write("config.yml", PLANTED_CONFIG);
    repo.write("README.md", format!("# Engine\n\n{FIRST}\n{SECOND}\n\nThe end.\n"));
    repo.commit("Start");
    repo.branch("topic");
    repo
}

fn flags(report: &Value) -> Vec<String> {
    let place = |flag: &Value| format!("{}:{}-{}", text(&flag["path"]), flag["start_line"], flag["end_line"]);
    list(&report["flags"]).iter().map(place).collect()
}

#[test]
fn new_code_with_the_hashes_of_removed_lines_did_not_move() {
    let repo = started();
    repo.write("README.md", "# Engine\n\nThe end.\n");
    repo.write("src/total.py", DISGUISED.as_str());
    repo.commit("Count totals");
    let report = repo.diff(&["main", "--config", "config.yml"]);
    assert_eq!(flags(&report), ["src/total.py:1-6"]);
    assert_eq!(excluded(&report), [""; 0]);
    assert_eq!(report["coverage"]["lines_not_authored"], 0);
    let patch = repo.git(&["diff", "main", "topic"]) + "\n";
    assert_eq!(hunks(&repo.diff_patch(patch)), ["src/total.py:1-6"]);
}

#[test]
fn the_removed_lines_themselves_did_move() {
    let repo = started();
    repo.write("README.md", "# Engine\n\nThe end.\n");
    repo.write("HELP.md", format!("  {FIRST}\n  {SECOND}\n"));
    repo.commit("Move the words");
    assert_eq!(excluded(&repo.diff(&["main"])), ["HELP.md: not-authored (2 lines moved within the change)"]);
}

#[test]
fn new_code_with_the_hashes_of_the_lines_in_its_place_is_no_white_space() {
    let repo = Repo::new();
    repo.commit_file("total.py", format!("{FIRST}\n{SECOND}\n").repeat(3));
    repo.branch("topic");
    repo.commit_file("total.py", DISGUISED.as_str());
    let report = repo.diff(&["main"]);
    assert_eq!((hunks(&report), excluded(&report)), (vec!["total.py:1-6".to_owned()], Vec::new()));
    let patch = repo.git(&["diff", "main", "topic"]) + "\n";
    assert_eq!(hunks(&repo.diff_patch(patch)), ["total.py:1-6"]);
}

#[test]
fn a_file_of_other_lines_with_the_same_hashes_is_no_rename() {
    let lines = names(40);
    let (before, after) = (lines[..20].join("\n"), lines[20..].join("\n"));
    let pairs = |content: &str| {
        let old = Candidate { path: "old.py".into(), content: before.as_bytes(), gone: true };
        let new = Candidate { path: "new.py".into(), content: content.as_bytes(), gone: false };
        pair(&[old], &[new], Parallelism::Serial)
    };
    assert_eq!(pairs(&after), [None]);
    assert_eq!(pairs(&format!("{before}\none more line")), [Some(0)]);
}

#[test]
fn a_note_does_not_follow_to_another_patch_with_the_same_hashes() {
    let carried = |content: &str| {
        let repo = Repo::new();
        repo.commit("Start");
        repo.branch("topic");
        repo.commit_file("total.py", format!("{FIRST}\n{SECOND}\n").repeat(3));
        let attest = ["attest", "main", "--tool", "Codex", "--model", "gpt-5.5", "--notes"];
        let run = |args: &[&str]| {
            let mut command = repo.command(args);
            for who in ["AUTHOR", "COMMITTER"] {
                command.env(format!("GIT_{who}_NAME"), "Ada Example");
                command.env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            }
            crate::support::Run::of(&mut command).text()
        };
        run(&attest);
        let old = repo.id("HEAD");
        repo.switch("main");
        repo.commit_file("later.py", code("later", 6));
        repo.commit_file("total.py", content);
        run(&["attest", "carry", &format!("{old}..HEAD"), "--dry-run"])
    };
    let same = carried(&format!("  {FIRST}\n{SECOND}\n").repeat(3));
    assert!(same.contains("the same patch"), "{same}");
    let other = carried(&DISGUISED);
    assert!(other.contains("no new commit has its patch, or half of its lines"), "{other}");
}

#[test]
fn the_first_line_of_a_block_is_no_part_of_its_path() {
    let fingerprint = |path: &str, content: String| {
        let repo = Repo::new();
        repo.commit("Start");
        repo.branch("topic");
        repo.commit_file(path, content);
        text(&repo.diff(&["main"])["hunks"][0]["fingerprint"]).to_owned()
    };
    let longer = fingerprint("total.py", format!("x.py\n{}", code("total", 6)));
    assert_ne!(fingerprint("total.py\nx.py", code("total", 6)), longer);
    assert_ne!(fingerprint("total.py", code("total", 6)), longer);
}
