//! Writing a file so that whoever reads it finds either the old content or all of the new.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::Error;
use crate::place::{self, Place};
use crate::signals::with_signals_deferred;

/// A file that is to get new content.
pub struct Replacement {
    path: PathBuf,
    /// Where the content is written first; `None` for what is no regular file, such as a pipe, or is open already.
    beside: Option<PathBuf>,
}

impl Replacement {
    /// Looks whether a file can be written, and leaves it as it is. A link of the user's stays a link: what it points
    /// to is replaced. A link in a work tree is refused.
    ///
    /// # Errors
    /// Where it may not be written there, or the system refuses.
    pub fn of(path: &Path) -> Result<Self, Error> {
        Self::at(Place::refusing_link(path)?)
    }

    /// The same for a file that a job leaves in its checkout. It takes the place of a link that has its very name, so that
    /// a change cannot keep a job from leaving its results by a link. A folder with that name is not removed: that is an
    /// error, and names it.
    ///
    /// # Errors
    /// As [`Replacement::of`].
    pub fn of_job(path: &Path) -> Result<Self, Error> {
        Self::at(place::find(path)?)
    }

    fn at(place: Place) -> Result<Self, Error> {
        let (path, found) = match place {
            Place::Open(path) => return Ok(Replacement { path, beside: None }),
            Place::Path(path) => (path.clone(), std::fs::metadata(&path).ok()),
            Place::Link(path) => (path, None),
        };
        let special = found.as_ref().is_some_and(|found| !found.is_file() && !found.is_dir());
        if found.is_some_and(|found| found.is_dir()) {
            return Err(Error::Folder { path });
        }
        let Some(name) = path.file_name().filter(|_| !special) else {
            return Ok(Replacement { path, beside: None });
        };
        let name = format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id());
        let beside = path.with_file_name(name);
        let replacement = Replacement { beside: Some(beside.clone()), path };
        // Tried and taken away at once: whoever is killed while working leaves nothing behind.
        let tried = with_signals_deferred(|| create(&beside).and_then(|_| std::fs::remove_file(&beside)));
        tried.map_err(|problem| Error::write(&replacement.path, problem))?;
        Ok(replacement)
    }

    /// Writes the content, and puts it in the place of the old.
    ///
    /// # Errors
    /// Where the system refuses; the old content is there then.
    pub fn write(self, content: &[u8]) -> Result<(), Error> {
        let Some(beside) = &self.beside else {
            // A pipe may wait for its reader as long as it likes. What a shell appends to is not begun anew.
            let written = OpenOptions::new().append(true).open(&self.path).and_then(|mut file| file.write_all(content));
            return written.map_err(|problem| Error::write(&self.path, problem));
        };
        let write = || {
            let mut file = create(beside)?;
            // What only some may read stays so.
            if let Some(old) = std::fs::symlink_metadata(&self.path).ok().filter(std::fs::Metadata::is_file) {
                file.set_permissions(old.permissions())?;
            }
            file.write_all(content)?;
            file.sync_all()?;
            std::fs::rename(beside, &self.path)
        };
        with_signals_deferred(write).map_err(|problem| Error::write(&self.path, problem))
    }
}

/// A new file, never what a link leads to.
///
/// # Errors
/// Where the system refuses.
pub fn create(beside: &Path) -> std::io::Result<File> {
    // A process that had the same number may have been stopped here.
    let _ = std::fs::remove_file(beside);
    OpenOptions::new().write(true).create_new(true).open(beside)
}

impl Drop for Replacement {
    fn drop(&mut self) {
        // After a rename there is nothing left to remove.
        if let Some(beside) = &self.beside {
            let _ = std::fs::remove_file(beside);
        }
    }
}
