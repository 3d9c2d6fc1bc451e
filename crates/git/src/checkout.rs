//! The checkout of a job: the one repository that a job of a forge may look at.
//!
//! The change decides what lies in the work tree, so the folder that a job names is not believed: it must belong to a
//! work tree with a `.git`, which no change can bring, within the folder that the forge checks out into. A submodule
//! has a `.git`, too, but the change chooses what it is.

use std::path::{Path, PathBuf};

use super::{Error, OriginToken, Repository, error, open};

/// The work tree that a job checked out.
#[derive(Debug, Clone)]
pub struct Checkout {
    root: PathBuf,
    token: Option<OriginToken>,
}

/// Where a forge checks out, and how its jobs call that.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The variable that says so.
    pub variable: &'static str,
    /// What it says.
    pub folder: PathBuf,
}

/// Why a folder is not the checkout of a job.
#[derive(Debug, thiserror::Error)]
pub enum CheckoutError {
    /// The folder of the forge is not there.
    #[error(
        "{variable} is {folder}, and there is no such folder. If this is a container of your own, set {variable} to \
         the folder where the checkout is mounted", folder = .folder.display()
    )]
    NoWorkspace {
        /// The variable.
        variable: &'static str,
        /// What it says.
        folder: PathBuf,
    },
    /// A repository, but somewhere else.
    #[error(
        "{dir} is in the repository {root}, which is not in {workspace} ({variable}), where the checkout of this job \
         is. Check the repository out there, or name a folder in it with -C (`working-directory` of the action)",
        dir = .dir.display(), root = .root.display(), workspace = .workspace.display()
    )]
    Elsewhere {
        /// As given.
        dir: PathBuf,
        /// The root of its work tree.
        root: PathBuf,
        /// The variable.
        variable: &'static str,
        /// What it says.
        workspace: PathBuf,
    },
    /// A repository without files of its own.
    #[error(
        "the repository of {dir} has no work tree, so it is not the checkout of a job. Use `ai-detect diff` for other \
         repositories", dir = .dir.display()
    )]
    Bare {
        /// As given.
        dir: PathBuf,
    },
    /// A repository that the change chooses.
    #[error(
        "{root} is a submodule of {outer}, and a change can point it at any repository. Name {outer} with -C \
         (`working-directory` of the action)", root = .root.display(), outer = .outer.display()
    )]
    Submodule {
        /// The root of its work tree.
        root: PathBuf,
        /// The root of the work tree around it.
        outer: PathBuf,
    },
}

impl Checkout {
    /// The checkout that a folder is in. Where the forge does not say where it checks out, any will do.
    ///
    /// # Errors
    /// Where the folder is in no repository, or in one that is not the job's checkout.
    pub fn find(dir: &Path, workspace: Option<&Workspace>) -> Result<Self, Error> {
        let repository = open::checkout(dir)?;
        Self::of(&repository, dir, workspace).map_err(Error::Checkout)
    }

    fn of(repository: &Repository, dir: &Path, workspace: Option<&Workspace>) -> Result<Self, CheckoutError> {
        let root = repository.workdir().ok_or_else(|| CheckoutError::Bare { dir: error::absolute(dir) })?;
        let root = error::absolute(root);
        let mut is_workspace = false;
        if let Some(Workspace { variable, folder }) = workspace {
            let folder = std::fs::canonicalize(folder)
                .map_err(|_| CheckoutError::NoWorkspace { variable, folder: folder.clone() })?;
            if !root.starts_with(&folder) {
                let dir = error::absolute(dir);
                return Err(CheckoutError::Elsewhere { dir, root, variable, workspace: folder });
            }
            is_workspace = root == folder;
        }
        match superproject(repository, &root).filter(|_| !is_workspace) {
            Some(outer) => Err(CheckoutError::Submodule { root, outer }),
            None => Ok(Checkout { root, token: None }),
        }
    }

    /// Opens its repository. Objects are read by their own ids: what `refs/replace/` puts in their place is not what
    /// the forge shows, and not what is merged.
    ///
    /// # Errors
    /// Where it is damaged, or gone.
    pub fn open(&self) -> Result<Repository, Error> {
        open::checkout(&self.root)
    }

    /// The same with a token for fetching.
    #[must_use]
    pub fn with_token(self, token: Option<OriginToken>) -> Self {
        Checkout { token, ..self }
    }

    pub(super) fn token(&self) -> Option<&OriginToken> {
        self.token.as_ref()
    }

    /// The root of the work tree.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }
}

/// The root of the work tree that a submodule belongs to: git keeps the submodule's repository in that one's own.
fn superproject(repository: &Repository, root: &Path) -> Option<PathBuf> {
    let outer = open::checkout(root.parent()?).ok()?;
    let git_dir = error::absolute(repository.inner.git_dir());
    let is_linked = repository.inner.common_dir() != repository.inner.git_dir();
    let is_within = git_dir.starts_with(error::absolute(outer.inner.common_dir()).join("modules"))
        || git_dir.starts_with(error::absolute(outer.inner.git_dir()).join("modules"));
    (is_within && !is_linked).then(|| outer.workdir().map(error::absolute))?
}
