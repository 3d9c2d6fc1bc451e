//! A flagged block in one line.

use super::shares;
use crate::groups::Flagged;
use crate::{Report, words};

/// Where a flagged block is, and what is found of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BlockView {
    /// `src/a.rs:12-40`.
    pub(crate) place: String,
    /// The id to answer with.
    pub(crate) id: String,
    /// `unattested, very likely AI style (over 99 %), sensitive path (authentication)`.
    pub(crate) finding: String,
    /// `24 of its 34 lines are declared (2a29802d), 10 are not (a19593b3)`, where several commits brought it.
    pub(crate) shares: Option<String>,
}

impl BlockView {
    pub(crate) fn of(report: &Report, flagged: &Flagged<'_>) -> Self {
        let flag = flagged.flag;
        BlockView {
            place: format!("{}:{}", flag.path, words::lines(flag.start_line, flag.end_line)),
            id: flag.id.clone(),
            finding: words::title(flag, flagged.hunk),
            shares: shares(report, flagged.hunk),
        }
    }
}
