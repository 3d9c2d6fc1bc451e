//! Where the files of the client lie: in the user's folder for state, and the spool always on a disk of this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::error::SpoolError;
use crate::files;

/// Names the folder for all state of this program, in place of the user's folder for state.
pub const STATE_VARIABLE: &str = "AI_DETECT_STATE_DIR";
/// The folder of this program in the user's folder for state.
const PROGRAM: &str = "ai-detect";
/// The folder of the client in it.
const BELOW: &str = "trail";

/// The folders of the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// For what the collector gave at joining. It may be on a network.
    pub state: PathBuf,
    /// For the spool and what belongs to it.
    pub spool: PathBuf,
    /// The file system of [`Self::state`], where the spool could not stay in it.
    pub moved_from: Option<&'static str>,
}

/// What is asked of the machine.
pub struct Machine<'a> {
    /// A variable of the environment.
    pub variable: &'a dyn Fn(&str) -> Option<OsString>,
    /// The name of a network file system, if the folder is on one.
    pub network: &'a dyn Fn(&Path) -> std::io::Result<Option<&'static str>>,
    /// Folders that outlast a start of the machine and are usually local.
    pub local: &'a [PathBuf],
}

impl Place {
    /// Finds the folders of this user, and makes them.
    ///
    /// # Errors
    ///
    /// When the environment names none, when they cannot be made, and when none is on a disk of this machine.
    pub fn of_user() -> Result<Self, SpoolError> {
        let local = local_folders();
        Self::find(&Machine { variable: &|name| std::env::var_os(name), network: &network_of, local: &local })
    }

    /// The same on a machine that is described.
    ///
    /// # Errors
    ///
    /// As [`Self::of_user`].
    pub fn find(machine: &Machine<'_>) -> Result<Self, SpoolError> {
        let state = state_folder(machine.variable)?.join(BELOW);
        files::private_folder(&state)?;
        let network = |folder: &Path| (machine.network)(folder).map_err(SpoolError::file(folder));
        let Some(filesystem) = network(&state)? else {
            return Ok(Self { spool: state.clone(), state, moved_from: None });
        };
        for folder in machine.local {
            // What is not there, or is somebody else's, is no place for a spool; the next may be.
            if files::private_folder(folder).is_ok() && network(folder)?.is_none() {
                return Ok(Self { state, spool: folder.clone(), moved_from: Some(filesystem) });
            }
        }
        Err(SpoolError::NoLocalFolder { state, filesystem })
    }
}

/// The folder of this program for state. It is not made.
///
/// # Errors
///
/// When the environment names none, and when it names one whose place depends on where the program is started.
pub fn state_folder(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<PathBuf, SpoolError> {
    if let Some(own) = variable(STATE_VARIABLE).filter(|own| !own.is_empty()).map(PathBuf::from) {
        return if own.is_absolute() { Ok(own) } else { Err(SpoolError::RelativeStateFolder(own)) };
    }
    let folder = |name| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let usual = || {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            Some(folder("HOME")?.join("Library/Application Support"))
        } else {
            Some(folder("HOME")?.join(".local/state"))
        }
    };
    let found = folder("XDG_STATE_HOME").or_else(usual).ok_or(SpoolError::NoStateFolder)?;
    Ok(found.join(PROGRAM))
}

/// Where a spool goes that cannot stay in the folder for state. Folders that are emptied at each start are not among them.
#[cfg(unix)]
fn local_folders() -> Vec<PathBuf> {
    let name = format!("ai-detect-{}", rustix::process::geteuid().as_raw());
    let mut folders = vec![Path::new("/var/tmp").join(&name)];
    let temporary = std::env::temp_dir();
    if temporary.is_absolute() {
        folders.push(temporary.join(name));
    }
    folders
}

#[cfg(not(unix))]
fn local_folders() -> Vec<PathBuf> {
    vec![std::env::temp_dir().join("ai-detect-trail")]
}

/// The file systems on which several machines, or a program, stand behind a file. SQLite's WAL needs memory that all
/// processes share, and locks that hold.
#[cfg(target_os = "linux")]
const NETWORKS: [(i64, &str); 20] = [
    (0x6969, "NFS"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x0102_1997, "9P"),
    (0x6573_5546, "FUSE"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x7375_7245, "Coda"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x7461_636f, "OCFS2"),
    (0x0116_1970, "GFS2"),
    (0x786f_4256, "VirtualBox"),
    (0x7c7c_6673, "Parallels"),
    (0x1983_0326, "BeeGFS"),
    (0xaad7_aaea, "PanFS"),
    (0x564c, "NCP"),
    (0x4d43_4b4c, "OrangeFS"),
];

