//! Notes of agent-trace-cli, under the same ref as Agent Trace's records and of another shape: lines of a tool by file,
//! or only how many there are.
//!
//! Lines that it does not list are untracked. Prompts may stand in these notes as text; they are not kept.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::Contributor;
use crate::records::{By, Ledger, Reading, major};
use crate::spans::LineRange;

/// Newer notes are not guessed at. Older ones told people's lines too; none has been seen.
const KNOWN: u32 = 2;

#[derive(Debug, Deserialize)]
struct Note {
    version: String,
    /// What tells these notes from records, with the next.
    #[serde(rename = "trace_ids")]
    _traces: IgnoredAny,
    #[serde(rename = "ledger_hash")]
    _hash: IgnoredAny,
    #[serde(default)]
    stats: Stats,
    #[serde(default)]
    ledger: Option<Lines>,
}

#[derive(Debug, Default, Deserialize)]
struct Stats {
    #[serde(default)]
    ai_lines: u64,
}

#[derive(Debug, Deserialize)]
struct Lines {
    files: BTreeMap<String, File>,
}

#[derive(Debug, Deserialize)]
struct File {
    line_attributions: Vec<Segment>,
}

#[derive(Debug, Deserialize)]
struct Segment {
    start_line: u32,
    end_line: u32,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    model_id: Option<String>,
    #[serde(default)]
    conversation_id: Option<String>,
    #[serde(default)]
    trace_id: Option<String>,
}

/// Reads a note; nothing where it is of another shape.
pub(super) fn read(text: &str) -> Option<Reading> {
    let note: Note = serde_json::from_str(text).ok()?;
    if major(&note.version) != Some(KNOWN) {
        let reason = format!("it is of another version, `{}`; {KNOWN}.x is read", note.version);
        return Some(Reading::unreadable(reason));
    }
    let mut reading = Reading::default();
    let Some(Lines { files }) = note.ledger else {
        // It says that there are some, and not which.
        let some = (note.stats.ai_lines > 0).then(|| By { contributor: Contributor::Ai, ..By::default() });
        reading.whole.extend(some);
        return Some(reading);
    };
    let mut ledger = Ledger::default();
    for (path, file) in &files {
        for segment in file.line_attributions.iter().filter(|segment| segment.kind == "ai") {
            let by = By {
                contributor: Contributor::Ai,
                model: segment.model_id.clone(),
                session: segment.conversation_id.clone().or_else(|| segment.trace_id.clone()),
                ..By::default()
            };
            match LineRange::new(segment.start_line, segment.end_line) {
                Some(range) => ledger.claim(path, &by, &[range]),
                None if reading.unreadable.len() < 5 => {
                    let Segment { start_line, end_line, .. } = segment;
                    reading.unreadable.push(format!("`{start_line}-{end_line}` is no range of lines"));
                }
                None => {}
            }
        }
    }
    reading.shares = ledger.shares();
    Some(reading)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans::written;

    fn note(version: &str, rest: &str) -> String {
        format!(
            r#"{{"version": "{version}", "trace_ids": ["t1"], "ledger_hash": "sha256:00", "stats": {{"ai_lines": 3}}{rest}}}"#
        )
    }

    #[test]
    fn lines_are_read_with_model_and_conversation() {
        let lines = r#", "prompts": ["secret"], "ledger": {"files": {"a.py": {"line_attributions": [
            {"start_line": 2, "end_line": 4, "type": "ai", "trace_id": "t1", "model_id": "gpt-5.5", "conversation_id": "c1", "evidence": []},
            {"start_line": 9, "end_line": 9, "type": "ai", "trace_id": "t2"},
            {"start_line": 20, "end_line": 30, "type": "human", "trace_id": "t2"},
            {"start_line": 8, "end_line": 7, "type": "ai", "trace_id": "t2"}]}}}"#;
        let reading = read(&note("2.0", lines)).unwrap();
        let told = reading.shares.iter().rev().map(|share| {
            let By { model, session, .. } = &share.by;
            format!("{} {} {model:?} {session:?}", share.path, written(&share.ranges))
        });
        assert_eq!(told.collect::<Vec<_>>(), [r#"a.py 2-4 Some("gpt-5.5") Some("c1")"#, r#"a.py 9 None Some("t2")"#]);
        assert_eq!(reading.unreadable, ["`8-7` is no range of lines"]);
        assert!(!format!("{reading:?}").contains("secret"));
    }

    #[test]
    fn without_lines_it_speaks_for_the_commit() {
        let reading = read(&note("2.0", "")).unwrap();
        assert_eq!((reading.whole.len(), reading.shares.len()), (1, 0));
        let none = note("2.0", "").replace('3', "0");
        assert!(read(&none).unwrap().whole.is_empty());
    }

    #[test]
    fn other_versions_are_unreadable_and_other_shapes_are_somebody_elses() {
        assert!(read(&note("3.0", "")).unwrap().unreadable[0].contains("another version"));
        assert!(read(r#"{"version": "0.1.0", "files": []}"#).is_none());
        assert!(read("{").is_none());
    }
}
