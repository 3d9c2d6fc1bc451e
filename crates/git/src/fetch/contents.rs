//! Fetching contents that a partial clone lacks: those that looking at a range reads, by their ids, as git itself
//! fetches them when it needs one.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::run;
use crate::notes::Notes;
use crate::trees::{self, Side};
use crate::{Checkout, Error, RangeSpec, Repository, Resolved};

/// More contents than this are not fetched.
const MAX_CONTENTS: usize = 50_000;
/// More commits of a range than this are not asked what they changed.
const MAX_COMMITS: usize = 10_000;
/// In more folders than this no attributes are looked for.
const MAX_FOLDERS: usize = 10_000;

const ATTRIBUTES: &str = ".gitattributes";

/// What came of fetching contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ContentsFetch {
    /// Nobody asked origin.
    #[default]
    NotAsked,
    /// Origin was asked, or nothing is missing.
    Complete,
    /// It failed, for a reason.
    Failed(String),
}

impl Checkout {
    /// Fetches the contents that looking at a range reads and that this partial clone lacks, and of the notes under
    /// `notes` those of the range's commits. Nothing is done in an ordinary clone: what lacks there is damaged.
    pub fn fetch_contents(&self, range: &RangeSpec, notes: &[&'static str]) -> ContentsFetch {
        // Which contents there are stands in trees, which a clone may have left out, too.
        match self.fetch_lacking(range, |repository, resolved| Ok(repository.lacking_trees(resolved, notes))) {
            ContentsFetch::Complete => {
                self.fetch_lacking(range, |repository, resolved| repository.lacking(resolved, notes))
            }
            failed => failed,
        }
    }

    /// Fetches what a partial clone lacks of a range, by what says so.
    fn fetch_lacking(
        &self,
        range: &RangeSpec,
        lacking: impl Fn(&Repository, &Resolved) -> Result<BTreeSet<ObjectId>, Error>,
    ) -> ContentsFetch {
        let ids = self.open().and_then(|repository| match repository.is_partial() {
            true => lacking(&repository, &repository.resolve(range)?),
            false => Ok(BTreeSet::new()),
        });
        match ids {
            Ok(ids) => self.fetch_ids(ids.iter().map(ToString::to_string)),
            Err(error) => ContentsFetch::Failed(error.to_string()),
        }
    }

    /// Fetches contents by their full ids.
    pub fn fetch_ids(&self, ids: impl Iterator<Item = String>) -> ContentsFetch {
        let ids: String = ids.map(|id| id + "\n").collect();
        if ids.is_empty() {
            return ContentsFetch::Complete;
        }
        // As in git's own promisor-remote.c.
        let mut fetch = self.git_with(&["fetch.negotiationAlgorithm=noop"], "fetch");
        fetch.args(["--quiet", "--no-tags", "--no-write-fetch-head", "--refmap="]);
        fetch.args(["--recurse-submodules=no", "--filter=blob:none", "--stdin", "--", "origin"]);
        match run(fetch, ids.as_bytes()) {
            Ok(_) => ContentsFetch::Complete,
            Err(error) => ContentsFetch::Failed(error.to_string()),
        }
    }
}

impl Repository {
    /// Whether this clone left out contents that its origin promised to keep.
    pub fn is_partial(&self) -> bool {
        let config = self.inner.config_snapshot();
        let remotes = self.inner.remote_names();
        config.string("extensions.partialClone").is_some()
            || remotes.iter().any(|remote| config.boolean(format!("remote.{remote}.promisor").as_str()) == Some(true))
    }

