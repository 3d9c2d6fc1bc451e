//! Paths as agents write them, in one form: with `/`, without `.` and `..`, absolute.
//!
//! The form is worked out from the text alone, so that paths of Windows can be read and tested everywhere.

/// The absolute form of a path. `folder` is where the agent works, which relative paths begin from. `None` without any such folder.
pub fn absolute(path: &str, folder: Option<&str>) -> Option<String> {
    let path = path.strip_prefix("file://").unwrap_or(path);
    if let Some(path) = rooted(path) {
        return Some(path);
    }
    let folder = rooted(folder?)?;
    let is_share = folder.starts_with("//");
    let path = if is_share || is_windows(&folder) { path.replace('\\', "/") } else { path.to_owned() };
    let whole = clean(&format!("{folder}/{path}"));
    Some(if is_share { format!("/{whole}") } else { whole })
}

/// The path if it is absolute on some system.
fn rooted(path: &str) -> Option<String> {
    // Cursor writes `/c:/src` on Windows.
    let behind_slash = path.strip_prefix('/').filter(|path| is_windows(path));
    let path = behind_slash.unwrap_or(path);
    if let Some(share) = path.strip_prefix("\\\\") {
        // A folder of another machine, which no path of this one is.
        return Some(format!("/{}", clean(&share.replace('\\', "/"))));
    }
    if is_windows(path) {
        let path = path.replace('\\', "/");
        let drive = path.get(..1).unwrap_or("").to_ascii_lowercase();
        return Some(clean(&format!("{drive}{}", path.get(1..).unwrap_or(""))));
    }
    path.starts_with('/').then(|| clean(path))
}

/// Whether a path begins with a drive.
fn is_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    matches!(bytes, [drive, b':', b'/' | b'\\', ..] if drive.is_ascii_alphabetic())
}

/// Without empty parts, `.` and `..`.
fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let start = if is_windows(path) { "" } else { "/" };
    format!("{start}{}", parts.join("/"))
}
