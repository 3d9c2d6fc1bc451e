//! What messages say, and how a signal is reported with its evidence.

use rayon::prelude::*;

use ai_detect_attest::{self as attest, Registry};
use ai_detect_base::change::{ChangeSet, Commit};
use ai_detect_base::lookalikes::Disguise;
use ai_detect_report::{EvidenceReport, SignalReport};
use ai_detect_style::signals::message::{self, Message};
use ai_detect_style::signals::{Engine, Evidence, Part, Reading, Signal, rounded};

/// A message and what counts in it.
#[derive(Default)]
pub(super) struct ScoredMessage {
    pub(super) reading: Reading,
    pub(super) signals: Vec<Signal>,
    /// What in it was hidden or imitated Latin letters.
    pub(super) disguise: Disguise,
}

/// What the messages say, by commit. A merge's message is the forge's, not the author's.
pub(super) fn messages(change: &ChangeSet, engine: &Engine<'_>, registry: &Registry) -> Vec<ScoredMessage> {
    let mut added = vec![0u32; change.commits.len()];
    for origin in change.files.iter().flat_map(|file| &file.origins) {
        if let Some(lines) = origin.commit.and_then(|commit| added.get_mut(commit as usize)) {
            *lines += origin.span.len();
        }
    }
    let of = |(commit, added_lines): (&Commit, &u32)| {
        if commit.parents > 1 {
            return ScoredMessage::default();
        }
        // Markers that are disguised are none, but their words say nothing of style either.
        let (seen, disguise) = message::comparable(&commit.message);
        let text = attest::without_markers(&seen, registry);
        let reading = engine.read_message(&Message { text: text.trim(), added_lines: *added_lines });
        ScoredMessage { signals: engine.weigh(Part::Message, &reading), reading, disguise }
    };
    change.commits.par_iter().zip(&added).map(of).collect()
}

/// `shift` turns a line of the text into its number in the file; for messages that is one.
pub(super) fn signal_report(
    signal: &Signal,
    evidence: &[Evidence],
    change: &ChangeSet,
    engine: &Engine<'_>,
    shift: i64,
) -> Option<SignalReport> {
    let rule = engine.pack().rules.get(signal.rule)?;
    let shift = if signal.commit.is_some() { 1 } else { shift };
    let shown = |line: u32| u32::try_from(i64::from(line) + shift).unwrap_or(line);
    Some(SignalReport {
        rule: rule.id.clone(),
        title: rule.says(signal.number),
        value: rounded(signal.value),
        contribution: signal.contribution,
        commit: signal.commit.and_then(|at| change.commits.get(at as usize)).map(|commit| commit.id.clone()),
        evidence: evidence
            .iter()
            .map(|evidence| EvidenceReport {
                line: shown(evidence.line),
                end_line: shown(evidence.end_line.saturating_sub(1)),
                column: evidence.column + 1,
                text: evidence.text.clone(),
                contribution: evidence.contribution,
            })
            .collect(),
    })
}
