//! The report for a person at a terminal: summary first, then the flags, most urgent first, each
//! with its evidence, its commits, and how to resolve it.

mod flags;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::formats::{Evidence, Format, Output};
use super::groups::Flagged;
use super::words::{self, KIND, percent, reason};
use super::{HunkReport, Report, declared, disguised, unseen};
use crate::gate::{Severity, Verdict};
use ai_detect_base::terminal::{escaped, escaped_name, fitted, without_commands, wrapped};
use ai_detect_style::score::PRIOR;

/// The format.
pub static FORMAT: Format = Format {
    name: "text",
    alias: None,
    about: "For people at a terminal",
    evidence: Evidence::AsAsked,
    shows_code: false,
    output: Output::Coloured,
    write: |report, view| Ok(write(report, view.detail, view.width)),
};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The summary.
    Summary,
    /// The summary, and the flags.
    Flags,
    /// All hunks, and all that was left out.
    Everything,
}

/// How many commits with flags are shown unless everything is asked for.
const MAX_GROUPS: usize = 10;
/// How many blocks of one commit, likewise.
const MAX_BLOCKS: usize = 5;
/// How many signals of its own are shown of each of them.
const MAX_OWN: usize = 2;
/// How many signals of a flag are shown.
const MAX_SIGNALS: usize = 4;
/// Narrower than this, nothing would be readable.
const MIN_WIDTH: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes the report in `width` columns. Colours are escape sequences for the stream to keep or
/// strip; everything that came from the change is escaped.
pub fn write(report: &Report, detail: Detail, width: usize) -> String {
    let mut page = Page { report, width: width.max(MIN_WIDTH), out: String::new() };
    page.summary();
    if detail >= Detail::Flags {
        page.flags(detail);
    }
    if detail == Detail::Everything {
        page.hunks();
        page.declared();
        page.excluded();
    }
    page.closing(detail);
    page.out
}

/// One flag with all its signals, by its place in the report's `flags`; nothing where there is none.
pub fn one(report: &Report, at: usize, width: usize) -> String {
    let mut page = Page { report, width: width.max(MIN_WIDTH), out: String::new() };
    let found =
        report.flags.get(at).and_then(|flag| Some(Flagged { rank: at, flag, hunk: report.hunks.get(flag.hunk)? }));
    if let Some(flagged) = found {
        page.flag(at + 1, &flagged, usize::MAX);
    }
    page.out
}

