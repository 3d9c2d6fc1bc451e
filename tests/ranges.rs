//! What a range means: which commits and files a change is made of, however it is named and
//! wherever the repository keeps it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use serde_json::Value;
use support::{Repo, Run, code, hunks, subjects, text};

/// `main` moved on after `topic` left it.
fn forked() -> Repo {
    let repo = Repo::new();
    repo.commit_file("shared.py", code("shared", 3));
    repo.branch("topic");
    repo.commit_file("topic.py", code("topic", 6));
    repo.switch("main");
    repo.commit_file("later.py", code("later", 6));
    repo.switch("topic");
    repo
}

fn base(report: &Value) -> &str {
    text(&report["range"]["base"])
}

#[test]
fn two_dots_three_dots_and_one_name_start_at_the_merge_base() {
    let repo = forked();
    for spec in ["main..topic", "main...topic", "main", "main..", "main..."] {
        let report = repo.diff(&[spec]);
        assert_eq!(hunks(&report), ["topic.py:1-6"], "{spec}");
        assert_eq!(subjects(&report), ["Change topic.py"], "{spec}");
        assert_eq!(base(&report), repo.id("topic~1"), "{spec}");
        assert_eq!(report["range"]["head"], repo.id("topic"), "{spec}");
    }
    assert_eq!(repo.diff(&["main...topic"])["range"]["spec"], "main..topic");
}

#[test]
fn an_absent_start_is_head() {
    let repo = forked();
    assert_eq!(hunks(&repo.diff(&["..main"])), ["later.py:1-6"]);
}

#[test]
fn ids_tags_and_ancestors_name_revisions() {
    let repo = forked();
    repo.git(&["tag", "-a", "v1", "-m", "annotated", "main"]);
    let short = repo.git(&["rev-parse", "--short", "main"]);
    for spec in ["v1", "main~1", "HEAD~1", "HEAD^", "@~1", "v1^0", &short, &repo.id("main"), ":/Change shared.py"] {
        assert_eq!(hunks(&repo.diff(&[spec])), ["topic.py:1-6"], "{spec}");
    }
}

#[test]
fn nothing_named_compares_with_the_branch_that_origin_calls_its_head() {
    let origin = Repo::init(&["--initial-branch=trunk"]);
    origin.commit_file("shared.py", code("shared", 3));
    let clone = origin.clone("clone", &[]);
    clone.branch("topic");
    clone.commit_file("topic.py", code("topic", 6));
    // A local `main` does not matter where the remote says which branch is its default.
    clone.git(&["branch", "main"]);
    let report = clone.diff(&[]);
    assert_eq!(report["range"]["spec"], "origin/trunk..HEAD");
    assert_eq!(hunks(&report), ["topic.py:1-6"]);
}

#[test]
fn nothing_named_falls_back_to_main_and_then_to_master() {
    let repo = forked();
    repo.git(&["branch", "master", "topic"]);
    assert_eq!(repo.diff(&[])["range"]["spec"], "main..HEAD");
    repo.git(&["branch", "-D", "main"]);
    repo.git(&["branch", "-f", "master", "topic~1"]);
    let report = repo.diff(&[]);
    assert_eq!(report["range"]["spec"], "master..HEAD");
    assert_eq!(hunks(&report), ["topic.py:1-6"]);
}

#[test]
fn nothing_named_and_no_default_branch_asks_for_a_range() {
    let repo = forked();
    repo.git(&["branch", "-D", "main"]);
    assert_eq!(
        repo.run(&["diff"]).error(3),
        "no default branch to compare with: neither origin/HEAD, main nor master exists; name a range, such as \
         `ai-detect diff HEAD~1..HEAD`"
    );
}

#[test]
fn nothing_named_before_the_first_commit_points_to_staged() {
    let repo = Repo::new();
    let said = "the repository has no commit yet; use --staged or --worktree to look at what will be the first";
    assert_eq!(repo.run(&["diff"]).error(3), said);
    assert_eq!(repo.run(&["diff", "HEAD"]).error(3), said);
}

