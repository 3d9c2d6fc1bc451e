//! What a job can say without rights: its summary page, and outputs for later steps. Both are files
//! that the runner reads when the step ends.

use std::fs::OpenOptions;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{self, Write as _};
use std::path::Path;

use super::shortened;

/// What the runner takes of a step's summary, in bytes.
pub const MAX_SUMMARY: usize = 1 << 20;

/// Adds to the job's summary page, in Markdown. What is too long for it is the caller's to shorten;
/// the runner would drop all of it.
///
/// # Errors
/// Where the file cannot be written.
pub fn summary(file: &Path, markdown: &str) -> io::Result<()> {
    let kept = shortened(markdown, MAX_SUMMARY - 1);
    append(file, &format!("{kept}\n"))
}

/// Hands values to later steps. The end of each value is marked by a word that nobody can foresee, so
/// that no value can go on as another.
///
/// # Errors
/// Where the file cannot be written.
pub fn outputs(file: &Path, values: &[(&str, &str)]) -> io::Result<()> {
    let mut text = String::new();
    for (name, value) in values {
        let mut end = delimiter();
        while value.contains(&end) {
            end = delimiter();
        }
        text.push_str(&format!("{name}<<{end}\n{value}\n{end}\n"));
    }
    append(file, &text)
}

fn append(file: &Path, text: &str) -> io::Result<()> {
    OpenOptions::new().append(true).create(true).open(file)?.write_all(text.as_bytes())
}

/// Keys of a hasher come from the system's randomness.
fn delimiter() -> String {
    let random = || RandomState::new().hash_one(0);
    format!("end_{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_cannot_go_on_as_another_output() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("output");
        outputs(&file, &[("flags", "2"), ("report", "a\nEOF\nsecret<<EOF\nx")]).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        let mut lines = text.lines();
        let end = lines.next().unwrap().strip_prefix("flags<<").unwrap();
        assert!(end.len() > 30);
        assert_eq!((lines.next(), lines.next()), (Some("2"), Some(end)));
        let end = lines.next().unwrap().strip_prefix("report<<").unwrap();
        assert_eq!(lines.collect::<Vec<_>>(), ["a", "EOF", "secret<<EOF", "x", end]);
    }

    #[test]
    fn a_long_summary_is_cut_between_characters() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("summary");
        summary(&file, &"ü".repeat(MAX_SUMMARY)).unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().len() <= MAX_SUMMARY);
    }
}
