//! What a report shows to people. Text, Markdown and HTML lay out the same: the head, each commit with flags, its blocks,
//! the strongest reasons on both sides with the lines themselves, and what to do.
//!
//! Nothing here is escaped for the place where it goes; quotes have no character that acts on a terminal.

mod advice;
mod block;
mod commit;
mod commits;
mod coverage;
mod findings;
mod head;
mod headline;
mod kinds;
mod quote;
mod reasons;
mod sensitive;
mod shares;

use super::Report;
use super::groups::{Group, groups};
pub(super) use advice::{Advice, Step, declaring, is_pushed};
pub(super) use block::BlockView;
pub(super) use commit::{CommitView, Origin, behind, objection};
pub(super) use commits::{CommitLine, commit_lines};
pub(super) use coverage::{not_scored, nothing_scored, scored_share, why_not_scored};
pub(super) use findings::{PolicyFinding, policy_findings, unfit};
pub(super) use head::{Head, Line, LineKind};
pub(super) use headline::headline;
pub(super) use quote::Quote;
pub(super) use reasons::{Reason, Reasons};
use sensitive::SensitiveFiles;
pub(super) use shares::shares;

/// What a report shows of its flags.
pub(super) struct View<'a> {
    report: &'a Report,
    sensitive: SensitiveFiles<'a>,
    /// The commits with flags, the most urgent first.
    pub(super) groups: Vec<Group<'a>>,
}

impl<'a> View<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        View { report, sensitive: SensitiveFiles::of(report), groups: groups(report) }
    }

    /// What is shown of one commit. A report may have thousands, and a page shows as many as it has room for.
    pub(super) fn commit(&self, group: &Group<'a>) -> CommitView {
        CommitView::of(self.report, group, &self.sensitive)
    }
}
