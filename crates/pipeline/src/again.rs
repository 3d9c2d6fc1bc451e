//! Lines that a commit brings without a word about AI, and another commit of the range brought with one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Error;
use ai_detect_attest::{State, States};
use ai_detect_base::change::{Commit, CutShort, FileChange};
use ai_detect_git::{Repository, Sought};
use ai_detect_policy::Evidence;

/// What is known of lines that commits bring again.
pub(super) struct BroughtAgain {
    pub(super) cut_short: Option<CutShort>,
    /// Which commits bring them, and where they are declared.
    pub(super) notes: Vec<String>,
}

/// Finds such lines: what the other commit declares still counts, as after a revert that was reverted.
///
/// # Errors
/// Where a tree cannot be read.
pub(super) fn declared_before(
    repository: &Repository,
    commits: &[Commit],
    files: &mut [FileChange],
    evidence: &Evidence<'_>,
) -> Result<BroughtAgain, Error> {
    let states: Vec<States> = evidence.states().into_iter().map(|(_, states)| states).collect();
    let is_silent = |commit: u32| states.get(commit as usize).is_some_and(|it| it.elsewhere == State::Absent);
    let mut declaring: Vec<u32> = (0..).zip(&states).filter(|(_, it)| declares_use(it)).map(|(at, _)| at).collect();
    // Where several declare the same lines, the fullest declaration counts.
    declaring.sort_by_key(|at| states.get(*at as usize).map(|it| Reverse(it.commit)));
    let cut_short = repository.find_before(commits, files, &Sought { of: &is_silent, within: &declaring })?;
    let mut found: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for origin in files.iter().flat_map(|file| &file.origins) {
        if let (Some(commit), Some(before)) = (origin.commit, origin.before) {
            *found.entry((commit, before.commit)).or_default() += origin.span.len();
        }
    }
    let short = |at: u32| commits.get(at as usize).map_or("", |commit| commit.id.get(..8).unwrap_or(&commit.id));
    let note = |((commit, earlier), lines): (&(u32, u32), &u32)| {
        let (again, then) = (short(*commit), short(*earlier));
        let lines = if *lines == 1 { "1 line".to_owned() } else { format!("{lines} lines") };
        format!("{lines} that {again} brings are also in {then}; what that commit declares counts for them")
    };
    let mut notes: Vec<String> = found.iter().take(MAX_NAMED).map(note).collect();
    if found.len() > MAX_NAMED {
        notes.push(format!("the same goes for lines of {} more pairs of commits", found.len() - MAX_NAMED));
    }
    Ok(BroughtAgain { cut_short, notes })
}

/// Whether a commit declares AI use in an accepted form. A denial speaks for its own commit alone: somebody else who brings
/// the same lines has not said it.
fn declares_use(states: &States) -> bool {
    matches!(states.commit, State::Complete | State::Partial)
}

/// So many pairs of commits are named whose lines are the same.
const MAX_NAMED: usize = 5;
