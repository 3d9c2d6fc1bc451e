//! Flags by the commit that must answer them: one commit with many flags is one thing to look at.

use std::collections::HashMap;

use super::asked::asked_among;
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
    /// Other commits that must answer for some of its blocks, too.
    pub(super) others: Vec<&'a CommitReport>,
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
        let mut asked = asked_among(flagged.hunk, |id| commits.get(id).copied()).into_iter();
        let commit = asked.next();
        let place = *places.entry(commit.map(|commit| commit.id.as_str())).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { commit, others: Vec::new(), flags: Vec::new() });
        }
        if let Some(group) = groups.get_mut(place) {
            group.flags.push(flagged);
            for other in asked {
                if !group.others.iter().any(|known| known.id == other.id) {
                    group.others.push(other);
                }
            }
        }
    }
    groups
}

impl<'a> Group<'a> {
    /// The most urgent flag about looks: a flag about form says nothing about them.
    pub(super) fn first_about_looks(&self) -> Option<&Flagged<'a>> {
        self.flags.iter().find(|flagged| flagged.flag.verdict != Verdict::WrongForm)
    }

    /// What is said of the commit, strongest first: the same in all of its blocks, or nearly so where others had a part
    /// in one. The messages of those others are not this commit's.
    pub(super) fn of_commit(&self) -> Vec<&'a SignalReport> {
        let first = self.first_about_looks().map_or(&[][..], |flagged| &flagged.hunk.signals);
        let commit = self.commit.map(|commit| commit.id.as_str());
        let is_own = |signal: &&SignalReport| signal.commit.is_none() || signal.commit.as_deref() == commit;
        first.iter().filter(|signal| is_of_commit(signal)).filter(is_own).collect()
    }
}

/// Whether a signal says the same of all hunks of a commit: it is about the commit as a whole.
pub(super) fn is_of_commit(signal: &SignalReport) -> bool {
    signal.commit.is_some() || signal.rule == COMMIT_CODE
}
