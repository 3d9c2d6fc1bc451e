//! Files and folders of this user alone, whole after a power cut.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use crate::error::SpoolError;

/// Makes a folder and those above it, and refuses one that others can write into.
///
/// # Errors
///
/// When it cannot be made, or is not this user's alone.
pub fn private_folder(folder: &Path) -> Result<(), SpoolError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(SpoolError::file(folder))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Not through a link: /var/tmp belongs to everybody.
        let found = fs::symlink_metadata(folder).map_err(SpoolError::file(folder))?;
        let own = found.is_dir() && found.uid() == rustix::process::geteuid().as_raw();
        if !own || found.mode() & 0o022 != 0 {
            return Err(SpoolError::NotPrivate(folder.to_owned()));
        }
    }
    Ok(())
}

/// Gives a file new content, for its owner alone. Whoever reads it finds the old content or all of the new.
///
/// # Errors
///
/// When it cannot be written. The old content is then still there.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), SpoolError> {
    let failed = SpoolError::file(path);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut beside = tempfile::NamedTempFile::new_in(folder).map_err(&failed)?;
    beside.write_all(content).map_err(&failed)?;
    beside.as_file().sync_all().map_err(&failed)?;
    beside.persist(path).map_err(|error| failed(error.error))?;
    sync_folder(folder)
}

/// What a file holds; `None` where there is none.
///
/// # Errors
///
/// When it is there and cannot be read as text.
pub fn read(path: &Path) -> Result<Option<String>, SpoolError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(SpoolError::File { path: path.to_owned(), source }),
    }
}

/// Removes a file, if it is there.
///
/// # Errors
///
/// When it is there and cannot be removed.
pub fn remove(path: &Path) -> Result<(), SpoolError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            Err(SpoolError::File { path: path.to_owned(), source })
        }
        _ => path.parent().map_or(Ok(()), sync_folder),
    }
}

/// Brings the names in a folder to the disk.
///
/// # Errors
///
/// When the folder cannot be opened.
pub fn sync_folder(folder: &Path) -> Result<(), SpoolError> {
    // Elsewhere a folder cannot be opened as a file, and renaming is durable by itself.
    if cfg!(unix) {
        File::open(folder).and_then(|opened| opened.sync_all()).map_err(SpoolError::file(folder))?;
    }
    Ok(())
}

/// Opens a file that processes take locks on.
///
/// # Errors
///
/// When it cannot be opened.
pub fn lock_file(path: &Path) -> Result<File, SpoolError> {
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map_err(SpoolError::file(path))
}
