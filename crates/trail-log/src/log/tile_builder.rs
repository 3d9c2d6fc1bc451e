//! Making the tiles of hashes of a log as it grows.

use super::hash::TreeHash;
use super::tile::{Row, TILE_WIDTH, Tile, fold};

/// The rightmost tiles of a tree, one for each row, and so all that is needed to continue it.
#[derive(Debug, Clone, Default)]
pub struct TileBuilder {
    size: u64,
    /// By row: the hashes of the tile that is not full yet.
    rows: Vec<Vec<TreeHash>>,
}

/// A tile with its bytes, to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TileBytes {
    /// Which tile it is.
    pub tile: Tile,
    /// Its hashes, one after the other.
    pub bytes: Vec<u8>,
}

impl TileBuilder {
    /// The tiles of a tree without leaves.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues a tree of `size` leaves, whose partial tiles are read.
    ///
    /// # Errors
    ///
    /// Those of `read`, which returns the hashes of a tile.
    pub fn resume<E>(size: u64, mut read: impl FnMut(Tile) -> Result<Vec<TreeHash>, E>) -> Result<Self, E> {
        let mut rows = Vec::new();
        for row in (0..).map(Row::Hashes).take_while(|row| row.length(size) > 0) {
            let length = row.length(size);
            let tile =
                if length.is_multiple_of(TILE_WIDTH) { None } else { Tile::in_tree(row, length / TILE_WIDTH, size) };
            rows.push(tile.map(&mut read).transpose()?.unwrap_or_default());
        }
        Ok(Self { size, rows })
    }

    /// How many leaves the tree has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf. Tiles that it fills are handed out: they never change again.
    pub fn append(&mut self, leaf: TreeHash) -> Vec<TileBytes> {
        self.size += 1;
        let mut full = Vec::new();
        let mut next = Some(leaf);
        let mut row = 0_u8;
        while let Some(hash) = next.take() {
            let place = usize::from(row);
            if self.rows.len() <= place {
                self.rows.push(Vec::new());
            }
            if let Some(hashes) = self.rows.get_mut(place) {
                hashes.push(hash);
                if hashes.len() as u64 == TILE_WIDTH {
                    next = Some(fold(hashes));
                    let kind = Row::Hashes(row);
                    let tile = Tile::in_tree(kind, kind.length(self.size) / TILE_WIDTH - 1, self.size);
                    full.extend(tile.map(|tile| TileBytes { tile, bytes: bytes_of(hashes) }));
                    hashes.clear();
                }
            }
            row += 1;
        }
        full
    }

    /// The tiles at the right edge that are not full, as a checkpoint of this size needs them.
    pub fn partial(&self) -> Vec<TileBytes> {
        let rows = (0..).zip(&self.rows).filter(|(_, hashes)| !hashes.is_empty());
        rows.filter_map(|(row, hashes)| {
            let row = Row::Hashes(row);
            let tile = Tile::in_tree(row, row.length(self.size) / TILE_WIDTH, self.size)?;
            Some(TileBytes { tile, bytes: bytes_of(hashes) })
        })
        .collect()
    }
}

fn bytes_of(hashes: &[TreeHash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
