//! The files of a change: contents before and after, renames and copies paired, and which lines
//! were authored.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Error;
use super::attributes::Attributes;
use super::blobs::{Blobs, Reader};
use super::freed::{Freed, Head, free};
use super::judge::{Judge, Unseen, Version};
use super::pieces::{Piece, Standing, There, piece};
use super::range::HeadTree;
use super::trees::{self, Entry};
use crate::kept_lines;
use ai_detect_base::change::{Carried, Excluded, FileChange, Span};
use ai_detect_base::exclude::Excluder;
use ai_detect_base::linediff::{self, Edit};
use ai_detect_base::lines::Squeezed;
use ai_detect_base::moved::{self, Removed};
use ai_detect_base::renames::{self, Candidate, Parallelism};
use ai_detect_base::text::Text;

/// What was found of a change.
#[derive(Default)]
pub(super) struct Found {
    pub(super) files: Vec<FileChange>,
    pub(super) ends: AllEnds,
    pub(super) excluded: Vec<Excluded>,
}

/// For each file, which contents its texts are.
#[derive(Default)]
pub(super) struct AllEnds {
    pub(super) of_files: Vec<Ends>,
    /// Those of the tree that the change starts from.
    pub(super) attributes: Attributes,
}

/// Which contents a file's texts are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) old: Option<ObjectId>,
    pub(super) new: ObjectId,
}

/// Which files differ between two trees, before any content is read.
pub(super) struct Differing {
    entries: Vec<Entry>,
    attributes: Attributes,
    freed: Freed,
}

impl Differing {
    /// The paths that are there after the change.
    pub(super) fn paths(&self) -> impl Iterator<Item = &BString> {
        self.entries.iter().filter(|entry| entry.new.is_some()).map(|entry| &entry.path)
    }
}

/// Finds the files that differ between two trees.
pub(super) fn differing(blobs: &Blobs, base_tree: Option<ObjectId>, head_tree: &HeadTree) -> Result<Differing, Error> {
    blobs.read_trees(|reader| {
        let head = match head_tree {
            HeadTree::Committed(tree) => Head { repo: &reader.repo, tree: *tree },
            HeadTree::InMemory(memory, tree) => Head { repo: memory, tree: *tree },
        };
        let mut entries = trees::differences(head.repo, base_tree, Some(head.tree))?;
        let freed = free(reader, base_tree, &head, &mut entries)?;
        let paths = entries.iter().map(|entry| entry.path.as_bstr());
        let attributes = Attributes::read(reader, &reader.repo, base_tree, paths, u64::MAX);
        Ok(Differing { entries, attributes, freed })
    })
}

/// Reads files that differ.
pub(super) fn read(blobs: &Blobs, differing: Differing, excluder: &Excluder) -> Found {
    let Differing { entries, attributes, freed } = differing;
    let judge = Judge::new(excluder, &attributes, Unseen::Counted);
    let judge = blobs.read(|reader| judge.of_entries(reader, &entries, freed.paths));
    let of = |entry| blobs.read(|reader| piece(reader, entry, &judge));
    let mut found = assemble(entries.into_par_iter().map(of).collect(), excluder);
    found.excluded.extend(freed.unlisted);
    Found { ends: AllEnds { attributes, ..found.ends }, ..found }
}

/// Which files of a change are read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Among<'a> {
    /// All of them.
    All,
    /// One, by its path after the change.
    File(&'a BStr),
}

/// The same on this thread alone, between two trees of the repository, for those who want numbers: how much code was
/// left out is not counted.
pub(super) fn read_alone(
    reader: &Reader<'_>,
    base_tree: Option<ObjectId>,
    head_tree: ObjectId,
    excluder: &Excluder,
    among: Among<'_>,
) -> Result<Found, Error> {
    let mut entries = trees::differences(&reader.repo, base_tree, Some(head_tree))?;
    if let Among::File(path) = among {
        // What it may have been called before is among those that are gone.
        entries.retain(|entry| entry.path == path || entry.new.is_none());
    }
    let freed = free(reader, base_tree, &Head { repo: &reader.repo, tree: head_tree }, &mut entries)?;
    let paths = entries.iter().map(|entry| entry.path.as_bstr());
    let attributes = Attributes::read(reader, &reader.repo, base_tree, paths, u64::MAX);
    let judge = Judge::new(excluder, &attributes, Unseen::Uncounted).of_entries(reader, &entries, freed.paths);
    let pieces = entries.into_iter().map(|entry| piece(reader, entry, &judge)).collect();
    let mut found = assemble(pieces, excluder);
    found.excluded.extend(freed.unlisted);
    Ok(found)
}

struct Draft<'a> {
    file: FileChange,
    ends: Ends,
    edits: Vec<Edit>,
    whitespace: Vec<Span>,
    /// The removed lines, one run an edit.
    removed: Vec<Vec<Squeezed<'a>>>,
    /// The family of the removed lines, where they are of code that was analysed.
    removes: Option<&'static str>,
    there: &'a There,
}

