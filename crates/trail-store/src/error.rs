//! What can go wrong with a folder.

use std::path::{Path, PathBuf};

use ai_detect_trail_log::log::checkpoint::InvalidCheckpoint;
use ai_detect_trail_log::log::key::InvalidKey;

use crate::segments::name::SegmentName;

/// Why a folder could not be made, opened, written or read.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused.
    #[error("{}: the database cannot be used: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no trail.
    #[error("{}: there is no trail in this folder", .0.display())]
    NoTrail(PathBuf),
    /// There is something else.
    #[error("{}: the folder is not empty, and is not a trail: choose another one", .0.display())]
    NotOurs(PathBuf),
    /// A newer version made it.
    #[error("{}: the trail has format {found}, and this version knows {known}: use a newer version", path.display())]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format of this version.
        known: i64,
    },
    /// The key cannot be read.
    #[error("{}: {source}", path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        source: InvalidKey,
    },
    /// The last checkpoint cannot be read.
    #[error("{}: {source}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Why.
        source: InvalidCheckpoint,
    },
    /// What is stored is not what was stored.
    #[error("{}: {problem}: nothing is signed until this is mended from a backup", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// Where and how.
        problem: Damage,
    },
    /// Another process seals.
    #[error("{}: another process seals this trail at the moment: try again later", .0.display())]
    Sealing(PathBuf),
    /// The system has no random bytes.
    #[error("the system gives no random bytes")]
    Random,
    /// The writer has stopped.
    #[error("the writer of the trail has stopped after a failed write: see its first error, and start again")]
    Stopped,
}

/// What does not fit what was stored before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// A row is not there.
    #[error("entry {index} is missing")]
    Missing {
        /// The index of the entry.
        index: u64,
    },
    /// A row has other bytes than were hashed.
    #[error("entry {index} is not the one that was stored")]
    Entry {
        /// The index of the entry.
        index: u64,
    },
    /// The tree that was stored is not the one over the rows.
    #[error("the hashes of entries {first} to {last} do not lead to the root that was stored")]
    Root {
        /// The first entry after the last checkpoint.
        first: u64,
        /// The last entry.
        last: u64,
    },
    /// Entries are not those that were signed.
    #[error("entries {first} to {last}: at least one of them is not the one that was signed")]
    Unsigned {
        /// The first entry that may be another one.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// The log was longer when it was signed.
    #[error("{signed} entries were signed for, and {stored} are there")]
    Shrunk {
        /// The size of the checkpoint.
        signed: u64,
        /// The size of the log.
        stored: u64,
    },
    /// The tiles are not those of the checkpoint.
    #[error("the tiles do not lead to the root of the checkpoint of {size} entries")]
    Tiles {
        /// The size of the checkpoint.
        size: u64,
    },
    /// A sealed file does not hold what was sealed.
    #[error("entries {} to {}: {name} {problem}", name.first, name.last)]
    Segment {
        /// The file.
        name: SegmentName,
        /// What is wrong with it.
        problem: SegmentProblem,
    },
    /// A stored value has not its form.
    #[error("a row of {table} has a value that it cannot have")]
    Value {
        /// The table.
        table: &'static str,
    },
}

/// What is wrong with a sealed file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SegmentProblem {
    /// It is not there.
    #[error("is missing")]
    Missing,
    /// It is longer or shorter.
    #[error("has {found} bytes, and {expected} were sealed")]
    Length {
        /// How many bytes were sealed.
        expected: u64,
        /// How many there are.
        found: u64,
    },
    /// Some byte of it is another one.
    #[error("was changed: its SHA-256 is not the one that was noted")]
    Changed,
    /// It does not continue the file before it.
    #[error("does not continue the file before it")]
    Order,
    /// Its bytes are those that were noted, and cannot be read.
    #[error("is no readable file of entries")]
    Unreadable,
    /// Its entries do not lead to their signed hash.
    #[error("was changed: one of its entries {first} to {last} is not the one that was signed")]
    Entries {
        /// The first entry that may be another one.
        first: u64,
        /// The last one.
        last: u64,
    },
    /// It holds other entries than its name says.
    #[error("does not hold the entries that its name says")]
    Rows,
}

impl StoreError {
    pub(crate) fn database(path: &Path) -> impl Fn(rusqlite::Error) -> Self + '_ {
        |source| Self::Database { path: path.to_owned(), source }
    }

    pub(crate) fn file(path: &Path) -> impl Fn(std::io::Error) -> Self + '_ {
        |source| Self::File { path: path.to_owned(), source }
    }

    /// The same error, about the folder of which the folder in it is a copy.
    pub(crate) fn of_copy(mut self, copy: &Path, original: &Path) -> Self {
        match &mut self {
            Self::Database { path, .. }
            | Self::File { path, .. }
            | Self::NoTrail(path)
            | Self::NotOurs(path)
            | Self::Newer { path, .. }
            | Self::Key { path, .. }
            | Self::Checkpoint { path, .. }
            | Self::Damaged { path, .. }
            | Self::Sealing(path) => *path = in_original(path, copy, original),
            Self::Random | Self::Stopped => {}
        }
        self
    }

    /// Whether the disk has no room.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Database { source, .. } if source.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull))
    }

    /// Whether nothing that was written after it can be relied on.
    pub(crate) fn is_fatal(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, SystemIoFailure};
        match self {
            Self::Database { source, .. } => {
                matches!(source.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase | SystemIoFailure))
            }
            Self::Damaged { .. } => true,
            _ => false,
        }
    }
}

/// The path in a folder that stands for one in its copy.
pub(crate) fn in_original(path: &Path, copy: &Path, original: &Path) -> PathBuf {
    match path.strip_prefix(copy) {
        Ok(below) if below.as_os_str().is_empty() => original.to_owned(),
        Ok(below) => original.join(below),
        Err(_) => path.to_owned(),
    }
}
