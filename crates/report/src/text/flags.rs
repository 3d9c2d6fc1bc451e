//! The flags of a report at a terminal: by commit, each with its reasons and its blocks.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr as _;

use super::super::groups::{Flagged, Group};
use super::super::view::{BlockView, CommitView, Origin, Quote, Reason, View};
use super::super::words::counted;
use super::{BOLD, DIM, Detail, MAX_BLOCKS, MAX_GROUPS, Page, Reader, severity_style};
use crate::gate::{Severity, Verdict};
use ai_detect_base::terminal::{escaped, escaped_name, fitted, wrapped};

/// Narrower than this, a quoted line beside its place would not be readable.
const MIN_BESIDE: usize = 60;
/// How many characters of a commit's subject are shown.
const MAX_SUBJECT: usize = 60;
/// How words that count look in their line.
const MARK: Style = BOLD.fg_color(Some(anstyle::Color::Ansi(AnsiColor::Yellow)));

impl Page<'_> {
    /// The commits with flags, the most urgent first.
    pub(super) fn flags(&mut self, detail: Detail) {
        let view = View::of(self.report);
        let most = |most: usize| if detail == Detail::Everything { usize::MAX } else { most };
        let mut left = self.report.flag_count();
        for (at, group) in view.groups.iter().enumerate().take(most(MAX_GROUPS)) {
            self.line("");
            self.group(at + 1, group, &view.commit(group), detail);
            left = left.saturating_sub(group.flags.len());
        }
        if left > 0 {
            self.line("");
            self.line(&format!("{left} more below these in rank; {}.", self.elsewhere()));
        }
    }

    /// Where more flags are shown.
    fn elsewhere(&self) -> &'static str {
        match self.report.flag_count() > self.report.flags.len() {
            _ if self.reader == Reader::JobLog => "the report has them",
            true => "-v shows those that the report lists",
            false => "-v shows them, --format json has all",
        }
    }

    /// A commit with its blocks, and where everything is asked for, with all sums.
    fn group(&mut self, rank: usize, group: &Group<'_>, shown: &CommitView, detail: Detail) {
        let severity = group.flags.first().map_or(Severity::Low, |flagged| flagged.flag.severity);
        self.commit(rank, shown, severity_style(severity));
        let is_everything = detail == Detail::Everything;
        if is_everything {
            self.of_commit(group);
        }
        let most = if is_everything { usize::MAX } else { MAX_BLOCKS };
        for (block, flagged) in shown.blocks.iter().zip(&group.flags).take(most) {
            self.block(block);
            if is_everything && flagged.flag.verdict != Verdict::WrongForm {
                self.sums(flagged.hunk);
            }
        }
        let more = group.flags.len().saturating_sub(most);
        if more > 0 {
            let shown = if self.reader == Reader::JobLog { "the report has them" } else { "-v shows them" };
            self.line(&format!("   {} of this commit; {shown}", counted(more, "more block", "more blocks")));
        }
    }

    /// A commit: what was found in its blocks, what it declares, and the reasons.
    fn commit(&mut self, rank: usize, shown: &CommitView, colour: Style) {
        let lead = format!("{rank}. ");
        for (at, line) in wrapped(&title(&shown.origin), self.width.saturating_sub(lead.len())).iter().enumerate() {
            let lead = if at == 0 { lead.clone() } else { " ".repeat(lead.len()) };
            self.line(&format!("{lead}{colour}{line}{colour:#}"));
        }
        self.labelled(3, "", &format!("{}; {}", shown.finding, shown.declares));
        if let Some(objection) = &shown.objection {
            self.labelled(3, "", objection);
        }
        if let Some(others) = &shown.others {
            self.labelled(3, "part of its blocks:", others);
        }
        self.reasons("reads like AI:", &shown.reasons.for_ai);
        self.reasons("points to a person:", &shown.reasons.for_a_person);
        if let Some(files) = &shown.sensitive.files {
            self.labelled(3, "also touches, not scored:", files);
        }
    }

    /// Reasons, each with its line.
    fn reasons(&mut self, label: &str, reasons: &[Reason]) {
        if reasons.is_empty() {
            return;
        }
        self.line(&format!("   {DIM}{label}{DIM:#}"));
        for reason in reasons {
            match (&reason.quote, &reason.place) {
                (Some(quote), Some(place)) => {
                    // Colours are not everywhere.
                    self.reason(&reason.with_words(), reason);
                    self.quoted(place, quote);
                }
                (_, Some(place)) => self.reason(&format!("{} ({})", reason.title(), escaped_name(place)), reason),
                (_, None) => self.reason(&reason.title(), reason),
            }
        }
    }

    /// A reason in words, with its rules in brackets.
    fn reason(&mut self, text: &str, reason: &Reason) {
        let rules = format!("[{}]", escaped(&reason.rules.join(", ")));
        for line in wrapped(&format!("{} {rules}", escaped(text)), self.width.saturating_sub(5).max(20)) {
            match line.strip_suffix(&rules) {
                Some(before) => self.line(&format!("     {before}{DIM}{rules}{DIM:#}")),
                None => self.line(&format!("     {line}")),
            }
        }
    }

    /// A line with its place in front, and the words in it that count.
    fn quoted(&mut self, place: &str, quote: &Quote) {
        let place = escaped_name(place);
        let beside = self.width.saturating_sub(place.width() + 9);
        // A narrow terminal gets the line below its place.
        let is_beside = beside >= MIN_BESIDE;
        let room = if is_beside { beside } else { self.width.saturating_sub(9) };
        let shown: String = quote.fitted(room).pieces().into_iter().map(piece).collect();
        if is_beside {
            self.line(&format!("       {DIM}{place}{DIM:#}  {shown}"));
        } else {
            self.line(&format!("       {DIM}{place}{DIM:#}"));
            self.line(&format!("         {shown}"));
        }
    }

    /// A flagged block: where it is, what is found of it, and its id.
    fn block(&mut self, block: &BlockView) {
        let (place, finding, id) = (escaped_name(&block.place), escaped(&block.finding), escaped(&block.id));
        if 3 + place.width() + 2 + finding.width() + 2 + id.width() <= self.width {
            self.line(&format!("   {BOLD}{place}{BOLD:#}  {finding}  {DIM}{id}{DIM:#}"));
        } else {
            self.line(&format!("   {BOLD}{place}{BOLD:#}"));
            self.finding(5, block);
        }
        if let Some(shares) = &block.shares {
            self.labelled(5, "", shares);
        }
    }

    /// What is found of a block, with its id at the end.
    fn finding(&mut self, indent: usize, block: &BlockView) {
        for line in wrapped(&escaped(&block.finding), self.width.saturating_sub(indent + 10)) {
            self.line(&format!("{:indent$}{line}", ""));
        }
        // The id ends the last of those lines.
        self.out.truncate(self.out.trim_end().len());
        self.line(&format!("  {DIM}{}{DIM:#}", escaped(&block.id)));
    }

    /// One flag by itself, with all its signals.
    pub(super) fn flag(&mut self, rank: usize, flagged: &Flagged<'_>) {
        let block = BlockView::of(self.report, flagged);
        let colour = severity_style(flagged.flag.severity);
        self.line(&format!("{colour}{rank}. {}{colour:#}", escaped_name(&block.place)));
        self.finding(3, &block);
        if flagged.flag.verdict != Verdict::WrongForm {
            self.all_signals(flagged.hunk);
        }
        self.brought_by(flagged.hunk);
        self.labelled(3, "next", &flagged.flag.resolve);
    }
}

/// What a commit is called, without anything that acts on a terminal.
fn title(origin: &Origin) -> String {
    match origin {
        Origin::Patch => "The patch".to_owned(),
        Origin::Uncommitted => "Not committed yet".to_owned(),
        Origin::Commit { id, subject, author, behind } => {
            let behind = behind.as_ref().map_or_else(String::new, |who| format!(" (behind it: {who})"));
            let subject = fitted(subject, MAX_SUBJECT);
            escaped(&format!("{id} \u{201c}{subject}\u{201d} by {author}{behind}"))
        }
    }
}

/// A piece of a quoted line.
fn piece((text, is_marked): (&str, bool)) -> String {
    if is_marked { format!("{MARK}{text}{MARK:#}") } else { text.to_owned() }
}
