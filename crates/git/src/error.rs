//! Why something of a repository could not be read, and what to do about it.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use super::{CheckoutError, suggest};

use ai_detect_base::slices::before;

/// Why a repository or a range could not be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is not even such a folder.
    #[error("{dir} is not a folder")]
    NoFolder {
        /// As given.
        dir: PathBuf,
    },
    /// There is no repository.
    #[error("{dir} is not in a git repository; name one with -C DIR")]
    NoRepository {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// A folder that looks like a bare repository, among the files of another one.
    #[error(
        "{dir} looks like a bare repository, but it is in the work tree of {outer}, and a change can bring such a folder. \
         Use `-C {outer}` for the repository around it, or set GIT_DIR={dir} to open this one",
        dir = .dir.display(), outer = .outer.display()
    )]
    BareInside {
        /// The folder.
        dir: PathBuf,
        /// The root of the work tree.
        outer: PathBuf,
    },
    /// A job was started somewhere else than in its checkout.
    #[error(transparent)]
    Checkout(CheckoutError),
    /// The repository is there but cannot be opened.
    #[error("the repository at {dir} cannot be opened: {problem}")]
    Open {
        /// Where it is.
        dir: PathBuf,
        /// What the git library said.
        problem: String,
    },
    /// A revision that names nothing.
    #[error("unknown revision `{spec}`{}", suggest::sentence(.near, *.shallow))]
    UnknownRevision {
        /// As typed.
        spec: String,
        /// Names that look like it.
        near: Vec<String>,
        /// Whether the clone is shallow, so that the revision may exist elsewhere.
        shallow: bool,
    },
    /// A short id or name with several meanings, or one that names no commit.
    #[error("`{spec}` cannot be used as a revision: {problem}")]
    BadRevision {
        /// As typed.
        spec: String,
        /// What is wrong.
        problem: String,
    },
    /// Neither `origin/HEAD` nor `main` nor `master`.
    #[error(
        "no default branch to compare with: {} name a range, such as `ai-detect diff {example}`",
        match .gone {
            Some(gone) => format!(
                "origin/HEAD names {gone}, which is not there, and there is neither main nor master. Run `git remote \
                 set-head origin -a`, or"
            ),
            None => "neither origin/HEAD, main nor master exists;".to_owned(),
        }
    )]
    NoDefaultBranch {
        /// What origin/HEAD names, where that is gone.
        gone: Option<String>,
        /// A range that would work here.
        example: String,
    },
    /// Something would be written while git keeps the objects of a push apart.
    #[error("a hook that looks at a push can write nothing to its repository: git has not taken the objects in yet")]
    Quarantine,
    /// The repository has no commit yet.
    #[error("the repository has no commit yet")]
    NoCommit,
    /// HEAD names a branch that does not exist, where others do.
    #[error(
        "HEAD names `{head}`, which does not exist; there is {}: name both ends of a range, or make HEAD name one with \
         `git symbolic-ref HEAD refs/heads/{}`", listed(.there), .there.first().map_or("BRANCH", String::as_str)
    )]
    NoSuchHead {
        /// The branch.
        head: String,
        /// Some that exist.
        there: Vec<String>,
    },
    /// The file of packed refs is not what git writes.
    #[error(
        "{} is damaged{}, so the refs cannot be read; mend or remove that file, and `git fetch` what it named",
        .file.display(), .line.map_or_else(String::new, |line| format!(" (line {line})"))
    )]
    PackedRefs {
        /// Where it is.
        file: PathBuf,
        /// The first line that names no ref. What it holds is not told: the file may be a link to another one.
        line: Option<u64>,
    },
    /// A format of refs that is not read.
    #[error(
        "{} keeps its refs in the format reftable, which is not supported yet; `git refs migrate --ref-format=files` \
         (git 2.48 or newer) makes it readable, and so is a clone made with `git clone --ref-format=files`", .dir.display()
    )]
    Reftable {
        /// The repository's own folder.
        dir: PathBuf,
    },
    /// A file of git's configuration that is none.
    #[error(
        "git's configuration in {} cannot be read{}; `git config --list` says what is wrong with it",
        .file.display(), .line.map_or_else(String::new, |line| format!(": line {line} makes no sense"))
    )]
    Configuration {
        /// The file.
        file: PathBuf,
        /// The line.
        line: Option<usize>,
    },
    /// More paths than are looked at.
    #[error(
        "this range adds, changes or removes more than {max} files, which is too many to look at together; name a smaller \
         range, or use `ai-detect scan` for its commits one by one"
    )]
    TooManyPaths {
        /// How many are looked at.
        max: usize,
    },
    /// A range without a character, as an empty variable of a shell makes it.
    #[error("the range is empty; leave it out to compare HEAD with the default branch")]
    EmptyRange,
    /// The histories do not meet.
    #[error("`{a}` and `{b}` have no common ancestor, so there is no change to look at")]
    NoMergeBase {
        /// One end.
        a: String,
        /// The other.
        b: String,
    },
    /// The histories may meet, but not within what was fetched.
    #[error(
        "`{a}` and `{b}` have no common ancestor in this shallow clone; fetch more of the history: \
         `git fetch --deepen=100` (again until they meet) or `git fetch --unshallow`; \
         in GitHub Actions set `fetch-depth: 0` on actions/checkout, in GitLab `GIT_DEPTH: 0`"
    )]
    Shallow {
        /// One end.
        a: String,
        /// The other.
        b: String,
    },
    /// A commit or tree that the clone lacks; without it nothing can be said.
    #[error(
        "{what} is missing from this clone ({problem}); `git fetch --unshallow` brings the history of a shallow clone, and \
         `git fetch --refetch --no-filter` what a partial one left out"
    )]
    Missing {
        /// Which object.
        what: String,
        /// What the git library said.
        problem: String,
        /// Its full id, where it is the content of a file.
        content: Option<String>,
    },
    /// An object that is there and cannot be read.
    #[error("{what} is damaged ({problem}); `git fsck` names all that is, and a fresh clone mends it")]
    Damaged {
        /// Which object.
        what: String,
        /// What the git library said.
        problem: String,
    },
    /// An object that can be read and says nothing that makes sense.
    #[error("{what} is malformed ({problem}); `git fsck` says what is wrong with it")]
    Malformed {
        /// Which object.
        what: String,
        /// What the git library said.
        problem: String,
    },
    /// A ref of notes that names something else.
    #[error(
        "{name} names {kind} and no notes; `git update-ref -d {name}` takes it away, and \
         `git fetch origin {name}:{name}` then brings the notes that there are elsewhere"
    )]
    NoNotes {
        /// The ref.
        name: String,
        /// What it names instead.
        kind: String,
    },
    /// Uncommitted changes of a repository without a working tree.
    #[error("{option} needs a working tree, and this repository has none")]
    Bare {
        /// The option.
        option: &'static str,
    },
    /// Something would be written where somebody else owns the repository. Git does not even read there.
    #[error(
        "{dir} belongs to another user, so nothing is written there; \
         `git config --global --add safe.directory {dir}` if you trust it", dir = .dir.display()
    )]
    NotYours {
        /// Where it is.
        dir: PathBuf,
    },
    /// Something would be written, and nobody is known to write it.
    #[error("git does not know who you are: set user.name and user.email")]
    NoIdentity,
    /// A ref that another process is writing, or was when it was killed.
    #[error(
        "{what}: another git is writing there; try again{}",
        .lock.as_ref().map_or_else(String::new, |lock| format!(", or delete {} if none is", lock.display()))
    )]
    Locked {
        /// What was tried.
        what: String,
        /// The file that says so, if it is still there.
        lock: Option<PathBuf>,
    },
    /// Anything else the library could not do.
    #[error("{what}: {problem}")]
    Library {
        /// What was tried.
        what: String,
        /// What it said.
        problem: String,
    },
}

