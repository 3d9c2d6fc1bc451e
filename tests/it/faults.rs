//! What goes wrong around the program: a full disk, a kill, a repository that changes while it is read or is
//! damaged, other runs, and surroundings that lack what is usual.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::support::{Repo, code, excluded, hunks, list, text};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// A branch of a few commits, with an edit, a rename and something uncommitted.
fn topic() -> Repo {
    let repo = Repo::new();
    repo.git(&["config", "user.name", "Ada Example"]);
    repo.git(&["config", "user.email", "ada@example.org"]);
    repo.commit_file("kept.py", code("kept", 40));
    repo.commit_file("old.py", code("old", 20));
    repo.branch("topic");
    for name in ["one", "two", "three"] {
        repo.commit_file(&format!("{name}.py"), code(name, 12));
    }
    repo.git(&["mv", "old.py", "new.py"]);
    repo.write("kept.py", code("kept", 40) + &code("edited", 9));
    repo.commit("Move and edit\n\nAssisted-by: Tool:model-1");
    repo.write("untracked.py", code("untracked", 8));
    repo
}

/// Every file below a folder with its content.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => drop(found.insert(path.clone(), std::fs::read(&path).unwrap())),
            }
        }
    }
    found
}

/// Runs to its end; a panic or a signal is never a way to end.
fn ended(process: &mut Command) -> (i32, String, String) {
    let output = process.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let ended = (output.status.code().expect("ended by a signal"), text(output.stdout), text(output.stderr));
    assert!(ended.0 <= 3 && !ended.2.contains("panicked"), "{ended:?}");
    ended
}

#[test]
fn a_full_disk_leaves_the_old_file_as_it_was() {
    let repo = Repo::nowhere();
    let folder = repo.beside("man");
    std::fs::create_dir(&folder).unwrap();
    let page = folder.join("ai-detect.1");
    std::fs::write(&page, "the old page\n").unwrap();
    // No file may grow past a KiB, which is what a disk does that is nearly full.
    let man = repo.process(&["man", &folder.display().to_string()]);
    let mut shell = Command::new("bash");
    shell.args(["-c", "ulimit -f 1; trap '' XFSZ; exec \"$@\"", "bash"]).arg(man.get_program()).args(man.get_args());
    let (status, stdout, said) = ended(&mut shell);
    assert_eq!((status, stdout.as_str()), (3, ""), "{said}");
    assert_eq!(said, format!("error: cannot write {}: File too large (os error 27)\n", page.display()));
    assert_eq!(files(&folder), [(page.clone(), b"the old page\n".to_vec())].into());
    // And a device that is full is called that.
    std::fs::remove_file(&page).unwrap();
    std::os::unix::fs::symlink("/dev/full", &page).unwrap();
    let (status, _, said) = ended(&mut repo.process(&["man", &folder.display().to_string()]));
    assert_eq!((status, said.as_str()), (3, "error: cannot write /dev/full: the disk is full\n"));
}

#[test]
fn what_only_some_may_read_stays_so() {
    let repo = Repo::nowhere();
    let page = repo.beside("ai-detect.1");
    std::fs::write(&page, "the old page\n").unwrap();
    std::fs::set_permissions(&page, std::fs::Permissions::from_mode(0o640)).unwrap();
    repo.run(&["man", &page.parent().unwrap().display().to_string()]).text();
    assert_eq!(std::fs::metadata(&page).unwrap().mode() & 0o777, 0o640);
    assert_ne!(std::fs::read(&page).unwrap(), b"the old page\n");
}

/// How a process is made to end.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    /// Told to, as by a runner that cancels a job (and a keypress, which is another signal of the kind).
    Told,
    /// Stopped by the system without a word.
    Stopped,
}

