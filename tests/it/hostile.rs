//! Repositories made to harm whoever looks at them: nothing that a change or a repository's own
//! configuration names is run, followed or shown raw.

use ai_detect::report::formats::ALL;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, code, excluded, hunks, list, planted_code, text};

/// Every way of looking at a repository.
const WAYS: [&[&str]; 4] = [&["main"], &[], &["--staged"], &["--worktree"]];

/// A program that leaves a trace when it is run, and where the trace would be.
fn trap(repo: &Repo) -> (String, PathBuf) {
    let (program, trace) = (repo.beside("trap.sh"), repo.beside("trace"));
    std::fs::write(&program, format!("#!/bin/sh\necho \"$0 $@\" >> {}\ncat\n", trace.display())).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    (program.display().to_string(), trace)
}

/// A change in every state: committed, staged, edited and untracked.
fn in_motion() -> Repo {
    let repo = Repo::new();
    repo.commit_file("kept.py", code("kept", 6));
    repo.branch("topic");
    repo.commit_file("topic.py", code("topic", 6));
    repo.write("staged.py", code("staged", 6));
    repo.git(&["add", "staged.py"]);
    repo.write("kept.py", code("kept", 6) + &code("edited", 6));
    repo.write("untracked.py", code("untracked", 6));
    repo
}

/// CVE-2022-24765 (git in a folder below somebody else's repository runs what its configuration names),
/// CVE-2022-41953 (a graphical client runs programs out of what was cloned).
#[test]
fn no_program_that_the_configuration_names_is_run() {
    let repo = in_motion();
    repo.write(".gitattributes", "*.py diff=trap filter=trap merge=trap working-tree-encoding=UTF-8 ident\n");
    let (program, trace) = trap(&repo);
    let hooks = repo.beside("hooks");
    std::fs::create_dir(&hooks).unwrap();
    let included = repo.beside("included.config");
    std::fs::write(&included, format!("[core]\n\tfsmonitor = {program}\n\tpager = {program}\n")).unwrap();
    for (key, value) in [
        ("core.fsmonitor", program.as_str()),
        ("core.hooksPath", &hooks.display().to_string()),
        ("core.sshCommand", &program),
        ("core.pager", &program),
        ("core.editor", &program),
        ("core.askPass", &program),
        ("core.gitProxy", &program),
        ("core.alternateRefsCommand", &program),
        ("credential.helper", &program),
        ("diff.external", &program),
        ("diff.trap.command", &program),
        ("diff.trap.textconv", &program),
        ("filter.trap.clean", &program),
        ("filter.trap.smudge", &program),
        ("filter.trap.process", &program),
        ("filter.trap.required", "true"),
        ("merge.trap.driver", &program),
        ("gpg.program", &program),
        ("gpg.ssh.program", &program),
        ("gpg.x509.program", &program),
        ("gpg.ssh.defaultKeyCommand", &program),
        ("core.fsmonitorHookVersion", "2"),
        ("sequence.editor", &program),
        ("uploadpack.packObjectsHook", &program),
        ("submodule.m.update", &format!("!{program}")),
        ("interactive.diffFilter", &program),
        ("log.showSignature", "true"),
        ("include.path", &included.display().to_string()),
        ("alias.diff", &format!("!{program}")),
        ("remote.origin.url", &format!("ext::{program}")),
        ("remote.origin.promisor", "true"),
        ("remote.origin.uploadpack", &program),
        ("extensions.partialClone", "origin"),
    ] {
        repo.git(&["config", key, value]);
    }
    let of_commits = [
        "pre-commit",
        "prepare-commit-msg",
        "commit-msg",
        "post-commit",
        "post-rewrite",
        "reference-transaction",
        "post-index-change",
    ];
    for hook in of_commits.iter().chain(&["fsmonitor-watchman", "post-checkout"]) {
        std::fs::copy(repo.beside("trap.sh"), hooks.join(hook)).unwrap();
    }
    for way in WAYS {
        let report = repo.diff(way);
        assert!(!hunks(&report).is_empty(), "{way:?}");
        assert!(!trace.exists(), "{way:?}: {}", std::fs::read_to_string(&trace).unwrap());
    }
    // Nor does any other subcommand run it that reads a repository, or writes to it.
    for (key, value) in [("commit.gpgSign", "true"), ("user.name", "Ada"), ("user.email", "ada@example.org")] {
        repo.git(&["config", key, value]);
    }
    for args in [
        &["scan", "--all"][..],
        &["markers", "scan", "--all"],
        &["policy", "check", "main..HEAD", "--policy", "linux-kernel"],
        &["policy", "sensitive", "main..HEAD"],
        &["attest", "--check"],
        &["attest", "squash", "main..HEAD"],
        &["attest", "--tool", "Tool", "--model", "model-1", "--notes"],
        &["attest", "--tool", "Tool", "--model", "model-1"],
    ] {
        let run = repo.run(args);
        assert!(run.status <= 1, "{args:?}: {run:?}");
        assert!(!trace.exists(), "{args:?}: {}", std::fs::read_to_string(&trace).unwrap());
    }
    // The traps work: git itself falls into them.
    repo.try_git(&["diff", "--ext-diff", "main"], b"");
    assert!(trace.exists());
    std::fs::remove_file(&trace).unwrap();
    let usual = ["core.fsmonitor=", "commit.gpgSign=false", "filter.trap.process=", "filter.trap.required=false"];
    let usual = usual.iter().flat_map(|setting| ["-c", setting]);
    let amend = ["commit", "--amend", "--allow-empty", "-m", "Amended"];
    repo.git(&usual.chain(amend).collect::<Vec<_>>());
    let fired = std::fs::read_to_string(&trace).unwrap();
    for hook in of_commits {
        assert!(fired.contains(&format!("/{hook}")), "{hook}: {fired}");
    }
}

