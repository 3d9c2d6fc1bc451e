//! Comparing tiles with the entries below them, as the log is read from its beginning: every byte of every file, in one pass.

use ai_detect_trail_log::log::audit::Problem as LogProblem;
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::{HASH_SIZE, TreeHash};
use ai_detect_trail_log::log::tile::{Row, TILE_WIDTH, Tile};
use ai_detect_trail_log::log::tile_builder::{TileBuilder, TileBytes};

use crate::error::StoreError;
use crate::folder::Folder;
use crate::log_reader::{is_made, tile_file};
use crate::segments::list::Segments;
use crate::verify::Problem;

/// Makes the tiles that a log should have, and compares the files with them.
pub(crate) struct TileCheck<'a> {
    folder: &'a Folder,
    signed: Option<Checkpoint>,
    /// Tiles of leaves that are made of sealed entries need not be there.
    segments: Segments,
    builder: TileBuilder,
}

impl<'a> TileCheck<'a> {
    pub(crate) fn new(folder: &'a Folder, signed: Option<Checkpoint>, segments: Segments) -> Self {
        Self { folder, signed, segments, builder: TileBuilder::new() }
    }

    /// Takes the next leaf; `frontier` is the tree with it.
    pub(crate) fn append(
        &mut self,
        leaf: TreeHash,
        frontier: &Frontier,
        problems: &mut Vec<Problem>,
    ) -> Result<(), StoreError> {
        let Some(signed) = &self.signed else { return Ok(()) };
        if self.builder.size() >= signed.size {
            return Ok(());
        }
        let full = self.builder.append(leaf);
        let is_end = self.builder.size() == signed.size;
        if is_end && frontier.root() != signed.root {
            problems.push(LogProblem::Root { size: signed.size }.into());
        }
        for tile in &full {
            self.compare(tile, problems)?;
        }
        Ok(())
    }

    /// Compares the tiles at the right edge.
    pub(crate) fn finish(&mut self, problems: &mut Vec<Problem>) -> Result<(), StoreError> {
        if self.signed.as_ref().is_none_or(|signed| signed.size != self.builder.size()) {
            return Ok(());
        }
        for tile in &self.builder.partial() {
            self.compare(tile, problems)?;
        }
        Ok(())
    }

    fn compare(&mut self, expected: &TileBytes, problems: &mut Vec<Problem>) -> Result<(), StoreError> {
        let tile = expected.tile;
        let found = match tile_file_or_full(self.folder, tile)? {
            Some(found) => found,
            None if is_made(tile, &self.segments) => return Ok(()),
            None => {
                // Others may have been sealed since.
                self.segments = Segments::read(self.folder, &self.folder.connect()?)?;
                if !is_made(tile, &self.segments) {
                    problems.push(LogProblem::Missing { tile }.into());
                }
                return Ok(());
            }
        };
        if found == expected.bytes {
            return Ok(());
        }
        let (Ok(found), Ok(expected)) = (tile.hashes(&found), tile.hashes(&expected.bytes)) else {
            let problem = tile.hashes(&found).err();
            problems.extend(problem.map(|problem| Problem::Log(LogProblem::Length { problem })));
            return Ok(());
        };
        let differing = (0..).zip(found.iter().zip(&expected)).filter(|(_, (found, expected))| found != expected);
        for (at, _) in differing {
            let index: u64 = tile.index() * TILE_WIDTH + at;
            problems.push(problem_at(tile, index).into());
        }
        Ok(())
    }
}

/// The bytes of a tile's file. One that was not full may have been replaced by the full one, which begins with it.
pub(crate) fn tile_file_or_full(folder: &Folder, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
    let found = tile_file(folder, tile)?;
    let full = Tile::in_tree(tile.row(), tile.index(), u64::MAX).filter(|_| !tile.is_full());
    match (found, full) {
        (None, Some(full)) => {
            let bytes = tile_file(folder, full)?;
            Ok(bytes.map(|bytes| bytes.get(..tile.width() * HASH_SIZE).map_or(Vec::new(), <[u8]>::to_vec)))
        }
        (found, _) => Ok(found),
    }
}

/// A hash of a tile that is not the one over what lies below it.
fn problem_at(tile: Tile, index: u64) -> LogProblem {
    let below = match tile.row() {
        Row::Hashes(row) if row > 0 => Tile::in_tree(Row::Hashes(row - 1), index, u64::MAX),
        Row::Hashes(_) | Row::Entries => None,
    };
    match below {
        Some(tile) => LogProblem::Parent { tile },
        None => LogProblem::Entry { index, tile },
    }
}
