//! Proofs out of a folder: that an entry is in the signed log, and that the log continues an older checkpoint.

use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::proof::{self, ProofError};
use ai_detect_trail_log::log::proof_file::{InvalidProofFile, ProofFile};
use ai_detect_trail_log::log::tile_reader::{ReadError, TileReader};
use ai_detect_trail_log::log::verify::{self, InvalidProof};

use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::log_reader::LogReader;
use crate::signer::last_checkpoint;

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub enum ProveError {
    /// The folder cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Nothing is signed about it yet.
    #[error("entry {index} is not signed for yet: the checkpoint has {size} entries")]
    NotSigned {
        /// The entry.
        index: u64,
        /// The size of the checkpoint.
        size: u64,
    },
    /// The proof that the folder gives does not hold, so that it is not handed out.
    #[error("the folder is damaged: {0}")]
    Invalid(#[from] InvalidProofFile),
    /// The log does not continue the older checkpoint.
    #[error("the log does not continue the older checkpoint: {0}")]
    Inconsistent(#[from] InvalidProof),
}

/// That the log has an older checkpoint's entries at its beginning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consistency {
    /// The hashes.
    pub path: Vec<TreeHash>,
    /// The checkpoint to which they lead, as a signed note.
    pub checkpoint: String,
}

/// The proof of one entry, with the entry and the checkpoint. It is checked before it is handed out.
///
/// # Errors
///
/// When the entry is not signed for yet, and when the folder cannot be read or is damaged.
pub fn entry(folder: &Folder, key: &VerifierKey, index: u64) -> Result<ProofFile, ProveError> {
    let (checkpoint, text) = signed(folder, key, index)?;
    let connection = folder.connect_to_read()?;
    let mut log = LogReader::new(folder, &connection)?;
    let entry = log.entry(index)?.ok_or_else(|| folder.damaged(Damage::Missing { index }))?;
    let mut reader = TileReader::new(checkpoint.size, |tile| log.tile(tile));
    let path = proof::inclusion(index, checkpoint.size, |node| reader.node(node));
    let path = path.map_err(|error| failed(folder, checkpoint.size, error))?;
    let file = ProofFile { entry: Some(entry), index, path, checkpoint: text };
    file.verify(key)?;
    Ok(file)
}

/// The last checkpoint, as a signed note; `None` before the first.
///
/// # Errors
///
/// When it cannot be read.
pub fn checkpoint(folder: &Folder, key: &VerifierKey) -> Result<Option<String>, StoreError> {
    Ok(last_checkpoint(folder, key)?.map(|(_, text)| text))
}

/// The proof that the log continues an older checkpoint, which its client kept. It is checked before it is handed out.
///
/// # Errors
///
/// When the log does not continue it: it was rolled back, or shows two histories.
pub fn consistency(folder: &Folder, key: &VerifierKey, older: &Checkpoint) -> Result<Consistency, ProveError> {
    let (checkpoint, text) = signed(folder, key, 0)?;
    if older.size > checkpoint.size {
        return Err(InvalidProof::Shrinks { old: older.size, new: checkpoint.size }.into());
    }
    let connection = folder.connect_to_read()?;
    let mut log = LogReader::new(folder, &connection)?;
    let mut reader = TileReader::new(checkpoint.size, |tile| log.tile(tile));
    let path = proof::consistency(older.size, checkpoint.size, |node| reader.node(node));
    let path = path.map_err(|error| failed(folder, checkpoint.size, error))?;
    // Every log continues one without entries.
    if older.size > 0 {
        verify::consistency(older.size, checkpoint.size, &path, older.root, checkpoint.root)?;
    }
    Ok(Consistency { path, checkpoint: text })
}

fn signed(folder: &Folder, key: &VerifierKey, index: u64) -> Result<(Checkpoint, String), ProveError> {
    match last_checkpoint(folder, key)? {
        Some((checkpoint, text)) if index < checkpoint.size => Ok((checkpoint, text)),
        other => Err(ProveError::NotSigned { index, size: other.map_or(0, |(checkpoint, _)| checkpoint.size) }),
    }
}

fn failed(folder: &Folder, size: u64, error: ProofError<ReadError<StoreError>>) -> StoreError {
    match error {
        ProofError::Read(ReadError::Tile { source, .. }) => source,
        // The sizes were compared before, so that only damaged tiles are left.
        ProofError::Read(_) | ProofError::NoSuchEntry { .. } | ProofError::Shrinks { .. } => {
            folder.damaged(Damage::Tiles { size })
        }
    }
}
