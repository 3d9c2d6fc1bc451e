//! The flags of a report at a terminal: by commit, each block with its evidence and how to resolve it.

use unicode_width::UnicodeWidthStr as _;

use super::super::groups::{Flagged, Group, groups, is_of_commit};
use super::super::words::{self, Sum, counted, cut, declares_in, short};
use super::super::{Flag, HunkReport, SignalReport};
use super::{BOLD, DIM, Detail, MAX_BLOCKS, MAX_GROUPS, MAX_OWN, MAX_SIGNALS, Page, severity_style};
use crate::gate::Verdict;
use ai_detect_base::terminal::{escaped, escaped_name, fitted, wrapped};
use ai_detect_style::score::PRIOR;

impl Page<'_> {
    /// What one commit brought stands together: its message is told once.
    pub(super) fn flags(&mut self, detail: Detail) {
        let most = |most: usize| if detail == Detail::Everything { usize::MAX } else { most };
        let mut left = self.report.flag_count();
        for (at, group) in groups(self.report).iter().enumerate().take(most(MAX_GROUPS)) {
            self.line("");
            match group.flags.as_slice() {
                [only] => self.flag(at + 1, only, MAX_SIGNALS),
                _ => self.group(at + 1, group, most(MAX_BLOCKS)),
            }
            left -= group.flags.len();
        }
        if left > 0 {
            self.line("");
            self.line(&format!("{left} more below these in rank; {}.", self.elsewhere()));
        }
    }

    /// Where more flags are shown.
    pub(super) fn elsewhere(&self) -> &'static str {
        match self.report.flag_count() > self.report.flags.len() {
            true => "-v shows those that the report lists",
            false => "-v shows them, --format json has all",
        }
    }

    pub(super) fn flag(&mut self, rank: usize, Flagged { flag, hunk, .. }: &Flagged<'_>, most: usize) {
        let place = format!("{}:{}-{}", escaped_name(&flag.path), flag.start_line, flag.end_line);
        let colour = severity_style(flag.severity);
        self.line(&format!("{colour}{rank}. {place}{colour:#}"));
        self.looks(3, flag, hunk);
        if flag.verdict != Verdict::WrongForm {
            self.seen(hunk, most);
        }
        self.brought_by(hunk);
        self.labelled(3, "next", &flag.resolve);
    }

    /// What speaks for and against a block that is flagged for its looks.
    pub(super) fn seen(&mut self, hunk: &HunkReport, most: usize) {
        let sum = Sum::of_hunk(hunk, self.report.tool.intercept, most);
        let against = hunk.signals.iter().filter(|it| most == usize::MAX && it.contribution < 0.0 && it.rule != PRIOR);
        let main = hunk.commits.first().map(|part| part.id.as_str());
        for signal in sum.shown.iter().copied().chain(against) {
            self.signal(3, signal, main);
        }
        self.sum(5, &sum, hunk);
    }

    pub(super) fn group(&mut self, rank: usize, group: &Group<'_>, most: usize) {
        let blocks = counted(group.flags.len(), "block", "blocks");
        let title = match group.commit {
            None if self.report.range.base.is_none() => format!("{blocks} of the patch"),
            None => format!("{blocks} not committed yet"),
            Some(commit) => format!(
                "{} \u{201c}{}\u{201d} by {}: {blocks}, {}",
                short(&commit.id),
                fitted(&commit.subject, 60),
                commit.author,
                declares_in(self.report, commit)
            ),
        };
        let Some(first) = group.flags.first() else { return };
        let colour = severity_style(first.flag.severity);
        let lead = format!("{rank}. ");
        for (at, line) in wrapped(&escaped(&title), self.width.saturating_sub(lead.len())).iter().enumerate() {
            let lead = if at == 0 { lead.clone() } else { " ".repeat(lead.len()) };
            self.line(&format!("{lead}{colour}{line}{colour:#}"));
        }
        self.of_commit(group);
        for flagged in group.flags.iter().take(most) {
            self.block(flagged);
        }
        let more = group.flags.len().saturating_sub(most);
        if more > 0 {
            self.line(&format!("   {more} more of this commit; -v shows them"));
        }
        let mut told: Vec<&str> = group.flags.iter().map(|flagged| flagged.flag.resolve.as_str()).collect();
        told.sort_unstable();
        told.dedup();
        for resolve in told.into_iter().take(2) {
            self.labelled(3, "next", resolve);
        }
    }

    /// What is said of the commit, up to its sum.
    pub(super) fn of_commit(&mut self, group: &Group<'_>) {
        let signals = group.of_commit();
        if signals.is_empty() {
            return;
        }
        let sum = Sum::of(signals.iter().copied(), 0.0, MAX_SIGNALS);
        for signal in &sum.shown {
            self.signal(3, signal, group.commit.map(|commit| commit.id.as_str()));
        }
        let total: f64 = signals.iter().map(|signal| signal.contribution).sum();
        let unshown = sum.unshown().join(", ");
        self.styled(5, format!("{unshown} = {total:+.2} of the commit").trim_start(), DIM);
    }

    /// A flagged block of a group: what it shows itself.
    pub(super) fn block(&mut self, Flagged { flag, hunk, .. }: &Flagged<'_>) {
        let place = format!("{}:{}-{}", escaped_name(&flag.path), flag.start_line, flag.end_line);
        self.line(&format!("   {BOLD}{place}{BOLD:#}"));
        self.looks(5, flag, hunk);
        if flag.verdict == Verdict::WrongForm {
            return;
        }
        let (of_commit, own): (Vec<&SignalReport>, Vec<_>) = hunk.signals.iter().partition(|it| is_of_commit(it));
        let sum = Sum { omitted: hunk.omitted_signals, ..Sum::of(own, self.report.tool.intercept, MAX_OWN) };
        for signal in &sum.shown {
            self.signal(5, signal, None);
        }
        let of_commit: f64 = of_commit.iter().map(|signal| signal.contribution).sum();
        let likely = self.report.threshold.log_odds;
        let rest = sum.rest();
        let told = format!(
            "{of_commit:+.2} of the commit, {rest} = log-odds {:+.2}; flagged from {likely:+.2}",
            hunk.log_odds
        );
        self.styled(7, &told, DIM);
    }

    pub(super) fn looks(&mut self, indent: usize, flag: &Flag, hunk: &HunkReport) {
        let looks = words::title(flag, hunk);
        for line in wrapped(&looks, self.width.saturating_sub(indent + 10)) {
            self.line(&format!("{:indent$}{line}", ""));
        }
        // The id ends the last of those lines.
        self.out.truncate(self.out.trim_end().len());
        self.line(&format!("  {DIM}{}{DIM:#}", escaped(&flag.id)));
    }

    pub(super) fn sum(&mut self, indent: usize, sum: &Sum<'_>, hunk: &HunkReport) {
        let likely = self.report.threshold.log_odds;
        let told = format!("{} = log-odds {:+.2}; flagged from {likely:+.2}", sum.rest(), hunk.log_odds);
        self.styled(indent, &told, DIM);
    }

    /// How many characters of a text can matter for one line of output. Some characters take up no column.
    pub(super) fn most_shown(&self) -> usize {
        self.width.saturating_mul(8)
    }

    /// One signal with its evidence. `main` is the commit that the reader takes a message to be of.
    pub(super) fn signal(&mut self, indent: usize, signal: &SignalReport, main: Option<&str>) {
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
            Some(commit) if main.is_some_and(|main| main != commit) => words::short(commit).to_owned(),
            Some(_) => "msg".into(),
            None if is_of_commit(signal) => String::new(),
            None => line.to_string(),
        };
        let quoted = fitted(&quoted, self.width.saturating_sub(indent + 8 + number.len().max(4)));
        self.line(&format!("{:indent$}     {DIM}{number:>4} \u{2502}{DIM:#} {quoted}", ""));
    }

    pub(super) fn brought_by(&mut self, hunk: &HunkReport) {
        for part in hunk.commits.iter().take(3) {
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
        let more = hunk.commits.len().saturating_sub(3);
        if more > 0 {
            self.labelled(3, "from", &format!("{more} more commits"));
        }
    }
}
