//! Commits that HEAD no longer has because they were rewritten, and what they are now.

use gix::ObjectId;

use super::{Error, Repository, head};
use ai_detect_base::slices::first_line;

/// How many commits back from HEAD are looked through for a rewritten one.
const MAX_STEPS: usize = 1_000;

/// What makes a commit the same one after a rebase or an amend: git keeps both.
#[derive(PartialEq, Eq)]
struct Identity {
    author: Vec<u8>,
    subject: String,
}

impl Repository {
    /// Whether HEAD or a commit before it is this one, by its full id.
    ///
    /// # Errors
    /// Where there is no commit yet, or the id is none.
    pub fn is_on_head(&self, id: &str) -> Result<bool, Error> {
        let wanted =
            ObjectId::from_hex(id.as_bytes()).map_err(|error| Error::library(format!("reading {id}"), error))?;
        let head = head::commit(&self.inner)?;
        // Without a common ancestor, or with one that is missing here, HEAD does not have it.
        Ok(head == wanted || self.inner.merge_base(wanted, head).is_ok_and(|base| base.is_some_and(|it| it == wanted)))
    }

    /// The full id of the commit that took the place of another one when it was rewritten: the newest that HEAD has by the
    /// same author, written at the same moment, with the same subject. Nothing where none of the newest commits is that.
    pub fn rewritten_as(&self, id: &str) -> Option<String> {
        let old = ObjectId::from_hex(id.as_bytes()).ok()?;
        let wanted = self.identity_of(old)?;
        let head = head::commit(&self.inner).ok()?;
        let walk = self.inner.rev_walk([head]).all().ok()?;
        let ids = walk.take(MAX_STEPS).flatten().map(|step| step.id);
        let found = ids.into_iter().find(|id| *id != old && self.identity_of(*id).is_some_and(|it| it == wanted))?;
        Some(found.to_string())
    }

    fn identity_of(&self, id: ObjectId) -> Option<Identity> {
        let commit = self.inner.find_commit(id).ok()?;
        let commit = commit.decode().ok()?;
        let subject = first_line(&commit.message.to_string()).to_owned();
        Some(Identity { author: commit.author.to_vec(), subject })
    }
}
