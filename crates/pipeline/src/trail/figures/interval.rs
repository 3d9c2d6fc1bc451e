//! Shares with their limits, and shares corrected for the errors of a test. Pure arithmetic.
//!
//! | what | source |
//! |---|---|
//! | `wilson` | Wilson, J. Am. Stat. Assoc. 22 (1927) 209–212 |
//! | `corrected`, its value | Rogan and Gladen, Am. J. Epidemiol. 107 (1978) 71–76 |
//! | `corrected`, its limits | Lang and Reiczigel, Prev. Vet. Med. 113 (2014) 13–22 |
//!
//! `benches/estimators.py` computes the same with scipy and statsmodels; `testdata/figures/estimators.json` holds what it
//! printed.

/// The quantile of the normal distribution for limits of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Limits of a share, both from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// The lower one.
    pub low: f64,
    /// The upper one.
    pub high: f64,
}

/// A count out of a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// How many.
    pub of: u64,
    /// Out of how many.
    pub total: u64,
}

impl Count {
    /// The share; nothing out of nothing.
    pub(crate) fn share(self) -> Option<f64> {
        (self.total > 0).then(|| self.of as f64 / self.total as f64)
    }
}

/// Wilson's limits of 95 % of a share; nothing out of nothing.
pub fn wilson(count: Count) -> Option<Limits> {
    let (share, n) = (count.share()?, count.total as f64);
    let scale = 1.0 + Z * Z / n;
    let middle = (share + Z * Z / (2.0 * n)) / scale;
    let half = Z / scale * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
    Some(clipped(middle - half, middle + half))
}

/// How often a test errs: of AI commits, how many it flags; of people's, how many it leaves alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Errors {
    /// AI commits that are flagged, out of all.
    pub sensitivity: Count,
    /// People's commits that are not flagged, out of all.
    pub specificity: Count,
}

/// The share that a test would find if it never erred.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Corrected {
    /// The best guess, from 0 to 1.
    pub value: f64,
    /// Limits of 95 %, which carry the uncertainty of the test's errors as well.
    pub limits: Limits,
}

/// Corrects a share of flags for the errors of flags. Nothing where it cannot be told: where nothing was tested, the test is
/// no better than chance, or it flags less than it would flag of people alone.
pub(crate) fn corrected(flagged: Count, errors: Errors) -> Option<Corrected> {
    let (share, sensitivity, specificity) =
        (flagged.share()?, errors.sensitivity.share()?, errors.specificity.share()?);
    let power = sensitivity + specificity - 1.0;
    let value = (share + specificity - 1.0) / power;
    if power <= 0.0 || value < 0.0 {
        return None;
    }
    let Limits { low, high } = lang_reiczigel(flagged, errors)?;
    let value = value.min(1.0);
    // The limits are those of smoothed counts, and of few commits can miss the plain value.
    Some(Corrected { value, limits: Limits { low: low.min(value), high: high.max(value) } })
}

fn lang_reiczigel(flagged: Count, errors: Errors) -> Option<Limits> {
    let n = flagged.total as f64 + Z * Z;
    let share = (flagged.of as f64 + Z * Z / 2.0) / n;
    let smoothed = |count: Count| {
        let n = count.total as f64 + 2.0;
        (n, (count.of as f64 + 1.0) / n)
    };
    let ((n_sensitivity, sensitivity), (n_specificity, specificity)) =
        (smoothed(errors.sensitivity), smoothed(errors.specificity));
    let power = sensitivity + specificity - 1.0;
    if power <= 0.0 {
        return None;
    }
    let value = (share + specificity - 1.0) / power;
    let of_sensitivity = sensitivity * (1.0 - sensitivity) / n_sensitivity;
    let of_specificity = specificity * (1.0 - specificity) / n_specificity;
    let shift = 2.0 * Z * Z * (value * of_sensitivity - (1.0 - value) * of_specificity);
    let of_share = share * (1.0 - share) / n;
    let variance = of_share + value * value * of_sensitivity + (1.0 - value) * (1.0 - value) * of_specificity;
    let half = Z * variance.sqrt() / power;
    Some(clipped(value + shift - half, value + shift + half))
}

fn clipped(low: f64, high: f64) -> Limits {
    Limits { low: low.clamp(0.0, 1.0), high: high.clamp(0.0, 1.0) }
}

#[cfg(test)]
mod tests {
    use rand::rngs::StdRng;
    use rand::{Rng as _, SeedableRng as _};
    use rand_distr::{Binomial, Distribution as _};
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Reference {
        wilson: Vec<[f64; 4]>,
        corrected: Vec<[f64; 9]>,
    }

