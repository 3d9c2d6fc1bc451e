//! What capture keeps beside the spool: the list of repositories, the key of this machine, and whether it pauses.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_client::files;
use ai_detect_trail_client::place;
use ai_detect_trail_log::ids::GapId;
use ai_detect_trail_log::number::Micros;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::repositories::Repositories;

const REPOSITORIES: &str = "repositories.json";
const PAUSE: &str = "paused.json";
const KEY: &str = "key";

/// Why the state of capture cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A file or folder.
    #[error(transparent)]
    File(#[from] SpoolError),
    /// A file holds something else.
    #[error("{}: not written by this program, or damaged: remove it", .0.display())]
    Damaged(PathBuf),
    /// The system has no random bytes.
    #[error("the system gives no random bytes")]
    Random,
}

/// Since when capture pauses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pause {
    /// When it began.
    pub since: Micros,
    /// The gap that it leaves in the trail.
    pub gap: String,
}

/// The key of this machine. What is digested under it says nothing to others.
#[derive(Clone)]
pub struct MachineKey([u8; 32]);

impl MachineKey {
    /// The key.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A fixed key, for tests.
    pub fn fixed(byte: u8) -> Self {
        Self([byte; 32])
    }
}

/// The folder of capture.
#[derive(Debug, Clone)]
pub struct State {
    folder: PathBuf,
}

impl State {
    /// The folder of this user. It is made when something is written into it.
    ///
    /// # Errors
    ///
    /// When the environment names no folder for state.
    pub fn of_user(variable: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, StateError> {
        Ok(Self { folder: place::state_folder(variable)?.join("capture") })
    }

    /// A folder, for tests.
    pub fn at(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The listed repositories.
    ///
    /// # Errors
    ///
    /// When the list cannot be read.
    pub fn repositories(&self) -> Result<Repositories, StateError> {
        // No file means that nothing was listed yet.
        Ok(self.read(REPOSITORIES)?.unwrap_or_default())
    }

    /// Stores the listed repositories.
    ///
    /// # Errors
    ///
    /// When the list cannot be written.
    pub fn list(&self, repositories: &Repositories) -> Result<(), StateError> {
        self.write(REPOSITORIES, repositories)
    }

    /// Since when capture pauses, if it does.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub fn pause(&self) -> Result<Option<Pause>, StateError> {
        self.read(PAUSE)
    }

    /// Begins a pause, or ends it.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn set_pause(&self, pause: Option<&Pause>) -> Result<(), StateError> {
        match pause {
            Some(pause) => self.write(PAUSE, pause),
            None => Ok(files::remove(&self.folder.join(PAUSE))?),
        }
    }

    /// The key of this machine. It is made when it is first needed.
    ///
    /// # Errors
    ///
    /// When it can be neither read nor made.
    pub fn key(&self) -> Result<MachineKey, StateError> {
        let path = self.folder.join(KEY);
        if let Some(key) = self.read_key(&path)? {
            return Ok(key);
        }
        files::private_folder(&self.folder)?;
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| StateError::Random)?;
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(&path).and_then(|mut file| file.write_all(hex::encode(bytes).as_bytes()));
        match written {
            Ok(()) => Ok(MachineKey(bytes)),
            // Another process made it just now.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                self.read_key(&path)?.ok_or(StateError::Damaged(path))
            }
            Err(source) => Err(SpoolError::File { path, source }.into()),
        }
    }

    fn read_key(&self, path: &Path) -> Result<Option<MachineKey>, StateError> {
        let Some(text) = files::read(path)? else { return Ok(None) };
        let mut bytes = [0; 32];
        hex::decode_to_slice(text.trim(), &mut bytes).map_err(|_| StateError::Damaged(path.to_owned()))?;
        Ok(Some(MachineKey(bytes)))
    }

    /// Reads a file of the folder; `None` where there is none.
    pub(crate) fn read<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StateError> {
        let path = self.folder.join(name);
        let Some(text) = files::read(&path)? else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|_| StateError::Damaged(path))
    }

    /// Writes a file of the folder that can be lost: nobody waits until it is on the disk.
    pub(crate) fn write_lightly<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        files::private_folder(&self.folder)?;
        let path = self.folder.join(name);
        let text = serde_json::to_string(value).map_err(|_| StateError::Damaged(path.clone()))?;
        let failed = |source| SpoolError::File { path: path.clone(), source };
        let beside = self.folder.join(format!("{name}.{}", std::process::id()));
        std::fs::write(&beside, text).and_then(|()| std::fs::rename(&beside, &path)).map_err(failed)?;
        Ok(())
    }

    /// Writes a file of the folder.
    pub(crate) fn write<T: Serialize>(&self, name: &str, value: &T) -> Result<(), StateError> {
        files::private_folder(&self.folder)?;
        let path = self.folder.join(name);
        let text = serde_json::to_string_pretty(value).map_err(|_| StateError::Damaged(path.clone()))?;
        Ok(files::replace(&path, text.as_bytes())?)
    }
}

/// A name for a gap.
///
/// # Errors
///
/// When the system has no random bytes.
pub fn new_gap() -> Result<GapId, StateError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| StateError::Random)?;
    Ok(GapId::from_random(bytes))
}
