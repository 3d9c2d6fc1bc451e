//! Hooks that remind: run by git itself while commits are made.

#![cfg(unix)]

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::{Repo, Run, code};

/// Runs git with our binary on its path, and with an agent's variable or none.
fn git(repo: &Repo, args: &[&str], agent: Option<&str>) -> (bool, String) {
    let binary = assert_cmd::cargo::cargo_bin!("ai-detect");
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let mut command = assert_cmd::Command::new("git");
    command.env_clear().env("PATH", path).env("HOME", repo.beside("home")).env("GIT_CONFIG_NOSYSTEM", "1");
    command.env("LC_ALL", "C.UTF-8").env("NO_COLOR", "1");
    if let Some(agent) = agent {
        command.env(agent, "1");
    }
    let output = command.current_dir(repo.path()).args(args).output().unwrap();
    (output.status.success(), String::from_utf8(output.stderr).unwrap())
}

fn repo(policy: &str) -> Repo {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    repo.write(".ai-detect.yml", policy);
    repo.commit("Set up");
    repo
}

fn hook(repo: &Repo, name: &str) -> PathBuf {
    repo.path().join(".git/hooks").join(name)
}

fn write_hook(path: &Path, content: &str, mode: u32) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

const CLAUDE: &str =
    "x\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\nSigned-off-by: Ada Example <ada@example.org>";

fn commit(repo: &Repo, message: &str, agent: Option<&str>) -> (bool, String) {
    repo.write("a.py", code(&format!("a{}", repo.git(&["rev-list", "--count", "HEAD"])), 6));
    repo.git(&["add", "--all"]);
    git(repo, &["commit", "--quiet", "-m", message], agent)
}

#[test]
fn a_folder_that_git_ignores_is_no_part_of_the_project() {
    let repo = repo("policy: agent-model\n");
    repo.git(&["config", "core.hooksPath", ".husky/_"]);
    repo.write(".husky/_/.gitignore", "*");
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("git ignores it: these files stay on this machine"), "{said}");
    assert!(!said.contains("part of the project"), "{said}");
    assert_eq!(repo.git(&["status", "--short"]), "");
    repo.git(&["config", "core.hooksPath", "tools/hooks"]);
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("these files are part of the project"), "{said}");
}

#[test]
fn a_reminder_blocks_nothing() {
    let repo = repo("policy: agent-model\n");
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("they remind, and block nothing\n"), "{said}");
    let (succeeded, told) = commit(&repo, CLAUDE, None);
    assert!(succeeded, "{told}");
    assert!(told.starts_with("ai-detect (policy agent-model):\n"), "{told}");
    assert!(told.contains("    Assisted-by: Claude:claude-opus-4.8\n"), "{told}");
    let (succeeded, told) = commit(&repo, "x\n\nSigned-off-by: Ada Example <ada@example.org>", None);
    assert_eq!((succeeded, told.as_str()), (true, ""), "nothing to say");
}

#[test]
fn that_the_hooks_will_not_find_the_program_is_told() {
    let repo = repo("");
    let mut install = repo.command(&["hook", "install"]);
    let here = std::path::Path::new(install.get_program()).parent().unwrap().to_owned();
    for (path, is_found) in [(here, true), (repo.path().to_owned(), false)] {
        let told = Run::of(install.env("PATH", path)).text();
        assert_eq!(told.contains("ai-detect is not on the PATH here"), !is_found, "{told}");
    }
}

#[test]
fn an_agent_that_says_nothing_is_reminded() {
    let repo = repo("");
    repo.run(&["hook", "install"]).text();
    let (succeeded, told) = commit(&repo, "Silent", Some("CLAUDECODE"));
    assert!(succeeded && told.contains("Claude Code seems to run this shell"), "{told}");
    assert!(told.contains("ai-detect attest --tool \"Claude Code\" --model MODEL-ID"), "{told}");
    let (_, told) = commit(&repo, "x\n\nAssisted-by: Claude Code:claude-opus-4-8", Some("CLAUDECODE"));
    assert_eq!(told, "");
    assert_eq!(repo.git(&["log", "-1", "--format=%B"]).trim(), "x\n\nAssisted-by: Claude Code:claude-opus-4-8");
}