    /// The trees of a range's commits, of those that it starts from, and of notes, that this clone lacks. Git sends all
    /// that is in a tree but for contents.
    fn lacking_trees(&self, resolved: &Resolved, notes: &[&'static str]) -> BTreeSet<ObjectId> {
        let mut lacking = Lacking { repository: &self.inner, ids: BTreeSet::new(), paths: BTreeSet::new() };
        let commits = self.commits_of(resolved);
        let all = commits.iter().flat_map(|(commit, parents)| parents.iter().chain([commit]).copied());
        let all = all.chain(notes.iter().filter_map(|name| self.tip_of(name)));
        let trees: BTreeSet<ObjectId> = all.filter_map(|id| lacking.tree(id).ok()).chain(resolved.base_tree).collect();
        trees.into_iter().for_each(|tree| lacking.add_content(tree));
        lacking.ids
    }

    /// The commits of a range with their parents, as far as they can be walked: what is wrong with a history is the
    /// business of whoever looks at the range.
    fn commits_of(&self, resolved: &Resolved) -> Vec<(ObjectId, Vec<ObjectId>)> {
        let Some(head) = resolved.reach.head else { return Vec::new() };
        let walk = self.inner.rev_walk([head]).with_hidden(resolved.reach.hidden.iter().copied()).all();
        let Ok(walk) = walk else { return Vec::new() };
        let commits = walk.map_while(Result::ok).take(MAX_COMMITS);
        commits.map(|commit| (commit.id, commit.parent_ids().map(gix::Id::detach).collect())).collect()
    }

    /// The contents of a range that this clone lacks: of all files that it changes, before, after and in between, the
    /// attributes that they have where it starts, and the notes on its commits.
    fn lacking(&self, resolved: &Resolved, notes: &[&'static str]) -> Result<BTreeSet<ObjectId>, Error> {
        let opened = notes.iter().filter_map(|name| Notes::open(&self.inner, name).transpose());
        let mut notes = opened.collect::<Result<Vec<Notes>, Error>>()?;
        let mut lacking = Lacking { repository: &self.inner, ids: BTreeSet::new(), paths: BTreeSet::new() };
        let head = resolved.reach.head;
        let head_tree = head.map(|id| lacking.tree(id)).transpose()?;
        lacking.add_between(resolved.base_tree, head_tree)?;
        if let Some(base) = resolved.base_tree {
            lacking.add_attributes(base);
        }
        for (commit, parents) in self.commits_of(resolved) {
            for notes in &mut notes {
                if let Some(note) = notes.find(&self.inner, commit)? {
                    lacking.add_content(note);
                }
            }
            let tree = lacking.tree(commit)?;
            for parent in parents {
                // A shallow clone lacks parents.
                let Ok(before) = lacking.tree(parent) else { continue };
                lacking.add_between(Some(before), Some(tree))?;
            }
        }
        Ok(lacking.ids)
    }
}

/// Contents that are missing, and the paths that were looked at.
struct Lacking<'r> {
    repository: &'r gix::Repository,
    ids: BTreeSet<ObjectId>,
    paths: BTreeSet<BString>,
}

impl Lacking<'_> {
    fn tree(&self, commit: ObjectId) -> Result<ObjectId, Error> {
        let found = self.repository.find_commit(commit).and_then(|commit| commit.tree_id().map(gix::Id::detach));
        found.map_err(|error| Error::missing(format!("commit {commit}"), error))
    }

    fn add_between(&mut self, old: Option<ObjectId>, new: Option<ObjectId>) -> Result<(), Error> {
        for entry in trees::differences(self.repository, old, new)? {
            self.add(entry.old);
            self.add(entry.new);
            self.paths.insert(entry.path);
        }
        Ok(())
    }

    fn add(&mut self, side: Side) {
        if let Some((_, id)) = side.filter(|(mode, _)| mode.is_blob()) {
            self.add_content(id);
        }
    }

    /// A content, or a tree.
    fn add_content(&mut self, id: ObjectId) {
        if self.ids.len() < MAX_CONTENTS && !self.repository.has_object(id) {
            self.ids.insert(id);
        }
    }

    /// The attributes of each folder that a path lies in.
    fn add_attributes(&mut self, root: ObjectId) {
        let mut folders: BTreeSet<&BStr> = BTreeSet::from([BStr::new("")]);
        for path in &self.paths {
            let ends = path.find_iter("/").filter_map(|end| path.get(..end));
            folders.extend(ends.map(BStr::new));
        }
        let wanted = folders.into_iter().take(MAX_FOLDERS).collect();
        let (found, _) = trees::of_folders(self.repository, root, &wanted);
        let mut sides = Vec::new();
        for tree in found.into_values().filter_map(|tree| self.repository.find_tree(tree).ok()) {
            let attributes = tree.iter().filter_map(Result::ok).find(|entry| entry.filename() == ATTRIBUTES);
            sides.extend(attributes.map(|entry| (entry.mode(), entry.object_id())));
        }
        sides.into_iter().for_each(|side| self.add(Some(side)));
    }
}