#[test]
fn programs_in_the_environment_are_not_run_either() {
    let repo = in_motion();
    let (program, trace) = trap(&repo);
    for way in WAYS {
        let mut command = repo.command(&[&["diff"], way].concat());
        for name in
            ["GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_ASKPASS"]
        {
            command.env(name, &program);
        }
        Run::of(&mut command).text();
        assert!(!trace.exists(), "{way:?}");
    }
}

/// CVE-2018-17456 and CVE-2021-43809 (an address that starts with a dash becomes an option of git),
/// CVE-2017-1000117 (`ssh://-oProxyCommand`), CVE-2018-11235 (a module's name leads out of `.git/modules`),
/// CVE-2024-32002 and CVE-2025-48384 (a module's path leads to a hook that a clone then runs).
#[test]
fn a_submodule_with_a_hostile_address_is_listed_and_not_fetched() {
    let repo = in_motion();
    let (program, trace) = trap(&repo);
    repo.write(
        ".gitmodules",
        format!(
            "[submodule \"m\"]\n\tpath = m\n\turl = ext::{program}\n\tupdate = !{program}\n\
             [submodule \"../../x\"]\n\tpath = \"x\r\"\n\turl = --upload-pack={program}\n\
             [submodule \"y\"]\n\tpath = -y\n\turl = ssh://-oProxyCommand={program}/y\n"
        ),
    );
    repo.git(&["add", ".gitmodules"]);
    let head = repo.id("main");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{head},m")]);
    repo.git(&["commit", "--quiet", "-m", "Submodule"]);
    std::fs::create_dir_all(repo.path().join("m")).unwrap();
    for way in WAYS {
        let report = repo.diff(way);
        let listed = excluded(&report).contains(&"m: submodule (a pointer to another repository)".to_owned());
        assert_eq!(listed, !way.iter().any(|arg| arg.starts_with("--")), "{way:?}");
        assert!(!trace.exists(), "{way:?}");
    }
}

