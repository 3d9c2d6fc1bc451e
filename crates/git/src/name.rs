//! What a repository is called where clones, forks and worktrees of it should meet.

use super::{Error, Repository};

/// The most commits that are looked at for the first one.
const MAX_COMMITS: usize = 1_000_000;

impl Repository {
    /// The address of its remote: `origin`, or else the first one. Without a remote, `root/` and the id of its first commit.
    /// `None` where there is neither.
    ///
    /// # Errors
    /// Where the history cannot be read.
    pub fn name(&self) -> Result<Option<String>, Error> {
        let names = self.inner.remote_names();
        let usual = names.iter().find(|name| name.as_slice() == b"origin").or_else(|| names.iter().next());
        let remote = usual.and_then(|name| self.inner.find_remote(&***name).ok());
        if let Some(url) = remote.as_ref().and_then(|remote| remote.url(gix::remote::Direction::Fetch)) {
            return Ok(Some(url.to_bstring().to_string()));
        }
        let failed = |error: &dyn std::fmt::Display| Error::library("looking for the first commit", error);
        let Ok(head) = self.inner.head_id() else { return Ok(None) };
        let walk = head.ancestors().all().map_err(|error| failed(&error))?;
        let mut roots = Vec::new();
        for commit in walk.take(MAX_COMMITS) {
            let commit = commit.map_err(|error| failed(&error))?;
            if commit.parent_ids.is_empty() {
                roots.push(commit.id);
            }
        }
        // Histories that were joined have several. The choice must not depend on the order of the walk.
        Ok(roots.into_iter().min().map(|root| format!("root/{root}")))
    }
}
