//! The files of a change: contents before and after, renames and copies paired, and which lines
//! were authored.

use std::sync::Arc;

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::Error;
use super::attributes::Attributes;
use super::blobs::{Blobs, Reader};
use super::range::HeadTree;
use super::trees::{self, Entry, Side};
use crate::change::{Excluded, FileChange, Reason, Span};
use crate::exclude::{Excluder, is_binary};
use crate::linediff::{self, Edit};
use crate::lines::Squeezed;
use crate::moved::{self, Removed};
use crate::renames::{self, Candidate, On};
use crate::text::Text;

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
    /// How large a content may be that is read, in bytes.
    pub(super) most_bytes: u64,
}

/// Which contents a file's texts are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ends {
    pub(super) old: Option<ObjectId>,
    pub(super) new: ObjectId,
}

/// A content that was read.
struct Version {
    id: ObjectId,
    text: Arc<Text>,
}

/// Reads the files that differ between two trees.
pub(super) fn read(
    blobs: &Blobs,
    base_tree: Option<ObjectId>,
    head_tree: HeadTree,
    excluder: &Excluder,
) -> Result<Found, Error> {
    let (entries, attributes) = blobs.read_trees(|reader| {
        let entries = match head_tree {
            HeadTree::Committed(tree) => trees::differences(&reader.repo, base_tree, Some(tree))?,
            HeadTree::InMemory(memory, tree) => trees::differences(&memory, base_tree, Some(tree))?,
        };
        let paths = entries.iter().map(|entry| entry.path.as_bstr());
        let attributes = Attributes::read(&reader.repo, base_tree, paths);
        Ok((entries, attributes))
    })?;
    let of = |entry| blobs.read(|reader| piece(reader, entry, &attributes, excluder));
    Ok(assemble(entries.into_par_iter().map(of).collect(), excluder.max_bytes))
}

/// The same on this thread alone, between two trees of the repository.
pub(super) fn read_alone(
    reader: &Reader<'_>,
    base_tree: Option<ObjectId>,
    head_tree: ObjectId,
    excluder: &Excluder,
) -> Result<Found, Error> {
    let entries = trees::differences(&reader.repo, base_tree, Some(head_tree))?;
    let attributes = Attributes::read(&reader.repo, base_tree, entries.iter().map(|entry| entry.path.as_bstr()));
    let pieces = entries.into_iter().map(|entry| piece(reader, entry, &attributes, excluder)).collect();
    Ok(assemble(pieces, excluder.max_bytes))
}

/// What one entry comes to, before the change is looked at as a whole.
enum Piece {
    /// A file that is there after the change, with its content before where that is known.
    There {
        path: BString,
        old: Option<Version>,
        new: Version,
    },
    /// A deleted file.
    Gone {
        path: BString,
        old: Version,
    },
    Excluded(Excluded),
    Nothing,
}

fn piece(reader: &Reader<'_>, entry: Entry, attributes: &Attributes, excluder: &Excluder) -> Piece {
    let Entry { path, old, new } = entry;
    let out = |reason, detail: String| Piece::Excluded(Excluded { path: path.clone(), reason, detail });
    let Some((mode, id)) = new else { return gone(reader, path, old, excluder) };
    if mode.is_commit() {
        return out(Reason::Submodule, "a pointer to another repository".into());
    }
    if mode.is_link() {
        return out(Reason::Symlink, "a symbolic link".into());
    }
    // A link or submodule that became a file has no text before.
    let before = old.filter(|(mode, _)| mode.is_blob()).map(|(_, id)| id);
    if !mode.is_blob() || before == Some(id) {
        return Piece::Nothing;
    }
    let by_path = excluder.by_path(path.as_bstr()).or_else(|| attributes.reason(path.as_bstr()));
    if let Some((reason, detail)) = by_path {
        return out(reason, detail);
    }
    let new = match reader.text(id, excluder.max_bytes) {
        Ok(text) => Version { id, text },
        Err(unread) => return out(unread.reason(), unread.to_string()),
    };
    if let Some((reason, detail)) = excluder.by_content(&new.text) {
        return out(reason, detail);
    }
    let old = match before.map(|id| (id, reader.text(id, excluder.max_bytes))) {
        None => None,
        Some((_, Ok(text))) if is_binary(text.bytes()) => None,
        Some((id, Ok(text))) => Some(Version { id, text }),
        Some((_, Err(unread))) => return out(unread.reason(), format!("the content before: {unread}")),
    };
    Piece::There { path, old, new }
}

/// A deleted file's lines may have moved elsewhere, so they are read where that is cheap.
fn gone(reader: &Reader<'_>, path: BString, old: Side, excluder: &Excluder) -> Piece {
    let Some((_, id)) = old.filter(|(mode, _)| mode.is_blob()) else { return Piece::Nothing };
    if excluder.by_path(path.as_bstr()).is_some() {
        return Piece::Nothing;
    }
    match reader.text(id, excluder.max_bytes) {
        Ok(text) if !is_binary(text.bytes()) => Piece::Gone { path, old: Version { id, text } },
        _ => Piece::Nothing,
    }
}

struct Draft<'a> {
    file: FileChange,
    ends: Ends,
    edits: Vec<Edit>,
    whitespace: Vec<Span>,
    /// The removed lines, one run an edit.
    removed: Vec<Vec<Squeezed<'a>>>,
}

