//! Which sealed files the database has noted, and what else lies among them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::log::tile::Tile;
use rusqlite::Connection;

use super::name::{Day, SegmentName};
use super::read::{Segment, Stamp, Unread, bytes_of};
use crate::error::{Damage, SegmentProblem, StoreError};
use crate::folder::Folder;
use crate::rows::stored;

/// The folder of sealed files.
pub(crate) const FOLDER: &str = "segments";

/// A sealed file as the database has noted it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) name: SegmentName,
    pub(crate) stamp: Stamp,
}

/// All sealed files, in the order of the log.
#[derive(Debug, Clone, Default)]
pub(crate) struct Segments(Vec<Noted>);

impl Segments {
    /// Reads the table `segment`.
    pub(crate) fn read(folder: &Folder, connection: &Connection) -> Result<Self, StoreError> {
        let database = folder.database();
        let failed = StoreError::database(&database);
        let mut statement = connection
            .prepare_cached("SELECT first, last, day, bytes, sha256 FROM segment ORDER BY first")
            .map_err(&failed)?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, Vec<u8>>(4)?))
        });
        let mut all: Vec<Noted> = Vec::new();
        for row in rows.map_err(&failed)? {
            let (first, last, day, bytes, sha256): (i64, i64, i64, i64, Vec<u8>) = row.map_err(&failed)?;
            let damaged = || folder.damaged(Damage::Value { table: "segment" });
            let number = |stored: i64| u64::try_from(stored).map_err(|_| damaged());
            let name = SegmentName { first: number(first)?, last: number(last)?, day: Day::from_days(day) };
            let stamp = Stamp { bytes: number(bytes)?, sha256: sha256.try_into().map_err(|_| damaged())? };
            let expected = all.last().map_or(0, |before| before.name.last.saturating_add(1));
            if name.first != expected || name.last < name.first {
                return Err(folder.damaged(Damage::Segment { name, problem: SegmentProblem::Order }));
            }
            all.push(Noted { name, stamp });
        }
        Ok(Self(all))
    }

    /// The index of the first entry that is in no sealed file.
    pub(crate) fn end(&self) -> u64 {
        self.0.last().map_or(0, |noted| noted.name.last.saturating_add(1))
    }

    /// The file that holds an entry.
    pub(crate) fn containing(&self, index: u64) -> Option<Noted> {
        let at = self.0.partition_point(|noted| noted.name.last < index);
        self.0.get(at).copied().filter(|noted| noted.name.first <= index)
    }

    /// Whether one file holds all entries below a tile.
    pub(crate) fn have_whole(&self, tile: Tile) -> bool {
        let (first, end) = tile.entries();
        self.containing(first).is_some_and(|noted| end <= noted.name.last.saturating_add(1))
    }

    /// The files.
    pub(crate) fn all(&self) -> &[Noted] {
        &self.0
    }
}

/// Notes a sealed file.
pub(crate) fn note(connection: &Connection, noted: Noted) -> rusqlite::Result<()> {
    let Noted { name, stamp } = noted;
    let insert = "INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5)";
    let (first, last, bytes) = (stored(name.first), stored(name.last), stored(stamp.bytes));
    connection.execute(insert, (first, last, name.day.get(), bytes, stamp.sha256.as_slice()))?;
    Ok(())
}

/// Where a sealed file lies.
pub(crate) fn path(folder: &Folder, name: SegmentName) -> PathBuf {
    folder.path().join(FOLDER).join(name.path())
}

/// Opens a noted file, after comparing all its bytes.
pub(crate) fn open(folder: &Folder, noted: Noted) -> Result<Segment, StoreError> {
    let opened = bytes_of(&path(folder, noted.name), noted.stamp).and_then(|bytes| Segment::open(noted.name, bytes));
    opened.map_err(|error| unread(folder, noted.name, error))
}

/// Sealed files that are missing, or have not the length that was noted, each with its path. It reads no file, so that it is fast.
///
/// # Errors
///
/// When the folder cannot be read.
pub fn absent(folder: &Folder) -> Result<Vec<(PathBuf, SegmentProblem)>, StoreError> {
    let segments = Segments::read(folder, &folder.connect()?)?;
    let mut absent = Vec::new();
    for noted in segments.all() {
        let path = path(folder, noted.name);
        let expected = noted.stamp.bytes;
        match fs::metadata(&path) {
            Ok(found) if found.len() == expected => {}
            Ok(found) => absent.push((path, SegmentProblem::Length { expected, found: found.len() })),
            Err(error) if error.kind() == ErrorKind::NotFound => absent.push((path, SegmentProblem::Missing)),
            Err(source) => return Err(StoreError::File { path, source }),
        }
    }
    Ok(absent)
}

/// What is told of a file that could not be read.
pub(crate) fn unread(folder: &Folder, name: SegmentName, error: Unread) -> StoreError {
    match error {
        Unread::Damaged(problem) => folder.damaged(Damage::Segment { name, problem }),
        Unread::Failed(error) => error,
    }
}

/// A file below `segments/`, by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// It has a name that a sealed file can have.
    Segment(SegmentName),
    /// It was being written when the program ended.
    Unfinished(PathBuf),
    /// Nothing of ours.
    Foreign(PathBuf),
}

/// What lies in `segments/`, in the order of the names.
pub(crate) fn found(folder: &Folder) -> Result<Vec<Found>, StoreError> {
    let top = folder.path().join(FOLDER);
    let mut all = Vec::new();
    if top.is_dir() {
        look_into(&top, &top, &mut all)?;
    }
    Ok(all)
}

fn look_into(top: &Path, folder: &Path, all: &mut Vec<Found>) -> Result<(), StoreError> {
    let entries = fs::read_dir(folder).map_err(StoreError::file(folder))?;
    let mut paths = Vec::new();
    for entry in entries {
        let entry = entry.map_err(StoreError::file(folder))?;
        paths.push((entry.path(), entry.file_type().map_err(StoreError::file(&entry.path()))?));
    }
    paths.sort_by(|a, b| a.0.cmp(&b.0));
    for (path, kind) in paths {
        let below = path.strip_prefix(top).ok().and_then(Path::to_str).unwrap_or_default().replace('\\', "/");
        if kind.is_dir() && folder == top && below.starts_with("day=") {
            look_into(top, &path, all)?;
        } else if let Some(name) = SegmentName::parse(&below).filter(|_| kind.is_file()) {
            all.push(Found::Segment(name));
        } else if kind.is_file() && below.strip_suffix(".new").is_some_and(is_unfinished) {
            all.push(Found::Unfinished(path));
        } else {
            all.push(Found::Foreign(path));
        }
    }
    Ok(())
}

fn is_unfinished(below: &str) -> bool {
    below.split_once('/').is_some_and(|(_, file)| file.parse::<u64>().is_ok())
}
