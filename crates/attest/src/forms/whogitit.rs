//! Notes of whogitit: JSON with a source for every line.
//!
//! `Original` and `Unknown` lines say nothing. Prompts stand in these notes as text; they are not
//! kept.

use serde::Deserialize;

use super::{FormSpec, Found, Read, RecordSpec, Trust};
use crate::Contributor;
use crate::records::{By, Ledger, Reading};
use crate::spans::LineRange;
use ai_detect_base::change::RecordPlace;

pub(super) static FORM: FormSpec = FormSpec {
    id: "whogitit-note",
    label: "whogitit note",
    about: "A note of whogitit, under `refs/notes/whogitit`.",
    found: Found::Record(RecordSpec {
        place: RecordPlace::Notes("refs/notes/whogitit"),
        recognises: None,
        read: Read::Recorder { marker: "record/whogitit", reader: |text, _| read(text) },
        trust: Trust::Claim,
        sample: concat!(
            r#"{"version": 3, "session": {"session_id": "7f", "model": {"id": "claude-opus-4-8"}}, "files": [{"path": "a.rs", "#,
            r#""lines": [{"line_number": 1, "source": {"type": "AI"}}, {"line_number": 2, "source": {"type": "Human"}}]}]}"#,
        ),
    }),
};

/// Newer notes are not guessed at.
const NEWEST: u32 = 3;

#[derive(Debug, Deserialize)]
struct Head {
    version: u32,
}

#[derive(Debug, Deserialize)]
struct Note {
    #[serde(default)]
    session: Session,
    files: Vec<File>,
}

#[derive(Debug, Default, Deserialize)]
struct Session {
    #[serde(default)]
    session_id: Option<String>,
    #[serde(default)]
    model: Option<Model>,
}

#[derive(Debug, Deserialize)]
struct Model {
    id: String,
}

#[derive(Debug, Deserialize)]
struct File {
    path: String,
    #[serde(default)]
    lines: Vec<Line>,
}

#[derive(Debug, Deserialize)]
struct Line {
    line_number: u32,
    source: Source,
}

#[derive(Debug, Deserialize)]
struct Source {
    #[serde(rename = "type")]
    kind: String,
}

/// Reads a note.
fn read(text: &str) -> Reading {
    let head: Head = match serde_json::from_str(text) {
        Ok(head) => head,
        Err(error) => return Reading::unreadable(format!("it cannot be read: {error}")),
    };
    if head.version > NEWEST {
        return Reading::unreadable(format!("it is of a newer version, {}; up to {NEWEST} are read", head.version));
    }
    let note: Note = match serde_json::from_str(text) {
        Ok(note) => note,
        Err(error) => return Reading::unreadable(format!("it cannot be read: {error}")),
    };
    let by = |contributor| match contributor {
        Contributor::Human => By { contributor, ..By::default() },
        // The recorder hooks into one tool only.
        _ => By {
            contributor,
            tool: Some("claude".into()),
            model: note.session.model.as_ref().map(|model| model.id.clone()),
            session: note.session.session_id.clone(),
            ..By::default()
        },
    };
    let mut reading = Reading::default();
    let mut ledger = Ledger::default();
    for file in &note.files {
        for line in &file.lines {
            let contributor = match line.source.kind.as_str() {
                "AI" => Contributor::Ai,
                "AIModified" => Contributor::Mixed,
                "Human" => Contributor::Human,
                _ => continue,
            };
            match LineRange::new(line.line_number, line.line_number) {
                Some(range) => ledger.claim(&file.path, &by(contributor), &[range]),
                None if reading.unreadable.is_empty() => reading.unreadable.push("lines are counted from 0".into()),
                None => {}
            }
        }
    }
    reading.shares = ledger.shares();
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans::written;

    fn note(version: u32, line: u32) -> String {
        let one = |number: u32, kind: &str| {
            format!(r#"{{"line_number": {number}, "content": "x", "source": {{"type": "{kind}"}}}}"#)
        };
        let lines = [
            one(line, "AI"),
            one(2, "AI"),
            one(3, "AIModified"),
            one(4, "Human"),
            one(5, "Original"),
            one(6, "Unknown"),
        ];
        format!(
            r#"{{"version": {version}, "session": {{"session_id": "7f3a", "model": {{"id": "claude-opus-4-8", "provider": "anthropic"}}}}, "prompts": [{{"index": 0, "text": "secret"}}], "files": [{{"path": "a.rs", "lines": [{}]}}]}}"#,
            lines.join(", ")
        )
    }

    #[test]
    fn lines_are_told_apart_and_joined() {
        let reading = read(&note(3, 1));
        let told: Vec<String> = reading
            .shares
            .iter()
            .map(|share| format!("{} {:?}", written(&share.ranges), share.by.contributor))
            .collect();
        assert_eq!(told, ["1-2 Ai", "3 Mixed", "4 Human"]);
        assert_eq!(reading.shares[0].by.session.as_deref(), Some("7f3a"));
        assert!(!format!("{reading:?}").contains("secret"));
    }

    #[test]
    fn newer_broken_and_miscounted_notes_are_unreadable() {
        assert!(read(&note(4, 1)).unreadable[0].contains("newer version"));
        assert!(read("{\"version\": 3, \"files\": [").unreadable[0].contains("cannot be read"));
        assert!(read("").unreadable[0].contains("cannot be read"));
        let miscounted = read(&note(3, 0));
        assert_eq!((miscounted.unreadable.len(), miscounted.shares.len()), (1, 3));
    }
}