#[test]
fn staged_is_what_the_next_commit_would_hold() {
    let repo = Repo::new();
    let head = repo.commit_file("kept.py", code("kept", 3));
    repo.write("staged.py", code("staged", 5));
    repo.git(&["add", "staged.py"]);
    repo.write("staged.py", code("staged", 9));
    repo.write("untracked.py", code("untracked", 5));
    repo.write("kept.py", code("unstaged", 6));
    let report = repo.diff(&["--staged"]);
    assert_eq!(hunks(&report), ["staged.py:1-5"]);
    assert_eq!(report["range"]["spec"], "--staged");
    assert_eq!(base(&report), head);
    assert_eq!(report["range"]["head"], Value::Null);
    assert_eq!(subjects(&report), [""; 0]);
}

#[test]
fn an_intent_to_add_stages_nothing() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write("intended.py", code("intended", 5));
    repo.git(&["add", "--intent-to-add", "intended.py"]);
    assert_eq!(hunks(&repo.diff(&["--staged"])), [""; 0]);
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["intended.py:1-5"]);
}

#[test]
fn staged_works_before_the_first_commit() {
    let repo = Repo::new();
    repo.write("first.py", code("first", 5));
    repo.git(&["add", "first.py"]);
    let report = repo.diff(&["--staged"]);
    assert_eq!(hunks(&report), ["first.py:1-5"]);
    assert_eq!(report["range"]["base"], Value::Null);
    repo.write("second.py", code("second", 5));
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["first.py:1-5", "second.py:1-5"]);
}

#[test]
fn the_work_tree_holds_staged_unstaged_and_untracked_files_but_no_ignored_ones() {
    let repo = Repo::new();
    repo.write(".gitignore", "*.log.py\n/build/\n");
    repo.write("edited.py", code("edited", 3));
    repo.write("deleted.py", code("deleted", 9));
    repo.commit("Start");
    repo.write("staged.py", code("staged", 5));
    repo.git(&["add", "staged.py"]);
    repo.write("edited.py", code("edited", 3) + &code("more", 5));
    repo.write("new/deep/untracked.py", code("untracked", 5));
    repo.write("noise.log.py", code("noise", 5));
    repo.write("build/out.py", code("out", 5));
    repo.remove("deleted.py");
    let report = repo.diff(&["--worktree"]);
    assert_eq!(hunks(&report), ["edited.py:4-8", "new/deep/untracked.py:1-5", "staged.py:1-5"]);
    assert_eq!(report["range"]["head"], Value::Null);
}

#[test]
fn what_git_info_exclude_ignores_is_ignored() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write(".git/info/exclude", "secret.py\n");
    repo.write("secret.py", code("secret", 5));
    assert_eq!(hunks(&repo.diff(&["--worktree"])), [""; 0]);
}

#[test]
fn a_file_renamed_on_disk_is_no_new_code() {
    let repo = Repo::new();
    repo.commit_file("old.py", code("stable", 20));
    repo.remove("old.py");
    repo.write("new.py", code("stable", 20) + &code("fresh", 5));
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["new.py:21-25"]);
}

#[test]
fn line_endings_that_checkout_converted_are_no_change() {
    let repo = Repo::new();
    repo.commit_file("unix.py", code("unix", 6));
    repo.git(&["config", "core.autocrlf", "true"]);
    repo.write("unix.py", (code("unix", 6) + &code("added", 5)).replace('\n', "\r\n"));
    let report = repo.diff(&["--worktree"]);
    assert_eq!(hunks(&report), ["unix.py:7-11"]);
    assert_eq!(report["coverage"]["lines_not_authored"], 0);
}

#[test]
fn the_file_mode_alone_is_no_change() {
    let repo = Repo::new();
    repo.commit_file("tool.py", code("tool", 6));
    repo.git(&["update-index", "--chmod=+x", "tool.py"]);
    let report = repo.diff(&["--staged"]);
    assert_eq!((hunks(&report), support::excluded(&report)), (vec![], vec![]));
}