/// CVE-2022-39253 (links in a repository give away files beside it).
#[test]
fn links_out_of_the_repository_are_never_followed() {
    let repo = Repo::new();
    repo.commit_file("kept.py", code("kept", 6));
    std::fs::create_dir(repo.beside("outside")).unwrap();
    std::fs::write(repo.beside("outside/secret.py"), code("secret", 9)).unwrap();
    repo.branch("topic");
    symlink(repo.beside("outside/secret.py"), repo.path().join("file.py")).unwrap();
    symlink(repo.beside("outside"), repo.path().join("folder")).unwrap();
    symlink("/dev/zero", repo.path().join("endless.py")).unwrap();
    repo.commit("Links");
    symlink(repo.beside("outside/secret.py"), repo.path().join("untracked.py")).unwrap();
    // A tracked file that became a link on disk has no text there any more.
    repo.remove("kept.py");
    symlink(repo.beside("outside/secret.py"), repo.path().join("kept.py")).unwrap();
    for way in WAYS {
        let printed = repo.run(&[&["diff", "--format", "json"], way].concat()).text();
        assert!(!printed.contains("secret"), "{way:?}: {printed}");
        let report: serde_json::Value = serde_json::from_str(&printed).unwrap();
        assert_eq!(hunks(&report), [""; 0], "{way:?}");
    }
    let links = ["endless.py", "file.py", "folder"].map(|path| format!("{path}: symlink (a symbolic link)"));
    assert_eq!(excluded(&repo.diff(&["main"])), links);
}

#[test]
fn a_folder_that_became_a_link_on_disk_is_not_entered() {
    let repo = Repo::new();
    repo.commit_file("folder/a.py", code("a", 6));
    std::fs::create_dir(repo.beside("outside")).unwrap();
    std::fs::write(repo.beside("outside/a.py"), code("secret", 9)).unwrap();
    repo.remove("folder/a.py");
    std::fs::remove_dir(repo.path().join("folder")).unwrap();
    symlink(repo.beside("outside"), repo.path().join("folder")).unwrap();
    assert_eq!(hunks(&repo.diff(&["--worktree"])), [""; 0]);
}

#[test]
fn settings_in_the_working_tree_that_lead_elsewhere_are_not_opened() {
    let repo = in_motion();
    symlink("/dev/zero", repo.path().join(".ai-detect.yml")).unwrap();
    for way in WAYS {
        assert_eq!(list(&repo.diff(way)["coverage"]["notes"]), [""; 0], "{way:?}");
    }
}

#[test]
fn ignore_and_attribute_files_that_lead_elsewhere_do_no_harm() {
    let repo = in_motion();
    symlink("/dev/zero", repo.path().join(".gitattributes")).unwrap();
    std::fs::create_dir(repo.path().join("new")).unwrap();
    symlink(repo.beside("gone"), repo.path().join("new/.gitignore")).unwrap();
    repo.write("new/code.py", code("new", 6));
    assert!(hunks(&repo.diff(&["--worktree"])).contains(&"new/code.py:1-6".to_owned()));
}

/// Everything that acts on a terminal, or hides: cursor and colour sequences, a window title, a
/// link, C1 controls, a bell, and marks that turn the direction of text.
const NASTY: &str = "\u{1b}[2J\u{1b}[31m\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{1b}\\\u{9b}31m\u{7}\u{8}\u{7f}\u{202e}\u{2066}\u{200b}\u{e0041}\u{ad}\u{3164}\u{ffa0}\u{34f}\u{fe0f}\u{e0100}\u{17b4}\u{2800}\u{1d173}\u{fff9}";

/// The first printed character that would act on a terminal or hide.
fn raw(printed: &str) -> Option<char> {
    ai_detect::terminal::unsafe_in(printed)
}

/// A range with all of it: in code, path, author, subject, body, trailer; flagged, so that it is quoted.
fn nasty() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write(
        "planted.yml",
        PLANTED_PACK
            .replace("A word", "A \\u001b[31mword")
            .replace("title: A \\u001b[31mword that only tests write", "title: \"A \\e[31mword\""),
    );
    repo.commit("Settings");
    repo.branch("topic");
    repo.write(&format!("a{NASTY}\r\n\"'.py"), format!("# xyzzy {NASTY}\r {NASTY}\n{}", code("a", 6)));
    repo.write(&format!("b{NASTY}.lock"), "x\n");
    repo.write(&format!("c{NASTY}.min.js"), "x\n");
    repo.git(&["add", "--all"]);
    let message = format!("Subject {NASTY}\r over\n\nBody {NASTY}\n\nAssisted-by: {NASTY}:model {NASTY}\n");
    let author = format!("Ada {} <ada@example.org>", NASTY.replace('\u{7}', ""));
    repo.git(&["commit", "--quiet", "--cleanup=verbatim", "--author", &author, "-m", &message]);
    repo.write(&format!("d{NASTY}.py"), format!("# xyzzy {NASTY}\n{}", code("d", 6)));
    repo.commit(&format!("No trailer {NASTY}"));
    repo
}