#[test]
fn it_blocks_where_it_was_asked_to() {
    let repo = repo("policy: agent-model\n");
    let said = repo.run(&["hook", "install", "--block"]).text();
    assert!(said.contains("are refused\n"), "{said}");
    let before = repo.id("HEAD");
    let (succeeded, told) = commit(&repo, CLAUDE, None);
    assert!(!succeeded && told.contains("git commit --no-verify"), "{told}");
    assert_eq!(repo.id("HEAD"), before);
    let good = "x\n\nAssisted-by: Claude:claude-opus-4-8\nSigned-off-by: Ada Example <ada@example.org>";
    assert!(commit(&repo, good, None).0);
}

/// What `policy check` says of the last commit, below its head and the commit's own line.
fn said_by_check(repo: &Repo) -> String {
    let text = repo.run(&["policy", "check", "HEAD~1..HEAD"]).text();
    let (_, said) = text.split_once("\u{201d}\n").unwrap_or_default();
    said.split("\n\n").next().unwrap_or_default().trim_end().to_owned()
}

#[test]
fn the_hook_and_the_check_say_the_same() {
    let strict = "facts: [tool, model]\nmarkers: {forbidden: [{trailer: Generated-by}]}\n";
    for settings in ["", "policy: linux-kernel\n", "policy: ./strict.yml\n"] {
        let repo = repo(settings);
        repo.write("strict.yml", strict);
        repo.commit("Have a policy");
        repo.run(&["hook", "install"]).text();
        for message in [
            "x\n\nAssisted-by: Claude Code",
            "x\n\nAssisted-by: Claude Code:",
            "x\n\nAI-Assistant: Frob\nAI-Model:",
            "x\n\nGenerated-by: Nobody Knows It",
            "x\n\nGenerated-by: Claude Code",
            "x\n\nNo-AI: true\nAssisted-by: Claude Code:claude-opus-4-8",
            "x\n\nAI-Proportion: 200%\nAssisted-by: Claude Code:claude-opus-4-8",
            "x\n\nAssisted-by: Claude Code:claude-opus-4-8",
            "x",
        ] {
            let (succeeded, told) = commit(&repo, message, None);
            assert!(succeeded, "{told}");
            let said = told.split_once('\n').map_or("", |(_, said)| said);
            assert_eq!(said.trim_end(), said_by_check(&repo), "{settings} {message}");
            let refuses = repo.run(&["hook", "run", "commit-msg", "--block", ".git/COMMIT_EDITMSG"]).status == 1;
            let asks = repo.run(&["policy", "check", "HEAD~1..HEAD", "--exit-code"]).status == 1;
            assert_eq!(refuses, asks, "{settings} {message}");
        }
    }
}

#[test]
fn sensitive_paths_that_are_staged_count() {
    let repo = repo("policy: our.yml\n");
    repo.write("our.yml", "extends: default\nsensitive: {facts: [sensitive-paths]}\n");
    repo.commit("Have a policy");
    repo.run(&["hook", "install"]).text();
    repo.write("src/auth/login.py", code("login", 6));
    let (_, told) = commit(&repo, "x\n\nAssisted-by: Codex:gpt-5.5", None);
    assert!(told.contains("    AI-Sensitive: authentication\n"), "{told}");
}

#[test]
fn how_much_one_commit_adds_counts_and_what_is_too_large_to_be_read_is_named() {
    let repo = repo("policy: our.yml\n");
    repo.write("our.yml", "extends: default\ntitle: Ours\nthresholds: { added_lines: 100 }\n");
    repo.commit("Have a policy");
    repo.run(&["hook", "install"]).text();
    let told = |name: &str, lines: usize| {
        repo.write(name, code("x", lines));
        commit(&repo, "x\n\nAssisted-by: Codex:gpt-5.5", None).1
    };
    assert_eq!(told("small.py", 20), "");
    let large = told("large.py", 200);
    assert!(large.contains("add 206 lines, tests not counted"), "{large}");
    let enormous = told("enormous.py", 60_000);
    assert!(enormous.contains("note: this commit is judged in part by paths alone"), "{enormous}");
}

