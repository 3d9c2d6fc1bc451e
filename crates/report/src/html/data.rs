//! What the page shows, as its script reads it. Every text of a stranger has gone through `shown`: what would hide or
//! turn the direction of text is visible.

use serde::Serialize;

use crate::excerpts::{Excerpt, Excerpts};
use crate::gate::Verdict;
use crate::groups::{self, Flagged, is_of_commit};
use crate::looks::likelihood;
use crate::paste::policy_says;
use crate::sum::{Sum, of_commits};
use crate::view::{self, Advice, BlockView, CommitView, Head, Origin, View, commit_lines};
use crate::words::{self, cut};
use crate::{HunkReport, Report, SignalReport, Stated, asked, declared};
use ai_detect_base::terminal::{escaped, escaped_name};

/// How many flags are on the page.
const MAX_FLAGS: usize = 5000;
/// How many blocks without a flag.
const MAX_OTHERS: usize = 5000;
/// How many signals of a block.
const MAX_SIGNALS: usize = 12;
/// How many signals of a commit.
const MAX_OF_COMMIT: usize = 8;
/// How many notes, and how many paths that were left out.
const MAX_LISTED: usize = 500;
/// How many characters of a stranger's sentence.
const MAX_TEXT: usize = 300;
/// How many characters of a policy.
const MAX_POLICY: usize = 600;
/// How many bytes of JSON all flags have together, and all blocks without one.
const MAX_BYTES: usize = 16 << 20;

#[derive(Serialize)]
pub(super) struct Data {
    range: String,
    headline: String,
    scope: String,
    counts: Vec<String>,
    told: Vec<String>,
    groups: Vec<Group>,
    /// Each commit with what it declares, then what else is to be known of declarations.
    commits: Vec<[String; 2]>,
    others: Vec<Other>,
    left_out: Vec<[String; 2]>,
    advice: Vec<Step>,
    /// What else to say of that, a sentence each.
    otherwise: Vec<String>,
    /// Flags that are not on the page.
    more: usize,
    /// Whether code can be shown.
    code: bool,
    likely: f64,
    kind: &'static str,
    version: String,
}

/// A commit with flags.
#[derive(Serialize)]
struct Group {
    /// Empty where there is no commit.
    id: String,
    title: String,
    /// Who wrote it, and who is behind it.
    by: String,
    finding: String,
    /// What the policy says of its form, and which other commits brought part of its blocks.
    more: Vec<String>,
    for_ai: Vec<Reason>,
    for_a_person: Vec<Reason>,
    sensitive: Option<String>,
    signals: Vec<Signal>,
    /// The sum of its signals, in words.
    rest: String,
    flags: Vec<Block>,
}

#[derive(Serialize)]
struct Reason {
    title: String,
    rules: Vec<String>,
    place: String,
    /// The line in pieces, and whether each is marked.
    line: Vec<(String, bool)>,
}

/// One thing to do.
#[derive(Serialize)]
struct Step {
    what: String,
    paste: String,
    note: String,
}

#[derive(Serialize)]
struct Block {
    id: String,
    question: &'static str,
    severity: &'static str,
    verdict: &'static str,
    path: String,
    lines: String,
    finding: String,
    /// Whether the flag is about looks.
    is_scored: bool,
    odds: f64,
    signals: Vec<Signal>,
    rest: String,
    code: Option<Code>,
}

#[derive(Serialize)]
struct Signal {
    title: String,
    rule: String,
    odds: f64,
    of: &'static str,
    /// Line, last line, text.
    evidence: Vec<(u32, u32, String)>,
}

#[derive(Serialize)]
struct Code {
    first: u32,
    lines: Vec<(String, bool)>,
    more: u32,
}

#[derive(Serialize)]
struct Other {
    verdict: &'static str,
    path: String,
    lines: String,
    looks: String,
}

