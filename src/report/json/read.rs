//! Taking a written report back. It may come from a stranger's job, so nothing in it is believed: sizes are
//! bounded, places stay within the repository and point at what exists, ids are ids. What passes is safe to hand to
//! every format; whether it says the truth nobody can know from it.

use std::collections::HashSet;

use crate::report::{CommitReport, EvidenceReport, Flag, HunkReport, Report, SCHEMA, SignalReport};

/// The largest report that is read.
pub const MOST_BYTES: usize = 64 << 20;
const MOST_COMMITS: usize = 100_000;
const MOST_HUNKS: usize = 200_000;
const MOST_SIGNALS: usize = 2000;
const MOST_EVIDENCE: usize = 100;
/// Lines to paste for one commit.
const MOST_LINES: usize = 100;
const MOST_LINE: u32 = 100_000_000;
/// The longest path of common systems.
const MOST_PATH: usize = 4096;
const MOST_TEXT: usize = 64 << 10;
/// The longest name of a language.
const MOST_LANGUAGE: usize = 40;

/// Why a report is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is too large.
    #[error("the report is larger than {} MiB", MOST_BYTES >> 20)]
    TooLarge,
    /// It is of another schema.
    #[error("the report's schema is {found}; this version reads {SCHEMA}")]
    Schema {
        /// What it says that it is.
        found: String,
    },
    /// It is no JSON, or not of the schema.
    #[error("no report: {0}")]
    Json(#[from] serde_json::Error),
    /// It does not hold together.
    #[error("no report: {place}: {what}")]
    Inconsistent {
        /// Where.
        place: String,
        /// What is wrong there.
        what: &'static str,
    },
}

/// Only what tells which schema it is.
#[derive(serde::Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<String>,
}

/// A report from its JSON.
///
/// # Errors
/// Where it is too large, of another schema, or does not hold together.
pub fn read(bytes: &[u8]) -> Result<Report, ReadError> {
    if bytes.len() > MOST_BYTES {
        return Err(ReadError::TooLarge);
    }
    let head: Head = serde_json::from_slice(bytes)?;
    if head.schema.as_deref() != Some(SCHEMA) {
        let found = head.schema.map_or_else(|| "not named".into(), |schema| schema.chars().take(60).collect());
        return Err(ReadError::Schema { found });
    }
    let report: Report = serde_json::from_slice(bytes)?;
    check(&report)?;
    Ok(report)
}

/// What is wrong, if anything is.
type Checked = Result<(), &'static str>;

fn check(report: &Report) -> Result<(), ReadError> {
    let at = |place: String| move |what| ReadError::Inconsistent { place, what };
    whole(report).map_err(at("report".into()))?;
    for (number, found) in report.commits.iter().enumerate() {
        commit(found).map_err(at(format!("commits[{number}]")))?;
    }
    for (number, found) in report.hunks.iter().enumerate() {
        hunk(found).map_err(at(format!("hunks[{number}]")))?;
    }
    let mut seen = HashSet::new();
    for (number, found) in report.flags.iter().enumerate() {
        let place = || at(format!("flags[{number}]"));
        flag(found, report).map_err(place())?;
        ensure(seen.insert(&found.fingerprint), "its fingerprint is another's, too").map_err(place())?;
    }
    for (number, found) in report.coverage.excluded.iter().enumerate() {
        let checked = ensure(found.path.len() <= MOST_PATH && found.detail.len() <= MOST_TEXT, "a text is too long");
        let language = found.language.as_ref().is_none_or(|name| name.len() <= MOST_LANGUAGE);
        let checked = checked.and_then(|()| ensure(language, "the language is too long a word"));
        checked.map_err(at(format!("coverage.excluded[{number}]")))?;
    }
    Ok(())
}

fn ensure(holds: bool, what: &'static str) -> Checked {
    if holds { Ok(()) } else { Err(what) }
}

fn whole(report: &Report) -> Checked {
    ensure(report.commits.len() <= MOST_COMMITS, "too many commits")?;
    ensure(report.hunks.len() <= MOST_HUNKS, "too many hunks")?;
    ensure(report.flags.len() <= report.hunks.len(), "more flags than hunks")?;
    ensure(
        report.range.base.iter().chain(&report.range.head).all(|id| is_id(id)),
        "an end of the range is no commit id",
    )?;
    ensure(report.range.probability.is_none_or(is_share), "a probability is none")?;
    ensure(is_share(report.threshold.request_rate), "the rate is none")?;
    let texts = [&report.range.spec, &report.tool.name, &report.tool.version, &report.tool.model];
    let policy = report.policy.iter().flat_map(|policy| [&policy.id, &policy.title, &policy.says, &policy.text]);
    let texts = texts.into_iter().chain(policy).chain(&report.coverage.notes);
    ensure(texts.into_iter().all(|text| text.len() <= MOST_TEXT), "a text is too long")
}

