//! An evaluation as a whole, as plain data that its formats share.
//!
//! The JSON form is the documented schema `ai-detect/eval/v1`: fields are added, never changed or
//! removed, within one version.

use schemars::JsonSchema;
use serde::Serialize;

use super::figures::{self, Figures, Item, View};
use super::manifest::{Label, Manifest, Problem, Row};
use super::outcome::{HunkOutcome, Outcome};
use super::requests::{Requests, requests};
use super::run::{MissingRepository, Scores};
use super::strip::Strip;
use ai_detect_style::signals::rounded;

/// The schema that this version writes.
pub(crate) const SCHEMA: &str = "ai-detect/eval/v1";

/// A repository is matched where it has at least as many `ai` rows.
pub(crate) const MIN_AI: usize = 12;
/// And at least as many `human-recent` rows.
pub(crate) const MIN_RECENT: usize = 60;

/// How well the scores do on a manifest.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Evaluation {
    /// Always `ai-detect/eval/v1`.
    pub schema: String,
    /// The version of this program.
    pub version: String,
    /// The version of the scoring model.
    pub model: String,
    /// What the manifest is called.
    pub manifest: String,
    /// The share of AI commits that probabilities are measured against.
    pub prior: f64,
    /// What was taken out of every change before it was scored.
    pub stripped: Vec<Strip>,
    /// What was counted.
    pub counts: Counts,
    /// The mean scores by label.
    pub means: Vec<Mean>,
    /// Repositories that are not there; nothing of them is in any figure.
    pub missing: Vec<MissingRepository>,
    /// Rows that could not be used; nothing of them is in any figure.
    pub problems: Vec<Problem>,
    /// The repositories that have enough of both kinds to be compared within themselves.
    pub matched_repositories: Vec<String>,
    /// Figures of commits.
    pub commits: Vec<Figures>,
    /// Figures of hunks.
    pub hunks: Vec<Figures>,
    /// Probabilities of commits against what is so, in tenths, re-weighted to the prior.
    pub reliability: Vec<ReliabilityBin>,
    /// How often requests get any flag.
    pub requests: Requests,
}

/// What was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// Rows of the manifest, bad ones and those of missing repositories included.
    pub rows: usize,
    /// Commits that were looked at.
    pub commits: usize,
    /// Of those, by label.
    pub ai: usize,
    /// Of those, by label.
    pub human: usize,
    /// Of those, by label.
    pub human_recent: usize,
    /// Of those, how many had nothing to score; they count as the lowest score of all.
    pub nothing_to_score: usize,
    /// Of those, how many had no code to score.
    pub no_code_to_score: usize,
    /// Repositories that they come from.
    pub repositories: usize,
    /// Hunks that were scored.
    pub hunks: usize,
}

/// The mean scores of the commits of one label that had something to score.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Mean {
    /// Which.
    pub label: Label,
    /// How many commits had something to score.
    pub commits: usize,
    /// The full score, in log-odds.
    pub log_odds: f64,
    /// The part of the code, over those that had code to score.
    pub code_log_odds: f64,
}

/// What falls into a tenth of the probabilities.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReliabilityBin {
    /// Its share of all commits.
    pub share: f64,
    /// The mean probability.
    pub probability: f64,
    /// The share of AI commits.
    pub ai: f64,
}

/// What an evaluation is told besides the scores.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The version of the scoring model.
    pub model: &'a str,
    /// The share of AI commits that probabilities are measured against.
    pub prior: f64,
    /// The rate of flagged requests that the settings allow.
    pub rate: f64,
    /// Whether surroundings were scored.
    pub control: bool,
    /// What was taken out of every change.
    pub strip: &'a [Strip],
}

