//! Reading the files of settings within bounds.

use std::io::Read as _;
use std::path::Path;

use super::{MAX_READ, SettingsError};

use ai_detect_base::slices::items_of;

/// A file's content. What a person names may lead anywhere, even to an endless device.
pub(super) fn bounded(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut content = Vec::new();
    std::fs::File::open(path)?.take(MAX_READ + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MAX_READ {
        return Err(std::io::Error::other(format!("more than {MAX_READ} bytes; that is no file of settings")));
    }
    Ok(content)
}

/// A file's content as text, without a byte order mark.
pub(super) fn text(name: &str, content: Vec<u8>) -> Result<String, SettingsError> {
    let content = String::from_utf8(content).map_err(|error| {
        let valid = items_of(error.as_bytes(), ..error.utf8_error().valid_up_to());
        SettingsError::NotText { name: name.into(), line: 1 + memchr::memchr_iter(b'\n', valid).count() }
    })?;
    Ok(content.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(content))
}
