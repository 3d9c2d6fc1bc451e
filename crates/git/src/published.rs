//! Which commits of a range others have: those that a remote branch of this clone ends at, and those that the remote's
//! default branch has.

use std::collections::HashMap;

use gix::ObjectId;
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::Repository;

/// What the clone calls the default branch of its remote, the surest first.
const DEFAULT_BRANCHES: [&str; 3] =
    ["refs/remotes/origin/HEAD", "refs/remotes/origin/main", "refs/remotes/origin/master"];

/// How many commits of the default branch are looked through for the end of a range: more cost too much for advice.
const MAX_STEPS: usize = 2_000;

impl Repository {
    /// The last of some commits, parents before children, at which a remote branch of this clone ends, and that branch.
    /// Those before it are published, too. Nothing where no branch ends at any, or none can be listed.
    pub fn last_published(&self, ids: &[&str]) -> Option<(String, String)> {
        let places: HashMap<&str, usize> = ids.iter().enumerate().map(|(at, id)| (*id, at)).collect();
        let platform = self.inner.references().ok()?;
        let mut last: Option<(usize, String)> = None;
        // What cannot be read is published nowhere that is known here. A symbolic one such as `origin/HEAD` names another.
        for reference in platform.remote_branches().ok()?.flatten() {
            let Some(tip) = reference.try_id() else { continue };
            let Some(at) = places.get(tip.to_string().as_str()).copied() else { continue };
            let name = reference.name().shorten().to_string();
            if last.as_ref().is_none_or(|(before, known)| (at, &name) > (*before, known)) {
                last = Some((at, name));
            }
        }
        last.and_then(|(at, name)| Some(((*ids.get(at)?).to_owned(), name)))
    }

    /// The last of some commits, parents before children, that the remote's default branch has, and that branch: its tip
    /// where that is one of them, and the last of all where the branch went on from there.
    pub fn last_merged(&self, ids: &[&str]) -> Option<(String, String)> {
        let (tip, branch) = self.default_branch_of_remote()?;
        let name = tip.to_string();
        if ids.contains(&name.as_str()) {
            return Some((name, branch));
        }
        let last = *ids.last()?;
        self.is_recent_ancestor(last, tip).then(|| (last.to_owned(), branch))
    }

    /// The tip and the name of the remote's default branch, as far as this clone knows it.
    fn default_branch_of_remote(&self) -> Option<(ObjectId, String)> {
        DEFAULT_BRANCHES.iter().find_map(|name| {
            let mut reference = self.inner.try_find_reference(*name).ok().flatten()?;
            let target = reference.target().try_name().map(|name| name.shorten().to_string());
            let tip = reference.peel_to_id().ok()?.detach();
            Some((tip, target.unwrap_or_else(|| reference.name().shorten().to_string())))
        })
    }

    /// Whether a commit is reached from a tip in a bounded number of steps. A commit cannot be older than its parent, as
    /// far as clocks are right: where they are not, the commit counts as not reached.
    fn is_recent_ancestor(&self, id: &str, tip: ObjectId) -> bool {
        let Ok(id) = ObjectId::from_hex(id.as_bytes()) else { return false };
        let time = self.inner.find_commit(id).ok().and_then(|commit| commit.time().ok());
        let Some(time) = time else { return false };
        let order = CommitTimeOrder::NewestFirst;
        let walk =
            self.inner.rev_walk([tip]).sorting(Sorting::ByCommitTimeCutoff { order, seconds: time.seconds }).all();
        walk.is_ok_and(|walk| walk.take(MAX_STEPS).flatten().any(|step| step.id == id))
    }
}
