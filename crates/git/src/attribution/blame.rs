//! Which commit of a whole history brought each line of a file: what `git blame` answers, through renames.
//!
//! Lines go from the revision towards the first commit, newest commit first. At each, lines that a parent has too go on to
//! that parent; what no parent has stays. Only commits on the way of the lines are read, and no further than needed.
//!
//! Of a merge, the first parent is asked first. So a line leaves the line of first parents only with the merge that
//! brought it, and that merge is known at the end.

use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use bstr::{BStr, BString};
use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::lines::{Lines, split};
use super::place::Place;
use super::renamed::{Added, Gone, Renames};
use crate::blobs::{Reader, Unread};
use crate::trees::{self, Allowance, Entry};
use crate::{Budget, CommitId, Error, Landing, Repository, lenient, range};
use ai_detect_base::linediff::Comparison;
use ai_detect_base::span::Span;
use ai_detect_base::text::Text;

/// A file of more bytes is not read.
const MAX_BYTES: u64 = 64 << 20;
/// Commits at which lines of one file are looked at, however little there is to compare.
const MAX_STEPS: usize = 2_000_000;
/// A whole history has so many times the budget of a range.
const OF_HISTORY: u64 = 8;

/// A file at a revision, and where its lines come from.
#[derive(Debug)]
pub struct Blame {
    /// The commit that the revision names.
    pub at: CommitId,
    /// The file.
    pub text: Arc<Text>,
    /// The lines that were asked for, in order: neighbours with the same source together.
    pub runs: Vec<Run>,
}

/// Lines of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Where they stand in the file, counted from 0.
    pub span: Span,
    /// The commit that brought them, or that they were followed to.
    pub commit: CommitId,
    /// What the file was called there.
    pub path: BString,
    /// Where the first of them stood there, counted from 0.
    pub line: u32,
    /// How the commit came to the revision.
    pub landing: Landing,
    /// How far they were followed.
    pub end: End,
}

/// Why lines were followed no further than to a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// It brought them.
    Brought,
    /// The clone is shallow and holds nothing older.
    Shallow,
    /// What stood there before cannot be read: the clone lacks it, or it is damaged.
    Unread(String),
    /// The history takes more work than is done.
    TooMuchWork,
}

/// A repository whose files several threads follow; each takes its own [`Blamer`].
pub struct Blamers {
    repo: gix::ThreadSafeRepository,
    budget: Budget,
}

/// One thread's way to where lines come from.
pub struct Blamer {
    reader: Reader<'static>,
    budget: Budget,
}

impl Repository {
    /// The repository for several threads that follow lines.
    pub fn blamers(&self) -> Blamers {
        Blamers { repo: self.inner.clone().into_sync(), budget: self.budget }
    }
}

impl Blamers {
    /// One thread's way.
    pub fn blamer(&self) -> Blamer {
        Blamer { reader: Reader::of_neighbours(&self.repo), budget: self.budget }
    }
}

impl Blamer {
    /// Where lines of a file come from. `spans` are counted from 0; without any, all lines are meant.
    ///
    /// # Errors
    /// Where the commit, its tree or the file cannot be read; `None` where it has no such file.
    pub fn blame(&self, at: CommitId, path: &BStr, spans: &[Span]) -> Result<Option<Blame>, Error> {
        let reader = &self.reader;
        let first = Step::read(&reader.repo, at.0)?;
        let place = Place::find(&reader.repo, first.tree, path)?;
        let Some(id) = place.content() else { return Ok(None) };
        let text = reader.text(id, MAX_BYTES);
        let text = text.map_err(|unread| match unread {
            Unread::TooLarge { .. } => Error::library(path.to_string(), format!("it has {unread}")),
            unread => Error::of_content(&path.to_string(), &unread.to_string()),
        })?;
        let whole = [Span::new(0, text.len())];
        let spans = if spans.is_empty() { &whole } else { spans };
        let mut walk = Walk {
            reader,
            allowance: Allowance::new(self.budget.tree_bytes * OF_HISTORY),
            renames: Renames::new(MAX_BYTES, self.budget.renamed_bytes * OF_HISTORY),
            compared: self.budget.compared * OF_HISTORY,
            waiting: BinaryHeap::new(),
            stops: FxHashMap::default(),
            runs: Vec::new(),
        };
        let lines = spans.iter().map(|span| Lines { here: span.start, last: span.start, len: span.len() }).collect();
        let landing = Landing { via: None, time: first.time };
        let stop = Stop { commit: at.0, path: path.to_owned(), is_on_line: true, via: None };
        walk.wait(stop, first, place, landing, lines);
        walk.run();
        let runs = joined(walk.runs);
        Ok(Some(Blame { at, text, runs }))
    }
}

