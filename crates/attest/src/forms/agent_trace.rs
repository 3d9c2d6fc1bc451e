//! Agent Trace records (0.1, and the 1.0 that its first tools write): JSON with line ranges, grouped
//! by conversation.
//!
//! A note holds one record, a list, or one a line. Records in a file of the tree are not read: the
//! tools that write them name the commit before the edit, so their lines belong to no known commit.

use serde::Deserialize;

use super::agent_trace_cli;
use super::{FormSpec, Found, Read, RecordSpec, Trust};
use crate::records::{By, Ledger, Reading, major, reference};
use crate::spans::LineRange;
use crate::{Conflict, Contributor};
use ai_detect_base::change::RecordPlace;

pub(super) static FORM: FormSpec = FormSpec {
    id: "agent-trace",
    label: "Agent Trace record",
    about: "An Agent Trace record, under `refs/notes/agent-trace`.",
    found: Found::Record(RecordSpec {
        place: RecordPlace::Notes("refs/notes/agent-trace"),
        recognises: None,
        read: Read::Recorder { marker: "record/agent-trace", reader: read },
        trust: Trust::Claim,
        sample: concat!(
            r#"{"version": "0.1.0", "tool": {"name": "cursor"}, "files": [{"path": "a.rs", "conversations": ["#,
            r#"{"contributor": {"type": "ai", "model_id": "openai/gpt-5.5"}, "ranges": [{"start_line": 1, "end_line": 9}]}]}]}"#,
        ),
    }),
};

const NEWEST: u32 = 1;

#[derive(Debug, Deserialize)]
struct Record {
    version: String,
    #[serde(default)]
    vcs: Option<Vcs>,
    #[serde(default)]
    tool: Option<Tool>,
    files: Vec<File>,
}

#[derive(Debug, Deserialize)]
struct Vcs {
    #[serde(rename = "type")]
    kind: String,
    revision: String,
}

#[derive(Debug, Deserialize)]
struct Tool {
    #[serde(default)]
    name: Option<String>,
}

#[derive(Debug, Deserialize)]
struct File {
    path: String,
    conversations: Vec<Conversation>,
}

#[derive(Debug, Deserialize)]
struct Conversation {
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    contributor: Option<Who>,
    ranges: Vec<Lines>,
}