#[test]
fn hooks_that_are_there_are_kept_run_first_and_put_back() {
    let repo = repo("");
    let own = "#!/bin/sh\necho own ran >&2\ngrep -q forbidden \"$1\" && exit 1\nexit 0\n";
    write_hook(&hook(&repo, "commit-msg"), own, 0o755);
    write_hook(&hook(&repo, "prepare-commit-msg"), "#!/bin/sh\nexit 7\n", 0o644);
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("after the one that was there"), "{said}");
    let (succeeded, told) = commit(&repo, "Silent", Some("CLAUDECODE"));
    assert!(succeeded && told.starts_with("own ran\nai-detect"), "{told}");
    assert!(!commit(&repo, "forbidden", None).0, "the kept hook still decides");

    repo.run(&["hook", "install"]).text();
    repo.run(&["hook", "uninstall"]).text();
    assert_eq!(std::fs::read_to_string(hook(&repo, "commit-msg")).unwrap(), own);
    assert_eq!(std::fs::read_to_string(hook(&repo, "prepare-commit-msg")).unwrap(), "#!/bin/sh\nexit 7\n");
    let said = repo.run(&["hook", "uninstall"]).text();
    assert!(said.contains("it is not ours"), "{said}");
}

/// Whether a commit with this message is made, and whether the project's own check ran.
fn checked(repo: &Repo, message: &str) -> (bool, bool) {
    let (succeeded, told) = commit(repo, message, None);
    (succeeded, told.contains("own check ran"))
}

const CHECK: &str = "echo own check ran >&2\n! grep -q forbidden \"$1\"\n";

/// A dispatcher as hook managers write it: each hook sources a file beside it, which runs the project's own file of the
/// same name, one folder up.
fn dispatcher(repo: &Repo) {
    let folder = repo.path().join(".hooks/_");
    write_hook(&folder.join("commit-msg"), "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/dispatch\"\n", 0o755);
    let dispatch = "own=\"$(dirname \"$(dirname \"$0\")\")/$(basename \"$0\")\"\n[ -f \"$own\" ] || exit 0\nsh -e \"$own\" \"$@\"\n";
    write_hook(&folder.join("dispatch"), dispatch, 0o644);
    write_hook(&repo.path().join(".hooks/commit-msg"), CHECK, 0o755);
    // Managers keep their folder out of the project.
    repo.write(".hooks/_/.gitignore", "*");
    repo.git(&["config", "core.hooksPath", ".hooks/_"]);
}

#[test]
fn a_hook_that_knows_by_its_name_what_it_is_runs_as_before() {
    let repo = repo("");
    dispatcher(&repo);
    assert_eq!(checked(&repo, "forbidden"), (false, true));
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("/.hooks/_.before-ai-detect"), "{said}");
    assert_eq!(checked(&repo, "forbidden"), (false, true));
    assert_eq!(checked(&repo, "allowed"), (true, true));
    let (_, told) = commit(&repo, "Silent", Some("CLAUDECODE"));
    assert!(told.contains("own check ran") && told.contains("Claude Code seems to run this shell"), "{told}");
    // Nothing of it gets into a commit.
    assert!(!repo.git(&["ls-files"]).contains("before-ai-detect"));

    repo.run(&["hook", "uninstall"]).text();
    assert_eq!(checked(&repo, "forbidden"), (false, true));
    assert!(!repo.path().join(".hooks/_.before-ai-detect").exists());
}

#[test]
fn a_hook_manager_that_writes_its_hook_anew_is_installed_beside_again() {
    let repo = repo("");
    dispatcher(&repo);
    repo.run(&["hook", "install"]).text();
    dispatcher(&repo);
    let (_, told) = commit(&repo, "Silent", Some("CLAUDECODE"));
    assert!(!told.contains("Claude Code seems to run"), "ours is gone: {told}");
    repo.run(&["hook", "install"]).text();
    assert_eq!(checked(&repo, "forbidden"), (false, true));
    let (_, told) = commit(&repo, "Silent", Some("CLAUDECODE"));
    assert!(told.contains("Claude Code seems to run"), "{told}");
    // Another one is not simply replaced.
    write_hook(&repo.path().join(".hooks/_/commit-msg"), "#!/bin/sh\n# version 10\n", 0o755);
    let told = repo.run(&["hook", "install"]).error(3);
    assert!(told.contains("Perhaps a hook manager has written its hook anew"), "{told}");
}

