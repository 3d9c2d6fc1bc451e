//! The arithmetic of scores and labels: how well a score ranks, and how far its probabilities can be
//! taken at their word. Pure.
//!
//! Everything takes one weight a group (a repository), so that resampling repositories is counting
//! some of them several times: samples are sorted once, and each resampling is one pass.

/// One scored thing with a label.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Sample {
    /// Any number that is larger for more AI-like things.
    pub score: f64,
    /// What it should tell: whether AI wrote it.
    pub positive: bool,
    /// The group that it belongs to, from 0.
    pub group: usize,
}

/// Rates of false positives at which the rate of true ones is told.
pub(crate) const RATES: [f64; 2] = [0.01, 0.05];

/// How well a score ranks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Ranking {
    /// The area under the ROC curve: how often a positive scores above a negative; ties count half.
    pub auc: f64,
    /// The largest share of positives at a threshold that no more than each of `RATES` of the
    /// negatives reach. A threshold never cuts through equal scores.
    pub found: [f64; RATES.len()],
}

/// Samples by falling score.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ranked {
    samples: Vec<Placed>,
    /// How many positives and negatives each group has.
    totals: Vec<(f64, f64)>,
}

/// What resampling needs to know of a sample in its place.
#[derive(Debug, Clone, Copy)]
struct Placed {
    group: u32,
    positive: bool,
    /// Whether the next one scores less.
    last: bool,
}

impl Ranked {
    /// Sorts samples.
    pub(crate) fn new(mut samples: Vec<Sample>, groups: usize) -> Self {
        samples.sort_by(|a, b| b.score.total_cmp(&a.score));
        let mut totals = vec![(0.0, 0.0); groups];
        for sample in &samples {
            if let Some((positives, negatives)) = totals.get_mut(sample.group) {
                *(if sample.positive { positives } else { negatives }) += 1.0;
            }
        }
        let next = samples.iter().skip(1).map(Some).chain([None]);
        let placed = samples.iter().zip(next).map(|(sample, next)| Placed {
            group: u32::try_from(sample.group).unwrap_or(u32::MAX),
            positive: sample.positive,
            last: next.is_none_or(|next| next.score != sample.score),
        });
        Ranked { samples: placed.collect(), totals }
    }

    /// The ranking with each group counted as often as its weight says; `None` where there are no
    /// positives or no negatives.
    pub(crate) fn ranking(&self, weights: &[f64]) -> Option<Ranking> {
        let total = |of: fn(&(f64, f64)) -> f64| -> f64 {
            self.totals.iter().zip(weights).map(|(totals, weight)| of(totals) * weight).sum()
        };
        let (positives, negatives) = (total(|totals| totals.0), total(|totals| totals.1));
        if positives <= 0.0 || negatives <= 0.0 {
            return None;
        }
        let (mut above, mut false_above, mut area) = (0.0, 0.0, 0.0);
        let (mut here, mut false_here) = (0.0, 0.0);
        let mut found = [0.0; RATES.len()];
        for sample in &self.samples {
            let weight = weights[sample.group as usize];
            *(if sample.positive { &mut here } else { &mut false_here }) += weight;
            if !sample.last {
                continue;
            }
            area += false_here * (above + here / 2.0);
            above += here;
            false_above += false_here;
            (here, false_here) = (0.0, 0.0);
            for (found, rate) in found.iter_mut().zip(RATES) {
                if false_above <= rate * negatives {
                    *found = above / positives;
                }
            }
        }
        Some(Ranking { auc: area / (positives * negatives), found })
    }
}

/// How many parts the probabilities from 0 to 1 are cut into, all equally wide.
pub(crate) const BINS: usize = 10;

/// Probabilities against what is so, with the positives re-weighted to a share of all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Calibration {
    /// For each group: its positives and its negatives.
    groups: Vec<[Tally; 2]>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    squares: f64,
    bins: [Bin; BINS],
}

#[derive(Debug, Clone, Copy, Default)]
struct Bin {
    count: f64,
    probability: f64,
}

/// What probabilities are worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Calibrated {
    /// The mean square of the difference between probability and truth (0 or 1).
    pub brier: f64,
    /// The expected calibration error: the difference between the mean probability and the share of
    /// positives in each bin, averaged by how much falls into the bin.
    pub error: f64,
}

/// What falls into one bin: its share of all, its mean probability, and its share of positives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Reliability {
    /// Its share of everything.
    pub share: f64,
    /// The mean of the probabilities.
    pub probability: f64,
    /// The share of positives.
    pub positive: f64,
}

impl Calibration {
    /// Counts samples whose scores are probabilities, 0 to 1.
    pub(crate) fn new(samples: &[Sample], groups: usize) -> Self {
        let mut tallies = vec![[Tally::default(); 2]; groups];
        for sample in samples {
            let Some([positives, negatives]) = tallies.get_mut(sample.group) else { continue };
            let tally = if sample.positive { positives } else { negatives };
            let truth = f64::from(u8::from(sample.positive));
            tally.squares += (sample.score - truth).powi(2);
            let at = ((sample.score * BINS as f64) as usize).min(BINS - 1);
            if let Some(bin) = tally.bins.get_mut(at) {
                bin.count += 1.0;
                bin.probability += sample.score;
            }
        }
        Calibration { groups: tallies }
    }

    /// With each group counted as often as its weight says, and positives made `prior` of all.
    /// `None` where there are no positives or no negatives.
    pub(crate) fn measure(&self, weights: &[f64], prior: f64) -> Option<Calibrated> {
        let [positives, negatives] = self.weighted(weights, prior)?;
        let bins = positives.bins.iter().zip(&negatives.bins);
        let error = bins.map(|(yes, no)| (yes.probability + no.probability - yes.count).abs()).sum();
        Some(Calibrated { brier: positives.squares + negatives.squares, error })
    }

    /// The bins that anything falls into, by rising probability.
    pub(crate) fn reliability(&self, weights: &[f64], prior: f64) -> Vec<Reliability> {
        let Some([positives, negatives]) = self.weighted(weights, prior) else { return Vec::new() };
        let bins = positives.bins.iter().zip(&negatives.bins).map(|(yes, no)| (yes, no, yes.count + no.count));
        bins.filter(|(_, _, share)| *share > 0.0)
            .map(|(yes, no, share)| Reliability {
                share,
                probability: (yes.probability + no.probability) / share,
                positive: yes.count / share,
            })
            .collect()
    }

    /// Positives and negatives, together as shares of 1.
    fn weighted(&self, weights: &[f64], prior: f64) -> Option<[Tally; 2]> {
        let mut sums = [Tally::default(); 2];
        for (tallies, weight) in self.groups.iter().zip(weights) {
            for (sum, tally) in sums.iter_mut().zip(tallies) {
                sum.add(tally, *weight);
            }
        }
        let [positives, negatives] = sums;
        let (yes, no) = (positives.count(), negatives.count());
        (yes > 0.0 && no > 0.0).then(|| {
            let mut shares = [Tally::default(); 2];
            shares[0].add(&positives, prior / yes);
            shares[1].add(&negatives, (1.0 - prior) / no);
            shares
        })
    }
}

impl Tally {
    fn add(&mut self, other: &Tally, times: f64) {
        self.squares += other.squares * times;
        for (bin, more) in self.bins.iter_mut().zip(&other.bins) {
            bin.count += more.count * times;
            bin.probability += more.probability * times;
        }
    }

    fn count(&self) -> f64 {
        self.bins.iter().map(|bin| bin.count).sum()
    }
}

#[cfg(test)]
mod tests;