/// Now that all contents are there: which files are renames or copies, which lines moved, and which
/// were authored.
fn assemble(mut pieces: Vec<Piece>, excluder: &Excluder) -> Found {
    let Sources { of, used } = sources(&pieces);
    for (at, piece) in pieces.iter_mut().enumerate() {
        settle_standing(piece, of.contains_key(&at));
    }
    let drafts: Vec<Option<Draft<'_>>> = pieces
        .par_iter()
        .enumerate()
        .map(|(at, piece)| match piece {
            Piece::There(there) => Some(draft(there, of.get(&at).and_then(|&from| pieces.get(from)))),
            _ => None,
        })
        .collect();
    let removed = all_removed(&pieces, &drafts, &used);
    let settled: Vec<(Ends, FileChange, Vec<Excluded>)> =
        drafts.into_par_iter().flatten().map(|draft| settle(draft, &removed, excluder)).collect();
    let mut found = Found::default();
    for (ends, file, mut left_out) in settled {
        found.ends.of_files.push(ends);
        found.files.push(file);
        found.excluded.append(&mut left_out);
    }
    found.excluded.extend(pieces.into_iter().filter_map(|piece| match piece {
        Piece::Excluded(excluded) => Some(excluded),
        _ => None,
    }));
    found
}

/// A file that may be left out is analysed where analysed code was renamed to it.
fn settle_standing(piece: &mut Piece, has_source: bool) {
    let Piece::There(there) = piece else { return };
    let Standing::Doubtful(excluded) = &there.standing else { return };
    if has_source {
        there.standing = Standing::Kept;
    } else {
        *piece = Piece::Excluded(excluded.clone());
    }
}

/// The removed lines of a change, by what they may count for: lines of other text that became code were never analysed,
/// and code of one language in a string of another was analysed as that string.
struct AllRemoved<'a> {
    /// By family of languages.
    from_code: FxHashMap<&'static str, Removed<'a>>,
    from_all: Removed<'a>,
}

fn all_removed<'a>(pieces: &'a [Piece], drafts: &[Option<Draft<'a>>], used: &FxHashSet<usize>) -> AllRemoved<'a> {
    let is_text = |piece: &Piece| matches!(piece, Piece::There(there) if !there.new.is_code());
    let has_text = pieces.iter().any(is_text);
    let mut removed = AllRemoved { from_code: FxHashMap::default(), from_all: Removed::default() };
    let mut add = |family: Option<&'static str>, run: &[Squeezed<'a>]| {
        if let Some(family) = family {
            removed.from_code.entry(family).or_default().push_lines(run.iter().copied());
        }
        if has_text {
            removed.from_all.push_lines(run.iter().copied());
        }
    };
    for (at, (piece, draft)) in pieces.iter().zip(drafts).enumerate() {
        match (piece, draft) {
            // What a renamed file lost is in its successor's draft.
            (Piece::Gone { old, .. }, None) if !used.contains(&at) => {
                add(old.family(), &run_of(&old.text, Span::new(0, old.text.len())));
            }
            (_, Some(draft)) => draft.removed.iter().for_each(|run| add(draft.removes, run)),
            _ => {}
        }
    }
    removed
}

/// The path and content that a piece had before the change.
fn before(piece: &Piece) -> Option<(&BString, &Version)> {
    match piece {
        Piece::There(There { path, old: Some(old), .. }) | Piece::Gone { path, old } => Some((path, old)),
        _ => None,
    }
}

/// Which new files are renames or copies.
#[derive(Default)]
struct Sources {
    /// For each of them, the piece that it comes from.
    of: FxHashMap<usize, usize>,
    /// All pieces that something comes from.
    used: FxHashSet<usize>,
}

