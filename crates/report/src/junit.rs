//! JUnit's XML, for places that show nothing else. A scored block is a test case. A flag is a *skipped* one: that is
//! the one state which every viewer shows apart and none takes for a failure, as a flag blocks nothing. What was too
//! small to score is no test case at all: unknown is not passed.

use super::formats::{Evidence, Format, Output};
use super::groups::{Flagged, flagged};
use super::view::not_scored;
use super::words::{self, cut};
use super::{HunkReport, Report, sentence};
use crate::gate::Verdict;
use ai_detect_base::terminal::{escaped, escaped_name};

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "junit",
    alias: None,
    endings: &["xml"],
    about: "JUnit's XML; flags are skipped tests, never failures",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| Ok(write(report)),
};

/// How many flags are listed.
const MAX_FLAGS: usize = 5000;
/// How many blocks without a flag are listed.
const MAX_PASSED: usize = 10_000;

/// An XML document with one suite.
pub fn write(report: &Report) -> String {
    let flags: Vec<Flagged<'_>> = flagged(report).take(MAX_FLAGS).collect();
    let others = report.hunks.iter().filter(|hunk| !hunk.verdict.is_flag() && hunk.verdict != Verdict::Unknown);
    let others: Vec<&HunkReport> = others.take(MAX_PASSED).collect();
    let tests = flags.len() + others.len();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let counts = format!("tests=\"{tests}\" failures=\"0\" errors=\"0\" skipped=\"{}\"", flags.len());
    out += &format!(
        "<testsuites name=\"ai-detect\" {counts}>\n  <testsuite name=\"ai-detect {}\" {counts}>\n",
        xml(&cut(&report.range.spec, 200))
    );
    for flagged in &flags {
        let message = xml(&sentence::paragraph(report, flagged));
        out += &format!("{}\n      <skipped message=\"{message}\"/>\n    </testcase>\n", case(flagged.hunk, ">"));
    }
    for hunk in others {
        out += &case(hunk, "/>\n");
    }
    out += &format!("    <system-out>{}</system-out>\n", xml(&told(report)));
    out + "  </testsuite>\n</testsuites>\n"
}

fn case(hunk: &HunkReport, end: &str) -> String {
    let name = format!("lines {} ({})", words::lines(hunk.start_line, hunk.end_line), hunk.verdict.word());
    let path = xml(&escaped_name(&hunk.path));
    format!("    <testcase classname=\"{path}\" name=\"{name}\" file=\"{path}\" line=\"{}\"{end}", hunk.start_line)
}

fn told(report: &Report) -> String {
    let left_out = not_scored(report).map_or_else(String::new, |not_scored| format!(" {not_scored}."));
    let substitutes = report.coverage.substitutes.iter().flat_map(words::substitutes);
    let substitutes: String = substitutes.map(|note| format!(" {note}.")).collect();
    let counts = words::counts(report).join(", ");
    let left = words::unlisted(report.flag_count().saturating_sub(MAX_FLAGS.min(report.flags.len())));
    let left = left.map_or_else(String::new, |left| format!(" {left}"));
    format!("{}. {counts}.{left}{left_out}{substitutes} {}", words::scope(report), words::KIND)
}

/// Text for an attribute or an element.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            // No XML document may hold these.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
