//! Rows as a folder of Parquet files, which is its own memory: each file appears whole under its name and is
//! never changed, so the rows that are there are those of the files.

use std::ffi::OsStr;
use std::fs::{DirEntry, File};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::known::Known;
use crate::replace::create;
use crate::signals::with_signals_deferred;
use crate::{Error, place};
use ai_detect_pipeline::scan::{Row, columns};

/// Says that a folder is ours, and keeps a second run out while it is locked. The lock goes with the
/// process, however it ends; the file stays.
const MARK: &str = ".ai-detect-scan";
/// Where a file is before it has its name. Names that start with a dot are passed over by all that read
/// such folders.
const UNFINISHED: &str = ".unfinished";
/// So many rows make a file. That many commits at most are done again after a kill.
const MAX_ROWS: usize = 4096;

/// A folder of files that nobody else writes to meanwhile.
pub struct Parts {
    folder: PathBuf,
    /// Held, not used.
    _lock: File,
    /// The number of the next file.
    next: u32,
    rows: Vec<Row>,
}

impl Parts {
    /// Opens a folder, or makes it, and reads what it knows.
    ///
    /// # Errors
    /// Where it is none of ours, another run writes to it, or the system refuses.
    pub fn open(folder: &Path) -> Result<(Self, Known), Error> {
        let folder = &place::of(folder)?;
        let failed = |problem| Error::write(folder, problem);
        let mark = place::of(&folder.join(MARK))?;
        if !mark.is_file() {
            let is_part =
                |entry: std::io::Result<DirEntry>| entry.is_ok_and(|entry| number(&entry.file_name()).is_some());
            // What carries files from run to run may leave hidden ones behind, and with them the mark.
            let only_parts = match std::fs::read_dir(folder) {
                Ok(mut entries) => entries.all(is_part),
                Err(error) if error.kind() == ErrorKind::NotFound => true,
                Err(error) if error.kind() == ErrorKind::NotADirectory => false,
                Err(error) => return Err(failed(error)),
            };
            if !only_parts {
                return Err(Error::NotATable { path: folder.clone() });
            }
            std::fs::create_dir_all(folder).map_err(failed)?;
            // Somebody else's files may be called that, and then stay alone.
            read(folder)?;
        }
        let options = File::options().write(true).create(true).truncate(false).open(&mark);
        let lock = options.map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(Error::InUse { path: folder.clone() }),
            Err(std::fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (known, next) = read(folder)?;
        Ok((Parts { folder: folder.to_owned(), _lock: lock, next, rows: Vec::new() }, known))
    }

    /// Adds a row; says whether it and all before it are kept now.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn add(&mut self, row: Row) -> Result<bool, Error> {
        self.rows.push(row);
        let is_full = self.rows.len() >= MAX_ROWS;
        if is_full { self.write().map(|()| true) } else { Ok(false) }
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// Where the system refuses.
    pub fn finish(mut self) -> Result<(), Error> {
        self.write()
    }

    fn write(&mut self) -> Result<(), Error> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let unfinished = self.folder.join(UNFINISHED);
        let mut content = Vec::new();
        columns::write(&self.rows, &mut content).map_err(|problem| Error::Row(problem.to_string()))?;
        let write = || {
            let mut file = create(&unfinished)?;
            file.write_all(&content)?;
            file.sync_all()?;
            std::fs::rename(&unfinished, self.folder.join(name(self.next)))?;
            // So that the name is on the disk as well; not every system lets a folder be opened.
            File::open(&self.folder).and_then(|folder| folder.sync_all()).or(Ok(()))
        };
        with_signals_deferred(write).map_err(|problem| {
            let _ = std::fs::remove_file(&unfinished);
            Error::write(&self.folder, problem)
        })?;
        self.next += 1;
        self.rows.clear();
        Ok(())
    }
}

fn name(number: u32) -> String {
    format!("part-{number:06}.parquet")
}

fn number(file: &OsStr) -> Option<u32> {
    file.to_str()?.strip_prefix("part-")?.strip_suffix(".parquet")?.parse().ok()
}

/// Which rows the files hold, and the number of the next file.
fn read(folder: &Path) -> Result<(Known, u32), Error> {
    let failed = |problem| Error::write(folder, problem);
    let (mut known, mut next) = (Known::default(), 1);
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if file.starts_with('.') || !file.ends_with(".parquet") {
            continue;
        }
        let wrong = |problem: String| Error::NotAPart { path: path.clone(), problem };
        let content = File::open(&path).map_err(|error| wrong(error.to_string()))?;
        for key in columns::keys(content).map_err(|error| wrong(error.to_string()))? {
            if !known.add(key) {
                return Err(wrong("a row of it names no commit".into()));
            }
        }
        next = next.max(number(OsStr::new(file)).map_or(1, |number| number.saturating_add(1)));
    }
    Ok((known, next))
}
