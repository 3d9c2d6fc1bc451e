//! What went wrong while a hook ran. A hook says nothing to the agent, so it is noted in a file, which stays small.

use std::fs::OpenOptions;
use std::io::Write as _;

use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_client::files;
use ai_detect_trail_log::number::Micros;
use serde::{Deserialize, Serialize};

use crate::state::{State, StateError};

const FILE: &str = "faults.jsonl";
/// From this size on, the older half is dropped, in bytes.
const MAX_LOG: usize = 64 << 10;
/// The longest text of a fault, in characters.
const MAX_TEXT: usize = 300;

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// When.
    pub time: Micros,
    /// The agent that the command named.
    pub agent: String,
    /// What: an error of this program, never text of a payload.
    pub fault: String,
}

/// Notes a fault. If even that fails, nobody can be told.
pub fn note(state: &State, time: Micros, agent: &str, fault: &dyn std::fmt::Display) {
    let short = |text: &str| text.chars().take(MAX_TEXT).collect::<String>();
    let fault = Fault { time, agent: short(agent), fault: short(&fault.to_string()) };
    drop(append(state, &fault));
}

fn append(state: &State, fault: &Fault) -> Result<(), StateError> {
    files::private_folder(state.folder())?;
    let path = state.folder().join(FILE);
    let line = serde_json::to_string(fault).map_err(|_| StateError::Damaged(path.clone()))?;
    let noted = files::read(&path)?.unwrap_or_default();
    if noted.len() > MAX_LOG {
        let half = noted.len() / 2;
        let rest = noted.bytes().skip(half).skip_while(|byte| *byte != b'\n').skip(1).collect::<Vec<u8>>();
        files::replace(&path, &rest)?;
    }
    let failed = |source| SpoolError::File { path: path.clone(), source };
    let mut file = OpenOptions::new().append(true).create(true).open(&path).map_err(failed)?;
    // One write: lines of processes that run at once do not mix.
    file.write_all(format!("{line}\n").as_bytes()).map_err(failed)?;
    Ok(())
}

/// The faults that are noted, the oldest first.
///
/// # Errors
///
/// When the file cannot be read.
pub fn noted(state: &State) -> Result<Vec<Fault>, StateError> {
    let text = files::read(&state.folder().join(FILE))?.unwrap_or_default();
    // A line that was cut off by a full disk says nothing.
    Ok(text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect())
}
