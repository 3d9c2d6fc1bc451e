//! GitLab's Code Quality report: an artifact that GitLab compares between branches and shows on the request.

use serde::Serialize;

use super::formats::{Evidence, Format, Output};
use super::groups::{Flagged, flagged};
use super::{Report, json, sentence, words};
use crate::gate::Severity;

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "code-quality",
    alias: Some("gitlab"),
    endings: &[],
    about: "GitLab's Code Quality report",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| write(report),
};

/// How many bytes all issues have together, but for their indentation; the last one says how many are left.
const MAX_BYTES: usize = 8 << 20;

#[derive(Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: String,
    description: String,
    categories: [&'static str; 1],
    fingerprint: &'a str,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

/// A JSON array, an element a flag. GitLab tells flags apart by their fingerprint.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let mut issues: Vec<Issue<'_>> = Vec::new();
    let mut room = MAX_BYTES;
    for flagged in flagged(report) {
        let issue = issue(report, &flagged);
        let Some(left) = room.checked_sub(json::pretty(&issue)?.len()) else { break };
        room = left;
        issues.push(issue);
    }
    let left = report.flag_count() - issues.len();
    if let (Some(last), Some(told)) = (issues.last_mut(), words::unlisted(left)) {
        last.description = format!("{} {told}", last.description);
    }
    json::pretty(&issues)
}

fn issue<'a>(report: &Report, flagged: &Flagged<'a>) -> Issue<'a> {
    let flag = flagged.flag;
    Issue {
        kind: "issue",
        check_name: format!("ai-detect/{}", flag.verdict.word()),
        description: sentence::paragraph(report, flagged),
        categories: ["Clarity"],
        fingerprint: &flag.fingerprint,
        // A flag asks; it never says that something is broken.
        severity: match flag.severity {
            Severity::Low => "info",
            Severity::Medium => "minor",
            Severity::High => "major",
        },
        location: Location { path: &flag.path, lines: Lines { begin: flag.start_line, end: flag.end_line } },
    }
}
