//! What each commit of a range did to the paths whose lines are followed.
//!
//! Only paths of files at the head, and what these were called before, are kept, and folders without any of them are not
//! entered. Commits are read from the head to the base, so the last ones are known best where a budget ends the search.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Bound;

use bstr::{BStr, BString};
use gix::ObjectId;
use rustc_hash::{FxHashMap, FxHashSet};

use super::renamed::{self, Renamed, Renames};
use crate::blobs::{Blobs, Reader};
use crate::commits::RangeCommit;
use crate::range;
use crate::trees::{self, Allowance, Entry, Side};
use crate::{Budget, Error};
use ai_detect_base::change::Commit;
use ai_detect_base::slices::items_of;

/// The number of a path that is followed.
pub(super) type PathId = u32;

/// The paths whose lines are followed, by number.
#[derive(Default)]
pub(super) struct Paths {
    ids: BTreeMap<BString, PathId>,
    names: Vec<BString>,
}

impl Paths {
    fn add(&mut self, path: BString) -> PathId {
        let next = self.names.len() as PathId;
        *self.ids.entry(path).or_insert_with_key(|path| {
            self.names.push(path.clone());
            next
        })
    }

    pub(super) fn id(&self, path: &BString) -> Option<PathId> {
        self.ids.get(path).copied()
    }

    pub(super) fn name(&self, id: PathId) -> Option<&BString> {
        self.names.get(id as usize)
    }

    /// Whether any of them lies in a folder.
    fn are_below(&self, folder: &BStr) -> bool {
        let mut start = BString::from(folder);
        start.push(b'/');
        let after = self.ids.range::<BString, _>((Bound::Included(&start), Bound::Unbounded));
        after.into_iter().next().is_some_and(|(path, _)| path.starts_with(&start))
    }
}

/// What a commit did to a path, seen from one of its parents.
#[derive(Debug, Clone, Copy)]
pub(super) struct Touch {
    at: u32,
    pub(super) old: Side,
    pub(super) new: Side,
}

/// A parent of a commit.
pub(super) struct Parent {
    /// Where it stands among the commits; `None` outside the range.
    pub(super) at: Option<u32>,
    /// What files that the commit added were there: their path and content.
    pub(super) sources: FxHashMap<PathId, (PathId, ObjectId)>,
}

/// Where a path was touched last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reached {
    /// By a commit that touched it, or that is a merge or has no parent.
    Commit(u32),
    /// Nowhere in the range.
    Base,
    /// Further back than the history was read.
    Unread,
}

/// The commits of a range, and what they did to the paths whose lines are followed.
pub(crate) struct History {
    pub(super) commits: Vec<RangeCommit>,
    pub(super) paths: Paths,
    /// For each commit, its different parents. Empty where there is one commit to choose from.
    parents: Vec<Vec<Parent>>,
    /// For each path, from the head to the base. Of a merge, those seen from its first parents, up to one that has the
    /// file as it is.
    touches: Vec<Vec<Touch>>,
    /// For each commit, the first one of those that stand before it, each the only parent of the next.
    run_starts: Vec<u32>,
    /// How many commits at the base were not read, because it took too much.
    unread: u32,
    /// In how many commits only identical files were looked for.
    pub(super) cut_renames: usize,
}

/// Where there is one commit, it brought everything; a merge may have brought nothing.
pub(super) fn is_alone(commits: &[RangeCommit]) -> bool {
    matches!(commits, [only] if only.parents.len() < 2)
}

impl History {
    /// Reads what the commits of a range did. `paths` are those of the files at the head; of larger files than `max_bytes` no
    /// earlier name is looked for.
    pub(crate) fn read(
        blobs: &Blobs,
        commits: Vec<RangeCommit>,
        paths: Vec<BString>,
        max_bytes: u64,
        budget: &Budget,
    ) -> Result<Self, Error> {
        let mut history = History {
            parents: commits.iter().map(|_| Vec::new()).collect(),
            commits,
            paths: Paths::default(),
            touches: Vec::new(),
            run_starts: Vec::new(),
            unread: 0,
            cut_renames: 0,
        };
        if history.commits.is_empty() || is_alone(&history.commits) {
            return Ok(history);
        }
        for path in paths {
            history.paths.add(path);
        }
        let search = Search {
            positions: history.commits.iter().zip(0..).map(|(commit, at)| (commit.id, at)).collect(),
            allowance: Allowance::new(budget.tree_bytes),
            max_touches: budget.touches,
        };
        let renames = Renames::new(max_bytes, budget.renamed_bytes);
        blobs.read_trees(|trees| blobs.read(|contents| history.read_commits(&search, (trees, contents), renames)))?;
        history.find_runs();
        Ok(history)
    }

