//! The changes of many single commits, each against its first parent, one after the other.
//!
//! What neighbours share is kept from one to the next: the trees and contents of one commit are mostly
//! those of its parent. A change set comes out the same as that of `PARENT..COMMIT`.

use std::cmp::Reverse;
use std::sync::Arc;

use bstr::BStr;
use gix::ObjectId;

use super::blobs::Reader;
use super::commits::{self, RangeCommit};
use super::files::Among;
use super::landing::{Graph, Landing};
use super::notes::Notes;
use super::walk::{History, Lost, walk};
use super::{Budget, Error, RangeSpec, Records, Repository, attribution, files, lenient};
use ai_detect_base::change::{ChangeSet, Range};
use ai_detect_base::exclude::Excluder;

/// A commit by its full id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub(super) ObjectId);

impl CommitId {
    /// From hexadecimal; `None` for what is no full id.
    pub fn parse(hex: &str) -> Option<Self> {
        ObjectId::from_hex(hex.as_bytes()).ok().map(CommitId)
    }

    /// The first digits, for people.
    pub fn short(self) -> String {
        self.0.to_hex_with_len(8).to_string()
    }
}

impl std::fmt::Display for CommitId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A commit that is to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedCommit {
    /// The commit.
    pub id: CommitId,
    /// Whether it has several parents.
    pub is_merge: bool,
    /// How it came to the head; absent where the head does not reach it, and where a part of the history cannot be read.
    pub landing: Option<Landing>,
}

/// Commits that are to be looked at, and what else is known of their history.
#[derive(Debug, Default)]
pub struct Listed {
    /// The commits, newest first by when they were committed.
    pub commits: Vec<ListedCommit>,
    /// What could not be read, and what it hides.
    pub lost: Lost,
}

/// A repository that threads share, and its records. Each takes its own [`OneByOne`].
pub struct Shared {
    repo: gix::ThreadSafeRepository,
    records: Arc<Records>,
}

/// One thread's way to the changes of single commits.
pub struct OneByOne {
    pub(super) reader: Reader<'static>,
    records: Arc<Records>,
    notes: Vec<Notes>,
}

impl Repository {
    /// The commits of a history that `wanted` takes, and how each came to the head: that of a range or, for all refs, HEAD.
    ///
    /// # Errors
    /// Where there is no commit at all, or the refs cannot be read. Where only some commits can be read, those are listed.
    pub fn list(&self, history: History, wanted: &dyn Fn(CommitId) -> bool) -> Result<Listed, Error> {
        let mut repo = self.inner.clone();
        // Every commit is read once, or twice in a row: copies of them would only take room while rows are made.
        repo.object_cache_size(1 << 20);
        let kind = repo.object_hash();
        let head = history.head(&repo);
        let mut found: Vec<(i64, ListedCommit)> = Vec::new();
        let mut graph = Graph::default();
        let mut listed = Listed::default();
        let mut malformed = Lost::default();
        let mut visit = |id: ObjectId, data: &[u8]| {
            let read = |decoded: &gix::objs::CommitRef<'_>| {
                let time = decoded.committer().ok().map_or(0, |committer| committer.seconds());
                graph.add(id, decoded.parents(), time);
                (decoded.parents().count(), time)
            };
            match lenient::decoded(id, data, kind, read) {
                Ok((parents, time)) if wanted(CommitId(id)) => {
                    found.push((time, ListedCommit { id: CommitId(id), is_merge: parents > 1, landing: None }));
                }
                Ok(_) => {}
                Err(error) => malformed.push(error),
            }
            Ok(true)
        };
        listed.lost = walk(&repo, history, &mut visit)?;
        listed.lost.add(malformed);
        // Where a part of the history is lost, so may be the merge that brought a commit, and a newer one would be named.
        if let Some(head) = head.filter(|_| !found.is_empty() && listed.lost.is_empty()) {
            graph.land(head);
        }
        found.sort_by_key(|(time, _)| Reverse(*time));
        let landed = |(_, commit): (i64, ListedCommit)| ListedCommit { landing: graph.landing(commit.id.0), ..commit };
        listed.commits = found.into_iter().map(landed).collect();
        Ok(listed)
    }

    /// The same repository, to be read by several threads.
    pub fn shared(&self, records: Records) -> Shared {
        Shared { repo: self.inner.clone().into_sync(), records: Arc::new(records) }
    }
}

