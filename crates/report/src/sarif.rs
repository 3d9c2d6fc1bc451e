//! SARIF 2.1.0, for code scanning of GitHub and for whatever else reads it.
//!
//! A flag is a result of level `note`: nothing is wrong, somebody is asked. The rules are the verdicts. Results are
//! known from one run to the next by our fingerprint, so a rebase opens nothing anew. Never more than GitHub takes:
//! 25,000 results and 10 MB (counted before compression, which is on the safe side).

mod rules;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::formats::{Evidence, Format, Output};
use super::groups::{Flagged, flagged};
use super::view::{Reason, Reasons};
use super::words::{self, counted, cut};
use super::{Report, json, sentence};
use crate::gate::Verdict;
use ai_detect_base::terminal;
use rules::{RULES, rule};

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "sarif",
    alias: None,
    endings: &["sarif"],
    about: "SARIF 2.1.0, for code scanning",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| write(report),
};

/// Where the schema is published.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// How many results GitHub takes.
const MAX_RESULTS: usize = 25_000;
/// How many bytes all of them have together.
const MAX_BYTES: usize = 9_500_000;
/// How many results carry the places of their evidence.
const MAX_DETAILED: usize = 1000;
/// How long a text is, in characters.
const MAX_TEXT: usize = 1000;

/// A log of one run.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let mut results = Vec::new();
    let mut bytes = 0;
    for (at, flagged) in flagged(report).take(MAX_RESULTS).enumerate() {
        let result = result(report, &flagged, at < MAX_DETAILED);
        bytes += serde_json::to_string(&result)?.len();
        if bytes > MAX_BYTES {
            break;
        }
        results.push(result);
    }
    let left = report.flag_count() - results.len();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver(report) },
            "automationDetails": { "id": "ai-detect/" },
            "columnKind": "unicodeCodePoints",
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications(report, left) }],
            "results": results,
        }],
    });
    Ok(json::compact(&log)? + "\n")
}

fn driver(report: &Report) -> Value {
    json!({
        "name": "ai-detect",
        "version": cut(&report.tool.version, 60),
        "rules": RULES.iter().map(rules::written).collect::<Vec<_>>(),
    })
}

fn notifications(report: &Report, left: usize) -> Vec<Value> {
    let note = |text: &str| json!({ "level": "note", "message": { "text": message(text) } });
    let mut all: Vec<Value> = words::omitted(report).iter().map(|text| note(text)).collect();
    all.extend(words::notes(report).iter().take(20).map(|text| note(text)));
    if left > 0 {
        all.push(note(&format!("{} not listed: the report has them", counted(left, "flag is", "flags are"))));
    }
    all
}

fn result(report: &Report, flagged: &Flagged<'_>, detailed: bool) -> Value {
    let Flagged { flag, hunk, .. } = flagged;
    let index = rule(flag.verdict);
    let is_about_looks = flag.verdict != Verdict::WrongForm;
    let mut result = json!({
        "ruleId": RULES.get(index).map(|rule| rule.id),
        "ruleIndex": index,
        "level": "note",
        "message": { "text": message(&sentence::paragraph(report, flagged)) },
        "locations": [place(&flag.path, flag.start_line, flag.end_line)],
        "partialFingerprints": {
            "aiDetect/v1": flag.fingerprint,
            "primaryLocationLineHash": format!("{}:1", flag.fingerprint),
        },
        "properties": {
            "flag": flag.id,
            "severity": super::words::severity(flag.severity),
        },
    });
    if let Some(fields) = result.get_mut("properties").and_then(Value::as_object_mut).filter(|_| is_about_looks) {
        fields.insert("probability".into(), json!(flag.probability));
        fields.insert("logOdds".into(), json!(hunk.log_odds));
    }
    let places = if detailed && is_about_looks { places(report, flagged) } else { Vec::new() };
    if let Some(fields) = result.as_object_mut().filter(|_| !places.is_empty()) {
        fields.insert("relatedLocations".into(), places.into());
    }
    result
}

/// The lines of the block that its reasons quote, each with the reason.
fn places(report: &Report, flagged: &Flagged<'_>) -> Vec<Value> {
    let reasons = Reasons::of_flag(report, *flagged).for_ai;
    let in_block = reasons.iter().filter_map(|reason| Some((reason, reason.lines.as_ref()?)));
    let written = |(at, (reason, (path, start, end))): (usize, (&Reason, &(String, u32, u32)))| {
        let mut location = place(path, *start, *end);
        let quote = reason.quote.as_ref().map_or_else(String::new, |quote| format!(": {}", quote.fitted(160).text()));
        let text = format!("{} ({}){quote}", cut(&reason.title(), 100), reason.rules.join(", "));
        if let Some(fields) = location.as_object_mut() {
            fields.insert("id".into(), (at + 1).into());
            fields.insert("message".into(), json!({ "text": message(&text) }));
        }
        location
    };
    in_block.enumerate().map(written).collect()
}

fn place(path: &str, start: u32, end: u32) -> Value {
    let start = start.max(1);
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(path), "uriBaseId": "%SRCROOT%" },
            "region": { "startLine": start, "endLine": end.max(start) },
        },
    })
}

/// What an address escapes within a path.
const IN_PATH: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A relative address: what is no plain character of a path is percent-encoded, a leading slash, too.
fn uri(path: &str) -> String {
    match path.strip_prefix('/') {
        Some(below) => format!("%2F{}", utf8_percent_encode(below, &IN_PATH)),
        None => utf8_percent_encode(path, &IN_PATH).to_string(),
    }
}

/// SARIF's plain text takes brackets for links and braces for places to fill in.
fn message(text: &str) -> String {
    let shown = terminal::escaped(text);
    let shown = cut(&shown, MAX_TEXT);
    let mut out = String::with_capacity(shown.len());
    for c in shown.chars() {
        match c {
            '[' | ']' | '\\' => out.extend(['\\', c]),
            '{' | '}' => out.extend([c, c]),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_and_encoded() {
        assert_eq!(uri("src/a b/ü#1.rs"), "src/a%20b/%C3%BC%231.rs");
        assert_eq!(uri("//host/x"), "%2F/host/x");
        assert_eq!(uri("c:/x%20?"), "c%3A/x%2520%3F");
    }

    #[test]
    fn messages_hold_no_links_and_nothing_to_fill_in() {
        assert_eq!(message("[a](b) {0} \\"), "\\[a\\](b) {{0}} \\\\");
        assert_eq!(message(&"x".repeat(5000)).chars().count(), MAX_TEXT + 1);
    }
}
