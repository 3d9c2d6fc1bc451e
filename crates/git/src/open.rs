//! Finding and opening a repository: for a person as git does it, and for a job the checkout alone.
//!
//! A change can bring any files but those in a `.git`, so it can bring a folder that looks like a bare repository.
//! Where a folder or one above it has a `.git`, that one counts, and nothing below it is taken for a repository.

use std::path::{Path, PathBuf};

use gix::ThreadSafeRepository;
use gix::discover::upwards::Options;
use gix::sec::Trust;
use gix::sec::trust::{DefaultForLevel as _, Mapping};

use super::{Budget, Error, Repository, error, quarantine};

/// What is read of a repository besides its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// As git reads it, with the objects that `refs/replace/` puts in the place of others.
    AsGit,
    /// The same where git names the repository, as to its hooks: also the objects of a push that it has not taken in.
    InHook,
    /// Each object by its own id.
    WithoutReplacements,
}

impl Mode {
    fn options(self, trust: Trust) -> gix::open::Options {
        let options = gix::open::Options::default_for_level(trust);
        match self {
            Mode::AsGit | Mode::InHook => options,
            Mode::WithoutReplacements => options.config_overrides(["core.useReplaceRefs=false"]),
        }
    }
}

/// Opens the repository that `GIT_DIR` names, or that holds `dir`.
pub(super) fn person(dir: &Path) -> Result<Repository, Error> {
    let found = gix::discover::upwards_opts(dir, Options { cross_fs: true, ..options(true) }.apply_environment());
    if is_named_by_environment() {
        return opened(dir, false, Mode::InHook);
    }
    let Ok((found, _)) = found else {
        // Nothing above has a `.git`: a bare repository here is somebody's own.
        return opened(dir, false, Mode::AsGit);
    };
    let (git_dir, root) = found.into_repository_and_work_tree_directories();
    let git_dir = error::absolute(&git_dir);
    let root = root.map_or_else(|| git_dir.clone(), |root| error::absolute(&root));
    match lookalike(&error::absolute(dir), &root) {
        Some(folder) if is_in_git_folder(&folder, &git_dir) => opened(dir, false, Mode::AsGit),
        Some(folder) => Err(Error::BareInside { dir: folder, outer: root }),
        None => opened(dir, true, Mode::AsGit),
    }
}

/// Opens the repository that a folder itself is, wherever it lies.
pub(super) fn named(dir: &Path) -> Result<Repository, Error> {
    let is_one = [&dir.join(".git"), dir].into_iter().any(|folder| gix::discover::is_git(folder).is_ok());
    match is_one {
        true => opened(dir, false, Mode::AsGit),
        false if dir.is_dir() => Err(Error::NoRepository { dir: dir.into() }),
        false => Err(Error::NoFolder { dir: dir.into() }),
    }
}

/// Opens the repository whose `.git` is in `dir` or above it, or that `GIT_DIR` names.
pub(super) fn checkout(dir: &Path) -> Result<Repository, Error> {
    opened(dir, true, Mode::WithoutReplacements)
}

/// Whether git's own variable names the repository.
pub(super) fn is_named_by_environment() -> bool {
    std::env::var_os("GIT_DIR").is_some()
}

/// A ceiling that is not above a folder does not matter there, as in git.
fn options(dot_git_only: bool) -> Options<'static> {
    Options { dot_git_only, match_ceiling_dir_or_error: false, ..Options::default() }
}

fn opened(dir: &Path, dot_git_only: bool, mode: Mode) -> Result<Repository, Error> {
    if !dir.is_dir() {
        return Err(Error::NoFolder { dir: dir.into() });
    }
    let trusted = Mapping { full: mode.options(Trust::Full), reduced: mode.options(Trust::Reduced) };
    let opened = ThreadSafeRepository::discover_with_environment_overrides_opts(dir, options(dot_git_only), trusted);
    let mut opened = opened.map_err(|error| match gix::discover::upwards_opts(dir, options(dot_git_only)) {
        Ok((found, _)) => error::not_opened(dir, &found.into_repository_and_work_tree_directories().0, &error),
        Err(_) => Error::NoRepository { dir: dir.into() },
    })?;
    let push = if mode == Mode::InHook { quarantine::join(&mut opened)? } else { None };
    let mut inner = opened.to_thread_local();
    inner.object_cache_size_if_unset(16 << 20);
    let storage = inner.config_snapshot().string("extensions.refStorage");
    // The library would take it for a repository without any ref.
    if storage.is_some_and(|storage| storage.starts_with(b"reftable")) {
        return Err(Error::Reftable { dir: error::absolute(inner.git_dir()) });
    }
    Ok(Repository { inner, push, budget: Budget::default() })
}

/// The nearest folder below `root` that git would take for a repository without a `.git`.
fn lookalike(dir: &Path, root: &Path) -> Option<PathBuf> {
    let below = dir.ancestors().take_while(|folder| folder.starts_with(root) && *folder != root);
    below.filter(|folder| gix::discover::is_git(folder).is_ok()).map(Path::to_owned).next()
}

/// Whether a folder belongs to git itself, as the repositories of submodules do. No change can bring files there.
fn is_in_git_folder(folder: &Path, git_dir: &Path) -> bool {
    folder.starts_with(git_dir) || folder.iter().any(|part| part == ".git")
}
