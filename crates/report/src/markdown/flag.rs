//! The comment beside one flagged block: what was seen, how sure, what resolves it, whom to ask.

use super::reasons::reasons;
use super::{code_span, escaped, fenced, rules_explained};
use crate::gate::Verdict;
use crate::groups::{Flagged, is_of_commit};
use crate::looks::Number;
use crate::paste::{Paste, is_ban, policy_says};
use crate::sum::Sum;
use crate::view::{Reasons, behind, declaring, is_pushed, objection, shares};
use crate::words::{cut, declares_of, evidence, is_by_commit, looks, question, severity, short};
use crate::{CommitReport, Flag, HunkReport, Report, SignalReport, Stated, asked, foreign};

/// How many signals of a flag are shown.
const MAX_SIGNALS: usize = 6;
/// How many characters of a stranger's sentence are shown.
const MAX_TEXT: usize = 160;
/// How many characters of a policy are shown.
const MAX_STATEMENTS: usize = 600;

/// The body of the comment beside a flagged block, as Markdown of a few kilobytes.
pub fn flag(report: &Report, flag: &Flag) -> String {
    let Some(hunk) = report.hunks.get(flag.hunk) else { return String::new() };
    let asked = asked(hunk, &report.commits);
    let stated = Stated::of(flag.verdict, asked.first().copied());
    let notice = if report.is_foreign { format!("\n<sub>{}</sub>\n", foreign::BESIDE) } else { String::new() };
    let is_about_looks = flag.verdict != Verdict::WrongForm;
    let mut parts = vec![
        format!("**{}**\n{notice}", question(flag.verdict, stated)),
        said(report, flag, hunk, asked.first().copied()),
    ];
    let reasons = reasons(&Reasons::of_flag(report, Flagged { flag, hunk, rank: 0 }));
    parts.extend((!reasons.is_empty()).then(|| reasons.trim_end_matches('\n').to_owned() + "\n"));
    parts.extend(is_about_looks.then(|| seen(report, hunk)));
    let explained = format!(" {}", rules_explained());
    parts.extend([
        resolve(report, flag.verdict, &asked),
        format!(
            "<sub>Flag {} \u{b7} priority: {} \u{b7}{} A reviewer who has looked answers in a comment: {}.</sub>\n",
            code_span(&flag.id),
            severity(flag.severity),
            if is_about_looks { &explained } else { "" },
            code_span(&format!("/ai-detect dismiss {} REASON", flag.id)),
        ),
    ]);
    parts.join("\n")
}

fn said(report: &Report, flag: &Flag, hunk: &HunkReport, asked: Option<&CommitReport>) -> String {
    let these = match hunk.added_lines {
        1 => "This line".to_owned(),
        lines => format!("These {lines} lines"),
    };
    let number = if hunk.added_lines == 1 { Number::One } else { Number::Several };
    let looks = looks(flag, hunk, number);
    let alone = if looks.is_some() && is_by_commit(hunk) { " By themselves, they say little." } else { "" };
    let classes = if hunk.sensitive_classes.is_empty() {
        String::new()
    } else {
        format!(" ({})", escaped(&cut(&hunk.sensitive_classes.join(", "), MAX_TEXT)))
    };
    let sensitive = if hunk.sensitive { format!(" The path is a sensitive one{classes}.") } else { String::new() };
    let declared = match asked {
        None => "nothing is committed yet that could say so".to_owned(),
        Some(commit) => {
            let shares = shares(report, hunk).map_or_else(String::new, |shares| format!("; {}", escaped(&shares)));
            format!(
                "{} {}{shares}",
                named(commit),
                escaped(&declares_of(report, commit, Stated::of(flag.verdict, asked)))
            )
        }
    };
    match looks {
        // Whether a tool helped is no question here.
        None => {
            let objection = asked.and_then(objection).map(|says| format!(" {}", escaped(&cut(says, MAX_STATEMENTS))));
            format!("{these}: {declared}.{}{sensitive}\n", objection.as_deref().unwrap_or(""))
        }
        Some(looks) => format!(
            "{these} {looks}; {declared}.{alone}{sensitive} People write like this too; only whoever wrote them knows.\n"
        ),
    }
}

fn named(commit: &CommitReport) -> String {
    format!("{} (\u{201c}{}\u{201d})", code_span(short(&commit.id)), escaped(&cut(&commit.subject, MAX_TEXT)))
}

fn seen(report: &Report, hunk: &HunkReport) -> String {
    let sum = Sum::of_hunk(hunk, report.tool.intercept, MAX_SIGNALS);
    let mut out = format!(
        "<details><summary>Sum: log-odds {:+.2}, flagged from {:+.2}</summary>\n\n",
        hunk.log_odds, report.threshold.log_odds
    );
    // What stands in the block itself comes first: it is what the reader has before them.
    let (of_commit, of_block): (Vec<&SignalReport>, Vec<&SignalReport>) =
        sum.shown.iter().partition(|signal| is_of_commit(signal));
    for signal in of_block.into_iter().chain(of_commit) {
        out += &format!("- {}\n", signal_line(signal));
    }
    out += &format!("- {}\n\n</details>\n", sum.rest(&[], hunk.log_odds).join(", "));
    out
}

