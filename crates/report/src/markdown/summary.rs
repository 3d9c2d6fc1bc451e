//! The comment on the request as a whole: what was looked at, and all flags by commit, cut to what a forge takes.

use super::escape::with_code;
use super::flag::signal_line;
use super::reasons::{advice, reasons, steps};
use super::{code_span, escaped, fenced, rules_explained};
use crate::gate::Verdict;
use crate::groups::{Flagged, Group};
use crate::paste::policy_says;
use crate::sum::{Sum, of_commits};
use crate::view::{Advice, BlockView, CommitLine, CommitView, Head, Origin, View, commit_lines, policy_findings};
use crate::words::{self, KIND, counted, cut};
use crate::{NotLookedAt, Report, declared, foreign};

/// The longest comment that GitHub takes, in bytes.
pub const GITHUB_BODY: usize = 65_536;
/// How many signals of a commit are shown.
const MAX_SIGNALS: usize = 8;
/// How many blocks of a commit have their sums shown.
const MAX_SUMS: usize = 50;
/// How many flags of a commit have a line to dismiss them.
const MAX_ANSWERS: usize = 50;
/// How many commits are listed with what they declare, and how many details of that.
const MAX_COMMITS: usize = 50;
/// How many commits are shown with what the project's policy says of them.
const MAX_FINDINGS: usize = 20;
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
    let head = Head::of(report);
    let counts = head.counts.join(" \u{b7} ");
    let notice = if report.is_foreign { format!("{}\n\n", foreign::NOTICE) } else { String::new() };
    let mut out = format!(
        "{notice}### {}\n\n{}: {}\n\n{counts}\n",
        escaped(&head.headline),
        code_span(&cut(&words::range(&report.range.spec), MAX_TEXT)),
        head.scope
    );
    let mut told: Vec<String> = head.lines.into_iter().map(|line| line.text).collect();
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
        out += &format!("- {}\n", with_code(&cut(&told, 3 * MAX_TEXT)).trim());
    }
    out
}

/// Evidence that was not looked at. The command that mends it stands as code, so that it can be copied.
fn not_looked_at(report: &Report) -> String {
    let line = |it: &NotLookedAt| {
        let command = it.command().map_or_else(String::new, |command| format!(" {}", code_span(&command)));
        it.words().map(|words| format!("- {}{command}\n", with_code(&cut(&words, 3 * MAX_TEXT)).trim()))
    };
    report.coverage.not_looked_at.iter().filter_map(line).collect()
}

fn tail(report: &Report) -> String {
    let mut out = String::new();
    if !report.flags.is_empty() {
        out.push('\n');
        out += &advice(&Advice::of(report));
        if let Some(says) = policy_says(report) {
            out += &format!("\n{}\n", escaped(&cut(&says, MAX_STATEMENTS)));
        }
    }
    if let Some(carried) = words::carried(report) {
        out += &format!("\n{carried}\n");
    }
    let rules = if words::is_about_looks(report) { format!(" {}", rules_explained()) } else { String::new() };
    out += &format!(
        "\n<sub>{KIND}{rules} {} {}</sub>\n",
        escaped(&cut(&report.tool.name, 40)),
        escaped(&cut(&report.tool.version, 40)),
    );
    out
}

fn more(flags: usize) -> String {
    format!("\n{} in the report.\n", counted(flags, "more flag is", "more flags are"))
}

/// As many flags as fit, and how many those are. Sums take the room that flags leave.
fn list(report: &Report, room: usize) -> (String, usize) {
    let view = View::of(report);
    let (mut parts, mut used, mut shown) = (Vec::new(), 0, 0);
    'all: for group in &view.groups {
        let commit = view.commit(group);
        let mut entry = heading(&commit);
        let mut part = String::new();
        for block in &commit.blocks {
            entry += &line(block);
            if used + entry.len() > room {
                parts.push((part, group));
                break 'all;
            }
            used += entry.len();
            // A heading goes nowhere without a flag.
            part.push_str(&entry);
            entry.clear();
            shown += 1;
        }
        parts.push((part, group));
    }
    let mut out = policy(report, room.saturating_sub(used));
    used += out.len();
    for (part, group) in parts {
        out.push_str(&part);
        let folds = if part.is_empty() { Vec::new() } else { vec![answers(group), sums(report, group)] };
        for fold in folds {
            if used + fold.len() <= room {
                used += fold.len();
                out.push_str(&fold);
            }
        }
    }
    let commits = commits(report);
    if used + commits.len() <= room {
        out.push_str(&commits);
    }
    (out, shown)
}

/// What the project's policy says of commits, with the lines to paste, as much as fits. Nobody need unfold it.
fn policy(report: &Report, room: usize) -> String {
    let findings = policy_findings(report);
    let left = |shown: usize| {
        let more = counted(findings.len() - shown, "more commit does", "more commits do");
        format!("\n{more} not fit the project's policy: `ai-detect policy check` shows all.\n")
    };
    let mut out = String::new();
    for (at, finding) in findings.iter().enumerate() {
        let mut entry = format!("\n**Policy:** {}\n\n", escaped(&cut(&finding.title(), 2 * MAX_TEXT)));
        for said in finding.says.iter().take(MAX_NOTES) {
            entry += &format!("- {}\n", with_code(&cut(said, 3 * MAX_TEXT)).trim());
        }
        entry += "\n";
        entry += &steps(&finding.steps());
        let left = left(at);
        if at == MAX_FINDINGS || out.len() + entry.len() + left.len() > room {
            return if out.len() + left.len() > room { out } else { out + &left };
        }
        out += &entry;
    }
    out
}

