//! Declarations as a git note: JSON with a versioned schema, under [`REF`].
//!
//! A note may hold several declarations, each for the whole commit or for some lines of it, so that
//! notes can follow their lines through a squash. How notes are stored is `git`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Declaration, Word};

/// Where our notes are kept.
pub const REF: &str = "refs/notes/ai-attest";
/// What a note says that it is.
pub(crate) const SCHEMA: &str = "ai-detect/attestation/v1";
/// Larger notes are not read.
pub const MAX_BYTES: usize = 1 << 20;

/// What our note on a commit says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The name and version of this schema: `ai-detect/attestation/v1`.
    pub schema: String,
    /// The declarations, oldest first.
    pub attestations: Vec<Entry>,
}

/// One declaration and what it covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What is declared.
    pub declaration: Declaration,
    /// The lines that it speaks of; none means all of the commit's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
    /// The commit whose note it was before a rebase or squash, as a full id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried_from: Option<Word>,
}

/// Lines of one file at the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Cover {
    /// The path from the repository's root.
    pub path: String,
    /// First and last lines, from 1, both included; sorted, and not overlapping.
    pub lines: Vec<(u32, u32)>,
}

/// Why a note cannot be used. An unreadable note is never the same as none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Too much of it.
    #[error("the note is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Not ours, or of a version that is not known here.
    #[error("the note says it is `{0}`; this version reads `{SCHEMA}`")]
    Schema(String),
    /// Not JSON, or not of the schema's shape.
    #[error("the note is not of the form `{SCHEMA}`: {0}")]
    Shape(String),
    /// Lines that cannot be.
    #[error("the note covers lines {1}-{2} of {0}, which is no span of lines")]
    Lines(String, u32, u32),
}

impl Note {
    /// A note with one declaration for the whole commit.
    pub fn of(declaration: Declaration) -> Self {
        Note::with(vec![Entry { declaration, covers: Vec::new(), carried_from: None }])
    }

    /// A note with these entries.
    pub fn with(attestations: Vec<Entry>) -> Self {
        Note { schema: SCHEMA.into(), attestations }
    }

    /// Reads a note.
    ///
    /// # Errors
    /// Where it is too large, of another version, or not of the schema's shape.
    pub fn read(bytes: &[u8]) -> Result<Note, Error> {
        if bytes.len() > MAX_BYTES {
            return Err(Error::TooLarge);
        }
        // The version first: a newer note may well have another shape.
        #[derive(Deserialize)]
        struct Version {
            schema: String,
        }
        let (bytes, _) = split(bytes);
        let shape = |error: serde_json::Error| Error::Shape(error.to_string());
        let version: Version = serde_json::from_slice(bytes).map_err(shape)?;
        if version.schema != SCHEMA {
            return Err(Error::Schema(version.schema.chars().take(80).collect()));
        }
        let note: Note = serde_json::from_slice(bytes).map_err(shape)?;
        for cover in note.attestations.iter().flat_map(|entry| &entry.covers) {
            let mut before = 0;
            for &(first, last) in &cover.lines {
                if first <= before || last < first {
                    return Err(Error::Lines(cover.path.clone(), first, last));
                }
                before = last;
            }
        }
        Ok(note)
    }

    /// The text of the note.
    pub fn write(&self) -> String {
        // Plain data without maps: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// The JSON Schema of notes.
    pub fn json_schema() -> schemars::Schema {
        schemars::schema_for!(Note)
    }
}

/// A note's JSON text, and the armoured signature that may stand behind it.
pub fn split(bytes: &[u8]) -> (&[u8], Option<&str>) {
    // Within JSON's strings a line break is written as `\n`, so nothing in them looks like this.
    let Some(at) = memchr::memmem::find(bytes, b"\n-----BEGIN ") else { return (bytes, None) };
    let (json, block) = bytes.split_at_checked(at + 1).unwrap_or((bytes, &[]));
    // What is no text is no signature either, and must not pass for none.
    (json, Some(std::str::from_utf8(block).unwrap_or("-----BEGIN ")))
}

/// What a note's signature is made over: the commit's full id in front of the JSON text, so that a
/// signed note is worth nothing on another commit.
pub fn signed_text(commit: &str, json: &[u8]) -> Vec<u8> {
    let mut text = format!("ai-attest {commit}\n").into_bytes();
    text.extend_from_slice(json);
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    #[test]
    fn other_versions_and_broken_notes_are_told() {
        let told = |text: &str| Note::read(text.as_bytes()).unwrap_err().to_string();
        assert!(
            told("{\"schema\":\"ai-detect/attestation/v9\",\"new\":1}")
                .contains("says it is `ai-detect/attestation/v9`")
        );
        assert!(told("{").starts_with("the note is not of the form"));
        assert!(
            told("{\"schema\":\"ai-detect/attestation/v1\",\"attestation\":[]}")
                .contains("unknown field `attestation`")
        );
        assert_eq!(Note::read(&vec![b' '; MAX_BYTES + 1]), Err(Error::TooLarge));
    }

    #[test]
    fn lines_that_cannot_be_are_refused() {
        let note = |lines: &str| {
            format!(
                "{{\"schema\":\"{SCHEMA}\",\"attestations\":[{{\"declaration\":{{\"involvement\":\"no-ai\"}},\
                 \"covers\":[{{\"path\":\"a\",\"lines\":{lines}}}]}}]}}"
            )
        };
        assert!(Note::read(note("[[1,3],[5,5]]").as_bytes()).is_ok());
        for wrong in ["[[0,3]]", "[[3,2]]", "[[1,3],[3,4]]"] {
            assert!(matches!(Note::read(note(wrong).as_bytes()), Err(Error::Lines(..))), "{wrong}");
        }
    }

    #[test]
    fn a_declaration_without_a_tool_is_no_declaration() {
        let text = format!(
            "{{\"schema\":\"{SCHEMA}\",\"attestations\":[{{\"declaration\":{{\"involvement\":{{\"ai\":{{\"assistants\":[]}}}}}}}}]}}"
        );
        assert!(Note::read(text.as_bytes()).unwrap_err().to_string().contains("no tool is named"));
    }

    #[test]
    fn a_signature_stands_behind_the_text() {
        let note = Note::with(Vec::new());
        let block = "-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n";
        let signed = note.write() + block;
        assert_eq!(split(signed.as_bytes()), (note.write().as_bytes(), Some(block)));
        assert_eq!(Note::read(signed.as_bytes()), Ok(note.clone()));
        assert_eq!(split(note.write().as_bytes()), (note.write().as_bytes(), None));
        assert!(split(b"{}\n-----BEGIN \xff").1.is_some());
        assert!(Note::read((note.write() + "more\n").as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn reading_what_was_written_is_the_identity(declaration in samples::declaration(), start in 1u32..9, more in 0u32..9) {
            let mut note = Note::of(declaration.clone());
            note.attestations.push(Entry {
                declaration,
                covers: vec![Cover { path: "src/é.rs".into(), lines: vec![(start, start + more)] }],
                carried_from: Some(Word::new("0".repeat(40)).unwrap()),
            });
            prop_assert_eq!(Note::read(note.write().as_bytes()), Ok(note));
        }

        #[test]
        fn any_bytes_are_read_or_told(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Note::read(&bytes);
        }
    }
}
