//! What must hold of a report that is read, and of one that is written: sizes are bounded, places stay within the
//! repository and point at what exists, ids are ids.

use std::collections::HashSet;

use crate::bounds::{
    Checked, MAX_COMMITS, MAX_COUNT, MAX_EVIDENCE, MAX_HUNKS, MAX_LANGUAGE, MAX_LINE, MAX_PASTED_LINES, MAX_PATH,
    MAX_RULE, MAX_SENSITIVE, MAX_SIGNALS, MAX_TEXT, MAX_TOGETHER, ensure, lines, path,
};
use crate::{
    CommitReport, EvidenceReport, ExcludedReport, Flag, HunkReport, Omitted, OmittedSignals, Report, SignalReport,
    Together, not_looked_at,
};

/// Where a report does not hold together, and what is wrong there.
pub(super) struct Problem {
    pub(super) place: String,
    pub(super) what: &'static str,
}

pub(super) fn check(report: &Report) -> Result<(), Problem> {
    let at = |place: String| move |what| Problem { place, what };
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
        excluded(found).map_err(at(format!("coverage.excluded[{number}]")))?;
    }
    report.omitted.as_ref().map_or(Ok(()), omitted).map_err(at("omitted".into()))
}

fn whole(report: &Report) -> Checked {
    ensure(report.commits.len() <= MAX_COMMITS, "too many commits")?;
    ensure(report.hunks.len() <= MAX_HUNKS, "too many hunks")?;
    ensure(report.flags.len() <= report.hunks.len(), "more flags than hunks")?;
    ensure(
        report.range.base.iter().chain(&report.range.head).all(|id| is_id(id)),
        "an end of the range is no commit id",
    )?;
    if let Some(published) = &report.range.published {
        ensure(is_id(&published.up_to), "the last published commit is no commit id")?;
        let merged = published.merged.as_ref();
        ensure(merged.is_none_or(|merged| is_id(&merged.up_to)), "the last merged commit is no commit id")?;
        let branches = published.branch.iter().chain(merged.and_then(|merged| merged.branch.as_ref()));
        ensure(branches.into_iter().all(|name| name.len() <= MAX_TEXT), "a branch is too long")?;
    }
    ensure(report.range.probability.is_none_or(is_share), "a probability is not between 0 and 1")?;
    ensure(is_share(report.threshold.request_rate), "the rate is not between 0 and 1")?;
    let numbers = [report.tool.intercept, report.tool.prior, report.threshold.log_odds];
    ensure(numbers.into_iter().chain(report.range.log_odds).all(f64::is_finite), "a number is not finite")?;
    let texts = [&report.range.spec, &report.tool.name, &report.tool.version, &report.tool.model];
    let policy = report.policy.iter().flat_map(|policy| [&policy.id, &policy.title, &policy.says, &policy.text]);
    let texts = texts.into_iter().chain(policy).chain(&report.coverage.notes);
    not_looked_at::check(&report.coverage.not_looked_at)?;
    ensure(texts.into_iter().all(|text| text.len() <= MAX_TEXT), "a text is too long")
}

pub(crate) fn commit(commit: &CommitReport) -> Checked {
    ensure(is_id(&commit.id), "the id is no commit id")?;
    ensure(commit.subject.len() <= MAX_TEXT && commit.author.len() <= MAX_TEXT, "a text is too long")?;
    ensure(commit.probability.is_none_or(is_share), "the probability is not between 0 and 1")?;
    let numbers = commit.log_odds.into_iter().chain(commit.code_log_odds).chain([commit.message_log_odds]);
    ensure(numbers.into_iter().all(f64::is_finite), "a number is not finite")?;
    if let Some(mending) = &commit.mending {
        let mut lines = mending.add.iter().map(|line| &line.text).chain(&mending.remove);
        ensure(mending.add.len().max(mending.remove.len()) <= MAX_PASTED_LINES, "too many lines to paste")?;
        ensure(lines.all(|line| is_pasted_line(line)), "a text to paste is not one plain line")?;
    }
    signals(&commit.signals, commit.omitted_signals)
}

/// Whether a text is one line of a message, wherever it is shown.
pub(crate) fn is_pasted_line(line: &str) -> bool {
    line.len() <= MAX_TEXT && !line.contains(['\n', '\r'])
}

