//! The report for a person at a terminal: what was found first, then the commits with flags, most urgent first, each with
//! the reasons and its blocks, and last what to do.

mod flags;
mod sums;
mod table;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::formats::{Evidence, Format, Output};
use super::groups::Flagged;
use super::paste::policy_says;
use super::sum::is_counted;
use super::view::{Advice, CommitLine, Head, Line, LineKind, Step, commit_lines, policy_findings, why_not_scored};
use super::words::{self, KIND, counted, cut, percent, reason};
use super::{HunkReport, Report, declared, not_looked_at};
use crate::gate::{Severity, Verdict};
use ai_detect_base::terminal::{escaped, escaped_name, fitted, without_commands, wrapped};

/// The format.
pub static FORMAT: Format = Format {
    name: "text",
    alias: None,
    endings: &["txt"],
    about: "For people at a terminal",
    evidence: Evidence::AsAsked,
    shows_code: false,
    output: Output::Coloured,
    write: |report, view| Ok(write(report, view.detail, view.width)),
};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The summary, and a table of the commits with flags.
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
/// How many commits are shown with what the project's policy says of them.
const MAX_FINDINGS: usize = 20;
/// How wide the subject of a commit gets in a list.
const MAX_SUBJECT: usize = 60;
/// Narrower than this, nothing would be readable.
const MIN_WIDTH: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Where a report is read, and so where its reader finds more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Whoever ran a command that takes `-v`.
    Terminal,
    /// Whoever passed it.
    Verbose,
    /// Whoever reads the log of a job.
    JobLog,
}

/// Writes the report in `width` columns. Colours are escape sequences for the stream to keep or
/// strip; everything that came from the change is escaped.
pub fn write(report: &Report, detail: Detail, width: usize) -> String {
    let reader = if detail == Detail::Everything { Reader::Verbose } else { Reader::Terminal };
    write_for(report, detail, width, reader)
}

/// The same with all flags for the log of a job, whose command has no option that shows more.
pub fn write_log(report: &Report, width: usize) -> String {
    write_for(report, Detail::Flags, width, Reader::JobLog)
}

fn write_for(report: &Report, detail: Detail, width: usize, reader: Reader) -> String {
    let mut page = Page { report, width: width.max(MIN_WIDTH), reader, out: String::new() };
    page.summary();
    match detail {
        Detail::Summary => page.table(),
        Detail::Flags | Detail::Everything => {
            page.flags(detail);
            page.policy_findings();
        }
    }
    if detail == Detail::Everything {
        page.hunks();
        page.commits();
        page.declared();
        page.excluded();
    }
    page.closing(detail);
    page.out
}

/// One flag with all its signals, by its place in the report's `flags`; nothing where there is none.
pub fn one(report: &Report, at: usize, width: usize) -> String {
    let mut page = Page { report, width: width.max(MIN_WIDTH), reader: Reader::Terminal, out: String::new() };
    let found =
        report.flags.get(at).and_then(|flag| Some(Flagged { rank: at, flag, hunk: report.hunks.get(flag.hunk)? }));
    if let Some(flagged) = found {
        page.flag(at + 1, &flagged);
    }
    page.out
}

