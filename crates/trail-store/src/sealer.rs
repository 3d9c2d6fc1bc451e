//! Sealing: entries that are older than the hot window go from the database into files that never change again.
//!
//! A file is written under another name, brought to the disk and read back, and each of its entries is hashed and compared with the
//! signed tiles, before the database notes the file. From then on readers take its entries from the file, and their rows are removed.
//! So whenever the program ends, each entry is in its row, in its file, or in both.

use std::fs::{self, File, TryLockError};
use std::io::{BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use ai_detect_trail_log::entry::Columns;
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::log::key::VerifierKey;
use ai_detect_trail_log::log::tile::{Row as TileRow, TILE_WIDTH, Tile};
use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior};

use crate::error::{Damage, SegmentProblem, StoreError};
use crate::files;
use crate::folder::Folder;
use crate::log_reader::LogReader;
use crate::rows::{read_frontier, stored};
use crate::segments::columns::Row;
use crate::segments::list::{self, FOLDER, Found, Noted, Segments};
use crate::segments::name::{Day, SegmentName};
use crate::segments::numbers::{self, Runs};
use crate::segments::read::{Segment, Stamp, bytes_of};
use crate::segments::write::SegmentWriter;
use crate::signer::last_checkpoint;

/// Held by the one process that seals.
const LOCK: &str = "seal.lock";
/// The most entries of a file.
const MAX_ENTRIES: u64 = 1 << 18;
/// The most bytes of the entries of a file, before they are compressed.
const MAX_BYTES: usize = 96 << 20;
/// How many rows are read at a time.
const READ_ROWS: u64 = 1024;
/// How many rows are removed in one transaction. The writer waits that long.
const REMOVE_ROWS: u64 = 500;
/// How many bytes are written in one transaction.
const STEP_BYTES: usize = 128 << 10;
/// After each step, the writer has this many times as long for itself.
const REST: u32 = 3;

/// What was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sealed {
    /// How many entries.
    pub entries: u64,
    /// In how many files.
    pub files: u64,
}

/// How much of the disk a sealer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// Nobody else works on the folder: without rests.
    Fast,
    /// A collector serves the folder: leave the disk and the lock to its writer for most of the time.
    Gentle,
}

/// Seals the entries of a folder.
pub struct Sealer {
    folder: Folder,
    connection: Connection,
    key: VerifierKey,
    pace: Pace,
    stop: Arc<AtomicBool>,
    new_files: Vec<SegmentName>,
    // Held until the end.
    _lock: File,
}

impl Sealer {
    /// Takes the lock, and finishes what an earlier run has begun. Once `stop` is set, it leaves the rest to the next run.
    ///
    /// # Errors
    ///
    /// When another process seals, and when the folder cannot be read or written.
    pub fn open(folder: &Folder, pace: Pace, stop: Arc<AtomicBool>) -> Result<Self, StoreError> {
        let lock = lock(folder)?;
        let (connection, key) = (folder.connect()?, folder.verifier()?);
        let mut sealer =
            Self { folder: folder.clone(), connection, key, pace, stop, new_files: Vec::new(), _lock: lock };
        sealer.clean()?;
        Ok(sealer)
    }

    /// Seals the entries of a window, up to the last checkpoint.
    ///
    /// # Errors
    ///
    /// When an entry is not the one that was signed, and when the folder cannot be read or written. Nothing is removed then that is
    /// not in a file.
    pub fn seal(&mut self, window: Window) -> Result<Sealed, StoreError> {
        let mut sealed = Sealed::default();
        let Some((checkpoint, _)) = last_checkpoint(&self.folder, &self.key)? else { return Ok(sealed) };
        while let Some(name) = self.seal_one(window, &checkpoint)? {
            self.new_files.push(name);
            sealed.entries += name.entries();
            sealed.files += 1;
        }
        Ok(sealed)
    }

    /// The files that it has sealed.
    pub fn new_files(&self) -> &[SegmentName] {
        &self.new_files
    }

