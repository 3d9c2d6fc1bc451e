//! Care for a folder that no collector serves meanwhile.

use std::path::Path;

use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::rebuild::{self, Rebuilt};

use crate::serve::{ServeError, lock};
use crate::setup::SetupError;

/// Makes anew what is derived from the log.
///
/// # Errors
///
/// When a collector serves the folder, when the log is damaged, and when the folder cannot be read or written.
pub fn rebuild(dir: &Path) -> Result<Rebuilt, ServeError> {
    let folder = Folder::open(dir).map_err(SetupError::from)?;
    let _lock = lock(dir)?;
    Ok(rebuild::rebuild(&folder).map_err(SetupError::from)?)
}
