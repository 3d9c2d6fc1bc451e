//! Fetching contents that a partial clone lacks: those that looking at a range reads, by their ids, as git itself
//! fetches them when it needs one.

use std::collections::BTreeSet;

use bstr::{BStr, BString, ByteSlice as _};
use gix::ObjectId;

use super::run;
use crate::notes::Notes;
use crate::trees::{self, Side};
use crate::{Checkout, Error, RangeSpec, Repository, Resolved};

/// How many contents are fetched at most, for how many commits of a range, and for attributes in how many folders.
#[derive(Debug, Clone, Copy)]
struct Limits {
    contents: usize,
    commits: usize,
    folders: usize,
}

const LIMITS: Limits = Limits { contents: 50_000, commits: 10_000, folders: 10_000 };

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
    ///
    /// What lies beyond the limits of one fetch stays away, and then the fetch counts as failed.
    pub fn fetch_contents(&self, range: &RangeSpec, notes: &[&'static str]) -> ContentsFetch {
        let repository = match self.open() {
            Ok(repository) if repository.is_partial() => repository,
            Ok(_) => return ContentsFetch::Complete,
            Err(error) => return ContentsFetch::Failed(error.to_string()),
        };
        // Which contents there are stands in trees, which a clone may have left out, too.
        let trees = repository.resolve(range).map(|resolved| repository.lacking_trees(&resolved, notes, LIMITS));
        match self.fetch_lacking(trees) {
            ContentsFetch::Complete => {}
            failed => return failed,
        }
        let contents = self.open().and_then(|repository| {
            let resolved = repository.resolve(range)?;
            repository.lacking(&resolved, notes, LIMITS)
        });
        self.fetch_lacking(contents)
    }

    fn fetch_lacking(&self, lacking: Result<Needed, Error>) -> ContentsFetch {
        let needed = match lacking {
            Ok(needed) => needed,
            Err(error) => return ContentsFetch::Failed(error.to_string()),
        };
        match self.fetch_ids(needed.ids.iter().map(ToString::to_string)) {
            ContentsFetch::Complete if needed.is_cut => ContentsFetch::Failed(format!(
                "the range has more than {} commits or needs more than {} contents, and the rest was not fetched",
                LIMITS.commits, LIMITS.contents
            )),
            fetched => fetched,
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
    fn lacking_trees(&self, resolved: &Resolved, notes: &[&'static str], limits: Limits) -> Needed {
        let mut lacking = Lacking::new(&self.inner, limits);
        let commits = self.commits_of(resolved, &mut lacking);
        let all = commits.iter().flat_map(|(commit, parents)| parents.iter().chain([commit]).copied());
        let all = all.chain(notes.iter().filter_map(|name| self.tip_of(name)));
        let trees: BTreeSet<ObjectId> = all.filter_map(|id| lacking.tree(id).ok()).chain(resolved.base_tree).collect();
        trees.into_iter().for_each(|tree| lacking.add_content(tree));
        lacking.needed
    }

    /// The commits of a range with their parents, as far as they can be walked: what is wrong with a history is the
    /// business of whoever looks at the range.
    fn commits_of(&self, resolved: &Resolved, lacking: &mut Lacking<'_>) -> Vec<(ObjectId, Vec<ObjectId>)> {
        let Some(head) = resolved.reach.head else { return Vec::new() };
        let walk = self.inner.rev_walk([head]).with_hidden(resolved.reach.hidden.iter().copied()).all();
        let Ok(walk) = walk else { return Vec::new() };
        let mut walk = walk.map_while(Result::ok);
        let commits = walk.by_ref().take(lacking.limits.commits);
        let commits = commits.map(|commit| (commit.id, commit.parent_ids().map(gix::Id::detach).collect())).collect();
        lacking.needed.is_cut |= walk.next().is_some();
        commits
    }

    /// The contents of a range that this clone lacks: of all files that it changes, before, after and in between, the
    /// attributes that they have where it starts, and the notes on its commits.
    fn lacking(&self, resolved: &Resolved, notes: &[&'static str], limits: Limits) -> Result<Needed, Error> {
        let opened = notes.iter().filter_map(|name| Notes::open(&self.inner, name).transpose());
        let mut notes = opened.collect::<Result<Vec<Notes>, Error>>()?;
        let mut lacking = Lacking::new(&self.inner, limits);
        let head = resolved.reach.head;
        let head_tree = head.map(|id| lacking.tree(id)).transpose()?;
        lacking.add_between(resolved.base_tree, head_tree)?;
        if let Some(base) = resolved.base_tree {
            lacking.add_attributes(base);
        }
        for (commit, parents) in self.commits_of(resolved, &mut lacking) {
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
        Ok(lacking.needed)
    }
}

/// What a range needs of what is missing.
#[derive(Debug, Default)]
struct Needed {
    ids: BTreeSet<ObjectId>,
    /// Whether there is more, beyond the limits.
    is_cut: bool,
}

/// Contents that are missing, and the paths that were looked at.
struct Lacking<'r> {
    repository: &'r gix::Repository,
    limits: Limits,
    needed: Needed,
    paths: BTreeSet<BString>,
}

impl<'r> Lacking<'r> {
    fn new(repository: &'r gix::Repository, limits: Limits) -> Self {
        Lacking { repository, limits, needed: Needed::default(), paths: BTreeSet::new() }
    }

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
        if self.repository.has_object(id) || self.needed.ids.contains(&id) {
            return;
        }
        if self.needed.ids.len() < self.limits.contents {
            self.needed.ids.insert(id);
        } else {
            self.needed.is_cut = true;
        }
    }

    /// The attributes of each folder that a path lies in.
    fn add_attributes(&mut self, root: ObjectId) {
        let mut folders: BTreeSet<&BStr> = BTreeSet::from([BStr::new("")]);
        for path in &self.paths {
            let ends = path.find_iter("/").filter_map(|end| path.get(..end));
            folders.extend(ends.map(BStr::new));
        }
        let has_room = folders.len() <= self.limits.folders;
        let wanted = folders.into_iter().take(self.limits.folders).collect();
        let (found, _) = trees::of_folders(self.repository, root, &wanted);
        let mut sides = Vec::new();
        for tree in found.into_values().filter_map(|tree| self.repository.find_tree(tree).ok()) {
            let attributes = tree.iter().filter_map(Result::ok).find(|entry| entry.filename() == ATTRIBUTES);
            sides.extend(attributes.map(|entry| (entry.mode(), entry.object_id())));
        }
        self.needed.is_cut |= !has_room;
        sides.into_iter().for_each(|side| self.add(Some(side)));
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    fn git(dir: &Path, args: &[&str]) {
        let output = Command::new("git").arg("-C").arg(dir).args(args).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// A partial clone of three commits, each with a file of its own, whose contents it lacks.
    fn partial_clone(at: &Path) -> Repository {
        let (origin, clone) = (at.join("origin"), at.join("clone"));
        std::fs::create_dir(&origin).unwrap();
        git(&origin, &["init", "--quiet"]);
        git(&origin, &["config", "uploadpack.allowFilter", "true"]);
        for name in ["a", "b", "c"] {
            std::fs::write(origin.join(name), name).unwrap();
            git(&origin, &["add", "."]);
            let person = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"];
            git(&origin, &[&person[..], &["commit", "--quiet", "-m", name]].concat());
        }
        let url = format!("file://{}", origin.display());
        git(at, &["clone", "--quiet", "--no-checkout", "--filter=blob:none", &url, &clone.display().to_string()]);
        Repository::open(&clone).unwrap()
    }

    #[test]
    fn what_lies_beyond_a_limit_is_not_called_complete() {
        let at = tempfile::tempdir().unwrap();
        let clone = partial_clone(at.path());
        let resolved = clone.resolve(&RangeSpec::Spec("HEAD~2..HEAD".into())).unwrap();
        let needed = |limits| {
            let Needed { ids, is_cut } = clone.lacking(&resolved, &[], limits).unwrap();
            (ids.len(), is_cut)
        };
        assert_eq!(needed(LIMITS), (2, false));
        assert_eq!(needed(Limits { contents: 2, commits: 2, folders: 1 }), (2, false));
        assert_eq!(needed(Limits { contents: 1, ..LIMITS }), (1, true));
        assert_eq!(needed(Limits { commits: 1, ..LIMITS }), (2, true));
        assert_eq!(needed(Limits { folders: 0, ..LIMITS }), (2, true));
    }
}
