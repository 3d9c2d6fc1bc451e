//! Reports of `ai-detect diff --format json` and decisions of `ai-detect triage --export jsonl`, as events.
//!
//! Only what events have fields for is read. Versions of reports add members and never change them, so others are passed over.

use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_log::number::Micros;
use ai_detect_trail_log::wire::{Line, decode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// The schema of the reports that are read.
const SCHEMA: &str = "ai-detect/report/v1";

/// Why a body is not a report.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InvalidReport {
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    #[error("its schema is not {SCHEMA}")]
    Schema,
    #[error("it is empty")]
    Empty,
}

#[derive(Deserialize)]
struct Report {
    schema: String,
    #[serde(default)]
    commits: Vec<Commit>,
    #[serde(default)]
    hunks: Vec<Hunk>,
    #[serde(default)]
    flags: Vec<Flag>,
}

#[derive(Deserialize)]
struct Commit {
    id: String,
    added_lines: Option<u64>,
    attestation: Option<Attestation>,
}

#[derive(Deserialize)]
struct Attestation {
    state: String,
    #[serde(default)]
    facts: Facts,
}

#[derive(Deserialize, Default)]
struct Facts {
    tool: Option<String>,
    model: Option<String>,
    session: Option<String>,
    accountable: Option<String>,
}

#[derive(Deserialize)]
struct Hunk {
    #[serde(default)]
    commits: Vec<Part>,
}

#[derive(Deserialize)]
struct Part {
    id: String,
}

#[derive(Deserialize)]
struct Flag {
    fingerprint: String,
    hunk: Option<usize>,
    path: String,
    start_line: u64,
    end_line: u64,
    verdict: String,
    probability: Option<f64>,
}

#[derive(Deserialize)]
struct Decision {
    fingerprint: String,
    decision: String,
    reason: Option<String>,
    who: Option<String>,
    when: Option<String>,
    request: Option<u64>,
    doubt: Option<String>,
}

/// The events of a report or of decisions, without what numbers them.
pub(crate) fn events(bytes: &[u8], repository: Option<&str>) -> Result<Vec<Map<String, Value>>, InvalidReport> {
    let report = serde_json::from_slice::<Report>(bytes);
    let mut events = match report {
        Ok(report) if report.schema == SCHEMA => of_report(report),
        Ok(_) => return Err(InvalidReport::Schema),
        Err(no_report) => of_decisions(bytes).ok_or(no_report)?,
    };
    if events.is_empty() && bytes.trim_ascii().is_empty() {
        return Err(InvalidReport::Empty);
    }
    if let Some(repository) = repository {
        // Decisions name a finding, which names the repository.
        for event in events.iter_mut().filter(|event| !event.contains_key("resolution")) {
            event.insert("repository".to_owned(), repository.into());
        }
    }
    Ok(events)
}

fn of_report(report: Report) -> Vec<Map<String, Value>> {
    let mut events = Vec::new();
    for Commit { id, added_lines, attestation } in report.commits {
        let Some(Attestation { state, facts }) = attestation else { continue };
        events.push(object(json!({
            "kind": "attestation", "commit": id, "state": state, "tool": facts.tool, "model": facts.model,
            "session": facts.session, "person": facts.accountable,
            // How many lines the declaration covers is not in a report: the commit's own are kept beside the event.
            "added_lines": added_lines,
        })));
    }
    for flag in report.flags {
        let hunk = flag.hunk.and_then(|hunk| report.hunks.get(hunk));
        // A block of several commits belongs to none of them alone.
        let commit = hunk.and_then(|hunk| match hunk.commits.as_slice() {
            [one] => Some(one.id.as_str()),
            _ => None,
        });
        events.push(object(json!({
            "kind": "finding", "check": "style", "finding": flag.fingerprint, "commit": commit, "path": flag.path,
            "first": flag.start_line, "last": flag.end_line, "verdict": flag.verdict,
            "likelihood": flag.probability.map(thousandths),
        })));
    }
    events
}

fn of_decisions(bytes: &[u8]) -> Option<Vec<Map<String, Value>>> {
    let lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).ok().map(of_decision)).collect()
}

fn of_decision(row: Decision) -> Map<String, Value> {
    let Decision { fingerprint, decision, reason, who, when, request, doubt } = row;
    object(json!({
        "kind": "decision", "finding": fingerprint, "resolution": decision, "actor": "human", "person": who,
        // Texts, for which the event has no field: they are kept beside it, where they can be erased.
        "said": reason, "when": when, "request": request, "doubt": doubt,
    }))
}

/// A probability as a whole number, as entries hold it.
fn thousandths(probability: f64) -> u64 {
    // A number from 0 to 1000.
    (probability.clamp(0.0, 1.0) * 1000.0).round() as u64
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Numbered lines. What is compared when they come again has no time, which a report does not state.
pub(crate) fn lines(
    events: &[Map<String, Value>],
    client: &ClientId,
    epoch: &Epoch,
    time: Micros,
) -> Vec<(Line, Vec<u8>)> {
    (1_u64..)
        .zip(events)
        .map(|(number, event)| {
            let mut line = event.clone();
            line.insert("client".to_owned(), client.as_str().into());
            line.insert("epoch".to_owned(), epoch.as_str().into());
            line.insert("number".to_owned(), number.into());
            let sent = Value::Object(line.clone()).to_string().into_bytes();
            line.insert("time".to_owned(), time.get().into());
            (decode(Value::Object(line).to_string().as_bytes()), sent)
        })
        .collect()
}
