//! Backups: a copy of a folder that is whole in itself, made while the collector runs, and a new log out of one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::{Access, GapOpened};
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::{GapId, Word};
use ai_detect_trail_log::log::key::{SigningKey, VerifierKey};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::log::tile::{self, Row, Tile};
use ai_detect_trail_log::number::Micros;
use rusqlite::Connection;

use crate::error::{Damage, StoreError};
use crate::files;
use crate::folder::{CONFIGURATION, Folder, random, random_word};
use crate::log_reader::{LogReader, is_made};
use crate::segments::list::{self, FOLDER, Segments};
use crate::signer::{Signer, last_checkpoint};
use crate::verify::{Findings, verify};
use crate::writer::Writer;

/// Why there is no backup, or nothing could be made of one.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The folder, or the backup.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The entry about it could not be written.
    #[error(transparent)]
    Write(#[from] std::sync::Arc<StoreError>),
    /// The backup is not what was signed.
    #[error("{}: the backup does not hold: {} problems, the first: {first}", path.display(), count)]
    Damaged {
        /// The backup.
        path: PathBuf,
        /// How many problems there are.
        count: usize,
        /// The first.
        first: crate::verify::Problem,
    },
}

/// Copies a folder into a new one. The key that signs is left out: a restored log has a key of its own.
///
/// The copy is whole whatever the collector does meanwhile: the checkpoint is taken first, so that the entries after it are at least
/// those that it is about, and names and bodies last, so that each that an entry refers to is there.
///
/// # Errors
///
/// When something is in the new folder, and when a file cannot be read or written.
pub fn backup(folder: &Folder, writer: &Writer, to: &Path, at: Micros) -> Result<(), BackupError> {
    make_empty(to)?;
    // Whoever has the copy can read everything in it.
    let what = Word::parse("backup").map_err(|_| folder.damaged(Damage::Value { table: "entry" }))?;
    let access = Access { what, person: None, token: None, purpose: None, entries: None, bodies: None, request: None };
    writer.record(Event::Access(access), None, at)?;
    let key = folder.verifier()?;
    let signed = last_checkpoint(folder, &key)?;
    copy_database(&folder.database(), &to.join("trail.db"))?;
    if folder.keys().is_file() {
        copy_database(&folder.keys(), &to.join("keys.db"))?;
    }
    let log = to.join("log");
    files::make_folder(&log)?;
    copy_file(&folder.log_file("key"), &log.join("key"))?;
    let configuration = folder.path().join(CONFIGURATION);
    if configuration.is_file() {
        copy_file(&configuration, &to.join(CONFIGURATION))?;
    }
    let segments = copy_segments(folder, to)?;
    if let Some((checkpoint, text)) = signed {
        let connection = folder.connect_to_read()?;
        let mut reader = LogReader::new(folder, &connection)?;
        let is_kept = |tile: &Tile| matches!(tile.row(), Row::Hashes(_)) && !is_made(*tile, &segments);
        for tile in tile::all(checkpoint.size).filter(is_kept) {
            let path = log.join(tile.path());
            if let Some(parent) = path.parent() {
                files::make_folder(parent)?;
            }
            files::replace(&path, &reader.tile(tile)?)?;
        }
        files::replace(&log.join("checkpoint"), text.as_bytes())?;
    }
    files::sync_folder(&log)?;
    files::sync_folder(to)?;
    Ok(())
}

/// Copies the sealed files that the copy of the database has noted. They never change, so they may be copied at any time.
fn copy_segments(folder: &Folder, copy: &Path) -> Result<Segments, StoreError> {
    let connection = Connection::open(copy.join("trail.db")).map_err(StoreError::database(&folder.database()))?;
    let segments = Segments::read(folder, &connection)?;
    for noted in segments.all() {
        let (from, to) = (list::path(folder, noted.name), copy.join(FOLDER).join(noted.name.path()));
        if let Some(parent) = to.parent() {
            files::make_folder(parent)?;
        }
        fs::copy(&from, &to).map_err(StoreError::file(&from))?;
        File::open(&to).and_then(|file| file.sync_all()).map_err(StoreError::file(&to))?;
    }
    Ok(segments)
}

/// A copy of a database as it is at one moment.
fn copy_database(from: &Path, to: &Path) -> Result<(), StoreError> {
    let failed = StoreError::database(from);
    let connection = Connection::open(from).map_err(&failed)?;
    connection.busy_timeout(std::time::Duration::from_millis(crate::folder::PATIENCE)).map_err(&failed)?;
    connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]).map_err(&failed)?;
    File::open(to).and_then(|file| file.sync_all()).map_err(StoreError::file(to))
}

