//! The numbers that turn contributions into probabilities: `rules/model.yml`.

use serde::Deserialize;

/// The scoring model. Every number is fitted; `rules/model.yml` says on what.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// A name for this set of numbers, shown in reports.
    pub version: String,
    /// The log-odds of a hunk of which nothing is known.
    pub intercept: f64,
    /// How log-odds become probabilities.
    pub calibration: Calibration,
    /// How hunks come together in a commit or a range.
    pub pooling: Pooling,
    /// What share of people's hunks reach which log-odds: the meaning of a threshold.
    pub tail: Vec<TailPoint>,
    /// How many independent hunks a request of `n` hunks counts as: `n` to this power.
    pub request_exponent: f64,
}

/// `probability = 1 / (1 + exp(-(slope * log_odds + offset)))`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Per unit of log-odds.
    pub slope: f64,
    /// At log-odds 0.
    pub offset: f64,
}

/// The pooled code log-odds of several hunks: their mean, weighted by the square root of their
/// size, times `1 + gain * ln(n)`, at most `most` times.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pooling {
    /// How much agreement between hunks adds.
    pub gain: f64,
    /// The largest factor.
    pub most: f64,
}

/// One point of the tail of people's scores.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TailPoint {
    /// A share of people's hunks, 0 to 1.
    pub rate: f64,
    /// The log-odds that this share reaches.
    pub log_odds: f64,
}

impl Model {
    /// The log-odds that at most `rate` of people's hunks reach: between two measured points in a
    /// straight line over the logarithm of the rate, and beyond the last one with its slope.
    pub fn threshold(&self, rate: f64) -> f64 {
        let points = &self.tail;
        let rate = rate.max(1e-9);
        let after = points.partition_point(|point| point.rate > rate).clamp(1, points.len().saturating_sub(1).max(1));
        let (Some(a), Some(b)) = (points.get(after - 1), points.get(after)) else {
            return points.first().map_or(f64::INFINITY, |point| point.log_odds);
        };
        let share = (rate.ln() - a.rate.ln()) / (b.rate.ln() - a.rate.ln());
        (a.log_odds + share * (b.log_odds - a.log_odds)).max(points.first().map_or(0.0, |p| p.log_odds))
    }

    /// The threshold for each hunk of a request with `hunks` scored hunks, so that at most
    /// `request_rate` of people's requests get any flag.
    pub fn request_threshold(&self, request_rate: f64, hunks: usize) -> f64 {
        let independent = (hunks.max(1) as f64).powf(self.request_exponent);
        self.threshold(1.0 - (1.0 - request_rate.clamp(0.0, 0.5)).powf(1.0 / independent))
    }
}
