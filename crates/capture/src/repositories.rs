//! The repositories that are captured. Nothing is written about any other: private work stays private.

use std::fs;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::number::Micros;
use serde::{Deserialize, Serialize};

/// A listed repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// What the trail calls it: its remote, or else an id of its history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its working tree, for people.
    pub folder: PathBuf,
    /// Its git folder. All working trees of a repository have the same.
    pub common: PathBuf,
    /// When it was listed: what a transcript holds of earlier times is not recorded. A list of an earlier version does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Micros>,
}

/// All listed repositories.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Repositories {
    /// They.
    pub repositories: Vec<Listed>,
}

/// A file of a listed repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What the trail calls the repository.
    pub repository: Option<String>,
    /// The file from the top of its working tree, with `/`; empty for the working tree itself.
    pub path: String,
    /// When the repository was listed.
    pub since: Option<Micros>,
}

/// Why a folder cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum NoRepository {
    /// There is no such folder.
    #[error("{}: {source}", folder.display())]
    Folder {
        /// Which one.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is not in a working tree.
    #[error("{}: not in a git repository. Only repositories can be listed: make one with `git init`", .0.display())]
    None(PathBuf),
}

impl Listed {
    /// The repository in which a folder lies.
    ///
    /// # Errors
    ///
    /// When the folder is not there, or in no repository.
    pub fn of(folder: &Path) -> Result<Self, NoRepository> {
        let failed = |source| NoRepository::Folder { folder: folder.to_owned(), source };
        let real = folder.canonicalize().map_err(failed)?;
        let (top, common) = enclosing(&real).ok_or_else(|| NoRepository::None(folder.to_owned()))?;
        Ok(Self { name: None, folder: top, common, since: None })
    }
}

impl Repositories {
    /// Lists a repository, or names it anew: then it stays listed since when it was. Returns whether it is new.
    pub fn add(&mut self, listed: Listed) -> bool {
        match self.repositories.iter_mut().find(|known| known.common == listed.common) {
            Some(known) => {
                *known = Listed { since: known.since.or(listed.since), ..listed };
                false
            }
            None => {
                self.repositories.push(listed);
                true
            }
        }
    }

    /// Takes a repository off the list. Returns whether it was there.
    pub fn remove(&mut self, common: &Path) -> bool {
        let before = self.repositories.len();
        self.repositories.retain(|known| known.common != common);
        self.repositories.len() < before
    }

    /// The listed repository to which an absolute path belongs: the innermost one counts, so that a repository inside a listed one
    /// is not captured with it.
    pub fn find(&self, path: &str) -> Option<Found> {
        if self.repositories.is_empty() {
            return None;
        }
        // A path of another system, or on another machine, is nowhere here.
        if !Path::new(path).is_absolute() || cfg!(unix) && path.starts_with("//") {
            return None;
        }
        // What a link leads to counts, and not where the link is.
        let path = &without_links(Path::new(path))?;
        let (top, common) = enclosing(path)?;
        let listed = self.repositories.iter().find(|known| known.common == common)?;
        let below = path.strip_prefix(&top).ok()?;
        let parts: Vec<&str> = below.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
        if parts.first() == Some(&".git") {
            return None;
        }
        Some(Found { repository: listed.name.clone(), path: parts.join("/"), since: listed.since })
    }
}

/// A path without links, as far as it is there.
fn without_links(path: &Path) -> Option<PathBuf> {
    let there = path.ancestors().find(|part| part.symlink_metadata().is_ok())?;
    // A link to nowhere is in no repository.
    let real = there.canonicalize().ok()?;
    let rest = path.strip_prefix(there).ok()?;
    Some(if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

/// The working tree that encloses a path, and the git folder behind it without links.
fn enclosing(path: &Path) -> Option<(PathBuf, PathBuf)> {
    let top = path.ancestors().find(|folder| folder.join(".git").exists())?;
    Some((top.to_owned(), common_folder(&top.join(".git"))?))
}

/// The git folder that all working trees of a repository share.
fn common_folder(git: &Path) -> Option<PathBuf> {
    let folder = if git.is_dir() {
        git.to_owned()
    } else {
        // A linked working tree, or a submodule: the file says where its git folder is.
        let text = fs::read_to_string(git).ok()?;
        git.parent()?.join(text.trim().strip_prefix("gitdir:")?.trim())
    };
    let common = match fs::read_to_string(folder.join("commondir")) {
        Ok(common) => folder.join(common.trim()),
        // Only linked working trees have the file.
        Err(_) => folder,
    };
    common.canonicalize().ok()
}
