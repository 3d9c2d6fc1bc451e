//! How authors declare AI use in flagged commits that declare nothing: in the message where nobody else has the commit, in
//! a note beside it where it is merged, and in either where it is pushed.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Step, named};
use crate::gate::Verdict;
use crate::groups::Group;
use crate::paste::Paste;
use crate::words::short;
use crate::{CommitReport, Merged, Published, Report};

const FACTS: &str = "--tool TOOL --model MODEL";
const EXAMPLE: &str = "for example --tool \"Claude Code\" --model claude-opus-4-5";
const HELPED: &str = "If an AI tool helped, the author declares it";
const REWRITES: &str = "this rewrites that commit and the later ones, and --notes leaves them as they are";
const PUSH_NOTES: &str = "git push origin refs/notes/ai-attest";

/// How to declare AI use where nothing is declared: with our command, and by hand.
pub(super) fn declare(report: &Report, looks: &[&Group<'_>]) -> Vec<Step> {
    let Some(first) = looks.first() else { return Vec::new() };
    let lines = Paste::of(report, first.commit, Verdict::Unattested).commit;
    // A policy may want it in the request's description alone.
    if lines.is_empty() {
        return Vec::new();
    }
    let mut commits = must_declare(looks);
    // The newest first: rewriting one gives new ids to all later ones.
    commits.sort_by_key(|commit| Reverse(place(report, &commit.id)));
    if commits.is_empty() {
        return vec![when_committing(&lines)];
    }
    if report.range.head.is_none() {
        // Mails, and commits that no branch here ends with: nothing here can be rewritten.
        let what = format!("{HELPED} in the message of {}:", names(&commits));
        return vec![Step { what, paste: lines, note: None }];
    }
    let merged = report.range.published.as_ref().and_then(|published| published.merged.as_ref());
    let is_merged = |commit: &&CommitReport| merged.is_some_and(|merged| is_at_most(report, commit, &merged.up_to));
    let (in_main, open): (Vec<&CommitReport>, Vec<&CommitReport>) = commits.into_iter().partition(is_merged);
    let mut steps: Vec<Step> =
        merged.filter(|_| !in_main.is_empty()).map(|merged| of_merged(report, &in_main, merged)).into_iter().collect();
    if !open.is_empty() {
        let these = if lines.len() == 1 { "this line" } else { "these lines" };
        let by_hand = format!("Or, by hand, the author adds {these} to the commit's message:");
        steps.extend(of_open(report, &open));
        steps.push(Step { what: by_hand, paste: lines, note: None });
    }
    steps
}

/// All commits that must declare, in the order of the flags.
fn must_declare<'a>(groups: &[&Group<'a>]) -> Vec<&'a CommitReport> {
    let first = groups.iter().filter_map(|group| group.commit);
    let others = groups.iter().flat_map(|group| &group.others).copied();
    let mut seen = BTreeSet::new();
    first.chain(others).filter(|commit| seen.insert(commit.id.as_str())).collect()
}

/// What nobody has committed yet is declared when it is.
fn when_committing(lines: &[String]) -> Step {
    let trailers: Vec<String> =
        lines.iter().filter(|line| is_plain(line)).map(|line| format!("--trailer \"{line}\"")).collect();
    let command = format!("git commit {}", trailers.join(" "));
    Step { what: format!("{HELPED} when committing:"), paste: vec![command], note: None }
}

/// Whether a shell reads a line as it stands. Words of a commit may stand in it.
fn is_plain(line: &str) -> bool {
    line.chars().all(|c| c.is_ascii_alphanumeric() || " :._@<>+-/%,".contains(c))
}

/// A note beside each commit: nobody rewrites a branch that all work starts from.
fn of_merged(report: &Report, commits: &[&CommitReport], merged: &Merged) -> Step {
    let into = merged.branch.as_ref().map_or_else(String::new, |branch| format!(" into {branch}"));
    let (is, each) = if commits.len() == 1 { ("is", "") } else { ("are", ", commit by commit") };
    let what = format!(
        "{} {is} merged{into}. {HELPED} in a note beside the commit{each}; then run the check again:",
        names(commits)
    );
    let paste = vec![format!("{} --notes", command(report, commits)), PUSH_NOTES.to_owned()];
    Step { what, paste, note: Some(format!("{EXAMPLE}; a note rewrites no commit")) }
}