#[test]
fn conflicts_in_the_index_do_not_stop_the_analysis() {
    let repo = Repo::new();
    repo.commit_file("fought.py", code("start", 5));
    repo.branch("topic");
    repo.commit_file("fought.py", code("topic", 5));
    repo.switch("main");
    repo.commit_file("fought.py", code("main", 5));
    let (merged, ..) = repo.try_git(&["merge", "topic"], b"");
    assert!(!merged);
    assert_eq!(repo.run(&["diff", "--staged"]).status, 0);
    let report = repo.diff(&["--worktree"]);
    // The marks and their side; ours are as HEAD has them.
    assert_eq!(hunks(&report), ["fought.py:1-1", "fought.py:7-13"]);
}

#[test]
fn a_patch_file_is_named_from_the_folder_of_dash_c() {
    let repo = forked();
    repo.write("change.diff", repo.git_bytes(&["diff", "main...topic"], b""));
    let report = repo.diff(&["--patch", "change.diff"]);
    assert_eq!(hunks(&report), ["topic.py:1-6"]);
    assert_eq!(report["range"]["spec"], "--patch change.diff");
    assert_eq!(report["range"]["base"], Value::Null);
}

#[test]
fn a_patch_says_the_same_as_the_range_it_was_made_of() {
    let repo = Repo::new();
    repo.write("edited.py", code("edited", 30));
    repo.write("moved.py", code("moved", 20));
    repo.commit("Start");
    repo.branch("topic");
    let lines = code("edited", 30);
    let (head, tail) = lines.split_at(lines.find("edited_20 ").unwrap());
    repo.write("edited.py", code("top", 5) + head + &code("middle", 6) + tail);
    repo.git(&["mv", "moved.py", "else where.py"]);
    repo.write("else where.py", code("moved", 20) + &code("appended", 5));
    repo.write("täglich.py", code("daily", 5));
    repo.commit("Change");
    let places = ["edited.py:1-5", "edited.py:25-30", "else where.py:21-25", "täglich.py:1-5"];
    assert_eq!(hunks(&repo.diff(&["main"])), places);
    for style in [&["diff", "main"][..], &["diff", "-U0", "main"], &["diff", "-U20", "--full-index", "main"]] {
        assert_eq!(hunks(&repo.diff_patch(repo.git_bytes(style, b""))), places, "{style:?}");
    }
}

#[test]
fn a_mailed_patch_series_is_read_whole() {
    let repo = forked();
    repo.commit_file("more.py", code("more", 5));
    let mails = repo.git_bytes(&["format-patch", "--stdout", "main..topic"], b"");
    assert!(mails.ends_with(b"\n\n"), "with git's signature at the end");
    assert_eq!(hunks(&repo.diff_patch(mails)), ["more.py:1-5", "topic.py:1-6"]);
}

#[test]
fn a_plain_unified_diff_is_read_outside_of_any_repository() {
    let plain = "\
Only in new: b.py
diff -u old/a.py new/a.py
--- old/a.py\t2026-01-02 03:04:05.000000000 +0000
+++ new/a.py\t2026-01-02 03:04:06.000000000 +0000
@@ -10,2 +10,7 @@ class Area:
 before = 1
+area_1 = measure(1)
+area_2 = measure(2)
+area_3 = measure(3)
+area_4 = measure(4)
+area_5 = measure(5)
 after = 2
";
    let report = Repo::nowhere().diff_patch(plain);
    assert_eq!(hunks(&report), ["new/a.py:11-15"]);
}

#[test]
fn an_empty_patch_is_an_empty_change() {
    let report = Repo::nowhere().diff_patch("");
    assert_eq!(hunks(&report), [""; 0]);
}

#[test]
fn a_bare_repository_has_ranges() {
    let bare = forked().clone("bare.git", &["--bare"]);
    assert_eq!(hunks(&bare.diff(&["main..topic"])), ["topic.py:1-6"]);
    assert_eq!(
        bare.run(&["diff", "--worktree"]).error(2),
        "--worktree needs a working tree, and this repository has none"
    );
}

