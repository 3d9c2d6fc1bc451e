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
use ai_detect_base::change::{Excluded, Ground, Reason, UnseenCode};
use ai_detect_lang as lang;

/// How many bytes of files that the change does not touch are looked at. Others are listed as they were.
const MAX_BYTES: u64 = 8 << 20;
/// How many of those are listed.
const MAX_FILES: usize = 10_000;
/// How many bytes of attribute files of the change's end are read: their author is the change's.
const MAX_ATTRIBUTE_BYTES: u64 = 1 << 20;
/// How many attribute files that the change touches are compared.
const MAX_ATTRIBUTE_FILES: usize = 10_000;
/// How many bytes of these are read to see whether they say anything, before and after together.
const MAX_SEARCHED_BYTES: u64 = 64 << 20;
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
    if base_tree.is_none() {
        return Ok(Freed::default());
    }
    let mut says = Says { reader, known: HashMap::new(), bytes_left: MAX_SEARCHED_BYTES };
    let changes: Vec<BString> = entries.iter().filter_map(|entry| says.folder(entry)).collect();
    if changes.is_empty() {
        return Ok(Freed::default());
    }
    if changes.len() > MAX_ATTRIBUTE_FILES {
        let what = format!("one of {} changed attribute files, which are too many", changes.len());
        return Ok(Freed { unlisted: Some(not_compared(&changes, &what)), ..Freed::default() });
    }
    let files = match files_below(head, &changes) {
        Err(Error::TooManyPaths { max }) => {
            let what = format!("not compared with the files below it, which are more than {max}");
            return Ok(Freed { unlisted: Some(not_compared(&changes, &what)), ..Freed::default() });
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

/// What is listed, at the attribute file of the first changed folder, where it is too much to compare.
fn not_compared(changes: &[BString], what: &str) -> Excluded {
    // The folder of the repository itself has no name.
    let mut path = changes.first().cloned().unwrap_or_default();
    path.extend_from_slice(attributes::FILE);
    Excluded::new(path, Reason::Generated, format!("{what}; what it left out stays left out"))
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

/// Which attribute files say anything. Many paths can share one content.
struct Says<'a> {
    reader: &'a Reader<'a>,
    known: HashMap<ObjectId, bool>,
    bytes_left: u64,
}

impl Says<'_> {
    /// The folder whose attributes an entry changes, with a slash at its end, empty for the root; where they say anything
    /// before or after: a new file can take back what one of a folder above says.
    fn folder(&mut self, entry: &Entry) -> Option<BString> {
        let folder = entry.path.strip_suffix(attributes::FILE)?;
        let is_whole_name = folder.is_empty() || folder.ends_with(b"/");
        (is_whole_name && (self.something(entry.old) || self.something(entry.new))).then(|| folder.into())
    }

    fn something(&mut self, side: Side) -> bool {
        let Some((_, id)) = side.filter(|(mode, _)| mode.is_blob()) else { return false };
        if let Some(known) = self.known.get(&id) {
            return *known;
        }
        let says = match self.reader.read_within(id, self.bytes_left.min(MAX_BYTES)) {
            Ok(content) => {
                self.bytes_left -= content.len() as u64;
                attributes::says_something(&content)
            }
            // It may.
            Err(Unread::TooLarge { .. }) => true,
            Err(Unread::Missing(_) | Unread::Unreadable(_)) => false,
        };
        self.known.insert(id, says);
        says
    }
}

type File = (BString, (EntryMode, ObjectId));

/// Those of the folders that lie in none of the others.
fn outermost(folders: &[BString]) -> Vec<&BString> {
    let mut sorted: Vec<&BString> = folders.iter().collect();
    sorted.sort_unstable();
    // What lies in a folder follows it at once.
    let mut outermost: Vec<&BString> = Vec::new();
    for folder in sorted {
        if !outermost.last().is_some_and(|last| folder.starts_with(last)) {
            outermost.push(folder);
        }
    }
    outermost
}

/// The files of a tree below some folders. Each folder is walked once, also where one lies in another.
fn files_below(head: &Head<'_>, folders: &[BString]) -> Result<Vec<File>, Error> {
    let outermost = outermost(folders);
    let wanted = attributes::folders_of(outermost.iter().map(|folder| folder.as_bstr()));
    let (trees, failed) = trees::of_folders(head.repo, head.tree, &wanted);
    if let Some(error) = failed {
        return Err(error);
    }
    let mut files = Vec::new();
    for folder in outermost {
        // The attribute file may be what is gone, and the folder with it.
        let path = folder.strip_suffix(b"/").unwrap_or_default();
        let Some(tree) = trees.get(path.as_bstr()).copied() else { continue };
        for Entry { path, new, .. } in trees::differences(head.repo, None, Some(tree))? {
            let mut whole = folder.clone();
            whole.extend_from_slice(&path);
            files.extend(new.filter(|(mode, _)| mode.is_blob()).map(|side| (whole, side)));
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_others_are_not_walked_twice() {
        let folders = |folders: &[&str]| -> Vec<BString> { folders.iter().map(|&folder| folder.into()).collect() };
        let all = folders(&["a/b/", "a.b/", "ab/", "a/", "c/d/e/", "c/d/"]);
        assert_eq!(outermost(&all), ["a.b/", "a/", "ab/", "c/d/"]);
        assert_eq!(outermost(&folders(&["a/", "", "b/"])), [""]);
    }
}