/// The name of the network file system on which a folder is; `None` for a disk of this machine.
#[cfg(target_os = "linux")]
fn network_of(folder: &Path) -> std::io::Result<Option<&'static str>> {
    let magic = rustix::fs::statfs(folder)?.f_type;
    // The field is narrower on some machines, and signed on others.
    #[allow(clippy::useless_conversion)]
    let magic = i64::from(magic) & 0xffff_ffff;
    Ok(NETWORKS.iter().find(|(number, _)| *number == magic).map(|(_, name)| *name))
}

#[cfg(target_os = "macos")]
fn network_of(folder: &Path) -> std::io::Result<Option<&'static str>> {
    const MNT_LOCAL: u32 = 0x1000;
    let found = rustix::fs::statfs(folder)?;
    Ok((found.f_flags & MNT_LOCAL == 0).then_some("a mounted volume"))
}

/// Not looked at elsewhere.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn network_of(_: &Path) -> std::io::Result<Option<&'static str>> {
    Ok(None)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn variables(set: &[(&'static str, PathBuf)]) -> impl Fn(&str) -> Option<OsString> {
        move |name| set.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone().into())
    }

    #[test]
    fn the_spool_lies_in_the_folder_for_state() {
        let home = tempfile::tempdir().unwrap();
        let local = |_: &Path| Ok(None);
        let find = |set: &[(&'static str, PathBuf)]| {
            Place::find(&Machine { variable: &variables(set), network: &local, local: &[] })
        };
        let state = home.path().join("state");
        // The variable of this program alone names the folder itself.
        let own = find(&[("AI_DETECT_STATE_DIR", state.join("own")), ("XDG_STATE_HOME", state.clone())]).unwrap();
        assert_eq!(own.state, state.join("own/trail"));
        let relative = find(&[("AI_DETECT_STATE_DIR", "own".into()), ("HOME", home.path().into())]);
        assert!(matches!(relative, Err(SpoolError::RelativeStateFolder(_))));
        let found = find(&[("XDG_STATE_HOME", state.clone()), ("HOME", home.path().into())]).unwrap();
        assert_eq!(found.spool, state.join("ai-detect/trail"));
        assert_eq!((found.state, found.moved_from), (state.join("ai-detect/trail"), None));
        // A path that is not absolute would be another one in each folder.
        let found = find(&[("XDG_STATE_HOME", "state".into()), ("HOME", home.path().into())]).unwrap();
        assert!(found.spool.starts_with(home.path()) && !found.spool.starts_with(&state));
        assert!(matches!(find(&[]), Err(SpoolError::NoStateFolder)));
    }

    #[test]
    fn on_a_network_the_spool_moves_to_a_local_folder() {
        let home = tempfile::tempdir().unwrap();
        let (remote, local, other) = (home.path().join("nfs"), home.path().join("local"), home.path().join("other"));
        let set = [("XDG_STATE_HOME", remote.clone())];
        let variable = variables(&set);
        let network = |path: &Path| Ok((path.starts_with(&remote) || path.starts_with(&other)).then_some("NFS"));
        let machine = Machine { variable: &variable, network: &network, local: &[other.clone(), local.clone()] };
        let found = Place::find(&machine).unwrap();
        assert_eq!((found.spool, found.moved_from), (local, Some("NFS")));
        assert!(found.state.starts_with(&remote));
        let machine = Machine { local: std::slice::from_ref(&other), ..machine };
        let error = Place::find(&machine).unwrap_err().to_string();
        assert!(error.contains("network file system (NFS)") && error.contains("XDG_STATE_HOME"), "{error}");
    }

    #[test]
    fn a_folder_into_which_others_can_write_is_not_used() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let home = tempfile::tempdir().unwrap();
        let open = home.path().join("open");
        std::fs::create_dir(&open).unwrap();
        std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
        assert!(matches!(files::private_folder(&open), Err(SpoolError::NotPrivate(_))));
        let link = home.path().join("link");
        symlink(home.path(), &link).unwrap();
        assert!(matches!(files::private_folder(&link), Err(SpoolError::NotPrivate(_))));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_disk_is_local_and_proc_is_no_network() {
        assert_eq!(network_of(Path::new("/proc")).unwrap(), None);
        assert_eq!(NETWORKS.iter().map(|(number, _)| number).collect::<std::collections::BTreeSet<_>>().len(), 20);
    }
}