    fn seal_one(&mut self, window: Window, checkpoint: &Checkpoint) -> Result<Option<SegmentName>, StoreError> {
        let segments = Segments::read(&self.folder, &self.connection)?;
        let first = segments.end();
        let after = segments.all().last().map(|noted| noted.name.day);
        let Some(day) = self.day_of(first, after, window, checkpoint.size)? else { return Ok(None) };
        let Some((unfinished, last)) = self.write(first, day, window, checkpoint.size)? else { return Ok(None) };
        let name = SegmentName { first, last, day };
        let Some((stamp, runs)) = self.read_back(&unfinished, name, checkpoint)? else { return Ok(None) };
        let path = list::path(&self.folder, name);
        fs::rename(&unfinished, &path).map_err(StoreError::file(&path))?;
        for folder in [path.parent(), path.parent().and_then(|day| day.parent()), Some(self.folder.path())] {
            folder.map_or(Ok(()), files::sync_folder)?;
        }
        self.write_numbers(runs)?;
        self.write_fingerprints(name)?;
        self.note(name, stamp)?;
        self.remove_rows()?;
        self.remove_tiles(name)?;
        Ok(Some(name))
    }

    /// The day of the file that begins with an entry; `None` if it is not to be sealed yet.
    fn day_of(&self, first: u64, after: Option<Day>, window: Window, signed: u64) -> Result<Option<Day>, StoreError> {
        if first >= signed {
            return Ok(None);
        }
        let entry: Vec<u8> = self
            .connection
            .query_row("SELECT entry FROM entry WHERE seq = ?1", [stored(first)], |row| row.get(0))
            .optional()
            .map_err(StoreError::database(&self.folder.database()))?
            .ok_or_else(|| self.folder.damaged(Damage::Missing { index: first }))?;
        Ok(window.day_of(&entry, after))
    }

