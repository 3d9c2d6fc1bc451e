//! A spool as one file: what a job leaves behind whose collector was away, and what is read of it elsewhere.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use ai_detect_trail_log::ids::ClientId;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::error::SpoolError;
pub use crate::salvage::Salvaged;
use crate::salvage::{is_readable, salvage};
use crate::spool::Spool;

/// The spool of another machine, in a folder of its own. The file that it came from stays as it is.
#[derive(Debug)]
pub struct Artifact {
    spool: Spool,
    damage: Option<Damage>,
    _folder: TempDir,
}

/// What is wrong with a spool, and what could be read of it all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// What SQLite finds.
    pub problem: String,
    /// What could be read.
    pub salvaged: Salvaged,
}

/// Why a file cannot be read as a spool.
#[derive(Debug, thiserror::Error)]
pub enum ArtifactError {
    /// A file cannot be read or written.
    #[error(transparent)]
    Spool(#[from] SpoolError),
    /// It is something else.
    #[error("{}: not the spool of a client of a trail", .0.display())]
    NotASpool(PathBuf),
    /// It is damaged, and nothing of it can be read.
    #[error("{}: the spool is damaged, and no event in it can be read: {problem}. The file stays as it is: keep it", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite finds.
        problem: String,
    },
}

/// Writes a spool into one file, whole or not at all. What nobody has sent yet is bound to the client.
///
/// # Errors
///
/// When the spool cannot be read, or the file not written.
pub fn export(spool: &Spool, client: &ClientId, to: &Path) -> Result<(), SpoolError> {
    let folder = match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let beside = tempfile::Builder::new().prefix(".spool-").tempdir_in(folder).map_err(SpoolError::file(folder))?;
    let copy = beside.path().join("spool.db");
    spool.copy_to(client, &copy)?;
    File::open(&copy).and_then(|file| file.sync_all()).map_err(SpoolError::file(&copy))?;
    fs::rename(&copy, to).map_err(SpoolError::file(to))
}

impl Artifact {
    /// Copies a file that [`export`] wrote, or a spool that was put aside, below a folder, and checks the copy. Of a damaged one, what can
    /// be read waits in it.
    ///
    /// # Errors
    ///
    /// When it is no spool, nothing in it can be read, or it was made by a newer version.
    pub fn open(file: &Path, below: &Path) -> Result<Self, ArtifactError> {
        let folder = tempfile::Builder::new().prefix("import-").tempdir_in(below).map_err(SpoolError::file(below))?;
        let spool = Spool::at(folder.path()).with_limit(u64::MAX);
        let copy = spool.database();
        let databases = copy.parent().unwrap_or(folder.path());
        fs::create_dir(databases).map_err(SpoolError::file(databases))?;
        fs::copy(file, &copy).map_err(SpoolError::file(file))?;
        // A spool that was put aside has a log beside it.
        let mut log = file.as_os_str().to_owned();
        log.push("-wal");
        if Path::new(&log).is_file() {
            fs::copy(&log, copy.with_file_name("spool.db-wal")).map_err(SpoolError::file(Path::new(&log)))?;
        }
        let Some(problem) = check(&copy, file)? else { return Ok(Self { spool, damage: None, _folder: folder }) };
        let aside = folder.path().join("damaged");
        fs::rename(databases, &aside).map_err(SpoolError::file(databases))?;
        let damaged = ArtifactError::Damaged { path: file.to_owned(), problem: problem.clone() };
        let salvaged = match salvage(&aside.join("spool.db"), &spool) {
            Ok(salvaged) if salvaged.events > 0 => salvaged,
            Ok(_) => return Err(damaged),
            Err(SpoolError::Database { path, .. }) if path.starts_with(&aside) => return Err(damaged),
            Err(error) => return Err(error.into()),
        };
        Ok(Self { spool, damage: Some(Damage { problem, salvaged }), _folder: folder })
    }

    /// What is wrong with it.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// The spool.
    pub fn spool(&self) -> &Spool {
        &self.spool
    }
}

/// What is wrong with a copy of a spool.
fn check(copy: &Path, file: &Path) -> Result<Option<String>, ArtifactError> {
    // The first bytes of a database say what it is, also where SQLite does not open it any more.
    let mut header = [0; 72];
    let read = File::open(copy).and_then(|mut opened| opened.read_exact(&mut header));
    let number = |at: usize| {
        let bytes = header.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
        i64::from(u32::from_be_bytes(bytes))
    };
    if read.is_err() || !header.starts_with(b"SQLite format 3\0") || number(68) != crate::spool::APPLICATION {
        return Err(ArtifactError::NotASpool(file.to_owned()));
    }
    let found = number(60);
    if found > crate::spool::FORMAT {
        return Err(SpoolError::Newer { path: file.to_owned(), found, known: crate::spool::FORMAT }.into());
    }
    let failed = |error: rusqlite::Error| Ok(Some(error.to_string()));
    let connection = match Connection::open_with_flags(copy, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        Ok(connection) => connection,
        Err(error) => return failed(error),
    };
    let checked = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0));
    Ok(match checked {
        Ok(text) if text == "ok" && is_readable(copy) => None,
        Ok(text) if text == "ok" => Some("a row holds what no version writes".to_owned()),
        Ok(problem) => Some(problem),
        Err(error) => return failed(error),
    })
}
