//! Git notes: which blob is attached to which commit, and its content within bounds.
//!
//! Knows the trees that git keeps notes in, at any fan-out. What a note says is for `attest`.

use std::collections::HashMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use rustc_hash::FxHashMap;

use super::{Error, Repository, head};
use ai_detect_base::change::Record;

/// A larger note is said to be unreadable; the largest seen in public histories has 3 MiB.
const MAX_BYTES: u64 = 8 << 20;
/// The notes of a whole history that are kept together are not larger than this.
const MAX_BYTES_OF_ALL: u64 = 1 << 30;
/// A notes ref whose trees hold more entries is not read.
const MAX_ENTRIES: usize = 1_000_000;

/// How many bytes of notes are kept together.
pub(super) struct Room {
    /// For all notes.
    max: u64,
    /// For further ones.
    left: u64,
}

impl Room {
    pub(super) fn new(max: u64) -> Self {
        Room { max, left: max }
    }

    pub(super) fn take(&mut self, bytes: u64) {
        self.left = self.left.saturating_sub(bytes);
    }
}

type Entries = HashMap<Vec<u8>, (bool, ObjectId)>;

/// One notes ref. Looking up remembers the trees that it read.
#[derive(Clone)]
pub(super) struct Notes {
    name: &'static str,
    root: ObjectId,
    trees: FxHashMap<ObjectId, Entries>,
}

impl Notes {
    /// The notes under a ref; `None` where the repository has no such ref.
    pub(super) fn open(repo: &gix::Repository, name: &'static str) -> Result<Option<Notes>, Error> {
        let reference = repo.try_find_reference(name).map_err(|error| head::of_refs(repo, error))?;
        let Some(mut reference) = reference else { return Ok(None) };
        let missing = |error: &dyn std::fmt::Display| Error::missing(format!("the notes of {name}"), error);
        let tip = reference.peel_to_id().map_err(|error| missing(&error))?;
        let tip = tip.object().map_err(|error| missing(&error))?;
        if matches!(tip.kind, Kind::Blob | Kind::Tag) {
            return Err(Error::NoNotes { name: name.into(), kind: format!("a {}", tip.kind) });
        }
        let tree = tip.peel_to_tree().map_err(|error| missing(&error))?;
        Ok(Some(Notes { name, root: tree.id, trees: FxHashMap::default() }))
    }

    /// The blob that is attached to a commit.
    pub(super) fn find(&mut self, repo: &gix::Repository, commit: ObjectId) -> Result<Option<ObjectId>, Error> {
        let hex = commit.to_string();
        let mut rest = hex.as_bytes();
        let mut tree = self.root;
        loop {
            let entries = match self.trees.get(&tree) {
                Some(entries) => entries,
                None => {
                    let read = entries(repo, tree).map_err(|error| self.missing(&error))?;
                    self.trees.entry(tree).or_insert(read)
                }
            };
            if let Some((false, blob)) = entries.get(rest) {
                return Ok(Some(*blob));
            }
            let Some((first, others)) = rest.split_at_checked(2) else { return Ok(None) };
            match entries.get(first) {
                Some((true, subtree)) => (tree, rest) = (*subtree, others),
                _ => return Ok(None),
            }
        }
    }

    /// The note as a record, where it is not too large. Where notes are kept together, they share a room; a note that is
    /// read and let go needs none.
    pub(super) fn record(&self, repo: &gix::Repository, blob: ObjectId, room: Option<&Room>) -> Record {
        Record { place: self.name, content: content(repo, blob, room) }
    }

    /// All blobs, each with the id of what it is attached to. Only where [`Notes::find`] would look, so no deeper than
    /// an id is long; but trees may hold each other in any number, and so stand for more than there is room for.
    fn blobs(&self, repo: &gix::Repository) -> Result<Vec<(String, ObjectId)>, Error> {
        let length = repo.object_hash().len_in_hex();
        let (mut found, mut seen) = (Vec::new(), 0);
        let mut trees = vec![(String::new(), self.root)];
        while let Some((prefix, tree)) = trees.pop() {
            let entries = entries(repo, tree).map_err(|error| self.missing(&error))?;
            seen += entries.len();
            if seen > MAX_ENTRIES {
                return Err(Error::library(self.name, format!("more than {MAX_ENTRIES} entries, so none is read")));
            }
            for (name, (is_tree, id)) in entries {
                let Some(name) = std::str::from_utf8(&name).ok().filter(|name| is_hex(name)) else { continue };
                let path = format!("{prefix}{name}");
                match is_tree {
                    true if name.len() == 2 && path.len() < length => trees.push((path, id)),
                    false if path.len() == length => found.push((path, id)),
                    _ => {}
                }
            }
        }
        Ok(found)
    }

    fn missing(&self, error: &dyn std::fmt::Display) -> Error {
        Error::missing(format!("the notes of {}", self.name), error)
    }
}

impl Repository {
    /// All notes under a ref, each with the id of the commit that it is attached to, by id.
    ///
    /// # Errors
    /// Where the ref or its tree cannot be read.
    pub fn notes_under(&self, name: &'static str) -> Result<Vec<(String, Record)>, Error> {
        let Some(notes) = Notes::open(&self.inner, name)? else { return Ok(Vec::new()) };
        let mut blobs = notes.blobs(&self.inner)?;
        blobs.sort_unstable();
        let mut room = Room::new(MAX_BYTES_OF_ALL);
        let mut found = Vec::new();
        for (path, blob) in blobs {
            let record = notes.record(&self.inner, blob, Some(&room));
            room.take(record.content.as_ref().map_or(0, |content| content.len() as u64));
            found.push((path, record));
        }
        Ok(found)
    }
}

fn is_hex(name: &str) -> bool {
    name.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn entries(repo: &gix::Repository, tree: ObjectId) -> Result<Entries, String> {
    let tree = repo.find_tree(tree).map_err(|error| error.to_string())?;
    let mut entries = Entries::default();
    for entry in tree.iter() {
        let entry = entry.map_err(|error| error.to_string())?;
        entries.insert(entry.filename().to_vec(), (entry.mode().is_tree(), entry.object_id()));
    }
    Ok(entries)
}

fn content(repo: &gix::Repository, blob: ObjectId, room: Option<&Room>) -> Result<Arc<[u8]>, String> {
    let size = repo.find_header(blob).map_err(|error| format!("it is missing from this clone: {error}"))?.size();
    if size > MAX_BYTES {
        return Err(format!("it has {size} bytes; at most {MAX_BYTES} are read"));
    }
    if let Some(Room { max, left }) = room.filter(|room| size > room.left) {
        return Err(format!(
            "it has {size} bytes; of the {max} that are read of all notes together, others left {left}"
        ));
    }
    let mut blob = repo.find_blob(blob).map_err(|error| format!("it cannot be read: {error}"))?;
    Ok(Arc::from(blob.take_data()))
}
