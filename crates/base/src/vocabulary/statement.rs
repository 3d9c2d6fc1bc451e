//! A note as an in-toto statement (version 1), so that it can be signed and stored where build
//! provenance is.
//!
//! Signing is left to the tools that do it; the statement is what they sign.

use serde::{Deserialize, Serialize};

use super::note::{self, Note};

/// The type of every in-toto statement of version 1.
pub(crate) const TYPE: &str = "https://in-toto.io/Statement/v1";
/// Our predicate: a note.
pub(crate) const PREDICATE: &str = "urn:ai-detect:attestation:v1";

/// The declarations on one commit, as a statement about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// [`TYPE`].
    #[serde(rename = "_type")]
    kind: String,
    subject: Vec<Subject>,
    /// [`PREDICATE`].
    #[serde(rename = "predicateType")]
    predicate_type: String,
    predicate: Note,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Subject {
    name: String,
    digest: Digest,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Digest {
    #[serde(rename = "gitCommit")]
    git_commit: String,
}

/// Why a statement cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not JSON, or not of the shape.
    #[error("it is not an in-toto statement of ours: {0}")]
    Shape(String),
    /// Another type, another predicate, or not exactly one commit.
    #[error("{what} is `{found}`; expected {expected}")]
    Other {
        /// Which part.
        what: &'static str,
        /// What stands there.
        found: String,
        /// What should.
        expected: &'static str,
    },
    /// The note within.
    #[error(transparent)]
    Note(#[from] note::Error),
}

impl Statement {
    /// A statement that a commit, by its full id, has this note.
    pub fn of(commit: &str, note: Note) -> Self {
        Statement {
            kind: TYPE.into(),
            subject: vec![Subject { name: "git-commit".into(), digest: Digest { git_commit: commit.into() } }],
            predicate_type: PREDICATE.into(),
            predicate: note,
        }
    }

    /// Reads a statement.
    ///
    /// # Errors
    /// Where it is another kind of statement, or its note is unreadable.
    pub fn read(bytes: &[u8]) -> Result<Statement, Error> {
        let shape = |error: serde_json::Error| Error::Shape(error.to_string());
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(shape)?;
        for (what, expected) in [("_type", TYPE), ("predicateType", PREDICATE)] {
            // What is not there is not what was expected either.
            let found = value.get(what).and_then(|found| found.as_str()).unwrap_or("");
            if found != expected {
                return Err(Error::Other { what, found: found.into(), expected });
            }
        }
        // Nothing is no note, and is reported as such.
        let predicate = value.get("predicate").map_or_else(String::new, ToString::to_string);
        Note::read(predicate.as_bytes())?;
        let statement: Statement = serde_json::from_value(value).map_err(shape)?;
        match statement.subject.len() {
            1 => Ok(statement),
            many => Err(Error::Other { what: "subject", found: many.to_string(), expected: "one commit" }),
        }
    }

    /// The text of the statement.
    pub fn write(&self) -> String {
        // Plain data without maps: nothing in it can fail to be written.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::samples;
    use super::*;

    #[test]
    fn other_statements_are_not_ours() {
        let text = Statement::of("00", Note::with(Vec::new())).write();
        let other = text.replace(PREDICATE, "https://slsa.dev/provenance/v1");
        assert!(
            Statement::read(other.as_bytes()).unwrap_err().to_string().starts_with("predicateType is `https://slsa")
        );
        let newer = text.replace(note::SCHEMA, "ai-detect/attestation/v2");
        assert!(matches!(Statement::read(newer.as_bytes()), Err(Error::Note(note::Error::Schema(_)))));
    }

    proptest! {
        #[test]
        fn reading_what_was_written_is_the_identity(declaration in samples::declaration(), id in "[0-9a-f]{40}") {
            let statement = Statement::of(&id, Note::of(declaration));
            let read = Statement::read(statement.write().as_bytes());
            prop_assert_eq!(read.as_ref(), Ok(&statement));
            prop_assert_eq!(&statement.subject[0].digest.git_commit, &id);
        }
    }
}
