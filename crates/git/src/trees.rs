//! Tree diffs: which paths differ between two trees, by id alone. Renames are paired later, from
//! contents (`ai_detect_base::renames`), so that nothing here depends on what a clone lacks or configures.

use std::cell::Cell;
use std::collections::{HashMap, HashSet, VecDeque};
use std::ops::ControlFlow;

use bstr::{BStr, BString};
use gix::ObjectId;
use gix::diff::tree::{Recorder, State, Visit, recorder::Change, visit};
use gix::objs::tree::EntryMode;
use gix::objs::{Data, Find, Kind, TreeRefIter};

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

/// The trees of some folders, without those that are not there. `wanted` also has all folders that these lie in. Each tree
/// is read once: to look every folder up from the root would take time with the square of their number.
///
/// Trees that cannot be read are left out; the first error is returned beside the others.
pub(super) fn of_folders<'a>(
    repo: &gix::Repository,
    root: ObjectId,
    wanted: &HashSet<&'a BStr>,
) -> (HashMap<&'a BStr, ObjectId>, Option<Error>) {
    let (mut found, mut failed) = (HashMap::new(), None);
    let mut waiting = vec![(BStr::new(""), root)];
    while let Some((folder, id)) = waiting.pop() {
        found.insert(folder, id);
        let tree = match repo.find_tree(id) {
            Ok(tree) => tree,
            Err(error) => {
                failed = failed.or(Some(Error::missing(format!("tree {id}"), error)));
                continue;
            }
        };
        let mut path = BString::default();
        for entry in tree.iter().filter_map(Result::ok).filter(|entry| entry.mode().is_tree()) {
            path.clear();
            path.extend_from_slice(folder);
            if !folder.is_empty() {
                path.push(b'/');
            }
            path.extend_from_slice(entry.filename());
            if let Some(&inner) = wanted.get::<BStr>(path.as_ref()) {
                waiting.push((inner, entry.object_id()));
            }
        }
    }
    (found, failed)
}

/// How many bytes of trees and paths may still be read, for several walks together.
pub(super) struct Allowance {
    left: Cell<u64>,
}

/// What looking up a tree costs beside its bytes.
const TREE_COST: u64 = 256;

impl Allowance {
    pub(super) fn new(bytes: u64) -> Self {
        Allowance { left: Cell::new(bytes) }
    }

    fn take(&self, bytes: usize) {
        self.left.set(self.left.get().saturating_sub(bytes as u64 + TREE_COST));
    }

    fn take_path(&self, path: &BStr) {
        self.left.set(self.left.get().saturating_sub(path.len() as u64));
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

/// Visits the files that differ below those folders that `enters` accepts, in no particular order. No old tree is an empty
/// one. Returns whether the allowance lasted to the end.
pub(super) fn walk(
    repo: &gix::Repository,
    (old, new): (Option<ObjectId>, ObjectId),
    allowance: &Allowance,
    enters: &dyn Fn(&BStr) -> bool,
    each: &mut dyn FnMut(Entry),
) -> Result<bool, Error> {
    let (old, new) = (data(repo, old)?, data(repo, Some(new))?);
    allowance.take(old.len());
    allowance.take(new.len());
    let kind = repo.object_hash();
    let is_skipped = Cell::new(false);
    let objects = Entered { repo, allowance, is_skipped: &is_skipped };
    let waiting = VecDeque::new();
    let mut visitor = Walk { inner: Recorder::default(), allowance, enters, each, waiting, is_skipped: &is_skipped };
    let walked = gix::diff::tree(
        TreeRefIter::from_bytes(&old, kind),
        TreeRefIter::from_bytes(&new, kind),
        State::default(),
        &objects,
        &mut visitor,
    );
    if allowance.is_spent() {
        return Ok(false);
    }
    walked.map_err(|error| Error::missing("a tree of the range", error))?;
    Ok(true)
}

/// The trees of a walk. A folder that is not entered is read as an empty one.
struct Entered<'a> {
    repo: &'a gix::Repository,
    allowance: &'a Allowance,
    is_skipped: &'a Cell<bool>,
}

impl Find for Entered<'_> {
    fn try_find<'a>(&self, id: &gix::hash::oid, buffer: &'a mut Vec<u8>) -> gix::Result<Option<Data<'a>>> {
        if self.is_skipped.get() {
            buffer.clear();
            return Ok(Some(Data::new(buffer, Kind::Tree, id.kind())));
        }
        let found = self.repo.objects.try_find(id, buffer)?;
        self.allowance.take(found.as_ref().map_or(0, |tree| tree.data.len()));
        Ok(found)
    }
}

/// Hands on what differs, and decides about each folder when it is met. Folders are read in that order.
struct Walk<'a> {
    inner: Recorder,
    allowance: &'a Allowance,
    enters: &'a dyn Fn(&BStr) -> bool,
    each: &'a mut dyn FnMut(Entry),
    /// For each folder that was met and is not read yet, whether it is skipped.
    waiting: VecDeque<bool>,
    is_skipped: &'a Cell<bool>,
}

impl Visit for Walk<'_> {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.inner.pop_front_tracked_path_and_set_current();
        // The library asks for a folder only after it met it.
        self.is_skipped.set(self.waiting.pop_front().unwrap_or(false));
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.inner.push_back_tracked_path_component(component);
        self.waiting.push_back(!(self.enters)(self.inner.path()));
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.inner.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.inner.pop_path_component();
    }

    fn visit(&mut self, change: visit::Change) -> visit::Action {
        let action = self.inner.visit(change);
        if let Some(record) = self.inner.records.pop() {
            self.allowance.take_path(path_of(&record).as_ref());
            let entry = entry(record);
            if !is_folder(&entry) {
                (self.each)(entry);
            }
        }
        if self.allowance.is_spent() { ControlFlow::Break(()) } else { action }
    }
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