#[test]
fn a_manager_that_moves_our_hook_behind_its_own_makes_no_circle() {
    let repo = repo("");
    let manager = "#!/bin/sh\necho own check ran >&2\nlegacy=\"$(dirname \"$0\")/commit-msg.legacy\"\n\
                   if [ -x \"$legacy\" ]; then \"$legacy\" \"$@\" || exit 1; fi\n! grep -q forbidden \"$1\"\n";
    write_hook(&hook(&repo, "commit-msg.legacy"), "#!/bin/sh\ntrue\n", 0o755);
    write_hook(&hook(&repo, "commit-msg"), manager, 0o755);
    repo.run(&["hook", "install"]).text();
    std::fs::rename(hook(&repo, "commit-msg"), hook(&repo, "commit-msg.legacy")).unwrap();
    write_hook(&hook(&repo, "commit-msg"), manager, 0o755);
    assert_eq!(checked(&repo, "forbidden"), (false, true));
    assert_eq!(checked(&repo, "allowed"), (true, true));
}

#[test]
fn pre_commit_that_is_installed_again_blocks_nothing() {
    let repo = repo("");
    // It runs what it found as NAME.legacy, and refuses to be run by that in turn.
    let manager = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.com\n\
                   if [ -n \"$PRE_COMMIT_RUNNING\" ]; then echo migration mode >&2; exit 1; fi\n\
                   export PRE_COMMIT_RUNNING=1\nlegacy=\"$(dirname \"$0\")/commit-msg.legacy\"\n\
                   if [ -x \"$legacy\" ]; then \"$legacy\" \"$@\" || exit 1; fi\n! grep -q forbidden \"$1\"\n";
    write_hook(&hook(&repo, "commit-msg"), manager, 0o755);
    repo.run(&["hook", "install"]).text();
    std::fs::rename(hook(&repo, "commit-msg"), hook(&repo, "commit-msg.legacy")).unwrap();
    write_hook(&hook(&repo, "commit-msg"), manager, 0o755);
    let (committed, told) = commit(&repo, "allowed", Some("CLAUDECODE"));
    assert!(committed && told.contains("ai-detect"), "{told}");
    let (committed, told) = commit(&repo, "forbidden", None);
    assert!(!committed && !told.contains("migration mode"), "{told}");
}

const VERSION_1: &str = r##"#!/bin/sh
# ai-detect hook, version 1. `ai-detect hook uninstall` takes it out again.
# A hook that was here before is kept as commit-msg.before-ai-detect and runs first.
if [ -x "$0.before-ai-detect" ]; then
    "$0.before-ai-detect" "$@" || exit $?
fi
command -v ai-detect >/dev/null 2>&1 || exit 0
ai-detect hook run commit-msg "$@" || :
"##;

#[test]
fn our_hook_is_removed_from_behind_another_manager() {
    let manager = "#!/bin/sh\n# generated by pre-commit\ntrue\n";
    for manager_was_first in [true, false] {
        let repo = repo("");
        let (place, behind) = (hook(&repo, "commit-msg"), hook(&repo, "commit-msg.legacy"));
        if manager_was_first {
            write_hook(&place, manager, 0o755);
        }
        repo.run(&["hook", "install"]).text();
        // The manager installs its hook, and moves what it finds behind it.
        std::fs::rename(&place, &behind).unwrap();
        write_hook(&place, manager, 0o755);
        let text = repo.run(&["hook", "uninstall"]).text();
        assert!(text.contains("commit-msg.legacy"), "{text}");
        assert!(!behind.exists());
        assert_eq!(std::fs::read_to_string(&place).unwrap(), manager);
        assert!(!place.parent().unwrap().with_file_name("hooks.before-ai-detect").exists(), "{text}");
        assert!(!hook(&repo, "prepare-commit-msg").exists());
    }
}

#[test]
fn somebody_elses_hook_behind_another_stays() {
    let repo = repo("");
    write_hook(&hook(&repo, "commit-msg.legacy"), "#!/bin/sh\ntrue\n", 0o755);
    repo.run(&["hook", "install"]).text();
    repo.run(&["hook", "uninstall"]).text();
    assert!(hook(&repo, "commit-msg.legacy").exists());
}

#[test]
fn a_file_that_only_looks_like_a_kept_hook_does_not_begin_to_run() {
    let repo = repo("");
    repo.git(&["config", "core.hooksPath", ".hooks"]);
    for place in [".hooks/commit-msg.before-ai-detect", ".hooks.before-ai-detect/commit-msg"] {
        write_hook(&repo.path().join(place), "#!/bin/sh\necho own check ran >&2\n", 0o755);
        let told = repo.run(&["hook", "install"]).error(3);
        assert!(told.contains("so it would begin to run"), "{told}");
        let told = repo.run(&["hook", "uninstall"]).text();
        assert!(told.contains("no hook of ours runs it"), "{told}");
        assert!(!repo.path().join(".hooks/commit-msg").exists());
        repo.remove(place);
    }
    repo.run(&["hook", "install"]).text();
}

#[test]
fn what_somebody_wrote_into_our_hook_is_not_lost() {
    let repo = repo("");
    repo.run(&["hook", "install"]).text();
    let changed = std::fs::read_to_string(hook(&repo, "commit-msg")).unwrap() + "echo mine\n";
    std::fs::write(hook(&repo, "commit-msg"), &changed).unwrap();
    for command in ["install", "uninstall"] {
        let told = repo.run(&["hook", command]).error(3);
        assert!(told.contains("somebody has changed it, and that would be lost"), "{told}");
        assert_eq!(std::fs::read_to_string(hook(&repo, "commit-msg")).unwrap(), changed);
    }
    // Another choice of --block is a change of ours.
    let repo = self::repo("");
    repo.run(&["hook", "install"]).text();
    repo.run(&["hook", "install", "--block"]).text();
    repo.run(&["hook", "uninstall"]).text();
}

#[test]
fn hooks_that_an_older_version_kept_are_taken_over_and_put_back() {
    for install_again in [false, true] {
        let repo = repo("");
        write_hook(&hook(&repo, "commit-msg"), VERSION_1, 0o755);
        write_hook(&hook(&repo, "commit-msg.before-ai-detect"), &format!("#!/bin/sh\n{CHECK}"), 0o755);
        if install_again {
            repo.run(&["hook", "install"]).text();
            assert_eq!(checked(&repo, "forbidden"), (false, true));
        }
        repo.run(&["hook", "uninstall"]).text();
        assert_eq!(std::fs::read_to_string(hook(&repo, "commit-msg")).unwrap(), format!("#!/bin/sh\n{CHECK}"));
        assert!(!hook(&repo, "commit-msg.before-ai-detect").exists());
        assert!(!repo.path().join(".git/hooks.before-ai-detect").exists());
    }
}

#[test]
fn nothing_is_overwritten_where_two_hooks_are_in_the_way() {
    let repo = repo("");
    write_hook(&hook(&repo, "commit-msg"), "#!/bin/sh\n# one\n", 0o755);
    write_hook(&hook(&repo, "commit-msg.before-ai-detect"), "#!/bin/sh\n# two\n", 0o755);
    let told = repo.run(&["hook", "install"]).error(3);
    assert!(told.contains("both exist, and neither is ours"), "{told}");
    assert_eq!(std::fs::read_to_string(hook(&repo, "commit-msg")).unwrap(), "#!/bin/sh\n# one\n");
    assert!(!hook(&repo, "prepare-commit-msg").exists());
}

#[test]
fn the_configured_folder_is_respected() {
    let repo = repo("");
    repo.git(&["config", "core.hooksPath", ".hooks"]);
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("these files are part of the project"), "{said}");
    assert!(repo.path().join(".hooks/commit-msg").exists() && !hook(&repo, "commit-msg").exists());
    let (_, told) = commit(&repo, "Silent", Some("GEMINI_CLI"));
    assert!(told.contains("Gemini CLI seems to run this shell"), "{told}");

    let elsewhere = repo.beside("everybodys");
    repo.git(&["config", "core.hooksPath", elsewhere.to_str().unwrap()]);
    let told = repo.run(&["hook", "install"]).error(2);
    assert!(told.contains("--shared"), "{told}");
    assert!(!elsewhere.exists());
    repo.run(&["hook", "install", "--shared"]).text();
    repo.run(&["hook", "uninstall"]).text();
    assert!(!elsewhere.join("commit-msg").exists());
    assert_eq!(repo.run(&["hook", "uninstall"]).text(), "there is no hook of ours\n");
}

