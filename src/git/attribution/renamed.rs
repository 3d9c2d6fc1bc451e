//! Which files one commit renamed, so that their lines are followed under the names that they had.

use std::collections::HashMap;

use bstr::BString;
use gix::ObjectId;
use rustc_hash::FxHashMap;

use super::Touched;
use crate::git::blobs::Reader;
use crate::git::trees::{Entry, Side};
use crate::renames::{self, Candidate, On};

/// For each new file that was another one in the parent: which one, and its content there.
pub(super) type Renamed = HashMap<BString, (BString, ObjectId)>;

/// Contents of more bytes than this are not compared to find the renames of one commit; only identical files are then
/// renames, as where there are more files than are compared.
const MOST_COMPARED: u64 = 64 << 20;

/// Which of the files that are gone the new ones were. Each new one is asked about for itself, so that the parts of a file
/// that was taken apart all come from it.
pub(super) fn renamed(reader: &Reader<'_>, touched: &Touched, most_bytes: u64) -> Renamed {
    let sorted = |is_wanted: fn(&Entry) -> bool| {
        let mut entries: Vec<&Entry> = touched.values().filter(|entry| is_wanted(entry)).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        entries
    };
    let gone = sorted(|entry| entry.new.is_none());
    let mut by_id: FxHashMap<ObjectId, &BString> = FxHashMap::default();
    for entry in &gone {
        if let Some((_, id)) = entry.old {
            by_id.entry(id).or_insert(&entry.path);
        }
    }
    let (mut found, mut open) = (Renamed::default(), Vec::new());
    for entry in sorted(|entry| entry.old.is_none()) {
        let Some((_, id)) = entry.new else { continue };
        match by_id.get(&id) {
            Some(path) => {
                found.insert(entry.path.clone(), ((*path).clone(), id));
            }
            None => open.extend(End::of(reader, &entry.path, entry.new, most_bytes)),
        }
    }
    if !open.is_empty() {
        let gone = gone.iter().filter_map(|entry| End::of(reader, &entry.path, entry.old, most_bytes)).collect();
        found.extend(similar(reader, gone, open));
    }
    found
}

/// A file that may be one end of a rename.
struct End<'a> {
    path: &'a BString,
    id: ObjectId,
    size: u64,
}

impl<'a> End<'a> {
    fn of(reader: &Reader<'_>, path: &'a BString, side: Side, most_bytes: u64) -> Option<Self> {
        let (_, id) = side.filter(|(mode, _)| mode.is_blob())?;
        let size = reader.size(id).ok().filter(|size| *size <= most_bytes)?;
        Some(End { path, id, size })
    }
}

/// Pairs files by their contents.
fn similar(reader: &Reader<'_>, old: Vec<End<'_>>, new: Vec<End<'_>>) -> Vec<(BString, (BString, ObjectId))> {
    // Half of the larger one must be the same, so sizes tell most files apart unread.
    let old = near(old, &new);
    let new = near(new, &old);
    let bytes: u64 = old.iter().chain(&new).map(|end| end.size).sum();
    if renames::are_too_many(old.len(), new.len()) || bytes > MOST_COMPARED {
        return Vec::new();
    }
    let (old, new) = (contents(reader, old), contents(reader, new));
    let pairs = renames::pair(&candidates(&old), &candidates(&new), On::This);
    let named = |((new, _), at): (&(End<'_>, _), Option<usize>)| {
        let (old, _) = old.get(at?)?;
        Some((new.path.clone(), (old.path.clone(), old.id)))
    };
    new.iter().zip(pairs).filter_map(named).collect()
}

fn contents<'a>(reader: &Reader<'_>, ends: Vec<End<'a>>) -> Vec<(End<'a>, Vec<u8>)> {
    ends.into_iter().filter_map(|end| reader.read(end.id).ok().map(|content| (end, content))).collect()
}

fn candidates<'a>(ends: &'a [(End<'_>, Vec<u8>)]) -> Vec<Candidate<'a>> {
    ends.iter().map(|(end, content)| Candidate { path: end.path.as_ref(), content, gone: false }).collect()
}

/// Those that are at least half and at most twice as large as one of the others.
fn near<'a>(ends: Vec<End<'a>>, others: &[End<'_>]) -> Vec<End<'a>> {
    let mut sizes: Vec<u64> = others.iter().map(|end| end.size).collect();
    sizes.sort_unstable();
    let is_near = |end: &End<'_>| {
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
        let ends = |sizes: &[u64]| sizes.iter().map(|&size| End { path: &path, id, size }).collect::<Vec<_>>();
        let left = |sizes: &[u64], others: &[u64]| {
            near(ends(sizes), &ends(others)).iter().map(|end| end.size).collect::<Vec<_>>()
        };
        assert_eq!(left(&[4, 5, 6, 20, 21, 1000], &[10, 500]), [5, 6, 20, 1000]);
        assert_eq!(left(&[0, 1], &[0]), [0]);
        assert_eq!(left(&[0, 1], &[]), [0; 0]);
    }
}
