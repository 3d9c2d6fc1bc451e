//! Sealed entries: files that never change again, for entries that are older than the hot window.
//!
//! - `name`: the names of the files, by day, first and last entry.
//! - `columns`: what columns a file has.
//! - `write`, `read`: making one, and reading it again.
//! - `unpacked`: how much a file of unknown origin unpacks to.
//! - `list`: which files the database has noted.
//! - `numbers`: where a client's number is in them, and whether it has the same content.

pub(crate) mod columns;
pub(crate) mod list;
pub mod name;
pub(crate) mod numbers;
pub(crate) mod read;
pub mod unpacked;
pub(crate) mod write;

pub use list::absent;
use name::{Day, SegmentName};

/// The entries in the bytes of a sealed file of this day, whose first entry has this index; `None` if it is no such file.
///
/// Whoever has a folder uses its readers, which compare the bytes with what was noted. This is for files that nothing is known of.
pub fn entries_of(bytes: Vec<u8>, first: u64, day: Day) -> Option<Vec<Vec<u8>>> {
    let bytes = bytes::Bytes::from(bytes);
    let rows = read::rows_in(&bytes)?;
    let name = SegmentName { first, last: first.checked_add(rows)?.checked_sub(1)?, day };
    let segment = read::Segment::open_unknown(name, bytes).ok()?;
    let mut entries = Vec::new();
    for group in 0..segment.groups() {
        let rows = segment.rows(group).ok()?;
        if !segment.differing(group, &rows).ok()?.is_empty() {
            return None;
        }
        entries.extend(rows.into_iter().map(|row| row.entry));
    }
    Some(entries)
}
