//! Why something is not kept.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::place::PlaceError;

/// Why something is not kept. Nothing that was there before is changed then.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// It does not go there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// A file has the name of a folder.
    #[error("{path} is a folder", path = .path.display())]
    Folder {
        /// As given, without links.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("cannot write {path}: {problem}", path = .path.display(), problem = Problem(.problem))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        problem: io::Error,
    },
    /// Another run has the table.
    #[error("another run is writing to {path}; wait for it, or name another --output", path = .path.display())]
    InUse {
        /// The table.
        path: PathBuf,
    },
    /// A table of lines is no file.
    #[error("{path} is no file; without --output, lines go to standard output", path = .path.display())]
    NotAFile {
        /// The table.
        path: PathBuf,
    },
    /// A file that somebody else made.
    #[error(
        "{path}: line {line} is no row of `ai-detect scan`; nothing was written, name another --output",
        path = .path.display()
    )]
    NotARow {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// A folder that somebody else made.
    #[error("{path} is no folder of `ai-detect scan`; nothing was written, name another --output", path = .path.display())]
    NotATable {
        /// The folder.
        path: PathBuf,
    },
    /// A file of a table that cannot be read, or that somebody else made.
    #[error("{path}: {problem}; nothing was written, name another --output", path = .path.display())]
    NotAPart {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        problem: String,
    },
    /// A row that cannot be written in the form of the table.
    #[error("a row cannot be written: {0}")]
    Row(String),
}

impl Error {
    pub(crate) fn write(path: &Path, problem: io::Error) -> Self {
        Error::Write { path: path.to_owned(), problem }
    }

    /// Whether another argument is what helps.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Error::NotAFile { .. } | Error::NotARow { .. } | Error::NotATable { .. } | Error::NotAPart { .. }
        )
    }
}

/// An error of the system in words.
struct Problem<'a>(&'a io::Error);

impl std::fmt::Display for Problem<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.kind() {
            ErrorKind::StorageFull => out.write_str("the disk is full"),
            _ => self.0.fmt(out),
        }
    }
}