impl Error {
    pub(super) fn library(what: impl Into<String>, problem: impl Display) -> Self {
        Error::Library { what: what.into(), problem: without_input(problem) }
    }

    /// An object that could not be read: missing or damaged, as the problem says.
    pub(super) fn missing(what: impl Into<String>, problem: impl Into<Problem>) -> Self {
        let (what, Problem { kind, text: problem }) = (what.into(), problem.into());
        match kind {
            Kind::Missing => Error::Missing { what, problem, content: None },
            Kind::Damaged => Error::Damaged { what, problem },
            Kind::Refused => Error::Library { what, problem },
        }
    }

    /// The same with the id of the content that could not be read.
    pub(super) fn with_content(self, id: gix::ObjectId) -> Self {
        match self {
            Error::Missing { what, problem, .. } => Error::Missing { what, problem, content: Some(id.to_string()) },
            other => other,
        }
    }

    /// The same for a sentence that names the object before: `it is missing …`.
    pub(super) fn of_it(self) -> Self {
        let it = || "it".to_owned();
        match self {
            Error::Missing { problem, content, .. } => Error::Missing { what: it(), problem, content },
            Error::Damaged { problem, .. } => Error::Damaged { what: it(), problem },
            Error::Malformed { problem, .. } => Error::Malformed { what: it(), problem },
            Error::Library { problem, .. } => Error::Library { what: it(), problem },
            other => other,
        }
    }

    /// The full id of the content that this clone lacks, where that is the matter.
    pub fn missing_content(&self) -> Option<&str> {
        match self {
            Error::Missing { content, .. } => content.as_deref(),
            _ => None,
        }
    }

    /// A content that could not be read, by the words in which its file was left out.
    pub fn of_content(path: &str, problem: &str) -> Self {
        Error::missing(path, &problem as &dyn Display)
    }

