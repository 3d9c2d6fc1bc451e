//! Blocks of scored languages that are too short for a verdict: how much they add together.

use std::collections::HashMap;

use super::read::ReadBlock;
use ai_detect_base::change::{ChangeSet, FileChange};
use ai_detect_report::SmallBlocks;

/// How much the unscored blocks of scored languages add; nothing where there are none.
pub(super) fn small_blocks(change: &ChangeSet, blocks: &[ReadBlock]) -> Option<SmallBlocks> {
    let files: HashMap<_, &FileChange> =
        change.files.iter().map(|file| (String::from_utf8_lossy(&file.path), file)).collect();
    let mut small = SmallBlocks::default();
    for block in blocks.iter().filter(|block| !block.scored && block.language.is_some()) {
        let Some(file) = files.get(&*block.path) else { continue };
        small.blocks += 1;
        small.lines += block.added_lines;
        small.bytes += block.origins.iter().map(|origin| file.new.slice(origin.span).len() as u64).sum::<u64>();
    }
    (small.blocks > 0).then_some(small)
}
