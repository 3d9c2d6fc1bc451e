//! What the tests share: throw-away repositories made with the `git` program, and runs of the
//! binary in surroundings that hold nothing of the machine's or the person's configuration.

pub(crate) mod collide;
pub(crate) mod history;
pub(crate) mod preload;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// When the first commit of a repository is made; each further one is a minute later.
const FIRST_COMMIT: u32 = 1_700_000_000;

/// A repository in a folder that goes when the test ends.
pub(crate) struct Repo {
    area: Rc<TempDir>,
    root: PathBuf,
    commits: Cell<u32>,
}

impl Repo {
    /// An empty repository with an unborn branch `main`.
    pub(crate) fn new() -> Self {
        Repo::init(&[])
    }

    /// The same with options for `git init`.
    pub(crate) fn init(options: &[&str]) -> Self {
        let repo = Repo::nowhere();
        repo.git(&[&["init", "--quiet", "-b", "main"], options].concat());
        repo
    }

    /// A folder that is no repository.
    pub(crate) fn nowhere() -> Self {
        let area = TempDir::new().unwrap();
        let root = area.path().join("repo");
        std::fs::create_dir_all(&root).unwrap();
        std::fs::create_dir_all(area.path().join("home")).unwrap();
        Repo { area: Rc::new(area), root, commits: Cell::new(0) }
    }

    /// A clone beside it, read over `file://` as from elsewhere.
    pub(crate) fn clone(&self, name: &str, options: &[&str]) -> Repo {
        let url = format!("file://{}", self.root.display());
        let to = self.beside(name);
        self.git(&[&["clone", "--quiet"], options, &[&url, &to.display().to_string()]].concat());
        self.at(to)
    }

    /// Lets fetches of a clone bring notes, so that nothing is said of notes that it may lack.
    pub(crate) fn with_notes(self) -> Repo {
        self.git(&["config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*"]);
        self
    }

    /// A handle on another work tree or repository of this one's area.
    pub(crate) fn at(&self, root: PathBuf) -> Repo {
        Repo { area: self.area.clone(), root, commits: Cell::new(self.commits.get() + 1000) }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// A path outside of the repository that goes with it.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.area.path().join(name)
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) {
        let file = self.root.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, content).unwrap();
    }

    /// Removes a file of the work tree.
    pub(crate) fn remove(&self, path: &str) {
        std::fs::remove_file(self.root.join(path)).unwrap();
    }

    /// Commits everything in the work tree, and gives the id.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--cleanup=verbatim", "-m", message]);
        self.id("HEAD")
    }

    /// Writes one file and commits.
    pub(crate) fn commit_file(&self, path: &str, content: impl AsRef<[u8]>) -> String {
        self.write(path, content);
        self.commit(&format!("Change {path}"))
    }

    /// Makes a branch at HEAD and switches to it.
    pub(crate) fn branch(&self, name: &str) {
        self.git(&["switch", "--quiet", "-c", name]);
    }

    /// Switches to a branch or a commit.
    pub(crate) fn switch(&self, name: &str) {
        self.git(&["checkout", "--quiet", name]);
    }

    /// Merges a branch with a merge commit, and gives the id.
    pub(crate) fn merge(&self, name: &str) -> String {
        self.git(&["merge", "--quiet", "--no-ff", "-m", &format!("Merge {name}"), name]);
        self.id("HEAD")
    }

    /// The full id of a revision.
    pub(crate) fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
    }

    /// Runs git; what it prints, without the newline at the end.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let (succeeded, stdout, stderr) = self.try_git(args, b"");
        assert!(succeeded, "git {args:?}: {stderr}");
        String::from_utf8(stdout).unwrap().trim_end_matches('\n').to_owned()
    }

    /// Runs git with something on its standard input, and returns the bytes that it prints.
    pub(crate) fn git_bytes(&self, args: &[&str], stdin: &[u8]) -> Vec<u8> {
        let (succeeded, stdout, stderr) = self.try_git(args, stdin);
        assert!(succeeded, "git {args:?}: {stderr}");
        stdout
    }

    /// Runs git where it may fail: whether it succeeded, and what it printed.
    pub(crate) fn try_git(&self, args: &[&str], stdin: &[u8]) -> (bool, Vec<u8>, String) {
        self.commits.set(self.commits.get() + 1);
        let date = format!("{} +0000", FIRST_COMMIT + 60 * self.commits.get());
        let mut command = hermetic("git", &self.home());
        command.current_dir(&self.root).args(args).write_stdin(stdin);
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada Example");
            command.env(format!("GIT_{who}_EMAIL"), "ada@example.org");
            command.env(format!("GIT_{who}_DATE"), &date);
        }
        let output = command.output().unwrap();
        (output.status.success(), output.stdout, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn home(&self) -> PathBuf {
        self.area.path().join("home")
    }

    /// The binary, ready to run on this repository.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = hermetic(assert_cmd::cargo::cargo_bin!("ai-detect"), &self.home());
        command.current_dir(self.area.path()).arg("-C").arg(&self.root).args(args);
        command
    }

    /// The same as a process that can be watched, stopped or started as somebody else.
    pub(crate) fn process(&self, args: &[&str]) -> std::process::Command {
        let made = self.command(args);
        let mut process = std::process::Command::new(made.get_program());
        process.args(made.get_args()).current_dir(self.area.path()).stdin(std::process::Stdio::null());
        for (name, value) in made.get_envs() {
            match value {
                Some(value) => process.env(name, value),
                None => process.env_remove(name),
            };
        }
        process
    }

    /// Runs the binary on this repository.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        Run::of(&mut self.command(args))
    }

    /// What `diff --format json` says.
    pub(crate) fn diff(&self, args: &[&str]) -> Value {
        self.run(&[&["diff", "--format", "json"], args].concat()).json()
    }

    /// What `diff --patch -` says of a patch.
    pub(crate) fn diff_patch(&self, patch: impl AsRef<[u8]>) -> Value {
        self.run_patch(patch, &["--format", "json"]).json()
    }

    /// Runs `diff --patch -` on a patch.
    pub(crate) fn run_patch(&self, patch: impl AsRef<[u8]>, args: &[&str]) -> Run {
        let args = [&["diff", "--patch", "-"], args].concat();
        Run::of(self.command(&args).write_stdin(patch.as_ref()))
    }
}

