//! What is not committed yet, as a tree in memory: the index, or the files on disk.
//!
//! No filter, hook or file-system monitor of the repository's configuration is run. Line endings
//! are the one conversion that matters for a diff: where the committed file has no carriage
//! return, those of the file on disk are dropped.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use gix::index::entry::{Mode, Stage};
use gix::objs::tree::EntryKind;
use rustc_hash::{FxHashMap, FxHashSet};

use super::Error;
use super::range::HeadTree;

/// Contents by id that only memory holds.
pub(super) type Overlay = FxHashMap<ObjectId, Vec<u8>>;

/// Files on disk larger than this are not read: they would be left out as too large anyway.
const MOST_BYTES: u64 = 64 << 20;

type Made = (HeadTree, Overlay);

/// The index as a tree.
pub(super) fn staged(repo: &gix::Repository) -> Result<Made, Error> {
    let mut tree = TreeInMemory::start(repo)?;
    let index = index(repo)?;
    for entry in index.entries().iter().filter(|entry| entry.stage() == Stage::Unconflicted) {
        let path = entry.path(&index);
        match kind_of(entry.mode) {
            // An intent to add (`git add -N`) stages nothing yet.
            _ if entry.flags.contains(gix::index::entry::Flags::INTENT_TO_ADD) => {}
            Some(kind) => tree.set(path, kind, entry.id),
            None => {}
        }
    }
    tree.finish()
}

/// The files on disk as a tree: tracked ones, and untracked ones that are not ignored.
pub(super) fn worktree(repo: &gix::Repository) -> Result<Made, Error> {
    let root = repo.workdir().ok_or(Error::Bare { option: "--worktree" })?.to_owned();
    let mut tree = TreeInMemory::start(repo)?;
    let index = index(repo)?;
    for entry in index.entries() {
        let path = entry.path(&index);
        let Some(kind) = kind_of(entry.mode) else { continue };
        if kind == EntryKind::Commit {
            tree.set(path, kind, entry.id);
        } else if entry.mode.contains(Mode::SYMLINK) || is_regular(&root, path) {
            tree.set_from_disk(&root, path, kind, Some(entry.id));
        }
    }
    for path in untracked(repo, &index)? {
        tree.set_from_disk(&root, path.as_bstr(), EntryKind::Blob, None);
    }
    tree.finish()
}

fn index(repo: &gix::Repository) -> Result<gix::worktree::IndexPersistedOrInMemory, Error> {
    repo.index_or_load_from_head_or_empty().map_err(|error| Error::library("reading the index", error))
}

fn kind_of(mode: Mode) -> Option<EntryKind> {
    mode.to_tree_entry_mode().map(|mode| mode.kind()).filter(|kind| *kind != EntryKind::Tree)
}

/// Symbolic links are never followed: neither the file itself nor a folder on the way.
fn is_regular(root: &Path, path: &BStr) -> bool {
    let mut at = root.to_owned();
    let mut parts = path.split_str("/").peekable();
    while let Some(part) = parts.next() {
        at.push(part.to_path_lossy());
        let Ok(meta) = fs::symlink_metadata(&at) else { return false };
        let expected = if parts.peek().is_some() { meta.is_dir() } else { meta.is_file() };
        if !expected {
            return false;
        }
    }
    true
}

/// Files that are neither tracked nor ignored.
fn untracked(repo: &gix::Repository, index: &gix::index::State) -> Result<Vec<BString>, Error> {
    let failed = |error| Error::library("listing untracked files", error);
    let options = repo.dirwalk_options().map_err(failed)?.emit_untracked(gix::dir::walk::EmissionMode::Matching);
    let mut found = gix::dir::walk::delegate::Collect::default();
    let never = AtomicBool::new(false);
    repo.dirwalk(index, None::<&BStr>, &never, options, &mut found).map_err(failed)?;
    let mut paths: Vec<BString> = found
        .into_entries_by_path()
        .into_iter()
        .filter(|(entry, _)| {
            entry.status == gix::dir::entry::Status::Untracked && entry.disk_kind == Some(gix::dir::entry::Kind::File)
        })
        .map(|(entry, _)| entry.rela_path)
        .collect();
    paths.sort();
    Ok(paths)
}

