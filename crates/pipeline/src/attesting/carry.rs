//! Which new commit took over from which old one, and for which of its lines: by the identity of
//! their patches after a rebase, by their lines after a squash.
//!
//! Reads commits with their files; notes are written by `cli` through `git`.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use bstr::BString;
use sha2::{Digest, Sha256};

use ai_detect_base::change::Span;
use ai_detect_base::linediff::spans;
use ai_detect_base::lines::{LineMap, Squeezed, without_space};
use ai_detect_base::text::Text;
use ai_detect_base::vocabulary::Word;
use ai_detect_base::vocabulary::note::{Cover, Entry, Note};
use ai_detect_git::{CommitChange, Texts, Touched};

/// Where an old commit's note goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteTransfer {
    /// The new commit has the same patch: the note is right as it is.
    Same {
        /// The new commit's index.
        to: usize,
    },
    /// The new commit brought these of the old one's lines.
    Lines {
        /// The new commit's index.
        to: usize,
        /// Which lines.
        moved: Vec<Moved>,
        /// How many of the old commit's added lines they are, and how many it had.
        found: (u32, u32),
    },
}

/// Lines of a file that an old commit added and a new one has, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The path, at both.
    pub path: String,
    /// Each line's number, from 1, at the old commit and at the new one; sorted by the latter. Lines without words have
    /// the old number of the line above them.
    pub lines: Vec<(u32, u32)>,
}

impl Moved {
    /// Those of the lines that an entry speaks of which covers some lines of the old commit; of all, where it covers
    /// the whole.
    fn covered(&self, by: &[Cover]) -> Option<Cover> {
        let of_path = || by.iter().filter(|cover| cover.path == self.path).flat_map(|cover| &cover.lines);
        let is_covered = |old: u32| by.is_empty() || of_path().any(|(first, last)| (*first..=*last).contains(&old));
        let lines: Vec<u32> = self.lines.iter().filter(|(old, _)| is_covered(*old)).map(|(_, new)| *new).collect();
        let lines: Vec<_> = spans(lines).into_iter().map(|span| (span.start, span.end.saturating_sub(1))).collect();
        (!lines.is_empty()).then(|| Cover { path: self.path.clone(), lines })
    }
}

/// How many added lines of a commit are compared.
const MAX_LINES: usize = 1_000_000;
/// How many lines of all commits of a side are kept to be compared.
const MAX_KEPT: usize = 20_000_000;
/// How many lines are compared to find commits that may have lines of others.
const MAX_COMPARED: usize = 100_000_000;
/// How many bytes of contents are read again where lines seem to be the same.
const MAX_READ_AGAIN: usize = 512 << 20;

/// What is kept of a commit's files while all commits are read: enough to find which ones to compare.
#[derive(Debug)]
pub struct Brief {
    patch: Option<PatchId>,
    /// For each file, its path and the sorted digests of its added lines; nothing where there are too many.
    lines: Option<Vec<(BString, Vec<u32>)>>,
    /// Whether contents were not read.
    is_cut: bool,
}

impl Brief {
    /// Sums up a commit.
    pub fn of(change: &CommitChange) -> Brief {
        let mut left = MAX_LINES;
        let mut digests = |file: &Touched| {
            let lines = file.texts.iter().flat_map(added).map(|(_, line)| line.digest());
            let mut lines: Vec<u32> = lines.take(left.saturating_add(1)).collect();
            left = left.checked_sub(lines.len())?;
            lines.sort_unstable();
            lines.shrink_to_fit();
            Some((file.path.clone(), lines))
        };
        let lines: Option<Vec<_>> = change.files.touched.iter().map(&mut digests).collect();
        Brief { patch: patch(change), is_cut: change.files.is_cut || lines.is_none(), lines }
    }

    fn len(&self) -> usize {
        self.lines.iter().flatten().map(|(_, lines)| lines.len()).sum()
    }
}

/// The commits of a side, in order.
#[derive(Debug, Default)]
pub struct Side {
    briefs: Vec<Brief>,
    kept: usize,
}

impl Side {
    /// Adds the next commit. `compares` says whether its lines are compared with those of others.
    pub fn push(&mut self, brief: Brief, compares: bool) {
        let lines = if compares { brief.len() } else { 0 };
        let has_room = self.kept + lines <= MAX_KEPT;
        self.kept += if has_room { lines } else { 0 };
        let is_kept = compares && has_room;
        let lines = if is_kept { brief.lines } else { None };
        self.briefs.push(Brief { lines, is_cut: brief.is_cut || (compares && !has_room), ..brief });
    }

    /// How many of the commits were not looked into as a whole, because it is too much.
    pub fn cut(&self) -> usize {
        self.briefs.iter().filter(|brief| brief.is_cut).count()
    }
}

/// Where notes go, for each old commit, and how many old commits were not compared by their lines to the end.
#[derive(Debug, PartialEq, Eq)]
pub struct Ways {
    /// Nothing where no new commit has its patch or at least half of its lines.
    pub of: Vec<Vec<NoteTransfer>>,
    /// How many old commits more was asked for than is compared.
    pub cut: usize,
}