/// Now that all contents are there: which files are renames or copies, which lines moved, and which
/// were authored.
fn assemble(pieces: Vec<Piece>, most_bytes: u64) -> Found {
    let (sources, used) = sources(&pieces);
    let drafts: Vec<Option<Draft<'_>>> = pieces
        .par_iter()
        .enumerate()
        .map(|(at, piece)| match piece {
            Piece::There { path, old: Some(old), new } => Some(draft(path, None, Some(old), new)),
            Piece::There { path, old: None, new } => {
                let source = sources.get(&at).and_then(|&from| before(&pieces, from));
                Some(draft(path, source.map(|(path, _)| path), source.map(|(_, old)| old), new))
            }
            _ => None,
        })
        .collect();
    let mut removed = Removed::default();
    for (at, (piece, draft)) in pieces.iter().zip(&drafts).enumerate() {
        match (piece, draft) {
            (_, Some(draft)) => draft.removed.iter().for_each(|run| removed.push_lines(run.iter().copied())),
            // What a renamed file lost is in its successor's draft.
            (Piece::Gone { old, .. }, None) if !used.contains(&at) => {
                removed.push(&old.text, Span::new(0, old.text.len()));
            }
            _ => {}
        }
    }
    let (of_files, files) = drafts.into_par_iter().flatten().map(|draft| (draft.ends, settle(draft, &removed))).unzip();
    let excluded = pieces.into_iter().filter_map(|piece| match piece {
        Piece::Excluded(excluded) => Some(excluded),
        _ => None,
    });
    Found { files, ends: AllEnds { of_files, most_bytes }, excluded: excluded.collect() }
}

/// The path and content that a piece had before the change.
fn before(pieces: &[Piece], at: usize) -> Option<(&BString, &Version)> {
    match pieces.get(at)? {
        Piece::There { path, old: Some(old), .. } | Piece::Gone { path, old } => Some((path, old)),
        _ => None,
    }
}

/// For each new file that is a rename or copy, the piece it comes from; and all such sources that
/// are gone.
fn sources(pieces: &[Piece]) -> (FxHashMap<usize, usize>, rustc_hash::FxHashSet<usize>) {
    let added: Vec<(usize, Candidate<'_>)> = pieces
        .iter()
        .enumerate()
        .filter_map(|(at, piece)| match piece {
            Piece::There { path, old: None, new } => {
                Some((at, Candidate { path: path.as_bstr(), content: new.text.bytes(), gone: false }))
            }
            _ => None,
        })
        .collect();
    if added.is_empty() {
        return Default::default();
    }
    let old: Vec<(usize, Candidate<'_>)> = (0..pieces.len())
        .filter_map(|at| {
            let (path, version) = before(pieces, at)?;
            let gone = matches!(pieces.get(at), Some(Piece::Gone { .. }));
            Some((at, Candidate { path: path.as_bstr(), content: version.text.bytes(), gone }))
        })
        .collect();
    let pairs = renames::pair(
        &old.iter().map(|(_, candidate)| *candidate).collect::<Vec<_>>(),
        &added.iter().map(|(_, candidate)| *candidate).collect::<Vec<_>>(),
        On::All,
    );
    let mut sources = FxHashMap::default();
    let mut used = rustc_hash::FxHashSet::default();
    for ((to, _), pair) in added.iter().zip(pairs) {
        if let Some((from, _)) = pair.and_then(|pair| old.get(pair)) {
            sources.insert(*to, *from);
            used.insert(*from);
        }
    }
    (sources, used)
}

/// The removed lines of each edit.
fn removed_lines<'a>(old: &'a Text, edits: &[Edit]) -> Vec<Vec<Squeezed<'a>>> {
    let run = |edit: &Edit| moved::non_blank(old, edit.old).map(|(_, line)| line).collect();
    edits.iter().filter(|edit| !edit.old.is_empty()).map(run).collect()
}

fn draft<'a>(path: &BString, source: Option<&BString>, old: Option<&'a Version>, new: &Version) -> Draft<'a> {
    let empty = Text::default();
    let before = old.map_or(&empty, |old| old.text.as_ref());
    let after = new.text.as_ref();
    let edits = linediff::edits(before, after);
    let whitespace: Vec<Span> = edits.iter().flat_map(|&edit| linediff::whitespace_only(before, after, edit)).collect();
    let removed = old.map(|old| removed_lines(&old.text, &edits)).unwrap_or_default();
    let file = FileChange {
        path: path.clone(),
        old_path: source.cloned(),
        is_new: old.is_none(),
        new: new.text.clone(),
        old: old.map(|old| old.text.clone()),
        authored: Vec::new(),
        moved_lines: 0,
        whitespace_lines: whitespace.iter().map(|span| span.len()).sum(),
        origins: Vec::new(),
    };
    let ends = Ends { old: old.map(|old| old.id), new: new.id };
    Draft { file, ends, edits, whitespace, removed }
}

fn settle(draft: Draft<'_>, removed: &Removed<'_>) -> FileChange {
    let Draft { mut file, edits, whitespace, .. } = draft;
    let added: Vec<Span> = edits.iter().map(|edit| edit.new).filter(|span| !span.is_empty()).collect();
    let rest = linediff::subtract(&added, &whitespace);
    let moved: Vec<Span> = rest.iter().flat_map(|&span| removed.moved(&file.new, span)).collect();
    file.moved_lines = moved.iter().map(|span| span.len()).sum();
    let left = linediff::subtract(&rest, &moved);
    let blank = linediff::blank_only(&file.new, &left);
    file.whitespace_lines += blank.iter().map(|span| span.len()).sum::<u32>();
    file.authored = linediff::subtract(&left, &blank);
    file
}