    /// A ref that was not written, by its full name.
    pub(super) fn unwritten(repo: &gix::Repository, what: String, name: &str, error: &gix::Error) -> Self {
        if !error.is_retryable() {
            return Error::Library { what, problem: chain(error).join(": ") };
        }
        let branch = repo.head_name().ok().flatten().map(|name| name.as_bstr().to_string());
        let shared = [Some(name.to_owned()), branch].into_iter().flatten().map(|name| repo.common_dir().join(name));
        let mut locks = std::iter::once(repo.git_dir().join(name)).chain(shared).map(|path| {
            let mut path = absolute(&path).into_os_string();
            path.push(".lock");
            PathBuf::from(path)
        });
        Error::Locked { what, lock: locks.find(|lock| lock.exists()) }
    }

    pub(super) fn malformed(what: impl Into<String>, problem: impl Display) -> Self {
        Error::Malformed { what: what.into(), problem: without_input(problem) }
    }

    /// Whether only an object is the matter, so that others may be read all the same.
    pub fn is_of_object(&self) -> bool {
        matches!(self, Error::Missing { .. } | Error::Damaged { .. } | Error::Malformed { .. })
    }
}

/// What the git library said of an object.
pub(super) struct Problem {
    kind: Kind,
    text: String,
}

enum Kind {
    Missing,
    Damaged,
    Refused,
}

impl From<gix::Error> for Problem {
    fn from(error: gix::Error) -> Self {
        if error.is_permission_denied() {
            return Problem { kind: Kind::Refused, text: format!("{}: permission denied", without_input(&error)) };
        }
        // What was asked for stands outermost, the object that lacks innermost.
        let mut texts = chain(&error);
        match error.is_not_found() {
            true => Problem { kind: Kind::Missing, text: texts.pop().unwrap_or_else(|| error.to_string()) },
            false => Problem { kind: Kind::Damaged, text: texts.join(": ") },
        }
    }
}

impl From<gix::diff::tree::Error> for Problem {
    fn from(error: gix::diff::tree::Error) -> Self {
        gix::Error::from_error(error).into()
    }
}

impl From<&dyn Display> for Problem {
    fn from(error: &dyn Display) -> Self {
        let text = without_input(error);
        let kind = if text.contains("could not be found") { Kind::Missing } else { Kind::Damaged };
        Problem { kind, text }
    }
}

/// What the library said, from what was asked for to what was in the way.
fn chain(error: &gix::Error) -> Vec<String> {
    let texts = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let mut texts: Vec<String> = texts.map(without_input).collect();
    texts.dedup();
    texts
}

/// The library's words without what it read: that may be a line of any file that a link leads to.
pub(super) fn without_input(problem: impl Display) -> String {
    let text = problem.to_string();
    before(&text, ", input=").to_owned()
}

/// Branches as words: `a`, `b` or `c`.
fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ")
}

/// A path that means the same wherever one stands, as advice needs it.
pub(super) fn absolute(path: &Path) -> PathBuf {
    std::fs::canonicalize(path).or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned())
}

/// Why a repository with this folder of its own cannot be opened. A file of git's configuration that cannot be read is
/// named: the library says neither which nor where.
pub(super) fn not_opened(dir: &Path, git_dir: &Path, error: &gix::Error) -> Error {
    let own = [git_dir.join("config"), git_dir.join("config.worktree")];
    if let Some((file, line)) = users_configuration().into_iter().find_map(bad_line) {
        return Error::Configuration { file: absolute(&file), line };
    }
    let problem = match own.into_iter().find_map(bad_line) {
        Some((file, Some(line))) => format!("line {line} of {} makes no sense", absolute(&file).display()),
        Some((file, None)) => format!("{} cannot be read", absolute(&file).display()),
        None => without_input(error),
    };
    Error::Open { dir: dir.into(), problem }
}

/// The files of configuration that belong to no repository.
fn users_configuration() -> Vec<PathBuf> {
    let path = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let home = path("HOME");
    let xdg = path("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let system = path("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into());
    let mut files: Vec<PathBuf> = path("GIT_CONFIG_NOSYSTEM").is_none().then_some(system).into_iter().collect();
    match path("GIT_CONFIG_GLOBAL") {
        Some(file) => files.push(file),
        None => {
            files.extend(xdg.map(|folder| folder.join("git/config")));
            files.extend(home.map(|folder| folder.join(".gitconfig")));
        }
    }
    files
}

/// A file of configuration that cannot be read, and the line where it ends to make sense.
fn bad_line(file: PathBuf) -> Option<(PathBuf, Option<usize>)> {
    if !file.is_file() {
        return None;
    }
    let error = gix::config::File::from_path_no_includes(file.clone(), gix::config::Source::Local).err()?;
    let mut chain = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
    let line = chain.find_map(|error| error.downcast_ref::<gix::config::parse::Error>());
    Some((file, line.map(gix::config::parse::Error::line_number)))
}