fn hermetic(program: impl AsRef<std::ffi::OsStr>, home: &Path) -> Command {
    let mut command = Command::new(program);
    let inherited = std::env::vars_os().map(|(name, _)| name);
    for name in inherited.filter(|name| name.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(name);
    }
    command
        .env_remove("GITHUB_WORKSPACE")
        .env_remove("CI_PROJECT_DIR")
        // These tests may run in a job themselves.
        .env_remove("CI")
        .env_remove("GITHUB_ACTIONS")
        .env_remove("GITLAB_CI")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home)
        .env("LC_ALL", "C.UTF-8")
        .env("COLUMNS", "100")
        .env("NO_COLOR", "1");
    command
}

/// How a run of the binary ended.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Runs a command. A panic or a signal is never a way to end.
    pub(crate) fn of(command: &mut Command) -> Run {
        let output = command.output().unwrap();
        let run = Run {
            status: output.status.code().expect("ended by a signal"),
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        };
        assert!(run.status <= 3 && !run.stderr.contains("panicked"), "{run:?}");
        run
    }

    /// What a run that must succeed prints.
    pub(crate) fn text(self) -> String {
        assert_eq!((self.status, self.stderr.as_str()), (0, ""), "{}", self.stdout);
        self.stdout
    }

    /// The same, as JSON.
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    /// What a run that must fail with a status says; it prints nothing else.
    pub(crate) fn error(self, status: i32) -> String {
        assert_eq!((self.status, self.stdout.as_str()), (status, ""), "{}", self.stderr);
        self.stderr.strip_prefix("error: ").unwrap_or(&self.stderr).trim_end().to_owned()
    }
}

/// Distinct lines of Python; `name` makes them unlike those of other calls.
pub(crate) fn code(name: &str, lines: usize) -> String {
    (1..=lines).map(|line| format!("{name}_{line} = measure(\"{name}\", {line})\n")).collect()
}

/// The hunks of a report, as `path:first-last`.
pub(crate) fn hunks(report: &Value) -> Vec<String> {
    let place = |hunk: &Value| format!("{}:{}-{}", text(&hunk["path"]), hunk["start_line"], hunk["end_line"]);
    list(&report["hunks"]).iter().map(place).collect()
}

/// What a report left out, as `path: reason (detail)`.
pub(crate) fn excluded(report: &Value) -> Vec<String> {
    let told = |left_out: &Value| {
        format!("{}: {} ({})", text(&left_out["path"]), text(&left_out["reason"]), text(&left_out["detail"]))
    };
    list(&report["coverage"]["excluded"]).iter().map(told).collect()
}

/// The subjects of a report's commits.
pub(crate) fn subjects(report: &Value) -> Vec<&str> {
    list(&report["commits"]).iter().map(|commit| text(&commit["subject"])).collect()
}

/// A JSON value that must be a list.
pub(crate) fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("not a list: {value}"))
}

/// A JSON value that must be a string.
pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("not a string: {value}"))
}

/// A rule that fires on a word nobody writes, with a weight that no threshold withstands: tests of
/// what happens to flags do not depend on what the fitted rules say.
pub(crate) const PLANTED_PACK: &str = "\
family: reasoning
rules:
  - id: planted
    title: A word that only tests write
    why: Tests need a flag that no fitting changes.
    misleads: Never.
    scope: comment
    phrase: 'xyzzy'
    weight: 10
";

/// Settings that use it.
pub(crate) const PLANTED_CONFIG: &str = "rules:\n  packs: [planted.yml]\n";

/// Five lines that it flags.
pub(crate) fn planted_code(name: &str) -> String {
    format!("# xyzzy\n{}", code(name, 5))
}

/// How many random cases a property is tried on, always the same ones unless `PROPTEST_RNG_SEED`
/// asks for others.
pub(crate) fn cases(cases: u32) -> proptest::test_runner::Config {
    use proptest::test_runner::{Config, RngSeed};
    let default = Config::default();
    let seed = match default.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_260_101),
        chosen => chosen,
    };
    Config { cases, rng_seed: seed, failure_persistence: None, ..default }
}
