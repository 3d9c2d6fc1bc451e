//! Sensitive files of a commit that were not scored: a reviewer should not have to look for them elsewhere.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::Report;
use crate::words::counted;

/// How many files of one commit are named.
const MAX_NAMED: usize = 5;

/// By commit: its files. Nothing is copied: a report may name many commits beside one file with a long path.
pub(super) struct SensitiveFiles<'a>(BTreeMap<&'a str, BTreeSet<SensitiveFile<'a>>>);

/// A sensitive file that was not scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct SensitiveFile<'a> {
    /// The classes that make it sensitive; empty in reports of earlier versions.
    classes: &'a [String],
    /// Its path.
    path: &'a str,
}

/// The sensitive files of a commit that were not scored.
#[derive(Debug, Default)]
pub(crate) struct SensitiveOfCommit {
    /// The first of them in words: `ci-privileges: a.yml; manifests: b.toml; 2 more files`. Nothing where there is none.
    pub(crate) files: Option<String>,
    /// The classes of all of them.
    pub(crate) classes: BTreeSet<String>,
}

impl fmt::Display for SensitiveFile<'_> {
    /// `ci-privileges: .github/workflows/release.yml`.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = if self.classes.is_empty() { "sensitive path".to_owned() } else { self.classes.join(", ") };
        write!(out, "{classes}: {}", self.path)
    }
}

impl<'a> SensitiveFiles<'a> {
    pub(super) fn of(report: &'a Report) -> Self {
        let mut files: BTreeMap<&str, BTreeSet<SensitiveFile<'a>>> = BTreeMap::new();
        for hunk in report.hunks.iter().filter(|hunk| hunk.sensitive && hunk.probability.is_none()) {
            for part in &hunk.commits {
                let file = SensitiveFile { classes: &hunk.sensitive_classes, path: &hunk.path };
                files.entry(&part.id).or_default().insert(file);
            }
        }
        for file in report.coverage.excluded.iter().filter(|file| !file.sensitive_classes.is_empty()) {
            for commit in &file.commits {
                let file = SensitiveFile { classes: &file.sensitive_classes, path: &file.path };
                files.entry(commit).or_default().insert(file);
            }
        }
        SensitiveFiles(files)
    }

    /// Those of a commit.
    pub(super) fn of_commit(&self, id: &str) -> SensitiveOfCommit {
        let Some(files) = self.0.get(id) else { return SensitiveOfCommit::default() };
        SensitiveOfCommit {
            files: Some(named(files)),
            classes: files.iter().flat_map(|file| file.classes).cloned().collect(),
        }
    }
}

/// Some files in words.
fn named(files: &BTreeSet<SensitiveFile<'_>>) -> String {
    let more = files.len().saturating_sub(MAX_NAMED);
    let rest = (more > 0).then(|| counted(more, "more file", "more files"));
    let named = files.iter().take(MAX_NAMED).map(SensitiveFile::to_string).chain(rest);
    named.collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_commit_names_its_sensitive_files_that_were_not_scored() {
        let mut report = sample::report("a", 1);
        let id = report.hunks[0].commits[0].id.clone();
        let of = |report: &Report, id: &str| SensitiveFiles::of(report).of_commit(id).files;
        assert_eq!(of(&report, &id), None, "its scored block is listed as a flag");
        let mut workflow = report.hunks[0].clone();
        workflow.probability = None;
        for number in 0..7 {
            workflow.path = format!(".github/workflows/{number}.yml");
            workflow.sensitive_classes = vec!["ci-workflows".into()];
            report.hunks.push(workflow.clone());
            report.hunks.push(workflow.clone());
        }
        let said = of(&report, &id).unwrap();
        assert!(said.starts_with("ci-workflows: .github/workflows/0.yml; ci-workflows: .github/"), "{said}");
        assert!(said.ends_with("4.yml; 2 more files"), "{said}");
        assert_eq!(of(&report, "x"), None);
        let left_out = &mut report.coverage.excluded[0];
        (left_out.path, left_out.sensitive_classes) = ("Cargo.lock".into(), vec!["dependencies".into()]);
        left_out.commits.push("x".into());
        assert_eq!(of(&report, "x").as_deref(), Some("dependencies: Cargo.lock"));
    }
}
