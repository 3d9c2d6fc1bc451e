//! Making everything anew that is derived from the log: ranges and gaps of clients, places of sealed numbers, the tree, tiles.
//!
//! All tables change in one transaction, so that a crash leaves them as they were. And only after the entries have led to the signed
//! root: a log that was damaged is not made to look whole.

use ai_detect_trail_log::entry::Columns;
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::frontier::Frontier;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::tile_builder::{TileBuilder, TileBytes};
use bytes::Bytes;
use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Damage, SegmentProblem, StoreError};
use crate::folder::Folder;
use crate::log_reader::{is_made, tile_file};
use crate::replay::Replay;
use crate::rows::{read_frontier, stored, write_frontier};
use crate::sealer::{Pace, Sealer, hot_rows};
use crate::segments::columns::Row;
use crate::segments::list::{self, Found, Noted, Segments};
use crate::segments::name::SegmentName;
use crate::segments::numbers::Runs;
use crate::segments::read::{Segment, Stamp};
use crate::signer::{Tiles, last_checkpoint};

/// How many rows of the database are read at a time.
const READ_ROWS: u64 = 1024;

/// What was made anew.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rebuilt {
    /// From how many entries.
    pub entries: u64,
    /// How many of them lie in sealed files.
    pub sealed: u64,
    /// How many tiles were missing or damaged.
    pub tiles: u64,
    /// Sealed files that are others than were noted before, with the same entries.
    pub replaced: Vec<SegmentName>,
}

/// Makes all that is derived anew. Nobody else may write meanwhile: that no collector serves the folder is up to the caller.
///
/// # Errors
///
/// When the entries are not those that were signed, an entry is missing, or the folder cannot be read or written. Then nothing has
/// changed.
pub fn rebuild(folder: &Folder) -> Result<Rebuilt, StoreError> {
    // What an ended run has left is removed, and nobody seals meanwhile.
    let _sealer = Sealer::open(folder, Pace::Fast, std::sync::Arc::default())?;
    let key = folder.verifier()?;
    let signed = last_checkpoint(folder, &key)?.map(|(checkpoint, _)| checkpoint);
    let mut connection = folder.connect()?;
    let database = folder.database();
    let failed = StoreError::database(&database);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let before = read_frontier(folder, &transaction).ok();
    // A table that cannot be read is made anew as well, and says nothing about the files.
    let noted = Segments::read(folder, &transaction).unwrap_or_default();
    clear(&transaction).map_err(&failed)?;
    let mut pass = Pass {
        folder,
        connection: &transaction,
        signed: signed.as_ref(),
        noted,
        replaced: Vec::new(),
        frontier: Frontier::new(),
        replay: Replay::new(folder, &transaction),
        tiles: TileBuilder::new(),
        differing: Vec::new(),
    };
    pass.segments()?;
    let segments = Segments::read(folder, &transaction)?;
    pass.hot(segments.end())?;
    let replaced = std::mem::take(&mut pass.replaced);
    let (frontier, tiles) = pass.finish(&segments, before.as_ref())?;
    write_frontier(folder, &transaction, &frontier)?;
    transaction.commit().map_err(&failed)?;
    let mut written = Tiles::new(folder);
    tiles.iter().try_for_each(|tile| written.write(tile))?;
    written.sync()?;
    Ok(Rebuilt { entries: frontier.size(), sealed: segments.end(), tiles: tiles.len() as u64, replaced })
}

/// Empties the tables that are made anew.
fn clear(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "DELETE FROM received; DELETE FROM made; DELETE FROM gap; DELETE FROM open_gap; DELETE FROM silence; \
         DELETE FROM sealed_number; DELETE FROM segment;",
    )
}

/// One pass over the log.
struct Pass<'a> {
    folder: &'a Folder,
    connection: &'a Connection,
    signed: Option<&'a Checkpoint>,
    /// Sealed files as they were noted before.
    noted: Segments,
    replaced: Vec<SegmentName>,
    frontier: Frontier,
    replay: Replay<'a>,
    tiles: TileBuilder,
    /// Tiles whose files are not what they should be.
    differing: Vec<TileBytes>,
}