struct Page<'a> {
    report: &'a Report,
    width: usize,
    reader: Reader,
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
        let head = Head::of(self.report);
        let spec = escaped_name(&self.report.range.spec);
        if spec.width() + 2 + head.scope.width() <= self.width {
            self.line(&format!("{BOLD}{spec}{BOLD:#}  {}", head.scope));
        } else {
            self.line(&format!("{BOLD}{spec}{BOLD:#}"));
            self.styled(2, &head.scope, Style::new());
        }
        // Without a flag, the counts say it.
        if self.report.flag_count() > 0 {
            self.styled(0, &head.headline, BOLD);
        }
        self.styled(2, &head.counts.join(" \u{b7} "), Style::new());
        for Line { text, kind } in head.lines {
            match kind {
                LineKind::Fact => self.labelled(2, "", &text),
                LineKind::Listed if self.reader == Reader::Terminal => {
                    self.labelled(2, "", &format!("{text} (-v says more)"));
                }
                LineKind::Listed => self.labelled(2, "", &text),
                LineKind::Measure => self.styled(2, &text, DIM),
            }
        }
        for note in head.notes {
            self.labelled(2, "note:", &note);
        }
        // Without a flag, no note can answer one.
        let fetching = not_looked_at::fetching_for_a_person(self.report).filter(|_| self.report.flag_count() > 0);
        if let Some(fetching) = fetching {
            let remote = escaped(&fetching.remote);
            let once = format!(
                "notes of commits may declare AI use, and this clone was not seen to fetch them. To fetch those that \
                 {remote} has:"
            );
            self.labelled(2, "note:", &once);
            self.line(&format!("      {BOLD}{}{BOLD:#}", fetching.once));
            if let Some(always) = fetching.always {
                let none = format!("Where {remote} has none yet, let every fetch ask for them; this note ends then:");
                self.labelled(8, "", &none);
                self.line(&format!("      {BOLD}{always}{BOLD:#}"));
            }
        }
    }

    fn hunks(&mut self) {
        let others: Vec<&HunkReport> = self.report.hunks.iter().filter(|hunk| !hunk.verdict.is_flag()).collect();
        if others.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Other blocks{BOLD:#}; flags start at {} here", words::threshold(self.report)));
        let is_unscored = |hunk: &HunkReport| hunk.verdict == Verdict::Unknown && hunk.probability.is_none();
        // Blocks of one file that say nothing are one line.
        let same = |a: &&HunkReport, b: &&HunkReport| is_unscored(a) && is_unscored(b) && a.path == b.path;
        for blocks in others.chunk_by(same) {
            match blocks {
                [only] => self.hunk(only),
                several => self.unscored(several),
            }
        }
    }

    /// A block without a flag.
    fn hunk(&mut self, hunk: &HunkReport) {
        let place = format!("{}:{}-{}", escaped_name(&hunk.path), hunk.start_line, hunk.end_line);
        let score = hunk.probability.map_or_else(String::new, |likely| format!(" {}", percent(likely)));
        let word = match hunk.verdict {
            Verdict::Unlikely => "below",
            Verdict::Unknown => "not scored",
            verdict => verdict.word(),
        };
        let why = if hunk.probability.is_none() { format!("  ({})", why_not_scored(hunk)) } else { String::new() };
        self.line(&format!("  {word:<12}{score:<6} {place}{why}"));
        let found = hunk.signals.iter().filter(|signal| is_counted(signal));
        let strongest = found.filter(|signal| signal.contribution.abs() >= 0.2).take(3);
        let told: Vec<String> =
            strongest.map(|signal| format!("{} {:+.2}", escaped(&signal.rule), signal.contribution)).collect();
        if !told.is_empty() && hunk.verdict != Verdict::Unknown {
            self.line(&format!("    {DIM}{}{DIM:#}", fitted(&told.join(", "), self.width.saturating_sub(4))));
        }
    }

    /// Blocks of one file that were not scored.
    fn unscored(&mut self, hunks: &[&HunkReport]) {
        let Some(first) = hunks.first() else { return };
        let lines: u32 = hunks.iter().map(|hunk| hunk.added_lines).sum();
        let (path, why) = (escaped_name(&first.path), why_not_scored(first));
        let lines = counted(lines as usize, "line", "lines");
        self.line(&format!("  {:<18} {path}  ({} blocks, {lines}: {why})", "not scored", hunks.len()));
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

    /// What each commit declares, and whether it is flagged.
    fn commits(&mut self) {
        let lines = commit_lines(self.report);
        if lines.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Commits{BOLD:#}"));
        for CommitLine { id, subject, says } in lines {
            let subject = fitted(&subject, MAX_SUBJECT);
            self.labelled(2, &id, &format!("\u{201c}{subject}\u{201d}: {says}"));
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

    /// What the project's policy says of commits, with the lines that would answer it.
    fn policy_findings(&mut self) {
        let findings = policy_findings(self.report);
        let left = findings.len().saturating_sub(MAX_FINDINGS);
        for finding in findings.iter().take(MAX_FINDINGS) {
            self.line("");
            self.labelled(0, "policy:", &finding.title());
            for said in &finding.says {
                self.labelled(2, "-", said);
            }
            for step in finding.steps() {
                self.labelled(2, "", &step.what);
                for line in &step.paste {
                    // A line to copy is not wrapped.
                    self.line(&format!("      {BOLD}{}{BOLD:#}", escaped(line)));
                }
            }
        }
        if left > 0 {
            self.line("");
            let more = counted(left, "more commit does", "more commits do");
            self.line(&format!("{more} not fit the project's policy; `ai-detect policy check` shows all"));
        }
    }

    fn closing(&mut self, detail: Detail) {
        if let Some(carried) = words::carried(self.report) {
            self.line("");
            self.labelled(0, "", &carried);
        }
        if !self.report.flags.is_empty() && detail >= Detail::Flags {
            self.line("");
            self.advice();
            self.line("");
            self.labelled(0, "", format!("{KIND} {}", self.where_more_is()).trim_end());
        }
    }

    /// Which commands show more of the flags.
    fn where_more_is(&self) -> String {
        if !words::is_about_looks(self.report) {
            return String::new();
        }
        let rules = "`ai-detect rules explain RULE` says what the rule in brackets means and when it misleads.";
        let sums = match self.reader {
            Reader::JobLog => "`ai-detect diff RANGE -v` shows the sums; ",
            Reader::Terminal => "`-v` shows the sums; ",
            Reader::Verbose => "",
        };
        // What came from a patch has no range.
        let explain = match self.report.range.base.is_some() {
            true => "`ai-detect triage RANGE --explain ID` shows every signal of a block",
            false => {
                "`-o report.json` writes a report, of which `ai-detect triage report.json --explain ID` shows every signal \
                 of a block"
            }
        };
        format!("{sums}{explain}; {rules}")
    }

    /// What to do, said once for all flags.
    fn advice(&mut self) {
        let Advice { steps, otherwise } = Advice::of(self.report);
        for step in steps {
            self.step(step);
        }
        let policy = policy_says(self.report);
        let told: Vec<&str> = otherwise.into_iter().chain(policy.as_deref()).collect();
        self.labelled(0, "", &cut(&told.join(" "), self.most_shown()));
    }

    fn step(&mut self, step: Step) {
        self.labelled(0, "", &step.what);
        for line in &step.paste {
            // A line to copy is not wrapped.
            self.line(&format!("    {BOLD}{}{BOLD:#}", escaped(line)));
        }
        if let Some(note) = step.note {
            self.styled(4, &format!("({})", escaped(&note)), DIM);
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
