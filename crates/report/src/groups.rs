//! Flags by the commit that brought most of their lines: one commit with many flags is one thing to look at.

use std::collections::HashMap;

use super::{CommitReport, Flag, HunkReport, Report, SignalReport};
use crate::gate::Verdict;
use ai_detect_style::score::COMMIT_CODE;

/// A flag with what it points at.
#[derive(Clone, Copy)]
pub(super) struct Flagged<'a> {
    pub(super) flag: &'a Flag,
    pub(super) hunk: &'a HunkReport,
    /// Its place among all flags, from 0.
    pub(super) rank: usize,
}

/// All flags, most urgent first, with what they point at.
pub(super) fn flagged(report: &Report) -> impl Iterator<Item = Flagged<'_>> {
    let ranked = report.flags.iter().enumerate();
    ranked.filter_map(|(rank, flag)| Some(Flagged { flag, hunk: report.hunks.get(flag.hunk)?, rank }))
}

/// The flags of one commit, most urgent first.
pub(super) struct Group<'a> {
    /// The commit; none where nothing is committed.
    pub(super) commit: Option<&'a CommitReport>,
    /// Never empty.
    pub(super) flags: Vec<Flagged<'a>>,
}

/// All flags, in the order of each group's most urgent one.
pub(super) fn groups(report: &Report) -> Vec<Group<'_>> {
    let commits: HashMap<&str, &CommitReport> =
        report.commits.iter().map(|commit| (commit.id.as_str(), commit)).collect();
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut places: HashMap<Option<&str>, usize> = Default::default();
    for flagged in flagged(report) {
        let commit = flagged.hunk.commits.first().and_then(|part| commits.get(part.id.as_str()).copied());
        let place = *places.entry(commit.map(|commit| commit.id.as_str())).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { commit, flags: Vec::new() });
        }
        if let Some(group) = groups.get_mut(place) {
            group.flags.push(flagged);
        }
    }
    groups
}

impl<'a> Group<'a> {
    /// What is said of the commit, strongest first: the same in all of its blocks, or nearly so where others had a part
    /// in one. The messages of those others are not this commit's.
    pub(super) fn of_commit(&self) -> Vec<&'a SignalReport> {
        // A flag about form says nothing about looks.
        let mut about_looks = self.flags.iter().filter(|flagged| flagged.flag.verdict != Verdict::WrongForm);
        let first = about_looks.next().map_or(&[][..], |flagged| &flagged.hunk.signals);
        let commit = self.commit.map(|commit| commit.id.as_str());
        let is_own = |signal: &&SignalReport| signal.commit.is_none() || signal.commit.as_deref() == commit;
        first.iter().filter(|signal| is_of_commit(signal)).filter(is_own).collect()
    }
}

/// Whether a signal says the same of all hunks of a commit: it is about the commit as a whole.
pub(super) fn is_of_commit(signal: &SignalReport) -> bool {
    signal.commit.is_some() || signal.rule == COMMIT_CODE
}
