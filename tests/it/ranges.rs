//! What a range means: which commits and files a change is made of, however it is named and
//! wherever the repository keeps it.

use crate::support::{Repo, Run, code, excluded, hunks, subjects, text};
use serde_json::Value;

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
fn a_branch_that_origin_renamed_is_found_under_its_new_name() {
    let origin = Repo::init(&["--initial-branch=master"]);
    origin.commit_file("shared.py", code("shared", 3));
    let clone = origin.clone("clone", &[]);
    origin.git(&["branch", "-m", "main"]);
    clone.git(&["fetch", "--quiet", "--prune"]);
    clone.git(&["switch", "--quiet", "-c", "topic", "origin/main"]);
    clone.commit_file("topic.py", code("topic", 6));
    assert!(clone.git(&["branch", "--all"]).contains("master"), "the local branch of the old name is still there");
    let note = |start: &str| {
        format!(
            "origin/HEAD names origin/master, which is not there, so the range starts at {start}; `git remote set-head \
             origin -a` makes it name the remote's branch again"
        )
    };
    let report = clone.diff(&[]);
    assert_eq!(report["range"]["spec"], "origin/main..HEAD");
    assert_eq!((notes(&report), hunks(&report)), (vec![note("origin/main").as_str()], vec!["topic.py:1-6".into()]));
    // The broken ref is no help to anybody.
    let said = clone.run(&["diff", "origin/master"]).error(2);
    assert!(said.contains("did you mean `origin/main`") && !said.contains("origin/HEAD"), "{said}");

    clone.git(&["remote", "set-head", "origin", "-a"]);
    assert_eq!(notes(&clone.diff(&[])), [""; 0]);

    clone.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone"]);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    assert_eq!(notes(&clone.diff(&[])), [note("master").replace("origin/master,", "origin/gone,").as_str()]);
    clone.git(&["branch", "-D", "master"]);
    assert_eq!(
        clone.run(&["diff"]).error(3),
        "no default branch to compare with: origin/HEAD names origin/gone, which is not there, and there is neither main \
         nor master. Run `git remote set-head origin -a`, or name a range, such as `ai-detect diff HEAD~1..HEAD`"
    );
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
fn a_file_that_is_too_large_to_be_read_from_disk_is_listed() {
    let repo = Repo::new();
    repo.write("same.dat", "");
    let size = (64 << 20) + 1;
    let sparse = |path: &str| std::fs::File::create(repo.path().join(path)).unwrap().set_len(size).unwrap();
    sparse("same.dat");
    repo.commit_file("grown.dat", "small");
    sparse("grown.dat");
    sparse("new.dat");
    let report = repo.diff(&["--worktree"]);
    let told = ["grown.dat", "new.dat"].map(|path| format!("{path}: too-large ({size} bytes; the limit is 1048576)"));
    assert_eq!(excluded(&report), told);
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_read_from_disk_is_listed() {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;

    let repo = Repo::new();
    repo.commit_file("tracked.py", code("tracked", 6));
    repo.write("tracked.py", code("changed", 6));
    repo.write("new.py", code("new", 6));
    repo.write("open.py", code("open", 6));
    let mode = |path, mode| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    let binary = repo.beside("ai-detect");
    let process = repo.process(&["diff", "--worktree", "--format", "json"]);
    std::fs::copy(process.get_program(), &binary).unwrap();
    mode(repo.beside("."), 0o755);
    for path in ["tracked.py", "new.py"] {
        mode(repo.path().join(path), 0o000);
    }
    let mut copy = std::process::Command::new(binary);
    copy.args(process.get_args()).current_dir(repo.beside(".")).stdin(std::process::Stdio::null());
    copy.envs(process.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Permissions mean nothing to a superuser.
    if std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        copy.uid(65_534);
    }
    let output = copy.output().unwrap();
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    assert_eq!(hunks(&report), ["open.py:1-6"]);
    let told = excluded(&report);
    let told_of = |path: &str| format!("{path}: unreadable (Permission denied (os error 13))");
    assert_eq!(told, ["new.py", "tracked.py"].map(told_of));
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
    assert_eq!((hunks(&report), crate::support::excluded(&report)), (vec![], vec![]));
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

/// A sparse checkout of `inside`: `outside` is in the index alone, file by file, or as one folder.
fn sparse(index: &str) -> Repo {
    let repo = Repo::new();
    repo.write("inside/kept.py", code("kept", 6));
    repo.write("outside/helper.py", code("helper", 8));
    repo.write("outside/deep/more.py", code("more", 8));
    repo.commit("Start");
    repo.git(&["sparse-checkout", "set", "--cone", index, "inside"]);
    assert!(!repo.path().join("outside").exists());
    let listed = repo.git(&["ls-files", "--sparse"]);
    assert_eq!(listed.lines().any(|line| line == "outside/"), index == "--sparse-index", "{listed}");
    repo
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_not_deleted() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let repo = sparse(index);
        repo.write("inside/kept.py", code("kept", 6) + &code("added", 5));
        // Were that one deleted, all of this would have moved here.
        repo.write("inside/new.py", code("helper", 8));
        let places = ["inside/kept.py:7-11", "inside/new.py:1-8"];
        assert_eq!(hunks(&repo.diff(&["--worktree"])), places, "{index}");
        repo.git(&["add", "--all"]);
        for request in ["--worktree", "--staged"] {
            assert_eq!(hunks(&repo.diff(&[request])), places, "{index} {request}");
        }
    }
}

#[test]
fn what_is_staged_outside_of_a_sparse_checkout_is_seen() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let repo = sparse(index);
        repo.git(&["sparse-checkout", "disable"]);
        repo.commit_file("outside/new.py", code("staged", 5));
        repo.git(&["sparse-checkout", "set", "--cone", index, "inside"]);
        // Back to where it was, with an index that keeps what came after.
        repo.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
        for request in ["--worktree", "--staged"] {
            assert_eq!(hunks(&repo.diff(&[request])), ["outside/new.py:1-5"], "{index} {request}");
        }
    }
}