pub(super) fn of(report: &Report, excerpts: Option<&Excerpts>) -> Result<Data, serde_json::Error> {
    let head = Head::of(report);
    let mut told: Vec<String> = head.lines.into_iter().map(|line| line.text).collect();
    told.extend(head.notes.iter().take(MAX_LISTED).map(|note| format!("note: {note}")));
    let left_out = report.coverage.excluded.iter().take(MAX_LISTED);
    let others = report.hunks.iter().filter(|hunk| !hunk.verdict.is_flag() && hunk.verdict != Verdict::Unknown);
    let groups = groups_of(report, excerpts)?;
    let advice = Advice::of(report);
    let policy = policy_says(report).filter(|_| !report.flags.is_empty()).map(|says| escaped(&cut(&says, MAX_POLICY)));
    let listed: usize = groups.iter().map(|group| group.flags.len()).sum();
    Ok(Data {
        range: shown(&report.range.spec),
        headline: shown(&head.headline),
        scope: head.scope,
        counts: head.counts,
        told: told.iter().map(|text| shown(text)).collect(),
        groups,
        commits: commits(report),
        others: fitting(others.take(MAX_OTHERS).map(other))?,
        left_out: left_out
            .map(|it| {
                [
                    escaped_name(&cut(&it.path, MAX_TEXT)),
                    format!("{} ({})", words::reason(it.reason), shown(&it.detail)),
                ]
            })
            .collect(),
        advice: advice.steps.iter().map(step).collect(),
        otherwise: advice.otherwise.map(str::to_owned).into_iter().chain(policy).collect(),
        more: report.flag_count().saturating_sub(listed),
        code: excerpts.is_some(),
        likely: report.threshold.log_odds,
        kind: words::KIND,
        version: shown(&report.tool.version),
    })
}

/// The commits with what they declare, and the details of that.
fn commits(report: &Report) -> Vec<[String; 2]> {
    let lines = commit_lines(report).into_iter();
    let lines = lines.map(|line| [shown(&format!("{} {}", line.id, line.subject)), shown(&line.says)]);
    // Whoever wrote an untrusted report may have chosen these texts.
    let details = if report.is_foreign { Vec::new() } else { declared::details(report) };
    let details = details.iter().map(|detail| [String::new(), shown(detail)]);
    lines.take(MAX_LISTED).chain(details.take(MAX_LISTED)).collect()
}

/// As many from the front as have room.
fn fitting<T: Serialize>(all: impl Iterator<Item = T>) -> Result<Vec<T>, serde_json::Error> {
    let (mut room, mut fitting) = (MAX_BYTES, Vec::new());
    for one in all {
        let Some(left) = room.checked_sub(serde_json::to_vec(&one)?.len()) else { break };
        room = left;
        fitting.push(one);
    }
    Ok(fitting)
}

fn shown(text: &str) -> String {
    escaped(&cut(text, MAX_TEXT))
}

fn groups_of(report: &Report, excerpts: Option<&Excerpts>) -> Result<Vec<Group>, serde_json::Error> {
    let (mut room, mut bytes) = (MAX_FLAGS, MAX_BYTES);
    let view = View::of(report);
    let mut all = Vec::new();
    for of_commit in &view.groups {
        let mut flags = Vec::new();
        for flagged in of_commit.flags.iter().take(room) {
            let block = block(report, flagged, excerpts);
            let Some(left) = bytes.checked_sub(serde_json::to_vec(&block)?.len()) else {
                room = flags.len();
                break;
            };
            bytes = left;
            flags.push(block);
        }
        room -= flags.len();
        if flags.is_empty() {
            break;
        }
        all.push(group(of_commit, &view.commit(of_commit), flags));
    }
    Ok(all)
}

fn group(of_commit: &groups::Group<'_>, commit: &CommitView, flags: Vec<Block>) -> Group {
    let signals = of_commit.of_commit();
    let total: f64 = signals.iter().map(|signal| signal.contribution).sum();
    let sum = Sum::of_commit(&signals, MAX_OF_COMMIT);
    let (id, title, by) = match &commit.origin {
        Origin::Patch => (String::new(), "The patch".to_owned(), String::new()),
        Origin::Uncommitted => (String::new(), "Not committed yet".to_owned(), String::new()),
        Origin::Commit { id, subject, author, behind } => {
            let behind = behind.as_ref().map_or_else(String::new, |who| format!(" (behind it: {})", shown(who)));
            (id.clone(), shown(subject), format!("{}{behind}", shown(author)))
        }
    };
    let others = commit.others.as_ref().map(|others| shown(&format!("part of its blocks: {others}")));
    Group {
        id,
        title,
        by,
        finding: shown(&format!("{}; {}", commit.finding, commit.declares)),
        more: commit.objection.iter().map(|it| shown(it)).chain(others).collect(),
        for_ai: commit.reasons.for_ai.iter().map(reason).collect(),
        for_a_person: commit.reasons.for_a_person.iter().map(reason).collect(),
        sensitive: commit.sensitive.files.as_deref().map(shown),
        rest: format!("{} = {total:+.2} of the commit", sum.rest(&[], total).join(", ")),
        signals: sum.shown.into_iter().map(signal).collect(),
        flags,
    }
}

