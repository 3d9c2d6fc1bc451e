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
use ai_detect_base::change::Commit;
use ai_detect_base::exclude::is_binary;
use ai_detect_base::linediff::{self, Edit};
use ai_detect_base::text::Text;
use ai_detect_lang as lang;

/// Larger files are not read.
const MAX_BYTES: u64 = 1 << 20;
/// How many bytes of the files of one commit are read.
const MAX_COMMIT_BYTES: u64 = 64 << 20;
/// So many bytes to read take as long as a step of a comparison at worst ([`linediff::Comparison::cost`]).
const BYTES_OF_STEP: u64 = 32;
/// How many commits are read at once.
const MAX_BATCH: u64 = 16;

/// A commit with the files that it touched. A merge touches none: its commits did.
#[derive(Debug)]
pub struct CommitChange {
    /// The commit.
    pub commit: Commit,
    /// Its files.
    pub files: Files,
}

/// Files that a commit, or what is not committed yet, touched.
#[derive(Debug, Default)]
pub struct Files {
    /// The files, by path.
    pub touched: Vec<Touched>,
    /// Whether contents that were asked for were not read, because they are too large, by themselves or together.
    pub is_cut: bool,
}

/// What is looked at of the commits of a range.
#[derive(Clone, Copy)]
pub struct Wanted<'a> {
    /// Whether the files of a commit are wanted. Otherwise it comes without any.
    pub commits: &'a (dyn Fn(&Commit) -> bool + Sync),
    /// Whether the contents of a path are wanted.
    pub contents: &'a (dyn Fn(&str) -> bool + Sync),
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

    /// How many bytes they have, with what it may cost to compare them.
    fn cost(&self) -> u64 {
        let steps = linediff::Comparison::new(&self.old, &self.new).cost();
        (self.old.bytes().len() + self.new.bytes().len()) as u64 + steps * BYTES_OF_STEP
    }

    /// Where they differ; found when first asked for.
    pub fn edits(&self) -> &[Edit] {
        self.edits.get_or_init(|| linediff::edits(&self.old, &self.new))
    }
}

impl Repository {
    /// Goes through the commits of a range, parents before children: `keep` gets what `of` makes of each with the files
    /// that it touched. All contents of a long range together would not fit into memory, so `of` keeps what it needs.
    ///
    /// # Errors
    /// Where a commit or a tree cannot be read, or the commits touch more paths than are looked at. A content that cannot
    /// be read is left out.
    pub fn each_commit_change<T: Send>(
        &self,
        resolved: &Resolved,
        wanted: Wanted<'_>,
        records: &Records,
        of: &(dyn Fn(CommitChange) -> T + Sync),
        keep: &mut dyn FnMut(T),
    ) -> Result<(), Error> {
        let blobs = Blobs::new(&self.inner, super::uncommitted::Overlay::default());
        let mut commits = commits::read(&self.inner, &resolved.reach, records)?.into_iter();
        let (mut bytes_left, mut paths_left) = (self.budget.policy_bytes, self.budget.policy_paths);
        loop {
            // Commits of a batch cannot take more than is left, so that it does not matter which is read first.
            let batch = if bytes_left == 0 { MAX_BATCH } else { (bytes_left / MAX_COMMIT_BYTES).clamp(1, MAX_BATCH) };
            let batch: Vec<RangeCommit> = commits.by_ref().take(batch as usize).collect();
            if batch.is_empty() {
                return Ok(());
            }
            let max_bytes = bytes_left.min(MAX_COMMIT_BYTES);
            let change = |commit: RangeCommit| -> Result<(T, u64, usize), Error> {
                if !(wanted.commits)(&commit.commit) {
                    let none = CommitChange { commit: commit.commit, files: Files::default() };
                    return Ok((of(none), 0, 0));
                }
                let (change, bytes) = blobs.read(|reader| one(reader, commit, wanted.contents, max_bytes))?;
                let paths = change.files.touched.len();
                Ok((of(change), bytes, paths))
            };
            for (made, bytes, paths) in batch.into_par_iter().map(change).collect::<Result<Vec<_>, Error>>()? {
                bytes_left = bytes_left.saturating_sub(bytes);
                let too_many = || Error::TooManyPaths { max: self.budget.policy_paths };
                paths_left = paths_left.checked_sub(paths).ok_or_else(too_many)?;
                keep(made);
            }
        }
    }

