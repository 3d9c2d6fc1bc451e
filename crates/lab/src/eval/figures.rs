//! How well a score tells AI commits from people's: in which comparison, by which part of the score,
//! and of which slice of the commits or hunks.

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::Label;
use super::resample::{Estimate, draws, interval};
use super::stats::{Calibration, Ranked, Reliability, Sample};

/// Who is compared with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Comparison {
    /// `ai` against everybody, in all repositories.
    Pooled,
    /// `ai` against `human-recent` of the same repositories, where there are enough of both.
    Matched,
    /// `ai` against `human`.
    Human,
    /// `ai` against `human-recent`.
    HumanRecent,
    /// `human-recent` against `human`: what the score makes of the era alone. Near one half is good.
    Eras,
}

/// Which part of the score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum View {
    /// All of it.
    Full,
    /// The code alone.
    Code,
    /// The message alone.
    Message,
    /// The unchanged lines around the change: a control.
    Surroundings,
}

/// By what the slices are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// One slice.
    All,
    /// By language.
    Language,
    /// By added lines.
    Size,
    /// AI commits of one tool against everybody.
    Tool,
    /// By repository.
    Repository,
}

/// A commit or a hunk with its label and its scores.
#[derive(Debug, Clone)]
pub(crate) struct Item<'a> {
    /// Who wrote it.
    pub label: Label,
    /// The index of its repository.
    pub repository: usize,
    /// The name of its repository.
    pub repository_name: &'a str,
    /// Its language.
    pub language: &'a str,
    /// The AI tool that it names; `-` for none.
    pub tool: &'a str,
    /// How many lines it adds.
    pub added_lines: u32,
    /// Its calibrated score.
    pub probability: Option<f64>,
    /// Its scores, in the order of [`View`]; `None` where there was nothing to score.
    pub scores: [Option<f64>; 4],
}

/// The figures of one slice.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Figures {
    /// Who is compared with whom.
    pub comparison: Comparison,
    /// Which part of the score.
    pub view: View,
    /// By what the slice is cut.
    pub by: By,
    /// Which slice: a language, a size, a tool, a repository; `all`.
    pub slice: String,
    /// How many AI commits or hunks (of `eras`: `human-recent` ones).
    pub positives: usize,
    /// How many of people's.
    pub negatives: usize,
    /// Of how many repositories.
    pub repositories: usize,
    /// The area under the ROC curve.
    pub auc: Estimate,
    /// The mean of the areas within each repository that has both kinds.
    pub auc_within: Option<Estimate>,
    /// The share of positives found at 1 % false positives.
    pub found_at_1: Estimate,
    /// The same at 5 %.
    pub found_at_5: Estimate,
    /// The Brier score, re-weighted to the prior; of the full score only.
    pub brier: Option<Estimate>,
    /// The expected calibration error, likewise.
    pub calibration_error: Option<Estimate>,
}

/// Which sizes are told apart: a name, the least and the most lines.
pub(crate) const SIZES: [(&str, u32, u32); 5] = [
    ("under 5", 0, 4),
    ("5\u{2013}9", 5, 9),
    ("10\u{2013}24", 10, 24),
    ("25\u{2013}99", 25, 99),
    ("100+", 100, u32::MAX),
];

/// What belongs to one line of figures.
struct Slice<'a> {
    comparison: Comparison,
    view: View,
    by: By,
    name: String,
    items: Vec<&'a Item<'a>>,
}

