//! The only place that names the git library: opening a repository, resolving a range into a
//! change set, and reading files at a revision.
//!
//! Nothing here spawns a process, and no program that a repository's configuration names is run.
//! What the lines of a change mean is not known here.

mod amend;
mod attributes;
mod attribution;
mod authors;
mod blobs;
mod commits;
mod fetch;
mod files;
mod hooks;
mod notes;
mod object;
mod one_by_one;
mod own_notes;
mod range;
mod scan;
mod signature;
mod suggest;
mod touched;
mod trees;
mod uncommitted;
mod walk;

use std::path::{Path, PathBuf};

use gix::ObjectId;

use crate::change::{ChangeSet, Record};
use crate::exclude::Excluder;

pub use amend::HeadState;
pub use fetch::fetch;
pub use hooks::HooksFolder;
pub use one_by_one::{CommitId, Listed, OneByOne, Shared};
pub use own_notes::OwnNotes;
pub use range::{Request, Resolved};
pub use signature::SigningKey;
pub use touched::{CommitChange, Texts, Touched};
pub use walk::History;

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
    #[error("{dir} is not in a git repository; name one with -C DIR, or read a patch with --patch FILE")]
    NoRepository {
        /// Where it was looked for.
        dir: PathBuf,
    },
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
        "no default branch to compare with: neither origin/HEAD, main nor master exists; \
         name a range, such as `ai-detect diff {example}`"
    )]
    NoDefaultBranch {
        /// A range that would work here.
        example: String,
    },
    /// The repository has no commit yet.
    #[error("the repository has no commit yet; use --staged or --worktree to look at what will be the first")]
    NoCommit,
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
    #[error("{what} is missing from this clone ({problem}); `git fetch` it, or clone without --filter and --depth")]
    Missing {
        /// Which object.
        what: String,
        /// What the git library said.
        problem: String,
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
    fn library(what: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Error::Library { what: what.into(), problem: problem.to_string() }
    }

    fn missing(what: impl Into<String>, problem: impl std::fmt::Display) -> Self {
        Error::Missing { what: what.into(), problem: problem.to_string() }
    }
}

/// An opened repository.
pub struct Repository {
    inner: gix::Repository,
}

/// A file of the tree: its content, or that it is not there.
pub type Content = Option<Vec<u8>>;

impl Repository {
    /// Opens the repository that holds `dir`, as git would find it.
    ///
    /// # Errors
    /// Where there is none, or it is damaged.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        if !dir.is_dir() {
            return Err(Error::NoFolder { dir: dir.into() });
        }
        let discovered = gix::ThreadSafeRepository::discover_with_environment_overrides(dir);
        let inner = discovered.map_err(|error| match gix::discover::upwards(dir) {
            Ok(_) => Error::Open { dir: dir.into(), problem: error.to_string() },
            Err(_) => Error::NoRepository { dir: dir.into() },
        })?;
        let mut inner = inner.to_thread_local();
        inner.object_cache_size_if_unset(16 << 20);
        Ok(Repository { inner })
    }

    /// Whether the repository is one to write to: the user's own, or named in `safe.directory`.
    ///
    /// # Errors
    /// Where it is somebody else's.
    pub fn check_ours(&self) -> Result<(), Error> {
        match self.inner.git_dir_trust() {
            gix::sec::Trust::Full => Ok(()),
            gix::sec::Trust::Reduced => {
                Err(Error::NotYours { dir: self.inner.workdir().unwrap_or_else(|| self.inner.git_dir()).to_owned() })
            }
        }
    }

    /// Looks up what a request names.
    ///
    /// # Errors
    /// Where a name is unknown, or the two histories do not meet in this clone.
    pub fn resolve(&self, request: &Request) -> Result<Resolved, Error> {
        range::resolve(&self.inner, request)
    }

    /// The change between the ends of a range: its commits, its files before and after, who
    /// introduced each line, and what was left out.
    ///
    /// # Errors
    /// Where a commit or a tree cannot be read. A single file that cannot be read is left out of
    /// the change set with its reason, never an error.
    pub fn change_set(&self, resolved: Resolved, excluder: &Excluder) -> Result<ChangeSet, Error> {
        let Resolved { range, base_tree, head_tree, reach, overlay } = resolved;
        let blobs = blobs::Blobs::new(&self.inner, overlay);
        let mut found = Ok(files::Found::default());
        // The commits are read through this handle, which has seen many of them when the range was resolved.
        let history = rayon::in_place_scope(|scope| {
            scope.spawn(|_| found = files::read(&blobs, base_tree, head_tree, excluder));
            attribution::History::read(&self.inner, &blobs, &reach)
        });
        let (history, found) = (history?, found?);
        let mut change = ChangeSet {
            range,
            commits: history.commits().cloned().collect(),
            files: found.files,
            excluded: found.excluded,
        };
        history.attribute(&blobs, &mut change, &found.ends);
        change.excluded.sort();
        Ok(change)
    }

    /// The notes under `refs/notes/ai`, each with the id of the commit that it is attached to, by id.
    ///
    /// # Errors
    /// Where the tree of notes cannot be read.
    pub fn ai_notes(&self) -> Result<Vec<(String, Record)>, Error> {
        notes::ai(&self.inner)
    }

    /// A file at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown or its tree cannot be read.
    pub fn file_at(&self, revision: &str, path: &str) -> Result<Content, Error> {
        let commit = range::commit(&self.inner, revision)?;
        self.file_of(commit, path)
    }

    /// How many bytes a file has at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown or its tree cannot be read.
    pub fn size_at(&self, revision: &str, path: &str) -> Result<Option<u64>, Error> {
        let commit = range::commit(&self.inner, revision)?;
        let missing = |error| Error::missing(format!("{path} at {commit}"), error);
        let tree = self.inner.find_commit(commit).and_then(|commit| commit.tree()).map_err(missing)?;
        let entry = tree.lookup_entry(path.split('/').map(str::as_bytes)).map_err(missing)?;
        let blob = entry.filter(|entry| entry.mode().is_blob());
        blob.map(|blob| self.inner.find_header(blob.object_id()).map(|header| header.size()).map_err(missing))
            .transpose()
    }

    fn file_of(&self, commit: ObjectId, path: &str) -> Result<Content, Error> {
        let missing = |error| Error::missing(format!("{path} at {commit}"), error);
        let tree = self.inner.find_commit(commit).and_then(|commit| commit.tree()).map_err(missing)?;
        let entry = tree.lookup_entry(path.split('/').map(str::as_bytes)).map_err(missing)?;
        match entry {
            Some(entry) if entry.mode().is_blob() => Ok(Some(entry.object().map_err(missing)?.detach().data)),
            _ => Ok(None),
        }
    }

    /// The id of the commit that HEAD names; `None` before the first commit.
    pub fn head(&self) -> Option<String> {
        self.inner.head_id().ok().map(|id| id.to_string())
    }

    /// Whether history is cut off somewhere.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow().unwrap_or(false)
    }

    /// The working tree's root, where there is one.
    pub fn workdir(&self) -> Option<&Path> {
        self.inner.workdir()
    }
}
