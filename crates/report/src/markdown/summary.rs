//! The comment on the request as a whole: what was looked at, and all flags by commit, cut to what a forge takes.

use super::flag::signal_line;
use super::{code_span, escaped, fenced};
use crate::gate::Verdict;
use crate::groups::{Flagged, Group, groups};
use crate::paste::{Paste, is_ban, policy_says};
use crate::words::{self, KIND, Sum, counted, cut, declares_in, short};
use crate::{NotLookedAt, Report, declared, disguised, foreign, unseen};

/// The longest comment that GitHub takes, in bytes.
pub const GITHUB_BODY: usize = 65_536;
/// How many signals of a commit are shown.
const MAX_SIGNALS: usize = 3;
/// How many notes are shown.
const MAX_NOTES: usize = 5;
/// How many characters of a stranger's sentence are shown.
const MAX_TEXT: usize = 160;
/// How many characters of a policy are shown.
const MAX_STATEMENTS: usize = 600;

/// The comment on a request, as Markdown of at most so many bytes: flags that do not fit are counted. A limit of
/// less than about a kilobyte leaves the counts alone.
pub fn summary(report: &Report, limit_bytes: usize) -> String {
    let (head, tail) = (head(report), tail(report));
    let room = limit_bytes.saturating_sub(head.len() + tail.len() + more(report.flag_count()).len());
    let (list, shown) = list(report, room);
    let left = report.flag_count().saturating_sub(shown);
    let left = if left > 0 { more(left) } else { String::new() };
    let whole = format!("{head}{list}{left}{tail}");
    if whole.len() <= limit_bytes { whole } else { bare(report, limit_bytes) }
}

/// In our own words alone: these can be cut anywhere.
fn bare(report: &Report, limit_bytes: usize) -> String {
    let notice = if report.is_foreign { format!("{} ", foreign::NOTICE) } else { String::new() };
    let told = format!("{notice}{}. The report has all of them.\n", words::counts(report).join(", "));
    told.chars().take(limit_bytes).filter(char::is_ascii).collect()
}

fn head(report: &Report) -> String {
    let title = words::heading(report);
    let counts = words::counts(report).join(" \u{b7} ");
    let notice = if report.is_foreign { format!("{}\n\n", foreign::NOTICE) } else { String::new() };
    let mut out = format!(
        "{notice}### {title}\n\n{}: {}\n\n{counts}\n",
        code_span(&cut(&words::range(&report.range.spec), MAX_TEXT)),
        words::scope(report)
    );
    let mut told: Vec<String> = words::missing(report).into_iter().collect();
    told.extend(unseen::told(report));
    told.extend(words::omitted(report));
    told.extend(words::declaring(report));
    told.extend(disguised::summary(report));
    told.extend(declared::request(report));
    told.extend(declared::summary(report));
    told.extend(words::whole(report));
    let unlooked = not_looked_at(report);
    let notes = words::other_notes(report);
    told.extend(notes.iter().take(MAX_NOTES).map(|note| format!("note: {note}")));
    let unsaid = notes.len().saturating_sub(MAX_NOTES);
    told.extend((unsaid > 0).then(|| format!("{unsaid} more notes in the report")));
    if !told.is_empty() || !unlooked.is_empty() {
        out.push('\n');
    }
    out += &unlooked;
    for told in told {
        out += &format!("- {}\n", escaped(&cut(&told, 3 * MAX_TEXT)));
    }
    out
}

/// Evidence that was not looked at. The command that mends it stands as code, so that it can be copied.
fn not_looked_at(report: &Report) -> String {
    let line = |it: &NotLookedAt| {
        let command = it.command().map_or_else(String::new, |command| format!(" {}", code_span(command)));
        it.words().map(|words| format!("- {}{command}\n", escaped(&cut(&words, 3 * MAX_TEXT))))
    };
    report.coverage.not_looked_at.iter().filter_map(line).collect()
}