/// All figures of commits or of hunks. `is_matched` says of each repository whether it has enough of
/// both kinds to be compared within itself, and is empty where nothing is; `views` is what was scored.
///
/// Things that could not be scored count as the lowest score of all.
pub(crate) fn figures(items: &[Item<'_>], is_matched: &[bool], views: &[View], prior: f64) -> Vec<Figures> {
    let lowest = Lowest::of(items);
    let matched = |item: &Item<'_>| is_matched.get(item.repository) == Some(&true);
    let mut slices = Vec::new();
    for comparison in
        [Comparison::Pooled, Comparison::Matched, Comparison::Human, Comparison::HumanRecent, Comparison::Eras]
    {
        let compared = |item: &&Item<'_>| {
            comparison.positive(item.label).is_some() && (comparison != Comparison::Matched || matched(item))
        };
        let items: Vec<&Item<'_>> = items.iter().filter(compared).collect();
        for &view in views {
            let cuts: &[By] = match comparison {
                Comparison::Pooled | Comparison::Matched => {
                    &[By::All, By::Language, By::Size, By::Tool, By::Repository]
                }
                _ => &[By::All],
            };
            slices.extend(cuts.iter().flat_map(|&by| cut(comparison, view, by, &items)));
        }
    }
    slices.par_iter().filter_map(|slice| slice.figures(&lowest, prior)).collect()
}

/// The calibration of everything together, bin by bin.
pub(crate) fn reliability(items: &[Item<'_>], prior: f64) -> Vec<Reliability> {
    let lowest = Lowest::of(items);
    let probability = |item: &Item<'_>| Sample {
        score: item.probability.unwrap_or(lowest.probability),
        positive: item.label == Label::Ai,
        group: 0,
    };
    let samples: Vec<Sample> = items.iter().map(probability).collect();
    Calibration::new(&samples, 1).reliability(&[1.0], prior)
}

impl Comparison {
    /// Whether a label is the positive one; `None` where it is not compared.
    fn positive(self, label: Label) -> Option<bool> {
        match (self, label) {
            (Comparison::Eras, Label::Ai) => None,
            (Comparison::Eras, label) => Some(label == Label::HumanRecent),
            (_, Label::Ai) => Some(true),
            (Comparison::Matched | Comparison::HumanRecent, Label::Human) => None,
            (Comparison::Human, Label::HumanRecent) => None,
            _ => Some(false),
        }
    }
}

/// What stands in for a score that could not be made.
pub(super) struct Lowest {
    pub(super) scores: [f64; 4],
    pub(super) probability: f64,
}