#[test]
fn a_file_that_lies_outside_of_a_sparse_checkout_nonetheless_is_looked_at() {
    for index in ["--no-sparse-index", "--sparse-index"] {
        let repo = sparse(index);
        repo.write("outside/helper.py", code("helper", 8) + &code("added", 5));
        repo.write("outside/deep/new.py", code("new", 5));
        let places = ["outside/deep/new.py:1-5", "outside/helper.py:9-13"];
        assert_eq!(hunks(&repo.diff(&["--worktree"])), places, "{index}");
        assert_eq!(hunks(&repo.diff(&["--staged"])), [""; 0], "{index}");
    }
}

#[test]
fn a_file_whose_place_on_disk_git_is_told_to_skip_is_as_the_index_has_it() {
    let repo = Repo::new();
    repo.write("edited.py", code("edited", 6));
    repo.write("absent.py", code("absent", 6));
    repo.commit("Start");
    repo.git(&["update-index", "--skip-worktree", "edited.py", "absent.py"]);
    repo.write("edited.py", code("edited", 6) + &code("mine", 5));
    repo.remove("absent.py");
    repo.write("new.py", code("absent", 6));
    assert_eq!(repo.git(&["status", "--porcelain"]), "?? new.py");
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["new.py:1-6"]);
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
    let brought = crate::support::list(&report["hunks"][0]["commits"]);
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
    assert!(printed.starts_with("HEAD..HEAD  no block scored\n"), "{printed}");
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

/// Coverage notes of a report.
fn notes(report: &Value) -> Vec<&str> {
    crate::support::list(&report["coverage"]["notes"]).iter().map(text).collect()
}

#[test]
fn a_range_without_anything_says_so_instead_of_passing_for_clean() {
    let repo = forked();
    assert_eq!(notes(&repo.diff(&["main..topic"])), [""; 0]);
    assert_eq!(
        notes(&repo.diff(&["topic..topic~1"])),
        ["nothing to look at: topic has everything that topic~1 has; did you mean topic~1..topic?"]
    );
    assert_eq!(notes(&repo.diff(&["topic..topic"])), ["nothing to look at: topic is topic"]);
    repo.switch("main");
    assert_eq!(notes(&repo.diff(&[])), ["nothing to look at: main is HEAD"]);
    let printed = repo.run(&["diff"]).text();
    assert!(printed.contains("nothing to look at: main is HEAD"), "{printed}");
    assert_eq!(
        notes(&repo.diff(&["..HEAD"])),
        ["nothing stands before the dots of the range, so it starts at HEAD", "nothing to look at: HEAD is HEAD"]
    );
    assert_eq!(notes(&repo.diff(&["..topic"])), ["nothing stands before the dots of the range, so it starts at HEAD"]);
}

#[test]
fn a_range_of_no_text_is_wrong_usage() {
    let repo = forked();
    let said = "the range is empty; leave it out to compare HEAD with the default branch";
    assert_eq!(repo.run(&["diff", ""]).error(2), said);
    assert_eq!(repo.run(&["diff", " "]).error(2), said);
    assert_eq!(repo.run(&["scan", ""]).error(2), format!("repo: {said}"));
}

