//! Signing checkpoints. Rows are read back and hashed again first: what was damaged between the hash and the disk is never signed.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::{SigningKey, VerifierKey};
use ai_detect_trail_log::log::nodes::Node;
use ai_detect_trail_log::log::tile::{Row, Tile};
use ai_detect_trail_log::log::tile_builder::{TileBuilder, TileBytes};
use ai_detect_trail_log::log::tile_reader::{ReadError, TileReader};
use rusqlite::Connection;

use crate::error::{Damage, StoreError};
use crate::files;
use crate::folder::Folder;
use crate::log_reader::{for_each_sealed, is_made};
use crate::rows::{read_frontier, stored};
use crate::segments::list::Segments;

/// Signs what is in the log.
pub struct Signer {
    folder: Folder,
    connection: Connection,
    key: SigningKey,
}

impl Signer {
    /// A signer with a connection of its own, so that it reads what was written and not what the writer has in memory.
    ///
    /// # Errors
    ///
    /// When the database or the key cannot be read.
    pub fn open(folder: &Folder) -> Result<Self, StoreError> {
        Ok(Self { folder: folder.clone(), connection: folder.connect()?, key: folder.signing_key()? })
    }

    /// Writes the tiles of all entries that are in the log, and a checkpoint over them, which it returns.
    ///
    /// # Errors
    ///
    /// When the log does not continue the last checkpoint, or a row is not what was stored: nothing is signed then.
    pub fn sign(&mut self) -> Result<String, StoreError> {
        let verifier = self.key.verifier();
        let last = last_checkpoint(&self.folder, &verifier)?;
        let old = last.as_ref().map_or(0, |(checkpoint, _)| checkpoint.size);
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let transaction = self.connection.transaction().map_err(&failed)?;
        let expected = read_frontier(&self.folder, &transaction)?;
        if expected.size() < old {
            return Err(self.folder.damaged(Damage::Shrunk { signed: old, stored: expected.size() }));
        }
        let (mut frontier, mut tiles) = resume(&self.folder, last.as_ref().map(|(checkpoint, _)| checkpoint))?;
        if expected.size() == old
            && let Some((_, text)) = last
        {
            return if frontier == expected { Ok(text) } else { Err(other_root(&self.folder, 0, old)) };
        }
        let mut written = Tiles::new(&self.folder);
        // In a log that was restored, nothing is signed yet, and old entries lie in files.
        let segments = Segments::read(&self.folder, &transaction)?;
        for_each_sealed(&self.folder, &segments, old, expected.size(), |_, entry| {
            let hash = TreeHash::of_leaf(entry);
            frontier.append(hash);
            let tiles = tiles.append(hash).into_iter().filter(|tile| !is_made(tile.tile, &segments));
            tiles.into_iter().try_for_each(|tile| written.write(&tile))
        })?;
        let query = "SELECT seq, entry, leaf FROM entry WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
        {
            let mut statement = transaction.prepare_cached(query).map_err(&failed)?;
            let first = stored(frontier.size());
            let mut rows = statement.query((first, stored(expected.size()))).map_err(&failed)?;
            while let Some(row) = rows.next().map_err(&failed)? {
                let index = frontier.size();
                let (seq, entry, leaf): (i64, Vec<u8>, Vec<u8>) =
                    row.get(0).and_then(|seq| Ok((seq, row.get(1)?, row.get(2)?))).map_err(&failed)?;
                if seq != stored(index) {
                    return Err(self.folder.damaged(Damage::Missing { index }));
                }
                let hash = TreeHash::of_leaf(&entry);
                if leaf != hash.as_bytes() {
                    return Err(self.folder.damaged(Damage::Entry { index }));
                }
                frontier.append(hash);
                for tile in tiles.append(hash) {
                    written.write(&tile)?;
                }
            }
        }
        if frontier.size() < expected.size() {
            return Err(self.folder.damaged(Damage::Missing { index: frontier.size() }));
        }
        if frontier != expected {
            return Err(other_root(&self.folder, old, expected.size()));
        }
        for tile in tiles.partial() {
            written.write(&tile)?;
        }
        // Names of tiles come to the disk before the checkpoint that needs them.
        written.sync()?;
        let checkpoint = Checkpoint { origin: self.key.name().clone(), size: frontier.size(), root: frontier.root() };
        let path = self.folder.log_file("checkpoint");
        let text =
            checkpoint.sign(&self.key).map_err(|source| StoreError::Checkpoint { path: path.clone(), source })?;
        files::replace(&path, text.as_bytes())?;
        files::sync_folder(&self.folder.log_file(""))?;
        written.remove_partial()?;
        Ok(text)
    }
}

