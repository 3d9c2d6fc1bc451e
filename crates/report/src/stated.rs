//! Who states what is known of flagged lines: their commit, or a recorder that saw who typed them. A recorder's note is no
//! statement of the author, and a declaration about other lines is none about these.

use super::gate::Verdict;
use super::groups::Group;
use super::{AttestationReport, CommitReport};
use ai_detect_attest::{Contributor, State};

/// Where the verdict on flagged lines comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stated {
    /// From what the commit as a whole declares, or does not declare.
    ByCommit,
    /// The commit declares AI use in other lines.
    NotCovered,
    /// A recorder's note says that a person wrote these lines; the author denies nothing.
    RecordedAsHuman,
}

impl Stated {
    /// Of a flag, by the commit that must answer it.
    pub fn of(verdict: Verdict, commit: Option<&CommitReport>) -> Self {
        match (verdict, commit.map(|commit| commit.attestation.state)) {
            (_, None) | (Verdict::Contradicted, Some(State::Denied)) => Stated::ByCommit,
            // What a person is recorded to have written denies nothing of the commit as a whole.
            (Verdict::Contradicted, Some(_)) => Stated::RecordedAsHuman,
            (Verdict::Unattested, Some(State::Complete | State::Partial)) => Stated::NotCovered,
            _ => Stated::ByCommit,
        }
    }

    /// Of the flags of a commit: what is said of the first one that is not about the commit as a whole.
    pub(super) fn of_group(group: &Group<'_>) -> Self {
        let mut all = group.flags.iter().map(|flagged| Stated::of(flagged.flag.verdict, group.commit));
        all.find(|stated| *stated != Stated::ByCommit).unwrap_or(Stated::ByCommit)
    }

    /// What follows what the commit declares: `declares Codex, but its declaration does not cover these lines`.
    pub(super) fn but(self) -> &'static str {
        match self {
            Stated::ByCommit => "",
            Stated::NotCovered => ", but its declaration does not cover these lines",
            Stated::RecordedAsHuman => ", but a recorder's note says that a person wrote these lines",
        }
    }
}

/// Whether a recorder says of some lines that a person wrote them.
pub(super) fn is_recorded_as_human(attestation: &AttestationReport) -> bool {
    attestation.lines.iter().any(|lines| lines.contributor == Contributor::Human)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn stated(verdict: Verdict, state: State) -> Stated {
        let mut commit = sample::report("x", 1).commits.remove(0);
        commit.attestation.state = state;
        Stated::of(verdict, Some(&commit))
    }

    #[test]
    fn only_a_commit_that_denies_is_said_to_deny() {
        assert_eq!(stated(Verdict::Contradicted, State::Denied), Stated::ByCommit);
        for state in [State::Absent, State::Partial, State::Complete, State::Unreadable] {
            assert_eq!(stated(Verdict::Contradicted, state), Stated::RecordedAsHuman, "{state:?}");
        }
    }

    #[test]
    fn a_declaration_about_other_lines_covers_none_of_these() {
        assert_eq!(stated(Verdict::Unattested, State::Partial), Stated::NotCovered);
        assert_eq!(stated(Verdict::Unattested, State::Absent), Stated::ByCommit);
        assert_eq!(stated(Verdict::WrongForm, State::WrongForm), Stated::ByCommit);
        assert_eq!(Stated::of(Verdict::Unattested, None), Stated::ByCommit);
    }
}
