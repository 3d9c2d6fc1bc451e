//! The blocks that decisions are about, and those that a request ever showed.
//!
//! People name a block by the start of its fingerprint, which others can be made to share. So the state keeps every
//! block that was shown, and a decision is about the block that a reviewer had before them, byte for byte.

use serde::{Deserialize, Serialize};

use super::command::FINGERPRINT;
use ai_detect_report::{HunkReport, Report};

/// More blocks of one request are not kept.
pub(crate) const MAX_SHOWN: usize = 200;
/// Between a fingerprint and a digest.
const BETWEEN: char = '/';

/// A block: what identifies it from push to push, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Block {
    /// The fingerprint, in full.
    pub fingerprint: String,
    /// A digest of the text, to the byte. Empty in reports that have none.
    pub content: String,
}

impl Block {
    /// The block that a hunk is.
    pub(crate) fn of(hunk: &HunkReport) -> Self {
        Block { fingerprint: hunk.fingerprint.clone(), content: hunk.content.clone() }
    }
}

impl From<Block> for String {
    fn from(block: Block) -> Self {
        format!("{}{BETWEEN}{}", block.fingerprint, block.content)
    }
}

/// A text that names no block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a block is FINGERPRINT/DIGEST, in hexadecimal digits")]
pub struct NoBlock;

impl TryFrom<String> for Block {
    type Error = NoBlock;

    fn try_from(text: String) -> Result<Self, NoBlock> {
        let (fingerprint, content) = text.split_once(BETWEEN).ok_or(NoBlock)?;
        let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let fits = fingerprint.len() == FINGERPRINT && matches!(content.len(), 0 | FINGERPRINT);
        let block = Block { fingerprint: fingerprint.to_owned(), content: content.to_owned() };
        if fits && is_hex(fingerprint) && is_hex(content) { Ok(block) } else { Err(NoBlock) }
    }
}

/// The flagged blocks that a request has shown so far.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shown {
    /// One for each fingerprint, in the last form that was shown; oldest first.
    pub blocks: Vec<Block>,
    /// Whether blocks were shown that are not among them. Then only a whole id is sure to mean what it meant.
    pub is_incomplete: bool,
}

impl Shown {
    /// What is known of a request whose state is lost.
    pub(crate) fn lost() -> Self {
        Shown { blocks: Vec::new(), is_incomplete: true }
    }

    /// With the flags of one more report.
    #[must_use]
    pub(crate) fn with(&self, report: &Report) -> Self {
        let mut shown = self.clone();
        for hunk in report.flags.iter().filter_map(|flag| report.hunks.get(flag.hunk)) {
            if let Some(block) = shown.blocks.iter_mut().find(|block| block.fingerprint == hunk.fingerprint) {
                block.content.clone_from(&hunk.content);
            } else if shown.blocks.len() >= MAX_SHOWN {
                shown.is_incomplete = true;
            } else if !shown.is_incomplete {
                // Where some are lost, a new one may be one of those.
                shown.blocks.push(Block::of(hunk));
            }
        }
        shown
    }
}