fn other_root(folder: &Folder, first: u64, end: u64) -> StoreError {
    folder.damaged(Damage::Root { first, last: end.saturating_sub(1) })
}

/// The tree as it was signed last, out of its tiles.
fn resume(folder: &Folder, last: Option<&Checkpoint>) -> Result<(Frontier, TileBuilder), StoreError> {
    let Some(checkpoint) = last else { return Ok((Frontier::new(), TileBuilder::new())) };
    let size = checkpoint.size;
    let damaged = || folder.damaged(Damage::Tiles { size });
    let mut reader = TileReader::new(size, |tile| read_tile(folder, tile));
    let mut hashes = Vec::new();
    let mut first = 0;
    for level in (0..u64::BITS).rev().filter(|level| size >> level & 1 == 1) {
        hashes.push(reader.node(Node { level, index: first >> level }).map_err(|error| unread(error, damaged()))?);
        first += 1 << level;
    }
    let frontier = Frontier::from_parts(size, &hashes).map_err(|_| damaged())?;
    if frontier.root() != checkpoint.root {
        return Err(damaged());
    }
    let builder = TileBuilder::resume(size, |tile| {
        let bytes = read_tile(folder, tile)?;
        tile.hashes(&bytes).map_err(|_| damaged())
    })?;
    Ok((frontier, builder))
}

/// Tiles that are on the disk, whose names may not be yet.
pub(crate) struct Tiles<'a> {
    folder: &'a Folder,
    folders: BTreeSet<PathBuf>,
    full: Vec<Tile>,
}

impl<'a> Tiles<'a> {
    pub(crate) fn new(folder: &'a Folder) -> Self {
        Self { folder, folders: BTreeSet::new(), full: Vec::new() }
    }

    pub(crate) fn write(&mut self, tile: &TileBytes) -> Result<(), StoreError> {
        let path = self.folder.log_file(&tile.tile.path());
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
            // A folder that is new has its own name to be brought to the disk.
            let above = folder.ancestors().take_while(|one| one.starts_with(self.folder.path()));
            self.folders.extend(above.map(Path::to_owned));
        }
        if tile.tile.is_full() {
            self.full.push(tile.tile);
        }
        files::replace(&path, &tile.bytes)
    }

    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        self.folders.iter().try_for_each(|folder| files::sync_folder(folder))
    }

    /// Removes what full tiles take the place of. Only once nothing that is signed last needs it.
    fn remove_partial(&self) -> Result<(), StoreError> {
        for tile in &self.full {
            let partial = self.folder.log_file(&format!("{tile}.p"));
            match fs::remove_dir_all(&partial) {
                Err(source) if source.kind() != ErrorKind::NotFound => {
                    return Err(StoreError::File { path: partial, source });
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn unread(error: ReadError<StoreError>, otherwise: StoreError) -> StoreError {
    match error {
        ReadError::Tile { source, .. } => source,
        ReadError::NoSuchNode { .. } | ReadError::Length(_) => otherwise,
    }
}

/// The bytes of a tile of hashes.
pub(crate) fn read_tile(folder: &Folder, tile: Tile) -> Result<Vec<u8>, StoreError> {
    debug_assert!(matches!(tile.row(), Row::Hashes(_)));
    let path = folder.log_file(&tile.path());
    fs::read(&path).map_err(StoreError::file(&path))
}

/// The last checkpoint that was signed, with its text.
pub(crate) fn last_checkpoint(folder: &Folder, key: &VerifierKey) -> Result<Option<(Checkpoint, String)>, StoreError> {
    let path = folder.log_file("checkpoint");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::File { path, source }),
    };
    match Checkpoint::open(text.as_bytes(), key) {
        Ok(checkpoint) => Ok(Some((checkpoint, text))),
        Err(source) => Err(StoreError::Checkpoint { path, source }),
    }
}
