//! Where a file is written. A change can put symbolic links into a work tree, so nothing is written through one that lies
//! there. Links elsewhere are the user's own and followed: a home folder on another disk, `/dev/stdout`.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::path::{Component, Path, PathBuf};

/// The most links that may follow each other; Linux has the same limit.
const MAX_LINKS: usize = 40;

/// Why a file is not written there.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// A link that the change may have brought.
    #[error(
        "cannot write {path}: {link} is a symbolic link in a work tree. A change can bring such a link to overwrite \
         another file. Remove it, or name its target",
        path = .path.display(), link = .link.display()
    )]
    Link {
        /// As given.
        path: PathBuf,
        /// The link.
        link: PathBuf,
    },
    /// Links that lead to each other.
    #[error("cannot write {path}: too many symbolic links follow each other", path = .path.display())]
    TooManyLinks {
        /// As given.
        path: PathBuf,
    },
    /// The folder that we are in is gone, or may not be read.
    #[error("cannot write {path}: {problem}", path = .path.display())]
    Unreadable {
        /// As given.
        path: PathBuf,
        /// Why.
        problem: std::io::Error,
    },
}

/// Where a file goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A path without links. It need not exist yet.
    Path(PathBuf),
    /// A file that is open already, such as `/dev/stdout`.
    Open(PathBuf),
    /// A link in a work tree that has the very name of the file.
    Link(PathBuf),
}

impl Place {
    /// The place of a file that the user names: a link in a work tree is refused.
    ///
    /// # Errors
    /// Where a link in a work tree is on the way, or links lead nowhere.
    pub(crate) fn refusing_link(path: &Path) -> Result<Self, PlaceError> {
        match find(path)? {
            Place::Link(link) => Err(PlaceError::Link { path: path.to_owned(), link }),
            place => Ok(place),
        }
    }
}

/// The path without links of a file or folder that the user names.
///
/// # Errors
/// As `Place::refusing_link`.
pub fn of(path: &Path) -> Result<PathBuf, PlaceError> {
    match Place::refusing_link(path)? {
        Place::Path(path) | Place::Open(path) | Place::Link(path) => Ok(path),
    }
}

/// Resolves all links but those in a work tree: one on the way is refused, one at the end is returned.
///
/// # Errors
/// Where a link in a work tree is on the way, or links lead nowhere.
pub(crate) fn find(path: &Path) -> Result<Place, PlaceError> {
    let absolute = std::path::absolute(path);
    let absolute = absolute.map_err(|problem| PlaceError::Unreadable { path: path.to_owned(), problem })?;
    let mut rest: VecDeque<OsString> = parts(&absolute).collect();
    let (mut real, mut links) = (PathBuf::new(), 0);
    while let Some(part) = rest.pop_front() {
        match Path::new(&part).components().next() {
            Some(Component::ParentDir) => {
                real.pop();
                continue;
            }
            Some(Component::CurDir) | None => continue,
            Some(Component::Prefix(_) | Component::RootDir | Component::Normal(_)) => {}
        }
        let next = real.join(&part);
        let Ok(target) = std::fs::read_link(&next) else {
            real = next;
            continue;
        };
        if is_of_system(&real) && rest.is_empty() {
            return Ok(Place::Open(absolute));
        }
        // No change can bring a `.git`: a link of that name is the user's own.
        if part != ".git" && !is_of_system(&real) && is_in_work_tree(&real) {
            return match rest.is_empty() {
                true => Ok(Place::Link(next)),
                false => Err(PlaceError::Link { path: path.to_owned(), link: next }),
            };
        }
        links += 1;
        if links > MAX_LINKS {
            return Err(PlaceError::TooManyLinks { path: path.to_owned() });
        }
        // An absolute part starts anew when it is joined.
        parts(&target).rev().for_each(|part| rest.push_front(part));
    }
    Ok(Place::Path(real))
}

fn parts(path: &Path) -> impl DoubleEndedIterator<Item = OsString> {
    path.components().map(|part| part.as_os_str().to_owned())
}

