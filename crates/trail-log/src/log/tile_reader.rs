//! Reading nodes of a tree out of its tiles, for roots and proofs.

use std::collections::BTreeMap;

use super::hash::TreeHash;
use super::nodes::Node;
use super::tile::{InvalidTileLength, Row, TILE_HEIGHT, TILE_WIDTH, Tile, fold};

/// Why a node could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// The tree has no such node.
    #[error("a log of {size} entries has no such node: level {}, index {}", node.level, node.index)]
    NoSuchNode {
        /// The node that was asked for.
        node: Node,
        /// The size of the tree.
        size: u64,
    },
    /// The tile is too long or too short.
    #[error(transparent)]
    Length(#[from] InvalidTileLength),
    /// The tile could not be read.
    #[error("{tile} cannot be read")]
    Tile {
        /// The tile.
        tile: Tile,
        /// Why.
        source: E,
    },
}

/// Reads nodes from tiles. Of each row it keeps the tile that it read last.
pub struct TileReader<F> {
    size: u64,
    fetch: F,
    kept: BTreeMap<Row, (Tile, Vec<TreeHash>)>,
}

impl<E, F> TileReader<F>
where
    F: FnMut(Tile) -> Result<Vec<u8>, E>,
{
    /// A reader of the tree of `size` leaves, whose tiles `fetch` brings.
    pub fn new(size: u64, fetch: F) -> Self {
        Self { size, fetch, kept: BTreeMap::new() }
    }

    /// The hash of a node.
    ///
    /// # Errors
    ///
    /// When the tree has no such node, and when the tile that holds it cannot be read.
    pub fn node(&mut self, node: Node) -> Result<TreeHash, ReadError<E>> {
        let missing = ReadError::NoSuchNode { node, size: self.size };
        let Ok(row) = u8::try_from(node.level / TILE_HEIGHT) else { return Err(missing) };
        // Nodes between two rows are made of the hashes of the lower one.
        let hashes = 1_u64 << (node.level % TILE_HEIGHT);
        let Some(first) = node.index.checked_mul(hashes) else { return Err(missing) };
        let Some(tile) = Tile::in_tree(Row::Hashes(row), first / TILE_WIDTH, self.size) else { return Err(missing) };
        let found = {
            let (from, count) = ((first % TILE_WIDTH) as usize, hashes as usize);
            self.tile(tile)?.get(from..from + count).map(fold)
        };
        found.ok_or(missing)
    }

    fn tile(&mut self, tile: Tile) -> Result<&[TreeHash], ReadError<E>> {
        let known = matches!(self.kept.get(&tile.row()), Some((kept, _)) if *kept == tile);
        if !known {
            let bytes = (self.fetch)(tile).map_err(|source| ReadError::Tile { tile, source })?;
            self.kept.insert(tile.row(), (tile, tile.hashes(&bytes)?));
        }
        Ok(self.kept.get(&tile.row()).map_or(&[], |(_, hashes)| hashes))
    }
}
