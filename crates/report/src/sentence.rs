//! A flag in one paragraph of plain text, for formats that have room for no more. Nothing in it is escaped for
//! the place where it goes; characters that act on a terminal are shown as escapes.

use super::groups::Flagged;
use super::looks::Number;
use super::words::{self, counted, cut, declares_in, looks, question, short};
use super::{Report, SignalReport, asked};
use ai_detect_base::terminal;

/// How many signals are named.
const MAX_SIGNALS: usize = 4;
/// How many characters of a stranger's sentence are shown.
const MAX_TEXT: usize = 120;

/// A few words for a title: `unattested, looks AI-written (97 % likely)`.
pub(super) fn title(flagged: &Flagged<'_>) -> String {
    words::title(flagged.flag, flagged.hunk)
}

/// The question, how sure, what was seen, and what resolves it: at most about 1,200 characters.
pub(super) fn paragraph(report: &Report, flagged: &Flagged<'_>) -> String {
    let Flagged { flag, hunk, .. } = flagged;
    let declared = match asked(hunk, &report.commits).first() {
        None => "nothing is committed yet that could say so".to_owned(),
        Some(commit) => format!("{} {}", short(&commit.id), cut(&declares_in(report, commit), MAX_TEXT)),
    };
    let lines = counted(hunk.added_lines as usize, "added line", "added lines");
    let (question, resolve) = (question(flag.verdict), cut(&flag.resolve, 3 * MAX_TEXT));
    let text = match looks(flag, hunk, Number::One) {
        None => format!("{question} {lines}; {declared}. {resolve}"),
        Some(looks) => format!(
            "{question} {lines}: {looks}, log-odds {:+.2}, flagged from {:+.2}; {declared}. Seen: {}. {resolve}",
            hunk.log_odds,
            report.threshold.log_odds,
            seen(&hunk.signals),
        ),
    };
    terminal::escaped(&text)
}

fn seen(signals: &[SignalReport]) -> String {
    let towards = signals.iter().filter(|signal| signal.contribution > 0.0);
    let named: Vec<String> = towards
        .take(MAX_SIGNALS)
        .map(|signal| format!("{} ({:+.2})", cut(&signal.title, MAX_TEXT), signal.contribution))
        .collect();
    if named.is_empty() { "nothing of its own".into() } else { named.join(", ") }
}
