//! Git notes: which blob is attached to which commit, and its content within bounds.
//!
//! Knows the trees that git keeps notes in, at any fan-out. What a note says is for `attest`.

use std::collections::HashMap;
use std::sync::Arc;

use gix::ObjectId;
use gix::objs::Kind;
use rustc_hash::FxHashMap;

use super::{Error, head};
use crate::change::{Commit, Record, RecordKind};
use crate::vocabulary::note;

/// Under which refs tools keep what they record.
const REFS: [(&str, RecordKind); 4] = [
    ("refs/notes/ai", RecordKind::AiNote),
    ("refs/notes/whogitit", RecordKind::Whogitit),
    ("refs/notes/agent-trace", RecordKind::AgentTrace),
    (note::REF, RecordKind::Attest),
];
/// A larger note is said to be unreadable; the largest seen in public histories has 3 MiB.
const LARGEST: u64 = 8 << 20;
/// All notes of one range together are not larger in memory than this.
const LARGEST_TOGETHER: u64 = 128 << 20;

/// Nor are those of a whole history larger than this, and its trees hold no more entries.
const LARGEST_OF_ALL: u64 = 1 << 30;
const MOST_ENTRIES: usize = 1_000_000;

type Entries = HashMap<Vec<u8>, (bool, ObjectId)>;

/// One notes ref. Looking up remembers the trees that it read.
pub(super) struct Notes {
    name: &'static str,
    kind: RecordKind,
    root: ObjectId,
    trees: FxHashMap<ObjectId, Entries>,
}

impl Notes {
    /// The refs that this repository has.
    pub(super) fn all(repo: &gix::Repository) -> Result<Vec<Notes>, Error> {
        let mut found = Vec::new();
        for (name, kind) in REFS {
            let reference = repo.try_find_reference(name).map_err(|error| head::of_refs(repo, error))?;
            let Some(mut reference) = reference else { continue };
            let missing = |error: &dyn std::fmt::Display| Error::missing(format!("the notes of {name}"), error);
            let tip = reference.peel_to_id().map_err(|error| missing(&error))?;
            let tip = tip.object().map_err(|error| missing(&error))?;
            if matches!(tip.kind, Kind::Blob | Kind::Tag) {
                return Err(Error::NoNotes { name: name.into(), kind: format!("a {}", tip.kind) });
            }
            let tree = tip.peel_to_tree().map_err(|error| missing(&error))?;
            found.push(Notes { name, kind, root: tree.id, trees: FxHashMap::default() });
        }
        Ok(found)
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

    /// The note as a record, unless it is larger than `most` bytes.
    pub(super) fn record(&self, repo: &gix::Repository, blob: ObjectId, most: u64) -> Record {
        Record { kind: self.kind, place: self.name.to_owned(), content: content(repo, blob, most.min(LARGEST)) }
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
            if seen > MOST_ENTRIES {
                return Err(Error::library(self.name, format!("more than {MOST_ENTRIES} entries, so none is read")));
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

/// The notes under `refs/notes/ai`, each with the id of what it is attached to, by id.
pub(super) fn ai(repo: &gix::Repository) -> Result<Vec<(String, Record)>, Error> {
    let mut found = Vec::new();
    for notes in Notes::all(repo)?.into_iter().filter(|notes| notes.kind == RecordKind::AiNote) {
        let mut blobs = notes.blobs(repo)?;
        blobs.sort_unstable();
        let mut left = LARGEST_OF_ALL;
        for (path, blob) in blobs {
            let record = notes.record(repo, blob, left);
            left -= record.content.as_ref().map_or(0, |content| content.len() as u64);
            found.push((path, record));
        }
    }
    Ok(found)
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

fn content(repo: &gix::Repository, blob: ObjectId, most: u64) -> Result<Arc<[u8]>, String> {
    let size = repo.find_header(blob).map_err(|error| format!("it is missing from this clone: {error}"))?.size();
    if size > most {
        return Err(format!("it has {size} bytes; at most {most} are read"));
    }
    let mut blob = repo.find_blob(blob).map_err(|error| format!("it cannot be read: {error}"))?;
    Ok(Arc::from(blob.take_data()))
}

/// Puts the notes of some commits beside them.
pub(super) fn attach<'a>(
    repo: &gix::Repository,
    commits: impl Iterator<Item = (ObjectId, &'a mut Commit)>,
) -> Result<(), Error> {
    attach_from(repo, &mut Notes::all(repo)?, commits)
}

/// The same from notes that remember what they read before.
pub(super) fn attach_from<'a>(
    repo: &gix::Repository,
    all: &mut [Notes],
    commits: impl Iterator<Item = (ObjectId, &'a mut Commit)>,
) -> Result<(), Error> {
    let mut left = LARGEST_TOGETHER;
    for (id, commit) in commits {
        for notes in all.iter_mut() {
            let Some(blob) = notes.find(repo, id)? else { continue };
            let record = notes.record(repo, blob, left);
            left -= record.content.as_ref().map_or(0, |content| content.len() as u64);
            commit.records.push(record);
        }
    }
    Ok(())
}