#[test]
fn hooks_that_are_files_of_the_project_stay_what_they_are() {
    let repo = repo("");
    repo.git(&["config", "core.hooksPath", ".githooks"]);
    write_hook(&repo.path().join(".githooks/commit-msg"), &format!("#!/bin/sh\n{CHECK}"), 0o755);
    repo.commit("Check messages");
    let told = repo.run(&["hook", "install"]).error(3);
    assert!(told.contains("are files of the project"), "{told}");
    assert!(
        told.contains("commit-msg gets `! command -v ai-detect >/dev/null || ai-detect hook run commit-msg"),
        "{told}"
    );
    assert_eq!(
        std::fs::read_to_string(repo.path().join(".githooks/commit-msg")).unwrap(),
        format!("#!/bin/sh\n{CHECK}")
    );
    assert_eq!(repo.git(&["status", "--short"]), "");
    assert!(!repo.path().join(".githooks.before-ai-detect").exists());
    // The same hook that is on this machine alone is kept, and runs first.
    repo.git(&["rm", "--quiet", "--cached", ".githooks/commit-msg"]);
    assert!(repo.run(&["hook", "install"]).text().contains("after the one that was there"));
}

#[test]
fn a_folder_for_hooks_that_is_a_link_is_called_what_it_leads_to() {
    let repo = repo("");
    let hooks = repo.path().join(".git/hooks");
    let _ = std::fs::remove_dir_all(&hooks);
    std::fs::create_dir(repo.path().join("tools")).unwrap();
    std::os::unix::fs::symlink("../tools", &hooks).unwrap();
    let said = repo.run(&["hook", "install"]).text();
    assert!(said.contains("these files are part of the project"), "{said}");
    repo.run(&["hook", "uninstall"]).text();
    std::fs::remove_file(&hooks).unwrap();
    std::fs::create_dir(repo.beside("everybodys")).unwrap();
    std::os::unix::fs::symlink(repo.beside("everybodys"), &hooks).unwrap();
    let told = repo.run(&["hook", "install"]).error(2);
    assert!(told.contains("which other repositories may share; --shared"), "{told}");
    // An absolute path into the working tree is the project's, too.
    let repo = self::repo("");
    repo.git(&["config", "core.hooksPath", repo.path().join(".hooks").to_str().unwrap()]);
    assert!(repo.run(&["hook", "install"]).text().contains("these files are part of the project"));
}

