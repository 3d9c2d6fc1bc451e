//! Making proofs: that a leaf is in a tree (RFC 6962, 2.1.1), and that a tree continues an older one (2.1.2).

use super::hash::TreeHash;
use super::nodes::{Node, split, stretch};

/// Why there is no such proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError<E> {
    /// The tree has no such leaf.
    #[error("there is no entry {index} in a log of {size}: they are counted from 0")]
    NoSuchEntry {
        /// The index that was asked for.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tree cannot continue a larger one.
    #[error("a log of {new} entries cannot continue one of {old}")]
    Shrinks {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
    /// A node could not be read.
    #[error(transparent)]
    Read(#[from] E),
}

/// The hashes that lead from the leaf at `index` to the root of the tree of `size` leaves, from the bottom to the top.
///
/// # Errors
///
/// When the tree has no such leaf, and those of `read`.
pub fn inclusion<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(Node) -> Result<TreeHash, E>,
) -> Result<Vec<TreeHash>, ProofError<E>> {
    if index >= size {
        return Err(ProofError::NoSuchEntry { index, size });
    }
    let (mut first, mut end) = (0, size);
    let mut path = Vec::new();
    while end - first > 1 {
        let middle = first + split(end - first);
        if index < middle {
            path.push(stretch(middle, end, &mut read)?);
            end = middle;
        } else {
            path.push(stretch(first, middle, &mut read)?);
            first = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The hashes that show that the tree of `new` leaves begins with the tree of `old` leaves.
///
/// The proof is empty for equal sizes, and for an old tree without leaves, which every tree continues.
///
/// # Errors
///
/// When the new tree is the smaller one, and those of `read`.
pub fn consistency<E>(
    old: u64,
    new: u64,
    mut read: impl FnMut(Node) -> Result<TreeHash, E>,
) -> Result<Vec<TreeHash>, ProofError<E>> {
    if old > new {
        return Err(ProofError::Shrinks { old, new });
    }
    if old == 0 {
        return Ok(Vec::new());
    }
    let (mut first, mut end) = (0, new);
    let mut path = Vec::new();
    while old != end {
        let middle = first + split(end - first);
        if old <= middle {
            path.push(stretch(middle, end, &mut read)?);
            end = middle;
        } else {
            path.push(stretch(first, middle, &mut read)?);
            first = middle;
        }
    }
    // Whoever checks knows the root of the old tree, but no other node of it.
    if first != 0 {
        path.push(stretch(first, end, &mut read)?);
    }
    path.reverse();
    Ok(path)
}