#[test]
fn a_commit_alone_is_named_as_for_git() {
    let repo = forked();
    repo.commit_file("more.py", code("more", 6));
    let report = repo.diff(&["HEAD^!"]);
    assert_eq!((hunks(&report), text(&report["range"]["spec"])), (vec!["more.py:1-6".to_owned()], "HEAD^!"));
    assert_eq!(subjects(&report), ["Change more.py"]);
    // A first commit has no parent.
    assert_eq!(hunks(&repo.diff(&["topic~2^!"])), ["shared.py:1-3"]);
    assert_eq!(subjects(&repo.diff(&["topic~2^!"])), ["Change shared.py"]);
    assert_eq!(
        repo.run(&["diff", "nothing^!"]).error(2),
        "unknown revision `nothing`; `git branch --all` and `git tag` list what there is"
    );
}

#[test]
fn refs_in_a_format_that_is_not_read_are_named() {
    let repo = Repo::init(&["--ref-format=reftable"]);
    repo.commit_file("a.py", code("a", 6));
    let said = format!(
        "{}/.git keeps its refs in the format reftable, which is not supported yet; `git refs migrate \
         --ref-format=files` (git 2.48 or newer) makes it readable, and so is a clone made with `git clone \
         --ref-format=files`",
        std::fs::canonicalize(repo.path()).unwrap().display()
    );
    assert_eq!(repo.run(&["diff"]).error(3), said);
    assert_eq!(repo.run(&["diff", "HEAD~1"]).error(3), said);
    assert_eq!(repo.run(&["scan"]).error(3), format!("repo: {said}"));
    assert_eq!(repo.run(&["markers", "scan", "--all"]).error(3), said);
    assert_eq!(repo.run(&["attest", "--check"]).error(3), said);
    let readable = repo.clone("readable", &["--ref-format=files"]).with_notes();
    readable.run(&["scan"]).text();
}

#[test]
fn damaged_packed_refs_are_named_and_nothing_of_them_is_shown() {
    let repo = forked();
    repo.git(&["pack-refs", "--all"]);
    std::fs::write(repo.beside("secret"), "a secret line\n").unwrap();
    let file = repo.path().join(".git/packed-refs");
    std::fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(repo.beside("secret"), &file).unwrap();
    let said = format!(
        "{}/.git/packed-refs is damaged (line 1), so the refs cannot be read; mend or remove that file, and `git fetch` \
         what it named",
        std::fs::canonicalize(repo.path()).unwrap().display()
    );
    for args in [&["diff"][..], &["diff", "HEAD~1"], &["diff", "main..topic"], &["markers", "scan", "--all"]] {
        assert_eq!(repo.run(args).error(3), said, "{args:?}");
    }
    assert_eq!(repo.run(&["scan"]).error(3), format!("repo: {said}"));
    for args in [&["scan", "--all"][..], &["attest", "--check"], &["policy", "check"], &["diff", "--staged"]] {
        let run = repo.run(args);
        assert!(run.status == 3 && !run.stderr.contains("secret") && run.stdout.is_empty(), "{args:?}: {run:?}");
    }
}

#[test]
fn a_head_without_its_branch_is_told_from_a_repository_without_commits() {
    let repo = forked();
    let bare = repo.at(repo.beside("bare.git"));
    repo.git(&["init", "--quiet", "--bare", "-b", "master", &bare.path().display().to_string()]);
    repo.git(&["push", "--quiet", &bare.path().display().to_string(), "main"]);
    let said = "HEAD names `master`, which does not exist; there is `main`: name both ends of a range, or make HEAD \
                name one with `git symbolic-ref HEAD refs/heads/main`";
    assert_eq!(bare.run(&["diff"]).error(3), said);
    assert_eq!(bare.run(&["diff", "HEAD~1"]).error(3), said);
    assert_eq!(bare.run(&["scan"]).error(3), format!("bare.git: {said}"));
    bare.run(&["diff", "main~1..main"]).text();
    bare.git(&["symbolic-ref", "HEAD", "refs/heads/main"]);
    bare.run(&["scan"]).text();
    // The advice of `diff` is for `diff` alone.
    let empty = Repo::new();
    assert_eq!(empty.run(&["scan"]).error(3), "repo: the repository has no commit yet");
}

#[test]
fn a_broken_configuration_of_the_user_is_named_with_its_line() {
    let repo = forked();
    let broken = repo.beside("broken.config");
    std::fs::write(&broken, "[user]\n\tname = A\n[core\n").unwrap();
    let run = Run::of(repo.command(&["diff", "main"]).env("GIT_CONFIG_GLOBAL", &broken));
    let broken = std::fs::canonicalize(broken).unwrap();
    assert_eq!(
        run.error(3),
        format!(
            "git's configuration in {} cannot be read: line 3 makes no sense; `git config --list` says what is wrong with it",
            broken.display()
        )
    );
    repo.write(".git/config", "[core\n");
    let own = std::fs::canonicalize(repo.path()).unwrap();
    assert_eq!(
        repo.run(&["diff", "main"]).error(3),
        format!(
            "the repository at {} cannot be opened: line 1 of {}/.git/config makes no sense",
            repo.path().display(),
            own.display()
        )
    );
}

