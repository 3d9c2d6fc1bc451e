//! Notes of the Git AI Standard 3.x: lines with keys, `---`, and JSON about the keys.
//!
//! Agrees with the standard's own reader: where several keys cover a line, the last that the note
//! describes has it. Lines without a key are untracked, which says nothing about who wrote them.
//! Unlike that reader, one bad entry does not hide the rest: it is told, and the rest is read.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{FormSpec, Found, Read, RecordSpec, Trust};
use crate::records::{By, Ledger, Reading, reference};
use crate::spans::LineRange;
use crate::{Conflict, Contributor};
use ai_detect_base::change::RecordPlace;

/// Where the notes are kept.
pub const NOTES: RecordPlace = RecordPlace::Notes("refs/notes/ai");

pub(super) static FORM: FormSpec = FormSpec {
    id: "git-ai-note",
    label: "git-ai note",
    about: "A note of the Git AI Standard, under `refs/notes/ai`.",
    found: Found::Record(RecordSpec {
        place: NOTES,
        recognises: None,
        read: Read::Recorder { marker: "record/git-ai", reader: |text, _| read(text) },
        trust: Trust::Claim,
        sample: concat!(
            "src/a.rs\n",
            "  s_00000000000001::t_01 1-4,9\n",
            "  h_00000000000001 5\n",
            "\"my file.rs\"\n",
            "  00ff00ff00ff00ff 2\n",
            "---\n",
            r#"{"schema_version": "authorship/3.0.0", "base_commit_sha": "00ff", "#,
            r#""prompts": {"00ff00ff00ff00ff": {"agent_id": {"tool": "cursor", "id": "c", "model": "default"}}}, "#,
            r#""sessions": {"s_00000000000001": {"agent_id": {"tool": "claude", "id": "u", "model": "claude-opus-4-8"}}}, "#,
            r#""humans": {"h_00000000000001": {"author": "Ann Lee"}}}"#,
        ),
    }),
};

pub(super) const DIVIDER: &str = "---";
/// So many bad entries are told.
const MAX_REPORTED: usize = 5;
/// So many letters are kept of what a note says of a session: each of its entries gets them.
const MAX_QUOTED_BYTES: usize = 1_000;

#[derive(Debug, Default, Deserialize)]
struct Metadata {
    schema_version: String,
    #[serde(default)]
    prompts: BTreeMap<String, Session>,
    #[serde(default)]
    sessions: BTreeMap<String, Session>,
    #[serde(default)]
    humans: BTreeMap<String, Human>,
}

#[derive(Debug, Deserialize)]
struct Session {
    agent_id: Agent,
    #[serde(default)]
    human_author: Option<String>,
    #[serde(default)]
    messages_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Agent {
    tool: String,
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    model: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Human {
    author: String,
}

struct Entry<'a> {
    path: &'a str,
    key: &'a str,
    ranges: Vec<LineRange>,
}

/// Reads a note.
fn read(text: &str) -> Reading {
    let Some((entries, json)) = parts(text) else {
        return Reading::unreadable("it has no line `---` between the lines and what is known of them");
    };
    let metadata: Metadata = match serde_json::from_str(json) {
        Ok(metadata) => metadata,
        Err(error) => return Reading::unreadable(format!("the part after `---` cannot be read: {error}")),
    };
    if let Some(reason) = other_version(&metadata.schema_version) {
        return Reading::unreadable(reason);
    }
    let mut reading = Reading::default();
    let entries = read_entries(entries, &mut reading.unreadable);
    let mut ledger = Ledger::default();
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for entry in entries.iter().rev() {
        if let Some(by) = described(entry.key, &metadata) {
            ledger.claim(entry.path, &by, &entry.ranges);
            used.insert(session_key(entry.key));
        }
    }
    // A key that the note does not describe still says of what kind it is.
    let mut undescribed = 0usize;
    for entry in entries.iter().rev().filter(|entry| described(entry.key, &metadata).is_none()) {
        undescribed += 1;
        let contributor = if entry.key.starts_with("h_") { Contributor::Human } else { Contributor::Ai };
        ledger.claim(entry.path, &By { contributor, ..By::default() }, &entry.ranges);
    }
    if undescribed > 0 {
        reading.conflicts.push(Conflict::UndescribedSessions { entries: undescribed });
    }
    reading.shares = ledger.shares();
    let sessions = metadata.prompts.iter().chain(&metadata.sessions);
    reading.idle = sessions.filter(|(key, _)| !used.contains(key.as_str())).map(|(_, session)| of(session)).collect();
    reading
}

/// The entries, and the JSON behind the divider.
fn parts(text: &str) -> Option<(&str, &str)> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if line.trim_end_matches(['\n', '\r']) == DIVIDER {
            return Some((text.get(..start)?, text.get(end..)?));
        }
        start = end;
    }
    None
}