fn commit(commit: &CommitReport) -> Checked {
    ensure(is_id(&commit.id), "the id is none")?;
    ensure(commit.subject.len() <= MOST_TEXT && commit.author.len() <= MOST_TEXT, "a text is too long")?;
    ensure(commit.probability.is_none_or(is_share), "the probability is none")?;
    if let Some(mending) = &commit.mending {
        let mut lines = mending.add.iter().map(|line| &line.text).chain(&mending.remove);
        ensure(mending.add.len().max(mending.remove.len()) <= MOST_LINES, "too many lines to paste")?;
        // Each is one line of a message, wherever it is shown.
        ensure(lines.all(|line| line.len() <= MOST_TEXT && !line.contains(['\n', '\r'])), "a line to paste is none")?;
    }
    signals(&commit.signals)
}

fn hunk(hunk: &HunkReport) -> Checked {
    path(&hunk.path)?;
    ensure(hunk.language.as_ref().is_none_or(|name| name.len() <= MOST_LANGUAGE), "the language is too long a word")?;
    lines(hunk.start_line, hunk.end_line)?;
    ensure(hunk.added_lines <= hunk.end_line - hunk.start_line + 1, "more lines are added than there are")?;
    ensure(hunk.probability.is_none_or(is_share), "the probability is none")?;
    ensure(hunk.commits.iter().all(|part| is_id(&part.id)), "a commit's id is none")?;
    ensure(is_hex(&hunk.fingerprint) && hunk.fingerprint.len() == 32, "the fingerprint is none")?;
    let is_digest = matches!(hunk.content.len(), 0 | 32) && is_hex(&hunk.content);
    ensure(is_digest, "the digest of its content is none")?;
    signals(&hunk.signals)
}

fn signals(signals: &[SignalReport]) -> Checked {
    ensure(signals.len() <= MOST_SIGNALS, "too many signals")?;
    for signal in signals {
        ensure(signal.rule.len() <= 200 && signal.title.len() <= MOST_TEXT, "a signal's text is too long")?;
        ensure(signal.commit.as_ref().is_none_or(|id| is_id(id)), "a signal's commit is none")?;
        ensure(signal.evidence.len() <= MOST_EVIDENCE, "too many places of a signal")?;
        signal.evidence.iter().try_for_each(evidence)?;
    }
    Ok(())
}

fn evidence(evidence: &EvidenceReport) -> Checked {
    ensure(evidence.text.len() <= MOST_TEXT, "the text of a place is too long")?;
    ensure(evidence.line <= MOST_LINE && evidence.end_line <= MOST_LINE, "the line of a place is out of bounds")
}

fn flag(flag: &Flag, report: &Report) -> Checked {
    let hunk = report.hunks.get(flag.hunk).ok_or("it points at no hunk")?;
    let place = (&flag.path, flag.start_line, flag.end_line, &flag.fingerprint, flag.verdict);
    let found = (&hunk.path, hunk.start_line, hunk.end_line, &hunk.fingerprint, hunk.verdict);
    ensure(place == found, "it does not say what its hunk says")?;
    ensure(flag.verdict.is_flag(), "its verdict asks for nobody")?;
    ensure(flag.id.len() == 8 && flag.fingerprint.starts_with(&flag.id), "the id is not that of its fingerprint")?;
    ensure(flag.probability.is_none_or(is_share), "the probability is none")?;
    ensure(flag.resolve.len() <= MOST_TEXT, "a text is too long")
}

/// Within the repository.
fn path(path: &str) -> Checked {
    ensure(!path.is_empty() && path.len() <= MOST_PATH, "the path is empty or too long")?;
    ensure(!path.contains('\0'), "the path holds a NUL")?;
    ensure(!path.starts_with('/') && path.split('/').all(|part| part != ".."), "the path leads out of the repository")
}

fn lines(start: u32, end: u32) -> Checked {
    ensure(start >= 1 && start <= end && end <= MOST_LINE, "the lines are out of bounds")
}

fn is_share(share: f64) -> bool {
    (0.0..=1.0).contains(&share)
}

fn is_id(id: &str) -> bool {
    matches!(id.len(), 40 | 64) && is_hex(id)
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
