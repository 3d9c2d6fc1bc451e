//! From signals to scores: sums of log-odds, and calibrated probabilities for hunks, commits and
//! the range. Style only: what anybody declared never enters here.

use crate::pack::Model;
use crate::signals::{Signal, rounded};

/// How AI-like something looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The model's intercept plus all contributions, rounded to four digits.
    pub log_odds: f64,
    /// The calibrated form, 0 to 1, rounded to four digits.
    pub probability: f64,
}

impl Score {
    /// The score of a sum of contributions.
    pub fn of(model: &Model, contributions: f64) -> Score {
        let log_odds = rounded(model.intercept + contributions);
        let z = model.calibration.slope * log_odds + model.calibration.offset;
        Score { log_odds, probability: rounded(1.0 / (1.0 + (-z).exp())) }
    }

    /// The score of a hunk: the sum of its signals.
    pub fn of_signals(model: &Model, signals: &[Signal]) -> Score {
        Score::of(model, sum(signals))
    }
}

/// The sum of contributions.
pub fn sum(signals: &[Signal]) -> f64 {
    rounded(signals.iter().map(|signal| signal.contribution).sum())
}

/// A hunk's part in the score of its commit or of the range.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// The sum of its code contributions.
    pub code: f64,
    /// How many of its lines, of those that count here, are not blank.
    pub weight: f64,
}

/// The code log-odds of several hunks together, without the intercept: their mean, weighted by the
/// square root of their size, raised by agreement as the model says. Hunks of one author and one
/// moment are far from independent, so their evidence does not simply add up.
pub fn pooled(model: &Model, parts: &[Part]) -> f64 {
    let weights: f64 = parts.iter().map(|part| part.weight.sqrt()).sum();
    if weights <= 0.0 {
        return 0.0;
    }
    let mean = parts.iter().map(|part| part.code * part.weight.sqrt()).sum::<f64>() / weights;
    // The effective number of hunks: one large and nine tiny ones are nearly one.
    let squares: f64 = parts.iter().map(|part| part.weight).sum();
    let effective = (weights * weights / squares).max(1.0);
    let factor = (1.0 + model.pooling.gain * effective.ln()).min(model.pooling.most);
    rounded(mean * factor)
}