pub(crate) fn hunk(hunk: &HunkReport) -> Checked {
    path(&hunk.path)?;
    ensure(hunk.language.as_ref().is_none_or(|name| name.len() <= MAX_LANGUAGE), "the language is too long a word")?;
    lines(hunk.start_line, hunk.end_line)?;
    ensure(hunk.added_lines <= hunk.end_line - hunk.start_line + 1, "more lines are added than there are")?;
    ensure(hunk.probability.is_none_or(is_share), "the probability is not between 0 and 1")?;
    ensure(hunk.log_odds.is_finite() && hunk.message_log_odds.is_finite(), "a number is not finite")?;
    ensure(hunk.commits.iter().all(|part| is_id(&part.id)), "a commit's id is no commit id")?;
    ensure(is_hex(&hunk.fingerprint) && hunk.fingerprint.len() == 32, "the fingerprint is not 32 hexadecimal digits")?;
    let is_digest = matches!(hunk.content.len(), 0 | 32) && is_hex(&hunk.content);
    ensure(is_digest, "the digest of its content is not one")?;
    ensure(hunk.sensitive_classes.len() <= MAX_SENSITIVE, "too many classes")?;
    ensure(hunk.sensitive_classes.iter().all(|class| class.len() <= MAX_RULE), "a class is too long a word")?;
    signals(&hunk.signals, hunk.omitted_signals)
}

fn signals(signals: &[SignalReport], omitted: Option<OmittedSignals>) -> Checked {
    ensure(signals.len() <= MAX_SIGNALS, "too many signals")?;
    ensure(
        omitted.is_none_or(|omitted| omitted.count <= MAX_COUNT && omitted.contribution.is_finite()),
        "the count of omitted signals is out of range",
    )?;
    for signal in signals {
        ensure(signal.rule.len() <= MAX_RULE && signal.title.len() <= MAX_TEXT, "a signal's text is too long")?;
        ensure(signal.value.is_finite() && signal.contribution.is_finite(), "a signal's number is not finite")?;
        ensure(signal.commit.as_ref().is_none_or(|id| is_id(id)), "a signal's commit is no commit id")?;
        ensure(signal.evidence.len() <= MAX_EVIDENCE, "too many places of a signal")?;
        signal.together.as_ref().map_or(Ok(()), together)?;
        signal.evidence.iter().try_for_each(evidence)?;
    }
    Ok(())
}

fn together(together: &Together) -> Checked {
    ensure(together.rules.len() <= MAX_TOGETHER, "too many rules of blocks together")?;
    ensure(together.rules.iter().all(|rule| rule.len() <= MAX_RULE), "a rule's name is too long")
}

fn evidence(evidence: &EvidenceReport) -> Checked {
    let texts = evidence.source.iter().chain([&evidence.text]);
    ensure(texts.into_iter().all(|text| text.len() <= MAX_TEXT), "the text of a place is too long")?;
    ensure(evidence.contribution.is_finite(), "the number of a place is not finite")?;
    ensure(evidence.line <= MAX_LINE && evidence.end_line <= MAX_LINE, "the line of a place is out of bounds")
}

pub(crate) fn flag(flag: &Flag, report: &Report) -> Checked {
    let hunk = report.hunks.get(flag.hunk).ok_or("it points at no hunk")?;
    let place = (&flag.path, flag.start_line, flag.end_line, &flag.fingerprint, flag.verdict);
    let found = (&hunk.path, hunk.start_line, hunk.end_line, &hunk.fingerprint, hunk.verdict);
    ensure(place == found, "it does not say what its hunk says")?;
    ensure(flag.verdict.is_flag(), "its verdict asks for nobody")?;
    ensure(flag.id.len() == 8 && flag.fingerprint.starts_with(&flag.id), "the id is not that of its fingerprint")?;
    ensure(flag.probability.is_none_or(is_share), "the probability is not between 0 and 1")?;
    ensure(flag.resolve.len() <= MAX_TEXT, "a text is too long")
}

pub(crate) fn excluded(excluded: &ExcludedReport) -> Checked {
    ensure(excluded.path.len() <= MAX_PATH && excluded.detail.len() <= MAX_TEXT, "a text is too long")?;
    let is_name = |name: &String| name.len() <= MAX_LANGUAGE;
    ensure(excluded.language.as_ref().is_none_or(is_name), "the language is too long a word")?;
    ensure(excluded.sensitive_classes.len() <= MAX_SENSITIVE, "too many classes")?;
    ensure(excluded.sensitive_classes.iter().all(|class| class.len() <= MAX_RULE), "a class is too long a word")?;
    ensure(excluded.commits.len() <= MAX_COMMITS, "too many commits")?;
    ensure(excluded.commits.iter().all(|id| is_id(id)), "a commit's id is no commit id")
}

fn omitted(omitted: &Omitted) -> Checked {
    let Omitted { flags, hunks, signals, commits, attestations, excluded, notes, texts } = omitted;
    let counts = [flags, signals, commits, attestations, notes, texts].into_iter();
    let counts = counts.chain(hunks.values()).chain(excluded.values());
    ensure(counts.into_iter().all(|count| *count <= MAX_COUNT), "a count is too large")
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
