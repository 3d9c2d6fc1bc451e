//! The commits of a report, a line each: what each declares, and which of its blocks are flagged. Counts of the head can be
//! looked up here.

use std::collections::BTreeMap;

use super::sensitive::SensitiveFiles;
use crate::groups::groups;
use crate::words::{counted, declares_in, short};
use crate::{CommitReport, Report};

/// A commit in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CommitLine {
    /// The short id.
    pub(crate) id: String,
    /// The first line of its message; empty where whoever wrote it may speak in our name.
    pub(crate) subject: String,
    /// `declares Codex, gpt-5; not flagged`.
    pub(crate) says: String,
}

/// The flags that a commit must answer.
#[derive(Debug, Clone, Copy, Default)]
struct Flagged {
    /// Those that it is asked about first.
    own: usize,
    /// Whether it also brought lines of blocks that another commit is asked about first.
    has_part: bool,
}

impl Flagged {
    fn words(self) -> String {
        let own = counted(self.own, "flagged block", "flagged blocks");
        match (self.own, self.has_part) {
            (0, false) => "not flagged".to_owned(),
            (0, true) => "part of a flagged block".to_owned(),
            (_, false) => own,
            (_, true) => format!("{own}, and part of another"),
        }
    }
}

/// All listed commits, parents before children. Nothing where there is one commit, whose flags say it, and where no commit
/// declares anything or is flagged.
pub(crate) fn commit_lines(report: &Report) -> Vec<CommitLine> {
    let flagged = flagged(report);
    let is_silent =
        |commit: &CommitReport| !commit.attestation.state.declares() && commit.attestation.unknown.is_empty();
    if report.commits.len() < 2 || (flagged.is_empty() && report.commits.iter().all(is_silent)) {
        return Vec::new();
    }
    let sensitive = SensitiveFiles::of(report);
    let line = |commit: &CommitReport| {
        // A commit that nobody is asked about is not flagged.
        let flagged = flagged.get(commit.id.as_str()).copied().unwrap_or_default();
        let files = sensitive.of_commit(&commit.id).files;
        let files = files.map_or_else(String::new, |files| format!("; also touches, not scored: {files}"));
        CommitLine {
            id: short(&commit.id).to_owned(),
            subject: if report.is_foreign { String::new() } else { commit.subject.clone() },
            says: format!("{}; {}{files}", declares_in(report, commit), flagged.words()),
        }
    };
    report.commits.iter().map(line).collect()
}

/// Which commits must answer flags.
fn flagged(report: &Report) -> BTreeMap<&str, Flagged> {
    let mut flagged: BTreeMap<&str, Flagged> = BTreeMap::new();
    for group in groups(report) {
        if let Some(commit) = group.commit {
            flagged.entry(&commit.id).or_default().own += group.flags.len();
        }
        for other in group.others {
            flagged.entry(&other.id).or_default().has_part = true;
        }
    }
    flagged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{HunkCommit, sample};
    use ai_detect_attest::State;

    fn silence(report: &mut Report) {
        for commit in &mut report.commits {
            commit.attestation.state = State::Absent;
            commit.attestation.unknown.clear();
        }
    }

    fn says(report: &Report) -> Vec<String> {
        commit_lines(report).into_iter().map(|line| line.says).collect()
    }

    #[test]
    fn each_commit_says_what_it_declares_and_whether_it_is_flagged() {
        let mut report = sample::report("a", 1);
        report.flags.retain(|flag| flag.hunk == 0);
        let first = report.commits[0].id.clone();
        report.hunks[0].commits = vec![HunkCommit { id: first, lines: 12 }];
        silence(&mut report);
        let nothing = "declares nothing about AI";
        assert_eq!(says(&report), [format!("{nothing}; 1 flagged block"), format!("{nothing}; not flagged")]);
        let second = report.commits[1].id.clone();
        report.hunks[0].commits.push(HunkCommit { id: second, lines: 11 });
        assert_eq!(says(&report)[1], format!("{nothing}; part of a flagged block"));
    }

    #[test]
    fn silent_commits_without_flags_are_not_listed() {
        let mut report = sample::report("a", 0);
        report.flags.clear();
        silence(&mut report);
        assert_eq!(says(&report), [""; 0]);
        report.commits[0].attestation.state = State::Partial;
        assert_eq!(says(&report).len(), report.commits.len());
    }

    #[test]
    fn no_subject_of_an_untrusted_report_is_listed() {
        let mut report = sample::report("a", 1);
        report.is_foreign = true;
        assert!(commit_lines(&report).iter().all(|line| line.subject.is_empty()));
    }
}
