//! Why a table cannot be written.

use std::io::ErrorKind;
use std::path::Path;

use crate::cli::Failure;

/// Another run has the table.
pub(super) fn in_use(path: &Path) -> Failure {
    Failure::failed(format!("another run is writing to {}; wait for it, or name another --output", path.display()))
}

/// A table that cannot be read or written.
pub(super) fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    let what = if error.kind() == ErrorKind::StorageFull { "the disk is full".into() } else { error.to_string() };
    Failure::failed(format!("cannot write {}: {what}", path.display()))
}