/// How far back a file that is gone is looked for.
const MAX_STEPS_BACK: usize = 20_000;

impl Repository {
    /// The newest commit on the line of first parents from a revision that still has a file; nothing where none has.
    ///
    /// # Errors
    /// Where the revision is unknown, or a commit or tree cannot be read.
    pub fn last_with(&self, revision: &str, path: &BStr) -> Result<Option<CommitId>, Error> {
        let shared = self.inner.clone().into_sync();
        let reader = Reader::of_neighbours(&shared);
        let mut at = range::commit(&self.inner, revision)?;
        let mut step = Step::read(&reader.repo, at)?;
        let mut place = Place::find(&reader.repo, step.tree, path)?;
        for _ in 0..MAX_STEPS_BACK {
            if place.content().is_some() {
                return Ok(Some(CommitId(at)));
            }
            let Some(&parent) = step.parents.first().filter(|_| !lenient::is_boundary(&reader.repo, at)) else { break };
            at = parent;
            step = Step::read(&reader.repo, at)?;
            place = place.in_tree(&reader.repo, step.tree, path)?;
        }
        Ok(None)
    }
}

/// What is read of a commit on the way.
#[derive(Debug, Clone)]
struct Step {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
}

impl Step {
    fn read(repo: &gix::Repository, id: ObjectId) -> Result<Self, Error> {
        let object = repo.find_commit(id).map_err(|error| Error::missing(format!("commit {id}"), error))?;
        let read = |decoded: &gix::objs::CommitRef<'_>| Step {
            tree: decoded.tree(),
            parents: decoded.parents().collect(),
            time: decoded.committer().ok().map_or(0, |committer| committer.seconds()),
        };
        lenient::decoded(id, &object.data, repo.object_hash(), read)
    }
}

/// A commit where lines of a file wait, and how they came there.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Stop {
    commit: ObjectId,
    path: BString,
    /// Whether the commit is on the revision's line of first parents.
    is_on_line: bool,
    /// Where not, the commit of that line through which they came.
    via: Option<ObjectId>,
}

/// What waits at a stop.
struct Waiting {
    step: Step,
    place: Place,
    landing: Landing,
    lines: Vec<Lines>,
}

struct Walk<'a> {
    reader: &'a Reader<'static>,
    allowance: Allowance,
    renames: Renames,
    /// How much may still be compared.
    compared: u64,
    /// The stops by time, newest first; those of one time in a fixed order.
    waiting: BinaryHeap<(i64, ObjectId, BString, bool, Option<ObjectId>)>,
    stops: FxHashMap<Stop, Waiting>,
    runs: Vec<Run>,
}

/// Lines that an earlier version has too, with their places there; and the others.
type Compared = (Vec<Lines>, Vec<Lines>);

/// A parent with the file as it stood there.
struct Earlier {
    commit: ObjectId,
    step: Step,
    path: BString,
    place: Place,
}

