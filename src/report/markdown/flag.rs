//! The comment beside one flagged block: what was seen, how sure, what resolves it, whom to ask.

use super::{code_span, escaped, fenced};
use crate::gate::Verdict;
use crate::report::groups::is_of_commit;
use crate::report::words::{Sum, counted, cut, declares, evidence, percent, question, severity, short, trailer};
use crate::report::{CommitReport, Flag, HunkReport, Report, SignalReport};

/// How many signals of a flag are shown.
const MOST_SIGNALS: usize = 6;
/// How many characters of a stranger's sentence are shown.
const MOST_TEXT: usize = 160;

/// The body of the comment beside a flagged block, as Markdown of a few kilobytes.
pub fn flag(report: &Report, flag: &Flag) -> String {
    let Some(hunk) = report.hunks.get(flag.hunk) else { return String::new() };
    let commit_of = |id: &str| report.commits.iter().find(|commit| commit.id == id);
    let commits: Vec<&CommitReport> = hunk.commits.iter().filter_map(|part| commit_of(&part.id)).take(3).collect();
    let parts = [
        format!("**{}**\n", question(flag.verdict)),
        said(flag, hunk, &commits),
        seen(report, hunk),
        resolve(report, flag.verdict, &commits),
        format!(
            "<sub>Flag {} \u{b7} {} \u{b7} {} says what a signal means and when it misleads.</sub>\n",
            code_span(&flag.id),
            severity(flag.severity),
            code_span("ai-detect rules explain ID")
        ),
    ];
    parts.join("\n")
}

fn said(flag: &Flag, hunk: &HunkReport, commits: &[&CommitReport]) -> String {
    let these = match hunk.added_lines {
        1 => "This line looks".to_owned(),
        lines => format!("These {lines} lines look"),
    };
    let looks = format!("{these} {} AI-written", percent(flag.probability));
    let sensitive = if hunk.sensitive { " The path is a sensitive one." } else { "" };
    let declared = match commits {
        [] => "nothing is committed yet that could say so".to_owned(),
        [only] => format!("{} {}", named(only), escaped(&declares(only))),
        [most, others @ ..] => format!(
            "{}, which brought most of them, {}; {} brought the others",
            named(most),
            escaped(&declares(most)),
            counted(others.len(), "more commit", "more commits")
        ),
    };
    let people = match flag.verdict {
        // Whether a tool helped is no question here.
        Verdict::WrongForm => "",
        _ => " People write like this too; only whoever wrote them knows.",
    };
    format!("{looks}; {declared}.{sensitive}{people}\n")
}

fn named(commit: &CommitReport) -> String {
    format!("{} (\u{201c}{}\u{201d})", code_span(short(&commit.id)), escaped(&cut(&commit.subject, MOST_TEXT)))
}

fn seen(report: &Report, hunk: &HunkReport) -> String {
    let sum = Sum::of(&hunk.signals, report.tool.intercept, MOST_SIGNALS);
    let mut out = format!(
        "<details><summary>What was seen: log-odds {:+.2}, likely from {:+.2}</summary>\n\n",
        hunk.log_odds, report.threshold.log_odds
    );
    // What stands in the block itself comes first: it is what the reader has before them.
    let (of_commit, of_block): (Vec<&SignalReport>, Vec<&SignalReport>) =
        sum.shown.iter().partition(|signal| is_of_commit(signal));
    for signal in of_block.into_iter().chain(of_commit) {
        out += &format!("- {}\n", signal_line(signal));
    }
    out += &format!("- {}\n\n</details>\n", sum.rest());
    out
}

/// One signal with its evidence, in one line.
pub(super) fn signal_line(signal: &SignalReport) -> String {
    let place = match (signal.commit.is_some(), signal.evidence.first()) {
        (true, _) => " in the commit message".to_owned(),
        (_, Some(first)) if !is_of_commit(signal) => format!(", line {}", first.line),
        _ => String::new(),
    };
    let told = evidence(signal);
    let told = if told.is_empty() { String::new() } else { format!(": {}", code_span(&cut(&told, MOST_TEXT))) };
    format!("**{:+.2}** {}{place}{told}", signal.contribution, escaped(&cut(&signal.title, MOST_TEXT)))
}

fn resolve(report: &Report, verdict: Verdict, commits: &[&CommitReport]) -> String {
    let first = commits.first().copied();
    let line = fenced(&trailer(first.filter(|_| verdict == Verdict::WrongForm)), "");
    let otherwise = match verdict {
        Verdict::WrongForm => "The project's policy says which forms it accepts.",
        Verdict::Contradicted => "If no tool did, there is nothing to do: this flag blocks nothing.",
        _ => "If none did, there is nothing to do: this flag blocks nothing.",
    };
    let ask = match commits {
        [] => String::new(),
        commits => {
            let mut names: Vec<String> =
                commits.iter().map(|commit| format!("**{}**", escaped(&cut(&commit.author, MOST_TEXT)))).collect();
            names.dedup();
            format!(" To ask: {}.", names.join(", "))
        }
    };
    let how = match first {
        None => "when committing".to_owned(),
        Some(commit) => format!("to the message of {}", code_span(short(&commit.id))),
    };
    let when = if verdict == Verdict::WrongForm { "To restate it" } else { "If an AI tool helped" };
    format!("{when}, add this line {how}{}:\n\n{line}\n{otherwise}{ask}\n", command(report, first))
}

/// The command that adds a trailer where one command is enough.
fn command(report: &Report, commit: Option<&CommitReport>) -> String {
    let last = commit.is_some_and(|commit| report.range.head.as_ref() == Some(&commit.id));
    if last {
        format!(" ({})", code_span("git commit --amend --no-edit --trailer \"Assisted-by: TOOL:MODEL\""))
    } else {
        String::new()
    }
}
