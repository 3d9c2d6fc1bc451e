//! Files that a change takes out of what `.gitattributes` leaves out. Nobody looked at them when they came, so they
//! enter the analysis now, as new code, whether the change touches them or not.

use std::collections::{HashMap, HashSet};

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;

use super::Error;
use super::attributes::{self, Attributes};
use super::blobs::Reader;
use super::trees::Entry;
use crate::lang;

/// How many bytes of files that the change does not touch are looked at. Others are listed as they were.
const MAX_BYTES: u64 = 8 << 20;
/// How many of those are listed.
const MAX_FILES: usize = 10_000;

/// The tree of a change's end, and the repository that can read it.
pub(super) struct Head<'a> {
    pub(super) repo: &'a gix::Repository,
    pub(super) tree: ObjectId,
}

/// The paths that `.gitattributes` left out where the change starts and leaves in where it ends. They have no content
/// before in `entries`, and those that the change does not touch are added there.
pub(super) fn free(
    reader: &Reader<'_>,
    base_tree: Option<ObjectId>,
    head: &Head<'_>,
    entries: &mut Vec<Entry>,
) -> Result<HashSet<BString>, Error> {
    let mut freed = HashSet::new();
    let changes: Vec<BString> = entries.iter().filter_map(|entry| folder_of_attributes(reader, entry)).collect();
    if base_tree.is_none() || changes.is_empty() {
        return Ok(freed);
    }
    let files = files_below(head, &changes)?;
    let paths = || files.iter().map(|(path, _)| path.as_bstr());
    let before = Attributes::read(&reader.repo, base_tree, paths());
    let after = Attributes::read(head.repo, Some(head.tree), paths());
    let touched: HashMap<BString, usize> =
        entries.iter().enumerate().map(|(at, entry)| (entry.path.clone(), at)).collect();
    let is_freed = |path: &BStr| before.reason(path).is_some() && after.reason(path).is_none();
    let (mut bytes, mut added) = (0_u64, 0);
    for (path, side) in files.iter().filter(|(path, _)| lang::may_be(path) && is_freed(path.as_bstr())) {
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
            None => {}
        }
    }
    entries.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(freed)
}

/// The folder whose attributes an entry changes, with a slash at its end, empty for the root; where they left out anything
/// before.
fn folder_of_attributes(reader: &Reader<'_>, entry: &Entry) -> Option<BString> {
    let folder = entry.path.strip_suffix(attributes::FILE)?;
    let (_, old) = entry.old.filter(|_| folder.is_empty() || folder.ends_with(b"/"))?;
    let content = reader.read_within(old, MAX_BYTES).ok()?;
    attributes::says_something(&content).then(|| folder.into())
}

type File = (BString, (gix::objs::tree::EntryMode, ObjectId));

/// The files of a tree below some folders.
fn files_below(head: &Head<'_>, folders: &[BString]) -> Result<Vec<File>, Error> {
    let missing = |error| Error::missing(format!("tree {}", head.tree), error);
    let tree = head.repo.find_tree(head.tree).map_err(missing)?;
    let files = tree.traverse().breadthfirst.files().map_err(missing)?;
    let is_below = |path: &BString| folders.iter().any(|folder| path.starts_with(folder));
    let files = files.into_iter().filter(|file| file.mode.is_blob() && is_below(&file.filepath));
    Ok(files.map(|file| (file.filepath, (file.mode, file.oid))).collect())
}
