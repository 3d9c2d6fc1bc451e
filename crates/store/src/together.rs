//! Several files of a folder that are worth something only together: all are replaced, or none is, also where the
//! disk is full, a name cannot be changed, or the process is killed between two of them.
//!
//! The new files are made in `.new` and count from the moment when it is called `.next`: whoever reads the folder looks
//! there first. Then each takes the place of the old one, which waits in `.old` in case that another cannot.

use std::fs::{File, TryLockError};
use std::io::{self, ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

use crate::{Error, place};
use ai_detect_style::pack::NEXT;

const NEW: &str = ".new";
const OLD: &str = ".old";

/// Replaces files of a folder by their paths within it, and makes both where they are missing. Other files
/// of the folder stay as they are.
///
/// # Errors
/// Where a link of a work tree is on the way, another run writes, or the system refuses. All files are the old ones then.
pub fn replace(folder: &Path, files: &[(String, String)]) -> std::result::Result<(), Error> {
    let folder = &place::of(folder)?;
    let names = files.iter().map(|(path, _)| path.as_str()).chain([NEW, NEXT, OLD]);
    // What lies in the folder may be links, too.
    names.map(|name| place::of(&folder.join(name))).collect::<std::result::Result<Vec<_>, _>>()?;
    Folder { folder, rename: &|from, to| std::fs::rename(from, to) }
        .replace(files)
        .map_err(|(path, problem)| Error::Write { path, problem })
}

struct Folder<'a> {
    folder: &'a Path,
    /// The only thing that changes what counts.
    rename: &'a dyn Fn(&Path, &Path) -> Result<()>,
}

/// What could not be written, and why.
type Problem = (PathBuf, io::Error);

impl Folder<'_> {
    fn replace(&self, files: &[(String, String)]) -> std::result::Result<(), Problem> {
        let is_ours = !self.folder.exists();
        let of_folder = |error| (self.folder.to_owned(), error);
        std::fs::create_dir_all(self.folder).map_err(of_folder)?;
        let _lock = self.lock().map_err(of_folder)?;
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        if self.folder.join(NEXT).is_dir() {
            // Another run was killed when its files counted already.
            self.place(&paths)?;
        }
        let made = self.make(files).and_then(|()| (self.rename)(&self.at(NEW), &self.at(NEXT)).map_err(of_folder));
        if let Err(problem) = made {
            let _ = std::fs::remove_dir_all(self.at(NEW));
            if is_ours {
                let _ = std::fs::remove_dir(self.folder);
            }
            return Err(problem);
        }
        self.place(&paths)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.join(path)
    }

    /// Keeps a second run out. It goes with the process, however that ends; not every system knows it.
    fn lock(&self) -> Result<Option<File>> {
        let Ok(folder) = File::open(self.folder) else { return Ok(None) };
        match folder.try_lock() {
            Err(TryLockError::WouldBlock) => {
                Err(io::Error::new(ErrorKind::ResourceBusy, "another run is writing to it"))
            }
            _ => Ok(Some(folder)),
        }
    }

    /// Writes the new files where they do not count yet, and looks whether their places can be taken.
    fn make(&self, files: &[(String, String)]) -> std::result::Result<(), Problem> {
        for left in [NEW, OLD].map(|name| self.at(name)).into_iter().filter(|left| left.exists()) {
            std::fs::remove_dir_all(&left).map_err(|error| (left, error))?;
        }
        for (path, content) in files {
            let place = self.at(path);
            let write = || {
                if place.is_dir() {
                    return Err(ErrorKind::IsADirectory.into());
                }
                with_parent(&place)?;
                let mut file = File::create(with_parent(&self.at(NEW).join(path))?)?;
                file.write_all(content.as_bytes())?;
                file.sync_all()
            };
            write().map_err(|error| (place.clone(), error))?;
        }
        Ok(())
    }

    /// Brings all that waits in `.next` to its place, or everything back to where it was.
    fn place(&self, paths: &[&str]) -> std::result::Result<(), Problem> {
        for path in paths {
            if let Err(problem) = self.place_one(path) {
                return Err(match self.back(paths) {
                    Ok(()) => (self.at(path), problem),
                    // Either way the files of one model count, and the next run goes on here.
                    Err(_) => (
                        self.at(path),
                        io::Error::new(
                            problem.kind(),
                            format!("{problem}; what is in {} counts", self.at(NEXT).display()),
                        ),
                    ),
                });
            }
        }
        let _ = std::fs::remove_dir_all(self.at(OLD));
        let next = self.at(NEXT);
        std::fs::remove_dir_all(&next).map_err(|error| (next, error))
    }

    fn place_one(&self, path: &str) -> Result<()> {
        let (next, place, old) = (self.at(NEXT).join(path), self.at(path), self.at(OLD).join(path));
        if !next.exists() {
            return Ok(());
        }
        if place.exists() {
            (self.rename)(&place, with_parent(&old)?)?;
        }
        (self.rename)(&next, with_parent(&place)?)
    }

    /// What is in `.next` counts until it is complete again, and then no longer.
    fn back(&self, paths: &[&str]) -> Result<()> {
        for path in paths {
            let (next, place, old) = (self.at(NEXT).join(path), self.at(path), self.at(OLD).join(path));
            if !next.exists() {
                (self.rename)(&place, &next)?;
            }
            if old.exists() {
                (self.rename)(&old, &place)?;
            }
        }
        (self.rename)(&self.at(NEXT), &self.at(NEW))?;
        let _ = std::fs::remove_dir_all(self.at(NEW));
        let _ = std::fs::remove_dir_all(self.at(OLD));
        Ok(())
    }
}