fn other_version(version: &str) -> Option<String> {
    let known = version.strip_prefix("authorship/").map(crate::records::major);
    match known {
        Some(Some(3)) => None,
        Some(Some(newer)) if newer > 3 => Some(format!("it is of a newer version, `{version}`; 3.x is read")),
        Some(Some(_)) => Some(format!("it is of an older version, `{version}`; 3.x is read")),
        _ => Some(format!("`{version}` is no version of the Git AI Standard")),
    }
}

fn read_entries<'a>(text: &'a str, unreadable: &mut Vec<String>) -> Vec<Entry<'a>> {
    let mut found = Vec::new();
    let mut path: Option<&str> = None;
    let mut untold = 0;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() {
            continue;
        }
        let Some(entry) = line.strip_prefix("  ") else {
            let quoted = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'));
            path = Some(quoted.unwrap_or(line));
            continue;
        };
        match entry_of(entry, path) {
            Ok(entry) => found.push(entry),
            Err(reason) if unreadable.len() < MAX_REPORTED => unreadable.push(format!("line {}: {reason}", number + 1)),
            Err(_) => untold += 1,
        }
    }
    if untold > 0 {
        unreadable.push(format!("and {untold} more lines"));
    }
    found
}

fn entry_of<'a>(text: &'a str, path: Option<&'a str>) -> Result<Entry<'a>, String> {
    let path = path.ok_or("lines are stated before any path")?;
    let (key, list) = text.split_once(' ').ok_or("a key has no lines")?;
    let parts = list.split(',').filter(|part| !part.is_empty());
    let range = |part: &str| LineRange::parse(part).ok_or_else(|| format!("`{}` is no range of lines", cut(part, 40)));
    let ranges: Vec<LineRange> = parts.map(range).collect::<Result<_, _>>()?;
    if key.is_empty() || ranges.is_empty() {
        return Err("a key has no lines".into());
    }
    Ok(Entry { path, key, ranges })
}

fn cut(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(end, _)| text.get(..end).unwrap_or(text))
}

/// `s_…::t_…` names a session and one of its edits.
fn session_key(key: &str) -> &str {
    match key.starts_with("s_") {
        true => key.split("::").next().unwrap_or(key),
        false => key,
    }
}

/// Who a key stands for, as its prefix says where to look.
fn described(key: &str, metadata: &Metadata) -> Option<By> {
    if key.starts_with("h_") {
        let human = metadata.humans.get(key)?;
        return Some(By { contributor: Contributor::Human, person: kept(Some(&human.author)), ..By::default() });
    }
    let sessions = if key.starts_with("s_") { &metadata.sessions } else { &metadata.prompts };
    sessions.get(session_key(key)).map(of)
}

fn of(session: &Session) -> By {
    By {
        contributor: Contributor::Ai,
        tool: kept(Some(&session.agent_id.tool)),
        model: kept(session.agent_id.model.as_ref()),
        session: kept(session.agent_id.id.as_ref()),
        prompt: reference(kept(session.messages_url.as_ref())),
        person: kept(session.human_author.as_ref()),
        ..By::default()
    }
}

