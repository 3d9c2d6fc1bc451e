//! How well the scores do: labelled commits are scored exactly as `diff` scores them, and the scores
//! are compared with the labels.
//!
//! `manifest` reads what is to be scored, `run` scores it, `views` are the ways in which one change is
//! looked at, `outcome` is the little that is kept of a report, `stats` and `resample` are pure
//! arithmetic, `figures` and `requests` turn outcomes into the figures of an [`Evaluation`], and
//! `text`, `json` and `scores` write them. `strip` takes
//! parts of every change out first, and `lines` compares hunks with what was recorded of each line. Nothing here changes a score or a threshold.

pub(crate) mod figures;
pub mod json;
pub mod lines;
pub mod manifest;
pub(crate) mod outcome;
pub mod rates;
pub(crate) mod requests;
pub(crate) mod resample;
pub mod run;
pub mod scores;
pub(crate) mod stats;
pub mod strip;
pub mod tables;
pub mod text;
pub(crate) mod views;

pub use tables::Evaluation;

use manifest::Problem;

/// How many rows an error names one by one.
const MAX_NAMED: usize = 10;

/// Why an evaluation cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The manifest as a whole is not one.
    #[error("{name}: {problem}")]
    Manifest {
        /// What the file is called.
        name: String,
        /// What is wrong.
        problem: String,
    },
    /// Rows of the manifest that cannot be used.
    #[error("{}", told(.name, .problems))]
    Rows {
        /// What the file is called.
        name: String,
        /// All rows that are known to be bad, by row.
        problems: Vec<Problem>,
    },
    /// None of the repositories is there.
    #[error("none of the {repositories} repositories of {name} lies in {dir} as OWNER/NAME")]
    NoRepository {
        /// What the manifest is called.
        name: String,
        /// How many repositories it names.
        repositories: usize,
        /// Where they were looked for.
        dir: String,
    },
    /// The repository or its notes cannot be read.
    #[error(transparent)]
    Git(#[from] ai_detect_git::Error),
    /// The threads that score could not be started.
    #[error(transparent)]
    Threads(#[from] ai_detect_base::parallel::Error),
}

fn told(name: &str, problems: &[Problem]) -> String {
    let mut told: Vec<String> =
        problems.iter().take(MAX_NAMED).map(|bad| format!("{name}: row {}: {}", bad.row, bad.problem)).collect();
    if problems.len() > MAX_NAMED {
        told.push(format!("and {} more rows", problems.len() - MAX_NAMED));
    }
    told.push("--keep-going leaves such rows out, counts and lists them".into());
    told.join("; ")
}

#[cfg(test)]
mod tests;