fn tail(report: &Report) -> String {
    let mut out = String::new();
    if !report.flags.is_empty() {
        out += &pasted(report);
        if verdict(report) != Verdict::WrongForm {
            out += "If none did, there is nothing to do.";
        }
        if let Some(says) = policy_says(report) {
            out += &format!(" {}", escaped(&cut(&says, MAX_STATEMENTS)));
        }
        out.push('\n');
    }
    let left_out = words::left_out(report);
    if !left_out.is_empty() {
        out += &format!("\nNot scored: {}.\n", escaped(&left_out));
    }
    if let Some(carried) = words::carried(report) {
        out += &format!("\n{carried}\n");
    }
    // A report without a flag is about looks, too.
    let has_threshold = report.flags.is_empty() || words::is_about_looks(report);
    let aim = format!(
        " The threshold aims at flags on no more than {} % of changes that people wrote alone.",
        report.threshold.request_rate * 100.0
    );
    out += &format!(
        "\n<sub>{KIND}{} {} {}</sub>\n",
        if report.is_foreign || !has_threshold { "" } else { &aim },
        escaped(&cut(&report.tool.name, 40)),
        escaped(&cut(&report.tool.version, 40)),
    );
    out
}

/// What the first of the flags says; whether a tool helped is no question where all are about form.
fn verdict(report: &Report) -> Verdict {
    if words::is_about_looks(report) { Verdict::Unattested } else { Verdict::WrongForm }
}

/// What answers the first of the flags; those of other commits are alike, and their own comments have theirs.
fn pasted(report: &Report) -> String {
    if is_ban(report) {
        return "\nIf an AI tool helped, say so here. ".into();
    }
    let first = groups(report).into_iter().next();
    let commit = first.as_ref().and_then(|group| group.commit);
    let verdict = verdict(report);
    let paste = Paste::of(report, commit, verdict);
    let when = if verdict == Verdict::WrongForm { "To restate it" } else { "If an AI tool helped" };
    let mut out = String::new();
    for (lines, place) in [(&paste.commit, "the message of the commit"), (&paste.request, "the request's description")]
    {
        if lines.is_empty() {
            continue;
        }
        let these = if lines.len() == 1 { "a line like this" } else { "lines like these" };
        let lines: Vec<_> = lines.iter().map(|line| cut(line, MAX_TEXT)).collect();
        let lead = if out.is_empty() { &format!("\n{when}, add") } else { "\nand" };
        out += &format!("{lead} {these} to {place}:\n\n{}", fenced(&lines.join("\n"), ""));
    }
    out + "\n"
}

fn more(flags: usize) -> String {
    format!("\n{} in the report.\n", counted(flags, "more flag is", "more flags are"))
}

/// As many flags as fit, and how many those are.
fn list(report: &Report, room: usize) -> (String, usize) {
    let (mut out, mut shown) = (String::new(), 0);
    for group in groups(report) {
        let mut entry = heading(report, &group);
        for flagged in &group.flags {
            entry += &line(flagged);
            if out.len() + entry.len() > room {
                return (out, shown);
            }
            // A heading goes nowhere without a flag.
            out.push_str(&entry);
            entry.clear();
            shown += 1;
        }
    }
    (out, shown)
}

/// The commit, and what it shows as a whole: that is the same for all of its blocks.
fn heading(report: &Report, group: &Group<'_>) -> String {
    let Some(commit) = group.commit else { return "\n**Not committed yet**\n\n".into() };
    let mut out = format!(
        "\n**{}** {} by {}, {}\n\n",
        code_span(short(&commit.id)),
        escaped(&cut(&commit.subject, MAX_TEXT)),
        escaped(&cut(&commit.author, MAX_TEXT)),
        escaped(&cut(&declares_in(report, commit), MAX_TEXT)),
    );
    for signal in Sum::of(group.of_commit(), 0.0, MAX_SIGNALS).shown {
        out += &format!("> {}  \n", signal_line(signal));
    }
    if out.ends_with("  \n") {
        out.push('\n');
    }
    out
}

fn line(flagged: &Flagged<'_>) -> String {
    let Flagged { flag, hunk, .. } = flagged;
    let place = format!("{}:{}", cut(&flag.path, 2 * MAX_TEXT), words::lines(flag.start_line, flag.end_line));
    let id = code_span(&cut(&flag.id, 40));
    format!("- {} {} \u{b7} {id}\n", code_span(&place), words::title(flag, hunk))
}
