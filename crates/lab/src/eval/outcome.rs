//! The little that is kept of a report: a few numbers a commit and a hunk, so that memory does not
//! grow with the code that was read.

use ai_detect_base::change::ChangeSet;
use ai_detect_report::{HunkReport, Report, Threshold};
use ai_detect_style::pack::Model;
use ai_detect_style::score::Score;
use ai_detect_style::signals::rounded;

/// What was found of a commit.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Outcome {
    /// Its score, by its message alone where it brought no code to score: what `diff` keeps to itself is measured
    /// too. `None` for merges without code of their own.
    pub score: Option<Scored>,
    /// The part of its code, in log-odds; `None` where no code was scored.
    pub code: Option<f64>,
    /// The part of its message, in log-odds.
    pub message: f64,
    /// What the surroundings of its code score alone, where that was asked for and there are any.
    pub surroundings: Option<f64>,
    /// Its hunks that were scored.
    pub hunks: Vec<HunkOutcome>,
    /// How many hunks its threshold was made for.
    pub scored_hunks: usize,
    /// Whether it has any flag at the rate of the settings, were nothing declared.
    pub flagged: bool,
    /// The same at the rate of `PROMISE`.
    pub flagged_at_promise: bool,
    /// Whether it has any flag as a bare patch without a message, where that was looked at.
    pub flagged_bare: Option<bool>,
}

/// A score and its calibrated form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// In log-odds.
    pub log_odds: f64,
    /// 0 to 1.
    pub probability: f64,
}

/// What was found of a hunk.
#[derive(Debug, Clone, PartialEq)]
pub struct HunkOutcome {
    /// Its score, the message's share included.
    pub score: Scored,
    /// The part of its code, with the intercept, in log-odds.
    pub code: f64,
    /// The part of the message, in log-odds.
    pub message: f64,
    /// The language.
    pub language: String,
    /// How many of its lines were authored.
    pub added_lines: u32,
}

/// The rate of false positives whose promise is checked, besides that of the settings.
pub(crate) const PROMISE: f64 = 0.01;

impl Outcome {
    /// Of the report on the change that one commit made; what it declares must have been taken out before, so that a
    /// hunk of which something can be said has a verdict by its style.
    pub(crate) fn of(report: &Report, change: &ChangeSet, commit: &str, model: &Model) -> Outcome {
        let found = report.commits.iter().find(|found| found.id == commit);
        let is_merge = change.commits.iter().any(|found| found.id == commit && found.parents > 1);
        let hunks: Vec<HunkOutcome> = report.hunks.iter().filter_map(hunk_outcome).collect();
        let strongest = strongest(&hunks);
        let score = found.and_then(|found| match found.log_odds.zip(found.probability) {
            Some((log_odds, probability)) => Some(Scored { log_odds, probability }),
            None if is_merge => None,
            None => {
                let Score { log_odds, probability } = Score::of(model, report.tool.prior + found.message_log_odds);
                Some(Scored { log_odds, probability })
            }
        });
        let Threshold { request_rate, hunks: asked, log_odds } = report.threshold;
        let reached = |rate| model.request_threshold(rate, asked, !report.commits.is_empty());
        // The report's threshold has the prior in it, which is the same for all rates.
        let promised = log_odds - reached(request_rate) + reached(PROMISE);
        Outcome {
            score,
            code: found.and_then(|commit| commit.code_log_odds),
            message: found.map_or(0.0, |commit| commit.message_log_odds),
            surroundings: None,
            scored_hunks: report.threshold.hunks,
            flagged: report.flag_count() > 0,
            flagged_at_promise: strongest >= promised,
            flagged_bare: None,
            hunks,
        }
    }
}

/// The highest score among hunks, in log-odds; minus infinity where there is none.
pub(crate) fn strongest(hunks: &[HunkOutcome]) -> f64 {
    hunks.iter().map(|hunk| hunk.score.log_odds).fold(f64::NEG_INFINITY, f64::max)
}

fn hunk_outcome(hunk: &HunkReport) -> Option<HunkOutcome> {
    let message = hunk.message_log_odds;
    Some(HunkOutcome {
        score: Scored { log_odds: hunk.log_odds, probability: hunk.probability? },
        code: rounded(hunk.log_odds - message),
        message,
        // A block in no language that is known counts under an empty name.
        language: hunk.language.clone().unwrap_or_default(),
        added_lines: hunk.added_lines,
    })
}