/// Starts a process, and ends it after a while.
fn ended_after(process: &mut Command, wait: Duration, end: End) {
    let mut child = process.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(wait);
    match end {
        End::Told if child.try_wait().unwrap().is_some() => {}
        // It may have ended by now, so whether there was somebody to tell does not matter.
        End::Told => drop(Command::new("kill").arg(child.id().to_string()).stderr(Stdio::null()).status().unwrap()),
        End::Stopped => drop(child.kill()),
    }
    child.wait().unwrap();
}

#[test]
fn a_kill_at_any_moment_leaves_whole_files() {
    let repo = Repo::nowhere();
    let (folder, whole) = (repo.beside("man"), repo.beside("whole"));
    std::fs::create_dir(&whole).unwrap();
    repo.run(&["man", &whole.display().to_string()]).text();
    std::fs::create_dir(&folder).unwrap();
    for (moment, end) in (0..40).flat_map(|moment| [(moment, End::Told), (moment, End::Stopped)]) {
        let mut man = repo.process(&["man", &folder.display().to_string()]);
        ended_after(&mut man, Duration::from_micros(700 * moment), end);
        for (page, content) in files(&folder) {
            let name = page.file_name().unwrap();
            let temporary = name.to_string_lossy().starts_with('.');
            assert!(!temporary || end == End::Stopped, "{}", page.display());
            if temporary {
                std::fs::remove_file(&page).unwrap();
                continue;
            }
            assert!(std::fs::read(whole.join(name)).unwrap() == content, "{}", page.display());
        }
    }
    // The next run is not hindered by what a killed one left.
    repo.run(&["man", &folder.display().to_string()]).text();
    for (page, content) in files(&whole) {
        assert_eq!(std::fs::read(folder.join(page.file_name().unwrap())).unwrap(), content);
    }
}

#[test]
fn a_kill_while_reading_leaves_the_repository_as_it_was() {
    let repo = topic();
    let before = files(repo.path());
    for moment in 0..20 {
        for args in [&["diff", "main"][..], &["diff", "--worktree"]] {
            ended_after(&mut repo.process(args), Duration::from_millis(4 * moment), End::Stopped);
        }
        assert!(files(repo.path()) == before, "neither locks nor anything else");
    }
}

#[test]
fn a_kill_while_attesting_leaves_the_old_commit_or_the_new_one() {
    let repo = topic();
    let attest = |moment: u32| {
        let model = format!("model-{moment}");
        repo.process(&["attest", "--tool", "Tool", "--model", &model])
    };
    // Kills fall before, within and behind what an with_signals_deferred run takes here.
    let started = std::time::Instant::now();
    assert_eq!(ended(&mut attest(99)).0, 0);
    let usual = started.elapsed();
    let (mut told, mut untold) = (0, 0);
    for (moment, end) in (0..16).flat_map(|moment| [(moment, End::Told), (moment, End::Stopped)]) {
        let start = repo.id("HEAD");
        ended_after(&mut attest(2 * moment + u32::from(end == End::Told)), usual * moment / 8, end);
        let now = repo.id("HEAD");
        match now == start {
            true => untold += 1,
            false => told += 1,
        }
        assert_eq!(repo.git(&["rev-parse", &format!("{now}^{{tree}}")]), repo.id(&format!("{start}^{{tree}}")));
        repo.git(&["fsck", "--strict", "--no-dangling"]);
        // An object that was not finished hinders nothing, as with git; the next `git gc` takes it away.
        for lock in locks(&repo) {
            assert_eq!(end, End::Stopped, "{}", lock.display());
            std::fs::remove_file(lock).unwrap();
        }
    }
    assert!(told > 0 && untold > 0, "{told} told, {untold} untold");
    // No kill hinders the next run.
    let (status, _, said) = ended(&mut attest(100));
    assert_eq!((status, said.as_str()), (0, ""));
}

/// Locks of a repository.
fn locks(repo: &Repo) -> Vec<PathBuf> {
    let is_lock = |path: &PathBuf| path.extension().is_some_and(|end| end == "lock");
    files(&repo.path().join(".git")).into_keys().filter(is_lock).collect()
}