/// Whether the links of a folder are those of the system to devices and open files. No work tree is there.
fn is_of_system(folder: &Path) -> bool {
    folder == Path::new("/dev") || folder.starts_with("/proc")
}

/// The variables that name where forges check out.
pub const WORKSPACES: [&str; 2] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// Whether a folder, given without links, is one where a change can put files: below a folder with a `.git` or where a
/// forge checks out, but not in a `.git`.
fn is_in_work_tree(folder: &Path) -> bool {
    if folder.iter().any(|part| part == ".git") {
        return false;
    }
    let has_git = |folder: &Path| std::fs::symlink_metadata(folder.join(".git")).is_ok();
    let workspaces = WORKSPACES.into_iter().filter_map(std::env::var_os);
    let mut workspaces = workspaces.filter_map(|workspace| std::fs::canonicalize(workspace).ok());
    folder.ancestors().any(has_git) || workspaces.any(|workspace| folder.starts_with(workspace))
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    /// A folder with a work tree in it, without links on the way.
    fn area() -> (tempfile::TempDir, PathBuf) {
        let area = tempfile::tempdir().unwrap();
        let root = std::fs::canonicalize(area.path()).unwrap();
        std::fs::create_dir_all(root.join("tree/.git/hooks")).unwrap();
        std::fs::create_dir_all(root.join("tree/folder")).unwrap();
        std::fs::create_dir_all(root.join("outside")).unwrap();
        (area, root)
    }

    #[test]
    fn links_in_a_work_tree_are_refused_wherever_they_are_on_the_way() {
        let (_area, root) = area();
        symlink("../outside", root.join("tree/link")).unwrap();
        symlink("../../outside/file", root.join("tree/folder/file")).unwrap();
        symlink("tree/link", root.join("own")).unwrap();
        symlink("missing", root.join("tree/dangling")).unwrap();
        for (path, link) in [
            ("tree/link/file", "tree/link"),
            ("tree/folder/../link/file", "tree/link"),
            ("tree/link/../tree/folder/x", "tree/link"),
            ("tree/folder/file", "tree/folder/file"),
            ("tree/dangling", "tree/dangling"),
            ("own/file", "tree/link"),
        ] {
            let found = of(&root.join(path));
            let refused = matches!(&found, Err(PlaceError::Link { link: found, .. }) if *found == root.join(link));
            assert!(refused, "{path}: {found:?}");
        }
        assert!(find(&root.join("tree/link/file")).is_err());
        let link = root.join("tree/folder/file");
        assert_eq!(find(&link).unwrap(), Place::Link(link));
    }

    #[test]
    fn links_elsewhere_are_followed() {
        let (_area, root) = area();
        symlink("outside", root.join("home")).unwrap();
        symlink(root.join("outside/file"), root.join("absolute")).unwrap();
        symlink("../../../outside", root.join("tree/.git/hooks/mine")).unwrap();
        symlink("tree", root.join("checkout")).unwrap();
        std::fs::create_dir_all(root.join("linked")).unwrap();
        symlink("../tree/.git", root.join("linked/.git")).unwrap();
        for (path, place) in [
            ("home/new", "outside/new"),
            ("home/../home/new", "outside/new"),
            ("absolute", "outside/file"),
            ("tree/.git/hooks/mine/commit-msg", "outside/commit-msg"),
            ("checkout/folder/new", "tree/folder/new"),
            ("linked/.git/hooks/commit-msg", "tree/.git/hooks/commit-msg"),
            ("tree/folder/./new/deep", "tree/folder/new/deep"),
        ] {
            assert_eq!(of(&root.join(path)).unwrap(), root.join(place), "{path}");
        }
        symlink("loop", root.join("loop")).unwrap();
        assert!(matches!(of(&root.join("loop/x")), Err(PlaceError::TooManyLinks { .. })));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn open_files_are_not_replaced() {
        for path in ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
            assert_eq!(find(Path::new(path)).unwrap(), Place::Open(path.into()));
        }
        let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap();
        assert_eq!(find(Path::new("/proc/self/cwd/new")).unwrap(), Place::Path(here.join("new")));
    }
}
