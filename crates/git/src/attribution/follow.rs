//! The way of one file's lines through the commits of a range.

use std::collections::BTreeMap;
use std::sync::Arc;

use bstr::BString;
use gix::ObjectId;

use super::history::{History, Parent, PathId, Reached, Touch};
use super::lines::{Lines, introduced, joined, outside, split};
use crate::blobs::{Reader, Unread};
use crate::files::Ends;
use crate::judge::Judge;
use ai_detect_base::change::{FileChange, Origin};
use ai_detect_base::linediff::Comparison;
use ai_detect_base::readable::readable;
use ai_detect_base::text::Text;
use ai_detect_lang as lang;

/// How many contents of one file are kept.
const MAX_VERSIONS: usize = 6;
/// So many bytes to read cost as much as a line to compare.
const BYTES_OF_LINE: u64 = 64;

/// Why a file is not followed any further.
pub(super) enum Stop {
    /// The budget does not suffice for the next step.
    Spent,
    Unread(Unread),
}

/// What following lines needs beside the file.
#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    pub(super) history: &'a History,
    pub(super) reader: &'a Reader<'a>,
    pub(super) judge: &'a Judge<'a>,
}

/// How far the lines of one file were followed. More can be added to it.
pub(super) struct Progress {
    ends: Ends,
    path: Option<PathId>,
    /// Lines that are at a commit. Children come after their parents, so the highest position is always safe to settle.
    waiting: BTreeMap<(u32, PathId), Vec<Lines>>,
    origins: Vec<Origin>,
    /// How many lines the history was not read far enough for.
    lost: u32,
}

impl Progress {
    /// At the head.
    pub(super) fn new(history: &History, file: &FileChange, ends: Ends) -> Self {
        let mut progress = Progress {
            ends,
            path: history.paths.id(&file.path),
            waiting: BTreeMap::new(),
            origins: Vec::new(),
            lost: 0,
        };
        let start: Vec<Lines> =
            file.authored.iter().map(|span| Lines { here: span.start, last: span.start, len: span.len() }).collect();
        match (history.commits.len().checked_sub(1), progress.path) {
            (Some(top), Some(path)) if !start.is_empty() => {
                progress.waiting.insert((top as u32, path), start);
            }
            _ => progress.origins.extend(start.into_iter().map(outside)),
        }
        progress
    }

    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes the lines as far as the allowance goes, and takes from it what that costs.
    pub(super) fn go_on(
        &mut self,
        follower: Follower<'_>,
        file: &FileChange,
        allowance: &mut u64,
    ) -> Result<(), Unread> {
        let family = lang::of_file(file).map(lang::family);
        let mut versions = Versions { follower, ends: self.ends, family, known: Vec::new(), allowance };
        versions.known.push((self.ends.new, file.new.clone()));
        versions.known.extend(self.ends.old.zip(file.old.clone()));
        while let Some(((at, path), lines)) = self.waiting.pop_last() {
            let at = match follower.history.last_touch(at, path) {
                Reached::Commit(at) => at,
                reached => {
                    if reached == Reached::Unread {
                        self.lost += lines.iter().map(|lines| lines.len).sum::<u32>();
                    }
                    self.origins.extend(lines.into_iter().map(outside));
                    continue;
                }
            };
            match versions.pass(at, path, &lines) {
                Ok(Passed { stay, on }) => {
                    let name = follower.history.paths.name(path).filter(|name| **name != file.path);
                    self.origins.extend(stay.into_iter().map(|lines| introduced(lines, at, name.cloned())));
                    on.into_iter().for_each(|(parent, path, lines)| self.pass_on(parent, path, lines));
                }
                Err(Stop::Spent) => {
                    self.waiting.insert((at, path), lines);
                    return Ok(());
                }
                Err(Stop::Unread(unread)) => return Err(unread),
            }
        }
        Ok(())
    }

    fn pass_on(&mut self, parent: Option<u32>, path: PathId, lines: Vec<Lines>) {
        match parent {
            Some(at) => self.waiting.entry((at, path)).or_default().extend(lines),
            None => self.origins.extend(lines.into_iter().map(outside)),
        }
    }

    /// Sets the origins of the file. Returns how many lines were not followed to their end: they belong to no commit.
    pub(super) fn finish(mut self, file: &mut FileChange) -> u32 {
        let left: Vec<Lines> = self.waiting.into_values().flatten().collect();
        self.lost += left.iter().map(|lines| lines.len).sum::<u32>();
        self.origins.extend(left.into_iter().map(outside));
        self.origins.sort_by_key(|origin| origin.span);
        file.origins = joined(self.origins);
        self.lost
    }
}

/// What becomes of lines at a commit.
struct Passed {
    /// Those that the commit added.
    stay: Vec<Lines>,
    /// Those that go on, with the parent that has them and their path there.
    on: Vec<(Option<u32>, PathId, Vec<Lines>)>,
}

