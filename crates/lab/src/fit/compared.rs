//! Compares a new model with the built-in one on the same commits, so that the user knows which of the two is better.

use super::calibrate::Scored;
use crate::eval::manifest::{Label, Manifest};
use crate::eval::run::Scores;
use crate::eval::stats::{Ranked, Sample};

/// How often an AI commit scores above one of people's (the area under the ROC curve), by two models.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Compared {
    /// By the new model, in repositories that it had not seen.
    pub new: f64,
    /// By the built-in model.
    pub builtin: f64,
}

/// Compares both; `None` where nothing can be ranked.
pub fn compared(manifest: &Manifest, new: &[Scored], builtin: &Scores) -> Option<Compared> {
    let groups = manifest.repositories.len();
    let new = new.iter().map(|commit| Sample {
        score: commit.code.unwrap_or(0.0) + commit.message,
        positive: commit.label == Label::Ai,
        group: commit.repository,
    });
    let builtin = manifest.rows.iter().zip(&builtin.rows).filter_map(|(row, outcome)| {
        let score = outcome.as_ref()?.score?.log_odds;
        Some(Sample { score, positive: row.label == Label::Ai, group: row.repository })
    });
    Some(Compared { new: auc(new.collect(), groups)?, builtin: auc(builtin.collect(), groups)? })
}

fn auc(samples: Vec<Sample>, groups: usize) -> Option<f64> {
    Some(Ranked::new(samples, groups).ranking(&vec![1.0; groups])?.auc)
}

impl Compared {
    /// Whether the built-in model separates these commits better.
    pub fn prefers_builtin(self) -> bool {
        self.builtin > self.new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::manifest::Row;
    use crate::eval::outcome::{self, Outcome};

    #[test]
    fn the_model_that_ranks_better_is_preferred() {
        let row = |number: usize, label: Label| Row {
            number,
            label,
            repository: 0,
            commit: String::new(),
            author_time: 0,
            tool: "-".into(),
            language: "-".into(),
            added_lines: 1,
        };
        let labels = [Label::Ai, Label::Human];
        let rows = labels.iter().enumerate().map(|(number, label)| row(number, *label)).collect();
        let manifest = Manifest { rows, repositories: vec!["r".into()], ..Manifest::default() };
        let new = |scores: [f64; 2]| {
            let commit = |(label, code): (&Label, f64)| Scored {
                repository: 0,
                label: *label,
                code: Some(code),
                message: 0.0,
                hunks: Vec::new(),
                single: false,
            };
            labels.iter().zip(scores).map(commit).collect::<Vec<_>>()
        };
        let builtin = |scores: [f64; 2]| {
            let row = |log_odds| {
                let score = Some(outcome::Scored { log_odds, probability: 0.5 });
                Some(Outcome { score, ..Outcome::default() })
            };
            Scores { rows: scores.map(row).into(), ..Scores::default() }
        };
        let compare = |one, other| compared(&manifest, &new(one), &builtin(other)).unwrap();
        assert!(compare([0.0, 1.0], [1.0, 0.0]).prefers_builtin());
        assert!(!compare([1.0, 0.0], [0.0, 1.0]).prefers_builtin());
        assert!(!compare([1.0, 0.0], [1.0, 0.0]).prefers_builtin());
        let nothing = Manifest { rows: Vec::new(), ..manifest.clone() };
        assert_eq!(compared(&nothing, &[], &Scores::default()), None);
    }
}
