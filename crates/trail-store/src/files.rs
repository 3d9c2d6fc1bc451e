//! Writing files so that after a power cut each is whole, old or new.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::error::StoreError;

/// Writes a file beside its place, brings it to the disk, and moves it there.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let beside = path.with_extension("new");
    let failed = StoreError::file(&beside);
    let mut file = create(&beside).map_err(&failed)?;
    file.write_all(bytes).map_err(&failed)?;
    file.sync_all().map_err(&failed)?;
    fs::rename(&beside, path).map_err(StoreError::file(path))
}

/// Brings the names in a folder to the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    // Elsewhere a folder cannot be opened as a file, and renaming is durable by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(StoreError::file(folder))?;
    }
    Ok(())
}

/// Makes a folder and those above it, for its owner alone.
pub(crate) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(StoreError::file(folder))
}

/// Makes a file, or empties it, for its owner alone.
pub(crate) fn create(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
