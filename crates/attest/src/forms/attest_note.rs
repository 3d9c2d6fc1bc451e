//! Reads our own notes, `refs/notes/ai-attest`, as a record: what they declare of the commit, and of
//! which of its lines.
//!
//! Their form is `vocabulary::note`; whether somebody known signed one is `signature`.

use super::{FormSpec, Found, Read, RecordSpec, Trust};
use crate::records::{By, Ledger, Reading};
use crate::{Conflict, Contributor, LineRange};
use ai_detect_base::change::RecordPlace;
use ai_detect_base::vocabulary::note::{self, Entry, Note};
use ai_detect_base::vocabulary::{Assistant, Extent, Involvement};

pub(super) static FORM: FormSpec = FormSpec {
    id: "attest-note",
    label: "attestation note",
    about: "A note of ours, under `refs/notes/ai-attest`.",
    found: Found::Record(RecordSpec {
        place: RecordPlace::Notes(note::REF),
        recognises: None,
        read: Read::Recorder { marker: "record/ai-attest", reader: |text, _| read(text) },
        trust: Trust::Signed(signed),
        sample: concat!(
            r#"{"schema": "ai-detect/attestation/v1", "attestations": [{"declaration": {"involvement": {"ai": {"assistants": "#,
            r#"[{"extent": "generated", "tool": "Codex", "model": "gpt-5.5"}]}}}, "covers": [{"path": "a.rs", "lines": [[1, 9]]}]}]}"#,
        ),
    }),
};

/// The signature of a note, and what it is made over.
fn signed<'a>(content: &'a [u8], commit: &str) -> (Option<&'a str>, Vec<u8>) {
    let (json, block) = note::split(content);
    (block, note::signed_text(commit, json))
}

fn read(text: &str) -> Reading {
    let note = match Note::read(text.as_bytes()) {
        Ok(note) => note,
        Err(error) => return Reading::unreadable(error.to_string()),
    };
    let mut reading = Reading::default();
    let mut ledger = Ledger::default();
    // The oldest stands first, and of two that speak of one line the newer one is right.
    for entry in note.attestations.iter().rev() {
        let by = contributors(entry);
        if entry.covers.is_empty() {
            reading.whole.splice(0..0, by);
            continue;
        }
        if by.len() > 1 {
            reading.conflicts.push(Conflict::SeveralToolsForLines);
        }
        let Some(by) = by.first() else { continue };
        for cover in &entry.covers {
            let ranges: Vec<LineRange> =
                cover.lines.iter().filter_map(|(first, last)| LineRange::new(*first, *last)).collect();
            ledger.claim(&cover.path, by, &ranges);
        }
    }
    reading.shares = ledger.shares();
    // Of entries about the whole commit the newest one counts. Whoever answers for lines that a note carries along does
    // not answer for the others.
    reading.accountable = reading.whole.iter().rev().find_map(|by| by.person.clone());
    reading
}

/// One for each tool that an entry names, or nobody where it says that none was used.
fn contributors(entry: &Entry) -> Vec<By> {
    let person = entry.declaration.accountable.as_ref().map(ToString::to_string);
    let ai = match &entry.declaration.involvement {
        Involvement::NoAi => return vec![By { contributor: Contributor::Human, person, ..By::default() }],
        Involvement::Ai(ai) => ai,
    };
    let one = |assistant: &Assistant| By {
        // A tool that helped a person to write did not write alone.
        contributor: match assistant.extent {
            Extent::Assisted => Contributor::Mixed,
            Extent::Generated => Contributor::Ai,
        },
        tool: Some(assistant.tool.to_string()),
        model: assistant.model.as_ref().map(ToString::to_string),
        session: ai.session.as_ref().map(ToString::to_string),
        prompt: ai.prompt.as_ref().map(ToString::to_string),
        person: person.clone(),
        output: ai.output.as_ref().map(ToString::to_string),
        proportion: ai.proportion.as_ref().map(ToString::to_string),
        path: ai.path.map(|path| path.word().to_owned()),
    };
    ai.assistants.as_slice().iter().map(one).collect()
}