fn kept(text: Option<&String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty()).map(|text| cut(text, MAX_QUOTED_BYTES).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spans::written;

    const META: &str = r#"{"schema_version": "authorship/3.0.0", "base_commit_sha": "00ff", "prompts": {"00ff00ff00ff00ff": {"agent_id": {"tool": "cursor", "id": "c1", "model": "composer-1"}, "total_additions": 3, "messages_url": "https://example.org/c1"}}, "sessions": {"s_00000000000001": {"agent_id": {"tool": "claude", "id": "u1", "model": "claude-opus-4-8"}, "human_author": "Ann Lee <ann@example.org>"}}, "humans": {"h_00000000000001": {"author": "Ann Lee <ann@example.org>"}}}"#;

    fn shares(entries: &str) -> Vec<String> {
        let reading = read(&format!("{entries}---\n{META}"));
        let told = |share: &crate::records::Share| {
            let tool = share.by.tool.as_deref().unwrap_or("-");
            format!("{} {} {:?} {tool}", share.path, written(&share.ranges), share.by.contributor)
        };
        reading.shares.iter().map(told).chain(reading.unreadable).collect()
    }

    #[test]
    fn every_key_is_looked_up_where_its_prefix_says() {
        let found = shares(
            "src/a.rs\n  s_00000000000001::t_01 1-4,9\n  h_00000000000001 5-6\n\"my file.rs\"\n  00ff00ff00ff00ff 7\n",
        );
        assert_eq!(found, ["my file.rs 7 Ai cursor", "src/a.rs 1-4,9 Ai claude", "src/a.rs 5-6 Human -"]);
    }

    #[test]
    fn the_last_that_is_described_has_a_line() {
        let found = shares("a\n  s_00000000000001::t_01 1-9\n  h_00000000000001 4-5\n  s_00000000000009::t_01 1-12\n");
        assert_eq!(found, ["a 10-12 Ai -", "a 1-3,6-9 Ai claude", "a 4-5 Human -"]);
    }

    #[test]
    fn sessions_without_a_line_are_idle() {
        let reading = read(&format!("---\n{META}"));
        assert_eq!((reading.shares.len(), reading.idle.len(), reading.unreadable.len()), (0, 2, 0));
        assert_eq!(reading.idle[0].prompt.as_deref(), Some("https://example.org/c1"));
    }

    #[test]
    fn many_sessions_and_long_ones_cost_no_more_than_the_note_is_long() {
        let numbers = 0..150_000;
        let entries: String = numbers.clone().map(|at| format!("  {at:016x} {}\n", at + 1)).collect();
        let sessions: Vec<String> =
            numbers.map(|at| format!(r#""{at:016x}": {{"agent_id": {{"tool": "cursor"}}}}"#)).collect();
        let meta = |prompts: &str| format!(r#"{{"schema_version": "authorship/3.0.0", "prompts": {{{prompts}}}}}"#);
        let reading = read(&format!("a\n{entries}---\n{}", meta(&sessions.join(","))));
        assert_eq!((reading.shares.len(), reading.idle.len()), (1, 0));
        let author = "x".repeat(4 << 20);
        let one = format!(r#""1": {{"agent_id": {{"tool": "cursor"}}, "human_author": "{author}"}}"#);
        let entries: String = (0..150_000).map(|at| format!("  1 {}\n", 2 * at + 1)).collect();
        let reading = read(&format!("a\n{entries}---\n{}", meta(&one)));
        assert_eq!((reading.shares.len(), reading.shares[0].ranges.len()), (1, 150_000));
        assert_eq!(reading.shares[0].by.person.as_ref().map(String::len), Some(MAX_QUOTED_BYTES));
    }

    #[test]
    fn one_bad_entry_does_not_hide_the_rest() {
        let found = shares(
            "  s_x 1\na\n  s_00000000000001::t_01 9-7\n  s_00000000000001::t_02 0\n  s_1\n  h_00000000000001 3\n",
        );
        assert_eq!(
            found,
            [
                "a 3 Human -",
                "line 1: lines are stated before any path",
                "line 3: `9-7` is no range of lines",
                "line 4: `0` is no range of lines",
                "line 5: a key has no lines",
            ]
        );
    }

    #[test]
    fn half_written_and_newer_notes_are_unreadable() {
        for (text, reason) in [
            ("a\n  s_1 1\n", "no line `---`"),
            ("", "no line `---`"),
            ("a\n  s_1 1\n---\n", "cannot be read"),
            ("---\n{\"schema_version\": \"authorship/3.0.0\", \"prompts\": {", "cannot be read"),
            ("---\n{\"schema_version\": \"authorship/4.0.0\"}", "newer version"),
            ("---\n{\"schema_version\": \"authorship/0.0.1\"}", "older version"),
            ("---\n{\"schema_version\": \"2\"}", "no version"),
        ] {
            let reading = read(text);
            assert!(reading.unreadable.iter().any(|told| told.contains(reason)), "{text:?}: {reading:?}");
            assert!(reading.shares.is_empty());
        }
    }
}