/// Where a loose object lies.
fn object(repo: &Repo, id: &str) -> std::path::PathBuf {
    repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn missing_damaged_and_malformed_objects_are_told_apart() {
    let repo = forked();
    repo.commit_file("more.py", code("more", 6));
    let parent = repo.id("HEAD~1");
    let whole = std::fs::read(object(&repo, &parent)).unwrap();
    std::fs::remove_file(object(&repo, &parent)).unwrap();
    let fetch = "`git fetch --unshallow` brings the history of a shallow clone, and `git fetch --refetch --no-filter` what \
                 a partial one left out";
    for spec in ["HEAD~1", "HEAD~2", "HEAD^^..HEAD"] {
        let said = repo.run(&["diff", spec]).error(3);
        let lacks = format!("is missing from this clone (An object with id {parent} could not be found); {fetch}");
        assert!(said.ends_with(&lacks), "{spec}: {said}");
    }
    std::fs::write(object(&repo, &parent), &whole[..whole.len() / 2]).unwrap();
    for spec in ["HEAD~1", "HEAD~2", "main~1..HEAD"] {
        let said = repo.run(&["diff", spec]).error(3);
        assert!(said.contains(" is damaged (") && said.contains(&parent[2..]), "{spec}: {said}");
        assert!(said.ends_with("); `git fsck` names all that is, and a fresh clone mends it"), "{spec}: {said}");
    }
    let said = repo.run(&["policy", "check", "HEAD^!", "--policy", "agent-model"]).error(3);
    assert!(said.contains(" is damaged ("), "{said}");
    std::fs::remove_file(object(&repo, &parent)).unwrap();
    std::fs::write(object(&repo, &parent), whole).unwrap();
    let tree = repo.id("HEAD^{tree}");
    let odd = format!("tree {tree}\nparent x\nauthor A <a@x> 1 +0000\ncommitter A <a@x> 1 +0000\n\nm\n");
    let odd = repo.git_bytes(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], odd.as_bytes());
    let odd = String::from_utf8(odd).unwrap();
    let odd = odd.trim();
    std::fs::write(repo.path().join(".git/refs/heads/odd"), format!("{odd}\n")).unwrap();
    let said = repo.run(&["diff", "odd~1..HEAD"]).error(3);
    assert_eq!(
        said,
        format!("commit {odd} is malformed (its tree or a parent is no id); `git fsck` says what is wrong with it")
    );
}

#[test]
fn a_ref_of_notes_that_names_none_is_told() {
    let repo = forked();
    let blob = repo.id("HEAD:shared.py");
    repo.git(&["update-ref", "refs/notes/ai", &blob]);
    let said = "refs/notes/ai names a blob and no notes; `git update-ref -d refs/notes/ai` takes it away, and `git fetch \
                origin refs/notes/ai:refs/notes/ai` then brings the notes that there are elsewhere";
    assert_eq!(repo.run(&["diff", "main"]).error(3), said);
    let scanned = repo.run(&["scan"]).error(3);
    assert!(scanned.contains(said), "{scanned}");
    repo.git(&["update-ref", "-d", "refs/notes/ai"]);
    repo.run(&["scan"]).text();
}

#[test]
fn what_is_uncommitted_is_not_new_because_head_cannot_be_read() {
    let repo = forked();
    repo.write("more.py", code("more", 6));
    repo.git(&["add", "more.py"]);
    assert_eq!(hunks(&repo.diff(&["--staged"])), ["more.py:1-6"]);
    repo.git(&["symbolic-ref", "HEAD", "refs/heads/nothing"]);
    let report = repo.diff(&["--staged"]);
    assert_eq!(notes(&report), ["HEAD names `nothing`, which does not exist, so everything counts as new"]);
    repo.write(".git/refs/heads/topic", "zz\n");
    repo.write(".git/HEAD", "ref: refs/heads/topic\n");
    for args in [&["diff", "--staged"][..], &["diff", "--worktree"], &["diff"], &["diff", "HEAD~1"]] {
        let said = repo.run(args).error(3);
        assert!(said.contains("HEAD is damaged (The reference at \"refs/heads/topic\" could not"), "{args:?}: {said}");
    }
}
