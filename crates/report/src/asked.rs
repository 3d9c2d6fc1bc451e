//! Which commits must answer a flag.

use super::gate::Verdict;
use super::stated::is_recorded_as_human;
use super::{CommitReport, HunkReport};
use ai_detect_attest::State;
use ai_detect_style::syntax::MIN_LINES;

/// The commits that must answer for a block, those with most of its lines first. Empty where nothing is committed.
///
/// A block's verdict comes from the commits that declare least ([`crate::gate::joint_state`]), so these are asked, and not
/// a commit that declares AI use, however many lines it brought. A commit that only touched a few lines is not asked.
pub fn asked<'a>(hunk: &HunkReport, commits: &'a [CommitReport]) -> Vec<&'a CommitReport> {
    asked_among(hunk, |id| commits.iter().find(|commit| commit.id == id))
}

/// The same, with a way to find a commit by its id.
pub(super) fn asked_among<'a>(
    hunk: &HunkReport,
    find: impl Fn(&str) -> Option<&'a CommitReport>,
) -> Vec<&'a CommitReport> {
    let brought: Vec<(&CommitReport, u32)> =
        hunk.commits.iter().filter_map(|part| Some((find(&part.id)?, part.lines))).collect();
    let mut asked: Vec<&CommitReport> = brought
        .iter()
        .filter(|(commit, lines)| *lines >= MIN_LINES && !is_declared(commit))
        .map(|(commit, _)| *commit)
        .collect();
    if asked.is_empty() {
        // The largest part speaks for the block; of equal parts, the one that declares less.
        let largest = brought.iter().rev().max_by_key(|(commit, lines)| (*lines, !is_declared(commit)));
        return largest.map(|(commit, _)| *commit).into_iter().collect();
    }
    if asked.iter().any(|commit| is_reason_for(hunk.verdict, commit)) {
        asked.retain(|commit| is_reason_for(hunk.verdict, commit));
    }
    asked
}

/// Whether a commit declares AI use in an accepted form.
pub(super) fn is_declared(commit: &CommitReport) -> bool {
    matches!(commit.attestation.state, State::Complete | State::Partial)
}

/// Whether what a commit declares leads to this verdict.
fn is_reason_for(verdict: Verdict, commit: &CommitReport) -> bool {
    let state = match verdict {
        Verdict::Contradicted => State::Denied,
        Verdict::Unattested => State::Absent,
        Verdict::Unreadable => State::Unreadable,
        Verdict::WrongForm => State::WrongForm,
        Verdict::Partial | Verdict::Attested | Verdict::Unlikely | Verdict::Unknown => return false,
    };
    let is_recorded = verdict == Verdict::Contradicted && is_recorded_as_human(&commit.attestation);
    commit.attestation.state == state || is_recorded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HunkCommit, sample};

    /// The ids of those that are asked, each by its first letter, about a block of these parts.
    fn ids(verdict: Verdict, parts: &[(State, u32)]) -> String {
        let mut hunk = sample::report("x", 1).hunks.remove(0);
        hunk.verdict = verdict;
        hunk.commits.clear();
        let mut commits = Vec::new();
        for ((state, lines), letter) in parts.iter().zip(["a", "b", "c"]) {
            let mut commit = sample::report("x", 1).commits.remove(0);
            commit.id = letter.repeat(40);
            commit.attestation.state = *state;
            hunk.commits.push(HunkCommit { id: commit.id.clone(), lines: *lines });
            commits.push(commit);
        }
        asked(&hunk, &commits).iter().map(|commit| &commit.id[..1]).collect()
    }

    #[test]
    fn the_commits_that_declare_nothing_are_asked_and_not_the_largest_part() {
        use State::{Absent, Complete, Partial};
        assert_eq!(ids(Verdict::Unattested, &[(Partial, 24), (Absent, 6), (Absent, 4)]), "b");
        assert_eq!(ids(Verdict::Unattested, &[(Complete, 24), (Absent, 9), (Absent, 6)]), "bc");
        assert_eq!(ids(Verdict::Unattested, &[(Absent, 24), (Complete, 6)]), "a");
        assert_eq!(ids(Verdict::Unattested, &[(Partial, 4), (Absent, 4)]), "b", "of equal small parts");
        assert_eq!(ids(Verdict::Unattested, &[]), "");
    }

    #[test]
    fn a_verdict_asks_the_commit_that_it_comes_from() {
        use State::{Absent, Denied, Unreadable, WrongForm};
        assert_eq!(ids(Verdict::Contradicted, &[(Absent, 24), (Denied, 6)]), "b");
        assert_eq!(ids(Verdict::Unattested, &[(WrongForm, 24), (Absent, 6)]), "b");
        assert_eq!(ids(Verdict::Unreadable, &[(WrongForm, 24), (Unreadable, 6)]), "b");
    }
}