#[test]
fn a_lock_that_somebody_holds_is_named() {
    let repo = topic();
    let start = repo.id("HEAD");
    let told = ["attest", "--tool", "Tool", "--model", "model-2"];
    let noted = [&told[..], &["--notes"]].concat();
    for (held, args, what) in [
        ("HEAD", &told[..], "amending the last commit"),
        ("refs/heads/topic", &told, "amending the last commit"),
        ("refs/notes/ai-attest", &noted, "writing refs/notes/ai-attest"),
    ] {
        let lock = std::fs::canonicalize(repo.path()).unwrap().join(format!(".git/{held}.lock"));
        std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
        std::fs::write(&lock, "").unwrap();
        let (status, stdout, said) = ended(&mut repo.process(args));
        let expected = "another git is writing there; try again, or delete";
        assert_eq!(said, format!("error: {what}: {expected} {} if none is\n", lock.display()));
        assert_eq!((status, stdout.as_str()), (3, ""));
        assert_eq!((locks(&repo), repo.id("HEAD")), (vec![lock.clone()], start.clone()));
        std::fs::remove_file(lock).unwrap();
    }
    assert_eq!(ended(&mut repo.process(&told)).0, 0);
}

/// The program as a user who may read everything and write nothing.
fn as_reader(repo: &Repo, args: &[&str]) -> Command {
    let binary = repo.beside("ai-detect");
    let process = repo.process(args);
    if !binary.exists() {
        std::fs::copy(process.get_program(), &binary).unwrap();
    }
    let readable = Command::new("chmod").args(["-R", "a+rX,a-w"]).arg(repo.path()).status().unwrap();
    assert!(readable.success());
    std::fs::set_permissions(repo.beside("."), std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut copy = Command::new(binary);
    copy.args(process.get_args()).current_dir(repo.beside(".")).stdin(Stdio::null());
    for (name, value) in process.get_envs().filter_map(|(name, value)| Some((name, value?))) {
        copy.env(name, value);
    }
    // Permissions mean nothing to a superuser.
    if std::fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0) {
        copy.uid(65_534);
    }
    copy
}

#[test]
fn a_repository_that_cannot_be_written_is_read_all_the_same() {
    let repo = topic();
    let expected = [&["diff", "main", "-v"][..], &["diff", "--worktree", "-v"], &["markers", "scan", "main..HEAD"]]
        .map(|args| (args, repo.run(args).text()));
    for (args, expected) in expected {
        let (status, stdout, stderr) = ended(&mut as_reader(&repo, args));
        assert_eq!((status, stdout, stderr.as_str()), (0, expected, ""), "{args:?}");
    }
    let (status, _, said) = ended(&mut as_reader(&repo, &["attest", "--tool", "Tool", "--model", "model-2"]));
    // The superuser's repository is another user's to the one that is used then.
    let refused = ["ermission denied", "belongs to another user"].iter().any(|why| said.contains(why));
    assert!(status == 3 && refused, "{said}");
    Command::new("chmod").args(["-R", "u+w"]).arg(repo.path()).status().unwrap();
}

#[test]
fn a_repository_that_changes_while_it_is_read_is_read_as_it_was_or_is() {
    let repo = topic();
    let range = format!("{}..{}", repo.id("main"), repo.id("topic"));
    let (expected, rows) = (repo.diff(&[&range]), repo.run(&["scan", &range]).text());
    // Packs are written anew and old ones removed, objects go from loose to packed, refs move.
    let changes = "for round in $(seq 2000); do git branch -qf moving main; git pack-refs --all; git repack -adq; \
        git branch -qf moving topic; git hash-object -w kept.py >/dev/null; git prune-packed -q; done";
    let mut other = Command::new("bash");
    let mut other = other.args(["-c", changes]).current_dir(repo.path()).stderr(Stdio::null()).spawn().unwrap();
    for _ in 0..25 {
        assert_eq!(repo.diff(&[&range]), expected);
        assert_eq!(repo.run(&["scan", &range]).text(), rows);
        assert_eq!(repo.run(&["diff", "main...topic", "-q"]).status, 0);
    }
    assert!(other.try_wait().unwrap().is_none(), "it changed all the time");
    other.kill().unwrap();
    other.wait().unwrap();
}

