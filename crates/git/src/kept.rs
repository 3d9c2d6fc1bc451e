//! Objects that were read, for whoever asks next: up to so many bytes, with what it takes to keep them. Histories of small
//! commits have millions of objects of a few bytes each, and the library's own caches count only those.

use std::hash::Hash;
use std::num::NonZeroUsize;

use clru::{CLruCache, CLruCacheConfig, WeightScale};
use gix::ObjectId;
use gix::objs::Kind;
use gix::odb::pack::cache::{DecodeEntry, Object};
use rustc_hash::FxBuildHasher;

/// What an entry takes beside its content: a place in the list and one in the table, both of which grow by doubling, and
/// the allocation of the content (measured, in a history of objects of some bytes).
const OF_ENTRY: usize = 160;

/// The objects that were used last, found by `K`.
pub(super) struct Kept<K>(CLruCache<K, Entry, FxBuildHasher, Bytes>);

struct Entry {
    data: Box<[u8]>,
    kind: Kind,
    /// How long it is in its pack.
    packed: usize,
}

struct Bytes;

impl<K> WeightScale<K, Entry> for Bytes {
    fn weight(&self, _: &K, entry: &Entry) -> usize {
        entry.data.len() + OF_ENTRY
    }
}

impl<K: Eq + Hash> Kept<K> {
    /// Nothing yet, and at most so many bytes.
    pub(super) fn new(most: NonZeroUsize) -> Self {
        Kept(CLruCache::with_config(CLruCacheConfig::new(most).with_hasher(FxBuildHasher).with_scale(Bytes)))
    }

    fn add(&mut self, key: K, entry: Entry) {
        // One that is larger than all that is kept together is not kept.
        let _ = self.0.put_with_weight(key, entry);
    }

    fn find(&mut self, key: &K, into: &mut Vec<u8>) -> Option<&Entry> {
        let entry = self.0.get(key)?;
        into.clear();
        into.extend_from_slice(&entry.data);
        Some(entry)
    }
}

/// By the pack and the place in it: what other objects of the pack are deltas of.
impl DecodeEntry for Kept<(u32, u64)> {
    fn put(&mut self, pack: u32, offset: u64, data: &[u8], kind: Kind, packed: usize) {
        self.add((pack, offset), Entry { data: data.into(), kind, packed });
    }

    fn get(&mut self, pack: u32, offset: u64, into: &mut Vec<u8>) -> Option<(Kind, usize)> {
        self.find(&(pack, offset), into).map(|entry| (entry.kind, entry.packed))
    }
}

impl Object for Kept<ObjectId> {
    fn put(&mut self, id: ObjectId, kind: Kind, data: &[u8]) {
        self.add(id, Entry { data: data.into(), kind, packed: 0 });
    }

    fn get(&mut self, id: &ObjectId, into: &mut Vec<u8>) -> Option<Kind> {
        self.find(id, into).map(|entry| entry.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(kept: &mut Kept<(u32, u64)>, offset: u64) -> Option<Vec<u8>> {
        let mut data = b"before".to_vec();
        kept.get(0, offset, &mut data).map(|(kind, packed)| {
            assert_eq!((kind, packed), (Kind::Blob, 7));
            data
        })
    }

    #[test]
    fn what_was_used_last_stays_and_small_objects_are_not_for_nothing() {
        // The list counts each of its entries as one byte more.
        let mut objects = Kept::new(NonZeroUsize::new(4 * (OF_ENTRY + 2)).unwrap());
        for offset in 0..5 {
            DecodeEntry::put(&mut objects, 0, offset, &[offset as u8], Kind::Blob, 7);
            assert_eq!(kept(&mut objects, 0), Some(vec![0]), "it is used again and again");
        }
        let there: Vec<bool> = (0..5).map(|offset| kept(&mut objects, offset).is_some()).collect();
        assert_eq!(there, [true, false, true, true, true]);
        DecodeEntry::put(&mut objects, 0, 9, &[9; 1000], Kind::Blob, 7);
        assert_eq!((kept(&mut objects, 9), kept(&mut objects, 4)), (None, Some(vec![4])), "too large for all of it");
    }
}