/// A new message, and where others have the commit, a note as well.
fn of_open(report: &Report, commits: &[&CommitReport]) -> Vec<Step> {
    let what = match commits {
        [_] => format!("{HELPED} in {}:", names(commits)),
        _ => format!("{HELPED}, commit by commit and the newest first ({}):", names(commits)),
    };
    let command = command(report, commits);
    let published = report.range.published.as_ref();
    let published = published.filter(|it| commits.iter().any(|commit| is_at_most(report, commit, &it.up_to)));
    match published {
        Some(published) => of_published(what, &command, &rewrites_published(report, commits, published)),
        None if is_head(report, commits) => vec![Step { what, paste: vec![command], note: Some(EXAMPLE.to_owned()) }],
        None => vec![Step { what, paste: vec![command], note: Some(format!("{EXAMPLE}; {REWRITES}")) }],
    }
}

/// The two ways to declare AI use in commits that others have: a new message, or a note beside the commit.
fn of_published(what: String, command: &str, rewrites: &str) -> Vec<Step> {
    let rewrite = vec![format!("{command} --even-if-published"), "git push --force-with-lease".to_owned()];
    let with_note = vec![format!("{command} --notes"), PUSH_NOTES.to_owned()];
    let beside =
        "Or, without new commits, in a note; then run the check again (a check of a fork does not see its notes):";
    vec![
        Step { what, paste: rewrite, note: Some(format!("{EXAMPLE}; {rewrites}")) },
        Step { what: beside.to_owned(), paste: with_note, note: None },
    ]
}

/// Which of the commits that a new message rewrites others have.
fn rewrites_published(report: &Report, commits: &[&CommitReport], published: &Published) -> String {
    let already = match &published.branch {
        Some(branch) => format!("on {branch} already"),
        None => "pushed already".to_owned(),
    };
    let is_whole = report.range.head.as_ref() == Some(&published.up_to);
    match (is_head(report, commits), is_whole) {
        (true, _) => format!("this rewrites that commit, which is {already}"),
        (false, true) => format!("this rewrites that commit and the later ones, which are {already}"),
        (false, false) => format!(
            "this rewrites that commit and the later ones, of which those up to {} are {already}",
            short(&published.up_to)
        ),
    }
}

fn command(report: &Report, commits: &[&CommitReport]) -> String {
    match commits {
        _ if is_head(report, commits) => format!("ai-detect attest {FACTS}"),
        [only] => format!("ai-detect attest {}^! {FACTS}", short(&only.id)),
        _ => format!("ai-detect attest COMMIT^! {FACTS}"),
    }
}

/// The command that declares AI use in the message of one commit; one that is pushed has to be asked for.
pub(crate) fn declaring(report: &Report, commit: &CommitReport) -> String {
    let asked_for = if is_pushed(report, commit) { " --even-if-published" } else { "" };
    format!("{}{asked_for}", command(report, &[commit]))
}

/// Whether others have a commit already, as far as the report knows.
pub(crate) fn is_pushed(report: &Report, commit: &CommitReport) -> bool {
    let published = report.range.published.as_ref();
    published.is_some_and(|published| is_at_most(report, commit, &published.up_to))
}

/// Whether these commits are the last one alone.
fn is_head(report: &Report, commits: &[&CommitReport]) -> bool {
    matches!(commits, [only] if report.range.head.as_deref() == Some(only.id.as_str()))
}

/// Whether a commit is another one of the report or stands before it.
fn is_at_most(report: &Report, commit: &CommitReport, up_to: &str) -> bool {
    // Where the report does not list the other one, all may stand before it.
    let last = place(report, up_to).unwrap_or(usize::MAX);
    place(report, &commit.id).is_some_and(|at| at <= last)
}

/// Where a commit stands in a report. Parents stand before children.
fn place(report: &Report, id: &str) -> Option<usize> {
    report.commits.iter().position(|commit| commit.id == id)
}

fn names(commits: &[&CommitReport]) -> String {
    named(&commits.iter().map(|commit| short(&commit.id)).collect::<Vec<_>>())
}
