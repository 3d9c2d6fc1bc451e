//! What is not committed yet, as a tree in memory: the index, or the files on disk.
//!
//! No filter, hook or file-system monitor of the repository's configuration is run. Line endings
//! are the one conversion that matters for a diff: where the committed file has no carriage
//! return, those of the file on disk are dropped.
//!
//! Files that a sparse checkout leaves out are as the index has them, wherever it has them: one by one, or as a folder of
//! a sparse index.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use bstr::{BStr, BString, ByteSlice};
use gix::ObjectId;
use gix::index::entry::{Flags, Stage};
use gix::objs::tree::EntryKind;
use rustc_hash::FxHashMap;

use super::Error;
use super::blobs::Unread;
use super::range::HeadTree;

/// Contents by id that only memory holds, and what was not read.
#[derive(Default)]
pub(super) struct Overlay(FxHashMap<ObjectId, Result<Vec<u8>, Unread>>);

impl Overlay {
    /// What is known of an id; `None` where the repository has to be asked.
    pub(super) fn get(&self, id: ObjectId) -> Option<Result<&[u8], Unread>> {
        self.0.get(&id).map(|found| found.as_deref().map_err(Clone::clone))
    }
}

/// Files on disk larger than this are not read, and listed as such.
const MAX_BYTES: u64 = 64 << 20;

type Made = (HeadTree, Overlay);

/// The index as a tree.
pub(super) fn staged(repo: &gix::Repository) -> Result<Made, Error> {
    let mut tree = TreeInMemory::start(repo)?;
    // An intent to add (`git add -N`) stages nothing yet.
    let counts = |file: &Listed| file.flags.stage() == Stage::Unconflicted && !file.has(Flags::INTENT_TO_ADD);
    let index = index(repo)?;
    for file in listed(repo, &index)?.into_iter().filter(counts) {
        tree.set(file.path.as_bstr(), file.kind, file.id);
    }
    tree.finish()
}

/// The files on disk as a tree: tracked ones, and untracked ones that are not ignored.
pub(super) fn worktree(repo: &gix::Repository) -> Result<Made, Error> {
    let root = repo.workdir().ok_or(Error::Bare { option: "--worktree" })?.to_owned();
    let mut tree = TreeInMemory::start(repo)?;
    let index = index(repo)?;
    let is_sparse = repo.config_snapshot().boolean("core.sparseCheckout").unwrap_or(false);
    for file in listed(repo, &index)? {
        let (path, kind) = (file.path.as_bstr(), file.kind);
        let is_there = kind != EntryKind::Commit && is_regular(&root, path);
        // Not to be on disk, and not looked for there, unless a sparse checkout has it nonetheless: git, too, then takes
        // it for any other file.
        let left_out = file.has(Flags::SKIP_WORKTREE) && !(is_sparse && is_there);
        if kind == EntryKind::Commit || left_out {
            tree.set(path, kind, file.id);
        } else if kind == EntryKind::Link || is_there {
            tree.set_from_disk(&root, path, kind, Some(file.id));
        }
    }
    for path in untracked(repo, &index)? {
        if !tree.seen.contains(&path) {
            tree.set_from_disk(&root, path.as_bstr(), EntryKind::Blob, None);
        }
    }
    tree.finish()
}

fn index(repo: &gix::Repository) -> Result<gix::worktree::IndexPersistedOrInMemory, Error> {
    repo.index_or_load_from_head_or_empty().map_err(|error| Error::library("reading the index", error))
}

/// A file of the index.
struct Listed {
    path: BString,
    kind: EntryKind,
    id: ObjectId,
    flags: Flags,
}

impl Listed {
    fn has(&self, flag: Flags) -> bool {
        self.flags.contains(flag)
    }
}

/// The files of the index; a folder that stands there as one entry is taken apart.
fn listed(repo: &gix::Repository, index: &gix::index::State) -> Result<Vec<Listed>, Error> {
    let mut listed = Vec::with_capacity(index.entries().len());
    for entry in index.entries() {
        let path = entry.path(index);
        if entry.mode.is_sparse() {
            let missing = |error| Error::missing(format!("the tree of {path}, a folder of the sparse index"), error);
            let below = |(file, kind, id): (BString, EntryKind, ObjectId)| {
                let path = [path.as_bytes(), file.as_bytes()].concat().into();
                Listed { path, kind, id, flags: entry.flags }
            };
            listed.extend(files_of(repo, entry.id).map_err(missing)?.into_iter().map(below));
        } else if let Some(mode) = entry.mode.to_tree_entry_mode() {
            listed.push(Listed { path: path.to_owned(), kind: mode.kind(), id: entry.id, flags: entry.flags });
        }
    }
    Ok(listed)
}