fn reason(reason: &view::Reason) -> Reason {
    let line = reason.quote.as_ref().map(|quote| quote.fitted(MAX_TEXT));
    let pieces = line.iter().flat_map(|line| line.pieces());
    Reason {
        title: shown(&reason.title()),
        rules: reason.rules.iter().map(|rule| shown(rule)).collect(),
        place: reason.place.as_ref().map_or_else(String::new, |place| escaped_name(&cut(place, MAX_TEXT))),
        // A quote is escaped already.
        line: pieces.map(|(piece, is_marked)| (piece.to_owned(), is_marked)).collect(),
    }
}

fn step(step: &view::Step) -> Step {
    Step {
        what: shown(&step.what),
        paste: step.paste.iter().map(|line| shown(line)).collect::<Vec<_>>().join("\n"),
        note: step.note.as_ref().map_or_else(String::new, |note| shown(note)),
    }
}

fn block(report: &Report, flagged: &Flagged<'_>, excerpts: Option<&Excerpts>) -> Block {
    let Flagged { flag, hunk, rank } = flagged;
    let sum = Sum::of_own(hunk, report.tool.intercept, MAX_SIGNALS);
    let (number, words) = of_commits(hunk);
    let is_about_looks = flag.verdict != Verdict::WrongForm;
    Block {
        id: shown(&flag.id),
        question: words::question(
            flag.verdict,
            Stated::of(flag.verdict, asked(hunk, &report.commits).first().copied()),
        ),
        severity: words::severity(flag.severity),
        verdict: flag.verdict.word(),
        path: escaped_name(&flag.path),
        lines: words::lines(flag.start_line, flag.end_line),
        finding: shown(&with_shares(&BlockView::of(report, flagged))),
        is_scored: is_about_looks && flag.probability.is_some(),
        odds: hunk.log_odds,
        signals: if is_about_looks { sum.shown.iter().map(|it| signal(it)).collect() } else { Vec::new() },
        rest: format!("{number:+.2} {words}, {}", sum.rest(&[number], hunk.log_odds).join(", ")),
        code: excerpts.and_then(|excerpts| excerpts.get(*rank)).map(code),
    }
}

/// What is found of a block, and whose lines are declared.
fn with_shares(block: &BlockView) -> String {
    match &block.shares {
        Some(shares) => format!("{}; {shares}", block.finding),
        None => block.finding.clone(),
    }
}

fn signal(signal: &SignalReport) -> Signal {
    let of = match signal.commit {
        Some(_) => "message",
        None if is_of_commit(signal) => "commit",
        None => "block",
    };
    let evidence = signal.evidence.iter().map(|it| (it.line, it.end_line, shown(it.text.trim())));
    Signal {
        title: shown(&signal.title),
        rule: shown(&signal.rule),
        odds: signal.contribution,
        of,
        evidence: evidence.collect(),
    }
}

fn code(excerpt: &Excerpt) -> Code {
    let lines = excerpt.lines.iter().map(|(line, authored)| {
        // Tabs are kept: the page shows them as they are.
        let parts: Vec<String> = line.split('\t').map(escaped).collect();
        (parts.join("\t"), *authored)
    });
    Code { first: excerpt.first, lines: lines.collect(), more: excerpt.more }
}

fn other(hunk: &HunkReport) -> Other {
    Other {
        verdict: hunk.verdict.word(),
        path: escaped_name(&hunk.path),
        lines: words::lines(hunk.start_line, hunk.end_line),
        looks: match hunk.probability {
            None => format!("not scored ({})", view::why_not_scored(hunk)),
            Some(likely) => likelihood(likely),
        },
    }
}
