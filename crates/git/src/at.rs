//! What stands at a path of a revision.

use std::path::{Component, Path, PathBuf};

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::{CommitId, Content, Error, Repository, commits, range, trees};
use ai_detect_base::text::Text;

/// Something that stands at a path.
struct Entry {
    id: ObjectId,
    kind: EntryKind,
    /// The path and its commit, for whoever is told that it cannot be read.
    what: String,
}

impl Entry {
    fn is_file(&self) -> bool {
        matches!(self.kind, EntryKind::Blob | EntryKind::BlobExecutable)
    }

    fn unread(&self, error: gix::Error) -> Error {
        Error::missing(&*self.what, error).with_content(self.id)
    }
}

impl Repository {
    /// A file at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown, or its tree or the file cannot be read.
    pub fn file_at(&self, revision: &str, path: &str) -> Result<Content, Error> {
        let Some(file) = self.at(revision, path)?.filter(Entry::is_file) else { return Ok(None) };
        let object = self.inner.find_object(file.id).map_err(|error| file.unread(error))?;
        Ok(Some(object.detach().data))
    }

    /// A file at a revision, or its size where it has more than `most` bytes.
    pub(super) fn file_within(
        &self,
        revision: &str,
        path: &str,
        most: u64,
    ) -> Result<Option<Result<Vec<u8>, u64>>, Error> {
        let Some(file) = self.at(revision, path)?.filter(Entry::is_file) else { return Ok(None) };
        let header = self.inner.find_header(file.id).map_err(|error| file.unread(error))?;
        if header.size() > most {
            return Ok(Some(Err(header.size())));
        }
        let object = self.inner.find_object(file.id).map_err(|error| file.unread(error))?;
        Ok(Some(Ok(object.detach().data)))
    }

    /// How many bytes a file has at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown, or its tree or the file cannot be read.
    pub fn size_at(&self, revision: &str, path: &str) -> Result<Option<u64>, Error> {
        let Some(file) = self.at(revision, path)?.filter(Entry::is_file) else { return Ok(None) };
        let header = self.inner.find_header(file.id).map_err(|error| file.unread(error))?;
        Ok(Some(header.size()))
    }

    /// What stands at a path of a revision that is neither a file nor nothing, in words.
    ///
    /// # Errors
    /// Where the revision is unknown or its tree cannot be read.
    pub fn no_file_at(&self, revision: &str, path: &str) -> Result<Option<&'static str>, Error> {
        Ok(self.at(revision, path)?.and_then(|entry| match entry.kind {
            EntryKind::Link => Some("a symbolic link"),
            EntryKind::Tree => Some("a folder"),
            EntryKind::Commit => Some("a submodule"),
            EntryKind::Blob | EntryKind::BlobExecutable => None,
        }))
    }

    /// The commit that a revision names.
    ///
    /// # Errors
    /// Where the revision is unknown.
    pub fn commit_id(&self, revision: &str) -> Result<CommitId, Error> {
        range::commit(&self.inner, revision).map(CommitId)
    }

    /// How many parents a commit has.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn parents_of(&self, commit: CommitId) -> Result<usize, Error> {
        commits::one(&self.inner, commit.0).map(|commit| commit.parents.len())
    }

    /// The paths of all files at a revision, sorted.
    ///
    /// # Errors
    /// Where the revision is unknown, a tree cannot be read, or there are more files than are looked at.
    pub fn files_at(&self, revision: &str) -> Result<Vec<BString>, Error> {
        let tree = range::tree_of(&self.inner, range::commit(&self.inner, revision)?)?;
        let entries = trees::differences(&self.inner, None, Some(tree))?;
        let files = entries.into_iter().filter(|entry| entry.new.is_some_and(|(mode, _)| mode.is_blob()));
        Ok(files.map(|entry| entry.path).collect())
    }

    /// How many lines a file has at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown, or its tree or the file cannot be read.
    pub fn lines_at(&self, revision: &str, path: &BStr) -> Result<Option<u32>, Error> {
        let content = self.file_at(revision, &path.to_str_lossy())?;
        Ok(content.map(|content| Text::new(content).len()))
    }

    /// A path from the repository's root, for one that is named from a folder; nothing where it leads out of the working
    /// tree. Without a working tree paths are named from the root.
    pub fn path_from(&self, dir: &Path, path: &str) -> Option<BString> {
        let (root, dir) = match self.workdir() {
            Some(root) => (std::fs::canonicalize(root).ok()?, std::fs::canonicalize(dir).ok()?),
            None => (PathBuf::new(), PathBuf::new()),
        };
        let typed = Path::new(path);
        // A whole path may lead through links, as the working directory may.
        let resolved =
            typed.parent().filter(|_| typed.is_absolute()).and_then(|parent| std::fs::canonicalize(parent).ok());
        let typed = resolved.zip(typed.file_name()).map_or_else(|| dir.join(typed), |(parent, name)| parent.join(name));
        let whole = without_steps_back(&typed)?;
        let parts = whole.strip_prefix(&root).ok()?.components();
        let parts: Vec<_> = parts.map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        (!parts.is_empty()).then(|| parts.join("/").into())
    }

    fn at(&self, revision: &str, path: &str) -> Result<Option<Entry>, Error> {
        let commit = range::commit(&self.inner, revision)?;
        let what = format!("{path} at {commit}");
        let tree = self.inner.find_commit(commit).and_then(|commit| commit.tree());
        let entry = tree.and_then(|tree| tree.lookup_entry(path.split('/').map(str::as_bytes)));
        let found = entry.map_err(|error| Error::missing(&*what, error))?;
        Ok(found.map(|entry| Entry { id: entry.object_id(), kind: entry.mode().kind(), what }))
    }
}

/// A path without `.` and `..`; nothing where it leads above its start.
fn without_steps_back(path: &Path) -> Option<PathBuf> {
    let mut found = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if !found.pop() {
                    return None;
                }
            }
            other => found.push(other),
        }
    }
    Some(found)
}