#[test]
fn a_linked_work_tree_has_its_own_head_index_and_files() {
    let repo = forked();
    let linked = repo.at(repo.beside("linked"));
    repo.git(&["worktree", "add", "--quiet", "-b", "other", &linked.path().display().to_string(), "main"]);
    linked.commit_file("other.py", code("other", 5));
    linked.write("loose.py", code("loose", 5));
    linked.git(&["add", "loose.py"]);
    assert_eq!(hunks(&linked.diff(&["main"])), ["other.py:1-5"]);
    assert_eq!(hunks(&linked.diff(&["--staged"])), ["loose.py:1-5"]);
    assert_eq!(hunks(&linked.diff(&["--worktree"])), ["loose.py:1-5"]);
    assert_eq!(hunks(&repo.diff(&["--staged"])), [""; 0]);
}

#[test]
fn a_sha_256_repository_is_like_any_other() {
    let repo = Repo::init(&["--object-format=sha256"]);
    repo.commit_file("shared.py", code("shared", 3));
    repo.branch("topic");
    let first = repo.commit_file("topic.py", code("topic", 6));
    repo.commit_file("topic.py", code("topic", 6) + &code("more", 6));
    let report = repo.diff(&["main"]);
    assert_eq!(first.len(), 64);
    assert_eq!(hunks(&report), ["topic.py:1-12"]);
    let brought = support::list(&report["hunks"][0]["commits"]);
    assert!(brought.iter().any(|part| part["id"] == first && part["lines"] == 6), "{brought:?}");
    repo.write("loose.py", code("loose", 5));
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["loose.py:1-5"]);
    repo.git(&["add", "loose.py"]);
    assert_eq!(hunks(&repo.diff(&["--staged"])), ["loose.py:1-5"]);
}

#[test]
fn a_folder_below_the_root_sees_the_whole_repository() {
    let repo = forked();
    repo.write("deep/er/inner.py", code("inner", 5));
    repo.commit("Deeper");
    let inside = repo.at(repo.path().join("deep/er"));
    assert_eq!(hunks(&inside.diff(&["main"])), ["deep/er/inner.py:1-5", "topic.py:1-6"]);
    repo.write("loose.py", code("loose", 5));
    assert_eq!(hunks(&inside.diff(&["--worktree"])), ["loose.py:1-5"]);
}

#[test]
fn without_dash_c_the_current_folder_counts() {
    let repo = forked();
    let mut command = assert_cmd::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"));
    command.current_dir(repo.path()).env("GIT_CONFIG_GLOBAL", "/dev/null").args(["diff", "main", "--format", "json"]);
    assert_eq!(hunks(&Run::of(&mut command).json()), ["topic.py:1-6"]);
}

#[test]
fn a_shallow_clone_without_the_merge_base_says_how_to_get_it() {
    let repo = forked();
    let shallow = repo.clone("shallow", &["--depth=1", "--no-single-branch"]);
    assert_eq!(
        shallow.run(&["diff", "origin/main..origin/topic"]).error(3),
        "`origin/main` and `origin/topic` have no common ancestor in this shallow clone; fetch more of the history: \
         `git fetch --deepen=100` (again until they meet) or `git fetch --unshallow`; in GitHub Actions set \
         `fetch-depth: 0` on actions/checkout, in GitLab `GIT_DEPTH: 0`"
    );
    shallow.git(&["fetch", "--quiet", "--deepen=100"]);
    assert_eq!(hunks(&shallow.diff(&["origin/main..origin/topic"])), ["topic.py:1-6"]);
}

#[test]
fn a_shallow_clone_that_holds_the_merge_base_is_enough() {
    let repo = forked();
    let shallow = repo.clone("shallow", &["--depth=2", "--no-single-branch"]);
    assert_eq!(hunks(&shallow.diff(&["origin/main..origin/topic"])), ["topic.py:1-6"]);
}

#[test]
fn an_unknown_revision_is_wrong_usage_and_near_names_are_offered() {
    let repo = forked();
    let said = |spec| repo.run(&["diff", spec]).error(2);
    assert_eq!(said("mian..topic"), "unknown revision `mian`; did you mean `main`?");
    assert_eq!(said("main..topci"), "unknown revision `topci`; did you mean `topic`?");
    assert_eq!(said("qqq"), "unknown revision `qqq`; `git branch --all` and `git tag` list what there is");
    let clone = repo.clone("clone", &[]);
    assert_eq!(clone.run(&["diff", "mian~3"]).error(2), "unknown revision `mian~3`; did you mean `origin/main`?");
}

