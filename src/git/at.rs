//! What stands at a path of a revision.

use gix::ObjectId;
use gix::objs::tree::EntryKind;

use super::{Content, Error, Repository, range};

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
}

impl Repository {
    /// A file at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown, or its tree or the file cannot be read.
    pub fn file_at(&self, revision: &str, path: &str) -> Result<Content, Error> {
        let Some(file) = self.at(revision, path)?.filter(Entry::is_file) else { return Ok(None) };
        let object = self.inner.find_object(file.id).map_err(|error| Error::missing(file.what, error))?;
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
        let header = self.inner.find_header(file.id).map_err(|error| Error::missing(&*file.what, error))?;
        if header.size() > most {
            return Ok(Some(Err(header.size())));
        }
        let object = self.inner.find_object(file.id).map_err(|error| Error::missing(file.what, error))?;
        Ok(Some(Ok(object.detach().data)))
    }

    /// How many bytes a file has at a revision; `None` where the revision has no such file.
    ///
    /// # Errors
    /// Where the revision is unknown, or its tree or the file cannot be read.
    pub fn size_at(&self, revision: &str, path: &str) -> Result<Option<u64>, Error> {
        let Some(file) = self.at(revision, path)?.filter(Entry::is_file) else { return Ok(None) };
        let header = self.inner.find_header(file.id).map_err(|error| Error::missing(file.what, error))?;
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

    fn at(&self, revision: &str, path: &str) -> Result<Option<Entry>, Error> {
        let commit = range::commit(&self.inner, revision)?;
        let what = format!("{path} at {commit}");
        let tree = self.inner.find_commit(commit).and_then(|commit| commit.tree());
        let entry = tree.and_then(|tree| tree.lookup_entry(path.split('/').map(str::as_bytes)));
        let found = entry.map_err(|error| Error::missing(&*what, error))?;
        Ok(found.map(|entry| Entry { id: entry.object_id(), kind: entry.mode().kind(), what }))
    }
}