/// Makes the folder that a file lies in.
fn with_parent(path: &Path) -> Result<&Path> {
    path.parent().map_or(Ok(()), std::fs::create_dir_all).map(|()| path)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    const PATHS: [&str; 4] = ["model.yml", "trees/code.tsv", "trees/message.tsv", "weights.tsv"];

    fn files(content: &str) -> Vec<(String, String)> {
        PATHS.map(|path| (path.to_owned(), content.to_owned())).into()
    }

    /// What whoever reads the folder finds: one content in all files, or none.
    fn read(folder: &Path) -> Option<String> {
        let found = PATHS.map(|path| {
            std::fs::read_to_string(folder.join(NEXT).join(path))
                .or_else(|_| std::fs::read_to_string(folder.join(path)))
                .ok()
        });
        assert!(found.iter().all(|content| *content == found[0]), "a mix: {found:?}");
        found[0].clone()
    }

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Replaces, with every rename from one on (or only that one) refused; says whether any was.
    fn refused(folder: &Path, content: &str, from: usize, all: bool) -> (bool, bool) {
        let (count, any) = (Cell::new(0), Cell::new(false));
        let rename = |old: &Path, new: &Path| {
            count.set(count.get() + 1);
            let refuse = count.get() == from || (all && count.get() > from);
            any.set(any.get() || refuse);
            if refuse { Err(ErrorKind::PermissionDenied.into()) } else { std::fs::rename(old, new) }
        };
        (Folder { folder, rename: &rename }.replace(&files(content)).is_ok(), any.get())
    }

    #[test]
    fn a_rename_that_fails_leaves_all_as_it_was() {
        for start in ["nothing", "old"] {
            for at in 1.. {
                let area = tempfile::tempdir().unwrap();
                let folder = area.path().join("model");
                std::fs::create_dir(&folder).unwrap();
                std::fs::write(folder.join("README.md"), "mine").unwrap();
                if start == "old" {
                    replace(&folder, &files("old")).unwrap();
                }
                let before = names(&folder);
                let (replaced, any) = refused(&folder, "new", at, false);
                assert_eq!(replaced, !any, "{start} {at}");
                if !any {
                    assert_eq!(read(&folder).as_deref(), Some("new"));
                    assert_eq!(names(&folder), ["README.md", "model.yml", "trees", "weights.tsv"]);
                    assert!(at > PATHS.len());
                    break;
                }
                assert_eq!(read(&folder).as_deref(), (start == "old").then_some("old"), "{at}");
                assert!(start == "nothing" || names(&folder) == before, "{at}: {:?}", names(&folder));
            }
        }
    }

    #[test]
    fn whatever_moment_it_is_cut_off_at_all_is_old_or_all_is_new_and_the_next_run_cleans_up() {
        let mut seen = Vec::new();
        for at in 1.. {
            let area = tempfile::tempdir().unwrap();
            let folder = area.path().join("model");
            replace(&folder, &files("old")).unwrap();
            // Nothing is renamed from here on, backwards neither: what a kill would leave.
            let (_, any) = refused(&folder, "new", at, true);
            seen.extend(read(&folder));
            // Another test may start a program just now, which holds the lock until it runs.
            while let Err(failure) = replace(&folder, &files("newer")) {
                assert!(failure.to_string().contains("another run is writing"), "{failure}");
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
            assert_eq!(read(&folder).as_deref(), Some("newer"));
            assert_eq!(names(&folder), ["model.yml", "trees", "weights.tsv"]);
            if !any {
                break;
            }
        }
        assert_eq!(seen.first().map(String::as_str), Some("old"));
        assert!(seen.iter().skip(1).all(|content| content == "new") && seen.len() > 2 * PATHS.len(), "{seen:?}");
    }

    #[test]
    #[cfg(unix)]
    fn nothing_is_written_or_taken_away_through_a_link_of_a_work_tree() {
        for link in ["trees", ".new", ".next", ".old", "model.yml", "."] {
            let area = tempfile::tempdir().unwrap();
            let (folder, outside) = (area.path().join("tree/model"), area.path().join("outside"));
            std::fs::create_dir_all(area.path().join("tree/.git")).unwrap();
            std::fs::create_dir_all(&outside).unwrap();
            std::fs::write(outside.join("model.yml"), "precious").unwrap();
            let at = if link == "." { folder.clone() } else { folder.join(link) };
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            std::os::unix::fs::symlink(&outside, at).unwrap();
            let told = replace(&folder, &files("new")).unwrap_err().to_string();
            assert!(told.contains("is a symbolic link in a work tree"), "{link}: {told}");
            assert_eq!(names(&outside), ["model.yml"], "{link}");
            assert_eq!(std::fs::read_to_string(outside.join("model.yml")).unwrap(), "precious", "{link}");
        }
    }

    #[test]
    fn a_second_run_is_kept_out() {
        let area = tempfile::tempdir().unwrap();
        let held = File::open(area.path()).unwrap();
        held.try_lock().unwrap();
        let told = replace(area.path(), &files("new")).unwrap_err().to_string();
        assert_eq!(told, format!("cannot write {}: another run is writing to it", area.path().display()));
        assert!(names(area.path()).is_empty());
    }
}