fn copy_file(from: &Path, to: &Path) -> Result<(), StoreError> {
    files::replace(to, &fs::read(from).map_err(StoreError::file(from))?)
}

fn make_empty(folder: &Path) -> Result<(), StoreError> {
    files::make_folder(folder)?;
    match fs::read_dir(folder).map_err(StoreError::file(folder))?.next() {
        None => Ok(()),
        Some(_) => Err(StoreError::NotOurs(folder.to_owned())),
    }
}

/// Checks a backup in a scratch folder: nothing in the backup changes.
///
/// # Errors
///
/// When it cannot be read or copied.
pub fn check(backup: &Path, scratch: &Path) -> Result<Findings, BackupError> {
    make_empty(scratch)?;
    copy_into(backup, scratch)?;
    let key = read_key(&backup.join("log/key"))?;
    // What is wrong with the copy is wrong with the backup, which is the folder that its owner knows.
    let checked = Folder::open(scratch).and_then(|folder| verify(&folder, &key));
    let mut findings = checked.map_err(|error| error.of_copy(scratch, backup))?;
    for problem in &mut findings.problems {
        problem.of_copy(scratch, backup);
    }
    Ok(findings)
}

fn read_key(path: &Path) -> Result<VerifierKey, StoreError> {
    let text = fs::read_to_string(path).map_err(StoreError::file(path))?;
    VerifierKey::from_text(text.trim_end()).map_err(|source| StoreError::Key { path: path.to_owned(), source })
}

/// Copies files and folders, without links.
fn copy_into(from: &Path, to: &Path) -> Result<(), StoreError> {
    files::make_folder(to)?;
    for found in fs::read_dir(from).map_err(StoreError::file(from))? {
        let found = found.map_err(StoreError::file(from))?;
        let (path, copy) = (found.path(), to.join(found.file_name()));
        let kind = found.file_type().map_err(StoreError::file(&path))?;
        if kind.is_dir() {
            copy_into(&path, &copy)?;
        } else if kind.is_file() {
            // What cannot be read is an error about the backup, and what cannot be written one about the copy.
            drop(File::open(&path).map_err(StoreError::file(&path))?);
            fs::copy(&path, &copy).map_err(StoreError::file(&copy))?;
        }
    }
    Ok(())
}

/// Makes a new log out of a backup: with all its entries, and another name and key.
///
/// It may lack entries for which the old log had signed, so it must not sign as if it continued that one. A gap says so until
/// somebody resolves it; clients send again what they still have. The old checkpoint and key stay beside the new ones.
///
/// # Errors
///
/// When the backup does not hold, or something is in the new folder.
pub fn restore(backup: &Path, to: &Path, at: Micros) -> Result<Folder, BackupError> {
    let findings = check(backup, to)?;
    if let Some(first) = findings.problems.first() {
        let (path, count, first) = (backup.to_owned(), findings.problems.len(), first.clone());
        return Err(BackupError::Damaged { path, count, first });
    }
    let old = Folder::open(to)?;
    let origin = new_origin(&old)?;
    let log = to.join("log");
    let before = to.join("log-before");
    fs::rename(&log, &before).map_err(StoreError::file(&before))?;
    files::make_folder(&log)?;
    let key = SigningKey::new(origin.name().clone(), &random()?);
    files::replace(&to.join("signing.key"), format!("{}\n", key.to_text()).as_bytes())?;
    files::replace(&log.join("key"), format!("{}\n", key.verifier().to_text()).as_bytes())?;
    files::sync_folder(&log)?;
    files::sync_folder(to)?;
    let folder = Folder::open(to)?;
    let fields = GapOpened::new(GapId::from_random(random()?), GapCause::RestoredBackup);
    Writer::start(&folder)?.record(Event::GapOpened(fields), None, at)?;
    Signer::open(&folder)?.sign()?;
    Ok(folder)
}

/// The same host and region, and another instance.
fn new_origin(folder: &Folder) -> Result<Origin, StoreError> {
    let damaged = || folder.damaged(Damage::Value { table: "log/key" });
    let name = folder.name().as_str();
    let host = name.rsplitn(4, '/').nth(3).ok_or_else(damaged)?;
    let instance = Word::parse(&random_word()?).map_err(|_| damaged())?;
    Origin::new(host, folder.region()?, &instance).map_err(|_| damaged())
}
