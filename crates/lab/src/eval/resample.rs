//! Intervals by resampling whole repositories: commits of one repository are far from independent,
//! so an interval over commits would be too narrow. The generator starts from a fixed number, so that the
//! same scores give the same interval everywhere.

use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{RngCore as _, SeedableRng as _};
use schemars::JsonSchema;
use serde::Serialize;

/// How often the repositories are drawn anew.
pub(crate) const REPLICATES: usize = 400;
/// Where the generator starts.
const SEED: u64 = 0x1234_5678_9abc_def0;

/// A figure with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Estimate {
    /// The figure.
    pub value: f64,
    /// The 95 % interval; absent where it is not known: fewer than two repositories count, or no resampling changes the
    /// figure.
    pub interval: Option<(f64, f64)>,
}

/// A number below a bound, which must not be 0.
pub(super) fn below(random: &mut SplitMix64, bound: usize) -> usize {
    ((u128::from(random.next_u64()) * bound as u128) >> 64) as usize
}

/// How often each of `groups` repositories counts in each replicate: as many draws with replacement
/// as there are repositories.
pub(crate) fn draws(groups: usize) -> Vec<Vec<f64>> {
    if groups < 2 {
        return Vec::new();
    }
    let mut random = SplitMix64::seed_from_u64(SEED);
    (0..REPLICATES).map(|_| draw(groups, &mut random)).collect()
}

fn draw(groups: usize, random: &mut SplitMix64) -> Vec<f64> {
    let mut weights = vec![0.0; groups];
    for _ in 0..groups {
        weights[below(random, groups)] += 1.0;
    }
    weights
}

/// The middle 95 % of a figure's values; `None` where there are too few to tell, and where all are the same: an interval
/// without width would claim certainty that nobody has.
pub(crate) fn interval(mut values: Vec<f64>) -> Option<(f64, f64)> {
    if values.len() < REPLICATES / 2 {
        return None;
    }
    values.sort_by(f64::total_cmp);
    let last = values.len() - 1;
    let at = |share: f64| values.get((share * last as f64).round() as usize).copied();
    let (low, high) = (at(0.025)?, at(0.975)?);
    (low < high).then_some((low, high))
}

/// A figure that depends on how often each repository counts, with its interval.
pub(crate) fn estimate(groups: usize, figure: impl Fn(&[f64]) -> Option<f64>) -> Option<Estimate> {
    let value = figure(&vec![1.0; groups])?;
    let values = draws(groups).iter().filter_map(|weights| figure(weights)).collect();
    Some(Estimate { value, interval: interval(values) })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Intervals that were published stay what they are.
    #[test]
    fn the_draws_never_change() {
        let mut random = SplitMix64::seed_from_u64(1_234_567);
        let first = [random.next_u64(), random.next_u64(), random.next_u64()];
        assert_eq!(first, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn every_replicate_draws_as_many_repositories_as_there_are() {
        let draws = draws(7);
        assert_eq!(draws.len(), REPLICATES);
        assert!(draws.iter().all(|weights| weights.iter().sum::<f64>() == 7.0));
        assert!(draws.iter().any(|weights| weights != &draws[0]));
    }

    #[test]
    fn the_interval_of_a_mean_is_as_wide_as_theory_says() {
        // The mean of 100 values with deviation 1 lies within 1.96 / 10 of theirs in 95 of 100 cases.
        let values: Vec<f64> = (0..100).map(|at| if at % 2 == 0 { 1.0 } else { -1.0 }).collect();
        let mean = |weights: &[f64]| {
            Some(weights.iter().zip(&values).map(|(weight, value)| weight * value).sum::<f64>() / 100.0)
        };
        let estimate = estimate(100, mean).unwrap();
        let (low, high) = estimate.interval.unwrap();
        assert_eq!(estimate.value, 0.0);
        assert!((-0.23..-0.16).contains(&low) && (0.16..0.23).contains(&high), "{low} {high}");
    }

    #[test]
    fn a_figure_that_no_resampling_changes_has_no_interval() {
        assert_eq!(estimate(40, |_| Some(1.0)), Some(Estimate { value: 1.0, interval: None }));
    }

    #[test]
    fn one_repository_has_no_interval() {
        assert_eq!(estimate(1, |_| Some(0.5)), Some(Estimate { value: 0.5, interval: None }));
        assert_eq!(estimate(3, |_| None), None);
    }
}