/// What is said of a repository in which something is damaged.
const REFUSALS: [&str; 7] = [
    "packed-refs is damaged",
    " is damaged (",
    " is missing from this clone (",
    " is malformed (",
    " cannot be opened: ",
    "HEAD names `",
    "reading the index: ",
];

#[test]
fn damage_anywhere_in_a_repository_is_told_or_does_not_matter() {
    let repo = topic();
    repo.git(&["notes", "--ref", "refs/notes/ai", "add", "-m", "AI-Tool: Tool", "HEAD"]);
    repo.git(&["repack", "-a", "-d", "-q"]);
    repo.git(&["pack-refs", "--all"]);
    let ways = [&["diff", "main", "-v"][..], &["diff", "--worktree", "-v"], &["diff", "--staged"]];
    let expected = ways.map(|args| repo.run(args).text());
    let names: Vec<PathBuf> = files(&repo.path().join(".git"))
        .into_keys()
        .filter(|path| {
            let path = path.to_string_lossy();
            !path.contains("/hooks/") && !path.contains("/logs/") && !path.contains("/info/") && !path.ends_with("MSG")
        })
        .collect();
    let mut random = StdRng::seed_from_u64(20_260_101);
    let (mut same, mut other, mut refused, mut unsaid) = (0, 0, 0, Vec::new());
    for round in 0..90 {
        let path = &names[round % names.len()];
        let whole = std::fs::read(path).unwrap();
        let mut damaged = whole.clone();
        match round % 3 {
            0 => damaged.truncate(random.gen_range(0..=whole.len())),
            _ => (0..1 + round % 5).for_each(|_| {
                let at = random.gen_range(0..damaged.len().max(1));
                damaged.get_mut(at).into_iter().for_each(|byte| *byte ^= random.gen_range(1..=255u8));
            }),
        }
        let mode = std::fs::metadata(path).unwrap().permissions();
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &damaged).unwrap();
        for (args, expected) in ways.iter().zip(&expected) {
            let (status, stdout, said) = ended(&mut repo.process(args));
            match status {
                0 if stdout == *expected => same += 1,
                // A report that comes out all the same says what it lacks.
                0 | 3 if !stdout.is_empty() => {
                    other += 1;
                    let lacks = stdout.contains("missing object (") && stdout.contains(" not looked at: ");
                    if !(lacks || stdout.contains("which does not exist, so everything counts as new")) {
                        unsaid.push(format!("{}: {args:?} {status} {said}{stdout}", path.display()));
                    }
                }
                3 => {
                    refused += 1;
                    if !REFUSALS.iter().any(|words| said.contains(words)) {
                        unsaid.push(format!("{}: {said}", path.display()));
                    }
                }
                _ => unsaid.push(format!("{}: {args:?} {status} {said}{stdout}", path.display())),
            }
        }
        std::fs::remove_file(path).unwrap();
        std::fs::write(path, &whole).unwrap();
        std::fs::set_permissions(path, mode).unwrap();
    }
    assert!(unsaid.is_empty(), "{}", unsaid.join("\n"));
    assert!(same > 0 && refused > 10, "{same} the same, {other} otherwise, {refused} refused");
    assert_eq!(ways.map(|args| repo.run(args).text()), expected);
}

/// A row of which nobody knows how its commit landed.
fn without_landing(row: &str) -> String {
    let (before, rest) = row.split_once(",\"via\":").unwrap();
    let (_, after) = rest.split_once(",\"request\":").unwrap();
    format!("{before},\"via\":null,\"landed_time\":null,\"request\":{after}")
}

