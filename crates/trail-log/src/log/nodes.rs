//! Nodes of a tree, and the hash of any stretch of leaves that proofs and roots are made of.

use super::hash::TreeHash;

/// A node whose subtree is full: 2^level leaves from `index * 2^level` on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// 0 for leaves.
    pub level: u32,
    /// Counted within the level.
    pub index: u64,
}

/// The largest power of two that is smaller than `length`, which must be at least 2: where RFC 6962 splits.
pub(super) fn split(length: u64) -> u64 {
    1 << (u64::BITS - 1 - (length - 1).leading_zeros())
}

/// The hash over the leaves from `first` up to `end`, a stretch that splitting a tree leads to. It has at least one leaf.
pub(super) fn stretch<E>(
    first: u64,
    end: u64,
    read: &mut impl FnMut(Node) -> Result<TreeHash, E>,
) -> Result<TreeHash, E> {
    let length = end - first;
    if length.is_power_of_two() {
        let level = length.trailing_zeros();
        return read(Node { level, index: first >> level });
    }
    let middle = first + split(length);
    let left = stretch(first, middle, read)?;
    let right = stretch(middle, end, read)?;
    Ok(TreeHash::of_node(&left, &right))
}

/// The root of a tree of `size` leaves, from its full subtrees.
///
/// # Errors
///
/// Those of `read`.
pub fn root<E>(size: u64, mut read: impl FnMut(Node) -> Result<TreeHash, E>) -> Result<TreeHash, E> {
    if size == 0 { Ok(TreeHash::of_empty_tree()) } else { stretch(0, size, &mut read) }
}
