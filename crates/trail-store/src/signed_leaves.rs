//! The signed hashes of single entries, out of the tiles: whoever hands out an entry compares it with them.

use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::tile::{Row, TILE_WIDTH, Tile};

use crate::error::{Damage, StoreError};
use crate::folder::Folder;
use crate::signer::last_checkpoint;
use crate::tile_check::tile_file_or_full;

/// Reads tiles of hashes, and keeps the last one of each row.
pub(crate) struct SignedLeaves {
    folder: Folder,
    /// For how many entries a checkpoint is signed.
    signed: u64,
    leaves: Option<(u64, Option<Vec<TreeHash>>)>,
    nodes: Option<(u64, Option<Vec<TreeHash>>)>,
}

impl SignedLeaves {
    pub(crate) fn read(folder: &Folder) -> Result<Self, StoreError> {
        let signed = last_checkpoint(folder, &folder.verifier()?)?.map_or(0, |(checkpoint, _)| checkpoint.size);
        Ok(Self { folder: folder.clone(), signed, leaves: None, nodes: None })
    }

    /// The hash of an entry; `None` if it is not signed for yet, or its tile is made of a sealed file.
    pub(crate) fn leaf(&mut self, index: u64) -> Result<Option<TreeHash>, StoreError> {
        hash_in(&self.folder, self.signed, &mut self.leaves, 0, index)
    }

    /// The hash over the full tile of leaves with an index; `None` if it is not signed for yet.
    pub(crate) fn tile_of_leaves(&mut self, index: u64) -> Result<Option<TreeHash>, StoreError> {
        hash_in(&self.folder, self.signed, &mut self.nodes, 1, index)
    }
}

fn hash_in(
    folder: &Folder,
    signed: u64,
    kept: &mut Option<(u64, Option<Vec<TreeHash>>)>,
    row: u8,
    index: u64,
) -> Result<Option<TreeHash>, StoreError> {
    let place = index / TILE_WIDTH;
    if !matches!(kept, Some((at, _)) if *at == place) {
        *kept = Some((place, hashes(folder, signed, row, place)?));
    }
    let at = usize::try_from(index % TILE_WIDTH).unwrap_or(usize::MAX);
    Ok(kept.as_ref().and_then(|(_, hashes)| hashes.as_ref()?.get(at).copied()))
}

fn hashes(folder: &Folder, signed: u64, row: u8, place: u64) -> Result<Option<Vec<TreeHash>>, StoreError> {
    let Some(tile) = Tile::in_tree(Row::Hashes(row), place, signed) else { return Ok(None) };
    let Some(bytes) = tile_file_or_full(folder, tile)? else { return Ok(None) };
    tile.hashes(&bytes).map(Some).map_err(|_| folder.damaged(Damage::Tiles { size: signed }))
}