#[test]
fn damage_in_a_history_is_told_and_leaves_all_other_rows_as_they_were() {
    let repo = topic();
    let expected = repo.run(&["scan", "--all"]).text();
    let objects: Vec<PathBuf> = files(&repo.path().join(".git/objects")).into_keys().collect();
    let (mut lost, mut kept) = (0, 0);
    for path in objects {
        let whole = std::fs::read(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let (status, stdout, said) = ended(&mut repo.process(&["scan", "--all"]));
        let missing = expected.lines().count() - stdout.lines().count();
        // How a commit landed is not known where a part of the history is lost.
        let is_there = |row: &str| expected.lines().any(|line| line == row || without_landing(line) == row);
        assert!(stdout.lines().all(is_there), "{}: {stdout}", path.display());
        if missing > 0 {
            assert!(status == 3 && said.contains("error: repo: ") && said.len() > 40, "{said}");
        }
        lost += missing;
        kept += stdout.lines().count();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, whole).unwrap();
    }
    assert!(lost > 5 && kept > 50, "{lost} lost, {kept} kept");
    assert_eq!(repo.run(&["scan", "--all"]).text(), expected);
}

#[test]
fn a_file_whose_object_is_damaged_is_left_out_with_its_reason() {
    let repo = topic();
    let blob = repo.id("topic:one.py");
    let object = repo.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    let mut content = std::fs::read(&object).unwrap();
    let middle = content.len() / 2;
    content[middle..middle + 4].fill(0xff);
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, content).unwrap();
    let run = repo.run(&["diff", "--format", "json", "main"]);
    // Whether that is an error is for `tests/it/exclusions.rs`.
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert!(hunks(&report).contains(&"two.py:1-12".to_owned()));
    let told = excluded(&report);
    assert!(
        told.len() == 1 && told[0].starts_with("one.py: missing-object (") && told[0].contains(&blob[2..]),
        "{told:?}"
    );
}

