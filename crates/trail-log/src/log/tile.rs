//! Tiles (C2SP tlog-tiles): the files that a log consists of, their names, and which of them a tree of some size has.

use std::fmt;

use super::hash::{HASH_SIZE, TreeHash};

/// How many hashes, or entries, a full tile holds.
pub const TILE_WIDTH: u64 = 256;
/// The levels of the tree that one row of tiles spans.
pub const TILE_HEIGHT: u32 = 8;
/// The highest row that a tree of fewer than 2^64 leaves can have.
pub const MAX_ROW: u8 = 7;

/// What the tiles of a row hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Row {
    /// The entries themselves, in bundles as wide as tiles.
    Entries,
    /// Hashes: of leaves in row 0, and of full tiles of the row below in any other.
    Hashes(u8),
}

impl Row {
    /// How many hashes, or entries, the row has in a tree of `size` leaves.
    pub fn length(self, size: u64) -> u64 {
        match self {
            Self::Entries => size,
            Self::Hashes(row) => size.checked_shr(u32::from(row) * TILE_HEIGHT).unwrap_or(0),
        }
    }
}

/// One file of a log: up to 256 hashes or entries of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    row: Row,
    index: u64,
    width: u16,
}

/// The path is not the name of a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a tile: tile/ROW/INDEX or tile/entries/INDEX, with .p/WIDTH where it is not full")]
pub struct InvalidTilePath;

/// The bytes are not those of the tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{tile} has {expected} bytes, and {found} are there")]
pub struct InvalidTileLength {
    /// The tile that was read.
    pub tile: Tile,
    /// How long it is.
    pub expected: usize,
    /// How long the bytes are.
    pub found: usize,
}

impl Tile {
    /// The tile of a row in a tree of `size` leaves, if it is not empty.
    pub fn in_tree(row: Row, index: u64, size: u64) -> Option<Self> {
        if matches!(row, Row::Hashes(number) if number > MAX_ROW) {
            return None;
        }
        let before = index.checked_mul(TILE_WIDTH)?;
        let width = row.length(size).saturating_sub(before).min(TILE_WIDTH);
        let width = u16::try_from(width).ok().filter(|width| *width > 0)?;
        Some(Self { row, index, width })
    }

    /// What it holds.
    pub fn row(self) -> Row {
        self.row
    }

    /// Its place in its row.
    pub fn index(self) -> u64 {
        self.index
    }

    /// How many hashes or entries it holds: 1 to 256.
    pub fn width(self) -> usize {
        usize::from(self.width)
    }

    /// Whether it will never change again.
    pub fn is_full(self) -> bool {
        u64::from(self.width) == TILE_WIDTH
    }

    /// The entries below it: the index of the first, and that after the last.
    pub fn entries(self) -> (u64, u64) {
        let each = match self.row {
            Row::Entries => 0,
            Row::Hashes(row) => u32::from(row) * TILE_HEIGHT,
        };
        let first = self.index.saturating_mul(TILE_WIDTH);
        let end = first.saturating_add(u64::from(self.width));
        (first.saturating_mul(1 << each), end.saturating_mul(1 << each))
    }

    /// Its file name below the folder or the address of the log.
    pub fn path(self) -> String {
        self.to_string()
    }

    /// Reads a file name that [`Self::path`] writes, and no other spelling of it.
    ///
    /// # Errors
    ///
    /// When the path names no tile.
    pub fn from_path(path: &str) -> Result<Self, InvalidTilePath> {
        Self::parts_of(path).filter(|tile| tile.path() == path).ok_or(InvalidTilePath)
    }

    fn parts_of(path: &str) -> Option<Self> {
        let (row, rest) = path.strip_prefix("tile/")?.split_once('/')?;
        let row = match row {
            "entries" => Row::Entries,
            number => Row::Hashes(number.parse().ok().filter(|row| *row <= MAX_ROW)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, width.parse().ok().filter(|width| (1..256).contains(width))?),
            None => (rest, 256),
        };
        let mut number = 0_u64;
        for group in index.split('/') {
            let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok().filter(|digits| *digits < 1000)?;
            number = number.checked_mul(1000)?.checked_add(digits)?;
        }
        Some(Self { row, index: number, width })
    }

    /// The hashes in the bytes of this tile.
    ///
    /// # Errors
    ///
    /// When there are more or fewer than the tile has.
    pub fn hashes(self, bytes: &[u8]) -> Result<Vec<TreeHash>, InvalidTileLength> {
        let (hashes, rest) = bytes.as_chunks::<HASH_SIZE>();
        if hashes.len() != self.width() || !rest.is_empty() {
            return Err(InvalidTileLength { tile: self, expected: self.width() * HASH_SIZE, found: bytes.len() });
        }
        Ok(hashes.iter().copied().map(TreeHash::from_bytes).collect())
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.row {
            Row::Entries => f.write_str("tile/entries/")?,
            Row::Hashes(row) => write!(f, "tile/{row}/")?,
        }
        let mut groups = vec![self.index % 1000];
        let mut above = self.index / 1000;
        while above > 0 {
            groups.push(above % 1000);
            above /= 1000;
        }
        while groups.len() > 1 {
            if let Some(group) = groups.pop() {
                write!(f, "x{group:03}/")?;
            }
        }
        write!(f, "{:03}", self.index % 1000)?;
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// The tiles of one row in a tree of `size` leaves, from the left.
pub fn row_of(row: Row, size: u64) -> impl Iterator<Item = Tile> {
    (0..).map_while(move |index| Tile::in_tree(row, index, size))
}

/// All files of a tree of `size` leaves, bundles of entries first, then row by row.
pub fn all(size: u64) -> impl Iterator<Item = Tile> {
    changed(0, size)
}

/// The files that a tree of `new` leaves has and one of `old` leaves has not: what is written when it grows.
pub fn changed(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    let rows = std::iter::once(Row::Entries).chain((0..=MAX_ROW).map(Row::Hashes));
    rows.filter(move |row| row.length(old) != row.length(new))
        .flat_map(move |row| (row.length(old) / TILE_WIDTH..).map_while(move |index| Tile::in_tree(row, index, new)))
}

/// The hash over a run of hashes whose number is a power of two: a node above them.
pub fn fold(hashes: &[TreeHash]) -> TreeHash {
    match hashes {
        [] => TreeHash::of_empty_tree(),
        [single] => *single,
        several => {
            let (left, right) = several.split_at(several.len() / 2);
            TreeHash::of_node(&fold(left), &fold(right))
        }
    }
}
