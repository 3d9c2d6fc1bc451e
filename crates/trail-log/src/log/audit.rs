//! Checking every byte of a log against its checkpoint: entries against tiles, tiles against each other, and the right edge
//! against the root. It takes the memory of a few tiles.

use super::bundle::{self, InvalidBundle};
use super::hash::TreeHash;
use super::nodes;
use super::tile::{self, InvalidTileLength, MAX_ROW, Row, TILE_WIDTH, Tile, fold};
use super::tile_reader::{ReadError, TileReader};

/// What is wrong with a log, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// A file that the checkpoint needs is not there.
    #[error("entries {} to {}: {tile} is missing", first(*tile), last(*tile))]
    Missing {
        /// The file.
        tile: Tile,
    },
    /// A tile of hashes is too long or too short.
    #[error("entries {} to {}: {problem}", first(problem.tile), last(problem.tile))]
    Length {
        /// The tile, and its lengths.
        problem: InvalidTileLength,
    },
    /// A bundle of entries cannot be read.
    #[error("entries {} to {}: {tile}: {problem}", first(*tile), last(*tile))]
    Bundle {
        /// The file.
        tile: Tile,
        /// What is wrong with it.
        problem: InvalidBundle,
    },
    /// A bundle holds more or fewer entries than the log has there.
    #[error("entries {} to {}: {tile} holds {found} entries, not {}", first(*tile), last(*tile), tile.width())]
    Entries {
        /// The file.
        tile: Tile,
        /// How many it holds.
        found: usize,
    },
    /// An entry is not the one that was hashed.
    #[error("entry {index}: {tile} does not hold the entry that was logged, or its hash was changed")]
    Entry {
        /// The index of the entry in the log.
        index: u64,
        /// The file.
        tile: Tile,
    },
    /// A tile is not the one that the row above was made of.
    #[error("entries {} to {}: {tile} and the tile above it do not agree", first(*tile), last(*tile))]
    Parent {
        /// The lower tile.
        tile: Tile,
    },
    /// The hashes at the right edge do not lead to the root that was signed.
    #[error("entries 0 to {}: the tiles lead to another root than the checkpoint's", size.saturating_sub(1))]
    Root {
        /// The size of the log.
        size: u64,
    },
}

impl Problem {
    /// The entries that it is about: the index of the first, and that after the last.
    pub fn entries(&self) -> (u64, u64) {
        match self {
            Self::Missing { tile } | Self::Bundle { tile, .. } | Self::Entries { tile, .. } | Self::Parent { tile } => {
                tile.entries()
            }
            Self::Length { problem } => problem.tile.entries(),
            Self::Entry { index, .. } => (*index, index + 1),
            Self::Root { size } => (0, *size),
        }
    }
}

fn first(tile: Tile) -> u64 {
    tile.entries().0
}

fn last(tile: Tile) -> u64 {
    tile.entries().1.saturating_sub(1)
}

/// Reads all files of a log of `size` entries and reports each one that does not lead to `root`.
///
/// `read` returns the bytes of a file, or `None` where it does not exist.
///
/// # Errors
///
/// Those of `read`: what cannot be read is not checked, so the audit ends.
pub fn audit<E>(
    size: u64,
    root: TreeHash,
    mut read: impl FnMut(Tile) -> Result<Option<Vec<u8>>, E>,
    mut report: impl FnMut(Problem),
) -> Result<(), E> {
    for number in 0..=MAX_ROW {
        let mut above: Option<(Tile, Option<Vec<TreeHash>>)> = None;
        for tile in tile::row_of(Row::Hashes(number), size) {
            let hashes = match hashes_of(tile, &mut read)? {
                Ok(hashes) => Some(hashes),
                Err(problem) => {
                    report(problem);
                    None
                }
            };
            if number == 0 {
                bundle_of(tile, size, hashes.as_deref(), &mut read, &mut report)?;
            }
            let (Some(hashes), true) = (hashes, tile.is_full()) else { continue };
            let Some(parent) = Tile::in_tree(Row::Hashes(number + 1), tile.index() / TILE_WIDTH, size) else {
                continue;
            };
            if !matches!(&above, Some((kept, _)) if *kept == parent) {
                // What is wrong with the tile above is reported in its own row.
                above = Some((parent, hashes_of(parent, &mut read)?.ok()));
            }
            let place = (tile.index() % TILE_WIDTH) as usize;
            let expected = above.as_ref().and_then(|(_, parent)| parent.as_ref()).and_then(|parent| parent.get(place));
            if expected.is_some_and(|expected| *expected != fold(&hashes)) {
                report(Problem::Parent { tile });
            }
        }
    }
    let mut tiles = TileReader::new(size, |tile| match read(tile) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(Unread::Missing),
        Err(error) => Err(Unread::Failed(error)),
    });
    match nodes::root(size, |node| tiles.node(node)) {
        Ok(found) if found == root => Ok(()),
        Err(ReadError::Tile { source: Unread::Failed(error), .. }) => Err(error),
        // A tile that is missing or damaged is reported above; without it, nothing leads to the root either.
        Ok(_) | Err(_) => {
            report(Problem::Root { size });
            Ok(())
        }
    }
}

enum Unread<E> {
    Missing,
    Failed(E),
}

fn hashes_of<E>(
    tile: Tile,
    read: &mut impl FnMut(Tile) -> Result<Option<Vec<u8>>, E>,
) -> Result<Result<Vec<TreeHash>, Problem>, E> {
    Ok(match read(tile)? {
        Some(bytes) => tile.hashes(&bytes).map_err(|problem| Problem::Length { problem }),
        None => Err(Problem::Missing { tile }),
    })
}

/// Compares the entries below a tile of leaf hashes with it.
fn bundle_of<E>(
    leaves: Tile,
    size: u64,
    hashes: Option<&[TreeHash]>,
    read: &mut impl FnMut(Tile) -> Result<Option<Vec<u8>>, E>,
    report: &mut impl FnMut(Problem),
) -> Result<(), E> {
    let Some(tile) = Tile::in_tree(Row::Entries, leaves.index(), size) else { return Ok(()) };
    let Some(bytes) = read(tile)? else {
        report(Problem::Missing { tile });
        return Ok(());
    };
    let entries = match bundle::decode(&bytes) {
        Ok(entries) => entries,
        Err(problem) => {
            report(Problem::Bundle { tile, problem });
            return Ok(());
        }
    };
    if entries.len() != tile.width() {
        report(Problem::Entries { tile, found: entries.len() });
        return Ok(());
    }
    for ((entry, hash), index) in entries.iter().zip(hashes.unwrap_or_default()).zip(tile.entries().0..) {
        if TreeHash::of_leaf(entry) != *hash {
            report(Problem::Entry { index, tile });
        }
    }
    Ok(())
}
