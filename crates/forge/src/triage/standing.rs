//! Decisions applied to a report: what each flag stands at, and in which order to show them.
//!
//! The report itself is not changed, and an attestation in a comment fills no commit's state: what a
//! commit declares stands in the commit.

use super::decision::{Decision, What};
use ai_detect_base::vocabulary::trailers::{ASSISTED_BY, Trailer};
use ai_detect_report::{Flag, HunkReport, Report};

/// What was decided about a flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is right: stays on top.
    Confirmed,
    /// Nothing was decided.
    Open,
    /// It was put away: folds away, and stays readable.
    Dismissed,
}

/// A flag and what people decided about it.
#[derive(Debug, Clone, PartialEq)]
pub struct StandingFlag<'a> {
    /// Its place in the report's `flags`.
    pub at: usize,
    /// What it stands at.
    pub standing: Standing,
    /// The ruling that says so.
    pub ruling: Option<&'a Decision>,
    /// Who said which tool helped. Whether it is open does not depend on this.
    pub attested: Vec<&'a Decision>,
}

/// What the flags of a report stand at: confirmed ones first, dismissed ones last, by rank within.
pub(crate) fn standings<'a>(
    report: &Report,
    decisions: impl IntoIterator<Item = &'a Decision>,
) -> Vec<StandingFlag<'a>> {
    let decisions: Vec<&Decision> = decisions.into_iter().collect();
    let flags = report.flags.iter().enumerate();
    let hunk = |flag: &Flag| report.hunks.get(flag.hunk);
    let mut flags: Vec<StandingFlag> = flags.map(|(at, flag)| standing(at, hunk(flag), &decisions)).collect();
    flags.sort_by_key(|flag| (flag.standing, flag.at));
    flags
}

fn standing<'a>(at: usize, hunk: Option<&HunkReport>, decisions: &[&'a Decision]) -> StandingFlag<'a> {
    let own = || decisions.iter().copied().filter(|decision| hunk.is_some_and(|hunk| decision.is_about(hunk)));
    let ruling = own().rfind(|decision| decision.what.is_ruling());
    let standing = match ruling.map(|decision| &decision.what) {
        Some(What::Dismissed { .. }) => Standing::Dismissed,
        Some(What::Confirmed { .. }) => Standing::Confirmed,
        _ => Standing::Open,
    };
    StandingFlag { at, standing, ruling, attested: own().filter(|decision| !decision.what.is_ruling()).collect() }
}

impl Decision {
    /// For an attestation: the trailer that says the same in a commit, for its author to paste.
    pub(crate) fn trailer(&self) -> Option<String> {
        match &self.what {
            What::Attested { assistant } => Some(Trailer::new(ASSISTED_BY, assistant).to_string()),
            _ => None,
        }
    }
}
