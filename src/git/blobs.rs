//! File contents by id, from the object database or from what is not committed yet, on any thread.

use gix::ObjectId;
use gix::odb::pack::cache::lru::MemoryCappedHashmap;

use super::uncommitted::Overlay;

/// How many bytes of recently unpacked contents a thread keeps, as what others are deltas of.
const DELTA_BASES: usize = 24 << 20;
/// How many bytes of recently read trees a thread keeps: a commit's are its child's parent's.
const TREES: usize = 12 << 20;
/// The same where single commits are read one after the other: trees and contents alike, for what one commit
/// changed from is what its parent changed to.
const NEIGHBOURS: usize = 32 << 20;

/// Where contents come from. Each thread takes its own [`Reader`].
pub(super) struct Blobs {
    shared: gix::ThreadSafeRepository,
    overlay: Overlay,
}

/// One thread's access.
pub(super) struct Reader<'a> {
    pub(super) repo: gix::Repository,
    overlay: Option<&'a Overlay>,
}

impl Blobs {
    pub(super) fn new(repo: &gix::Repository, overlay: Overlay) -> Self {
        Blobs { shared: repo.clone().into_sync(), overlay }
    }

    pub(super) fn reader(&self) -> Reader<'_> {
        let mut repo = self.shared.to_thread_local();
        repo.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(DELTA_BASES)));
        Reader { repo, overlay: Some(&self.overlay) }
    }

    /// A reader for many trees that are much alike.
    pub(super) fn tree_reader(&self) -> Reader<'_> {
        let mut reader = self.reader();
        reader.repo.object_cache_size(TREES);
        reader
    }
}

impl Reader<'static> {
    /// A reader for many commits that are neighbours.
    pub(super) fn of_neighbours(shared: &gix::ThreadSafeRepository) -> Self {
        let mut repo = shared.to_thread_local();
        repo.objects.set_pack_cache(|| Box::new(MemoryCappedHashmap::new(DELTA_BASES)));
        repo.object_cache_size(NEIGHBOURS);
        Reader { repo, overlay: None }
    }
}

impl Reader<'_> {
    /// How large a content is, without reading it.
    pub(super) fn size(&self, id: ObjectId) -> Result<u64, String> {
        match self.overlay.and_then(|overlay| overlay.get(&id)) {
            Some(bytes) => Ok(bytes.len() as u64),
            None => self.repo.find_header(id).map(|header| header.size()).map_err(|error| error.to_string()),
        }
    }

    /// A content.
    pub(super) fn read(&self, id: ObjectId) -> Result<Vec<u8>, String> {
        match self.overlay.and_then(|overlay| overlay.get(&id)) {
            Some(bytes) => Ok(bytes.clone()),
            // Copied, for the buffer that it was unpacked in is several times as large, and serves again.
            None => self.repo.find_blob(id).map(|blob| blob.data.clone()).map_err(|error| error.to_string()),
        }
    }
}
