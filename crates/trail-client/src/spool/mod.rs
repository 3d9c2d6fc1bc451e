//! The spool: events of this user, numbered without holes, kept until a collector has them.
//!
//! Many short processes write into it at once. Each opens the database, commits once, and ends; [`Spool`] itself keeps nothing
//! open. All of them share the lock `spool.lock`; whoever makes the folder `spool`, or puts a damaged one aside, has it alone.

mod append;
mod once;
mod outbox;
mod reading;
mod repair;
mod room;
mod schema;
mod status;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

pub use self::append::Appended;
pub use self::once::{Key, Keyed, Twin};
pub use self::outbox::{Acknowledged, Batch, Cursor, MAX_BATCH, MAX_BATCH_BYTES, Numbers, Sender};
pub use self::reading::Stored;
pub use self::repair::{DamagedSpool, PutAside};
pub(crate) use self::schema::{APPLICATION, FORMAT};
pub use self::status::{Delivery, Overflow, Problem, SpoolStatus, Waiting};
use crate::boot::boot_id;
use crate::error::SpoolError;
use crate::files;

/// How large a spool may get unless its user says otherwise, in bytes.
pub const DEFAULT_LIMIT: u64 = 512 << 20;

/// How long a process waits for others that write.
const PATIENCE: Duration = Duration::from_secs(5);
/// How large SQLite's log may get, in bytes. Whoever opens the spool alone reads all of it.
const MAX_LOG: u64 = 192 << 10;
/// How often a damaged spool is put aside before its error is reported.
const MAX_REPAIRS: u32 = 2;

/// The spool of a user.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: PathBuf,
    limit: u64,
    boot: String,
}

/// When what is committed reaches the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durability {
    /// Some time later, and in order.
    Eventual,
    /// Before the commit returns, with all that was committed before.
    Immediate,
}

impl Spool {
    /// The spool in a folder. It is made when the first event comes.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), limit: DEFAULT_LIMIT, boot: boot_id() }
    }

    /// With another limit, in bytes.
    #[must_use]
    pub fn with_limit(self, limit: u64) -> Self {
        Self { limit, ..self }
    }

    /// As after a start of the machine with this name, for tests.
    #[must_use]
    pub fn with_boot(self, boot: &str) -> Self {
        Self { boot: boot.to_owned(), ..self }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Whether anything was ever written.
    pub fn exists(&self) -> bool {
        self.database().is_file()
    }

    /// The database.
    pub fn database(&self) -> PathBuf {
        self.databases().join("spool.db")
    }

    /// The folder of the database and of the files that SQLite puts beside it. It is moved as a whole.
    fn databases(&self) -> PathBuf {
        self.folder.join("spool")
    }

    fn damaged(&self, table: &'static str) -> SpoolError {
        SpoolError::Damaged { path: self.database(), table }
    }

    fn shared(&self) -> Result<File, SpoolError> {
        let path = self.folder.join("spool.lock");
        if !self.folder.is_dir() {
            files::private_folder(&self.folder)?;
        }
        let file = files::lock_file(&path)?;
        file.lock_shared().map_err(SpoolError::file(&path))?;
        Ok(file)
    }

    fn exclusive(&self) -> Result<File, SpoolError> {
        let path = self.folder.join("spool.lock");
        let file = files::lock_file(&path)?;
        file.lock().map_err(SpoolError::file(&path))?;
        Ok(file)
    }

    /// Does something in one transaction. A spool that turns out to be damaged is put aside, and the work is done in a new one.
    fn write<T>(
        &self,
        durability: Durability,
        mut work: impl FnMut(&Transaction<'_>) -> Result<T, SpoolError>,
    ) -> Result<T, SpoolError> {
        let mut repairs = 0;
        loop {
            let done = Session::open(self).and_then(|mut session| session.run(durability, &mut work));
            match done {
                Err(error) if error.is_damage() && repairs < MAX_REPAIRS => {
                    repairs += 1;
                    self.repair(repairs > 1)?;
                }
                done => return done,
            }
        }
    }
}

/// An open database, with the lock that keeps it in its place. The connection is closed before the lock is released.
struct Session {
    connection: Connection,
    path: PathBuf,
    _lock: File,
}

impl Session {
    fn open(spool: &Spool) -> Result<Self, SpoolError> {
        let path = spool.database();
        loop {
            let lock = spool.shared()?;
            if path.is_file() {
                let connection = connect(&path)?;
                return Ok(Self { connection, path, _lock: lock });
            }
            drop(lock);
            spool.create()?;
        }
    }

    fn run<T>(
        &mut self,
        durability: Durability,
        work: &mut dyn FnMut(&Transaction<'_>) -> Result<T, SpoolError>,
    ) -> Result<T, SpoolError> {
        let failed = SpoolError::database(&self.path);
        if durability == Durability::Immediate {
            self.connection.execute_batch(schema::DURABLE).map_err(&failed)?;
        }
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(&failed)?;
        self.shorten_log();
        Ok(done)
    }

    /// Brings SQLite's log into the database when it has become long, and empties it.
    ///
    /// SQLite's own rhythm does not do here: a process that opens the database alone does not know what of the log was brought over
    /// before, so the log would never be begun anew.
    fn shorten_log(&self) {
        let log = self.path.with_file_name("spool.db-wal");
        if std::fs::metadata(log).is_ok_and(|found| found.len() > MAX_LOG) {
            // What was committed stays so if this fails: the disk is full, or others are reading. The next process tries again.
            let checkpoint = self
                .connection
                .busy_timeout(Duration::ZERO)
                .and_then(|()| self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
            drop(checkpoint);
        }
    }
}

/// Opens a database that is there, and refuses what is not a spool.
fn connect(path: &Path) -> Result<Connection, SpoolError> {
    let failed = SpoolError::database(path);
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)
            .map_err(&failed)?;
    connection.busy_timeout(PATIENCE).map_err(&failed)?;
    // Whoever closes last would else bring everything to the disk, and a hook would wait for it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(&failed)?;
    connection.execute_batch(schema::PRAGMAS).map_err(&failed)?;
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).map_err(&failed);
    let application = pragma("application_id")?;
    if application != schema::APPLICATION {
        // Nobody but this program writes into the folder: what is here is a damaged spool.
        return Err(SpoolError::Damaged { path: path.to_owned(), table: "sqlite_schema" });
    }
    let found = pragma("user_version")?;
    if found > schema::FORMAT {
        return Err(SpoolError::Newer { path: path.to_owned(), found, known: schema::FORMAT });
    }
    Ok(connection)
}

/// A number in the form of SQLite. Numbers of events are below 2^53.
fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