#[test]
fn runs_at_once_do_not_disturb_each_other() {
    let repo = topic();
    let expected = repo.diff(&["main"]);
    let folder = repo.beside("man").display().to_string();
    std::fs::create_dir(&folder).unwrap();
    let started: Vec<_> = (0..6)
        .map(|at| {
            let args = if at % 2 == 0 { vec!["diff", "main", "--format", "json"] } else { vec!["man", &folder] };
            repo.process(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    for (at, child) in started.into_iter().enumerate() {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        if at % 2 == 0 {
            assert_eq!(serde_json::from_slice::<serde_json::Value>(&output.stdout).unwrap(), expected);
        }
    }
    assert!(
        files(Path::new(&folder)).keys().all(|page| page.extension().is_some_and(|end| end == "1")),
        "nothing else"
    );
}

#[test]
fn two_people_who_attest_at_once_both_keep_their_notes_or_are_told() {
    let repo = topic();
    let commits: Vec<String> = ["topic", "topic~1", "topic~2", "topic~3"].map(|name| repo.id(name)).into();
    let started: Vec<_> = commits
        .iter()
        .map(|commit| {
            let args = ["attest", &format!("{commit}~..{commit}"), "--tool", "Tool", "--model", "model-1", "--notes"];
            repo.process(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        })
        .collect();
    let mut kept = 0;
    for (commit, child) in commits.iter().zip(started) {
        let output = child.wait_with_output().unwrap();
        let (found, ..) = repo.try_git(&["notes", "--ref", "refs/notes/ai-attest", "show", commit], b"");
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.success(), found, "{said}");
        assert!(found || said.starts_with("error: "), "{said}");
        kept += usize::from(found);
    }
    assert!(kept > 0);
}

/// The first second of 1970.
const STOPPED_CLOCK: &str = "#include <time.h>\n#include <sys/time.h>\n\
    int clock_gettime(clockid_t id, struct timespec *at) { at->tv_sec = 0; at->tv_nsec = 0; return 0; }\n\
    int gettimeofday(struct timeval *at, void *zone) { at->tv_sec = 0; at->tv_usec = 0; return 0; }\n\
    time_t time(time_t *at) { if (at) *at = 0; return 0; }\n";

#[test]
fn a_clock_in_the_past_changes_nothing() {
    let repo = topic();
    let clock = crate::support::preload::library(&repo, "clock", STOPPED_CLOCK);
    for args in [&["diff", "main", "-v"][..], &["diff", "--worktree", "--format", "json"], &["scan", "--all"]] {
        let (expected, mut process) = (repo.run(args).text(), repo.process(args));
        assert_eq!(ended(process.env("LD_PRELOAD", &clock)), (0, expected, String::new()));
    }
    let mut attest = repo.process(&["attest", "--tool", "Tool", "--model", "model-1"]);
    assert_eq!(ended(attest.env("LD_PRELOAD", &clock)).0, 0);
    assert!(repo.git(&["log", "-1", "--format=%B"]).contains("Tool"), "the clock was the only thing wrong");
}

#[test]
fn times_of_commits_that_make_no_sense_change_nothing() {
    let report = |dates: [&str; 3]| {
        let repo = Repo::new();
        for (at, date) in dates.iter().enumerate() {
            repo.write(&format!("{at}.py"), code(&format!("name{at}"), 8));
            repo.git(&["add", "--all"]);
            let mut commit = Command::new("git");
            commit.current_dir(repo.path()).args([
                "-c",
                "user.name=A",
                "-c",
                "user.email=a@b",
                "commit",
                "-qm",
                "Change",
            ]);
            assert!(commit.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date).status().unwrap().success());
            if at == 0 {
                repo.branch("topic");
            }
        }
        let report = repo.diff(&["main"]);
        (hunks(&report), list(&report["commits"]).len(), report["range"]["log_odds"].clone())
    };
    let usual = report(["@1700000000 +0000", "@1700000100 +0000", "@1700000200 +0000"]);
    assert_eq!(usual.1, 2);
    // Children older than their parents, the first second, and the far future.
    assert_eq!(report(["@1700000200 +0000", "@1700000100 +0000", "@1700000000 +0000"]), usual);
    assert_eq!(report(["@0 +0000", "@0 +0000", "@0 +0000"]), usual);
    assert_eq!(report(["@4102444800 +1400", "@4102444800 -1200", "@32503680000 +0000"]), usual);
}

#[test]
fn neither_home_nor_locale_is_needed() {
    let repo = topic();
    std::fs::write(repo.path().join(OsStr::from_bytes(b"n\xff\xe9.py")), code("odd", 8)).unwrap();
    repo.write("d\u{e9}j\u{e0}.py", code("deja", 8));
    repo.commit("Names");
    let ways = [&["diff", "main", "-v"][..], &["diff", "main", "--format", "json"], &["diff", "--worktree"], &["scan"]];
    for args in ways {
        let expected = repo.run(args).text();
        for unset in
            [&["HOME", "XDG_CONFIG_HOME"][..], &["LC_ALL", "LANG"], &["HOME", "LC_ALL", "LANG", "PATH", "TMPDIR"]]
        {
            let mut process = repo.process(args);
            for name in unset {
                process.env_remove(name);
            }
            assert_eq!(ended(&mut process), (0, expected.clone(), String::new()), "{unset:?}");
        }
        let mut process = repo.process(args);
        process.env("LC_ALL", "C").env("LANG", "xx_YY.nonsense").env("HOME", "/nowhere").env("TMPDIR", "/nowhere");
        assert_eq!(ended(&mut process), (0, expected, String::new()));
    }
    let report = repo.diff(&["main"]);
    assert!(list(&report["hunks"]).iter().any(|hunk| text(&hunk["path"]) == "n\u{fffd}\u{fffd}.py"), "{report}");
}
