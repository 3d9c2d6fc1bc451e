//! The only place that names the git library: opening a repository, resolving a range into a
//! change set, and reading files at a revision.
//!
//! Nothing here starts a program, except git where a job asks to fetch (`fetch`). No program that a repository's
//! configuration names is run.
//! What the lines of a change mean is not known here.
//!
//! [`Repository`] is the entry point. A patch needs none:
//!
//! ```
//! use ai_detect_base::exclude::{DEFAULT_MAX_BYTES, Excluder};
//! use ai_detect_git::patch;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let diff = b"--- a/add.py\n+++ b/add.py\n@@ -1 +1,2 @@\n import sys\n+print(sys.argv)\n";
//! let patch = patch::read("add.diff", diff, &Excluder::new(&[], DEFAULT_MAX_BYTES)?)?;
//! let [file] = patch.change.files.as_slice() else { return Err("one file was changed".into()) };
//! assert_eq!((file.path.to_string(), file.authored.len()), ("add.py".to_owned(), 1));
//! # Ok(())
//! # }
//! ```

mod amend;
mod at;
mod attributes;
mod attribution;
mod authors;
mod blobs;
mod budget;
mod checkout;
pub mod child;
mod commits;
mod error;
mod fetch;
mod files;
mod freed;
mod head;
mod hooks;
mod judge;
mod kept;
pub mod kept_lines;
mod landing;
mod lenient;
mod name;
mod notes;
mod object;
mod one_by_one;
mod open;
mod own_notes;
pub mod patch;
mod pieces;
mod published;
mod quarantine;
mod range;
mod records;
mod rewritten;
mod scan;
mod signature;
mod substitutes;
mod suggest;
mod touched;
mod trees;
mod uncommitted;
mod walk;

use std::path::Path;

use ai_detect_base::change::ChangeSet;
use ai_detect_base::exclude::Excluder;

pub use amend::{Chain, ChainCommit, ChainEnd};
pub use attribution::{Blame, Blamer, Blamers, End, Run, Sought};
pub use budget::Budget;
pub use checkout::{Checkout, CheckoutError, Workspace};
pub use error::Error;
pub use fetch::{ContentsFetch, NotesFetch, OriginToken, bring_notes};
pub use hooks::{HooksFolder, without_comments};
pub use landing::Landing;
pub use one_by_one::{CommitId, Listed, ListedCommit, OneByOne, Shared};
pub use own_notes::OwnNotes;
pub use range::{RangeSpec, Resolved};
pub use records::{Records, UnreadRecords};
pub use scan::Scanned;
pub use signature::SigningKey;
pub use touched::{CommitChange, Files, Texts, Touched, Wanted};
pub use walk::{History, Lost};

/// An opened repository.
pub struct Repository {
    inner: gix::Repository,
    /// What it reads the objects of a push by, in a hook that looks at one.
    push: Option<quarantine::Folder>,
    budget: Budget,
}

/// A file of the tree: its content, or that it is not there.
pub type Content = Option<Vec<u8>>;

impl Repository {
    /// Opens the repository that holds `dir`, as git would find it, or the one that `GIT_DIR` names.
    ///
    /// # Errors
    /// Where there is none, or it is damaged; and where `dir` is in a folder that looks like a bare repository, and lies
    /// in the work tree of another one.
    pub fn open(dir: &Path) -> Result<Self, Error> {
        open::person(dir)
    }

    /// Opens the repository that a folder itself is. Nothing is searched for, so it may be a bare one anywhere.
    ///
    /// # Errors
    /// Where it is none, or damaged.
    pub fn open_named(dir: &Path) -> Result<Self, Error> {
        open::named(dir)
    }

    /// The same with another budget for what is done on a range.
    #[must_use]
    pub fn within(self, budget: Budget) -> Self {
        Repository { budget, ..self }
    }

    /// Whether the repository is one to write to: the user's own, or named in `safe.directory`.
    ///
    /// # Errors
    /// Where it is somebody else's, and where a hook looks at a push.
    pub fn check_ours(&self) -> Result<(), Error> {
        if self.push.is_some() {
            return Err(Error::Quarantine);
        }
        match self.inner.git_dir_trust() {
            gix::sec::Trust::Full => Ok(()),
            gix::sec::Trust::Reduced => {
                let dir = self.inner.workdir().unwrap_or_else(|| self.inner.git_dir());
                Err(Error::NotYours { dir: error::absolute(dir) })
            }
        }
    }

    /// Looks up what a request names.
    ///
    /// # Errors
    /// Where a name is unknown, or the two histories do not meet in this clone.
    pub fn resolve(&self, request: &RangeSpec) -> Result<Resolved, Error> {
        range::resolve(&self.inner, request)
    }

    /// The change between the ends of a range: its commits with what is recorded of them, its files before and after, who
    /// introduced each line, and what was left out.
    ///
    /// # Errors
    /// Where a commit or a tree cannot be read. A single file that cannot be read is left out of
    /// the change set with its reason, never an error.
    pub fn change_set(&self, resolved: Resolved, excluder: &Excluder, records: &Records) -> Result<ChangeSet, Error> {
        let Resolved { range, base_tree, head_tree, reach, overlay, .. } = resolved;
        let blobs = blobs::Blobs::new(&self.inner, overlay);
        let differing = files::differing(&blobs, base_tree, &head_tree)?;
        let paths: Vec<_> = differing.paths().cloned().collect();
        let mut found = files::Found::default();
        // The commits are read through this handle, which has seen many of them when the range was resolved.
        let history = rayon::in_place_scope(|scope| {
            scope.spawn(|_| found = files::read(&blobs, differing, excluder));
            let commits = commits::read(&self.inner, &reach, records)?;
            attribution::History::read(&blobs, commits, paths, excluder.max_bytes, &self.budget)
        })?;
        let mut change = ChangeSet {
            range,
            commits: history.commits().cloned().collect(),
            files: found.files,
            excluded: found.excluded,
            cut_short: Vec::new(),
        };
        attribution::attribute(&history, &blobs, &mut change, &found.ends, (excluder, self.budget.compared));
        change.excluded.sort();
        Ok(change)
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