    fn near(ours: f64, reference: f64) -> bool {
        (ours - reference).abs() < 1e-9
    }

    #[test]
    fn they_agree_with_scipy_and_statsmodels() {
        let text = include_str!("../../../../../testdata/figures/estimators.json");
        let reference: Reference = serde_json::from_str(text).unwrap();
        assert!(reference.wilson.len() > 20 && reference.corrected.len() > 20);
        let count = |of: f64, total: f64| Count { of: of as u64, total: total as u64 };
        for [of, total, low, high] in reference.wilson {
            let ours = wilson(count(of, total)).unwrap();
            assert!(near(ours.low, low) && near(ours.high, high), "{of} of {total}: {ours:?}, not {low} to {high}");
        }
        for [of, total, found, positives, left, negatives, value, low, high] in reference.corrected {
            let errors = Errors { sensitivity: count(found, positives), specificity: count(left, negatives) };
            let ours = corrected(count(of, total), errors);
            if value < 0.0 {
                assert_eq!(ours, None, "{of} of {total} is below the error rate");
                continue;
            }
            let ours = ours.unwrap();
            let limits = (low.min(value), high.max(value));
            let is_near =
                near(ours.value, value) && near(ours.limits.low, limits.0) && near(ours.limits.high, limits.1);
            assert!(is_near, "{of} of {total}: {ours:?}, not {value} in {low} to {high}");
        }
    }

    #[test]
    fn thirty_flags_of_320_are_about_ten_per_cent() {
        let errors =
            Errors { sensitivity: Count { of: 1730, total: 2221 }, specificity: Count { of: 2398 - 45, total: 2398 } };
        let found = corrected(Count { of: 30, total: 320 }, errors).unwrap();
        assert_eq!((found.value * 1000.0).round(), 99.0);
        assert_eq!(corrected(Count { of: 5, total: 320 }, errors), None, "1.6 % is below the error rate of 1.9 %");
        assert_eq!(corrected(Count { of: 0, total: 0 }, errors), None);
        assert_eq!(wilson(Count { of: 0, total: 0 }), None);
        let useless = Errors { sensitivity: Count { of: 0, total: 50 }, ..errors };
        assert_eq!(corrected(Count { of: 30, total: 320 }, useless), None);
    }

    const RUNS: u32 = 10_000;

    fn drawn(draw: &mut StdRng, total: u64, share: f64) -> Count {
        Count { of: Binomial::new(total, share).unwrap().sample(draw), total }
    }

    /// Histories of any size with any truth. For one truth and size alone, Wilson's limits can cover a little less, since counts
    /// are whole: 93.6 % for a truth of 10 % in 100 commits.
    #[test]
    fn the_limits_of_a_share_cover_the_truth() {
        let mut draw = StdRng::seed_from_u64(1);
        let held = (0..RUNS).filter(|_| {
            let (total, share) = (draw.gen_range(20..2000), draw.gen_range(0.01..0.99));
            let limits = wilson(drawn(&mut draw, total, share)).unwrap();
            limits.low <= share && share <= limits.high
        });
        let held = held.count();
        assert!(held >= 9400, "{held} of {RUNS}");
    }

    /// Histories with a known share of AI commits, measured by a test whose errors were measured themselves, on samples as
    /// large as ours.
    #[test]
    fn the_limits_of_a_corrected_share_cover_the_truth() {
        let mut draw = StdRng::seed_from_u64(2);
        let (sensitivity, specificity) = (0.78, 0.988);
        for (total, share) in [(150, 0.1), (320, 0.1), (320, 0.4), (1000, 0.05), (1000, 0.7), (5000, 0.3)] {
            let flagged_share = share * sensitivity + (1.0 - share) * (1.0 - specificity);
            let (mut told, mut held) = (0, 0);
            for _ in 0..RUNS {
                let errors = Errors {
                    sensitivity: drawn(&mut draw, 2221, sensitivity),
                    specificity: drawn(&mut draw, 1072, specificity),
                };
                let Some(found) = corrected(drawn(&mut draw, total, flagged_share), errors) else { continue };
                told += 1;
                held += u32::from(found.limits.low <= share && share <= found.limits.high);
            }
            assert!(told >= 9990, "{share} of {total} could be told in {told} of {RUNS}");
            assert!(f64::from(held) >= 0.94 * f64::from(told), "{share} of {total}: {held} of {told}");
        }
    }
}
