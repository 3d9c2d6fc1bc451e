//! The right edge of a growing tree: all that is needed to append a leaf and to know the root.

use super::hash::TreeHash;

/// The roots of the full subtrees that a tree consists of, one for each bit that is set in its size.
///
/// It takes the same memory for ten leaves and for ten thousand millions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    /// By level: the subtree of 2^level leaves, where the size has that bit.
    subtrees: Vec<Option<TreeHash>>,
}

/// A stored frontier does not have one hash for each bit of its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the frontier of a tree of {size} leaves has {expected} hashes, and {found} are stored")]
pub struct InvalidFrontier {
    size: u64,
    expected: u32,
    found: usize,
}

impl Frontier {
    /// The frontier of a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// A frontier that was stored: its hashes from the largest subtree, which is the leftmost, to the smallest.
    ///
    /// # Errors
    ///
    /// When the number of hashes does not fit the size.
    pub fn from_parts(size: u64, hashes: &[TreeHash]) -> Result<Self, InvalidFrontier> {
        let expected = size.count_ones();
        if usize::try_from(expected) != Ok(hashes.len()) {
            return Err(InvalidFrontier { size, expected, found: hashes.len() });
        }
        let mut smallest_first = hashes.iter().rev();
        let levels = u64::BITS - size.leading_zeros();
        let subtrees = (0..levels)
            .map(|level| if size >> level & 1 == 1 { smallest_first.next().copied() } else { None })
            .collect();
        Ok(Self { size, subtrees })
    }

    /// The hashes to store beside [`Self::size`], from the largest subtree to the smallest.
    pub fn hashes(&self) -> Vec<TreeHash> {
        self.subtrees.iter().rev().flatten().copied().collect()
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf, and returns its index.
    pub fn append(&mut self, leaf: TreeHash) -> u64 {
        let index = self.size;
        self.size += 1;
        let mut hash = leaf;
        for subtree in &mut self.subtrees {
            match subtree.take() {
                Some(left) => hash = TreeHash::of_node(&left, &hash),
                None => {
                    *subtree = Some(hash);
                    return index;
                }
            }
        }
        self.subtrees.push(Some(hash));
        index
    }

    /// The root of the tree as it is.
    pub fn root(&self) -> TreeHash {
        self.subtrees
            .iter()
            .flatten()
            .copied()
            .reduce(|right, left| TreeHash::of_node(&left, &right))
            .unwrap_or_else(TreeHash::of_empty_tree)
    }
}