/// The contents of one file on its way through the range.
struct Versions<'a> {
    follower: Follower<'a>,
    ends: Ends,
    /// The family of the file's language, where it is code at the head.
    family: Option<&'static str>,
    known: Vec<(ObjectId, Arc<Text>)>,
    allowance: &'a mut u64,
}

impl Versions<'_> {
    /// Passes on what the parents of a commit have, in their order.
    fn pass(&mut self, at: u32, path: PathId, lines: &[Lines]) -> Result<Passed, Stop> {
        let history = self.follower.history;
        let (parents, touches) = (history.parents(at), history.touches(at, path));
        if let Some(parent) = parents.get(touches.len()) {
            return Ok(Passed { stay: Vec::new(), on: vec![(parent.at, path, lines.to_vec())] });
        }
        let mut passed = Passed { stay: lines.to_vec(), on: Vec::new() };
        let mut compared: Vec<ObjectId> = Vec::new();
        for (parent, touch) in parents.iter().zip(touches) {
            let (Some((old_path, old)), Some((_, new))) = (source(parent, path, touch), touch.new) else { continue };
            let leaves = parent.at.is_none_or(|at| history.last_touch(at, old_path) == Reached::Base);
            if leaves && !self.may_leave(old_path, old)? {
                continue;
            }
            if old == new {
                passed.on.push((parent.at, old_path, std::mem::take(&mut passed.stay)));
                return Ok(passed);
            }
            if passed.stay.is_empty() || compared.contains(&old) {
                continue;
            }
            compared.push(old);
            // The whole change in one step, and authored lines are such that differ.
            if self.ends.old == Some(old) && self.ends.new == new {
                continue;
            }
            let (Some(before), Some(after)) = (self.read(old)?, self.read(new)?) else { continue };
            let comparison = Comparison::new(&before, &after);
            self.spend(comparison.cost())?;
            let (same, differs) = split(&comparison.edits(), &passed.stay);
            if !same.is_empty() {
                passed.on.push((parent.at, old_path, same));
            }
            passed.stay = differs;
        }
        Ok(passed)
    }

    fn spend(&mut self, cost: u64) -> Result<(), Stop> {
        *self.allowance = self.allowance.checked_sub(cost).ok_or(Stop::Spent)?;
        Ok(())
    }

    /// A content; what one commit made of a file, the next one starts from. Nothing where it is too large: a version in
    /// between must not take a file out of the analysis, so its lines stay with the commit that made them small.
    fn read(&mut self, id: ObjectId) -> Result<Option<Arc<Text>>, Stop> {
        if let Some((_, text)) = self.known.iter().find(|(known, _)| *known == id) {
            return Ok(Some(text.clone()));
        }
        let text = match self.text(id, self.follower.judge.excluder.max_read_bytes()) {
            Ok(text) if self.family.is_some() => readable(text),
            Ok(text) => text,
            Err(Stop::Unread(Unread::TooLarge { .. })) => return Ok(None),
            Err(stop) => return Err(stop),
        };
        if self.known.len() >= MAX_VERSIONS {
            // Those at the ends come first.
            self.known.remove(2);
        }
        self.known.push((id, text.clone()));
        Ok(Some(text))
    }

    fn text(&mut self, id: ObjectId, max_bytes: u64) -> Result<Arc<Text>, Stop> {
        let reader = self.follower.reader;
        match reader.size(id) {
            Ok(size) if size > max_bytes => return Err(Stop::Unread(Unread::TooLarge { size, most: max_bytes })),
            Ok(size) => self.spend(size / BYTES_OF_LINE)?,
            // Reading the content says what is wrong with it.
            Err(Unread::Missing(_)) => {}
            Err(unread) => return Err(Stop::Unread(unread)),
        }
        reader.read(id).map(|bytes| Arc::new(Text::new(bytes))).map_err(Stop::Unread)
    }

    /// Whether lines may come from a version before the range. Lines of code that is new in the range may come from there
    /// only if it was code of the same kind there: what was text or left out is added by the commit that made code of it.
    fn may_leave(&mut self, old_path: PathId, old: ObjectId) -> Result<bool, Stop> {
        let Follower { history, judge, .. } = self.follower;
        let Some(family) = self.family.filter(|_| self.ends.old.is_none()) else { return Ok(true) };
        let path = history.paths.name(old_path);
        match self.text(old, judge.excluder.max_bytes) {
            Ok(text) => Ok(path.is_some_and(|path: &BString| judge.was_code(path.as_ref(), &text, family))),
            Err(Stop::Unread(Unread::TooLarge { .. })) => Ok(false),
            Err(stop) => Err(stop),
        }
    }
}

/// Where a file came from, also by a rename where the parent has no such path.
fn source(parent: &Parent, path: PathId, touch: &Touch) -> Option<(PathId, ObjectId)> {
    match touch.old {
        Some((mode, id)) => mode.is_blob().then_some((path, id)),
        None => parent.sources.get(&path).copied(),
    }
}
