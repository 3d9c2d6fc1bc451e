//! How much work is done on one range, whatever its number of commits and files. Work is counted, not timed, so that a
//! range comes out the same on every machine. What is beyond a budget is named in the report (`change::CutShort`).
//!
//! The values leave room for a change of 15,000 files and 800,000 added lines in 300 commits.

/// How much work is done on one range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Bytes of trees and paths that are compared to find which commit touched which path.
    pub tree_bytes: u64,
    /// How often a path that is followed is touched by a commit.
    pub touches: usize,
    /// Bytes of contents that are compared to find what files were called before. A commit has a bound of its own, too.
    pub renamed_bytes: u64,
    /// What it costs to compare versions of files ([`ai_detect_base::linediff::Comparison::cost`]).
    pub compared: u64,
    /// What it costs to compare files with what other commits of the range had brought before.
    pub compared_again: u64,
    /// Bytes of contents that policies look into, with what it may cost to compare them.
    pub policy_bytes: u64,
    /// Paths that commits touch, where policies look at them.
    pub policy_paths: usize,
    /// Bytes of notes, as they are kept in memory.
    pub note_bytes: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget {
            tree_bytes: 512 << 20,
            touches: 1_000_000,
            renamed_bytes: 128 << 20,
            compared: 32_000_000,
            compared_again: 8_000_000,
            policy_bytes: 2 << 30,
            policy_paths: 1_000_000,
            note_bytes: 128 << 20,
        }
    }
}
