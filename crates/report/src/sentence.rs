//! A flag in one paragraph of plain text, for formats that have room for no more. Nothing in it is escaped for
//! the place where it goes; characters that act on a terminal are shown as escapes.

use super::groups::Flagged;
use super::looks::Number;
use super::view::{Reason, Reasons, shares};
use super::words::{self, counted, cut, declares_of, looks, question, short};
use super::{Report, Stated, asked};
use ai_detect_base::terminal;

/// How many characters of a quoted line.
const MAX_QUOTE: usize = 80;
/// How many characters of a stranger's sentence are shown.
const MAX_TEXT: usize = 120;

/// A few words for a title: `unattested, reads like AI-generated code (very likely, 97 %)`.
pub(super) fn title(flagged: &Flagged<'_>) -> String {
    words::title(flagged.flag, flagged.hunk)
}

/// The question, how sure, what was seen, and what resolves it: at most about 1,200 characters.
pub(super) fn paragraph(report: &Report, flagged: &Flagged<'_>) -> String {
    let Flagged { flag, hunk, .. } = flagged;
    let asked = asked(hunk, &report.commits);
    let stated = Stated::of(flag.verdict, asked.first().copied());
    let declared = match asked.first() {
        None => "nothing is committed yet that could say so".to_owned(),
        Some(commit) => {
            let shares = shares(report, hunk).map_or_else(String::new, |shares| format!("; {shares}"));
            format!("{} {}{shares}", short(&commit.id), cut(&declares_of(report, commit, stated), MAX_TEXT))
        }
    };
    let lines = counted(hunk.added_lines as usize, "added line", "added lines");
    let (question, resolve) = (question(flag.verdict, stated), cut(&flag.resolve, 3 * MAX_TEXT));
    let text = match looks(flag, hunk, Number::One) {
        None => format!("{question} {lines}; {declared}. {resolve}"),
        Some(looks) => format!(
            "{question} {lines}: {looks}, log-odds {:+.2}, flagged from {:+.2}; {declared}. Seen: {}. {resolve}",
            hunk.log_odds,
            report.threshold.log_odds,
            seen(report, flagged),
        ),
    };
    terminal::escaped(&text)
}

/// The strongest reasons, each with its line.
fn seen(report: &Report, flagged: &Flagged<'_>) -> String {
    let reasons = Reasons::of_flag(report, *flagged);
    let named: Vec<String> = reasons.for_ai.iter().map(named).collect();
    if named.is_empty() { "nothing of its own".into() } else { named.join(", ") }
}

fn named(reason: &Reason) -> String {
    let title = reason.title();
    let title = cut(&title, MAX_TEXT);
    match (&reason.place, &reason.quote) {
        (Some(place), Some(quote)) => format!("{title} ({place} \u{201c}{}\u{201d})", quote.fitted(MAX_QUOTE).text()),
        (Some(place), None) => format!("{title} ({place})"),
        _ => title.into_owned(),
    }
}
