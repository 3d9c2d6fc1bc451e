//! The objects of a push, which git keeps apart until the hooks of the server have let it in.
//!
//! Git names their folder to its hooks in the environment. The git library reads one folder of objects and those that its
//! file of alternates names, so it gets a folder for the time of the run that names both.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gix::ThreadSafeRepository;
use gix::odb::Store;
use tempfile::TempDir;

use super::Error;

/// Git sets it for hooks only, beside those that name the folders.
const QUARANTINE: &str = "GIT_QUARANTINE_PATH";
const OBJECTS: &str = "GIT_OBJECT_DIRECTORY";
const ALTERNATES: &str = "GIT_ALTERNATE_OBJECT_DIRECTORIES";

/// A folder that names the folders of objects; it goes with the last one who reads them.
pub(super) type Folder = Arc<TempDir>;

/// The folders of objects that git names to a hook, the one of the push first.
fn named() -> Option<Vec<PathBuf>> {
    std::env::var_os(QUARANTINE)?;
    // Git names further folders only where there are some.
    let alternates = std::env::var_os(ALTERNATES).unwrap_or_default();
    let folders = std::iter::once(PathBuf::from(std::env::var_os(OBJECTS)?)).chain(std::env::split_paths(&alternates));
    Some(folders.filter(|folder| !folder.as_os_str().is_empty()).collect())
}

/// Makes a repository read the objects of a push, too, in a hook that looks at one.
pub(super) fn join(repository: &mut ThreadSafeRepository) -> Result<Option<Folder>, Error> {
    let Some(folders) = named() else { return Ok(None) };
    let what = || "the objects of the push".to_owned();
    let failed = |error: std::io::Error| Error::library(what(), error);
    let own = repository.objects.path().to_owned();
    let folder = TempDir::with_prefix("ai-detect-objects-").map_err(failed)?;
    let info = folder.path().join("info");
    std::fs::create_dir(&info).map_err(failed)?;
    let mut alternates = Vec::new();
    for objects in folders.iter().chain(std::iter::once(&own)) {
        // Git passes over a folder that is not there.
        if let Ok(objects) = std::fs::canonicalize(objects) {
            alternates.extend_from_slice(&line(&objects)?);
        }
    }
    std::fs::write(info.join("alternates"), alternates).map_err(failed)?;
    let mut replacements = repository.objects.replacements().collect::<Vec<_>>().into_iter();
    let hash = repository.objects.object_hash();
    let store =
        Store::at_opts(folder.path().to_owned(), hash, &mut replacements, gix::odb::store::init::Options::default());
    repository.objects = Arc::new(store.map_err(failed)?);
    Ok(Some(Arc::new(folder)))
}

/// A path as a line of a file of alternates.
fn line(path: &Path) -> Result<Vec<u8>, Error> {
    let path = gix::path::into_bstr(path).map_err(|error| Error::library(path.display().to_string(), error))?;
    let mut line = gix::quote::ansi_c::quote(path.as_ref()).to_vec();
    line.push(b'\n');
    Ok(line)
}
