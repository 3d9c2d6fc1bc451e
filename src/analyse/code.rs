//! What surrounds a hunk: the code that its commit brought as a whole, and what is given beforehand.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::draft::Draft;
use crate::pack::Model;
use crate::score;
use crate::signals::{Engine, Part, Reading};
use crate::syntax::LEAST_LINES;

/// The rules that stand for what is given.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub(super) prior: Option<usize>,
    pub(super) commit_code: Option<usize>,
}

impl Given {
    pub(super) fn of(engine: &Engine<'_>) -> Self {
        let rule = |id: &str| engine.pack().rules.iter().position(|rule| rule.id == id);
        Given { prior: rule(score::PRIOR), commit_code: rule(score::COMMIT_CODE) }
    }
}

/// What surrounds a hunk.
pub(super) struct Context<'a> {
    pub(super) model: &'a Model,
    pub(super) rules: Given,
    pub(super) prior: f64,
    pub(super) code: &'a BTreeMap<Option<u32>, Code>,
}

impl Context<'_> {
    pub(super) fn of(&self, commit: Option<u32>) -> Option<&Code> {
        self.code.get(&commit)
    }
}

/// The code that one commit brought, as a whole; uncommitted work and patches count as one commit.
pub(super) struct Code {
    pub(super) log_odds: f64,
    pub(super) hunks: usize,
    pub(super) added_lines: u32,
    /// The rules that weigh most in it towards AI, heaviest first; none where it is one hunk, which tells its own.
    pub(super) heaviest: Vec<usize>,
}

/// How many of them are kept.
const MOST_HEAVIEST: usize = 3;

/// A hunk belongs to each commit that brought at least a third of its lines. Hunks that are too small to be
/// scored alone count here: together they may say enough.
pub(super) fn code(drafts: &[Draft], commits: usize, engine: &Engine<'_>) -> BTreeMap<Option<u32>, Code> {
    let mut brought: BTreeMap<Option<u32>, (Vec<&Draft>, u32)> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.read_lines > 0) {
        for (commit, lines) in &draft.parts {
            if commit.is_none_or(|at| (at as usize) < commits) {
                let (hunks, total) = brought.entry(*commit).or_default();
                *total += lines;
                if lines * 3 >= draft.added_lines {
                    hunks.push(draft);
                }
            }
        }
    }
    let of = |(commit, (hunks, added_lines)): (Option<u32>, (Vec<&Draft>, u32))| {
        let (log_odds, heaviest) = match hunks.as_slice() {
            [only] if only.scored => (score::sum(&only.own(engine)), Vec::new()),
            hunks if hunks.iter().map(|draft| draft.read_lines).sum::<u32>() < LEAST_LINES => return None,
            hunks => {
                let reading = Reading::sum(hunks.iter().map(|draft| &draft.reading));
                let mut signals = engine.weigh(Part::Code, &reading);
                let sum = score::sum(&signals);
                signals.retain(|signal| signal.contribution > 0.0);
                signals.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.rule.cmp(&b.rule)));
                (sum, signals.iter().take(MOST_HEAVIEST).map(|signal| signal.rule).collect())
            }
        };
        Some((commit, Code { log_odds, hunks: hunks.len(), added_lines, heaviest }))
    };
    brought.into_par_iter().filter_map(of).collect()
}