impl Pass<'_> {
    /// Notes the sealed files that continue each other, and takes their entries.
    fn segments(&mut self) -> Result<(), StoreError> {
        let mut names: Vec<SegmentName> = Vec::new();
        for found in list::found(self.folder)? {
            match found {
                Found::Segment(name) => names.push(name),
                Found::Unfinished(_) | Found::Foreign(_) => {}
            }
        }
        names.sort();
        for name in names {
            if name.first != self.frontier.size() {
                return Err(self.folder.damaged(Damage::Segment { name, problem: SegmentProblem::Order }));
            }
            self.segment(name)?;
        }
        Ok(())
    }

    fn segment(&mut self, name: SegmentName) -> Result<(), StoreError> {
        let path = list::path(self.folder, name);
        let bytes = Bytes::from(std::fs::read(&path).map_err(StoreError::file(&path))?);
        let stamp = Stamp::of(&bytes);
        let unread = |error| list::unread(self.folder, name, error);
        let noted = self.noted.containing(name.first).filter(|noted| noted.name == name);
        let segment = match noted {
            Some(noted) if noted.stamp == stamp => Segment::open(name, bytes),
            other => {
                self.replaced.extend(other.map(|noted| noted.name));
                Segment::open_unknown(name, bytes)
            }
        };
        let segment = segment.map_err(unread)?;
        let mut runs = Runs::new(name.first);
        for group in 0..segment.groups() {
            let rows = segment.rows(group).map_err(unread)?;
            if !segment.differing(group, &rows).map_err(unread)?.is_empty() {
                return Err(self.folder.damaged(Damage::Segment { name, problem: SegmentProblem::Rows }));
            }
            for row in &rows {
                self.entry(row)?;
                runs.add(row);
            }
        }
        let failed = |source| StoreError::Database { path: self.folder.database(), source };
        list::note(self.connection, Noted { name, stamp }).map_err(failed)?;
        runs.finish().iter().try_for_each(|run| run.write(self.connection)).map_err(failed)
    }

    /// Takes the entries of the database.
    fn hot(&mut self, first: u64) -> Result<(), StoreError> {
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let last: Option<i64> =
            self.connection.query_row("SELECT max(seq) FROM entry", [], |row| row.get(0)).map_err(&failed)?;
        let end = last.and_then(|last| u64::try_from(last).ok()).map_or(0, |last| last + 1);
        let mut next = first;
        while next < end {
            let until = (next + READ_ROWS).min(end);
            for row in hot_rows(self.folder, self.connection, next, until)? {
                let row = self.mended(row).map_err(&failed)?;
                self.entry(&row)?;
            }
            next = until;
        }
        Ok(())
    }

    /// A row whose columns say what its entry says.
    fn mended(&self, row: Row) -> rusqlite::Result<Row> {
        let Some(said) = Columns::read(&row.entry) else { return Ok(row) };
        let found = (row.client.as_str(), row.epoch.as_str(), row.number, row.kind.as_str(), row.is_conflict);
        let expected = (said.client, said.epoch, said.number, said.kind, said.is_conflict);
        if found != expected {
            let update =
                "UPDATE entry SET client = ?1, epoch = ?2, number = ?3, kind = ?4, conflict = ?5 WHERE seq = ?6";
            let (client, epoch, number, kind, conflict) = expected;
            self.connection.execute(update, (client, epoch, number, kind, conflict, stored(row.seq)))?;
        }
        let (client, epoch, kind) = (said.client.to_owned(), said.epoch.to_owned(), said.kind.to_owned());
        let (number, is_conflict) = (said.number, said.is_conflict);
        Ok(Row { client, epoch, number, kind, is_conflict, ..row })
    }

    fn entry(&mut self, row: &Row) -> Result<(), StoreError> {
        let hash = TreeHash::of_leaf(&row.entry);
        self.frontier.append(hash);
        if let Some(signed) = self.signed.filter(|signed| self.frontier.size() <= signed.size) {
            for tile in self.tiles.append(hash) {
                self.compare(tile)?;
            }
            if self.frontier.size() == signed.size && self.frontier.root() != signed.root {
                let (first, last) = self.changed_entries()?.unwrap_or((0, signed.size.saturating_sub(1)));
                return Err(self.folder.damaged(Damage::Unsigned { first, last }));
            }
        }
        self.replay.take(row)
    }

    fn compare(&mut self, tile: TileBytes) -> Result<(), StoreError> {
        if tile_file(self.folder, tile.tile)?.as_deref() != Some(tile.bytes.as_slice()) {
            self.differing.push(tile);
        }
        Ok(())
    }

    /// The first entries that do not lead to the hash in their tile, as closely as the tiles that are there show it.
    fn changed_entries(&mut self) -> Result<Option<(u64, u64)>, StoreError> {
        for tile in self.tiles.partial() {
            self.compare(tile)?;
        }
        let mut closest: Option<(u64, u64)> = None;
        for made in &self.differing {
            let Some(found) = tile_file(self.folder, made.tile)? else { continue };
            let (Ok(found), Ok(made_of)) = (made.tile.hashes(&found), made.tile.hashes(&made.bytes)) else { continue };
            let Some(at) = found.iter().zip(&made_of).position(|(found, made)| found != made) else { continue };
            let (first, end) = made.tile.entries();
            let each = (end - first) / made.tile.width() as u64;
            let first = first + at as u64 * each;
            let range = (first, first + each - 1);
            if closest.is_none_or(|known| (each, first) < (known.1 - known.0 + 1, known.0)) {
                closest = Some(range);
            }
        }
        Ok(closest)
    }

    fn finish(
        mut self,
        segments: &Segments,
        before: Option<&Frontier>,
    ) -> Result<(Frontier, Vec<TileBytes>), StoreError> {
        let found = self.frontier.size();
        let signed = self.signed.map_or(0, |signed| signed.size);
        if found < signed {
            return Err(self.folder.damaged(Damage::Shrunk { signed, stored: found }));
        }
        // What was acknowledged and is not signed yet: only the database knows how much that was.
        if before.is_some_and(|before| before.size() > found) {
            return Err(self.folder.damaged(Damage::Missing { index: found }));
        }
        if before.is_some_and(|before| before.size() == found && *before != self.frontier) {
            let last = found.saturating_sub(1);
            return Err(self.folder.damaged(Damage::Root { first: signed, last }));
        }
        for tile in self.tiles.partial() {
            self.compare(tile)?;
        }
        self.replay.finish()?;
        self.differing.retain(|tile| !is_made(tile.tile, segments));
        Ok((self.frontier, self.differing))
    }
}
