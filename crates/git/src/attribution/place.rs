//! What stands at a path of one commit after another. Most commits of a history leave most folders alone, so a folder
//! that both have is not read again.

use bstr::{BStr, ByteSlice as _};
use gix::ObjectId;
use gix::objs::TreeRefIter;
use gix::objs::tree::EntryMode;

use crate::Error;

/// A path in one tree.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// The trees of the folders that lead to it, the root first, as far as they are there.
    folders: Vec<ObjectId>,
    /// What stands there.
    pub(super) file: Option<(EntryMode, ObjectId)>,
}

impl Place {
    /// What stands at a path below a tree.
    pub(super) fn find(repo: &gix::Repository, root: ObjectId, path: &BStr) -> Result<Self, Error> {
        let nowhere = Place { folders: Vec::new(), file: None };
        nowhere.in_tree(repo, root, path)
    }

    /// What stands at the same path below another tree.
    pub(super) fn in_tree(&self, repo: &gix::Repository, root: ObjectId, path: &BStr) -> Result<Self, Error> {
        let mut folders = vec![root];
        let names: Vec<&[u8]> = path.split_str("/").collect();
        for (depth, name) in names.iter().enumerate() {
            let Some(&folder) = folders.last() else { break };
            if self.folders.get(depth) == Some(&folder) {
                // From here on both are the same.
                folders.extend(self.folders.iter().skip(depth + 1));
                return Ok(Place { folders, file: self.file });
            }
            let Some((mode, id)) = entry(repo, folder, name)? else { break };
            if depth + 1 == names.len() {
                return Ok(Place { folders, file: (!mode.is_tree()).then_some((mode, id)) });
            }
            if !mode.is_tree() {
                break;
            }
            folders.push(id);
        }
        Ok(Place { folders, file: None })
    }

    /// The content, where a file stands there.
    pub(super) fn content(&self) -> Option<ObjectId> {
        self.file.filter(|(mode, _)| mode.is_blob()).map(|(_, id)| id)
    }
}

fn entry(repo: &gix::Repository, tree: ObjectId, name: &[u8]) -> Result<Option<(EntryMode, ObjectId)>, Error> {
    let data = repo.find_tree(tree).map_err(|error| Error::missing(format!("tree {tree}"), error))?;
    for entry in TreeRefIter::from_bytes(&data.data, repo.object_hash()) {
        let entry = entry.map_err(|error| Error::missing(format!("tree {tree}"), error))?;
        if entry.filename == name {
            return Ok(Some((entry.mode, entry.oid.to_owned())));
        }
    }
    Ok(None)
}
