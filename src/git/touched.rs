//! What each commit of a range did to the files, against its first parent: for policies, which ask
//! about paths, and for notes that follow their commits through a rewrite.
//!
//! Unlike a change set this leaves nothing out for being generated or vendored: a workflow that a
//! program wrote is sensitive all the same.

use std::sync::{Arc, OnceLock};

use bstr::BString;
use gix::ObjectId;
use rayon::prelude::*;

use super::blobs::{Blobs, Reader};
use super::commits::{self, RangeCommit};
use super::trees::{self, Side};
use super::{CommitId, Error, OneByOne, Records, Repository, Resolved, lenient};
use crate::change::Commit;
use crate::exclude::is_binary;
use crate::linediff::{self, Edit};
use crate::text::Text;

/// Larger files are not read.
const MAX_BYTES: u64 = 1 << 20;
/// How many bytes of the files of one commit are read.
const MAX_COMMIT_BYTES: u64 = 64 << 20;

/// A commit with the files that it touched. A merge touches none: what it brings was said elsewhere.
#[derive(Debug)]
pub struct CommitChange {
    /// The commit.
    pub commit: Commit,
    /// Its files, by path.
    pub files: Vec<Touched>,
}

/// A file that a commit added, changed or removed.
#[derive(Debug)]
pub struct Touched {
    /// The path.
    pub path: BString,
    /// What changed in it, where that was asked for and it is text of a sane size.
    pub texts: Option<Texts>,
    /// The ids of the content before and after, which tell binary changes apart.
    pub ids: (Option<String>, Option<String>),
}

/// A file before and after.
#[derive(Debug)]
pub struct Texts {
    /// Before; empty where there was none.
    pub old: Arc<Text>,
    /// After; empty where there is none.
    pub new: Arc<Text>,
    edits: OnceLock<Vec<Edit>>,
}

impl Texts {
    /// A file before and after.
    pub fn new(old: Arc<Text>, new: Arc<Text>) -> Self {
        Texts { old, new, edits: OnceLock::new() }
    }

    /// Where they differ; found when first asked for.
    pub fn edits(&self) -> &[Edit] {
        self.edits.get_or_init(|| linediff::edits(&self.old, &self.new))
    }
}

impl Repository {
    /// The commits of a range, parents before children: what `of` makes of each with the files that it
    /// touched. `reads` says of which paths the contents are wanted; all contents of a long range
    /// together would not fit into memory, so `of` keeps what it needs.
    ///
    /// # Errors
    /// Where a commit or a tree cannot be read. A content that cannot be read is left out.
    pub fn commit_changes<T: Send>(
        &self,
        resolved: &Resolved,
        reads: &(dyn Fn(&str) -> bool + Sync),
        records: &Records,
        of: &(dyn Fn(CommitChange) -> T + Sync),
    ) -> Result<Vec<T>, Error> {
        let commits = commits::read(&self.inner, &resolved.reach, records)?;
        let blobs = Blobs::new(&self.inner, super::uncommitted::Overlay::default());
        let change = |commit| blobs.read(|reader| one(reader, commit, reads)).map(of);
        commits.into_par_iter().map(change).collect()
    }

    /// One commit with the files that it touched.
    ///
    /// # Errors
    /// Where the revision is unknown, or a tree cannot be read.
    pub fn commit_change(
        &self,
        revision: &str,
        reads: &(dyn Fn(&str) -> bool + Sync),
        records: &Records,
    ) -> Result<CommitChange, Error> {
        let id = super::range::commit(&self.inner, revision)?;
        let blobs = Blobs::new(&self.inner, super::uncommitted::Overlay::default());
        let mut commit = commits::one(&self.inner, id)?;
        commits::attach(&self.inner, std::slice::from_mut(&mut commit), records)?;
        blobs.read(|reader| one(reader, commit, reads))
    }

    /// What is not committed yet, file by file: the difference between the ends of a resolved range.
    ///
    /// # Errors
    /// Where a tree cannot be read.
    pub fn uncommitted_changes(
        &self,
        resolved: Resolved,
        reads: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Vec<Touched>, Error> {
        let blobs = Blobs::new(&self.inner, resolved.overlay);
        blobs.read(|reader| match &resolved.head_tree {
            super::range::HeadTree::Committed(tree) => files(reader, &reader.repo, resolved.base_tree, *tree, reads),
            super::range::HeadTree::InMemory(memory, tree) => files(reader, memory, resolved.base_tree, *tree, reads),
        })
    }
}

impl OneByOne {
    /// The files that a commit touched.
    ///
    /// # Errors
    /// Where the commit, its parent or a tree cannot be read.
    pub fn touched(&self, id: CommitId, reads: &(dyn Fn(&str) -> bool + Sync)) -> Result<Vec<Touched>, Error> {
        let commit = commits::one(&self.reader.repo, id.0)?;
        Ok(one(&self.reader, commit, reads)?.files)
    }
}

fn one(reader: &Reader<'_>, commit: RangeCommit, reads: &(dyn Fn(&str) -> bool + Sync)) -> Result<CommitChange, Error> {
    let RangeCommit { tree, parents, commit, id } = commit;
    if parents.len() > 1 {
        return Ok(CommitChange { commit, files: Vec::new() });
    }
    let before = match parents.first().map(|parent| super::range::tree_of(&reader.repo, *parent)) {
        // A shallow clone lacks the parent of its first commit; then everything is new.
        Some(Err(_)) if lenient::is_boundary(&reader.repo, id) => None,
        before => before.transpose()?,
    };
    let files = files(reader, &reader.repo, before, tree, reads)?;
    Ok(CommitChange { commit, files })
}

fn files(
    reader: &Reader<'_>,
    repo: &gix::Repository,
    before: Option<ObjectId>,
    after: ObjectId,
    reads: &(dyn Fn(&str) -> bool + Sync),
) -> Result<Vec<Touched>, Error> {
    let entries = trees::differences(repo, before, Some(after))?;
    let mut bytes_left = MAX_COMMIT_BYTES;
    let touched = entries.into_iter().map(|entry| {
        let wanted = bytes_left > 0 && reads(&String::from_utf8_lossy(&entry.path));
        let texts = if wanted { texts(reader, entry.old, entry.new) } else { None };
        let read = texts.as_ref().map_or(0, |texts| (texts.old.bytes().len() + texts.new.bytes().len()) as u64);
        bytes_left = bytes_left.saturating_sub(read);
        let id = |side: Side| side.map(|(_, id)| id.to_string());
        Touched { path: entry.path, texts, ids: (id(entry.old), id(entry.new)) }
    });
    Ok(touched.collect())
}

fn texts(reader: &Reader<'_>, old: Side, new: Side) -> Option<Texts> {
    let text = |side: Side| -> Option<Arc<Text>> {
        let Some((mode, id)) = side else { return Some(Arc::new(Text::default())) };
        if !mode.is_blob() || reader.size(id).map_or(true, |size| size > MAX_BYTES) {
            return None;
        }
        let bytes = reader.read(id).ok()?;
        (!is_binary(&bytes)).then(|| Arc::new(Text::new(bytes)))
    };
    Some(Texts::new(text(old)?, text(new)?))
}