    /// Writes the file that begins with an entry, under a name for unfinished ones. Returns it and the index of its last entry; `None`
    /// if it was stopped.
    fn write(
        &mut self,
        first: u64,
        day: Day,
        window: Window,
        signed: u64,
    ) -> Result<Option<(PathBuf, u64)>, StoreError> {
        let folder = self.folder.path().join(FOLDER).join(format!("day={day}"));
        files::make_folder(&folder)?;
        let path = folder.join(format!("{first:012}.new"));
        let failed = |source| StoreError::File { path: path.clone(), source };
        let unwritten = |error: parquet::errors::ParquetError| failed(std::io::Error::other(error));
        let file = files::create(&path).map_err(failed)?;
        let mut writer = SegmentWriter::new(BufWriter::new(file), day.get()).map_err(unwritten)?;
        let (mut next, mut bytes, mut is_over) = (first, 0, false);
        while !is_over && next < signed && next - first < MAX_ENTRIES {
            if self.is_stopped() {
                return Ok(None);
            }
            let began = Instant::now();
            let end = (next + READ_ROWS).min(signed).min(first + MAX_ENTRIES);
            for row in hot_rows(&self.folder, &self.connection, next, end)? {
                is_over = bytes >= MAX_BYTES || window.day_of(&row.entry, Some(day)) != Some(day);
                if is_over {
                    break;
                }
                next = row.seq + 1;
                bytes += row.entry.len();
                writer.push(row).map_err(unwritten)?;
            }
            self.rest(began);
        }
        let mut written = writer.finish().map_err(unwritten)?;
        written.flush().map_err(failed)?;
        let file = written.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)?;
        let last = next.saturating_sub(1);
        Ok(Some((path, last)))
    }

    /// Reads a file back from the disk, and compares each entry with the signed tiles, and each column with its entry; `None` if it was
    /// stopped.
    fn read_back(
        &mut self,
        path: &Path,
        name: SegmentName,
        checkpoint: &Checkpoint,
    ) -> Result<Option<(Stamp, Runs)>, StoreError> {
        let bytes = fs::read(path).map_err(StoreError::file(path))?;
        let stamp = Stamp::of(&bytes);
        let unread = |error| list::unread(&self.folder, name, error);
        let segment = bytes_of(path, stamp).and_then(|bytes| Segment::open(name, bytes)).map_err(unread)?;
        drop(bytes);
        let mut runs = Runs::new(name.first);
        let mut tiles = LogReader::new(&self.folder, &self.connection)?;
        let mut tile: Option<(Tile, Vec<TreeHash>)> = None;
        for group in 0..segment.groups() {
            if self.is_stopped() {
                return Ok(None);
            }
            let began = Instant::now();
            let rows = segment.rows(group).map_err(unread)?;
            if !segment.differing(group, &rows).map_err(unread)?.is_empty() {
                return Err(self.folder.damaged(Damage::Segment { name, problem: SegmentProblem::Rows }));
            }
            for row in &rows {
                let wanted = Tile::in_tree(TileRow::Hashes(0), row.seq / TILE_WIDTH, checkpoint.size);
                let wanted = wanted.ok_or_else(|| self.folder.damaged(Damage::Missing { index: row.seq }))?;
                if !matches!(&tile, Some((kept, _)) if *kept == wanted) {
                    let hashes = wanted.hashes(&tiles.tile(wanted)?);
                    let hashes = hashes.map_err(|_| self.folder.damaged(Damage::Tiles { size: checkpoint.size }))?;
                    tile = Some((wanted, hashes));
                }
                let at = (row.seq % TILE_WIDTH) as usize;
                let expected = tile.as_ref().and_then(|(_, hashes)| hashes.get(at));
                if expected != Some(&TreeHash::of_leaf(&row.entry)) {
                    return Err(self.folder.damaged(Damage::Entry { index: row.seq }));
                }
                runs.add(row);
            }
            self.rest(began);
        }
        Ok(Some((stamp, runs)))
    }

    fn write_numbers(&mut self, runs: Runs) -> Result<(), StoreError> {
        let runs = runs.finish();
        let mut rest = runs.as_slice();
        while !rest.is_empty() {
            let mut bytes = 0;
            let mut fits = |run: &numbers::Run| {
                bytes += run.size();
                bytes <= STEP_BYTES
            };
            let count = rest.iter().take_while(|run| fits(run)).count().max(1);
            let (step, others) = rest.split_at(count);
            self.step(|connection| step.iter().try_for_each(|run| run.write(connection)))?;
            rest = others;
        }
        Ok(())
    }

    fn write_fingerprints(&mut self, name: SegmentName) -> Result<(), StoreError> {
        let per_step = (STEP_BYTES / (numbers::CHUNK as usize * numbers::KEPT)) as u64 * numbers::CHUNK;
        let mut next = name.first;
        while next <= name.last {
            let end = ((next / numbers::CHUNK) * numbers::CHUNK + per_step).min(name.last + 1);
            self.step(|connection| {
                let chunks = numbers::fingerprints(connection, next, end)?;
                chunks.iter().try_for_each(|(chunk, bytes)| numbers::write_fingerprints(connection, *chunk, bytes))
            })?;
            next = end;
        }
        Ok(())
    }

    /// Notes the file: from now on, readers take its entries from it.
    fn note(&mut self, name: SegmentName, stamp: Stamp) -> Result<(), StoreError> {
        self.step(|connection| list::note(connection, Noted { name, stamp }))
    }

    /// Removes the rows of sealed entries.
    fn remove_rows(&mut self) -> Result<(), StoreError> {
        let end = Segments::read(&self.folder, &self.connection)?.end();
        // What is left when it is stopped is removed at the next start.
        while !self.is_stopped() {
            let database = self.folder.database();
            let first: Option<i64> = self
                .connection
                .query_row("SELECT min(seq) FROM entry", [], |row| row.get(0))
                .map_err(StoreError::database(&database))?;
            let Some(first) = first.and_then(|first| u64::try_from(first).ok()).filter(|first| *first < end) else {
                return Ok(());
            };
            let until = stored((first + REMOVE_ROWS).min(end));
            self.step(|connection| {
                connection.prepare_cached("DELETE FROM fingerprint WHERE seq < ?1")?.execute([until])?;
                connection.prepare_cached("DELETE FROM entry WHERE seq < ?1")?.execute([until]).map(|_| ())
            })?;
        }
        Ok(())
    }

    /// Removes tiles of leaves that are made of a file from now on.
    fn remove_tiles(&self, name: SegmentName) -> Result<(), StoreError> {
        let end = name.last + 1;
        for index in name.first.div_ceil(TILE_WIDTH)..end / TILE_WIDTH {
            let Some(tile) = Tile::in_tree(TileRow::Hashes(0), index, end) else { continue };
            let path = self.folder.log_file(&tile.path());
            match fs::remove_file(&path) {
                Err(source) if source.kind() != ErrorKind::NotFound => return Err(StoreError::File { path, source }),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes what an earlier run has left: files that were not noted, and rows and tiles of those that were.
    fn clean(&mut self) -> Result<(), StoreError> {
        let segments = Segments::read(&self.folder, &self.connection)?;
        let end = segments.end();
        let mut left = Vec::new();
        for found in list::found(&self.folder)? {
            match found {
                Found::Unfinished(path) => left.push(path),
                Found::Segment(name) if name.first >= end && self.has_rows(name)? => {
                    left.push(list::path(&self.folder, name));
                }
                Found::Segment(_) | Found::Foreign(_) => {}
            }
        }
        if !left.is_empty() {
            let stale = stored(end);
            self.step(|connection| {
                connection.execute("DELETE FROM sealed_number WHERE segment >= ?1", [stale]).map(|_| ())
            })?;
        }
        // Only now: as long as a file is there, the next run will look for what was written about it.
        for path in left {
            fs::remove_file(&path).map_err(StoreError::file(&path))?;
        }
        if let Some(last) = segments.all().last() {
            self.remove_rows()?;
            self.remove_tiles(last.name)?;
        }
        Ok(())
    }

    /// Whether the database has all entries of a file that was not noted. Otherwise the file may be all that is left of them.
    fn has_rows(&self, name: SegmentName) -> Result<bool, StoreError> {
        let query = "SELECT count(*) FROM entry WHERE seq >= ?1 AND seq <= ?2";
        let count: i64 = self
            .connection
            .query_row(query, (stored(name.first), stored(name.last)), |row| row.get(0))
            .map_err(StoreError::database(&self.folder.database()))?;
        Ok(count == stored(name.entries()))
    }

    /// Changes rows in a short transaction, and leaves the writer time afterwards.
    fn step(&mut self, change: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        let began = Instant::now();
        let database = self.folder.database();
        let failed = StoreError::database(&database);
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        change(&transaction).map_err(&failed)?;
        transaction.commit().map_err(&failed)?;
        self.rest(began);
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn rest(&self, began: Instant) {
        if self.pace == Pace::Gentle {
            std::thread::sleep((began.elapsed() * REST).min(Duration::from_secs(1)));
        }
    }

    /// How many entries are not sealed.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn left(&self) -> Result<u64, StoreError> {
        let end = Segments::read(&self.folder, &self.connection)?.end();
        Ok(read_frontier(&self.folder, &self.connection)?.size().saturating_sub(end))
    }
}

fn lock(folder: &Folder) -> Result<File, StoreError> {
    let path = folder.path().join(LOCK);
    let failed = StoreError::file(&path);
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(&failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Sealing(folder.path().to_owned())),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

/// Which entries are sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Those that the collector got before this day.
    pub before: Day,
    /// The day on which this is asked.
    pub today: Day,
}

impl Window {
    /// The day of an entry's file, where `last` is that of the entry before it; `None` if the entry is not sealed yet.
    ///
    /// Days never go back: an entry that was written after one of the next day lies with that. And an entry from the future, of a
    /// clock that was wrong, does not hold up those after it.
    fn day_of(self, entry: &[u8], last: Option<Day>) -> Option<Day> {
        let before = last.unwrap_or_else(|| self.before.before(1));
        let received = Columns::read(entry).map(|said| Day::of_micros(said.received));
        let day = received.filter(|day| *day <= self.today).unwrap_or(before);
        Some(last.map_or(day, |last| day.max(last))).filter(|day| *day < self.before)
    }
}

/// Entries in the database, in the order of the log and without holes.
pub(crate) fn hot_rows(folder: &Folder, connection: &Connection, first: u64, end: u64) -> Result<Vec<Row>, StoreError> {
    let database = folder.database();
    let failed = StoreError::database(&database);
    let query = "SELECT seq, client, epoch, number, kind, conflict, entry FROM entry \
                 WHERE seq >= ?1 AND seq < ?2 ORDER BY seq";
    let mut statement = connection.prepare_cached(query).map_err(&failed)?;
    let rows = statement.query_map((stored(first), stored(end)), |row| {
        Ok((
            row.get::<_, i64>(0)?,
            Row {
                seq: 0,
                client: row.get(1)?,
                epoch: row.get(2)?,
                number: row.get(3)?,
                kind: row.get(4)?,
                is_conflict: row.get(5)?,
                entry: row.get(6)?,
            },
        ))
    });
    let mut all = Vec::new();
    for (index, row) in (first..end).zip(rows.map_err(&failed)?) {
        let (seq, row) = row.map_err(&failed)?;
        if seq != stored(index) {
            return Err(folder.damaged(Damage::Missing { index }));
        }
        all.push(Row { seq: index, ..row });
    }
    if (all.len() as u64) < end - first {
        return Err(folder.damaged(Damage::Missing { index: first + all.len() as u64 }));
    }
    Ok(all)
}
