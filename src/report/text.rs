//! The report for a person at a terminal: summary first, then the flags, most urgent first, each
//! with its evidence, its commits, and how to resolve it.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::terminal::{escaped, fitted, wrapped};
use super::{CommitReport, Flag, HunkReport, Report, SignalReport, declared};
use crate::attest::State;
use crate::gate::{Severity, Verdict};
use crate::score::PRIOR;

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

/// How many flags are shown unless everything is asked for.
const MOST_FLAGS: usize = 10;
/// How many signals of a flag are shown.
const MOST_SIGNALS: usize = 4;
/// Narrower than this, nothing would be readable.
const LEAST_WIDTH: usize = 40;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Writes the report in `width` columns. Colours are escape sequences for the stream to keep or
/// strip; everything that came from the change is escaped.
pub fn write(report: &Report, detail: Detail, width: usize) -> String {
    let mut page = Page { report, width: width.max(LEAST_WIDTH), out: String::new() };
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
    let mut page = Page { report, width: width.max(LEAST_WIDTH), out: String::new() };
    if let Some((flag, hunk)) = report.flags.get(at).and_then(|flag| Some((flag, report.hunks.get(flag.hunk)?))) {
        page.flag(at + 1, flag, hunk, usize::MAX);
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
        self.out.push_str(text.trim_end());
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
        let range = &report.range;
        let changed = match report.commits.len() {
            0 => String::new(),
            commits => format!("{}, ", counted(commits, "commit", "commits")),
        };
        let what = format!(
            "{changed}{} in {} of {}",
            counted(range.added_lines as usize, "added line", "added lines"),
            counted(report.coverage.hunks_scored, "hunk", "hunks"),
            counted(report.coverage.files_scored, "file", "files"),
        );
        let spec = escaped(&range.spec);
        if spec.width() + 2 + what.width() <= self.width {
            self.line(&format!("{BOLD}{spec}{BOLD:#}  {what}"));
        } else {
            self.line(&format!("{BOLD}{spec}{BOLD:#}"));
            self.styled(2, &what, Style::new());
        }
        let flags = match report.flags.len() {
            0 => "no flags".into(),
            flags => counted(flags, "flag", "flags"),
        };
        let mut counts = vec![flags.clone()];
        let verdicts = [Verdict::Attested, Verdict::Partial, Verdict::Unlikely, Verdict::Unknown];
        for verdict in verdicts {
            let count = report.hunks.iter().filter(|hunk| hunk.verdict == verdict).count();
            if count > 0 {
                counts.push(format!("{count} {}", summary_word(verdict)));
            }
        }
        let bold = format!("{BOLD}{flags}{BOLD:#}");
        let bold = if report.flags.is_empty() { &flags } else { &bold };
        for line in wrapped(&counts.join(" \u{b7} "), self.width.saturating_sub(2)) {
            // The flags come first.
            let line = line.strip_prefix(&flags).map(|rest| format!("{bold}{rest}")).unwrap_or(line);
            self.line(&format!("  {line}"));
        }
        let declared = report.commits.iter().filter(|commit| is_declared(commit)).count();
        if declared > 0 {
            let tools = tools(report);
            let named = if tools.is_empty() { String::new() } else { format!(" ({tools})") };
            self.labelled(
                2,
                "",
                &format!("{declared} of {} declare AI use{named}", counted(report.commits.len(), "commit", "commits")),
            );
        }
        for told in declared::summary(report) {
            self.labelled(2, "", &told);
        }
        if let Some(probability) = range.probability.filter(|_| report.coverage.hunks_scored > 0) {
            self.styled(2, &format!("the range as a whole looks {} AI-written", percent(probability)), DIM);
        }
        for note in &report.coverage.notes {
            self.labelled(2, "note:", note);
        }
    }

    fn flags(&mut self, detail: Detail) {
        let most = if detail == Detail::Everything { usize::MAX } else { MOST_FLAGS };
        for (at, flag) in self.report.flags.iter().enumerate().take(most) {
            let Some(hunk) = self.report.hunks.get(flag.hunk) else { continue };
            self.line("");
            self.flag(at + 1, flag, hunk, MOST_SIGNALS);
        }
        let left = self.report.flags.len().saturating_sub(most);
        if left > 0 {
            self.line("");
            self.line(&format!("{left} more below these in rank; -v shows them, --format json has all."));
        }
    }

    fn flag(&mut self, rank: usize, flag: &Flag, hunk: &HunkReport, most: usize) {
        let place = format!("{}:{}-{}", escaped(&flag.path), flag.start_line, flag.end_line);
        let colour = severity_style(flag.severity);
        self.line(&format!("{colour}{rank}. {place}{colour:#}"));
        let sensitive = if hunk.sensitive { ", sensitive path" } else { "" };
        let looks = format!("{}, looks {} AI-written{sensitive}", flag.verdict.word(), percent(flag.probability));
        for line in wrapped(&looks, self.width.saturating_sub(13)) {
            self.line(&format!("   {line}"));
        }
        // The id ends the last of those lines.
        self.out.truncate(self.out.trim_end().len());
        self.line(&format!("  {DIM}{}{DIM:#}", flag.id));
        self.signals(hunk, most);
        self.brought_by(hunk);
        self.labelled(3, "next", &flag.resolve);
    }

    fn signals(&mut self, hunk: &HunkReport, most: usize) {
        // What was assumed before anything was read points to nobody.
        let (assumed, found): (Vec<&SignalReport>, Vec<&SignalReport>) =
            hunk.signals.iter().partition(|signal| signal.rule == PRIOR);
        let (towards, against): (Vec<&SignalReport>, Vec<&SignalReport>) =
            found.into_iter().partition(|signal| signal.contribution > 0.0);
        for signal in towards.iter().take(most) {
            self.signal(signal);
        }
        for signal in against.iter().filter(|_| most == usize::MAX) {
            self.signal(signal);
        }
        let rest: f64 = towards.iter().skip(most).map(|signal| signal.contribution).sum();
        let less: f64 = against.iter().map(|signal| signal.contribution).sum();
        let mut parts = Vec::new();
        if rest > 0.0 {
            parts.push(format!("{rest:+.2} from {} more", towards.len() - most));
        }
        if less < 0.0 {
            parts.push(format!("{less:+.2} from {} pointing to people", counted(against.len(), "signal", "signals")));
        }
        let start = self.report.tool.intercept + assumed.iter().map(|signal| signal.contribution).sum::<f64>();
        parts.push(format!("{start:+.2} to start with"));
        let sum = format!(
            "{} = log-odds {:+.2}; likely from {:+.2}",
            parts.join(", "),
            hunk.log_odds,
            self.report.threshold.log_odds
        );
        self.styled(5, &sum, DIM);
    }

    fn signal(&mut self, signal: &SignalReport) {
        let from = if signal.commit.is_some() { " (commit message)" } else { "" };
        let head = format!("{}{from} [{}]", escaped(&signal.title), escaped(&signal.rule));
        let odds = format!("{:+.2}", signal.contribution);
        self.line(&format!("   {odds} {}", fitted(&head, self.width.saturating_sub(4 + odds.len()))));
        if signal.evidence.is_empty() {
            return;
        }
        // The words of a lexicon stand on one line together.
        let words = signal.evidence.iter().all(|evidence| evidence.text.len() < 30);
        let text = if words && signal.evidence.len() > 1 {
            let all: Vec<String> = signal.evidence.iter().map(|evidence| escaped(&evidence.text)).collect();
            all.join(", ")
        } else {
            signal.evidence.first().map(|evidence| escaped(&evidence.text)).unwrap_or_default()
        };
        let line = signal.evidence.first().map_or(0, |evidence| evidence.line);
        let number = if signal.commit.is_some() { "msg".into() } else { line.to_string() };
        let quoted = fitted(&text, self.width.saturating_sub(11 + number.len().max(4)));
        self.line(&format!("        {DIM}{number:>4} \u{2502}{DIM:#} {quoted}"));
    }

    fn brought_by(&mut self, hunk: &HunkReport) {
        for part in hunk.commits.iter().take(3) {
            let Some(commit) = self.report.commits.iter().find(|commit| commit.id == part.id) else { continue };
            let text = format!(
                "{} \u{201c}{}\u{201d} by {}: {}, {}",
                short(&commit.id),
                fitted(&commit.subject, 60),
                commit.author,
                counted(part.lines as usize, "line", "lines"),
                declares(commit),
            );
            self.labelled(3, "from", &text);
        }
        let more = hunk.commits.len().saturating_sub(3);
        if more > 0 {
            self.labelled(3, "from", &format!("{more} more commits"));
        }
    }

    fn hunks(&mut self) {
        let others: Vec<&HunkReport> = self.report.hunks.iter().filter(|hunk| !hunk.verdict.is_flag()).collect();
        if others.is_empty() {
            return;
        }
        self.line("");
        self.line(&format!("{BOLD}Other hunks{BOLD:#}"));
        for hunk in others {
            let place = format!("{}:{}-{}", escaped(&hunk.path), hunk.start_line, hunk.end_line);
            let score = match hunk.verdict {
                Verdict::Unknown => String::new(),
                _ => format!(" {}", percent(hunk.probability)),
            };
            self.line(&format!("  {:<12}{score:<6} {place}", hunk.verdict.word()));
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
            let text = format!("{}: {} ({})", escaped(&left_out.path), reason(left_out), escaped(&left_out.detail));
            self.line(&format!("  {}", fitted(&text, self.width.saturating_sub(2))));
        }
    }

    fn declared(&mut self) {
        let details = declared::details(self.report);
        if !details.is_empty() {
            self.line("");
            self.line(&format!("{BOLD}Declared{BOLD:#}"));
        }
        for told in details {
            self.labelled(2, "", &told);
        }
    }

    fn closing(&mut self, detail: Detail) {
        let excluded = &self.report.coverage.excluded;
        if detail < Detail::Everything && !excluded.is_empty() {
            let mut by_reason: std::collections::BTreeMap<String, usize> = Default::default();
            for left_out in excluded {
                *by_reason.entry(reason(left_out)).or_default() += 1;
            }
            let told: Vec<String> = by_reason.into_iter().map(|(reason, count)| format!("{count} {reason}")).collect();
            self.line("");
            self.labelled(0, "", &format!("Not scored: {} (-v lists them).", told.join(", ")));
        }
        if !self.report.flags.is_empty() && detail >= Detail::Flags {
            self.line("");
            let rate = self.report.threshold.request_rate * 100.0;
            self.labelled(
                0,
                "",
                &format!(
                    "A flag asks a person to look. It does not say who wrote the code, and it blocks nothing. The \
                     threshold aims at flags on no more than {rate} % of changes that people wrote alone. \
                     `ai-detect rules explain ID` says what a signal means and when it misleads."
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

fn summary_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Attested => "attested",
        Verdict::Partial => "attested in part",
        Verdict::Unlikely => "unlikely",
        Verdict::Unknown => "unknown (too little to say)",
        other => other.word(),
    }
}

fn reason(left_out: &super::ExcludedReport) -> String {
    let name = serde_json::to_value(left_out.reason).ok();
    name.as_ref().and_then(|name| name.as_str()).unwrap_or("left out").replace('-', " ")
}

fn is_declared(commit: &CommitReport) -> bool {
    matches!(commit.attestation.state, State::Complete | State::Partial | State::WrongForm)
}

/// What a commit declares, in a few words.
fn declares(commit: &CommitReport) -> String {
    let facts = &commit.attestation.facts;
    let tool = [facts.tool.as_deref(), facts.model.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    match commit.attestation.state {
        State::Complete => format!("declares {tool}"),
        State::Partial => format!("declares {}", if tool.is_empty() { "AI use" } else { &tool }),
        State::WrongForm => "declares AI use in a form the project does not accept".into(),
        State::Denied => "declares that no AI was used".into(),
        State::Unreadable => "has a record about AI that cannot be read".into(),
        State::Absent => "declares nothing about AI".into(),
    }
}

fn tools(report: &Report) -> String {
    let names = report
        .commits
        .iter()
        .filter(|commit| is_declared(commit))
        .filter_map(|commit| commit.attestation.facts.tool.as_deref());
    let names: std::collections::BTreeSet<&str> = names.collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

fn short(id: &str) -> &str {
    id.get(..8).unwrap_or(id)
}

fn percent(probability: f64) -> String {
    match probability * 100.0 {
        p if p >= 99.0 => "over 99 %".into(),
        p if p < 1.0 => "under 1 %".into(),
        p => format!("{p:.0} %"),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    let mut text = String::new();
    let _ = write!(text, "{count} {}", if count == 1 { one } else { many });
    text
}
