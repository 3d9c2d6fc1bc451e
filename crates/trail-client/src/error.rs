//! What can go wrong with a spool.

use std::path::{Path, PathBuf};

use crate::event::InvalidEvent;

/// Why a spool could not be found, opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum SpoolError {
    /// The database refused.
    #[error("{}: the spool cannot be used: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A row has a value that no version writes.
    #[error("{}: the table `{table}` of the spool is damaged", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// The table.
        table: &'static str,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The environment names no folder for state.
    #[error("no folder for the spool: set XDG_STATE_HOME or HOME to an absolute path")]
    NoStateFolder,
    /// The variable for the folder of state is not an absolute path.
    #[error("AI_DETECT_STATE_DIR is {}: set it to an absolute path", .0.display())]
    RelativeStateFolder(PathBuf),
    /// The folder belongs to somebody else, or others can write into it.
    #[error("{}: not a folder of this user alone: remove it, or set its mode to 0700", .0.display())]
    NotPrivate(PathBuf),
    /// Neither the folder for state nor any other lies on a disk of this machine.
    #[error(
        "{}: a spool does not work on a network file system ({filesystem}), and no local folder was found: set XDG_STATE_HOME to one",
        state.display()
    )]
    NoLocalFolder {
        /// The folder for state.
        state: PathBuf,
        /// Its file system.
        filesystem: &'static str,
    },
    /// A newer version made the spool.
    #[error("{}: the spool has format {found}, and this version knows {known}: use a newer version", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format of this version.
        known: i64,
    },
    /// A file of lines that were kept for a collector holds something else.
    #[error(
        "{}: not lines that this client kept, so nothing of it is sent: move the file to another folder, and look at it",
        .0.display()
    )]
    NotOwnLines(PathBuf),
    /// The event cannot be sent in this form.
    #[error(transparent)]
    Event(#[from] InvalidEvent),
    /// Nothing is left that may be dropped.
    #[error("{}: the spool is full ({limit} bytes), and nothing in it may be dropped", path.display())]
    Full {
        /// The database.
        path: PathBuf,
        /// Its limit.
        limit: u64,
    },
    /// The clock shows a time that no event can have.
    #[error("the clock of this machine is more than 285 years away from 1970: set it")]
    Clock,
    /// The system has no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

impl SpoolError {
    pub(crate) fn database(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        |source| Self::Database { path: path.to_owned(), source }
    }

    pub(crate) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::File { path: path.to_owned(), source }
    }

    /// Whether the file itself is damaged, so that it must be put aside.
    ///
    /// All statements are constant and correct. One that SQLite cannot prepare, or that breaks a constraint, shows that the
    /// schema or an index is not what was written.
    pub(crate) fn is_damage(&self) -> bool {
        use rusqlite::ErrorCode::{ConstraintViolation, DatabaseCorrupt, NotADatabase, TypeMismatch, Unknown};
        match self {
            Self::Damaged { .. } => true,
            Self::Database { source, .. } => match source {
                rusqlite::Error::SqliteFailure(error, _) | rusqlite::Error::SqlInputError { error, .. } => {
                    matches!(error.code, ConstraintViolation | DatabaseCorrupt | NotADatabase | TypeMismatch | Unknown)
                }
                rusqlite::Error::QueryReturnedNoRows
                | rusqlite::Error::InvalidColumnType(..)
                | rusqlite::Error::FromSqlConversionFailure(..)
                | rusqlite::Error::IntegralValueOutOfRange(..)
                | rusqlite::Error::Utf8Error(..) => true,
                _ => false,
            },
            _ => false,
        }
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], SpoolError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| SpoolError::Random)?;
    Ok(bytes)
}
