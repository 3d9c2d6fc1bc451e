//! Receipts lie in the tree that is looked at, and name the commits that they are about.

use super::Error;
use crate::attest::{AIIR_LEDGER, Receipts};
use crate::change::ChangeSet;
use crate::git::Repository;

/// A larger file of receipts is not read, in bytes.
const MAX_LEDGER: u64 = 32 << 20;

/// Attaches receipts to their commits. Returns what could not be read of them.
pub(super) fn attach(
    repository: &Repository,
    head: Option<&str>,
    change: &mut ChangeSet,
) -> Result<Option<String>, Error> {
    let (ledger, unread) = ledger(repository, head)?;
    let receipts = Receipts::read(&ledger);
    receipts.attach(&mut change.commits);
    let nameless = receipts.nameless;
    let plural = if nameless == 1 { "line of" } else { "lines of" };
    let note = || format!("{nameless} {plural} {AIIR_LEDGER} cannot be read: no commit is named");
    Ok(unread.or_else(|| (nameless > 0).then(note)))
}

/// The file of receipts at a commit, empty where there is none; and why it was not read, where it was not.
///
/// # Errors
/// Where the commit's tree or the file cannot be read.
pub fn ledger(repository: &Repository, head: Option<&str>) -> Result<(Vec<u8>, Option<String>), Error> {
    let Some(head) = head else { return Ok((Vec::new(), None)) };
    let size = repository.size_at(head, AIIR_LEDGER)?;
    if let Some(size) = size.filter(|size| *size > MAX_LEDGER) {
        let note = format!("{AIIR_LEDGER} has {size} bytes; at most {MAX_LEDGER} are read, so none of it was");
        return Ok((Vec::new(), Some(note)));
    }
    Ok((repository.file_at(head, AIIR_LEDGER)?.unwrap_or_default(), None))
}
