//! What surrounds a hunk: the code that its commit brought as a whole, and what is given beforehand.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::weighed::Weighed;
use ai_detect_style::pack::Model;
use ai_detect_style::score;
use ai_detect_style::signals::{Engine, Part, Reading};
use ai_detect_style::syntax::MIN_LINES;

/// The rules that stand for what is given, and not found in a text.
#[derive(Clone, Copy)]
pub(super) struct SyntheticRules {
    pub(super) prior: Option<usize>,
    pub(super) commit_code: Option<usize>,
}

impl SyntheticRules {
    pub(super) fn of(engine: &Engine<'_>) -> Self {
        let rule = |id: &str| engine.pack().rules.iter().position(|rule| rule.id == id);
        SyntheticRules { prior: rule(score::PRIOR), commit_code: rule(score::COMMIT_CODE) }
    }
}

/// What surrounds a hunk.
pub(super) struct Context<'a> {
    pub(super) model: &'a Model,
    pub(super) rules: SyntheticRules,
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
const MAX_HEAVIEST: usize = 3;

/// A hunk belongs to each commit that brought at least a third of its lines. Hunks that are too small to be
/// scored alone count here: together they may say enough.
pub(super) fn code(blocks: &[Weighed<'_>], commits: usize, engine: &Engine<'_>) -> BTreeMap<Option<u32>, Code> {
    let mut brought: BTreeMap<Option<u32>, (Vec<&Weighed<'_>>, u32)> = BTreeMap::new();
    for weighed in blocks.iter().filter(|weighed| weighed.block.read_lines > 0) {
        for share in &weighed.block.shares {
            if share.commit.is_none_or(|at| (at as usize) < commits) {
                let (hunks, total) = brought.entry(share.commit).or_default();
                *total += share.lines;
                if share.lines * 3 >= weighed.block.added_lines {
                    hunks.push(weighed);
                }
            }
        }
    }
    let of = |(commit, (hunks, added_lines)): (Option<u32>, (Vec<&Weighed<'_>>, u32))| {
        let (log_odds, heaviest) = match hunks.as_slice() {
            [only] if only.block.scored => (score::sum(&only.own(engine)), Vec::new()),
            hunks if hunks.iter().map(|weighed| weighed.block.read_lines).sum::<u32>() < MIN_LINES => return None,
            hunks => {
                let reading = Reading::sum(hunks.iter().map(|weighed| &weighed.block.reading));
                let mut signals = engine.weigh(Part::Code, &reading);
                let sum = score::sum(&signals);
                signals.retain(|signal| signal.contribution > 0.0);
                signals.sort_by(|a, b| b.contribution.total_cmp(&a.contribution).then(a.rule.cmp(&b.rule)));
                (sum, signals.iter().take(MAX_HEAVIEST).map(|signal| signal.rule).collect())
            }
        };
        Some((commit, Code { log_odds, hunks: hunks.len(), added_lines, heaviest }))
    };
    brought.into_par_iter().filter_map(of).collect()
}
