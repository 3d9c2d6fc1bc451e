//! Which repository is looked at, and through what: folders of a change that look like one, submodules, other places,
//! replaced objects; and what git gets to see where a job lets it fetch.

#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, hunks, planted_code};
use assert_cmd::Command;
use serde_json::json;

/// A branch with one block that is flagged, in `proj/`.
fn flagged() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.write("proj/kept.txt", "kept\n");
    repo.commit("Settings");
    repo.branch("topic");
    repo.write("proj/engine.py", planted_code("engine"));
    repo
}

/// The forms in which a folder of a change can look like a repository of its own: bare, and a linked work tree's part.
fn lookalikes(repo: &Repo) -> [(&'static str, Vec<(String, String)>); 2] {
    let blob = repo.git(&["hash-object", "proj/engine.py"]);
    let harmless = repo.git(&["hash-object", "-w", "proj/kept.txt"]);
    let of = |files: &[(&str, String)]| {
        files.iter().map(|(path, content)| (format!("proj/{path}"), content.clone())).collect::<Vec<_>>()
    };
    let common = [
        ("HEAD", "ref: refs/heads/topic\n".to_owned()),
        (
            "config",
            "[core]\n\tbare = true\n\trepositoryformatversion = 0\n\tsshCommand = sh ./evil.sh\n\
                    [remote \"origin\"]\n\turl = ssh://example.org/x\n"
                .to_owned(),
        ),
        ("objects/info/alternates", "../../.git/objects\n".to_owned()),
        ("refs/heads/.keep", String::new()),
        ("packed-refs", format!("# pack-refs with: peeled fully-peeled sorted \n{harmless} refs/replace/{blob}\n")),
    ];
    let linked = [("commondir", ".\n".to_owned()), ("gitdir", "../elsewhere/.git\n".to_owned())];
    [("bare", of(&common)), ("linked", of(&[common.as_slice(), &linked].concat()))]
}

/// What was printed as one line, wherever it was wrapped.
fn unwrapped(printed: &str) -> String {
    printed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A job of GitHub Actions for the change, which posts nothing.
fn job(repo: &Repo, dir: &Path, head: &str) -> Command {
    let event = json!({
        "pull_request": {
            "number": 7, "body": "", "labels": [],
            "head": {"sha": head, "ref": "topic", "repo": {"id": 1}},
            "base": {"sha": repo.id("main"), "repo": {"id": 1}},
        },
        "repository": {"id": 1, "default_branch": "main"},
    });
    std::fs::write(repo.beside("event.json"), event.to_string()).unwrap();
    let mut command = repo.at(dir.to_owned()).command(&["ci", "--dry-run"]);
    command.env_remove("GITHUB_TOKEN").env_remove("AI_DETECT_TOKEN");
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", "pull_request");
    command.env("GITHUB_EVENT_PATH", repo.beside("event.json")).env("GITHUB_REPOSITORY", "ada/engine");
    command.env("GITHUB_WORKSPACE", repo.path());
    command
}

fn ci(repo: &Repo, dir: &Path) -> Run {
    Run::of(&mut job(repo, dir, &repo.id("topic")))
}

/// `safe.bareRepository` of git: what looks like a bare repository among the files of a change is none.
#[test]
fn a_folder_of_a_change_is_not_taken_for_the_repository() {
    let repo = flagged();
    for (form, files) in lookalikes(&repo) {
        files.iter().for_each(|(path, content)| repo.write(path, content));
        repo.commit(form);
        let run = ci(&repo, &repo.path().join("proj"));
        assert_eq!(run.status, 0, "{form}: {run:?}");
        assert!(run.stdout.contains("1 flag") && run.stdout.contains("proj/engine.py:1-6"), "{form}: {run:?}");
        for args in [&["diff", "main"][..], &["scan"], &["policy", "check", "main..topic"], &["hook", "install"]] {
            let said = repo.at(repo.path().join("proj")).run(args).error(3);
            assert!(said.contains("proj looks like a bare repository, but it is in the work tree of"), "{said}");
            assert!(said.contains("GIT_DIR="), "{said}");
        }
        // Below it and at the root all is as ever; and who names it gets it.
        assert_eq!(hunks(&repo.diff(&["main"])).len(), hunks(&repo.at(repo.path().to_owned()).diff(&["main"])).len());
        let mut named = repo.at(repo.path().join("proj")).command(&["diff", "main..topic"]);
        let run = Run::of(named.env("GIT_DIR", repo.path().join(".git")));
        assert!(run.stdout.contains("proj/engine.py:1-6"), "{run:?}");
        files.iter().for_each(|(path, _)| repo.remove(path));
    }
}

/// The same where nothing else holds the change back: a fetch that would run what the folder's configuration names.
#[test]
fn nothing_that_a_folder_of_a_change_names_is_run_by_a_fetch() {
    let repo = flagged();
    let trace = repo.beside("trace");
    let (_, files) = lookalikes(&repo).into_iter().next().unwrap();
    files.iter().for_each(|(path, content)| repo.write(path, content));
    repo.write("proj/evil.sh", format!("#!/bin/sh\ntouch {}\n", trace.display()));
    repo.commit("Add a folder");
    let origin = repo.clone("origin", &["--bare"]);
    repo.git(&["remote", "add", "origin", &format!("file://{}", origin.path().display())]);
    let mut job = job(&repo, &repo.path().join("proj"), &"d".repeat(40));
    let run = Run::of(job.arg("--fetch"));
    assert!(run.status == 3 && run.stderr.contains("git fetch failed"), "{run:?}");
    assert!(!trace.exists());
}

#[test]
fn bare_repositories_of_the_user_are_opened_as_ever() {
    let repo = flagged();
    repo.commit("Add code");
    let expected = hunks(&repo.diff(&["main"]));
    let bare = repo.clone("bare.git", &["--bare"]);
    assert_eq!(hunks(&bare.diff(&["main..topic"])), expected);
    assert_eq!(hunks(&bare.at(bare.path().join("refs")).diff(&["main..topic"])), expected);
    // A bare repository with work trees beside it, as some keep theirs.
    let area = repo.at(repo.beside("area"));
    std::fs::create_dir(area.path()).unwrap();
    repo.git(&["clone", "--quiet", "--bare", ".", &area.path().join(".bare").display().to_string()]);
    std::fs::write(area.path().join(".git"), "gitdir: ./.bare\n").unwrap();
    area.git(&["worktree", "add", "--quiet", "work", "topic"]);
    for dir in ["", ".bare", "work", "work/proj", ".bare/worktrees/work"] {
        assert_eq!(hunks(&area.at(area.path().join(dir)).diff(&["main..topic"])), expected, "{dir}");
    }
}

#[test]
fn submodules_and_work_trees_are_repositories_of_their_own_for_a_person() {
    let (repo, inner) = (flagged(), flagged());
    repo.commit("Add code");
    inner.commit("Add code");
    let url = inner.path().display().to_string();
    repo.git(&["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", "-b", "topic", &url, "sub"]);
    repo.commit("Add a submodule");
    for dir in ["sub", "sub/proj", ".git/modules/sub"] {
        let found = repo.at(repo.path().join(dir)).diff(&["origin/main..origin/topic"]);
        assert_eq!(hunks(&found), ["proj/engine.py:1-6"], "{dir}");
    }
    // A job looks at the outer one: which repository a submodule is says the change.
    let run = ci(&repo, &repo.path().join("sub"));
    assert_eq!(run.status, 3);
    let root = std::fs::canonicalize(repo.path()).unwrap();
    let said = format!("{0}/sub is a submodule of {0}, and a change can point it at any repository", root.display());
    assert!(run.stderr.contains(&said), "{run:?}");
}

#[test]
fn a_job_looks_at_its_checkout_wherever_that_lies_in_the_workspace() {
    let repo = flagged();
    repo.commit("Add code");
    let run = |workspace: &Path, dir: &Path| {
        let mut job = job(&repo, dir, &repo.id("topic"));
        Run::of(job.env("GITHUB_WORKSPACE", workspace))
    };
    let area = repo.path().parent().unwrap().to_owned();
    let link = repo.beside("link");
    symlink(&area, &link).unwrap();
    let work = repo.beside("work");
    repo.git(&["worktree", "add", "--quiet", "--detach", &work.display().to_string(), "topic"]);
    // `path:` of actions/checkout, a link to the workspace, a folder in the checkout, a linked work tree.
    for (workspace, dir) in [
        (repo.path().to_owned(), repo.path().to_owned()),
        (area.clone(), repo.path().to_owned()),
        (link.clone(), repo.path().join("proj")),
        (area.clone(), link.join("repo/proj")),
        (area, work.clone()),
    ] {
        let run = run(&workspace, &dir);
        assert!(run.status == 0 && run.stdout.contains("proj/engine.py:1-6"), "{}: {run:?}", dir.display());
    }
    let elsewhere = run(&repo.path().join("proj"), repo.path());
    assert!(elsewhere.status == 3 && elsewhere.stderr.contains("where the checkout of this job"), "{elsewhere:?}");
    assert!(elsewhere.stderr.contains("(GITHUB_WORKSPACE)") && elsewhere.stderr.contains("working-directory"));
    let nowhere = run(&repo.beside("missing"), repo.path());
    assert!(nowhere.status == 3 && nowhere.stderr.contains("there is no such folder"), "{nowhere:?}");
    // A link of the change to another checkout does not make that one the job's.
    let other = flagged();
    other.commit("Other");
    symlink(other.path(), repo.path().join("other")).unwrap();
    let linked = run(repo.path(), &repo.path().join("other"));
    assert!(linked.status == 3 && linked.stderr.contains("where the checkout of this job"), "{linked:?}");
    let bare = repo.clone("bare.git", &["--bare"]);
    let bare = run(repo.path().parent().unwrap(), bare.path());
    assert!(bare.status == 3 && bare.stderr.contains("is not in a git repository"), "{bare:?}");
}

/// `refs/replace/` and grafts belong to a clone, not to the change: a person's are followed as git does it and named, a
/// job's are not followed.
#[test]
fn a_hook_that_looks_at_a_push_finds_its_objects() {
    let repo = flagged();
    repo.commit("Engine");
    let program = assert_cmd::cargo::cargo_bin!("ai-detect").display();
    let script = format!(
        "#!/bin/sh\nread old new ref\n{program} diff main..$new -q\n{program} policy check main..$new >&2\n\
         {program} scan main..$new | wc -l\n{program} hook install || true\n\
         unset GIT_QUARANTINE_PATH; {program} diff main..$new || true\n"
    );
    // As single objects, and as a pack.
    for unpacked_below in ["1000", "1"] {
        let server = repo.beside(&format!("server-{unpacked_below}.git"));
        let url = server.display().to_string();
        repo.git(&["init", "--quiet", "--bare", "-b", "main", &url]);
        repo.git(&["push", "--quiet", &url, "main"]);
        repo.git(&["--git-dir", &url, "config", "receive.unpackLimit", unpacked_below]);
        let hook = server.join("hooks/pre-receive");
        std::fs::write(&hook, &script).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        let (_, _, told) = repo.try_git(&["push", &url, "topic"], b"");
        let told = told.replace("remote: ", "");
        assert!(told.contains("1 commit, 6 added lines in 1 scored block of 1 file"), "{told}");
        assert!(told.contains("1 flag") && told.contains("1 nothing declared"), "{told}");
        assert!(told.contains("a hook that looks at a push can write nothing to its repository"), "{told}");
        // Only git says where the objects of a push are.
        assert!(told.contains("error: unknown revision"), "{told}");
    }
}

#[test]
fn a_job_does_not_look_for_objects_where_its_environment_says() {
    let repo = flagged();
    let head = repo.commit("Engine");
    let elsewhere = repo.beside("elsewhere");
    std::fs::rename(repo.path().join(".git/objects"), &elsewhere).unwrap();
    std::fs::create_dir(repo.path().join(".git/objects")).unwrap();
    let mut command = job(&repo, repo.path(), &head);
    for (name, value) in [("GIT_QUARANTINE_PATH", &elsewhere), ("GIT_OBJECT_DIRECTORY", &elsewhere)] {
        command.env(name, value);
    }
    command.env("GIT_DIR", repo.path().join(".git"));
    assert_eq!(Run::of(&mut command).status, 3);
}

#[test]
fn replaced_objects_are_named_and_not_followed_in_a_job() {
    let repo = flagged();
    repo.commit("Add code");
    let plain = repo.diff(&["main"]);
    assert!(plain["coverage"].get("substitutes").is_none(), "{plain}");
    let blob = repo.git(&["rev-parse", "topic:proj/engine.py"]);
    let harmless = repo.git(&["rev-parse", "topic:proj/kept.txt"]);
    repo.git(&["replace", &blob, &harmless]);
    std::fs::write(repo.path().join(".git/info/grafts"), format!("# mine\n{}\n", repo.id("topic"))).unwrap();
    let report = repo.diff(&["main"]);
    let found = json!({"replacements": 1, "replacements_followed": true, "grafts": 1});
    assert_eq!(report["coverage"]["substitutes"], found);
    assert_eq!(hunks(&report), ["proj/engine.py:1-1"], "as git shows it");
    for format in ["text", "markdown", "html", "sarif", "junit", "github"] {
        let printed = repo.run(&["diff", "main", "--format", format]).text();
        let printed = unwrapped(&printed);
        assert!(printed.contains("this clone has replacements for 1 object"), "{format}: {printed}");
        assert!(printed.contains("this clone has other parents for 1 commit in info/grafts"), "{format}: {printed}");
    }
    for args in [&["scan"][..], &["markers", "scan"], &["policy", "check", "main..topic"]] {
        let run = repo.run(args);
        let told = unwrapped(&format!("{} {}", run.stdout, run.stderr));
        assert!(told.contains("this clone has replacements for 1 object"), "{args:?}: {told}");
    }
    let run = ci(&repo, repo.path());
    assert!(run.stdout.contains("proj/engine.py:1-6") && run.stdout.contains("1 flag"), "{run:?}");
    let unused = "replacements for 1 object in refs/replace/; they are not used";
    assert!(unwrapped(&run.stdout).contains(unused), "{run:?}");
    let mut unfollowed = repo.command(&["diff", "main"]);
    let run = Run::of(unfollowed.env("GIT_NO_REPLACE_OBJECTS", "1"));
    assert!(unwrapped(&run.stdout).contains(unused), "{run:?}");
}

/// A fetch is git's own business, and no secret of the job is: neither git nor what it starts sees one.
#[test]
fn git_sees_no_secret_of_the_job_and_no_other_repository() {
    let repo = flagged();
    repo.commit("Add code");
    let seen = repo.beside("seen");
    let programs = repo.beside("programs");
    std::fs::create_dir(&programs).unwrap();
    let script = format!("#!/bin/sh\n{{ echo \"$@\"; env; }} > {}\nexit 1\n", seen.display());
    std::fs::write(programs.join("git"), script).unwrap();
    std::fs::set_permissions(programs.join("git"), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut job = job(&repo, &repo.path().join("proj"), &"d".repeat(40));
    job.arg("--fetch").env("PATH", format!("{}:{}", programs.display(), std::env::var("PATH").unwrap()));
    let secrets = ["GITHUB_TOKEN", "AI_DETECT_TOKEN", "AI_DETECT_STATE_KEY", "AI_DETECT_GITLAB_TOKEN", "CI_JOB_TOKEN"];
    for name in secrets.into_iter().chain(["GITLAB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "AWS_SECRET_ACCESS_KEY"]) {
        job.env(name, "s3cret-s3cret-s3cret");
    }
    job.env("SSH_AUTH_SOCK", "/agent").env("https_proxy", "http://proxy.example:1").env("GIT_SSH_COMMAND", "ssh -v");
    let run = Run::of(&mut job);
    assert!(run.status == 3 && run.stderr.contains("git fetch failed"), "{run:?}");
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(!seen.contains("s3cret"), "{seen}");
    for name in
        ["PATH=", "HOME=", "SSH_AUTH_SOCK=/agent", "https_proxy=", "GIT_SSH_COMMAND=ssh -v", "GIT_TERMINAL_PROMPT=0"]
    {
        assert!(seen.lines().any(|line| line.starts_with(name)), "{name}: {seen}");
    }
    let root = std::fs::canonicalize(repo.path()).unwrap();
    let asked = seen.lines().next().unwrap();
    assert!(asked.starts_with(&format!("-C {} ", root.display())), "{asked}");
    for setting in ["safe.bareRepository=explicit", "core.hooksPath=/dev/null", "protocol.ext.allow=never"] {
        assert!(asked.contains(&format!("-c {setting} ")), "{asked}");
    }
}

/// A checkout whose own configuration is hostile would have been made so by the job itself; what a fetch has no use for
/// is off all the same.
#[test]
fn a_fetch_runs_no_hook_and_no_command_that_an_address_names() {
    let repo = flagged();
    let head = repo.commit("Add code");
    let trace = repo.beside("trace");
    let hook = repo.path().join(".git/hooks/reference-transaction");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::write(&hook, format!("#!/bin/sh\ntouch {}\n", trace.display())).unwrap();
    std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
    repo.git(&["config", "protocol.ext.allow", "always"]);
    let origin = repo.clone("origin", &["--bare"]);
    let more = origin.git(&["commit-tree", "-p", &head, "-m", "More", &format!("{head}^{{tree}}")]);
    origin.git(&["update-ref", "refs/pull/7/head", &more]);
    std::fs::remove_file(&trace).ok();
    for (url, fetched) in [
        (format!("ext::sh -c touch% {}", trace.display()), false),
        (format!("--upload-pack=touch {}", trace.display()), false),
        (format!("file://{}", origin.path().display()), true),
    ] {
        repo.git(&["config", "remote.origin.url", &url]);
        std::fs::remove_file(&trace).ok();
        let run = Run::of(job(&repo, repo.path(), &more).arg("--fetch"));
        assert_eq!(run.status == 0, fetched, "{url}: {run:?}");
        assert!(!trace.exists(), "{url}");
    }
}
