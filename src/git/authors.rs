//! Who has written in a history before.

use std::collections::BTreeSet;

use super::{Error, Repository, commits};

impl Repository {
    /// Those of some addresses, in lower case, that the author of any commit up to a revision has. Reads
    /// back from there until all are found; a shallow clone is read as far as it reaches.
    ///
    /// # Errors
    /// Where a commit cannot be read.
    pub fn authors_among<'a>(
        &self,
        base: Option<&str>,
        addresses: impl Iterator<Item = &'a String>,
    ) -> Result<BTreeSet<String>, Error> {
        let mut wanted: BTreeSet<&String> = addresses.collect();
        let mut found = BTreeSet::new();
        let Some(base) = base.filter(|_| !wanted.is_empty()) else { return Ok(found) };
        let failed = |error: &dyn std::fmt::Display| Error::missing(format!("the history of {base}"), error);
        let id = super::range::commit(&self.inner, base)?;
        for info in self.inner.rev_walk([id]).all().map_err(|error| failed(&error))? {
            let info = info.map_err(|error| failed(&error))?;
            let object = self.inner.find_commit(info.id).map_err(|error| failed(&error))?;
            let commit = commits::plain(info.id, &object.decode().map_err(|error| failed(&error))?);
            let address = commit.author.email.to_lowercase();
            if wanted.remove(&address) {
                found.insert(address);
                if wanted.is_empty() {
                    break;
                }
            }
        }
        Ok(found)
    }
}
