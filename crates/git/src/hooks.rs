//! Where a repository keeps its hooks, and the settings that a hook must know.
//!
//! Hooks themselves are written by `cli`; nothing here runs one.

use std::path::{Path, PathBuf};

use super::{Error, Repository, error};

/// The folder for hooks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HooksFolder {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it belongs to this repository alone: in its git folder or its working tree.
    pub own: bool,
    /// Whether it is in the working tree, where hooks are files of the project.
    pub in_worktree: bool,
    /// Whether git ignores the hooks there, so that they are in the working tree and no part of the project.
    pub ignored: bool,
}

impl Repository {
    /// The folder where git looks for hooks: `core.hooksPath`, or `hooks` of the git folder.
    ///
    /// # Errors
    /// Where the configured path cannot be understood.
    pub fn hooks_folder(&self) -> Result<HooksFolder, Error> {
        let common = self.inner.common_dir().to_owned();
        let configured = self.inner.config_snapshot().trusted_path("core.hooksPath");
        let configured = configured.map_err(|error| Error::library("reading core.hooksPath", error))?;
        let path = match configured {
            None => common.join("hooks"),
            Some(configured) => {
                // A relative path is relative to where hooks are run: the root of the working tree.
                let root = self.inner.workdir().unwrap_or_else(|| self.inner.git_dir());
                let path = root.join(configured);
                gix::path::normalize(path.as_path().into(), self.inner.current_dir()).map_or(path.clone(), Into::into)
            }
        };
        // Without links, since the folder may be one that leads elsewhere.
        let real = error::absolute(&path);
        let within = |folder: &Path| real.starts_with(error::absolute(folder));
        let in_git = within(&common) || within(self.inner.git_dir());
        let in_worktree = !in_git && self.inner.workdir().is_some_and(within);
        let ignored = in_worktree && self.ignores_hooks_in(&real);
        Ok(HooksFolder { own: in_git || in_worktree, in_worktree, ignored, path })
    }

    /// Whether git ignores a hook in a folder of the working tree, as in the one that husky makes. Where that cannot be
    /// found out, hooks are taken for files of the project.
    fn ignores_hooks_in(&self, folder: &Path) -> bool {
        let root = self.inner.workdir().map(error::absolute);
        let Some(folder) = root.as_deref().and_then(|root| folder.strip_prefix(root).ok()) else { return false };
        let hook = folder.join("commit-msg");
        let Ok(index) = self.inner.index_or_empty() else { return false };
        let source = gix::worktree::stack::state::ignore::Source::WorktreeThenIdMappingIfNotSkipped;
        let Ok(mut stack) = self.inner.excludes(&index, None, source) else { return false };
        stack.at_path(&hook, None).is_ok_and(|place| place.is_excluded())
    }

    /// Whether a file of the working tree is part of the project. Where that cannot be found out, it is not known to be.
    pub fn is_tracked(&self, path: &Path) -> bool {
        let root = self.inner.workdir().map(error::absolute);
        // The folder without links, and the name as it stands: a hook may be a link.
        let place = path.parent().zip(path.file_name()).map(|(folder, name)| error::absolute(folder).join(name));
        let within = root.zip(place).and_then(|(root, place)| place.strip_prefix(root).map(Path::to_owned).ok());
        let (Some(within), Ok(index)) = (within, self.inner.index_or_empty()) else { return false };
        let Ok(name) = gix::path::into_bstr(within) else { return false };
        let name = gix::path::to_unix_separators_on_windows(name);
        index.entry_by_path(name.as_ref()).is_some()
    }

    /// The character that starts a comment in a message that is being edited; none where comments
    /// would stay in the message.
    pub fn comment_character(&self) -> Option<char> {
        let config = self.inner.config_snapshot();
        let cleanup = config.string("commit.cleanup").map(|cleanup| cleanup.to_string());
        if !matches!(cleanup.as_deref(), None | Some("default" | "strip")) {
            return None;
        }
        let character = config.string("core.commentChar").map(|character| character.to_string());
        match character.as_deref() {
            None => Some('#'),
            // Git picks one that the message does not use; guessing it wrong would leave our lines in.
            Some("auto") => None,
            Some(other) => other.chars().next().filter(|_| other.chars().count() == 1),
        }
    }
}

/// The message of a commit as git takes it from the file that somebody edits: without comments, and without what is below the scissors.
/// `comment` is [`Repository::comment_character`].
pub fn without_comments(text: &str, comment: Option<char>) -> String {
    let scissors = comment.map(|comment| format!("{comment} ------------------------ >8"));
    let above = text.lines().take_while(|line| scissors.as_ref().is_none_or(|scissors| !line.starts_with(scissors)));
    let kept = above.filter(|line| comment.is_none_or(|comment| !line.starts_with(comment)));
    kept.fold(String::new(), |message, line| message + line + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_is_what_git_will_take() {
        let text = "s\n\nbody\n# comment\n# ------------------------ >8 ------------------------\ndiff\n";
        assert_eq!(without_comments(text, Some('#')), "s\n\nbody\n");
        assert_eq!(without_comments("s\n# 1 is kept\n", None), "s\n# 1 is kept\n");
    }
}