    /// Reads what the commits did, as far as the budgets go.
    fn read_commits(
        &mut self,
        search: &Search,
        readers: (&Reader<'_>, &Reader<'_>),
        mut renames: Renames,
    ) -> Result<(), Error> {
        let mut kept = 0;
        for at in (0..self.commits.len()).rev() {
            let Some(read) = self.read_commit(search, readers, at, &mut renames)? else {
                self.unread = at as u32 + 1;
                break;
            };
            kept += read.touches.len();
            if kept > search.max_touches {
                self.unread = at as u32 + 1;
                break;
            }
            self.keep(at, read);
        }
        self.cut_renames = renames.cut_short;
        Ok(())
    }

    fn keep(&mut self, at: usize, read: ReadCommit) {
        for (path, touch) in read.touches {
            let path = path as usize;
            if self.touches.len() <= path {
                self.touches.resize_with(path + 1, Vec::new);
            }
            if let Some(touches) = self.touches.get_mut(path) {
                touches.push(touch);
            }
        }
        let parents = read.parents.into_iter().map(|(at, sources)| Parent {
            at,
            sources: sources.into_iter().map(|(to, (path, id))| (to, (self.paths.add(path), id))).collect(),
        });
        let parents = parents.collect();
        if let Some(slot) = self.parents.get_mut(at) {
            *slot = parents;
        }
    }

    /// What one commit did; nothing where that takes more than is left of the budget for trees.
    fn read_commit(
        &self,
        search: &Search,
        (trees, contents): (&Reader<'_>, &Reader<'_>),
        at: usize,
        renames: &mut Renames,
    ) -> Result<Option<ReadCommit>, Error> {
        let Some(commit) = self.commits.get(at) else { return Ok(None) };
        let mut read = ReadCommit::default();
        // The paths that differ from all parents so far, each with its touches.
        let mut open: Option<HashSet<PathId>> = None;
        let mut seen = FxHashSet::default();
        let mut last_trees = Vec::new();
        for id in commit.parents.iter().filter(|id| seen.insert(**id)) {
            let position = search.positions.get(id).copied();
            let tree = match position.and_then(|at| self.commits.get(at as usize)) {
                Some(parent) => parent.tree,
                None => range::tree_of(&trees.repo, *id)?,
            };
            read.parents.push((position, HashMap::new()));
            last_trees.push(tree);
            if open.as_ref().is_some_and(HashSet::is_empty) {
                continue;
            }
            let Some(found) = self.touched(search, trees, (tree, commit.tree), open.as_ref())? else { return Ok(None) };
            open = Some(found.iter().map(|(path, _)| *path).collect());
            read.touches.extend(found.into_iter().map(|(path, (old, new))| (path, Touch { at: at as u32, old, new })));
        }
        let Some(open) = open.filter(|open| !open.is_empty()) else { return Ok(Some(read)) };
        // Files that no parent has as they are, and some not at all.
        let mut nth_of: HashMap<PathId, usize> = HashMap::new();
        let mut added: Vec<Vec<renamed::Added<'_>>> = last_trees.iter().map(|_| Vec::new()).collect();
        for (path, touch) in &read.touches {
            let nth = nth_of.entry(*path).or_default();
            if let (None, Some((mode, id)), true) = (touch.old, touch.new, open.contains(path))
                && let (Some(name), Some(added)) = (self.paths.name(*path), added.get_mut(*nth))
            {
                added.push(renamed::Added { path: *path, name, mode, id });
            }
            *nth += 1;
        }
        for ((tree, added), (_, sources)) in last_trees.into_iter().zip(added).zip(&mut read.parents) {
            if added.is_empty() {
                continue;
            }
            let Some(gone) = gone(search, trees, (tree, commit.tree))? else { return Ok(None) };
            *sources = renames.find(contents, &gone, added);
        }
        Ok(Some(read))
    }

