//! Making a spool, and putting a damaged one aside. What it may have held is an event of the new one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use ai_detect_trail_log::ids::{ClientId, Epoch, GapId};
use ai_detect_trail_log::number::Micros;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::append::fields;
use super::{Spool, connect, schema};
use crate::clock;
use crate::error::{SpoolError, random};
use crate::event::{Class, Event};
use crate::files;

/// How the folder of a damaged spool is called.
const DAMAGED: &str = "damaged-";
/// A file in such a folder: a later spool has an event about it.
const REPORTED: &str = "reported";
/// Of how many epochs of a damaged spool the loss is counted.
const MAX_EPOCHS: usize = 64;

/// A damaged spool that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PutAside {
    /// Its folder.
    pub folder: PathBuf,
}

/// What is left of a damaged spool that was put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedSpool {
    /// Its folder.
    pub folder: PathBuf,
    /// Its database, where it is still there.
    pub database: Option<PathBuf>,
    /// When it was put aside, in microseconds since 1970.
    pub put_aside: Option<i64>,
    /// How many of its events no collector had acknowledged, where that can still be read.
    pub unacknowledged: Option<u64>,
}

/// Numbers that a damaged spool had given, and that the collector had not acknowledged.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Unacknowledged {
    client: Option<String>,
    epoch: String,
    first: i64,
    last: i64,
}

impl Spool {
    /// Makes the spool, if nobody else has done so. It appears whole or not at all.
    pub(crate) fn create(&self) -> Result<(), SpoolError> {
        files::private_folder(&self.folder)?;
        let _lock = self.exclusive()?;
        if self.exists() {
            return Ok(());
        }
        if self.databases().exists() {
            // A folder without its database: as damaged as one whose database cannot be read.
            self.put_aside()?;
        }
        let unreported = self.unreported()?;
        let making = tempfile::Builder::new().prefix("new-").tempdir_in(&self.folder);
        let making = making.map_err(SpoolError::file(&self.folder))?;
        let database = making.path().join("spool.db");
        self.make(&database, &unreported).map_err(|source| match source {
            // A new database that is damaged at once cannot be mended by making another one.
            error if error.is_damage() => {
                SpoolError::File { path: database.clone(), source: std::io::Error::other(error.to_string()) }
            }
            error => error,
        })?;
        let made = making.keep();
        fs::rename(&made, self.databases()).map_err(SpoolError::file(&made))?;
        files::sync_folder(&self.folder)?;
        for PutAside { folder } in unreported {
            files::replace(&folder.join(REPORTED), b"")?;
        }
        Ok(())
    }

    fn make(&self, database: &Path, unreported: &[PutAside]) -> Result<(), SpoolError> {
        let failed = SpoolError::database(database);
        // SQLite gives its other files the mode of this one.
        drop(files::lock_file(database)?);
        let mut connection = Connection::open(database).map_err(&failed)?;
        connection.execute_batch(schema::FILE).map_err(&failed)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        transaction.execute_batch(schema::TABLES).map_err(&failed)?;
        transaction.pragma_update(None, "application_id", schema::APPLICATION).map_err(&failed)?;
        transaction.pragma_update(None, "user_version", schema::FORMAT).map_err(&failed)?;
        for PutAside { folder } in unreported {
            self.report_loss(&transaction, &folder.join("spool.db"))?;
        }
        transaction.commit().map_err(&failed)?;
        // Everything goes into the one file before it is moved.
        connection.close().map_err(|(_, error)| failed(error))?;
        File::open(database).and_then(|file| file.sync_all()).map_err(SpoolError::file(database))?;
        files::sync_folder(database.parent().unwrap_or(&self.folder))
    }

    /// Puts a damaged spool aside, unless another process has done so already. A second failure shows more than a check that finds nothing.
    pub(super) fn repair(&self, is_certain: bool) -> Result<(), SpoolError> {
        let lock = self.exclusive()?;
        if !self.databases().exists() || (!is_certain && is_whole(&self.database())) {
            return Ok(());
        }
        self.put_aside()?;
        drop(lock);
        self.create()
    }

    fn put_aside(&self) -> Result<(), SpoolError> {
        let chance = u32::from_ne_bytes(random()?);
        let name = format!("{DAMAGED}{}-{chance:08x}", clock::now()?.get() / 1_000_000);
        fs::rename(self.databases(), self.folder.join(name)).map_err(SpoolError::file(&self.databases()))?;
        files::sync_folder(&self.folder)
    }