impl Lowest {
    pub(super) fn of(items: &[Item<'_>]) -> Self {
        let least = |values: &mut dyn Iterator<Item = f64>| {
            let least = values.fold(f64::INFINITY, f64::min);
            if least.is_finite() { least } else { 0.0 }
        };
        let mut lowest = Lowest { scores: [0.0; 4], probability: 0.0 };
        for (view, score) in lowest.scores.iter_mut().enumerate() {
            *score = least(&mut items.iter().filter_map(|item| *item.scores.get(view)?));
        }
        lowest.probability = least(&mut items.iter().filter_map(|item| item.probability));
        lowest
    }
}

/// The names that things have, each once, in order.
fn names<'a>(items: &[&'a Item<'a>], of: fn(&Item<'a>) -> &'a str) -> Vec<&'a str> {
    let mut names: Vec<&str> = items.iter().map(|item| of(item)).filter(|name| !matches!(*name, "" | "-")).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn cut<'a>(comparison: Comparison, view: View, by: By, items: &[&'a Item<'a>]) -> Vec<Slice<'a>> {
    let slice = |name: &str, items: Vec<&'a Item<'a>>| Slice { comparison, view, by, name: name.into(), items };
    let by_name = |of: fn(&Item<'a>) -> &'a str, also: fn(&Item<'a>) -> bool| {
        let of_name = |name: &str| items.iter().copied().filter(|item| of(item) == name || also(item)).collect();
        names(items, of).into_iter().map(|name| slice(name, of_name(name))).collect()
    };
    match by {
        By::All => vec![slice("all", items.to_vec())],
        By::Language => by_name(|item| item.language, |_| false),
        By::Tool => by_name(|item| item.tool, |item| item.label.is_people()),
        By::Repository => by_name(|item| item.repository_name, |_| false),
        By::Size => {
            let within =
                |least, most| items.iter().copied().filter(|item| (least..=most).contains(&item.added_lines)).collect();
            SIZES.iter().map(|&(name, least, most)| slice(name, within(least, most))).collect()
        }
    }
}

impl Slice<'_> {
    fn figures(&self, lowest: &Lowest, prior: f64) -> Option<Figures> {
        let mut groups: FxHashMap<usize, usize> = FxHashMap::default();
        let view = self.view as usize;
        let missing = lowest.scores[view];
        let mut scores = Vec::with_capacity(self.items.len());
        let mut probabilities = Vec::new();
        for item in &self.items {
            let next = groups.len();
            let group = *groups.entry(item.repository).or_insert(next);
            let positive = self.comparison.positive(item.label)?;
            let score = item.scores.get(view).copied().flatten().unwrap_or(missing);
            scores.push(Sample { score, positive, group });
            if self.view == View::Full {
                let score = item.probability.unwrap_or(lowest.probability);
                probabilities.push(Sample { score, positive, group });
            }
        }
        let groups = groups.len();
        let positives = scores.iter().filter(|sample| sample.positive).count();
        let negatives = scores.len() - positives;
        let within =
            (self.comparison == Comparison::Matched && self.by != By::Repository).then(|| within(&scores, groups));
        let ranked = Ranked::new(scores, groups);
        let calibration = Calibration::new(&probabilities, groups);
        let measure = |weights: &[f64]| Measured::of(&ranked, &calibration, within.as_deref(), weights, prior);
        let value = measure(&vec![1.0; groups])?;
        let replicates: Vec<Measured> = draws(groups).iter().filter_map(|weights| measure(weights)).collect();
        let estimate = |of: fn(&Measured) -> Option<f64>| {
            Some(Estimate { value: of(&value)?, interval: interval(replicates.iter().filter_map(of).collect()) })
        };
        Some(Figures {
            comparison: self.comparison,
            view: self.view,
            by: self.by,
            slice: self.name.clone(),
            positives,
            negatives,
            repositories: groups,
            auc: estimate(|measured| Some(measured.auc))?,
            auc_within: estimate(|measured| measured.within),
            found_at_1: estimate(|measured| Some(measured.found[0]))?,
            found_at_5: estimate(|measured| Some(measured.found[1]))?,
            brier: estimate(|measured| measured.brier),
            calibration_error: estimate(|measured| measured.error),
        })
    }
}

/// The area within each group; `None` where it lacks one kind.
fn within(samples: &[Sample], groups: usize) -> Vec<Option<f64>> {
    let mut by_group = vec![Vec::new(); groups];
    for sample in samples {
        if let Some(group) = by_group.get_mut(sample.group) {
            group.push(Sample { group: 0, ..*sample });
        }
    }
    by_group.into_iter().map(|samples| Ranked::new(samples, 1).ranking(&[1.0]).map(|found| found.auc)).collect()
}

struct Measured {
    auc: f64,
    found: [f64; 2],
    within: Option<f64>,
    brier: Option<f64>,
    error: Option<f64>,
}

impl Measured {
    fn of(
        ranked: &Ranked,
        calibration: &Calibration,
        within: Option<&[Option<f64>]>,
        weights: &[f64],
        prior: f64,
    ) -> Option<Measured> {
        let ranking = ranked.ranking(weights)?;
        let calibrated = calibration.measure(weights, prior);
        let mean = |areas: &[Option<f64>]| {
            let counted = || areas.iter().zip(weights).filter_map(|(area, weight)| Some(((*area)?, *weight)));
            let total: f64 = counted().map(|(_, weight)| weight).sum();
            (total > 0.0).then(|| counted().map(|(area, weight)| area * weight).sum::<f64>() / total)
        };
        Some(Measured {
            auc: ranking.auc,
            found: ranking.found,
            within: within.and_then(mean),
            brier: calibrated.map(|calibrated| calibrated.brier),
            error: calibrated.map(|calibrated| calibrated.error),
        })
    }
}
