//! Room that is given up when the disk is full, so that who looked at what can still be written down.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::PathBuf;

use crate::error::StoreError;
use crate::folder::Folder;

/// The file that holds the room.
const NAME: &str = "reserve";

fn path(folder: &Folder) -> PathBuf {
    folder.path().join(NAME)
}

/// Sets room aside, unless it is there already.
///
/// # Errors
///
/// When the disk has no such room.
pub fn set_aside(folder: &Folder, bytes: u64) -> Result<(), StoreError> {
    let path = path(folder);
    let failed = StoreError::file(&path);
    if fs::metadata(&path).is_ok_and(|found| found.len() >= bytes) {
        return Ok(());
    }
    let file = File::options().create(true).truncate(true).write(true).open(&path).map_err(&failed)?;
    let filled = fill(&file, bytes).and_then(|()| file.sync_all());
    if filled.is_err() {
        // Half a reserve would only take what others need.
        give_up(folder)?;
    }
    filled.map_err(&failed)
}

/// Takes the blocks, not only the length.
#[cfg(target_os = "linux")]
fn fill(file: &File, bytes: u64) -> std::io::Result<()> {
    Ok(rustix::fs::fallocate(file, rustix::fs::FallocateFlags::empty(), 0, bytes)?)
}

#[cfg(not(target_os = "linux"))]
fn fill(mut file: &File, bytes: u64) -> std::io::Result<()> {
    use std::io::{Read as _, Write as _};
    std::io::copy(&mut std::io::repeat(0).take(bytes), &mut file)?;
    file.flush()
}

/// Gives the room back. Whether there was some.
pub(crate) fn give_up(folder: &Folder) -> Result<bool, StoreError> {
    let path = path(folder);
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(StoreError::File { path, source }),
    }
}