    /// The damaged spools that were put aside, the oldest first.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn put_aside_before(&self) -> Result<Vec<PutAside>, SpoolError> {
        let failed = SpoolError::file(&self.folder);
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(&failed)?,
        };
        let mut found = Vec::new();
        for entry in entries {
            let entry = entry.map_err(&failed)?;
            if entry.file_name().to_string_lossy().starts_with(DAMAGED) {
                found.push(PutAside { folder: entry.path() });
            }
        }
        found.sort_by(|one, other| one.folder.cmp(&other.folder));
        Ok(found)
    }

    /// What is left of each damaged spool, the oldest first.
    ///
    /// # Errors
    ///
    /// When the folder cannot be read.
    pub fn damaged_before(&self) -> Result<Vec<DamagedSpool>, SpoolError> {
        let all = self.put_aside_before()?.into_iter().map(|PutAside { folder }| {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let seconds = name.strip_prefix(DAMAGED).and_then(|rest| rest.split('-').next()?.parse::<i64>().ok());
            let database = Some(folder.join("spool.db")).filter(|database| database.is_file());
            let unacknowledged = database.as_deref().and_then(|database| {
                let known = read_unacknowledged(database).ok()?;
                Some(known.iter().filter_map(|lost| u64::try_from(lost.last - lost.first + 1).ok()).sum())
            });
            let put_aside = seconds.and_then(|seconds| seconds.checked_mul(1_000_000));
            DamagedSpool { folder, database, put_aside, unacknowledged }
        });
        Ok(all.collect())
    }

    fn unreported(&self) -> Result<Vec<PutAside>, SpoolError> {
        let mut found = self.put_aside_before()?;
        found.retain(|aside| !aside.folder.join(REPORTED).exists());
        Ok(found)
    }

    /// The events that say what a damaged spool may have held.
    fn report_loss(&self, transaction: &Transaction<'_>, damaged: &Path) -> Result<(), SpoolError> {
        let now = clock::now()?;
        let mut current = self.current(transaction)?;
        let known = unacknowledged(damaged);
        for lost in &known {
            let numbers = Some((lost.first, lost.last));
            let event = loss(now, lost.client.as_deref(), Some(&lost.epoch), numbers)?;
            self.insert(transaction, &mut current, &event)?;
        }
        if known.is_empty() {
            // Nothing can be read, or nothing was waiting as far as can be read: both are said without numbers.
            self.insert(transaction, &mut current, &loss(now, None, None, None)?)?;
        }
        Ok(())
    }
}

fn loss(
    now: Micros,
    client: Option<&str>,
    epoch: Option<&str>,
    numbers: Option<(i64, i64)>,
) -> Result<Event, SpoolError> {
    let gap = GapId::from_random(random()?).to_string();
    let (first, last) = numbers.unzip();
    let fields = fields([
        ("gap", Some(gap.into())),
        ("cause", Some("spool-damaged".into())),
        ("of", client.map(Into::into)),
        ("of_epoch", epoch.map(Into::into)),
        ("first", first.map(Into::into)),
        ("last", last.map(Into::into)),
        ("until", Some(now.get().into())),
    ]);
    Ok(Event::new(Class::Lasting, "gap.opened", now, &fields)?)
}

/// What can still be read of the numbers of a damaged spool. Nothing is relied on: rows that make no sense are passed over.
fn unacknowledged(database: &Path) -> Vec<Unacknowledged> {
    // A database that cannot be read says nothing about its numbers; the event then has none.
    read_unacknowledged(database).unwrap_or_default()
}

fn read_unacknowledged(database: &Path) -> rusqlite::Result<Vec<Unacknowledged>> {
    // Nothing is made where the database is gone.
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let query = "SELECT client, epoch, acknowledged + 1, made FROM epoch WHERE made > acknowledged ORDER BY id";
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| {
        Ok(Unacknowledged { client: row.get(0)?, epoch: row.get(1)?, first: row.get(2)?, last: row.get(3)? })
    })?;
    Ok(rows.map_while(Result::ok).filter(makes_sense).take(MAX_EPOCHS).collect())
}

fn makes_sense(lost: &Unacknowledged) -> bool {
    let is_client = |client: &String| ClientId::parse(client).is_ok();
    (1..=lost.last).contains(&lost.first)
        && Epoch::parse(&lost.epoch).is_ok()
        && lost.client.as_ref().is_none_or(is_client)
}

/// Whether SQLite finds nothing wrong with a spool.
fn is_whole(database: &Path) -> bool {
    let check = || -> Result<String, SpoolError> {
        let connection = connect(database)?;
        let checked = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0));
        checked.map_err(SpoolError::database(database))
    };
    check().is_ok_and(|found| found == "ok")
}