#[derive(Debug, Deserialize)]
struct Who {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    model_id: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Lines {
    start_line: u32,
    end_line: u32,
    #[serde(default)]
    contributor: Option<Who>,
}

/// Reads what is attached to a commit.
fn read(text: &str, commit: &str) -> Reading {
    if let Some(reading) = agent_trace_cli::read(text) {
        return reading;
    }
    let mut reading = Reading::default();
    let mut records: Vec<Record> = Vec::new();
    if text.trim_start().starts_with('[') {
        match serde_json::from_str(text) {
            Ok(list) => records = list,
            Err(error) => reading.unreadable.push(format!("it cannot be read: {error}")),
        }
    } else {
        for record in serde_json::Deserializer::from_str(text).into_iter() {
            match record {
                Ok(record) => records.push(record),
                Err(error) => {
                    reading.unreadable.push(format!("record {} cannot be read: {error}", records.len() + 1));
                    break;
                }
            }
        }
        if records.is_empty() && reading.unreadable.is_empty() {
            reading.unreadable.push("it is empty".into());
        }
    }
    let mut ledger = Ledger::default();
    // What was recorded later is nearer to what was committed.
    for record in records.iter().rev() {
        add(record, commit, &mut ledger, &mut reading);
    }
    reading.shares = ledger.shares();
    reading
}

fn add(record: &Record, commit: &str, ledger: &mut Ledger, reading: &mut Reading) {
    match major(&record.version) {
        Some(known) if known <= NEWEST => {}
        Some(_) => {
            let reason = format!("a record is of a newer version, `{}`; up to {NEWEST}.x are read", record.version);
            return reading.unreadable.push(reason);
        }
        None => return reading.unreadable.push("a record has no version".into()),
    }
    let elsewhere = record.vcs.as_ref().is_some_and(|vcs| vcs.kind == "git" && !commit.starts_with(&vcs.revision));
    if elsewhere && !reading.conflicts.contains(&Conflict::OtherRevision) {
        reading.conflicts.push(Conflict::OtherRevision);
    }
    for file in &record.files {
        for conversation in file.conversations.iter().rev() {
            for lines in conversation.ranges.iter().rev() {
                let who = lines.contributor.as_ref().or(conversation.contributor.as_ref());
                let Some(by) = who.and_then(|who| by(who, record, conversation)) else { continue };
                match LineRange::new(lines.start_line, lines.end_line) {
                    Some(range) => ledger.claim(&file.path, &by, &[range]),
                    None => {
                        let wrong = format!("{}-{} is no range of lines", lines.start_line, lines.end_line);
                        reading.unreadable.push(wrong);
                    }
                }
            }
        }
    }
    reading.unreadable.truncate(5);
}

/// Nobody where the record does not know.
fn by(who: &Who, record: &Record, conversation: &Conversation) -> Option<By> {
    let contributor = match who.kind.as_str() {
        "ai" => Contributor::Ai,
        "mixed" => Contributor::Mixed,
        "human" => return Some(By { contributor: Contributor::Human, ..By::default() }),
        _ => return None,
    };
    Some(By {
        contributor,
        tool: record.tool.as_ref().and_then(|tool| tool.name.clone()).filter(|name| name != "unknown"),
        model: who.model_id.clone(),
        session: reference(conversation.url.clone()),
        prompt: reference(conversation.url.clone()),
        ..By::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans::written;

    fn record(version: &str, ranges: &str) -> String {
        format!(
            r#"{{"version": "{version}", "id": "1", "timestamp": "2026-01-23T14:30:00Z", "vcs": {{"type": "git", "revision": "00ff"}}, "tool": {{"name": "cursor"}}, "files": [{{"path": "a.ts", "conversations": [{{"url": "https://example.org/c/1", "contributor": {{"type": "ai", "model_id": "anthropic/claude-opus-4-8"}}, "ranges": [{ranges}]}}]}}]}}"#
        )
    }

    fn told(text: &str) -> Vec<String> {
        let reading = read(text, "00ff");
        let one = |share: &crate::records::Share| {
            format!("{} {} {:?} {:?}", share.path, written(&share.ranges), share.by.contributor, share.by.model)
        };
        reading
            .shares
            .iter()
            .map(one)
            .chain(reading.unreadable)
            .chain(reading.conflicts.iter().map(ToString::to_string))
            .collect()
    }

    #[test]
    fn ranges_have_the_contributor_of_their_own_or_of_their_conversation() {
        let ranges = r#"{"start_line": 1, "end_line": 4}, {"start_line": 3, "end_line": 3, "contributor": {"type": "human"}}, {"start_line": 9, "end_line": 9, "contributor": {"type": "unknown"}}"#;
        let expected = ["a.ts 1-2,4 Ai Some(\"anthropic/claude-opus-4-8\")", "a.ts 3 Human None"];
        assert_eq!(told(&record("0.1.0", ranges)), expected);
        let two = format!("{}\n{}\n", record("1.0", ranges), record("0.1", r#"{"start_line": 20, "end_line": 20}"#));
        assert_eq!(told(&two).len(), 2);
        assert_eq!(told(&format!("[{}]", record("0.1.0", ranges))), expected);
    }

    #[test]
    fn newer_broken_and_miscounted_records_are_unreadable() {
        assert_eq!(told(&record("2.0", "")), ["a record is of a newer version, `2.0`; up to 1.x are read"]);
        assert_eq!(told(&record("x", "")), ["a record has no version"]);
        assert_eq!(told(&record("0.1.0", r#"{"start_line": 4, "end_line": 1}"#)), ["4-1 is no range of lines"]);
        assert!(told(&format!("{}{{\"version\"", record("0.1.0", "")))[0].contains("record 2 cannot be read"));
        assert_eq!(told(" "), ["it is empty"]);
    }

    #[test]
    fn another_revision_is_told() {
        let reading = read(&record("0.1.0", r#"{"start_line": 1, "end_line": 1}"#), "abcd");
        assert_eq!((reading.shares.len(), reading.conflicts.len()), (1, 1));
    }
}
