//! Which commit of the range introduced each authored line: `git blame`, but only within the range
//! and for all files at once.
//!
//! Lines are followed from the head towards the base. At every commit that touches the file, lines
//! that a parent has too are passed on to it, through renames, in the order of the parents; what no
//! parent has stays. Lines that leave the range belong to no commit of it.

mod renamed;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use bstr::BString;
use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Error;
use super::blobs::{Blobs, Reader, Unread};
use super::commits::{self, RangeCommit};
use super::files::{AllEnds, Ends};
use super::judge::{Judge, Unseen};
use super::range::{self, Reach};
use super::records::Records;
use super::trees::{self, Entry};
use crate::change::{ChangeSet, Commit, Excluded, FileChange, Origin, Span};
use crate::exclude::Excluder;
use crate::lang;
use crate::linediff;
use crate::readable::readable;
use crate::text::Text;
use renamed::{Renamed, renamed};

/// What one commit did to the paths, seen from one of its parents.
type Touched = HashMap<BString, Entry>;

/// Lines on their way: where they stand in the file at this commit, and in the final file.
#[derive(Debug, Clone, Copy)]
struct Lines {
    here: u32,
    last: u32,
    len: u32,
}

/// What one commit brought is all its own.
pub(super) fn to_only_commit(files: &mut [FileChange]) {
    for file in files {
        let whole = |&span: &Span| Origin { commit: Some(0), ..Origin::unknown(span) };
        file.origins = file.authored.iter().map(whole).collect();
    }
}

fn to_no_commit(files: &mut [FileChange]) {
    for file in files {
        file.origins = file.authored.iter().map(|&span| Origin::unknown(span)).collect();
    }
}

/// The commits of a range and which paths each of them touched.
pub(super) struct History {
    commits: Vec<RangeCommit>,
    /// For each commit, for each parent: where it stands in `commits`, and what differs from it. Nothing where there
    /// is no more than one commit to choose from.
    parents: Vec<Vec<Parent>>,
}

/// Where there is one commit, it brought everything; a merge may have brought nothing.
fn is_alone(commits: &[RangeCommit]) -> bool {
    matches!(commits, [only] if only.parents.len() < 2)
}

struct Parent {
    /// `None` outside the range.
    at: Option<u32>,
    touched: Touched,
    /// Looked for when the first file needs it, and on that thread alone: the others wait for it, and one that gave work
    /// to all threads here would be given other files' work meanwhile, and wait for itself.
    renamed: OnceLock<Renamed>,
}

impl History {
    pub(super) fn read(repo: &gix::Repository, blobs: &Blobs, reach: &Reach, records: &Records) -> Result<Self, Error> {
        let commits = commits::read(repo, reach, records)?;
        if commits.is_empty() || is_alone(&commits) {
            return Ok(History { commits, parents: Vec::new() });
        }
        let positions: FxHashMap<ObjectId, u32> = commits.iter().zip(0..).map(|(commit, at)| (commit.id, at)).collect();
        let parents = commits
            .par_iter()
            .map(|commit| blobs.read_trees(|reader| parents_of(reader, commit, &commits, &positions)))
            .collect::<Result<_, _>>()?;
        Ok(History { commits, parents })
    }

    pub(super) fn commits(&self) -> impl Iterator<Item = &Commit> {
        self.commits.iter().map(|commit| &commit.commit)
    }

    /// Sets the origins of all authored lines.
    pub(super) fn attribute(&self, blobs: &Blobs, change: &mut ChangeSet, ends: &AllEnds, excluder: &Excluder) {
        if self.commits.is_empty() {
            return to_no_commit(&mut change.files);
        }
        if is_alone(&self.commits) {
            return to_only_commit(&mut change.files);
        }
        let judge = Judge::new(excluder, &ends.attributes, Unseen::Uncounted);
        let followed: Vec<Result<(), Unread>> = change
            .files
            .par_iter_mut()
            .zip(&ends.of_files)
            .map(|(file, own)| blobs.read(|reader| self.follow(reader, file, *own, &judge)))
            .collect();
        // A partial clone may have both ends of a file and lack a version in between.
        let ChangeSet { files, excluded, .. } = change;
        let mut followed = followed.into_iter();
        files.retain(|file| match followed.next() {
            Some(Err(unread)) => {
                let detail = format!("a version in between: {unread}");
                excluded.push(Excluded::new(file.path.clone(), unread.reason(), detail));
                false
            }
            _ => true,
        });
    }