#[test]
fn a_short_id_with_two_meanings_is_named_as_such() {
    let repo = Repo::new();
    let commit = |n| format!("commit refs/heads/main\ncommitter A <a@example.org> {n} +0000\ndata 0\n\n");
    repo.git_bytes(&["fast-import", "--quiet"], (1..2000).map(commit).collect::<String>().as_bytes());
    let ids = repo.git(&["rev-list", "main"]);
    let mut shorts: Vec<&str> = ids.lines().map(|id| &id[..4]).collect();
    shorts.sort_unstable();
    let twice = shorts.windows(2).find(|pair| pair[0] == pair[1]).unwrap()[0];
    let said = repo.run(&["diff", twice]).error(2);
    assert!(said.starts_with(&format!("`{twice}` cannot be used as a revision: ")), "{said}");
    assert!(said.contains("mbiguous"), "{said}");
}

#[test]
fn a_revision_that_is_no_commit_is_wrong_usage() {
    let repo = forked();
    assert_eq!(
        repo.run(&["diff", "main:shared.py..topic"]).error(2),
        "`main:shared.py` cannot be used as a revision: it names no commit"
    );
}

#[test]
fn histories_that_never_meet_have_no_range() {
    let repo = forked();
    repo.git(&["checkout", "--quiet", "--orphan", "island"]);
    repo.commit("Elsewhere");
    assert_eq!(
        repo.run(&["diff", "main..island"]).error(3),
        "`main` and `island` have no common ancestor, so there is no change to look at"
    );
}

#[test]
fn the_empty_tree_as_start_means_the_whole_history() {
    let repo = forked();
    let report = repo.diff(&["4b825dc642cb6eb9a060e54bf8d69288fbee4904..topic"]);
    assert_eq!(subjects(&report), ["Change shared.py", "Change topic.py"]);
    assert_eq!(hunks(&report), ["shared.py:1-3", "topic.py:1-6"]);
}

#[test]
fn an_empty_range_is_analysed_and_holds_nothing() {
    let repo = forked();
    for spec in ["HEAD..HEAD", "topic..main~1"] {
        let report = repo.diff(&[spec]);
        assert_eq!((hunks(&report).len(), subjects(&report).len()), (0, 0), "{spec}");
        assert_eq!(report["range"]["probability"], Value::Null);
    }
    let printed = repo.run(&["diff", "HEAD..HEAD"]).text();
    assert!(printed.starts_with("HEAD..HEAD  0 added lines in 0 hunks of 0 files\n"), "{printed}");
}

#[test]
fn a_merge_within_the_range_brings_its_commits_with_it() {
    let repo = forked();
    repo.branch("side");
    repo.commit_file("side.py", code("side", 5));
    repo.switch("topic");
    repo.commit_file("more.py", code("more", 5));
    repo.merge("side");
    let report = repo.diff(&["main"]);
    assert_eq!(hunks(&report), ["more.py:1-5", "side.py:1-5", "topic.py:1-6"]);
    assert_eq!(subjects(&report), ["Change topic.py", "Change more.py", "Change side.py", "Merge side"]);
}

#[test]
fn merging_main_into_the_branch_adds_nothing_of_main() {
    let repo = forked();
    repo.merge("main");
    let report = repo.diff(&["main"]);
    assert_eq!(hunks(&report), ["topic.py:1-6"]);
    assert_eq!(base(&report), repo.id("main"));
}

#[test]
fn git_dir_in_the_environment_is_obeyed_as_in_a_hook() {
    let repo = forked();
    let elsewhere = Repo::nowhere();
    let mut command = elsewhere.command(&["diff", "main..topic", "--format", "json"]);
    let report = Run::of(command.env("GIT_DIR", repo.path().join(".git"))).json();
    assert_eq!(hunks(&report), ["topic.py:1-6"]);
}