/// Reads a commit again, by its index. Nothing where it cannot be read.
pub type Again<'a> = dyn Fn(usize) -> Option<Arc<CommitChange>> + 'a;

/// For each old commit, where its note goes.
pub fn ways(old: &Side, new: &Side, (read_old, read_new): (&Again<'_>, &Again<'_>)) -> Ways {
    let mut by_patch: HashMap<PatchId, VecDeque<usize>> = HashMap::new();
    for (at, brief) in new.briefs.iter().enumerate() {
        if let Some(patch) = brief.patch {
            by_patch.entry(patch).or_default().push_back(at);
        }
    }
    // Where two old commits have the same patch, each takes one of the new ones, in order.
    let mut taken = vec![false; new.briefs.len()];
    let mut same = |brief: &Brief| {
        let to = by_patch.get_mut(&brief.patch?)?.pop_front()?;
        *taken.get_mut(to)? = true;
        Some(NoteTransfer::Same { to })
    };
    let mut of: Vec<Vec<NoteTransfer>> = old.briefs.iter().map(|brief| same(brief).into_iter().collect()).collect();
    let mut search = Search::new(new, &taken);
    let mut cut = 0;
    for (at, (brief, ways)) in old.briefs.iter().zip(&mut of).enumerate().filter(|(_, (_, ways))| ways.is_empty()) {
        let Some(candidates) = search.candidates(brief) else {
            cut += 1;
            continue;
        };
        // Digests find candidates, and bytes decide.
        let Some(change) = candidates.first().and_then(|_| read_old(at)) else { continue };
        for to in candidates {
            let Some(bytes) = search.bytes_left.checked_sub(size(&change)) else {
                cut += 1;
                break;
            };
            let candidate = read_new(to);
            search.bytes_left = bytes.saturating_sub(candidate.as_ref().map_or(0, |candidate| size(candidate)));
            ways.extend(candidate.and_then(|candidate| by_lines(&change, &candidate, to)));
        }
    }
    Ways { of, cut }
}

fn size(change: &CommitChange) -> usize {
    let texts = change.files.touched.iter().filter_map(|file| file.texts.as_ref());
    texts.map(|texts| texts.old.bytes().len() + texts.new.bytes().len()).sum()
}

/// A search for new commits that may have the lines of an old one.
struct Search<'a> {
    /// The commits that have a path, with their lines there.
    by_path: HashMap<&'a BString, Vec<(usize, &'a [u32])>>,
    lines_left: usize,
    bytes_left: usize,
}

impl<'a> Search<'a> {
    fn new(new: &'a Side, taken: &[bool]) -> Self {
        let mut by_path: HashMap<&BString, Vec<(usize, &[u32])>> = HashMap::new();
        for (at, (brief, _)) in new.briefs.iter().zip(taken).enumerate().filter(|(_, (_, taken))| !**taken) {
            for (path, lines) in brief.lines.iter().flatten() {
                by_path.entry(path).or_default().push((at, lines));
            }
        }
        Search { by_path, lines_left: MAX_COMPARED, bytes_left: MAX_READ_AGAIN }
    }

    /// New commits that may have at least half of an old one's lines, in order; nothing where that takes too much.
    fn candidates(&mut self, brief: &Brief) -> Option<Vec<usize>> {
        let Some(files) = &brief.lines else { return Some(Vec::new()) };
        let had: usize = files.iter().map(|(_, lines)| lines.len()).sum();
        let mut found: BTreeMap<usize, usize> = BTreeMap::new();
        for (path, lines) in files.iter().filter(|(_, lines)| !lines.is_empty()) {
            for (at, theirs) in self.by_path.get(path).into_iter().flatten() {
                self.lines_left = self.lines_left.checked_sub(lines.len() + theirs.len())?;
                *found.entry(*at).or_default() += in_common(lines, theirs);
            }
        }
        Some(found.into_iter().filter(|(_, common)| *common > 0 && common * 2 >= had).map(|(at, _)| at).collect())
    }
}

/// How many of two sorted lists are in both.
fn in_common(one: &[u32], other: &[u32]) -> usize {
    let (mut at, mut common) = (0, 0);
    for digest in one {
        while other.get(at).is_some_and(|theirs| theirs < digest) {
            at += 1;
        }
        if other.get(at) == Some(digest) {
            at += 1;
            common += 1;
        }
    }
    common
}

/// A SHA-256 digest: who writes a patch chooses its lines, and must not be able to give it another one's identity.
type PatchId = [u8; 32];