/// CVE-2003-0063 (a terminal types what its title was set to), CVE-2024-52005 (git hands on sequences that a
/// server sends), CVE-2021-42574 (marks of direction hide what code does).
#[test]
fn nothing_a_stranger_wrote_reaches_the_terminal_raw() {
    let repo = nasty();
    for way in
        [&["diff", "main"][..], &["diff", "main", "-v"], &["diff", "main", "-q"], &["diff", "main", "--format", "json"]]
    {
        for columns in ["40", "200"] {
            let run = Run::of(repo.command(way).env("COLUMNS", columns));
            assert_eq!(raw(&run.text()), None, "{way:?} at {columns}");
        }
    }
    assert!(repo.run(&["diff", "main", "-v"]).text().contains("\\u{1b}[2J"), "shown as an escape");
}

#[test]
fn colours_are_the_only_sequences_on_a_terminal() {
    let repo = nasty();
    let printed = repo.run(&["diff", "main", "-v", "--color", "always"]).text();
    let mut plain = printed.as_str().to_owned();
    for style in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[33m", "\u{1b}[35m", "\u{1b}[36m"] {
        plain = plain.replace(style, "");
    }
    assert_eq!(raw(&plain), None);
    assert!(plain.len() < printed.len());
}

#[test]
fn json_says_what_was_written_all_the_same() {
    let report = nasty().diff(&["main"]);
    let commit = list(&report["commits"]).first().unwrap();
    assert!(text(&commit["subject"]).contains(NASTY), "{commit}");
    assert!(
        list(&report["hunks"]).iter().any(|hunk| text(&hunk["path"]).contains("\u{9b}31m\u{7}\u{8}\u{7f}\u{202e}"))
    );
}

#[test]
fn errors_are_escaped_too() {
    let repo = nasty();
    let nasty_folder = repo.beside("x\u{1b}[31m\u{202e}");
    std::fs::create_dir(&nasty_folder).unwrap();
    for run in [
        repo.run(&["diff", "no\u{1b}[31m\u{9b}1m\u{202e}branch"]),
        repo.at(nasty_folder).run(&["diff"]),
        repo.run_patch(format!("--- a/x\n+++ b/x\n@@ {NASTY} @@\n"), &[]),
        repo.run_patch(format!("--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n{NASTY}\n"), &[]),
        repo.run(&["diff", "main", "--config", "no\u{1b}[31mfile"]),
    ] {
        assert!(run.status >= 2, "{run:?}");
        assert_eq!(raw(&run.stderr), None, "{run:?}");
    }
}

#[test]
fn rules_of_a_stranger_are_listed_and_explained_harmlessly() {
    let repo = Repo::nowhere();
    let pack = PLANTED_PACK.replace("A word that only tests write", "\"A \\e[31mword\"")
        + "    hits:\n      - python: \"# \\e[31mxyzzy\"\n";
    repo.write("pack.yml", pack);
    for args in [&["rules", "list", "--pack", "pack.yml"][..], &["rules", "explain", "planted", "--pack", "pack.yml"]] {
        let printed = repo.run(args).text();
        assert_eq!(raw(&printed), None, "{printed}");
        assert!(printed.contains("A \\u{1b}[31mword"), "{printed}");
    }
}

/// CVE-2022-24765: git refuses such a repository, since it would run what it names. We run nothing, so it may be
/// looked at; what git would do is asked before anything is written.
#[test]
fn a_repository_of_another_user_is_read_as_data_and_not_written_to() {
    let repo = in_motion();
    let (program, trace) = trap(&repo);
    repo.git(&["config", "core.fsmonitor", &program]);
    for (key, value) in [("user.name", "Ada Example"), ("user.email", "ada@example.org")] {
        repo.git(&["config", key, value]);
    }
    let expected = repo.diff(&["main"]);
    let chowned = std::process::Command::new("chown").args(["-R", "12345"]).arg(repo.path()).status();
    if !chowned.is_ok_and(|status| status.success()) {
        return; // Only a superuser can give files away.
    }
    let (trusted, ..) = repo.try_git(&["status"], b"");
    assert!(!trusted, "git refuses");
    assert_eq!(repo.diff(&["main"]), expected);
    for way in WAYS {
        assert_eq!(repo.run(&[&["diff"], way].concat()).status, 0, "{way:?}");
    }
    let head = std::fs::read(repo.path().join(".git/refs/heads/topic")).unwrap();
    let refusal = format!(
        "{0} belongs to another user, so nothing is written there; `git config --global --add safe.directory {0}` if \
         you trust it",
        std::fs::canonicalize(repo.path()).unwrap().display()
    );
    let attest = ["attest", "--tool", "Tool", "--model", "model-1"];
    for args in [&attest[..], &[&attest[..], &["--notes"]].concat(), &["hook", "install"]] {
        assert_eq!(repo.run(args).error(3), refusal, "{args:?}");
    }
    // Advice that names `.` would trust nothing.
    let here = repo.process(&attest);
    let mut there = std::process::Command::new(here.get_program());
    there.args(["-C", "."]).args(attest).current_dir(repo.path());
    for (name, value) in here.get_envs() {
        match value {
            Some(value) => there.env(name, value),
            None => there.env_remove(name),
        };
    }
    let said = String::from_utf8(there.output().unwrap().stderr).unwrap();
    assert_eq!(said, format!("error: {refusal}\n"));
    assert_eq!(std::fs::read(repo.path().join(".git/refs/heads/topic")).unwrap(), head);
    assert!(!trace.exists());
    // Whoever trusts it says so to git, and here it is the same.
    let trusting = repo.beside("trusting.config");
    std::fs::write(
        &trusting,
        format!("[safe]\n\tdirectory = {}\n[user]\n\tname = A\n\temail = a@example.org\n", repo.path().display()),
    )
    .unwrap();
    let run = Run::of(repo.command(&[&attest[..], &["--notes"]].concat()).env("GIT_CONFIG_GLOBAL", &trusting));
    assert_eq!(run.status, 0, "{run:?}");
    assert!(!trace.exists());
}

/// CVE-2022-39253 once more: what lends its objects to a repository is followed as git does it, since clones with
/// `--reference` are made so; but only objects are read there, and whatever is none does no harm.
#[test]
fn borrowed_objects_are_read_and_nothing_else_is() {
    let repo = in_motion();
    let expected = repo.diff(&["main"]);
    let borrowing = repo.at(repo.beside("borrowing"));
    repo.git(&["clone", "--quiet", "--shared", ".", &borrowing.path().display().to_string()]);
    borrowing.git(&["branch", "main", "origin/main"]);
    assert_eq!(hunks(&borrowing.diff(&["main"])), hunks(&expected));
    let file = borrowing.path().join(".git/objects/info/alternates");
    let lender = std::fs::read_to_string(&file).unwrap();
    std::fs::create_dir(repo.beside("secret")).unwrap();
    std::fs::write(repo.beside("secret/passwd"), "a secret line\n").unwrap();
    let odd = ["/dev/zero", "/etc/passwd", "../../../secret", "\"\\377", "/proc/self/fd", "gone", "\u{1b}[31m", "#x"];
    for other in odd.into_iter().chain([repo.beside("borrowing/.git/objects").to_str().unwrap()]) {
        std::fs::write(&file, format!("{lender}{other}\n")).unwrap();
        let run = borrowing.run(&["diff", "main", "-v"]);
        assert!(matches!(run.status, 0 | 3), "{other}: {run:?}");
        assert!(!run.stdout.contains("secret") && !run.stderr.contains("secret line"), "{other}: {run:?}");
        assert_eq!(raw(&run.stdout).or(raw(&run.stderr)), None, "{run:?}");
    }
}

/// CVE-2015-1196 and CVE-2023-23946 (a patch writes through a link), CVE-2023-25652 (`git apply --reject` writes
/// outside), CVE-2019-13638 (a patch is handed to a shell): a patch is read, and its paths are names.
#[test]
fn paths_of_a_patch_are_names_and_nothing_else() {
    let repo = in_motion();
    std::fs::write(repo.beside("secret.py"), code("secret", 9)).unwrap();
    let outside = repo.beside("secret.py").display().to_string();
    let before = repo.git(&["status", "--porcelain=v2", "--branch"]);
    let paths = [
        "../secret.py",
        "../../secret.py",
        outside.as_str(),
        ".git/config",
        ".git/hooks/pre-commit",
        "a/../../secret.py",
        "\\..\\secret.py",
        "kept.py/../../secret.py",
        "-oProxyCommand=x",
        "|touch x",
        "`touch x`",
        "$(touch x)",
        "~/x",
        "x\0y.py",
        "NUL",
        "C:\\x.py",
        "//host/x.py",
        ".",
        "..",
        "/",
    ];
    for path in paths {
        let quoted = path.replace('\\', "\\\\").replace('\0', "\\000");
        let patch = format!(
            "--- \"a/{quoted}\"\n+++ \"b/{quoted}\"\n@@ -0,0 +1,6 @@\n{}",
            code("new", 6).replace("new_", "+new_")
        );
        for format in ALL.iter().map(|format| format.name) {
            let run = repo.run_patch(&patch, &["--format", format]);
            assert!(matches!(run.status, 0 | 3), "{path}: {run:?}");
            assert!(!run.stdout.contains("secret_1"), "{path} as {format}: {}", run.stdout);
        }
        let report = repo.diff_patch(&patch);
        assert!(list(&report["hunks"]).iter().all(|hunk| text(&hunk["path"]) == path), "{path}: {report}");
    }
    assert_eq!(repo.git(&["status", "--porcelain=v2", "--branch"]), before);
    assert!(!repo.path().join("x").exists() && !repo.beside("x").exists());
}

/// Settings that are a link in the commit are none: nothing that they point to is read.
#[test]
fn settings_and_packs_that_are_links_are_not_followed() {
    let repo = Repo::new();
    std::fs::write(repo.beside("outside.yml"), "exclude: ['**']\n").unwrap();
    std::fs::write(repo.beside("outside-pack.yml"), PLANTED_PACK).unwrap();
    symlink("../outside.yml", repo.path().join(".ai-detect.yml")).unwrap();
    let start = repo.commit("A link");
    repo.branch("topic");
    repo.commit_file("a.py", code("a", 6));
    let said =
        format!(".ai-detect.yml in commit {}: a symbolic link; settings are read from an ordinary file", &start[..8]);
    assert!(repo.run(&["diff", "main"]).error(2).starts_with(&said));
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    symlink(repo.beside("outside-pack.yml"), repo.path().join("planted.yml")).unwrap();
    let start = repo.commit("A link");
    repo.branch("topic");
    repo.commit_file("a.py", code("a", 6));
    let said = repo.run(&["diff", "main"]).error(2);
    let expected = format!(
        ".ai-detect.yml in commit {0}:2:11: the rule pack planted.yml does not exist in commit {0}.",
        &start[..8]
    );
    assert!(said.starts_with(&expected), "{said}");
}

#[test]
fn flags_of_hostile_code_are_still_flags() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.commit_file("\"quoted\"\n\tname.py", planted_code("a"));
    let report = repo.diff(&["main"]);
    assert_eq!(report["flags"][0]["path"], "\"quoted\"\n\tname.py");
    let printed = repo.run(&["diff", "main"]).text();
    assert!(printed.contains("   \"quoted\"\\n name.py:1-6  unattested"), "{printed}");
}