impl Walk<'_> {
    fn wait(&mut self, stop: Stop, step: Step, place: Place, landing: Landing, lines: Vec<Lines>) {
        if let Some(known) = self.stops.get_mut(&stop) {
            return known.lines.extend(lines);
        }
        self.waiting.push((step.time, stop.commit, stop.path.clone(), stop.is_on_line, stop.via));
        self.stops.insert(stop, Waiting { step, place, landing, lines });
    }

    fn run(&mut self) {
        let mut steps = 0;
        while let Some((_, commit, path, is_on_line, via)) = self.waiting.pop() {
            let stop = Stop { commit, path, is_on_line, via };
            // A commit whose clock was wrong may be met again, with other lines.
            let Some(waiting) = self.stops.remove(&stop) else { continue };
            steps += 1;
            // Replaced commits can go round in circles.
            if steps > MAX_STEPS {
                self.end(&stop, waiting.landing, waiting.lines, &End::TooMuchWork);
                continue;
            }
            self.pass(&stop, waiting);
        }
    }

    /// Passes lines on to the parents of a commit, in their order.
    fn pass(&mut self, stop: &Stop, Waiting { step, place, landing, lines }: Waiting) {
        if lenient::is_boundary(&self.reader.repo, stop.commit) && !step.parents.is_empty() {
            return self.end(stop, landing, lines, &End::Shallow);
        }
        let mut left = lines;
        for nth in 0..step.parents.len() {
            if left.is_empty() {
                return;
            }
            let earlier = match self.earlier(stop, &step, &place, nth) {
                Ok(Some(earlier)) => earlier,
                Ok(None) => continue,
                Err(error) => return self.end(stop, landing, left, &error),
            };
            let same = match self.compare(&place, &earlier.place, left) {
                Ok((same, differs)) => {
                    left = differs;
                    same
                }
                Err((error, lines)) => return self.end(stop, landing, lines, &error),
            };
            if !same.is_empty() {
                let is_on_line = stop.is_on_line && nth == 0;
                let via = if stop.is_on_line && nth > 0 { Some(stop.commit) } else { stop.via };
                let landing = match is_on_line {
                    true => Landing { via: None, time: earlier.step.time },
                    false => Landing { via: via.map(CommitId), time: landing.time },
                };
                let next = Stop { commit: earlier.commit, path: earlier.path, is_on_line, via };
                self.wait(next, earlier.step, earlier.place, landing, same);
            }
        }
        self.end(stop, landing, left, &End::Brought);
    }

    fn end(&mut self, stop: &Stop, landing: Landing, lines: Vec<Lines>, end: &End) {
        let run = |lines: Lines| Run {
            span: Span::new(lines.last, lines.last + lines.len),
            commit: CommitId(stop.commit),
            path: stop.path.clone(),
            line: lines.here,
            landing,
            end: end.clone(),
        };
        self.runs.extend(lines.into_iter().map(run));
    }

    /// The file as it stood in a parent, under this name or an earlier one; nothing where it was not there.
    fn earlier(&mut self, stop: &Stop, step: &Step, place: &Place, nth: usize) -> Result<Option<Earlier>, End> {
        let repo = &self.reader.repo;
        let Some(&commit) = step.parents.get(nth) else { return Ok(None) };
        let unread = |error: Error| End::Unread(error.to_string());
        let parent = Step::read(repo, commit).map_err(unread)?;
        let there = place.in_tree(repo, parent.tree, stop.path.as_ref()).map_err(unread)?;
        if there.content().is_some() {
            return Ok(Some(Earlier { commit, step: parent, path: stop.path.clone(), place: there }));
        }
        let Some(path) = self.renamed_from(stop, (parent.tree, step.tree), place)? else { return Ok(None) };
        let there = Place::find(&self.reader.repo, parent.tree, path.as_ref()).map_err(unread)?;
        Ok(Some(Earlier { commit, step: parent, path, place: there }))
    }

    /// What a file that a commit added was called in a parent.
    fn renamed_from(
        &mut self,
        stop: &Stop,
        trees: (ObjectId, ObjectId),
        place: &Place,
    ) -> Result<Option<BString>, End> {
        let Some((mode, id)) = place.file else { return Ok(None) };
        let mut gone = Vec::new();
        let mut each = |Entry { path, old, new }: Entry| {
            if let (Some((mode, id)), None) = (old, new) {
                gone.push(Gone { path, mode, id });
            }
        };
        let walked = trees::walk(&self.reader.repo, (Some(trees.0), trees.1), &self.allowance, &|_| true, &mut each);
        if !walked.map_err(|error| End::Unread(error.to_string()))? {
            return Err(End::TooMuchWork);
        }
        gone.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let added = vec![Added { path: 0, name: &stop.path, mode, id }];
        let found: HashMap<_, _> = self.renames.find(self.reader, &gone, added);
        Ok(found.into_values().next().map(|(path, _)| path))
    }

    /// Lines that stand in an earlier version too, with their places there; and the others.
    fn compare(&mut self, now: &Place, earlier: &Place, lines: Vec<Lines>) -> Result<Compared, (End, Vec<Lines>)> {
        let (Some(new), Some(old)) = (now.content(), earlier.content()) else { return Ok((Vec::new(), lines)) };
        if new == old {
            return Ok((lines, Vec::new()));
        }
        let (before, after) = match (self.text(old), self.text(new)) {
            (Ok(before), Ok(after)) => (before, after),
            // What is too large to be compared is not followed through: the commit that made it small brought it.
            (Err(Unread::TooLarge { .. }), _) | (_, Err(Unread::TooLarge { .. })) => return Ok((Vec::new(), lines)),
            (Err(unread), _) | (_, Err(unread)) => return Err((End::Unread(unread.to_string()), lines)),
        };
        let comparison = Comparison::new(&before, &after);
        let Some(left) = self.compared.checked_sub(comparison.cost()) else { return Err((End::TooMuchWork, lines)) };
        self.compared = left;
        Ok(split(&comparison.edits(), &lines))
    }

    fn text(&self, id: ObjectId) -> Result<Arc<Text>, Unread> {
        self.reader.text(id, MAX_BYTES)
    }
}

/// The runs in order, neighbours of one source joined.
fn joined(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_by_key(|run| run.span);
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if continues(last, &run) => last.span.end = run.span.end,
            _ => joined.push(run),
        }
    }
    joined
}

fn continues(last: &Run, next: &Run) -> bool {
    last.span.end == next.span.start
        && last.line + last.span.len() == next.line
        && (last.commit, &last.path, last.landing, &last.end) == (next.commit, &next.path, next.landing, &next.end)
}
