//! Sums of evidence at a terminal: every signal with its weight, up to the log-odds of a block.

use unicode_width::UnicodeWidthStr as _;

use super::super::asked;
use super::super::groups::{Group, is_of_commit};
use super::super::sum::{Sum, of_commits};
use super::super::words::{self, counted, cut, declares_in, short};
use super::super::{HunkReport, SignalReport};
use super::{DIM, Page};
use ai_detect_base::terminal::{escaped, fitted};

/// How many signals are shown of a commit, and of each block.
const MAX_SIGNALS: usize = 12;
/// How many commits of a block are named.
const MAX_COMMITS: usize = 3;

impl Page<'_> {
    /// What speaks for and against one block, all of it.
    pub(super) fn all_signals(&mut self, hunk: &HunkReport) {
        let sum = Sum::of_all(hunk, self.report.tool.intercept);
        let main = asked(hunk, &self.report.commits).first().map(|commit| commit.id.as_str());
        for signal in &sum.shown {
            self.signal(3, signal, main);
        }
        let likely = self.report.threshold.log_odds;
        let rest = sum.rest(&[], hunk.log_odds).join(", ");
        let told = format!("{rest} = log-odds {:+.2}; flagged from {likely:+.2}", hunk.log_odds);
        self.styled(5, &told, DIM);
    }

    /// What counts of the commit as a whole, up to its sum.
    pub(super) fn of_commit(&mut self, group: &Group<'_>) {
        let signals = group.of_commit();
        if signals.is_empty() {
            return;
        }
        self.line(&format!("   {DIM}sum of the commit:{DIM:#}"));
        let sum = Sum::of_commit(&signals, MAX_SIGNALS);
        for signal in &sum.shown {
            self.signal(5, signal, group.commit.map(|commit| commit.id.as_str()));
        }
        let total: f64 = signals.iter().map(|signal| signal.contribution).sum();
        let rest = sum.rest(&[], total).join(", ");
        self.styled(7, format!("{rest} = {total:+.2} of the commit").trim_start(), DIM);
    }

    /// What counts of a flagged block by itself, up to its log-odds.
    pub(super) fn sums(&mut self, hunk: &HunkReport) {
        let sum = Sum::of_own(hunk, self.report.tool.intercept, MAX_SIGNALS);
        for signal in &sum.shown {
            self.signal(5, signal, None);
        }
        let (number, words) = of_commits(hunk);
        let (likely, total) = (self.report.threshold.log_odds, hunk.log_odds);
        let rest = sum.rest(&[number], total).join(", ");
        let told = format!("{number:+.2} {words}, {rest} = log-odds {total:+.2}; flagged from {likely:+.2}");
        self.styled(7, &told, DIM);
    }

    /// How many characters of a text can matter for one line of output. Some characters take up no column.
    pub(super) fn most_shown(&self) -> usize {
        self.width.saturating_mul(8)
    }

    /// One signal with its evidence. `main` is the commit that the reader takes a message to be of.
    fn signal(&mut self, indent: usize, signal: &SignalReport, main: Option<&str>) {
        let odds = format!("{:+.2}", signal.contribution);
        // The id is to be copied.
        let id = format!(" [{}]", escaped(&signal.rule));
        let room = self.width.saturating_sub(indent + 1 + odds.len() + id.width());
        self.line(&format!(
            "{:indent$}{odds} {}{id}",
            "",
            fitted(&escaped(&cut(&signal.title, self.most_shown())), room)
        ));
        let quoted = escaped(&cut(&words::evidence(signal), self.most_shown()));
        if quoted.is_empty() {
            return;
        }
        let line = signal.evidence.first().map_or(0, |evidence| evidence.line);
        let number = match &signal.commit {
            Some(commit) if main.is_some_and(|main| main != commit) => short(commit).to_owned(),
            Some(_) => "msg".into(),
            None if is_of_commit(signal) => String::new(),
            None => line.to_string(),
        };
        let quoted = fitted(&quoted, self.width.saturating_sub(indent + 8 + number.len().max(4)));
        self.line(&format!("{:indent$}     {DIM}{number:>4} \u{2502}{DIM:#} {quoted}", ""));
    }

    /// The commits that brought a block.
    pub(super) fn brought_by(&mut self, hunk: &HunkReport) {
        for part in hunk.commits.iter().take(MAX_COMMITS) {
            let Some(commit) = self.report.commits.iter().find(|commit| commit.id == part.id) else { continue };
            let text = format!(
                "{} \u{201c}{}\u{201d} by {}: {}, {}",
                short(&commit.id),
                fitted(&commit.subject, 60),
                commit.author,
                counted(part.lines as usize, "line", "lines"),
                declares_in(self.report, commit),
            );
            self.labelled(3, "from", &text);
        }
        let more = hunk.commits.len().saturating_sub(MAX_COMMITS);
        if more > 0 {
            self.labelled(3, "from", &counted(more, "more commit", "more commits"));
        }
    }
}
