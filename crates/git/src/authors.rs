//! Who has written in a history before.

use std::collections::BTreeSet;

use super::{Error, Repository, commits, lenient};

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
        let id = super::range::commit(&self.inner, base)?;
        for id in lenient::between(&self.inner, id, &[])? {
            let id = id?;
            let object = self.inner.find_object(id).map_err(|error| Error::missing(format!("commit {id}"), error))?;
            let kind = self.inner.object_hash();
            let author = lenient::decoded(id, &object.data, kind, |commit| commits::plain(id, commit).author)?;
            let address = author.email.to_lowercase();
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
