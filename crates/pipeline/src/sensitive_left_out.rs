//! Which commits touched sensitive files that were left out of the analysis: nobody attributes the lines of a file that is not read.

use std::collections::BTreeMap;

use ai_detect_base::change::{ChangeSet, Reason};
use ai_detect_git::{Records, Repository};
use ai_detect_policy::Sensitive;
use ai_detect_report::Report;

/// How many commits are looked at for it, the newest ones of a long range.
const MAX_COMMITS: usize = 200;
/// How many commits are named for a file.
const MAX_NAMED: usize = 20;

/// Sensitive files that were left out, by path.
pub(super) struct SensitiveLeftOut(BTreeMap<String, Found>);

/// What is known of one of them.
#[derive(Default)]
struct Found {
    classes: Vec<String>,
    commits: Vec<String>,
}

impl SensitiveLeftOut {
    /// Those of a change. Where it is one commit, that one touched them.
    pub(super) fn of(change: &ChangeSet, sensitive: &Sensitive) -> Self {
        let only = match change.commits.as_slice() {
            [only] => vec![only.id.clone()],
            _ => Vec::new(),
        };
        let mut found: BTreeMap<String, Found> = BTreeMap::new();
        for file in change.excluded.iter().filter(|file| is_whole(file.reason)) {
            let path = String::from_utf8_lossy(&file.path).into_owned();
            let mut classes: Vec<String> = sensitive.by_path(&path).into_iter().map(|touch| touch.class).collect();
            classes.dedup();
            if !classes.is_empty() {
                found.insert(path, Found { classes, commits: only.clone() });
            }
        }
        SensitiveLeftOut(found)
    }

    /// Whether it is not known which commits touched them.
    pub(super) fn lacks_commits(&self, change: &ChangeSet) -> bool {
        !self.0.is_empty() && change.commits.len() > 1
    }

    /// Looks up which commits touched them. This is extra information, so a commit that cannot be read names nothing and
    /// does not end the analysis.
    pub(super) fn find_commits(&mut self, repository: &Repository, change: &ChangeSet, records: &Records) {
        for commit in change.commits.iter().rev().take(MAX_COMMITS) {
            let Ok(change) = repository.commit_change(&commit.id, &|_| false, records) else { continue };
            for file in change.files.touched {
                let Some(file) = self.0.get_mut(&*String::from_utf8_lossy(&file.path)) else { continue };
                if file.commits.len() < MAX_NAMED {
                    file.commits.push(commit.id.clone());
                }
            }
        }
    }

    /// Says it in a report.
    pub(super) fn tell(self, report: &mut Report) {
        for file in report.coverage.excluded.iter_mut().filter(|file| is_whole(file.reason)) {
            if let Some(found) = self.0.get(&file.path) {
                (file.sensitive_classes, file.commits) = (found.classes.clone(), found.commits.clone());
            }
        }
    }
}

/// Whether a whole file is left out for a reason. What has no grammar is in blocks, which name their commits.
fn is_whole(reason: Reason) -> bool {
    !matches!(reason, Reason::NoGrammar | Reason::NotAuthored | Reason::OutsideRange | Reason::UnusablePath)
}