/// What each commit declares, and what is to be known of that, folded.
fn commits(report: &Report) -> String {
    let lines = commit_lines(report);
    // Whoever wrote an untrusted report may have chosen these texts.
    let details = if report.is_foreign { Vec::new() } else { declared::details(report) };
    if lines.is_empty() && details.is_empty() {
        return String::new();
    }
    let mut out = "\n<details><summary>What the commits declare</summary>\n\n".to_owned();
    for CommitLine { id, subject, says } in lines.iter().take(MAX_COMMITS) {
        let (subject, says) = (escaped(&cut(subject, MAX_TEXT)), escaped(&cut(says, 2 * MAX_TEXT)));
        let subject = if subject.is_empty() { subject } else { format!(" {subject}") };
        out += &format!("- {}{subject}: {says}\n", code_span(id));
    }
    for detail in details.iter().take(MAX_COMMITS) {
        out += &format!("- {}\n", with_code(&cut(detail, 3 * MAX_TEXT)).trim());
    }
    let left = lines.len().saturating_sub(MAX_COMMITS) + details.len().saturating_sub(MAX_COMMITS);
    if left > 0 {
        out += &format!("- {} in the report\n", counted(left, "more line", "more lines"));
    }
    out + "\n</details>\n"
}

/// The lines of a comment that dismisses the flags of a commit, ready to copy, folded.
fn answers(group: &Group<'_>) -> String {
    let ids = group.flags.iter().take(MAX_ANSWERS).map(|flagged| cut(&flagged.flag.id, 40));
    // No line of ours begins with a slash: forges look for commands there. With a space before it, it is one all the same
    // where a person pastes it.
    let lines: Vec<String> = ids.map(|id| format!(" /ai-detect dismiss {id} REASON")).collect();
    let (flags, these) = if lines.len() == 1 { ("flag", "this line") } else { ("flags", "these lines") };
    format!(
        "\n<details><summary>Dismiss the {flags} of this commit</summary>\n\nA reviewer who has looked copies {these} into a \
         comment and says why instead of REASON:\n\n{}\n</details>\n",
        fenced(&lines.join("\n"), "")
    )
}

/// The commit, what is found in it, and the reasons.
fn heading(shown: &CommitView) -> String {
    let title = match &shown.origin {
        Origin::Patch => "**The patch**".to_owned(),
        Origin::Uncommitted => "**Not committed yet**".to_owned(),
        Origin::Commit { id, subject, author, behind } => {
            let named = |text: &str| escaped(&cut(text, MAX_TEXT));
            let behind = behind.as_ref().map_or_else(String::new, |who| format!(" (behind it: {})", named(who)));
            format!("**{}** {} by {}{behind}", code_span(id), named(subject), named(author))
        }
    };
    let mut out = format!("\n{title}  \n{}; {}\n\n", shown.finding, escaped(&cut(&shown.declares, 2 * MAX_TEXT)));
    if let Some(objection) = &shown.objection {
        out += &format!("{}\n\n", with_code(&cut(objection, 3 * MAX_TEXT)).trim());
    }
    if let Some(others) = &shown.others {
        out += &format!("Part of its blocks: {}\n\n", escaped(&cut(others, 3 * MAX_TEXT)));
    }
    out += &reasons(&shown.reasons);
    if let Some(files) = &shown.sensitive.files {
        out += &format!("Also touches, not scored: {}\n\n", escaped(&cut(files, 3 * MAX_TEXT)));
    }
    out
}

fn line(block: &BlockView) -> String {
    let (place, id) = (code_span(&cut(&block.place, 2 * MAX_TEXT)), code_span(&cut(&block.id, 40)));
    let shares = block.shares.as_ref().map_or_else(String::new, |shares| format!("; {}", escaped(shares)));
    format!("- {place} {}{shares} \u{b7} {id}\n", escaped(&cut(&block.finding, 2 * MAX_TEXT)))
}

/// The sums of a commit and of its blocks, folded.
fn sums(report: &Report, group: &Group<'_>) -> String {
    let signals = group.of_commit();
    let about_looks: Vec<&Flagged<'_>> =
        group.flags.iter().filter(|it| it.flag.verdict != Verdict::WrongForm).take(MAX_SUMS).collect();
    if about_looks.is_empty() {
        return String::new();
    }
    let mut out = String::from("\n<details><summary>Sums</summary>\n\n");
    let total: f64 = signals.iter().map(|signal| signal.contribution).sum();
    let of_commit = Sum::of_commit(&signals, MAX_SIGNALS);
    for signal in &of_commit.shown {
        out += &format!("- {}\n", signal_line(signal));
    }
    if !signals.is_empty() {
        let unshown: String = of_commit.rest(&[], total).iter().map(|part| format!("{part}, ")).collect();
        out += &format!("- {unshown}together **{total:+.2}** of the commit\n");
    }
    for flagged in about_looks {
        let hunk = flagged.hunk;
        let sum = Sum::of_own(hunk, report.tool.intercept, 0);
        let (number, words) = of_commits(hunk);
        out += &format!(
            "- {} {number:+.2} {words}, {} = log-odds {:+.2}; flagged from {:+.2}\n",
            code_span(&cut(&flagged.flag.id, 40)),
            sum.rest(&[number], hunk.log_odds).join(", "),
            hunk.log_odds,
            report.threshold.log_odds
        );
    }
    out + "\n</details>\n"
}
