//! A flagged block in one line.

use crate::groups::Flagged;
use crate::words;

/// Where a flagged block is, and what is found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockView {
    /// `src/a.rs:12-40`.
    pub(crate) place: String,
    /// The id to answer with.
    pub(crate) id: String,
    /// `unattested, very likely AI style (over 99 %), sensitive path (authentication)`.
    pub(crate) finding: String,
}

impl BlockView {
    pub(crate) fn of(flagged: &Flagged<'_>) -> Self {
        let flag = flagged.flag;
        BlockView {
            place: format!("{}:{}", flag.path, words::lines(flag.start_line, flag.end_line)),
            id: flag.id.clone(),
            finding: words::title(flag, flagged.hunk),
        }
    }
}
