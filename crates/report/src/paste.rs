//! What to paste to answer a flag: the project's own lines where its policy has some, else the trailer that
//! every project understands. Nothing here is escaped.

use super::words::trailer;
use super::{CommitReport, Report};
use crate::gate::Verdict;
use ai_detect_policy::Stance;
use ai_detect_policy::suggest::Where;

/// The lines of one commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Paste {
    /// To add to the commit's message.
    pub(super) commit: Vec<String>,
    /// To add to the request's description.
    pub(super) request: Vec<String>,
    /// To take out of the commit's message.
    pub(super) remove: Vec<String>,
}

impl Paste {
    /// What would answer a flag on a commit. What a tool may be called is only known where one is declared.
    pub(super) fn of(report: &Report, commit: Option<&CommitReport>, verdict: Verdict) -> Self {
        if is_ban(report) {
            return Paste::default();
        }
        match commit.and_then(|commit| commit.mending.as_ref()) {
            // Empty where the policy accepts no line that would answer it: then no other is offered.
            Some(mending) => {
                let at = |place| {
                    let lines = mending.add.iter().filter(move |line| line.place == place);
                    lines.map(|line| line.text.clone()).collect()
                };
                Paste { commit: at(Where::Commit), request: at(Where::Request), remove: mending.remove.clone() }
            }
            None => {
                let declared = commit.filter(|_| verdict == Verdict::WrongForm && !report.is_foreign);
                Paste { commit: vec![trailer(declared)], ..Paste::default() }
            }
        }
    }
}

/// Whether the project's policy takes no AI contributions, so that no line would answer it.
pub(super) fn is_ban(report: &Report) -> bool {
    report.policy.as_ref().is_some_and(|policy| policy.stance == Stance::Ban)
}

/// What the project's policy says to authors, in a sentence or two.
pub(super) fn policy_says(report: &Report) -> Option<String> {
    let policy = report.policy.as_ref()?;
    let title = &policy.title;
    if policy.stance == Stance::Ban {
        let says = if policy.says.is_empty() { &policy.text } else { &policy.says };
        return Some(format!("The policy ({title}) says: {says} The maintainers decide."));
    }
    (!policy.text.is_empty()).then(|| format!("The project's policy ({title}): {}", policy.text))
}
