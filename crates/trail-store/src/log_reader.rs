//! Reading the log as one, wherever its entries lie: in sealed files, or in the database.

use std::fs;
use std::io::ErrorKind;

use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::tile::{Row, Tile};
use parquet::data_type::ByteArray;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::{Damage, SegmentProblem, StoreError};
use crate::folder::Folder;
use crate::rows::stored;
use crate::segments::list::{self, Noted, Segments};
use crate::segments::name::SegmentName;
use crate::segments::read::Segment;
use crate::tile_check::tile_file_or_full;

/// Reads entries and tiles. It keeps the last sealed file open, and the last group of it unpacked.
pub(crate) struct LogReader<'a> {
    folder: &'a Folder,
    connection: &'a Connection,
    segments: Segments,
    opened: Option<(SegmentName, Segment)>,
    /// Of the open file: a group, the index of its first entry, and its entries.
    unpacked: Option<(usize, u64, Vec<ByteArray>)>,
}

impl<'a> LogReader<'a> {
    /// A reader of the log as the connection sees it. It has to be in a transaction where a sealer may be at work.
    pub(crate) fn new(folder: &'a Folder, connection: &'a Connection) -> Result<Self, StoreError> {
        let segments = Segments::read(folder, connection)?;
        Ok(Self { folder, connection, segments, opened: None, unpacked: None })
    }

    /// The bytes of an entry; `None` if the log has none there.
    pub(crate) fn entry(&mut self, index: u64) -> Result<Option<Vec<u8>>, StoreError> {
        if let Some(noted) = self.segments.containing(index) {
            return self.sealed(noted, index).map(|entry| Some(entry.data().to_vec()));
        }
        let entry = self
            .connection
            .prepare_cached("SELECT entry FROM entry WHERE seq = ?1")
            .and_then(|mut statement| statement.query_row([stored(index)], |row| row.get(0)).optional());
        entry.map_err(StoreError::database(&self.folder.database()))
    }

    fn sealed(&mut self, noted: Noted, index: u64) -> Result<ByteArray, StoreError> {
        let name = noted.name;
        let segment = match self.opened.take() {
            Some((kept, segment)) if kept == name => segment,
            _ => {
                self.unpacked = None;
                list::open(self.folder, noted)?
            }
        };
        let rows = || self.folder.damaged(Damage::Segment { name, problem: SegmentProblem::Rows });
        let group = segment.group_of(index).ok_or_else(rows)?;
        let (_, first, entries) = match self.unpacked.take() {
            Some(kept) if kept.0 == group => kept,
            _ => {
                let entries = segment.entries(group).map_err(|error| list::unread(self.folder, name, error))?;
                (group, segment.first_of(group).ok_or_else(rows)?, entries)
            }
        };
        let at = usize::try_from(index.saturating_sub(first)).unwrap_or(usize::MAX);
        let entry = entries.get(at).cloned().ok_or_else(rows);
        self.unpacked = Some((group, first, entries));
        self.opened = Some((name, segment));
        entry
    }

    /// The bytes of a tile of hashes. Full tiles of leaves over sealed entries are not kept: they are made of the entries, which may
    /// have been sealed since the connection looked. One that was not full may have been replaced meanwhile by the full one, which begins
    /// with it.
    pub(crate) fn tile(&mut self, tile: Tile) -> Result<Vec<u8>, StoreError> {
        if let Some(bytes) = tile_file_or_full(self.folder, tile)? {
            return Ok(bytes);
        }
        // A tile that is missing otherwise is damage: made of entries, it would agree with whatever they are.
        if tile.row() != Row::Hashes(0) || !self.is_sealed(tile)? {
            let path = self.folder.log_file(&tile.path());
            return Err(StoreError::File { path, source: ErrorKind::NotFound.into() });
        }
        let (first, end) = tile.entries();
        let mut bytes = Vec::new();
        for index in first..end {
            let entry = self.entry(index)?.ok_or_else(|| self.folder.damaged(Damage::Missing { index }))?;
            bytes.extend(TreeHash::of_leaf(&entry).as_bytes());
        }
        Ok(bytes)
    }

    /// Whether the full tile in the place of a tile is made of a sealed file, also of one that was sealed since the connection looked.
    fn is_sealed(&self, tile: Tile) -> Result<bool, StoreError> {
        let full = Tile::in_tree(tile.row(), tile.index(), u64::MAX).unwrap_or(tile);
        if self.segments.have_whole(full) {
            return Ok(true);
        }
        Ok(Segments::read(self.folder, &self.folder.connect()?)?.have_whole(full))
    }
}

/// Whether a tile is made of the entries of a sealed file when it is asked for. One that spans two files is kept, so that damage to one
/// leaves the proofs of the other.
pub(crate) fn is_made(tile: Tile, segments: &Segments) -> bool {
    tile.row() == Row::Hashes(0) && tile.is_full() && segments.have_whole(tile)
}

/// Hands over the sealed entries from one index to another, in the order of the log.
pub(crate) fn for_each_sealed(
    folder: &Folder,
    segments: &Segments,
    first: u64,
    end: u64,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let is_wanted = |noted: &&Noted| noted.name.first < end && noted.name.last >= first;
    for noted in segments.all().iter().filter(is_wanted) {
        let segment = list::open(folder, *noted)?;
        for group in 0..segment.groups() {
            let entries = segment.entries(group).map_err(|error| list::unread(folder, noted.name, error))?;
            let from = segment.first_of(group).unwrap_or(noted.name.first);
            for (index, entry) in (from..end).zip(&entries).filter(|(index, _)| *index >= first) {
                each(index, entry.data())?;
            }
        }
    }
    Ok(())
}

/// The bytes of a tile's file; `None` where there is none.
pub(crate) fn tile_file(folder: &Folder, tile: Tile) -> Result<Option<Vec<u8>>, StoreError> {
    let path = folder.log_file(&tile.path());
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(StoreError::File { path, source }),
    }
}
