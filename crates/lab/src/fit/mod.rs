//! `ai-detect fit`: from labelled commits to everything that scoring stands on. Nothing here prints or
//! writes.
//!
//! ```text
//! manifest ─samples─▶ counts, numbers, terms ─┬─logistic─▶ weights of rules
//!                                             ├─logistic─▶ lexicons ─┐
//!                                             └─numbers──────────────┴─boost─▶ trees ─calibrate─▶ model
//! ```
//!
//! Every stage learns from what the one before says of repositories that it has not seen: folds are
//! whole repositories, chosen by a hash of their names. The weights that are kept come from all of
//! them.

pub(crate) mod boost;
pub mod calibrate;
pub mod compared;
pub mod folds;
pub(crate) mod lexicons;
pub mod local;
pub(crate) mod logistic;
pub mod samples;
pub mod stages;
pub mod write;

use crate::eval::manifest::Label;
use crate::eval::stats::{Ranked, Sample};
use calibrate::Scored;

/// Why nothing can be fitted.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A row that cannot be read.
    #[error("{name}: row {row}: {problem}{}; --keep-going leaves such rows out", others(*.more))]
    Row {
        /// The manifest.
        name: String,
        /// The row.
        row: usize,
        /// What is wrong with it.
        problem: String,
        /// How many more there are.
        more: usize,
    },
    /// Too little to learn from.
    #[error(
        "{ai} AI commits and {people} of people in {repositories} repositories are too few to fit on; needed are 100 of each, in at least 5 repositories"
    )]
    TooFew {
        /// AI commits.
        ai: usize,
        /// People's commits.
        people: usize,
        /// Repositories with any of them.
        repositories: usize,
    },
    /// The optimiser gave up.
    #[error("{what} could not be fitted: {problem}")]
    Solver {
        /// What was fitted.
        what: String,
        /// What the optimiser said.
        problem: String,
    },
    /// The marker registry cannot be read.
    #[error(transparent)]
    Registry(#[from] ai_detect_attest::Error),
}

fn others(rows: usize) -> String {
    if rows == 0 { String::new() } else { format!(" (and {rows} more rows)") }
}

/// How well repositories that a model had not seen are told apart, in a sentence.
pub fn figures(scored: &[Scored], repositories: usize) -> String {
    // Code that cannot be scored speaks for nothing.
    let whole = |commit: &Scored| commit.code.unwrap_or(0.0) + commit.message;
    let code = |commit: &Scored| commit.code.unwrap_or(f64::MIN);
    let recent = |label: Label| label == Label::HumanRecent;
    format!(
        "\n  against all people      {}\n  code alone              {}\n  against today's people  {}\n  code alone              {}",
        ranking(scored, repositories, &whole, &Label::is_people),
        ranking(scored, repositories, &code, &Label::is_people),
        ranking(scored, repositories, &whole, &recent),
        ranking(scored, repositories, &code, &recent),
    )
}

fn ranking(
    scored: &[Scored],
    repositories: usize,
    score: &dyn Fn(&Scored) -> f64,
    people: &dyn Fn(Label) -> bool,
) -> String {
    let of = |commit: &Scored| Sample {
        score: score(commit),
        positive: commit.label == Label::Ai,
        group: commit.repository,
    };
    let taken = scored.iter().filter(|commit| commit.label == Label::Ai || people(commit.label));
    let ranked = Ranked::new(taken.map(of).collect(), repositories);
    ranked.ranking(&vec![1.0; repositories]).map_or_else(String::new, |ranking| {
        let [one, five] = ranking.found.map(|found| found * 100.0);
        format!("AUC {:.3}, {one:.1} % found at 1 % false positives, {five:.1} % at 5 %", ranking.auc)
    })
}

/// What a commit counts while fitting: today's people are whom flags would reach, so commits from
/// before the first assistants count less.
pub fn weight(label: Label) -> f64 {
    if label == Label::Human { 0.35 } else { 1.0 }
}
