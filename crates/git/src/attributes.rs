//! `linguist-generated` and `linguist-vendored` from the `.gitattributes` files of the tree that the
//! change starts from: a change cannot take itself out of the analysis.

use std::collections::HashSet;

use bstr::{BStr, ByteSlice};
use gix::ObjectId;
use gix::attrs::search::{MetadataCollection, Outcome};
use gix::attrs::{Search, StateRef};
use gix::glob::pattern::Case;

use super::blobs::{Reader, Unread};
use super::trees;
use ai_detect_base::change::{Ground, Reason};
use ai_detect_base::exclude::Why;

/// The name of a file of attributes.
pub(super) const FILE: &[u8] = b".gitattributes";

/// The attributes that matter here, for paths of one tree.
#[derive(Default)]
pub(super) struct Attributes {
    search: Search,
    collection: MetadataCollection,
    /// Whether any file says something that matters.
    says_something: bool,
    /// How many patterns a path is compared with, at most.
    pub(super) patterns: usize,
    /// Whether some file was not read because all together are too large.
    pub(super) is_cut: bool,
}

impl Attributes {
    /// Reads the attribute files of the folders that hold `paths`, at most `max_bytes` of them. `repo` can read the tree.
    pub(super) fn read<'a>(
        reader: &Reader<'_>,
        repo: &gix::Repository,
        tree: Option<ObjectId>,
        paths: impl Iterator<Item = &'a BStr>,
        max_bytes: u64,
    ) -> Self {
        let mut attributes = Attributes::default();
        let Some(tree) = tree else { return attributes };
        let mut bytes_left = max_bytes;
        // What cannot be read says nothing here; the files below it are listed as missing.
        let (folders, _) = trees::of_folders(repo, tree, &folders_of(paths));
        let mut folders: Vec<(&BStr, ObjectId)> = folders.into_iter().collect();
        // Deeper files take precedence, and later patterns win.
        folders.sort_by_key(|(folder, _)| (folder.find_iter(b"/").count(), *folder));
        for (folder, tree) in folders {
            let entry = repo.find_tree(tree).ok().and_then(|tree| tree.lookup_entry([FILE]).ok().flatten());
            let Some(blob) = entry.filter(|entry| entry.mode().is_blob()) else { continue };
            match reader.read_within(blob.object_id(), bytes_left) {
                Ok(content) => {
                    bytes_left = bytes_left.saturating_sub(content.len() as u64);
                    attributes.add(folder, &content);
                }
                Err(Unread::TooLarge { .. }) => attributes.is_cut = true,
                Err(Unread::Missing(_) | Unread::Unreadable(_)) => {}
            }
        }
        attributes
    }

    fn add(&mut self, folder: &BStr, content: &[u8]) {
        if !says_something(content) {
            return;
        }
        self.says_something = true;
        self.patterns += content.lines().count();
        let source = if folder.is_empty() {
            std::path::PathBuf::from(".gitattributes")
        } else {
            folder.to_path_lossy().join(".gitattributes")
        };
        let root = std::path::Path::new("");
        // Fails only for a source outside the root, which this one never is.
        let _ = self.search.add_patterns_buffer(content, source, Some(root), &mut self.collection, false);
    }

    /// Why the attributes leave a path out.
    pub(super) fn reason(&self, path: &BStr) -> Option<Why> {
        if !self.says_something {
            return None;
        }
        let mut outcome = Outcome::default();
        outcome.initialize_with_selection(&self.collection, ["linguist-generated", "linguist-vendored"]);
        self.search.pattern_matching_relative_path(path, Case::Sensitive, Some(false), &mut outcome);
        outcome.iter_selected().find_map(|found| {
            let name = found.assignment.name.as_str();
            let set = match found.assignment.state {
                StateRef::Set => true,
                StateRef::Value(value) => value.as_bstr() != "false",
                StateRef::Unset | StateRef::Unspecified => false,
            };
            let reason = if name == "linguist-vendored" { Reason::Vendored } else { Reason::Generated };
            set.then(|| Why { reason, detail: format!("{name} in .gitattributes"), ground: Ground::Attributes })
        })
    }
}

/// Whether the content of a file of attributes may leave anything out.
pub(super) fn says_something(content: &[u8]) -> bool {
    content.contains_str("linguist-")
}

/// The folders that hold paths, the root among them.
pub(super) fn folders_of<'a>(paths: impl Iterator<Item = &'a BStr>) -> HashSet<&'a BStr> {
    let mut folders = HashSet::from([BStr::new("")]);
    for path in paths {
        let mut rest: &BStr = path;
        while let Some(at) = rest.rfind_byte(b'/') {
            rest = rest[..at].as_bstr();
            if !folders.insert(rest) {
                break;
            }
        }
    }
    folders
}
