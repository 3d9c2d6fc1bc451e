//! The report for a person at a terminal: summary first, then the flags, most urgent first, each
//! with its evidence, its commits, and how to resolve it.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::formats::{Evidence, Format, Output};
use super::groups::{Flagged, Group, groups, is_of_commit};
use super::words::{self, KIND, Sum, counted, cut, declares_in, percent, reason, short};
use super::{Flag, HunkReport, Report, SignalReport, declared, disguised, unseen};
use crate::gate::{Severity, Verdict};
use crate::score::PRIOR;
use crate::terminal::{escaped, escaped_name, fitted, without_commands, wrapped};

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
const MOST_GROUPS: usize = 10;
/// How many blocks of one commit, likewise.
const MOST_BLOCKS: usize = 5;
/// How many signals of its own are shown of each of them.
const MOST_OWN: usize = 2;
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

    /// What one commit brought stands together: its message is told once.
    fn flags(&mut self, detail: Detail) {
        let most = |most: usize| if detail == Detail::Everything { usize::MAX } else { most };
        let mut left = self.report.flag_count();
        for (at, group) in groups(self.report).iter().enumerate().take(most(MOST_GROUPS)) {
            self.line("");
            match group.flags.as_slice() {
                [only] => self.flag(at + 1, only, MOST_SIGNALS),
                _ => self.group(at + 1, group, most(MOST_BLOCKS)),
            }
            left -= group.flags.len();
        }
        if left > 0 {
            self.line("");
            self.line(&format!("{left} more below these in rank; {}.", self.elsewhere()));
        }
    }

    /// Where more flags are shown.
    fn elsewhere(&self) -> &'static str {
        match self.report.flag_count() > self.report.flags.len() {
            true => "-v shows those that the report lists",
            false => "-v shows them, --format json has all",
        }
    }

    fn flag(&mut self, rank: usize, Flagged { flag, hunk, .. }: &Flagged<'_>, most: usize) {
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
    fn seen(&mut self, hunk: &HunkReport, most: usize) {
        let sum = Sum::of_hunk(hunk, self.report.tool.intercept, most);
        let against = hunk.signals.iter().filter(|it| most == usize::MAX && it.contribution < 0.0 && it.rule != PRIOR);
        let main = hunk.commits.first().map(|part| part.id.as_str());
        for signal in sum.shown.iter().copied().chain(against) {
            self.signal(3, signal, main);
        }
        self.sum(5, &sum, hunk);
    }

    fn group(&mut self, rank: usize, group: &Group<'_>, most: usize) {
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
    fn of_commit(&mut self, group: &Group<'_>) {
        let signals = group.of_commit();
        if signals.is_empty() {
            return;
        }
        let sum = Sum::of(signals.iter().copied(), 0.0, MOST_SIGNALS);
        for signal in &sum.shown {
            self.signal(3, signal, group.commit.map(|commit| commit.id.as_str()));
        }
        let total: f64 = signals.iter().map(|signal| signal.contribution).sum();
        let unshown = sum.unshown().join(", ");
        self.styled(5, format!("{unshown} = {total:+.2} of the commit").trim_start(), DIM);
    }

    /// A flagged block of a group: what it shows itself.
    fn block(&mut self, Flagged { flag, hunk, .. }: &Flagged<'_>) {
        let place = format!("{}:{}-{}", escaped_name(&flag.path), flag.start_line, flag.end_line);
        self.line(&format!("   {BOLD}{place}{BOLD:#}"));
        self.looks(5, flag, hunk);
        if flag.verdict == Verdict::WrongForm {
            return;
        }
        let (of_commit, own): (Vec<&SignalReport>, Vec<_>) = hunk.signals.iter().partition(|it| is_of_commit(it));
        let sum = Sum { omitted: hunk.omitted_signals, ..Sum::of(own, self.report.tool.intercept, MOST_OWN) };
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

    fn looks(&mut self, indent: usize, flag: &Flag, hunk: &HunkReport) {
        let looks = words::title(flag, hunk);
        for line in wrapped(&looks, self.width.saturating_sub(indent + 10)) {
            self.line(&format!("{:indent$}{line}", ""));
        }
        // The id ends the last of those lines.
        self.out.truncate(self.out.trim_end().len());
        self.line(&format!("  {DIM}{}{DIM:#}", escaped(&flag.id)));
    }

    fn sum(&mut self, indent: usize, sum: &Sum<'_>, hunk: &HunkReport) {
        let likely = self.report.threshold.log_odds;
        let told = format!("{} = log-odds {:+.2}; flagged from {likely:+.2}", sum.rest(), hunk.log_odds);
        self.styled(indent, &told, DIM);
    }

    /// How many characters of a text can matter for one line of output. Some characters take up no column.
    fn most_shown(&self) -> usize {
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
            Some(commit) if main.is_some_and(|main| main != commit) => words::short(commit).to_owned(),
            Some(_) => "msg".into(),
            None if is_of_commit(signal) => String::new(),
            None => line.to_string(),
        };
        let quoted = fitted(&quoted, self.width.saturating_sub(indent + 8 + number.len().max(4)));
        self.line(&format!("{:indent$}     {DIM}{number:>4} \u{2502}{DIM:#} {quoted}", ""));
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
                declares_in(self.report, commit),
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