/// What a commit does, whatever surrounds it: paths, and added and removed lines without white
/// space, as `git patch-id` has it. None for a commit that touches nothing.
fn patch(change: &CommitChange) -> Option<PatchId> {
    if change.files.touched.is_empty() {
        return None;
    }
    let mut hasher = Sha256::new();
    for Touched { path, texts, ids } in &change.files.touched {
        // Paths may hold any byte, so their length says where they end. Lines without white space hold no line feed.
        hasher.update(format!("{} ", path.len()));
        hasher.update(path);
        match texts {
            None => hasher.update(format!("{ids:?}\n")),
            Some(texts) => texts.edits().iter().for_each(|edit| {
                add_lines(&mut hasher, b'-', &texts.old, edit.old);
                add_lines(&mut hasher, b'+', &texts.new, edit.new);
                hasher.update("@\n");
            }),
        }
        hasher.update("\n");
    }
    Some(hasher.finalize().into())
}

fn add_lines(hasher: &mut Sha256, sign: u8, text: &Text, span: Span) {
    for line in span.start..span.end {
        let mut bytes = vec![sign];
        bytes.extend(without_space(text.line(line)));
        bytes.push(b'\n');
        hasher.update(&bytes);
    }
}

/// Added lines that hold a letter or a digit, with their numbers from 0. Blank lines and lone brackets are the same
/// everywhere: they do not show that a commit has what another one had.
fn added(texts: &Texts) -> impl Iterator<Item = (u32, Squeezed<'_>)> {
    let lines = texts.edits().iter().flat_map(|edit| edit.new.start..edit.new.end);
    lines.filter(|line| texts.new.holds_words(*line)).map(|line| (line, Squeezed::new(texts.new.line(line))))
}

fn by_lines(old: &CommitChange, new: &CommitChange, to: usize) -> Option<NoteTransfer> {
    let (mut found, mut had, mut moved) = (0, 0, Vec::new());
    for file in &old.files.touched {
        let Some(texts) = &file.texts else { continue };
        // Where a text has a line several times, the first goes to the first.
        let mut wanted: LineMap<Squeezed<'_>, VecDeque<u32>> = LineMap::default();
        for (at, line) in added(texts) {
            wanted.entry(line).or_default().push_back(at);
            had += 1;
        }
        let there = new.files.touched.binary_search_by(|other| other.path.cmp(&file.path));
        let there = there.ok().and_then(|at| new.files.touched.get(at)).and_then(|other| other.texts.as_ref());
        let Some(there) = there else { continue };
        let mut lines = Vec::new();
        for (line, squeezed) in added(there) {
            if let Some(was) = wanted.get_mut(&squeezed).and_then(VecDeque::pop_front) {
                lines.push((was + 1, line + 1));
            }
        }
        found += lines.len() as u32;
        if !lines.is_empty() {
            let lines = with_lines_between(lines, there);
            moved.push(Moved { path: String::from_utf8_lossy(&file.path).into_owned(), lines });
        }
    }
    (had > 0 && found * 2 >= had).then_some(NoteTransfer::Lines { to, moved, found: (found, had) })
}

/// The same lines with the blank lines and lone brackets between two of them that the new commit added, too: those belong
/// to the line above. Otherwise each would end a run, and notes would be several times as long.
fn with_lines_between(lines: Vec<(u32, u32)>, there: &Texts) -> Vec<(u32, u32)> {
    let is_added = |line: u32| {
        let after = there.edits().partition_point(|edit| edit.new.end <= line);
        there.edits().get(after).is_some_and(|edit| edit.new.start <= line)
    };
    let mut all: Vec<(u32, u32)> = Vec::with_capacity(lines.len());
    for (was, line) in lines {
        if let Some((above, last)) = all.last().copied() {
            // Numbers are from 1: these are the lines below the last one, from 0.
            let between = last..line.saturating_sub(1);
            if between.clone().all(|line| !there.new.holds_words(line) && is_added(line)) {
                all.extend(between.map(|line| (above, line + 1)));
            }
        }
        all.push((was, line));
    }
    all
}

/// The entries of an old note as they go to the new commit.
pub fn carried(note: &Note, from: &str, way: &NoteTransfer) -> Vec<Entry> {
    let origin = |entry: &Entry| entry.carried_from.clone().or_else(|| Word::new(from).ok());
    let entries = note.attestations.iter();
    match way {
        NoteTransfer::Same { .. } => {
            entries.map(|entry| Entry { carried_from: origin(entry), ..entry.clone() }).collect()
        }
        // An entry that spoke of some lines speaks of those of them that moved.
        NoteTransfer::Lines { moved, .. } => entries
            .map(|entry| {
                let covers = moved.iter().filter_map(|moved| moved.covered(&entry.covers)).collect();
                Entry { covers, carried_from: origin(entry), ..entry.clone() }
            })
            .filter(|entry| !entry.covers.is_empty())
            .collect(),
    }
}

/// Adds entries to a note without repeating one.
pub fn add(note: &mut Note, entries: Vec<Entry>) -> usize {
    let mut added = 0;
    for entry in entries {
        if !note.attestations.contains(&entry) {
            note.attestations.push(entry);
            added += 1;
        }
    }
    added
}

#[cfg(test)]
mod tests;