impl Shared {
    /// One thread's way to the changes of its commits.
    pub fn one_by_one(&self) -> OneByOne {
        let reader = Reader::of_neighbours(&self.repo);
        OneByOne { reader, records: Arc::clone(&self.records), notes: self.records.notes() }
    }
}

impl OneByOne {
    /// The change that a commit made, from its first parent, or from nothing where it has none, to it.
    ///
    /// # Errors
    /// Where the commit, its parent or a tree cannot be read.
    pub fn change(&mut self, id: CommitId, excluder: &Excluder) -> Result<ChangeSet, Error> {
        let read = self.read(id, excluder, Among::All);
        // Whoever looks the commit up by itself is told in the same words what is wrong with it.
        read.map_err(|error| {
            let looked_up = super::range::resolve(&self.reader.repo, &RangeSpec::Commit(id.to_string()));
            looked_up.err().unwrap_or(error)
        })
    }

    /// Whether the repository has an object, by its full id.
    pub fn has(&self, id: &str) -> bool {
        ObjectId::from_hex(id.as_bytes()).is_ok_and(|id| self.reader.repo.has_object(id))
    }

    /// A commit with what others recorded about it, and without files.
    ///
    /// # Errors
    /// Where the commit or a note of it cannot be read.
    pub fn commit_alone(&mut self, id: CommitId) -> Result<ChangeSet, Error> {
        let repo = &self.reader.repo;
        let RangeCommit { parents, mut commit, .. } = commits::one(repo, id.0)?;
        self.records.attach_from(repo, &mut self.notes, std::iter::once((id.0, &mut commit)))?;
        let base = parents.first().map(ToString::to_string);
        let range = Range { spec: format!("{id}^!"), base, head: Some(id.to_string()) };
        Ok(ChangeSet { range, commits: vec![commit], files: Vec::new(), excluded: Vec::new(), cut_short: Vec::new() })
    }

    /// What a commit did to one file, by its path after it, as if it had changed nothing else. That costs as little in a
    /// commit that changes thousands of files.
    ///
    /// # Errors
    /// Where the commit, its parent or a tree cannot be read.
    pub fn change_of_file(&mut self, id: CommitId, path: &BStr, excluder: &Excluder) -> Result<ChangeSet, Error> {
        self.read(id, excluder, Among::File(path))
    }

    fn read(&mut self, id: CommitId, excluder: &Excluder, among: Among<'_>) -> Result<ChangeSet, Error> {
        let repo = &self.reader.repo;
        let RangeCommit { tree, parents, mut commit, .. } = commits::one(repo, id.0)?;
        if parents.len() > 1 {
            let repository = Repository { inner: repo.clone(), push: None, budget: Budget::default() };
            return repository.change_set(
                repository.resolve(&RangeSpec::Commit(id.to_string()))?,
                excluder,
                &self.records,
            );
        }
        let base = parents.first().copied();
        let base_tree = base.map(|parent| super::range::tree_of(repo, parent)).transpose()?;
        self.records.attach_from(repo, &mut self.notes, std::iter::once((id.0, &mut commit)))?;
        let mut found = files::read_alone(&self.reader, base_tree, tree, excluder, among)?;
        attribution::to_only_commit(&mut found.files);
        found.excluded.sort();
        let from = base.unwrap_or_else(|| ObjectId::empty_tree(repo.object_hash()));
        Ok(ChangeSet {
            range: Range {
                spec: format!("{from}..{id}"),
                base: base.map(|base| base.to_string()),
                head: Some(id.to_string()),
            },
            commits: vec![commit],
            files: found.files,
            excluded: found.excluded,
            cut_short: Vec::new(),
        })
    }
}
