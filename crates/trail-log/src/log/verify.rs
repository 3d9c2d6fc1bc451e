//! Checking proofs without the tree: RFC 9162, sections 2.1.3.2 and 2.1.4.2, whose proofs are those of RFC 6962.

use super::hash::TreeHash;

/// Why a proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidProof {
    /// There is nothing that could be proven.
    #[error("the log has {size} entries, and the proof is about entry {index}")]
    NoSuchEntry {
        /// The index that the proof is about.
        index: u64,
        /// The size of the tree.
        size: u64,
    },
    /// A tree cannot continue a larger one.
    #[error("the log had {old} entries and has {new} now: entries are missing at its end")]
    Shrinks {
        /// The size before.
        old: u64,
        /// The size after.
        new: u64,
    },
    /// Every tree continues an empty one, so a proof about it says nothing.
    #[error("nothing can be proven about a log without entries")]
    FromEmpty,
    /// Too few or too many hashes for the sizes.
    #[error("the proof has {found} hashes, which do not fit the size of the log")]
    Length {
        /// How many it has.
        found: usize,
    },
    /// The hashes lead elsewhere.
    #[error("the proof leads to another root: the entry, the proof or the log was changed")]
    Root,
    /// The hashes lead to another root of the older tree.
    #[error("the proof leads to another root of the older log: its entries were changed")]
    OldRoot,
}

/// Checks that `leaf` is the leaf at `index` of the tree of `size` leaves with this root.
///
/// # Errors
///
/// When it is not, or the proof is not one about these sizes.
pub fn inclusion(leaf: TreeHash, index: u64, size: u64, path: &[TreeHash], root: TreeHash) -> Result<(), InvalidProof> {
    if index >= size {
        return Err(InvalidProof::NoSuchEntry { index, size });
    }
    let mut climb = Climb { position: index, last: size - 1 };
    let mut hash = leaf;
    for sibling in path {
        match climb.step() {
            Some(Side::Left) => hash = TreeHash::of_node(sibling, &hash),
            Some(Side::Right) => hash = TreeHash::of_node(&hash, sibling),
            None => return Err(InvalidProof::Length { found: path.len() }),
        }
    }
    if climb.last != 0 {
        return Err(InvalidProof::Length { found: path.len() });
    }
    if hash == root { Ok(()) } else { Err(InvalidProof::Root) }
}

/// Checks that the tree of `new` leaves with `new_root` begins with the tree of `old` leaves with `old_root`.
///
/// # Errors
///
/// When it does not, or the proof is not one about these sizes, and always for an old tree without leaves.
pub fn consistency(
    old: u64,
    new: u64,
    path: &[TreeHash],
    old_root: TreeHash,
    new_root: TreeHash,
) -> Result<(), InvalidProof> {
    let length = InvalidProof::Length { found: path.len() };
    if old > new {
        return Err(InvalidProof::Shrinks { old, new });
    }
    if old == 0 {
        return Err(InvalidProof::FromEmpty);
    }
    if old == new {
        if !path.is_empty() {
            return Err(length);
        }
        return if old_root == new_root { Ok(()) } else { Err(InvalidProof::Root) };
    }
    let mut climb = Climb { position: old - 1, last: new - 1 };
    let full = climb.position.trailing_ones();
    climb.rise(full);
    // A full old tree is a node of the new one, and its root is not repeated.
    let (start, rest) = if old.is_power_of_two() {
        if path.is_empty() {
            return Err(length);
        }
        (old_root, path)
    } else {
        match path {
            [start, rest @ ..] => (*start, rest),
            [] => return Err(length),
        }
    };
    let (mut old_hash, mut new_hash) = (start, start);
    for sibling in rest {
        match climb.step() {
            Some(Side::Left) => {
                old_hash = TreeHash::of_node(sibling, &old_hash);
                new_hash = TreeHash::of_node(sibling, &new_hash);
            }
            Some(Side::Right) => new_hash = TreeHash::of_node(&new_hash, sibling),
            None => return Err(length),
        }
    }
    if climb.last != 0 {
        return Err(length);
    }
    if old_hash != old_root {
        return Err(InvalidProof::OldRoot);
    }
    if new_hash == new_root { Ok(()) } else { Err(InvalidProof::Root) }
}

/// On which side of the path the next sibling stands.
enum Side {
    Left,
    Right,
}

/// A way from a leaf to the root: where it is in its level, and where that level ends.
struct Climb {
    position: u64,
    last: u64,
}

impl Climb {
    /// Goes past the next sibling; `None` at the root.
    fn step(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.position & 1 == 1 || self.position == self.last {
            // A node at the end of its level without a sibling is its own parent.
            let alone = if self.position == 0 { 0 } else { self.position.trailing_zeros() };
            self.rise(alone);
            self.rise(1);
            Some(Side::Left)
        } else {
            self.rise(1);
            Some(Side::Right)
        }
    }

    fn rise(&mut self, levels: u32) {
        self.position = self.position.checked_shr(levels).unwrap_or(0);
        self.last = self.last.checked_shr(levels).unwrap_or(0);
    }
}