/// The files of a tree, those of its folders included.
fn files_of(repo: &gix::Repository, tree: ObjectId) -> Result<Vec<(BString, EntryKind, ObjectId)>, gix::Error> {
    let files = repo.find_tree(tree)?.traverse().breadthfirst.files()?;
    let file = |file: gix::traverse::tree::recorder::Entry| (file.filepath, file.mode.kind(), file.oid);
    Ok(files.into_iter().map(file).filter(|(_, kind, _)| *kind != EntryKind::Tree).collect())
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

/// Files that are neither tracked nor ignored, and perhaps tracked ones below a folder of a sparse index.
fn untracked(repo: &gix::Repository, index: &gix::index::State) -> Result<Vec<BString>, Error> {
    // Where all is left out, the library looks for nothing else.
    let mut all = Cow::Borrowed(index);
    if index.entries().iter().any(|entry| entry.flags.contains(Flags::SKIP_WORKTREE)) {
        all.to_mut().remove_entries(|_, _, entry| {
            entry.flags.remove(Flags::SKIP_WORKTREE);
            entry.mode.is_sparse()
        });
    }
    let failed = |error| Error::library("listing untracked files", error);
    let options = repo.dirwalk_options().map_err(failed)?.emit_untracked(gix::dir::walk::EmissionMode::Matching);
    let mut found = gix::dir::walk::delegate::Collect::default();
    let never = AtomicBool::new(false);
    repo.dirwalk(&all, None::<&BStr>, &never, options, &mut found).map_err(failed)?;
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
    before: HashMap<BString, (EntryKind, ObjectId)>,
    changes: Vec<(BString, EntryKind, ObjectId)>,
    seen: HashSet<BString>,
    overlay: Overlay,
}

impl TreeInMemory {
    fn start(repo: &gix::Repository) -> Result<Self, Error> {
        let missing = |error| Error::missing("the tree of HEAD", error);
        let repo = repo.clone().with_object_memory();
        let head = repo.head_tree_id_or_empty().map_err(missing)?.detach();
        let files = match head == ObjectId::empty_tree(repo.object_hash()) {
            true => Vec::new(),
            false => files_of(&repo, head).map_err(missing)?,
        };
        let before = files.into_iter().map(|(path, kind, id)| (path, (kind, id))).collect();
        Ok(TreeInMemory { repo, head, before, changes: Vec::new(), seen: HashSet::new(), overlay: Overlay::default() })
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
        let size = fs::symlink_metadata(&file).map_or(0, |meta| meta.len());
        if size > MAX_BYTES {
            return match tracked.filter(|id| self.repo.find_header(*id).is_ok_and(|header| header.size() == size)) {
                // Of the same size, so most likely the same: to know would take reading it all.
                Some(id) => self.set(path, kind, id),
                None => self.set_unread(path, kind, Unread::TooLarge { size, most: MAX_BYTES }),
            };
        }
        let unreadable = |error: &dyn std::fmt::Display| Unread::Unreadable(error.to_string());
        let mut bytes = match fs::read(&file) {
            Ok(bytes) => bytes,
            Err(error) => return self.set_unread(path, kind, unreadable(&error)),
        };
        if let Some(id) = tracked {
            self.drop_foreign_line_endings(path, id, &mut bytes);
        }
        let id = match self.repo.write_blob(&bytes) {
            Ok(id) => id.detach(),
            Err(error) => return self.set_unread(path, kind, unreadable(&error)),
        };
        self.set(path, kind, id);
        if self.before.get(path).is_none_or(|before| before.1 != id) {
            self.overlay.0.insert(id, Ok(bytes));
        }
    }

    /// A file whose content was not read. It gets an id that no content has, so that whoever asks for it is told why.
    fn set_unread(&mut self, path: &BStr, kind: EntryKind, why: Unread) {
        self.seen.insert(path.to_owned());
        let instead = self.repo.write_blob(format!("ai-detect did not read the content of {path}"));
        let Ok(id) = instead.map(gix::Id::detach) else { return };
        self.set(path, kind, id);
        self.overlay.0.insert(id, Err(why));
    }

    fn drop_foreign_line_endings(&self, path: &BStr, tracked: ObjectId, bytes: &mut Vec<u8>) {
        if !bytes.contains_str("\r\n") {
            return;
        }
        let committed = self.before.get(path).map_or(tracked, |before| before.1);
        let small = self.repo.find_header(committed).is_ok_and(|header| header.size() <= MAX_BYTES);
        let unix = || self.repo.find_blob(committed).is_ok_and(|blob| !blob.data.contains_str("\r\n"));
        if small && unix() {
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