struct Page<'a> {
    report: &'a Report,
    width: usize,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(&without_commands(text.trim_end()));
        self.out.push('\n');
    }

    /// A paragraph after a label, wrapped with a hanging indent.
    fn labelled(&mut self, indent: usize, label: &str, text: &str) {
        let hang = indent + label.len() + usize::from(!label.is_empty());
        for (at, line) in wrapped(&escaped(text), self.width.saturating_sub(hang).max(20)).iter().enumerate() {
            let lead = if at == 0 {
                let pad = " ".repeat(indent);
                if label.is_empty() { pad } else { format!("{pad}{DIM}{label}{DIM:#} ") }
            } else {
                " ".repeat(hang)
            };
            self.line(&format!("{lead}{line}"));
        }
    }

    /// Our own words, wrapped with a hanging indent, in a style.
    fn styled(&mut self, indent: usize, text: &str, style: Style) {
        for (at, line) in wrapped(text, self.width.saturating_sub(indent + 2)).iter().enumerate() {
            let pad = " ".repeat(indent + if at == 0 { 0 } else { 2 });
            self.line(&format!("{pad}{style}{line}{style:#}"));
        }
    }

    fn summary(&mut self) {
        let report = self.report;
        let what = words::scope(report);
        let spec = escaped_name(&report.range.spec);
        if spec.width() + 2 + what.width() <= self.width {
            self.line(&format!("{BOLD}{spec}{BOLD:#}  {what}"));
        } else {
            self.line(&format!("{BOLD}{spec}{BOLD:#}"));
            self.styled(2, &what, Style::new());
        }
        let counts = words::counts(report);
        let flags = counts.first().map_or("", String::as_str);
        let bold = format!("{BOLD}{flags}{BOLD:#}");
        let bold = if report.flags.is_empty() { flags } else { &bold };
        for line in wrapped(&counts.join(" \u{b7} "), self.width.saturating_sub(2)) {
            // The flags come first.
            let line = line.strip_prefix(flags).map(|rest| format!("{bold}{rest}")).unwrap_or(line);
            self.line(&format!("  {line}"));
        }
        if let Some(told) = words::missing(report) {
            self.labelled(2, "", &told);
        }
        for told in unseen::told(report) {
            self.labelled(2, "", &format!("{told} (-v lists what was left out)"));
        }
        if let Some(told) = words::omitted(report) {
            self.labelled(2, "", &told);
        }
        if let Some(told) = words::declaring(report) {
            self.labelled(2, "", &told);
        }
        if let Some(request) = declared::request(report) {
            self.labelled(2, "", &request);
        }
        if let Some(disguised) = disguised::summary(report) {
            self.labelled(2, "", &disguised);
        }
        for told in declared::summary(report) {
            self.labelled(2, "", &format!("{told} (-v says more)"));
        }
        if let Some(whole) = words::whole(report) {
            self.styled(2, &whole, DIM);
        }
        for note in words::notes(report) {
            self.labelled(2, "note:", &note);
        }
    }

    fn hunks(&mut self) {
        let others: Vec<&HunkReport> = self.report.hunks.iter().filter(|hunk| !hunk.verdict.is_flag()).collect();
        if others.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Other hunks{BOLD:#}; flags start at {} here", words::threshold(self.report)));
        for hunk in others {
            let place = format!("{}:{}-{}", escaped_name(&hunk.path), hunk.start_line, hunk.end_line);
            let score = hunk.probability.map_or_else(String::new, |likely| format!(" {}", percent(likely)));
            let word = if hunk.verdict == Verdict::Unlikely { "below" } else { hunk.verdict.word() };
            self.line(&format!("  {word:<12}{score:<6} {place}"));
            let found = hunk.signals.iter().filter(|signal| signal.rule != PRIOR);
            let strongest = found.filter(|signal| signal.contribution.abs() >= 0.2).take(3);
            let told: Vec<String> =
                strongest.map(|signal| format!("{} {:+.2}", escaped(&signal.rule), signal.contribution)).collect();
            if !told.is_empty() && hunk.verdict != Verdict::Unknown {
                self.line(&format!("    {DIM}{}{DIM:#}", fitted(&told.join(", "), self.width.saturating_sub(4))));
            }
        }
    }

    fn excluded(&mut self) {
        if self.report.coverage.excluded.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Not analysed{BOLD:#}"));
        for left_out in &self.report.coverage.excluded {
            let text = format!(
                "{}: {} ({})",
                escaped_name(&left_out.path),
                reason(left_out.reason),
                escaped(&left_out.detail)
            );
            self.line(&format!("  {}", fitted(&text, self.width.saturating_sub(2))));
        }
    }

    fn declared(&mut self) {
        let details = declared::details(self.report);
        if !details.is_empty() {
            self.line("");
            let and = if self.report.policy.is_some() { ", and what the policy says of it" } else { "" };
            self.line(&format!("{BOLD}Declared{BOLD:#}{and}"));
        }
        for told in details {
            self.labelled(2, "", &told);
        }
    }

    fn closing(&mut self, detail: Detail) {
        let left_out = words::left_out(self.report);
        let listed = detail < Detail::Everything && !left_out.is_empty();
        let told = listed.then(|| format!("Not scored: {left_out} (-v lists them)."));
        let told: Vec<String> = told.into_iter().chain(words::carried(self.report)).collect();
        if !told.is_empty() {
            self.line("");
            self.labelled(0, "", &told.join(" "));
        }
        if !self.report.flags.is_empty() && detail >= Detail::Flags {
            self.line("");
            if !words::is_about_looks(self.report) {
                return self.labelled(0, "", KIND);
            }
            let rate = self.report.threshold.request_rate * 100.0;
            self.labelled(
                0,
                "",
                &format!(
                    "{KIND} The threshold aims at flags on no more than {rate} % of changes that people wrote alone: \
                     {} likely for as many hunks as here. `ai-detect rules explain RULE` says what a signal means and \
                     when it misleads.",
                    words::threshold(self.report)
                ),
            );
        }
    }
}

fn severity_style(severity: Severity) -> Style {
    let colour = match severity {
        Severity::High => AnsiColor::Magenta,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Cyan,
    };
    BOLD.fg_color(Some(colour.into()))
}
