//! Whether a collector's log continues what this client saw of it. Each client keeps the last checkpoint, so a log that was rolled
//! back, or has two histories, is found by the next client that sends.

use std::path::{Path, PathBuf};

use ai_detect_trail_log::log::checkpoint::{Checkpoint, InvalidCheckpoint};
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::note::InvalidNote;
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::log::verify;
use ai_detect_trail_log::number::Micros;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::error::SpoolError;
use crate::files;

/// What an answer shows about the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Nothing is signed yet, and nothing was seen before.
    Nothing,
    /// This checkpoint continues the one that was kept, or is the first.
    Continues(Checkpoint),
    /// The collector owes the proof.
    Unproven,
    /// It does not continue what was seen.
    Fork(ForkKind),
}

/// In what way a log does not continue what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForkKind {
    /// It has fewer entries than before.
    RolledBack,
    /// Its entries are not those that were there before.
    TwoHistories,
    /// It is signed by another key: another log, perhaps one that was restored.
    OtherKey,
}

impl ForkKind {
    /// What it means.
    pub fn about(self) -> &'static str {
        match self {
            Self::RolledBack => "the collector's log has fewer entries than it had signed for",
            Self::TwoHistories => {
                "the collector's log does not continue the one that this client saw: it has two histories"
            }
            Self::OtherKey => "the collector signs with another key than the one that this client joined",
        }
    }
}

/// A log that does not continue what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fork {
    /// In what way.
    pub kind: ForkKind,
    /// When it was found, in microseconds since 1970.
    pub found: i64,
    /// The checkpoint that was kept.
    pub kept: Option<String>,
    /// The checkpoint that does not continue it.
    pub seen: Option<String>,
}

/// Compares the answer with the checkpoint that was kept.
pub fn judge(key: &VerifierKey, kept: Option<&Checkpoint>, answer: &Answer) -> Standing {
    let Some(note) = &answer.checkpoint else {
        return if kept.is_some() { Standing::Unproven } else { Standing::Nothing };
    };
    let seen = match Checkpoint::open(note.as_bytes(), key) {
        Ok(seen) => seen,
        Err(InvalidCheckpoint::Note(InvalidNote::Unsigned)) => return Standing::Fork(ForkKind::OtherKey),
        Err(_) => return Standing::Unproven,
    };
    let Some(kept) = kept.filter(|kept| kept.size > 0) else { return Standing::Continues(seen) };
    if seen.size < kept.size {
        return Standing::Fork(ForkKind::RolledBack);
    }
    let none: &[TreeHash] = &[];
    let path = match &answer.consistency {
        Some(path) => path,
        None if seen.size == kept.size => none,
        None => return Standing::Unproven,
    };
    match verify::consistency(kept.size, seen.size, path, kept.root, seen.root) {
        Ok(()) => Standing::Continues(seen),
        Err(_) => Standing::Fork(ForkKind::TwoHistories),
    }
}

/// The region of the log that signed a note, as the note says.
pub(crate) fn region_of(note: &str) -> Option<String> {
    let origin = Origin::parse(note.lines().next()?).ok()?;
    Some(origin.region().to_string())
}

/// What a client keeps of a collector's log, in files beside its spool.
#[derive(Debug, Clone)]
pub struct Witness {
    folder: PathBuf,
}

impl Witness {
    /// The files in a folder.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The last checkpoint, as the collector signed it. One that cannot be read is put aside.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn kept(&self, key: &VerifierKey) -> Result<Option<(Checkpoint, String)>, SpoolError> {
        let path = self.file("checkpoint");
        let Some(note) = files::read(&path)? else { return Ok(None) };
        match Checkpoint::open(note.as_bytes(), key) {
            Ok(checkpoint) => Ok(Some((checkpoint, note))),
            Err(_) => {
                let aside = self.file("checkpoint.unreadable");
                std::fs::rename(&path, aside).map_err(SpoolError::file(&path))?;
                Ok(None)
            }
        }
    }

    /// Keeps a checkpoint. It is on the disk when this returns.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn keep(&self, note: &str) -> Result<(), SpoolError> {
        files::replace(&self.file("checkpoint"), note.as_bytes())
    }

    /// A fork that was found, until somebody resolves it.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn fork(&self) -> Result<Option<Fork>, SpoolError> {
        let path = self.file("fork.json");
        let Some(text) = files::read(&path)? else { return Ok(None) };
        let invalid = |_| SpoolError::File { path: path.clone(), source: std::io::ErrorKind::InvalidData.into() };
        serde_json::from_str(&text).map(Some).map_err(invalid)
    }

    /// Records a fork. The first one stays: it holds the checkpoint that counts. Returns whether this is the first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or written.
    pub fn record(
        &self,
        kind: ForkKind,
        kept: Option<String>,
        seen: Option<String>,
        now: Micros,
    ) -> Result<bool, SpoolError> {
        if self.fork()?.is_some() {
            return Ok(false);
        }
        let path = self.file("fork.json");
        let fork = Fork { kind, found: now.get(), kept, seen };
        let invalid = |_| SpoolError::File { path: path.clone(), source: std::io::ErrorKind::InvalidData.into() };
        let text = serde_json::to_string_pretty(&fork).map_err(invalid)?;
        files::replace(&path, format!("{text}\n").as_bytes())?;
        Ok(true)
    }

    /// Forgets the fork and the checkpoint: what the collector shows next counts.
    ///
    /// # Errors
    ///
    /// When the files cannot be removed.
    pub fn resolve(&self) -> Result<(), SpoolError> {
        files::remove(&self.file("checkpoint"))?;
        files::remove(&self.file("fork.json"))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
