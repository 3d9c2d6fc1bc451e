//! The reader of unified diffs, and what becomes of its answer.

use std::sync::LazyLock;

use ai_detect::exclude::{DEFAULT_MAX_BYTES, Excluder};
use ai_detect::patch;

static EXCLUDER: LazyLock<Excluder> = LazyLock::new(|| Excluder::new(&[], DEFAULT_MAX_BYTES).expect("patterns"));

/// A patch is read or refused; what is read holds together, and a refusal can be printed.
pub fn run(data: &[u8]) {
    match patch::read("x.diff", data, &EXCLUDER) {
        Ok(patch::Patch { change, notes, .. }) => {
            super::assert_change(&change);
            for note in notes {
                super::assert_printable(&note.to_string());
            }
            for file in &change.files {
                for line in 0..file.new.len() {
                    file.new.number(line);
                }
            }
        }
        Err(error) => super::assert_printable(&error.to_string()),
    }
}