/// HEAD's tree, edited in memory; the repository on disk is never written to.
struct TreeInMemory {
    repo: gix::Repository,
    head: ObjectId,
    /// The files of HEAD's tree.
    before: FxHashMap<BString, (EntryKind, ObjectId)>,
    changes: Vec<(BString, EntryKind, ObjectId)>,
    seen: FxHashSet<BString>,
    overlay: Overlay,
}

impl TreeInMemory {
    fn start(repo: &gix::Repository) -> Result<Self, Error> {
        let missing = |error| Error::missing("the tree of HEAD", error);
        let repo = repo.clone().with_object_memory();
        let head = repo.head_tree_id_or_empty().map_err(missing)?.detach();
        let files = if head == ObjectId::empty_tree(repo.object_hash()) {
            Vec::new()
        } else {
            repo.find_tree(head).and_then(|tree| tree.traverse().breadthfirst.files()).map_err(missing)?
        };
        let before = files
            .into_iter()
            .map(|file| (file.filepath, (file.mode.kind(), file.oid)))
            .filter(|(_, (kind, _))| *kind != EntryKind::Tree)
            .collect();
        Ok(TreeInMemory {
            repo,
            head,
            before,
            changes: Vec::new(),
            seen: FxHashSet::default(),
            overlay: Overlay::default(),
        })
    }

    fn set(&mut self, path: &BStr, kind: EntryKind, id: ObjectId) {
        self.seen.insert(path.to_owned());
        if self.before.get(path) != Some(&(kind, id)) {
            self.changes.push((path.to_owned(), kind, id));
        }
    }

    fn set_from_disk(&mut self, root: &Path, path: &BStr, kind: EntryKind, tracked: Option<ObjectId>) {
        let file = root.join(path.to_path_lossy());
        if kind == EntryKind::Link {
            // What a link points at is no code; whether it changed does not matter here.
            if let Some(id) = tracked.filter(|_| fs::symlink_metadata(&file).is_ok()) {
                self.set(path, kind, id);
            }
            return;
        }
        if fs::symlink_metadata(&file).map_or(true, |meta| meta.len() > MOST_BYTES) {
            if let Some(id) = tracked {
                self.set(path, kind, id);
            }
            return;
        }
        let Ok(mut bytes) = fs::read(&file) else { return };
        if let Some(id) = tracked {
            self.drop_foreign_line_endings(path, id, &mut bytes);
        }
        let Ok(id) = self.repo.write_blob(&bytes).map(gix::Id::detach) else { return };
        self.set(path, kind, id);
        if self.before.get(path).is_none_or(|before| before.1 != id) {
            self.overlay.insert(id, bytes);
        }
    }

    fn drop_foreign_line_endings(&self, path: &BStr, tracked: ObjectId, bytes: &mut Vec<u8>) {
        if !bytes.contains_str("\r\n") {
            return;
        }
        let committed = self.before.get(path).map_or(tracked, |before| before.1);
        let unix = self.repo.find_blob(committed).is_ok_and(|blob| !blob.data.contains_str("\r\n"));
        if unix {
            *bytes = bytes.replace("\r\n", "\n");
        }
    }

    fn finish(self) -> Result<Made, Error> {
        let failed = |error| Error::library("putting the uncommitted changes together", error);
        let mut editor = self.repo.edit_tree(self.head).map_err(failed)?;
        for path in self.before.keys().filter(|path| !self.seen.contains(*path)) {
            editor.remove(path.as_bstr()).map_err(failed)?;
        }
        for (path, kind, id) in &self.changes {
            editor.upsert(path.as_bstr(), *kind, *id).map_err(failed)?;
        }
        let tree = editor.write().map_err(failed)?.detach();
        drop(editor);
        Ok((HeadTree::InMemory(Box::new(self.repo), tree), self.overlay))
    }
}