    fn follow(&self, reader: &Reader<'_>, file: &mut FileChange, ends: Ends, judge: &Judge<'_>) -> Result<(), Unread> {
        let family = lang::of_file(file).map(lang::family);
        let mut versions = Versions { reader, judge, ends, family, known: vec![(ends.new, file.new.clone())] };
        versions.known.extend(ends.old.zip(file.old.clone()));
        let mut origins: Vec<Origin> = Vec::new();
        // Children come after their parents, so the highest position is always safe to settle.
        let mut waiting: BTreeMap<(u32, BString), Vec<Lines>> = BTreeMap::new();
        let start = file.authored.iter().map(|span| Lines { here: span.start, last: span.start, len: span.len() });
        let Some(top) = self.commits.len().checked_sub(1).filter(|_| !file.authored.is_empty()) else {
            return Ok(());
        };
        waiting.insert((top as u32, file.path.clone()), start.collect());
        while let Some(((at, path), lines)) = waiting.pop_last() {
            let Some(at) = self.last_touch(at, &path) else {
                origins.extend(lines.into_iter().map(outside));
                continue;
            };
            let mut passed = Vec::new();
            let stay = self.pass(&mut versions, at, &path, lines, &mut passed)?;
            let named = (path != file.path).then_some(path);
            origins.extend(stay.into_iter().map(|lines| introduced(lines, at, named.clone())));
            for (parent, path, lines) in passed {
                match parent {
                    Some(at) => waiting.entry((at, path)).or_default().extend(lines),
                    None => origins.extend(lines.into_iter().map(outside)),
                }
            }
        }
        origins.sort_by_key(|origin| origin.span);
        file.origins = joined(origins);
        Ok(())
    }

    /// From a commit down its only parents to the first that touches the path or is a merge; most
    /// commits do neither. `None` where that leaves the range.
    fn last_touch(&self, mut at: u32, path: &BString) -> Option<u32> {
        while let [parent] = self.parents.get(at as usize)?.as_slice() {
            if parent.touched.contains_key(path) {
                break;
            }
            at = parent.at?;
        }
        Some(at)
    }

    /// Passes on what the parents have; returns what stays with the commit.
    fn pass(
        &self,
        versions: &mut Versions<'_>,
        at: u32,
        path: &BString,
        lines: Vec<Lines>,
        passed: &mut Vec<(Option<u32>, BString, Vec<Lines>)>,
    ) -> Result<Vec<Lines>, Unread> {
        let Some(parents) = self.parents.get(at as usize) else { return Ok(lines) };
        if let Some(parent) = parents.iter().find(|parent| !parent.touched.contains_key(path)) {
            passed.push((parent.at, path.clone(), lines));
            return Ok(Vec::new());
        }
        let mut left = lines;
        let mut compared: Vec<ObjectId> = Vec::new();
        for parent in parents {
            let Some(entry) = parent.touched.get(path) else { continue };
            let (Some((old_path, old)), Some((_, new))) = (source(versions, parent, entry), entry.new) else {
                continue;
            };
            let leaves = parent.at.and_then(|at| self.last_touch(at, &old_path)).is_none();
            if leaves && !versions.may_leave(&old_path, old)? {
                continue;
            }
            if old == new {
                passed.push((parent.at, old_path, left));
                return Ok(Vec::new());
            }
            if left.is_empty() || compared.contains(&old) {
                continue;
            }
            compared.push(old);
            // The whole change in one step, and authored lines are such that differ.
            if versions.ends.old == Some(old) && versions.ends.new == new {
                continue;
            }
            let (Some(before), Some(after)) = (versions.read(old)?, versions.read(new)?) else { continue };
            let (same, differs) = split(&before, &after, left);
            if !same.is_empty() {
                passed.push((parent.at, old_path, same));
            }
            left = differs;
        }
        Ok(left)
    }
}

/// How many contents of one file are kept.
const MOST_VERSIONS: usize = 6;

/// The contents of one file on its way through the range.
struct Versions<'a> {
    reader: &'a Reader<'a>,
    judge: &'a Judge<'a>,
    ends: Ends,
    /// The family of the file's language, where it is code at the head.
    family: Option<&'static str>,
    known: Vec<(ObjectId, Arc<Text>)>,
}

impl Versions<'_> {
    /// A content; what one commit made of a file, the next one starts from. Nothing where it is too large: a version in
    /// between must not take a file out of the analysis, so its lines stay with the commit that made them small.
    fn read(&mut self, id: ObjectId) -> Result<Option<Arc<Text>>, Unread> {
        if let Some((_, text)) = self.known.iter().find(|(known, _)| *known == id) {
            return Ok(Some(text.clone()));
        }
        let text = match self.reader.text(id, self.judge.excluder.max_read_bytes()) {
            Ok(text) if self.family.is_some() => readable(text),
            Ok(text) => text,
            Err(Unread::TooLarge { .. }) => return Ok(None),
            Err(unread) => return Err(unread),
        };
        if self.known.len() >= MOST_VERSIONS {
            // Those at the ends come first.
            self.known.remove(2);
        }
        self.known.push((id, text.clone()));
        Ok(Some(text))
    }

    /// Whether lines may come from a version before the range. Lines of code that is new in the range may come from there
    /// only if it was code of the same kind there: what was text or left out is added by the commit that made code of it.
    fn may_leave(&self, old_path: &BString, old: ObjectId) -> Result<bool, Unread> {
        let Some(family) = self.family.filter(|_| self.ends.old.is_none()) else { return Ok(true) };
        match self.reader.text(old, self.judge.excluder.max_bytes) {
            Ok(text) => Ok(self.judge.was_code(old_path.as_ref(), &text, family)),
            Err(Unread::TooLarge { .. }) => Ok(false),
            Err(unread) => Err(unread),
        }
    }
}

