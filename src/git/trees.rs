//! Tree diffs: which paths differ between two trees, by id alone. Renames are paired later, from
//! contents (`crate::renames`), so that nothing here depends on what a clone lacks or configures.

use bstr::BString;
use gix::ObjectId;
use gix::diff::tree::{Recorder, State, recorder::Change};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;

use super::Error;

/// One side of a difference.
pub(super) type Side = Option<(EntryMode, ObjectId)>;

/// A path that differs; folders are left out.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) path: BString,
    pub(super) old: Side,
    pub(super) new: Side,
}

/// The paths that differ, sorted.
pub(super) fn differences(
    repo: &gix::Repository,
    old: Option<ObjectId>,
    new: Option<ObjectId>,
) -> Result<Vec<Entry>, Error> {
    let (old, new) = (data(repo, old)?, data(repo, new)?);
    let kind = repo.object_hash();
    let mut recorder = Recorder::default();
    gix::diff::tree(
        TreeRefIter::from_bytes(&old, kind),
        TreeRefIter::from_bytes(&new, kind),
        State::default(),
        &repo.objects,
        &mut recorder,
    )
    .map_err(|error| Error::missing("a tree of the range", error))?;
    let mut entries: Vec<Entry> = recorder.records.into_iter().map(entry).filter(|entry| !is_folder(entry)).collect();
    // A file that became a folder, or the other way round, comes as two records of one path.
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

fn data(repo: &gix::Repository, tree: Option<ObjectId>) -> Result<Vec<u8>, Error> {
    let Some(id) = tree else { return Ok(Vec::new()) };
    match repo.find_tree(id) {
        Ok(mut tree) => Ok(tree.take_data()),
        Err(error) => Err(Error::missing(format!("tree {id}"), error)),
    }
}

fn entry(change: Change) -> Entry {
    match change {
        Change::Addition { entry_mode, oid, path, .. } => Entry { path, old: None, new: Some((entry_mode, oid)) },
        Change::Deletion { entry_mode, oid, path, .. } => Entry { path, old: Some((entry_mode, oid)), new: None },
        Change::Modification { previous_entry_mode, previous_oid, entry_mode, oid, path } => {
            Entry { path, old: Some((previous_entry_mode, previous_oid)), new: Some((entry_mode, oid)) }
        }
    }
}

fn is_folder(entry: &Entry) -> bool {
    let folder = |side: &Side| side.is_none_or(|(mode, _)| mode.is_tree());
    folder(&entry.old) && folder(&entry.new)
}
