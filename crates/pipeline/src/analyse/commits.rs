//! What is reported of each commit and of the range.

use std::collections::BTreeSet;

use super::Detail;
use super::code::Context;
use super::judged::Judged;
use super::listing;
use super::signals::{ScoredMessage, Source, signal_report};
use ai_detect_base::change::{ChangeSet, Commit};
use ai_detect_base::slices::part_of;
use ai_detect_policy::Known;
use ai_detect_report::bounds::MAX_SIGNALS;
use ai_detect_report::{AttestationReport, CommitReport, OmittedSignals, RangeReport, SignalReport};
use ai_detect_style::score::{self, Score};
use ai_detect_style::signals::{Engine, Part, Reading, Signal, rounded};

/// Which commits are explained, and how much.
pub(super) struct Shown<'a> {
    /// Those whose signals are listed.
    pub(super) explained: &'a dyn Fn(&Commit) -> bool,
    /// Those that brought a flagged block, by id: their evidence quotes its lines.
    pub(super) flagged: &'a BTreeSet<&'a str>,
}

pub(super) fn commit_reports(
    change: &ChangeSet,
    engine: &Engine<'_>,
    context: &Context<'_>,
    messages: &[ScoredMessage],
    known: Vec<Known<'_>>,
    shown: &Shown<'_>,
) -> Vec<CommitReport> {
    let nothing = ScoredMessage::default();
    let most = listing::of_messages(messages.iter().map(|message| message.signals.len()));
    let of = |(at, Known { commit, attestation, judged }): (usize, Known<'_>)| {
        let code = context.of(Some(at as u32));
        // A commit without a message of its own says nothing.
        let scored = messages.get(at).unwrap_or(&nothing);
        let message = score::sum(&scored.signals);
        // A message alone is no ground for a probability: people write like that too, and nothing is flagged by it.
        let total = code.map(|code| Score::of(context.model, context.prior + code.log_odds + message));
        let is_flagged = shown.flagged.contains(commit.id.as_str());
        let source = if is_flagged { Source::Message(&scored.text) } else { Source::NotShown };
        let report = |signal: &Signal| {
            signal_report(signal, &engine.evidence(&scored.reading, signal), change, engine, 1, source, &|_| None)
        };
        let mut signals = if (shown.explained)(commit) { scored.signals.clone() } else { Vec::new() };
        let omitted_signals =
            OmittedSignals::shorten(&mut signals, |signal| signal.contribution, None, most.min(MAX_SIGNALS));
        let mut reported: Vec<SignalReport> = signals.iter().filter_map(report).collect();
        reported.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        CommitReport {
            id: commit.id.clone(),
            subject: bounded(commit.subject()),
            author: bounded(&commit.author.name),
            added_lines: code.map_or(0, |code| code.added_lines),
            probability: total.map(|score| score.probability),
            log_odds: total.map(|score| score.log_odds),
            code_log_odds: code.map(|code| code.log_odds),
            message_log_odds: message,
            signals: reported,
            omitted_signals,
            attestation: AttestationReport::of(attestation, judged.as_ref()),
            mending: judged.and_then(|judged| judged.mending),
            disguise: Some(&scored.disguise).filter(|disguise| !disguise.is_empty()).cloned(),
        }
    };
    known.into_iter().enumerate().map(of).collect()
}

/// How long a subject or a name is at most in a report, in characters.
const MAX_TEXT: usize = 1000;

fn bounded(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}\u{2026}", part_of(text, ..at)),
    }
}

/// Numbers are for those who look at each commit: the range is not scored for them.
pub(super) fn range_report(
    change: &ChangeSet,
    engine: &Engine<'_>,
    judged: &[Judged<'_>],
    prior: f64,
    detail: Detail,
) -> RangeReport {
    let scored: Vec<&Judged<'_>> = judged.iter().filter(|judged| judged.block.scored).collect();
    let lines: u32 = scored.iter().map(|judged| judged.block.added_lines).sum();
    // Each hunk's share of the messages, by its lines.
    let of_messages = scored.iter().map(|it| it.message_log_odds * f64::from(it.block.added_lines));
    let message = rounded(of_messages.sum::<f64>() / f64::from(lines.max(1)));
    let code = || engine.log_odds(Part::Code, &Reading::sum(scored.iter().map(|judged| &judged.block.reading)));
    let score = (!scored.is_empty() && detail != Detail::Numbers)
        .then(|| Score::of(&engine.pack().model, prior + code() + message));
    RangeReport {
        spec: change.range.spec.clone(),
        base: change.range.base.clone(),
        head: change.range.head.clone(),
        added_lines: lines,
        probability: score.map(|score| score.probability),
        log_odds: score.map(|score| score.log_odds),
        // The change does not say who has it.
        published: None,
    }
}
