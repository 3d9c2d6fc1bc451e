//! What the page shows, as its script reads it. Every text of a stranger has gone through `shown`: what would hide or
//! turn the direction of text is visible.

use serde::Serialize;

use crate::excerpts::{Excerpt, Excerpts};
use crate::gate::Verdict;
use crate::groups::{Flagged, groups, is_of_commit};
use crate::looks::Number;
use crate::paste::Paste;
use crate::view::Head;
use crate::words::{self, Sum, cut, declares_in, percent, short};
use crate::{CommitReport, HunkReport, Report, SignalReport};
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
    others: Vec<Other>,
    left_out: Vec<[String; 2]>,
    /// Flags that are not on the page.
    more: usize,
    /// Whether code can be shown.
    code: bool,
    likely: f64,
    rate: f64,
    kind: &'static str,
    version: String,
}

#[derive(Serialize)]
struct Group {
    id: String,
    subject: String,
    author: String,
    declares: String,
    trailer: String,
    signals: Vec<Signal>,
    flags: Vec<Block>,
}

#[derive(Serialize)]
struct Block {
    id: String,
    question: &'static str,
    severity: &'static str,
    verdict: &'static str,
    path: String,
    lines: String,
    /// Nothing where the flag is not about looks.
    looks: Option<String>,
    odds: f64,
    sensitive: bool,
    signals: Vec<Signal>,
    rest: String,
    resolve: String,
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
    let listed: usize = groups.iter().map(|group| group.flags.len()).sum();
    Ok(Data {
        range: shown(&report.range.spec),
        headline: shown(&head.headline),
        scope: head.scope,
        counts: head.counts,
        told: told.iter().map(|text| shown(text)).collect(),
        groups,
        others: fitting(others.take(MAX_OTHERS).map(other))?,
        left_out: left_out
            .map(|it| {
                [
                    escaped_name(&cut(&it.path, MAX_TEXT)),
                    format!("{} ({})", words::reason(it.reason), shown(&it.detail)),
                ]
            })
            .collect(),
        more: report.flag_count().saturating_sub(listed),
        code: excerpts.is_some(),
        likely: report.threshold.log_odds,
        rate: report.threshold.request_rate * 100.0,
        kind: words::KIND,
        version: shown(&report.tool.version),
    })
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
    let mut all = Vec::new();
    for group in groups(report) {
        let commit = group.commit;
        let text = |of: fn(&CommitReport) -> String| commit.map_or_else(String::new, of);
        let of_commit = Sum::of(group.of_commit(), 0.0, MAX_OF_COMMIT).shown;
        let mut flags = Vec::new();
        for flagged in group.flags.iter().take(room) {
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
        all.push(Group {
            id: text(|commit| short(&commit.id).to_owned()),
            subject: text(|commit| shown(&commit.subject)),
            author: text(|commit| shown(&commit.author)),
            declares: commit.map_or_else(String::new, |commit| shown(&declares_in(report, commit))),
            trailer: pasted(report, commit),
            signals: of_commit.into_iter().map(signal).collect(),
            flags,
        });
    }
    Ok(all)
}

/// What the button beside a commit copies.
fn pasted(report: &Report, commit: Option<&CommitReport>) -> String {
    let paste = Paste::of(report, commit, Verdict::Unattested);
    let lines = paste.commit.iter().chain(&paste.request);
    lines.map(|line| shown(line)).collect::<Vec<_>>().join("\n")
}

fn block(report: &Report, Flagged { flag, hunk, rank }: &Flagged<'_>, excerpts: Option<&Excerpts>) -> Block {
    let (of_commit, own): (Vec<&SignalReport>, Vec<_>) = hunk.signals.iter().partition(|it| is_of_commit(it));
    let sum = Sum { omitted: hunk.omitted_signals, ..Sum::of(own, report.tool.intercept, MAX_SIGNALS) };
    let of_commit: f64 = of_commit.iter().map(|signal| signal.contribution).sum();
    let is_about_looks = flag.verdict != Verdict::WrongForm;
    Block {
        id: shown(&flag.id),
        question: words::question(flag.verdict),
        severity: words::severity(flag.severity),
        verdict: flag.verdict.word(),
        path: escaped_name(&flag.path),
        lines: words::lines(flag.start_line, flag.end_line),
        looks: words::looks(flag, hunk, Number::One),
        odds: hunk.log_odds,
        sensitive: hunk.sensitive,
        signals: if is_about_looks { sum.shown.iter().map(|it| signal(it)).collect() } else { Vec::new() },
        rest: format!("{of_commit:+.2} of the commit, {}", sum.rest()),
        resolve: shown(&flag.resolve),
        code: excerpts.and_then(|excerpts| excerpts.get(*rank)).map(code),
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
        looks: hunk
            .probability
            .map_or_else(|| "not scored".into(), |likely| format!("{} likely AI-written", percent(likely))),
    }
}