impl Evaluation {
    /// Compares scores with labels.
    pub fn of(manifest: &Manifest, scores: &Scores, terms: Terms<'_>) -> Evaluation {
        let scored: Vec<(&Row, &Outcome)> =
            manifest.rows.iter().zip(&scores.rows).filter_map(|(row, found)| Some((row, found.as_ref()?))).collect();
        let matched = matched(manifest, &scored);
        let commits: Vec<Item<'_>> = scored.iter().map(|(row, found)| commit_item(manifest, row, found)).collect();
        let hunks: Vec<Item<'_>> = scored
            .iter()
            .flat_map(|(row, found)| found.hunks.iter().map(|hunk| hunk_item(manifest, row, hunk)))
            .collect();
        let mut views = vec![View::Full, View::Code, View::Message];
        let of_hunks = views.clone();
        if terms.control {
            views.push(View::Surroundings);
        }
        let reliability = figures::reliability(&commits, terms.prior).into_iter();
        let named = manifest.repositories.iter().zip(&matched).filter(|(_, matched)| **matched);
        Evaluation {
            schema: SCHEMA.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: terms.model.into(),
            manifest: manifest.name.clone(),
            prior: terms.prior,
            stripped: terms.strip.to_vec(),
            counts: counts(manifest, &scored, hunks.len()),
            means: means(&scored),
            missing: scores.missing.clone(),
            problems: scores.problems.clone(),
            matched_repositories: named.map(|(name, _)| name.clone()).collect(),
            commits: figures::figures(&commits, &matched, &views, terms.prior),
            hunks: figures::figures(&hunks, &matched, &of_hunks, terms.prior),
            reliability: reliability
                .map(|bin| ReliabilityBin { share: bin.share, probability: bin.probability, ai: bin.positive })
                .collect(),
            requests: requests(manifest, scores, terms.rate),
        }
    }
}

fn matched(manifest: &Manifest, scored: &[(&Row, &Outcome)]) -> Vec<bool> {
    let mut counts = vec![(0, 0); manifest.repositories.len()];
    for (row, _) in scored {
        match (counts.get_mut(row.repository), row.label) {
            (Some((ai, _)), Label::Ai) => *ai += 1,
            (Some((_, recent)), Label::HumanRecent) => *recent += 1,
            _ => {}
        }
    }
    counts.into_iter().map(|(ai, recent)| ai >= MIN_AI && recent >= MIN_RECENT).collect()
}

fn counts(manifest: &Manifest, scored: &[(&Row, &Outcome)], hunks: usize) -> Counts {
    let of = |label| scored.iter().filter(|(row, _)| row.label == label).count();
    let mut repositories: Vec<usize> = scored.iter().map(|(row, _)| row.repository).collect();
    repositories.sort_unstable();
    repositories.dedup();
    Counts {
        rows: manifest.rows.len() + manifest.problems.len(),
        commits: scored.len(),
        ai: of(Label::Ai),
        human: of(Label::Human),
        human_recent: of(Label::HumanRecent),
        nothing_to_score: scored.iter().filter(|(_, found)| found.score.is_none()).count(),
        no_code_to_score: scored.iter().filter(|(_, found)| found.code.is_none()).count(),
        repositories: repositories.len(),
        hunks,
    }
}

fn means(scored: &[(&Row, &Outcome)]) -> Vec<Mean> {
    Label::ALL.into_iter().filter_map(|label| mean_of(label, scored)).collect()
}

fn mean_of(label: Label, scored: &[(&Row, &Outcome)]) -> Option<Mean> {
    let found = || scored.iter().filter(move |(row, _)| row.label == label).map(|(_, found)| found);
    let full: Vec<f64> = found().filter_map(|found| Some(found.score?.log_odds)).collect();
    let code: Vec<f64> = found().filter_map(|found| found.code).collect();
    let mean = |values: &[f64]| rounded(values.iter().sum::<f64>() / values.len().max(1) as f64);
    let any = !full.is_empty();
    any.then(|| Mean { label, commits: full.len(), log_odds: mean(&full), code_log_odds: mean(&code) })
}

pub(super) fn commit_item<'a>(manifest: &'a Manifest, row: &'a Row, found: &Outcome) -> Item<'a> {
    Item {
        label: row.label,
        repository: row.repository,
        repository_name: manifest.repository(row),
        language: &row.language,
        tool: &row.tool,
        added_lines: row.added_lines,
        probability: found.score.map(|score| score.probability),
        scores: [found.score.map(|score| score.log_odds), found.code, Some(found.message), found.surroundings],
    }
}

fn hunk_item<'a>(manifest: &'a Manifest, row: &'a Row, hunk: &'a HunkOutcome) -> Item<'a> {
    Item {
        language: &hunk.language,
        added_lines: hunk.added_lines,
        probability: Some(hunk.score.probability),
        scores: [Some(hunk.score.log_odds), Some(hunk.code), Some(hunk.message), None],
        ..commit_item(manifest, row, &Outcome::default())
    }
}
