//! Notes that this program writes: read, replaced and saved under one ref.
//!
//! Saving is atomic: the ref moves only if nobody moved it meanwhile. What a note says is
//! `vocabulary`.

use std::collections::HashMap;

use gix::ObjectId;
use gix::objs::tree::EntryKind;
use gix::refs::transaction::PreviousValue;

use super::{Error, Repository};

/// The notes under one ref.
pub struct OwnNotes<'r> {
    of: &'r Repository,
    repo: &'r gix::Repository,
    name: String,
    tip: Option<ObjectId>,
    tree: Option<ObjectId>,
    /// Path and content of each note, by the commit's id in hexadecimal.
    notes: HashMap<String, (String, ObjectId)>,
    changes: Vec<(String, Vec<u8>)>,
}

impl Repository {
    /// The notes under a ref, which need not exist yet.
    ///
    /// # Errors
    /// Where the ref is there and cannot be read.
    pub fn own_notes(&self, name: &str) -> Result<OwnNotes<'_>, Error> {
        let mut notes = OwnNotes {
            of: self,
            repo: &self.inner,
            name: name.to_owned(),
            tip: None,
            tree: None,
            notes: HashMap::new(),
            changes: Vec::new(),
        };
        let reference = self.inner.try_find_reference(name).map_err(|error| Error::library(name, error))?;
        let Some(mut reference) = reference else { return Ok(notes) };
        let missing = |error: &dyn std::fmt::Display| Error::missing(format!("the notes of {name}"), error);
        let tip = reference.peel_to_id().map_err(|error| missing(&error))?.detach();
        let tree = self.inner.find_commit(tip).and_then(|commit| commit.tree()).map_err(|error| missing(&error))?;
        let files = tree.traverse().breadthfirst.files().map_err(|error| missing(&error))?;
        for file in files.into_iter().filter(|file| file.mode.is_blob()) {
            let path = file.filepath.to_string();
            let id = path.replace('/', "");
            if ObjectId::from_hex(id.as_bytes()).is_ok() {
                notes.notes.insert(id, (path, file.oid));
            }
        }
        (notes.tip, notes.tree) = (Some(tip), Some(tree.id));
        Ok(notes)
    }
}

impl OwnNotes<'_> {
    /// Whether there is a note on a commit, given by its full id.
    pub fn has(&self, commit: &str) -> bool {
        self.notes.contains_key(commit)
    }

    /// The note on a commit, given by its full id.
    ///
    /// # Errors
    /// Where it is larger than `most` bytes, or missing from this clone.
    pub fn get(&self, commit: &str, most: usize) -> Result<Option<Vec<u8>>, Error> {
        let Some((_, blob)) = self.notes.get(commit) else { return Ok(None) };
        let what = || format!("the note on {commit}");
        let size = self.repo.find_header(*blob).map_err(|error| Error::missing(what(), error))?.size();
        if size > most as u64 {
            return Err(Error::library(what(), format!("it has {size} bytes; at most {most} are read")));
        }
        let mut blob = self.repo.find_blob(*blob).map_err(|error| Error::missing(what(), error))?;
        Ok(Some(blob.take_data()))
    }

    /// Replaces the note on a commit; nothing is written before [`OwnNotes::save`].
    pub fn set(&mut self, commit: &str, content: Vec<u8>) {
        self.changes.retain(|(known, _)| known != commit);
        self.changes.push((commit.to_owned(), content));
    }

    /// Writes all changes as one commit of the notes' own history.
    ///
    /// # Errors
    /// Where git does not know who is writing, an object cannot be written, or the ref was moved
    /// by somebody else meanwhile; then nothing has changed.
    pub fn save(self, why: &str) -> Result<(), Error> {
        if self.changes.is_empty() {
            return Ok(());
        }
        self.of.check_ours()?;
        let failed = |error: &dyn std::fmt::Display| Error::library(format!("writing {}", self.name), error);
        let who = self.repo.committer().ok_or(Error::NoIdentity)?.map_err(|error| failed(&error))?;
        let empty = ObjectId::empty_tree(self.repo.object_hash());
        let mut editor = self.repo.edit_tree(self.tree.unwrap_or(empty)).map_err(|error| failed(&error))?;
        for (commit, content) in &self.changes {
            let blob = self.repo.write_blob(content).map_err(|error| failed(&error))?;
            let path = self.path(commit);
            editor.upsert(path.as_str(), EntryKind::Blob, blob).map_err(|error| failed(&error))?;
        }
        let tree = editor.write().map_err(|error| failed(&error))?.detach();
        let parents: Vec<ObjectId> = self.tip.into_iter().collect();
        let commit = self.repo.new_commit_as(who, who, format!("{why}\n"), tree, parents);
        let commit = commit.map_err(|error| failed(&error))?.id;
        let expected = match self.tip {
            Some(tip) => PreviousValue::MustExistAndMatch(tip.into()),
            None => PreviousValue::MustNotExist,
        };
        let written = self.repo.reference(self.name.as_str(), commit, expected, why);
        written.map_err(|error| Error::unwritten(self.repo, format!("writing {}", self.name), &self.name, &error))?;
        Ok(())
    }

    /// Where a note is or goes: beside the others, with as much fan-out as they have.
    fn path(&self, commit: &str) -> String {
        if let Some((path, _)) = self.notes.get(commit) {
            return path.clone();
        }
        let fanned = self.notes.values().any(|(path, _)| path.contains('/'));
        match commit.split_at_checked(2) {
            Some((first, rest)) if fanned => format!("{first}/{rest}"),
            _ => commit.to_owned(),
        }
    }
}