    /// The followed paths that differ between two trees, by number; nothing where the budget does not suffice.
    fn touched(
        &self,
        search: &Search,
        trees: &Reader<'_>,
        ends: (ObjectId, ObjectId),
        among: Option<&HashSet<PathId>>,
    ) -> Result<Option<Vec<Differs>>, Error> {
        let mut found = Vec::new();
        let mut each = |Entry { path, old, new }: Entry| {
            let path = self.paths.id(&path).filter(|path| among.is_none_or(|among| among.contains(path)));
            found.extend(path.map(|path| (path, (old, new))));
        };
        let enters = |folder: &BStr| self.paths.are_below(folder);
        if !trees::walk(&trees.repo, (Some(ends.0), ends.1), &search.allowance, &enters, &mut each)? {
            return Ok(None);
        }
        // A damaged tree may hold one name twice.
        found.sort_unstable_by_key(|(path, _)| *path);
        found.dedup_by_key(|(path, _)| *path);
        Ok(Some(found))
    }

    fn find_runs(&mut self) {
        for (at, parents) in self.parents.iter().enumerate() {
            let before = match parents.as_slice() {
                [Parent { at: Some(parent), .. }] if *parent as usize + 1 == at && *parent >= self.unread => {
                    self.run_starts.get(*parent as usize)
                }
                _ => None,
            };
            // A commit that does not follow its only parent starts a run of its own.
            let start = before.copied().unwrap_or(at as u32);
            self.run_starts.push(start);
        }
    }

    /// The commits, parents before children.
    pub(crate) fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.commits.iter().map(|commit| &commit.commit)
    }

    /// The different parents of a commit.
    pub(super) fn parents(&self, at: u32) -> &[Parent] {
        self.parents.get(at as usize).map_or(&[], Vec::as_slice)
    }

    /// What a commit did to a path, seen from each of its first parents, up to the first one that has it as it is.
    pub(super) fn touches(&self, at: u32, path: PathId) -> &[Touch] {
        let touches = self.touches.get(path as usize).map_or(&[][..], Vec::as_slice);
        let first = touches.partition_point(|touch| touch.at > at);
        let rest = items_of(touches, first..);
        items_of(rest, ..rest.partition_point(|touch| touch.at == at))
    }

    /// From a commit down its only parents to the first that touches the path or is a merge; most commits do neither.
    pub(super) fn last_touch(&self, mut at: u32, path: PathId) -> Reached {
        let touches = self.touches.get(path as usize).map_or(&[][..], Vec::as_slice);
        loop {
            if at < self.unread {
                return Reached::Unread;
            }
            // Each commit has a start once runs are found; without one, it is a run by itself.
            let start = self.run_starts.get(at as usize).copied().unwrap_or(at);
            let next = touches.get(touches.partition_point(|touch| touch.at > at));
            if let Some(touch) = next.filter(|touch| touch.at >= start) {
                return Reached::Commit(touch.at);
            }
            match self.parents(start) {
                [Parent { at: Some(parent), .. }] => at = *parent,
                [Parent { at: None, .. }] => return Reached::Base,
                _ => return Reached::Commit(start),
            }
        }
    }
}

/// A path with its content before and after.
type Differs = (PathId, (Side, Side));

/// What a search through the commits needs.
struct Search {
    positions: FxHashMap<ObjectId, u32>,
    allowance: Allowance,
    max_touches: usize,
}

/// What was read of one commit.
#[derive(Default)]
struct ReadCommit {
    touches: Vec<(PathId, Touch)>,
    parents: Vec<(Option<u32>, Renamed)>,
}

/// The files that are in the first tree and not in the second, by path; nothing where the budget does not suffice.
fn gone(search: &Search, trees: &Reader<'_>, ends: (ObjectId, ObjectId)) -> Result<Option<Vec<renamed::Gone>>, Error> {
    let mut gone = Vec::new();
    let mut each = |Entry { path, old, new }: Entry| {
        if let (Some((mode, id)), None) = (old, new) {
            gone.push(renamed::Gone { path, mode, id });
        }
    };
    let is_whole = trees::walk(&trees.repo, (Some(ends.0), ends.1), &search.allowance, &|_| true, &mut each)?;
    gone.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(is_whole.then_some(gone))
}
