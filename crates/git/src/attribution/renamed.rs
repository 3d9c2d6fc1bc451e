//! Which files one commit renamed, so that their lines are followed under the names that they had.

use std::collections::HashMap;

use bstr::BString;
use gix::ObjectId;
use gix::objs::tree::EntryMode;
use rustc_hash::FxHashMap;

use super::history::PathId;
use crate::blobs::Reader;
use ai_detect_base::renames::{self, Candidate, Parallelism};

/// Contents of more bytes than this are not compared to find the renames of one commit; only identical files are then
/// renames, as where there are more files than are compared.
const MAX_BYTES_OF_COMMIT: u64 = 64 << 20;
/// What looking up the size of a content costs, as if it were bytes that are compared.
const LOOKUP_COST: u64 = 128;

/// For each added file that was another one in the parent: which one, and its content there.
pub(super) type Renamed = HashMap<PathId, (BString, ObjectId)>;

/// A file that a commit added, and whose earlier name is looked for.
pub(super) struct Added<'a> {
    pub(super) path: PathId,
    pub(super) name: &'a BString,
    pub(super) mode: EntryMode,
    pub(super) id: ObjectId,
}

/// A file that a parent has and the commit has not.
pub(super) struct Gone {
    pub(super) path: BString,
    pub(super) mode: EntryMode,
    pub(super) id: ObjectId,
}

/// Looks for renames in the commits of a range, within one budget.
pub(super) struct Renames {
    max_bytes: u64,
    left: u64,
    /// In how many commits only identical files were looked for.
    pub(super) cut_short: usize,
}

impl Renames {
    /// Of larger files than `max_bytes` only identical ones are found. So many bytes of contents are compared.
    pub(super) fn new(max_bytes: u64, budget: u64) -> Self {
        Renames { max_bytes, left: budget, cut_short: 0 }
    }

    /// Which of the files that are gone, sorted by path, the added ones were: their path and content. Each added one is
    /// asked about for itself, so that the parts of a file that was taken apart all come from it.
    pub(super) fn find(&mut self, reader: &Reader<'_>, gone: &[Gone], added: Vec<Added<'_>>) -> Renamed {
        let mut by_id: FxHashMap<ObjectId, &BString> = FxHashMap::default();
        for file in gone {
            by_id.entry(file.id).or_insert(&file.path);
        }
        let (mut found, mut open) = (HashMap::new(), Vec::new());
        for file in added {
            match by_id.get(&file.id) {
                Some(path) => {
                    found.insert(file.path, ((*path).clone(), file.id));
                }
                None => open.push(file),
            }
        }
        if open.is_empty() || gone.is_empty() {
            return found;
        }
        let lookups = (gone.len() + open.len()) as u64 * LOOKUP_COST;
        if lookups > self.left {
            self.cut_short += 1;
            return found;
        }
        self.left -= lookups;
        let new = open.iter().filter_map(|file| self.end(reader, (file.path, file.name), file.mode, file.id)).collect();
        let old = gone.iter().filter_map(|file| self.end(reader, ((), &file.path), file.mode, file.id)).collect();
        found.extend(self.similar(reader, old, new));
        found
    }

    fn end<'a, T>(
        &self,
        reader: &Reader<'_>,
        (of, path): (T, &'a BString),
        mode: EntryMode,
        id: ObjectId,
    ) -> Option<End<'a, T>> {
        let size = reader.size(id).ok().filter(|size| mode.is_blob() && *size <= self.max_bytes)?;
        Some(End { of, path, id, size })
    }

    /// Pairs files by their contents.
    fn similar(
        &mut self,
        reader: &Reader<'_>,
        old: Vec<End<'_, ()>>,
        new: Vec<End<'_, PathId>>,
    ) -> Vec<(PathId, (BString, ObjectId))> {
        // Half of the larger one must be the same, so sizes tell most files apart unread.
        let old = near(old, &new);
        let new = near(new, &old);
        let bytes: u64 = old.iter().map(|end| end.size).chain(new.iter().map(|end| end.size)).sum();
        if bytes > MAX_BYTES_OF_COMMIT || renames::are_too_many(old.len(), new.len()) || bytes > self.left {
            self.cut_short += 1;
            return Vec::new();
        }
        self.left -= bytes;
        let (old, new) = (contents(reader, old), contents(reader, new));
        let pairs = renames::pair(&candidates(&old), &candidates(&new), Parallelism::Serial);
        let named = |((new, _), at): (&(End<'_, PathId>, _), Option<usize>)| {
            let (old, _) = old.get(at?)?;
            Some((new.of, (old.path.clone(), old.id)))
        };
        new.iter().zip(pairs).filter_map(named).collect()
    }
}

/// A file that may be one end of a rename.
struct End<'a, T> {
    of: T,
    path: &'a BString,
    id: ObjectId,
    size: u64,
}

fn contents<'a, T>(reader: &Reader<'_>, ends: Vec<End<'a, T>>) -> Vec<(End<'a, T>, Vec<u8>)> {
    ends.into_iter().filter_map(|end| reader.read(end.id).ok().map(|content| (end, content))).collect()
}

fn candidates<'a, T>(ends: &'a [(End<'_, T>, Vec<u8>)]) -> Vec<Candidate<'a>> {
    ends.iter().map(|(end, content)| Candidate { path: end.path.as_ref(), content, gone: false }).collect()
}

/// Those that are at least half and at most twice as large as one of the others.
fn near<'a, T, U>(ends: Vec<End<'a, T>>, others: &[End<'_, U>]) -> Vec<End<'a, T>> {
    let mut sizes: Vec<u64> = others.iter().map(|end| end.size).collect();
    sizes.sort_unstable();
    let is_near = |end: &End<'_, T>| {
        let first = sizes.partition_point(|size| size.saturating_mul(2) < end.size);
        sizes.get(first).is_some_and(|size| *size <= end.size.saturating_mul(2))
    };
    ends.into_iter().filter(is_near).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_near_in_size_that_may_be_half_alike() {
        let id = ObjectId::empty_blob(gix::hash::Kind::Sha1);
        let path = BString::from("a");
        let ends = |sizes: &[u64]| sizes.iter().map(|&size| End { of: (), path: &path, id, size }).collect::<Vec<_>>();
        let left = |sizes: &[u64], others: &[u64]| {
            near(ends(sizes), &ends(others)).iter().map(|end| end.size).collect::<Vec<_>>()
        };
        assert_eq!(left(&[4, 5, 6, 20, 21, 1000], &[10, 500]), [5, 6, 20, 1000]);
        assert_eq!(left(&[0, 1], &[0]), [0]);
        assert_eq!(left(&[0, 1], &[]), [0; 0]);
    }
}
