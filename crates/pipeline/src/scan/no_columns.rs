//! What stands in for `columns` in a build without Parquet: every use says so.

use std::io::Write;

use super::key::Key;
use super::landed::Landed;
use super::row::Row;

/// Why a file cannot be made or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The feature is not part of this build.
    #[error("this build does not know Parquet; write lines instead, or use a build with the feature `parquet`")]
    NotBuilt,
}

/// Refuses to write.
///
/// # Errors
/// Always.
pub fn write(_: &[Row], _: impl Write + Send) -> Result<(), Error> {
    Err(Error::NotBuilt)
}

/// Refuses to read.
///
/// # Errors
/// Always.
pub fn keys<R>(_: R) -> Result<Vec<Key>, Error> {
    Err(Error::NotBuilt)
}

/// Refuses to read.
///
/// # Errors
/// Always.
pub fn landed<R>(_: R) -> Result<Vec<Landed>, Error> {
    Err(Error::NotBuilt)
}
