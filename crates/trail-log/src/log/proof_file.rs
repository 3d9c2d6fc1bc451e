//! Proof files (C2SP tlog-proof): one text that proves an entry offline.
//!
//! The line `extra` holds the entry itself. The format does not authenticate that line, but whoever checks a proof computes the
//! leaf from it, and a changed entry leads to another root.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::checkpoint::{Checkpoint, InvalidCheckpoint, parse_decimal};
use super::hash::TreeHash;
use super::key::VerifierKey;
use super::verify::{self, InvalidProof};

const HEADER: &str = "c2sp.org/tlog-proof@v1";
/// The longest proof file that is read.
pub const MAX_PROOF_FILE: usize = 2 * 1024 * 1024;

/// A proof that has been read, and not been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProofFile {
    /// The stored bytes of the entry, if the file brings them.
    pub entry: Option<Vec<u8>>,
    /// The index of the entry.
    pub index: u64,
    /// The hashes from the leaf to the root.
    pub path: Vec<TreeHash>,
    /// The signed checkpoint, byte for byte.
    pub checkpoint: String,
}

/// Why bytes are not a proof, or the proof does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProofFile {
    /// It has not the form of a proof.
    #[error("not a proof of an entry: {0}")]
    Form(&'static str),
    /// The file brings no entry, and none was given.
    #[error("the proof does not hold its entry: give the bytes of the entry, too")]
    NoEntry,
    /// The checkpoint is not one of the log.
    #[error(transparent)]
    Checkpoint(#[from] InvalidCheckpoint),
    /// The hashes do not lead to the root.
    #[error(transparent)]
    Proof(#[from] InvalidProof),
}

impl ProofFile {
    /// The text of the file.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\n");
        if let Some(entry) = &self.entry {
            text.push_str(&format!("extra {}\n", BASE64_STANDARD.encode(entry)));
        }
        text.push_str(&format!("index {}\n", self.index));
        for hash in &self.path {
            text.push_str(&format!("{hash}\n"));
        }
        text.push('\n');
        text.push_str(&self.checkpoint);
        text
    }

    /// Reads a proof.
    ///
    /// # Errors
    ///
    /// When the bytes have not its form. Whether the proof holds is for [`Self::verify`] to say.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidProofFile> {
        let form = InvalidProofFile::Form;
        if bytes.len() > MAX_PROOF_FILE {
            return Err(form("it is too long"));
        }
        let text = std::str::from_utf8(bytes).map_err(|_| form("it is not text"))?;
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(form("it has no checkpoint"))?;
        let mut lines = proof.split('\n').peekable();
        if lines.next() != Some(HEADER) {
            return Err(form("its first line is not c2sp.org/tlog-proof@v1"));
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let entry = extra.and_then(|line| line.strip_prefix("extra ")).map(|text| BASE64_STANDARD.decode(text));
        let entry = entry.transpose().map_err(|_| form("its extra data is not base64"))?;
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(parse_decimal);
        let index = index.ok_or(form("it has no index"))?;
        let path = lines.map(TreeHash::from_base64).collect::<Result<_, _>>();
        let path = path.map_err(|_| form("one of its lines is not a hash"))?;
        Ok(Self { entry, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// Checks the proof of the entry that the file brings: against the log's key, with nothing else.
    ///
    /// # Errors
    ///
    /// When the checkpoint is not one of the log, or the entry is not in it at this index.
    pub fn verify(&self, key: &VerifierKey) -> Result<Checkpoint, InvalidProofFile> {
        self.verify_entry(self.entry.as_deref().ok_or(InvalidProofFile::NoEntry)?, key)
    }

    /// Checks the proof of an entry that is known from elsewhere.
    ///
    /// # Errors
    ///
    /// When the checkpoint is not one of the log, or the entry is not in it at this index.
    pub fn verify_entry(&self, entry: &[u8], key: &VerifierKey) -> Result<Checkpoint, InvalidProofFile> {
        let checkpoint = Checkpoint::open(self.checkpoint.as_bytes(), key)?;
        verify::inclusion(TreeHash::of_leaf(entry), self.index, checkpoint.size, &self.path, checkpoint.root)?;
        Ok(checkpoint)
    }
}
