//! Files that a change takes out of what `.gitattributes` leaves out. Nobody looked at them when they came, so they
//! enter the analysis now, as new code, whether the change touches them or not.

use std::collections::{HashMap, HashSet};

use bstr::{BString, ByteSlice};
use gix::ObjectId;
use gix::objs::tree::EntryMode;

use super::Error;
use super::attributes::{self, Attributes};
use super::blobs::{Reader, Unread};
use super::trees::{self, Entry, Side};
use crate::change::{Excluded, Ground, Reason, UnseenCode};
use crate::lang;

/// How many bytes of files that the change does not touch are looked at. Others are listed as they were.
const MAX_BYTES: u64 = 8 << 20;
/// How many of those are listed.
const MAX_FILES: usize = 10_000;
/// How many bytes of attribute files of the change's end are read: their author is the change's.
const MAX_ATTRIBUTE_BYTES: u64 = 1 << 20;
/// How many comparisons of a path with a pattern of theirs are made.
const MAX_COMPARISONS: usize = 10_000_000;

/// The tree of a change's end, and the repository that can read it.
pub(super) struct Head<'a> {
    pub(super) repo: &'a gix::Repository,
    pub(super) tree: ObjectId,
}

/// What a change takes out of what `.gitattributes` leaves out.
#[derive(Default)]
pub(super) struct Freed {
    /// The paths that enter the analysis.
    pub(super) paths: HashSet<BString>,
    /// What is said of those that do not enter it and are not listed one by one.
    pub(super) unlisted: Option<Excluded>,
}

/// The paths that `.gitattributes` left out where the change starts and leaves in where it ends. They have no content
/// before in `entries`, and those that the change does not touch are added there.
pub(super) fn free(
    reader: &Reader<'_>,
    base_tree: Option<ObjectId>,
    head: &Head<'_>,
    entries: &mut Vec<Entry>,
) -> Result<Freed, Error> {
    let changes: Vec<BString> = entries.iter().filter_map(|entry| folder_of_attributes(reader, entry)).collect();
    if base_tree.is_none() || changes.is_empty() {
        return Ok(Freed::default());
    }
    let files = match files_below(head, &changes) {
        Err(Error::TooManyPaths { max }) => {
            return Ok(Freed { unlisted: Some(too_many(&changes, max)), ..Freed::default() });
        }
        found => found?,
    };
    let paths = || files.iter().map(|(path, _)| path.as_bstr());
    let before = Attributes::read(reader, &reader.repo, base_tree, paths(), u64::MAX);
    let after = Attributes::read(reader, head.repo, Some(head.tree), paths(), MAX_ATTRIBUTE_BYTES);
    let left_out: Vec<&File> =
        files.iter().filter(|(path, _)| lang::may_be(path) && before.reason(path.as_bstr()).is_some()).collect();
    if after.is_cut || left_out.len().saturating_mul(after.patterns) > MAX_COMPARISONS {
        let unlisted = unlisted(&changes, &left_out, "not compared with the new patterns, which are too many");
        return Ok(Freed { unlisted, ..Freed::default() });
    }
    let touched: HashMap<BString, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.path.clone(), at)).collect();
    let (mut freed, mut others) = (HashSet::new(), Vec::new());
    let (mut bytes, mut added) = (0_u64, 0);
    for file in left_out.into_iter().filter(|(path, _)| after.reason(path.as_bstr()).is_none()) {
        let (path, side) = file;
        match touched.get(path).and_then(|at| entries.get_mut(*at)) {
            Some(entry) => {
                entry.old = None;
                freed.insert(path.clone());
            }
            None if added < MAX_FILES => {
                added += 1;
                bytes = bytes.saturating_add(reader.size(side.1).unwrap_or(0));
                if bytes <= MAX_BYTES {
                    freed.insert(path.clone());
                }
                entries.push(Entry { path: path.clone(), old: None, new: Some(*side) });
            }
            None => others.push(file),
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    let unlisted = unlisted(&changes, &others, "no longer left out, but too many to be analysed");
    Ok(Freed { paths: freed, unlisted })
}

/// What is said where there are too many files below the attribute file of the first changed folder.
fn too_many(changes: &[BString], max: usize) -> Excluded {
    // The folder of the repository itself has no name.
    let mut path = changes.first().cloned().unwrap_or_default();
    path.extend_from_slice(attributes::FILE);
    let detail =
        format!("not compared with the files below it, which are more than {max}; what it left out stays left out");
    Excluded::new(path, Reason::Generated, detail)
}

/// What is said of files that stay left out, below the attribute file of the first changed folder.
fn unlisted(changes: &[BString], files: &[&File], what: &str) -> Option<Excluded> {
    if files.is_empty() {
        return None;
    }
    // The folder of the repository itself has no name.
    let mut path = changes.first().cloned().unwrap_or_default();
    path.extend_from_slice(attributes::FILE);
    let language = files.iter().find_map(|(path, _)| lang::for_path(path, b""));
    let code = language.map(|language| UnseenCode { language: language.name, added: None, ground: Ground::Attributes });
    let count = if files.len() == 1 { "1 file".to_owned() } else { format!("{} files", files.len()) };
    Some(Excluded { path, reason: Reason::Generated, detail: format!("{count} {what}"), code })
}

/// The folder whose attributes an entry changes, with a slash at its end, empty for the root; where they say anything
/// before or after: a new file can take back what one of a folder above says.
fn folder_of_attributes(reader: &Reader<'_>, entry: &Entry) -> Option<BString> {
    let folder = entry.path.strip_suffix(attributes::FILE)?;
    let is_whole_name = folder.is_empty() || folder.ends_with(b"/");
    (is_whole_name && (says_something(reader, entry.old) || says_something(reader, entry.new))).then(|| folder.into())
}

fn says_something(reader: &Reader<'_>, side: Side) -> bool {
    let Some((_, id)) = side.filter(|(mode, _)| mode.is_blob()) else { return false };
    match reader.read_within(id, MAX_BYTES) {
        Ok(content) => attributes::says_something(&content),
        // It may.
        Err(Unread::TooLarge { .. }) => true,
        Err(Unread::Missing(_) | Unread::Unreadable(_)) => false,
    }
}

type File = (BString, (EntryMode, ObjectId));

/// The files of a tree below some folders. Each folder is walked once, also where one lies in another.
fn files_below(head: &Head<'_>, folders: &[BString]) -> Result<Vec<File>, Error> {
    let root = head.repo.find_tree(head.tree).map_err(|error| Error::missing(format!("tree {}", head.tree), error))?;
    let mut files = Vec::new();
    let is_inner = |folder: &BString| folders.iter().any(|other| other != folder && folder.starts_with(other));
    for folder in folders.iter().filter(|folder| !is_inner(folder)) {
        let parts: Vec<&[u8]> = folder.split_str("/").filter(|part| !part.is_empty()).collect();
        let tree = if parts.is_empty() {
            Some(head.tree)
        } else {
            // The attribute file may be what is gone, and the folder with it.
            let entry =
                root.lookup_entry(parts).map_err(|error| Error::missing(format!("tree {}", head.tree), error))?;
            entry.filter(|entry| entry.mode().is_tree()).map(|entry| entry.object_id())
        };
        let Some(tree) = tree else { continue };
        for Entry { path, new, .. } in trees::differences(head.repo, None, Some(tree))? {
            let mut whole = folder.clone();
            whole.extend_from_slice(&path);
            files.extend(new.filter(|(mode, _)| mode.is_blob()).map(|side| (whole, side)));
        }
    }
    Ok(files)
}
