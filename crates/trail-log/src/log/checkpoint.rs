//! Checkpoints (C2SP tlog-checkpoint): the size and root of a log, signed by it.

use super::hash::TreeHash;
use super::key::{KeyName, SigningKey, VerifierKey};
use super::note::{self, InvalidNote};

/// The size and root that a log had when it signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the log, which is also that of its key.
    pub origin: KeyName,
    /// How many entries it has.
    pub size: u64,
    /// The root over them.
    pub root: TreeHash,
}

/// Why bytes are not a checkpoint of the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidCheckpoint {
    /// It is not signed by the log.
    #[error(transparent)]
    Note(#[from] InvalidNote),
    /// What was signed is not a checkpoint.
    #[error("what was signed is not a checkpoint: a line each for origin, size and root")]
    Form,
    /// It is of another log.
    #[error("it is a checkpoint of {found}, not of {expected}")]
    Origin {
        /// The log whose key was given.
        expected: KeyName,
        /// The log that the checkpoint names.
        found: String,
    },
    /// It has lines that nobody can audit, which these logs never write.
    #[error("it has lines after the root, which no other part of the log vouches for")]
    Extensions,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root)
    }

    /// The checkpoint as a signed note.
    ///
    /// # Errors
    ///
    /// When the key is not that of the log.
    pub fn sign(&self, key: &SigningKey) -> Result<String, InvalidCheckpoint> {
        if *key.name() != self.origin {
            let (expected, found) = (key.name().clone(), self.origin.to_string());
            return Err(InvalidCheckpoint::Origin { expected, found });
        }
        Ok(note::sign(&self.text(), &[key])?)
    }

    /// Reads a checkpoint that the log with this key signed.
    ///
    /// # Errors
    ///
    /// When it is not signed by the key, is of another log, or is not a checkpoint.
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<Self, InvalidCheckpoint> {
        let note = note::open(bytes, &[key])?;
        let mut lines = note.text.strip_suffix('\n').ok_or(InvalidCheckpoint::Form)?.split('\n');
        let mut line = || lines.next().ok_or(InvalidCheckpoint::Form);
        let (origin, size, root) = (line()?, line()?, line()?);
        if origin != key.name().as_str() {
            return Err(InvalidCheckpoint::Origin { expected: key.name().clone(), found: origin.to_owned() });
        }
        let size = parse_decimal(size).ok_or(InvalidCheckpoint::Form)?;
        let root = TreeHash::from_base64(root).map_err(|_| InvalidCheckpoint::Form)?;
        if lines.next().is_some() {
            return Err(InvalidCheckpoint::Extensions);
        }
        Ok(Self { origin: key.name().clone(), size, root })
    }
}

/// A decimal number in the one form that it has: no sign, no leading zeros.
pub(super) fn parse_decimal(text: &str) -> Option<u64> {
    let number: u64 = text.parse().ok()?;
    (number.to_string() == text).then_some(number)
}