/// What a new file is, so far as that decides what it may come from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum New {
    /// Code comes from code that was analysed, of the same family of languages.
    Code(&'static str),
    /// Text comes from whatever is left.
    Text,
    /// What is left out unless it was renamed comes from code that is gone, likewise of its family.
    Doubtful(&'static str),
}

fn sources(pieces: &[Piece]) -> Sources {
    let mut sources = Sources::default();
    let added = pieces.iter().filter_map(|piece| if let Piece::There(there) = piece { Some(there) } else { None });
    let families: BTreeSet<&'static str> =
        added.filter(|there| there.old.is_none()).filter_map(|there| there.new.family()).collect();
    let (code, doubtful) = (families.iter().copied().map(New::Code), families.iter().copied().map(New::Doubtful));
    for kind in code.chain([New::Text]).chain(doubtful) {
        pair(pieces, kind, &mut sources);
    }
    sources
}

fn pair(pieces: &[Piece], kind: New, sources: &mut Sources) {
    let kind_of = |there: &There| match (&there.standing, there.new.family()) {
        (Standing::Doubtful(_), Some(family)) => New::Doubtful(family),
        (_, Some(family)) => New::Code(family),
        (_, None) => New::Text,
    };
    let mut added: Vec<(usize, Candidate<'_>)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        if let Piece::There(there) = piece
            && there.old.is_none()
            && kind_of(there) == kind
        {
            added.push((at, Candidate { path: there.path.as_bstr(), content: there.new.text.bytes(), gone: false }));
        }
    }
    if added.is_empty() {
        return;
    }
    let mut old: Vec<(usize, Candidate<'_>)> = Vec::new();
    for (at, piece) in pieces.iter().enumerate() {
        let Some((path, version)) = before(piece) else { continue };
        let gone = matches!(piece, Piece::Gone { .. });
        let is_free = gone && !sources.used.contains(&at);
        let may_be = match kind {
            New::Code(family) => version.family() == Some(family),
            New::Text => !version.is_code() || is_free,
            New::Doubtful(family) => version.family() == Some(family) && is_free,
        };
        if may_be {
            old.push((at, Candidate { path: path.as_bstr(), content: version.text.bytes(), gone }));
        }
    }
    let pairs = renames::pair(
        &old.iter().map(|(_, candidate)| *candidate).collect::<Vec<_>>(),
        &added.iter().map(|(_, candidate)| *candidate).collect::<Vec<_>>(),
        Parallelism::Pool,
    );
    for ((to, _), pair) in added.iter().zip(pairs) {
        if let Some((from, _)) = pair.and_then(|pair| old.get(pair)) {
            sources.of.insert(*to, *from);
            sources.used.insert(*from);
        }
    }
}

fn run_of(text: &Text, span: Span) -> Vec<Squeezed<'_>> {
    moved::non_blank(text, span).map(|(_, line)| line).collect()
}

/// The removed lines of each edit.
fn removed_lines<'a>(old: &'a Text, edits: &[Edit]) -> Vec<Vec<Squeezed<'a>>> {
    edits.iter().filter(|edit| !edit.old.is_empty()).map(|edit| run_of(old, edit.old)).collect()
}

fn draft<'a>(there: &'a There, source: Option<&'a Piece>) -> Draft<'a> {
    let from = source.and_then(before);
    let old = from.map(|(_, old)| old).or(there.old.as_ref());
    let empty = Text::default();
    let before = old.map_or(&empty, |old| old.text.as_ref());
    let after = there.new.text.as_ref();
    let edits = linediff::edits(before, after);
    let whitespace: Vec<Span> = edits.iter().flat_map(|&edit| linediff::whitespace_only(before, after, edit)).collect();
    let removed = old.map_or_else(Vec::new, |old| removed_lines(&old.text, &edits));
    let unchanged = after.len() - edits.iter().map(|edit| edit.new.len()).sum::<u32>();
    let carried = source.map(|piece| match piece {
        Piece::Gone { .. } => Carried::Renamed(unchanged),
        _ => Carried::Copied(unchanged),
    });
    let file = FileChange {
        path: there.path.clone(),
        old_path: from.map(|(path, _)| path.clone()),
        is_new: old.is_none(),
        new: there.new.text.clone(),
        old: old.map(|old| old.text.clone()),
        authored: Vec::new(),
        moved_lines: 0,
        whitespace_lines: whitespace.iter().map(|span| span.len()).sum(),
        carried,
        origins: Vec::new(),
    };
    let ends = Ends { old: old.map(|old| old.id), new: there.new.id };
    Draft { file, ends, edits, whitespace, removed, removes: old.and_then(Version::family), there }
}

fn settle(draft: Draft<'_>, removed: &AllRemoved<'_>, excluder: &Excluder) -> (Ends, FileChange, Vec<Excluded>) {
    let Draft { mut file, ends, edits, whitespace, there, .. } = draft;
    let added: Vec<Span> = edits.iter().map(|edit| edit.new).filter(|span| !span.is_empty()).collect();
    let rest = linediff::subtract(&added, &whitespace);
    let removed = match there.new.family() {
        Some(family) => removed.from_code.get(family),
        None => Some(&removed.from_all),
    };
    let moved: Vec<Span> =
        removed.into_iter().flat_map(|removed| rest.iter().flat_map(|&span| removed.moved(&file.new, span))).collect();
    file.moved_lines = moved.iter().map(|span| span.len()).sum();
    let left = linediff::subtract(&rest, &moved);
    let blank = linediff::blank_only(&file.new, &left);
    file.whitespace_lines += blank.iter().map(|span| span.len()).sum::<u32>();
    file.authored = linediff::subtract(&left, &blank);
    let left_out = match there.standing {
        Standing::Kept => kept_lines::bound(&mut file, excluder),
        Standing::Analysed | Standing::Doubtful(_) => Vec::new(),
    };
    (ends, file, left_out)
}
