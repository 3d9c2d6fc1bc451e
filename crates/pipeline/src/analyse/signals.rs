//! What messages say, and how a signal is reported with its evidence.

use rayon::prelude::*;

use ai_detect_attest::{self as attest, Registry};
use ai_detect_base::change::{ChangeSet, Commit};
use ai_detect_base::lookalikes::Disguise;
use ai_detect_base::text::Text;
use ai_detect_report::{EvidenceReport, Region, SignalReport};
use ai_detect_style::signals::message::{self, Message};
use ai_detect_style::signals::{Engine, Evidence, Part, Reading, Signal, rounded};

/// A message and what counts in it.
#[derive(Default)]
pub(super) struct ScoredMessage {
    pub(super) reading: Reading,
    pub(super) signals: Vec<Signal>,
    /// The text that was read.
    pub(super) text: String,
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
        ScoredMessage { signals: engine.weigh(Part::Message, &reading), reading, text: text.trim().into(), disguise }
    };
    change.commits.par_iter().zip(&added).map(of).collect()
}

/// The lines that evidence quotes.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    /// Nobody is asked about it, so nothing is quoted.
    NotShown,
    /// The lines of a message.
    Message(&'a str),
    /// The lines of a file.
    File(&'a Text),
}

/// How many characters of a line are quoted.
const MAX_QUOTE: usize = 240;
/// How many of them stand before the place itself.
const MAX_BEFORE: usize = 80;

impl Source<'_> {
    /// The line where evidence stands. What is measured of several lines has none.
    fn line(self, evidence: &Evidence) -> Option<String> {
        if evidence.end_line != evidence.line + 1 {
            return None;
        }
        let line = match self {
            Source::NotShown => return None,
            Source::Message(text) => text.lines().nth(evidence.line as usize)?.into(),
            Source::File(text) if evidence.line < text.len() => String::from_utf8_lossy(text.line(evidence.line)),
            Source::File(_) => return None,
        };
        let shown = shortened(&line, evidence.column as usize);
        (!shown.is_empty()).then_some(shown)
    }
}

/// A line without the space around it. Of a long one, what surrounds a column.
fn shortened(line: &str, column: usize) -> String {
    let indent = line.len() - line.trim_start().len();
    let line = line.trim();
    let before = line.char_indices().take_while(|(at, _)| at + indent < column).count();
    let length = line.chars().count();
    if length <= MAX_QUOTE {
        return line.to_owned();
    }
    let start = before.saturating_sub(MAX_BEFORE).min(length - MAX_QUOTE);
    let shown: String = line.chars().skip(start).take(MAX_QUOTE).collect();
    let lead = if start > 0 { "\u{2026}" } else { "" };
    let tail = if start + MAX_QUOTE < length { "\u{2026}" } else { "" };
    format!("{lead}{}{tail}", shown.trim())
}

/// `shift` turns a line of the text into its number in the file; for messages that is one.
pub(super) fn signal_report(
    signal: &Signal,
    evidence: &[Evidence],
    change: &ChangeSet,
    engine: &Engine<'_>,
    shift: i64,
    source: Source<'_>,
    region: &dyn Fn(u32) -> Option<Region>,
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
                source: source.line(evidence),
                region: rule.reads_code_as_written().then(|| region(evidence.line)).flatten(),
            })
            .collect(),
        together: None,
        unmeasured: signal.number.is_nan(),
        atypical: rule.is_atypical(signal.number, signal.contribution),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_shown_around_the_place() {
        assert_eq!(shortened("    let a = 1;  ", 8), "let a = 1;");
        let long = format!("{}needle{}", "a".repeat(300), "b".repeat(300));
        let shown = shortened(&long, 300);
        assert!(shown.starts_with('\u{2026}') && shown.ends_with('\u{2026}') && shown.contains("needle"), "{shown}");
        assert_eq!(shown.chars().count(), MAX_QUOTE + 2);
        assert!(shortened(&long, 0).starts_with('a'));
        assert!(shortened(&long, 9999).ends_with('b'));
    }

    #[test]
    fn what_is_measured_of_several_lines_quotes_none() {
        let at = |line, end_line| Evidence { line, end_line, ..Evidence::default() };
        let source = Source::Message("one\ntwo");
        assert_eq!(source.line(&at(1, 2)).as_deref(), Some("two"));
        assert_eq!(source.line(&at(0, 2)), None);
        assert_eq!(source.line(&at(7, 8)), None);
        assert_eq!(Source::NotShown.line(&at(1, 2)), None);
    }
}
