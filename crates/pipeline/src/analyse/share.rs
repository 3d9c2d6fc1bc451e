//! How many lines of a block each commit brought.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use ai_detect_base::change::{FileChange, Span, overlapping};

/// What one commit brought to a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Share {
    /// The index of the commit; nothing for uncommitted work and patches.
    pub(super) commit: Option<u32>,
    /// How many lines.
    pub(super) lines: u32,
}

/// The shares in some spans of a file, the largest first.
pub(super) fn shares(file: &FileChange, authored: &[Span]) -> Vec<Share> {
    let mut lines: BTreeMap<Option<u32>, u32> = BTreeMap::new();
    for span in authored {
        for origin in overlapping(&file.origins, *span) {
            *lines.entry(origin.commit).or_default() += span.intersect(origin.span).len();
        }
    }
    let mut shares: Vec<Share> = lines.into_iter().map(|(commit, lines)| Share { commit, lines }).collect();
    shares.sort_by_key(|share| (Reverse(share.lines), share.commit));
    shares
}

/// How many lines some shares have together.
pub(super) fn total(shares: &[Share]) -> u32 {
    shares.iter().map(|share| share.lines).sum()
}