/// Where a file came from, looking for a rename where the parent has no such path.
fn source(versions: &Versions<'_>, parent: &Parent, entry: &Entry) -> Option<(BString, ObjectId)> {
    if let Some((mode, id)) = entry.old {
        return mode.is_blob().then(|| (entry.path.clone(), id));
    }
    let renamed =
        parent.renamed.get_or_init(|| renamed(versions.reader, &parent.touched, versions.judge.excluder.max_bytes));
    renamed.get(&entry.path).cloned()
}

fn parents_of(
    reader: &Reader<'_>,
    commit: &RangeCommit,
    commits: &[RangeCommit],
    positions: &FxHashMap<ObjectId, u32>,
) -> Result<Vec<Parent>, Error> {
    let by_path = |entries: Vec<Entry>| entries.into_iter().map(|entry| (entry.path.clone(), entry)).collect();
    let of = |id: &ObjectId| {
        let at = positions.get(id).copied();
        let tree = match at.and_then(|at| commits.get(at as usize)) {
            Some(parent) => parent.tree,
            None => range::tree_of(&reader.repo, *id)?,
        };
        let touched = trees::differences(&reader.repo, Some(tree), Some(commit.tree)).map(by_path)?;
        Ok(Parent { at, touched, renamed: OnceLock::new() })
    };
    commit.parents.iter().map(of).collect()
}

/// Lines that the old text has too, with their places there; and the others.
fn split(before: &Text, after: &Text, lines: Vec<Lines>) -> (Vec<Lines>, Vec<Lines>) {
    let edits = linediff::edits(before, after);
    let (mut same, mut differs) = (Vec::new(), Vec::new());
    for part in lines {
        let wanted = Span::new(part.here, part.here + part.len);
        let sub = |span: Span, here: u32| Lines { here, last: part.last + (span.start - part.here), len: span.len() };
        let first = edits.partition_point(|edit| edit.new.end <= wanted.start);
        let mut at = wanted.start;
        // How far an unchanged line lies from its place in the old text, before the first edit here.
        let mut offset = first
            .checked_sub(1)
            .and_then(|i| edits.get(i))
            .map_or(0, |edit| i64::from(edit.old.end) - i64::from(edit.new.end));
        for edit in edits.iter().skip(first).take_while(|edit| edit.new.start < wanted.end) {
            let unchanged = Span::new(at, edit.new.start.max(at));
            if !unchanged.is_empty() {
                same.push(sub(unchanged, shifted(unchanged.start, offset)));
            }
            let changed = edit.new.intersect(Span::new(at, wanted.end));
            if !changed.is_empty() {
                differs.push(sub(changed, changed.start));
            }
            at = at.max(edit.new.end);
            offset = i64::from(edit.old.end) - i64::from(edit.new.end);
        }
        if at < wanted.end {
            let rest = Span::new(at, wanted.end);
            same.push(sub(rest, shifted(at, offset)));
        }
    }
    (same, differs)
}

fn shifted(line: u32, offset: i64) -> u32 {
    u32::try_from(i64::from(line) + offset).unwrap_or(0)
}

fn introduced(lines: Lines, commit: u32, path: Option<BString>) -> Origin {
    let span = Span::new(lines.last, lines.last + lines.len);
    Origin { span, commit: Some(commit), line: lines.here, path }
}

fn outside(lines: Lines) -> Origin {
    Origin::unknown(Span::new(lines.last, lines.last + lines.len))
}

/// Neighbours that were neighbours in the same commit, too, become one.
fn joined(sorted: Vec<Origin>) -> Vec<Origin> {
    let mut joined: Vec<Origin> = Vec::with_capacity(sorted.len());
    for origin in sorted {
        match joined.last_mut() {
            Some(last) if last.span.end == origin.span.start && continues(last, &origin) => {
                last.span.end = origin.span.end;
            }
            _ => joined.push(origin),
        }
    }
    joined
}

fn continues(last: &Origin, next: &Origin) -> bool {
    let adjacent = last.line + last.span.len() == next.line && last.path == next.path;
    last.commit == next.commit && (next.commit.is_none() || adjacent)
}