    /// What `of` makes of each commit of a range, as [`Repository::each_commit_change`] gives it.
    ///
    /// # Errors
    /// As there.
    pub fn commit_changes<T: Send>(
        &self,
        resolved: &Resolved,
        contents: &(dyn Fn(&str) -> bool + Sync),
        records: &Records,
        of: &(dyn Fn(CommitChange) -> T + Sync),
    ) -> Result<Vec<T>, Error> {
        let mut made = Vec::new();
        let wanted = Wanted { commits: &|_| true, contents };
        self.each_commit_change(resolved, wanted, records, of, &mut |one| made.push(one))?;
        Ok(made)
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
        blobs.read(|reader| one(reader, commit, reads, MAX_COMMIT_BYTES)).map(|(change, _)| change)
    }

    /// What is not committed yet, file by file: the difference between the ends of a resolved range.
    ///
    /// # Errors
    /// Where a tree cannot be read.
    pub fn uncommitted_changes(
        &self,
        resolved: Resolved,
        reads: &(dyn Fn(&str) -> bool + Sync),
    ) -> Result<Files, Error> {
        let blobs = Blobs::new(&self.inner, resolved.overlay);
        let found = blobs.read(|reader| {
            let (repo, tree) = match &resolved.head_tree {
                super::range::HeadTree::Committed(tree) => (&reader.repo, *tree),
                super::range::HeadTree::InMemory(memory, tree) => (memory.as_ref(), *tree),
            };
            files(reader, repo, (resolved.base_tree, tree), reads, MAX_COMMIT_BYTES)
        });
        found.map(|(files, _)| files)
    }
}

impl OneByOne {
    /// The files that a commit touched.
    ///
    /// # Errors
    /// Where the commit, its parent or a tree cannot be read.
    pub fn touched(&self, id: CommitId, reads: &(dyn Fn(&str) -> bool + Sync)) -> Result<Files, Error> {
        let commit = commits::one(&self.reader.repo, id.0)?;
        Ok(one(&self.reader, commit, reads, MAX_COMMIT_BYTES)?.0.files)
    }
}

/// A commit with the files that it touched, and how many bytes of their contents were read.
fn one(
    reader: &Reader<'_>,
    commit: RangeCommit,
    reads: &(dyn Fn(&str) -> bool + Sync),
    max_bytes: u64,
) -> Result<(CommitChange, u64), Error> {
    let RangeCommit { tree, parents, commit, id } = commit;
    if parents.len() > 1 {
        return Ok((CommitChange { commit, files: Files::default() }, 0));
    }
    let before = match parents.first().map(|parent| super::range::tree_of(&reader.repo, *parent)) {
        // A shallow clone lacks the parent of its first commit; then everything is new.
        Some(Err(_)) if lenient::is_boundary(&reader.repo, id) => None,
        before => before.transpose()?,
    };
    let (files, bytes) = files(reader, &reader.repo, (before, tree), reads, max_bytes)?;
    Ok((CommitChange { commit, files }, bytes))
}

/// Files that differ between two trees, and how many bytes were read of them, with what it may cost to compare them.
fn files(
    reader: &Reader<'_>,
    repo: &gix::Repository,
    (before, after): (Option<ObjectId>, ObjectId),
    reads: &(dyn Fn(&str) -> bool + Sync),
    max_bytes: u64,
) -> Result<(Files, u64), Error> {
    let (mut files, mut bytes) = (Files::default(), 0);
    for entry in trees::differences(repo, before, Some(after))? {
        let wanted = reads(&String::from_utf8_lossy(&entry.path));
        let has_room = bytes < max_bytes;
        files.is_cut |= wanted && (!has_room || is_large_code(reader, &entry));
        let texts = if wanted && has_room { texts(reader, entry.old, entry.new) } else { None };
        bytes += texts.as_ref().map_or(0, Texts::cost);
        let id = |side: Side| side.map(|(_, id)| id.to_string());
        files.touched.push(Touched { path: entry.path, texts, ids: (id(entry.old), id(entry.new)) });
    }
    Ok((files, bytes))
}

/// Whether a file of code is too large to be looked into.
fn is_large_code(reader: &Reader<'_>, entry: &trees::Entry) -> bool {
    let is_large = |side: &Side| {
        side.is_some_and(|(mode, id)| mode.is_blob() && reader.size(id).is_ok_and(|size| size > MAX_BYTES))
    };
    lang::for_path(&entry.path, b"").is_some() && [&entry.old, &entry.new].into_iter().any(is_large)
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
