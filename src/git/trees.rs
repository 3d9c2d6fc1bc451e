//! Tree diffs: which paths differ between two trees, by id alone. Renames are paired later, from
//! contents (`crate::renames`), so that nothing here depends on what a clone lacks or configures.

use std::ops::ControlFlow;

use bstr::{BStr, BString};
use gix::ObjectId;
use gix::diff::tree::{Recorder, State, Visit, recorder::Change, visit};
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;

use super::Error;

/// How many paths of a change are looked at. A few small trees can name millions: each holds the next one ten times.
pub(super) const MAX_PATHS: usize = 500_000;
/// How many bytes these paths have together.
pub(super) const MAX_PATH_BYTES: usize = 64 << 20;

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
    let mut recorder = Bounded::default();
    let walked = gix::diff::tree(
        TreeRefIter::from_bytes(&old, kind),
        TreeRefIter::from_bytes(&new, kind),
        State::default(),
        &repo.objects,
        &mut recorder,
    );
    if recorder.is_full() {
        return Err(Error::TooManyPaths { max: MAX_PATHS });
    }
    walked.map_err(|error| Error::missing("a tree of the range", error))?;
    let mut entries: Vec<Entry> =
        recorder.inner.records.into_iter().map(entry).filter(|entry| !is_folder(entry)).collect();
    // A file that became a folder, or the other way round, comes as two records of one path.
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Records changes, and stops at a bound.
#[derive(Default)]
struct Bounded {
    inner: Recorder,
    path_bytes: usize,
}

impl Bounded {
    fn is_full(&self) -> bool {
        self.inner.records.len() > MAX_PATHS || self.path_bytes > MAX_PATH_BYTES
    }
}

impl Visit for Bounded {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.inner.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.inner.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.inner.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.inner.pop_path_component();
    }

    fn visit(&mut self, change: visit::Change) -> visit::Action {
        let action = self.inner.visit(change);
        self.path_bytes += self.inner.records.last().map_or(0, |record| path_of(record).len());
        if self.is_full() { ControlFlow::Break(()) } else { action }
    }
}

fn path_of(change: &Change) -> &BString {
    match change {
        Change::Addition { path, .. } | Change::Deletion { path, .. } | Change::Modification { path, .. } => path,
    }
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