/// One signal with its evidence, in one line.
pub(super) fn signal_line(signal: &SignalReport) -> String {
    let place = match (&signal.commit, signal.evidence.first()) {
        (Some(commit), _) => format!(", message of {}", code_span(short(commit))),
        (_, Some(first)) if !is_of_commit(signal) => format!(", line {}", first.line),
        _ => String::new(),
    };
    let told = evidence(signal);
    let told = if told.is_empty() { String::new() } else { format!(": {}", code_span(&cut(&told, MAX_TEXT))) };
    let title = escaped(&cut(&signal.title, MAX_TEXT));
    format!("**{:+.2}** {title} ({}){place}{told}", signal.contribution, code_span(&cut(&signal.rule, MAX_TEXT)))
}

fn resolve(report: &Report, verdict: Verdict, commits: &[&CommitReport]) -> String {
    let first = commits.first().copied();
    let paste = Paste::of(report, first, verdict);
    let mut out = pasted(report, verdict, first, &paste);
    out += match verdict {
        // The lines of the policy are above; where it has none, it says which forms it accepts.
        Verdict::WrongForm if paste.commit.is_empty() => "The project's policy says which forms it accepts.",
        Verdict::WrongForm => "The project's policy accepts that form.",
        Verdict::Contradicted => "If no tool did, there is nothing to do: this flag blocks nothing.",
        _ => "If none did, there is nothing to do: this flag blocks nothing.",
    };
    if let Some(says) = policy_says(report) {
        out += &format!(" {}", escaped(&cut(&says, MAX_STATEMENTS)));
    }
    if !commits.is_empty() {
        let who = |commit: &&CommitReport| match behind(report, commit) {
            Some(person) => format!("**{}** (behind {})", name(&person), name(&commit.author)),
            None => format!("**{}**", name(&commit.author)),
        };
        let mut names: Vec<String> = commits.iter().take(3).map(who).collect();
        names.dedup();
        out += &format!(" To ask: {}.", names.join(", "));
    }
    out + "\n"
}

fn name(person: &str) -> String {
    escaped(&cut(person, MAX_TEXT))
}

/// What to paste where, each place with its lines.
fn pasted(report: &Report, verdict: Verdict, commit: Option<&CommitReport>, paste: &Paste) -> String {
    if is_ban(report) {
        return "If an AI tool helped, say so here.\n\n".into();
    }
    let how = match commit {
        None => "when committing".to_owned(),
        Some(commit) => format!("to the message of {}", code_span(short(&commit.id))),
    };
    let these = |lines: &[String]| if lines.len() == 1 { "this line" } else { "these lines" };
    let mut parts = Vec::new();
    if !paste.remove.is_empty() {
        parts.push((format!("take {} out of the commit's message", these(&paste.remove)), &paste.remove));
    }
    if !paste.commit.is_empty() {
        let command = command(report, commit, &paste.commit);
        parts.push((format!("add {} {how}{command}", these(&paste.commit)), &paste.commit));
    }
    if !paste.request.is_empty() {
        parts.push((format!("add {} to the request's description", these(&paste.request)), &paste.request));
    }
    let when = if verdict == Verdict::WrongForm { "To restate it" } else { "If an AI tool helped" };
    let mut out = String::new();
    for (at, (what, lines)) in parts.into_iter().enumerate() {
        let lead = if at == 0 { format!("{when}, ") } else { "Then ".to_owned() };
        let lines: Vec<_> = lines.iter().map(|line| cut(line, MAX_TEXT)).collect();
        out += &format!("{lead}{what}:\n\n{}\n", fenced(&lines.join("\n"), ""));
    }
    out
}

/// The command that declares: git's own for the last commit, where a shell can read the lines as they stand, and ours for
/// an older one. Nothing where nothing here can be rewritten.
fn command(report: &Report, commit: Option<&CommitReport>, lines: &[String]) -> String {
    let (Some(commit), Some(head)) = (commit, &report.range.head) else { return String::new() };
    if *head != commit.id {
        let push = match is_pushed(report, commit) {
            true => format!(", then {}", code_span("git push --force-with-lease")),
            false => String::new(),
        };
        return format!(" ({}{push})", code_span(&declaring(report, commit)));
    }
    let is_plain = |c: char| c.is_ascii_alphanumeric() || " :._@<>+-/%,".contains(c);
    let is_trailer = |line: &String| {
        line.len() <= MAX_TEXT
            && line.chars().all(is_plain)
            && line.split_once(": ").is_some_and(|(key, _)| !key.contains(' '))
    };
    if lines.is_empty() || !lines.iter().all(is_trailer) {
        return String::new();
    }
    let trailers: Vec<String> = lines.iter().map(|line| format!("--trailer \"{line}\"")).collect();
    format!(" ({})", code_span(&format!("git commit --amend --no-edit {}", trailers.join(" "))))
}
