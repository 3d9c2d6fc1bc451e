//! Which rows a table holds already.

use std::collections::{BTreeSet, HashMap};

use rustc_hash::FxHashSet;

use ai_detect_git::CommitId;
use ai_detect_pipeline::scan::key::Key;

/// The commits that have a row, by repository, and which rules made the rows.
#[derive(Debug, Default)]
pub struct Known {
    commits: HashMap<String, FxHashSet<CommitId>>,
    rules: BTreeSet<String>,
    /// How many rows of a repository were made without notes of commits.
    without_notes: HashMap<String, usize>,
}

impl Known {
    /// Adds a row; says whether it is one.
    pub(crate) fn add(&mut self, key: Key) -> bool {
        let Some(commit) = CommitId::parse(&key.commit) else { return false };
        if !self.rules.contains(&key.rules) {
            self.rules.insert(key.rules);
        }
        if key.lacks_notes {
            *self.without_notes.entry(key.repository.clone()).or_default() += 1;
        }
        match self.commits.get_mut(&key.repository) {
            Some(commits) => commits.insert(commit),
            None => self.commits.entry(key.repository).or_default().insert(commit),
        };
        true
    }

    /// The commits of a repository that have a row. They are given away, for nobody asks again.
    pub fn take(&mut self, repository: &str) -> FxHashSet<CommitId> {
        // Of a repository that is new, none has.
        self.commits.remove(repository).unwrap_or_default()
    }

    /// How many rows of a repository were made without notes of commits.
    pub fn without_notes(&self, repository: &str) -> usize {
        self.without_notes.get(repository).copied().unwrap_or(0)
    }

    /// Rules other than these that made any of the rows.
    pub fn others(&self, rules: &str) -> Vec<&str> {
        self.rules.iter().map(String::as_str).filter(|known| *known != rules).collect()
    }
}
