//! From signals to scores: sums of log-odds, and probabilities for hunks, commits and the range.
//! Style only: what anybody declared never enters here.

use crate::pack::Model;
use crate::signals::{Signal, rounded};

/// The rule that stands for the prior.
pub const PRIOR: &str = "prior";
/// The rule that stands for the rest of a commit's code.
pub const COMMIT_CODE: &str = "commit-code";

/// How AI-like something looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The model's intercept plus all contributions, rounded to four digits.
    pub log_odds: f64,
    /// `1 / (1 + exp(-log_odds))`, 0 to 1, rounded to four digits.
    pub probability: f64,
}

impl Score {
    /// The score of a sum of contributions.
    pub fn of(model: &Model, contributions: f64) -> Score {
        let log_odds = rounded(model.intercept + contributions);
        Score { log_odds, probability: probability(log_odds) }
    }
}

/// `1 / (1 + exp(-log_odds))`, rounded to four digits.
pub fn probability(log_odds: f64) -> f64 {
    rounded(1.0 / (1.0 + (-log_odds).exp()))
}

/// The log-odds of a share of AI-written changes, 0 to 1: what is assumed before anything is read.
pub fn prior(share: f64) -> f64 {
    let share = share.clamp(1e-6, 1.0 - 1e-6);
    rounded((share / (1.0 - share)).ln())
}

/// The sum of contributions.
pub fn sum(signals: &[Signal]) -> f64 {
    rounded(signals.iter().map(|signal| signal.contribution).sum())
}
