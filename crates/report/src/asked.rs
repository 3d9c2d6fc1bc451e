//! Whom a flag asks.

use super::{CommitReport, HunkReport};
use ai_detect_attest::State;
use ai_detect_style::syntax::MIN_LINES;

/// The commits that are asked about a hunk, those with most of its lines first: the ones that speak for it
/// ([`crate::gate::joint_state`]) and do not declare AI use, else the one that brought most of it. Whoever changed a
/// line in passing is left alone. Empty where nothing is committed.
pub fn asked<'a>(hunk: &HunkReport, commits: &'a [CommitReport]) -> Vec<&'a CommitReport> {
    let found = |id: &str| commits.iter().find(|commit| commit.id == id);
    let is_declared = |commit: &CommitReport| matches!(commit.attestation.state, State::Complete | State::Partial);
    let telling = hunk.commits.iter().filter(|part| part.lines >= MIN_LINES).filter_map(|part| found(&part.id));
    let asked: Vec<&CommitReport> = telling.filter(|commit| !is_declared(commit)).collect();
    if asked.is_empty() { hunk.commits.first().and_then(|part| found(&part.id)).into_iter().collect() } else { asked }
}
