//! A commit with flags: what was found in its blocks, what it declares, who answers for it, and why.

use super::sensitive::{SensitiveFiles, SensitiveOfCommit};
use super::{BlockView, Reasons};
use crate::gate::Verdict;
use crate::groups::Group;
use crate::looks::{Likelihoods, Looks};
use crate::words::{counted, declares_in, declares_of, short};
use crate::{CommitReport, Report, Stated};
use ai_detect_attest::State;

/// How many other commits are named that brought lines of the same blocks.
const MAX_OTHERS: usize = 3;

/// A commit with flags, or what is not committed yet.
#[derive(Debug)]
pub(crate) struct CommitView {
    /// Whose blocks these are.
    pub(crate) origin: Origin,
    /// `7 blocks read like AI-generated code (very likely, over 99 %)`.
    pub(crate) finding: String,
    /// `it declares nothing about AI`.
    pub(crate) declares: String,
    /// What the project's policy says of that, where it does not accept the form.
    pub(crate) objection: Option<String>,
    /// Other commits that brought lines of its blocks and must declare as well, with what each declares.
    pub(crate) others: Option<String>,
    /// Why its blocks look as they do.
    pub(crate) reasons: Reasons,
    /// Its sensitive files that were not scored.
    pub(crate) sensitive: SensitiveOfCommit,
    /// Its flagged blocks, the most urgent first.
    pub(crate) blocks: Vec<BlockView>,
}

/// Where flagged blocks come from.
#[derive(Debug)]
pub(crate) enum Origin {
    /// A commit.
    Commit {
        /// The short id.
        id: String,
        /// The first line of its message.
        subject: String,
        /// Who wrote it.
        author: String,
        /// Who answers for it, where that is not its author.
        behind: Option<String>,
    },
    /// A patch without commits.
    Patch,
    /// Changes that are not committed yet.
    Uncommitted,
}

impl CommitView {
    pub(super) fn of(report: &Report, group: &Group<'_>, files: &SensitiveFiles<'_>) -> Self {
        CommitView {
            origin: origin(report, group),
            finding: finding(group),
            declares: match group.commit {
                Some(commit) => format!("it {}", declares_of(report, commit, Stated::of_group(group))),
                None => "nothing is committed yet that could say so".to_owned(),
            },
            objection: group.commit.and_then(objection).map(str::to_owned),
            others: others(report, group),
            reasons: Reasons::of(report, group),
            sensitive: group.commit.map(|commit| files.of_commit(&commit.id)).unwrap_or_default(),
            blocks: group.flags.iter().map(|flagged| BlockView::of(report, flagged)).collect(),
        }
    }
}

/// What the project's policy says of a commit whose form it does not accept: which line, and why.
pub(crate) fn objection(commit: &CommitReport) -> Option<&str> {
    commit.attestation.objection().filter(|_| commit.attestation.state == State::WrongForm)
}

/// `2a29802d declares nothing about AI`, for each other commit that must answer for blocks of a group.
fn others(report: &Report, group: &Group<'_>) -> Option<String> {
    let named = group.others.iter().take(MAX_OTHERS);
    let named: Vec<String> =
        named.map(|commit| format!("{} {}", short(&commit.id), declares_in(report, commit))).collect();
    let more = group.others.len().saturating_sub(MAX_OTHERS);
    let more = if more > 0 { format!("; {more} more") } else { String::new() };
    (!named.is_empty()).then(|| format!("{}{more}", named.join("; ")))
}

fn origin(report: &Report, group: &Group<'_>) -> Origin {
    match group.commit {
        None if report.range.base.is_none() => Origin::Patch,
        None => Origin::Uncommitted,
        Some(commit) => Origin::Commit {
            id: short(&commit.id).to_owned(),
            subject: commit.subject.clone(),
            author: commit.author.clone(),
            behind: behind(report, commit),
        },
    }
}

/// What is found in the blocks of a commit, in a few words. A flag about form says nothing about looks.
fn finding(group: &Group<'_>) -> String {
    let about_looks = group.flags.iter().filter(|it| it.flag.verdict != Verdict::WrongForm);
    let looks: Vec<Looks> = about_looks.map(|it| Looks::of(it.flag.verdict, it.flag.probability)).collect();
    let all = counted(group.flags.len(), "block", "blocks");
    match Likelihoods::of(&looks) {
        None => all,
        Some(likelihoods) => {
            let of = if looks.len() < group.flags.len() { format!(" of {}", group.flags.len()) } else { String::new() };
            let blocks = counted(looks.len(), "block", "blocks");
            format!("{blocks}{of} {}", likelihoods.words(looks.len()))
        }
    }
}

/// Who answers for a commit, by name, where that is not its author: the author is a program, or says that somebody else
/// answers. Of a stranger's report nobody is named.
pub(crate) fn behind(report: &Report, commit: &CommitReport) -> Option<String> {
    let accountable = commit.attestation.facts.accountable.as_deref().filter(|_| !report.is_foreign)?;
    let name = accountable.split_once(" <").map_or(accountable, |(name, _)| name).trim();
    (!name.is_empty() && name != commit.author).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;
    use crate::view::View;

    fn first(report: &Report) -> CommitView {
        let view = View::of(report);
        view.commit(&view.groups[0])
    }

    #[test]
    fn the_commit_of_a_program_names_the_person_behind_it() {
        let mut report = sample::report("a text", 1);
        let behind = |report: &Report| match first(report).origin {
            Origin::Commit { behind, .. } => behind,
            Origin::Patch | Origin::Uncommitted => None,
        };
        assert_eq!(behind(&report), None);
        for commit in &mut report.commits {
            commit.author = "a-bot".into();
            commit.attestation.facts.accountable = Some("Jay Example <jay@example.org>".into());
        }
        assert_eq!(behind(&report).as_deref(), Some("Jay Example"));
        report.commits.iter_mut().for_each(|commit| commit.author = "Jay Example".into());
        assert_eq!(behind(&report), None, "whoever wrote it is not named twice");
        report.commits.iter_mut().for_each(|commit| commit.author = "a-bot".into());
        report.is_foreign = true;
        assert_eq!(behind(&report), None);
    }

    #[test]
    fn a_finding_speaks_of_the_blocks_that_are_about_looks() {
        let mut report = sample::report("a text", 2);
        assert_eq!(first(&report).finding, "1 block of 2 reads like AI-generated code (very likely, 97 %)");
        report.flags.iter_mut().for_each(|flag| flag.verdict = Verdict::WrongForm);
        assert_eq!(first(&report).finding, "2 blocks");
    }

    #[test]
    fn what_is_not_committed_has_no_commit() {
        let mut report = sample::report("a text", 1);
        report.commits.clear();
        assert!(matches!(first(&report).origin, Origin::Uncommitted));
        report.range.base = None;
        let shown = first(&report);
        assert!(matches!(shown.origin, Origin::Patch));
        assert_eq!(shown.declares, "nothing is committed yet that could say so");
    }
}