#[test]
fn the_line_that_declares_is_offered_in_the_editor_and_leaves_no_trace() {
    let repo = repo("policy: agent-model\n");
    repo.run(&["hook", "install"]).text();
    repo.write("a.py", code("a", 6));
    repo.git(&["add", "--all"]);
    let seen = repo.beside("seen");
    let editor = format!("cp \"$1\" '{}'; sed -i '1s/^/Subject/' \"$1\"; :", seen.display());
    let script = repo.beside("editor.sh");
    write_hook(&script, &format!("#!/bin/sh\n{editor}\n"), 0o755);
    repo.git(&["config", "core.editor", script.to_str().unwrap()]);
    let (succeeded, told) = git(&repo, &["commit", "--quiet"], Some("CLAUDECODE"));
    // Whoever had the line in the editor is not reminded of it.
    assert!(succeeded && !told.contains("seems to run this shell"), "{told}");
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(
        seen.contains("# If an AI tool helped, say so here, without the #:\n# Assisted-by: Claude Code:MODEL-ID\n"),
        "{seen}"
    );
    assert_eq!(repo.git(&["log", "-1", "--format=%B"]).trim(), "Subject");
}

#[test]
fn a_missing_binary_is_no_obstacle() {
    let repo = repo("");
    repo.run(&["hook", "install", "--block"]).text();
    repo.write("a.py", code("a", 6));
    assert!(repo.try_git(&["commit", "--quiet", "--allow-empty", "-m", "x"], b"").0);
}

#[test]
fn what_commit_takes_from_the_work_tree_counts_too() {
    let repo = repo("policy: our.yml\n");
    repo.write("our.yml", "extends: default\nsensitive: {facts: [sensitive-paths]}\n");
    repo.write("src/auth/login.py", code("login", 6));
    repo.commit("Have a policy");
    repo.run(&["hook", "install"]).text();
    repo.write("src/auth/login.py", code("other", 6));
    let (succeeded, told) = git(&repo, &["commit", "--quiet", "-a", "-m", "x\n\nAssisted-by: Codex:gpt-5.5"], None);
    assert!(succeeded && told.contains("AI-Sensitive: authentication"), "{told}");
}
